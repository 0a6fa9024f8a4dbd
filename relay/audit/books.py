"""The books as an auditor opens them: every act in force that happened by a day, beside the placement it touches.

Everything a check needs is worked out here from the whole register as known now: what was noted when an act was
recorded is not enough, since a loss may be recorded, or a birth corrected, long after the pass-on that it concerns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, tzinfo
from functools import cached_property, lru_cache, partial, wraps
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from relay.access.trail import Enrolment
from relay.arrays import cache, lineage
from relay.arrays.columns import NONE, Flags, Rows, rows_of
from relay.arrays.lazy_rows import LazyRows
from relay.arrays.lineage import Survey
from relay.arrays.replayed import of_register
from relay.arrays.standings import Receipts, Standings, receipts, standings
from relay.arrays.tables import Snapshot
from relay.clock import zone
from relay.domain.acts import changes_of
from relay.domain.model import PassOn, Placement, Receipt, Rule, binding_rule, thousandths
from relay.domain.register import Acts, Fact, Register, Run
from relay.errors import Invalid, NotFound
from relay.graph import Graph
from relay.reports import trees

_Found = TypeVar("_Found")

IMPORTED_TOGETHER: Final = 20
"""Acts of one clerk in one second from which they are an import (our choice: no hand records so many at once)."""


class Held(NamedTuple):
    """A placement that had been received by the day of the audit.

    Attributes:
        placement: With all that ever happened to it.
        receipt: Its earliest.
        rule: The rule that binds it; None in foreign data where none was in force.
    """

    placement: Placement
    receipt: Receipt
    rule: Rule | None

    @property
    def act_id(self) -> str:
        """The placement's, "placement:ID"."""
        return f"placement:{self.placement.placement_id}"


class HeldPlacements(Mapping[str, Held]):
    """Placement id → every placement received by a day, in the order of the ledger; looked up when it is asked for."""

    def __init__(self, register: Register, snapshot: Snapshot, received: Receipts) -> None:
        """Those that had received something by a day."""
        self._placements, self._snapshot, self._received = register.placements, snapshot, received
        self._binding = lru_cache(None)(partial(binding_rule, register.rules))  # of many, one day and one rule

    def __getitem__(self, placement_id: str) -> Held:
        """One of them."""
        placement = self._placements[placement_id]
        receipt = next(iter(placement.receipts), None)
        if receipt is None or receipt.received_on > self._received.as_of:
            raise KeyError(placement_id)
        return Held(placement, receipt, self._binding(placement.help, receipt.condition, receipt.received_on))

    def __iter__(self) -> Iterator[str]:
        """Their ids."""
        return iter(self._ids(self._received.there))

    def __len__(self) -> int:
        """How many."""
        return int(self._received.there.sum())

    def where(self, holds: Flags) -> list[Held]:
        """Some of them; what holds of which placement is said in the rows of the snapshot."""
        return [self[each] for each in self._ids(holds & self._received.there)]

    def _ids(self, chosen: Flags) -> list[str]:
        return self._snapshot.placements.ids.some(rows_of(chosen))

    @property
    def holders(self) -> frozenset[str]:
        """The ids under which they were received."""
        ids, rows = [*self._snapshot.beneficiaries.ids], self._snapshot.placements.beneficiary[self._received.there]
        return frozenset(ids[row] for row in rows.tolist() if row != NONE)


class HandOver(NamedTuple):
    """A pass-on that had been made by the day of the audit.

    Attributes:
        pass_on: What its act says, corrections included, read.
        giver: The placement it came from.
        held: The giver's placement as received; None in foreign data where it never was.
        facts: What all acts say, as they were written.
    """

    pass_on: PassOn
    giver: Placement
    held: Held | None
    facts: Mapping[str, Fact]

    @property
    def act_id(self) -> str:
        """Of the pass-on."""
        return f"pass:{self.pass_on.pass_id}"

    @property
    def sequence(self) -> int:
        """Of its entry."""
        return self.pass_on.sequence

    @property
    def fact(self) -> Fact:
        """What its act says, as it was written."""
        return self.facts[self.act_id]


class HandOvers(LazyRows[HandOver]):
    """Pass-ons made by a day, in the order of the ledger; each looked up in the register when it is asked for."""

    def __init__(self, books: Books, row: Rows) -> None:
        """Some rows of the snapshot's pass-ons."""
        super().__init__(row)
        self._books = books

    def where(self, holds: Flags) -> HandOvers:
        """Some of them; what holds of which pass-on is said in the rows of the snapshot."""
        return HandOvers(self._books, self._row[holds[self._row]])

    def _made(self, rows: Rows) -> Iterator[HandOver]:
        snapshot, register, held = self._books.snapshot, self._books.register, self._books.held
        givers = snapshot.placements.ids.some(snapshot.passes.giver[rows])
        for pass_id, giver_id in zip(snapshot.passes.ids.some(rows), givers, strict=True):
            giver = register.placements[giver_id]
            pass_on = next(each for each in giver.passes if each.pass_id == pass_id)
            yield HandOver(pass_on, giver, held.get(giver_id), register.facts)


class Books:
    """A whole register as it stood on a day, in the order of the ledger.

    Attributes:
        register: Replayed from the whole ledger, or from its beginning up to some entry.
        woman: The id under which a beneficiary is kept, by her id: that of another where both are one woman.
        as_of: The day; only what happened on or before it counts.
        folder: Where what takes long to work out is kept from one question to the next; None keeps nothing.
        enrolments: Every telephone that was ever enrolled, as the trail of accounts tells it.
    """

    def __init__(
        self,
        register: Register,
        as_of: date,
        folder: Path | None = None,
        snapshot: Snapshot | None = None,
        enrolments: Sequence[Enrolment] = (),
    ) -> None:
        """Open the books of a day; the register as columns is made from it where it is not there already."""
        self.register = register
        self.woman = register.one_woman.kept
        self.as_of = as_of
        self.folder = folder
        self.enrolments = enrolments
        self._known = snapshot
        self._until = as_of.isoformat()
        self._kinds: dict[str, Acts] = {}
        self._surveys: dict[date, Survey] = {}
        self.worked_out: dict[Callable[[Books], Any], Any] = {}  # by `once`

    def happened(self, fact: Fact) -> bool:
        """Whether an act had happened by the day; what has no day has."""
        day = fact.values.get(self.register.catalogue.counts_from(fact.kind))
        return day is None or day <= self._until

    def _of_kind(self, kind: str) -> Acts:
        if kind not in self._kinds:
            acts, until, day = self.register.acts(kind), self._until, self.register.catalogue.counts_from(kind)
            self._kinds[kind] = acts.where((said or "") <= until for said in acts.column(day)) if day else acts
        return self._kinds[kind]

    def facts(self, *kinds: str) -> Acts:
        """The acts of some kinds, by kind and then by sequence."""
        return Acts.together(self.register.facts, [*map(self._of_kind, kinds)])

    @property
    def all_facts(self) -> Acts:
        """The acts of all kinds, by kind and then by sequence."""
        return self.facts(*self.register.catalogue.kinds)

    def sequence(self, act_id: str) -> int:
        """The number of the entry that recorded an act."""
        return self.register.sequence(act_id)

    @cached_property
    def runs(self) -> Sequence[Run]:
        """All entries, those of one second and one person together."""
        return self.register.runs()

    def run_of(self, sequence: int) -> Run:
        """Who recorded an entry, and when."""
        return self.runs[bisect_right(self._firsts, sequence) - 1]

    @cached_property
    def _firsts(self) -> list[int]:
        return [run.first for run in self.runs]

    def homes(self, people: Acts) -> list[str | None]:
        """The place where each of some beneficiaries lives, or else where her group is; None where neither is known."""
        groups = self.register.acts("group")
        of_group = dict(zip(groups.column("group_id"), groups.column("place_id"), strict=True))
        lives = zip(people.column("place_id"), people.column("group_id"), strict=True)
        return [place_id or of_group.get(group_id) for place_id, group_id in lives]

    def said(self, act_id: str, *fields: str) -> list[int]:
        """The numbers of the entries that recorded some fields of an act, corrections included."""
        entries = self.register.entries
        about = (entries[each] for each in self.register.about.get(act_id, ()) if each in entries)
        corrected = [each.sequence for each in about if {*fields} & {*changes_of(each.payload)}]
        return [entries[act_id].sequence] * bool({*fields} & {*entries[act_id].payload}) + corrected

    @cached_property
    def zone(self) -> tzinfo:
        """The time zone in which the programme's days begin."""
        programme = self.register.facts.get(f"programme:{self.register.programme_id}")
        try:
            return zone(str(programme.values.get("timezone")) if programme else "UTC")
        except Invalid:  # foreign or damaged data
            return UTC

    @cached_property
    def standings(self) -> Standings:
        """How every placement stood on the day, as columns."""
        return standings(self.snapshot, self.received)

    @property
    def circles(self) -> tuple[tuple[int, ...], ...]:
        """Rows of placements that descend from themselves, those of one circle together; empty in a sound record."""
        return self._survey(self.as_of).circles

    @cached_property
    def received(self) -> Receipts:
        """What every placement had received by the day, as columns."""
        return receipts(self.snapshot, self.as_of)

    @cached_property
    def held(self) -> HeldPlacements:
        """Every placement received by the day."""
        return HeldPlacements(self.register, self.snapshot, self.received)

    @cached_property
    def hand_overs(self) -> HandOvers:
        """Every pass-on made by the day."""
        return HandOvers(self, rows_of(self.received.made))

    @cached_property
    def _together(self) -> Mapping[tuple[str, str], list[range]]:
        """The entries that one clerk recorded in one second."""
        together: dict[tuple[str, str], list[range]] = defaultdict(list)
        for run in self.runs:
            together[run.recorded_by, run.recorded_at].append(range(run.first, run.last + 1))
        return together

    @cached_property
    def founding(self) -> frozenset[int]:
        """The entries recorded together with the programme's own: the import that began it, however small."""
        return frozenset(chain(*self._founding))

    @property
    def _founding(self) -> list[range]:
        first = self.run_of(self.sequence(f"programme:{self.register.programme_id}"))
        return self._together[first.recorded_by, first.recorded_at]

    @cached_property
    def imports(self) -> list[range]:
        """The entries that an import recorded: by one clerk in one second, and at least `IMPORTED_TOGETHER` of them.

        Those of the import that began the programme are among them.
        """
        many = (each for each in self._together.values() if sum(map(len, each)) >= IMPORTED_TOGETHER)
        return [*self._founding, *chain.from_iterable(many)]

    @cached_property
    def imported(self) -> frozenset[int]:
        """The numbers of the same."""
        return frozenset(chain.from_iterable(self.imports))

    @cached_property
    def snapshot(self) -> Snapshot:
        """The register as columns."""
        return self._known or of_register(self.register)

    def _survey(self, day: date) -> Survey:
        if day not in self._surveys:
            self._surveys[day] = lineage.survey(self.snapshot, day)
        return self._surveys[day]

    def supported(self, claim: Fact) -> int:
        """What the chain of a claim's gift supports on the claim's day, in thousandths, by the definition of a trace.

        Families are its reach; units are those of all pass-ons made by the gift's chain, as handed over, of what is
        counted as the gift is: rupees are not added to goats.
        """
        survey = self._survey(date.fromisoformat(claim.values["as_of"]))
        try:
            trace = trees.trace(survey, f"gift:{claim.values['gift_id']}")
        except NotFound:  # claimed of a day before the gift was given
            return 0
        if claim.values["what"] == "families":
            return thousandths(trace.reach)
        own = self._unit(str(self.register.facts[trace.id].values["help"]))
        return sum(thousandths(passed.units) for passed in trace.passed if self._unit(passed.help) == own)

    def _unit(self, help_: str) -> str:
        """In what a help is counted; by itself where no rule says so."""
        return next((rule.unit for rule in self.register.rules if rule.help == help_), help_)


def in_columns(graph: Graph, register: Register, folder: Path | None) -> Snapshot:
    """A whole register as columns: those kept of its last entry, or else made of it.

    Args:
        graph: Where it was read.
        register: Of a programme, which has an entry at least.
        folder: Where columns are kept from one question to the next; None keeps nothing.
    """
    known = cache.snapshot(graph, register.programme_id, folder) if folder else None
    last = register.last
    return known if known and last and known.head_hash == last.hash else of_register(register)


def once(work: Callable[[Books], _Found]) -> Callable[[Books], _Found]:
    """What several checks of the same books look at, worked out for the first of them alone."""

    @wraps(work)
    def found(books: Books) -> _Found:
        if work not in books.worked_out:
            books.worked_out[work] = work(books)
        known: _Found = books.worked_out[work]
        return known

    return found
