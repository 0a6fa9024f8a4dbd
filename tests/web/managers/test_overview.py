"""The front page of a programme.

The numbers are those of `relays.hills`: 3 chains, of which that of P1 broke this month and that of P7 long ago; 7
placements, of which P1 to P4 are fulfilled, P5 broken, P6 in time and P7 lost.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from flask import get_template_attribute

from relay.ledger.held import held_list
from tests.web.reading import HILLS, text_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def test_the_front_page_says_how_the_relays_do_what_broke_and_whom_to_visit(client: FlaskClient) -> None:
    said = text_of(client, HILLS)

    assert "3 chains" in said
    assert "1 growing" in said
    assert "2 broken" in said
    assert "7 placements" in said
    assert "4 fulfilled" in said
    assert "66.7% 4 of 6" in said  # P1 to P4 of P1 to P5 and P7; P6 is not due yet
    assert "80.0% 4 of 5" in said  # without P7, whose animals died
    assert "66.7% 8 of 12" in said  # animals
    assert "1 placement broke in the last month" in said
    assert "overdue, 0 of 2" in said
    assert "To visit 2" in said  # P5, on whom a chain of 4 pass-ons hangs, and P6, of whom nothing was heard
    assert "P5 , Rampur broken owes 2 goats since 19 Nov 2026; can still pass on · only she can continue" in said
    assert "To confirm 4 wait for a second person" in said  # T1 to T4
    assert "Held 0 from telephones" in said


def test_each_figure_of_the_front_page_is_said_once(client: FlaskClient) -> None:
    main = client.get(HILLS).text.partition("<main")[2].partition("</main>")[0]
    doors = re.findall(r'data-count="([1-9][0-9.]*)"[^>]* href="([^"]+)"', main)

    assert len(doors) > 10
    assert [door for door in {*doors} if doors.count(door) > 1 and "counted=due" not in door[1]] == []


def test_the_front_page_says_what_happens_to_be_held_although_the_ledger_stays_as_it_is(
    asha: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha.get(HILLS)  # which begins a session
    begun = asha.get(HILLS)
    same = asha.get(HILLS, headers={"If-None-Match": begun.headers["ETag"]})
    monkeypatch.setattr(held_list, "many", Mock(return_value=3))
    after = asha.get(HILLS, headers={"If-None-Match": begun.headers["ETag"]})

    assert (same.status_code, after.status_code) == (304, 200)
    assert re.search(r'<a class="measure" href="/p/hills/held">3</a>', after.text)


def test_the_list_of_programmes_shows_the_figures_of_each(client: FlaskClient) -> None:
    card = client.get("/").text.partition('href="/p/hills"')[2].partition("</article>")[0]

    assert "66.7%" in card
    assert 'data-count="4" href="/p/hills/placements?counted=due_fulfilled"' in card
    assert 'data-count="7" href="/p/hills/placements"' in card
    assert 'href="/p/hills/placements?state=broken">1 broken' in card


def test_a_month_in_which_nothing_broke_says_so(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}?as_of=2026-11-18")  # the last day of grace

    assert "Nothing broke since 18 Oct 2026." in said


def test_a_day_before_the_first_placement_says_what_to_do(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}?as_of=2020-02-29")

    assert "Nothing had been placed by 29 Feb 2020." in said
    assert "In a new programme staff begin with its places" in said


def test_a_chain_that_began_nowhere_that_is_known_is_broken_all_the_same(client: FlaskClient) -> None:
    said = text_of(client, "/p/demo")

    assert "For 1 broken chain it is not known where it began." in said
    assert "No chain is broken." not in said
    assert "it is not known where" not in text_of(client, HILLS)
    assert "No chain is broken." in text_of(client, "/p/demo?as_of=2020-04-01")


def test_a_broken_chain_is_two_clicks_from_the_front_page(client: FlaskClient) -> None:
    first = re.findall(r'href="(/p/hills/chains\?[^"]*state=broken[^"]*)"', client.get(HILLS).text)

    second = client.get(unescape(first[0])).text

    assert "/p/hills/tree/placement:P1" in second
    assert "/p/hills/tree/placement:P7" in second
    assert "/p/hills/tree/placement:P6" not in second


def test_a_programme_page_says_how_far_each_gift_has_travelled(client: FlaskClient) -> None:
    text = client.get("/p/demo").text

    assert 'href="/p/demo/tree/gift:G1"' in text
    assert "placements by generation: 1, 1, 2, 1" in text


def test_a_long_chain_is_drawn_as_wide_as_a_table_and_the_rest_of_it_is_said(app: Flask) -> None:
    with app.test_request_context():
        bars = get_template_attribute("macros.html", "bars")
        short, long = str(bars((3, 2, 1))), str(bars((1,) * 1001))

    assert short.count("<rect") == 3
    assert "more" not in short
    assert long.count("<rect") == 40
    assert 'width="560"' in long
    assert "and 961 more" in long
