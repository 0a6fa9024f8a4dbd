"""Registers drawn as text: their cells, what each column means, and which rows are no woman's.

## a name
# sheet NAME                      before each sheet, where there are several
No. | Name | 1st pass-on | <      "<" is merged with the cell to its left, "^" with the one above
^ | ^ | Date | To
1 | Maya Tamang | 2023-05-01 | Sunita Rai
! Total | | | 4                   begins a row that is no woman's
= key | name | passed_on:1 | passed_to:1       what a column may be taken for, "-" for nothing
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import xlsxwriter

FOLDER: Final = Path(__file__).parent / "shapes"
_NONE: Final = "-"


@dataclass(slots=True, kw_only=True)
class DrawnSheet:
    """A sheet.

    Attributes:
        name: Of the sheet.
        rows: Its cells.
        no_woman: The rows that are no woman's, as a spreadsheet counts them.
        means: For each column what it may be taken for; a hand-over's number stands behind a colon.
    """

    name: str = "Sheet1"
    rows: list[list[str]] = field(default_factory=list[list[str]])
    no_woman: set[int] = field(default_factory=set[int])
    means: list[frozenset[str]] = field(default_factory=list[frozenset[str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A register."""

    name: str
    sheets: tuple[DrawnSheet, ...]

    def write(self, folder: Path) -> Path:
        """Write it as a workbook."""
        path = folder / "drawn.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for sheet in self.sheets:
                _write(book.add_worksheet(sheet.name), sheet.rows)
        return path

    def sheet(self, name: str) -> DrawnSheet:
        """The sheet of a name."""
        return next(sheet for sheet in self.sheets if sheet.name == name)


def drawn(file: str) -> list[Drawn]:
    """The registers of a file of the folder, in its order."""
    found: list[Drawn] = []
    for block in (FOLDER / file).read_text(encoding="utf-8").split("\n## ")[1:]:
        name, *lines = block.splitlines()
        sheets = [DrawnSheet()]
        for line in filter(str.strip, lines):
            if line.startswith("# sheet "):
                if sheets[-1].rows:
                    sheets.append(DrawnSheet())
                sheets[-1].name = line.removeprefix("# sheet ")
            elif line.startswith("= "):
                sheets[-1].means = [
                    frozenset(one.partition(":0")[0] for one in cell.strip().split(",")) - {_NONE}
                    for cell in line[2:].split("|")
                ]
            else:
                sheets[-1].rows.append([cell.strip() for cell in line.removeprefix("!").split("|")])
                if line.startswith("!"):
                    sheets[-1].no_woman.add(len(sheets[-1].rows))
        found.append(Drawn(name=name, sheets=tuple(sheets)))
    return found


def _write(sheet: object, rows: list[list[str]]) -> None:
    merged = {(row, place) for row, cells in enumerate(rows) for place, cell in enumerate(cells) if cell in ("<", "^")}
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            right, down = place, row
            while (row, right + 1) in merged and cells[right + 1] == "<":
                right += 1
            while (down + 1, place) in merged and rows[down + 1][place] == "^":
                down += 1
            if (row, place) in merged or not cell:
                continue
            if (right, down) != (place, row):
                sheet.merge_range(row, place, down, right, cell)  # type: ignore[attr-defined]
            elif cell.isascii() and cell.isdigit() and len(cell) < 12:
                sheet.write_number(row, place, int(cell))  # type: ignore[attr-defined]
            else:
                sheet.write_string(row, place, cell)  # type: ignore[attr-defined]
