"""The exchange format: reads a programme's folder or workbook as acts to record, and writes acts as one.

A row becomes an act, or is put aside with its faults, and never stops the others. Whether an act may be recorded is
decided by the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Literal

from relay.domain import acts
from relay.domain.acts import systems_of
from relay.domain.own_columns import OwnColumn
from relay.domain.schema import Column, Kind
from relay.exchange import cells, export_digest, sheets, writing
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from relay.domain.system import Catalogue

OwnOf = Callable[[str], "tuple[OwnColumn, ...]"]
"""The columns of its own that a programme has, by its id; "" stands for the programme that is meant."""
Action = Literal["added", "same", "put aside", "refused", "left out"]

_PADDED: Final = re.compile(r"[0\u0966]\d+")
_AS_TEXT: Final = "Format the column as text and write it again, as the other ids of this column."
_MOST: Final = 0.5  # our choice: of the columns of a sheet that is in the format
_TITLE_ROWS: Final = 5  # our choice: above the names of the columns
_SHIFTED: Final = 'Put " before and after a text that holds what parts the cells, or take the surplus ones out.'
_TEXTS: Final = ("text", "name")
SHOWN: Final = 60  # characters of a value in a report; our choice: a line of a terminal has room for them


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """Why a row is put aside.

    Attributes:
        field: The column, or None if the whole row is at fault.
        value: The cell as written, cut to 60 characters; "" if it is empty, or personal (no names in reports).
        reason: What is wrong with "this" cell, row or file.
        suggestion: What to do about it.
    """

    field: str | None
    value: str
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a file.

    Attributes:
        file: "passes.csv", "rules.toml", or the name of a sheet.
        row: Number of the row as a spreadsheet counts it, the header being 1; in rules.toml, the line of the block's
            heading.
        act_id: Id of the act if it could be read, or None.
        act: The act that the row records, or None if it is put aside.
        faults: Why it is put aside; empty if it is not.
        left_out: Whether it is a header with unknown columns, which are left out; nothing is put aside.
        rules: Rules that are put aside with it, as far as they could be read.
        unchanged: Whether it is part of an unchanged export of Relay.
        notes: Faults for which it would be put aside if it were not part of such an export.
    """

    file: str
    row: int
    act_id: str | None
    act: acts.Act | None
    faults: tuple[RowFault, ...]
    left_out: bool = False
    rules: tuple[acts.RuleMeant, ...] = ()
    unchanged: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """The result of one row of an import; one line for each fault.

    Attributes:
        file: As in `Row`.
        row: As in `Row`.
        act_id: As in `Row`.
        action: *added* and *same*: the act is recorded; *put aside*: the row could not be read; *refused*: it broke a
            rule or contradicts an earlier act; *left out*: a column that the format does not have was ignored.
        field: The column at fault, or None.
        value: As in `RowFault`, or None if it is not shown.
        reason: Why it was put aside or refused, else None.
        suggestion: What to do about it, or None.
        notes: For a row that is added, what may be a mistake or is for the auditor, as sentences.
    """

    file: str
    row: int
    act_id: str | None
    action: Action
    field: str | None = None
    value: str | None = None
    reason: str | None = None
    suggestion: str | None = None
    notes: tuple[str, ...] = ()


# --- reading ----------------------------------------------------------------------------------------------------------


def read_folder_or_workbook(path: Path, catalogue: Catalogue, own_of: OwnOf = lambda _: ()) -> Iterator[Row]:
    """Read a programme row by row, in an order in which it can be recorded.

    Memory use is constant: of passes.csv, only the ids of receiving placements and the waiting rows are held. A sheet
    of a workbook is held whole.

    Args:
        path: A folder of CSV files and rules.toml, or an .xlsx file.
        catalogue: Catalogue of the kinds of acts.
        own_of: Asked only where there are columns of a programme's own that the path itself does not define.

    Yields:
        What is not of the format, then the programme, its rules, and the rows of each file in the format's order. A row
        that refers to one further down its file comes right after that one; rows that wait for each other come last.
        Blank rows are skipped.

    Raises:
        errors.Invalid: There is no programme at this path.
    """
    as_it_stands = export_digest.is_unchanged(path)
    original: set[str] = set()
    files = {kind.file: kind.name for kind in catalogue.filed}
    programme_id = ""
    for sheet in sheets.opened(path, catalogue.files, catalogue.tables):
        if isinstance(sheet, sheets.Unreadable):
            yield _unreadable(sheet)
            continue
        recorded = partial(own_of, programme_id)
        catalogue = catalogue.knowing(files[sheet.name], map(_normal_name, sheet.header), recorded)
        kind = catalogue.kind(files[sheet.name])
        sheet = replace(sheet, header=_normal_names(sheet.header, kind))  # noqa: PLW2901 - from here on it has its names
        unknown = _unknown_columns(sheet, kind)
        if faults := _header_faults(sheet, kind, unknown):
            rules = _rules_beneath(sheet, kind) if kind.name == "rule" else ()
            yield Row(file=sheet.file, row=sheet.header_row, act_id=None, act=None, faults=faults, rules=rules)
            continue
        if unknown:
            yield Row(file=sheet.file, row=sheet.header_row, act_id=None, act=None, faults=unknown, left_out=True)
        for row in _recordable(sheet, kind, original, as_it_stands=as_it_stands):
            if row.act and kind.name == "programme":
                programme_id = row.act.id
            catalogue = catalogue.after(row.act) if row.act else catalogue
            yield row


def _recordable(sheet: sheets.Sheet, kind: Kind, original: set[str], *, as_it_stands: bool) -> Iterator[Row]:
    """The rows of a sheet in an order in which they can be recorded; the ids of placements are added to `original`."""
    rows = _rows(sheet, kind, as_it_stands=as_it_stands)
    if kind.name == "place":
        ahead = _ids(sheet, kind, "place_id")
        yield from _providers_first(rows, ahead, own="place_id", awaited="parent_id")
    elif kind.name == "placement":
        for row in rows:
            if row.act:
                original.add(row.act.id)
            yield row
    elif kind.name == "pass":
        ahead = _ids(sheet, kind, "receiver_placement_id") - original
        yield from _providers_first(rows, ahead, own="receiver_placement_id", awaited="giver_placement_id")
    else:
        yield from rows


def _unreadable(part: sheets.Unreadable) -> Row:
    fault = RowFault(field=part.field, value="", reason=part.reason, suggestion=part.suggestion)
    rules = (acts.RuleMeant(),) if _may_hold_rules(part) else ()
    return Row(file=part.file, row=part.row, act_id=None, act=None, faults=(fault,), rules=rules)


def _may_hold_rules(part: sheets.Unreadable) -> bool:
    """Whether what cannot be read is a file or sheet of rules, or most likely a block of rules."""
    named = part.file.partition(".")[0].casefold() == sheets.RULES
    return named and (part.field is None or part.field.casefold().startswith("rule"))


def _rules_beneath(sheet: sheets.Sheet, kind: Kind) -> tuple[acts.RuleMeant, ...]:
    """The rules below a header that cannot be read, as far as they can be read themselves."""
    rows = (((acts.RuleMeant.of(row.act.values),) if row.act else row.rules) for row in _rows(sheet, kind))
    return tuple(chain.from_iterable(rows)) or (acts.RuleMeant(),)


def _normal_names(header: tuple[str, ...], kind: Kind) -> tuple[str, ...]:
    """The names of columns as in the format, however they were written; unknown names stay as they are."""
    names = {column.name for column in kind.columns}
    return tuple(like if (like := _normal_name(name)) in names else name for name in header)


def _normal_name(name: object) -> str:
    """The name of a column in a normal form: without capitals, blanks, and the star of required columns."""
    return re.sub(r"[\s\-]+", "_", str(name).strip().strip("*").strip().casefold())


def _unknown_columns(sheet: sheets.Sheet, kind: Kind) -> tuple[RowFault, ...]:
    """The columns that the format does not have, each once."""
    names = tuple(column.name for column in kind.columns)
    return tuple(
        _fault(
            name,
            name,
            "The format has no column of this name.",
            f"Call it {likely}, if that is meant."
            if (likely := _likely_column(name, names))
            else f"Take it out, or call it one of {', '.join(names)}.",
        )
        for name in dict.fromkeys(sheet.header)
        if name and name not in names
    )


def _likely_column(name: str, known: tuple[str, ...]) -> str:
    """The column that a name most likely means, or ""; "animal" (which one) is not taken for "animals" (how many)."""
    word = _normal_name(name)
    return cells.closest(word, tuple(each for each in known if each != f"{word}s"))


def _header_faults(sheet: sheets.Sheet, kind: Kind, unknown: tuple[RowFault, ...]) -> tuple[RowFault, ...]:
    """Faults of a header because of which none of the sheet's rows is accepted.

    Unknown columns are such faults if they may hold what is missing, and in rules, where each word binds.
    """
    names = tuple(column.name for column in kind.columns)
    if not set(names) & set(sheet.header) and not sheet.file.endswith(".toml"):
        below = _header_below(sheet, names)
        # Where no name is like a column's these are most likely a row, and personal.
        if below or not any(cells.closest(_normal_name(name), names) for name in sheet.header if name):
            do = (
                f"Row {below} does: delete what is above it."
                if below
                else f"Write them there: {', '.join(names)}. {sheets.REGISTER_OF_ONES_OWN}"
            )
            return (_fault(None, "", "This row holds no name of a column.", do),)
    named = [name for name in sheet.header if name]
    if len(known_here := set(names) & set(named)) < _MOST * len(named) and not sheet.file.endswith(".toml"):
        reason = f"Only {len(known_here)} of these {len(named)} columns are of the format."
        return (_fault(None, "", reason, sheets.REGISTER_OF_ONES_OWN),)
    twice = [
        _fault(name, name, "This column stands twice.", "Keep one of the two.")
        for name in dict.fromkeys(named)
        if named.count(name) > 1
    ]
    missing = [
        _fault(column.name, "", "This is required, and missing.", "Add it.")
        for column in kind.columns
        if column.required and not column.personal and column.name not in named
    ]
    binding = missing or sheet.name in (sheets.RULES, sheets.PROGRAMME)
    return (*(unknown if binding else ()), *twice, *missing)


def _header_below(sheet: sheets.Sheet, known: tuple[str, ...]) -> int | None:
    """The row below a title that has the names of columns, if there is one near the top."""
    for line in islice(sheet.rows(), _TITLE_ROWS):
        if not isinstance(line, sheets.Unreadable) and {_normal_name(cell) for cell in line[1]} & {*known}:
            return line[0]
    return None


def _fault(field: str | None, value: object, reason: str, suggestion: str) -> RowFault:
    if isinstance(value, Mapping):
        value = ";".join(f"{key}={one}" for key, one in value.items())
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # as a spreadsheet shows it
    return RowFault(field=field, value=str(value)[:SHOWN], reason=reason, suggestion=suggestion)


def _ids(sheet: sheets.Sheet, kind: Kind, name: str) -> set[str]:
    """The ids in one column of a sheet, read in a separate pass; empty if there is no such column."""
    if name not in sheet.header:
        return set()
    place = sheet.header.index(name)
    column = next(column for column in kind.columns if column.name == name)
    ids: set[str] = set()
    for line in sheet.rows():
        if not isinstance(line, sheets.Unreadable) and place < len(line[1]):
            value = _value(column, line[1][place])
            if isinstance(value, str):
                ids.add(value)
    return ids


def _value(column: Column, cell: object) -> cells.Value | RowFault | None:
    try:
        if isinstance(cell, str) and cell.startswith("'"):
            cell = cells.unescaped(cell)
        return cells.read_in_table(column, cell)
    except cells.CellFault as fault:
        return _fault(column.name, "" if column.personal else cell, fault.reason, fault.suggestion)


def _rows(sheet: sheets.Sheet, kind: Kind, *, as_it_stands: bool = False) -> Iterator[Row]:
    """The rows of a sheet in its own order; texts of an unchanged export are accepted as they are."""
    places = {name: place for place, name in enumerate(sheet.header)}
    plan = [(places[column.name], column) for column in kind.columns if column.name in places]
    required = {column.name for column in kind.columns if column.required and not column.personal}
    nameless = [place for place, name in enumerate(sheet.header) if not name]
    padded = _padded(sheet, plan)
    check = _CHECKS.get(kind.name)
    for line in sheet.rows():
        if isinstance(line, sheets.Unreadable):
            yield _unreadable(line)
            continue
        number, row_cells = line
        if _repeats_header(row_cells, places):
            repeated = _fault(None, "", "This row repeats the names of the columns.", "Delete it.")
            yield Row(file=sheet.file, row=number, act_id=None, act=None, faults=(repeated,))
            continue
        notes: list[str] | None = [] if as_it_stands else None
        values, faults = _content(plan, row_cells, padded, notes)
        if len(row_cells) > len(sheet.header) and sheet.file.endswith(".csv"):
            if not any(str(cell).strip() for cell in row_cells):
                continue
            reason = f"This row has {len(row_cells)} cells, and the header {len(sheet.header)}."
            own = {name: value for name, value in values.items() if places[name] == 0}  # before anything can shift it
            yield _row(sheet.file, number, kind, own, (_fault(None, "", reason, _SHIFTED),))
            continue
        if len(row_cells) > len(sheet.header) or nameless:
            faults.extend(_outside(row_cells, len(sheet.header), nameless))
        if not values and not faults:
            continue
        if not required <= values.keys():
            faults.extend(_missing(kind, required - values.keys() - {fault.field for fault in faults}))
        if check and not faults:
            faults.extend(check(values))
        yield _row(sheet.file, number, kind, values, tuple(faults), notes)


def _repeats_header(row_cells: sheets.Cells, places: Mapping[str, int]) -> bool:
    """Whether a row repeats the header, as when two tables were copied together."""
    return all(
        place < len(row_cells) and _normal_name(row_cells[place]) == _normal_name(name)
        for name, place in places.items()
        if name
    )


def _padded(sheet: sheets.Sheet, plan: list[tuple[int, Column]]) -> set[int]:
    """The columns of a workbook with an id that begins with a zero, where a number may have lost its zero."""
    if sheet.file.endswith((".csv", ".toml")):
        return set()
    ids = [place for place, column in plan if column.type == "id"]
    lines = (line[1] for line in sheet.rows() if not isinstance(line, sheets.Unreadable))
    return {
        place
        for cells_ in lines
        for place in ids
        if place < len(cells_) and isinstance(cell := cells_[place], str) and _PADDED.fullmatch(cell.strip())
    }


def _content(
    plan: list[tuple[int, Column]], row_cells: sheets.Cells, padded: Collection[int], notes: list[str] | None
) -> tuple[dict[str, acts.Value], list[RowFault]]:
    """The values of a row's cells, in the order of the plan, and the faults of cells that cannot be read.

    In a row of an unchanged export, texts that would be refused today are accepted, and their faults are noted.
    """
    values: dict[str, acts.Value] = {}
    faults: list[RowFault] = []
    for place, column in plan:
        cell = row_cells[place] if place < len(row_cells) else None
        if cell is None or cell == "":
            continue
        value = _value(column, cell)
        if place in padded and not isinstance(cell, str):
            value = _fault(column.name, cell, "This is a number, and leading zeros may have been lost.", _AS_TEXT)
        if isinstance(value, RowFault) and notes is not None and column.type in _TEXTS and isinstance(cell, str):
            notes.append(Sentence("%(field)s: %(reason)s", field=column.name, reason=value.reason))
            value = cells.unescaped(cell) if cell.startswith("'") else cell
        if isinstance(value, RowFault):
            faults.append(value)
        elif value is not None:
            values[column.name] = value
    return values, faults


def _missing(kind: Kind, names: set[str]) -> Iterator[RowFault]:
    for column in kind.columns:
        if column.name in names:
            yield _fault(column.name, "", "This is required, and empty.", "Fill it in.")


def _outside(row_cells: sheets.Cells, width: int, nameless: list[int]) -> Iterator[RowFault]:
    for place in chain(nameless, range(width, len(row_cells))):
        if place < len(row_cells) and str(row_cells[place] or "").strip():
            yield _fault(
                None,
                "",
                f"Column {place + 1} has no name, and holds something here.",
                "Empty the cell or name the column.",
            )


def _row(
    file: str,
    number: int,
    kind: Kind,
    values: dict[str, acts.Value],
    faults: tuple[RowFault, ...],
    notes: list[str] | None = None,
) -> Row:
    own_id = _own_id(kind, values)
    act_id = f"{kind.name}:{own_id}" if own_id else None
    act = acts.Act(kind=kind.name, id=own_id, values=values) if own_id and not faults else None
    aside = kind.name == "rule" and act is None
    rules = (acts.RuleMeant.of(values, [fault.field for fault in faults]),) if aside else ()
    return Row(
        file=file,
        row=number,
        act_id=act_id,
        act=act,
        faults=faults,
        rules=rules,
        unchanged=notes is not None,
        notes=tuple(notes or ()),
    )


def _own_id(kind: Kind, values: Mapping[str, acts.Value]) -> str | None:
    if kind.id_of:
        needed = {column.name for column in kind.columns if column.fixed and column.required}
        return kind.id_of(values) if needed <= values.keys() else None
    own_id = values.get(kind.id_column)
    return own_id if isinstance(own_id, str) else None


def _providers_first(rows: Iterator[Row], ahead: set[str], *, own: str, awaited: str) -> Iterator[Row]:
    """Reorder rows so that each comes after the first row that creates what it refers to.

    Args:
        rows: Rows in file order.
        ahead: Ids that rows of this file create; it is emptied on the way.
        own: Column with the id that a row creates.
        awaited: Column with the id that a row refers to.
    """
    waiting: dict[str, list[Row]] = {}
    for next_row in rows:
        ready = [next_row]
        while ready:
            row = ready.pop()
            values = row.act.values if row.act else {}
            begun, needed = str(values.get(own)), str(values.get(awaited))
            if needed in ahead and needed != begun:
                waiting.setdefault(needed, []).append(row)
                continue
            yield row
            if begun in ahead:
                ahead.discard(begun)
                ready.extend(reversed(waiting.pop(begun, [])))
    yield from sorted(chain.from_iterable(waiting.values()), key=lambda row: row.row)


# --- what one cell cannot tell ----------------------------------------------------------------------------------------


def _rule_faults(values: Mapping[str, acts.Value]) -> Iterator[RowFault]:
    if "owed" not in values and "owed_per_given" not in values:
        yield _fault("owed", "", "This is required, or else owed_per_given.", "Write how many are owed.")


def _sex_faults(values: Mapping[str, acts.Value]) -> Iterator[RowFault]:
    """More females and males than animals; an event without an amount concerns one animal."""
    if "females" not in values and "males" not in values:
        return
    females, males, animals = (values.get(key, other) for key, other in (("females", 0), ("males", 0), ("animals", 1)))
    if isinstance(females, str | Mapping) or isinstance(males, str | Mapping) or isinstance(animals, str | Mapping):
        return
    together = round(females + males, 3)
    if 0 < animals < together:  # nothing or less is the rule book's to refuse
        yield _fault(
            "animals",
            values.get("animals", ""),
            f"This is less than females and males together, {cells.write(together)}.",
            "Count again; animals is all of them.",
        )


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, acts.Value]], Iterator[RowFault]]]] = {
    "rule": _rule_faults,
    "placement": _sex_faults,
    "pass": _sex_faults,
    "event": _sex_faults,
}


# --- writing ----------------------------------------------------------------------------------------------------------


def write_folder(path: Path, record: Iterable[acts.Act], catalogue: Catalogue, *, with_names: bool = False) -> None:
    """Write a programme as a folder of CSV files and rules.toml.

    Args:
        path: The folder, which appears when all is written. An existing one is replaced only if it holds nothing but
            files of the format.
        record: The programme first, then acts of kinds with a file, corrections applied. Rows keep this order in their
            files.
        catalogue: Catalogue of the kinds of acts.
        with_names: Whether personal columns are written; without, they are left out altogether.

    Raises:
        errors.Invalid: Something else is at this path, or it cannot be written.
    """
    with writing.folder(path, catalogue.files, catalogue.tables) as destination:
        _write(destination, record, catalogue, with_names=with_names)


def write_workbook(path: Path, record: Iterable[acts.Act], catalogue: Catalogue, *, with_names: bool = False) -> None:
    """Write a programme as a workbook, one sheet for each file of `write_folder`.

    Args:
        path: The .xlsx file, which appears when all is written. An existing one is replaced only if it has no other
            sheets.
        record: As for `write_folder`.
        catalogue: As for `write_folder`.
        with_names: As for `write_folder`.

    Raises:
        errors.Invalid: Something else is at this path, it cannot be written, or there are more rows of a kind than a
            sheet holds.
    """
    with writing.workbook(path, catalogue.files, catalogue.tables) as destination:
        _write(destination, record, catalogue, with_names=with_names)


def _write(
    destination: writing.Destination, record: Iterable[acts.Act], catalogue: Catalogue, *, with_names: bool
) -> None:
    """Write the acts; columns that a system adds to the core's kinds only if the programme uses the system."""
    used: tuple[str, ...] = ()
    headers: dict[str, tuple[str, ...]] = {}
    for act in record:
        if act.kind == "programme":
            used = systems_of(act.values)
        catalogue = catalogue.after(act)
        if act.kind not in headers:
            columns = [
                each
                for each in catalogue.columns_on(act.kind, used)
                if each.type != "country" or "country" in act.values
            ]
            headers[act.kind] = tuple(column.name for column in columns if with_names or not column.personal)
        kind, header = catalogue.kind(act.kind), headers[act.kind]
        content = [_content_of(kind, key, act.values.get(key)) for key in header]
        destination.add(kind.file, header, content)


def _content_of(kind: Kind, name: str, value: acts.Value | None) -> cells.Value | tuple[str, ...] | None:
    column = kind.column(name)
    return tuple(str(value).split(";")) if value and column and column.type == "words" else value
