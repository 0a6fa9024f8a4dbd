"""Months of either calendar: the one after another, those of a period, and whether periods share a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from relay.domain.bikram_sambat import days_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_A_YEAR = 12


def is_sambat(month: str) -> bool:
    """Whether a month is one of Bikram Sambat."""
    return month.endswith(" BS")


def months(first: str, last: str) -> tuple[str, ...]:
    """The months from one to another of the same calendar, in order; none where the last is before the first.

    >>> months("2083-11 BS", "2084-01 BS")
    ('2083-11 BS', '2083-12 BS', '2084-01 BS')
    """
    end = " BS" if is_sambat(first) else ""
    begin, until = (_number(month) for month in (first, last))
    return tuple(f"{number // _A_YEAR:04}-{number % _A_YEAR + 1:02}{end}" for number in range(begin, until + 1))


def _number(month: str) -> int:
    year, number = month.removesuffix(" BS").split("-")
    return int(year) * _A_YEAR + int(number) - 1


def share_a_day(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two periods, each by its first and last month, have a day in common, in whichever calendars."""
    return days_of(one[0])[0] <= days_of(other[1])[1] and days_of(other[0])[0] <= days_of(one[1])[1]


def parted(known: Sequence[str], span: int) -> tuple[tuple[str, ...], ...]:
    """Months in parts of so many, the last of which may be short."""
    return tuple(tuple(known[at : at + span]) for at in range(0, len(known), span))


def ended(month: str, on: date) -> bool:
    """Whether a month was over on a day."""
    return days_of(month)[1] + timedelta(days=1) <= on
