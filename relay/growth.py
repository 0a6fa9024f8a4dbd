"""A survey carried on by what was recorded since: only what that touches is asked again.

A pass-on to somebody new, a gift placed, a birth: nearly every act leaves the pieces of the relay as they are (see
`lineage`) and adds a leaf to one of them, or a new piece of one placement. The states are asked again of the placements
that the new rows name. Where more than that changes (two chains meet, a placement mends or breaks that others descend
from), the relay is surveyed anew.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from relay.lineage import Cut, Notes, Survey
from relay.room import longer
from relay.snapshot import NO_DAY, NONE, Flags, Rows, Snapshot, around, day_number
from relay.states import Standings, are_stuck, are_there, receipts, standings

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
    named = touched(old, snapshot)
    if survey.confirmed_only or survey.circles or len(named) > FEW:
        return None
    stood = _standings(survey, snapshot, named)
    if _changes_below(survey, stood, named):
        return None
    new = slice(len(survey.live), None)
    live = longer(survey.live, stood.made[new] & are_there(stood.state[snapshot.passes.giver[new]]))
    if _joins(survey, snapshot, live):
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
    since = slice(len(old.passes), None)
    named = (
        passes.giver[since],
        passes.receiver[since],
        events.placement[len(old.events) :],
        np.arange(len(old.placements), len(new.placements), dtype=np.int32),
    )
    return np.unique(np.concatenate(named))


def _standings(survey: Survey, snapshot: Snapshot, touched: Rows) -> Standings:
    """How every placement stands, asked of those that are touched."""
    part = around(snapshot, touched)
    stood, was = standings(part, receipts(part, survey.as_of)), survey.standings
    columns: dict[str, Any] = {}
    for field in fields(Standings):
        if field.name != "made":
            column, asked = getattr(was, field.name), getattr(stood, field.name)[: len(touched)]
            columns[field.name] = _changed(column, touched, asked)
    made = longer(was.made, snapshot.passes.day[len(was.made) :] <= day_number(survey.as_of))
    return Standings(made=made, **columns)


def _changed(column: npt.NDArray[Any], rows: Rows, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A column with other values in some rows, of which those that it does not have yet are the last."""
    new = rows >= len(column)
    old, changed = rows[~new], values[~new]
    if (column[old] == changed).all():
        return longer(column, values[new])
    copied = np.concatenate((column, values[new]))
    copied[old] = changed
    return copied


def _copied(column: npt.NDArray[Any], new: int) -> npt.NDArray[Any]:
    """A copy with so many rows more, which hold 0."""
    return np.concatenate((column, np.zeros(new, column.dtype)))


def _changes_below(survey: Survey, stood: Standings, touched: Rows) -> bool:
    """Whether a placement is there that was not, or obstructs, or no longer, placements that were below it before."""
    before, old = touched[touched < len(survey.original)], survey.snapshot
    was, is_ = survey.standings.state[before], stood.state[before]
    if (are_there(was) != are_there(is_)).any():
        return True
    turned = before[are_stuck(was) != are_stuck(is_)]
    return bool(survey.live[old.given.about(turned)].any())


def _joins(survey: Survey, snapshot: Snapshot, live: Flags) -> bool:
    """Whether a new pass-on reaches a placement that was there, from a giver from whom it had nothing before."""
    old, passes = survey.snapshot, snapshot.passes
    for row in np.flatnonzero(live[len(old.passes) :]) + len(old.passes):
        giver, receiver = passes.giver[row], passes.receiver[row]
        if giver == receiver:
            return True
        if receiver < len(old.placements):
            had = old.received.about(np.array([receiver], np.int32))
            if not (survey.live[had] & (passes.giver[had] == giver)).any():
                return True
    return False


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
        self.reach, self.size, self.height = (_copied(each, new) for each in (was.reach, was.size, was.height))
        self.latest_day = _copied(was.latest_day, new)
        self.pieces = len(was.size)
        self.tops: list[int] = []

    def add(self, row: int) -> bool:
        """Add a placement that is new, or say that it is no leaf of one piece."""
        made = self._received(row)
        givers = set(self.snapshot.passes.giver[made].tolist())
        if not givers:
            self._begin(row)
            return True
        giver = givers.pop()
        above = self._above(giver)
        if givers or self.original[row] or giver > row or above is None:
            return False
        piece = self.piece[giver]
        self.piece[row], self.depth[row] = piece, self.depth[giver] + 1
        self.size[piece] += are_there(self.state[row])
        self.height[piece] = max(self.height[piece], self.depth[row])
        self.reach[list(above)] += are_there(self.state[row])
        if self.generation[giver] != NONE:
            self.generation[row] = self.generation[giver] + 1
        obstructed = self.obstruction[giver]
        self.obstruction[row] = giver if obstructed == NONE and are_stuck(self.state[giver]) else obstructed
        return True

    def _received(self, row: int) -> Rows:
        made = self.snapshot.received.about(np.array([row], np.int32))
        return made[self.live[made]]

    def _above(self, row: int) -> set[int] | None:
        """A placement and all from which it descends, or None when these are many."""
        above, waiting = {row}, [row]
        while waiting and len(above) <= ABOVE:
            givers = set(self.snapshot.passes.giver[self._received(waiting.pop())].tolist()) - above
            above |= givers
            waiting += givers
        return None if waiting else above

    def _begin(self, row: int) -> None:
        """Begin a piece with a placement that nobody passed on to."""
        self.piece[row], self.size[self.pieces] = self.pieces, are_there(self.state[row])
        self.latest_day[self.pieces] = NO_DAY
        self.pieces += 1
        if self.original[row]:
            self.generation[row] = 0
            self.tops.append(row)

    def cut(self) -> Cut:
        """What the pass over the pieces would find."""
        tops, passes = np.array(self.tops, np.int32), self.snapshot.passes
        made = np.flatnonzero(self.live[self.known :]) + self.known
        np.maximum.at(self.latest_day, self.piece[passes.giver[made]], passes.day[made])
        gift = self.snapshot.placements.gift[tops]
        return Cut(
            generation=self.generation,
            reach=self.reach,
            piece=self.piece,
            depth=self.depth,
            size=self.size[: self.pieces],
            height=self.height[: self.pieces],
            latest_day=self.latest_day[: self.pieces],
            by_chain=_more(self.was.by_chain, tops, self.piece[tops]),
            by_gift=_more(self.was.by_gift, gift[gift != NONE], self.piece[tops[gift != NONE]]),
        )


def _more(notes: Notes, whose: Rows, piece: Rows) -> Notes:
    """Notes, and one more for each piece that is its own."""
    return Notes(
        whose=np.append(notes.whose, whose),
        piece=np.append(notes.piece, piece),
        distance=np.append(notes.distance, np.zeros_like(piece)),
    )
