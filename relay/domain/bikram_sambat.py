"""Bikram Sambat, the calendar of Nepal: days in it, and days of it.

Month lengths cannot be computed: they are published year by year (`countries.month_table`). A day of a year that is not
published yet is a likely one: it is shown with "≈", and what was typed is kept beside it.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Self

from relay.countries import month_table
from relay.countries.month_table import MonthTable
from relay.text import Sentence

LIKELY_YEARS: Final = range(2060, 2091)
"""Years that are likelier meant in Bikram Sambat than not: 2003 to 2034 (our choice: a programme is younger than the
first)."""

FISCAL_MONTH: Final = 4
"""Shrawan, with whose first day Nepal's fiscal year begins (Financial Procedures and Fiscal
Accountability Act, 2076)."""
_ABOUT: Final = "≈ "
_MONTHS: Final = 12
_LONGEST_MONTH: Final = 32  # days


class LikelyDay(str):
    """A Gregorian day, in ISO form, that was typed in a year of Bikram Sambat which is not published yet.

    Attributes:
        typed: What was typed, such as "2084-01-15 BS".
    """

    __slots__ = ("typed",)

    typed: str

    @classmethod
    def of(cls, day: date, typed: str) -> Self:
        """A day, and what was typed for it."""
        likely = cls(day.isoformat())
        likely.typed = typed
        return likely


def iso(day: date, *, in_sambat: bool) -> str:
    """A day in ISO form; a `LikelyDay` where it was typed in Bikram Sambat and its year is not published yet.

    >>> iso(date(2027, 4, 28), in_sambat=True).typed
    '2084-01-15 BS'
    """
    told = bikram_sambat(day) if in_sambat else None
    return LikelyDay.of(day, told.removeprefix(_ABOUT)) if told and told.startswith(_ABOUT) else day.isoformat()


def as_typed(value: Any) -> Any:  # noqa: ANN401 - a value of an act
    """A value as it is sent to who records it: of a likely day what was typed, in a correction's changes too."""
    if isinstance(value, Mapping):
        return {name: as_typed(each) for name, each in value.items()}
    return value.typed if isinstance(value, LikelyDay) else value


def gregorian(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a day in Bikram Sambat, or None when there is no such day.

    >>> gregorian(2083, 8, 8)
    datetime.date(2026, 11, 24)
    """
    return month_table.in_use().gregorian(year, month, day)


def bikram_sambat(day: date) -> str | None:
    """A day in Bikram Sambat, such as "2083-08-08 BS"; with "≈" before it when its year is not published yet.

    None for a day that lies outside of the table.

    >>> bikram_sambat(date(2026, 11, 24)), bikram_sambat(date(2030, 1, 1)), bikram_sambat(date(1900, 1, 1))
    ('2083-08-08 BS', '≈ 2086-09-17 BS', None)
    """
    return _shown(month_table.in_use(), day)


@lru_cache(maxsize=8192)  # the days of a large tree
def _shown(table: MonthTable, day: date) -> str | None:
    if not (written := table.written(day)):
        return None
    return f"{_ABOUT if int(written[:4]) > table.published else ''}{written} BS"


def is_published(year: int) -> bool:
    """Whether a year of Bikram Sambat is published, by the table in use."""
    return year <= month_table.in_use().published


def year_month_day(day: date) -> tuple[int, int, int] | None:
    """Year, month and day in Bikram Sambat; None for a day that lies outside of the table.

    >>> year_month_day(date(2026, 11, 24))
    (2083, 8, 8)
    """
    return month_table.in_use().year_month_day(day)


def last_of_month(year: int, month: int) -> date | None:
    """The Gregorian day on which a month of Bikram Sambat ends; None when that lies outside of the table.

    >>> last_of_month(2083, 7), last_of_month(2100, 12)
    (datetime.date(2026, 11, 16), datetime.date(2044, 4, 12))
    """
    days = (gregorian(year, month, day) for day in range(_LONGEST_MONTH, 0, -1))
    return next(filter(None, days), None)


def month_days(month: str) -> tuple[date, date] | None:
    """The first and the last Gregorian day of a month of either calendar; None when there is no such month.

    >>> month_days("2083-07 BS")
    (datetime.date(2026, 10, 18), datetime.date(2026, 11, 16))
    >>> month_days("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    year, number = (int(part) for part in month.removesuffix(" BS").split("-"))
    if not (year and 1 <= number <= _MONTHS):
        return None
    if month.endswith(" BS"):
        first, last = gregorian(year, number, 1), last_of_month(year, number)
        return (first, last) if first and last else None
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def days_of(month: str) -> tuple[date, date]:
    """The same of a month that a cell was read as, so that there is one."""
    known = month_days(month)
    if known is None:
        raise AssertionError(month)
    return known


def month_of(day: date, *, sambat: bool) -> str | None:
    """The month of a day in the one calendar or the other; None outside of the table.

    >>> month_of(date(2026, 11, 24), sambat=True), month_of(date(2026, 11, 24), sambat=False)
    ('2083-08 BS', '2026-11')
    """
    found = year_month_day(day) if sambat else (day.year, day.month, day.day)
    return f"{found[0]:04}-{found[1]:02}{' BS' if sambat else ''}" if found else None


def months_from(first: str, last: str) -> tuple[str, ...]:
    """The months from one to another, in order; none where they are of two calendars, or the last is before the first.

    >>> months_from("2083-11 BS", "2084-01 BS")
    ('2083-11 BS', '2083-12 BS', '2084-01 BS')
    """
    end = " BS" if first.endswith(" BS") else ""
    if last.endswith(" BS") != bool(end):
        return ()
    counted = [each.removesuffix(" BS").split("-") for each in (first, last)]
    begin, until = (int(year) * _MONTHS + int(number) - 1 for year, number in counted)
    return tuple(f"{each // _MONTHS:04}-{each % _MONTHS + 1:02}{end}" for each in range(begin, until + 1))


def share_a_day(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two periods, each by its months or the first and last of them, have a day in common; in any calendar."""
    return days_of(one[0])[0] <= days_of(other[-1])[1] and days_of(other[0])[0] <= days_of(one[-1])[1]


def fiscal_year(day: date) -> int | None:
    """The year of Bikram Sambat in which the fiscal year of a day began; None outside of the table.

    >>> fiscal_year(date(2026, 11, 24)), fiscal_year(date(2026, 5, 1))
    (2083, 2082)
    """
    found = year_month_day(day)
    return found[0] - (found[1] < FISCAL_MONTH) if found else None


def last_of_fiscal_year(year: int) -> date | None:
    """The Gregorian day on which the fiscal year that began in a year of Bikram Sambat ends.

    >>> last_of_fiscal_year(2082)
    datetime.date(2026, 7, 16)
    """
    return last_of_month(year + 1, FISCAL_MONTH - 1)


def likely(day: str) -> Sentence | None:
    """What to do with a Gregorian day, in ISO form, that is likelier meant in Bikram Sambat; None for any other day.

    >>> print(likely("2083-08-08"))
    Write it as 2083-08-08 BS, if it is in Bikram Sambat.
    """
    if int(day[:4]) not in LIKELY_YEARS:
        return None
    return Sentence("Write it as %(day)s, if it is in Bikram Sambat.", day=f"{day} BS")
