"""Proposes who is to receive next from whom, one municipality at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from relay.arrays.columns import NONE
from relay.arrays.placement_states import DUE, IN_TIME, LATE
from relay.arrays.same_woman import women_of
from relay.errors import Failure, NotFound, Refused, refused
from relay.systems.planning.assignment import assign
from relay.systems.planning.request_and_plan_states import hand_overs
from relay.systems.planning.waiting_order import RankedRequest, in_order

if TYPE_CHECKING:
    from datetime import date

    from relay.countries.country import Country
    from relay.domain.acts import Value
    from relay.reports.animals import Basis, Expected
    from relay.systems.planning.reading import Place, Planned

UNKNOWN_METRES: Final = 50_000
"""Distance assumed between places if the position of one is unknown."""
MOST_HAND_OVERS: Final = 700
"""Most hand-overs of one municipality in one proposal; more would take too long (measured: 4 s)."""
_EARTH_METRES: Final = 6_371_000


TOO_MANY_TO_PROPOSE: Final = Failure(
    Refused,
    "too_many_to_propose",
    "%(hand_overs)s hand-overs of %(help)s and %(women)s women in %(place)s are too many to propose at once.",
    advice="Propose place by place, at most %(most)s hand-overs each",
    command="relay plan propose --place ID",
    values={"most": MOST_HAND_OVERS},
)


NO_SUCH_PLACE: Final = Failure(
    NotFound,
    "no_such_place",
    "There is no place %(place_id)s in the record.",
    advice="Look it up by its name",
    command="relay find NAME",
    field="place_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One row of a proposal: who is to receive next from whom.

    Attributes:
        giver_placement_id: Id of the placement that passes on.
        beneficiary_id: Id of the woman who receives.
        request_id: Id of her request.
        km: Distance between their homes, rounded to 100 m; 50 if unknown.
        help: Help that she is to receive.
        rank: Her rank in the public order, among all who wait for that help without a plan.
        place_id: Id of the municipality, or of what takes its place; None if unknown.
        locked: Whether the row was kept from an earlier proposal.
        ready_on: The day, about, from which on the giver can pass on; None where no system says it, as the next.
        rests_on: What that rests on.
    """

    giver_placement_id: str
    beneficiary_id: str
    request_id: str
    km: float
    help: str
    rank: int
    place_id: str | None
    locked: bool = False
    ready_on: date | None = None
    rests_on: Basis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Giver:
    """A placement that still owes."""

    placement_id: str
    beneficiary_id: str
    place_id: str | None
    help: str
    hand_overs: int


class Map:
    """The positions of places, and the places around them."""

    def __init__(self, places: Mapping[str, Place], country: Country) -> None:
        """Take all places by id, and the country whose levels they are of."""
        self._places = places
        self._levels = country.tabled_by

    def around(self, place_id: str | None) -> list[Place]:
        """A place and all places around it, smallest first; empty if it is unknown."""
        places: list[Place] = []
        while place_id and (place := self._places.get(place_id)) and place not in places:
            places.append(place)
            place_id = place.parent_id
        return places

    def municipality(self, place_id: str | None) -> str | None:
        """The place below an area that one lies in, else the area, else the largest place around it; None for none."""
        around = self.around(place_id)
        for kind in self._levels:
            for each in around:
                if each.kind == kind:
                    return each.place_id
        return around[-1].place_id if around else None

    def metres(self, one: str | None, other: str | None) -> int:
        """The distance of two places in metres as the crow flies; walks are longer, but for everybody."""
        if one is not None and one == other:
            return 0
        here, there = (self._places.get(each) if each else None for each in (one, other))
        if not here or not there:
            return UNKNOWN_METRES
        degrees = (here.latitude, here.longitude, there.latitude, there.longitude)
        if None in degrees:
            return UNKNOWN_METRES
        lat, lon, lat_, lon_ = (math.radians(each or 0) for each in degrees)
        half = math.sin((lat_ - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat_) * math.sin((lon_ - lon) / 2) ** 2
        return round(2 * _EARTH_METRES * math.asin(min(1, math.sqrt(half))))


def propose(
    planned: Planned,
    places: Mapping[str, Place],
    households: Mapping[str, str],
    country: Country,
    *,
    place_id: str | None = None,
    locked: Collection[tuple[str, str]] = (),
) -> tuple[Proposal, ...]:
    """Propose who is to receive next from whom, municipality by municipality.

    Women are those whose open request is ready. Givers are all who still owe and are neither broken nor lost: one who
    owes enough for several placements gives several times. What is planned already is left out on both sides.

    Args:
        planned: Requests, plans and survey on the day.
        places: All places.
        households: Beneficiary → household, where known.
        country: In which it works.
        place_id: Only givers and women of this place and all places inside it.
        locked: Giver's placement and request of rows of an earlier proposal to keep.

    Returns:
        Sorted by municipality, help and the woman's rank; empty if nobody can be served.

    Raises:
        NotFound: There is no such place.
        Refused: One municipality has too many hand-overs to propose.
    """
    if place_id is not None and place_id not in places:
        raise refused(NO_SUCH_PLACE, place_id=place_id)
    season, map_ = planned.season, Map(places, country)
    waiting = [each for each in season.requests if season.request_states[each.request_id] in ("ready", "waiting")]
    homes = _homes(planned)
    women: dict[tuple[str | None, str], list[RankedRequest]] = defaultdict(list)
    givers: dict[tuple[str | None, str], list[_Giver]] = defaultdict(list)
    where = {each.request_id: each.place_id or homes.get(each.beneficiary_id) for each in waiting}
    for placed in in_order(season, waiting, planned.order):
        home = where[placed.request.request_id]
        if season.request_states[placed.request.request_id] == "ready" and _inside(map_, home, place_id):
            women[map_.municipality(home), placed.request.help].append(placed)
    for giver in _givers(planned, homes):
        if _inside(map_, giver.place_id, place_id):
            givers[map_.municipality(giver.place_id), giver.help].append(giver)
    rows: list[Proposal] = []
    for key in sorted(women.keys() & givers.keys(), key=lambda key: (key[0] or "", key[1])):
        rows += _of_one(key, women[key], givers[key], _Ways(map_, where, households), locked)
    return tuple(rows)


def ready_first(rows: Iterable[Proposal], animals: Mapping[str, Expected], day: date) -> tuple[Proposal, ...]:
    """Rows with the days from which on their givers can pass on; first those of givers who can by a day.

    Args:
        rows: Rows of a proposal.
        animals: Placement → what is to be expected of its animals; empty where no system says it.
        day: The day.
    """
    found = ((row, animals.get(row.giver_placement_id)) for row in rows)
    told = [replace(row, ready_on=each.ready_on, rests_on=each.rests_on) if each else row for row, each in found]
    return tuple(sorted(told, key=lambda row: row.ready_on is None or row.ready_on > day))


def _inside(map_: Map, home: str | None, place_id: str | None) -> bool:
    return place_id is None or any(each.place_id == place_id for each in map_.around(home))


@dataclass(frozen=True, slots=True, kw_only=False)
class _Ways:
    """Who may receive from whom, and the distance."""

    map: Map
    where: Mapping[str, str | None]
    households: Mapping[str, str]

    def may(self, placed: RankedRequest, giver: _Giver) -> bool:
        """Whether she may receive from a giver: not from herself, and not within a household."""
        woman = placed.request.beneficiary_id
        household = self.households.get(woman)
        return woman != giver.beneficiary_id and (
            household is None or household != self.households.get(giver.beneficiary_id)
        )

    def metres(self, placed: RankedRequest, giver: _Giver) -> int:
        """The distance between their homes in metres."""
        return self.map.metres(self.where[placed.request.request_id], giver.place_id)

    def all_metres(self, women: Sequence[RankedRequest], giver: _Giver) -> list[int]:
        """The distances of several women, who live in few places."""
        homes = [self.where[placed.request.request_id] for placed in women]
        far = {home: self.map.metres(home, giver.place_id) for home in dict.fromkeys(homes)}
        return [far[home] for home in homes]


def _of_one(
    key: tuple[str | None, str],
    women: Sequence[RankedRequest],
    givers: Sequence[_Giver],
    ways: _Ways,
    locked: Collection[tuple[str, str]],
) -> Iterator[Proposal]:
    """The rows for one municipality and help, with the locked ones unchanged."""
    place_id, help_ = key
    left = {giver.placement_id: giver.hand_overs for giver in givers}
    of = {giver.placement_id: giver for giver in givers}
    locked_women: dict[str, str] = {}
    requests = {placed.request.request_id: placed for placed in women}
    for giver_id, request_id in locked:
        if (
            request_id in requests
            and request_id not in locked_women
            and left.get(giver_id)
            and ways.may(requests[request_id], of[giver_id])
        ):
            locked_women[request_id] = giver_id
            left[giver_id] -= 1
    free = [placed for placed in women if placed.request.request_id not in locked_women]
    slots = [of[giver_id] for giver_id in sorted(left) for _ in range(min(left[giver_id], len(free)))]
    if len(slots) > MOST_HAND_OVERS:
        raise refused(TOO_MANY_TO_PROPOSE, hand_overs=len(slots), women=len(free), help=help_, place=place_id or "?")
    # the distance and whether they may are the same for all hand-overs of one giver
    each = {id(giver): giver for giver in slots}
    may = {at: np.array([ways.may(placed, giver) for placed in free]) for at, giver in each.items()}
    metres = {at: np.array(ways.all_metres(free, giver)) for at, giver in each.items()}
    columns = [id(giver) for giver in slots]
    chosen = (
        assign(np.stack([metres[at] for at in columns], 1), np.stack([may[at] for at in columns], 1)) if slots else []
    )
    rows = {placed.request.request_id: slots[slot] for placed, slot in zip(free, chosen, strict=False) if slot >= 0}
    rows |= {request_id: of[giver_id] for request_id, giver_id in locked_women.items()}
    for placed in women:
        giver = rows.get(placed.request.request_id)
        if giver:
            yield Proposal(
                giver_placement_id=giver.placement_id,
                beneficiary_id=placed.request.beneficiary_id,
                request_id=placed.request.request_id,
                km=round(ways.metres(placed, giver) / 1000, 1),
                help=help_,
                rank=placed.rank,
                place_id=place_id,
                locked=placed.request.request_id in locked_women,
            )


def _homes(planned: Planned) -> Mapping[str, str]:
    """Beneficiary → place where she lives, or where her group is, if known."""
    snapshot = planned.survey.snapshot
    people, groups, places = snapshot.beneficiaries, snapshot.groups, snapshot.places.ids
    of_group = np.append(groups.place, np.int32(NONE))[people.group]
    at = np.where(people.place != NONE, people.place, of_group).tolist()
    return {people.ids[row]: places[place] for row, place in enumerate(at) if place != NONE}


def _givers(planned: Planned, homes: Mapping[str, str]) -> Iterator[_Giver]:
    """Placements that still owe and can pass on, with the number of hand-overs without a plan; by id."""
    snapshot, stood = planned.survey.snapshot, planned.survey.standings
    placements, people, women = snapshot.placements, snapshot.beneficiaries.ids, women_of(snapshot)
    given: dict[str | None, int] = defaultdict(int)
    for plan in planned.season.open_plans:
        given[plan.giver_placement_id] += 1
    owing = np.isin(stood.state, (LATE, DUE, IN_TIME)) & (stood.owed > stood.passed)
    for row in np.flatnonzero(owing & (placements.beneficiary != NONE)).tolist():
        still, rule = int(stood.owed[row] - stood.passed[row]), int(stood.rule[row])
        each = snapshot.rules[rule].given if rule != NONE else None
        left = hand_overs(still, each) - given[placements.ids[row]]
        if left > 0:
            woman = people[int(women[placements.beneficiary[row]])]
            yield _Giver(
                placement_id=placements.ids[row],
                beneficiary_id=woman,
                place_id=homes.get(woman),
                help=snapshot.helps[placements.help[row]],
                hand_overs=left,
            )


def accepted(
    rows: Sequence[Proposal], request_ids: Collection[str] | None, chosen_on: date, expected_on: date | None
) -> Iterator[dict[str, Value]]:
    """The plans that accepted rows of a proposal become, in the public order, without ids of their own.

    Args:
        rows: Rows of the proposal.
        request_ids: Requests of the accepted rows; None accepts all.
        chosen_on: Day on which they are chosen.
        expected_on: Day on which they are to receive; None if not given.

    Yields:
        The columns of each plan. Its `rank` is 1, and one more for each woman who stood before her in the proposal for
        the same place and help and was not accepted.
    """
    ranks: dict[tuple[str | None, str], int] = defaultdict(lambda: 1)
    for row in sorted(rows, key=lambda row: (row.help, row.rank)):
        served_with = row.place_id, row.help
        if request_ids is not None and row.request_id not in request_ids:
            ranks[served_with] += 1
        else:
            values: dict[str, Value] = {
                "beneficiary_id": row.beneficiary_id,
                "help": row.help,
                "chosen_on": chosen_on.isoformat(),
                "giver_placement_id": row.giver_placement_id,
                "rank": ranks[served_with],
            }
            yield values | ({"expected_on": expected_on.isoformat()} if expected_on else {})
