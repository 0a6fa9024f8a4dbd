"""Money in whole paisa (1 rupee is 100 paisa), rounded half up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from relay.service.json_codec import read_columns
from relay.systems.groups.kinds import KINDS as GROUPS_KINDS
from relay.systems.savings.kinds import KINDS

PAISA: Final = 100
"""Number of paisa in a rupee."""
_THOUSANDTHS_OF_A_PERCENT: Final = 100_000

_MONEY: Final = frozenset(
    column.name for kind in (*GROUPS_KINDS, *KINDS) for column in kind.columns if column.type == "money"
)
_Kind = TypeVar("_Kind")

Rupees = int | float
"""An amount in rupees, with at most 2 decimals."""


def paisa(rupees_: object) -> int:
    """The value of a column in paisa; 0 if it is empty.

    >>> paisa(0.29), paisa(None)
    (29, 0)
    """
    return 0 if rupees_ is None else round(float(str(rupees_)) * PAISA)


def in_paisa(kind: type[_Kind], values: Mapping[str, Any], **known: object) -> _Kind:
    """Make a dataclass from the columns of an act, with money in paisa; `known` values replace those of columns."""
    columns = {name: paisa(each) if name in _MONEY and each is not None else each for name, each in values.items()}
    return read_columns(kind, columns | known)


def rupees(amount: int) -> Rupees:
    """An amount in paisa as rupees.

    >>> rupees(778645), rupees(500)
    (7786.45, 5)
    """
    return amount // PAISA if amount % PAISA == 0 else amount / PAISA


def half_up(numerator: int, denominator: int) -> int:
    """A quotient rounded to the nearest whole number, halves away from 0.

    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 3)
    (3, -3, 2)
    """
    up = (2 * abs(numerator) + denominator) // (2 * denominator)
    return up if numerator >= 0 else -up


def percent_of(amount: int, thousandths: int) -> int:
    """A percentage of an amount, in thousandths of a percent: 2 % is 2000.

    >>> percent_of(14844, 2000)
    297
    """
    return half_up(amount * thousandths, _THOUSANDTHS_OF_A_PERCENT)


def floor_to(amount: int, step: int) -> int:
    """The largest multiple of a step that is not more than an amount."""
    return amount // step * step
