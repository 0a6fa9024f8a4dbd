"""The page of a place or a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.reading import HILLS, text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_place_counts_those_inside_and_names_where_it_lies(client: FlaskClient) -> None:
    palpa, rampur = text_of(client, f"{HILLS}/place/PAL"), text_of(client, f"{HILLS}/place/RAM")

    assert "6 placements" in palpa
    assert "7 people and groups" in palpa
    assert "2 are lost or broken" in palpa
    assert "2 placements" in rampur
    assert "/p/hills/place/PAL" in client.get(f"{HILLS}/place/RAM").text


def test_a_group_names_its_members_only_when_names_are_shown(client: FlaskClient) -> None:
    ids, names = text_of(client, f"{HILLS}/group/S1"), text_of(client, f"{HILLS}/group/S1?names=full")

    assert "W7" in ids
    assert "Maya G" not in ids
    assert "Maya G" in names
