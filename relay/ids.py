"""Ids as one stretch of text, and the rows in which they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from relay.arrays import Rows, longer

_WORD: Final = 8
_LETTERS: Final = np.array([(1 << 64) - (1 << 8 * (_WORD - letters)) for letters in range(_WORD + 1)], np.uint64)
"""By number: so many letters of a word of eight, without those after them."""

Sums = npt.NDArray[np.uint32]


class _Finder:
    """The rows of sums by sum: looked through until they are asked for so often that sorting them pays."""

    OFTEN: Final = 10
    """Times that all sums are looked through before they are sorted (our choice: that takes some ten times as long as
    to look through them so often, and whoever asks that often will ask again)."""
    FEW: Final = 50_000
    """Sums after the sorted ones that are looked through each time (our choice: some 10 microseconds)."""

    def __init__(self) -> None:
        self.asked = 0
        self.sorted: tuple[Sums, npt.NDArray[np.intp]] = (np.empty(0, np.uint32), np.empty(0, np.intp))

    def rows(self, sums: Sums, sum_: int) -> list[int]:
        """The rows of a sum, in order; `sums` may be longer, or shorter, than when they were sorted."""
        known, row = self.sorted
        if len(sums) - len(known) > self.FEW:
            self.asked += 1
            if self.asked > self.OFTEN:
                row = np.argsort(sums)
                known = sums[row]
                self.sorted, self.asked = (known, row), 0
        first, end = (int(known.searchsorted(np.uint32(sum_), side)) for side in ("left", "right"))
        later = np.flatnonzero(sums[len(known) :] == sum_) + len(known)
        return [*sorted(each for each in row[first:end].tolist() if each < len(sums)), *later.tolist()]


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
    _finder: _Finder = field(default_factory=_Finder, repr=False, kw_only=True)

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
        added = Ids.of(ids)
        return Ids(
            longer(self.text, added.text[1:]),
            longer(self.breaks, added.breaks[1:] + self.breaks[-1]),
            longer(self.sums, added.sums),
            _finder=self._finder,
        )

    def row(self, id_: str) -> int | None:
        """The row of an id, or None."""
        rows = self._finder.rows(self.sums, crc32(id_.encode()))
        return next((row for row in rows if self[row] == id_), None)
