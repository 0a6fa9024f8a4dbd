"""Lists of all placements, all holders and all chains of a programme on a day.

A list of 100,000 rows is filtered and sorted as columns; a row is built only when it is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

import numpy as np

from relay.arrays.columns import NONE, Flags, Rows, day_number, day_of
from relay.arrays.lazy_rows import Keys, LazyRows, order
from relay.arrays.lineage import Survey
from relay.arrays.placement_states import CAUSES
from relay.arrays.same_woman import women_of
from relay.arrays.tables import Snapshot
from relay.domain.model import Quantity, shown
from relay.domain.vocabulary import CHAIN_STATES, STATES
from relay.reports.breakdown import PartNames, code_of, row_of, within
from relay.reports.chains import Chains
from relay.reports.counted_placements import below as descending_from
from relay.reports.counted_placements import counting, generations, held_by, in_part, in_state
from relay.reports.rates import DUE_COVERED, DUE_OWED, DUE_REMITTED, GIVEN, OWED, PASSED, sums, unit

HoldingSorting = Literal["id", "received", "due", "generation", "reach", "since", "state"]
HolderSorting = Literal["id", "placements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A placement and its state on the day; units are of its own help.

    Attributes:
        placement_id: Id of the placement.
        beneficiary_id: Id of the holder; None if foreign data does not have it.
        place_id: Id of the place where she lives; None if unknown.
        group_id: Id of the group that she is a member of; None if of none.
        help: Help that was received.
        generation: Least number of pass-ons from any original placement, or from those of the gift asked about; -1 if
            it descends from none.
        received_on: Day of the earliest receipt.
        due_on: Day by which all is to be passed on.
        passed: Units passed on so far.
        owed: Units owed in total.
        state: One of `vocabulary.STATES`.
        since_on: Day since which it is lost or broken, else None.
        cause: Why it is lost or broken, else None.
        reach: Number of placements that descend from it.
        gift_id: Id of the nearest gift above it; None if it descends from none.
    """

    placement_id: str
    beneficiary_id: str | None
    place_id: str | None
    group_id: str | None
    help: str
    generation: int
    received_on: date | None
    due_on: date | None
    passed: float
    owed: float
    state: str
    since_on: date | None
    cause: str | None
    reach: int
    gift_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsSummed:
    """Units of some placements added up, all of one unit.

    Attributes:
        help: One of the helps, which gives the unit.
        given: Units received from gifts.
        owed: Units owed in total.
        passed: Units passed on so far.
        due_owed: Units owed by placements past their due day.
        due_passed: Units passed on by these; each counts for at most what it owes.
        due_possible: Units owed by these, without what the excused and those lost by death, theft or leaving still owe.
    """

    help: str
    given: Quantity
    owed: Quantity
    passed: Quantity
    due_owed: Quantity
    due_passed: Quantity
    due_possible: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A beneficiary with the number of placements she holds.

    Attributes:
        beneficiary_id: Id of the woman.
        place_id: Id of the place where she lives; None if unknown.
        group_id: Id of the group that she is a member of; None if of none.
        placements: Number of placements that she holds; 0 if she waits to receive.
        states: State → number of placements that she holds.
    """

    beneficiary_id: str
    place_id: str | None
    group_id: str | None
    placements: int
    states: Mapping[str, int]


class Holdings(LazyRows[Holding]):
    """Placements in some order."""

    def __init__(self, survey: Survey, row: Rows, generation: Rows | None = None) -> None:
        """Take placements of a survey in order, and each placement's generation if it is not the usual one."""
        super().__init__(row)
        self._survey = survey
        self._generation = survey.generation if generation is None else generation
        self._gift: dict[int, int] = {}

    def _made(self, rows: Rows) -> Iterator[Holding]:
        return map(self._holding, rows.tolist())

    def _holding(self, row: int) -> Holding:
        survey, snapshot, stood = self._survey, self._survey.snapshot, self._survey.standings
        holder = int(snapshot.placements.beneficiary[row])
        people, cause = snapshot.beneficiaries, int(stood.cause[row])
        return Holding(
            placement_id=snapshot.placements.ids[row],
            beneficiary_id=None if holder == NONE else people.ids[holder],
            place_id=_id(snapshot.places.ids, NONE if holder == NONE else int(people.place[holder])),
            group_id=_id(snapshot.groups.ids, NONE if holder == NONE else int(people.group[holder])),
            help=snapshot.helps[snapshot.placements.help[row]],
            generation=int(self._generation[row]),
            received_on=day_of(stood.received_day[row]),
            due_on=day_of(stood.due_day[row]),
            passed=shown(int(stood.passed[row])),
            owed=shown(int(stood.owed[row])),
            state=STATES[stood.state[row]],
            since_on=day_of(stood.since_day[row]),
            cause=None if cause == NONE else CAUSES[cause],
            reach=int(survey.reach[row]),
            gift_id=_id(snapshot.gifts.ids, self._gift_above(row)),
        )

    def _gift_above(self, row: int) -> int:
        """The gift of the nearest original placement at or above a placement."""
        survey, below = self._survey, list[int]()
        while row != NONE and row not in self._gift and not survey.original[row]:
            below.append(row)
            row = _nearest_giver(survey, row)
        if row != NONE and row not in self._gift:
            self._gift[row] = int(survey.snapshot.placements.gift[row])
        gift = NONE if row == NONE else self._gift[row]
        self._gift.update(dict.fromkeys(below, gift))
        return gift

    @property
    def units(self) -> UnitsSummed | None:
        """Units that they received, owe and passed on; None if there are none, or if their units cannot be added up."""
        snapshot = self._survey.snapshot
        helps = [snapshot.helps[code] for code in np.unique(snapshot.placements.help[self._row]).tolist()]
        if not helps or len({unit(snapshot, help_) for help_ in helps}) > 1:
            return None
        total = sums(self._survey, self._row, 0, 1)[0].sum(axis=0)
        added = {
            "given": total[GIVEN],
            "owed": total[OWED],
            "passed": total[PASSED],
            "due_owed": total[DUE_OWED],
            "due_passed": total[DUE_COVERED],
            "due_possible": total[DUE_OWED] - total[DUE_REMITTED],
        }
        return UnitsSummed(help=helps[0], **{name: shown(int(many)) for name, many in added.items()})

    @property
    def people(self) -> int:
        """Number of different holders; a woman with several ids counts once."""
        snapshot = self._survey.snapshot
        holder = women_of(snapshot)[snapshot.placements.beneficiary[self._row]]
        return len(np.unique(holder[holder != NONE]))

    def by_place(self) -> Mapping[str | None, int]:
        """Place id → number of placements held there; None stands for an unknown place."""
        snapshot = self._survey.snapshot
        lives = np.append(snapshot.beneficiaries.place, NONE)[snapshot.placements.beneficiary[self._row]]
        places, counts = np.unique(lives, return_counts=True)
        return {_id(snapshot.places.ids, row): many for row, many in zip(places.tolist(), counts.tolist(), strict=True)}

    def by_year(self, *, original: bool) -> Mapping[int, int]:
        """Year → number of placements first received in it: original ones, or those that began with a pass-on."""
        chosen = self._row[self._survey.original[self._row] == original]
        days, counts = np.unique(self._survey.standings.received_day[chosen], return_counts=True)
        years = Counter[int]()
        for number, many in zip(days.tolist(), counts.tolist(), strict=True):
            day = day_of(number)
            if day:
                years[day.year] += many
        return years


def _id(ids: Sequence[str], row: int) -> str | None:
    return None if row == NONE else ids[row]


def _nearest_giver(survey: Survey, row: int) -> int:
    """The giver through whom a placement is nearest to an original one; NONE if it descends from none."""
    received = survey.snapshot.received
    made = received.order[received.start[row] : received.start[row + 1]]
    givers = survey.snapshot.passes.giver[made[survey.live[made]]]
    nearer = givers[survey.generation[givers] == survey.generation[row] - 1]
    return int(nearer[0]) if len(nearer) else NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementFilter:
    """A filter of placements: those that meet all conditions.

    Attributes:
        state: In this state: one of `vocabulary.STATES`, or a word that `counted_placements` uses like a state.
        help: Of this help.
        place_id: Held in this place or in any place inside it.
        group_id: Held by a member of this group.
        gift_id: Filled by this gift, or descending from it.
        generation: Of this generation, counted from that gift if one is given; -1 for those without a generation.
        since: Lost or broken since after this day.
        counted: Counted under this word of `counted_placements.COUNTED`.
        of: Word of `vocabulary.PARTED_BY` → part: belonging to all of these parts.
        names: With the donors, if a part is a donor's.
        below: Descending from this placement or gift, "kind:id".
        held_by: Held by the woman with this id, under any of her ids.
        earlier: Survey of the same programme on another day, if `was` is given.
        was: In this state on that other day.
    """

    state: str | None = None
    help: str | None = None
    place_id: str | None = None
    group_id: str | None = None
    gift_id: str | None = None
    generation: int | None = None
    since: date | None = None
    counted: str | None = None
    of: Mapping[str, str] = field(default_factory=dict[str, str])
    names: PartNames | None = None
    below: str | None = None
    held_by: str | None = None
    earlier: Survey | None = None
    was: str | None = None


ALL: Final = PlacementFilter()


def holdings(
    survey: Survey, which: PlacementFilter = ALL, *, sort: HoldingSorting = "id", descending: bool = False
) -> Holdings:
    """The placements of a programme, or some of them.

    Args:
        survey: Survey of the programme on the day.
        which: Filter of placements.
        sort: The order; equal placements are sorted by id.
        descending: Reverse the order.

    Returns:
        The placements; empty if nothing had been placed by the day, or if none passes the filter.

    Raises:
        NotFound: What a filter names is not in the programme.
    """
    snapshot, stood = survey.snapshot, survey.standings
    generation = generations(survey, which.gift_id)
    row = np.flatnonzero(_chosen(survey, which, generation)).astype(np.int32)
    by: Mapping[str, Keys] = {
        "received": stood.received_day,
        "due": stood.due_day,
        "generation": generation,
        "reach": survey.reach,
        "since": stood.since_day,
        "state": stood.state,
    }
    key = by[sort][row] if sort in by else None
    return Holdings(survey, row[order(snapshot.placements.ids, row, key, descending=descending)], generation)


def _chosen(survey: Survey, which: PlacementFilter, generation: Rows) -> Flags:
    """Which placements meet all conditions."""
    snapshot, stood = survey.snapshot, survey.standings
    chosen: Flags = stood.there & _belonging(survey, which)
    if which.gift_id is not None:
        chosen &= generation != NONE
    if which.generation is not None:
        chosen &= generation == which.generation
    if which.state is not None:
        chosen &= in_state(survey, which.state)
    if which.earlier and which.was is not None:
        chosen &= in_state(which.earlier, which.was)
    if which.counted is not None:
        chosen &= counting(survey, which.counted)
    if which.help is not None:
        chosen &= snapshot.placements.help == code_of("help", snapshot.helps, which.help)
    if which.since is not None:
        chosen &= stood.stuck & (stood.since_day > day_number(which.since))
    return chosen


def _belonging(survey: Survey, which: PlacementFilter) -> Flags:
    """Which placements belong to the people, places, parts and branches that are asked for."""
    snapshot = survey.snapshot
    chosen = np.ones(len(survey.original), np.bool_)
    for word, part in which.of.items():
        chosen &= in_part(survey, word, part, which.names or PartNames())
    if which.below is not None:
        chosen &= descending_from(survey, which.below)
    if which.held_by is not None:
        chosen &= held_by(survey, which.held_by)
    if which.place_id is not None or which.group_id is not None:
        there = np.append(_holding_there(survey, which.place_id, which.group_id), False)
        chosen &= there[snapshot.placements.beneficiary]
    return chosen


def _holding_there(survey: Survey, place_id: str | None, group_id: str | None) -> Flags:
    """Which beneficiaries live in a place and belong to a group."""
    snapshot = survey.snapshot
    chosen = np.ones(len(snapshot.beneficiaries), np.bool_)
    if place_id is not None:
        chosen &= within(snapshot, place_id)
    if group_id is not None:
        chosen &= snapshot.beneficiaries.group == row_of("group", snapshot.groups.ids, group_id)
    return chosen


class Holders(LazyRows[Holder]):
    """Beneficiaries in some order."""

    def __init__(self, survey: Survey, row: Rows, states: Any) -> None:  # noqa: ANN401 - placements by state of each
        """Take beneficiaries in order, and the numbers of placements by state that each holds."""
        super().__init__(row)
        self._survey = survey
        self._states = states

    def _made(self, rows: Rows) -> Iterator[Holder]:
        return map(self._holder, rows.tolist())

    def _holder(self, row: int) -> Holder:
        snapshot, states = self._survey.snapshot, self._states[row].tolist()
        return Holder(
            beneficiary_id=snapshot.beneficiaries.ids[row],
            place_id=_id(snapshot.places.ids, int(snapshot.beneficiaries.place[row])),
            group_id=_id(snapshot.groups.ids, int(snapshot.beneficiaries.group[row])),
            placements=sum(states),
            states=dict(zip(STATES, states, strict=True)),
        )


def holders(
    survey: Survey,
    *,
    state: str | None = None,
    place_id: str | None = None,
    group_id: str | None = None,
    sort: HolderSorting = "id",
    descending: bool = False,
) -> Holders:
    """The beneficiaries of a programme with what they hold, or those that pass every filter.

    A woman with several ids is one row, under her main id, and holds what is held under any of them.

    Args:
        survey: Survey of the programme on the day.
        state: Only holders of a placement in this state, one of `vocabulary.STATES`; "waiting" for those who hold none.
        place_id: Only those who live in this place or in any place inside it.
        group_id: Only members of this group.
        sort: The order; equal beneficiaries are sorted by id.
        descending: Reverse the order.

    Returns:
        Also those who hold nothing yet; empty if none passes the filters.

    Raises:
        NotFound: The state, place or group is not in the programme.
    """
    snapshot, stood = survey.snapshot, survey.standings
    there = np.flatnonzero(stood.there & (snapshot.placements.beneficiary != NONE))
    people, kinds = len(snapshot.beneficiaries), len(STATES)
    women = women_of(snapshot)
    code = women[snapshot.placements.beneficiary[there]].astype(np.int64) * kinds + stood.state[there]
    states = np.bincount(code, minlength=people * kinds).reshape(people, kinds)
    chosen = _holding_there(survey, place_id, group_id) & (women[:-1] == np.arange(people))
    if state == "waiting":
        chosen &= states.sum(axis=1) == 0
    elif state is not None:
        chosen &= states[:, code_of("state", STATES, state)] > 0
    row = np.flatnonzero(chosen).astype(np.int32)
    key = states.sum(axis=1)[row] if sort == "placements" else None
    return Holders(survey, row[order(snapshot.beneficiaries.ids, row, key, descending=descending)], states)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChain:
    """A chain: where it began, how far it travelled, and its state."""

    placement_id: str
    gift_id: str | None
    help: str
    place_id: str | None
    chain_state: str
    reach: int
    generations: int
    received_on: date | None
    latest_passed_on: date | None
    late_days: int
    states: Mapping[str, int]


class ListedChains(LazyRows[ListedChain]):
    """Chains in some order, with where each began."""

    def __init__(self, snapshot: Snapshot, chains: Chains) -> None:
        """Take chains and the snapshot from which their rows are built."""
        super().__init__(np.arange(len(chains), dtype=np.int32))
        self._snapshot = snapshot
        self._chains = chains

    def _made(self, rows: Rows) -> Iterator[ListedChain]:
        snapshot, origin = self._snapshot, self._chains.origin[rows]
        lives = np.append(snapshot.beneficiaries.place, NONE)[snapshot.placements.beneficiary[origin]].tolist()
        helps = snapshot.placements.help[origin].tolist()
        for chain, help_, place in zip(self._chains.some(rows), helps, lives, strict=True):
            yield ListedChain(
                placement_id=chain.placement_id,
                gift_id=chain.gift_id,
                help=snapshot.helps[help_],
                place_id=_id(snapshot.places.ids, place),
                chain_state=chain.chain_state,
                reach=chain.reach,
                generations=chain.generations,
                received_on=chain.received_on,
                latest_passed_on=chain.latest_passed_on,
                late_days=chain.late_days,
                states=chain.states,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The number of chains that began in one place.

    Attributes:
        place_id: Id of the place where the holders of their original placements live.
        chains: Number of chains.
        broken: Number of these that are broken.
    """

    place_id: str
    chains: int
    broken: int


def beginnings(survey: Survey) -> tuple[Beginning, ...]:
    """The places in which chains began: those with most broken chains first, then by id.

    Returns:
        Each place with the chains that began in it, not in places inside it; chains that began at an unknown place are
        not counted. Empty if nothing had been placed by the day.
    """
    snapshot, travels = survey.snapshot, survey.chains
    lives = np.append(snapshot.beneficiaries.place, NONE)[snapshot.placements.beneficiary[travels.row]]
    has_place, broken = lives != NONE, travels.chain_state == CHAIN_STATES.index("broken")
    many = np.bincount(lives[has_place], minlength=len(snapshot.places)).tolist()
    stuck = np.bincount(lives[has_place & broken], minlength=len(snapshot.places)).tolist()
    counts = [
        Beginning(place_id=place_id, chains=chains, broken=broken)
        for place_id, chains, broken in zip(snapshot.places.ids, many, stuck, strict=True)
        if chains
    ]
    return tuple(sorted(counts, key=lambda each: (-each.broken, each.place_id)))
