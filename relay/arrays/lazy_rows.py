"""Rows that are put in order as columns, and made when somebody looks at them: a list of 100,000 shows 50."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from relay.arrays.columns import IdColumn, Rows

Keys = npt.NDArray[np.integer[Any]]

_Row_co = TypeVar("_Row_co", covariant=True)


class LazyRows(Sequence[_Row_co]):
    """Rows in some order, each made when it is asked for."""

    def __init__(self, row: Rows) -> None:
        """Keep which rows of a table, and in what order."""
        self._row = row

    def __len__(self) -> int:
        """How many."""
        return len(self._row)

    def __getitem__(self, nth: Any) -> Any:  # noqa: ANN401 - Sequence allows slices
        """The n-th; of a slice, their list."""
        if isinstance(nth, slice):
            return list(self._made(self._row[nth]))
        return next(iter(self._made(self._row[[nth]])))

    def __iter__(self) -> Iterator[_Row_co]:
        """All, made together."""
        return iter(self._made(self._row))

    def some(self, nth: Rows) -> Iterable[_Row_co]:
        """Some of them, in the order asked for."""
        return self._made(self._row[nth])

    @abstractmethod
    def _made(self, rows: Rows) -> Iterable[_Row_co]: ...


def order(ids: IdColumn, row: Rows, key: Keys | None = None, *, descending: bool = False) -> npt.NDArray[np.intp]:
    """The order of some rows of a table by a key of each, and then by their ids; by their ids alone when there is none.

    Args:
        ids: Of the table.
        row: Which rows.
        key: Of each of these rows, or None.
        descending: The greatest key first; without a key, the last id.
    """
    by_id = np.lexsort(ids.sortable(row))
    if key is None:
        return by_id[::-1] if descending else by_id
    key = key[by_id].astype(np.int64)
    return by_id[np.argsort(-key if descending else key, kind="stable")]
