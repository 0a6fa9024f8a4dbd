"""Money, in whole paisa: 1 rupee is 100 paisa, and what falls between two is rounded half up."""

from __future__ import annotations

from typing import Final

PAISA: Final = 100
"""In a rupee."""
_THOUSANDTHS_OF_A_PERCENT: Final = 100_000

Rupees = int | float
"""An amount as people write it, with at most 2 decimals."""


def paisa(said: object) -> int:
    """What a column says, in paisa; 0 where it says nothing.

    >>> paisa(0.29), paisa(None)
    (29, 0)
    """
    return 0 if said is None else round(float(str(said)) * PAISA)


def rupees(amount: int) -> Rupees:
    """An amount in paisa as people write it.

    >>> rupees(778645), rupees(500)
    (7786.45, 5)
    """
    return amount // PAISA if amount % PAISA == 0 else amount / PAISA


def half_up(numerator: int, denominator: int) -> int:
    """A quotient to the nearest whole number, the half away from 0.

    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 3)
    (3, -3, 2)
    """
    up = (2 * abs(numerator) + denominator) // (2 * denominator)
    return up if numerator >= 0 else -up


def percent_of(amount: int, thousandths: int) -> int:
    """A part of an amount, of a percentage in thousandths: 2 % is 2000.

    >>> percent_of(14844, 2000)
    297
    """
    return half_up(amount * thousandths, _THOUSANDTHS_OF_A_PERCENT)


def floor_to(amount: int, step: int) -> int:
    """The largest multiple of a step that is not more than an amount."""
    return amount // step * step
