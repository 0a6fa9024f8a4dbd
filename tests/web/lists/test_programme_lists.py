"""The lists of a programme: what is in them, and what their filters let through.

The numbers are those of `relays.hills`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.reading import HILLS, ids_of, text_of

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


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("gifts?as_of=2019-12-31", "staff record a gift from the overview"),
        ("chains?state=complete", "Loosen the filters"),
        ("placements?state=excused", "Loosen the filters"),
        ("visits?place=TAN", "Nobody here needs a visit"),
        ("people?state=excused", "No match"),
        ("groups?as_of=2020-02-29", "Choose a later day"),
        ("places?as_of=2020-02-29", "Choose a later day"),
    ],
)
def test_an_empty_list_says_what_to_do_next(client: FlaskClient, path: str, advice: str) -> None:
    assert advice in text_of(client, f"{HILLS}/{path}")
