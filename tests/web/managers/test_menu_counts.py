"""The counts beside the lines of the menu: each is the length of the list to which its line leads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.web.readers import bearer
from tests.web.reading import HILLS, TWO

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from playwright.sync_api import Page

    from tests.web.conftest import Watched


def total(client: FlaskClient, path: str) -> str:
    found = re.search(r'data-total="\d+">([^<]+)<', client.get(path).text)
    assert found
    return found[1]


def test_what_calls_for_work_is_counted_as_its_lists_count_it(client: FlaskClient, asha: FlaskClient) -> None:
    counted = asha.get(f"/p/{TWO}/open-work.json").get_json()

    assert counted["waiting"] == total(asha, f"/p/{TWO}/waiting")
    assert client.get(f"{HILLS}/open-work.json").get_json()["visits"] == total(client, f"{HILLS}/visits")


def test_on_a_page_of_an_earlier_day_the_menu_counts_what_its_lists_held_then(client: FlaskClient) -> None:
    then = "?as_of=2025-06-01"

    page, counted = client.get(f"{HILLS}{then}").text, client.get(f"{HILLS}/open-work.json{then}").get_json()

    assert f'data-counts="{HILLS}/open-work.json{then}"' in page
    assert counted["visits"] == total(client, f"{HILLS}/visits{then}")
    assert counted["visits"] != client.get(f"{HILLS}/open-work.json").get_json()["visits"]


def test_nobody_is_told_the_count_of_a_list_that_is_closed_to_her(door: FlaskClient, people: dict[str, str]) -> None:
    auditor = door.get("/p/demo/open-work.json", headers=bearer(people["auditor"]))

    assert auditor.status_code == 200
    assert "held" not in auditor.get_json()
    assert door.get("/p/demo/open-work.json", headers=bearer(people["administrator"])).status_code == 403


def test_the_menu_tells_the_counts_once_the_page_has_come(watched: Watched) -> None:
    page: Page = watched.goto(HILLS)
    visits = page.get_by_role("navigation", name="Main").get_by_role("link", name="Visits", exact=True)

    visits.locator(".open-work").wait_for()

    said = visits.locator(".open-work").text_content()
    visits.click()
    assert page.locator("[data-total]").text_content() == said
