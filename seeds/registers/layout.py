"""How one organisation keeps its register: a TOML file of the folder of layouts, and the file that is written by it."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from relay.domain import bikram_sambat
from relay.seeds.registers.story import GIFT, Woman

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LAYOUTS: Final = Path(__file__).parent / "layouts"
_DEVANAGARI: Final = str.maketrans("0123456789", "०१२३४५६७८९")

_AS_RECEIVED: Final = {"passed_on": "received_on", "passed_animals": "animals"}
"""What a giver's row says of a hand-over → what the receiver's would."""

Cell = str | int | dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a layout.

    Attributes:
        name: Its lines.
        holds: What of a woman it holds; see `Layout`.
        by: Of a column that names another woman: "number", "code" or "name".
        hand_over: Of a column about what she passed on: which one, from 1.
        says: The same in every row, where `holds` is "text".
    """

    name: tuple[str, ...]
    holds: str
    by: str = "number"
    hand_over: int = 1
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A layout.

    Attributes:
        id: The name of its file.
        language: "en", "fr" or "ne".
        shape: "tidy", "titled", "form" or "wide".
        file: "csv" or "xlsx".
        sheet: The name of the sheet.
        titles: Rows above the names of the columns.
        total: What begins the row of totals, or "".
        nothing: What is written where a woman received from no other one.
        calendar: "AD" or "BS".
        day: How days are written, with {y}, {m}, {d} and {month}; "" for days as spreadsheets keep them.
        months: What months are called, where {month} is used.
        devanagari: Whether digits are those of Devanagari.
        only_givers: Whether only women who received from the gift have a row.
        places: Place id → what the register calls it.
        words: Words of the cells, by what they mean.
        columns: From the left.
        changes: What a person decides in the proposed map: a line that begins so → the line instead.
    """

    id: str
    language: str
    shape: str
    file: str
    sheet: str = "Sheet1"
    titles: tuple[str, ...] = ()
    total: str = ""
    nothing: str = ""
    calendar: str = "AD"
    day: str = ""
    months: tuple[str, ...] = ()
    devanagari: bool = False
    only_givers: bool = False
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    columns: tuple[Column, ...]
    changes: Mapping[str, str] = field(default_factory=dict[str, str])

    def write(self, folder: Path, told: Sequence[Woman]) -> Path:
        """Write a register of some women; the file is called like the layout."""
        rows = [[self._cell(column, woman) for column in self.columns] for woman in told if self._has_row(woman)]
        path = folder / f"{self.id}.{self.file}"
        names = list(zip(*(self._lines(column) for column in self.columns), strict=True))
        if self.file == "csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([*names, *rows])
        else:
            self._write_workbook(path, [list(line) for line in names], rows)
        return path

    def _has_row(self, woman: Woman) -> bool:
        return woman.giver is None or not self.only_givers

    def _lines(self, column: Column) -> tuple[str, ...]:
        lines = max(len(each.name) for each in self.columns)
        return column.name + ("",) * (lines - len(column.name))

    def _cell(self, column: Column, woman: Woman) -> Cell:
        if column.holds.startswith("passed_"):
            if column.hand_over > len(woman.receivers):
                return ""
            receiver = woman.receivers[column.hand_over - 1]
            return self._own(_AS_RECEIVED.get(column.holds, column.by), receiver)
        if column.holds == "received_from":
            return self._own(column.by, woman.giver) if woman.giver else self.nothing
        return column.says if column.holds == "text" else self._own(column.holds, woman)

    def _own(self, what: str, woman: Woman) -> Cell:
        """What is known of a woman, as this register writes it."""
        script = 1 if self.language == "ne" else 0
        ward = self.places.get(woman.ward, woman.ward)
        written: dict[str, Cell] = {
            "number": self._number(woman.number),
            "code": woman.code,
            "uuid": f"uuid:{woman.number:08x}-0000-4000-8000-000000000000",
            "name": woman.name[script],
            "husband": woman.husband[script],
            "phone": woman.phone,
            "ward": ward,
            "municipality": ward.rpartition("-")[0],
            "ward_number": ward.rpartition("-")[2],
            "gift": "" if woman.giver else GIFT,
            "born": self._number(woman.born),
            "sex": self.words.get("sex", "F"),
            "help": self.words.get("help", "goat"),
            "received_on": self._day(woman.received_on),
            "animals": self._number(woman.animals),
        }
        return written[what]

    def _number(self, number: int) -> Cell:
        return str(number).translate(_DEVANAGARI) if self.devanagari else number

    def _day(self, day: dt.date) -> Cell:
        if not self.day:
            return day
        year, month, number = day.year, day.month, day.day
        if self.calendar == "BS":
            year, month, number = bikram_sambat.year_month_day(day) or (0, 0, 0)
        name = self.months[month - 1] if self.months else ""
        text = self.day.format(y=year, m=month, d=number, month=name)
        return text.translate(_DEVANAGARI) if self.devanagari else text

    def _write_workbook(self, path: Path, names: list[list[str]], rows: list[list[Cell]]) -> None:
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False}) as book:
            sheet = book.add_worksheet(self.sheet)
            bold = book.add_format({"bold": True, "align": "center"})
            for row, title in enumerate(self.titles):
                sheet.merge_range(row, 0, row, len(self.columns) - 1, title, bold)
            first = len(self.titles)
            self._write_names(sheet, first, names, bold)
            for row, cells in enumerate(rows, first + len(names)):
                sheet.write_row(row, 0, cells)
            if self.total:
                sheet.write_row(first + len(names) + len(rows), 0, [self.total, "", len(rows)])

    @staticmethod
    def _write_names(sheet: Any, first: int, names: list[list[str]], bold: Any) -> None:  # noqa: ANN401 - untyped
        """Write the names; one over several columns is merged across them, one of a single line down to the last."""
        last = first + len(names) - 1
        for place, upper in enumerate(names[0]):
            if len(names) > 1 and not names[1][place]:
                sheet.merge_range(first, place, last, place, upper, bold)
                continue
            if place == 0 or names[0][place - 1] != upper or len(names) == 1 or not names[1][place - 1]:
                end = place
                while len(names) > 1 and end + 1 < len(names[0]) and names[0][end + 1] == upper and names[1][end + 1]:
                    end += 1
                if end > place:
                    sheet.merge_range(first, place, first, end, upper, bold)
                else:
                    sheet.write(first, place, upper, bold)
            for line in range(1, len(names)):
                sheet.write(first + line, place, names[line][place], bold)


def layouts(folder: Path = LAYOUTS) -> list[Layout]:
    """All layouts of a folder, by name."""
    return [_read(path) for path in sorted(folder.glob("*.toml"))]


def _read(path: Path) -> Layout:
    content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    columns: list[Column] = []
    for each in content.pop("column"):
        name = each.pop("name")
        columns.append(Column(name=(name,) if isinstance(name, str) else tuple(name), **each))
    for name in ("titles", "months"):
        content[name] = tuple(content.get(name, ()))
    return Layout(id=path.stem, columns=tuple(columns), **content)
