"""Counts as a table with its totals, what of it may be published, and the text in which a release keeps that."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import Any, Final

from relay.errors import Refused
from relay.systems.protection import months
from relay.systems.protection.kinds import LEVELS, SPANS
from relay.systems.protection.release import HIDDEN, Cell, K, Line, Table, is_coarse_enough, protected, shown

NOT_REPORTED: Final = "-"
"""The mark of what nobody counted, which is not 0."""
TOTAL: Final = ":total"  # of a cell; no id holds a colon
_WHOLE: Final = "total"  # of the text
_MISSING: Final = "not_reported"

_COARSENESS: Final = (
    ("month", "municipality"),
    ("quarter", "municipality"),
    ("month", "district"),
    ("quarter", "district"),
    ("year", "municipality"),
    ("year", "district"),
)
"""Spans and levels, the finest table first (our choice)."""

Shown = int | str
"""A cell as it is published: a number, or a mark."""


class NothingCounted(Refused):
    """Nobody counted in a period."""

    reason = "Nobody counted %(measure)s in these months."
    suggestion = "Record the counts first, or give other months."
    field = "from_month"

    measure: str


class MonthGoesOn(Refused):
    """A release is of a month that is not over."""

    reason = "%(month)s is not over yet."
    suggestion = "Release it once the month has ended and all have counted."
    field = "until_month"

    month: str


class OneCommittee(Refused):
    """The count of a municipality is that of its only committee."""

    reason = "In place %(place_id)s there is one committee only: the count of the municipality would be its own."
    suggestion = "Release by district instead: --level district"
    field = "level"

    place_id: str


class TooMuchHidden(Refused):
    """So much of a table would be hidden that it says little."""

    reason = (
        "%(hidden)s of %(cells)s numbers would have to be hidden, in a coarser table too: too many to say something."
    )
    suggestion = "Give more months, so that they can be added up to quarters or years."
    field = "level"

    hidden: int
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the tree of places.

    Attributes:
        kind: "ward", "municipality", "district" or "province"; None where nobody said.
        parent_id: In what it lies; None for nothing.
    """

    kind: str | None
    parent_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCount:
    """A count as it was recorded.

    Attributes:
        act_id: Of its record.
        place_id: Where.
        month: When.
        measure: What was counted; "visits" of a site for advice.
        count: How many; None where it was erased or withheld.
    """

    act_id: str
    place_id: str
    month: str
    measure: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be released.

    Attributes:
        measure: What was counted.
        from_month: The first month.
        until_month: The last, of the same calendar.
        level: "municipality" or "district": what is counted in smaller places is added up.
        span: "month", "quarter" or "year": what a column sums up.
    """

    measure: str
    from_month: str
    until_month: str
    level: str
    span: str

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The months of each column."""
        return months.parted(months.months(self.from_month, self.until_month), SPANS[self.span])

    @property
    def columns(self) -> tuple[str, ...]:
        """What each column is called: its month, or its first and last."""
        return tuple(part[0] if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in self.parts)

    def and_coarser(self) -> Iterator[Wanted]:
        """Itself, then what adds up more, the finer first: quarters before districts, districts before years."""
        many = sum(map(len, self.parts))
        spans = [span for span, months_ in SPANS.items() if months_ >= SPANS[self.span] and many % months_ == 0]
        finer = sorted(product(spans, LEVELS[LEVELS.index(self.level) :]), key=_COARSENESS.index)
        for span, level in finer:
            yield replace(self, span=span, level=level)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedRow:
    """A line of a release.

    Attributes:
        place_id: The place; None of the line of totals.
        cells: For each column a number or a mark, the total of the line last where there are several columns.
        of_total: The share that the line's total is of the whole, hidden where either is; None of the line of totals.
        not_reported: Months that no column stands for alone and of which nobody counted there, which is not 0.
    """

    place_id: str | None
    cells: tuple[Shown, ...]
    of_total: float | str | None
    not_reported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedCell:
    """A cell of a release.

    Attributes:
        place_id: Of its line; None of the line of totals.
        month: What its column is called; None of the column of totals.
        value: How many; None where it is hidden, or nobody reported.
        hidden: Whether it is hidden.
    """

    place_id: str | None
    month: str | None
    value: int | None
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A table, and which of its cells are hidden.

    Attributes:
        wanted: What it is a table of.
        table: All cells, with the numbers that are secret.
        hidden: Those that are hidden.
        places: Of the lines, in order.
        not_reported: Place → the months that a column sums up with others and of which nobody counted there.
    """

    wanted: Wanted
    table: Table
    hidden: frozenset[Cell]
    places: tuple[str, ...]
    not_reported: Mapping[str, Sequence[str]]

    def text(self) -> str:
        """What is published, as a release keeps it."""
        lines = {place: self._line(place) for place in self.places}
        written: dict[str, Any] = {"columns": self.wanted.columns, "places": lines}
        if len(self.places) > 1:
            written[_WHOLE] = self._line(TOTAL)
        if self.not_reported:
            written[_MISSING] = self.not_reported
        return json.dumps(written, ensure_ascii=False, separators=(",", ":"))

    def _line(self, row: str) -> list[Shown]:
        own = self.wanted.columns
        columns = (*own, TOTAL) if len(own) > 1 else own
        cells = ((row, column) for column in columns)
        return [shown(self.table, self.hidden, cell) if cell in self.table.counts else NOT_REPORTED for cell in cells]


def place_at(places: Mapping[str, Place], place_id: str, level: str) -> str:
    """The place of a level in which one lies; itself where there is none, since it is larger."""
    above, seen = place_id, set[str]()
    while above not in seen and above in places:
        if places[above].kind == level:
            return above
        seen.add(above)
        above = places[above].parent_id or place_id
    return place_id


def table_of(counted: Iterable[RawCount], places: Mapping[str, Place], wanted: Wanted) -> tuple[Table, tuple[str, ...]]:
    """The table of some counts with all of its totals, and the places that are its lines, by id."""
    column = {month: name for name, part in zip(wanted.columns, wanted.parts, strict=True) for month in part}
    sums = defaultdict[Cell, int](int)
    for each in counted:
        if each.month in column:
            sums[place_at(places, each.place_id, wanted.level), column[each.month]] += each.count or 0
    rows = tuple(sorted({row for row, _ in sums}))
    counts: dict[Cell, int] = {
        (row, name): sums[row, name] for row in rows for name in wanted.columns if (row, name) in sums
    }
    inner, lines = tuple(counts), list[Line]()

    def add_up(parts: Sequence[Cell], total: Cell) -> None:
        if parts:
            counts[total] = sum(counts[each] for each in parts)
            lines.append(Line(parts=tuple(parts), total=total))

    across, down = len(wanted.columns) > 1, len(rows) > 1
    if across:
        for row in rows:
            add_up([each for each in inner if each[0] == row], (row, TOTAL))
    if down:
        for name in wanted.columns:
            add_up([each for each in inner if each[1] == name], (TOTAL, name))
    if across and down:
        add_up([(row, TOTAL) for row in rows], (TOTAL, TOTAL))
        lines.append(
            Line(parts=tuple((TOTAL, name) for name in wanted.columns if (TOTAL, name) in counts), total=(TOTAL, TOTAL))
        )
    return Table(counts=counts, lines=tuple(lines)), rows


def made(counted: Sequence[RawCount], places: Mapping[str, Place], wanted: Wanted) -> Protected:
    """What of some counts may be published, where that says enough.

    Raises:
        NothingCounted: There is nothing to publish.
        TooMuchHidden: A coarser table says more.
    """
    table, rows = table_of(counted, places, wanted)
    if not rows:
        raise NothingCounted(measure=wanted.measure)
    hidden = protected(table)
    if not is_coarse_enough(table, hidden):
        raise TooMuchHidden(hidden=len(hidden), cells=len(table.counts))
    reported = {(place_at(places, each.place_id, wanted.level), each.month) for each in counted}
    missing = {row: [month for part in wanted.parts for month in part if (row, month) not in reported] for row in rows}
    alone = wanted.span == "month"  # the mark in its own column tells it
    said = {} if alone else {row: months_ for row, months_ in missing.items() if months_}
    return Protected(wanted=wanted, table=table, hidden=hidden, places=rows, not_reported=said)


# -- the text of a release -------------------------------------------------------------------------------------------


def rows_of(text: str) -> tuple[ReleasedRow, ...]:
    """The lines that the text of a release holds, that of totals last."""
    written: Any = json.loads(text)
    lines: list[tuple[str | None, list[Shown]]] = [*written["places"].items()]
    if _WHOLE in written:
        lines.append((None, written[_WHOLE]))
    whole = lines[-1][1][-1]
    missing = written.get(_MISSING, {})
    return tuple(
        ReleasedRow(
            place_id=place,
            cells=tuple(cells),
            of_total=_share(cells[-1], whole) if place else None,
            not_reported=tuple(missing.get(place, ())),
        )
        for place, cells in lines
    )


def cells_of(columns: Sequence[str], rows: Iterable[ReleasedRow]) -> tuple[ReleasedCell, ...]:
    """The cells of the lines of a release, line by line."""
    return tuple(
        ReleasedCell(
            place_id=row.place_id, month=month, value=cell if isinstance(cell, int) else None, hidden=cell == HIDDEN
        )
        for row in rows
        for month, cell in zip((*columns, None), row.cells, strict=False)
    )


def _share(part: Shown, whole: Shown) -> float | str:
    if isinstance(part, str) or isinstance(whole, str):
        return HIDDEN
    return part / whole


def well_written(text: str, columns: int) -> bool:
    """Whether a text is the table of a release with so many columns: numbers from k on, marks, months and no more."""
    try:
        written: Any = json.loads(text)
        lines = [*written["places"].values(), *([written[_WHOLE]] if _WHOLE in written else [])]
        missing = written.get(_MISSING, {})
        right = written.keys() <= {"columns", "places", _WHOLE, _MISSING} and len(written["columns"]) == columns
        right = right and missing.keys() <= written["places"].keys()
        names = [*written["columns"], *written["places"], *chain.from_iterable(missing.values())]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    width = columns + (columns > 1)
    return right and all(isinstance(each, str) for each in names) and all(_is_line(line, width) for line in lines)


def _is_line(line: object, width: int) -> bool:
    return isinstance(line, list) and len(line) == width and all(map(_is_shown, line))


def _is_shown(cell: object) -> bool:
    return cell in (HIDDEN, NOT_REPORTED) or (type(cell) is int and cell >= K)
