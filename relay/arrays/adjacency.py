"""Rows of a table bound together by the placement that they are about: pass-ons by giver, events by placement."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from relay.arrays.stores import Days, Flags, Rows, longer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_FEW: Final = 200
"""Placements that may have rows beside the columns (our choice: a dict of so many is copied in no time)."""


class Sheaves:
    """Rows of another table bound together by the placement that they are about.

    Rows that were added stand beside the columns until somebody asks for these.
    """

    COLUMNS: Final = ("start", "order")

    def __init__(
        self, start: Rows, order: Rows, *, beside: Mapping[int, tuple[int, ...]] | None = None, placements: int = 0
    ) -> None:
        """Take columns as they are, and what came later.

        Args:
            start: As the property.
            order: As the property.
            beside: Placement → all its rows, where the columns do not hold all.
            placements: How many there are, where the columns do not know all.
        """
        self._columns = start, order
        self._beside = beside or {}
        self._placements = max(len(start) - 1, placements)

    @property
    def start(self) -> Rows:
        """`order[start[p]:start[p + 1]]` are the rows of placement p."""
        return self._bound[0]

    @property
    def order(self) -> Rows:
        """Row numbers, within a placement by day, then sequence."""
        return self._bound[1]

    @cached_property
    def _bound(self) -> tuple[Rows, Rows]:
        """The columns with all that stands beside them."""
        start, order = self._columns
        start = longer(start, [len(order)] * (self._placements + 1 - len(start)))
        if not self._beside:
            return start, order
        changed, kept, after = sorted(self._beside), list[Rows](), 0
        for placement in changed:
            kept += [order[after : start[placement]], np.array(self._beside[placement], np.int32)]
            after = start[placement + 1]
        moved, start, before = 0, start.copy(), start
        for placement, end in pairwise((*changed, self._placements)):
            moved += len(self._beside[placement]) - int(before[placement + 1] - before[placement])
            start[placement + 1 : end + 1] += moved
        return start, np.concatenate((*kept, order[after:]))

    def of(self, placement: int) -> Sequence[int]:
        """The rows of one placement."""
        if placement in self._beside:
            return self._beside[placement]
        start, order = self._columns
        if placement + 1 >= len(start):
            return ()
        rows: list[int] = order[start.item(placement) : start.item(placement + 1)].tolist()
        return rows

    def about(self, placements: Rows) -> Rows:
        """The rows that some placements bind together, in the order of these."""
        start = self.start[placements]
        length = self.start[placements + 1] - start
        skip = np.repeat(start - np.cumsum(length) + length, length)
        rows: Rows = self.order[skip + np.arange(len(skip))]
        return rows

    def only(self, chosen: Flags) -> Sheaves:
        """The same without the rows that are not chosen."""
        if chosen.all():
            return self
        kept = chosen[self.order]
        before = np.concatenate(([0], np.cumsum(kept, dtype=np.int32)))
        return Sheaves(before[self.start].astype(np.int32), self.order[kept])

    def more(self, days: Days, added: Iterable[tuple[int, int]], placements: int) -> Sheaves:
        """These rows and some more, which stand after all that are bound.

        Args:
            days: Of all rows, the new ones at the end.
            added: Of each new row the placement and the row, in order.
            placements: How many there are now.
        """
        columns, beside = self._columns, dict(self._beside)
        if "_bound" in self.__dict__ or len(beside) > _FEW:
            columns, beside = self._bound, {}
        for placement, row in added:
            rows = beside[placement] if placement in beside else self.of(placement)
            at = bisect_right(rows, days[row], key=days.__getitem__)
            beside[placement] = (*rows[:at], row, *rows[at:])
        return Sheaves(*columns, beside=beside, placements=placements)


def bind(placement: Rows, day: Days, placements: int) -> Sheaves:
    """Bind rows that stand in ledger order by placement and day."""
    start = np.zeros(placements + 1, np.int32)
    np.cumsum(np.bincount(placement, minlength=placements), out=start[1:])
    return Sheaves(start, np.lexsort((day, placement)).astype(np.int32))
