"""The exchange format: a programme's folder or workbook, read as acts to record, and acts written as one.

A row becomes an act, or is put aside with its faults; it never stops the others. Whether an act may be recorded
is the ledger's to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Literal

from relay.domain import acts
from relay.domain.acts import systems_of
from relay.domain.schema import Column, Kind
from relay.exchange import cells, unchanged, workbook, writing
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from relay.domain.system import Catalogue

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
        field: The column, or None when the whole row is meant.
        value: The cell as written, cut to 60 characters; "" when it is empty, or personal (nobody's name goes
            into a report).
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
        file: "passes.csv", "rules.toml", or a sheet's name.
        row: The row as a spreadsheet counts it, the header being 1; in rules.toml the line of the block's heading.
        act_id: The id of the act, as far as it could be read, or None.
        act: What the row records, or None when it is put aside.
        faults: Why it is put aside; empty when it is not.
        left_out: Whether it is a header, of which the columns at fault are left out and nothing is put aside.
        rules: The rules that are put aside with it, as far as these could be read.
        unchanged: Whether it stands in an export of Relay's that nobody changed since.
        notes: What is wrong with it and would be put aside, did it not stand so in such an export.
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
    """What an import did with one row, one line for each fault.

    Attributes:
        file: As in `Row`.
        row: As in `Row`.
        act_id: As in `Row`.
        action: *added* and *same* stand; *put aside* could not be read; *refused* broke a rule or an earlier act;
            *left out* is a column that the format does not have, without which the rows of its file are taken.
        field: The column at fault, or None.
        value: As in `RowFault`, or None when it is not shown.
        reason: Why it was put aside or refused, else None.
        suggestion: What to do about it, or None.
        notes: Of a row that is added, what may be a slip of the pen or is for the auditor, as sentences.
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


def read_folder_or_workbook(path: Path, catalogue: Catalogue) -> Iterator[Row]:
    """Read a programme, row by row, in the order in which it can be recorded.

    Memory stays flat: of passes.csv only the ids of the receiving placements and the rows that wait are held. A
    workbook's sheet is held whole.

    Args:
        path: A folder of CSV files and rules.toml, or an .xlsx file.
        catalogue: Catalogue of the kinds of acts.

    Yields:
        What is not of the format, then the programme, its rules, and the rows of each file in the format's order.
        Within a file a row that points at one further down waits for it and follows right behind it; rows that
        wait for each other come last. Blank rows are passed over.

    Raises:
        errors.Invalid: There is no programme at this path.
    """
    as_it_stands = unchanged.is_unchanged(path)
    original: set[str] = set()
    kinds = {kind.file: kind for kind in catalogue.filed}
    for sheet in workbook.opened(path, catalogue.files, catalogue.tables):
        if isinstance(sheet, workbook.Unreadable):
            yield _unreadable(sheet)
            continue
        kind = kinds[sheet.name]
        sheet = replace(sheet, header=_named(sheet.header, kind))  # noqa: PLW2901 - from here on it has its names
        unknown = _unknown_columns(sheet, kind)
        if faults := _header_faults(sheet, kind, unknown):
            rules = _rules_beneath(sheet, kind) if kind.name == "rule" else ()
            yield Row(file=sheet.file, row=sheet.header_row, act_id=None, act=None, faults=faults, rules=rules)
            continue
        if unknown:
            yield Row(file=sheet.file, row=sheet.header_row, act_id=None, act=None, faults=unknown, left_out=True)
        if kind.name == "place":
            yield from _in_order(
                _rows(sheet, kind, as_it_stands=as_it_stands),
                _ids(sheet, kind, "place_id"),
                own="place_id",
                awaited="parent_id",
            )
        elif kind.name == "placement":
            for row in _rows(sheet, kind, as_it_stands=as_it_stands):
                if row.act:
                    original.add(row.act.id)
                yield row
        elif kind.name == "pass":
            ahead = _ids(sheet, kind, "receiver_placement_id") - original
            rows = _rows(sheet, kind, as_it_stands=as_it_stands)
            yield from _in_order(rows, ahead, own="receiver_placement_id", awaited="giver_placement_id")
        else:
            yield from _rows(sheet, kind, as_it_stands=as_it_stands)


def _unreadable(part: workbook.Unreadable) -> Row:
    fault = RowFault(field=part.field, value="", reason=part.reason, suggestion=part.suggestion)
    rules = (acts.RuleMeant(),) if _may_hold_rules(part) else ()
    return Row(file=part.file, row=part.row, act_id=None, act=None, faults=(fault,), rules=rules)


def _may_hold_rules(part: workbook.Unreadable) -> bool:
    """Whether what cannot be read is a file or sheet of rules, or a block that is most likely one."""
    named = part.file.partition(".")[0].casefold() == workbook.RULES
    return named and (part.field is None or part.field.casefold().startswith("rule"))


def _rules_beneath(sheet: workbook.Sheet, kind: Kind) -> tuple[acts.RuleMeant, ...]:
    """The rules beneath a header that cannot be read, as far as the rest of it can."""
    rows = (((acts.RuleMeant.of(row.act.values),) if row.act else row.rules) for row in _rows(sheet, kind))
    return tuple(chain.from_iterable(rows)) or (acts.RuleMeant(),)


def _named(header: tuple[str, ...], kind: Kind) -> tuple[str, ...]:
    """The names of columns as the format has them, however they were written; others as they are."""
    known = {column.name for column in kind.columns}
    return tuple(like if (like := _like(name)) in known else name for name in header)


def _like(name: object) -> str:
    """The name of a column without what people write otherwise: capitals, blanks, and the star of what is required."""
    return re.sub(r"[\s\-]+", "_", str(name).strip().strip("*").strip().casefold())


def _unknown_columns(sheet: workbook.Sheet, kind: Kind) -> tuple[RowFault, ...]:
    """The columns that the format does not have, each once."""
    known = tuple(column.name for column in kind.columns)
    return tuple(
        _fault(
            name,
            name,
            "The format has no column of this name.",
            f"Call it {likely}, if that is meant."
            if (likely := _meant(name, known))
            else f"Take it out, or call it one of {', '.join(known)}.",
        )
        for name in dict.fromkeys(sheet.header)
        if name and name not in known
    )


def _meant(name: str, known: tuple[str, ...]) -> str:
    """The column that a name most likely means, or ""; "animal" asks which, and is no slip of "animals", how many."""
    word = _like(name)
    return cells.closest(word, tuple(each for each in known if each != f"{word}s"))


def _header_faults(sheet: workbook.Sheet, kind: Kind, unknown: tuple[RowFault, ...]) -> tuple[RowFault, ...]:
    """What is wrong with a header, so that none of the sheet's rows is taken.

    Columns that the format does not have are, where they may hold what is missing, and in rules, where each word binds.
    """
    known = tuple(column.name for column in kind.columns)
    if not set(known) & set(sheet.header) and not sheet.file.endswith(".toml"):
        below = _header_below(sheet, known)
        # Where no name is like a column's these are most likely a row, and personal.
        if below or not any(cells.closest(_like(name), known) for name in sheet.header if name):
            do = (
                f"Row {below} does: delete what is above it."
                if below
                else f"Write them there: {', '.join(known)}. {workbook.REGISTER_OF_ONES_OWN}"
            )
            return (_fault(None, "", "This row holds no name of a column.", do),)
    named = [name for name in sheet.header if name]
    if len(known_here := set(known) & set(named)) < _MOST * len(named) and not sheet.file.endswith(".toml"):
        reason = f"Only {len(known_here)} of these {len(named)} columns are of the format."
        return (_fault(None, "", reason, workbook.REGISTER_OF_ONES_OWN),)
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
    binding = missing or sheet.name in (workbook.RULES, workbook.PROGRAMME)
    return (*(unknown if binding else ()), *twice, *missing)


def _header_below(sheet: workbook.Sheet, known: tuple[str, ...]) -> int | None:
    """The row below a title in which the columns have their names, if there is one near the top."""
    for line in islice(sheet.rows(), _TITLE_ROWS):
        if not isinstance(line, workbook.Unreadable) and {_like(cell) for cell in line[1]} & {*known}:
            return line[0]
    return None


def _fault(field: str | None, value: object, reason: str, suggestion: str) -> RowFault:
    if isinstance(value, Mapping):
        value = ";".join(f"{key}={one}" for key, one in value.items())
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # as a spreadsheet shows it
    return RowFault(field=field, value=str(value)[:SHOWN], reason=reason, suggestion=suggestion)


def _ids(sheet: workbook.Sheet, kind: Kind, name: str) -> set[str]:
    """The ids in one column of a sheet, by a pass of its own; empty when there is no such column."""
    if name not in sheet.header:
        return set()
    place = sheet.header.index(name)
    column = next(column for column in kind.columns if column.name == name)
    found: set[str] = set()
    for line in sheet.rows():
        if not isinstance(line, workbook.Unreadable) and place < len(line[1]):
            value = _value(column, line[1][place])
            if isinstance(value, str):
                found.add(value)
    return found


def _value(column: Column, cell: object) -> cells.Value | RowFault | None:
    try:
        if isinstance(cell, str) and cell.startswith("'"):
            cell = cells.unescaped(cell)
        return cells.read_in_table(column, cell)
    except cells.CellFault as fault:
        return _fault(column.name, "" if column.personal else cell, fault.reason, fault.suggestion)


def _rows(sheet: workbook.Sheet, kind: Kind, *, as_it_stands: bool = False) -> Iterator[Row]:
    """The rows of a sheet in its own order; of an export that nobody changed since, texts are taken as they stand."""
    places = {name: place for place, name in enumerate(sheet.header)}
    plan = [(places[column.name], column) for column in kind.columns if column.name in places]
    required = {column.name for column in kind.columns if column.required and not column.personal}
    nameless = [place for place, name in enumerate(sheet.header) if not name]
    padded = _padded(sheet, plan)
    check = _CHECKS.get(kind.name)
    for line in sheet.rows():
        if isinstance(line, workbook.Unreadable):
            yield _unreadable(line)
            continue
        number, row_cells = line
        if _repeats_header(row_cells, places):
            told = _fault(None, "", "This row repeats the names of the columns.", "Delete it.")
            yield Row(file=sheet.file, row=number, act_id=None, act=None, faults=(told,))
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


def _repeats_header(row_cells: workbook.Cells, places: Mapping[str, int]) -> bool:
    """Whether a row is the header once more, as where two tables were copied together."""
    return all(
        place < len(row_cells) and _like(row_cells[place]) == _like(name) for name, place in places.items() if name
    )


def _padded(sheet: workbook.Sheet, plan: list[tuple[int, Column]]) -> set[int]:
    """The columns of a workbook in which some id is text that begins with a zero: there a number may have lost one."""
    if sheet.file.endswith((".csv", ".toml")):
        return set()
    ids = [place for place, column in plan if column.type == "id"]
    lines = (line[1] for line in sheet.rows() if not isinstance(line, workbook.Unreadable))
    return {
        place
        for cells_ in lines
        for place in ids
        if place < len(cells_) and isinstance(cell := cells_[place], str) and _PADDED.fullmatch(cell.strip())
    }


def _content(
    plan: list[tuple[int, Column]], row_cells: workbook.Cells, padded: Collection[int], notes: list[str] | None
) -> tuple[dict[str, acts.Value], list[RowFault]]:
    """The values of a row's cells in the order of the plan, and the faults of those that cannot be read.

    Of a row of an export, texts that would be refused today are taken as they stand, and their faults noted.
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


def _outside(row_cells: workbook.Cells, width: int, nameless: list[int]) -> Iterator[RowFault]:
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


def _in_order(rows: Iterator[Row], ahead: set[str], *, own: str, awaited: str) -> Iterator[Row]:
    """Let each row wait until the first row that begins what it points at has gone before.

    Args:
        rows: In file order.
        ahead: The ids that rows of this file begin; it is emptied on the way.
        own: The key of the id that a row begins.
        awaited: The key of the id that a row points at.
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
    """More females and males than animals; an event without an amount is about one."""
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
        path: The folder; it appears when all is written. One that holds nothing but files of the format is replaced.
        record: The programme first, then the acts of kinds that have a file, as they stand corrected. Rows keep this
            order in their file, so the same order gives the same bytes.
        catalogue: Catalogue of the kinds of acts.
        with_names: Whether personal columns are written too; without, they are left out altogether.

    Raises:
        errors.Invalid: Something else is at this path, or it cannot be written.
    """
    with writing.folder(path, catalogue.files, catalogue.tables) as destination:
        _write(destination, record, catalogue, with_names=with_names)


def write_workbook(path: Path, record: Iterable[acts.Act], catalogue: Catalogue, *, with_names: bool = False) -> None:
    """Write a programme as a workbook, one sheet for each file of `write_folder`.

    Args:
        path: The .xlsx file; it appears when all is written. One that has no other sheets than these is replaced.
        record: As for `write_folder`.
        catalogue: As for `write_folder`.
        with_names: As for `write_folder`.

    Raises:
        errors.Invalid: Something else is at this path, it cannot be written, or there are more rows of a kind than
            a sheet holds.
    """
    with writing.workbook(path, catalogue.files, catalogue.tables) as destination:
        _write(destination, record, catalogue, with_names=with_names)


def _write(
    destination: writing.Destination, record: Iterable[acts.Act], catalogue: Catalogue, *, with_names: bool
) -> None:
    """Write the acts; columns that a system adds to the core's kinds only where the programme uses it."""
    used: tuple[str, ...] = ()
    headers: dict[str, tuple[str, ...]] = {}
    for act in record:
        kind = catalogue.kind(act.kind)
        if act.kind == "programme":
            used = systems_of(act.values)
        if act.kind not in headers:
            columns = catalogue.columns_on(act.kind, used)
            headers[act.kind] = tuple(column.name for column in columns if with_names or not column.personal)
        header = headers[act.kind]
        content = [_content_of(kind, key, act.values.get(key)) for key in header]
        destination.add(kind.file, header, content)


def _content_of(kind: Kind, name: str, value: acts.Value | None) -> cells.Value | tuple[str, ...] | None:
    column = kind.column(name)
    return tuple(str(value).split(";")) if value and column and column.type == "words" else value
