"""Periods that a report is made for: months and years of the Gregorian calendar, of Bikram Sambat, and fiscal years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from relay.domain import bikram_sambat
from relay.web.i18n.language import gettext, lazy_gettext, month_and_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST: Final = 24
"""Periods side by side (our choice: two years of months can still be told apart on a page)."""

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


def bs_month(day: date) -> Period | None:
    """The month of Bikram Sambat in which a day lies; None outside of the table."""
    found = bikram_sambat.year_month_day(day)
    last = bikram_sambat.last_of_month(*found[:2]) if found else None
    if found is None or last is None:
        return None
    year, month, _ = found
    label = gettext("%(month)s %(year)s", month=BS_MONTHS[month - 1], year=year)
    return _bs(f"{year}-{month:02}", label, last, approximate=year > bikram_sambat.LAST_YEAR)


def fiscal_year(day: date) -> Period | None:
    """The fiscal year in which a day lies; None outside of the table."""
    year = bikram_sambat.fiscal_year(day)
    last = bikram_sambat.last_of_fiscal_year(year) if year else None
    if year is None or last is None:
        return None
    key = f"{year}/{(year + 1) % 100:02}"
    label = gettext("fiscal year %(year)s", year=key)
    return _bs(key, label, last, approximate=year + 1 > bikram_sambat.LAST_YEAR)


def _bs(key: str, label: str, last: date, *, approximate: bool) -> Period:
    mark = "≈ " if approximate else ""
    return Period(key=mark + key, label=mark + label, last=last, approximate=approximate)


def ad_month(day: date) -> Period:
    """The Gregorian month in which a day lies."""
    last = date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
    return Period(key=f"{day:%Y-%m}", label=month_and_year(day), last=last)


def ad_year(day: date) -> Period:
    """The Gregorian year in which a day lies."""
    return Period(key=str(day.year), label=str(day.year), last=date(day.year, 12, 31))


def back(around: Callable[[date], Period | None], day: date, first: date, most: int) -> list[Period]:
    """The periods from one day back to another, oldest first.

    Args:
        around: The period around a day.
        day: In the last period.
        first: In the earliest one.
        most: How many at most; the latest are kept.
    """
    return list(_back(around, day, first, most))[::-1]


def _back(around: Callable[[date], Period | None], day: date, first: date, most: int) -> Iterator[Period]:
    last = period.last if (period := around(day)) else None
    while period and most and last and last >= first:
        yield period
        most -= 1
        last = _end_before(around, last)
        period = around(last) if last else None


def _end_before(around: Callable[[date], Period | None], last: date) -> date | None:
    """The last day of the period before the one that ends on a day: weeks back until it is another one."""
    day = last
    while (found := around(day)) and found.last == last:
        day -= timedelta(days=7)
    return found.last if found else None


def ended(day: date, first: date) -> list[tuple[str, list[Period]]]:
    """The periods that had ended by a day, as they are chosen for a report: the latest first, by kind."""
    kinds: tuple[tuple[str, Callable[[date], Period | None], int], ...] = (
        (gettext("Months of Bikram Sambat"), bs_month, 13),
        (gettext("Fiscal years"), fiscal_year, 13),
        (gettext("Gregorian months"), ad_month, 13),
        (gettext("Gregorian years"), ad_year, 13),
    )
    found = (
        (heading, [period for period in back(around, day, first, most)[::-1] if period.last <= day])
        for heading, around, most in kinds
    )
    return [(heading, chosen) for heading, chosen in found if chosen]
