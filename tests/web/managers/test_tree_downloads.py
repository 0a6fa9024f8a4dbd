"""Relay trees to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import networkx as nx

from tests.web import relays

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def test_a_graphml_download_is_read_back_by_networkx(client: FlaskClient) -> None:
    answer = client.get("/p/demo/tree/gift:G1/tree.graphml")

    found = nx.parse_graphml(answer.text)
    assert sorted(found.nodes) == ["P1", "P2", "P3", "P4", "P5"]
    assert sorted((giver, receiver) for giver, receiver, *_ in found.edges) == [
        ("P1", "P2"),
        ("P2", "P3"),
        ("P2", "P4"),
        ("P3", "P5"),
        ("P4", "P5"),
    ]
    assert found.nodes["P5"]["state"] == "broken"


def test_an_svg_download_stands_alone(client: FlaskClient) -> None:
    answer = client.get("/p/demo/tree/gift:G1/tree.svg")

    root = ET.fromstring(answer.text)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "demo-gift-G1-2026-11-25.svg" in answer.headers["Content-Disposition"]
    assert "href" not in answer.text


def test_downloads_have_no_other_form(client: FlaskClient) -> None:
    assert client.get("/p/demo/tree/gift:G1/tree.exe").status_code == 404


def test_a_hostile_tree_is_well_formed_in_every_download(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        where = app.url_for("managers.tree", programme_id="hostile", id_=f"gift:{relays.IDS[0]}")
    svg = client.get(f"{where}/tree.svg?names=full&depth=all").text
    graphml = client.get(f"{where}/tree.graphml").text

    assert "<img" not in svg
    ET.fromstring(svg)  # noqa: S314 - our own
    assert sorted(nx.parse_graphml(graphml).nodes) == sorted(relays.IDS)
