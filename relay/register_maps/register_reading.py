"""Reads a register by its map: for each row, the acts that it makes, or what is wrong with it. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from relay import errors
from relay.domain import acts
from relay.domain.name_matching import alike, key
from relay.errors import Failure, refused
from relay.exchange import cells, sheets
from relay.exchange.exchange_format import SHOWN, OwnOf, Row, RowFault
from relay.register_maps import days
from relay.register_maps.column_matching import SURE
from relay.register_maps.map_file import Make, RegisterMap, ValueSource, fill
from relay.register_maps.register_table import RegisterLine, RegisterTable, is_blank, shown, table_of

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.schema import Column, Kind
    from relay.domain.system import Catalogue


COLUMN_GONE: Final = Failure(
    errors.Invalid,
    "column_gone",
    '%(path)s has no column "%(column)s", which the map reads.',
    advice="Name the column that is meant in the map, or put it back into the register.",
)


COLUMN_RENAMED: Final = Failure(
    errors.Invalid,
    "column_renamed",
    '%(path)s has no column "%(column)s", which the map reads; it seems to be called "%(likely)s" now.',
    advice='If that is so, replace "%(column)s" by "%(likely)s" everywhere in the map.',
)


NO_SUCH_SHEET: Final = Failure(
    errors.Invalid,
    "no_such_sheet",
    '%(path)s has no sheet "%(sheet)s", which the map reads.',
    advice="Name the sheet in the map: there are %(sheets)s.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedRegister:
    """A register with a map that fits it.

    Attributes:
        map: The map.
        table: The rows of the register, with the names of columns that the map has.
        pages: All sheets of the file.
    """

    map: RegisterMap
    table: RegisterTable
    pages: tuple[sheets.AnySheet, ...]

    def rows(self, _: Path, catalogue: Catalogue, own_of: OwnOf = lambda _: ()) -> Iterator[Row]:
        """The acts that its rows record: beneficiaries first, then placements, pass-ons and events.

        Args:
            catalogue: Catalogue of the kinds of acts.
            own_of: Asked only where the map names columns of the programme's own that the catalogue lacks.

        Yields:
            A row for each act that a row of the register makes, and for each row that cannot be read.
        """
        for unread in self.table.unreadable:
            fault = RowFault(field=None, value="", reason=unread.reason, suggestion=unread.suggestion)
            yield Row(file=self.table.sheet, row=unread.row, act_id=None, act=None, faults=(fault,))
        for make in self.map.makes:
            catalogue = catalogue.knowing(make.act, make.values, partial(own_of, ""))
        yield from _Reading(self, catalogue).rows()


def read_register(path: Path, how: RegisterMap, *, apply: bool, notify: Callable[[str], None]) -> MappedRegister:
    """Read the table of a register, and compare the names of its columns with those of the map.

    Args:
        path: Path of the CSV file or workbook.
        how: The map.
        apply: Whether anything will be recorded; if so, no column is read under another name.
        notify: Called with a sentence for each difference that does not stop the import.

    Raises:
        CannotRead: There is no such file, or it cannot be read.
        Invalid: The sheet of the map, or a column that is needed, is missing; or a column seems to have another name,
            and something is to be recorded.
    """
    pages = sheets.all_sheets(path)
    page = next((page for page in pages if page.name == how.sheet), None if how.sheet else pages[0])
    if page is None:
        raise refused(NO_SUCH_SHEET, path=path, sheet=how.sheet, sheets=[page.name for page in pages])
    table = table_of(page, how.header, how.stop_at)
    if table.passed_over:
        rows = ", ".join(map(str, table.passed_over))
        notify(f"{path}: rows that are no woman's, but headings or subtotals, and are not read: {rows}.")
    missing = [name for name in how.used if name not in table.columns]
    new = [name for name in table.columns if name and name not in how.columns]
    if new and not missing:
        notify(f"{path} has new columns, which are not read: {', '.join(new)}.")
    if not missing:
        return MappedRegister(map=how, table=table, pages=pages)
    for name in missing[1:]:
        raise refused(COLUMN_GONE, path=path, column=name)
    (gone,) = missing
    likely = max(new, key=lambda name: alike(gone, name), default="")
    if not likely or alike(gone, likely) < SURE:
        raise refused(COLUMN_GONE, path=path, column=gone)
    renamed = refused(COLUMN_RENAMED, path=path, column=gone, likely=likely)
    if apply:
        raise renamed
    notify(f"{renamed} This trial reads it so.")
    names = tuple(gone if name == likely else name for name in table.columns)
    return MappedRegister(map=how, table=replace(table, columns=names), pages=pages)


class _Reading:
    """One pass over a register."""

    def __init__(self, register: MappedRegister, catalogue: Catalogue) -> None:
        self.how = register.map
        self.table = register.table
        self.catalogue = catalogue
        self.places = {name: place for place, name in enumerate(self.table.columns)}
        self.lines = [(line, self._cells_of(line)) for line in self.table.lines]
        self.rows_by: dict[str, Mapping[str, list[int]]] = {}

    def _cells_of(self, line: RegisterLine) -> Mapping[str, object]:
        """The cells of a row that are not empty, by column."""
        filled: dict[str, object] = {}
        for name in self.how.used:
            place = self.places[name]
            cell = line.cells[place] if place < len(line.cells) else None
            if not is_blank(cell) and shown(cell).casefold() not in self.how.empty:
                filled[name] = cell
        return filled

    def rows(self) -> Iterator[Row]:
        """The acts that the rows make, and what is wrong with rows that cannot be read."""
        sound: list[tuple[RegisterLine, Mapping[str, object]]] = []
        first: dict[str, int] = {}
        for line, own in self.lines:
            if not own:
                continue
            fault = self._key_fault(line, own, first)
            if fault:
                yield Row(file=self.table.sheet, row=line.row, act_id=None, act=None, faults=(fault,))
            else:
                sound.append((line, own))
        for kind in self.catalogue.filed:
            for make in self.how.makes:
                if make.act == kind.name:
                    for line, own in sound:
                        if (row := self._made(make, kind, line, own)) is not None:
                            yield row

    def _key_fault(self, line: RegisterLine, own: Mapping[str, object], first: dict[str, int]) -> RowFault | None:
        """What is wrong with the cell that tells a row from the others; None if nothing is."""
        name = self.how.key
        if name not in own:
            return RowFault(field=name, value="", reason="This tells one row from another, and is empty.",
                         suggestion="Fill it in, or delete the row.")  # fmt: skip
        text = _id_text(own[name]).casefold()
        if first.setdefault(text, line.row) != line.row:
            return RowFault(field=name, value=text[:SHOWN], reason=f"Row {first[text]} has this too.",
                         suggestion="Give each row its own; the first one is read.")  # fmt: skip
        return None

    def _made(self, make: Make, kind: Kind, line: RegisterLine, own: Mapping[str, object]) -> Row | None:
        """What one row makes by one table of the map; None if it makes nothing."""
        if not all(name in own for name in make.when) or any(name in own for name in make.unless):
            return None
        values: dict[str, acts.Value] = {}
        faults: list[RowFault] = []
        for column in kind.columns:
            source = make.values.get(column.name)
            if source is None:
                continue
            try:
                value = cells.read_in_table(column, self._value(source, column, own))
            except cells.CellFault as fault:
                faults.append(_fault(source, column, own, fault))
                continue
            if value is not None:
                values[column.name] = value
            elif column.required:
                faults.append(_missing(source, column))
        id_ = values.get(kind.id_column)
        if make.unless_received and id_ in self.received:
            return None
        own_id = id_ if isinstance(id_, str) else None
        act = acts.Act(kind=kind.name, id=own_id, values=values) if own_id and not faults else None
        act_id = f"{kind.name}:{own_id}" if own_id else None
        return Row(file=self.table.sheet, row=line.row, act_id=act_id, act=act, faults=tuple(faults))

    @cached_property
    def received(self) -> frozenset[str]:
        """Ids of the placements that pass-ons of this register lead to."""
        ids: set[str] = set()
        for make in self.how.makes:
            source = make.values.get("receiver_placement_id") if make.act == "pass" else None
            column = self.catalogue.kind(make.act).column("receiver_placement_id")
            if source is None or column is None:
                continue
            for _, own in self.lines:
                if all(name in own for name in make.when):
                    try:
                        ids.add(str(self._value(source, column, own)))
                    except cells.CellFault:  # told where the pass-on is made
                        continue
        return frozenset(ids)

    def _value(self, source: ValueSource, column: Column, own: Mapping[str, object]) -> object:
        """The value that a row has for a column: text, or the cell itself.

        Raises:
            CellFault: The cell is not among the values of the map, or refers to no row, or to several.
        """
        if source.constant is not None:
            return source.constant
        lone = source.lone
        if source.via:
            return self._looked_up(source.via, source.filled({name: shown(own.get(name)) for name in source.columns}))
        if source.found_in:
            return self._id_of_row_with(source, own.get(lone))
        if column.type == "id":
            return fill(source.text, {name: _id_text(own.get(name)) for name in source.columns})
        if not lone:
            return fill(source.text, {name: shown(own.get(name)) for name in source.columns})
        if source.age_in is not None:
            return _year_of_birth(own.get(lone), source.age_in)
        if column.type == "date":
            return days.read(days.day_of(own.get(lone)), self.how.calendar, self.how.order)
        return _as_text(column, own.get(lone))

    def _looked_up(self, via: str, text: str) -> str | None:
        if not text:
            return None
        value = self.how.values[via].get(text.casefold())
        if value is None or value == "?":
            raise cells.CellFault(
                reason=f"The map does not say what this means: [values.{via}].",
                advice='Write it there with its id, or with "" to leave it out.',
            )
        return value

    def _id_of_row_with(self, source: ValueSource, cell: object) -> str | None:
        """The id made from the one row that has a cell in another column."""
        if cell is None:
            return None
        where = source.found_in
        if where not in self.rows_by:
            index: dict[str, list[int]] = {}
            for number, (_, own) in enumerate(self.lines):
                index.setdefault(_normal_form(own.get(where)), []).append(number)
            self.rows_by[where] = index
        numbers = self.rows_by[where].get(_normal_form(cell), [])
        if len(numbers) != 1:
            rows = ", ".join(str(self.lines[number][0].row) for number in numbers[:3])
            raise cells.CellFault(
                reason=f"Rows {rows} have this in {where}." if numbers else f"No row has this in {where}.",
                advice="Write it so that it names one row, or correct the spelling.",
            )
        own = self.lines[numbers[0]][1]
        return fill(source.found_as, {name: _id_text(own.get(name)) for name in source.columns})


_ID_BREAKS: Final = str.maketrans({":": "-", "/": "-"})


def _id_text(cell: object) -> str:
    """A cell as part of an id: with ASCII digits, and without characters that ids cannot contain."""
    text = shown(cell)
    if text.casefold() in cells.DITTO:
        raise cells.CellFault(reason="This repeats the cell above it.", advice="Write the value in full.")
    return "".join(str(int(letter)) if letter.isdecimal() else letter for letter in text).translate(_ID_BREAKS)


def _normal_form(cell: object) -> str:
    """A normal form by which two cells that name the same row are equal, however they are spelled."""
    return key(shown(cell)) or shown(cell).casefold()


def _year_of_birth(cell: object, year: int) -> object:
    """The year of birth of somebody with an age in a year; a cell that is not an age is returned as it is."""
    text = _id_text(cell) if cell is not None else ""
    return year - int(text) if text.isdigit() and int(text) < _OLDEST else text


_OLDEST: Final = 120


def _as_text(column: Column, cell: object) -> object:
    """The cell for a column: text with its line ends and blanks; a number that stands for text as it was typed."""
    return (
        shown(cell) if column.type in ("text", "name", "choice", "help") and not isinstance(cell, str | None) else cell
    )


def _columns_shown(source: ValueSource, column: Column) -> str:
    return ", ".join(dict.fromkeys(source.columns[:1])) or column.name


def _fault(source: ValueSource, column: Column, own: Mapping[str, object], fault: cells.CellFault) -> RowFault:
    hidden = column.personal or bool(source.found_in)  # a cell that is looked for among names is a name
    value = "" if hidden or not source.columns else shown(own.get(source.columns[0]))[:SHOWN]
    return RowFault(field=_columns_shown(source, column), value=value, reason=fault.reason, suggestion=fault.suggestion)


def _missing(source: ValueSource, column: Column) -> RowFault:
    return RowFault(field=_columns_shown(source, column), value="", reason="This is required, and empty.",
                 suggestion="Fill it in.")  # fmt: skip
