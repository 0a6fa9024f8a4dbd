"""A register as a table: the names of its columns, which may stand in several lines, and the rows of women below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.errors import Invalid
from relay.exchange.workbook import Unreadable

if TYPE_CHECKING:
    from relay.exchange.workbook import AnySheet

BETWEEN_LINES: Final = " / "
"""What stands between the lines of a name: "Received / Date"."""

MOST_COLUMNS: Final = 300  # our choice: the widest export of a form that was met had 180
_FIRST_CELLS: Final = 3  # our choice: "Total" stands in one of the first cells of its row


class TooManyColumns(Invalid):
    """A register is wider than any that can be read."""

    reason = "%(sheet)s has more than %(most)s columns with a name."
    suggestion = "Delete the columns that do not belong to the register."
    most = MOST_COLUMNS

    sheet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a register.

    Attributes:
        row: As a spreadsheet counts it.
        cells: By the column's place; what is merged stands in every cell of it.
    """

    row: int
    cells: Sequence[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A register.

    Attributes:
        sheet: The name of its sheet or file.
        columns: The names of its columns, each different; "" for a column without a name.
        lines: The rows below the names that hold anything, up to the totals.
        unreadable: Rows of a CSV file that cannot be read.
        stopped_at: The row of totals at which reading ended, or None.
    """

    sheet: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    unreadable: tuple[Unreadable, ...] = ()
    stopped_at: int | None = None

    def column(self, name: str) -> list[object]:
        """The filled cells of a column, from above."""
        return [cell for cell in self.every(name) if not is_blank(cell)]

    def every(self, name: str) -> list[object]:
        """The cells of a column, one for each row."""
        place = self.columns.index(name)
        return [line.cells[place] if place < len(line.cells) else None for line in self.lines]


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: object) -> str:
    """A cell as a person reads it: a whole number without a point, text without outer blanks, on one line."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())


def table_of(page: AnySheet, header: Sequence[int], stop_at: Collection[str]) -> Table:
    """Read a sheet as a register.

    Args:
        page: The sheet.
        header: The rows in which the columns have their names, from above.
        stop_at: What begins the row of totals, in small letters.

    Raises:
        TooManyColumns: More columns have a name than can be read.
    """
    named = (page.rows[row - 1] for row in header if row <= len(page.rows))
    if any(not all(map(is_blank, row[MOST_COLUMNS:])) for row in named if not isinstance(row, Unreadable)):
        raise TooManyColumns(sheet=page.name)
    lines = list(_filled(page))
    names = _names(page, [lines[row - 1] for row in header if row <= len(lines)], header)
    found: list[Line] = []
    unreadable: list[Unreadable] = []
    stopped_at = None
    for row, cells in enumerate(lines[header[-1] :], header[-1] + 1):
        if isinstance(cells, Unreadable):
            unreadable.append(cells)
        elif is_total(cells, stop_at):
            stopped_at = row
            break
        elif not all(map(is_blank, cells)):
            found.append(Line(row=row, cells=cells))
    return Table(
        sheet=page.name, columns=names, lines=tuple(found), unreadable=tuple(unreadable), stopped_at=stopped_at
    )


def is_total(cells: Sequence[object], stop_at: Collection[str]) -> bool:
    """Whether a row begins with one of the words of a total."""
    first = [cell for cell in cells if not is_blank(cell)][:_FIRST_CELLS]
    return any(shown(cell).casefold().rstrip(" :.-") in stop_at for cell in first)


def _filled(page: AnySheet) -> Iterator[Sequence[object] | Unreadable]:
    """The rows of a sheet, each merged cell standing in all that were merged into it."""
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
    """The name of each column: its lines, each said once; a second column of a name is called "Name (2)"."""
    read = [[shown(cell) for cell in line] for line in lines if not isinstance(line, Unreadable)]
    width = max(map(len, read), default=0)
    read = [[*line, *[""] * (width - len(line))] for line in read]
    if not any(first[0] + 1 in header for first, _ in page.merged):
        read = [_spread(line, read[-1]) if number < len(read) - 1 else line for number, line in enumerate(read)]
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place in range(width):
        parts = dict.fromkeys(part for line in read if (part := line[place].translate(_NO_BRACES)))
        name = BETWEEN_LINES.join(parts)
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return tuple(names)


_NO_BRACES: Final = str.maketrans("{}", "()")  # braces mark columns in a map


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """An upper line of names where nothing is merged: a name goes for the columns to its right that have none."""
    spread: list[str] = []
    for own, below in zip(upper, lower, strict=True):
        spread.append(own or (spread[-1] if spread and below else ""))
    return spread
