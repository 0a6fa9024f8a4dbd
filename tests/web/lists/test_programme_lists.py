"""The lists of a programme: what is in them, and what their filters let through.

The numbers are those of `relays.hills`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.reading import HILLS, ids_of, rows_of, text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient


FILTERED = [
    ("chains", "", ["P1", "P6", "P7"]),
    ("chains", "state=broken", ["P1", "P7"]),
    ("chains", "state=growing", ["P6"]),
    ("chains", "help=goat", ["P1", "P6", "P7"]),
    ("chains", "place=RAM", ["P7"]),  # where the chain began
    ("chains", "place=PAL", ["P1", "P7"]),  # with the places inside
    ("chains", "group=S1", ["P7"]),
    ("chains", "donor_of=G2", ["P6", "P7"]),
    ("chains", "state=broken&donor_of=G2", ["P7"]),
    ("placements", "state=stuck", ["P5", "P7"]),
    ("placements", "state=fulfilled", ["P1", "P2", "P3", "P4"]),
    ("placements", "place=DOT", ["P6"]),
    ("placements", "group=S1", ["P5", "P7"]),
    ("placements", "gift=G2", ["P6", "P7"]),
    ("placements", "gift=G1", ["P1", "P2", "P3", "P4", "P5"]),
    ("placements", "as_of=2022-12-31", ["P1", "P2", "P3"]),
    ("visits", "", ["P5", "P6"]),
    ("visits", "reason=chain_hangs", ["P5"]),
    ("visits", "reason=no_word", ["P6"]),
    ("visits", "place=PAL", ["P5"]),
]


@pytest.mark.parametrize(("name", "asked", "expected"), FILTERED)
def test_a_filter_lets_through_what_it_says(client: FlaskClient, name: str, asked: str, expected: list[str]) -> None:
    found = ids_of(client, f"{HILLS}/{name}.json?{asked}")

    assert sorted(found) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8"]),
        ("state=waiting", ["W8"]),
        ("state=lost", ["W7"]),
        ("group=S1", ["W5", "W7"]),
        ("place=RAM", ["W5", "W7"]),
    ],
)
def test_people_are_found_by_what_they_hold_and_where_they_live(
    client: FlaskClient, asked: str, expected: list[str]
) -> None:
    assert ids_of(client, f"{HILLS}/people.json?{asked}", "beneficiary_id") == expected


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


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("gifts?as_of=2019-12-31", "relay gift"),
        ("chains?state=complete", "Loosen the filters"),
        ("placements?state=excused", "Loosen the filters"),
        ("visits?place=TAN", "Nobody has to be visited here"),
        ("people?state=excused", "Nobody is like this"),
        ("groups?as_of=2020-02-29", "Choose a later day"),
        ("places?as_of=2020-02-29", "Choose a later day"),
    ],
)
def test_an_empty_list_says_what_to_do_next(client: FlaskClient, path: str, advice: str) -> None:
    assert advice in text_of(client, f"{HILLS}/{path}")
