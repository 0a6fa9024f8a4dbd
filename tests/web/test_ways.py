"""The three users' ways through the pages, in a real browser and on both engines.

With a mouse, with keys alone and without script:

hills     a manager finds what broke this month and prints whom to visit; staff look up what a woman owes
audited   an auditor compares two years, opens a finding, checks the ledger and takes the sample along
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from relay import graph as relay_graph
from relay.access import accounts
from relay.access.roles import Grant
from relay.settings import Settings
from relay.web import create_app
from relay.web.auditors import query
from tests.rigs import neo4j_server
from tests.rigs.in_a_thread import answering
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.addresses import AUDITED, HILLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.web.conftest import Watched

WORDS: Final = "goats pass from hand to hand"
Ground = tuple["Graph", Settings]


@pytest.fixture(scope="module", params=["embedded", "neo4j"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Give a graph of each engine that holds the programmes of the ways, and the settings that lead to it."""
    if request.param == "embedded":
        yield request.getfixturevalue("recorded"), request.getfixturevalue("settings")
        return
    neo4j: Connection = request.getfixturevalue("neo4j_server")
    with relay_graph.connect(neo4j, CORE) as graph:
        relays.record_for_the_ways(wiped(graph))
        yield graph, Settings.read({**neo4j_server.settings(neo4j), "RELAY_DATA": str(tmp_path_factory.mktemp("ways"))})
        wiped(graph)


@pytest.fixture(scope="module")
def site(ground: Ground) -> Iterator[str]:
    """Serve the pages of each engine to their owner, and say where."""
    graph, settings = ground
    with answering(create_app(graph, settings, now=lambda: relays.NOW, owner="asha")) as site:
        yield site


@pytest.fixture(scope="module")
def door(ground: Ground) -> Iterator[str]:
    """Serve the pages of each engine to whoever signs in, among them Mina of the staff, and say where."""
    graph, settings = ground
    accounts.add(graph, "mina", (Grant(role="staff", programme_id="hills"),), WORDS, relays.NOW)
    with answering(create_app(graph, settings, now=lambda: relays.NOW)) as door:
        yield door
    accounts.remove(graph, "mina")


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """Give a page in a browser that runs no script."""
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


# -- managers ----------------------------------------------------------------------------------------------------------


def find_what_broke(page: Page, site: str) -> None:
    """From the first page to the chain that broke this month, and to why."""
    page.goto(f"{site}/")
    page.get_by_role("link", name="Hill villages").click()
    expect(page.get_by_role("heading", name="1 placement broke in the last month")).to_be_visible()
    page.get_by_role("region", name="What broke this month").get_by_role("link", name="P5").click()
    expect(page).to_have_url(re.compile(r"/tree/gift:G1\?focus=P5$"))
    expect(page.get_by_text("since 2026-11-19: overdue").first).to_be_attached()


def print_the_visit_list(page: Page) -> None:
    """From any page to the list for Rampur, on paper."""
    page.get_by_role("link", name="Visits").click()
    page.locator("select[name=place]").select_option("RAM")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 to 1 of 1 row")).to_be_visible()
    page.get_by_role("link", name="Print this visit list").click()
    expect(page.get_by_role("heading", name=re.compile("Rampur"))).to_be_visible()
    expect(page.get_by_role("cell", name="only she can continue this chain")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_manager_finds_the_broken_chain_of_the_month_and_prints_the_visit_list(watched: Watched) -> None:
    find_what_broke(watched.page, watched.site)
    print_the_visit_list(watched.page)


def test_the_same_way_goes_without_script(plain: Page, site: str) -> None:
    find_what_broke(plain, site)
    print_the_visit_list(plain)


def test_the_same_way_goes_with_keys_alone(watched: Watched) -> None:
    page = watched.goto(HILLS)
    page.keyboard.press("j")  # the first row of a list on the page
    expect(page.get_by_role("link", name="P5").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"focus=P5"))
    page.locator("#network[data-drawn]").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(r"/visits$"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/record/placement:P5$"))


# -- auditors ----------------------------------------------------------------------------------------------------------


def test_an_auditor_compares_two_years_opens_a_finding_verifies_and_takes_the_sample(watched: Watched) -> None:
    page = watched.goto(AUDITED)
    page.get_by_role("link", name="Health", exact=True).click()
    page.get_by_text("Past report periods").click()
    page.get_by_role("link", name="fiscal year 2081/82").click()
    expect(page.get_by_role("row", name=re.compile("passed on everything they owe")).first).to_contain_text("0 of 2")

    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_role("row", name="same household").get_by_role("link", name="1", exact=True).first.click()
    page.get_by_role("link", name="7", exact=True).click()
    expect(page.get_by_role("heading", name="Entry 7")).to_be_visible()
    page.get_by_role("link", name="Entry after").click()
    expect(page.get_by_role("row", name=re.compile("animals"))).to_contain_text("21")

    page.get_by_role("link", name="Verify", exact=True).click()
    head = page.locator("dd.hash").inner_text()
    page.get_by_label("A head hash you noted earlier").fill(head)
    page.get_by_role("button", name="Check every entry now").click()
    expect(page.get_by_text("Nothing wrong")).to_be_visible()

    page.get_by_role("link", name="Sample", exact=True).click()
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Draw").click()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="JSON of the sample").click()
    assert len(json.loads(downloaded.value.path().read_text())["rows"]) == 2


def test_without_script_an_auditor_parts_compares_and_searches(plain: Page, site: str) -> None:
    plain.goto(f"{site}{AUDITED}/health")
    plain.get_by_label("Compared with").fill("2078-03-31 BS")
    plain.get_by_label("generation").check()
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("heading", name="By generation")).to_be_visible()
    expect(plain.get_by_text("15 Jul 2021").first).to_be_visible()

    plain.goto(f"{site}{AUDITED}/ledger")
    plain.get_by_label("Id it names, or hash").fill("T1")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_text("1 to 3 of 3 rows")).to_be_visible()


def test_a_query_of_ones_own_is_asked_where_the_database_refuses_all_else(watched: Watched, ground: Ground) -> None:
    page = watched.goto(AUDITED)

    offered = page.get_by_role("navigation", name="Main").get_by_role("link", name="Query")
    offered.click()
    closed = page.get_by_text("Neo4j Community Edition has no such users")
    expect(closed).to_have_count(0 if query.is_open(ground[1]) else 1)


# -- staff -------------------------------------------------------------------------------------------------------------


def test_staff_sign_in_find_a_woman_by_her_name_in_the_other_script_and_see_what_she_owes(
    plain: Page, door: str
) -> None:
    plain.goto(f"{door}{HILLS}")
    plain.get_by_label("Login").fill("mina")
    plain.get_by_label("Password").fill(WORDS)
    plain.get_by_role("button", name="Sign in").click()
    expect(plain).to_have_url(f"{door}{HILLS}")

    plain.get_by_role("searchbox", name="Find people").fill("सीता")  # she is written "Sita"
    plain.get_by_role("button", name="Find", exact=True).click()
    plain.get_by_role("link", name="beneficiary:W5").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Sita")
    placement = plain.get_by_role("region", name="Placements").get_by_role("row", name=re.compile("P5"))
    *_, due, passed, owed, state = placement.get_by_role("cell").all_inner_texts()
    assert "20 Aug 2026" in due  # 24 months after she received
    assert (passed, owed, state) == ("0", "2", "broken")

    plain.get_by_role("button", name="Sign out").click()
    plain.goto(f"{door}{HILLS}/record/beneficiary:W5")
    expect(plain.get_by_label("Password")).to_be_visible()
