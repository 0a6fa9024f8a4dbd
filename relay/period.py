"""The period lock: the day up to which a programme's record is closed, and which corrections reach back before it.

A closed period is one whose figures were reported. What was recorded of it can still be corrected, but by a manager,
and `odd_paperwork.corrected_after_lock` shows the auditor each such correction.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from relay import cypher
from relay.books import DAY_OF
from relay.projection import key_of
from relay.register import ABOUT_ACTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relay.acts import Act
    from relay.graph import Graph


def reaches_back(graph: Graph, programme_id: str, act: Act) -> bool:
    """Whether a correction moves the lock or concerns what happened in a closed period; no other act does.

    Every day counts that was ever said of the act which is corrected: one that was moved out of a closed period by an
    earlier correction still belongs to it.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if act.kind != "correct":
        return False
    (row,) = graph.rows(cypher.LOCKED_UNTIL, key=key_of(programme_id, f"programme:{programme_id}")) or [{"day": None}]
    said = list(_said(graph, programme_id, act.values))
    if any(kind == "programme" for kind, _ in said):
        return True
    days = (values.get(DAY_OF.get(kind, "")) for kind, values in said)
    return row["day"] is not None and any(day is not None and str(day) <= row["day"] for day in days)


def _said(graph: Graph, programme_id: str, correction: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All that was ever said of the act that a correction, or a correction of one, is about: its kind, and columns."""
    changes, kind = [correction.get("changes") or {}], "correct"
    about = str(correction["act_id"])
    while kind in ABOUT_ACTS:
        kind = about.partition(":")[0]
        for row in graph.rows(cypher.SAID_OF, key=key_of(programme_id, about)):
            payload: Mapping[str, Any] = json.loads(row["payload"])
            changes += [json.loads(each).get("changes") or {} for each in row["corrections"]]
            changes += [payload.get("changes") or payload]
            about = str(payload.get("act_id") or payload.get("subject_id") or about)
            break
        else:
            return
    yield from ((kind, each) for each in changes)
