"""The pages of the lists."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from relay.web.lists import visit_words
from tests.web import relays
from tests.web.reading import HILLS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_list_leads_to_its_file_with_the_same_filters(client: FlaskClient, form: str) -> None:
    text = client.get(f"{HILLS}/placements?state=stuck&sort=-reach").text

    (path,) = re.findall(rf'href="(/p/hills/placements\.{form}\?[^"]+)"', text)

    assert set(path.partition("?")[2].split("&amp;")) == {"state=stuck", "sort=-reach"}
    assert client.get(unescape(path)).status_code == 200


def test_the_visit_list_has_every_visit_by_place_and_room_to_write(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/visits/print").text

    assert text.index("Rampur") < text.index("Dipayal")  # the most pressing first
    assert text.count('<td class="notes">') == 2
    assert 'Maya F</bdi></th><td class="word"><bdi>9841000066</bdi></td>' in text  # it exists to find her
    assert "owes 2 goats since 19 Nov 2026; can still pass on · only she can continue this chain" in text


def test_on_the_list_of_visits_the_woman_her_telephone_and_why_come_first_and_ranks_follow_one_another(
    client: FlaskClient,
) -> None:
    """P5 and P6 are of two places: each is the first there; in the order of rank P6 is the second."""
    by_place, by_rank = (client.get(f"{HILLS}/visits?names=full{sort}").text for sort in ("", "&sort=rank"))

    def ranks(text: str) -> list[str]:
        return re.findall(r'<td data-label="Rank" class="number measure">([^<]*)<', text)

    def columns(text: str) -> list[str]:
        return re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)', text)

    assert columns(by_place)[:4] == ["Rank", "Who", "Telephone", "Why"]
    assert columns(by_rank)[:5] == ["Rank", "Who", "Telephone", "Place", "Why"]
    assert (ranks(by_place), ranks(by_rank)) == (["1", "1"], ["1", "2"])
    assert [row["rank"] for row in client.get(f"{HILLS}/visits.json").get_json()["rows"]] == [1, 2]
    assert '<th scope=row data-label="Who" class="who"><a href="/p/hills/record/beneficiary:W6"' in by_rank
    assert '<a href="tel:9841000066">' in by_rank


def test_of_what_was_lost_the_visit_list_tells_no_cause_that_is_not_recorded(app: Flask) -> None:
    """What a woman who lost her animals owes is said with the day alone."""
    seen = {"state": "lost", "help": "goat", "still_owed": 2, "reasons": ("broke",)}
    days = {"due_on": date(2028, 10, 17), "since_on": date(2026, 10, 9)}
    lost: Any = SimpleNamespace(**seen, **days)
    with app.test_request_context():
        assert visit_words.visit_owes(lost) == "cannot pass on 2 goats since 9 Oct 2026"


def test_the_list_of_visits_names_and_gives_telephones_when_it_is_asked_to(client: FlaskClient) -> None:
    for form in ("", ".csv", ".json"):
        without, initials, full = (
            client.get(f"{HILLS}/visits{form}?names={how}").text for how in ("ids", "initials", "full")
        )

        assert "Maya F" in full
        assert "9841000066" in full
        assert "Maya F" not in without
        assert "9841000066" not in without + initials


@pytest.mark.parametrize("name", ["gifts", "chains", "placements", "people", "visits", "groups", "places"])
def test_hostile_names_are_text_in_every_list(client: FlaskClient, name: str) -> None:
    for programme_id in ("hostile", "hills"):
        text = client.get(f"/p/{programme_id}/{name}?names=full").text

        assert "<script>document" not in text
        assert "<img src=x" not in text
        assert "<b>Sita" not in text


def test_every_legal_id_leads_from_its_list_to_its_page(client: FlaskClient) -> None:
    for name, word in (("people", "record"), ("placements", "record"), ("gifts", "gift")):
        text = client.get(f"/p/hostile/{name}").text
        links = re.findall(rf'<th scope=row[^>]*><a href="(/p/hostile/{word}/[^"]+)"', text)

        assert len(links) == {"people": len(relays.IDS) + 1, "gifts": 1}.get(name, len(relays.IDS))
        for link in links:
            assert client.get(unescape(link)).status_code == 200, link
