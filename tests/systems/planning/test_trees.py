"""What is planned, in relay trees: dashed, told beside the relay, and never counted.

G1 ── P1 (W1) ── T1 2023-12-01 ── P2 (W2)
      P1 ┄┄ N1, expected 2024-09-01 ┄┄ W3          P2 ┄┄ N2 ┄┄ W5          N3 of W4 from P1 was ended
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relay.settings import Settings
from relay.web import create_app
from tests.systems.planning.scene import added, ended, planned

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON = ("--as-of", "2024-06-30")


@pytest.fixture
def chosen(meadow: Graph) -> Graph:
    added(
        meadow,
        planned("N1: P1 > W3 on 2024-06-01", expected_on="2024-09-01"),
        planned("N2: P2 > W5 on 2024-06-02"),
        planned("N3: P1 > W4 on 2024-05-01"),
    )
    added(meadow, ended("E1: plan:N3 on 2024-05-20"))
    return meadow


@pytest.fixture
def shell(alone: Shell, connection: Connection, chosen: Graph) -> Shell:
    assert chosen.catalogue.systems
    alone.use(connection)
    return alone


@pytest.fixture
def client(chosen: Graph, tmp_path: Path) -> FlaskClient:
    return create_app(chosen, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def test_the_tree_as_json_tells_the_open_plans_of_what_it_holds(shell: Shell) -> None:
    tree = shell.ok("tree", "gift:G1", "--json", *ON).json

    assert [(each["plan_id"], each["giver_placement_id"], each["beneficiary_id"]) for each in tree["plans"]] == [
        ("N1", "P1", "W3"),
        ("N2", "P2", "W5"),
    ]
    assert list(tree["plans"][0]) == [
        *("plan_id", "giver_placement_id", "gift_id", "beneficiary_id", "help", "chosen_on", "expected_on")
    ]
    assert [node["placement_id"] for node in tree["nodes"]] == ["P1", "P2"], "what is planned is no placement"
    below = shell.ok("tree", "placement:P2", "--json", *ON).json
    assert [each["plan_id"] for each in below["plans"]] == ["N2"]
    assert shell.ok("tree", "gift:G1", "--json", "--as-of", "2024-05-31").json["plans"] == []
    assert shell.ok("trace", "gift:G1", "--json", *ON).json["reach"] == 1, "P2 alone, below P1"


def test_the_drawn_tree_names_who_is_to_receive_next(shell: Shell) -> None:
    drawn = shell.ok("tree", "gift:G1", *ON).out

    first, second = drawn.strip().splitlines()
    assert "P1" in first
    assert "┄ planned on 2024-09-01 → W3" in first
    assert "P2" in second
    assert "┄ planned → W5" in second


def test_every_picture_draws_what_is_planned_dashed(client: FlaskClient) -> None:
    def seen(page: str, **query: str) -> str:
        answer = client.get(f"/p/demo/tree/gift:G1{page}", query_string={"as_of": "2024-06-30", **query})
        assert answer.status_code == 200
        return answer.text

    for axis in ("generation", "date"):
        picture = client.get(
            "/p/demo/tree/gift:G1/network.json", query_string={"as_of": "2024-06-30", "axis": axis}
        ).get_json()
        assert {each["id"]: each["label"] for each in picture["nodes"] if each["group"] == "planned"} == {
            "plan:N1": "W3\nplanned, 1 Sep 2024",
            "plan:N2": "W5\nplanned",
        }
        assert {
            (each["from"], each["to"], tuple(each["dashes"])) for each in picture["edges"] if each["group"] == "planned"
        } == {("P1", "plan:N1", (3, 5)), ("P2", "plan:N2", (3, 5))}
        places = {each["id"]: (each["x"], each["y"]) for each in picture["nodes"]}
        assert len(set(places.values())) == len(places), "no box lies on another"

    page = seen("")
    assert "2 of 2 placements are shown" in page
    assert "planned to receive next" in page, "the legend"
    assert len(re.findall(r'class="box planned"[^>]*><title>', page)) == 2
    assert 'href="/p/demo/record/plan:N1' in page
    drawing = client.get("/p/demo/tree/gift:G1/tree.svg", query_string={"as_of": "2024-06-30"}).text
    assert drawing.count('stroke-dasharray="3 5"') == 4, "two boxes, and two ways to them"
