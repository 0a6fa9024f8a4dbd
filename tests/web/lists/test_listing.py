"""Order, pages and headings of a list."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.web.reading import HILLS, ids_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("name", "order", "expected"),
    [
        ("chains", "placement_id", ["P1", "P6", "P7"]),
        ("chains", "-placement_id", ["P7", "P6", "P1"]),
        ("chains", "received_on", ["P1", "P7", "P6"]),
        ("chains", "-reach", ["P1", "P6", "P7"]),  # 4, 0, 0
        ("placements", "-generation", ["P5", "P4", "P3", "P2", "P1", "P6", "P7"]),
        ("placements", "due_on", ["P1", "P2", "P3", "P4", "P7", "P5", "P6"]),
        ("placements", "-since_on", ["P5", "P7", "P1", "P2", "P3", "P4", "P6"]),  # those that did not break last
        ("visits", "rank", ["P5", "P6"]),
        ("visits", "-rank", ["P6", "P5"]),
    ],
)
def test_a_heading_sorts_its_list(client: FlaskClient, name: str, order: str, expected: list[str]) -> None:
    assert ids_of(client, f"{HILLS}/{name}.json?sort={order}") == expected


def test_a_heading_says_its_order_and_leads_to_the_other_one(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/chains?sort=received_on").text

    heading = re.search(r'<th scope="col" aria-sort="ascending"><a href="([^"]+)">Began on', text)

    assert heading
    assert "sort=-received_on" in heading[1]
    assert text.count("aria-sort") == 1


def test_pages_of_a_long_list_hold_every_row_once(client: FlaskClient) -> None:
    seen: list[str] = []
    path: str | None = "/p/large/placements"
    pages = 0
    while path:
        text = client.get(path).text
        seen += re.findall(r'<th scope=row[^>]*><a href="/p/large/record/placement:([^"]+)">', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path, pages = (unescape(following[1]) if following else None), pages + 1

    assert pages == 21  # 1,023 rows, 50 a page
    assert len(seen) == len(set(seen)) == 1023


def test_a_page_number_keeps_filters_and_order(client: FlaskClient) -> None:
    text = client.get("/p/large/placements?state=stuck&sort=-reach&page=2").text

    following = re.search(r'rel="next" href="([^"]+)"', text)

    assert following
    assert {"state=stuck", "sort=-reach", "page=3"} <= set(following[1].partition("?")[2].split("&amp;"))
    assert "51 to 100 of" in text
