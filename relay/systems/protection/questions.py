"""The questions about protection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, Final

from relay.countries.country import country_of
from relay.domain.acts import Value
from relay.domain.model import Rate
from relay.exchange import cells
from relay.ledger import reading as ledger
from relay.service.json_codec import read_columns
from relay.service.question import Question, Says, Source
from relay.service.questions.parameters import AsOf
from relay.systems.protection import cypher, reading
from relay.systems.protection.kinds import OF_COMMITTEES, OF_SITES, SPANS
from relay.systems.protection.release_tables import K, Published, RawCount, ReleasedCell, ReleasedRow, Wanted

if TYPE_CHECKING:
    from relay.graph import Graph


_NEVER: Final = date.max.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A service of the directory; all of it is public.

    Attributes:
        service_id: Id of the service.
        name: Name of the service.
        kind: "police", "one_stop_crisis_centre", "health" and so on.
        place_id: Id of its place.
        phone: Its telephone number; None if unknown.
        hours: Its opening hours.
        languages: Languages that it speaks.
        checked_on: Day on which somebody last checked all of that.
        stale: Whether that is more than 180 days ago.
    """

    service_id: str
    name: str
    kind: str
    place_id: str
    phone: str | None = None
    hours: str | None = None
    languages: str | None = None
    checked_on: date
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRow:
    """A release: what was published of a measure, once.

    Attributes:
        release_id: Id of the release; None for a draft.
        measure: What was counted.
        from_month: First month.
        until_month: Last month, of the same calendar.
        level: Level of places of its rows.
        span: Period of its columns.
        k: Counts are rounded down to a multiple of this.
        entries: Sequence number of the last entry of the ledger that it includes.
        columns: Names of its columns.
        rows: Rows by place, the totals last.
        cells: The same as single cells, without totals.
        totals: The cells of totals.
    """

    release_id: str | None
    measure: str
    from_month: str
    until_month: str
    level: str
    span: str
    k: int
    entries: int
    columns: tuple[str, ...]
    rows: tuple[ReleasedRow, ...]
    cells: tuple[ReleasedCell, ...]
    totals: tuple[ReleasedCell, ...]

    @property
    def hidden(self) -> Rate:
        """Hidden numbers, of all numbers."""
        numbers = [each for each in (*self.cells, *self.totals) if each.hidden or each.value is not None]
        return Rate.of(sum(each.hidden for each in numbers), len(numbers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionReport:
    """What everybody who works with the record may see of protection.

    Attributes:
        as_of: Reference day; what happens later does not count.
        services: Services that were not closed by then, by place and kind.
        fresh: Services that were checked within 180 days, of all.
        active: Committees that met within 90 days, of all.
        months_reported: Number of months, over all places and measures, with a recorded count.
        releases: Releases in the order in which they were made.
    """

    as_of: date
    services: tuple[ServiceRow, ...]
    fresh: Rate
    active: Rate
    months_reported: int
    releases: tuple[ReleaseRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(ReleaseRow):
    """A release as it would be made now; nothing is recorded.

    Attributes:
        coarser: Whether it is by a larger level than was asked for, since one of the places has a single committee.
        table: The text that the release will hold.
    """

    coarser: bool
    table: str


def services(graph: Graph, programme_id: str, as_of: date) -> tuple[ServiceRow, ...]:
    """The directory on a day, by place, kind and id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = ledger.said(graph, programme_id, "service")
    return tuple(
        read_columns(ServiceRow, row | {"stale": row["checked_on"] < (as_of - reading.STALE).isoformat()})
        for row in sorted(rows, key=itemgetter("place_id", "kind", "service_id"))
        if row.get("closed_on", _NEVER) > as_of.isoformat()
    )


def releases(graph: Graph, programme_id: str) -> tuple[ReleaseRow, ...]:
    """The releases in the order in which they were made.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(
        ReleaseRow(
            release_id=row["release_id"],
            k=int(row["k"]),
            entries=int(row["entries"]),
            **_attributes_of(reading.wanted_of(row), Published.of(row["table"])),
        )
        for row in ledger.said(graph, programme_id, "release")
    )


def _attributes_of(wanted: Wanted, published: Published) -> dict[str, Any]:
    """The attributes of a release that follow from its request and its table."""
    cells = published.cells()
    inner = tuple(each for each in cells if each.place_id and each.month)
    columns_of = {"columns": wanted.columns, "rows": published.rows(), "cells": inner}
    return {**asdict(wanted), **columns_of, "totals": tuple(each for each in cells if each not in inner)}


def protection(graph: Graph, programme_id: str, as_of: date) -> ProtectionReport:
    """The directory, the state of committees, and the releases.

    Raises:
        Unavailable: The database cannot be reached.
    """
    services_ = services(graph, programme_id, as_of)
    committees = graph.rows(cypher.COMMITTEES, programme_id=programme_id)
    counted = ledger.said(graph, programme_id, "committee_count")
    since, until = (as_of - reading.ACTIVE).isoformat(), as_of.isoformat()
    return ProtectionReport(
        as_of=as_of,
        services=services_,
        fresh=Rate.of(sum(not each.stale for each in services_), len(services_)),
        active=Rate.of(sum(any(since <= day <= until for day in row["held"]) for row in committees), len(committees)),
        months_reported=len({itemgetter("place_id", "month", "measure")(row) for row in counted}),
        releases=releases(graph, programme_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection(Question[ProtectionReport]):
    """The directory of services, how committees are, and what of their counts was released."""

    name = "protection"
    action = "services"
    path = "protection"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> ProtectionReport:
        """Services by place, and all releases."""
        return protection(source.graph, programme_id, self.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCounts(Question[tuple[RawCount, ...]]):
    """Every monthly count as it was recorded: for the role protection alone, and written down who read it."""

    name = "raw_counts"
    action = "raw counts"
    path = "protection/counts"
    personal = True

    def answer(self, source: Source, programme_id: str) -> tuple[RawCount, ...]:
        """Counts of committees, then of sites; each by id."""
        columns_of = reading.acts_in(source.graph, programme_id, source.systems)
        return tuple(sorted(reading.raw(columns_of), key=lambda each: each.act_id))

    def opened(self, answer: tuple[RawCount, ...]) -> Iterable[str]:
        """The ids of all counts, which are logged as read."""
        return (each.act_id for each in answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRelease(Question[Draft]):
    """What of a measure could be released now, so that nobody can work out a small count; nothing is recorded."""

    name = "draft_release"
    action = "release"
    path = "protection/draft"

    as_of: AsOf
    measure: Annotated[str, Says(sort="word", text="What was counted.", choices=(*OF_COMMITTEES, *OF_SITES))]
    from_month: Annotated[str, Says(sort="word", text="The first month, such as 2026-11.")]
    until_month: Annotated[str, Says(sort="word", text="The last month, of the same calendar.")]
    level: Annotated[str | None, Says(sort="word", text="The level of place that a line adds up.")] = None
    span: Annotated[str, Says(sort="word", text="What a column adds up.", choices=tuple(SPANS))] = "month"

    def answer(self, source: Source, programme_id: str) -> Draft:
        """The table with its marks.

        Raises:
            Refused: Nothing can be released.
            Invalid: What is to be released is not given completely.
        """
        columns = source.graph.catalogue.kind("release").columns
        asked = asdict(self) | {"level": self.level or country_of(source.country).tabled_by[0]}
        values = {each.name: cells.read(each, asked[each.name]) for each in columns if each.name in asked}
        if missing := next((name for name, value in values.items() if value is None), None):
            from relay.systems.groups.meeting_recording import NotSaid  # what records comes with it

            raise NotSaid(field=missing)
        wanted = reading.wanted_of(values)
        wanted_, published, entries = reading.draft(source.graph, programme_id, wanted, self.as_of)
        return Draft(
            release_id=None,
            coarser=wanted_ != wanted,
            k=K,
            entries=entries,
            table=published.text(),
            **_attributes_of(wanted_, published),
        )


def columns_of(draft: Draft) -> dict[str, Value]:
    """The columns of the release that a draft becomes."""
    return {name: getattr(draft, name) for name in (*Wanted.__slots__, "k", "entries", "table")}


QUESTIONS: Final = (Protection, RawCounts, DraftRelease)
