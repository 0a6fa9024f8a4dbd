"""Services, counts and releases as they are recorded, and a release as it would be made now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.domain.bikram_sambat import days_of
from relay.domain.register import Register
from relay.errors import refused
from relay.ledger import programmes
from relay.ledger import reading as ledger
from relay.service.json_codec import read_columns
from relay.systems.protection.kinds import LEVELS, OF_SITES
from relay.systems.protection.rules import COMMITTEE, require_period, require_unreleased
from relay.systems.protection.tables import (
    MONTH_GOES_ON,
    K,
    OneCommittee,
    Places,
    Published,
    RawCount,
    Wanted,
    made,
    place_at,
)

if TYPE_CHECKING:
    from relay.graph import Graph

STALE: Final = timedelta(days=180)
"""So long after it was checked an entry of the directory may be wrong (our choice)."""
ACTIVE: Final = timedelta(days=90)
"""Within so many days a committee that is active has met (our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a release is made of: what was counted of a measure, and where each committee is; None where nobody said."""

    places: Places
    counted: Sequence[RawCount]
    committees: Sequence[str | None]


Said = Callable[[str], Iterable[Mapping[str, Any]]]
"""Kind of act → what those of it say that stand, numbers too; none of a system that is off."""


def said_in(graph: Graph, programme_id: str, systems: Collection[str]) -> Said:
    """What is recorded in a programme that uses some systems; asked for, it may find the database unavailable."""
    on = graph.catalogue.is_on
    return lambda kind: ledger.said(graph, programme_id, kind, personal=True) if on(kind, systems) else ()


def said_of(register: Register) -> Said:
    """The same, of a register."""
    on = register.catalogue.is_on
    return lambda kind: (fact.values for fact in register.acts(kind) if on(kind, register.systems))


def raw(said: Said) -> Iterator[RawCount]:
    """Whatever was counted, by committees and at sites, in ledger order."""
    for each in said("committee_count"):
        yield read_columns(RawCount, {**each, "act_id": f"committee_count:{each['committee_count_id']}"})
    sites = {each["site_id"]: each["place_id"] for each in said("site")}
    for each in said("site_count"):
        known = {"act_id": f"site_count:{each['site_count_id']}", "place_id": sites[each["site_id"]]}
        yield read_columns(RawCount, {**each, **known, "measure": OF_SITES[0], "count": each.get(OF_SITES[0])})


def counts(said: Said, measure: str) -> Counts:
    """What was counted of a measure; what was withheld or erased counts as not reported."""
    return Counts(
        places={each["place_id"]: each for each in said("place")},
        counted=[each for each in raw(said) if each.measure == measure and each.count is not None],
        committees=[each.get("place_id") for each in said("group") if each.get("kind") == COMMITTEE],
    )


def table(known: Counts, wanted: Wanted, *, unit: int = K) -> Published:
    """What of some counts may be released, rounded down to a multiple of a unit.

    Raises:
        OneCommittee: A line would be the count of one committee.
        Refused: There is nothing.
    """
    found = made(known.counted, known.places, wanted, unit=unit)
    if wanted.measure not in OF_SITES:
        homes = [place_at(known.places, place, wanted.level) for place in known.committees if place]
        alone = next((place for place in found.places if homes.count(place) == 1), None)
        if alone and known.places[alone].get("kind") == "municipality":
            raise OneCommittee(place_id=alone)
    return found


def draft(graph: Graph, programme_id: str, wanted: Wanted, today: date) -> tuple[Wanted, Published, int]:
    """A release as it would be made now, and the last entry of the ledger that it takes in.

    It is of districts where a municipality that was wanted has one committee. Nothing else is added up by itself: that
    a table was made coarser because its numbers were small would tell that they were.

    Raises:
        Invalid: The months are none.
        Refused: The last is not over; or some of it was released before; or there is nothing.
        Unavailable: The database cannot be reached.
    """
    head = programmes.head(graph, programme_id)
    require_period(wanted.from_month, wanted.until_month, wanted.span)
    if days_of(wanted.until_month)[1] >= today:
        raise refused(MONTH_GOES_ON, month=wanted.until_month)
    released = ledger.said(graph, programme_id, "release")
    require_unreleased(wanted.measure, wanted.from_month, wanted.until_month, released)
    known = counts(said_in(graph, programme_id, head.systems), wanted.measure)
    try:
        return wanted, table(known, wanted), head.entries
    except OneCommittee:
        by_district = replace(wanted, level=LEVELS[-1])
        return by_district, table(known, by_district), head.entries


def wanted_of(values: Mapping[str, Any]) -> Wanted:
    """What a release released."""
    return read_columns(Wanted, values)
