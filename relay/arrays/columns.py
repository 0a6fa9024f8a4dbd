"""The types of columns: row numbers, days, units, codes, flags and ids.

Days are counted from 1970-01-01, units are whole thousandths, words are codes, and -1 stands for "none". An array is
never changed once it is made; whatever changes gets a new array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, SupportsInt
from zlib import crc32

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
    """A day as the number of days since 1970-01-01.

    >>> day_number(date(1970, 1, 2)), day_number(date(1969, 12, 31))
    (1, -1)
    """
    return (day - EPOCH).days


def day_number_of(text: str) -> int:
    """The day number of a day as text, such as "2026-02-28"."""
    return day_number(date.fromisoformat(text))


def day_of(number: SupportsInt) -> date | None:
    """The day with a day number; None for `NO_DAY`.

    >>> day_of(20512), day_of(NO_DAY)
    (datetime.date(2026, 2, 28), None)
    """
    return None if int(number) == NO_DAY else required_day_of(number)


def required_day_of(number: SupportsInt) -> date:
    """The day with a day number, which must not be `NO_DAY`."""
    return EPOCH + timedelta(days=int(number))


def days_of(numbers: Days) -> list[date]:
    """The days with these day numbers, none of which may be `NO_DAY`."""
    days: list[date] = numbers.astype("datetime64[D]").tolist()
    return days


def rows_of(chosen: Flags) -> Rows:
    """The row numbers whose flag is set."""
    return np.flatnonzero(chosen).astype(np.int32)


def code_of(word: str | None, words: Sequence[str]) -> int:
    """The code of a word: its position in `words`; -1 if it is None or not among them."""
    return words.index(word) if word in words else NONE


_WORD: Final = 8
_LETTERS: Final = np.array([(1 << 64) - (1 << 8 * (_WORD - letters)) for letters in range(_WORD + 1)], np.uint64)
"""Masks by number of letters: the n-th keeps the first n letters of a word of eight."""


@dataclass(frozen=True, slots=True, eq=False)
class IdColumn(Sequence[str]):
    r"""Ids as one buffer of UTF-8 text, separated by line ends, which no id contains.

    Attributes:
        text: The whole text.
        breaks: Positions of the line ends; one more than there are ids.
        sums: CRC-32 of each id, by which its row is looked up.

    >>> ids = IdColumn.of(["P1", "P2"])
    >>> ids[1], ids.row("P2"), ids.row("P"), list(ids)
    ('P2', 1, None, ['P1', 'P2'])
    """

    text: npt.NDArray[np.uint8]
    breaks: npt.NDArray[np.int64]
    sums: npt.NDArray[np.uint32]

    COLUMNS = ("text", "breaks", "sums")

    @classmethod
    def of(cls, ids: Iterable[str]) -> IdColumn:
        """A column of ids in this order."""
        letters = [id_.encode() for id_ in ids]
        text = np.frombuffer(b"\n".join((b"", *letters, b"")), np.uint8)
        return cls(text, np.flatnonzero(text == ord("\n")), np.fromiter(map(crc32, letters), np.uint32, len(letters)))

    def __len__(self) -> int:
        """The number of ids."""
        return len(self.breaks) - 1

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401 - Sequence allows slices
        """The id in a row; for a slice, a list of ids."""
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        row = int(row)
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.text[self.breaks[row] + 1 : self.breaks[row + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        """All ids in order."""
        return iter(self.text.tobytes().decode().split("\n")[1:-1])

    def sortable(self, rows: Rows) -> npt.NDArray[np.uint64]:
        """Keys for `numpy.lexsort` that sort the ids of some rows by their characters; shape (words, rows)."""
        starts, ends = self.breaks[rows] + 1, self.breaks[rows + 1]
        words = -(-int((ends - starts).max(initial=1)) // _WORD)
        text = np.append(self.text, np.zeros(words * _WORD, np.uint8))
        eight = np.ndarray(len(text) - _WORD + 1, ">u8", text.data, strides=(1,))  # eight letters from each one on
        keys = np.empty((words, len(rows)), np.uint64)
        for nth in range(words):
            left = np.clip(ends - starts - nth * _WORD, 0, _WORD)
            keys[words - 1 - nth] = eight[starts + nth * _WORD] & _LETTERS[left]  # the last key is the first to count
        return keys

    def some(self, rows: Rows) -> list[str]:
        """The ids in some rows, in the order of these."""
        text, starts, ends = self.text.data, (self.breaks[rows] + 1).tolist(), self.breaks[rows + 1].tolist()
        return [str(text[start:end], "utf-8") for start, end in zip(starts, ends, strict=True)]

    def more(self, ids: Sequence[str]) -> IdColumn:
        """A column of these ids and some more."""
        added = IdColumn.of(ids)
        return IdColumn(
            np.concatenate((self.text, added.text[1:])),
            np.concatenate((self.breaks, self.breaks[-1] + added.breaks[1:])),
            np.concatenate((self.sums, added.sums)),
        )

    def row(self, id_: str) -> int | None:
        """The row of an id; None if it is not in the column."""
        return self.rows([id_])[0]

    def rows(self, ids: Sequence[str]) -> list[int | None]:
        """The row of each of some ids, or None; the first row if foreign data repeats an id."""
        sums = np.fromiter((crc32(id_.encode()) for id_ in ids), np.uint32, len(ids))
        alike = np.flatnonzero(self.sums == sums[0] if len(sums) == 1 else np.isin(self.sums, sums)).astype(np.int32)
        row_of_id = dict(zip(self.some(alike[::-1]), alike[::-1].tolist(), strict=True))
        return [row_of_id.get(id_) for id_ in ids]


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """The rows of another table, grouped by the placement that they refer to.

    Attributes:
        start: `order[start[p]:start[p + 1]]` are the rows of placement p.
        order: Row numbers; for each placement by day, then by sequence.
    """

    start: Rows
    order: Rows

    COLUMNS = ("start", "order")

    @classmethod
    def of(cls, placement: Rows, day: Days, placements: int) -> Adjacency:
        """Group the rows of a table, which are in ledger order, by placement and day.

        Args:
            placement: Row of the placement that each row refers to.
            day: Day of each row.
            placements: Number of placements.
        """
        start = np.zeros(placements + 1, np.int32)
        np.cumsum(np.bincount(placement, minlength=placements), out=start[1:])
        return cls(start, np.lexsort((day, placement)).astype(np.int32))

    def about(self, placements: Rows) -> Rows:
        """The rows that refer to some placements, in the order of these placements."""
        start = self.start[placements]
        length = self.start[placements + 1] - start
        skip = np.repeat(start - np.cumsum(length) + length, length)
        rows: Rows = self.order[skip + np.arange(len(skip))]
        return rows

    def only(self, chosen: Flags) -> Adjacency:
        """The same grouping without the rows whose flag is not set."""
        if chosen.all():
            return self
        flags = chosen[self.order]
        before = np.concatenate(([0], np.cumsum(flags, dtype=np.int32)))
        return Adjacency(before[self.start].astype(np.int32), self.order[flags])

    def more(self, placement: Rows, day: Days, placements: int) -> Adjacency:
        """The grouping after rows were added at the end of the table.

        Args:
            placement: Row of the placement that each row of the longer table refers to.
            day: Day of each row of the longer table.
            placements: Number of placements now.
        """
        length = len(self.order)
        new = np.arange(length, len(placement), dtype=np.int32)
        new = new[np.lexsort((day[new], placement[new]))]
        start = np.concatenate((self.start, np.full(placements + 1 - len(self.start), length, np.int32)))
        if not len(new):
            return Adjacency(start, self.order)
        at = [
            start[whose] + np.searchsorted(day[self.order[start[whose] : start[whose + 1]]], day[row], side="right")
            for row, whose in zip(new.tolist(), placement[new].tolist(), strict=True)
        ]
        gained = np.zeros(placements + 1, np.int32)
        np.add.at(gained, placement[new] + 1, 1)
        start += np.cumsum(gained, dtype=np.int32)
        return Adjacency(start, np.insert(self.order, at, new))
