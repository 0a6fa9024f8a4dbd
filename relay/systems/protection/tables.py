"""Counts as a table with its totals, as they are published, and the text in which a release keeps that.

Who attacks a release knows the rule by which it was made, and has counted herself: she knows her own numbers, and may
have been told all others but one. So each municipality's or site's number in a column is rounded down to a multiple of
five before anything is added up, and what adds up is added from the rounded numbers. What is published of a number is
then one of five that it can be, whatever else somebody knows. A sum of 0 has a mark, since it may hide some. Two
releases never share a month of a measure: a month and its quarter, each rounded, could tell more together.
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
"""What is published of a number is a multiple of this, so one of as many that it can be."""
HIDDEN: Final = "·"
"""The mark of what is rounded down to 0."""
NOT_REPORTED: Final = "-"
"""The mark of what nobody counted, which is not 0."""

Shown = int | str
"""A cell as it is published: a number, or a mark."""


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
    """The count of a municipality is that of its only committee."""

    reason = "In place %(place_id)s there is one committee only: the count of the municipality would be its own."
    advice = "Release by district instead: --level district"
    field = "level"

    place_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCount:
    """A count as it was recorded.

    Attributes:
        act_id: Id of its record.
        measure: What was counted; "visits" of a site for advice.
        count: How many; None where it was erased or withheld.
        site_id: The site that counted; None where the place did.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedRow:
    """A line of a release.

    Attributes:
        place_id: The place; None of the line of totals.
        cells: For each column a multiple of five or a mark, the total of the line last where there are several columns.
        of_total: The share that the line's total is of the whole, both rounded, and hidden where either is; None of the
            line of totals.
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
        place_id: Id of its line; None of the line of totals.
        month: What its column is called; None of the column of totals.
        value: How many, each count rounded down to a multiple of five; None where it is hidden, or nobody reported.
        hidden: Whether it is hidden: rounded down it is 0.
    """

    place_id: str | None
    month: str | None
    value: int | None
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is published of a table: multiples of five, and marks of what is hidden or was not reported.

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


def made(counted: Sequence[RawCount], places: Places, wanted: Wanted, *, unit: int = K) -> Published:
    """What of some counts is published.

    Args:
        counted: Of one measure; what is outside of the months that are wanted is passed over.
        places: All of the programme.
        wanted: What is to be released.
        unit: What numbers are rounded down to a multiple of; 1 leaves them as they are, as earlier releases did.

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
    """A sum as it is published; None where nobody reported."""
    return NOT_REPORTED if number is None else number if number >= K else HIDDEN


def _not_reported(
    counted: Iterable[RawCount], places: Places, wanted: Wanted, rows: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Place → the months of which nobody counted there, where a column stands for several; else its mark tells it."""
    if wanted.span == "month":
        return {}
    reported = {(place_at(places, each.place_id, wanted.level), each.month) for each in counted}
    months = [month for part in wanted.parts for month in part]
    missing = {row: tuple(month for month in months if (row, month) not in reported) for row in rows}
    return {row: without for row, without in missing.items() if without}
