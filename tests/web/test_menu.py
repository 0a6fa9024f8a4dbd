"""Where the menu and the links of a page lead."""

from __future__ import annotations

import html
import re
from secrets import token_bytes
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from relay.access import accounts, api_tokens
from relay.access.roles import grant_of
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS
from relay.web import menu, system_pages
from tests.web import relays
from tests.web.readers import WORDS, bearer, sign_in, staff_of
from tests.web.reading import LEFT_OUT

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_no_two_links_of_the_menu_have_one_key() -> None:
    """With all systems on; a page of a system that takes a key of another would never be reached by it."""
    of_the_core = [(link.key, str(link.label)) for _, _, links in menu.SECTIONS for link in links]
    systems = system_pages.pages_of(Catalogue(SYSTEMS)).values()
    links = [*of_the_core, *((link.key, str(link.label)) for pages in systems for link in pages.links)]

    labels = {key: [label for each, label in links if each == key] for key, _ in links}
    assert {key: sharing for key, sharing in labels.items() if len(sharing) > 1} == {}


def lines(text: str) -> tuple[list[str], list[str]]:
    """The lines of the menu that are seen before anything is opened, and the pages behind those that are folded."""
    (nav,) = re.findall(r'<nav class="sections".*?</nav>', text, re.DOTALL)
    seen, folded, depth, closed = list[str](), list[str](), 0, 99
    for tag, attributes, words in re.findall(r"<(/?details|summary|a)\b([^>]*)>([^<]*)", nav):
        if tag == "details":
            depth += 1
            closed = min(closed, depth) if "open" not in attributes.split() else closed
        elif tag == "/details":
            closed = 99 if closed == depth else closed
            depth -= 1
        elif tag == "summary":
            (seen if depth <= closed else folded).append(words)
        else:
            (seen if depth < closed else folded).append(words)
    return seen, folded


@pytest.mark.parametrize("role", ["staff", "manager", "auditor", "administrator"])
def test_the_menu_has_a_dozen_lines_at_the_most_and_the_page_that_is_shown_is_among_them(
    door: FlaskClient, people: dict[str, str], role: str
) -> None:
    headers = bearer(people[role])
    first = door.get("/p/demo/accesses" if role == "administrator" else "/p/demo", headers=headers).text
    pages = re.findall(r'<a href="([^"]+)" data-key="."[^>]*>([^<]+)', first)

    for href, label in pages:
        seen, folded = lines(door.get(href, headers=headers).text)
        assert label in seen, "the one that is shown"
        assert len(seen) <= 12
        assert {label for _, label in pages} <= {*seen, *folded}, "the others are under them"


def test_a_group_of_many_pages_folds_the_last_of_them_but_never_the_one_that_is_shown(app: Flask) -> None:
    """Seven pages where five lines fit: four and the fold; the last takes the fourth line when it is shown."""
    names = ("gifts", "chains", "placements", "people", "groups", "places", "visits")
    links = [
        menu.MenuLink(endpoint="lists.page", label=str(nth), key="x", values={"name": name})
        for nth, name in enumerate(names)
    ]
    with app.test_request_context("/p/hills/map"):
        elsewhere = menu.MenuGroup.of("Relays", links, 5, is_open=True)
    with app.test_request_context("/p/hills/visits"):
        here = menu.MenuGroup.of("Relays", links, 5, is_open=True)

    assert ["".join(link.label for link in part) for part in (elsewhere.links, elsewhere.more)] == ["0123", "456"]
    assert ["".join(link.label for link in part) for part in (here.links, here.more)] == ["0126", "345"]


def test_no_link_leads_an_administrator_where_she_may_not(
    door: FlaskClient, recorded: Graph, people: dict[str, str]
) -> None:
    door.get("/p/demo/record/placement:P1", headers=bearer(people["manager"]))  # which is written down
    grants = (grant_of("administrator@demo"), grant_of("administrator@hills"))
    accounts.add(recorded, "keeper", grants, WORDS, relays.NOW)
    sign_in(door, "keeper")
    addresses = ("/", "/p/demo/accesses?as_of=2024-01-01", "/p/demo/accesses", "/p/demo", "/p/demo/nothing")
    told = {path: door.get(path).text for path in addresses}
    links = {html.unescape(link) for text in told.values() for link in re.findall(r'<a href="(/[^"]*)"', text)}

    assert {
        link for link in links if not re.search("(lang|colours)=", link) and door.get(link).status_code != 200
    } == set()
    assert "/p/demo/accesses?as_of=2024-01-01" in links
    assert "<bdi>placement:P1</bdi>" in told["/p/demo/accesses"]
    assert [each for each, text in told.items() if 'action="/p/demo/find' in text or 'id="search"' in text] == []
    theirs = door.application.test_client().get("/p/demo/accesses", headers=bearer(people["auditor"])).text
    assert ('id="search"' in theirs, '<a href="/p/demo/record/placement:P1">' in theirs) == (True, True)
    accounts.remove(recorded, "keeper")


def test_who_looks_after_accounts_alone_begins_where_she_may(door: FlaskClient, recorded: Graph) -> None:
    accounts.add(recorded, "keeper", (grant_of("administrator@demo"),), WORDS, relays.NOW)
    sign_in(door, "keeper")

    assert door.get("/").location == "/p/demo/accesses"
    assert door.get("/p/demo/accesses").status_code == 200
    accounts.remove(recorded, "keeper")


def test_the_lists_of_staff_of_a_place_begin_with_what_lies_there(door: FlaskClient, village: Graph) -> None:
    hers = door.get("/p/wards", headers=staff_of(village, "W2")).text
    accounts.add(village, "staff-everywhere-else", (grant_of("staff@wards"),), None, relays.NOW)
    issued = api_tokens.issue(village, "staff-everywhere-else", days=1, now=relays.NOW, random=token_bytes)
    anyones = door.get("/p/wards", headers=bearer(issued.secret)).text

    for name in ("chains", "visits", "placements", "people"):
        assert f'href="/p/wards/{name}?place=W2" data-key' in hers, name
        assert f'href="/p/wards/{name}" data-key' in anyones, name
    listed = door.get("/p/wards/placements?place=W2", headers=staff_of(village, "W2")).text
    ways = re.findall(r'href="(/p/wards/(?:record|tree)[^"]*)"', listed)
    assert ways
    assert {door.get(way, headers=staff_of(village, "W2")).status_code for way in ways} == {200}


COUNTING: Final = ("", "/health", "/gifts", "/chains", "/placements", "/map", "/gift/G1", "/tree/gift:G1", "/survival")

HOLDING: Final = ("/audit", "/findings", "/sample", "/ledger", "/waiting", "/find")


@pytest.mark.parametrize("page", COUNTING)
def test_a_page_counts_only_what_is_confirmed_where_it_is_asked_to_and_says_so(halves: FlaskClient, page: str) -> None:
    where = quote(f"/p/halves{page}")

    confirmed, all_ = halves.get(f"{where}?confirmed_only=true&lang=en").text, halves.get(where).text

    assert LEFT_OUT in confirmed
    assert LEFT_OUT not in all_
    assert f'href="{where}?lang=en">Include them' in confirmed
    ways = re.findall(r'href="(/p/halves[^"]*)"', confirmed.replace("Include them", "", 1))
    lost = {way for way in ways if "confirmed_only=true" not in way} - {f"{where}?lang=en", f"{where}?"}
    assert lost == set()
    forms = re.findall(r"<form[^>]*method=\"get\".*?</form>", confirmed, re.DOTALL)
    assert all('name="confirmed_only" value="true"' in form for form in forms)
    assert "confirmed_only" not in all_


@pytest.mark.parametrize("page", HOLDING)
def test_a_page_of_the_record_itself_does_not_say_that_it_leaves_something_out(halves: FlaskClient, page: str) -> None:
    answer = halves.get(f"/p/halves{page}?confirmed_only=true")

    assert answer.status_code == 200
    assert LEFT_OUT not in answer.text
