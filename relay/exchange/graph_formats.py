"""Exports the relay in formats of other programs: graphs for Gephi, Cytoscape and R, and places as points for maps.

A node is a placement and a link a pass-on, as everywhere in Relay. Names of people are left out unless they are passed
in. Points count placements by state and are meant for documents that leave the programme: they have no data of a
person, and counts from 1 to 4 are left out (suppression of small cells, as usual in health statistics), since in a
small ward a single "lost" would identify her.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from relay import private_files
from relay.arrays import lineage, snapshot_cache
from relay.arrays.columns import NONE, Rows, day_of
from relay.arrays.lineage import Survey, below
from relay.arrays.tables import Snapshot
from relay.domain.model import shown
from relay.domain.vocabulary import STATES
from relay.errors import refused
from relay.exchange import cells
from relay.exchange.small_counts import publishable
from relay.graph import Graph
from relay.ledger import reading
from relay.reports.place_tree import upwards

if TYPE_CHECKING:
    import networkx as nx

Format = Literal["graphml", "gexf", "csv-graph", "geojson"]
FORMATS: Final[tuple[Format, ...]] = ("graphml", "gexf", "csv-graph", "geojson")

_NODE_COLUMNS: Final = (
    "beneficiary_id",
    "name",
    "place_id",
    "help",
    "generation",
    "reach",
    "state",
    "received_on",
    "due_on",
    "owed",
    "passed",
)
_LINK_COLUMNS: Final = ("passed_on", "help", "animals")

Attributes = dict[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The position of a place in degrees north and east (WGS 84)."""

    name: str
    latitude: float
    longitude: float


def flow_out(
    graph: Graph,
    programme_id: str,
    path: Path,
    format_: Format,
    as_of: date,
    *,
    confirmed_only: bool = False,
    with_names: bool = False,
    folder: Path | None = None,
) -> None:
    """Write a programme of the database, as it stood on a day, to a file or folder; see `write`.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        path: File or folder to write.
        format_: One of `FORMATS`.
        as_of: Reference day; what happens later does not count.
        confirmed_only: Leave out unconfirmed pass-ons.
        with_names: Write the beneficiaries' names too; points never have them.
        folder: The cache folder; None caches nothing.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt, or was built by another version.
        Invalid: The path cannot be written, or has the ending of another format.
        Unavailable: The database cannot be reached.
    """
    survey = lineage.survey(snapshot_cache.snapshot(graph, programme_id, folder), as_of, confirmed_only=confirmed_only)
    write(
        survey,
        path,
        format_,
        names=_names(graph, survey.snapshot) if with_names and format_ != "geojson" else None,
        points=_points(graph, survey.snapshot) if format_ == "geojson" else None,
    )


def _names(graph: Graph, snapshot: Snapshot) -> Mapping[str, str]:
    people = reading.standing(graph, snapshot.programme_id, "beneficiary", snapshot.sequence)
    return {row["beneficiary_id"]: personal["name"] for row, personal in people if personal.get("name")}


def _points(graph: Graph, snapshot: Snapshot) -> Mapping[str, Point]:
    return {
        row["place_id"]: Point(name=row["name"], latitude=row["latitude"], longitude=row["longitude"])
        for row, _ in reading.standing(graph, snapshot.programme_id, "place", snapshot.sequence)
        if row.get("latitude") is not None and row.get("longitude") is not None
    }


def write(
    survey: Survey,
    path: Path,
    format_: Format,
    *,
    names: Mapping[str, str] | None = None,
    points: Mapping[str, Point] | None = None,
) -> None:
    """Write a relay as it stood on the day of the survey; the same relay always gives the same bytes.

    Args:
        survey: Survey of the programme on the day.
        path: A file that ends in .graphml, .gexf or .geojson; for "csv-graph" a folder, for people.csv and links.csv.
            An older one is replaced, and only the owner may open it.
        format_: One of `FORMATS`.
        names: Beneficiary id → name; None leaves all names out.
        points: Place id → point, for "geojson" only.

    Raises:
        WrongEnding: The file's name has the ending of another format.
        NoFile, Invalid: The path cannot be written.
    """
    if format_ == "csv-graph":
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except OSError as fault:
            raise refused(private_files.NOT_WRITTEN, path=path, strerror=fault.strerror) from fault
        _put(path / "people.csv", _people(survey, names))
        _put(path / "links.csv", _links(survey))
        return
    private_files.require_ending(path, f".{format_}")
    if format_ == "geojson":
        content = _map(survey, points or {})
    else:
        content = (_gexf if format_ == "gexf" else graphml)(network(survey, names=names))
    _put(path, content)


def _put(path: Path, content: bytes) -> None:
    with private_files.replace(path) as file:
        file.write(content)


# -- graphs ---------------------------------------------------------------------------------------------------------


def network(
    survey: Survey, roots: Sequence[int] | None = None, names: Mapping[str, str] | None = None
) -> nx.MultiDiGraph[str]:
    """A relay as of the day of the survey as a networkx graph, for analysis by hand.

    Nodes carry label (the name, or else the id), beneficiary_id, name, place_id, help, generation, reach, state,
    received_on, due_on, owed and passed; edges passed_on, help and animals. Days are ISO text, units as in the
    answers of `--json`. What is not known is left out.

    Args:
        survey: Survey of the programme on the day.
        roots: Rows of placements that existed on the day, to export with all that descends from them; None for all.
        names: Beneficiary id → name; None leaves all names out.
    """
    import networkx as nx  # noqa: PLC0415 - slow to load, and no other export needs it

    relay: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    reached = None if roots is None else below(survey, roots)
    for id_, attributes in _nodes(survey, names, reached.row if reached else None):
        relay.add_node(id_, label=attributes.get("name", id_), **attributes)
    for giver, receiver, pass_id, attributes in _edges(survey, reached.passes if reached else None):
        relay.add_edge(giver, receiver, key=pass_id, **attributes)
    return relay


def graphml(relay: nx.MultiDiGraph[str]) -> bytes:
    """A network in GraphML."""
    import networkx as nx  # noqa: PLC0415 - slow to load

    written = io.BytesIO()
    nx.write_graphml_xml(relay, written)
    return written.getvalue()


def _gexf(relay: nx.MultiDiGraph[str]) -> bytes:
    from networkx.readwrite.gexf import GEXFWriter  # noqa: PLC0415 - slow to load

    for _, _, pass_id, attributes in relay.edges(keys=True, data=True):
        attributes["id"] = pass_id
    writer = GEXFWriter(version="1.2draft")
    for meta in writer.xml.findall("meta"):  # tells the day of writing: the same relay would give other bytes
        writer.xml.remove(meta)
    writer.add_graph(relay)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _nodes(
    survey: Survey, names: Mapping[str, str] | None, rows: Rows | None = None
) -> Iterator[tuple[str, Attributes]]:
    """The nodes for some rows of placements, or for all: id and known attributes."""
    snapshot, stood = survey.snapshot, survey.standings
    placements, beneficiaries = snapshot.placements, snapshot.beneficiaries
    for row in (np.flatnonzero(stood.there) if rows is None else rows).tolist():
        holder = int(placements.beneficiary[row])
        beneficiary_id = beneficiaries.ids[holder] if holder != NONE else None
        place = int(beneficiaries.place[holder]) if holder != NONE else NONE
        attributes = {
            "beneficiary_id": beneficiary_id,
            "name": (names or {}).get(beneficiary_id or ""),
            "place_id": snapshot.places.ids[place] if place != NONE else None,
            "help": snapshot.helps[placements.help[row]],
            "generation": int(survey.generation[row]) if survey.generation[row] != NONE else None,
            "reach": int(survey.reach[row]),
            "state": STATES[stood.state[row]],
            "received_on": str(day_of(stood.received_day[row])),
            "due_on": str(day_of(stood.due_day[row])),
            "owed": float(shown(int(stood.owed[row]))),
            "passed": float(shown(int(stood.passed[row]))),
        }
        yield placements.ids[row], {name: value for name, value in attributes.items() if value is not None}


def _edges(survey: Survey, rows: Rows | None = None) -> Iterator[tuple[str, str, str, Attributes]]:
    """The links for some rows of pass-ons, or for all: giver, receiver, id and known attributes."""
    snapshot = survey.snapshot
    passes, ids = snapshot.passes, snapshot.placements.ids
    for row in (np.flatnonzero(survey.live) if rows is None else rows).tolist():
        attributes: Attributes = {
            "passed_on": str(day_of(passes.day[row])),
            "help": snapshot.helps[passes.help[row]],
            "animals": float(shown(int(passes.units[row]))),
        }
        yield ids[passes.giver[row]], ids[passes.receiver[row]], passes.ids[row], attributes


def _people(survey: Survey, names: Mapping[str, str] | None) -> bytes:
    columns = [column for column in _NODE_COLUMNS if column != "name" or names is not None]
    return _table(
        ("Id", "Label", *columns),
        (
            (id_, attributes.get("name", id_), *map(attributes.get, columns))
            for id_, attributes in _nodes(survey, names)
        ),
    )


def _links(survey: Survey) -> bytes:
    return _table(
        ("Source", "Target", "Id", "Type", *_LINK_COLUMNS),
        (
            (giver, receiver, pass_id, "Directed", *map(attributes.get, _LINK_COLUMNS))
            for giver, receiver, pass_id, attributes in _edges(survey)
        ),
    )


def _table(header: tuple[str, ...], rows: Iterator[tuple[cells.Value | None, ...]]) -> bytes:
    """A CSV file in UTF-8 without a byte-order mark, which R and Gephi would read as part of the first name.

    Text that a spreadsheet would take for a formula gets a leading apostrophe, as in every export.
    """
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(header)
    table.writerows(["" if value is None else cells.write(value) for value in row] for row in rows)
    return written.getvalue().encode()


# -- points ---------------------------------------------------------------------------------------------------------


def _map(survey: Survey, points: Mapping[str, Point]) -> bytes:
    """A FeatureCollection (RFC 7946): places with a point, by id, each with its number of placements by state.

    A placement counts at the place of its holder or, if that has no point, at the nearest place around it that has one.
    So no placement counts twice, and no small count follows from the difference between two places. "without_point" is
    the number that counts nowhere, null if that is small.
    """
    counted: dict[str | None, list[int]] = {}
    holders = survey.snapshot.placements.beneficiary
    at: dict[int, str | None] = {}
    for row in np.flatnonzero(survey.standings.there).tolist():
        holder = int(holders[row])
        if holder not in at:
            at[holder] = _point_of(survey, holder, points)
        counted.setdefault(at[holder], [0] * len(STATES))[survey.standings.state[row]] += 1
    features = [
        {
            "type": "Feature",
            "id": place_id,
            "geometry": {"type": "Point", "coordinates": [points[place_id].longitude, points[place_id].latitude]},
            "properties": {"place_id": place_id, "name": points[place_id].name, **_publishable(states)},
        }
        for place_id, states in sorted((key, states) for key, states in counted.items() if key is not None)
    ]
    nowhere = sum(counted.get(None, ()))
    collection = {
        "type": "FeatureCollection",
        "programme_id": survey.snapshot.programme_id,
        "as_of": str(survey.as_of),
        "without_point": publishable(nowhere),
        "features": features,
    }
    return (json.dumps(collection, ensure_ascii=False, indent=1) + "\n").encode()


def _point_of(survey: Survey, holder: int, points: Mapping[str, Point]) -> str | None:
    places = survey.snapshot.places
    home = int(survey.snapshot.beneficiaries.place[holder]) if holder != NONE else NONE
    around = (places.ids[place] for place in upwards(places.parent, home)) if home != NONE else ()
    return next((place_id for place_id in around if place_id in points), None)


def _publishable(states: list[int]) -> dict[str, int | None]:
    """Counts as they may be published: null for small ones, and then for the total too, which would reveal them."""
    counts: dict[str, int | None] = {name: publishable(many) for name, many in zip(STATES, states, strict=True)}
    return {"placements": None if None in counts.values() else sum(states), **counts}
