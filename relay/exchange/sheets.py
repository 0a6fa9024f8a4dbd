"""Reads a programme's folder of CSV files and rules.toml, or its workbook, as named sheets of cells.

The meaning of columns is not known here; see `exchange_format`. What cannot be read is returned as a value and never
stops the rest. An exception is raised only if a path holds no programme at all.
"""

from __future__ import annotations

import contextlib
import csv
import re
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError

import python_calamine

from relay.exchange import cells, workbook_safety
from relay.exchange.workbook_safety import MOST_COLUMNS, CannotRead
from relay.text import Sentence, line_of

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMME: Final = "programme"
RULES: Final = "rules"
RULES_FILE: Final = "rules.toml"

LONGEST_ROW: Final = 4_000_000  # bytes of a CSV file; our choice: far more than any register's, and read in no time

MOST_CELLS: Final = 5_000_000
"""Greatest number of cells in all sheets of a register (our choice: 200,000 rows of 25 columns, all in memory)."""

_DELIMITERS: Final = (",", ";", "\t")
_LINES_OF_A_CELL: Final = 1000  # our choice: more than any cell has; what follows would be read from its middle
_TITLE_LINES: Final = 20  # our choice: more than stand above the names of the columns
_WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls")  # of which all but the first are refused, each with its sentence
_TABLES: Final = (".csv", ".tsv")
_ENDINGS: Final = frozenset({"txt", "tsv", "tab", "xlsx", "xls", "ods", "toml"})
"""Endings of files as which a table may have been saved by mistake."""

REGISTER_OF_ONES_OWN: Final = Sentence(
    "If it is a register of your own, let Relay propose how to read it: relay map propose FILE."
)
"""Advice for a file whose sheets or columns are not those of the format."""

Cells = Sequence[object]


class TooManyCells(CannotRead):
    """A register has more cells than are held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file, a sheet or a row that cannot be read.

    Attributes:
        file: The file or sheet, as its user calls it: "passes.csv", or "passes" in a workbook.
        row: Where reading failed, as a spreadsheet counts rows (the header is 1).
        field: The column, or None if unknown.
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
        header_row: The row of the header, as a spreadsheet counts rows.
        header: Names of the columns as written, without outer blanks; "" for a column without a name.
        rows: Starts a new pass over the rows: each gives its number and cells, or what could not be read.
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
        names: Names of the CSV files without ".csv", in the order in which they are returned.
        tables: Table of rules.toml, such as "rule" → name of its sheet, such as "rules".

    Yields:
        First what is not of the format, by name; then the programme, its rules and the named sheets. Missing and empty
        ones are skipped.

    Raises:
        errors.Invalid: There is no such folder or file, it is no workbook, or it holds nothing of the format.
    """
    try:
        if path.is_dir():
            yield from _opened_folder(path, names, tables)
        elif path.is_file() and path.suffix.lower() in _WORKBOOKS:
            yield from _opened_workbook(path, (PROGRAMME, *tables.values(), *names))
        elif path.is_file() and path.suffix.lower() in _TABLES:
            raise _not_of_the_format(path)
        else:
            raise CannotRead(
                path=path,
                is_what=Sentence("is neither a folder nor an .xlsx file"),
                advice=Sentence("Name the folder that holds the CSV files."),
            )
    except OSError as fault:
        raise cannot_be_read(path, fault) from fault


def _not_of_the_format(path: Path) -> CannotRead:
    return CannotRead(path=path, is_what=Sentence("is not in Relay's own format"), advice=REGISTER_OF_ONES_OWN)


def cannot_be_read(path: Path, fault: OSError) -> CannotRead:
    """The error for a path that the operating system does not allow to be read."""
    return CannotRead(
        path=path,
        is_what=Sentence("cannot be read (%(strerror)s)", strerror=fault.strerror),
        advice=Sentence("Look at its permissions."),
    )


# --- a folder ---------------------------------------------------------------------------------------------------------


def _opened_folder(
    path: Path, names: tuple[str, ...], tables_of_rules: Mapping[str, str]
) -> Iterator[Sheet | Unreadable]:
    files = {file.name: file for file in path.iterdir() if file.is_file()}
    csv_files = [f"{name}.csv" for name in names]
    own = _by_name(files, (RULES_FILE, *csv_files))
    others = sorted(files.keys() - own.values())
    tables = [name for name in others if name.lower().endswith(".csv")]
    if not own:
        raise CannotRead(
            path=path,
            is_what=Sentence("contains neither %(file)s nor any of a programme's CSV files", file=RULES_FILE),
            advice=Sentence("Name another folder.") if not tables else REGISTER_OF_ONES_OWN,
        )
    yield from (_unknown(table, tuple(csv_files), own) for table in tables)
    yield from (_passed_over(file) for file in others if file not in tables and _is_likely_part(file, names))
    if RULES_FILE in own:
        yield from _opened_rules(files[own[RULES_FILE]], tables_of_rules)
    for name in names:
        if (file := own.get(f"{name}.csv")) and (sheet := _opened_table(files[file], name)):
            yield sheet


def _by_name(present: Iterable[str], names: Collection[str]) -> Mapping[str, str]:
    """Name in the format → the file or sheet with that name; an exact match is preferred to one in other case."""
    by_name: dict[str, str] = {}
    for each in sorted(present, key=lambda name: (name not in names, name)):
        if (name := each.strip().casefold()) in names:
            by_name.setdefault(name, each)
    return by_name


def _is_likely_part(file: str, names: tuple[str, ...]) -> bool:
    """Whether a file that is not a CSV file is most likely a part of the programme."""
    stem, _, ending = file.casefold().partition(".")
    return stem in (*names, RULES) and ending.rpartition(".")[2] in _ENDINGS


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
    if overlong := _overlong(path):
        return overlong
    delimiter = _delimiter(path)
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


def _delimiter(path: Path) -> str:
    """The character between the cells of a CSV file, by the first line that has any."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        counts = ([line.count(delimiter) for delimiter in _DELIMITERS] for line in islice(text, _TITLE_LINES))
        first = next(filter(any, counts), [0])
    return _DELIMITERS[first.index(max(first))]


def _overlong(path: Path) -> Unreadable | None:
    """The first line that is too long to be a row of a table; None if there is none. No such line is held in memory."""
    row, since = 1, 0  # bytes since the last end of a line
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            first = block.find(b"\n")
            since += len(block) if first < 0 else first
            if since > LONGEST_ROW:
                return Unreadable(
                    file=path.name,
                    row=row,
                    reason=f"This row is longer than {LONGEST_ROW:,} bytes, so no row of the file is taken.",
                    suggestion="Delete the empty columns beyond the table, or shorten its longest cell.",
                )
            if first >= 0:
                row += block.count(b"\n")
                since = len(block) - block.rfind(b"\n") - 1
    return None


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
    """Where a file stops being UTF-8: the row, and the column if the header can be read."""
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
    """The rows of a CSV file, the header first; rows with wrong quotation marks are unreadable."""
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
                never_closed = reader.line_num - read_so_far > _LINES_OF_A_CELL
                lines = f"lines {read_so_far + 1} to {reader.line_num}"
                yield Unreadable(
                    file=path.name,
                    row=row,
                    reason=f"A quotation mark is never closed, so nothing from line {read_so_far + 1} on is taken."
                    if never_closed
                    else f"A quotation mark is wrong, so {lines} are not taken.",
                    suggestion='Put " before and after the cell, and write each " inside it twice.',
                )
                if never_closed:
                    return
            else:
                return


# --- rules.toml -------------------------------------------------------------------------------------------------------


def _opened_rules(path: Path, tables: Mapping[str, str]) -> Iterator[Sheet | Unreadable]:
    """Each block as a sheet with one row; the header row is the block's first line."""
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
        yield Unreadable(
            file=path.name,
            row=line_of(fault),
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
    """The lines of the headings; if there is not one heading for each block, the numbers of the blocks instead."""
    headings = [row for row, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*{heading}", line)]
    return headings if len(headings) == count else list(range(1, count + 1))


def _block(file: str, name: str, row: int, content: Mapping[str, object]) -> Sheet:
    values = tuple(content.values())
    return Sheet(name=name, file=file, header_row=row, header=tuple(content), rows=lambda: iter([(row, values)]))


# --- a workbook -------------------------------------------------------------------------------------------------------


def _opened_workbook(path: Path, names: tuple[str, ...]) -> Iterator[Sheet | Unreadable]:
    with _readable(path), python_calamine.load_workbook(path) as workbook:
        present = workbook.sheet_names
        own = _by_name(present, names)
        if not own:
            raise _not_of_the_format(path)
        for other in [each for each in present if each not in own.values()]:
            if workbook.get_sheet_by_name(other).start is not None:
                yield _unknown(other, names, own)
        for name in [name for name in names if name in own]:
            if (sheet := _opened_sheet(name, workbook.get_sheet_by_name(own[name]))) is not None:
                yield sheet


@contextlib.contextmanager
def _readable(path: Path, most_cells: int = workbook_safety.MOST_CELLS) -> Generator[None]:
    """Refuse a workbook that is unsound, or turns out to be so while it is read."""
    try:
        workbook_safety.refuse_unsound(path, most_cells)
        yield
    except (zipfile.BadZipFile, zlib.error, ExpatError, python_calamine.CalamineError) as fault:
        raise CannotRead(
            path=path,
            is_what=Sentence("is not a workbook that can be read"),
            advice=Sentence("Save it again as .xlsx."),
        ) from fault


def _opened_sheet(name: str, sheet: python_calamine.CalamineSheet) -> Sheet | Unreadable | None:
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

    return Sheet(name=name, file=sheet.name, header=header, rows=rows)


def _merged(sheet: python_calamine.CalamineSheet, header: Sequence[str]) -> Mapping[int, Unreadable]:
    """The rows with a cell that is the lower part of a merged one, so that its value is unclear."""
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


# --- any workbook -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AnySheet:
    """One sheet of any workbook, or any CSV file, without knowledge of what its cells mean.

    Attributes:
        name: Name of the sheet, or of the CSV file.
        hidden: Whether a spreadsheet does not show the sheet.
        rows: All rows from the first; rows of a CSV file that cannot be read are `Unreadable`.
        merged: First and last cell of each merged range, each as row and column, counted from 0.
    """

    name: str
    hidden: bool = False
    rows: tuple[Cells | Unreadable, ...]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()


def all_sheets(path: Path, most_cells: int = MOST_CELLS) -> tuple[AnySheet, ...]:
    """Every sheet of any workbook, or a CSV file as the only one.

    Args:
        path: Path of the file.
        most_cells: Greatest number of cells in all sheets together.

    Raises:
        TooManyCells: There are more cells.
        CannotRead: There is no such file, or no part of it can be read.
    """
    try:
        if path.suffix.lower() in _WORKBOOKS and path.is_file():
            return _sheets_of_workbook(path, most_cells)
        if path.suffix.lower() in (".csv", ".tsv", ".txt") and path.is_file():
            return (_sheet_of_table(path, most_cells),)
    except OSError as fault:
        raise cannot_be_read(path, fault) from fault
    raise CannotRead(
        path=path,
        is_what=Sentence("is neither an .xlsx nor a .csv file"),
        advice=Sentence("Save the register as one of them."),
    )


def _sheets_of_workbook(path: Path, most_cells: int) -> tuple[AnySheet, ...]:
    with _readable(path, MOST_CELLS), python_calamine.load_workbook(path) as workbook:
        sheets: list[AnySheet] = []
        cells_left = most_cells
        for about in workbook.sheets_metadata:
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(about.name)
            cells_left -= sheet.height * sheet.width
            if cells_left < 0:
                raise _too_many_cells(path, most_cells)
            sheets.append(
                AnySheet(
                    name=about.name,
                    hidden=about.visible != python_calamine.SheetVisibleEnum.Visible,
                    rows=_all_rows(sheet),
                    merged=tuple(sheet.merged_cell_ranges or ()),
                )
            )
        return tuple(sheets)


def _too_many_cells(path: Path, most: int) -> TooManyCells:
    return TooManyCells(
        path=path,
        is_what=Sentence("has more than %(most)s cells in its sheets", most=most),
        advice=Sentence("Delete the empty rows and columns beyond the table."),
    )


def _all_rows(sheet: python_calamine.CalamineSheet) -> tuple[Cells, ...]:
    if sheet.start is None:
        return ()
    cut = [""] * sheet.start[1]  # rows above the first cell are given as empty ones, columns left of it are cut off
    return tuple([*cut, *row] if cut else row for row in sheet.iter_rows())


def _sheet_of_table(path: Path, most_cells: int) -> AnySheet:
    broken = _overlong(path)
    if broken is None and not _is_utf8(path):
        broken = _not_utf8(path, ",")
    if broken:
        raise CannotRead(
            path=path,
            is_what=Sentence(
                "cannot be read from row %(row)s on: %(reason)s", row=broken.row, reason=broken.reason.removesuffix(".")
            ),
            advice=broken.suggestion,
        )
    rows: list[Cells | Unreadable] = []
    cells_left = most_cells
    for line in _lines(path, _delimiter(path)):
        if isinstance(line, Unreadable):
            rows.append(line)
            continue
        _, cells = line
        if len(cells) > MOST_COLUMNS:
            raise CannotRead(
                path=path,
                is_what=Sentence("has a row of more than %(most)s cells", most=MOST_COLUMNS),
                advice=Sentence("Delete the empty rows and columns beyond the table."),
            )
        cells_left -= len(cells)
        if cells_left < 0:
            raise _too_many_cells(path, most_cells)
        rows.append(cells)
    return AnySheet(name=path.name, rows=tuple(rows))
