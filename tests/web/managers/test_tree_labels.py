"""What the boxes of a relay tree say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_break_point_says_since_when_and_why(client: FlaskClient) -> None:
    text = client.get("/p/demo/tree/gift:G1").text

    assert "since 31 May 2025: overdue" in text  # due 2025-03-01, 90 days of grace
    assert "2082-02-17 BS" in text


def test_a_gift_says_what_was_given_and_when_and_by_whom_only_with_the_names(client: FlaskClient) -> None:
    nameless, named = (client.get(f"/p/demo/tree/gift:G1{asked}").text for asked in ("", "?names=full"))

    for text in (nameless, named):
        assert re.search(r">gift G1</text><text[^>]*>2 goats, 1 Jan 2020</text>", text)  # no number; two were placed
    assert "Donor of" not in nameless
    assert ">from Donor of G1</text>" in named


def test_a_name_has_its_code_beside_it_and_without_names_the_code_stands_there(client: FlaskClient) -> None:
    nameless, named = (client.get(f"/p/demo/tree/gift:G1{asked}").text for asked in ("", "?names=full"))

    assert re.search(r'<text font-weight="600"[^>]*>P2</text>', nameless)
    assert re.search(r'<text font-weight="600"[^>]*>Name of W2</text>.*text-anchor="end"[^>]*>P2</text>', named)
    assert "● fulfilled · 2 of 2" in nameless


def test_generations_are_said_in_words(client: FlaskClient) -> None:
    marks = client.get("/p/demo/tree/gift:G1/network.json").get_json()["marks"]

    assert [mark["label"] for mark in marks] == ["first placements", *(f"generation {n}" for n in (1, 2, 3))]


def cells(text: str, key: str) -> list[str]:
    """What the row of a placement in the table of a tree says, cell by cell."""
    row = re.search(rf"<bdi>{key}</bdi></a></th>(.*?)</tr>", text.partition('id="table"')[2], re.DOTALL)
    assert row
    return [re.sub(r"<br>", " and ", each) for each in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]


def test_a_tree_says_in_text_who_gave_to_whom(client: FlaskClient) -> None:
    whole = client.get("/p/demo/tree/gift:G1").text
    below = client.get("/p/demo/tree/placement:P3?as_of=2024-01-01").text
    told = [re.sub("<[^>]+>", "", cells(whole, key)[4]) for key in ("P1", "P2", "P5")]

    assert told == [
        "gift G1, 2 goats, 1 Mar 2020",
        "placement P1, 2 goats, 1 Mar 2021",
        "placement P3, 1 goat, 1 Mar 2023 and placement P4, 1 goat, 1 Mar 2023",
    ]
    assert 'href="/p/demo/record/placement:P4?as_of=2024-01-01"' in cells(below, "P5")[4]  # which is in no such tree
    titles = re.findall("<title>(.*?)</title>", whole, re.DOTALL)
    assert [title for title in titles if "from gift G1: 2 goats, 1 Mar 2020" in title] != []
    drawn = client.get("/p/demo/tree/gift:G1/network.json").get_json()
    (last,) = (node["title"] for node in drawn["nodes"] if node["id"] == "P5")
    assert "from placement P3: 1 goat, 1 Mar 2023\nfrom placement P4: 1 goat, 1 Mar 2023" in last
