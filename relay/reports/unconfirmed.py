"""Unconfirmed pass-ons, which wait for a second person, with who recorded them and what is noted about them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from relay.arrays.columns import day_number
from relay.database import cypher
from relay.domain.acts import Act
from relay.domain.entries import login_of
from relay.domain.model import Quantity, shown, thousandths
from relay.domain.notes import notes_again
from relay.ledger.partial_register import RehearsalContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from relay.arrays.tables import Snapshot
    from relay.graph import Graph, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A pass-on that nobody has confirmed.

    Attributes:
        pass_id: Id of the pass-on.
        giver_placement_id: Id of the placement that passed on.
        receiver_placement_id: Id of the placement that received.
        giver_beneficiary_id: Id of the giver's holder; None if foreign data does not have it.
        beneficiary_id: Id of the receiver's holder.
        passed_on: Day of the hand-over.
        help: Help as handed over.
        animals: Units handed over.
        recorded_by: Account that recorded it, and so cannot confirm it.
        recorded_at: When it was recorded (UTC); it has been waiting since then.
        corrected_by: Accounts that corrected it, and so cannot confirm it either; in order, each once.
    """

    pass_id: str
    giver_placement_id: str
    receiver_placement_id: str
    giver_beneficiary_id: str | None
    beneficiary_id: str
    passed_on: date
    help: str
    animals: Quantity
    recorded_by: str
    recorded_at: str
    corrected_by: tuple[str, ...]

    def is_own_word_of(self, login: str) -> bool:
        """Whether this login recorded or corrected it, and so cannot confirm it."""
        return login in map(login_of, (self.recorded_by, *self.corrected_by))

    def since(self, timezone: ZoneInfo) -> date:
        """The day on which it was recorded, in the programme's time zone."""
        return datetime.fromisoformat(self.recorded_at).astimezone(timezone).date()


class _Recorded(Protocol):
    """Something that somebody recorded on a day."""

    @property
    def recorded_by(self) -> str: ...

    @property
    def recorded_on(self) -> date: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Somebody whose pass-ons wait for confirmation.

    Attributes:
        recorded_by: An account id, or "local:LOGIN".
        waiting: Number of these pass-ons.
        since_on: Day on which the oldest of them was recorded.
    """

    recorded_by: str
    waiting: int
    since_on: date


MOST: Final = 10_000  # our choice: a programme in which more wait does not confirm


def waiting(
    graph: Graph, programme_id: str, as_of: date, most: int | None = None, *, last_by: str | None = None
) -> tuple[Waiting, ...]:
    """The unconfirmed pass-ons.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        as_of: Only pass-ons made by this day; confirmations count as now known.
        most: Greatest number to return; `MOST` if None.
        last_by: Login of a reader, whose own pass-ons, which she cannot confirm, come after all others.

    Returns:
        By day, then by id; empty if all are confirmed, or if there is no such programme.

    Raises:
        Unavailable: The database cannot be reached.
    """
    most = min(most or MOST, MOST)
    of = {"programme_id": programme_id, "as_of": as_of, "most": most}
    rows = [_waiting(**row) for row in graph.rows(cypher.UNCONFIRMED, **of)]
    if last_by is None:
        return tuple(rows)
    if len(rows) == most and any(each.is_own_word_of(last_by) for each in rows):  # others may come after these
        rows = [_waiting(**row) for row in graph.rows(cypher.UNCONFIRMED_OWN_LAST, last=f":{last_by}", **of)]
    return tuple(sorted(rows, key=lambda each: each.is_own_word_of(last_by)))


def many(snapshot: Snapshot, as_of: date) -> int:
    """How many pass-ons `waiting` returns for everybody, without asking the database; see `in_all`."""
    return min(in_all(snapshot, as_of), MOST)


def in_all(snapshot: Snapshot, as_of: date) -> int:
    """How many pass-ons nobody has confirmed.

    Args:
        snapshot: The programme.
        as_of: Only pass-ons made by this day; confirmations count as now known.
    """
    passes = snapshot.passes
    return int(np.count_nonzero((passes.day <= day_number(as_of)) & ~passes.confirmed))


def _waiting(*, passed_on: str, animals: float, corrected_by: Iterable[str], **row: Any) -> Waiting:  # noqa: ANN401 - a row's other columns
    return Waiting(
        passed_on=date.fromisoformat(passed_on),
        animals=shown(thousandths(animals)),
        corrected_by=tuple(corrected_by),
        **row,
    )


def by_recorder(records: Iterable[_Recorded]) -> tuple[Recorder, ...]:
    """Who recorded the pass-ons that wait: those with most of them first, then by name; empty if none waits."""
    days: dict[str, list[date]] = defaultdict(list)
    for each in records:
        days[each.recorded_by].append(each.recorded_on)
    recorders = (Recorder(recorded_by=by, waiting=len(on), since_on=min(on)) for by, on in days.items())
    return tuple(sorted(recorders, key=lambda each: (-each.waiting, each.recorded_by)))


def noted(graph: Graph, programme_id: str, pass_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Pass id → sentences that the rule book would note about it today; those without notes are left out.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        pass_ids: Ids of pass-ons; those that are not in force are left out.

    Raises:
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> dict[str, tuple[str, ...]]:
        context = RehearsalContext(programme_id, graph.catalogue)
        act_ids = [f"pass:{pass_id}" for pass_id in pass_ids]
        about = [Act(kind="confirm", id=act_id, values={"confirm_id": act_id, "act_id": act_id}) for act_id in act_ids]
        context.load_around(transaction, about)
        standing = [fact for act_id in act_ids if (fact := context.register.facts.get(act_id))]
        context.load_around(transaction, [Act(kind="pass", id=fact.id, values=fact.values) for fact in standing])
        notes_by_id = {
            fact.id: tuple(note.sentence for note in notes_again(context.register, fact.act_id)) for fact in standing
        }
        return {pass_id: notes for pass_id, notes in notes_by_id.items() if notes}

    return graph.read(work)
