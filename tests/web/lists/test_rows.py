"""The rows of the lists of a programme.

The numbers are those of `relays.hills`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.reading import HILLS, rows_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_groups_and_places_count_the_placements_of_their_people(client: FlaskClient) -> None:
    (group,) = rows_of(client, f"{HILLS}/groups.json")
    places = {row["place_id"]: row for row in rows_of(client, f"{HILLS}/places.json")}

    assert (group["group_id"], group["name"], group["placements"], group["stuck"]) == ("S1", "Laligurans", 2, 2)
    assert (group["numerator"], group["denominator"]) == (0, 2)
    assert {id_: (row["placements"], row["stuck"]) for id_, row in places.items()} == {
        "PAL": (6, 2),  # with Tansen and Rampur
        "TAN": (4, 0),
        "RAM": (2, 2),
        "DOT": (1, 0),
        "DIP": (1, 0),
    }
    assert places["DIP"]["share"] is None  # nothing is due yet


def test_gifts_show_how_many_each_generation_counts(client: FlaskClient) -> None:
    first, second = rows_of(client, f"{HILLS}/gifts.json")

    assert (first["gift_id"], first["reach"], first["by_generation"]) == ("G1", 4, [1, 1, 1, 1, 1])
    assert (second["gift_id"], second["reach"], second["by_generation"]) == ("G2", 0, [2])
    assert (second["chains_growing"], second["chains_broken"]) == (1, 1)
    assert "placements by generation: 1, 1, 1, 1, 1" in client.get(f"{HILLS}/gifts").text


def test_a_placement_says_from_which_gift_it_descends(client: FlaskClient) -> None:
    hills = {row["placement_id"]: row["gift_id"] for row in rows_of(client, f"{HILLS}/placements.json")}
    pooled = {row["placement_id"]: row["gift_id"] for row in rows_of(client, "/p/demo/placements.json")}

    assert hills == {**dict.fromkeys(("P1", "P2", "P3", "P4", "P5"), "G1"), "P6": "G2", "P7": "G2"}
    assert pooled == dict.fromkeys(("P1", "P2", "P3", "P4", "P5"), "G1")  # P5 from P3 and from P4
