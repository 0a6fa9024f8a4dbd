"""Reads services, counts and releases, and makes the table of a release."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.countries.country import country_of
from relay.domain.bikram_sambat import days_of
from relay.domain.register import Register
from relay.errors import refused
from relay.ledger import programme_heads
from relay.ledger import reading as ledger
from relay.service.json_codec import read_columns
from relay.systems.protection.kinds import OF_SITES
from relay.systems.protection.release_tables import (
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
from relay.systems.protection.rules import COMMITTEE, require_level, require_period, require_unreleased

if TYPE_CHECKING:
    from relay.graph import Graph

STALE: Final = timedelta(days=180)
"""Time after which an entry of the directory should be checked again (our choice)."""
ACTIVE: Final = timedelta(days=90)
"""An active committee has met within this time (our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a release is made from.

    Attributes:
        places: All places.
        counted: The counts of a measure.
        committees: The place of each committee; None if not recorded.
        level: The smaller of the levels by which tables are made.
    """

    places: Places
    counted: Sequence[RawCount]
    committees: Sequence[str | None]
    level: str


ActsOfKind = Callable[[str], Iterable[Mapping[str, Any]]]
"""Gives the acts in force of a kind, each as column → value, personal ones included; none if its system is off."""


def acts_in(graph: Graph, programme_id: str, systems: Collection[str]) -> ActsOfKind:
    """The acts of a programme that uses some systems; calling the result may raise Unavailable."""
    on = graph.catalogue.is_on
    return lambda kind: ledger.said(graph, programme_id, kind, personal=True) if on(kind, systems) else ()


def acts_in_register(register: Register) -> ActsOfKind:
    """The acts of a register."""
    on = register.catalogue.is_on
    return lambda kind: (fact.values for fact in register.acts(kind) if on(kind, register.systems))


def raw(acts_of: ActsOfKind) -> Iterator[RawCount]:
    """All counts, of committees and of sites, in ledger order."""
    for each in acts_of("committee_count"):
        yield read_columns(RawCount, {**each, "act_id": f"committee_count:{each['committee_count_id']}"})
    sites = {each["site_id"]: each["place_id"] for each in acts_of("site")}
    for each in acts_of("site_count"):
        columns = {"act_id": f"site_count:{each['site_count_id']}", "place_id": sites[each["site_id"]]}
        yield read_columns(RawCount, {**each, **columns, "measure": OF_SITES[0], "count": each.get(OF_SITES[0])})


def counts(acts_of: ActsOfKind, measure: str) -> Counts:
    """The counts of a measure; those withheld or erased count as not reported."""
    return Counts(
        places={each["place_id"]: each for each in acts_of("place")},
        counted=[each for each in raw(acts_of) if each.measure == measure and each.count is not None],
        committees=[each.get("place_id") for each in acts_of("group") if each.get("kind") == COMMITTEE],
        level=country_of(next(iter(acts_of("programme"))).get("country")).tabled_by[0],
    )


def table(known: Counts, wanted: Wanted, *, unit: int = K) -> Published:
    """The table that may be released of some counts, rounded down to multiples of a unit.

    Raises:
        OneCommittee: A row would be the count of a single committee.
        Refused: There is nothing to release.
    """
    published = made(known.counted, known.places, wanted, unit=unit)
    if wanted.measure not in OF_SITES:
        homes = [place_at(known.places, place, wanted.level) for place in known.committees if place]
        alone = next((place for place in published.places if homes.count(place) == 1), None)
        if alone and known.places[alone].get("kind") == known.level:
            raise OneCommittee(place_id=alone)
    return published


def draft(graph: Graph, programme_id: str, wanted: Wanted, today: date) -> tuple[Wanted, Published, int]:
    """A release as it would be made now, and the last entry of the ledger that it includes.

    If a place of the smaller level has a single committee, the table is by the larger one. Tables are not made
    coarser for other reasons: that would reveal that their numbers are small.

    Raises:
        Invalid: The months are not valid, or no table is made by the level.
        Refused: The last month is not over; or part of it was released before; or there is nothing to release.
        Unavailable: The database cannot be reached.
    """
    head = programme_heads.head(graph, programme_id)
    country = country_of(head.country)
    require_level(wanted.level, country)
    require_period(wanted.from_month, wanted.until_month, wanted.span)
    if days_of(wanted.until_month)[1] >= today:
        raise refused(MONTH_GOES_ON, month=wanted.until_month)
    released = ledger.said(graph, programme_id, "release")
    require_unreleased(wanted.measure, wanted.from_month, wanted.until_month, released)
    counts_ = counts(acts_in(graph, programme_id, head.systems), wanted.measure)
    try:
        return wanted, table(counts_, wanted), head.entries
    except OneCommittee:
        larger = replace(wanted, level=country.tabled_by[-1])
        return larger, table(counts_, larger), head.entries


def wanted_of(values: Mapping[str, Any]) -> Wanted:
    """The request that a release was made for."""
    return read_columns(Wanted, values)
