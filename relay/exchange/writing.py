"""Writes a programme's folder or workbook: whole or not at all, and always the same bytes for the same rows."""

from __future__ import annotations

import contextlib
import csv
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol, TextIO

import xlsxwriter

from relay import errors
from relay.errors import Failure, refused
from relay.exchange import cells, sheets
from relay.private_files import NOT_WRITTEN, ThereAlready
from relay.text import Sentence

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OF_DAYS: Final = ("_on", "from", "as_of", "until", "since")  # as the columns of days end
MOST_ROWS: Final = 1_048_576  # of a sheet of a workbook, the header included (the XLSX format)
# A fixed day of making, so that the same record gives the same bytes.
_MADE_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)

# No text is a formula, a number or a link, however it begins.
_AS_TEXT: Final = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}

_NARROWEST, _WIDEST = 8, 48  # characters of a column of a workbook; our choice: a day, and a line of a note

Content = Sequence[cells.Value | tuple[str, ...] | date | None]
"""The values of a row; a tuple holds several words of one cell."""


CANNOT_WRITE: Final = Failure(
    errors.Invalid,
    "cannot_write",
    "%(path)s %(is_what)s.",
)


class Destination(Protocol):
    """A folder or a workbook that rows are added to."""

    def add(self, name: str, header: tuple[str, ...], content: Content) -> None:
        """Add one row to a sheet, which is made with its first row.

        Args:
            name: Name of the sheet in the exchange format.
            header: Names of its columns, the same for every row of a sheet.
            content: Values in the order of the header; None is an empty cell.

        Raises:
            errors.Invalid: The sheet is full.
        """


@contextlib.contextmanager
def folder(path: Path, names: tuple[str, ...], tables: Mapping[str, str]) -> Generator[Destination]:
    """Write a folder of CSV files and rules.toml, which appears, or replaces an older one, at the end.

    Only the owner may open it, since it may hold names.

    Args:
        path: The folder. An existing one is replaced only if it holds nothing but files of the format.
        names: Names of the format's CSV files, without ".csv".
        tables: Table of rules.toml → name of its sheet.

    Raises:
        errors.Invalid: Something else is there, or the folder cannot be written.
    """
    ours = {sheets.RULES_FILE, *(f"{name}.csv" for name in names)}
    if path.exists():
        others = sorted(file.name for file in path.iterdir() if file.name not in ours) if path.is_dir() else [path.name]
        if others:
            raise refused(
                CANNOT_WRITE,
                path=path,
                is_what=Sentence("contains %(file)s, which no export wrote", file=others[0]),
                advice=Sentence("Name a new folder."),
            )
    with _new_folder(path) as new, contextlib.ExitStack() as files:
        yield _Folder(new, files, tables)


@contextlib.contextmanager
def _new_folder(path: Path) -> Generator[Path]:
    """A folder, readable by its owner only, that is moved to the path when the block ends."""
    with _temporary_folder(path) as workplace:
        new = workplace / "new"
        new.mkdir(mode=0o700)
        yield new
        if path.exists():
            path.rename(workplace / "old")
        new.rename(path)


def pack(folder: Path) -> Path:
    """Write the files of a folder into a ZIP file next to it.

    Returns:
        Path of the ZIP file.
    """
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, file.name)
    return path


def unpack(packed: IO[bytes], path: Path) -> None:
    """Write the files of a ZIP file as a folder, which appears, or replaces an older one, at the end.

    Raises:
        NotWritten: It cannot be written there.
    """
    with _new_folder(path) as new, zipfile.ZipFile(packed) as files:
        for each in files.infolist():
            file = new / Path(each.filename).name
            file.touch(mode=0o600)
            with files.open(each) as content, file.open("wb") as written:
                shutil.copyfileobj(content, written)


@contextlib.contextmanager
def workbook(path: Path, names: tuple[str, ...], tables: Mapping[str, str]) -> Generator[Destination]:
    """Write a workbook, which appears, or replaces an older one, at the end.

    Text is never written as a formula or a link. Only the owner may open it, since it may hold names.

    Args:
        path: The .xlsx file. An existing one is replaced only if all its sheets are of the format.
        names: Names of the format's sheets, without the programme and the tables of rules.toml.
        tables: As for `folder`.

    Raises:
        errors.Invalid: Something else is there, or the file cannot be written.
    """
    if path.exists():
        for sheet in sheets.opened(path, names, tables):
            if isinstance(sheet, sheets.Unreadable):
                raise refused(
                    CANNOT_WRITE,
                    path=path,
                    is_what=Sentence("contains %(file)s, which no export wrote", file=sheet.file),
                    advice=Sentence("Name a new file."),
                )
    with _temporary_folder(path) as workplace:
        new = workplace / "new.xlsx"
        book = xlsxwriter.Workbook(new, {"constant_memory": True, "tmpdir": str(workplace), **_AS_TEXT})
        book.set_properties({"created": _MADE_AT})
        try:
            destination = _Workbook(book)
            yield destination
            destination.laid_out()
        finally:
            book.close()
        new.chmod(0o600)
        new.replace(path)


@contextlib.contextmanager
def new_workbook(path: Path) -> Generator[xlsxwriter.Workbook]:
    """Write a workbook that need not be of the format; it appears at the end, readable by its owner only.

    Raises:
        ThereAlready: Something is at this path.
        Invalid: It cannot be written there.
    """
    refuse_existing(path)
    with _temporary_folder(path) as workplace:
        new = workplace / "new.xlsx"
        with xlsxwriter.Workbook(new, _AS_TEXT) as book:
            book.set_properties({"created": _MADE_AT})
            yield book
        new.chmod(0o600)
        new.replace(path)


def refuse_existing(path: Path) -> None:
    """Refuse to overwrite anything.

    Raises:
        ThereAlready: Something is at this path.
    """
    if path.exists():
        raise ThereAlready(path=path)


@contextlib.contextmanager
def _temporary_folder(path: Path) -> Generator[Path]:
    """A hidden folder next to the destination, from which files are moved into place; it is removed at the end."""
    try:
        workplace = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            yield workplace
        finally:
            shutil.rmtree(workplace)
    except OSError as fault:
        raise refused(NOT_WRITTEN, path=path, strerror=fault.strerror) from fault


class _Folder:
    def __init__(self, path: Path, files: contextlib.ExitStack, tables: Mapping[str, str]) -> None:
        self._headings = {sheets.PROGRAMME: "[programme]", **{name: f"\n[[{table}]]" for table, name in tables.items()}}
        self._path = path
        self._files = files
        self._rules: TextIO | None = None
        self._tables: dict[str, Callable[[list[str]], object]] = {}

    def add(self, name: str, header: tuple[str, ...], content: Content) -> None:
        if heading := self._headings.get(name):
            self._rules = self._rules or self._text(sheets.RULES_FILE, "utf-8")
            self._rules.write(_block(heading, header, content))
            return
        if name not in self._tables:
            # With a byte-order mark, without which Excel does not show Devanagari.
            table = csv.writer(self._text(f"{name}.csv", "utf-8-sig"), lineterminator="\n")
            table.writerow(header)
            self._tables[name] = table.writerow
        self._tables[name](["" if value is None else _cell(value) for value in content])

    def _text(self, file: str, encoding: str) -> TextIO:
        path = self._path / file
        path.touch(mode=0o600)
        return self._files.enter_context(path.open("w", encoding=encoding, newline=""))


class _Workbook:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._heading = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets: dict[str, Worksheet] = {}
        self._used: dict[str, int] = {}
        self._widths: dict[str, list[int]] = {}

    def laid_out(self) -> None:
        """Add filters to the headers and fit the widths of columns, after all rows were written."""
        for name, sheet in self._sheets.items():
            sheet.autofilter(0, 0, self._used[name] - 1, len(self._widths[name]) - 1)
            for place, width in enumerate(self._widths[name]):
                sheet.set_column(place, place, min(max(width + 2, _NARROWEST), _WIDEST))

    def add(self, name: str, header: tuple[str, ...], content: Content) -> None:
        if name not in self._used:
            self._sheets[name] = self._book.add_worksheet(name)
            self._sheets[name].write_row(0, 0, header, self._heading)
            self._sheets[name].freeze_panes(1, 0)
            self._used[name] = 1
            self._widths[name] = [len(each) for each in header]
        row = self._used[name]
        if row == MOST_ROWS:
            raise refused(
                CANNOT_WRITE,
                path=name,
                is_what=Sentence("has more rows than a workbook can hold, %(most)s", most=MOST_ROWS),
                advice=Sentence("Write a folder instead."),
            )
        sheet, widths = self._sheets[name], self._widths[name]
        for place, value in enumerate(content):
            if isinstance(value, int | float):
                sheet.write_number(row, place, value)
            elif isinstance(value, date):
                sheet.write_datetime(row, place, datetime.combine(value, time()), self._day)
            elif isinstance(value, str) and _DAY.fullmatch(value) and header[place].endswith(_OF_DAYS):
                sheet.write_datetime(row, place, datetime.fromisoformat(value), self._day)
            elif value is not None:
                sheet.write_string(row, place, _cell(value))
            widths[place] = max(widths[place], len(str(value)) if value is not None else 0)
        self._used[name] = row + 1


def _cell(value: cells.Value | tuple[str, ...] | date) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return ";".join(value) if isinstance(value, tuple) else cells.write(value)


def _block(heading: str, header: tuple[str, ...], content: Content) -> str:
    """A block of rules.toml; keys with the value None are left out."""
    lines = [heading]
    lines += [f"{key} = {_toml(key, value)}" for key, value in zip(header, content, strict=True) if value is not None]
    return "\n".join(lines) + "\n"


def _toml(key: str, value: cells.Value | tuple[str, ...] | date) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(key, one) for one in value)}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{one} = {_toml(one, number)}" for one, number in value.items()) + " }"
    if isinstance(value, str) and key != "from":  # a day needs no quotation marks
        return json.dumps(value, ensure_ascii=False)
    return _cell(value)
