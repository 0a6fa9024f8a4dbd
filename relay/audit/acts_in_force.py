"""The books as an auditor opens them: every act in force that happened by a day, beside the placement it touches.

Everything a check needs is worked out here from the whole register as known now: what was noted when an act was
recorded is not enough, since a loss may be recorded, or a birth corrected, long after the pass-on that it concerns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, tzinfo
from functools import cached_property, lru_cache, partial, wraps
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from relay.access.trail import EnrolledTelephone
from relay.arrays import lineage, snapshot_cache
from relay.arrays.from_register import of_register
from relay.arrays.lineage import Survey
from relay.arrays.tables import Snapshot
from relay.clock import zone
from relay.domain.acts import changes_of
from relay.domain.entries import Entry
from relay.domain.model import PassOn, Placement, Receipt, Rule, binding_rule, thousandths
from relay.domain.register import Fact, Register
from relay.errors import Invalid, NotFound
from relay.graph import Graph
from relay.reports import trees

_Found = TypeVar("_Found")

IMPORTED_TOGETHER: Final = 20
"""Acts of one clerk in one second from which they are an import (our choice: no hand records so many at once)."""


class ReceivedPlacement(NamedTuple):
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


class HandOver(NamedTuple):
    """A pass-on that had been made by the day of the audit.

    Attributes:
        pass_on: What its act says, corrections included, read.
        giver: The placement it came from.
        giver_received: The giver's placement as received; None in foreign data where it never was.
        fact: What its act says, as it was written.
    """

    pass_on: PassOn
    giver: Placement
    giver_received: ReceivedPlacement | None
    fact: Fact

    @property
    def act_id(self) -> str:
        """Of the pass-on."""
        return f"pass:{self.pass_on.pass_id}"

    @property
    def sequence(self) -> int:
        """Sequence number of its entry."""
        return self.pass_on.sequence


class ActsInForce:
    """A whole register as it stood on a day, in the order of the ledger.

    Attributes:
        register: Replayed from the whole ledger, or from its beginning up to some entry.
        woman: The id under which a beneficiary is kept, by her id: that of another where both are one woman.
        as_of: The day; only what happened on or before it counts.
        folder: The cache folder; None caches nothing.
        enrolments: Every telephone that was ever enrolled, as the trail of accounts tells it.
    """

    def __init__(
        self,
        register: Register,
        as_of: date,
        folder: Path | None = None,
        snapshot: Snapshot | None = None,
        enrolments: Sequence[EnrolledTelephone] = (),
    ) -> None:
        """Open the books of a day; the register as columns is made from it where it is not there already."""
        self.register = register
        self.woman = register.one_woman.kept
        self.as_of = as_of
        self.folder = folder
        self.enrolments = enrolments
        self._known = snapshot
        self._until = as_of.isoformat()
        self._surveys: dict[date, Survey] = {}
        self.worked_out: dict[Callable[[ActsInForce], Any], Any] = {}  # by `once`

    def happened(self, fact: Fact) -> bool:
        """Whether an act had happened by the day; what has no day has."""
        day = fact.values.get(self.register.catalogue.counts_from(fact.kind))
        return day is None or day <= self._until

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Fact]]:
        """Kind → its acts that had happened by the day, in the order of the ledger."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in sorted(self.register.facts.values(), key=attrgetter("sequence")):
            if self.happened(fact):
                found[fact.kind].append(fact)
        return found

    def facts(self, *kinds: str) -> list[Fact]:
        """The acts of some kinds, by kind and then by sequence."""
        return [*chain.from_iterable(self._by_kind.get(kind, ()) for kind in kinds)]

    @property
    def all_facts(self) -> list[Fact]:
        """The acts of all kinds, by kind and then by sequence."""
        return self.facts(*self.register.catalogue.kinds)

    def sequence(self, act_id: str) -> int:
        """The number of the entry that recorded an act."""
        return self.register.sequence(act_id)

    @cached_property
    def entries(self) -> list[Entry]:
        """All entries, in the order of the ledger."""
        return sorted(self.register.entries.values(), key=attrgetter("sequence"))

    def entry(self, fact: Fact) -> Entry:
        """Of an act: who recorded it, and when."""
        return self.register.entries[fact.act_id]

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

    @property
    def circles(self) -> tuple[tuple[str, ...], ...]:
        """Ids of placements that descend from themselves, those of one circle together; empty in a sound record."""
        ids = self.snapshot.placements.ids
        return tuple(tuple(ids[row] for row in circle) for circle in self._survey(self.as_of).circles)

    @cached_property
    def received(self) -> Mapping[str, ReceivedPlacement]:
        """Placement id → every placement received by the day."""
        binding = lru_cache(None)(partial(binding_rule, self.register.rules))  # of many, one day and one rule
        found: dict[str, ReceivedPlacement] = {}
        for placement_id, placement in self.register.placements.items():
            receipt = next(iter(placement.receipts), None)
            if receipt and receipt.received_on <= self.as_of:
                rule = binding(placement.help, receipt.condition, receipt.received_on)
                found[placement_id] = ReceivedPlacement(placement, receipt, rule)
        return found

    @cached_property
    def hand_overs(self) -> list[HandOver]:
        """Every pass-on made by the day, in the order of the ledger."""
        found = [
            HandOver(
                pass_on, giver, self.received.get(giver.placement_id), self.register.facts[f"pass:{pass_on.pass_id}"]
            )
            for giver in self.register.placements.values()
            for pass_on in giver.passes
            if pass_on.passed_on <= self.as_of
        ]
        return sorted(found, key=attrgetter("sequence"))

    @cached_property
    def _together(self) -> Mapping[tuple[str, str], list[int]]:
        """The numbers of the entries that one clerk recorded in one second."""
        together: dict[tuple[str, str], list[int]] = defaultdict(list)
        for entry in self.entries:
            together[entry.recorded_by, entry.recorded_at].append(entry.sequence)
        return together

    @cached_property
    def founding(self) -> frozenset[int]:
        """The entries recorded together with the programme's own: the import that began it, however small."""
        first = self.register.entries[f"programme:{self.register.programme_id}"]
        return frozenset(self._together[first.recorded_by, first.recorded_at])

    @cached_property
    def imported(self) -> frozenset[int]:
        """The entries that an import recorded: by one clerk in one second, and at least `IMPORTED_TOGETHER` of them.

        Those of the import that began the programme are among them.
        """
        many = (each for each in self._together.values() if len(each) >= IMPORTED_TOGETHER)
        return self.founding.union(*many)

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


def home_of(register: Register, beneficiary: Fact) -> str | None:
    """The place where a beneficiary lives, or else where her group is; None where neither is known."""
    group = register.facts.get(f"group:{beneficiary.values.get('group_id')}")
    return beneficiary.values.get("place_id") or (group.values.get("place_id") if group else None)


def in_columns(graph: Graph, register: Register, folder: Path | None) -> Snapshot:
    """A whole register as columns: those kept of its last entry, or else made of it.

    Args:
        graph: Where it was read.
        register: Of a programme, which has an entry at least.
        folder: The cache folder; None caches nothing.
    """
    known = snapshot_cache.snapshot(graph, register.programme_id, folder) if folder else None
    last = register.last
    return known if known and last and known.head_hash == last.hash else of_register(register)


def once(work: Callable[[ActsInForce], _Found]) -> Callable[[ActsInForce], _Found]:
    """What several checks of the same books look at, worked out for the first of them alone."""

    @wraps(work)
    def found(in_force: ActsInForce) -> _Found:
        if work not in in_force.worked_out:
            in_force.worked_out[work] = work(in_force)
        known: _Found = in_force.worked_out[work]
        return known

    return found
