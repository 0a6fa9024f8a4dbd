"""Nepal's districts as outlines, unpacked, projected and drawn on the server: a map needs neither tiles nor script.

The outlines are those of nepal-geojson (see static/vendor): in its packed form a ring is its first point in degrees,
then each step to the next point in millionths of a degree, zigzag-coded (0, -1, 1, -2 … as 0, 1, 2, 3 …).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.domain.name_matching import key
from relay.domain.place_tree import upwards
from relay.reports import placements
from relay.reports.health import health
from relay.web import current
from relay.web.result_cache import kept_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relay.reports.health import PartHealth
    from relay.reports.trees import Relay

WIDTH: Final = 860  # of the map; a point is kept when it falls on another whole number
_SOURCE: Final = Path(__file__).parents[1] / "static/vendor/nepal-geojson-2.4.4/nepal.geojson.packed"
_MILLIONTHS: Final = 1_000_000
_MIDDLE: Final = math.radians(28.3)  # Nepal's middle latitude, where a degree of longitude is so much shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A district on the map.

    Attributes:
        name: As the outlines have it, in capitals.
        path: What an SVG path draws.
        x: Of its middle, where a number can stand.
        y: Of the same.
    """

    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The map of all districts.

    Attributes:
        width: In the units of the outlines.
        height: The same.
        outlines: By name.
    """

    width: int
    height: int
    outlines: tuple[Outline, ...]


def _points(packed: Sequence[float]) -> Iterator[tuple[float, float]]:
    """The points of a ring, in degrees."""
    longitude, latitude = packed[0], packed[1]
    yield longitude, latitude
    for east, north in zip(packed[2::2], packed[3::2], strict=True):
        longitude += _step(int(east))
        latitude += _step(int(north))
        yield longitude, latitude


def _step(coded: int) -> float:
    return ((coded >> 1) ^ -(coded & 1)) / _MILLIONTHS


@cache
def sheet() -> Sheet:
    """The map, unpacked once.

    Points are moved to whole numbers and those that fall together are kept once: two districts keep the same line
    between them, since both move its points alike.
    """
    features = json.loads(_SOURCE.read_text(encoding="utf-8"))["features"]
    rings = {each["properties"]["DISTRICT"]: list(_points(each["geometry"]["coordinates"])) for each in features}
    all_ = [point for ring in rings.values() for point in ring]
    west, north = min(point[0] for point in all_), max(point[1] for point in all_)
    east, south = max(point[0] for point in all_), min(point[1] for point in all_)
    scale = WIDTH / (east - west)
    upwards = scale / math.cos(_MIDDLE)
    drawn = {
        name: _thinned((round((x - west) * scale), round((north - y) * upwards)) for x, y in ring)
        for name, ring in rings.items()
    }
    return Sheet(
        width=WIDTH,
        height=round((north - south) * upwards),
        outlines=tuple(_outline(name, drawn[name]) for name in sorted(drawn)),
    )


def _thinned(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Points without those that fall together, or that lie on the way to the next."""
    found: list[tuple[int, int]] = []
    for x, y in points:
        if found and (x, y) == found[-1]:
            continue
        if len(found) > 1:
            (x1, y1), (x2, y2) = found[-2:]
            if (x2 - x1) * (y - y2) == (y2 - y1) * (x - x2):
                found.pop()
        found.append((x, y))
    return found


def _outline(name: str, ring: list[tuple[int, int]]) -> Outline:
    (first_x, first_y), *_ = ring
    steps = "".join(f"{x - before_x} {y - before_y} " for (before_x, before_y), (x, y) in pairwise(ring))
    x, y = _middle(ring)
    return Outline(name=name, path=f"M{first_x} {first_y}l{steps}z", x=x, y=y)


def _middle(ring: list[tuple[int, int]]) -> tuple[int, int]:
    """The centre of gravity of what a ring encloses."""
    area = east = south = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        east += (x1 + x2) * cross
        south += (y1 + y2) * cross
    return (round(east / (3 * area)), round(south / (3 * area))) if area else ring[0]


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


def districts(relay: Relay) -> Sequence[District]:
    """The districts of a programme by name."""
    survey = relay.survey
    names = current.districts()
    found = kept_of(
        survey,
        ("map",),
        lambda: (placements.beginnings(survey), health(survey, by=("place",)).breakdowns[0].parts),
    )
    begun, parts = found[0], {str(part.part): part for part in found[1]}
    chains, broken = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    above = _district_of(relay, names)
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


def _district_of(relay: Relay, districts_: Mapping[str, str]) -> Mapping[str, str]:
    """Place → the district that it is, or lies in."""
    table = relay.survey.snapshot.places
    ids, parents = list(table.ids), table.parent.tolist()
    found: dict[str, str] = {}
    for row, place_id in enumerate(ids):
        around = (ids[above] for above in upwards(parents, row))
        district = next((each for each in around if each in districts_), None)
        if district is not None:
            found[place_id] = district
    return found


def reached(relay: Relay, place_ids: Mapping[str | None, int]) -> Mapping[str, int]:
    """Outline → placements in that district, from the placements in each place."""
    names = current.districts()
    above, known = _district_of(relay, names), {key(outline.name): outline.name for outline in sheet().outlines}
    found: dict[str, int] = {}
    for place_id, many in place_ids.items():
        district = above.get(place_id or "")
        outline = known.get(key(names[district])) if district else None
        if outline:
            found[outline] = found.get(outline, 0) + many
    return found
