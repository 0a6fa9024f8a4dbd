"""The pages of the lists."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.web import relays
from tests.web.reading import HILLS

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_list_leads_to_its_file_with_the_same_filters(client: FlaskClient, form: str) -> None:
    text = client.get(f"{HILLS}/placements?state=stuck&sort=-reach").text

    (path,) = re.findall(rf'href="(/p/hills/placements\.{form}\?[^"]+)"', text)

    assert set(path.partition("?")[2].split("&amp;")) == {"state=stuck", "sort=-reach"}
    assert client.get(unescape(path)).status_code == 200


def test_the_visit_list_has_every_visit_by_place_and_room_to_write(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/visits/print").text

    assert text.index("Rampur") < text.index("Dipayal")  # the most pressing first
    assert text.count('<td class="notes">') == 2
    assert "Maya F</bdi><br><bdi>9841000066</bdi>" in text  # it exists to find her


def test_the_list_of_visits_names_and_gives_telephones_when_it_is_asked_to(client: FlaskClient) -> None:
    for form in ("", ".csv", ".json"):
        without, initials, full = (
            client.get(f"{HILLS}/visits{form}?names={how}").text for how in ("ids", "initials", "full")
        )

        assert "Maya F" in full
        assert "9841000066" in full
        assert "Maya F" not in without
        assert "9841000066" not in without + initials


@pytest.mark.parametrize("name", ["gifts", "chains", "placements", "people", "visits", "groups", "places"])
def test_hostile_names_are_text_in_every_list(client: FlaskClient, name: str) -> None:
    for programme_id in ("hostile", "hills"):
        text = client.get(f"/p/{programme_id}/{name}?names=full").text

        assert "<script>document" not in text
        assert "<img src=x" not in text
        assert "<b>Sita" not in text


def test_every_legal_id_leads_from_its_list_to_its_page(client: FlaskClient) -> None:
    for name, word in (("people", "record"), ("placements", "record"), ("gifts", "gift")):
        text = client.get(f"/p/hostile/{name}").text
        links = re.findall(rf'<th scope=row[^>]*><a href="(/p/hostile/{word}/[^"]+)"', text)

        assert len(links) == (1 if name == "gifts" else len(relays.IDS))
        for link in links:
            assert client.get(unescape(link)).status_code == 200, link
