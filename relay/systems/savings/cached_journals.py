"""The books of savings groups, read once and kept: in memory while a graph is open, and on disk until the next time.

They follow the ledger (`ledger_cache`): each time books are asked for, the entries that came since are read, and the
books of the groups that they name are let go; all of them where one may concern any group, such as a rule. What a
correction or an end concerns is told by the act that it is about. Groups whose books are not there are then read from
the graph.

On disk lie ids, days and amounts, of all groups, for who asks about all; and beside it their sums on the day that was
asked for last, so that a new process adds up only the groups that were named since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.cached.ledger_cache import WRITE_AFTER, LedgerCache
from relay.ledger import partial_register, programmes
from relay.ledger.reading import entries_since
from relay.systems.savings import reading
from relay.systems.savings.journal.group_journal import GroupJournal
from relay.systems.savings.journal.records import GroupRecord
from relay.systems.savings.report import GroupSavings, group_savings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from relay.domain.acts import Act
    from relay.graph import Graph

_OF_ANY: Final = frozenset({"savings_rule", "same"})
"""Kinds of acts that may concern any group; others concern the group that they name, or whose meeting or loan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileValues:
    """What a file holds: what is recorded of all groups, or in the other file their sums on a day."""

    owner: dict[str, str]
    recorded: dict[str, GroupRecord] = field(default_factory=dict[str, GroupRecord])
    as_of: date | None = None
    sums: dict[str, GroupSavings] = field(default_factory=dict[str, GroupSavings])


@dataclass(slots=True)
class _CachedProgramme:
    """What is kept of one programme.

    Attributes:
        sequence: Sequence number of the last entry that is in it; 0 before anything is.
        head_hash: The same.
        recorded: Group → what is recorded of it.
        owner: "group:ID", and "kind:ID" of its meetings, cycles and loans → the group.
        opened: Group → its books of the day that was asked for last.
        as_of: The day of the sums.
        sums: Group → its savings on that day.
        on_disk: The ending of each file that is on disk → up to which entry.
    """

    sequence: int = 0
    head_hash: str = ""
    on_disk: dict[str, int] = field(default_factory=dict[str, int])
    recorded: dict[str, GroupRecord] = field(default_factory=dict[str, "GroupRecord"])
    owner: dict[str, str] = field(default_factory=dict[str, str])
    opened: dict[str, GroupJournal] = field(default_factory=dict[str, GroupJournal])
    as_of: date = date.min
    sums: dict[str, GroupSavings] = field(default_factory=dict[str, GroupSavings])

    def follow(self, graph: Graph, programme_id: str) -> None:
        """Let go what the entries that came since concern."""
        entries = entries_since(graph, programme_id, self.sequence, self.head_hash) if self.sequence else None
        if entries is None:
            self.on_disk.clear()
            self.forget_all()
            head = programmes.head(graph, programme_id)
            self.sequence, self.head_hash = head.entries, head.head_hash
            return
        for act in _meant(graph, programme_id, [entry.act for entry in entries]):
            if act.kind in _OF_ANY:
                self.forget_all()
            for name in (act.act_id, *(name for _, name in graph.catalogue.named_by(act))):
                group_id = self.owner.get(name, "")
                self.recorded.pop(group_id, None)
                self.sums.pop(group_id, None)
        if entries:
            self.sequence, self.head_hash = entries[-1].sequence, entries[-1].hash

    def forget_all(self) -> None:
        """Let go all groups."""
        self.recorded.clear()
        self.sums.clear()

    def recall(self, folder: Path, programme_id: str, following: LedgerCache[_CachedProgramme]) -> None:
        """Begin with what is on disk; sums of another day count as not there."""
        found = following.read(folder, programme_id, _FileValues)
        if found and found.values.as_of in (None, self.as_of):
            self.sequence, self.head_hash, self.owner = found.sequence, found.head_hash, found.values.owner
            self.recorded, self.sums = found.values.recorded, found.values.sums
            self.on_disk[following.name] = found.sequence

    def keep(
        self, folder: Path, programme_id: str, following: LedgerCache[_CachedProgramme], *, is_new: bool = False
    ) -> None:
        """Write it to the disk, where it is new or enough was recorded since."""
        if is_new or self.sequence - self.on_disk.get(following.name, -WRITE_AFTER) >= WRITE_AFTER:
            journals = _FileValues(owner=self.owner, recorded=self.recorded)
            said = (
                journals if following is JOURNALS else _FileValues(owner=self.owner, as_of=self.as_of, sums=self.sums)
            )
            following.write(folder, programme_id, self.sequence, self.head_hash, said)
            self.on_disk[following.name] = self.sequence

    def take(self, found: Mapping[str, GroupRecord]) -> None:
        """Keep what was read of some groups."""
        self.recorded |= found
        for group_id, each in found.items():
            names = (
                f"group:{group_id}",
                *(f"meeting:{meeting.meeting_id}" for meeting in each.meetings),
                *(f"cycle:{cycle.cycle_id}" for cycle in each.cycles),
                *(loan.act_id for loan in each.loans),
            )
            self.owner |= dict.fromkeys(names, group_id)


def _meant(graph: Graph, programme_id: str, acts: Sequence[Act]) -> Iterator[Act]:
    """Some acts; of those about another, such as a correction or an end, in their place that one as it was recorded."""
    seen = set[str]()  # foreign data may go round in circles
    while acts:
        yield from (act for act in acts if "act_id" not in act.values)
        subjects = {str(act.values["act_id"]) for act in acts if "act_id" in act.values} - seen
        seen |= subjects
        acts = [*_recorded(graph, programme_id, subjects)] if subjects else ()


def _recorded(graph: Graph, programme_id: str, act_ids: Collection[str]) -> Iterator[Act]:
    """Some acts as they were recorded, taken back or not."""
    register = graph.read(lambda transaction: partial_register.read(transaction, programme_id, act_ids))
    entries = register.entries if register else {}
    return (entries[each].act for each in act_ids if each in entries)


JOURNALS: Final = LedgerCache[_CachedProgramme]("of-savings", 5, most=4)
"""Our choice: of 276,000 passbook lines some 150 MB."""

SUMS: Final = LedgerCache[_CachedProgramme]("of-savings-sums", 5)


def recorded(
    graph: Graph, programme_id: str, group_id: str | None = None, folder: Path | None = None
) -> Mapping[str, GroupRecord]:
    """Group → what is recorded of its savings, by id.

    Args:
        graph: The database; while it is open, what was read stays in memory.
        programme_id: Id of the programme.
        group_id: Of one group; None for all that have a cycle.
        folder: The cache folder; None caches nothing.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Unavailable: The database cannot be reached.
    """
    kept = _cached(graph, programme_id)
    with JOURNALS.place(graph, programme_id).making:
        if folder and group_id is None and JOURNALS.name not in kept.on_disk:
            kept.recall(folder, programme_id, JOURNALS)
        kept.follow(graph, programme_id)
        groups = reading.groups_of(graph, programme_id, group_id)
        kept.take(reading.read(graph, programme_id, {each: groups[each] for each in groups.keys() - kept.recorded}))
        if folder and group_id is None:
            kept.keep(folder, programme_id, JOURNALS)
        return {each: kept.recorded[each] for each in groups}


def journals(
    graph: Graph, programme_id: str, as_of: date, group_id: str | None = None, folder: Path | None = None
) -> Mapping[str, GroupJournal]:
    """The same as the books of a day.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Unavailable: The database cannot be reached.
    """
    opened, found = _cached(graph, programme_id).opened, dict[str, GroupJournal]()
    for each, said in recorded(graph, programme_id, group_id, folder).items():
        known = opened.get(each)
        if known is None or known.recorded is not said or known.as_of != as_of:
            known = GroupJournal(said, as_of)
        found[each] = opened[each] = known
    return found


def sums(graph: Graph, programme_id: str, as_of: date, folder: Path) -> Mapping[str, GroupSavings]:
    """Group that has a cycle → its savings on a day, of no woman by herself; by id.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Unavailable: The database cannot be reached.
    """
    kept = _cached(graph, programme_id)
    with JOURNALS.place(graph, programme_id).making:
        if kept.as_of != as_of:
            kept.as_of, kept.sums = as_of, {}
        if not (kept.sums or kept.on_disk):
            kept.recall(folder, programme_id, SUMS)
        kept.follow(graph, programme_id)
        groups = reading.groups_of(graph, programme_id)
        new = [each for each in groups if each not in kept.sums]
        opened = (
            journals(graph, programme_id, as_of, folder=folder)
            if len(new) == len(groups)
            else {each: journals(graph, programme_id, as_of, each)[each] for each in new}
        )
        kept.sums |= {each: group_savings(opened[each], by_woman=False) for each in new}
        kept.keep(folder, programme_id, SUMS, is_new=bool(new))
        return {each: kept.sums[each] for each in groups}


def _cached(graph: Graph, programme_id: str) -> _CachedProgramme:
    """What is kept of a programme, in memory as long as the graph is open."""
    place = JOURNALS.place(graph, programme_id)
    with place.making:
        place.copy = kept = place.copy or _CachedProgramme()
        return kept
