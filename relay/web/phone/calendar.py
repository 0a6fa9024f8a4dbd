"""Bikram Sambat for the phone: its page carries the lengths of the months, since they cannot be computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.domain.bikram_sambat import LAST_YEAR, gregorian, month_lengths
from relay.web.i18n.periods import BS_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

YEARS: Final = range(2000, 2091)
"""The years that a phone knows: 1943 to 2034, in which whoever is recorded was born, and extensions end."""

SHORTEST: Final = 29
"""Days of the shortest month. The lengths are told as what a month has beyond it, a digit each."""


def told() -> Mapping[str, Any]:
    """The table, in the reader's language."""
    return {
        "first": YEARS[0],
        "begins": str(gregorian(YEARS[0], 1, 1)),
        "published": LAST_YEAR,
        "shortest": SHORTEST,
        "lengths": ["".join(str(days - SHORTEST) for days in year) for year in month_lengths(YEARS)],
        "months": [str(month) for month in BS_MONTHS],
    }
