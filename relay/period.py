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
    from collections.abc import Mapping

    from relay.acts import Act
    from relay.graph import Graph


def reaches_back(graph: Graph, programme_id: str, act: Act) -> bool:
    """Whether a correction changes the programme, which holds the lock, or concerns what happened in a closed period.

    No other act does. Every day counts that was ever said of the act which is corrected: one that was moved out of a
    closed period by an earlier correction still belongs to it.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if act.kind != "correct":
        return False
    kind, said = _said(graph, programme_id, act.values)
    if kind == "programme":
        return True
    column = DAY_OF.get(kind, "")
    locked = graph.rows(cypher.LOCKED_UNTIL, key=key_of(programme_id, f"programme:{programme_id}"))
    locked_until = locked[0]["day"] if locked else None
    return locked_until is not None and any(str(each[column]) <= locked_until for each in said if each.get(column))


def _said(graph: Graph, programme_id: str, correction: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """The kind of the act that a correction is about, be it by way of another correction, and all ever said of it."""
    about, said = str(correction["act_id"]), [correction.get("changes") or {}]
    while rows := graph.rows(cypher.SAID_OF, key=key_of(programme_id, about)):
        kind, payload = about.partition(":")[0], json.loads(rows[0]["payload"])
        said += [json.loads(each).get("changes") or {} for each in rows[0]["corrections"]]
        if kind not in ABOUT_ACTS:
            return kind, [*said, payload]
        said.append(payload.get("changes") or {})
        about = str(payload.get("act_id") or payload["subject_id"])
    return "", []  # there is no such act; who records the correction is told so
