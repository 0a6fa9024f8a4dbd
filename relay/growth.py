"""A survey carried on by what was recorded since: only what that touches is asked again.

A pass-on to somebody new, a gift placed, a birth: nearly every act leaves the pieces of the relay as they are (see
`lineage`) and adds a leaf to one of them, or a new piece of one placement. The states are asked again of the placements
that the new rows name. Where more than that changes (two chains meet, a placement mends or breaks that others descend
from), the relay is surveyed anew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from relay.arrays import Flags, Rows, changed, longer
from relay.lineage import Cut, Notes, Survey
from relay.snapshot import NO_DAY, NONE, Snapshot, day_number
from relay.states import Standings, are_stuck, are_there
from relay.taken_out import NOT_THERE, standing_at

if TYPE_CHECKING:
    from collections.abc import Sequence


FEW: Final = 200
"""Placements up to which only a part is asked (our choice: of more, asking all takes about as long)."""

ABOVE: Final = 1000
"""Ancestors up to which their reach is put right one by one (our choice, for the same reason)."""


def carried_on(survey: Survey, snapshot: Snapshot) -> Survey | None:
    """The relay on the day of a survey, once what a snapshot adds to it is counted in.

    Args:
        survey: Of an earlier snapshot.
        snapshot: The same, carried on.

    Returns:
        What `lineage.survey` would give; None when that has to be asked: the snapshot was read anew, a rule is new,
        more changes than a part, or the survey leaves out what is not confirmed.
    """
    old = survey.snapshot
    if snapshot.root != old.root or snapshot.sequence < old.sequence or snapshot.rules != old.rules:
        return None
    named = touched(old, snapshot).tolist()
    if survey.confirmed_only or survey.circles or len(named) > FEW:
        return None
    stood = _standings(survey, snapshot, named)
    if _changes_below(survey, stood, named):
        return None
    passes, new = snapshot.passes, range(len(old.passes), len(snapshot.passes))
    live = longer(survey.live, [stood.made[row] and are_there(stood.state[passes.giver[row]]) for row in new])
    if any(live[row] and _joins(survey, snapshot, row) for row in new):
        return None
    grown = _Growing(survey, snapshot, stood, live)
    if not all(grown.add(row) for row in range(len(old.placements), len(snapshot.placements))):
        return None
    return replace(
        survey,
        snapshot=snapshot,
        standings=stood,
        live=live,
        original=grown.original,
        cut=grown.cut(),
        obstruction=grown.obstruction,
    )


def carries_on(survey: Survey, earlier: Survey) -> bool:
    """Whether a survey is an earlier one carried on, or the same: all but `touched` placements stand as they stood."""
    mine, its = survey.snapshot, earlier.snapshot
    return (
        (survey.asked_at, mine.root) == (earlier.asked_at, its.root)
        and (survey.as_of, survey.confirmed_only) == (earlier.as_of, earlier.confirmed_only)
        and mine.sequence >= its.sequence
    )


def touched(old: Snapshot, new: Snapshot) -> Rows:
    """Placements that the rows which are new name, themselves new or not; in order.

    Args:
        old: A snapshot.
        new: The same, carried on.
    """
    passes, events = new.passes, new.events
    named = {
        *passes.giver[len(old.passes) :].tolist(),
        *passes.receiver[len(old.passes) :].tolist(),
        *events.placement[len(old.events) :].tolist(),
        *range(len(old.placements), len(new.placements)),
    }
    return np.array(sorted(named), np.int32)


def _standings(survey: Survey, snapshot: Snapshot, touched: Sequence[int]) -> Standings:
    """How every placement stands, asked of those that are touched."""
    was, known = survey.standings, len(survey.original)
    stood = {row: standing_at(snapshot, row, survey.as_of) for row in touched}
    columns: dict[str, Any] = {}
    for name in NOT_THERE:
        column = getattr(was, name)
        otherwise = {row: stood[row][name] for row in touched if row < known and stood[row][name] != column[row]}
        columns[name] = changed(longer(column, [stood[row][name] for row in touched if row >= known]), otherwise)
    days = snapshot.passes.day[len(was.made) :]
    return Standings(made=longer(was.made, days <= day_number(survey.as_of)), **columns)


def _copied(column: Rows, new: int, value: int) -> Rows:
    """A copy with so many rows more, which hold a value."""
    return np.concatenate((column, np.full(new, value, np.int32)))


def _changes_below(survey: Survey, stood: Standings, touched: Sequence[int]) -> bool:
    """Whether a placement is there that was not, or obstructs, or no longer, placements that were below it before."""
    for row in touched:
        if row >= len(survey.original):
            return False
        was, is_ = survey.standings.state[row], stood.state[row]
        if are_there(was) != are_there(is_):
            return True
        if are_stuck(was) != are_stuck(is_) and any(survey.live[each] for each in survey.snapshot.given.of(row)):
            return True
    return False


def _joins(survey: Survey, snapshot: Snapshot, row: int) -> bool:
    """Whether a new pass-on reaches a placement that was there, from a giver from whom it had nothing before."""
    old, passes = survey.snapshot, snapshot.passes
    giver, receiver = int(passes.giver[row]), int(passes.receiver[row])
    had = old.received.of(receiver)
    known = receiver < len(old.placements)
    return giver == receiver or (known and not any(survey.live[each] and passes.giver[each] == giver for each in had))


class _Growing:
    """The pieces of a relay, to which placements are added one by one."""

    def __init__(self, survey: Survey, snapshot: Snapshot, stood: Standings, live: Flags) -> None:
        was, new = survey.cut, len(snapshot.placements) - len(survey.original)
        filled_day = snapshot.placements.filled_day[len(survey.original) :]
        self.original = longer(survey.original, (filled_day != NO_DAY) & (filled_day <= day_number(survey.as_of)))
        self.snapshot = snapshot
        self.live, self.known = live, len(survey.live)
        self.state = stood.state
        self.was = was
        self.generation = longer(was.generation, [NONE] * new)
        self.obstruction = longer(survey.obstruction, [NONE] * new)
        self.piece, self.depth = (longer(each, [0] * new) for each in (was.piece, was.depth))
        self.reach, self.below = longer(was.reach, [0] * new), Counter[int]()
        self.size, self.height = (_copied(each, new, 0) for each in (was.size, was.height))
        self.latest_day = _copied(was.latest_day, new, NO_DAY)
        self.pieces = len(was.size)
        self.tops: list[int] = []

    def add(self, row: int) -> bool:
        """Add a placement that is new, or say that it is no leaf of one piece."""
        givers = self._givers(row)
        if not givers:
            self._begin(row)
            return True
        giver = givers.pop()
        above = self._above(giver)
        if givers or self.original[row] or giver > row or above is None:
            return False
        there, piece, depth = are_there(self.state[row]), self.piece[giver], self.depth[giver] + 1
        self.piece[row], self.depth[row] = piece, depth
        self.size[piece] += there
        self.height[piece] = max(self.height[piece], depth)
        if there:
            self.below.update(above)
        if self.generation[giver] != NONE:
            self.generation[row] = self.generation[giver] + 1
        obstructed = self.obstruction[giver]
        self.obstruction[row] = giver if obstructed == NONE and are_stuck(self.state[giver]) else obstructed
        return True

    def _givers(self, row: int) -> set[int]:
        """From whom a placement received."""
        giver, live = self.snapshot.passes.giver, self.live
        return {int(giver[each]) for each in self.snapshot.received.of(row) if live[each]}

    def _above(self, row: int) -> set[int] | None:
        """A placement and all from which it descends, or None when these are many."""
        above, waiting = {row}, [row]
        while waiting and len(above) <= ABOVE:
            givers = self._givers(waiting.pop()) - above
            above |= givers
            waiting += givers
        return None if waiting else above

    def _begin(self, row: int) -> None:
        """Begin a piece with a placement that nobody passed on to."""
        self.piece[row], self.size[self.pieces] = self.pieces, are_there(self.state[row])
        self.pieces += 1
        if self.original[row]:
            self.generation[row] = 0
            self.tops.append(row)

    def cut(self) -> Cut:
        """What the pass over the pieces would find."""
        passes, was, pieces = self.snapshot.passes, self.was, slice(self.pieces)
        for row in range(self.known, len(self.live)):
            if self.live[row]:
                piece = self.piece[passes.giver[row]]
                self.latest_day[piece] = max(self.latest_day[piece], passes.day[row])
        with_gift = [row for row in self.tops if self.snapshot.placements.gift[row] != NONE]
        return Cut(
            generation=self.generation,
            reach=changed(self.reach, {row: self.reach[row] + more for row, more in self.below.items()}),
            piece=self.piece,
            depth=self.depth,
            size=self.size[pieces],
            height=self.height[pieces],
            latest_day=self.latest_day[pieces],
            by_chain=_more(was.by_chain, self.tops, self.piece[self.tops]),
            by_gift=_more(was.by_gift, self.snapshot.placements.gift[with_gift], self.piece[with_gift]),
        )


def _more(notes: Notes, whose: Sequence[int] | Rows, piece: Rows) -> Notes:
    """Notes, and one more for each piece that is its own."""
    return Notes(
        whose=longer(notes.whose, whose),
        piece=longer(notes.piece, piece),
        distance=longer(notes.distance, [0] * len(piece)),
    )
