"""Every act in force that happened by a day, with the placement it concerns: what the checks of an audit look at.

It is worked out from the whole register as now known. The notes that were made when an act was recorded would not be
enough, since a loss may be recorded, or a birth corrected, long after the pass-on that it concerns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, tzinfo
from functools import cached_property, lru_cache, partial, wraps
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from relay.access.account_trail import EnrolledTelephone
from relay.arrays import lineage, snapshot_cache
from relay.arrays.from_register import of_register
from relay.arrays.lineage import Survey
from relay.arrays.tables import Snapshot
from relay.domain.acts import changes_of
from relay.domain.entries import Entry
from relay.domain.model import PassOn, Placement, Receipt, Rule, binding_rule, thousandths
from relay.domain.register import Fact, Register
from relay.errors import Invalid, NotFound
from relay.instants import zone
from relay.reports import trees

if TYPE_CHECKING:
    from relay.graph import Graph

_Found = TypeVar("_Found")

IMPORTED_TOGETHER: Final = 20
"""So many acts by one clerk in one second are an import (our choice: nobody records so many by hand)."""


class ReceivedPlacement(NamedTuple):
    """A placement that had been received by the day of the audit.

    Attributes:
        placement: The placement, with all that ever happened to it.
        receipt: Its earliest receipt.
        rule: The rule that binds it; None in foreign data if no rule was in force.
    """

    placement: Placement
    receipt: Receipt
    rule: Rule | None

    @property
    def act_id(self) -> str:
        """The id of the placement as an act, "placement:ID"."""
        return f"placement:{self.placement.placement_id}"


class HandOver(NamedTuple):
    """A pass-on that had been made by the day of the audit.

    Attributes:
        pass_on: The pass-on, corrections included.
        giver: The placement that gave.
        giver_received: The same placement as it was received; None in foreign data if it never was.
        fact: The values of its act as text and numbers.
    """

    pass_on: PassOn
    giver: Placement
    giver_received: ReceivedPlacement | None
    fact: Fact

    @property
    def act_id(self) -> str:
        """The id of the pass-on as an act, "pass:ID"."""
        return f"pass:{self.pass_on.pass_id}"

    @property
    def sequence(self) -> int:
        """Sequence number of its entry."""
        return self.pass_on.sequence


class ActsInForce:
    """A whole register as it stood on a day, in the order of the ledger.

    Attributes:
        register: The register, as of the last entry or of an earlier one.
        woman: Gives a beneficiary's main id for any of her ids.
        as_of: The day; only what happened on or before it counts.
        folder: The cache folder; None caches nothing.
        enrolments: Every telephone that was ever enrolled, from the trail of accounts.
        worked_out: Results of functions that are decorated with `once`.
    """

    def __init__(
        self,
        register: Register,
        as_of: date,
        folder: Path | None = None,
        snapshot: Snapshot | None = None,
        enrolments: Sequence[EnrolledTelephone] = (),
    ) -> None:
        """Look at a register on a day; the snapshot of the register is made if it is not given."""
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
        """Whether an act had happened by the day; true for acts without a day."""
        day = fact.values.get(self.register.catalogue.counts_from(fact.kind))
        return day is None or day <= self._until

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Fact]]:
        """Kind → its acts that had happened by the day, in the order of the ledger."""
        by_kind: dict[str, list[Fact]] = defaultdict(list)
        for fact in sorted(self.register.facts.values(), key=attrgetter("sequence")):
            if self.happened(fact):
                by_kind[fact.kind].append(fact)
        return by_kind

    def facts(self, *kinds: str) -> list[Fact]:
        """The acts of some kinds, by kind and then by sequence."""
        return [*chain.from_iterable(self._by_kind.get(kind, ()) for kind in kinds)]

    @property
    def all_facts(self) -> list[Fact]:
        """The acts of all kinds, by kind and then by sequence."""
        return self.facts(*self.register.catalogue.kinds)

    def sequence(self, act_id: str) -> int:
        """Sequence number of the entry that recorded an act."""
        return self.register.sequence(act_id)

    @cached_property
    def entries(self) -> list[Entry]:
        """All entries, in the order of the ledger."""
        return sorted(self.register.entries.values(), key=attrgetter("sequence"))

    def entry(self, fact: Fact) -> Entry:
        """The entry that recorded an act."""
        return self.register.entries[fact.act_id]

    def entries_about(self, act_id: str, *fields: str) -> list[int]:
        """Sequence numbers of the entries that recorded or corrected some columns of an act."""
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
        """Ids of placements that descend from themselves, grouped by circle; empty in a sound record."""
        ids = self.snapshot.placements.ids
        return tuple(tuple(ids[row] for row in circle) for circle in self._survey(self.as_of).circles)

    @cached_property
    def received(self) -> Mapping[str, ReceivedPlacement]:
        """Placement id → the placement, for every placement received by the day."""
        binding = lru_cache(None)(partial(binding_rule, self.register.rules))  # of many, one day and one rule
        received: dict[str, ReceivedPlacement] = {}
        for placement_id, placement in self.register.placements.items():
            receipt = next(iter(placement.receipts), None)
            if receipt and receipt.received_on <= self.as_of:
                rule = binding(placement.help, receipt.condition, receipt.received_on)
                received[placement_id] = ReceivedPlacement(placement, receipt, rule)
        return received

    @cached_property
    def hand_overs(self) -> list[HandOver]:
        """Every pass-on made by the day, in the order of the ledger."""
        made = [
            HandOver(
                pass_on, giver, self.received.get(giver.placement_id), self.register.facts[f"pass:{pass_on.pass_id}"]
            )
            for giver in self.register.placements.values()
            for pass_on in giver.passes
            if pass_on.passed_on <= self.as_of
        ]
        return sorted(made, key=attrgetter("sequence"))

    @cached_property
    def _together(self) -> Mapping[tuple[str, str], list[int]]:
        """Clerk and second → sequence numbers of the entries recorded by that clerk in that second."""
        together: dict[tuple[str, str], list[int]] = defaultdict(list)
        for entry in self.entries:
            together[entry.recorded_by, entry.recorded_at].append(entry.sequence)
        return together

    @cached_property
    def founding(self) -> frozenset[int]:
        """Sequence numbers of the entries recorded together with the programme's own: its first import."""
        first = self.register.entries[f"programme:{self.register.programme_id}"]
        return frozenset(self._together[first.recorded_by, first.recorded_at])

    @cached_property
    def imported(self) -> frozenset[int]:
        """Sequence numbers of the entries that an import recorded.

        They are at least `IMPORTED_TOGETHER` entries by one clerk in one second, or belong to the programme's first
        import.
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
        """What the chain of a claim's gift supports on the day of the claim, in thousandths.

        For families it is the reach of the chain. For units it is all that the gift's chain passed on, as handed over,
        in the unit of the gift: rupees are not added to goats.
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
        """The unit in which a help is counted; the help itself if no rule names a unit."""
        return next((rule.unit for rule in self.register.rules if rule.help == help_), help_)


def home_of(register: Register, beneficiary: Fact) -> str | None:
    """The place where a beneficiary lives, else the place of her group; None if neither is known."""
    group = register.facts.get(f"group:{beneficiary.values.get('group_id')}")
    return beneficiary.values.get("place_id") or (group.values.get("place_id") if group else None)


def in_columns(graph: Graph, register: Register, folder: Path | None) -> Snapshot:
    """A whole register as columns: the cached snapshot of its last entry, or one made from the register.

    Args:
        graph: The database it was read from.
        register: A register with at least one entry.
        folder: The cache folder; None caches nothing.
    """
    cached = snapshot_cache.snapshot(graph, register.programme_id, folder) if folder else None
    last = register.last
    return cached if cached and last and cached.head_hash == last.hash else of_register(register)


def once(work: Callable[[ActsInForce], _Found]) -> Callable[[ActsInForce], _Found]:
    """Work out something that several checks need only once for each `ActsInForce`."""

    @wraps(work)
    def shared(in_force: ActsInForce) -> _Found:
        if work not in in_force.worked_out:
            in_force.worked_out[work] = work(in_force)
        result: _Found = in_force.worked_out[work]
        return result

    return shared
