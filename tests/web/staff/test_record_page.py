"""A record's page: one sentence first, one step, what else can be recorded, and the days in sentences.

The programme `hills` is told in `relays.hills`: P4 of W4 came from W3 and passed on to W5; P7 of W7 is lost; P5 of W5
broke on 2026-11-19 and can still pass on; P6 of W6 is in time; W8 holds nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.web.readers import bearer, with_names
from tests.web.reading import HILLS, words

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def main_of(client: FlaskClient, id_: str, address: str = HILLS) -> str:
    """The main part of a record's page."""
    return client.get(f"{address}/record/{id_}").text.partition("<main")[2].partition("</main>")[0]


def step_of(client: FlaskClient, id_: str) -> list[str]:
    """The title of the one step that a record's page puts first."""
    return re.findall(r'<a class="step"[^>]*>([^<]+)</a>', main_of(client, id_))


def history_of(client: FlaskClient, id_: str) -> str:
    """What the days of a record say, with single blanks."""
    return words("<main" + re.findall(r'(?s)<ol class="timeline".*?</ol>', main_of(client, id_))[0])


def test_a_sentence_goes_on_from_the_name_in_the_heading_or_from_the_id_while_names_are_off(
    client: FlaskClient,
) -> None:
    off = words("<main" + main_of(client, "beneficiary:W7"))
    on = words("<main" + main_of(with_names(client), "beneficiary:W7"))

    assert "Beneficiary W7 Rampur: cannot pass on 2 goats (animals died, 1 Sep 2023)." in off
    assert ("Maya" in off, "98410000" in off) == (False, False)
    assert "Maya G Beneficiary W7 Rampur: cannot pass on 2 goats (animals died, 1 Sep 2023)." in on
    assert "9841000077" in on


def test_her_days_are_told_in_order_with_the_women_by_name(client: FlaskClient) -> None:
    assert "received 2 goats from W3 " in history_of(client, "beneficiary:W4")
    told = history_of(with_names(client), "beneficiary:W4")

    said = ["received 2 goats from Maya C", "passed on 2 goats to =SUM(1) &lt;b&gt;Sita&lt;/b&gt;", "was registered"]
    assert [text in told for text in said] == [True] * 3, told
    assert sorted(said, key=told.index) == said  # she was registered here on the day on which it was recorded
    assert 'href="/p/hills/record/beneficiary:W3"' in main_of(client, "beneficiary:W4")


@pytest.mark.parametrize(
    ("id_", "step"),
    [
        ("beneficiary:W5", ["Pass-on"]),
        ("beneficiary:W6", ["Pass-on"]),
        ("beneficiary:W7", ["Visit"]),
        ("beneficiary:W4", ["Certificate to print"]),
        ("beneficiary:W8", ["Placement from a gift"]),
        ("placement:P5", ["Pass-on"]),
        ("place:RAM", ["Ceremony day"]),
        ("pass:T1", []),
    ],
)
def test_one_step_stands_first_by_how_she_stands(client: FlaskClient, id_: str, step: list[str]) -> None:
    assert step_of(client, id_) == step


def test_what_else_can_be_recorded_stands_under_the_part_of_life_that_it_tells_of(client: FlaskClient) -> None:
    more = main_of(client, "beneficiary:W5").partition('<details class="more">')[2].partition("</details>")[0]

    parts = {
        heading: re.findall(r">([^<]+)</a>", links)
        for heading, links in re.findall(r"(?s)<h2>(.*?)</h2>(.*?)</ul>", more)
    }
    assert parts == {
        "Animals": ["Birth, death, sale …", "Visit", "Excuse", "More time", "Placement from a gift"],
        "Put right": ["Same person as …", "Not the same as …", "Correct", "It did not happen"],
    }


def test_a_gift_a_group_and_a_place_begin_with_a_sentence(client: FlaskClient) -> None:
    assert "goat, given on 1 Jan 2020. 2 families received them, and 0 have passed on all." in words(
        "<main" + main_of(client, "gift:G2")
    )
    assert "2 placements, 2 of them still owing (1 broken, 1 lost)." in words("<main" + main_of(client, "group:S1"))
    assert "1 placement, 1 of them still owing." in words("<main" + main_of(client, "place:DIP"))


def test_ids_and_entries_stand_behind_a_switch_that_works_without_script(reader: FlaskClient) -> None:
    page = f"{HILLS}/record/placement:P4"
    before = main_of(reader, "placement:P4")

    answer = reader.post(f"{HILLS}/evidence", data={"evidence": "on"}, headers={"Referer": f"http://localhost{page}"})
    after = main_of(reader, "placement:P4")

    assert (answer.status_code, answer.location) == (303, page)
    assert ("entry " in before, ">pass:T3<" in before) == (False, False)
    assert (after.count(">entry "), ">pass:T3<" in after, ">entry in the ledger<" in after) == (2, True, False)
    assert ">entry in the ledger<" in main_of(reader, "pass:T3")


def test_auditors_see_the_evidence_without_asking_for_it_and_others_do_not(
    door: FlaskClient, people: dict[str, str]
) -> None:
    seen = {
        role: ">entry in the ledger<" in door.get("/p/demo/record/pass:T1", headers=bearer(people[role])).text
        for role in ("staff", "manager", "auditor")
    }

    assert seen == {"staff": False, "manager": False, "auditor": True}


def test_what_holds_now_is_labelled_in_words(client: FlaskClient) -> None:
    now = main_of(client, "beneficiary:W7").partition("As of now</h2>")[2]
    labels = re.findall(r'<th scope="row">([^<]+)</th>', now)

    assert {"place", "group", "name"} <= {*labels}
    assert [each for each in labels if each.endswith(" id")] == []
    assert re.findall(r'href="/p/hills/record/place:RAM"><bdi>([^<]+)<', now) == ["Rampur"]
