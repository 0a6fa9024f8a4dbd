"""A meeting as it is written down at once: who was there, and who was elected; of savings, what was paid and lent.

All of it is recorded in one transaction, each row standing or falling alone. Ids are made of the meeting's own and the
name of the row, so that who sends a page twice records it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.database.keys_and_properties import key_of
from relay.domain.acts import Act, Value, id_made_of
from relay.domain.questions import NO_ANSWER, Answers
from relay.errors import Invalid
from relay.ledger.recording import record_one, record_rows
from relay.systems.groups import cypher

if TYPE_CHECKING:
    from relay.domain.system import Catalogue
    from relay.errors import RelayError
    from relay.graph import Graph
    from relay.ledger.batch import Clerk, Outcome


class NotSaid(Invalid):
    """A row does not say all that has to be said."""

    reason = "This is needed."
    advice = "Add it, and send it again: what is recorded stays as it is."
    field: str = ""


_JUDGED: Final = ("passbook", "flow", "loan", "plan")
"""The kinds of rows in the order in which they are judged: what comes into the box before what is lent from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRow:
    """One row: a passbook line, a loan, money of the group, or the plan that the meeting chose the next receiver.

    Attributes:
        name: Of the row on its page.
        kind: Of the act.
        said: Column → value, without its own id, and without what follows from the meeting and the giver's placement.
        answers: The questions that it answers.
    """

    name: str
    kind: str
    said: Mapping[str, Value]
    answers: Answers = NO_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """The outcome of one row.

    Attributes:
        act_id: Id of the act that it is, or would be; empty where too little was said.
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
    rows: Sequence[WrittenRow],
    clerk: Clerk,
    *,
    answers: Answers = NO_ANSWER,
) -> Mapping[str, Became]:
    """Record a meeting with its rows.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        meeting: The columns of the meeting, its id among them.
        rows: What was written down.
        clerk: Who records.
        answers: The questions about the meeting that are answered.

    Returns:
        The outcome of each row, by its name.

    Raises:
        RelayError: The meeting itself cannot be recorded, and so nothing was.
    """
    if missing := _missing(graph.catalogue, "meeting", meeting):
        raise NotSaid(field=missing)
    held = _act(graph.catalogue, "meeting", meeting)
    helps = _helps(graph, programme_id, rows)
    said = {row.name: _whole(meeting, row, graph.catalogue, helps) for row in rows}
    became = {
        row.name: Became(act_id="", error=NotSaid(field=missing), notes=())
        for row in rows
        if (missing := _missing(graph.catalogue, row.kind, said[row.name]))
    }
    by_kind = sorted((row for row in rows if row.name not in became), key=lambda row: _JUDGED.index(row.kind))
    acts = {row.name: _act(graph.catalogue, row.kind, said[row.name]) for row in by_kind}
    answered = {acts[row.name].act_id: row.answers for row in by_kind}
    if not acts:
        record_one(graph, programme_id, held, clerk, answers=answers)
        return became
    again = {**answered, held.act_id: answers}
    outcomes = record_rows(graph, programme_id, [(held, act) for act in acts.values()], clerk, again=again)
    return became | {name: _became(act, each) for (name, act), each in zip(acts.items(), outcomes, strict=True)}


def _missing(catalogue: Catalogue, kind: str, said: Mapping[str, Value]) -> str:
    """The first column that a row has to say and does not; empty for none."""
    return next((each.name for each in catalogue.kind(kind).columns if each.required and each.name not in said), "")


def _whole(
    meeting: Mapping[str, Value], row: WrittenRow, catalogue: Catalogue, helps: Mapping[str, str]
) -> Mapping[str, Value]:
    own = id_made_of(f"{meeting['meeting_id']}/{row.name}")
    said = {**row.said, catalogue.kind(row.kind).id_column: own, "meeting_id": meeting["meeting_id"]}
    if row.kind == "plan":
        said |= {"group_id": meeting["group_id"], "chosen_on": meeting["held_on"]}
        said |= {"help": helps.get(str(said["giver_placement_id"]), "")} if "giver_placement_id" in said else {}
    return said


def _helps(graph: Graph, programme_id: str, rows: Sequence[WrittenRow]) -> Mapping[str, str]:
    """Placement from which somebody is to receive → the help that it is."""
    named = {str(row.said.get("giver_placement_id")) for row in rows if row.kind == "plan"}
    givers = [key_of(programme_id, f"placement:{each}") for each in named]
    found = graph.rows(cypher.HELPS, keys=sorted(givers)) if givers else ()
    return {row["placement_id"]: row["help"] for row in found}


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
        notes=tuple(note.sentence for note in last.notes),
    )
