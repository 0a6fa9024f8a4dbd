"""Finds the register in a file: its sheet, and the rows with the names of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from relay.errors import Failure, Invalid
from relay.exchange.sheets import Unreadable
from relay.register_maps import days
from relay.register_maps.column_names import likeness as named_like
from relay.register_maps.meanings import words
from relay.register_maps.register_table import MOST_COLUMNS, is_blank

if TYPE_CHECKING:
    from relay.exchange.sheets import AnySheet


SHEET_NOT_THERE: Final = Failure(
    Invalid,
    "sheet_not_there",
    'There is no sheet "%(sheet)s" in this file.',
    advice="Name one of these: %(sheets)s.",
    field="sheet",
)


_HEADER_ROWS: Final = 20  # our choice: titles, a logo and a legend take fewer
_MOST_LINES: Final = 3  # of the names of columns; our choice
_NAMED: Final = 0.7  # our choice: how like a cell must be to a name of a column to count as one


def register_of(pages: Sequence[AnySheet]) -> tuple[AnySheet, tuple[int, ...]]:
    """The visible sheet that most resembles a register, and the rows with the names of its columns."""
    scored = [(*_header_of(page), page) for page in pages if not page.hidden] or [
        (*_header_of(page), page) for page in pages
    ]
    _, header, page = max(scored, key=lambda each: (each[0], len(each[2].rows)))
    return page, header


def _header_of(page: AnySheet) -> tuple[float, tuple[int, ...]]:
    """The number of names of columns in the best rows, and these rows."""
    counts = [(_names_in(row), number) for number, row in enumerate(page.rows[:_HEADER_ROWS], 1)]
    if not counts:
        return 0.0, (1,)
    best, last = max(counts, key=lambda each: (each[0], -each[1]))
    header = [last]
    for row in range(last + 1, min(last + _MOST_LINES, len(page.rows) + 1)):
        if not _continues(page, header[-1], row):
            break
        header.append(row)
    for row in range(last - 1, max(last - _MOST_LINES, 0), -1):
        if not _continues(page, row, header[0]) or not _names_in(page.rows[row - 1]):
            break
        header.insert(0, row)
    return best, tuple(header)


def _names_in(row: Sequence[object] | Unreadable) -> float:
    if isinstance(row, Unreadable):
        return 0.0
    texts = {cell.strip() for cell in row[:MOST_COLUMNS] if isinstance(cell, str) and 0 < len(cell.strip()) <= 60}  # noqa: PLR2004
    if len(texts) < 2:  # noqa: PLR2004 - a title is one cell, or one that was merged
        return 0.0
    meanings = words().meanings.values()
    likeness = (max(named_like(text, meaning) for meaning in meanings) for text in texts)
    return sum(each for each in likeness if each >= _NAMED)


def _continues(page: AnySheet, upper: int, lower: int) -> bool:
    """Whether two rows are two lines of the same names: the upper leaves cells to the lower, which is all text."""
    above, below = page.rows[upper - 1], page.rows[lower - 1]
    if isinstance(above, Unreadable) or isinstance(below, Unreadable):
        return False
    filled = [place for place, cell in enumerate(below) if not is_blank(cell)]
    texts = [cell for cell in below if isinstance(cell, str) and cell.strip()]
    if len(filled) < 2 or len(texts) < len(filled) or any(map(_says_a_value, texts)):  # noqa: PLR2004
        return False
    merged = {
        place
        for (top, left), (_, right) in page.merged
        if top == upper - 1 and right > left
        for place in range(left, right + 1)
    }
    under = [place for place in filled if place in merged or place >= len(above) or is_blank(above[place])]
    return bool(under) and bool(_names_in(below))


def _says_a_value(text: str) -> bool:
    return days.is_day(text) or not any(map(str.isalpha, text))
