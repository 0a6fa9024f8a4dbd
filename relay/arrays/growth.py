"""A survey carried on by what was recorded since: only what that touches is asked again.

A pass-on to somebody new, a gift placed, a birth: nearly every act leaves the pieces of the relay as they are (see
`lineage`) and adds a leaf to one of them, or a new piece of one placement. The states are asked again of the placements
that the new rows name. Where more than that changes (two chains meet, a placement mends or breaks that others descend
from), the relay is surveyed anew.
"""

from __future__ import annotations

from dataclasses import replace
from operator import and_
from typing import TYPE_CHECKING, Any, Final

from relay.arrays.lineage import Cut, Notes, Survey
from relay.arrays.standings import BROKEN, LOST, Standings
from relay.arrays.stores import Flags, changed, longer
from relay.arrays.tables import NO_DAY, NONE, Snapshot, day_number
from relay.arrays.taken_out import standing_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


FEW: Final = 200
"""Placements up to which only a part is asked (our choice: of more, asking all takes about as long)."""

ABOVE: Final = 1000
"""Ancestors up to which their reach is put right one by one (our choice, for the same reason)."""

_STUCK: Final = (LOST, BROKEN)


def carried_on(survey: Survey, snapshot: Snapshot) -> Survey | None:
    """The relay on the day of a survey, once what a snapshot adds to it is counted in.

    Args:
        survey: Of an earlier snapshot.
        snapshot: The same, carried on.

    Returns:
        What `lineage.survey` would give, but for standings of placements that are not there; None when that has to be
        asked: the snapshot was read anew or went another way, a rule is new, more changes than a part, or the survey
        leaves out what is not confirmed.
    """
    old = survey.snapshot
    if not snapshot.follows(old) or snapshot.rules != old.rules:
        return None
    named = touched(old, snapshot)
    if survey.confirmed_only or survey.circles or len(named) > FEW:
        return None
    stood = {row: standing_at(snapshot, row, survey.as_of) for row in named}
    if _changes_below(survey, stood):
        return None
    passes, new, today = snapshot.passes, range(len(old.passes), len(snapshot.passes)), day_number(survey.as_of)
    made = [passes.day.item(row) <= today for row in new]
    there = [stood[passes.giver.item(row)]["state"] != NONE for row in new]
    live = longer(survey.live, list(map(and_, made, there)))
    if any(live[row] and _joins(survey, snapshot, row) for row in new):
        return None
    standings = _but(survey.standings, stood)
    pieces = _Pieces(survey, snapshot, standings, live)
    if not all(pieces.add(row) for row in range(len(old.placements), len(snapshot.placements))):
        return None
    return replace(
        survey,
        snapshot=snapshot,
        standings=standings,
        made=longer(survey.made, made),
        live=live,
        original=pieces.original.grown(),
        cut=pieces.cut(),
        obstruction=pieces.obstruction.grown(),
    )


def carries_on(survey: Survey, earlier: Survey) -> bool:
    """Whether a survey is an earlier one carried on, or the same: all but `touched` placements stand as they stood."""
    mine, its = survey.snapshot, earlier.snapshot
    alike = ("asked_at", "as_of", "confirmed_only")
    return mine.follows(its) and all(getattr(survey, name) == getattr(earlier, name) for name in alike)


def touched(old: Snapshot, new: Snapshot) -> list[int]:
    """Placements that the rows which are new name, themselves new or not; in order.

    Args:
        old: A snapshot.
        new: The same, carried on.
    """
    passes, events = new.passes, new.events
    return sorted(
        {
            *passes.giver[len(old.passes) :].tolist(),
            *passes.receiver[len(old.passes) :].tolist(),
            *events.placement[len(old.events) :].tolist(),
            *range(len(old.placements), len(new.placements)),
        }
    )


class _Growing:
    """A column of a survey to which rows are added, and in which some are altered."""

    def __init__(self, column: npt.NDArray[Any]) -> None:
        self.column = column
        self.length = len(column)
        self.values: dict[int, int] = {}

    def __getitem__(self, row: int) -> int:
        """What stands in a row."""
        return self.values[row] if row in self.values else self.column.item(row)

    def __setitem__(self, row: int, value: int) -> None:
        """Let something stand in a row, that may be the next new one."""
        self.values[row] = value
        self.length = max(self.length, row + 1)

    def grown(self) -> Any:  # noqa: ANN401 - a column of the same type
        """The column with all that."""
        known = len(self.column)
        column: npt.NDArray[Any] = longer(self.column, [self.values[row] for row in range(known, self.length)])
        return changed(column, {row: value for row, value in self.values.items() if row < known})


def _but(standings: Standings, stood: Mapping[int, Mapping[str, int]]) -> Standings:
    """How every placement stands, where some stand otherwise or are new."""
    otherwise: dict[str, dict[int, int]] = {}
    for row, values in stood.items():
        if row < len(standings):
            for name, value in values.items():
                if getattr(standings, name).item(row) != value:
                    otherwise.setdefault(name, {})[row] = value
    return standings.more([values for row, values in stood.items() if row >= len(standings)], otherwise)


def _changes_below(survey: Survey, stood: Mapping[int, Mapping[str, int]]) -> bool:
    """Whether a placement is there that was not, or obstructs, or no longer, placements that were below it before."""
    for row, values in stood.items():
        if row < len(survey.standings):
            was, is_ = survey.standings.state.item(row), values["state"]
            if (was != NONE) != (is_ != NONE):
                return True
            below = survey.snapshot.given.of(row)
            if (was in _STUCK) != (is_ in _STUCK) and any(survey.live[each] for each in below):
                return True
    return False


def _joins(survey: Survey, snapshot: Snapshot, row: int) -> bool:
    """Whether a new pass-on reaches a placement that was there, from a giver from whom it had nothing before."""
    old, giver, receiver = survey.snapshot, snapshot.passes.giver, snapshot.passes.receiver[row]
    if giver[row] == receiver:
        return True
    had = old.received.of(receiver)
    known = receiver < len(old.placements)
    return known and not any(survey.live[each] and giver[each] == giver[row] for each in had)


class _Pieces:
    """The pieces of a relay, to which placements are added one by one."""

    def __init__(self, survey: Survey, snapshot: Snapshot, standings: Standings, live: Flags) -> None:
        self.snapshot, self.state, self.live, self.known = snapshot, standings.state, live, len(survey.live)
        self.was, self.today = survey.cut, day_number(survey.as_of)
        self.original, self.obstruction = _Growing(survey.original), _Growing(survey.obstruction)
        self.generation, self.reach = _Growing(self.was.generation), _Growing(self.was.reach)
        self.piece, self.depth = _Growing(self.was.piece), _Growing(self.was.depth)
        self.size, self.height = _Growing(self.was.size), _Growing(self.was.height)
        self.latest_day = _Growing(self.was.latest_day)
        self.tops: list[int] = []

    def add(self, row: int) -> bool:
        """Add a placement that is new, or say that it is no leaf of one piece."""
        givers, there = self._givers(row), int(self.state.item(row) != NONE)
        self.original[row] = NO_DAY < self.snapshot.placements.filled_day.item(row) <= self.today
        self.generation[row] = self.obstruction[row] = NONE
        self.reach[row] = self.depth[row] = 0
        if not givers:
            self._begin(row, there)
            return True
        giver = givers.pop()
        above = self._above(giver)
        if givers or self.original[row] or giver > row or above is None:
            return False
        self.piece[row] = piece = self.piece[giver]
        self.depth[row] = depth = self.depth[giver] + 1
        self.size[piece] += there
        self.height[piece] = max(self.height[piece], depth)
        for each in above:
            self.reach[each] += there
        if self.generation[giver] != NONE:
            self.generation[row] = self.generation[giver] + 1
        obstructed = self.obstruction[giver]
        self.obstruction[row] = giver if obstructed == NONE and self.state.item(giver) in _STUCK else obstructed
        return True

    def _givers(self, row: int) -> set[int]:
        """From whom a placement received."""
        giver, live = self.snapshot.passes.giver, self.live
        return {giver.item(each) for each in self.snapshot.received.of(row) if live.item(each)}

    def _above(self, row: int) -> set[int] | None:
        """A placement and all from which it descends, or None when these are many."""
        above, waiting = {row}, [row]
        while waiting and len(above) <= ABOVE:
            givers = self._givers(waiting.pop()) - above
            above |= givers
            waiting += givers
        return None if waiting else above

    def _begin(self, row: int, there: int) -> None:
        """Begin a piece with a placement that nobody passed on to."""
        self.piece[row] = piece = self.size.length
        self.size[piece], self.height[piece], self.latest_day[piece] = there, 0, NO_DAY
        if self.original[row]:
            self.generation[row] = 0
            self.tops.append(row)

    def cut(self) -> Cut:
        """What the pass over the pieces would find."""
        passes, gift = self.snapshot.passes, self.snapshot.placements.gift
        for row in range(self.known, len(self.live)):
            if self.live[row]:
                piece = self.piece[passes.giver.item(row)]
                self.latest_day[piece] = max(self.latest_day[piece], passes.day.item(row))
        return Cut(
            generation=self.generation.grown(),
            reach=self.reach.grown(),
            piece=self.piece.grown(),
            depth=self.depth.grown(),
            size=self.size.grown(),
            height=self.height.grown(),
            latest_day=self.latest_day.grown(),
            by_chain=self._notes(self.was.by_chain, {row: row for row in self.tops}),
            by_gift=self._notes(self.was.by_gift, {row: gift.item(row) for row in self.tops if gift[row] != NONE}),
        )

    def _notes(self, notes: Notes, whose: Mapping[int, int]) -> Notes:
        """Notes, and one more for each piece that a top began: its own."""
        return Notes(
            whose=longer(notes.whose, [*whose.values()]),
            piece=longer(notes.piece, [self.piece[top] for top in whose]),
            distance=longer(notes.distance, [0] * len(whose)),
        )
