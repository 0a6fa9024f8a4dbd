"""Ids as one stretch of text, and the row of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import Rows

_WORD: Final = 8
_LETTERS: Final = np.array([(1 << 64) - (1 << 8 * (_WORD - letters)) for letters in range(_WORD + 1)], np.uint64)
"""By number: so many letters of a word of eight, without those after them."""


@dataclass(frozen=True, slots=True, eq=False)
class IdColumn(Sequence[str]):
    r"""Ids in one stretch of UTF-8 text, each between line ends; no id holds one.

    Attributes:
        text: All of it.
        breaks: Where the line ends stand, one more than there are ids.
        sums: The CRC-32 of each id, by which its row is found.

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

    def sortable(self, rows: Rows) -> npt.NDArray[np.uint64]:
        """The ids in some rows as keys for `np.lexsort`, one column an id: they sort as the characters do."""
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
        """These ids and some more after them."""
        added = IdColumn.of(ids)
        return IdColumn(
            np.concatenate((self.text, added.text[1:])),
            np.concatenate((self.breaks, self.breaks[-1] + added.breaks[1:])),
            np.concatenate((self.sums, added.sums)),
        )

    def row(self, id_: str) -> int | None:
        """The row of an id, or None."""
        return self.rows([id_])[0]

    def rows(self, ids: Sequence[str]) -> list[int | None]:
        """The row of each of some ids, or None; of two rows of one id, which only foreign data holds, the first."""
        sums = np.unique(np.fromiter((crc32(id_.encode()) for id_ in ids), np.uint32, len(ids)))
        alike = np.flatnonzero(self.sums == sums[0] if len(sums) == 1 else np.isin(self.sums, sums)).astype(np.int32)
        found = dict(zip(self.some(alike[::-1]), alike[::-1].tolist(), strict=True))
        return [found.get(id_) for id_ in ids]
