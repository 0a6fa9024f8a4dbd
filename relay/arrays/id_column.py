"""Ids as one stretch of text, and the rows in which they stand."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from relay.arrays.stores import Rows, longer

_WORD: Final = 8
_LETTERS: Final = np.array([(1 << 64) - (1 << 8 * (_WORD - letters)) for letters in range(_WORD + 1)], np.uint64)
"""By number: so many letters of a word of eight, without those after them."""

Sums = npt.NDArray[np.uint32]

_GROWING: Final = threading.Lock()


class _Sorted:
    """Sums in their order, with the rows in which they stand, and more that were added since."""

    def __init__(self, sums: Sums) -> None:
        order = np.argsort(sums)
        self.row, self.sums = order.data, sums[order].data
        self.added: dict[int, list[int]] = {}
        self.known = len(sums)

    def add(self, first: int, sums: Sequence[int]) -> None:
        """Learn of the sums from a row on, unless some before them are not known."""
        if first > self.known:
            return
        for row, sum_ in enumerate(sums, first):
            self.added.setdefault(sum_, []).append(row)
        self.known = max(self.known, first + len(sums))

    def find(self, sum_: int) -> list[int]:
        """Rows that may have a sum, among them all that do and are known."""
        at, found = bisect_left(self.sums, sum_), list[int]()
        while at < len(self.sums) and self.sums[at] == sum_:
            found.append(self.row[at])
            at += 1
        return sorted(found) + self.added.get(sum_, [])


class Finder:
    """The rows of sums by sum: looked through until they are asked for so often that sorting them pays.

    It serves ids and those that were made by adding to them, as long as these are in one line.
    """

    OFTEN: Final = 10
    """Times that all sums are looked through before they are sorted (our choice: that takes some ten times as long as
    to look through them so often, and whoever asks that often will ask again)."""
    FEW: Final = 50_000
    """Sums added until all are sorted anew (our choice: a dict of so many takes some 10 MB)."""

    def __init__(self) -> None:
        """Begin without having sorted anything."""
        self.asked = 0
        self.length: int | None = None
        self.sorted: _Sorted | None = None

    def grown(self, first: int, sums: Sequence[int]) -> Finder:
        """The finder of ids with these sums from a row on: itself, unless others were added in that row before."""
        with _GROWING:
            finder = self if self.length in (None, first) else Finder()
            finder.length = first + len(sums)
        if finder.sorted:
            finder.sorted.add(first, sums)
        return finder

    def rows(self, sums: Sums, sum_: int) -> list[int]:
        """Rows that may have a sum, among them all that do."""
        known = self.sorted
        self.asked += 1
        if self.asked > self.OFTEN and (known is None or len(sums) - len(known.sums) > self.FEW):
            known = self.sorted = _Sorted(sums)
        after = known.known if known else 0  # before it is asked: meanwhile it may learn of more
        found = known.find(sum_) if known else []
        if after < len(sums):
            found += (np.flatnonzero(sums[after:] == sum_) + after).tolist()
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Ids(Sequence[str]):
    r"""Ids in one stretch of UTF-8 text, each between line ends; no id holds one.

    >>> ids = Ids.of(["P1", "P2"])
    >>> ids[1], ids.row("P2"), ids.row("P"), list(ids)
    ('P2', 1, None, ['P1', 'P2'])
    """

    text: npt.NDArray[np.uint8]
    breaks: npt.NDArray[np.int64]
    sums: Sums
    """The CRC-32 of each, by which its row is found."""
    _finder: Finder = field(default_factory=Finder, repr=False, kw_only=True)

    COLUMNS = ("text", "breaks", "sums")

    @classmethod
    def of(cls, ids: Iterable[str]) -> Ids:
        """Lay ids out in order."""
        letters = [id_.encode() for id_ in ids]
        text = np.frombuffer(b"\n".join((b"", *letters, b"")), np.uint8)
        return cls(text, np.flatnonzero(text == ord("\n")), np.fromiter(map(crc32, letters), np.uint32, len(letters)))

    def __len__(self) -> int:
        """How many ids."""
        return len(self.breaks) - 1

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401 - Sequence allows slices
        """The id in a row; of a slice, their list."""
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        row = int(row)
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.text[self.breaks[row] + 1 : self.breaks[row + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        """All ids in order."""
        return iter(self.text.tobytes().decode().split("\n")[1:-1])

    def sortable(self, rows: Rows) -> npt.NDArray[np.bytes_]:
        """The ids in some rows as UTF-8, whose bytes sort as the characters do."""
        starts, ends = self.breaks[rows] + 1, self.breaks[rows + 1]
        words = -(-int((ends - starts).max(initial=1)) // _WORD)
        text = np.append(self.text, np.zeros(words * _WORD, np.uint8))
        eight = np.ndarray(len(text) - _WORD + 1, ">u8", text.data, strides=(1,))  # eight letters from each one on
        letters = np.empty((len(rows), words), ">u8")
        for nth in range(words):
            left = np.clip(ends - starts - nth * _WORD, 0, _WORD)
            letters[:, nth] = eight[starts + nth * _WORD] & _LETTERS[left]
        return letters.view(f"S{words * _WORD}").ravel()

    def some(self, rows: Rows) -> list[str]:
        """The ids in some rows, in the order of these."""
        text, starts, ends = self.text.data, (self.breaks[rows] + 1).tolist(), self.breaks[rows + 1].tolist()
        return [str(text[start:end], "utf-8") for start, end in zip(starts, ends, strict=True)]

    def more(self, ids: Sequence[str]) -> Ids:
        """These ids and some more after them."""
        letters = [id_.encode() for id_ in ids]
        sums = [crc32(each) for each in letters]
        breaks = list(accumulate((len(each) + 1 for each in letters), initial=int(self.breaks[-1])))[1:]
        return Ids(
            longer(self.text, b"\n".join((*letters, b""))),
            longer(self.breaks, breaks),
            longer(self.sums, sums),
            _finder=self._finder.grown(len(self), sums),
        )

    def row(self, id_: str) -> int | None:
        """The row of an id, or None."""
        rows = self._finder.rows(self.sums, crc32(id_.encode()))
        return next((row for row in rows if row < len(self) and self[row] == id_), None)
