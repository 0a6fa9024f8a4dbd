"""Sums over placements, and the rates calculated from them.

A rate is over placements past their due date, and always has its numerator and denominator: "61.5 %" alone hides
whether those who can no longer pass anything on were left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NO_DAY, Flags, Rows, Units, day_number
from relay.arrays.lineage import Survey
from relay.arrays.placement_states import CAUSES, EXCUSED, FULFILLED, LOST
from relay.arrays.tables import Snapshot
from relay.domain.model import Rate, shown
from relay.domain.vocabulary import ANIMAL, STATES

NOT_HER_DOING: Final = tuple(CAUSES.index(cause) for cause in ("death", "theft", "left"))
"""Causes that make passing on impossible; a woman who sold or slaughtered could have passed on."""

(
    ORIGINAL,
    DUE,
    DUE_FULFILLED,
    DUE_ON_TIME,
    DUE_IMPOSSIBLE,
    GIVEN,
    OWED,
    PASSED,
    DUE_OWED,
    DUE_COVERED,
    DUE_REMITTED,
) = range(len(STATES), len(STATES) + 11)
"""What is summed, after the number in each state: placements, those whose due day is past, and thousandths.

DUE_COVERED is passed, at most owed; DUE_REMITTED what the impossible ones still owe.
"""
WIDTH: Final = DUE_REMITTED + 1

_STATE, _DUE, _ON_TIME, _IMPOSSIBLE, _ORIGINAL = np.indices((len(STATES), 2, 2, 2, 2)).reshape(5, -1)
"""Placements are counted by kind first: of each kind, the state, and whether each of these is so (1) or not (0)."""

Sums = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """The placements past their due day, and those of them that count for a rate.

    Attributes:
        all: Which are past their due day.
        fulfilled: Which of these passed on all they owe.
        on_time: Which of these had passed on all they owe by the due day.
        impossible: Which of these were excused, or lost by death, theft or leaving.
    """

    all: Flags
    fulfilled: Flags
    on_time: Flags
    impossible: Flags

    @classmethod
    def of(cls, survey: Survey, row: Rows | slice) -> Due:
        """The flags of some placements that existed on the day."""
        stood = survey.standings
        state, due_day, fulfilled_day = stood.state[row], stood.due_day[row], stood.fulfilled_day[row]
        due = due_day < day_number(survey.as_of)
        lost, impossible = np.flatnonzero(state == LOST), state == EXCUSED
        impossible[lost] = np.isin(stood.cause[row][lost], NOT_HER_DOING)
        on_time = due & (fulfilled_day != NO_DAY) & (fulfilled_day <= due_day)
        return cls(due, due & (state == FULFILLED), on_time, due & impossible)


def animal(snapshot: Snapshot) -> Flags:
    """Which helps are counted in animals."""
    return np.array([unit(snapshot, help_) == ANIMAL for help_ in snapshot.helps], np.bool_)


def unit(snapshot: Snapshot, help_: str) -> str | None:
    """The unit of a help by its newest rule; None if it has no rule."""
    newest = max((rule for rule in snapshot.rules if rule.help == help_), key=lambda rule: rule.from_on, default=None)
    return newest.unit if newest else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The rates of some placements past their due day.

    Attributes:
        fulfilled_of_due: Share of placements that passed on all they owe.
        fulfilled_of_possible: The same without those excused, and those lost by death, theft or leaving.
        fulfilled_on_time_of_due: Share of placements that had passed on all they owe by the due day.
        passed_of_owed: Share of owed units that were passed on; each placement counts for at most what it owes, so no
            surplus makes up for another's default.
        passed_of_possible: The same without what the excused, and those lost by death, theft or leaving, still owe.
    """

    fulfilled_of_due: Rate
    fulfilled_of_possible: Rate
    fulfilled_on_time_of_due: Rate
    passed_of_owed: Rate
    passed_of_possible: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOf:
    """Which placements a numerator or denominator counts.

    Attributes:
        counted: A word of `counted_placements.COUNTED`.
        of: What is added up: "total" counts placements; else a field of `placements.UnitsSummed`.
    """

    counted: str
    of: str = "total"


_MADE_OF: Final = {
    "fulfilled_of_due": (MadeOf(counted="due_fulfilled"), MadeOf(counted="due")),
    "fulfilled_of_possible": (MadeOf(counted="due_fulfilled"), MadeOf(counted="due_possible")),
    "fulfilled_on_time_of_due": (MadeOf(counted="due_on_time"), MadeOf(counted="due")),
    "passed_of_owed": (
        MadeOf(counted="due_animals", of="due_passed"),
        MadeOf(counted="due_animals", of="due_owed"),
    ),
    "passed_of_possible": (
        MadeOf(counted="due_animals", of="due_passed"),
        MadeOf(counted="due_animals", of="due_possible"),
    ),
}


def made_of(rate: str, *, own_unit: bool = False) -> tuple[MadeOf, MadeOf]:
    """What the numerator and the denominator of a rate count.

    Args:
        rate: A field of `Rates`.
        own_unit: Whether it is the rate of one help, in that help's own unit.
    """
    numerator, denominator = _MADE_OF[rate]
    if own_unit and numerator.of != "total":
        return MadeOf(counted="due", of=numerator.of), MadeOf(counted="due", of=denominator.of)
    return numerator, denominator


def sums(survey: Survey, row: Rows | slice, part: Rows | int, parts: int) -> Sums:
    """Everything the rates are calculated from, by part and by help.

    Args:
        survey: Survey of the programme on the day.
        row: Rows of placements that existed on the day; a row may occur in several parts.
        part: The part of each row, or of all rows.
        parts: Number of parts.

    Returns:
        Counts of placements, and thousandths of units; shape (parts, helps, WIDTH). The first columns are
        `vocabulary.STATES`; then come ORIGINAL and so on.
    """
    stood, placements, helps = survey.standings, survey.snapshot.placements, len(survey.snapshot.helps)
    due, original, kind = Due.of(survey, row), survey.original[row], stood.state[row]
    for also in (due.all, due.on_time, due.impossible, original):
        kind = kind * 2 + also
    cell = (np.asarray(part, np.int64) * helps + placements.help[row]) * len(_STATE) + kind

    def by_kind(units: Units, of: Flags | None = None) -> Sums:
        totals: Sums = np.zeros(parts * helps * len(_STATE), np.int64)
        rows = slice(None) if of is None else np.flatnonzero(of)
        np.add.at(totals, cell[rows], units[rows])
        return totals.reshape(parts, helps, len(_STATE))

    counted = np.bincount(cell, minlength=parts * helps * len(_STATE)).reshape(parts, helps, len(_STATE))
    units_owed, units_passed = stood.owed[row], stood.passed[row]
    given = by_kind(placements.filled_units[row], original)
    owed, passed = by_kind(units_owed), by_kind(units_passed)
    covered = passed - by_kind(units_passed - units_owed, units_passed > units_owed)
    added = np.empty((parts, helps, WIDTH), np.int64)
    added[..., : len(STATES)] = counted @ np.eye(len(STATES), dtype=np.int64)[_STATE]
    for column, totals, of in (
        (ORIGINAL, counted, _ORIGINAL),
        (DUE, counted, _DUE),
        (DUE_FULFILLED, counted, _DUE & (_STATE == FULFILLED)),
        (DUE_ON_TIME, counted, _ON_TIME),
        (DUE_IMPOSSIBLE, counted, _IMPOSSIBLE),
        (GIVEN, given, _ORIGINAL),
        (OWED, owed, np.ones_like(_DUE)),
        (PASSED, passed, np.ones_like(_DUE)),
        (DUE_OWED, owed, _DUE),
        (DUE_COVERED, covered, _DUE),
        (DUE_REMITTED, owed - covered, _IMPOSSIBLE),
    ):
        added[..., column] = totals @ of
    return added


def rates(placements: Sums, units: Sums) -> Rates:
    """The rates calculated from some sums.

    Args:
        placements: Sums over all placements, shape (WIDTH,), for the rates of placements.
        units: Sums over placements whose units can be added up, shape (WIDTH,), for the rates of units.
    """
    due, fulfilled = int(placements[DUE]), int(placements[DUE_FULFILLED])
    owed, covered = int(units[DUE_OWED]), int(units[DUE_COVERED])
    return Rates(
        fulfilled_of_due=Rate.of(fulfilled, due),
        fulfilled_of_possible=Rate.of(fulfilled, due - int(placements[DUE_IMPOSSIBLE])),
        fulfilled_on_time_of_due=Rate.of(int(placements[DUE_ON_TIME]), due),
        passed_of_owed=Rate.of(shown(covered), shown(owed)),
        passed_of_possible=Rate.of(shown(covered), shown(owed - int(units[DUE_REMITTED]))),
    )
