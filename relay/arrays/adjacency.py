"""Rows of a table by the placement that they are about: pass-ons by giver, events by placement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from relay.arrays.columns import Days, Flags, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """Rows of another table by the placement that they are about.

    Attributes:
        start: `order[start[p]:start[p + 1]]` are the rows of placement p.
        order: Row numbers, within a placement by day, then sequence.
    """

    start: Rows
    order: Rows

    COLUMNS = ("start", "order")

    @classmethod
    def of(cls, placement: Rows, day: Days, placements: int) -> Adjacency:
        """The rows of a table in ledger order, by placement and day.

        Args:
            placement: Of each row.
            day: Of each row.
            placements: How many there are.
        """
        start = np.zeros(placements + 1, np.int32)
        np.cumsum(np.bincount(placement, minlength=placements), out=start[1:])
        return cls(start, np.lexsort((day, placement)).astype(np.int32))

    def about(self, placements: Rows) -> Rows:
        """The rows that are about some placements, in the order of these."""
        start = self.start[placements]
        length = self.start[placements + 1] - start
        skip = np.repeat(start - np.cumsum(length) + length, length)
        rows: Rows = self.order[skip + np.arange(len(skip))]
        return rows

    def only(self, chosen: Flags) -> Adjacency:
        """The same without the rows that are not chosen."""
        if chosen.all():
            return self
        kept = chosen[self.order]
        before = np.concatenate(([0], np.cumsum(kept, dtype=np.int32)))
        return Adjacency(before[self.start].astype(np.int32), self.order[kept])

    def more(self, placement: Rows, day: Days, placements: int) -> Adjacency:
        """These rows and those that the table has gained at its end.

        Args:
            placement: Of each row of the longer table.
            day: Of each row of the longer table.
            placements: How many there are now.
        """
        known = len(self.order)
        new = np.arange(known, len(placement), dtype=np.int32)
        new = new[np.lexsort((day[new], placement[new]))]
        start = np.concatenate((self.start, np.full(placements + 1 - len(self.start), known, np.int32)))
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
