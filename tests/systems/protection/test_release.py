"""No small count can be worked out from what is published.

P1 is of sdcTable's tests (test-simpleheuristic.R), P2 of stillhere_pipeline's; both are attacked here as anybody could.
"""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from relay.systems.protection.release import (
    Bounds,
    Cell,
    Line,
    Table,
    bounds,
    is_coarse_enough,
    protected,
    shown,
)
from tests.rigs.soak import share

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

TOTAL: Final = "total"


def table(rows: Sequence[Sequence[int]]) -> Table:
    """A table of rows and columns with all its totals; of one row, that row with its total."""
    counts: dict[Cell, int] = {}
    lines: list[Line] = []  # rows before columns before the total of all: each is known once what is before it is
    across, down = [str(column) for column in range(len(rows[0]))], [str(row) for row in range(len(rows))]
    for row, column in product(down, across):
        counts[row, column] = rows[int(row)][int(column)]
    for row in down:
        counts[row, TOTAL] = sum(rows[int(row)])
        lines.append((*((row, column) for column in across), (row, TOTAL)))
    if len(rows) > 1:
        for column in (*across, TOTAL):
            counts[TOTAL, column] = sum(counts[row, column] for row in down)
            lines.append((*((row, column) for row in down), (TOTAL, column)))
        lines.append((*((TOTAL, column) for column in across), (TOTAL, TOTAL)))
    return Table(counts=counts, lines=tuple(lines))


def row_of(counts: Sequence[int]) -> str:
    found = table([counts])
    hidden = protected(found)
    return " ".join(str(shown(found, hidden, cell)) for cell in found.counts)


P1: Final = table([(30, 47, 64, 89), (90, 124, 5, 31), (92, 100, 59, 85), (800, 991, 651, 685)])


def named(said: str) -> set[Cell]:
    """Cells of P1 as they are called there: rows w to z, columns a to d."""
    return {(str("wxyz".index(each[0])), str("abcd".index(each[1]))) for each in said.split()}


def test_two_hidden_cells_a_line_are_not_enough() -> None:
    hidden = named("wa wb wc xa xc yb yd zb zd")
    (wb,) = named("wb")
    for line in P1.lines:
        assert sum(cell in hidden for cell in line) != 1

    assert bounds(P1, hidden, wb) == Bounds(least=47, most=47)
    assert bounds(P1, hidden | named("xb"), wb) == Bounds(least=0, most=141)


def test_one_row_is_hidden_so_that_nobody_can_subtract() -> None:
    assert row_of((30, 9, 5)) == "30 9 5 44"
    assert row_of((30, 3, 3)) == "30 · · 36"
    assert row_of((30, 12, 3)) == "30 · · 45"
    assert row_of((1, 1, 1)) == "· · · ·"
    assert row_of((40, 0, 2)) == "· · · 42"  # 0 and 2 are 2 together: too narrow, so that 40 is hidden too


def test_where_much_is_hidden_a_coarser_table_is_better() -> None:
    good, poor = table([(30, 9, 50), (8, 40, 30), (70, 30, 20)]), table([(1, 2, 3), (4, 1, 2), (9, 9, 9)])

    assert is_coarse_enough(good, protected(good))
    assert not is_coarse_enough(poor, protected(poor))


# ---------------------------------------------------------------------------------------------------- the attacker


def tables(found: Table, counts: dict[Cell, int], unknown: list[Cell], most: int) -> Iterator[dict[Cell, int]]:
    """Every table of whole counts that agrees with what is shown, one cell tried after the other.

    A count that no shown total bounds is tried up to `most` alone.
    """
    if not unknown:
        full = dict(counts)
        for line in found.lines:  # rows, then columns: the parts of each are there by then
            full.setdefault(line[-1], sum(full[cell] for cell in line[:-1]))
        if all(sum(full[cell] for cell in line[:-1]) == full[line[-1]] for line in found.lines):
            yield full
        return
    cell, *rest = unknown
    left = [
        counts[line[-1]] - sum(counts.get(each, 0) for each in line[:-1])
        for line in found.lines
        if cell in line[:-1] and line[-1] in counts
    ]
    for guess in range(min(left, default=most) + 1):
        yield from tables(found, {**counts, cell: guess}, rest, most)


def ranges(found: Table, hidden: Collection[Cell]) -> dict[Cell, tuple[int, int]]:
    """Between which counts each small cell lies, for who tries all tables that agree with what is shown."""
    known = {cell: count for cell, count in found.counts.items() if cell not in hidden}
    inner = [cell for cell in found.counts if cell in hidden and TOTAL not in cell]
    agreeing = [*tables(found, known, inner, 9)]
    return {
        cell: (min(each[cell] for each in agreeing), max(each[cell] for each in agreeing)) for cell in found.primaries
    }


@pytest.mark.parametrize("seed", range(share(1000)))
def test_brute_force_narrows_no_small_count_of_a_drawn_table(seed: int) -> None:
    draw = Random(seed)  # noqa: S311 - the tests keep no secrets
    down, across = draw.choice([(1, 2), (1, 3), (1, 4), (2, 2), (2, 3)])
    found = table([[draw.choice((0, 1, 3, 5, 6, 8)) for _ in range(across)] for _ in range(down)])

    hidden = protected(found)

    for cell, (least, most) in ranges(found, hidden).items():
        assert most - least >= 4, (found.counts, hidden, cell)
