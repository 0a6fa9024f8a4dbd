"""Bikram Sambat for the phone app: the lengths of the months, which cannot be computed, as a table in its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.countries import month_table
from relay.web.i18n.language import BS_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_YEAR: Final = 2000
"""The first year in the table: 1943, before the birth years of people."""


def phone_table() -> Mapping[str, Any]:
    """The table as JSON, with the names of the months in the reader's language; a month is its days beyond 29."""
    table, shortest = month_table.in_use(), month_table.LENGTHS[0]
    lengths = table.lengths[FIRST_YEAR - table.first :]
    return {
        "first": FIRST_YEAR,
        "begins": str(table.gregorian(FIRST_YEAR, 1, 1)),
        "published": table.published,
        "shortest": shortest,
        "lengths": ["".join(str(days - shortest) for days in year) for year in lengths],
        "months": [str(month) for month in BS_MONTHS],
    }
