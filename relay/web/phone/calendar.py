"""Bikram Sambat for the phone app: the lengths of the months, which cannot be computed, as a table in its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.domain.bikram_sambat import LAST_YEAR, gregorian, month_lengths
from relay.web.i18n.language import BS_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

YEARS: Final = range(2000, 2091)
"""The years in the table: 1943 to 2034, with the birth years of people, and the ends of extensions."""

SHORTEST: Final = 29
"""Days of the shortest month; the table has one digit for each month, the days beyond these."""


def month_table() -> Mapping[str, Any]:
    """The table as JSON, with the names of the months in the reader's language."""
    return {
        "first": YEARS[0],
        "begins": str(gregorian(YEARS[0], 1, 1)),
        "published": LAST_YEAR,
        "shortest": SHORTEST,
        "lengths": ["".join(str(days - SHORTEST) for days in year) for year in month_lengths(YEARS)],
        "months": [str(month) for month in BS_MONTHS],
    }
