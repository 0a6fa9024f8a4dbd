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
from functools import partial
from typing import IO, TYPE_CHECKING, Final

import python_calamine

from relay import errors
from relay.exchange import cells
from relay.text import Sentence

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMME: Final = "programme"
RULES: Final = "rules"
RULES_FILE: Final = "rules.toml"
_BOOK: Final = "workbook.xml"
LARGEST_WORKBOOK: Final = 500_000_000  # bytes once unpacked; our choice: a million rows of passes take about 400 MB
MOST_CELLS: Final = 50_000_000  # of one sheet, from its first corner to its last; our choice: they are held in memory

# Where a row or a cell says that it stands; as a rule within Z999999, and so within `MOST_CELLS`.
_STANDS: Final = rb"""<(?:\w+:)?(?:c|row)\s(?:[^<>]*?\s)?r\s*=\s*["']"""
_PLACE: Final = re.compile(_STANDS + rb"""([^"']*)["']""")
_FAR: Final = re.compile(_STANDS + rb"""(?![A-Z]?[0-9]{1,6}["'])""")
_FAILED: Final = re.compile(rb"""<(?:\w+:)?c\s(?=[^<>]*?\bt\s*=\s*["']e["'])[^<>]*>""")  # as #REF!, read as nothing
# A formula that nobody worked out, read as nothing too; "str" is a text that was, and may be empty.
_NOT_WORKED_OUT: Final = re.compile(
    rb"""<(?:\w+:)?c(?=[\s>])(?![^<>]*?\bt\s*=\s*["']str["'])[^<>]*>\s*"""
    rb"""<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:(?:<(?:\w+:)?v\b[^<>]*/>|<(?:\w+:)?v\b[^<>]*>\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"""
)
_FORMULA: Final = re.compile(rb"""<(?:\w+:)?c(?=[\s>])[^<>]*>\s*<(?:\w+:)?f\b""")
_WORKED_OUT_LATER: Final = re.compile(rb"""\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
"""What a library writes that does not calculate: each formula gives 0 until a spreadsheet opens it."""
_CELL: Final = 10_000  # bytes, more than a cell with its formula takes (our choice: a formula has 8,192 at most)
_LETTERS_AND_NUMBER: Final = re.compile(rb"([A-Z]{0,3})([0-9]{1,7})")
_TOML_LINE: Final = re.compile(r"line ([0-9]+)")

_DELIMITERS: Final = (",", ";", "\t")
_ENDINGS: Final = frozenset({"txt", "tsv", "tab", "xlsx", "xls", "ods", "toml"})
"""As what a table may have been saved by mistake."""

Cells = Sequence[object]


class CannotRead(errors.Invalid):
    """There is no programme at a path."""

    def __init__(self, path: Path, *, is_what: Sentence, suggestion: Sentence) -> None:
        """Say what the path is instead, and what to do about it."""
        super().__init__(Sentence("%(path)s %(is_what)s.", path=path, is_what=is_what), suggestion)


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


def opened(path: Path, names: tuple[str, ...]) -> Iterator[Sheet | Unreadable]:
    """Open a folder or a workbook.

    Args:
        path: A folder of CSV files with or without rules.toml, or an .xlsx file.
        names: The names of the CSV files without ".csv", in the order in which they are given back.

    Yields:
        First what is not of the format, by name; then the programme, its rules and the named sheets. What is not
        there, or is empty, is passed over.

    Raises:
        errors.Invalid: There is no such folder or file, it is no workbook, or it holds nothing of the format.
    """
    try:
        if path.is_dir():
            yield from _opened_folder(path, names)
        elif path.is_file() and path.suffix.lower() == ".xlsx":
            yield from _opened_workbook(path, (PROGRAMME, RULES, *names))
        else:
            raise CannotRead(
                path,
                is_what=Sentence("is neither a folder nor an .xlsx file"),
                suggestion=Sentence("Name the folder that holds the CSV files."),
            )
    except OSError as fault:
        raise CannotRead(
            path,
            is_what=Sentence("cannot be read (%(strerror)s)", strerror=fault.strerror),
            suggestion=Sentence("Look at its permissions."),
        ) from fault


# --- a folder ---------------------------------------------------------------------------------------------------------


def _opened_folder(path: Path, names: tuple[str, ...]) -> Iterator[Sheet | Unreadable]:
    files = {file.name: file for file in path.iterdir() if file.is_file()}
    tables = sorted(name for name in files if name.lower().endswith(".csv"))
    known = [f"{name}.csv" for name in names]
    if RULES_FILE not in files and not any(table in known for table in tables):
        raise CannotRead(
            path,
            is_what=Sentence("holds neither %(file)s nor a CSV file of a programme", file=RULES_FILE),
            suggestion=Sentence("Name another folder."),
        )
    for table in tables:
        if table not in known:
            yield _unknown(table, tuple(known), files)
    yield from (_passed_over(file) for file in sorted(files) if file not in tables and _is_meant(file, names))
    if RULES_FILE in files:
        yield from _opened_rules(files[RULES_FILE])
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


def _opened_rules(path: Path) -> Iterator[Sheet | Unreadable]:
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
        if key not in {PROGRAMME, "rule"}:
            meant = "Call it [[rule]]." if key == RULES else "Write [programme] or [[rule]] before it."
            yield _misplaced(path.name, key, meant)
    programme = content.get(PROGRAMME)
    if isinstance(programme, dict):
        row = _block_rows(text, r"\[\s*programme\s*\]", 1)[0]
        yield _block(path.name, PROGRAMME, row, programme)
    elif programme is not None:
        yield _misplaced(path.name, PROGRAMME, "Begin it with [programme].")
    rules = content.get("rule", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        yield _misplaced(path.name, "rule", "Begin each rule with [[rule]].")
        return
    for row, rule in zip(_block_rows(text, r"\[\[\s*rule\s*\]\]", len(rules)), rules, strict=True):
        yield _block(path.name, RULES, row, rule)


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
        _refuse_huge(path)
        with python_calamine.load_workbook(path) as workbook:
            present = workbook.sheet_names
            if not any(name in names for name in present):
                raise CannotRead(
                    path,
                    is_what=Sentence("has no sheet of a programme"),
                    suggestion=Sentence("Its sheets are called %(names)s.", names=", ".join(names)),
                )
            for name in [name for name in present if name not in names] + [name for name in names if name in present]:
                if (sheet := _opened_sheet(workbook.get_sheet_by_name(name))) is not None:
                    yield sheet if name in names else _unknown(name, names, present)
    except (zipfile.BadZipFile, zlib.error, python_calamine.CalamineError) as fault:
        raise CannotRead(
            path, is_what=Sentence("is not a workbook that can be read"), suggestion=Sentence("Save it again as .xlsx.")
        ) from fault


def _refuse_huge(path: Path) -> None:
    """Refuse a workbook that would not fit in memory, by what it says of its own size."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > LARGEST_WORKBOOK:
            raise CannotRead(
                path,
                is_what=Sentence(
                    "unpacks to %(unpacked)s bytes, more than %(most)s", unpacked=unpacked, most=LARGEST_WORKBOOK
                ),
                suggestion=Sentence("Bring it as a folder of CSV files."),
            )
        parts = archive.infolist()  # a sheet may lie anywhere
        later = any(_WORKED_OUT_LATER.search(archive.read(part)) for part in parts if part.filename.endswith(_BOOK))
        for part in parts:
            _refuse_cells(path, partial(archive.open, part), _FORMULA if later else _NOT_WORKED_OUT)


def _refuse_cells(path: Path, sheet: Callable[[], IO[bytes]], not_worked_out: re.Pattern[bytes]) -> None:
    """Refuse a sheet with a formula that failed or was not worked out, or whose cells lie too far apart.

    Of such a formula nobody knows what the cell should say, and empty means something. A sheet is read once if no cell
    lies far.
    """
    far = False
    for tags in _tags(sheet):
        if failed := _FAILED.search(tags):
            raise CannotRead(
                path,
                is_what=Sentence(
                    "has a cell whose formula failed (as #REF! or #VALUE!), at %(place)s", place=_place(failed)
                ),
                suggestion=Sentence("Write there what it should say, or empty it."),
            )
        if unknown := not_worked_out.search(tags):
            raise CannotRead(
                path,
                is_what=Sentence("has a formula that was never worked out, at %(place)s", place=_place(unknown)),
                suggestion=Sentence("Open it in a spreadsheet and save it again."),
            )
        far = far or bool(_FAR.search(tags))
    if far:
        _refuse_far_cells(path, sheet)


def _place(cell: re.Match[bytes]) -> str:
    """Where a cell says that it stands, such as B7."""
    said = _PLACE.match(cell[0])
    return said[1][:20].decode(errors="replace") if said else "?"


def _refuse_far_cells(path: Path, sheet: Callable[[], IO[bytes]]) -> None:
    """Refuse a sheet whose cells do not fit in memory when all places between them are held too.

    What a sheet says of its own dimension is not believed: each cell says where it stands.
    """
    columns = rows = 1
    for place in (found[1] for tags in _tags(sheet) for found in _PLACE.finditer(tags)):
        stands = _LETTERS_AND_NUMBER.fullmatch(place)
        columns = max(columns, _column_number(stands[1])) if stands else MOST_CELLS
        rows = max(rows, int(stands[2])) if stands else MOST_CELLS
        if columns * rows > MOST_CELLS:
            raise CannotRead(
                path,
                is_what=Sentence(
                    "has a sheet with a cell far from all others, at %(place)s",
                    place=place[:20].decode(errors="replace"),
                ),
                suggestion=Sentence("Delete the empty rows and columns beyond the table."),
            )


def _tags(sheet: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    """A sheet's XML piece by piece: no tag of it is torn, and every cell of usual size is whole in one of them."""
    with sheet() as xml:
        rest = b""
        while piece := xml.read(1_000_000):
            text = rest + piece
            end = text.rfind(b"<")
            end = end if end >= 0 else len(text)
            yield text[:end]
            rest = text[max(end - _CELL, 0) :]
        yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
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
