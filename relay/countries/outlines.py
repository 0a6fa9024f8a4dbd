"""Outlines of a country's places, from a GeoJSON file: read, checked, and found again by their hash."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from relay.countries.country import PLAIN, Country, WrongLine
from relay.errors import Failure, Invalid, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MOST_BYTES: Final = 2_000_000
"""Of a file of outlines: a map is a page that a telephone opens (our choice; Nepal's has 60 kB)."""

FOLDER: Final = "outlines"
"""In the data folder: outlines of countries that do not come with Relay, each file named by its hash."""

_MOST_SHAPES: Final = 2_000  # our choice: Uganda has 146 districts, the largest countries some thousand
_LEAST_POINTS: Final = 4  # of a ring, whose last is its first
_DEGREES: Final = (180.0, 90.0)

Point = tuple[float, float]
Ring = tuple[Point, ...]


NOT_OUTLINES: Final = Failure(
    Invalid,
    "not_outlines",
    "Line %(line)s of the outlines: %(what)s",
    field="outlines",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The outline of a place.

    Attributes:
        name: Its name; a place of the programme with this name has this outline.
        rings: Its borders, each a closed line of points: degrees east and north.
        middle: Where a number can stand in it.
    """

    name: str
    rings: tuple[Ring, ...]
    middle: Point


def digest(content: bytes) -> str:
    """The hash of a file of outlines, by which a country names it: SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def of(country: Country, data: Path) -> tuple[Shape, ...]:
    """The outlines of a country; empty where there are none, or the file of its hash is not on this machine.

    Args:
        country: The country.
        data: The data folder.
    """
    if country.outlines is None:
        return ()
    if country.folder:
        return _packaged(country.folder, country.outlines.file)
    path = kept_in(data, country.outlines.sha256)
    return _kept(path, country.outlines.sha256) if path.is_file() else ()


def kept_in(data: Path, sha256: str) -> Path:
    """Where the data folder keeps the outlines of a hash."""
    return data / FOLDER / f"{sha256}.geojson"


@lru_cache(maxsize=8)
def _packaged(folder: str, file: str) -> tuple[Shape, ...]:
    return read(files("relay.countries").joinpath(folder, file).read_bytes())


@lru_cache(maxsize=8)
def _kept(path: Path, sha256: str) -> tuple[Shape, ...]:
    content = path.read_bytes()
    return read(content) if digest(content) == sha256 else ()


def read(content: bytes) -> tuple[Shape, ...]:
    """The outlines of a file, ordered by name.

    Raises:
        Invalid: The first thing that is wrong in it.
    """
    if wrong := faults(content):
        raise refused(NOT_OUTLINES, line=wrong[0].line, what=wrong[0].what)
    return tuple(sorted(map(_shape, json.loads(content)["features"]), key=lambda shape: shape.name))


def faults(content: bytes) -> tuple[WrongLine, ...]:
    """All that is wrong in a file of outlines, by line; empty when nothing is."""
    if len(content) > MOST_BYTES:
        return (too_large(len(content)),)
    try:
        text = content.decode("utf-8")
        collection = json.loads(text)
    except json.JSONDecodeError as error:
        return (WrongLine(line=error.lineno, what=Sentence("this is not JSON from here on.")),)
    except (UnicodeDecodeError, RecursionError):
        return (WrongLine(line=1, what=Sentence("this is not UTF-8 text, or not JSON.")),)
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not 0 < len(features) <= _MOST_SHAPES:
        return (
            WrongLine(
                line=1, what=Sentence("this is no FeatureCollection of 1 to %(most)s outlines.", most=_MOST_SHAPES)
            ),
        )
    found = list(_wrong_features(features, text))
    return tuple(sorted(found, key=lambda fault: fault.line))


def too_large(size: int) -> WrongLine:
    """The fault of a file of so many bytes, of which more than `MOST_BYTES` are never read."""
    message = Sentence(
        "the file has %(size)s MB, and %(most)s at most are drawn. Simplify it, for example on mapshaper.org.",
        size=math.ceil(size / 1_000_000),
        most=MOST_BYTES // 1_000_000,
    )
    return WrongLine(line=1, what=message)


def _wrong_features(features: Iterable[Any], text: str) -> Iterator[WrongLine]:
    lines = _lines_of_features(text)
    names = set[str]()
    for feature in features:
        line = next(lines, 1)
        properties = feature.get("properties") if isinstance(feature, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        if not isinstance(name, str) or not PLAIN.fullmatch(name):
            yield WrongLine(line=line, what=Sentence("an outline needs a plain “name” among its properties."))
        elif name.casefold() in names:
            yield WrongLine(line=line, what=Sentence("outline %(name)s stands twice.", name=name))
        else:
            names.add(name.casefold())
            rings = _rings(feature.get("geometry"))
            if not rings:
                message = Sentence("%(name)s is no Polygon or MultiPolygon of closed rings in degrees.", name=name)
                yield WrongLine(line=line, what=message)
            elif any(map(_crosses_itself, rings)):
                yield WrongLine(line=line, what=Sentence("the outline of %(name)s crosses itself.", name=name))


def _lines_of_features(text: str) -> Iterator[int]:
    """The line on which each feature begins, as far as one can see."""
    for number, line in enumerate(text.splitlines(), 1):
        for _ in range(line.count('"Feature"')):
            yield number


def _rings(geometry: object) -> tuple[Ring, ...]:
    """The rings of a geometry; empty where it is none that can be drawn."""
    if not isinstance(geometry, dict) or not isinstance(geometry.get("coordinates"), list):
        return ()
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}.get(
        str(geometry.get("type"))
    )
    rings = [ring for polygon in polygons or () if isinstance(polygon, list) for ring in polygon]
    return tuple(map(tuple, rings)) if rings and all(map(_is_ring, rings)) else ()


def _is_ring(ring: object) -> bool:
    if not isinstance(ring, list) or len(ring) < _LEAST_POINTS or ring[0] != ring[-1]:
        return False
    return all(isinstance(point, list) and len(point) >= 2 and all(map(_is_degree, point, _DEGREES)) for point in ring)  # noqa: PLR2004 - east and north


def _is_degree(number: object, most: float) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and abs(number) <= most


def _crosses_itself(ring: Ring) -> bool:
    """Whether two sides of a ring cross; sides are taken from west to east, so that only near ones are compared."""
    sides = sorted((tuple(sorted((one[:2], other[:2]))) for one, other in pairwise(ring)), key=lambda side: side[0])
    near: list[Sequence[Sequence[float]]] = []
    for side in sides:
        near = [each for each in near if each[1][0] >= side[0][0]]
        if any(_cross(each, side) for each in near):
            return True
        near.append(side)
    return False


def _cross(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> bool:
    """Whether two sides cross between their ends; sides that only touch do not."""
    (a, b), (c, d) = one, other
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _shape(feature: Any) -> Shape:  # noqa: ANN401 - of JSON
    properties, rings = feature["properties"], _rings(feature["geometry"])
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    middle = properties.get("middle")
    return Shape(
        name=properties["name"],
        rings=tuple(tuple((float(x), float(y)) for x, y, *_ in ring) for ring in rings),
        middle=(middle[0], middle[1]) if _is_ring([middle] * _LEAST_POINTS) else _middle_of(largest),
    )


def _area(ring: Ring) -> float:
    return sum(x * y_ - x_ * y for (x, y, *_), (x_, y_, *_) in pairwise(ring)) / 2


def _middle_of(ring: Ring) -> Point:
    """The centre of gravity of a ring; of one without an area, its first point."""
    area = _area(ring)
    if not area:
        return ring[0][0], ring[0][1]
    turns = [(a[0] + b[0], a[1] + b[1], a[0] * b[1] - b[0] * a[1]) for a, b in pairwise(ring)]
    return sum(x * turn for x, _, turn in turns) / (6 * area), sum(y * turn for _, y, turn in turns) / (6 * area)
