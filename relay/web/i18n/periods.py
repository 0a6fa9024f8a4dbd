"""Periods that a report is made for: months and years of the Gregorian calendar, of Bikram Sambat, and fiscal years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from relay.domain import bikram_sambat
from relay.web.i18n.language import gettext, language, lazy_gettext, month_and_year, remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST: Final = 13
"""Periods to choose from (our choice: a year of months that ended, each with the one before it)."""

_MONTH: Final = re.compile(r"\b([0-9]{4})-(0[1-9]|1[0-2])( BS)?(?![0-9-])")
"""A month as a cell of a register is read."""

BS_MONTHS: Final = (
    lazy_gettext("Baisakh"),
    lazy_gettext("Jestha"),
    lazy_gettext("Asar"),
    lazy_gettext("Shrawan"),
    lazy_gettext("Bhadra"),
    lazy_gettext("Ashwin"),
    lazy_gettext("Kartik"),
    lazy_gettext("Mangsir"),
    lazy_gettext("Poush"),
    lazy_gettext("Magh"),
    lazy_gettext("Falgun"),
    lazy_gettext("Chaitra"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period by its end.

    Attributes:
        key: Short, such as "2083-07", "2082/83" or "2026-10".
        label: As people say it.
        last: Its last day.
        approximate: Whether that day may still move, since its year of Bikram Sambat is not published yet.
    """

    key: str
    label: str
    last: date
    approximate: bool = False


def bs_months(day: date) -> Iterator[Period]:
    """The months of Bikram Sambat from the one in which a day lies backwards; as far back as its table goes."""
    year, month, _ = bikram_sambat.year_month_day(day) or (0, 1, 1)
    while year >= bikram_sambat.FIRST_YEAR and (last := bikram_sambat.last_of_month(year, month)):
        yield _bs(f"{year}-{month:02}", _bs_month(year, month), last, approximate=year > bikram_sambat.LAST_YEAR)
        year, month = (year, month - 1) if month > 1 else (year - 1, len(BS_MONTHS))


def fiscal_years(day: date) -> Iterator[Period]:
    """The fiscal years from the one in which a day lies backwards; as far back as the table of Bikram Sambat goes."""
    year = bikram_sambat.fiscal_year(day)
    while year and (last := bikram_sambat.last_of_fiscal_year(year)):
        key = f"{year}/{(year + 1) % 100:02}"
        label = gettext("fiscal year %(year)s", year=key)
        yield _bs(key, label, last, approximate=year + 1 > bikram_sambat.LAST_YEAR)
        year -= 1


def _bs_month(year: int, month: int) -> str:
    return gettext("%(month)s %(year)s", month=BS_MONTHS[month - 1], year=year)


@remembered
def bs_day(value: date) -> str:
    """A day in Bikram Sambat: in Nepali as people say it, "9 मंसिर 2083", elsewhere as it is typed, "2083-08-09 BS".

    With "≈" before it when its year is not published yet; "" for a day that lies outside of the table.
    """
    found = bikram_sambat.year_month_day(value)
    if found is None or language() != "ne":
        return bikram_sambat.bikram_sambat(value) or ""
    year, month, number = found
    return f"{'≈ ' if year > bikram_sambat.LAST_YEAR else ''}{number} {_bs_month(year, month)}"


@remembered
def months_named(text: str) -> str:
    """A text whose months of either calendar are named: "Kartik 2083" for "2083-07 BS", "Nov 2026" for "2026-11"."""
    return _MONTH.sub(_named, text)


def _named(found: re.Match[str]) -> str:
    year, month = int(found[1]), int(found[2])
    return _bs_month(year, month) if found[3] else month_and_year(date(year, month, 1))


def _bs(key: str, label: str, last: date, *, approximate: bool) -> Period:
    mark = "≈ " if approximate else ""
    return Period(key=mark + key, label=mark + label, last=last, approximate=approximate)


def ad_months(day: date) -> Iterator[Period]:
    """The Gregorian months from the one in which a day lies backwards."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    while True:
        yield Period(key=f"{last:%Y-%m}", label=month_and_year(last), last=last)
        last = last.replace(day=1) - timedelta(days=1)


def ad_years(day: date) -> Iterator[Period]:
    """The Gregorian years from the one in which a day lies backwards."""
    for year in range(day.year, 0, -1):
        yield Period(key=str(year), label=str(year), last=date(year, 12, 31))


def back(periods: Callable[[date], Iterator[Period]], day: date, first: date, most: int) -> list[Period]:
    """The periods from one day back to another, oldest first.

    Args:
        periods: Those from a day backwards.
        day: In the last period.
        first: In the earliest one.
        most: How many at most; the latest are kept.
    """
    return list(islice(takewhile(lambda period: period.last >= first, periods(day)), most))[::-1]


def ended(day: date, first: date) -> list[tuple[str, list[Period]]]:
    """The periods that had ended by a day, as they are chosen for a report: the latest first, by kind."""
    kinds: tuple[tuple[str, Callable[[date], Iterator[Period]]], ...] = (
        (gettext("Months of Bikram Sambat"), bs_months),
        (gettext("Fiscal years"), fiscal_years),
        (gettext("Gregorian months"), ad_months),
        (gettext("Gregorian years"), ad_years),
    )
    found = (
        (heading, [period for period in back(periods, day, first, MOST)[::-1] if period.last <= day])
        for heading, periods in kinds
    )
    return [(heading, chosen) for heading, chosen in found if chosen]
