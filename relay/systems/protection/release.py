"""What of a table of counts may be published, so that no small count can be worked out from the rest.

A table is cells, totals among them, and lines: each says that some cells add up to another, so that months add up to
quarters, municipalities to districts, and cells of earlier releases stand in it too. The attacker knows every shown
cell, every line, and that counts are whole and not negative. No count below k, 0 included, may lie in a range narrower
than k - 1 for him. Hiding two cells of a line is not enough, and nor is that none can be solved exactly: the range is
worked out by a linear program over whole numbers for each.

The rule: primary cells are those below k. A line with one hidden cell hides its smallest shown cell too. While a
primary can still be narrowed down, the smallest shown cell of one of its lines is hidden, or else of the table. It
ends, since hiding everything is safe; where earlier releases forbid that, the table is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from relay.errors import Refused

K: Final = 5
"""Counts below it are not published."""
HIDDEN: Final = "·"
"""The one mark of whatever is hidden, small or not."""
COARSER_FROM: Final = Fraction(1, 3)
"""If more of the cells are hidden, a coarser table says more: quarters for months, districts for municipalities."""

Cell = tuple[str, ...]


class CannotBeReleased(Refused):
    """What was released before would give away a small count, however much is hidden now."""

    reason = "Beside what was released before, some small count could be worked out."
    suggestion = "Release a coarser table: quarters for months, or districts for municipalities."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Some cells add up to another.

    Attributes:
        parts: The cells.
        total: What they add up to.
    """

    parts: tuple[Cell, ...]
    total: Cell

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All of them, the total last."""
        return (*self.parts, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Counts and what they add up to.

    Attributes:
        counts: Cell → its count, totals too, in the order in which ties are decided; what was not reported is no cell.
        lines: What adds up.
        released: Cells of earlier releases → whether they were hidden there: what was shown stays shown.
    """

    counts: Mapping[Cell, int]
    lines: tuple[Line, ...]
    released: Mapping[Cell, bool] = field(default_factory=dict[Cell, bool])

    def primaries(self, k: int) -> list[Cell]:
        """The cells that are small, 0 included, and were not shown before."""
        return [cell for cell, count in self.counts.items() if count < k and self.released.get(cell) is not False]

    def smallest(self, cells: Collection[Cell], hidden: Collection[Cell]) -> Cell | None:
        """Of some cells the smallest that is shown and may be hidden; the first of equals; None where there is none."""
        open_ = [cell for cell in self.counts if cell in cells and cell not in hidden and cell not in self.released]
        return min(open_, key=lambda cell: self.counts[cell], default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Between which counts the attacker knows a hidden cell to lie.

    Attributes:
        least: The least.
        most: The most; None where it may be any.
    """

    least: int
    most: int | None

    def are_wide(self, k: int) -> bool:
        """Whether they tell too little to find anybody by."""
        return self.most is None or self.most - self.least >= k - 1


def bounds(table: Table, hidden: Collection[Cell], cell: Cell) -> Bounds:
    """What the attacker knows of a hidden cell, from all that is shown."""
    unknown = {each: nth for nth, each in enumerate(each for each in table.counts if each in hidden)}
    rows, known = list[list[int]](), list[int]()
    for line in table.lines:
        signs = [(each, -1 if each == line.total else 1) for each in line.cells]
        row = [0] * len(unknown)
        for each, sign in signs:
            if each in unknown:
                row[unknown[each]] += sign
        if any(row):
            rows.append(row)
            known.append(-sum(sign * table.counts[each] for each, sign in signs if each not in unknown))
    goal = [0] * len(unknown)
    goal[unknown[cell]] = 1
    return Bounds(least=_extreme(goal, rows, known) or 0, most=_extreme([-each for each in goal], rows, known))


def _extreme(goal: list[int], rows: list[list[int]], known: list[int]) -> int | None:
    """The least that a goal can be over all whole counts that agree with what is known; None where there is no end."""
    from scipy.optimize import linprog

    equations = {"A_eq": rows, "b_eq": known} if rows else {}
    found = linprog(goal, bounds=(0, None), integrality=1, method="highs", **equations)
    return abs(round(found.fun)) if found.status == 0 else None


def protected(table: Table, k: int = K) -> frozenset[Cell]:
    """The cells of a table that are to be hidden.

    Args:
        table: With all that adds up in it, and what was released before.
        k: Counts below it are small.

    Raises:
        CannotBeReleased: What was shown before gives a small count away.
    """
    primaries = table.primaries(k)
    hidden = {cell for cell in table.counts if table.released.get(cell)} | {*primaries}
    while True:
        _partners(table, hidden)
        narrow = next((cell for cell in primaries if not bounds(table, hidden, cell).are_wide(k)), None)
        if narrow is None:
            return frozenset(hidden)
        beside = {cell for line in table.lines if narrow in line.cells for cell in line.cells}
        more = table.smallest(beside, hidden) or table.smallest(table.counts, hidden)
        if more is None:
            raise CannotBeReleased
        hidden.add(more)


def _partners(table: Table, hidden: set[Cell]) -> None:
    """In no line one cell alone is hidden."""
    while lone := next(_lone(table, hidden), None):
        hidden.add(lone)


def _lone(table: Table, hidden: Collection[Cell]) -> Iterator[Cell]:
    for line in table.lines:
        if sum(cell in hidden for cell in line.cells) == 1 and (partner := table.smallest(line.cells, hidden)):
            yield partner


def is_coarse_enough(table: Table, hidden: Collection[Cell]) -> bool:
    """Whether so little is hidden that the table is worth releasing; else a coarser one is."""
    return Fraction(len(hidden), max(len(table.counts), 1)) <= COARSER_FROM


def shown(table: Table, hidden: Collection[Cell], cell: Cell) -> int | str:
    """A cell as it is published."""
    return HIDDEN if cell in hidden else table.counts[cell]


def rate(table: Table, hidden: Collection[Cell], numerator: Cell, denominator: Cell) -> float | str | None:
    """A rate as it is published: hidden where either of its counts is; None where there is nothing to divide by."""
    if numerator in hidden or denominator in hidden:
        return HIDDEN
    return table.counts[numerator] / table.counts[denominator] if table.counts[denominator] else None
