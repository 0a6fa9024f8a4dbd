"""What can be asked about protection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Final

from relay.domain.acts import Value
from relay.domain.model import Rate
from relay.domain.schema import Column
from relay.exchange import cells
from relay.ledger import reading as ledger
from relay.service.queries.parameters import AsOf
from relay.service.question import Question, Says, Source
from relay.systems.protection import cypher, reading
from relay.systems.protection.kinds import LEVELS, OF_COMMITTEES, OF_SITES, SPANS
from relay.systems.protection.reading import RawCount
from relay.systems.protection.release import K
from relay.systems.protection.tables import ReleasedRow, Wanted, rows_of

if TYPE_CHECKING:
    from relay.graph import Graph


_NEVER: Final = date.max.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A service of the directory, of which all is public.

    Attributes:
        service_id: Its id.
        name: What it is called.
        kind: "police", "one_stop_crisis_centre", "health" and so on.
        place_id: Where.
        phone: Its number; None where nobody knows one.
        hours: When it is open.
        languages: In which it speaks.
        checked_on: When somebody last made sure of all that.
        stale: Whether that is more than 180 days ago.
    """

    service_id: str
    name: str
    kind: str
    place_id: str
    phone: str | None
    hours: str | None
    languages: str | None
    checked_on: date
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRow:
    """A release: what was published of a measure, once.

    Attributes:
        release_id: Its id.
        measure: What was counted.
        from_month: The first month.
        until_month: The last.
        level: Of its lines.
        span: Of its columns.
        k: Smaller counts are hidden.
        entries: The last entry of the ledger that it took in.
        columns: What its columns are called.
        rows: By place, the totals last.
    """

    release_id: str
    measure: str
    from_month: str
    until_month: str
    level: str
    span: str
    k: int
    entries: int
    columns: tuple[str, ...]
    rows: tuple[ReleasedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionFound:
    """What of protection everybody may see who works with the record.

    Attributes:
        as_of: The day.
        services: That were not closed by then, by place and kind.
        fresh: Services that were checked within 180 days, of all.
        active: Committees that met within 90 days, of all.
        months_reported: Months of places and measures of which a count is recorded; not how many it counts.
        releases: In the order in which they were made.
    """

    as_of: date
    services: tuple[ServiceRow, ...]
    fresh: Rate
    active: Rate
    months_reported: int
    releases: tuple[ReleaseRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A release as it would be made now; nothing is recorded yet.

    Attributes:
        wanted: What is to be released.
        coarser: Whether that adds up more than was asked, of which more than a third would have to be hidden, or a
            line would be the count of one committee.
        k: Smaller counts are hidden.
        entries: The last entry of the ledger that it takes in.
        hidden: How many numbers are hidden.
        cells: Of how many.
        table: The text that the release will keep.
        rows: The same, as lines.
    """

    wanted: Wanted
    coarser: bool
    k: int
    entries: int
    hidden: int
    cells: int
    table: str
    rows: tuple[ReleasedRow, ...]


def services(graph: Graph, programme_id: str, as_of: date) -> tuple[ServiceRow, ...]:
    """The directory on a day, by place, kind and id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = ledger.said(graph, programme_id, "service")
    return tuple(
        ServiceRow(
            service_id=row["service_id"],
            name=row["name"],
            kind=row["kind"],
            place_id=row["place_id"],
            phone=row.get("phone"),
            hours=row.get("hours"),
            languages=row.get("languages"),
            checked_on=(checked_on := date.fromisoformat(row["checked_on"])),
            stale=as_of - checked_on > reading.STALE,
        )
        for row in sorted(rows, key=itemgetter("place_id", "kind", "service_id"))
        if row.get("closed_on", _NEVER) > as_of.isoformat()
    )


def releases(graph: Graph, programme_id: str) -> tuple[ReleaseRow, ...]:
    """What was released, in the order in which it was.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(
        ReleaseRow(
            release_id=row["release_id"],
            k=int(row["k"]),
            entries=int(row["entries"]),
            columns=reading.wanted_of(row).columns,
            rows=rows_of(row["table"]),
            **{name: row[name] for name in Wanted.__slots__},
        )
        for row in ledger.said(graph, programme_id, "release")
    )


def protection(graph: Graph, programme_id: str, as_of: date) -> ProtectionFound:
    """The directory, how committees are, and what was released.

    Raises:
        Unavailable: The database cannot be reached.
    """
    known = services(graph, programme_id, as_of)
    committees = graph.rows(cypher.COMMITTEES, programme_id=programme_id)
    counted = ledger.said(graph, programme_id, "committee_count")
    since, until = (as_of - reading.ACTIVE).isoformat(), as_of.isoformat()
    return ProtectionFound(
        as_of=as_of,
        services=known,
        fresh=Rate.of(sum(not each.stale for each in known), len(known)),
        active=Rate.of(sum(any(since <= day <= until for day in row["held"]) for row in committees), len(committees)),
        months_reported=len({itemgetter("place_id", "month", "measure")(row) for row in counted}),
        releases=releases(graph, programme_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection(Question[ProtectionFound]):
    """The directory of services, how committees are, and what of their counts was released."""

    name = "protection"
    action = "services"
    path = "protection"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> ProtectionFound:
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
        """Those of committees, then those of sites; by id."""
        said = reading.said_in(source.graph, programme_id, source.systems)
        return tuple(sorted(reading.raw(said), key=lambda each: each.act_id))

    def opened(self, answer: tuple[RawCount, ...]) -> Iterable[str]:
        """Each count."""
        return (each.act_id for each in answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRelease(Question[Draft]):
    """What of a measure could be released now, so that nobody can work out a small count; nothing is recorded."""

    name = "draft_release"
    action = "release"
    path = "protection/draft"

    as_of: AsOf
    measure: Annotated[str, Says(sort="word", text="What was counted.", choices=(*OF_COMMITTEES, *OF_SITES))]
    from_month: Annotated[str, Says(sort="word", text="The first month, such as 2083-07 BS or 2026-11.")]
    until_month: Annotated[str, Says(sort="word", text="The last month, of the same calendar.")]
    level: Annotated[str, Says(sort="word", text="What a line adds up.", choices=LEVELS)] = LEVELS[0]
    span: Annotated[str, Says(sort="word", text="What a column adds up.", choices=tuple(SPANS))] = "month"

    def answer(self, source: Source, programme_id: str) -> Draft:
        """The table with its marks."""
        wanted = Wanted(
            measure=self.measure,
            from_month=_month(self.from_month, "from_month"),
            until_month=_month(self.until_month, "until_month"),
            level=self.level,
            span=self.span,
        )
        found, entries = reading.draft(source.graph, programme_id, wanted, self.as_of)
        table = found.text()
        return Draft(
            wanted=found.wanted,
            coarser=found.wanted != wanted,
            k=K,
            entries=entries,
            hidden=len(found.hidden),
            cells=len(found.table.counts),
            table=table,
            rows=rows_of(table),
        )


def _month(text: str, field: str) -> str:
    return str(cells.read(Column(name=field, type="month"), text))


def said(draft: Draft) -> dict[str, Value]:
    """The columns of the release that a draft becomes."""
    wanted = {name: getattr(draft.wanted, name) for name in Wanted.__slots__}
    return {**wanted, "k": draft.k, "entries": draft.entries, "table": draft.table}


QUESTIONS: Final = (Protection, RawCounts, DraftRelease)
