"""What the cells of a list show; what each list shows as a whole, the goldens hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relay.web.lists.cells import KINDS
from relay.web.lists.programme_lists import LISTINGS
from tests.web.reading import HILLS

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_each_column_is_of_a_kind_that_there_is() -> None:
    assert {column.cell for listing in LISTINGS.values() for column in listing.columns} <= KINDS.keys()


def test_the_first_cell_of_a_row_heads_it_and_each_says_its_column_and_its_look(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/placements?sort=placement_id").text

    row = re.findall(
        r"<(th scope=row|td) ([^>]*)>(.*?)</(?:th|td)>", text.partition("<tbody>")[2].partition("</tr>")[0]
    )

    assert [begin for begin, _, _ in row] == ["th scope=row", *["td"] * 13]
    looks = {
        attributes.partition('"')[2].partition('"')[0]: attributes.partition(" class=")[2] for _, attributes, _ in row
    }
    assert {name: looks[name] for name in ("Placement", "Due on", "Owed", "Reach")} == {
        "Placement": "",
        "Due on": '"word"',
        "Owed": '"number measure"',
        "Reach": '"number"',  # it leads somewhere
    }


def test_of_what_is_not_known_the_cell_is_empty(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/placements?sort=placement_id").text

    assert '<td data-label="Cause" class="word"></td>' in text


def test_a_link_keeps_the_day_and_puts_its_id_where_a_link_of_any_page_has_it(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/placements?as_of=2024-01-01&confirmed_only=true").text

    assert f'<a href="{HILLS}/record/placement:P1?as_of=2024-01-01&amp;confirmed_only=true"><bdi>P1</bdi></a>' in text
