"""The manager's way in a real browser: what broke this month, why, and whom to visit.

With a mouse, with keys alone and without script; and every page for those who cannot see, on a weak line, on a phone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.conftest import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Request

HILLS = "/p/hills"
PAGES = (
    HILLS,
    f"{HILLS}/gifts",
    f"{HILLS}/chains",
    f"{HILLS}/chains?state=complete",
    f"{HILLS}/visits",
    f"{HILLS}/visits/print",
    f"{HILLS}/map",
    f"{HILLS}/placements?names=full",
    f"{HILLS}/people",
    f"{HILLS}/groups",
    f"{HILLS}/places",
    f"{HILLS}/gift/G1",
    f"{HILLS}/place/PAL",
    f"{HILLS}/group/S1",
    f"{HILLS}/record/placement:P5",
    f"{HILLS}/record/beneficiary:W7",
    "/p/large/placements",
)
RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")

COLD = 250_000  # bytes of a list page and all that it loads (the limit)
WARM = 30_000  # bytes of the next one


@pytest.fixture(scope="module")
def window(chromium: Browser, site: str) -> Iterator[Watched]:
    """Give one window for all pages, in which colours change at once."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    yield Watched(context, site)
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_fault_in_the_light_nor_in_the_dark(window: Watched, path: str) -> None:
    window.page.emulate_media(color_scheme="light")
    page = window.goto(path)
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")

    light = Axe().run(page, options={"runOnly": list(RULES)})
    page.emulate_media(color_scheme="dark")
    dark = Axe().run(page, options={"runOnly": {"type": "rule", "values": ["color-contrast"]}})

    assert light.violations_count == 0, light.generate_report()
    assert dark.violations_count == 0, dark.generate_report()
    assert window.complaints == []
    assert window.strangers == []


def test_no_page_is_wider_than_a_phone(chromium: Browser, site: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    watched = Watched(context, site)

    widths = {path: watched.goto(path).evaluate("document.documentElement.scrollWidth") for path in PAGES}

    context.close()
    assert {path: width for path, width in widths.items() if width > 390} == {}


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
    expect(page.get_by_role("cell", name="a chain hangs on her")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_manager_finds_the_broken_chain_of_the_month_and_prints_the_visit_list(watched: Watched) -> None:
    find_what_broke(watched.page, watched.site)
    print_the_visit_list(watched.page)


def test_the_same_way_goes_without_script(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    find_what_broke(page, site)
    print_the_visit_list(page)

    context.close()


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


def test_a_question_mark_lists_the_keys_and_they_can_be_switched_off(watched: Watched) -> None:
    page = watched.goto(HILLS)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("Chains", exact=True)).to_be_visible()
    page.get_by_label("Keys are on, in this browser").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.keyboard.press("g")
    page.keyboard.press("c")
    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
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

    page.locator("#suggestions").get_by_role("link", name=found).first.click()

    expect(page).to_have_url(re.compile(rf"/record/{found}$"))


def test_a_view_is_saved_and_forgotten_with_a_mouse(watched: Watched) -> None:
    page = watched.goto(f"{HILLS}/chains?state=broken")
    page.get_by_text("Save or forget a view").click()
    page.get_by_label("Name of this view").fill("Broken ones")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{watched.site}{HILLS}")
    page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Broken ones").click()
    expect(page).to_have_url(re.compile(r"/chains\?state=broken$"))
    expect(page.get_by_text("1 to 2 of 2 rows")).to_be_visible()

    page.get_by_text("Save or forget a view").click()
    page.get_by_role("button", name="Forget “Broken ones”").click()

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
