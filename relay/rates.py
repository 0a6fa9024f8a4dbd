"""Sums over placements and the rates made of them, as the design's "Rates" says.

A rate is over placements whose due day is past, and never without its numerator and denominator: "61.5 %" alone hides
whether those who can no longer pass anything on were left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from relay.lineage import Survey
from relay.model import STATES, shown
from relay.snapshot import NO_DAY, Flags, Rows, day_number
from relay.states import CAUSES, EXCUSED, FULFILLED, LOST

_NOT_HER_DOING: Final = tuple(CAUSES.index(cause) for cause in ("death", "theft", "left"))
"""What makes passing on impossible; who sold or slaughtered could have passed on (design, "Rates")."""

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

Sums = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with what it is made of.

    Attributes:
        numerator: Placements, or units.
        denominator: The same.
        share: Numerator by denominator, in [0, 1]; None when the denominator is 0.
    """

    numerator: float
    denominator: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The rates of some placements whose due day is past.

    Attributes:
        fulfilled_of_due: Placements that passed on all they owe.
        fulfilled_of_possible: The same, without those excused and those lost by death, theft or leaving.
        fulfilled_on_time_of_due: Placements that had passed on all they owe by the due day.
        passed_of_owed: Units passed on, of each placement at most what it owes: no surplus covers another's default.
        passed_of_possible: The same, without what the excused and those lost by death, theft or leaving still owe.
    """

    fulfilled_of_due: Rate
    fulfilled_of_possible: Rate
    fulfilled_on_time_of_due: Rate
    passed_of_owed: Rate
    passed_of_possible: Rate


def sums(survey: Survey, row: Rows, part: Rows, parts: int) -> Sums:
    """Everything the rates are made of, by part and by help.

    Args:
        survey: The relay on a day.
        row: Rows of placements that were there; one may stand in several parts.
        part: The part of each.
        parts: How many parts.

    Returns:
        Shape (parts, helps, WIDTH): the first columns are `model.STATES`, then ORIGINAL and so on; counts of
        placements, and thousandths.
    """
    stood, placements, helps = survey.standings, survey.snapshot.placements, len(survey.snapshot.helps)
    cell = part.astype(np.int64) * helps + placements.help[row]
    added = np.zeros((parts * helps, WIDTH), np.int64)

    def add(column: int, chosen: Flags | slice = slice(None), units: Sums | None = None) -> None:
        # float sums of whole numbers are exact below 2**53: nine thousand thousand million units
        added[:, column] = np.bincount(cell[chosen], None if units is None else units[chosen], minlength=len(added))

    state = stood.state[row]
    added[:, : len(STATES)] = np.bincount(cell * len(STATES) + state, minlength=len(added) * len(STATES)).reshape(
        -1, len(STATES)
    )
    original = survey.original[row]
    add(ORIGINAL, original)
    add(GIVEN, original, placements.filled_units[row])
    owed, passed = stood.owed[row], stood.passed[row]
    add(OWED, units=owed)
    add(PASSED, units=passed)
    due = stood.due_day[row] < day_number(survey.as_of)
    impossible = due & ((state == EXCUSED) | ((state == LOST) & np.isin(stood.cause[row], _NOT_HER_DOING)))
    on_time = due & (stood.fulfilled_day[row] != NO_DAY) & (stood.fulfilled_day[row] <= stood.due_day[row])
    covered = np.minimum(passed, owed)
    add(DUE, due)
    add(DUE_FULFILLED, due & (state == FULFILLED))
    add(DUE_ON_TIME, on_time)
    add(DUE_IMPOSSIBLE, impossible)
    add(DUE_OWED, due, owed)
    add(DUE_COVERED, due, covered)
    add(DUE_REMITTED, impossible, owed - covered)
    return added.reshape(parts, helps, WIDTH)


def rates(placements: Sums, units: Sums) -> Rates:
    """The rates that some sums make.

    Args:
        placements: Sums of shape (WIDTH,) over all placements, for the rates of placements.
        units: The same over those whose units can be added up, for the rates of units.
    """
    due, fulfilled = int(placements[DUE]), int(placements[DUE_FULFILLED])
    owed, covered = int(units[DUE_OWED]), int(units[DUE_COVERED])
    return Rates(
        fulfilled_of_due=_rate(fulfilled, due),
        fulfilled_of_possible=_rate(fulfilled, due - int(placements[DUE_IMPOSSIBLE])),
        fulfilled_on_time_of_due=_rate(int(placements[DUE_ON_TIME]), due),
        passed_of_owed=_rate(shown(covered), shown(owed)),
        passed_of_possible=_rate(shown(covered), shown(owed - int(units[DUE_REMITTED]))),
    )


def _rate(numerator: float, denominator: float) -> Rate:
    return Rate(numerator=numerator, denominator=denominator, share=numerator / denominator if denominator else None)
