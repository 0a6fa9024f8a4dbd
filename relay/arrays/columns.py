"""What a column contains: rows of another table, days, thousandths, codes of words, flags.

Days are days since 1970-01-01, units whole thousandths, places in another table its row, -1 for none. A column is never
written to once it is made: what changes gets a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, SupportsInt

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]
Days = npt.NDArray[np.int32]
Units = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int16]
Flags = npt.NDArray[np.bool_]

EPOCH: Final = date(1970, 1, 1)
NO_DAY: Final = -(2**31)  # before every day, so that the latest of it and a day is the day
NONE: Final = -1


def day_number(day: date) -> int:
    """A day as days since 1970-01-01.

    >>> day_number(date(1970, 1, 2)), day_number(date(1969, 12, 31))
    (1, -1)
    """
    return (day - EPOCH).days


def day_said(text: str) -> int:
    """The number of a day as the ledger writes it, such as "2026-02-28"."""
    return day_number(date.fromisoformat(text))


def day_of(number: SupportsInt) -> date | None:
    """The day of a number of days since 1970-01-01; None for `NO_DAY`.

    >>> day_of(20512), day_of(NO_DAY)
    (datetime.date(2026, 2, 28), None)
    """
    return None if int(number) == NO_DAY else known_day(number)


def known_day(number: SupportsInt) -> date:
    """The same of a number that is not `NO_DAY`."""
    return EPOCH + timedelta(days=int(number))


def days_of(numbers: Days) -> list[date]:
    """The days of many numbers, none of which is `NO_DAY`."""
    days: list[date] = numbers.astype("datetime64[D]").tolist()
    return days


def rows_of(chosen: Flags) -> Rows:
    """The rows of a table that are chosen."""
    return np.flatnonzero(chosen).astype(np.int32)


def code_of(word: str | None, words: Sequence[str]) -> int:
    """The code of a word, -1 for none of them."""
    return words.index(word) if word in words else NONE
