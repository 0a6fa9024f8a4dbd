"""Whether a workbook can be read at all: looked through part by part before any of its cells is held in memory.

A workbook is refused with one sentence when it would not fit in memory, is locked or holds programs, or when nobody
knows what one of its cells should say.
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
    """There is no programme at a path."""

    reason = "%(path)s %(is_what)s."

    path: Path
    is_what: Sentence


def refuse_unsound(path: Path, most_cells: int = MOST_CELLS) -> None:
    """Refuse a workbook that would not fit in memory, or of which nobody knows what its cells should say.

    Args:
        path: Of the workbook.
        most_cells: Of one sheet, from its first corner to its last.

    Raises:
        CannotRead: The sentence says what is amiss, and where.
        zipfile.BadZipFile: It is no workbook.
        ExpatError: It is a broken one.
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
        amiss = _Amiss(path=path, most_cells=most_cells)
        for part in archive.infolist():  # a sheet may lie anywhere
            with archive.open(part) as content:
                try:
                    amiss.look_through(content)
                except ExpatError:
                    if part.filename.endswith(".xml"):  # what is called otherwise may be a picture
                        raise
    amiss.refuse()


def _refuse_locked(path: Path) -> None:
    """Refuse what Excel wraps around a workbook with a password, and the format before .xlsx, which looks alike."""
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
class _Amiss:
    """What is amiss with the cells of a workbook: the place of the first cell of each sort, such as B7.

    What takes long to read is refused as soon as it is met.

    Attributes:
        path: Of the workbook.
        most_cells: Of one sheet.
        failed: Whose formula failed, as #REF! does: it would be read as nothing, and empty means something.
        unknown: Whose formula nobody worked out: read as nothing too.
        formula: Which holds a formula at all.
        later: Whether each formula gives 0 until a spreadsheet opens the workbook, as libraries write them.
        far: Which is so far from the first corner of its sheet that all places between do not fit in memory.
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
        """Look through a part of a workbook; what a sheet says of its own dimension is not believed.

        Raises:
            CannotRead: A row has more cells, or a cell more text, than a workbook can hold.
            ExpatError: It is no XML, or XML of an unknown encoding or of a document type, which no workbook has.
        """
        parser = ParserCreate()
        parser.buffer_text = True
        cell: Mapping[str, str] | None = None
        self._columns = self._rows = 1
        value: list[str] | None = None  # what stands behind a formula

        def begins(tag: str, attributes: dict[str, str]) -> None:
            nonlocal cell
            name = tag.rpartition(":")[2]
            self._measure(name, parser.CurrentByteIndex)
            if name == "c":
                cell = attributes
                if attributes.get("t") == "e":
                    self.failed = self.failed or _place(attributes)
            elif name == "calcPr":
                self.later = self.later or attributes.get("fullCalcOnLoad") in ("1", "true")
            if name in ("c", "row") and "r" in attributes:
                self._stands(attributes["r"])

        def ends(tag: str) -> None:
            nonlocal cell, value
            name = tag.rpartition(":")[2]
            self._refuse_large(name, parser.CurrentByteIndex)
            if cell is not None and name == "f":
                self.formula = self.formula or _place(cell)
                value = []
                parser.CharacterDataHandler = value.append
            elif cell is not None and name == "c":
                self._holds(cell, value)
                parser.CharacterDataHandler = cell = value = None

        parser.StartElementHandler, parser.EndElementHandler = begins, ends
        parser.StartDoctypeDeclHandler = _refuse_document_type
        try:
            parser.ParseFile(part)
        except (LookupError, ValueError) as fault:
            raise ExpatError("it says of itself that it has an encoding that nobody knows") from fault

    def _holds(self, cell: Mapping[str, str], value: list[str] | None) -> None:
        """Take in what stands behind the formula of a cell; a text that was worked out may be empty."""
        if value is not None and cell.get("t") != "str" and not "".join(value).strip():
            self.unknown = self.unknown or _place(cell)

    def _measure(self, name: str, byte: int) -> None:
        """Take in where a text begins, and how many cells a row has that may not say where they stand."""
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
        """Refuse a cell, or a text that cells share, which holds more than any spreadsheet does."""
        if name in _HOLDING_TEXT and byte - self._began_at > LARGEST_CELL:
            raise CannotRead(
                path=self.path,
                is_what=Sentence("has a cell of more than %(most)s bytes", most=LARGEST_CELL),
                advice=Sentence("Shorten it: a spreadsheet holds 32,767 characters in a cell."),
            )

    def _stands(self, place: str) -> None:
        """Take in where a cell or a row of the sheet says that it stands."""
        stands = _PLACE.fullmatch(place)
        self._columns = max(self._columns, _column_number(stands[1])) if stands else self.most_cells + 1
        self._rows = max(self._rows, int(stands[2])) if stands else self.most_cells + 1
        if self._columns * self._rows > self.most_cells:
            self.far = self.far or place[:20] or "?"

    def refuse(self) -> None:
        """Refuse a workbook with which something is amiss.

        Raises:
            CannotRead: The sentence says what, and where.
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
    """Where a cell says that it stands, such as B7."""
    return cell.get("r", "?")[:20]


@cache
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
