"""All chains and all gifts of a programme on a day: how far each travelled and its state, filtered and sorted.

Filters apply to where a chain began: to the help, the holder's place and group, and the donor of its original placement
(our choice: a chain passes through many places, and people ask for "the chains that our ward began").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from relay.arrays.columns import NONE, Flags, Rows, day_number, day_of
from relay.arrays.lazy_rows import Keys, LazyRows, order
from relay.arrays.lineage import Survey, Travels, chains_counted
from relay.arrays.placement_states import BROKEN, LATE
from relay.arrays.tables import Snapshot
from relay.domain.vocabulary import CHAIN_STATES, STATES
from relay.errors import refused
from relay.reports.breakdown import NO_SUCH_DONOR, UNKNOWN, PartNames, code_of, row_of, within

Sorting = Literal["id", "reach", "age", "lateness"]
"""Sort by id, greatest reach first, oldest first, or most days overdue first."""
ChainSorting = Sorting | Literal["generations", "state", "help", "gift"]
"""Chains can also be sorted by most generations first, or by the word for their state, help or gift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """An original placement and all that descends from it.

    Attributes:
        placement_id: Id of the original placement.
        gift_id: Id of the gift that filled it; None if foreign data does not have it.
        chain_state: One of `vocabulary.CHAIN_STATES`.
        goal_reached: Whether it has reached the programme's goal of generations; None without a goal.
        reach: Number of placements that descend from it; itself not counted.
        generations: Its greatest generation: the greatest of the least distances from it.
        latest_passed_on: Day of its latest pass-on; None before the first.
        states: State → number of placements, the original one included.
        received_on: Day on which the original placement was first received.
        late_days: Days past the due day of the placement that has been late or broken longest; 0 if there is none.
    """

    placement_id: str
    gift_id: str | None
    chain_state: str
    goal_reached: bool | None
    reach: int
    generations: int
    latest_passed_on: date | None
    states: Mapping[str, int]
    received_on: date | None
    late_days: int


class Chains(LazyRows[Chain]):
    """Chains in some order."""

    def __init__(self, survey: Survey, nth: Rows, late_days: Rows) -> None:
        """Take chains of a survey by number, in order, and the days overdue of every chain of the survey."""
        super().__init__(nth)
        self._survey = survey
        self._late_days = late_days

    @property
    def origin(self) -> Rows:
        """The rows of their original placements."""
        return self._survey.chains.row[self._row]

    def _made(self, rows: Rows) -> Iterator[Chain]:
        survey, snapshot, travels = self._survey, self._survey.snapshot, self._survey.chains
        goal, row = snapshot.goal_generations, travels.row[rows]
        gift = snapshot.placements.gift[row]
        gift_ids = dict(zip(gift.tolist(), snapshot.gifts.ids.some(np.maximum(gift, 0)), strict=True)) | {NONE: None}
        for placement_id, gift_row, state, reach, generations, latest, states, received, late_days in zip(
            snapshot.placements.ids.some(row),
            gift.tolist(),
            travels.chain_state[rows].tolist(),
            travels.reach[rows].tolist(),
            travels.generations[rows].tolist(),
            travels.latest_day[rows].tolist(),
            travels.states[rows].tolist(),
            survey.standings.received_day[row].tolist(),
            self._late_days[rows].tolist(),
            strict=True,
        ):
            yield Chain(
                placement_id=placement_id,
                gift_id=gift_ids[gift_row],
                chain_state=CHAIN_STATES[state],
                goal_reached=None if goal is None else generations >= goal,
                reach=reach,
                generations=generations,
                latest_passed_on=day_of(latest),
                states=dict(zip(STATES, states, strict=True)),
                received_on=day_of(received),
                late_days=late_days,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenGift:
    """A gift and how far it travelled.

    Attributes:
        gift_id: Id of the gift.
        help: Help that was given.
        given_on: Day on which it was given.
        placements: Number of original placements that it has filled.
        reach: Number of placements that descend from these; these themselves are not counted.
        generations: Greatest generation below them.
        states: State → number of placements, the original ones included.
        chains: "total" and each chain state → number of chains.
    """

    gift_id: str
    help: str
    given_on: date | None
    placements: int
    reach: int
    generations: int
    states: Mapping[str, int]
    chains: Mapping[str, int]


def chains(  # noqa: PLR0913 - one for each filter
    survey: Survey,
    *,
    state: str | None = None,
    help_: str | None = None,
    place_id: str | None = None,
    group_id: str | None = None,
    gift_id: str | None = None,
    only: bool = False,
    donor: str | None = None,
    names: PartNames | None = None,
    sort: ChainSorting = "id",
    backwards: bool = False,
) -> Chains:
    """All chains of a programme, or those that pass every filter.

    Args:
        survey: Survey of the programme on the day.
        state: Only chains in this state, one of `vocabulary.CHAIN_STATES`.
        help_: Only chains that began with this help.
        place_id: Only chains that began with a holder in this place or in any place inside it;
            `breakdown.UNKNOWN` for those that began at an unknown place.
        group_id: Only chains that began with a member of this group.
        gift_id: Only chains that began with this gift.
        only: Leave out the places inside the place.
        donor: Only chains that began with a gift of this donor; upper and lower case are the same.
        names: With the donors, if a donor is given.
        sort: The order; equal chains are sorted by id, and values missing in foreign data come last.
        backwards: Reverse the order.

    Returns:
        The chains; empty if nothing had been placed by the day, or if none passes the filters.

    Raises:
        NotFound: The state, help, place or group is not in the programme; or no gift is of that donor.
    """
    snapshot, travels = survey.snapshot, survey.chains
    placements, beneficiaries = snapshot.placements, snapshot.beneficiaries
    chosen = np.ones(len(travels.row), np.bool_)
    holder = placements.beneficiary[travels.row]
    if state is not None:
        chosen &= travels.chain_state == code_of("state", CHAIN_STATES, state)
    if help_ is not None:
        chosen &= placements.help[travels.row] == code_of("help", snapshot.helps, help_)
    if place_id is not None:
        chosen &= _began_in(snapshot, place_id, only=only)[holder]
    if gift_id is not None:
        chosen &= placements.gift[travels.row] == row_of("gift", snapshot.gifts.ids, gift_id)
    if group_id is not None:
        group = row_of("group", snapshot.groups.ids, group_id)
        chosen &= np.append(beneficiaries.group == group, False)[holder]
    if donor is not None:
        chosen &= _of_donor(survey, donor, names or PartNames())[placements.gift[travels.row]]
    nth, late_days = np.flatnonzero(chosen).astype(np.int32), _late_days(survey, travels)
    key = None if sort == "id" else _sorting_keys(survey, late_days, sort, backwards=backwards)[nth]
    by = order(placements.ids, travels.row[nth], key, descending=sort == "id" and backwards)
    return Chains(survey, nth[by], late_days)


def _began_in(snapshot: Snapshot, place_id: str, *, only: bool) -> Flags:
    """Flags of the beneficiaries who live in a place; the last flag is for "no beneficiary"."""
    lives = np.append(snapshot.beneficiaries.place, NONE)
    if place_id != UNKNOWN and not only:
        return np.append(within(snapshot, place_id), False)
    asked = NONE if place_id == UNKNOWN else row_of("place", snapshot.places.ids, place_id)
    flags: Flags = lives == asked
    return flags


def _sorting_keys(survey: Survey, late_days: Rows, sort: ChainSorting, *, backwards: bool) -> Keys:
    """The sorting key of each chain, least first."""
    snapshot, travels = survey.snapshot, survey.chains
    gift = snapshot.placements.gift[travels.row]
    keys: Mapping[str, Callable[[], Keys]] = {
        "reach": lambda: -travels.reach,
        "age": lambda: survey.standings.received_day[travels.row],
        "lateness": lambda: -late_days,
        "generations": lambda: -travels.generations,
        "state": lambda: _alphabetical_positions(CHAIN_STATES)[travels.chain_state],
        "help": lambda: snapshot.placements.help[travels.row],
        "gift": lambda: np.append(_alphabetical_positions(snapshot.gifts.ids), 0)[gift],
    }
    key = -keys[sort]() if backwards else keys[sort]()
    return np.where((gift == NONE) & (sort == "gift"), np.iinfo(key.dtype).max, key)


def _alphabetical_positions(words: Sequence[str]) -> Keys:
    """The position of each word in alphabetical order."""
    return np.argsort(np.argsort(np.array(words)))


def _of_donor(survey: Survey, donor: str, names: PartNames) -> Flags:
    """Flags of gifts of a donor, and one more for "no gift", which is unset."""
    wanted, donors = donor.casefold(), names.donors
    flags = [id_ in donors and donors[id_].casefold() == wanted for id_ in survey.snapshot.gifts.ids]
    if not any(flags):
        raise refused(NO_SUCH_DONOR)
    return np.array([*flags, False])


def _late_days(survey: Survey, travels: Travels) -> Rows:
    """For each chain, the days past the due day of the placement that has been late or broken longest."""
    stood, cut = survey.standings, survey.cut
    late = np.flatnonzero((stood.state == LATE) | (stood.state == BROKEN))
    of_piece, of_chain = np.zeros(len(cut.size), np.int32), np.zeros(len(travels.row), np.int32)
    np.maximum.at(of_piece, cut.piece[late], day_number(survey.as_of) - stood.due_day[late])
    np.maximum.at(of_chain, np.searchsorted(travels.row, cut.by_chain.whose), of_piece[cut.by_chain.piece])
    return of_chain


def gifts(
    survey: Survey,
    *,
    help_: str | None = None,
    donor: str | None = None,
    names: PartNames | None = None,
    sort: Sorting = "id",
) -> tuple[GivenGift, ...]:
    """All gifts that had been given or placed by the day, or those of a help or donor.

    Args:
        survey: Survey of the programme on the day.
        help_: Only gifts of this help.
        donor: Only gifts of this donor; upper and lower case are the same.
        names: With the donors, if a donor is given.
        sort: "id", "reach" or "age"; equal gifts are sorted by id.

    Returns:
        The gifts, including those from which nothing was placed; empty if none was given.

    Raises:
        NotFound: The help is not in the programme; or no gift is of that donor.
    """
    snapshot, travels, chains = survey.snapshot, survey.gifts, survey.chains
    chosen = survey.given
    if help_ is not None:
        chosen &= snapshot.gifts.help == code_of("help", snapshot.helps, help_)
    if donor is not None:
        chosen &= _of_donor(survey, donor, names or PartNames())[:-1]
    kinds, filled_by = len(CHAIN_STATES), snapshot.placements.gift[chains.row]
    has_gift = filled_by != NONE
    counted = np.bincount(
        filled_by[has_gift] * kinds + chains.chain_state[has_gift], minlength=len(snapshot.gifts) * kinds
    )
    rows = [
        GivenGift(
            gift_id=snapshot.gifts.ids[row],
            help=snapshot.helps[snapshot.gifts.help[row]],
            given_on=day_of(snapshot.gifts.day[row]),
            placements=int(travels.placements[row]),
            reach=int(travels.reach[row]),
            generations=int(travels.generations[row]),
            states=dict(zip(STATES, travels.states[row].tolist(), strict=True)),
            chains=chains_counted(counted[row * kinds : (row + 1) * kinds]),
        )
        for row in np.flatnonzero(chosen).tolist()
    ]
    rank: Mapping[str, Callable[[GivenGift], int]] = {
        "reach": lambda gift: -gift.reach,
        "age": lambda gift: (gift.given_on or date.max).toordinal(),
    }
    return tuple(sorted(rows, key=lambda gift: (rank[sort](gift) if sort in rank else 0, gift.gift_id)))
