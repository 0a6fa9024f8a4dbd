"""The three users' ways through the pages, in a real browser and on both engines.

With a mouse, with keys alone and without script:

hills     a manager finds what broke this month and prints whom to visit; staff look up what a woman owes
audited   an auditor compares two years, opens a finding, checks the ledger and takes the sample along
walked    a day of ten women with two mistakes; what broke, and the donor; from a rate to an entry: in each language
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
from relay.ledger import reading
from relay.settings import Settings
from relay.web import create_app
from tests.rigs import neo4j_server
from tests.rigs.in_a_thread import answering
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.addresses import AUDITED, HILLS
from tests.web.conftest import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection

WORDS: Final = "goats pass from hand to hand"
Ground = tuple["Graph", Settings]


@pytest.fixture(scope="module", params=["embedded_engine", "neo4j_server"], ids=["embedded", "neo4j"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Give a graph of each engine that holds the programmes of the ways, and the settings that lead to it."""
    if request.param == "embedded_engine":
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


def line_of_menu(page: Page, group: str, name: str) -> Locator:
    """A line of the menu, whose group is opened."""
    menu = page.get_by_role("navigation", name="Main")
    line = menu.get_by_role("link", name=name, exact=True)
    if not line.is_visible():
        menu.get_by_text(group, exact=True).click()
    return line


# -- managers ----------------------------------------------------------------------------------------------------------


def find_what_broke(page: Page, site: str) -> None:
    """From the first page to the chain that broke this month, and to why."""
    page.goto(f"{site}/")
    page.get_by_role("link", name="Hill villages").click()
    expect(page.get_by_role("heading", name="1 placement broke in the last month")).to_be_visible()
    page.get_by_role("region", name="What broke this month").get_by_role("link", name="P5").click()
    expect(page).to_have_url(re.compile(r"/tree/gift:G1\?focus=P5$"))
    expect(page.get_by_text("since 19 Nov 2026: overdue").first).to_be_attached()


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
    page.keyboard.press("j")
    page.keyboard.press("j")  # past whom to visit first, to what broke
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"focus=P5"))
    page.locator("#network[data-drawn]").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(r"/visits$"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/record/beneficiary:W5$"))


# -- auditors ----------------------------------------------------------------------------------------------------------


def test_an_auditor_compares_two_years_opens_a_finding_verifies_and_takes_the_sample(watched: Watched) -> None:
    page = watched.goto(AUDITED)
    line_of_menu(page, "Check", "Health").click()
    page.get_by_text("Past report periods").click()
    page.get_by_role("link", name="fiscal year 2081/82").click()
    expect(page.get_by_role("row", name=re.compile("passed on everything they owe")).first).to_contain_text("0 of 2")

    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_role("row", name="same household").get_by_role("link", name="1", exact=True).first.click()
    page.get_by_role("link", name="7", exact=True).click()
    expect(page.get_by_role("heading", name="Entry 7")).to_be_visible()
    page.get_by_role("link", name="Entry after").click()
    expect(page.get_by_role("row", name=re.compile("animals"))).to_contain_text("21")

    line_of_menu(page, "Check", "Verify").click()
    head = page.locator("dd.hash").inner_text()
    page.get_by_label("A head hash you noted earlier").fill(head)
    page.get_by_role("button", name="Check every entry now").click()
    expect(page.get_by_text("Nothing wrong")).to_be_visible()

    line_of_menu(page, "Check", "Sample").click()
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


@pytest.mark.engine_contract
def test_a_query_of_ones_own_is_asked_where_the_database_refuses_all_else(watched: Watched, ground: Ground) -> None:
    page = watched.goto(AUDITED)

    offered = line_of_menu(page, "Check", "Query")
    offered.click()
    closed = page.get_by_text("Neo4j Community Edition has no such users")
    expect(closed).to_have_count(1 if ground[1].neo4j else 0)


# -- staff -------------------------------------------------------------------------------------------------------------


def test_staff_sign_in_find_a_woman_by_her_name_in_the_other_script_and_see_what_she_owes(
    plain: Page, door: str
) -> None:
    plain.goto(f"{door}{HILLS}")
    plain.get_by_label("Login").fill("mina")
    plain.get_by_label("Password").fill(WORDS)
    plain.get_by_role("button", name="Sign in").click()
    expect(plain).to_have_url(f"{door}{HILLS}")

    plain.get_by_role("switch", name="Names").click()
    plain.get_by_role("searchbox", name="Find people").fill("सीता")  # she is written "Sita"
    plain.get_by_role("button", name="Find", exact=True).click()
    expect(plain).to_have_url(re.compile(r"/record/beneficiary:W5$"))  # a single hit opens by itself
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Sita")
    placement = plain.locator("li.held").filter(has_text="Placement P5")
    expect(placement).to_contain_text("20 Aug 2026")  # 24 months after she received
    expect(placement).to_contain_text("0 of 2")
    expect(placement.locator(".state")).to_have_text("broken")

    plain.get_by_role("button", name="Sign out").click()
    plain.goto(f"{door}{HILLS}/record/beneficiary:W5")
    expect(plain.get_by_label("Password")).to_be_visible()


# -- all three, in every language --------------------------------------------------------------------------------------

WOMEN: Final = range(1, 11)


def press(page: Page, name: str, value: str) -> None:
    """Choose one of the answers that a form offers."""
    page.locator(f'label.pill:has(input[name="{name}"][value="{value}"])').click()


def check_and_record(page: Page) -> None:
    """From a form that is filled in to the answer in one sentence."""
    page.locator('button[value="check"]').click()
    page.locator('button[value="record"]').click()
    expect(page.get_by_role("status")).to_be_visible()


def hands_over(page: Page, at: str, number: int, to: int) -> None:
    """From her placement to the answer: one goat, today."""
    page.goto(f"{at}/record/placement:P{number}")
    page.locator('.steps a[href*="/pass-on"]').click()
    page.locator("[name=beneficiary_id]").press_sequentially(f"N{to}")
    page.locator(f'.found label.pill:has(input[value="N{to}"])').click()
    page.locator("[name=animals]").fill("1")
    press(page, "passed_on", "today")
    check_and_record(page)


def records_a_day_of_ten_women(page: Page, at: str) -> None:
    """The third hands over to the woman beside her, which is undone at once; the seventh gave two: corrected."""
    for number in WOMEN:
        if number == 3:
            hands_over(page, at, 3, to=4)
            page.locator('form[action*="/undo"] button').click()
            expect(page.get_by_role("status")).to_be_visible()
        hands_over(page, at, number, to=number)
    page.goto(f"{at}/record/placement:P7")
    page.locator(".timeline li.pass a.act").first.click()
    page.locator(".steps summary").click()
    page.locator('.steps a[href*="/correct"]').click()
    page.locator("[name=animals]").fill("2")
    page.locator("[name=why]").fill("2")
    check_and_record(page)


def sends_somebody_confirms_and_shows_the_donor(page: Page, at: str) -> str:
    """From what broke this month to a visit that found her, the inbox, and a link for the donor, which is given."""
    page.goto(at)
    page.locator("#broke + p + .scroll th a").first.click()
    expect(page).to_have_url(re.compile(r"focus=B5$"))
    page.goto(f"{at}/visits/print")
    expect(page.locator("body")).to_contain_text("B5")
    page.goto(f"{at}/record/placement:B5")
    page.locator(".steps summary").click()
    page.locator('.steps a[href*="/visit"]').click()
    press(page, "outcome", "found")
    press(page, "happened_on", "today")
    check_and_record(page)

    page.goto(f"{at}/waiting")
    page.locator("main [name=pass_id]").first.check()
    page.locator("#confirm button").first.click()
    page.locator('button[value="record"]').click()
    expect(page.get_by_role("status")).to_be_visible()

    page.goto(f"{at}/gift/G2/links")
    page.locator("main form.narrow button").click()
    return page.locator(".link-made").inner_text()


def goes_from_a_rate_to_an_entry_and_keeps_what_the_graph_answers(page: Page, at: str, *, closed: bool) -> None:
    """From the unmet of a rate to exactly their rows, to one entry of the ledger, to the graph, and to a file."""
    page.goto(f"{at}/health")
    unmet = page.locator('main a.door[href*="counted=due_unmet"]').first
    many = unmet.get_attribute("data-count")
    unmet.click()
    expect(page.locator("[data-total]")).to_have_attribute("data-total", str(many))
    with page.expect_download() as sheet:
        page.locator('main a[href*="placements.csv"]').click()
    assert len(sheet.value.path().read_text(encoding="utf-8-sig").splitlines()) == 1 + int(str(many))
    page.locator("table.list tbody th a").first.click()
    page.locator('button[name="evidence"]').click()  # a manager has it off
    page.locator('.timeline a[href*="/ledger/"]').first.click()
    expect(page).to_have_url(re.compile(r"/ledger/[0-9]+$"))
    page.goto(f"{at}/query?start=7")
    if closed:
        expect(page.get_by_role("note")).to_contain_text("Neo4j Community Edition")
        return
    with page.expect_download() as answer:
        page.locator('button[value="csv"]').click()
    assert answer.value.suggested_filename.endswith(".csv")


def walked(programme_id: str) -> list[Act]:
    """Ten women of one gift who hold two goats each; and B1 > B2 > B3 > B4 > B5 of another, which broke this month."""
    people = [say.woman(f"{letter}{number}") for letter in "WN" for number in WOMEN]
    chain = [say.woman(f"B{number}", name=f"Maya {number}") for number in range(1, 6)]
    placed = [say.placed(f"P{number} on 2024-12-01") for number in WOMEN]
    passed = [
        say.passed(f"T{number}: B{number} > B{number + 1} on {day}", beneficiary_id=f"B{number + 1}")
        for number, day in enumerate(("2021-03-01", "2022-03-01", "2023-03-01", "2024-08-20"), 1)
    ]
    first = say.placed("B1 on 2020-03-01", beneficiary_id="B1", gift_id="G2")
    begun = (say.programme(programme_id), say.rule(), say.gift(), say.gift("G2", donor="Berta"))
    return [*begun, *people, *chain, *placed, first, *passed]


@pytest.mark.soak
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("fr", 390), ("ne", 390)])
@pytest.mark.parametrize("ground", ["embedded_engine", "neo4j_server"], indirect=True)
def test_all_three_walk_in_every_language(
    chromium: Browser, site: str, ground: Ground, language: str, width: int
) -> None:
    programme_id = f"walked-{language}"
    relays.record(ground[0], programme_id, walked(programme_id), by="local:bina")
    context = chromium.new_context(viewport={"width": width, "height": 844}, locale=language)
    watched, at = Watched(context, site), f"{site}/p/{programme_id}"

    records_a_day_of_ten_women(watched.page, at)
    link = sends_somebody_confirms_and_shows_the_donor(watched.page, at)
    goes_from_a_rate_to_an_entry_and_keeps_what_the_graph_answers(watched.page, at, closed=bool(ground[1].neo4j))
    context.close()
    stranger = chromium.new_context(locale=language)
    page = stranger.new_page()
    page.goto(link)
    expect(page.locator("dl.story dd").nth(1)).to_have_text("4")
    assert not {"Berta", "Maya"} & {*page.content().split()}
    stranger.close()

    kinds = [entry.kind for entry in reading.entries(ground[0], programme_id)]
    assert (kinds.count("pass"), kinds.count("correct"), kinds.count("confirm")) == (4 + 11, 2, 1)
    assert watched.complaints == []
    assert watched.strangers == []
