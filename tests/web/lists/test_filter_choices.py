"""What can be chosen in the filters of lists."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from tests.web.reading import HILLS

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def choices(client: FlaskClient, path: str, name: str) -> list[tuple[str, str]]:
    """Value and text of what can be chosen in one filter of a list."""
    (select,) = re.findall(rf"<select name=\"?{name}\"?>(.*?)</select>", client.get(path).text, re.DOTALL)
    found = re.findall(r"<option value=\"?([^\">]*)\"?[^>]*>([^<]*)", select)
    return [(unescape(value), unescape(text)) for value, text in found if value]


def test_places_are_chosen_below_the_place_in_which_they_lie(client: FlaskClient) -> None:
    assert choices(client, f"{HILLS}/placements", "place") == [
        ("DOT", "Doti"),
        ("DIP", "\u2003Dipayal"),
        ("PAL", "Palpa"),
        ("RAM", "\u2003Rampur"),
        ("TAN", "\u2003Tansen"),
    ]


def test_groups_are_chosen_by_name_and_gifts_by_id(client: FlaskClient) -> None:
    assert choices(client, f"{HILLS}/placements", "group") == [("S1", "Laligurans")]
    assert choices(client, f"{HILLS}/placements", "gift") == [("G1", "G1"), ("G2", "G2")]


def test_donors_are_chosen_by_their_first_gift_until_names_are_asked_for(client: FlaskClient) -> None:
    hidden, named = (choices(client, f"{HILLS}/chains{names}", "donor_of") for names in ("", "?names=full"))

    assert hidden == [("G1", "who gave G1"), ("G2", "who gave G2")]
    assert named == [("G1", "@Ansgar"), ("G2", "Berta")]


def test_help_and_states_are_chosen_in_words(client: FlaskClient) -> None:
    assert choices(client, f"{HILLS}/placements?lang=fr", "help") == [("goat", "chèvres")]
    assert ("stuck", "lost or broken") in choices(client, f"{HILLS}/placements?lang=en", "state")
