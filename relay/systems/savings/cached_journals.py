"""Cached journals of savings groups: in memory while a graph is open, and on disk for later processes.

The cache follows the ledger (`ledger_cache`). Each time journals are asked for, later entries are read, and the
journals of groups that they name are dropped; all are dropped if an entry may concern any group, as a rule does. A
correction or an end concerns the groups of the act that it is about. Journals that are missing are then read from the
graph.

On disk are ids, days and amounts of all groups, for questions about all of them. A second file has their sums on the
day of the last question, so that a new process only adds up the groups that were named since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.cached.ledger_cache import WRITE_AFTER, LedgerCache
from relay.countries import month_table
from relay.ledger import partial_register, programme_heads
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

_OF_ANY: Final = frozenset({"programme", "savings_rule", "same"})
"""Kinds of acts that may concern any group; others concern the group that they, their meeting or their loan name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileValues:
    """Content of a cache file: the records of all groups, or in the other file, their sums on a day."""

    owner: dict[str, str]
    recorded: dict[str, GroupRecord] = field(default_factory=dict[str, GroupRecord])
    as_of: date | None = None
    sums: dict[str, GroupSavings] = field(default_factory=dict[str, GroupSavings])
    calendar: str = ""


@dataclass(slots=True)
class _CachedProgramme:
    """What is cached of one programme.

    Attributes:
        sequence: Sequence number of the last entry that is included; 0 for an empty cache.
        head_hash: Hash of that entry.
        recorded: Group → its records.
        owner: "group:ID", and "kind:ID" of its meetings, cycles and loans → the group.
        opened: Group → its journal as of the day of the last question.
        as_of: Day of the sums.
        sums: Group → its savings on that day.
        calendar: The digest of the table of months by which journals and sums count.
        on_disk: Ending of each file on disk → sequence number of its last entry.
    """

    sequence: int = 0
    head_hash: str = ""
    on_disk: dict[str, int] = field(default_factory=dict[str, int])
    recorded: dict[str, GroupRecord] = field(default_factory=dict[str, "GroupRecord"])
    owner: dict[str, str] = field(default_factory=dict[str, str])
    opened: dict[str, GroupJournal] = field(default_factory=dict[str, GroupJournal])
    as_of: date = date.min
    sums: dict[str, GroupSavings] = field(default_factory=dict[str, GroupSavings])
    calendar: str = ""

    def follow(self, graph: Graph, programme_id: str) -> None:
        """Update to the head of the ledger: drop the groups that later entries concern."""
        entries = entries_since(graph, programme_id, self.sequence, self.head_hash) if self.sequence else None
        if entries is None:
            self.on_disk.clear()
            self.drop_all()
            head = programme_heads.head(graph, programme_id)
            self.sequence, self.head_hash = head.entries, head.head_hash
            return
        for act in _subjects_of(graph, programme_id, [entry.act for entry in entries]):
            if act.kind in _OF_ANY:
                self.drop_all()
            for name in (act.act_id, *(name for _, name in graph.catalogue.named_by(act))):
                group_id = self.owner.get(name, "")
                self.recorded.pop(group_id, None)
                self.sums.pop(group_id, None)
        if entries:
            self.sequence, self.head_hash = entries[-1].sequence, entries[-1].hash

    def count_by(self, calendar: str) -> None:
        """Drop what another table of months counted."""
        if self.calendar != calendar:
            self.opened.clear()
            self.sums.clear()
            self.calendar = calendar

    def drop_all(self) -> None:
        """Drop all groups."""
        self.recorded.clear()
        self.sums.clear()

    def load(self, folder: Path, programme_id: str, file_cache: LedgerCache[_CachedProgramme]) -> None:
        """Start with a file on disk, if there is one; sums of another day or table of months are ignored."""
        file = file_cache.read(folder, programme_id, _FileValues)
        if file and file.values.as_of in (None, self.as_of) and file.values.calendar in ("", self.calendar):
            self.sequence, self.head_hash, self.owner = file.sequence, file.head_hash, file.values.owner
            self.recorded, self.sums = file.values.recorded, file.values.sums
            self.on_disk[file_cache.name] = file.sequence

    def write_file(
        self, folder: Path, programme_id: str, file_cache: LedgerCache[_CachedProgramme], *, is_new: bool = False
    ) -> None:
        """Write a file to disk, if it is new or enough was recorded since the last time."""
        if is_new or self.sequence - self.on_disk.get(file_cache.name, -WRITE_AFTER) >= WRITE_AFTER:
            journals = _FileValues(owner=self.owner, recorded=self.recorded)
            sums = _FileValues(owner=self.owner, as_of=self.as_of, sums=self.sums, calendar=self.calendar)
            values = journals if file_cache is JOURNALS else sums
            file_cache.write(folder, programme_id, self.sequence, self.head_hash, values)
            self.on_disk[file_cache.name] = self.sequence

    def add(self, records: Mapping[str, GroupRecord]) -> None:
        """Add the records of some groups."""
        self.recorded |= records
        for group_id, each in records.items():
            names = (
                f"group:{group_id}",
                *(f"meeting:{meeting.meeting_id}" for meeting in each.meetings),
                *(f"cycle:{cycle.cycle_id}" for cycle in each.cycles),
                *(loan.act_id for loan in each.loans),
            )
            self.owner |= dict.fromkeys(names, group_id)


def _subjects_of(graph: Graph, programme_id: str, acts: Sequence[Act]) -> Iterator[Act]:
    """Some acts, with those about another act (corrections, ends) replaced by that act as it was recorded."""
    seen = set[str]()  # foreign data may go round in circles
    while acts:
        yield from (act for act in acts if "act_id" not in act.values)
        subjects = {str(act.values["act_id"]) for act in acts if "act_id" in act.values} - seen
        seen |= subjects
        acts = [*_recorded(graph, programme_id, subjects)] if subjects else ()


def _recorded(graph: Graph, programme_id: str, act_ids: Collection[str]) -> Iterator[Act]:
    """Some acts as they were recorded, whether or not they were taken back."""
    register = graph.read(lambda transaction: partial_register.read(transaction, programme_id, act_ids))
    entries = register.entries if register else {}
    return (entries[each].act for each in act_ids if each in entries)


JOURNALS: Final = LedgerCache[_CachedProgramme]("of-savings", 6, most=4)
"""Number of programmes in memory (our choice: 276,000 passbook lines take some 150 MB)."""

SUMS: Final = LedgerCache[_CachedProgramme]("of-savings-sums", 7)


def recorded(
    graph: Graph, programme_id: str, group_id: str | None = None, folder: Path | None = None
) -> Mapping[str, GroupRecord]:
    """Group → the records of its savings, sorted by id.

    Args:
        graph: The database; records stay in memory while it is open.
        programme_id: Id of the programme.
        group_id: Id of one group; None for all that have a cycle.
        folder: The cache folder; None caches nothing on disk.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Unavailable: The database cannot be reached.
    """
    cached = _cached(graph, programme_id)
    with JOURNALS.place(graph, programme_id).making:
        if folder and group_id is None and JOURNALS.name not in cached.on_disk:
            cached.load(folder, programme_id, JOURNALS)
        cached.follow(graph, programme_id)
        groups = reading.groups_of(graph, programme_id, group_id)
        cached.add(reading.read(graph, programme_id, {each: groups[each] for each in groups.keys() - cached.recorded}))
        if folder and group_id is None:
            cached.write_file(folder, programme_id, JOURNALS)
        return {each: cached.recorded[each] for each in groups}


def journals(
    graph: Graph, programme_id: str, as_of: date, group_id: str | None = None, folder: Path | None = None
) -> Mapping[str, GroupJournal]:
    """Group → its journal on a day, sorted by id; arguments as for `recorded`.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Unavailable: The database cannot be reached.
    """
    opened, by_group = _cached(graph, programme_id).opened, dict[str, GroupJournal]()
    for each, records in recorded(graph, programme_id, group_id, folder).items():
        journal = opened.get(each)
        if journal is None or journal.recorded is not records or journal.as_of != as_of:
            journal = GroupJournal(records, as_of)
        by_group[each] = opened[each] = journal
    return by_group


def sums(graph: Graph, programme_id: str, as_of: date, folder: Path) -> Mapping[str, GroupSavings]:
    """Group with a cycle → its savings on a day, without figures of single women; sorted by id.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Unavailable: The database cannot be reached.
    """
    cached = _cached(graph, programme_id)
    with JOURNALS.place(graph, programme_id).making:
        if cached.as_of != as_of:
            cached.as_of, cached.sums = as_of, {}
        if not (cached.sums or cached.on_disk):
            cached.load(folder, programme_id, SUMS)
        cached.follow(graph, programme_id)
        groups = reading.groups_of(graph, programme_id)
        new = [each for each in groups if each not in cached.sums]
        opened = (
            journals(graph, programme_id, as_of, folder=folder)
            if len(new) == len(groups)
            else {each: journals(graph, programme_id, as_of, each)[each] for each in new}
        )
        cached.sums |= {each: group_savings(opened[each], by_woman=False) for each in new}
        cached.write_file(folder, programme_id, SUMS, is_new=bool(new))
        return {each: cached.sums[each] for each in groups}


def _cached(graph: Graph, programme_id: str) -> _CachedProgramme:
    """The cache of a programme in memory."""
    place = JOURNALS.place(graph, programme_id)
    with place.making:
        place.copy = cached = place.copy or _CachedProgramme()
        cached.count_by(month_table.in_use().digest)
        return cached
