"""A register as a table: the names of its columns, which may be on several lines, and the rows of women below them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.errors import Failure, Invalid, refused
from relay.exchange.sheets import Unreadable

if TYPE_CHECKING:
    from relay.exchange.sheets import AnySheet

BETWEEN_LINES: Final = " / "
"""Separates the lines of a name: "Received / Date"."""

MOST_COLUMNS: Final = 300  # our choice: the widest export of a form that was met had 180
_FIRST_CELLS: Final = 3  # our choice: "Total" stands in one of the first cells of its row
_COUNTED: Final = re.compile(r".*\D\(\s*(\d{1,5})\s*\)")  # "Kalika-3 (12)", below twelve rows
_FULL: Final = 0.5  # our choice: of the cells of the fullest row, what a row of the register has at least


TOO_MANY_COLUMNS: Final = Failure(
    Invalid,
    "too_many_columns",
    "%(sheet)s has more than %(most)s columns with a name.",
    advice="Delete the columns that do not belong to the register.",
    values={"most": MOST_COLUMNS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """A row of a register.

    Attributes:
        row: Number of the row as a spreadsheet counts it.
        cells: Cells by position of the column; a merged cell is repeated in all its positions.
    """

    row: int
    cells: Sequence[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTable:
    """A register.

    Attributes:
        sheet: Name of its sheet or file.
        columns: Names of its columns, all different; "" for a column without a name.
        lines: Rows below the names that are not empty, up to the totals.
        unreadable: Rows of a CSV file that cannot be read.
        stopped_at: Number of the row of totals at which reading ended, or None.
        passed_over: Numbers of rows above it that are not about a woman: headings of groups, and their subtotals.
    """

    sheet: str
    columns: tuple[str, ...]
    lines: tuple[RegisterLine, ...]
    unreadable: tuple[Unreadable, ...] = ()
    stopped_at: int | None = None
    passed_over: tuple[int, ...] = ()

    def column(self, name: str) -> list[object]:
        """The filled cells of a column, from top to bottom."""
        return [cell for cell in self.every(name) if not is_blank(cell)]

    def every(self, name: str) -> list[object]:
        """All cells of a column, one for each row."""
        place = self.columns.index(name)
        return [line.cells[place] if place < len(line.cells) else None for line in self.lines]


def is_blank(cell: object) -> bool:
    """Whether a cell has nothing visible."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: object) -> str:
    """A cell as a person reads it: a whole number without a point, text without outer blanks and on one line."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())


def table_of(page: AnySheet, header: Sequence[int], stop_at: Collection[str]) -> RegisterTable:
    """Read a sheet as a register.

    Args:
        page: The sheet.
        header: Rows with the names of the columns, from the top.
        stop_at: Words that begin the row of totals, in lower case.

    Raises:
        Invalid: More columns have a name than can be read.
    """
    named = (page.rows[row - 1] for row in header if row <= len(page.rows))
    if any(not all(map(is_blank, row[MOST_COLUMNS:])) for row in named if not isinstance(row, Unreadable)):
        raise refused(TOO_MANY_COLUMNS, sheet=page.name)
    lines = list(_rows_with_merged_cells(page))
    names = _names(page, [lines[row - 1] for row in header if row <= len(lines)], header)
    body = list(enumerate(lines[header[-1] :], header[-1] + 1))
    stopped_at = _row_of_totals(body, stop_at)
    register_lines: list[RegisterLine] = []
    unreadable: list[Unreadable] = []
    passed_over: list[int] = []
    since = 0  # rows of women below the last heading or subtotal
    for row, cells in body:
        if row == stopped_at:
            break
        if isinstance(cells, Unreadable):
            unreadable.append(cells)
        elif total_in(cells, stop_at) or _is_heading(cells, names) or _is_subtotal(cells, since):
            passed_over.append(row)
            since = 0
        elif not all(map(is_blank, cells)):
            register_lines.append(RegisterLine(row=row, cells=cells))
            since += 1
    return RegisterTable(
        sheet=page.name,
        columns=names,
        lines=tuple(register_lines),
        unreadable=tuple(unreadable),
        stopped_at=stopped_at,
        passed_over=tuple(passed_over),
    )


def _row_of_totals(body: Sequence[tuple[int, Sequence[object] | Unreadable]], stop_at: Collection[str]) -> int | None:
    """The row of totals below which no row is as full as those of the register; None if there is none."""
    rows = [(row, cells) for row, cells in body if not isinstance(cells, Unreadable)]
    totals = {row for row, cells in rows if total_in(cells, stop_at)}
    full = {row: len(_filled_cells(cells)) for row, cells in rows if row not in totals}
    least = _FULL * max(full.values(), default=0)
    last = max((row for row, many in full.items() if many >= least), default=0)
    return min((row for row in totals if row > last), default=None)


def _filled_cells(cells: Sequence[object]) -> list[object]:
    return [cell for cell in cells if not is_blank(cell)]


def _is_heading(cells: Sequence[object], names: Sequence[str]) -> bool:
    """Whether a row is the heading of a group of rows: it has a single text, which may be merged across columns."""
    filled = _filled_cells(cells[: len(names)])
    return (
        len(names) > 2  # noqa: PLR2004 - a narrow table has rows of one cell
        and len(set(map(shown, filled))) == 1
        and any(map(str.isalpha, shown(filled[0])))
    )


def _is_subtotal(cells: Sequence[object], rows: int) -> bool:
    """Whether a row is the subtotal of so many rows above it, such as "Kalika-3 (12)"."""
    first = _filled_cells(cells)[:_FIRST_CELLS]
    return any((match := _COUNTED.fullmatch(shown(cell))) and int(match[1]) == rows for cell in first)


def total_in(cells: Sequence[object], stop_at: Collection[str]) -> str:
    """The word for a total that one of a row's first cells is, or ends with, as in "Ward 5 total"; "" for none."""
    for text in (shown(cell).rstrip(" :.-") for cell in _filled_cells(cells)[:_FIRST_CELLS]):
        for word in stop_at:
            if text.casefold() == word or text.casefold().endswith(f" {word}"):
                return text[-len(word) :]
    return ""


def _rows_with_merged_cells(page: AnySheet) -> Iterator[Sequence[object] | Unreadable]:
    """The rows of a sheet, with merged cells repeated in all their positions."""
    over: dict[int, list[tuple[int, int, object]]] = {}
    for (top, left), (bottom, right) in page.merged:
        first = page.rows[top] if top < len(page.rows) else ()
        if not isinstance(first, Unreadable) and left < len(first):
            for row in range(top, min(bottom + 1, len(page.rows))):
                over.setdefault(row, []).append((left, min(right, MOST_COLUMNS), first[left]))
    for row, cells in enumerate(page.rows):
        if isinstance(cells, Unreadable):
            yield cells
            continue
        whole = list(cells[:MOST_COLUMNS])
        for left, right, cell in over.get(row, ()):
            whole += [""] * (right + 1 - len(whole))
            whole[left : right + 1] = [cell] * (right + 1 - left)
        yield whole


def _names(page: AnySheet, lines: Sequence[Sequence[object] | Unreadable], header: Sequence[int]) -> tuple[str, ...]:
    """The name of each column: its lines, each once; a second column of the same name is called "Name (2)"."""
    read = [[shown(cell) for cell in line] for line in lines if not isinstance(line, Unreadable)]
    width = max(map(len, read), default=0)
    read = [[*line, *[""] * (width - len(line))] for line in read]
    if not any(first[0] + 1 in header for first, _ in page.merged):
        read = [_spread_names(line, read[-1]) if number < len(read) - 1 else line for number, line in enumerate(read)]
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place in range(width):
        parts = dict.fromkeys(part for line in read if (part := line[place].translate(_NO_BRACES)))
        name = BETWEEN_LINES.join(parts)
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return tuple(names)


_NO_BRACES: Final = str.maketrans("{}", "()")  # braces mark columns in a map


def _spread_names(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """An upper line of names without merged cells: each name also applies to the unnamed columns to its right."""
    spread: list[str] = []
    for own, below in zip(upper, lower, strict=True):
        spread.append(own or (spread[-1] if spread and below else ""))
    return spread
