"""The relay in other programs' formats: read back by their own readers, names off, small counts left out."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from relay.domain.questions import NOTED
from relay.errors import Invalid
from relay.exchange import graph_formats
from relay.exchange.graph_formats import Format, Point, network, write
from relay.ledger import recording
from relay.private_files import NOT_WRITTEN, WrongEnding
from tests.scenes import acts as say
from tests.scenes.village import DAY, VILLAGE, village

if TYPE_CHECKING:
    from relay.graph import Graph

LAXMI = "लक्ष्मी <मगर> & 'Sons'"
PALPA = Point(name="पाल्पा", latitude=27.87, longitude=83.55)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def features(path: Path) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in json.loads(path.read_text(encoding="utf-8"))["features"]}


READERS = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}


@pytest.mark.parametrize("format_", ["graphml", "gexf"])
def test_a_graph_is_read_back_as_it_was(tmp_path: Path, format_: Format) -> None:
    write(village(), tmp_path / f"relay.{format_}", format_, names={"W3": LAXMI})

    read = READERS[format_](tmp_path / f"relay.{format_}")
    assert read.is_directed()
    assert sorted((giver, receiver) for giver, receiver, *_ in read.edges) == [
        ("P1", "P2"),
        ("P11", "P12"),
        ("P3", "P4"),
        ("P3", "P5"),
        ("P8", "P9"),
    ]
    if format_ == "graphml":
        named = re.findall(r'for="node" attr.name="(\w+)"', (tmp_path / "relay.graphml").read_text(encoding="utf-8"))
        assert len(named) == len(set(named)), "a name with two types would be two columns"
    node = read.nodes["P3"]
    assert (node["name"], node["state"], node["owed"], node["passed"], node["reach"]) == (LAXMI, "fulfilled", 2, 3, 2)
    (edge,) = (known for giver, _, known in read.edges(data=True) if giver == "P11")
    assert (edge["animals"], edge["help"], edge["passed_on"]) == (40, "seed_capital", "2021-02-01")
    assert "place_id" not in read.nodes["P13"]  # what is not known is left out


@pytest.mark.parametrize("format_", ["graphml", "gexf"])
def test_the_same_relay_gives_the_same_bytes_for_its_owner_alone(tmp_path: Path, format_: Format) -> None:
    first, second = tmp_path / f"first.{format_}", tmp_path / f"second.{format_}"
    write(village(), first, format_)
    write(village(), second, format_)

    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_mode & 0o077 == 0


def test_a_chain_is_handed_out_for_networkx() -> None:
    survey = village()
    root = survey.snapshot.placements.ids.row("P3")
    assert root is not None

    chain = network(survey, [root])

    assert sorted(chain.edges(keys=True)) == [("P3", "P4", "T2"), ("P3", "P5", "T3")]
    assert chain.nodes["P4"] == {
        "label": "P4",
        "beneficiary_id": "W4",
        "place_id": "L2",
        "help": "goat",
        "generation": 1,
        "reach": 0,
        "state": "lost",
        "received_on": "2021-03-01",
        "due_on": "2023-03-01",
        "owed": 2,
        "passed": 0,
    }
    assert len(network(survey)) == 13


def test_people_and_links_are_two_tables(tmp_path: Path) -> None:
    write(village(), tmp_path / "relay", "csv-graph", names={"W1": LAXMI, "W2": '=HYPERLINK("x")'})

    people, links = table(tmp_path / "relay" / "people.csv"), table(tmp_path / "relay" / "links.csv")
    assert (len(people), len(links)) == (13, 5)
    by_id = {row["Id"]: row for row in people}
    assert (by_id["P1"]["name"], by_id["P1"]["Label"]) == (LAXMI, LAXMI)
    assert by_id["P2"]["name"] == '\'=HYPERLINK("x")'  # no spreadsheet runs it
    assert (by_id["P13"]["place_id"], by_id["P13"]["Label"]) == ("", "P13")
    assert links[0] == {
        "Source": "P1",
        "Target": "P2",
        "Id": "T1",
        "Type": "Directed",
        "passed_on": "2021-03-01",
        "help": "goat",
        "animals": "2",
    }
    assert {row["Source"] for row in links} | {row["Target"] for row in links} <= set(by_id)


def test_names_stay_away_unless_they_are_given(tmp_path: Path) -> None:
    write(village(), tmp_path / "relay", "csv-graph")

    assert "name" not in table(tmp_path / "relay" / "people.csv")[0]


def test_what_had_not_happened_by_the_day_is_not_there(tmp_path: Path) -> None:
    write(village(as_of=date(2020, 12, 31)), tmp_path / "relay", "csv-graph")

    assert [row["Id"] for row in table(tmp_path / "relay" / "people.csv")] == [
        "P1",
        "P3",
        "P6",
        "P7",
        "P8",
        "P13",
        "P11",
    ]
    assert table(tmp_path / "relay" / "links.csv") == []


def test_a_ward_without_a_point_counts_at_the_place_around_it(tmp_path: Path) -> None:
    """Seven more in ward L2, all in time: with P5 in L2 and P9 in L3 there are nine in district L1."""
    more = [say.woman(f"W{number}", place_id="L2") for number in range(21, 28)]
    more += [say.placed(f"P{number} on 2022-06-01") for number in range(21, 28)]
    path = tmp_path / "relay.geojson"
    write(village(*more), path, "geojson", points={"L1": PALPA})

    found = features(path)["L1"]
    assert found["geometry"] == {"type": "Point", "coordinates": [83.55, 27.87]}
    assert found["properties"]["name"] == "पाल्पा"
    assert found["properties"]["fulfilled"] is None  # two
    assert found["properties"]["excused"] is None  # one
    assert found["properties"]["placements"] is None  # or the others could be had from it
    assert found["properties"]["in_time"] == 9
    assert json.loads(path.read_text(encoding="utf-8"))["without_point"] is None  # one: P13


def test_a_place_without_small_counts_is_told_whole(tmp_path: Path) -> None:
    acts = [say.place("L9"), *(say.woman(f"W{number}", place_id="L9") for number in range(31, 36))]
    acts += [say.placed(f"P{number} on 2022-06-01") for number in range(31, 36)]
    write(village(*acts), tmp_path / "relay.geojson", "geojson", points={"L9": PALPA})

    told = features(tmp_path / "relay.geojson")["L9"]["properties"]
    assert (told["placements"], told["in_time"], told["lost"]) == (5, 5, 0)


def test_a_file_that_ends_as_another_format_is_not_overwritten(tmp_path: Path) -> None:
    workbook = tmp_path / "relay.xlsx"
    workbook.write_text("a workbook")

    with pytest.raises(WrongEnding):
        write(village(), workbook, "graphml")
    assert workbook.read_text() == "a workbook"


@pytest.mark.parametrize(("name", "format_"), [("nowhere/relay.gexf", "gexf"), ("nowhere/relay", "csv-graph")])
def test_a_place_that_is_not_there_is_told_so(tmp_path: Path, name: str, format_: Format) -> None:
    with pytest.raises(Invalid, check=NOT_WRITTEN.matches, match="cannot be written"):
        write(village(), tmp_path / name, format_)


def test_a_programme_flows_out_of_the_database(graph: Graph, tmp_path: Path) -> None:
    acts = [act for act in VILLAGE if act.kind != "place"]
    acts[4:4] = [say.place("L1", latitude=27.87, longitude=83.55)]
    acts[5:5] = [say.place(each, parent_id="L1") for each in ("L2", "L3")]
    for outcome in recording.record(graph, "demo", acts, say.clerk(), answers=NOTED):
        assert outcome.action == "added", outcome.error

    graph_formats.flow_out(graph, "demo", tmp_path / "plain", "csv-graph", DAY)
    graph_formats.flow_out(graph, "demo", tmp_path / "named", "csv-graph", DAY, with_names=True)
    graph_formats.flow_out(graph, "demo", tmp_path / "relay.geojson", "geojson", DAY, with_names=True)

    assert "Name of" not in (tmp_path / "plain" / "people.csv").read_text(encoding="utf-8")
    assert table(tmp_path / "named" / "people.csv")[0]["name"] == "Name of W1"
    assert features(tmp_path / "relay.geojson")["L1"]["geometry"]["coordinates"] == [83.55, 27.87]
    assert "Name of" not in (tmp_path / "relay.geojson").read_text(encoding="utf-8")
