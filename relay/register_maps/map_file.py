"""Reads a map, which says how a register is read, what each of its rows makes, and which cell means which id.

A map is a TOML file. It is proposed once, checked by a person, and then applied without guessing:

    [register]                      how it is read
    header = [3, 4]                 the rows with the names of the columns
    key = "SN"                      the column that tells one row from another
    ...
    [[make]]                        what a row makes; it may make several acts
    act = "pass"
    pass_id = "ngo1-{SN}-pass"      a text with cells in it
    passed_on = "Date"              the cell of a column
    animals = { constant = 2 }      the same in every row
    beneficiary_id = { column = "Passed to", found_in = "Name", as = "ngo1-{SN}" }
    ...
    [values.places]                 cell → id
    "Tansen-5" = "PAL-TAN-5"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from relay import errors
from relay.domain.own_columns import OWN
from relay.register_maps.days import ORDERS, Calendar, Order

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.system import Catalogue
    from relay.exchange.exchange_format import OwnOf

OPEN: Final = "?"
"""Marks an entry of a map for which no proposal was certain enough."""

_PIECE: Final = re.compile(r"\{([^{}]*)\}")


class WrongMap(errors.Invalid):
    """A map cannot be read, or contains a mistake."""

    reason = "%(path)s, %(where)s: %(is_what)s."

    path: Path | str
    where: str
    is_what: str


class StillOpen(WrongMap):
    """A map leaves something open that one of its acts requires."""

    act: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSource:
    """Where a value comes from.

    Attributes:
        text: Text with names of columns in braces; empty for a constant.
        constant: A value that is the same in every row, or None.
        via: Name of the table of values in which the text is looked up, or "".
        found_in: Column in which another row is found by this cell, or "".
        found_as: Text with columns in braces, filled from the row that was found.
        age_in: Year in which the cell was her age, or None.
    """

    text: str = ""
    constant: str | int | float | None = None
    via: str = ""
    found_in: str = ""
    found_as: str = ""
    age_in: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that it reads."""
        names = (*_PIECE.findall(self.text), *_PIECE.findall(self.found_as))
        return (*names, self.found_in) if self.found_in else names

    @property
    def lone(self) -> str:
        """The name of the column if the text is exactly one cell, else ""."""
        alone = _PIECE.fullmatch(self.text)
        return alone[1] if alone else ""

    def filled(self, cell_of: Mapping[str, str]) -> str:
        """The text filled with the cells of a row; "" if any of them is empty."""
        return fill(self.text, cell_of)


def fill(text: str, cell_of: Mapping[str, str]) -> str:
    """Fill a text with the cells of a row, by the names of columns in braces; "" if any of these cells is empty.

    >>> fill("ngo1-{SN}-pass", {"SN": "17"}), fill("ngo1-{SN}-pass", {"SN": ""})
    ('ngo1-17-pass', '')
    """
    pieces = {column: cell_of.get(column, "") for column in _PIECE.findall(text)}
    return _PIECE.sub(lambda piece: pieces[piece[1]], text) if all(pieces.values()) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """An act that each row makes.

    Attributes:
        act: Kind of the act.
        values: Column of that kind → source of its value.
        when: Columns that must all be filled for the act to be made.
        unless: Columns that must all be empty for the act to be made.
        unless_received: Whether the act is not made for a placement that a pass-on of this register leads to.
        open: Columns of that kind that the map leaves open.
    """

    act: str
    values: Mapping[str, ValueSource]
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    unless_received: bool = False
    open: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the register's columns that it reads, each once."""
        read = (column for source in self.values.values() for column in source.columns)
        return tuple(dict.fromkeys((*self.when, *self.unless, *read)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMap:
    """How one register is read.

    Attributes:
        sheet: Name of the sheet; "" for a CSV file, and for the only sheet of a workbook.
        header: Rows with the names of the columns, as a spreadsheet counts them.
        key: Column that tells one row from another.
        stop_at: Words that begin the row of totals, at which reading ends; in lower case.
        empty: Texts that count as an empty cell, in lower case.
        calendar: Calendar of days without a mark.
        order: Order of year, month and day in figures.
        columns: Names of all columns when the map was made, from which its fingerprint follows.
        makes: Acts that each row makes, in order.
        values: Name of a table of values → cell in lower case → id or word; "" for empty.
    """

    sheet: str = ""
    header: tuple[int, ...]
    key: str
    stop_at: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    calendar: Calendar
    order: Order = "year-month-day"
    columns: tuple[str, ...]
    makes: tuple[Make, ...]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the columns that are read, each once."""
        return tuple(dict.fromkeys((self.key, *(column for make in self.makes for column in make.columns))))


def text_of(path: Path) -> str:
    """Read the text of a map.

    Raises:
        WrongMap: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as fault:
        raise _not_toml(path, fault) from fault


def map_of(text: str, path: Path | str, catalogue: Catalogue, own_of: OwnOf = lambda _: ()) -> RegisterMap:
    """Parse a map.

    Args:
        text: The map as TOML.
        path: Path of its file, or the name under which it is saved.
        catalogue: Catalogue of the kinds of acts that it may make.
        own_of: Asked only where it names columns of the programme's own that the catalogue lacks.

    Raises:
        WrongMap: It cannot be read, leaves something required open, or refers to something that does not exist.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _not_toml(path, fault) from fault
    return _Reader(path, catalogue, own_of).read(content)


def open_points(text: str) -> tuple[str, ...]:
    """What a map leaves open, from top to bottom, such as 'key', 'pass: animals' or 'values.places: "Ward 5"'."""
    content = tomllib.loads(text)
    points = [name for name, value in content["register"].items() if value == OPEN]
    tables = [(make["act"], make, "{}") for make in content.get("make", ())]
    tables += [(f"values.{name}", cells, '"{}"') for name, cells in content.get("values", {}).items()]
    for called, table, written in tables:
        if names := [written.format(name) for name, value in table.items() if value == OPEN]:
            points.append(f"{called}: {', '.join(names)}")
    return tuple(points)


def _not_toml(path: Path | str, fault: Exception) -> WrongMap:
    return WrongMap(path=path, where="the whole file", is_what=f"it cannot be read as TOML ({fault})")


class _Reader:
    """Reads the tables of one file, and says where a mistake is."""

    def __init__(self, path: Path | str, catalogue: Catalogue, own_of: OwnOf) -> None:
        self.path = path
        self.catalogue = catalogue
        self.own_of = own_of

    def read(self, content: Mapping[str, Any]) -> RegisterMap:
        table = content.get("register")
        if not isinstance(table, dict):
            raise self._wrong("[register]", "it is missing", "Propose a map anew: relay map propose FILE.")
        columns = self._texts(table, "columns")
        key = table.get("key", OPEN)
        if key not in columns:
            raise self._wrong(
                "[register], key",
                "it names no column" if key != OPEN else "it is still open (?)",
                "Name the column that is different in every row, such as a serial number.",
            )
        makes = tuple(self._make(number, make, columns) for number, make in enumerate(content.get("make", []), 1))
        if not makes:
            raise self._wrong("[[make]]", "there is none, so no row makes anything", "Add one.")
        calendar = self._one_of(table, "calendar", ("AD", "BS"))
        values = {name: self._values(name, one) for name, one in content.get("values", {}).items()}
        map_ = RegisterMap(
            sheet=str(table.get("sheet", "")),
            header=tuple(self._rows(table)),
            key=key,
            stop_at=tuple(word.casefold() for word in str(table.get("stop_at", "")).split("|") if word),
            empty=tuple(word.casefold() for word in self._texts(table, "empty")),
            calendar=cast("Calendar", calendar),
            order=cast("Order", self._one_of(table, "order", ORDERS)),
            columns=columns,
            makes=makes,
            values=values,
        )
        self._require_values(map_)
        return map_

    def _make(self, number: int, table: Mapping[str, Any], columns: Sequence[str]) -> Make:
        act = table.get("act", "")
        where = f"[[make]] number {number} ({act})"
        if act not in self.catalogue.kinds or not self.catalogue.kind(act).file:
            raise self._wrong(where, "act names no kind of act", "Write, for example, beneficiary, placement or pass.")
        own = {name: value for name, value in table.items() if name not in _OF_MAKE}
        unquoted = own.get("own")  # TOML reads own.NAME without quotes as NAME in a table
        if isinstance(unquoted, Mapping):
            del own["own"]
            own |= {f"{OWN}{name}": value for name, value in unquoted.items()}
        self.catalogue = self.catalogue.knowing(act, own, partial(self.own_of, ""))
        kind = self.catalogue.kind(act)
        for name in own:
            if kind.column(name) is None:
                raise self._wrong(
                    where, f"an act of this kind has no {name}", f"It has {', '.join(self.catalogue.keys(act))}."
                )
        undecided = tuple(name for name, value in own.items() if value == OPEN)
        needed = [column.name for column in kind.columns if column.required]
        for name in needed:
            if name in undecided or name not in own:
                is_what = f"{name} is still open (?)" if name in undecided else f"{name} is missing"
                raise StillOpen(
                    path=self.path,
                    where=where,
                    is_what=is_what,
                    act=act,
                    column=name,
                    advice="Name a column, or write { constant = … }.",
                )
        make = Make(
            act=act,
            values={name: self._source(where, name, own[name]) for name in own if name not in undecided},
            when=self._texts(table, "when"),
            unless=self._texts(table, "unless"),
            unless_received=bool(table.get("unless_received", False)),
            open=undecided,
        )
        for column in make.columns:
            if column not in columns:
                raise self._wrong(where, f'the register has no column "{column}"', "Write it as it stands in columns.")
        return make

    def _source(self, where: str, name: str, value: object) -> ValueSource:
        if isinstance(value, str):
            return ValueSource(text=_as_text(value))
        if isinstance(value, dict):
            table = cast("Mapping[str, Any]", value)
            if set(table) == {"constant"} and isinstance(table["constant"], str | int | float):
                return ValueSource(constant=table["constant"])
            if "column" in table and set(table) <= {"column", "via", "found_in", "as", "age_in"}:
                return ValueSource(
                    text=_as_text(str(table["column"])),
                    via=str(table.get("via", "")),
                    found_in=str(table.get("found_in", "")),
                    found_as=str(table.get("as", "")),
                    age_in=table.get("age_in"),
                )
        raise self._wrong(
            where,
            f"{name} cannot be understood",
            'Write "Column", "text {Column}", { constant = 2 } or { column = "Column", via = "values" }.',
        )

    def _require_values(self, map_: RegisterMap) -> None:
        for make in map_.makes:
            for name, source in make.values.items():
                if source.via and source.via not in map_.values:
                    raise self._wrong(f"[[make]] ({make.act})", f"{name} asks for values that are not there",
                                      f"Add [values.{source.via}].")  # fmt: skip

    def _values(self, name: str, table: object) -> Mapping[str, str]:
        if not isinstance(table, dict):
            raise self._wrong(f"[values.{name}]", "it is not a table", 'Write lines such as "Tansen-5" = "PAL-TAN-5".')
        return {str(cell).casefold(): str(value) for cell, value in cast("Mapping[str, Any]", table).items()}

    def _rows(self, table: Mapping[str, Any]) -> Iterator[int]:
        rows = table.get("header", [])
        if not isinstance(rows, list) or not rows or not all(isinstance(row, int) and row > 0 for row in rows):
            raise self._wrong("[register], header", "it is not a list of rows", "Write, for example, header = [1].")
        yield from cast("list[int]", rows)

    def _texts(self, table: Mapping[str, Any], name: str) -> tuple[str, ...]:
        listed = table.get(name, [])
        if isinstance(listed, str):
            listed = [listed]
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise self._wrong(name, "it is not a list of texts", f'Write, for example, {name} = ["Name"].')
        return tuple(cast("list[str]", listed))

    def _one_of(self, table: Mapping[str, Any], name: str, choices: Sequence[str]) -> str:
        choice = table.get(name, choices[0] if name == "order" else OPEN)
        if choice not in choices:
            is_what = "it is still open (?)" if choice == OPEN else f"{choice} is not known"
            raise self._wrong(f"[register], {name}", is_what, f"Write {' or '.join(choices)}.")
        return str(choice)

    def _wrong(self, where: str, is_what: str, suggestion: str) -> WrongMap:
        return WrongMap(path=self.path, where=where, is_what=is_what, advice=suggestion)


def _as_text(text: str) -> str:
    """A text with columns in braces; a text without braces is the name of a column."""
    return text if _PIECE.search(text) else f"{{{text}}}"


_OF_MAKE: Final = frozenset({"act", "when", "unless", "unless_received"})
