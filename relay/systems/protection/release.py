"""What of a table of counts may be published, so that no small count can be worked out from the rest.

A table is cells, totals among them, and lines: each says that some cells add up to another, so that months add up to
quarters, and municipalities to districts. The attacker knows every shown cell, every line, and that counts are whole
and not negative. No count below k, 0 included, may lie in a range narrower than k - 1 for him. Hiding two cells of a
line is not enough, and nor is that none can be solved exactly: the range is worked out by a linear program over whole
numbers for each. Two releases never share a month of a measure, so that none adds to what another tells.

The rule: primary cells are those below k. A line with one hidden cell hides its smallest shown cell too. While a
primary can still be narrowed down, the smallest shown cell of one of its lines is hidden, or else of the table. It
ends, since hiding everything is safe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

K: Final = 5
"""Counts below it are not published."""
HIDDEN: Final = "·"
"""The one mark of whatever is hidden, small or not."""
NOT_REPORTED: Final = "-"
"""The mark of what nobody counted, which is not 0."""
COARSER_FROM: Final = Fraction(1, 3)
"""If more of the cells are hidden, a coarser table says more: quarters for months, districts for municipalities."""

Cell = tuple[str, ...]
Line = tuple[Cell, ...]
"""Cells of which the others add up to the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Counts and what they add up to.

    Attributes:
        counts: Cell → its count, totals too, in the order in which ties are decided; what was not reported is no cell.
        lines: What adds up.
    """

    counts: Mapping[Cell, int]
    lines: tuple[Line, ...]

    @property
    def primaries(self) -> list[Cell]:
        """The cells that are small, 0 included."""
        return [cell for cell, count in self.counts.items() if count < K]

    def smallest(self, cells: Collection[Cell]) -> Cell:
        """Of some cells, one at least, the smallest; the first of equals."""
        return min((cell for cell in self.counts if cell in cells), key=lambda cell: self.counts[cell])


class Bounds(NamedTuple):
    """The least and the most that the attacker knows a hidden cell to be; None where there is no most."""

    least: int
    most: int | None

    @property
    def are_wide(self) -> bool:
        """Whether they tell too little to find anybody by."""
        return self.most is None or self.most - self.least >= K - 1


def bounds(table: Table, hidden: Collection[Cell], cell: Cell) -> Bounds:
    """What the attacker knows of a hidden cell, from all that is shown."""
    unknown = [each for each in table.counts if each in hidden]
    lines = [dict.fromkeys(line, 1) | {line[-1]: -1} for line in table.lines]
    rows = [[line.get(each, 0) for each in unknown] for line in lines]
    known = [-sum(sign * table.counts[each] for each, sign in line.items() if each not in hidden) for line in lines]
    goal = [int(each == cell) for each in unknown]
    return Bounds(least=_extreme(goal, rows, known) or 0, most=_extreme([-each for each in goal], rows, known))


def _extreme(goal: list[int], rows: list[list[int]], known: list[int]) -> int | None:
    """The least that a goal can be over all whole counts that agree with what is known; None where there is no end."""
    from scipy.optimize import linprog

    equations = {"A_eq": rows, "b_eq": known} if rows else {}
    found = linprog(goal, bounds=(0, None), integrality=1, method="highs", **equations)
    return abs(round(found.fun)) if found.status == 0 else None


def protected(table: Table) -> frozenset[Cell]:
    """The cells of a table, with all that adds up in it, that are to be hidden."""
    hidden = {*table.primaries}
    while True:
        _partners(table, hidden)
        narrow = next((cell for cell in table.primaries if not bounds(table, hidden, cell).are_wide), None)
        if narrow is None:
            return frozenset(hidden)
        beside = {cell for line in table.lines if narrow in line for cell in line}
        hidden.add(table.smallest(beside - hidden or table.counts.keys() - hidden))


def _partners(table: Table, hidden: set[Cell]) -> None:
    """In no line one cell alone is hidden."""
    while lone := next((line for line in table.lines if sum(cell in hidden for cell in line) == 1), None):
        hidden.add(table.smallest({*lone} - hidden))


def is_coarse_enough(table: Table, hidden: Collection[Cell]) -> bool:
    """Whether so little is hidden that the table is worth releasing; else a coarser one is."""
    return Fraction(len(hidden), max(len(table.counts), 1)) <= COARSER_FROM


def shown(table: Table, hidden: Collection[Cell], cell: Cell) -> int | str:
    """A cell as it is published."""
    return HIDDEN if cell in hidden else table.counts.get(cell, NOT_REPORTED)
