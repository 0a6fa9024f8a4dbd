"""Counts as a table with its totals, what of it may be published, and the text in which a release keeps that."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from typing import Any, Final

from relay.domain.bikram_sambat import months_from
from relay.errors import Refused
from relay.service.json_codec import read_json
from relay.systems.protection.kinds import LEVELS, SPANS
from relay.systems.protection.release import (
    HIDDEN,
    NOT_REPORTED,
    Cell,
    K,
    Line,
    Table,
    is_coarse_enough,
    protected,
    shown,
)

TOTAL: Final = ":total"  # of a cell; no id holds a colon

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
class RawCount:
    """A count as it was recorded.

    Attributes:
        act_id: Of its record.
        measure: What was counted; "visits" of a site for advice.
        count: How many; None where it was erased or withheld.
    """

    act_id: str
    place_id: str
    month: str
    measure: str
    count: int | None = None


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
        known, span = months_from(self.from_month, self.until_month), SPANS[self.span]
        return tuple(known[at : at + span] for at in range(0, len(known), span))

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
class Published:
    """What is published of a table: numbers, and marks of what is hidden or was not reported.

    Attributes:
        columns: What each is called.
        places: Place → its line, in order; the total of the line last where there are several columns.
        total: The line of totals; None where there is one place.
        not_reported: Place → the months that a column sums up with others and of which nobody counted there.
    """

    columns: tuple[str, ...]
    places: Mapping[str, tuple[Shown, ...]]
    total: tuple[Shown, ...] | None = None
    not_reported: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @classmethod
    def of(cls, text: str) -> Published:
        """As a release keeps it.

        Raises:
            ValueError: It does not.
        """
        found: Published = read_json(cls, text.encode())
        return found

    def text(self) -> str:
        """As a release keeps it."""
        said = {name: known for name, known in asdict(self).items() if known}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    @property
    def lines(self) -> Mapping[str | None, tuple[Shown, ...]]:
        """Place, or None of the totals, which are last → its line."""
        totals: dict[str | None, tuple[Shown, ...]] = {None: self.total} if self.total else {}
        return dict[str | None, tuple[Shown, ...]](self.places.items()) | totals

    def rows(self) -> tuple[ReleasedRow, ...]:
        """Line by line."""
        whole = [*self.lines.values()][-1][-1]
        return tuple(
            ReleasedRow(
                place_id=place,
                cells=line,
                of_total=_share(line[-1], whole) if place else None,
                not_reported=self.not_reported.get(place or "", ()),
            )
            for place, line in self.lines.items()
        )

    def cells(self) -> tuple[ReleasedCell, ...]:
        """Cell by cell, line by line."""
        return tuple(
            ReleasedCell(
                place_id=place, month=month, value=cell if isinstance(cell, int) else None, hidden=cell == HIDDEN
            )
            for place, line in self.lines.items()
            for month, cell in zip((*self.columns, None), line, strict=False)
        )


def _share(part: Shown, whole: Shown) -> float | str:
    return HIDDEN if isinstance(part, str) or isinstance(whole, str) else part / whole


def well_written(text: str, columns: int) -> bool:
    """Whether a text is the table of a release with so many columns: numbers from k on, marks, months and no more."""
    try:
        found = Published.of(text)
    except (ValueError, RecursionError):
        return False
    width = columns + (columns > 1)
    return (
        json.loads(found.text()) == json.loads(text)
        and len(found.columns) == columns
        and found.not_reported.keys() <= found.places.keys()
        and all(len(line) == width and all(map(_is_shown, line)) for line in found.lines.values())
    )


def _is_shown(cell: Shown) -> bool:
    return cell in (HIDDEN, NOT_REPORTED) if isinstance(cell, str) else cell >= K


# -- from counts to what is published --------------------------------------------------------------------------------


Places = Mapping[str, Mapping[str, Any]]
"""Id → the columns of a place, of which its kind and what it lies in are looked at."""


def place_at(places: Places, place_id: str, level: str) -> str:
    """The place of a level in which one lies; itself where there is none, since it is larger."""
    above, seen = place_id, set[str]()
    while above not in seen and above in places:
        if places[above].get("kind") == level:
            return above
        seen.add(above)
        above = places[above].get("parent_id") or place_id
    return place_id


def table_of(counted: Iterable[RawCount], places: Places, wanted: Wanted) -> tuple[Table, tuple[str, ...]]:
    """The table of some counts with all of its totals, and the places that are its lines, by id."""
    column = {month: name for name, part in zip(wanted.columns, wanted.parts, strict=True) for month in part}
    sums = defaultdict[Cell, int](int)
    for each in counted:
        if each.month in column:
            sums[place_at(places, each.place_id, wanted.level), column[each.month]] += each.count or 0
    rows, columns = tuple(sorted({row for row, _ in sums})), wanted.columns
    counts: dict[Cell, int] = {cell: sums[cell] for cell in product(rows, columns) if cell in sums}
    lines = list[Line]()

    def add_up(parts: Iterable[Cell], total: Cell) -> None:
        if known := tuple(each for each in parts if each in counts):
            counts[total] = sum(counts[each] for each in known)
            lines.append((*known, total))

    if len(columns) > 1:
        for row in rows:
            add_up(product([row], columns), (row, TOTAL))
    if len(rows) > 1:
        for name in (*columns, TOTAL):
            add_up(product(rows, [name]), (TOTAL, name))
    if len(rows) > 1 and len(columns) > 1:
        add_up(product([TOTAL], columns), (TOTAL, TOTAL))
    return Table(counts=counts, lines=tuple(lines)), rows


def made(counted: Sequence[RawCount], places: Places, wanted: Wanted) -> Published:
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
    columns = (*wanted.columns, TOTAL) if len(wanted.columns) > 1 else wanted.columns
    lines = {row: tuple(shown(table, hidden, (row, name)) for name in columns) for row in (*rows, TOTAL)}
    reported = {(place_at(places, each.place_id, wanted.level), each.month) for each in counted}
    missing = {
        row: tuple(month for part in wanted.parts for month in part if (row, month) not in reported)
        for row in rows
        if wanted.span != "month"  # there the mark in its own column tells it
    }
    return Published(
        columns=wanted.columns,
        places={row: lines[row] for row in rows},
        total=lines[TOTAL] if len(rows) > 1 else None,
        not_reported={row: months for row, months in missing.items() if months},
    )
