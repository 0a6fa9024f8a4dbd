"""Services, counts and releases as they are recorded, and a release as it would be made now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.domain.register import Register
from relay.errors import Refused
from relay.ledger import reading as ledger
from relay.systems.protection import cypher, months
from relay.systems.protection.kinds import OF_SITES
from relay.systems.protection.rules import COMMITTEE, ReleasedAlready, bounding, require_period
from relay.systems.protection.tables import (
    Counted,
    MonthGoesOn,
    OneCommittee,
    Place,
    Protected,
    TooMuchHidden,
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
LEARNING: Final = "learning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a release is made of.

    Attributes:
        places: Id → place.
        counted: Of one measure.
        committees: Where each committee is; None where nobody said.
    """

    places: Mapping[str, Place]
    counted: Sequence[Counted]
    committees: Sequence[str | None]


def counts(graph: Graph, programme_id: str, measure: str, systems: Sequence[str]) -> Counts:
    """What was counted of a measure; what was withheld or erased counts as not reported.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if measure not in OF_SITES:
        rows = [row for row in graph.rows(cypher.COUNTS, programme_id=programme_id) if row["measure"] == measure]
    else:
        rows = graph.rows(cypher.SITE_COUNTS, programme_id=programme_id) if LEARNING in systems else []
    return Counts(
        places={
            row["place_id"]: Place(kind=row["kind"], parent_id=row["parent_id"])
            for row in graph.rows(cypher.PLACES, programme_id=programme_id)
        },
        counted=[_counted(row) for row in rows if row["number"] is not None],
        committees=[row["place_id"] for row in graph.rows(cypher.COMMITTEES, programme_id=programme_id)],
    )


def counts_of(register: Register, measure: str) -> Counts:
    """The same, of a register."""
    facts = tuple(register.facts.values())
    found = list[Mapping[str, Any]]()
    for fact in facts:
        values = fact.values
        if fact.kind == "committee_count" and values["measure"] == measure:
            found.append({**values, "number": values.get("count")})
        elif fact.kind == "site_count" and measure in OF_SITES:
            site = register.facts[f"site:{values['site_id']}"].values
            found.append({"place_id": site["place_id"], "month": values["month"], "number": values.get("visits")})
    return Counts(
        places={
            fact.id: Place(kind=fact.values.get("kind"), parent_id=fact.values.get("parent_id"))
            for fact in facts
            if fact.kind == "place"
        },
        counted=[_counted(row) for row in found if row["number"] is not None],
        committees=[
            fact.values.get("place_id")
            for fact in facts
            if fact.kind == "group" and fact.values.get("kind") == COMMITTEE
        ],
    )


def _counted(row: Mapping[str, Any]) -> Counted:
    return Counted(place_id=row["place_id"], month=row["month"], number=int(row["number"]))


def table(known: Counts, wanted: Wanted) -> Protected:
    """What of some counts may be released.

    Raises:
        OneCommittee: A line would be the count of one committee.
        NothingCounted: There is nothing.
        TooMuchHidden: A coarser table says more.
    """
    found = made(known.counted, known.places, wanted)
    if wanted.measure not in OF_SITES:
        homes = [place_at(known.places, place, wanted.level) for place in known.committees if place]
        alone = next((place for place in found.places if homes.count(place) == 1), None)
        if alone and known.places[alone].kind == "municipality":
            raise OneCommittee(place_id=alone)
    return found


def _coarse_enough(known: Counts, wanted: Wanted) -> Protected:
    """What is wanted, or else the finest table of the same months that says enough.

    Raises:
        Refused: Not even the coarsest does: what `table` says of what was wanted.
    """
    first: Refused | None = None
    for each in wanted.and_coarser():
        try:
            return table(known, each)
        except (TooMuchHidden, OneCommittee) as error:
            first = first or error
    raise first or AssertionError


def draft(graph: Graph, programme_id: str, wanted: Wanted, today: date) -> tuple[Protected, int]:
    """A release as it would be made now, coarser than wanted if need be, and the last entry of the ledger it takes in.

    Raises:
        NotAPeriod: The months are none.
        MonthGoesOn: The last is not over.
        ReleasedAlready: Some of it was released before.
        Refused: What `table` refuses.
        Unavailable: The database cannot be reached.
    """
    head = ledger.head(graph, programme_id)
    require_period(wanted.from_month, wanted.until_month, wanted.span)
    if not months.ended(wanted.until_month, today):
        raise MonthGoesOn(month=wanted.until_month)
    for row in graph.rows(cypher.RELEASES, programme_id=programme_id):
        periods = ((row["from_month"], row["until_month"]), (wanted.from_month, wanted.until_month))
        if row["measure"] in bounding(wanted.measure) and months.share_a_day(*periods):
            raise ReleasedAlready(
                measure=wanted.measure,
                from_month=wanted.from_month,
                until_month=wanted.until_month,
                earlier=f"release:{row['release_id']}",
            )
    return _coarse_enough(counts(graph, programme_id, wanted.measure, head.systems), wanted), head.entries


def wanted_of(values: Mapping[str, Any]) -> Wanted:
    """What a release released."""
    return Wanted(**{name: values[name] for name in Wanted.__slots__})
