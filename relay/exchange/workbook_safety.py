"""Checks a workbook before any of its cells is held in memory, part by part.

A workbook is refused if it would not fit in memory, is locked with a password, contains programs, or has a cell whose
value is unknown, such as a formula that was never calculated.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError, ParserCreate

from relay import errors
from relay.text import Sentence

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_WORKBOOK: Final = 500_000_000  # bytes once unpacked; our choice: a million rows of passes take about 400 MB
MOST_CELLS: Final = 50_000_000  # of one sheet, from its first corner to its last; our choice: they are held in memory
MOST_COLUMNS: Final = 16_384  # of a sheet (the XLSX format)
LARGEST_CELL: Final = 1_000_000  # bytes; our choice: 32,767 characters, the most of a cell, take less in any script

_PLACE: Final = re.compile("([A-Z]{0,3})([0-9]{1,7})")
_OLD_FORMAT: Final = bytes.fromhex("d0cf11e0a1b11ae1")  # of .xls, and of what Excel wraps around a locked workbook
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_HOLDING_TEXT: Final = ("c", "si")  # a cell, and a text that cells share
_HEAD: Final = 1 << 20  # bytes; the directory of such a file stands near its beginning or its end


class CannotRead(errors.Invalid):
    """The file or folder at a path cannot be read as a programme."""

    reason = "%(path)s %(is_what)s."

    path: Path
    is_what: Sentence


def refuse_unsound(path: Path, most_cells: int = MOST_CELLS) -> None:
    """Refuse a workbook that would not fit in memory, or that has cells whose value is unknown.

    Args:
        path: Path of the workbook.
        most_cells: Greatest number of cells of one sheet, from its first corner to its last.

    Raises:
        CannotRead: The sentence says what is wrong, and where.
        zipfile.BadZipFile: It is not a workbook.
        ExpatError: It is a broken workbook.
    """
    _refuse_locked(path)
    with zipfile.ZipFile(path) as archive:
        if any(part.filename.casefold().endswith("vbaproject.bin") for part in archive.infolist()):
            raise CannotRead(
                path=path,
                is_what=Sentence("contains macros, which are programs"),
                advice=Sentence("Save it as .xlsx, a workbook without macros."),
            )
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > LARGEST_WORKBOOK:
            raise CannotRead(
                path=path,
                is_what=Sentence(
                    "unpacks to %(unpacked)s bytes, more than %(most)s", unpacked=unpacked, most=LARGEST_WORKBOOK
                ),
                advice=Sentence("Import it as a folder of CSV files."),
            )
        amiss = _CellProblems(path=path, most_cells=most_cells)
        for part in archive.infolist():  # a sheet may lie anywhere
            with archive.open(part) as content:
                try:
                    amiss.look_through(content)
                except ExpatError:
                    if part.filename.endswith(".xml"):  # what is called otherwise may be a picture
                        raise
    amiss.refuse()


def _refuse_locked(path: Path) -> None:
    """Refuse workbooks with a password, and the format before .xlsx, which looks the same from outside."""
    with path.open("rb") as file:
        if file.read(len(_OLD_FORMAT)) != _OLD_FORMAT:
            return
        head = file.read(_HEAD)
        file.seek(max(path.stat().st_size - _HEAD, 0))
        if _LOCKED in head or _LOCKED in file.read(_HEAD):
            raise CannotRead(
                path=path,
                is_what=Sentence("is locked with a password"),
                advice=Sentence("Open it in a spreadsheet and save it without one."),
            )
    raise CannotRead(
        path=path,
        is_what=Sentence("has the format before .xlsx"),
        advice=Sentence("Open it in a spreadsheet and save it as .xlsx."),
    )


@dataclass(slots=True, kw_only=True)
class _CellProblems:
    """Looks through the cells of a workbook for problems, and notes the first cell of each sort, such as B7.

    What would take long to read is refused as soon as it is met.

    Attributes:
        path: Path of the workbook.
        most_cells: Greatest number of cells of one sheet.
        failed: A cell whose formula failed, such as #REF!; it would be read as empty, and an empty cell has a meaning.
        unknown: A cell whose formula was never calculated; it would be read as empty too.
        formula: A cell with a formula.
        later: Whether every formula gives 0 until a spreadsheet opens the workbook, as libraries write them.
        far: A cell so far from the first corner of its sheet that the cells between would not fit in memory.
    """

    path: Path
    most_cells: int
    failed: str = ""
    unknown: str = ""
    formula: str = ""
    later: bool = False
    far: str = ""
    _columns: int = 1
    _rows: int = 1
    _in_row: int = 0
    _began_at: int = 0

    def look_through(self, part: IO[bytes]) -> None:
        """Look through one part of a workbook; the dimension that a sheet declares is ignored.

        Raises:
            CannotRead: A row has more cells, or a cell more text, than a workbook can hold.
            ExpatError: It is not XML, or has an unknown encoding or a document type, which no workbook has.
        """
        parser = ParserCreate()
        parser.buffer_text = True
        cell: Mapping[str, str] | None = None
        self._columns = self._rows = 1
        value: list[str] | None = None  # what stands behind a formula

        def begins(tag: str, attributes: dict[str, str]) -> None:
            nonlocal cell
            name = tag.rpartition(":")[2]
            self._note_length(name, parser.CurrentByteIndex)
            if name == "c":
                cell = attributes
                if attributes.get("t") == "e":
                    self.failed = self.failed or _place(attributes)
            elif name == "calcPr":
                self.later = self.later or attributes.get("fullCalcOnLoad") in ("1", "true")
            if name in ("c", "row") and "r" in attributes:
                self._note_position(attributes["r"])

        def ends(tag: str) -> None:
            nonlocal cell, value
            name = tag.rpartition(":")[2]
            self._refuse_large(name, parser.CurrentByteIndex)
            if cell is not None and name == "f":
                self.formula = self.formula or _place(cell)
                value = []
                parser.CharacterDataHandler = value.append
            elif cell is not None and name == "c":
                self._note_value(cell, value)
                parser.CharacterDataHandler = cell = value = None

        parser.StartElementHandler, parser.EndElementHandler = begins, ends
        parser.StartDoctypeDeclHandler = _refuse_document_type
        try:
            parser.ParseFile(part)
        except (LookupError, ValueError) as fault:
            raise ExpatError("it says of itself that it has an encoding that nobody knows") from fault

    def _note_value(self, cell: Mapping[str, str], value: list[str] | None) -> None:
        """Note the value of a cell with a formula; a calculated text may be empty."""
        if value is not None and cell.get("t") != "str" and not "".join(value).strip():
            self.unknown = self.unknown or _place(cell)

    def _note_length(self, name: str, byte: int) -> None:
        """Note where a text begins, and count cells of a row that need not have a position."""
        if name in _HOLDING_TEXT:
            self._began_at = byte
        self._in_row = self._in_row + 1 if name == "c" else 0 if name == "row" else self._in_row
        if self._in_row > MOST_COLUMNS:
            raise CannotRead(
                path=self.path,
                is_what=Sentence("has a row of more than %(most)s cells", most=MOST_COLUMNS),
                advice=Sentence("Delete the empty rows and columns beyond the table."),
            )

    def _refuse_large(self, name: str, byte: int) -> None:
        """Refuse a cell, or a text shared by cells, that is longer than any spreadsheet allows."""
        if name in _HOLDING_TEXT and byte - self._began_at > LARGEST_CELL:
            raise CannotRead(
                path=self.path,
                is_what=Sentence("has a cell of more than %(most)s bytes", most=LARGEST_CELL),
                advice=Sentence("Shorten it: a spreadsheet holds 32,767 characters in a cell."),
            )

    def _note_position(self, place: str) -> None:
        """Note the position that a cell or row of the sheet declares."""
        stands = _PLACE.fullmatch(place)
        self._columns = max(self._columns, _column_number(stands[1])) if stands else self.most_cells + 1
        self._rows = max(self._rows, int(stands[2])) if stands else self.most_cells + 1
        if self._columns * self._rows > self.most_cells:
            self.far = self.far or place[:20] or "?"

    def refuse(self) -> None:
        """Refuse the workbook if a problem was found.

        Raises:
            CannotRead: The sentence says what is wrong, and where.
        """
        if self.failed:
            raise CannotRead(
                path=self.path,
                is_what=Sentence("has a failed formula (#REF!, #VALUE!) at %(place)s", place=self.failed),
                advice=Sentence("Enter the right value, or leave it empty."),
            )
        if unknown := self.formula if self.later else self.unknown:
            raise CannotRead(
                path=self.path,
                is_what=Sentence("has a formula without a result at %(place)s", place=unknown),
                advice=Sentence("Open it in a spreadsheet and save it again."),
            )
        if self.far:
            raise CannotRead(
                path=self.path,
                is_what=Sentence("has a cell far from all others at %(place)s", place=self.far),
                advice=Sentence("Delete the empty rows and columns beyond the table."),
            )


def _refuse_document_type(*_: object) -> None:
    raise ExpatError


def _place(cell: Mapping[str, str]) -> str:
    """The position that a cell declares, such as B7; "" if it declares none."""
    return cell.get("r", "?")[:20]


@cache
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
