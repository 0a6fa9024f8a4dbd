"""Nepal's districts on a map, coloured on the server: it needs neither tiles nor script.

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
from relay.web.result_cache import kept_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relay.arrays.lineage import Survey
    from relay.reports.health import PartHealth

_DRAWN: Final = Path(__file__).parents[1] / "static/vendor/nepal-geojson-2.4.4/districts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A district on the map.

    Attributes:
        name: As the outlines have it, in capitals.
        path: What an SVG path draws.
        x: Where a number can stand, in the units of the map.
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
        width: In the units of the outlines.
        height: The same.
        outlines: By name.
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
        place_id: Of it.
        name: As the programme has it.
        outline: On the map; None when no outline has its name.
        chains: That began with a holder who lives in it.
        broken: Of these, those that are broken.
        part: All placements held in it; None when there are none.
    """

    place_id: str
    name: str
    outline: Outline | None
    chains: int
    broken: int
    part: PartHealth | None

    @property
    def shade(self) -> str:
        """How it is coloured: "none" without a chain, else "q0" when no chain is broken, and "q1" to "q4" by quarters.

        Quarters are our choice: a share of few chains is no finer.
        """
        if not self.chains:
            return "none"
        return f"q{math.ceil(4 * self.broken / self.chains)}"


def districts(survey: Survey) -> Sequence[District]:
    """The districts of a programme by name."""
    names = privacy.district_names()
    found = kept_of(
        survey,
        ("map",),
        lambda: (placements.beginnings(survey), health(survey, by=("place",)).breakdowns[0].parts),
    )
    begun, parts = found[0], {str(part.part): part for part in found[1]}
    chains, broken = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    above = _district_of(survey, names)
    for each in begun:
        district = above.get(each.place_id)
        if district:
            chains[district] += each.chains
            broken[district] += each.broken
    known = {key(outline.name): outline for outline in sheet().outlines}
    rows = [
        District(
            place_id=place_id,
            name=name,
            outline=known.get(key(name)),
            chains=chains[place_id],
            broken=broken[place_id],
            part=parts.get(place_id),
        )
        for place_id, name in names.items()
    ]
    return sorted(rows, key=lambda row: (row.name, row.place_id))


def _district_of(survey: Survey, districts_: Mapping[str, str]) -> Mapping[str, str]:
    """Place → the district that it is, or lies in."""
    table = survey.snapshot.places
    ids, parents = list(table.ids), table.parent.tolist()
    found: dict[str, str] = {}
    for row, place_id in enumerate(ids):
        around = (ids[above] for above in upwards(parents, row))
        district = next((each for each in around if each in districts_), None)
        if district is not None:
            found[place_id] = district
    return found


def reached(survey: Survey, place_ids: Mapping[str | None, int]) -> Mapping[str, int]:
    """Outline → placements in that district, from the placements in each place."""
    names = privacy.district_names()
    above, known = _district_of(survey, names), {key(outline.name): outline.name for outline in sheet().outlines}
    found: dict[str, int] = {}
    for place_id, many in place_ids.items():
        district = above.get(place_id or "")
        outline = known.get(key(names[district])) if district else None
        if outline:
            found[outline] = found.get(outline, 0) + many
    return found
