"""Records a whole meeting at once: who attended, whom it chose, and for savings, what was paid and lent.

All of it is one transaction, in which each row is accepted or refused by itself. Ids are made from the meeting's id and
the name of the row, so a page that is sent twice is recorded once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.database.acts_as_nodes import key_of
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
    """A row lacks a value that is required."""

    reason = "This is needed."
    advice = "Add it, and send it again: what is recorded stays as it is."
    field: str = ""


_JUDGED: Final = ("passbook", "flow", "loan", "plan")
"""Kinds of rows in the order in which they are judged: money comes into the box before it is lent from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRow:
    """One row: a passbook line, a loan, money of the group, or a plan for the next receiver.

    Attributes:
        name: Name of the row on its page.
        kind: Kind of its act.
        values: Column → value, without the act's own id and what follows from the meeting and the giver's placement.
        answers: Questions that are answered with yes.
    """

    name: str
    kind: str
    values: Mapping[str, Value]
    answers: Answers = NO_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRowOutcome:
    """The outcome of one row.

    Attributes:
        act_id: Id of the act that it is, or would be; empty if too little was entered.
        error: Why it was not recorded; None if it was.
        notes: Notes for the auditor.
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
) -> Mapping[str, WrittenRowOutcome]:
    """Record a meeting with its rows.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        meeting: Columns of the meeting, including its id.
        rows: The rows that were written down.
        clerk: Who records, and when.
        answers: Questions about the meeting that are answered with yes.

    Returns:
        Name of each row → its outcome.

    Raises:
        RelayError: The meeting itself cannot be recorded; nothing was recorded.
    """
    if missing := _missing(graph.catalogue, "meeting", meeting):
        raise NotSaid(field=missing)
    meeting_act = _act(graph.catalogue, "meeting", meeting)
    helps = _helps(graph, programme_id, rows)
    values = {row.name: _with_derived_values(meeting, row, graph.catalogue, helps) for row in rows}
    became = {
        row.name: WrittenRowOutcome(act_id="", error=NotSaid(field=missing), notes=())
        for row in rows
        if (missing := _missing(graph.catalogue, row.kind, values[row.name]))
    }
    by_kind = sorted((row for row in rows if row.name not in became), key=lambda row: _JUDGED.index(row.kind))
    acts = {row.name: _act(graph.catalogue, row.kind, values[row.name]) for row in by_kind}
    answered = {acts[row.name].act_id: row.answers for row in by_kind}
    if not acts:
        record_one(graph, programme_id, meeting_act, clerk, answers=answers)
        return became
    again = {**answered, meeting_act.act_id: answers}
    outcomes = record_rows(graph, programme_id, [(meeting_act, act) for act in acts.values()], clerk, again=again)
    return became | {name: _outcome(act, each) for (name, act), each in zip(acts.items(), outcomes, strict=True)}


def _missing(catalogue: Catalogue, kind: str, values: Mapping[str, Value]) -> str:
    """The first required column that a row does not have; "" if none is missing."""
    return next((each.name for each in catalogue.kind(kind).columns if each.required and each.name not in values), "")


def _with_derived_values(
    meeting: Mapping[str, Value], row: WrittenRow, catalogue: Catalogue, helps: Mapping[str, str]
) -> Mapping[str, Value]:
    own = id_made_of(f"{meeting['meeting_id']}/{row.name}")
    values = {**row.values, catalogue.kind(row.kind).id_column: own, "meeting_id": meeting["meeting_id"]}
    if row.kind == "plan":
        values |= {"group_id": meeting["group_id"], "chosen_on": meeting["held_on"]}
        values |= {"help": helps.get(str(values["giver_placement_id"]), "")} if "giver_placement_id" in values else {}
    return values


def _helps(graph: Graph, programme_id: str, rows: Sequence[WrittenRow]) -> Mapping[str, str]:
    """Placement from which somebody is to receive → its help."""
    named = {str(row.values.get("giver_placement_id")) for row in rows if row.kind == "plan"}
    givers = [key_of(programme_id, f"placement:{each}") for each in named]
    rows_ = graph.rows(cypher.HELPS, keys=sorted(givers)) if givers else ()
    return {row["placement_id"]: row["help"] for row in rows_}


def _act(catalogue: Catalogue, kind: str, values: Mapping[str, Value]) -> Act:
    values = {name: values[name] for name in catalogue.keys(kind) if values.get(name) is not None}
    return Act(kind=kind, id=str(values[catalogue.kind(kind).id_column]), values=values)


def _outcome(act: Act, outcomes: Sequence[Outcome]) -> WrittenRowOutcome:
    last = outcomes[-1]
    if last.error and last.act.kind == "meeting":
        raise last.error
    return WrittenRowOutcome(
        act_id=act.act_id,
        error=last.error,
        notes=tuple(note.sentence for note in last.notes),
    )
