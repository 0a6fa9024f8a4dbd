"""Whom to visit next and why: the managers' list, ranked, and grouped by place so that one walk serves many.

It lists every placement that broke lately, so that the front page and the list agree, and everybody who is broken but
can still pass on. A placement whose time is not over is *open*: late, due or in time. A chain with a single open
placement depends on its holder: if she breaks, the chain is broken. A chain without an open placement depends on the
only broken holder who can still pass on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NO_DAY, NONE, Days, Flags, IdColumn, Rows, day_number, day_of, required_day_of, rows_of
from relay.arrays.lazy_rows import LazyRows
from relay.arrays.lineage import Survey
from relay.arrays.placement_states import DUE, IN_TIME, LATE, months_later
from relay.arrays.same_woman import women_of
from relay.domain.model import Quantity, shown
from relay.domain.vocabulary import EVENT_KINDS, STATES
from relay.reports.breakdown import PartNames, within
from relay.reports.field.tasks import Task

REASONS: Final = ("broke", "can_still", "chain_hangs", "due", "late", "no_word")
"""Reasons for a visit, in order of rank: first what a visit may still save.

- broke: she became lost or broken within the last 90 days, for any cause. If she has left, her neighbours know where
  the animals are.
- can_still: she is broken and can still pass on: late is better than never.
- chain_hangs: only she can continue a chain that travelled far; what many passed on would end with her.
- due: what she owes is due within 60 days; a visit now may prevent her from being late.
- late: she is in her grace period.
- no_word: nothing has been heard of her for long.

Our choice, in the order in which managers asked for it. Those who broke come first: of these, holders on whom a long
chain depends, then those who can still pass on, each with the latest break first. Next come other holders on whom a
chain depends: those with another reason too, then those of the farthest chain. The rest are sorted by the earliest due
day or the longest silence, then by due day, then by id. Tasks of systems are added to these visits; women who have only
such tasks come last, by the day on which these are due.
"""

BROKE_DAYS: Final = 90
"""For so many days, the day itself included, a break is recent (our choice: a quarter, in which every place is
visited once)."""

LONG_REACH: Final = 4
"""Reach from which a chain has travelled far: longer than most (our choice: in Mansa 16 of 21 who
could passed on, and with 0.76 at each hand-over a chain has 1 / (1 - 0.76) = 4.2 families on average, the first
included)."""

SILENT_MONTHS: Final = 9
"""After so long without any receipt, pass-on or event there is no word (our choice: a doe kids every 251 days,
so that a longer silence has missed a birth, or a death)."""

_VISIT: Final = EVENT_KINDS.index("visit")
_CAN_STILL, _HANGS, _NO_WORD = (REASONS.index(word) for word in ("can_still", "chain_hangs", "no_word"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentChains:
    """The chains that depend on one holder alone.

    Attributes:
        chains: Number of these chains.
        reach: Reach of the farthest of them: placements that descend from its original one; 0 without chains.
        generations: Generations of the same chain.
    """

    chains: int
    reach: int
    generations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One holder to visit, for one placement; or a woman without a placement whom a system asks to visit.

    Attributes:
        rank: Rank in the programme; 1 is the most urgent.
        place_id: Id of the place where she lives; None if unknown.
        place_name: Name of that place; None if unknown.
        placement_id: Id of the placement; this, help and state are None if the visit is about the woman herself.
        beneficiary_id: Id of the holder; None if foreign data does not have it.
        group_id: Id of her group; None if she is in none.
        help: Help that she holds.
        state: "lost", "broken", "late", "due" or "in_time".
        since_on: Day since which it is lost or broken; None while it is not.
        reasons: Words of `REASONS` in their order, then those of systems; at least one.
        due_on: Day by which all is to be passed on, or by which a system asks for the visit; None if there is none.
        days: Days until then; below 0 when that day is past; 0 if there is none.
        still_owed: Units still owed.
        last_word_on: Day of the latest receipt, pass-on or event.
        depends: Chains that depend on her alone.
        name: Her name; this and the next two are None if unknown, or if the reader may not see them.
        phone: Her telephone number.
        group_name: Name of her group.
    """

    rank: int
    place_id: str | None
    place_name: str | None
    placement_id: str | None
    beneficiary_id: str | None
    group_id: str | None
    help: str | None
    state: str | None
    since_on: date | None
    reasons: tuple[str, ...]
    due_on: date | None
    days: int
    still_owed: Quantity
    last_word_on: date | None
    depends: DependentChains
    name: str | None = None
    phone: str | None = None
    group_name: str | None = None


class Visits(LazyRows[Visit]):
    """Visits by rank."""

    def __init__(self, ranked: Ranked, names: PartNames | None = None, tasks: Sequence[Task] = ()) -> None:
        """Take the ranked placements, the names of places, and the tasks for visits."""
        self._survey = ranked.survey
        self._names = names or PartNames()
        self._ranked = ranked
        self._asked, self._others = _assign_tasks(ranked, tasks)
        super().__init__(np.arange(len(ranked.row) + len(self._others), dtype=np.int32))

    def among(self, beneficiaries: Flags) -> list[Visit]:
        """The visits to some beneficiaries."""
        holders = self._survey.snapshot.placements.beneficiary[self._ranked.row]
        others = np.array([holder for holder, _ in self._others], holders.dtype)
        among = np.append(beneficiaries, False)[np.concatenate((holders, others))]
        return list(self.some(np.flatnonzero(among).astype(np.int32)))

    def _made(self, rows: Rows) -> Iterator[Visit]:
        for nth in rows.tolist():
            yield self._to_a_holder(nth) if nth < len(self._ranked.row) else self._to_another(nth)

    def _lives(self, holder: int) -> dict[str, str | None]:
        """Her id, place, group and their names."""
        snapshot = self._survey.snapshot
        if holder == NONE:
            return dict.fromkeys(("place_id", "place_name", "beneficiary_id", "group_id"))
        place, group = int(snapshot.beneficiaries.place[holder]), int(snapshot.beneficiaries.group[holder])
        place_id = None if place == NONE else snapshot.places.ids[place]
        return {
            "place_id": place_id,
            "place_name": self._names.places.get(place_id) if place_id else None,
            "beneficiary_id": snapshot.beneficiaries.ids[holder],
            "group_id": None if group == NONE else snapshot.groups.ids[group],
        }

    def _to_a_holder(self, nth: int) -> Visit:
        snapshot, stood, today = self._survey.snapshot, self._survey.standings, day_number(self._survey.as_of)
        ranked = self._ranked
        row = int(ranked.row[nth])
        why = (reason for bit, reason in enumerate(REASONS) if ranked.why[nth] & 1 << bit)
        return Visit(
            rank=nth + 1,
            **self._lives(int(snapshot.placements.beneficiary[row])),
            placement_id=snapshot.placements.ids[row],
            help=snapshot.helps[snapshot.placements.help[row]],
            state=STATES[stood.state[row]],
            since_on=day_of(stood.since_day[row]),
            reasons=(*why, *self._asked.get(nth, ())),
            due_on=day_of(stood.due_day[row]),
            days=int(stood.due_day[row]) - today,
            still_owed=shown(int(stood.owed[row] - stood.passed[row])),
            last_word_on=day_of(ranked.word[nth]),
            depends=DependentChains(
                chains=int(ranked.chains[nth]),
                reach=int(ranked.reach[nth]),
                generations=int(ranked.generations[nth]),
            ),
        )

    def _to_another(self, nth: int) -> Visit:
        holder, asked = self._others[nth - len(self._ranked.row)]
        due_on = min((each.due_on for each in asked if each.due_on), default=None)
        return Visit(
            rank=nth + 1,
            **self._lives(holder),
            placement_id=None,
            help=None,
            state=None,
            since_on=None,
            reasons=tuple(dict.fromkeys(each.reason for each in asked)),
            due_on=due_on,
            days=(due_on - self._survey.as_of).days if due_on else 0,
            still_owed=0,
            last_word_on=None,
            depends=DependentChains(chains=0, reach=0, generations=0),
        )


def _assign_tasks(
    ranked: Ranked, tasks: Sequence[Task]
) -> tuple[Mapping[int, Sequence[str]], Sequence[tuple[int, Sequence[Task]]]]:
    """Assign tasks to visits.

    Returns:
        For each ranked visit, by position, the reasons of the tasks done on it; and each other woman's row with her
        tasks.
    """
    if not tasks:
        return {}, ()
    snapshot = ranked.survey.snapshot
    of_placement = {row: nth for nth, row in enumerate(ranked.row.tolist())}
    holders = women_of(snapshot)[snapshot.placements.beneficiary[ranked.row]].tolist()
    of_holder = {holder: nth for nth, holder in reversed([*enumerate(holders)])}
    asked: dict[int, list[str]] = {}
    others: dict[int, list[Task]] = {}
    for each in tasks:
        placement = snapshot.placements.ids.row(each.placement_id) if each.placement_id else None
        holder = snapshot.beneficiaries.ids.row(each.beneficiary_id)
        nth = of_placement.get(NONE if placement is None else placement)
        if nth is None and holder is not None:
            nth = of_holder.get(holder)
        if nth is not None:
            asked.setdefault(nth, []).append(each.reason)
        elif holder is not None:
            others.setdefault(holder, []).append(each)
    soonest = sorted(
        others.items(),
        key=lambda one: (min(each.due_on or date.max for each in one[1]), snapshot.beneficiaries.ids[one[0]]),
    )
    return {nth: tuple(dict.fromkeys(why)) for nth, why in asked.items()}, soonest


def todo(
    survey: Survey,
    *,
    place_id: str | None = None,
    walks: Collection[str] | None = None,
    most: int | None = None,
    names: PartNames | None = None,
    tasks: Sequence[Task] = (),
) -> tuple[Visit, ...]:
    """Whom to visit next, place by place.

    Args:
        survey: Survey of the programme on the day.
        place_id: Only holders who live in this place or in any place inside it; ranks stay those of the programme.
        walks: Only holders who live in one of these places or inside them; None for everywhere.
        most: Greatest number of visits, the most urgent ones; None for all.
        names: With the names of places.
        tasks: Tasks for visits.

    Returns:
        Visits grouped by place, the place with the most urgent visit first, each place by rank. Empty if there is
        nobody to visit.

    Raises:
        NotFound: There is no such place.
    """
    inside = None if place_id is None else within(survey.snapshot, place_id)
    if walks is not None:
        walked = np.zeros(len(survey.snapshot.beneficiaries), np.bool_)
        for walk in walks:
            walked |= within(survey.snapshot, walk)
        inside = walked if inside is None else inside & walked
    ranked = Visits(by_rank(survey), names, tasks)
    visits = ranked[:most] if inside is None else ranked.among(inside)[:most]
    first: dict[str | None, int] = {}
    for visit in visits:
        first.setdefault(visit.place_id, visit.rank)
    return tuple(sorted(visits, key=lambda visit: (first[visit.place_id], visit.rank)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """Placements to visit, the most urgent first.

    Attributes:
        survey: Survey of the programme on the day.
        row: Rows of the placements.
        why: Reasons of each; bit n stands for the n-th of `REASONS`.
        word: Day of the last word from each, as in `Visit`.
        chains: Number of chains that depend on each.
        reach: Reach of the farthest of these chains.
        generations: Generations of the same chain.
    """

    survey: Survey
    row: Rows
    why: npt.NDArray[np.uint8]
    word: Days
    chains: Rows
    reach: Rows
    generations: Rows


def by_rank(survey: Survey, *, most: int | None = None) -> Ranked:
    """Which placements to visit next, the most urgent first, wherever their holders live.

    Args:
        survey: Survey of the programme on the day.
        most: Only so many are put in order; the rest follow in any order. None puts all in order.
    """
    snapshot, stood, today = survey.snapshot, survey.standings, day_number(survey.as_of)
    state, mendable = stood.state, stood.mendable
    open_ = (state == LATE) | (state == DUE) | (state == IN_TIME)
    chains, reach, generations = _depending_chains(survey, open_, mendable)
    broke = stood.stuck & (stood.since_day > today - BROKE_DAYS)
    row = rows_of(open_ | broke | mendable)
    word, state = _last_word(survey).take(row), state.take(row)
    silent = open_.take(row) & (months_later(word, SILENT_MONTHS) < today)
    so = (broke.take(row), mendable.take(row), reach.take(row) >= LONG_REACH, state == DUE, state == LATE, silent)
    why = np.zeros(len(row), np.uint8)
    for nth, is_so in enumerate(so):  # in the order of `REASONS`
        why |= is_so * np.uint8(1 << nth)
    pressing = np.flatnonzero(why)
    row, why, word = row.take(pressing), why.take(pressing), word.take(pressing)
    level, due_day = _LEVEL.take(why), stood.due_day.take(row)
    first = level // _CALM
    # one of each sum counts, since one of these is so; to multiply takes a tenth of the time that choosing takes
    soonest = ((first > _HANGS) & (first != _NO_WORD)) * due_day + (first == _NO_WORD) * word
    then = soonest - (first <= _CAN_STILL) * stood.since_day.take(row) - (first == _HANGS) * reach.take(row)
    order = _sorted_by_rank(
        (level << 32) + then, due_day, row, snapshot.placements.ids, most
    )  # a day or a number of 32 bits
    row = row.take(order)
    return Ranked(
        survey=survey,
        row=row,
        why=why.take(order),
        word=word.take(order),
        chains=chains.take(row),
        reach=reach.take(row),
        generations=generations.take(row),
    )


_CALM: Final = 3
"""Number of levels within one main reason, by the other reasons."""


def _urgency(why: int) -> int:
    """The urgency of a combination of reasons, 0 the most urgent: by the main reason, then by the others."""
    so = [bool(why & 1 << nth) for nth in range(len(REASONS))]
    first, hangs = so.index(True), so[_HANGS]
    if first <= _CAN_STILL:
        return first * _CALM + (0 if hangs else 1 if so[_CAN_STILL] else 2)
    return first * _CALM + (first == _HANGS and sum(so) == 1)


_LEVEL: Final = np.array([0, *map(_urgency, range(1, 1 << len(REASONS)))], np.int64)
"""The level of each combination of reasons; the first, for no reason, is never used."""


def _sorted_by_rank(
    rank: npt.NDArray[np.int64], due_day: Days, rows: Rows, ids: IdColumn, most: int | None
) -> npt.NDArray[np.intp]:
    """The order of rows by rank, then by due day, then by id."""
    if most is not None and most < len(rows):
        ahead = rank <= np.partition(rank, most)[most]
        first, others = np.flatnonzero(ahead), np.flatnonzero(~ahead)
        return np.append(first[_sorted_by_rank(rank[first], due_day[first], rows[first], ids, None)], others)
    order = np.lexsort((due_day, rank))
    differs = (np.diff(rank[order]) != 0) | (np.diff(due_day[order]) != 0)
    run = np.cumsum(np.append(0, differs))
    ties = np.flatnonzero(~(np.append(True, differs) & np.append(differs, True)))
    order[ties] = order[ties][np.lexsort((*ids.sortable(rows[order[ties]]), run[ties]))]
    return order


def _depending_chains(survey: Survey, open_: Flags, mendable: Flags) -> tuple[Rows, Rows, Rows]:
    """For each placement, the number of chains that depend on it alone, and reach and generations of the farthest."""
    travels = survey.chains
    nth = np.zeros(len(open_), np.int32)
    nth[travels.row] = np.arange(len(travels.row))
    chain = nth.take(survey.cut.by_chain.whose)
    many, who = _only_placement_of(survey, chain, open_)
    _, mender = _only_placement_of(survey, chain, mendable)
    who = np.where(many > 0, who, mender)
    order = np.lexsort((travels.generations, travels.reach))
    order = order[who[order] != NONE]
    chains = np.bincount(who[order], minlength=len(open_)).astype(np.int32)
    reach, generations = (np.zeros(len(open_), np.int32) for _ in range(2))
    reach[who[order]] = travels.reach[order]  # of several chains the farthest, which is last, stays
    generations[who[order]] = travels.generations[order]
    return chains, reach, generations


def _only_placement_of(survey: Survey, chain: Rows, which: Flags) -> tuple[Rows, Rows]:
    """For each chain, the number of placements with the flag `which`, and the row of the only one, or -1.

    Args:
        survey: Survey of the programme.
        chain: For each entry of the pieces by chain, the number of its chain.
        which: One flag for each placement.
    """
    cut, rows, chains = survey.cut, np.flatnonzero(which), len(survey.chains.row)
    piece = cut.piece[rows]

    def in_chains(weights: npt.NDArray[np.integer[Any]] | None) -> npt.NDArray[np.int64]:
        # float sums of whole numbers are exact below 2**53, and only the sum of a single row is looked at
        in_piece = np.bincount(piece, weights, minlength=len(cut.size))
        return np.bincount(chain, in_piece[cut.by_chain.piece], minlength=chains).astype(np.int64)

    many = in_chains(None)
    return many.astype(np.int32), np.where(many == 1, in_chains(rows), NONE).astype(np.int32)


def _last_word(survey: Survey) -> Days:
    """For each placement, the day of the latest receipt, pass-on or event."""
    snapshot, today = survey.snapshot, day_number(survey.as_of)
    passes, events, made = snapshot.passes, snapshot.events, slice(None) if survey.made.all() else survey.made
    word = np.maximum(survey.standings.received_day, np.where(survey.original, snapshot.placements.filled_day, NO_DAY))
    np.maximum.at(word, passes.giver[made], passes.day[made])
    np.maximum.at(word, passes.receiver[made], passes.day[made])
    happened = events.day <= today
    np.maximum.at(word, events.placement[happened], events.day[happened])
    return word


def last_visits(survey: Survey) -> Mapping[str, date]:
    """Placement id → day of the latest visit; placements that were never visited are left out."""
    events, ids = survey.snapshot.events, survey.snapshot.placements.ids
    visits = (events.kind == _VISIT) & (events.day <= day_number(survey.as_of))
    last = np.full(len(ids), NO_DAY, events.day.dtype)
    np.maximum.at(last, events.placement[visits], events.day[visits])
    visited = np.flatnonzero(last != NO_DAY).astype(np.int32)
    return {id_: required_day_of(day) for id_, day in zip(ids.some(visited), last[visited], strict=True)}
