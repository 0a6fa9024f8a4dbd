"""A programme's folder of CSV files and rules.toml, or its workbook, read as named sheets of cells.

Nothing here knows what a column means; `exchange` does. What cannot be read is a value, not an exception, and
never stops the rest; only a path that holds no programme at all raises.
"""

from __future__ import annotations

import contextlib
import csv
import re
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError, ParserCreate

import python_calamine

from relay import errors
from relay.exchange import cells
from relay.text import Sentence

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMME: Final = "programme"
RULES: Final = "rules"
RULES_FILE: Final = "rules.toml"
LARGEST_WORKBOOK: Final = 500_000_000  # bytes once unpacked; our choice: a million rows of passes take about 400 MB
MOST_CELLS: Final = 50_000_000  # of one sheet, from its first corner to its last; our choice: they are held in memory

_PLACE: Final = re.compile("([A-Z]{0,3})([0-9]{1,7})")
_TOML_LINE: Final = re.compile(r"line ([0-9]+)")

_DELIMITERS: Final = (",", ";", "\t")
_ENDINGS: Final = frozenset({"txt", "tsv", "tab", "xlsx", "xls", "ods", "toml"})
"""As what a table may have been saved by mistake."""

Cells = Sequence[object]


class CannotRead(errors.Invalid):
    """There is no programme at a path."""

    reason = "%(path)s %(is_what)s."

    path: Path
    is_what: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file, a sheet or a row that cannot be read.

    Attributes:
        file: The file or sheet, as its user calls it: "passes.csv", or "passes" in a workbook.
        row: Where reading failed, as a spreadsheet counts rows (the header is 1).
        field: The column, or None when it is not known.
        reason: What is wrong.
        suggestion: What to do about it.
    """

    file: str
    row: int
    field: str | None = None
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file of a folder, one sheet of a workbook, or one block of rules.toml.

    Attributes:
        name: The name in the exchange format, such as "passes".
        file: The name as its user calls it, such as "passes.csv".
        header_row: The row that the header stands in, as a spreadsheet counts rows.
        header: The names of the columns as written, without outer blanks; "" for a column without a name.
        rows: Begins a new pass over the rows: each its number and its cells, or what could not be read.
    """

    name: str
    file: str
    header_row: int = 1
    header: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[int, Cells] | Unreadable]]


def opened(path: Path, names: tuple[str, ...], tables: Mapping[str, str]) -> Iterator[Sheet | Unreadable]:
    """Open a folder or a workbook.

    Args:
        path: A folder of CSV files with or without rules.toml, or an .xlsx file.
        names: The names of the CSV files without ".csv", in the order in which they are given back.
        tables: Table of rules.toml, such as "rule" → the name of its sheet, such as "rules".

    Yields:
        First what is not of the format, by name; then the programme, its rules and the named sheets. What is not
        there, or is empty, is passed over.

    Raises:
        errors.Invalid: There is no such folder or file, it is no workbook, or it holds nothing of the format.
    """
    try:
        if path.is_dir():
            yield from _opened_folder(path, names, tables)
        elif path.is_file() and path.suffix.lower() == ".xlsx":
            yield from _opened_workbook(path, (PROGRAMME, *tables.values(), *names))
        else:
            raise CannotRead(
                path=path,
                is_what=Sentence("is neither a folder nor an .xlsx file"),
                suggestion=Sentence("Name the folder that holds the CSV files."),
            )
    except OSError as fault:
        raise CannotRead(
            path=path,
            is_what=Sentence("cannot be read (%(strerror)s)", strerror=fault.strerror),
            suggestion=Sentence("Look at its permissions."),
        ) from fault


# --- a folder ---------------------------------------------------------------------------------------------------------


def _opened_folder(
    path: Path, names: tuple[str, ...], tables_of_rules: Mapping[str, str]
) -> Iterator[Sheet | Unreadable]:
    files = {file.name: file for file in path.iterdir() if file.is_file()}
    tables = sorted(name for name in files if name.lower().endswith(".csv"))
    known = [f"{name}.csv" for name in names]
    if RULES_FILE not in files and not any(table in known for table in tables):
        raise CannotRead(
            path=path,
            is_what=Sentence("contains neither %(file)s nor any of a programme's CSV files", file=RULES_FILE),
            suggestion=Sentence("Name another folder."),
        )
    for table in tables:
        if table not in known:
            yield _unknown(table, tuple(known), files)
    yield from (_passed_over(file) for file in sorted(files) if file not in tables and _is_meant(file, names))
    if RULES_FILE in files:
        yield from _opened_rules(files[RULES_FILE], tables_of_rules)
    for name in names:
        if (file := files.get(f"{name}.csv")) and (sheet := _opened_table(file, name)):
            yield sheet


def _is_meant(file: str, names: tuple[str, ...]) -> bool:
    """Whether a file that is no CSV file most likely holds a part of the programme all the same."""
    stem, _, ending = file.casefold().partition(".")
    return file != RULES_FILE and stem in (*names, RULES) and ending.rpartition(".")[2] in _ENDINGS


def _passed_over(file: str) -> Unreadable:
    stem = file.partition(".")[0].casefold()
    right = RULES_FILE if stem == RULES else f"{stem}.csv"
    return Unreadable(
        file=file,
        row=1,
        reason="A folder is read from .csv files and rules.toml, not from this one.",
        suggestion=f"Save it as {right}, or take it out.",
    )


def _unknown(file: str, known: tuple[str, ...], present: Collection[str]) -> Unreadable:
    likely = cells.closest(file, known)
    suggestion = (
        f"Call it {likely}, if that is meant." if likely else f"Take it out, or call it one of {', '.join(known)}."
    )
    if likely in present:
        suggestion = f"Move its rows into {likely}, if they belong there."
    return Unreadable(file=file, row=1, reason="The format has no file or sheet of this name.", suggestion=suggestion)


def _opened_table(path: Path, name: str) -> Sheet | Unreadable | None:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        first = text.readline()
        delimiter = max(_DELIMITERS, key=first.count)
    if not _is_utf8(path):
        return _not_utf8(path, delimiter)
    header = next(_lines(path, delimiter), None)
    if header is None or isinstance(header, Unreadable):
        return header
    names = tuple(str(cell).strip() for cell in header[1])
    if not any(names):
        return _without_header(path.name)

    def rows() -> Iterator[tuple[int, Cells] | Unreadable]:
        lines = _lines(path, delimiter)
        next(lines)
        return lines

    return Sheet(name=name, file=path.name, header=names, rows=rows)


def _without_header(file: str) -> Unreadable:
    return Unreadable(
        file=file,
        row=1,
        reason="The first row is empty.",
        suggestion="Write the names of the columns there, or delete the empty rows above them.",
    )


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _not_utf8(path: Path, delimiter: str) -> Unreadable:
    """Where a file stops being UTF-8: its row, and its column if the header can be read."""
    header: list[str] = []
    row, field = 1, None
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text, contextlib.suppress(csv.Error):
        for row, line in enumerate(csv.reader(text, delimiter=delimiter), 1):  # noqa: B007 - the row is reported
            broken = next((place for place, cell in enumerate(line) if re.search("[\udc80-\udcff]", cell)), None)
            if broken is not None:
                field = header[broken] if broken < len(header) else None
                break
            header = header or [cell.strip() for cell in line]
    return Unreadable(
        file=path.name,
        row=row,
        field=field or None,
        reason="This is not UTF-8 text, so no row of the file is taken.",
        suggestion="Save the file again as CSV UTF-8.",
    )


def _lines(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]] | Unreadable]:
    """The rows of a CSV file, the header first. A row whose quotation marks are wrong is given back as unreadable."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        # Strict: else a quotation mark that is never closed would quietly swallow all rows after it.
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        row = 0
        while True:
            read_so_far = reader.line_num
            try:
                for line in reader:
                    row += 1
                    yield row, line
                    read_so_far = reader.line_num
            except csv.Error:
                row += 1
                yield Unreadable(
                    file=path.name,
                    row=row,
                    reason=f"A quotation mark is wrong, so lines {read_so_far + 1} to {reader.line_num} are not taken.",
                    suggestion='Put " before and after the cell, and write each " inside it twice.',
                )
            else:
                return


# --- rules.toml -------------------------------------------------------------------------------------------------------


def _opened_rules(path: Path, tables: Mapping[str, str]) -> Iterator[Sheet | Unreadable]:
    """Each block as a sheet of one row, whose header stands in the block's first line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError as fault:
        row = path.read_bytes()[: fault.start].count(b"\n") + 1
        yield Unreadable(
            file=path.name,
            row=row,
            reason="This is not UTF-8 text, so no rule is taken.",
            suggestion="Save it again as UTF-8.",
        )
        return
    except (ValueError, RecursionError) as fault:
        line = _TOML_LINE.search(str(fault))
        yield Unreadable(
            file=path.name,
            row=int(line[1]) if line else 1,
            reason="This is not TOML from here on, so no rule is taken.",
            suggestion='Write lines such as months = 24 or unit = "animal", under [programme] or [[rule]].',
        )
        return
    for key in content:
        if key not in {PROGRAMME, *tables}:
            meant = "Call it [[rule]]." if key == RULES else "Write [programme] or [[rule]] before it."
            yield _misplaced(path.name, key, meant)
    programme = content.get(PROGRAMME)
    if isinstance(programme, dict):
        row = _block_rows(text, r"\[\s*programme\s*\]", 1)[0]
        yield _block(path.name, PROGRAMME, row, programme)
    elif programme is not None:
        yield _misplaced(path.name, PROGRAMME, "Begin it with [programme].")
    for table, sheet in tables.items():
        rules = content.get(table, [])
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            yield _misplaced(path.name, table, f"Begin each {table} with [[{table}]].")
            continue
        for row, rule in zip(_block_rows(text, rf"\[\[\s*{table}\s*\]\]", len(rules)), rules, strict=True):
            yield _block(path.name, sheet, row, rule)


def _misplaced(file: str, key: str, suggestion: str) -> Unreadable:
    return Unreadable(file=file, row=1, field=key, reason="The format has no such part here.", suggestion=suggestion)


def _block_rows(text: str, heading: str, count: int) -> list[int]:
    """The lines of the headings; where the text has another number of them than blocks, the blocks' own numbers."""
    found = [row for row, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*{heading}", line)]
    return found if len(found) == count else list(range(1, count + 1))


def _block(file: str, name: str, row: int, content: Mapping[str, object]) -> Sheet:
    values = tuple(content.values())
    return Sheet(name=name, file=file, header_row=row, header=tuple(content), rows=lambda: iter([(row, values)]))


# --- a workbook -------------------------------------------------------------------------------------------------------


def _opened_workbook(path: Path, names: tuple[str, ...]) -> Iterator[Sheet | Unreadable]:
    try:
        _refuse_unsound(path)
        with python_calamine.load_workbook(path) as workbook:
            present = workbook.sheet_names
            if not any(name in names for name in present):
                raise CannotRead(
                    path=path,
                    is_what=Sentence("has none of a programme's sheets"),
                    suggestion=Sentence("Its sheets are called %(names)s.", names=", ".join(names)),
                )
            for name in [name for name in present if name not in names] + [name for name in names if name in present]:
                if (sheet := _opened_sheet(workbook.get_sheet_by_name(name))) is not None:
                    yield sheet if name in names else _unknown(name, names, present)
    except (zipfile.BadZipFile, zlib.error, ExpatError, python_calamine.CalamineError) as fault:
        raise CannotRead(
            path=path,
            is_what=Sentence("is not a workbook that can be read"),
            suggestion=Sentence("Save it again as .xlsx."),
        ) from fault


def _refuse_unsound(path: Path) -> None:
    """Refuse a workbook that would not fit in memory, or of which nobody knows what its cells should say."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > LARGEST_WORKBOOK:
            raise CannotRead(
                path=path,
                is_what=Sentence(
                    "unpacks to %(unpacked)s bytes, more than %(most)s", unpacked=unpacked, most=LARGEST_WORKBOOK
                ),
                suggestion=Sentence("Import it as a folder of CSV files."),
            )
        amiss = _Amiss()
        for part in archive.infolist():  # a sheet may lie anywhere
            with archive.open(part) as content:
                try:
                    amiss.look_through(content)
                except ExpatError:
                    if part.filename.endswith(".xml"):  # what is called otherwise may be a picture
                        raise
    amiss.refuse(path)


@dataclass(slots=True, kw_only=True)
class _Amiss:
    """What is amiss with the cells of a workbook: the place of the first cell of each sort, such as B7.

    Attributes:
        failed: Whose formula failed, as #REF! does: it would be read as nothing, and empty means something.
        unknown: Whose formula nobody worked out: read as nothing too.
        formula: Which holds a formula at all.
        later: Whether each formula gives 0 until a spreadsheet opens the workbook, as libraries write them.
        far: Which is so far from the first corner of its sheet that all places between do not fit in memory.
    """

    failed: str = ""
    unknown: str = ""
    formula: str = ""
    later: bool = False
    far: str = ""
    _columns: int = 1
    _rows: int = 1

    def look_through(self, part: IO[bytes]) -> None:
        """Look through a part of a workbook; what a sheet says of its own dimension is not believed.

        Raises:
            ExpatError: It is no XML, or XML of a document type, which no workbook has.
        """
        parser = ParserCreate()
        parser.buffer_text = True
        cell: Mapping[str, str] | None = None
        self._columns = self._rows = 1
        value: list[str] | None = None  # what stands behind a formula

        def begins(tag: str, attributes: dict[str, str]) -> None:
            nonlocal cell
            name = tag.rpartition(":")[2]
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
            if cell is not None and name == "f":
                self.formula = self.formula or _place(cell)
                value = []
                parser.CharacterDataHandler = value.append
            elif cell is not None and name == "c":
                self._holds(cell, value)
                parser.CharacterDataHandler = cell = value = None

        parser.StartElementHandler, parser.EndElementHandler = begins, ends
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.ParseFile(part)

    def _holds(self, cell: Mapping[str, str], value: list[str] | None) -> None:
        """Take in what stands behind the formula of a cell; a text that was worked out may be empty."""
        if value is not None and cell.get("t") != "str" and not "".join(value).strip():
            self.unknown = self.unknown or _place(cell)

    def _stands(self, place: str) -> None:
        """Take in where a cell or a row of the sheet says that it stands."""
        stands = _PLACE.fullmatch(place)
        self._columns = max(self._columns, _column_number(stands[1])) if stands else MOST_CELLS
        self._rows = max(self._rows, int(stands[2])) if stands else MOST_CELLS
        if self._columns * self._rows > MOST_CELLS:
            self.far = self.far or place[:20] or "?"

    def refuse(self, path: Path) -> None:
        """Refuse a workbook with which something is amiss.

        Raises:
            CannotRead: The sentence says what, and where.
        """
        if self.failed:
            raise CannotRead(
                path=path,
                is_what=Sentence("has a failed formula (#REF!, #VALUE!) at %(place)s", place=self.failed),
                suggestion=Sentence("Enter the right value, or leave it empty."),
            )
        if unknown := self.formula if self.later else self.unknown:
            raise CannotRead(
                path=path,
                is_what=Sentence("has a formula without a result at %(place)s", place=unknown),
                suggestion=Sentence("Open it in a spreadsheet and save it again."),
            )
        if self.far:
            raise CannotRead(
                path=path,
                is_what=Sentence("has a cell far from all others at %(place)s", place=self.far),
                suggestion=Sentence("Delete the empty rows and columns beyond the table."),
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


def _opened_sheet(sheet: python_calamine.CalamineSheet) -> Sheet | Unreadable | None:
    if sheet.start is None:
        return None
    # Rows above the first cell are given as empty ones, columns left of it are cut off.
    cut = [""] * sheet.start[1]
    header = tuple(str(cell).strip() for cell in (*cut, *next(sheet.iter_rows())))
    if not any(header):
        return _without_header(sheet.name)

    merged = _merged(sheet, header)

    def rows() -> Iterator[tuple[int, Cells] | Unreadable]:
        lines = enumerate(sheet.iter_rows(), 1)
        next(lines)
        return (merged.get(row, (row, [*cut, *line] if cut else line)) for row, line in lines)

    return Sheet(name=sheet.name, file=sheet.name, header=header, rows=rows)


def _merged(sheet: python_calamine.CalamineSheet, header: Sequence[str]) -> Mapping[int, Unreadable]:
    """The rows in which a cell is but the lower part of one that begins above: nobody can tell what it says there."""
    return {
        row + 1: Unreadable(
            file=sheet.name,
            row=row + 1,
            field=(header[left] or None) if left < len(header) else None,
            reason=f"This cell is one with those above it, from row {top + 1} on.",
            suggestion="Unmerge them, and write into each row what it should say.",
        )
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()
        for row in range(top + 1, min(bottom + 1, sheet.total_height))
    }
