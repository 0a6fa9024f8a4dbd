"""The questions about savings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from relay.arrays import snapshot_cache
from relay.errors import NotFound
from relay.service.question import Says, Source
from relay.service.questions.parameters import Id, OfADay
from relay.systems.savings import cached_journals
from relay.systems.savings.journal.group_journal import GroupJournal
from relay.systems.savings.report import (
    DueFromHer,
    GroupSavings,
    PassbookRow,
    due_at,
    group_savings,
    passbook,
)
from relay.systems.savings.savings_and_relay import SavingsAndRelay, compare_with_relay

GroupId = Annotated[str, Says(sort="word", text="In which group.")]


class NoSavings(NotFound):
    """A group has no savings cycle."""

    reason = "Group %(group_id)s has no savings cycle in the record."
    advice = "Record one"
    command = "relay cycle --help"
    field = "group_id"

    group_id: str


def journal_of(source: Source, programme_id: str, id_: str, as_of: date) -> GroupJournal:
    """The journal of one group on a day.

    Args:
        source: Where to ask.
        programme_id: Id of the programme.
        id_: "group:ID" or the bare id.
        as_of: Reference day; what happens later does not count.

    Raises:
        NoSavings: It has no cycle.
    """
    group_id = id_.removeprefix("group:")
    own = cached_journals.journals(source.graph, programme_id, as_of, group_id).get(group_id)
    if own is None:
        raise NoSavings(group_id=group_id)
    return own


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsOfGroups(OfADay[tuple[GroupSavings, ...]]):
    """The savings of all groups that have a cycle: sums and ratios, of no woman by herself."""

    name = "savings"
    action = "savings"
    path = "savings"
    ids_only = True

    def answer(self, source: Source, programme_id: str) -> tuple[GroupSavings, ...]:
        """Sorted by id of the group."""
        return tuple(
            cached_journals.sums(source.graph, programme_id, self.as_of, source.folder / snapshot_cache.FOLDER).values()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsOfGroup(OfADay[GroupSavings]):
    """The savings of one group, with what each woman would be paid if the cycle ended on the day."""

    name = "group-savings"
    action = "passbooks"
    path = "groups/<id>/savings"

    id: Id

    def answer(self, source: Source, programme_id: str) -> GroupSavings:
        """The savings in the cycle that began last."""
        return group_savings(journal_of(source, programme_id, self.id, self.as_of), by_woman=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAtNextMeeting(OfADay[tuple[DueFromHer, ...]]):
    """What is due from each member of a group at a meeting of the day."""

    name = "savings-due"
    action = "passbooks"
    path = "groups/<id>/savings-due"

    id: Id

    def answer(self, source: Source, programme_id: str) -> tuple[DueFromHer, ...]:
        """Sorted by id of the woman; a woman with several loans has a row for each."""
        return due_at(journal_of(source, programme_id, self.id, self.as_of), self.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passbook(OfADay[tuple[PassbookRow, ...]]):
    """The passbook of a woman in a group."""

    name = "passbook"
    action = "passbooks"
    path = "beneficiaries/<id>/passbook"

    id: Id
    group_id: GroupId

    def answer(self, source: Source, programme_id: str) -> tuple[PassbookRow, ...]:
        """Sorted by day; empty if she has no line."""
        journal = journal_of(source, programme_id, self.group_id, self.as_of)
        return passbook(journal, self.id.removeprefix("beneficiary:"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsBesideTheRelay(OfADay[SavingsAndRelay]):
    """Whether loans keep animals, and whether who saves passes on in time: association, not proof."""

    name = "savings-and-relay"
    action = "savings"
    path = "savings-and-relay"
    ids_only = True

    def answer(self, source: Source, programme_id: str) -> SavingsAndRelay:
        """The comparison on the day."""
        survey = self.survey(source, programme_id)
        recorded = cached_journals.recorded(source.graph, programme_id, folder=source.folder / snapshot_cache.FOLDER)
        return compare_with_relay(recorded, survey)


QUESTIONS: Final = (SavingsOfGroups, SavingsBesideTheRelay, SavingsOfGroup, DueAtNextMeeting, Passbook)
