"""A map of a programme's country as SVG, coloured by broken chains, without map tiles or scripts.

Where the country has outlines, its areas (such as districts) are drawn by them. A place without an outline is a point
where its coordinates are known; a country without any shows the places below its areas, such as sectors, as points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from relay.countries import outlines
from relay.domain.name_matching import key
from relay.reports import placements
from relay.reports.health import health
from relay.reports.place_tree import upwards
from relay.web import privacy
from relay.web.request import current
from relay.web.result_cache import cached_for_survey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relay.arrays.lineage import Survey
    from relay.countries.country import Country
    from relay.countries.outlines import Point, Shape
    from relay.reports.breakdown import PlaceOnMap
    from relay.reports.health import PartHealth

_WIDTH: Final = 860  # of the map, in its units
_HIGHEST: Final = 860  # our choice: a tall country still fits a screen
_LEAST_DEGREES: Final = 0.05  # our choice: about 5 km, so that one village alone is no map of a point


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A place on the map.

    Attributes:
        key: Of an outline its name, of a point the id of its place.
        name: Its name.
        path: The `d` of its SVG path; "" for a point.
        x: The position of a number in it, or of the point, in units of the map.
        y: The same, downwards.
    """

    key: str
    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A place that is coloured on the map.

    Attributes:
        place_id: Its id.
        name: Its name in the programme.
        outline: Its outline or point on the map; None when it has neither.
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


class CountryMap:
    """The map of a programme.

    Attributes:
        country: Of the programme.
        shapes: The outlines of the country; empty where there are none on this machine.
        level: The level of the places that are coloured.
        places: These places by id.
    """

    def __init__(self) -> None:
        """The map of the programme in the URL.

        Raises:
            Unavailable: The database cannot be reached.
        """
        self.country: Country = current.country()
        self.shapes: tuple[Shape, ...] = outlines.of(self.country, current.core().settings.data_folder)
        self.level: str = self.country.area if self.shapes else self.country.within_area
        self.places: Mapping[str, PlaceOnMap] = privacy.places_of(self.level)

    @property
    def width(self) -> int:
        """Its width in units of the outlines."""
        return self._paper.width

    @property
    def height(self) -> int:
        """Its height in the same units."""
        return self._paper.height

    @cached_property
    def outlines(self) -> tuple[Outline, ...]:
        """All outlines of the country, and the points of places that have none, ordered by name."""
        drawn = [self._paper.outline(shape) for shape in self.shapes]
        drawn += [self._paper.point(place, at) for place, at in self._points]
        return tuple(sorted(drawn, key=lambda each: (each.name, each.key)))

    @cached_property
    def outline_of(self) -> Mapping[str, Outline]:
        """Place id → its outline or point; places that have neither are left out."""
        by_name = {key(each.name): each for each in self.outlines if each.path}
        points = {each.key: each for each in self.outlines if not each.path}
        found = {id_: by_name.get(key(place.name)) or points.get(id_) for id_, place in self.places.items()}
        return {id_: outline for id_, outline in found.items() if outline}

    def areas(self, survey: Survey) -> Sequence[Area]:
        """The places that are coloured, ordered by name."""
        begun, parts = cached_for_survey(
            survey,
            ("map",),
            lambda: (placements.beginnings(survey), health(survey, by=("place",)).breakdowns[0].parts),
        )
        of_part = {str(part.part): part for part in parts}
        chains, broken = dict.fromkeys(self.places, 0), dict.fromkeys(self.places, 0)
        above = self._place_around(survey)
        for each in begun:
            place_id = above.get(each.place_id)
            if place_id:
                chains[place_id] += each.chains
                broken[place_id] += each.broken
        rows = [
            Area(
                place_id=place_id,
                name=place.name,
                outline=self.outline_of.get(place_id),
                chains=chains[place_id],
                broken=broken[place_id],
                part=of_part.get(place_id),
            )
            for place_id, place in self.places.items()
        ]
        return sorted(rows, key=lambda row: (row.name, row.place_id))

    def counts(self, survey: Survey, place_ids: Mapping[str | None, int]) -> Mapping[str, int]:
        """Key of an outline → number of placements in it, from the number in each place."""
        above, counts = self._place_around(survey), dict[str, int]()
        for place_id, many in place_ids.items():
            outline = self.outline_of.get(above.get(place_id or "", ""))
            if outline:
                counts[outline.key] = counts.get(outline.key, 0) + many
        return counts

    def _place_around(self, survey: Survey) -> Mapping[str, str]:
        """Place id → the id of the coloured place that it is, or lies in; places outside of all are left out."""
        table = survey.snapshot.places
        ids, parents = list(table.ids), table.parent.tolist()
        found: dict[str, str] = {}
        for row, place_id in enumerate(ids):
            around = (ids[above] for above in upwards(parents, row))
            coloured = next((each for each in around if each in self.places), None)
            if coloured is not None:
                found[place_id] = coloured
        return found

    @cached_property
    def _points(self) -> Sequence[tuple[PlaceOnMap, Point]]:
        """The places without an outline whose coordinates are known and, beside outlines, lie among them."""
        named = {key(shape.name) for shape in self.shapes}
        known = [
            (place, (place.longitude, place.latitude))
            for place in self.places.values()
            if key(place.name) not in named and place.longitude is not None and place.latitude is not None
        ]
        corners = _corners(point for shape in self.shapes for ring in shape.rings for point in ring)
        return [each for each in known if not corners or _is_within(each[1], corners)]

    @cached_property
    def _paper(self) -> _Paper:
        borders = [point for shape in self.shapes for ring in shape.rings for point in ring]
        return _Paper(borders or [at for _, at in self._points], margin=0.0 if borders else 0.05)


class _Paper:
    """The sheet on which a map is drawn: degrees as units, north above, as wide as it is at its middle latitude."""

    def __init__(self, points: Sequence[Point], margin: float) -> None:
        west, south, east, north = _corners(points) or (0.0, 0.0, 0.0, 0.0)
        self._shrunk = math.cos(math.radians((south + north) / 2))
        wide, high = (max(end - begin, _LEAST_DEGREES) for begin, end in ((west, east), (south, north)))
        self._west, self._north = west - margin * wide, north + margin * high
        wide, high = (1 + 2 * margin) * wide * self._shrunk, (1 + 2 * margin) * high
        self._scale = min(_WIDTH / wide, _HIGHEST / high)
        self.width, self.height = round(wide * self._scale), round(high * self._scale)

    def outline(self, shape: Shape) -> Outline:
        path = " ".join(self._path(ring) for ring in shape.rings)
        x, y = self._at(shape.middle)
        return Outline(key=shape.name, name=shape.name, path=path, x=x, y=y)

    def point(self, place: PlaceOnMap, at: Point) -> Outline:
        x, y = self._at(at)
        return Outline(key=place.place_id, name=place.name, path="", x=x, y=y)

    def _path(self, ring: Sequence[Point]) -> str:
        return f"M {' '.join(f'{x} {y}' for x, y in map(self._at, ring))} Z"

    def _at(self, point: Point) -> tuple[int, int]:
        east, north = point
        return round((east - self._west) * self._shrunk * self._scale), round((self._north - north) * self._scale)


def _corners(points: Iterable[Point]) -> tuple[float, float, float, float] | None:
    """The westernmost, southernmost, easternmost and northernmost degree; None without a point."""
    known = list(points)
    if not known:
        return None
    return min(x for x, _ in known), min(y for _, y in known), max(x for x, _ in known), max(y for _, y in known)


def _is_within(point: Point, corners: tuple[float, float, float, float]) -> bool:
    west, south, east, north = corners
    return west <= point[0] <= east and south <= point[1] <= north
