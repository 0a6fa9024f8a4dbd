"""The managers' pages in a real browser: keys, a search as one types, saved views, and a weak line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.addresses import HILLS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Request

    from tests.web.conftest import Watched

CUT = re.compile("ERR_INTERNET_DISCONNECTED|htmx:error: Failed to fetch")
COLD = 250_000  # bytes of a list page and all that it loads (the limit)
WARM = 30_000  # bytes of the next one


def test_a_question_mark_lists_the_keys_and_they_can_be_switched_off(watched: Watched) -> None:
    page = watched.goto(HILLS)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("Chains", exact=True)).to_be_visible()
    page.get_by_label("Keyboard shortcuts are on in this browser").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.keyboard.press("g")
    page.keyboard.press("c")
    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/p/hills$"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Maya G", "beneficiary:W7"),
        ("माया", "beneficiary:W1"),
        ("P6", "placement:P6"),
        ("Berta", "gift:G2"),
        ("Rampur", "place:RAM"),
    ],
)
def test_the_search_box_finds_as_one_types(watched: Watched, typed: str, found: str) -> None:
    page = watched.goto(HILLS)
    page.keyboard.press("/")
    page.keyboard.type(typed)

    page.locator(f'#suggestions a[href$="/record/{found}"]').click()

    expect(page).to_have_url(re.compile(rf"/record/{found}$"))


def names_on(watched: Watched) -> None:
    """Switch names on for this window."""
    watched.goto(HILLS).get_by_role("switch", name="Names").click()


def test_arrows_lead_through_the_suggestions_and_escape_back_to_the_search_box(watched: Watched) -> None:
    page = watched.goto(HILLS)
    page.get_by_role("searchbox").first.press_sequentially("Maya")
    hits = page.locator("#suggestions a.hit")
    expect(hits.nth(2)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(hits.first).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.locator("#suggestions")).to_be_empty()
    expect(page.get_by_role("searchbox").first).to_be_focused()


def test_a_search_on_a_line_that_is_cut_says_so_where_it_is_heard(watched: Watched) -> None:
    names_on(watched)
    for path, box in ((HILLS, "#suggestions"), (f"{HILLS}/find", "#hits")):
        page = watched.goto(path)
        field, heard = page.get_by_role("searchbox").last, page.locator(f"{box}[aria-live=polite]")
        page.context.set_offline(offline=True)
        field.press_sequentially("Maya")
        expect(heard).to_have_text("No connection: the search could not be run.")

        page.context.set_offline(offline=False)
        field.press_sequentially(" G")
        expect(heard.get_by_role("link", name="Maya G")).to_be_visible()
    watched.complaints[:] = [each for each in watched.complaints if not CUT.search(each)]


def test_back_leads_to_the_words_that_were_typed_on_the_page_of_a_search(watched: Watched) -> None:
    names_on(watched)
    page = watched.goto(f"{HILLS}/find")
    page.get_by_role("searchbox").last.press_sequentially("Maya G")
    page.locator("#hits").get_by_role("link", name="Maya G").click()
    expect(page).to_have_url(re.compile(r"/record/beneficiary:W7$"))

    page.go_back()

    expect(page.get_by_role("searchbox").last).to_have_value("Maya G")
    expect(page.locator("#hits").get_by_role("link", name="Maya G")).to_be_visible()
    assert "Maya" not in page.url
    page.go_back()
    expect(page).to_have_url(re.compile("/p/hills$"))  # letters leave nothing to go back through


def test_an_answer_that_fails_shows_its_one_sentence_in_the_search_box(watched: Watched) -> None:
    page = watched.goto(HILLS)
    page.locator("#search").evaluate("field => field.setAttribute('hx-post', '/p/nowhere/find')")
    page.get_by_role("searchbox").first.press_sequentially("Maya")

    expect(page.locator("#suggestions")).to_have_text("There is no programme nowhere in this database.")
    expect(page.get_by_role("searchbox")).to_have_count(1)
    watched.complaints[:] = [each for each in watched.complaints if "404" not in each]


@pytest.mark.parametrize("path", ["groups", "verify", "query"])
def test_a_phone_shows_which_section_a_page_is_of(chromium: Browser, site: str, path: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    page.goto(f"{site}{HILLS}/{path}")

    box = page.locator("nav.sections [aria-current]").bounding_box()

    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert page.evaluate("window.scrollY") == 0
    page.close()


def test_a_printed_visit_list_has_twelve_women_a_page_at_the_least(chromium: Browser, site: str) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/p/large/visits/print")
    women = page.locator("td.notes").count()

    pages = len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True)))

    assert women > 100
    assert women / pages >= 12
    page.close()


def test_the_visit_list_needs_no_sideways_scrolling_on_a_laptop_with_names_on(chromium: Browser, site: str) -> None:
    for language in ("en", "fr", "ne"):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale=language)
        page = context.new_page()
        page.goto(f"{site}{HILLS}/visits?names=full")
        assert page.locator("main .scroll").evaluate("part => part.scrollWidth - part.clientWidth") == 0, language
        context.close()


def test_on_a_phone_a_list_stands_before_its_filters(chromium: Browser, site: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/p/demo/placements?help=goat")
    filters, first = page.get_by_role("form", name="Filters"), page.locator("main table tbody tr").first

    expect(filters).to_be_hidden()
    box = first.bounding_box()
    assert box is not None
    assert box["y"] < 600  # seen without scrolling
    page.get_by_role("switch", name="Filters 1").check()
    expect(filters.locator("[name=help]")).to_have_value("goat")

    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_role("switch", name="Filters 1")).to_be_hidden()
    expect(filters).to_be_visible()
    context.close()


def test_a_view_is_saved_and_forgotten_with_a_mouse(watched: Watched) -> None:
    page = watched.goto(f"{HILLS}/chains?state=broken")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of this view").fill("Broken ones")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{watched.site}{HILLS}")
    page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Broken ones").click()
    expect(page).to_have_url(re.compile(r"/chains\?state=broken$"))
    expect(page.get_by_text("1 to 2 of 2 rows")).to_be_visible()

    page.get_by_role("link", name="All, and their links").click()
    page.get_by_role("button", name="Delete Broken ones").click()

    expect(page.get_by_role("status")).to_have_text("“Broken ones” is deleted.")
    page.goto(f"{watched.site}{HILLS}/chains")
    expect(page.get_by_role("navigation", name="Saved views")).to_have_count(0)


def received(request: Request) -> int:
    """Bytes that came over the line; none of what the browser had kept."""
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def test_a_list_page_is_light(context: BrowserContext, site: str) -> None:
    page, sizes = context.new_page(), list[int]()
    page.on("requestfinished", lambda request: sizes.append(received(request)))
    page.goto(f"{site}/p/large/placements", wait_until="networkidle")
    cold = sum(sizes)
    sizes.clear()

    page.get_by_role("link", name="Next").click()
    page.wait_for_load_state("networkidle")
    warm = sum(sizes)

    assert 10_000 < cold <= COLD
    assert 2_000 < warm <= WARM
