"""A savings meeting as it is written down at once: who was there, what each paid, and what was lent.

All of it is recorded in one transaction, each row standing or falling alone. Ids are made of the meeting's own and the
name of the row, so that who sends a page twice records it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay.domain.acts import Act, Value, id_made_of
from relay.domain.questions import NO_ANSWER, Answers
from relay.ledger.recording import record_one, record_rows

if TYPE_CHECKING:
    from relay.domain.system import Catalogue
    from relay.errors import RelayError
    from relay.graph import Graph
    from relay.ledger.batch import Clerk, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One row: a passbook line, a loan, or money of the group.

    Attributes:
        name: Of the row on its page.
        kind: Of the act.
        said: Column → value, without its own id and its meeting's.
    """

    name: str
    kind: str
    said: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """The outcome of one row.

    Attributes:
        act_id: Of the act that it is, or would be.
        error: Why it was not recorded; None where it was.
        notes: What was noted for the auditor.
    """

    act_id: str
    error: RelayError | None
    notes: tuple[str, ...]


def record_meeting(
    graph: Graph,
    programme_id: str,
    meeting: Mapping[str, Value],
    rows: Sequence[Written],
    clerk: Clerk,
    *,
    answers: Answers = NO_ANSWER,
) -> Mapping[str, Became]:
    """Record a meeting with its rows.

    Args:
        graph: Where.
        programme_id: Of the programme.
        meeting: The columns of the meeting, its id among them.
        rows: What was written down.
        clerk: Who records.
        answers: The questions about the meeting that are answered.

    Returns:
        The outcome of each row, by its name.

    Raises:
        RelayError: The meeting itself cannot be recorded, and so nothing was.
    """
    held = _act(graph.catalogue, "meeting", meeting)
    if not rows:
        record_one(graph, programme_id, held, clerk, answers=answers)
        return {}
    acts = [_act(graph.catalogue, row.kind, _whole(held.id, row, graph.catalogue)) for row in rows]
    again = {held.act_id: answers}
    outcomes = record_rows(graph, programme_id, [(held, act) for act in acts], clerk, again=again)
    return {row.name: _became(act, each) for row, act, each in zip(rows, acts, outcomes, strict=True)}


def _whole(meeting_id: str, row: Written, catalogue: Catalogue) -> Mapping[str, Value]:
    own = id_made_of(f"{meeting_id}/{row.name}")
    return {**row.said, catalogue.kind(row.kind).id_column: own, "meeting_id": meeting_id}


def _act(catalogue: Catalogue, kind: str, said: Mapping[str, Value]) -> Act:
    values = {name: said[name] for name in catalogue.keys(kind) if said.get(name) is not None}
    return Act(kind=kind, id=str(values[catalogue.kind(kind).id_column]), values=values)


def _became(act: Act, outcomes: Sequence[Outcome]) -> Became:
    last = outcomes[-1]
    if last.error and last.act.kind == "meeting":
        raise last.error
    return Became(
        act_id=act.act_id,
        error=last.error,
        notes=tuple(str(note.sentence) for note in last.notes),
    )
