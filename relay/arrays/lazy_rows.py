"""Rows that are sorted as columns and built only when they are looked at: a list of 100,000 builds the 50 it shows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from relay.arrays.columns import IdColumn, Rows

Keys = npt.NDArray[np.integer[Any]]

_Row_co = TypeVar("_Row_co", covariant=True)


class LazyRows(Sequence[_Row_co]):
    """A sequence of rows, each built when it is asked for."""

    def __init__(self, row: Rows) -> None:
        """Take the rows of a table, in the order of the sequence."""
        self._row = row

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._row)

    def __getitem__(self, nth: Any) -> Any:  # noqa: ANN401 - Sequence allows slices
        """The n-th row; for a slice, a list of rows."""
        if isinstance(nth, slice):
            return list(self._made(self._row[nth]))
        return next(iter(self._made(self._row[[nth]])))

    def __iter__(self) -> Iterator[_Row_co]:
        """All rows, built together."""
        return iter(self._made(self._row))

    def some(self, nth: Rows) -> Iterable[_Row_co]:
        """Some rows, in the order asked for."""
        return self._made(self._row[nth])

    def only(self, nth: Sequence[int]) -> Self:
        """A sequence of some rows, in the order asked for."""
        some = copy(self)
        LazyRows.__init__(some, self._row[np.asarray(nth, np.intp)])
        return some

    @abstractmethod
    def _made(self, rows: Rows) -> Iterable[_Row_co]: ...


def order(ids: IdColumn, row: Rows, key: Keys | None = None, *, descending: bool = False) -> npt.NDArray[np.intp]:
    """Sort rows of a table by a key, then by id; by id alone if there is no key.

    Args:
        ids: Ids of the whole table.
        row: The rows to sort.
        key: The key of each of these rows, or None.
        descending: Sort the greatest key first; without a key, the last id first.

    Returns:
        Positions in `row`, in sorted order.
    """
    by_id = np.lexsort(ids.sortable(row))
    if key is None:
        return by_id[::-1] if descending else by_id
    key = key[by_id].astype(np.int64)
    return by_id[np.argsort(-key if descending else key, kind="stable")]
