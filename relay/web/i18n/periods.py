"""Periods of reports: Gregorian months and years, months of Bikram Sambat, and fiscal years; and days as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from relay.domain import bikram_sambat
from relay.web.i18n.language import BS_MONTHS, bs_month, cached_by_language, gettext, has_bikram_sambat, month_and_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Kind = tuple[str, Callable[[date], Iterator["Period"]]]

MOST: Final = 13
"""The most periods to choose from (our choice: a year of months, each with the one before it)."""

_MONTH: Final = re.compile(r"\b([0-9]{4})-(0[1-9]|1[0-2])( BS)?(?![0-9-])")
"""A month as a cell of a register is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period.

    Attributes:
        key: A short name, such as "2083-07", "2082/83" or "2026-10".
        label: Its name in the page's language.
        last: Its last day.
        approximate: Whether that day may still change, since its year of Bikram Sambat is not published yet.
    """

    key: str
    label: str
    last: date
    approximate: bool = False


def bs_months(day: date) -> Iterator[Period]:
    """The months of Bikram Sambat, the one of a day first, then backwards to the beginning of the table."""
    year, month, _ = bikram_sambat.year_month_day(day) or (0, 1, 1)
    while last := bikram_sambat.last_of_month(year, month):
        yield _bs_period(
            f"{year}-{month:02}", bs_month(year, month), last, approximate=not bikram_sambat.is_published(year)
        )
        year, month = (year, month - 1) if month > 1 else (year - 1, len(BS_MONTHS))


def fiscal_years(day: date) -> Iterator[Period]:
    """The fiscal years, the one of a day first, then backwards to the beginning of the table of Bikram Sambat."""
    year = bikram_sambat.fiscal_year(day)
    while year and (last := bikram_sambat.last_of_fiscal_year(year)):
        key = f"{year}/{(year + 1) % 100:02}"
        label = gettext("fiscal year %(year)s", year=key)
        yield _bs_period(key, label, last, approximate=not bikram_sambat.is_published(year + 1))
        year -= 1


@cached_by_language
def months_named(text: str) -> str:
    """A text with its months spelled out: "Kartik 2083" for "2083-07 BS", "Nov 2026" for "2026-11"."""
    return _MONTH.sub(_month_text, text)


def _month_text(match: re.Match[str]) -> str:
    year, month = int(match[1]), int(match[2])
    return bs_month(year, month) if match[3] else month_and_year(date(year, month, 1))


def _bs_period(key: str, label: str, last: date, *, approximate: bool) -> Period:
    mark = "≈ " if approximate else ""
    return Period(key=mark + key, label=mark + label, last=last, approximate=approximate)


def ad_months(day: date) -> Iterator[Period]:
    """The Gregorian months, the one of a day first, then backwards without end."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    while True:
        yield Period(key=f"{last:%Y-%m}", label=month_and_year(last), last=last)
        last = last.replace(day=1) - timedelta(days=1)


def ad_years(day: date) -> Iterator[Period]:
    """The Gregorian years, the one of a day first, then backwards to year 1."""
    for year in range(day.year, 0, -1):
        yield Period(key=str(year), label=str(year), last=date(year, 12, 31))


def periods_back(periods: Callable[[date], Iterator[Period]], day: date, first: date, most: int) -> list[Period]:
    """The periods between two days, oldest first.

    Args:
        periods: Yields periods from a day backwards.
        day: A day in the last period.
        first: A day in the earliest one.
        most: How many periods at most, the latest ones.
    """
    return list(islice(takewhile(lambda period: period.last >= first, periods(day)), most))[::-1]


def ended_periods(day: date, first: date) -> list[tuple[str, list[Period]]]:
    """The periods that had ended by a day, to choose from: heading of each kind, and its periods, the latest first."""
    of_bikram_sambat: tuple[_Kind, ...] = (
        (gettext("Months of Bikram Sambat"), bs_months),
        (gettext("Fiscal years"), fiscal_years),
    )
    kinds: tuple[_Kind, ...] = (
        *(of_bikram_sambat if has_bikram_sambat() else ()),
        (gettext("Gregorian months"), ad_months),
        (gettext("Gregorian years"), ad_years),
    )
    by_kind = (
        (heading, [period for period in periods_back(periods, day, first, MOST)[::-1] if period.last <= day])
        for heading, periods in kinds
    )
    return [(heading, chosen) for heading, chosen in by_kind if chosen]
