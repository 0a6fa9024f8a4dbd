"""The position of every placement in the relay on a day, in one exact pass over the whole programme.

For each placement it finds the generation, the reach and the first obstruction above it; for each chain and each gift,
its reach, generations and state.

Adding up the reach of the receivers would count a placement twice where two chains meet. So the relay is cut above
every original placement and above every placement with two or more givers. What remains are trees, called *pieces*, and
a piece can only be entered at its top. The reach of a placement is the size of the tree below it in its own piece, plus
the sizes of all other pieces whose top it reaches; those are found by walking up from each top. States and latest days
are added up in the same way. The number of placements in each generation is shifted by the distance to the top.

Nothing recurses, and no depth is capped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NO_DAY, NONE, Adjacency, Codes, Days, Flags, Rows, day_number
from relay.arrays.kernels import Column, run, run_both
from relay.arrays.placement_states import BROKEN, EXCUSED, FULFILLED, LOST, Standings, receipts, standings
from relay.arrays.tables import Snapshot
from relay.domain.vocabulary import CHAIN_STATES, STATES

if TYPE_CHECKING:
    from datetime import date

# -- the loops ------------------------------------------------------------------------------------------------------
#
# As `kernels` says. `start` and `order` are an `Adjacency`: the pass-ons received by, or given by, each placement.


def _sort_givers_first(
    giver: Column,
    receiver: Column,
    live: Column,
    start: Column,
    order: Column,
    waiting: Column,
    sorted_: Column,
) -> int:
    """Sort placements so that every giver comes before its receivers; circles, and all below them, are left out.

    Returns:
        The number of placements sorted.
    """
    for row in range(len(giver)):
        if live[row]:
            waiting[receiver[row]] += 1
    found = 0
    for placement in range(len(waiting)):
        if waiting[placement] == 0:
            sorted_[found] = placement
            found += 1
    done = 0
    while done < found:
        placement = sorted_[done]
        done += 1
        for at in range(start[placement], start[placement + 1]):
            row = order[at]
            if live[row]:
                below = receiver[row]
                waiting[below] -= 1
                if waiting[below] == 0:
                    sorted_[found] = below
                    found += 1
    return found


def _set_depths(sorted_: Column, above: Column, place: Column) -> None:
    """Go down each piece and set the place of each placement to one more than its giver's; tops have theirs already."""
    for placement in sorted_:
        who = above[placement]
        if who >= 0:
            place[placement] = place[who] + 1


def _count_generations(
    entered: Column,
    giver: Column,
    live: Column,
    start: Column,
    order: Column,
    original: Column,
    piece: Column,
    depth: Column,
    generation: Column,
) -> None:
    """Set the generation of the tops of pieces that have givers, from givers to receivers; other tops have theirs."""
    for top in entered:
        if original[top]:
            continue
        least = -1
        for at in range(start[top], start[top + 1]):
            who = giver[order[at]]
            if live[order[at]] and generation[piece[who]] >= 0:
                away = generation[piece[who]] + depth[who] + 1
                least = away if least < 0 else min(least, away)
        generation[piece[top]] = least


def _find_obstructions(
    sorted_: Column,
    giver: Column,
    live: Column,
    start: Column,
    order: Column,
    above: Column,
    first: Column,
) -> None:
    """From givers to receivers, set the first stuck placement at or above each; stuck ones have themselves already."""
    for placement in sorted_:
        who = above[placement]
        if who >= 0:
            if first[who] >= 0:
                first[placement] = first[who]
            continue
        stuck = -1
        for nth in range(start[placement], start[placement + 1]):
            row = order[nth]
            if live[row]:
                found = first[giver[row]]
                if found >= 0 and (stuck < 0 or found < stuck):
                    stuck = found
        if stuck >= 0:
            first[placement] = stuck


def _add_sizes(backwards: Column, above: Column, size: Column) -> None:
    """Go up each piece and add to each placement the size of what is below it."""
    for placement in backwards:
        who = above[placement]
        if who >= 0:
            size[who] += size[placement]


def _find_ancestors(  # noqa: C901, PLR0913, PLR0917 - columns; a loop is whole
    first: int,
    tops: Column,
    giver: Column,
    live: Column,
    start: Column,
    order: Column,
    original: Column,
    gift: Column,
    above: Column,
    piece: Column,
    size: Column,
    reach: Column,
    met: Column,
    met_gift: Column,
    queue: Column,
    far: Column,
    room: int,
    whose: Column,
    which: Column,
    distance: Column,
) -> tuple[int, int]:
    """Walk up from each top: add the size of its piece to the reach of all above it, and note their chains.

    A note has the chain's original placement, or -1 - gift for a gift, in `whose`; the top in `which`; and the distance
    between them. The walk stops before a top if there may not be room for its notes.

    Returns:
        The number of notes written, and the position of the next top.
    """
    many = 0
    for nth in range(first, len(tops)):
        if many + room > len(whose):
            return many, nth
        top = tops[nth]
        below = size[piece[top]]
        met[top] = top
        if original[top] and gift[top] >= 0:
            met_gift[gift[top]] = top
        queue[0] = top
        far[0] = 0
        found = 1
        done = 0
        while done < found:
            placement = queue[done]
            away = far[done]
            done += 1
            if away > 0:
                reach[placement] += below
            who = above[placement]
            if who >= 0:  # inside its piece: it has one giver, and is no original
                if met[who] != top:
                    met[who] = top
                    queue[found] = who
                    far[found] = away + 1
                    found += 1
                continue
            for at in range(start[placement], start[placement + 1]):
                who = giver[order[at]]
                if live[order[at]] and met[who] != top:
                    met[who] = top
                    queue[found] = who
                    far[found] = away + 1
                    found += 1
            if original[placement] and away > 0:
                whose[many] = placement
                which[many] = top
                distance[many] = away
                many += 1
                if gift[placement] >= 0 and met_gift[gift[placement]] != top:
                    met_gift[gift[placement]] = top
                    whose[many] = -1 - gift[placement]
                    which[many] = top
                    distance[many] = away
                    many += 1
    return many, len(tops)


def _find_descendants(
    roots: Column,
    receiver: Column,
    live: Column,
    start: Column,
    order: Column,
    queue: Column,
    distance: Column,
) -> int:
    """Find all that descend from some placements, nearest first, with the least distance of each.

    Returns:
        The number of placements found, which are the first in `queue`.
    """
    found = 0
    for at in range(len(roots)):
        if distance[roots[at]] < 0:
            distance[roots[at]] = 0
            queue[found] = roots[at]
            found += 1
    done = 0
    while done < found:
        placement = queue[done]
        done += 1
        for at in range(start[placement], start[placement + 1]):
            row = order[at]
            if live[row] and distance[receiver[row]] < 0:
                distance[receiver[row]] = distance[placement] + 1
                queue[found] = receiver[row]
                found += 1
    return found


# -- the pass over the pieces ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Relay:
    """Who passed on to whom, as columns for the loops, with one row for each placement or for each pass-on."""

    giver: Rows
    receiver: Rows
    day: Days
    live: Flags
    given: Adjacency
    received: Adjacency
    original: Flags
    gift: Rows
    weight: Rows
    gifts: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PiecesBelow:
    """Which pieces belong to which chains, or to which gifts.

    Attributes:
        whose: The chain, as the row of its original placement, or the row of the gift.
        piece: A piece that descends from it.
        distance: Least number of pass-ons from it to the top of the piece; 0 for its own piece.
    """

    whose: Rows
    piece: Rows
    distance: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PiecesOfRelay:
    """The pieces into which the relay is cut, and what the pass over them finds.

    Attributes:
        generation: Of each placement.
        reach: Of each placement.
        above: For each placement the row of its giver within the piece, or -1 for the top of a piece.
        piece: The piece of each placement.
        depth: Pass-ons from the top of its piece to each placement.
        size: Number of placements in each piece.
        height: Greatest depth in each piece.
        latest_day: Day of the latest pass-on made by a placement of each piece, or `NO_DAY`.
        by_chain: The pieces of each chain.
        by_gift: The pieces of each gift.
    """

    generation: Rows
    reach: Rows
    above: Rows
    piece: Rows
    depth: Rows
    size: Rows
    height: Rows
    latest_day: Days
    by_chain: PiecesBelow
    by_gift: PiecesBelow


def _column(many: int, value: int = 0) -> Rows:
    return np.full(many, value, np.int32)


def _topological(relay: _Relay) -> Rows:
    """Rows of placements with every giver before its receivers; placements in or below circles are left out."""
    many = len(relay.weight)
    if not (relay.live & (relay.giver >= relay.receiver)).any():
        return np.arange(many, dtype=np.int32)
    sorted_, given = _column(many), relay.given
    count = run(
        _sort_givers_first,
        many,
        relay.giver,
        relay.receiver,
        relay.live,
        given.start,
        given.order,
        _column(many),
        sorted_,
    )
    return sorted_[:count]


def _above(relay: _Relay) -> Rows:
    """For each placement the row of its giver within the piece, or -1 for the top of a piece."""
    received = relay.received.only(relay.live)
    if not len(received.order):
        return _column(len(relay.weight), NONE)
    times = np.diff(received.start)
    first = relay.giver.take(received.order.take(received.start[:-1], mode="clip"))  # where nothing came, any
    above = (first + 1) * ((times > 0) & ~relay.original) - 1  # `where` takes six times as long where guesses fail
    often = np.flatnonzero(times > 1).astype(np.int32)
    if len(often):
        givers, begin = relay.giver[received.about(often)], np.append(0, np.cumsum(times[often])[:-1])
        pooled = np.minimum.reduceat(givers, begin) != np.maximum.reduceat(givers, begin)
        above[often[pooled]] = NONE
    return above


_DEEP: Final = 32
"""The low bits of a place are the depth in its piece; the bits above them are the number of the piece."""


def _cut(relay: _Relay, sorted_: Rows) -> PiecesOfRelay:
    """Cut a relay without circles into pieces, and find reach, generations and latest days."""
    many, received, above = len(sorted_), relay.received, _above(relay)
    tops = sorted_.take(np.flatnonzero(above.take(sorted_) == NONE))
    entered = tops[received.start[tops + 1] > received.start[tops]]
    place, size = np.empty(many, np.int64), relay.weight.copy()
    place[tops] = np.arange(len(tops)) << _DEEP
    run(_set_depths, many, sorted_, above, place)
    piece, depth = (place >> _DEEP).astype(np.int32), (place & ((1 << _DEEP) - 1)).astype(np.int32)
    columns = (relay.giver, relay.live, received.start, received.order, relay.original)
    of_top = np.where(relay.original[tops], 0, NONE).astype(np.int32)
    run(_count_generations, many, entered, *columns, piece, depth, of_top)
    of_top = of_top.take(piece)
    run(_add_sizes, many, sorted_[::-1], above, size)
    reach, size, height, latest_day = size - relay.weight, size[tops], _column(len(tops)), _column(len(tops), NO_DAY)
    np.maximum.at(height, piece, depth)
    live = slice(None) if relay.live.all() else relay.live
    np.maximum.at(latest_day, piece.take(relay.giver[live]), relay.day[live])
    originals = np.flatnonzero(relay.original).astype(np.int32)
    with_gift = originals[relay.gift[originals] != NONE]
    notes = [
        (originals, piece[originals], 0 * originals),
        (-1 - relay.gift[with_gift], piece[with_gift], 0 * with_gift),
    ]
    scratch = (_column(many, NONE), _column(relay.gifts, NONE), _column(many), _column(many))
    room, at = 2 * len(originals), 0
    while at < len(entered):
        whose, which, distance = (_column(room + _NOTES_AT_ONCE) for _ in range(3))
        count, at = run(
            _find_ancestors,
            *(many, at, entered, *columns, relay.gift, above, piece, size, reach, *scratch),
            *(room, whose, which, distance),
        )
        notes.append((whose[:count], piece[which[:count]], distance[:count]))
    whose, which, distance = (np.concatenate(each) for each in zip(*notes, strict=True))
    chain = whose >= 0
    return PiecesOfRelay(
        generation=np.where(of_top == NONE, NONE, of_top + depth),
        reach=reach,
        above=above,
        piece=piece,
        depth=depth,
        size=size,
        height=height,
        latest_day=latest_day,
        by_chain=PiecesBelow(whose=whose[chain], piece=which[chain], distance=distance[chain]),
        by_gift=PiecesBelow(whose=-1 - whose[~chain], piece=which[~chain], distance=distance[~chain]),
    )


def _obstructions(relay: _Relay, sorted_: Rows, above: Rows, stuck: Flags) -> Rows:
    """The first obstruction above each placement of a relay without circles, by row; -1 for none."""
    rows, received = np.arange(len(sorted_), dtype=np.int32), relay.received
    first = (rows + 1) * stuck - 1
    run(_find_obstructions, len(rows), sorted_, relay.giver, relay.live, received.start, received.order, above, first)
    obstruction: Rows = (first + 1) * (first != rows) - 1  # nothing is above itself
    return obstruction


_NOTES_AT_ONCE: Final = 100_000  # our choice: a few hundred kilobytes


def reached(roots: Rows, receiver: Rows, live: Flags, given: Adjacency, many: int) -> tuple[Rows, Rows]:
    """All placements that descend from some, these included, nearest first, and the least distance of each.

    Args:
        roots: Rows of the placements to start from.
        receiver: Receiver of each pass-on; pass the giver to walk up instead of down.
        live: Which pass-ons count.
        given: Pass-ons by giver; pass those by receiver to walk up.
        many: Number of placements in the relay.
    """
    queue, distance = np.empty(many, np.int32), _column(many, NONE)
    count = run(_find_descendants, 0, roots, receiver, live, given.start, given.order, queue, distance)
    return queue[:count], distance[queue[:count]]


# -- foreign and damaged data: what goes round in circles ------------------------------------------------------------


def _circles(relay: _Relay, sorted_: Rows) -> tuple[tuple[int, ...], ...]:
    """Rows of placements that descend from themselves, grouped by circle."""
    import networkx as nx  # noqa: PLC0415 - slow to load, and sound data never needs it

    unsorted = np.ones(len(relay.weight), np.bool_)
    unsorted[sorted_] = False
    inside = relay.live & unsorted[relay.giver] & unsorted[relay.receiver]
    graph = nx.DiGraph(zip(relay.giver[inside].tolist(), relay.receiver[inside].tolist(), strict=True))
    return tuple(sorted(tuple(sorted(circle)) for circle in nx.strongly_connected_components(graph) if len(circle) > 1))


def _cut_circles(relay: _Relay, stuck: Flags, circles: Iterable[tuple[int, ...]]) -> tuple[PiecesOfRelay, Rows]:
    """Pieces and obstructions of a relay with circles.

    Each circle is merged into one placement, and the chains are walked one by one.
    """
    many = len(relay.weight)
    knot, weight = np.arange(many, dtype=np.int32), relay.weight.copy()
    for circle in circles:
        tied = min(circle, key=lambda row: (not stuck[row], row))  # that one is stuck if any is
        knot[list(circle)] = tied
        weight[list(circle)] = 0
        weight[tied] = len(circle)
    giver, receiver = knot[relay.giver], knot[relay.receiver]
    day = np.zeros(len(giver), np.int32)
    tied_relay = replace(
        relay,
        giver=giver,
        receiver=receiver,
        live=relay.live & (giver != receiver),
        given=Adjacency.of(giver, day, many),
        received=Adjacency.of(receiver, day, many),
        weight=weight,
    )
    sorted_ = _topological(tied_relay)
    cut = _cut(tied_relay, sorted_)
    obstruction = _obstructions(tied_relay, sorted_, cut.above, stuck)[knot]
    inside = (obstruction == NONE) & stuck[knot] & (knot != np.arange(many))
    below, distance = _descendants(relay, np.flatnonzero(relay.original).astype(np.int32))
    generation = _column(many, NONE)
    generation[below] = distance
    latest_day = _column(many, NO_DAY)
    np.maximum.at(latest_day, relay.giver[relay.live], relay.day[relay.live])
    rows = np.flatnonzero(relay.original).astype(np.int32)
    followed = PiecesOfRelay(
        generation=generation,
        reach=np.where(relay.weight > 0, cut.reach[knot] + weight[knot] - 1, 0).astype(np.int32),
        above=_column(many, NONE),
        piece=np.arange(many, dtype=np.int32),
        depth=_column(many),
        size=relay.weight,
        height=_column(many),
        latest_day=latest_day,
        by_chain=_pieces_below(relay, ((row, rows[rows == row]) for row in rows.tolist())),
        by_gift=_pieces_below(
            relay,
            ((gift, rows[relay.gift[rows] == gift]) for gift in sorted({*relay.gift[rows].tolist()}) if gift >= 0),
        ),
    )
    return followed, np.where(inside, knot, obstruction)


def _descendants(relay: _Relay, roots: Rows) -> tuple[Rows, Rows]:
    return reached(roots, relay.receiver, relay.live, relay.given, len(relay.weight))


def _pieces_below(relay: _Relay, things: Iterable[tuple[int, Rows]]) -> PiecesBelow:
    notes = [(whose, *_descendants(relay, roots)) for whose, roots in things]
    none = _column(0)
    return PiecesBelow(
        whose=np.concatenate([none, *(_column(len(below), whose) for whose, below, _ in notes)]),
        piece=np.concatenate([none, *(below for _, below, _ in notes)]),
        distance=np.concatenate([none, *(distance for _, _, distance in notes)]),
    )


# -- the survey -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Pieces:
    """The placements in each piece, counted by state and by depth."""

    cut: PiecesOfRelay
    standings: Standings

    @cached_property
    def states(self) -> npt.NDArray[np.int64]:
        """Placements by state; shape (pieces, states), columns as in `vocabulary.STATES`."""
        there, kinds, many = self.standings.rows, len(STATES), len(self.cut.size)
        cell = self.cut.piece[there].astype(np.int64) * kinds + self.standings.state[there]
        return np.bincount(cell, minlength=many * kinds).reshape(many, kinds)

    @cached_property
    def levels(self) -> tuple[Rows, npt.NDArray[np.int64]]:
        """Start and counts: `counts[start[n]:start[n + 1]]` are the numbers of placements of piece n, by depth."""
        there = self.standings.rows
        start = np.concatenate(([0], np.cumsum(self.cut.height + 1))).astype(np.int32)
        return start, np.bincount(start[self.cut.piece[there]] + self.cut.depth[there], minlength=int(start[-1]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Travels:
    """How far several chains, or several gifts, travelled.

    Attributes:
        row: Rows of the original placements of the chains, or rows of the gifts.
        placements: Number of original placements of each; 1 for a chain.
        reach: Number of distinct placements that descend from each, without its own original placements.
        generations: Greatest generation below each: the greatest of the least distances from it.
        latest_day: Day of the latest pass-on by it or its descendants, or `NO_DAY`.
        states: Placements by state, its own included; shape (rows, states), columns as in `vocabulary.STATES`.
    """

    row: Rows
    placements: Rows
    reach: Rows
    generations: Rows
    latest_day: Days
    states: npt.NDArray[np.int64]
    _start: Rows
    _piece: Rows
    _distance: Rows
    _pieces: _Pieces

    @property
    def chain_state(self) -> Codes:
        """The state of each, all its placements taken together, as codes in `vocabulary.CHAIN_STATES`."""
        return chain_states(self.states)

    def by_generation(self, nth: int) -> tuple[int, ...]:
        """The numbers of placements of the n-th, by least distance from it; empty if it has no placement."""
        if not self.placements[nth]:
            return ()
        of_nth = slice(self._start[nth], self._start[nth + 1])
        piece, away = self._piece[of_nth], self._distance[of_nth]
        start, placements = self._pieces.levels
        levels = np.diff(start)[piece]
        depth = np.arange(levels.sum()) - np.repeat(np.cumsum(levels) - levels, levels)
        placements = placements[np.repeat(start[piece], levels) + depth]
        counted = np.bincount(np.repeat(away, levels) + depth, placements, minlength=int(self.generations[nth]) + 1)
        return tuple(counted.astype(np.int64).tolist())


def chain_states(states: npt.NDArray[np.int64]) -> Codes:
    """`model.chain_state` for many rows of placements counted by state.

    Args:
        states: Placements by state; shape (rows, states).

    Returns:
        One code in `vocabulary.CHAIN_STATES` for each row.
    """
    stuck = states[:, LOST] + states[:, BROKEN]
    unfulfilled = states.sum(axis=1) - states[:, FULFILLED] - states[:, EXCUSED]
    code = {state: number for number, state in enumerate(CHAIN_STATES)}
    codes = np.full(len(states), code["weakened"], np.int16)
    codes[stuck == 0] = code["growing"]
    codes[(stuck == unfulfilled) & (stuck > 0)] = code["broken"]
    codes[unfulfilled == 0] = code["complete"]
    return codes


def chains_counted(states: npt.NDArray[np.int64]) -> Mapping[str, int]:
    """The number of chains in total and by state, from numbers in the order of `vocabulary.CHAIN_STATES`."""
    return {"total": int(states.sum()), **dict(zip(CHAIN_STATES, states.tolist(), strict=True))}


@dataclass(frozen=True, kw_only=True, eq=False)
class Survey:
    """The relay of a programme as it stood on a day.

    Attributes:
        snapshot: The programme.
        as_of: Reference day; what happens later does not count.
        confirmed_only: Whether unconfirmed pass-ons are left out.
        standings: The state of each placement; those that did not exist yet count nowhere.
        made: For each pass-on, whether it had been made by the day and counts.
        live: For each pass-on, whether it is `made` and its giver existed too.
        original: Which placements had been filled from a gift by the day.
        circles: Only in damaged or foreign data: rows of placements that descend from themselves, grouped by circle.
        cut: The pieces of the relay.
        obstruction: The first obstruction above each placement: the row of a lost or broken placement, or -1. If
            several above it have no obstruction above themselves, the one recorded first.
    """

    snapshot: Snapshot
    as_of: date
    confirmed_only: bool
    standings: Standings
    made: Flags
    live: Flags
    original: Flags
    circles: tuple[tuple[int, ...], ...]
    cut: PiecesOfRelay
    obstruction: Rows

    @property
    def generation(self) -> Rows:
        """Least number of pass-ons from any original placement; -1 for a placement that descends from none."""
        return self.cut.generation

    @property
    def reach(self) -> Rows:
        """The number of distinct placements that descend from each placement."""
        return self.cut.reach

    @property
    def given(self) -> Flags:
        """Which gifts existed: given by the day, or (which auditors are told of) placed before they were given."""
        gifts, filled_by = self.snapshot.gifts, self.snapshot.placements.gift[self.original]
        given = gifts.day <= day_number(self.as_of)
        given[filled_by[filled_by != NONE]] = True
        return given

    @cached_property
    def chains(self) -> Travels:
        """Every chain, in ledger order: one for each original placement."""
        return self._travels(np.flatnonzero(self.original).astype(np.int32), self.cut.by_chain)

    @cached_property
    def gifts(self) -> Travels:
        """Every gift of the snapshot in ledger order, even if nothing had been placed from it by the day."""
        return self._travels(np.arange(len(self.snapshot.gifts), dtype=np.int32), self.cut.by_gift)

    @cached_property
    def _pieces(self) -> _Pieces:
        return _Pieces(self.cut, self.standings)

    def _travels(self, row: Rows, notes: PiecesBelow) -> Travels:
        place = _column(int(row.max(initial=0)) + 1)
        place[row] = np.arange(len(row))
        nth = place[notes.whose]
        order = np.argsort(nth, kind="stable")
        nth, piece, distance = nth[order], notes.piece[order], notes.distance[order]
        own = np.bincount(nth[distance == 0], minlength=len(row))
        start = np.searchsorted(nth, np.arange(len(row) + 1)).astype(np.int32)
        some = np.flatnonzero(start[1:] > start[:-1])  # a gift may have none
        states = np.zeros((len(row), len(STATES)), np.int64)
        generations, latest_day = _column(len(row)), _column(len(row), NO_DAY)
        if len(some):
            states[some] = np.add.reduceat(self._pieces.states.take(piece, axis=0), start[some])
            generations[some] = np.maximum.reduceat(distance + self.cut.height[piece], start[some])
            latest_day[some] = np.maximum.reduceat(self.cut.latest_day[piece], start[some])
        return Travels(
            row=row,
            placements=own.astype(np.int32),
            reach=(states.sum(axis=1) - own).astype(np.int32),
            generations=generations,
            latest_day=latest_day,
            states=states,
            _start=start,
            _piece=piece,
            _distance=distance,
            _pieces=self._pieces,
        )


def survey(snapshot: Snapshot, as_of: date, *, confirmed_only: bool = False) -> Survey:
    """Survey the relay of a whole programme as it stood on a day.

    Args:
        snapshot: The programme.
        as_of: The day; only what happened on or before it counts.
        confirmed_only: Leave out unconfirmed pass-ons.
    """
    got = receipts(snapshot, as_of, confirmed_only=confirmed_only)
    passes, there, original = snapshot.passes, got.there, got.filled
    live = got.made if there.all() else got.made & there[passes.giver]
    to_herself = live & (passes.giver == passes.receiver)
    relay = _Relay(
        giver=passes.giver,
        receiver=passes.receiver,
        day=passes.day,
        live=live & ~to_herself,
        given=snapshot.given,
        received=snapshot.received,
        original=original,
        gift=snapshot.placements.gift,
        weight=there.astype(np.int32),
        gifts=len(snapshot.gifts),
    )
    sorted_ = _topological(relay)
    circles = _circles(relay, sorted_) if len(sorted_) < len(there) else ()
    if circles:
        stood = standings(snapshot, got)
        cut, obstruction = _cut_circles(relay, stood.stuck, circles)
    else:
        stood, cut = run_both(partial(standings, snapshot, got), partial(_cut, relay, sorted_), len(there))
        obstruction = _obstructions(relay, sorted_, cut.above, stood.stuck)
    np.maximum.at(cut.latest_day, cut.piece[passes.giver[to_herself]], passes.day[to_herself])
    inside = {row for circle in circles for row in circle}
    alone = ((row,) for row in sorted({*passes.giver[to_herself].tolist()} - inside))
    return Survey(
        snapshot=snapshot,
        as_of=as_of,
        confirmed_only=confirmed_only,
        standings=stood,
        made=got.made,
        live=live,
        original=original,
        circles=tuple(sorted((*circles, *alone))),
        cut=cut,
        obstruction=obstruction,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Below:
    """The placements that descend from some placements.

    Attributes:
        row: Their rows, nearest first; the placements asked about come first.
        distance: For each, the least number of pass-ons from any of the placements asked about.
        passes: Rows of the pass-ons that these placements made, by sequence.
    """

    row: Rows
    distance: Rows
    passes: Rows


def below(survey: Survey, roots: Sequence[int]) -> Below:
    """All that had descended from some placements by the day of a survey.

    Args:
        survey: The survey.
        roots: Rows of placements that existed on the day.
    """
    given = survey.snapshot.given
    rows, distance = reached(
        np.array(roots, np.int32), survey.snapshot.passes.receiver, survey.live, given, len(survey.original)
    )
    made = given.about(rows)
    return Below(row=rows, distance=distance, passes=np.sort(made[survey.live[made]]))
