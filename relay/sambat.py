"""Bikram Sambat, the calendar of Nepal: days in it, and days of it.

Month lengths cannot be computed: they are published year by year, and the tables of libraries disagree from 2086 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

FIRST_YEAR: Final = 1975  # where the table of nepali-datetime 1.0.8.5 begins (April 1918)
LAST_YEAR: Final = 2083
"""The last year that is published and right in nepali-datetime 1.0.8.5 (its pull request 70, May 2026;
medic/bikram-sambat issue 31, June 2026)."""


def gregorian(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a day in Bikram Sambat, or None when there is no such day.

    >>> gregorian(2083, 8, 8)
    datetime.date(2026, 11, 24)
    """
    import nepali_datetime  # noqa: PLC0415 - reads its table when imported; few runs meet a Bikram Sambat day

    try:
        found: date = nepali_datetime.date(year, month, day).to_datetime_date()
    except ValueError:
        return None
    return found


def bikram_sambat(day: date) -> str | None:
    """A day in Bikram Sambat, such as "2083-08-08 BS"; with "≈" before it when its year is not published yet.

    None for a day that lies outside of the table.

    >>> bikram_sambat(date(2026, 11, 24)), bikram_sambat(date(2030, 1, 1)), bikram_sambat(date(1900, 1, 1))
    ('2083-08-08 BS', '≈ 2086-09-17 BS', None)
    """
    import nepali_datetime  # noqa: PLC0415 - as above

    try:
        found = nepali_datetime.date.from_datetime_date(day)
    except (ValueError, OverflowError, IndexError, KeyError):
        return None
    return f"{'≈ ' if found.year > LAST_YEAR else ''}{found.year:04}-{found.month:02}-{found.day:02} BS"
