"""The map of the districts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.web.reading import HILLS, text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_the_map_colours_a_district_by_its_share_of_broken_chains(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/map").text

    assert "Palpa: 2 of 2 chains broken" in text
    assert "Doti: 0 of 1 chains broken" in text
    assert re.search(r'/place/PAL"[^>]*><path class="q4"', text)
    assert re.search(r'/place/DOT"[^>]*><path class="q0"', text)


def test_the_map_has_all_77_districts_and_each_outline_closes(client: FlaskClient) -> None:
    paths = re.findall(r'<path class="[^"]+" d="([^"]+)"', client.get(f"{HILLS}/map").text)

    assert len(paths) == 77
    assert all(path.startswith("M") and path.endswith("Z") for path in paths)


def test_a_programme_without_districts_has_a_map_that_says_so(client: FlaskClient) -> None:
    assert "no place of the kind “district”" in text_of(client, "/p/demo/map")
