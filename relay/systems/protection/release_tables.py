"""The tables of counts that releases publish, with their totals, and their text form.

An attacker knows the rules by which a release is made. She may have counted herself and know her own numbers, and may
have been told all others but one. So each place's or site's number in a column is rounded down to a multiple of
five before anything is added up, and totals are sums of rounded numbers. A published number then has five possible
values, whatever else somebody knows. A sum of 0 is shown as a mark, since it may hide some. Two releases never share a
month of a measure: a month and its quarter, each rounded, could reveal more together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from relay.domain.bikram_sambat import months_from
from relay.errors import Failure, Refused, refused
from relay.service.json_codec import read_json
from relay.systems.protection.kinds import SPANS

TOTAL: Final = ":total"  # of a line or column; no id holds a colon
K: Final = 5
"""Published numbers are rounded down to multiples of this, so each has this many possible values."""
HIDDEN: Final = "·"
"""Mark of a number that is rounded down to 0."""
NOT_REPORTED: Final = "-"
"""Mark of a number that nobody reported, which is not 0."""

Shown = int | str
"""A published cell: a number, or a mark."""


NOTHING_COUNTED: Final = Failure(
    Refused,
    "nothing_counted",
    "Nobody counted %(measure)s in these months.",
    advice="Record the counts first, or give other months.",
    field="from_month",
)


MONTH_GOES_ON: Final = Failure(
    Refused,
    "month_goes_on",
    "%(month)s is not over yet.",
    advice="Release it once the month has ended and everyone has reported.",
    field="until_month",
)


class OneCommittee(Refused):
    """The count of a place would be that of its only committee."""

    reason = "In place %(place_id)s there is one committee only: the count of the place would be its own."
    advice = "Release by larger places instead."
    field = "level"

    place_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCount:
    """A count as it was recorded.

    Attributes:
        act_id: Id of its act, "kind:id".
        place_id: Id of the place.
        month: Month of the count.
        measure: What was counted; "visits" for a site for advice.
        count: The number; None if it was erased or withheld.
        site_id: Id of the site that counted; None for a count of committees.
    """

    act_id: str
    place_id: str
    month: str
    measure: str
    count: int | None = None
    site_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be released.

    Attributes:
        measure: What was counted.
        from_month: First month.
        until_month: Last month, of the same calendar.
        level: One of the two of `Country.tabled_by`: counts of smaller places are added up to it.
        span: "month", "quarter" or "year": period of each column.
    """

    measure: str
    from_month: str
    until_month: str
    level: str
    span: str

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The months of each column."""
        months, span = months_from(self.from_month, self.until_month), SPANS[self.span]
        return tuple(months[at : at + span] for at in range(0, len(months), span))

    @property
    def columns(self) -> tuple[str, ...]:
        """The name of each column: its month, or its first and last month."""
        return tuple(part[0] if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedRow:
    """A row of a release.

    Attributes:
        place_id: Id of the place; None for the row of totals.
        cells: A number or mark for each column; with several columns, the total of the row comes last.
        of_total: Share of the row's total in the whole, both rounded; hidden if either is. None for the row of totals.
        not_reported: Months that nobody reported there, if a column stands for several months.
    """

    place_id: str | None
    cells: tuple[Shown, ...]
    of_total: float | str | None
    not_reported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedCell:
    """A cell of a release.

    Attributes:
        place_id: Id of the place of its row; None for the row of totals.
        month: Name of its column; None for the column of totals.
        value: The number; None if it is hidden, or if nobody reported.
        hidden: Whether it is hidden, since it is rounded down to 0.
    """

    place_id: str | None
    month: str | None
    value: int | None
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published table: multiples of five, and marks for what is hidden or was not reported.

    Attributes:
        columns: Names of the columns.
        places: Place → cells of its row, in order; with several columns, the total of the row comes last.
        total: Cells of the row of totals; None for a single place.
        not_reported: Place → months that nobody reported there, if a column stands for several months.
    """

    columns: tuple[str, ...]
    places: Mapping[str, tuple[Shown, ...]]
    total: tuple[Shown, ...] | None = None
    not_reported: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @classmethod
    def of(cls, text: str) -> Published:
        """Parse the text that a release holds.

        Raises:
            ValueError: It is not such a text.
        """
        published: Published = read_json(cls, text.encode())
        return published

    def text(self) -> str:
        """The text that a release holds."""
        values = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))

    @property
    def lines(self) -> Mapping[str | None, tuple[Shown, ...]]:
        """Place, or None for totals, which come last → cells of the row."""
        totals: dict[str | None, tuple[Shown, ...]] = {None: self.total} if self.total else {}
        return dict[str | None, tuple[Shown, ...]](self.places.items()) | totals

    def rows(self) -> tuple[ReleasedRow, ...]:
        """The table by rows."""
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
        """The table by cells, row by row."""
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
    """Whether a text is a valid table with a number of columns: numbers from K on, marks and months only."""
    try:
        published = Published.of(text)
    except (ValueError, RecursionError):
        return False
    width = columns + (columns > 1)
    return (
        json.loads(published.text()) == json.loads(text)
        and len(published.columns) == columns
        and published.not_reported.keys() <= published.places.keys()
        and all(len(line) == width and all(map(_is_shown, line)) for line in published.lines.values())
    )


def _is_shown(cell: Shown) -> bool:
    return cell in (HIDDEN, NOT_REPORTED) if isinstance(cell, str) else cell >= K


# -- from counts to what is published --------------------------------------------------------------------------------


Places = Mapping[str, Mapping[str, Any]]
"""Place id → columns of the place, of which its kind and its parent are used."""


def place_at(places: Places, place_id: str, level: str) -> str:
    """The place of a level that a place lies in; the place itself if it is larger than that level."""
    above, seen = place_id, set[str]()
    while above not in seen and above in places:
        if places[above].get("kind") == level:
            return above
        seen.add(above)
        above = places[above].get("parent_id") or place_id
    return place_id


def made(counted: Sequence[RawCount], places: Places, wanted: Wanted, *, unit: int = K) -> Published:
    """Make the published table of some counts.

    Args:
        counted: Counts of one measure; months outside the request are ignored.
        places: All places of the programme.
        wanted: What is to be released.
        unit: Numbers are rounded down to multiples of this; 1 leaves them unchanged, as in earlier releases.

    Raises:
        Refused: There is nothing to publish.
    """
    column = {month: name for name, part in zip(wanted.columns, wanted.parts, strict=True) for month in part}
    taken_in = [each for each in counted if each.month in column]
    if not taken_in:
        raise refused(NOTHING_COUNTED, measure=wanted.measure)
    numbers = Counter[tuple[str, str | None, str]]()
    for each in taken_in:
        numbers[each.place_id, each.site_id, column[each.month]] += each.count or 0
    sums = Counter[tuple[str, str]]()
    for (place_id, _, name), number in numbers.items():
        row, rounded = place_at(places, place_id, wanted.level), number - number % unit
        sums.update(dict.fromkeys(((row, name), (row, TOTAL), (TOTAL, name), (TOTAL, TOTAL)), rounded))
    rows = sorted({row for row, _ in sums} - {TOTAL})
    columns = (*wanted.columns, TOTAL) if len(wanted.columns) > 1 else wanted.columns
    lines = {row: tuple(_shown(sums.get((row, name))) for name in columns) for row in (*rows, TOTAL)}
    return Published(
        columns=wanted.columns,
        places={row: lines[row] for row in rows},
        total=lines[TOTAL] if len(rows) > 1 else None,
        not_reported=_not_reported(taken_in, places, wanted, rows),
    )


def _shown(number: int | None) -> Shown:
    """A sum as it is published; None for not reported."""
    return NOT_REPORTED if number is None else number if number >= K else HIDDEN


def _not_reported(
    counted: Iterable[RawCount], places: Places, wanted: Wanted, rows: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Place → months that nobody reported there, if a column stands for several; single months have a mark instead."""
    if wanted.span == "month":
        return {}
    reported = {(place_at(places, each.place_id, wanted.level), each.month) for each in counted}
    months = [month for part in wanted.parts for month in part]
    missing = {row: tuple(month for month in months if (row, month) not in reported) for row in rows}
    return {row: without for row, without in missing.items() if without}
