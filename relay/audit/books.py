"""The books as an auditor opens them: every act in force that happened by a day, beside the placement it touches.

Everything a check needs is worked out here from the whole register as known now: what was noted when an act was
recorded is not enough, since a loss may be recorded, or a birth corrected, long after the pass-on that it concerns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, date, tzinfo
from functools import cache, cached_property, partial, wraps
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from relay.arrays.raw_tables import of_register
from relay.arrays.tables import Snapshot
from relay.domain.acts import changes_of
from relay.domain.entries import zone
from relay.domain.model import PassOn, Placement, Receipt, Rule, binding_rule, thousandths
from relay.domain.register import Fact, Register
from relay.errors import Invalid, NotFound
from relay.reports.trees import Relay

_Found = TypeVar("_Found")

IMPORTED_TOGETHER: Final = 20
"""Acts of one clerk in one second from which they are an import (our choice: no hand records so many at once)."""


class Held(NamedTuple):
    """A placement that had been received by the day of the audit.

    Attributes:
        placement: With all that ever happened to it.
        receipt: Its earliest.
        rule: The rule that binds it; None in foreign data where none was in force.
        order: How many were received before it.
    """

    placement: Placement
    receipt: Receipt
    rule: Rule | None
    order: int

    @property
    def act_id(self) -> str:
        """The placement's, "placement:ID"."""
        return f"placement:{self.placement.placement_id}"


class HandOver(NamedTuple):
    """A pass-on that had been made by the day of the audit.

    Attributes:
        pass_on: What its act says, corrections included, read.
        giver: The placement it came from.
        held: The giver's placement as received; None in foreign data where it never was.
        facts: Of all acts, its own among them.
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
    def fact(self) -> Fact:
        """What its act says, as it was written."""
        return self.facts[self.act_id]


class Books:
    """A whole register as it stood on a day, in the order of the ledger.

    Attributes:
        register: Replayed from the whole ledger, or from its beginning up to some entry.
        woman: The id under which a beneficiary is kept, by her id: that of another where both are one woman.
        as_of: The day; only what happened on or before it counts.
        folder: Where what takes long to work out is kept from one question to the next; None keeps nothing.
    """

    def __init__(self, register: Register, as_of: date, folder: Path | None = None) -> None:
        """Open the books of a day."""
        self.register = register
        self.woman = register.one_woman.kept
        self.as_of = as_of
        self.folder = folder
        self._until = as_of.isoformat()
        self._relays: dict[date, Relay] = {}
        self.worked_out: dict[Callable[[Books], Any], Any] = {}  # by `once`

    def happened(self, fact: Fact) -> bool:
        """Whether an act had happened by the day; what has no day has."""
        day = fact.values.get(self.register.catalogue.counts_from(fact.kind))
        return day is None or day <= self._until

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Fact, ...]]:
        kinds: dict[str, list[Fact]] = defaultdict(list)
        for fact in sorted(self.register.facts.values(), key=attrgetter("sequence")):
            kinds[fact.kind].append(fact)
        day_of = {kind: self.register.catalogue.counts_from(kind) for kind in kinds}
        return {
            kind: tuple(fact for fact in facts if (fact.values.get(day_of[kind]) or "") <= self._until)
            for kind, facts in kinds.items()
        }

    def facts(self, *kinds: str) -> tuple[Fact, ...]:
        """The acts of some kinds, by kind and then by sequence."""
        return tuple(chain.from_iterable(self._by_kind.get(kind, ()) for kind in kinds))

    @property
    def all_facts(self) -> tuple[Fact, ...]:
        """The acts of all kinds, by kind and then by sequence."""
        return self.facts(*self._by_kind)

    def sequence(self, act_id: str) -> int:
        """The number of the entry that recorded an act."""
        return self.register.recordings[act_id].sequence

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
    def held(self) -> Mapping[str, Held]:
        """Placement id → every placement received by the day, in the order in which they were."""
        recordings = self.register.recordings
        received = [
            (receipt.received_on, recordings[receipt.act_id].sequence, receipt, placement)
            for placement in self.register.placements.values()
            for receipt in placement.receipts[:1]
            if receipt.received_on <= self.as_of
        ]
        received.sort()
        binding = cache(partial(binding_rule, self.register.rules))  # of many, one day and one rule
        return {
            placement.placement_id: Held(placement, receipt, binding(placement.help, receipt.condition, day), order)
            for order, (day, _, receipt, placement) in enumerate(received)
        }

    @cached_property
    def hand_overs(self) -> tuple[HandOver, ...]:
        """Every pass-on made by the day, a giver's together, by day."""
        facts = self.register.facts
        return tuple(
            HandOver(pass_on, giver, held, facts)
            for giver in self.register.placements.values()
            if giver.passes
            for held in (self.held.get(giver.placement_id),)
            for pass_on in giver.passes
            if pass_on.passed_on <= self.as_of
        )

    @cached_property
    def _together(self) -> Mapping[tuple[str, str], list[str]]:
        """Ids of the acts that one clerk recorded in one second."""
        together: dict[tuple[str, str], list[str]] = defaultdict(list)
        for at_once, recorded in groupby(self.register.recordings.values(), attrgetter("recorded_by", "recorded_at")):
            together[at_once] += [each.act_id for each in recorded]
        return together

    @cached_property
    def founding(self) -> frozenset[str]:
        """Ids of the acts recorded together with the programme's own act: the import that began it, however small."""
        first = self.register.recordings[f"programme:{self.register.programme_id}"]
        return frozenset(self._together[first.recorded_by, first.recorded_at])

    @cached_property
    def imported(self) -> frozenset[str]:
        """Ids of the acts that an import recorded: one clerk, one second, and at least `IMPORTED_TOGETHER` of them.

        Those of the import that began the programme are among them.
        """
        many = (each for each in self._together.values() if len(each) >= IMPORTED_TOGETHER)
        return self.founding.union(*many)

    @cached_property
    def _snapshot(self) -> Snapshot:
        return of_register(self.register)

    def _relay(self, day: date) -> Relay:
        if day not in self._relays:
            self._relays[day] = Relay(self._snapshot, day)
        return self._relays[day]

    @property
    def circles(self) -> list[frozenset[str]]:
        """Ids of placements that descend from themselves, those of one circle together; empty in a sound record."""
        for each in self.hand_overs:
            receiver = self.held.get(each.pass_on.receiver_id)
            if not (each.held and receiver and each.held.order < receiver.order):
                break
        else:  # each gave later than she received: none descends from herself
            return []
        survey = self._relay(self.as_of).survey
        return [frozenset(survey.snapshot.placements.ids[row] for row in circle) for circle in survey.circles]

    def supported(self, claim: Fact) -> int:
        """What the chain of a claim's gift supports on the claim's day, in thousandths, by the definition of a trace.

        Families are its reach; units are those of all pass-ons made by the gift's chain, as handed over, of what is
        counted as the gift is: rupees are not added to goats.
        """
        relay = self._relay(date.fromisoformat(claim.values["as_of"]))
        try:
            trace = relay.trace(f"gift:{claim.values['gift_id']}")
        except NotFound:  # claimed of a day before the gift was given
            return 0
        if claim.values["what"] == "families":
            return thousandths(trace.reach)
        own = self._unit(str(self.register.facts[trace.id].values["help"]))
        return sum(thousandths(passed.units) for passed in trace.passed if self._unit(passed.help) == own)

    def _unit(self, help_: str) -> str:
        """In what a help is counted; by itself where no rule says so."""
        return next((rule.unit for rule in self.register.rules if rule.help == help_), help_)


def once(work: Callable[[Books], _Found]) -> Callable[[Books], _Found]:
    """What several checks of the same books look at, worked out for the first of them alone."""

    @wraps(work)
    def found(books: Books) -> _Found:
        if work not in books.worked_out:
            books.worked_out[work] = work(books)
        known: _Found = books.worked_out[work]
        return known

    return found
