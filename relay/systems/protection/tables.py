"""Counts as a table with its totals, what of it may be published, and the text in which a release keeps that."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from relay.errors import Refused
from relay.systems.protection import months
from relay.systems.protection.kinds import SPANS
from relay.systems.protection.release import HIDDEN, Cell, K, Line, Table, is_coarse_enough, protected, shown

NOT_REPORTED: Final = "-"
"""The mark of what nobody counted, which is not 0."""
TOTAL: Final = ":total"  # of a cell; no id holds a colon
_WHOLE: Final = "total"  # of the text

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

    reason = "%(hidden)s of %(cells)s numbers would have to be hidden: too many for a table that says something."
    suggestion = "Release a coarser one: by district instead of municipality, by quarter or year instead of month."
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
class Counted:
    """How many there were in a month.

    Attributes:
        place_id: Where.
        month: When.
        number: How many.
    """

    place_id: str
    month: str
    number: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedRow:
    """A line of a release.

    Attributes:
        place_id: The place; None of the line of totals.
        cells: For each column a number or a mark, the total of the line last where there are several columns.
        of_total: The share that the line's total is of the whole, hidden where either is; None of the line of totals.
    """

    place_id: str | None
    cells: tuple[Shown, ...]
    of_total: float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A table, and which of its cells are hidden.

    Attributes:
        table: All cells, with the numbers that are secret.
        hidden: Those that are hidden.
        places: Of the lines, in order.
        columns: What they are called.
    """

    table: Table
    hidden: frozenset[Cell]
    places: tuple[str, ...]
    columns: tuple[str, ...]

    def text(self) -> str:
        """What is published, as a release keeps it."""
        lines = {place: self._line(place) for place in self.places}
        written: dict[str, Any] = {"columns": self.columns, "places": lines}
        if len(self.places) > 1:
            written[_WHOLE] = self._line(TOTAL)
        return json.dumps(written, ensure_ascii=False, separators=(",", ":"))

    def _line(self, row: str) -> list[Shown]:
        columns = (*self.columns, TOTAL) if len(self.columns) > 1 else self.columns
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


def table_of(counted: Iterable[Counted], places: Mapping[str, Place], wanted: Wanted) -> tuple[Table, tuple[str, ...]]:
    """The table of some counts with all of its totals, and the places that are its lines, by id."""
    column = {month: name for name, part in zip(wanted.columns, wanted.parts, strict=True) for month in part}
    sums = defaultdict[Cell, int](int)
    for each in counted:
        if each.month in column:
            sums[place_at(places, each.place_id, wanted.level), column[each.month]] += each.number
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


def made(counted: Iterable[Counted], places: Mapping[str, Place], wanted: Wanted) -> Protected:
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
    return Protected(table=table, hidden=hidden, places=rows, columns=wanted.columns)


# -- the text of a release -------------------------------------------------------------------------------------------


def rows_of(text: str) -> tuple[ReleasedRow, ...]:
    """The lines that the text of a release holds, that of totals last."""
    written: Any = json.loads(text)
    lines: list[tuple[str | None, list[Shown]]] = [*written["places"].items()]
    if _WHOLE in written:
        lines.append((None, written[_WHOLE]))
    whole = lines[-1][1][-1]
    return tuple(
        ReleasedRow(place_id=place, cells=tuple(cells), of_total=_share(cells[-1], whole) if place else None)
        for place, cells in lines
    )


def _share(part: Shown, whole: Shown) -> float | str:
    if isinstance(part, str) or isinstance(whole, str):
        return HIDDEN
    return part / whole


def well_written(text: str, columns: int) -> bool:
    """Whether a text is the table of a release with so many columns: numbers from k on, marks, and nothing else."""
    try:
        written: Any = json.loads(text)
        lines = [*written["places"].values(), *([written[_WHOLE]] if _WHOLE in written else [])]
        right = written.keys() <= {"columns", "places", _WHOLE} and len(written["columns"]) == columns
        names = [*written["columns"], *written["places"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    width = columns + (columns > 1)
    return right and all(isinstance(each, str) for each in names) and all(_is_line(line, width) for line in lines)


def _is_line(line: object, width: int) -> bool:
    return isinstance(line, list) and len(line) == width and all(map(_is_shown, line))


def _is_shown(cell: object) -> bool:
    return cell in (HIDDEN, NOT_REPORTED) or (type(cell) is int and cell >= K)
