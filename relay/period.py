"""The period lock: the day up to which a programme's record is closed, and which corrections are a manager's.

A closed period is one whose figures were reported. What was recorded of it can still be corrected, but by a manager,
and `odd_paperwork.corrected_after_lock` shows the auditor each such correction. A manager's, too, is what a manager
decided: the programme, its rules, what was confirmed, and which place lies in which.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from relay import cypher
from relay.books import DAY_OF
from relay.projection import key_of
from relay.register import ABOUT_ACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.acts import Act
    from relay.graph import Graph


_DECIDED: Final = {"placement": "help", "place": "parent_id"}
"""Kind → the column that only a manager corrects."""


def is_a_managers(graph: Graph, programme_id: str, act: Act) -> bool:
    """Whether an act corrects what only a manager may.

    That is the programme, which holds the lock, a rule, what was ever confirmed, the help of a placement, which its
    pass-ons inherit, in what a place lies, by which staff are let in, and what happened in a closed period.
    Every day counts that was ever said of the act which is corrected: one that was moved out of a closed period by an
    earlier correction still belongs to it.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if act.kind != "correct":
        return False
    kind, said, confirmed, changed = _said(graph, programme_id, act.values)
    if confirmed or kind in ("programme", "rule") or _DECIDED.get(kind) in changed:
        return True
    column = DAY_OF.get(kind, "")
    locked = graph.rows(cypher.LOCKED_UNTIL, key=key_of(programme_id, f"programme:{programme_id}"))
    locked_until = locked[0]["day"] if locked else None
    return locked_until is not None and any(str(each[column]) <= locked_until for each in said if each.get(column))


def _said(
    graph: Graph, programme_id: str, correction: Mapping[str, Any]
) -> tuple[str, list[Mapping[str, Any]], bool, frozenset[str]]:
    """What is corrected, be it by way of other corrections.

    Returns:
        Its kind, all that was ever said of it, whether it was ever confirmed, and the columns that change by this.
    """
    about, said = str(correction["act_id"]), [correction.get("changes") or {}]
    changed = {*said[0]}
    while rows := graph.rows(cypher.SAID_OF, key=key_of(programme_id, about)):
        kind, payload = about.partition(":")[0], json.loads(rows[0]["payload"])
        said += [json.loads(each).get("changes") or {} for each in rows[0]["corrections"]]
        if kind not in ABOUT_ACTS:
            return kind, [*said, payload], bool(rows[0]["confirmations"]), frozenset(changed)
        said.append(payload.get("changes") or {})
        changed |= {*said[-1]}
        about = str(payload.get("act_id") or payload["subject_id"])
    return "", [], False, frozenset()  # there is no such act; who records the correction is told so
