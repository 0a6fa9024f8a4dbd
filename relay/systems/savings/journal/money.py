"""Money, in whole paisa: 1 rupee is 100 paisa, and what falls between two is rounded half up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from relay.service.json_codec import read_columns
from relay.systems.groups.kinds import KINDS as GROUPS_KINDS
from relay.systems.savings.kinds import KINDS

PAISA: Final = 100
"""In a rupee."""
_THOUSANDTHS_OF_A_PERCENT: Final = 100_000

_MONEY: Final = frozenset(
    column.name for kind in (*GROUPS_KINDS, *KINDS) for column in kind.columns if column.type == "money"
)
_Kind = TypeVar("_Kind")

Rupees = int | float
"""An amount as people write it, with at most 2 decimals."""


def paisa(said: object) -> int:
    """What a column says, in paisa; 0 where it says nothing.

    >>> paisa(0.29), paisa(None)
    (29, 0)
    """
    return 0 if said is None else round(float(str(said)) * PAISA)


def in_paisa(kind: type[_Kind], values: Mapping[str, Any], **known: object) -> _Kind:
    """What the columns of an act say, as a dataclass with money in paisa; what is known takes the place of a column."""
    said = {name: paisa(each) if name in _MONEY and each is not None else each for name, each in values.items()}
    return read_columns(kind, said | known)


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
