"""A map of Nepal's districts as SVG, coloured by broken chains, without map tiles or scripts.

The outlines are those of nepal-geojson, drawn once by `tools/vendor.py` (see static/vendor).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.domain.name_matching import key
from relay.reports import placements
from relay.reports.health import health
from relay.reports.place_tree import upwards
from relay.web import privacy
from relay.web.result_cache import cached_for_survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relay.arrays.lineage import Survey
    from relay.reports.health import PartHealth

_DRAWN: Final = Path(__file__).parents[1] / "static/vendor/nepal-geojson-2.4.4/districts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A district on the map.

    Attributes:
        name: Its name in the outlines, in capitals.
        path: The `d` of its SVG path.
        x: The position of a number in it, in units of the map.
        y: The same, downwards.
    """

    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSheet:
    """The map of all districts.

    Attributes:
        width: Its width in units of the outlines.
        height: Its height in the same units.
        outlines: The districts, ordered by name.
    """

    width: int
    height: int
    outlines: tuple[Outline, ...]


@cache
def sheet() -> MapSheet:
    """The map, read once."""
    drawn = json.loads(_DRAWN.read_text(encoding="utf-8"))
    outlines = tuple(Outline(**each) for each in drawn["outlines"])
    return MapSheet(width=drawn["width"], height=drawn["height"], outlines=outlines)


# -- districts of a programme


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district of a programme.

    Attributes:
        place_id: Its id.
        name: Its name in the programme.
        outline: Its outline on the map; None when no outline has its name.
        chains: How many chains began with a holder who lives in it.
        broken: How many of these are broken.
        part: The health of all placements held in it; None when there are none.
    """

    place_id: str
    name: str
    outline: Outline | None
    chains: int
    broken: int
    part: PartHealth | None

    @property
    def shade(self) -> str:
        """Its CSS class: "none" without chains, "q0" if no chain is broken, else "q1" to "q4" by the broken share.

        Quarters are our choice: a share of few chains is not more exact.
        """
        if not self.chains:
            return "none"
        return f"q{math.ceil(4 * self.broken / self.chains)}"


def districts(survey: Survey) -> Sequence[District]:
    """The districts of a programme, ordered by name."""
    names = privacy.district_names()
    results = cached_for_survey(
        survey,
        ("map",),
        lambda: (placements.beginnings(survey), health(survey, by=("place",)).breakdowns[0].parts),
    )
    begun, parts = results[0], {str(part.part): part for part in results[1]}
    chains, broken = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    above = _district_of(survey, names)
    for each in begun:
        district = above.get(each.place_id)
        if district:
            chains[district] += each.chains
            broken[district] += each.broken
    outlines = {key(outline.name): outline for outline in sheet().outlines}
    rows = [
        District(
            place_id=place_id,
            name=name,
            outline=outlines.get(key(name)),
            chains=chains[place_id],
            broken=broken[place_id],
            part=parts.get(place_id),
        )
        for place_id, name in names.items()
    ]
    return sorted(rows, key=lambda row: (row.name, row.place_id))


def _district_of(survey: Survey, districts_: Mapping[str, str]) -> Mapping[str, str]:
    """Place id → the id of the district that it is, or lies in; places outside all districts are left out."""
    table = survey.snapshot.places
    ids, parents = list(table.ids), table.parent.tolist()
    districts: dict[str, str] = {}
    for row, place_id in enumerate(ids):
        around = (ids[above] for above in upwards(parents, row))
        district = next((each for each in around if each in districts_), None)
        if district is not None:
            districts[place_id] = district
    return districts


def counts_by_outline(survey: Survey, place_ids: Mapping[str | None, int]) -> Mapping[str, int]:
    """Name of an outline → number of placements in that district, from the number in each place."""
    names = privacy.district_names()
    above, outlines = _district_of(survey, names), {key(outline.name): outline.name for outline in sheet().outlines}
    counts: dict[str, int] = {}
    for place_id, many in place_ids.items():
        district = above.get(place_id or "")
        outline = outlines.get(key(names[district])) if district else None
        if outline:
            counts[outline] = counts.get(outline, 0) + many
    return counts
