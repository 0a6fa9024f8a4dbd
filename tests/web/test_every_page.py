"""Every page: for those who cannot see, in the light and in the dark, on a phone, and in each language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import template_rendered
from playwright.sync_api import expect

from relay.web.i18n.language import LANGUAGES
from relay.web.responses import HEADERS
from tests.rigs.soak import SOAK
from tests.web import addresses
from tests.web.addresses import DEMO, FAILURES, HILLS, PAGES
from tests.web.conftest import Watched
from tests.web.reading import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from flask.testing import FlaskClient
    from jinja2 import Template
    from playwright.sync_api import Browser, Page, ViewportSize

EVERY: Final = (*PAGES, *FAILURES)
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
OF_COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
CHOICE: Final = re.compile(r"<any\(([^)]*)\):(\w+)>")
PHONE: Final = 390  # pixels
NARROW: Final[ViewportSize] = {"width": PHONE, "height": 844}
WIDE: Final[ViewportSize] = {"width": 1400, "height": 900}
PAPER: Final = {"auto": 688, "across": 1032, "paper": 703}
"""Pixels of 1/96 inch between the margins of A4: upright, on its side, and of what is filled in by hand."""


# -- none is left out --------------------------------------------------------------------------------------------------


def branches(rule: str) -> Iterator[str]:
    """A rule once for each word that it may hold: "/<any(a, b):name>" is "/a" and "/b"."""
    choice = CHOICE.search(rule)
    if choice is None:
        yield rule
        return
    for word in choice[1].split(", "):
        yield from branches(rule.replace(choice[0], word))


def branch(rule: str, words: Mapping[str, Any]) -> str:
    """The one of its branches that these words of an address lead to."""
    return CHOICE.sub(lambda choice: str(words[choice[2]]), rule)


def test_every_route_is_among_the_addresses_and_answers_and_every_page_is_html_under_the_strict_policy(
    app: Flask, client: FlaskClient
) -> None:
    others = (*addresses.FILES, *addresses.API, *addresses.HOUSE)
    expected = {**dict.fromkeys((*PAGES, *others), 200), **FAILURES, **addresses.NOTHING}
    routes = {
        each for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) for each in branches(rule.rule)
    }
    at = app.url_map.bind("localhost")

    asked, answers, pages = set[str](), dict[str, int](), set[str]()
    for path in expected:
        rule, values = at.match(path.partition("?")[0], return_rule=True)
        asked.add(branch(rule.rule, values))
        with client.get(path) as answer:
            answers[path] = answer.status_code
            if answer.mimetype == "text/html" and "download" not in rule.endpoint:
                pages.add(path)
            if path in PAGES:
                assert HEADERS.items() <= dict(answer.headers).items(), path
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
                tags = Tags()
                tags.feed(answer.get_data(as_text=True))
                assert len(tags.seen) > 20, path
                assert [tag for tag in tags.seen if tags.is_against_the_policy(*tag)] == [], path

    assert sorted(routes - asked) == []
    assert answers == expected
    assert pages == set(EVERY)


# -- those who cannot see, and those who have a phone ------------------------------------------------------------------


@pytest.fixture(scope="module")
def phones(chromium: Browser, site: str) -> Iterator[Mapping[str, Watched]]:
    """Give one window as narrow as a phone for all pages in each language."""
    contexts = {word: chromium.new_context(viewport=NARROW, locale=word) for word in LANGUAGES}
    yield {word: Watched(context, site) for word, context in contexts.items()}
    for context in contexts.values():
        context.close()


def faults(page: Page, dark: str = "html") -> list[str]:
    """What axe finds in the light, and of colours in one part of the page in the dark: nothing else changes there."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # so that colours change at once
    in_light = Axe().run(page, options=RULES | {"resultTypes": ["violations"]})
    page.emulate_media(color_scheme="dark")
    in_dark = Axe("void 0").run(page, dark, OF_COLOURS | {"resultTypes": ["violations"]})  # it is on the page already
    return [found.generate_report() for found in (in_light, in_dark) if found.violations_count]


def too_wide(page: Page) -> dict[str, int]:
    """A phone and paper, if the page is wider → how many pixels wide it is there; and it is on a phone again."""
    on_phone = page.evaluate("document.documentElement.scrollWidth")
    page.emulate_media(media="print")
    paper = PAPER[page.evaluate("getComputedStyle(document.body).page")]
    page.set_viewport_size({"width": paper, "height": 800})
    on_paper = page.evaluate("document.documentElement.scrollWidth")
    page.emulate_media(media="screen")
    page.set_viewport_size(NARROW)
    return {
        medium: wide for medium, wide, most in (("phone", on_phone, PHONE), ("paper", on_paper, paper)) if wide > most
    }


@pytest.fixture(scope="module")
def templates() -> Iterator[set[str]]:
    """Give the templates of which pages were made until now."""
    seen = set[str]()

    def noted(_app: Flask, template: Template, **_: object) -> None:
        seen.add(str(template.name))

    with template_rendered.connected_to(noted):
        yield seen


@pytest.mark.parametrize(("number", "path"), list(enumerate(EVERY)))
def test_a_page_fits_a_phone_and_paper_in_each_language_and_axe_finds_no_fault_in_it(
    phones: Mapping[str, Watched], templates: set[str], number: int, path: str
) -> None:
    """In English every page; axe looks at the first page of each template, in one language; all in `make soak`."""
    known, in_turn = {*templates}, [*phones][number % len(phones)]
    asked = (path, EVERY[number - 1])  # what a browser says of the page before may come late
    meant = [str(FAILURES[each]) for each in asked if each in FAILURES]
    for language, window in phones.items():
        if not (SOAK or language == "en" or (language == in_turn and not templates <= known)):
            continue
        window.complaints.clear()
        page = window.goto(path)
        assert too_wide(page) == {}, language
        if SOAK or (language == in_turn and not templates <= known):  # axe looks at each template in one script
            page.set_viewport_size(WIDE)
            page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
            assert faults(page, dark="main") == []  # what is around it, and the same everywhere, comes with the next
            page.set_viewport_size(NARROW)
        assert [each for each in window.complaints if not any(code in each for code in meant)] == []
        assert window.strangers == []


@pytest.mark.parametrize("path", [f"{HILLS}/gifts?names=full&help=goat", f"{DEMO}/health?compare=2023-12-31"])
def test_a_page_that_was_filtered_fits_a_phone_and_paper(phones: Mapping[str, Watched], path: str) -> None:
    for language, window in phones.items():
        assert too_wide(window.goto(path)) == {}, language


def test_axe_finds_no_fault_in_what_opens_and_in_what_forms_answer(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/query?start=7")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("table")).to_be_visible()
    answered = faults(page)

    page = watched.goto(HILLS)
    page.get_by_role("searchbox").first.press_sequentially("Maya")
    expect(page.locator("#suggestions").get_by_role("link").first).to_be_visible()
    suggested = faults(page)

    page.locator("h1").click(position={"x": 2, "y": 2})  # beside what is suggested
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    opened = faults(page)

    page = watched.goto("/sign-in")
    page.get_by_label("Login").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    refused = faults(page)
    watched.complaints[:] = [each for each in watched.complaints if "401" not in each]

    assert [answered, suggested, opened, refused] == [[], [], [], []]


def test_a_failed_sign_in_is_said_first_and_leads_back_to_the_password(watched: Watched) -> None:
    page = watched.goto("/sign-in")
    page.get_by_label("Login").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_title(re.compile(r"^Wrong login or password\."))
    expect(page.get_by_label("Password")).to_be_focused()
    for label in ("Login", "Password"):
        expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label(label)).to_have_accessible_description("Wrong login or password.")
    watched.complaints[:] = [each for each in watched.complaints if "401" not in each]


FOCUSED: Final = """() => {
    const within = !document.activeElement.matches(":focus-visible"); // the calendar of a day, which has its own
    const kind = within ? "" : document.activeElement.tagName;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement);
    const colour = (part) => getComputedStyle(part).backgroundColor;
    let around = document.activeElement.parentElement;
    while (around.parentElement && colour(around).startsWith("rgba")) around = around.parentElement;
    const ground = colour(around);
    return [kind, outlineStyle === "none" ? 0 : parseFloat(outlineWidth), outlineColor, ground];
}"""  # what it is, how wide its ring is in pixels, in which colour, and that around it


def brightness(colour: str) -> float:
    """Relative luminance of an opaque colour, in [0, 1], as WCAG has it."""
    red, green, blue = (float(part) / 255 for part in re.findall(r"[0-9.]+", colour)[:3])
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Of two opaque colours, from 1 to 21."""
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_of_two_colours_is_that_of_wcag() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_who_walks_with_keys_sees_where_she_is(chromium: Browser, site: str, look: str) -> None:
    page = chromium.new_page()
    if look == "forced":
        page.emulate_media(forced_colors="active", reduced_motion="reduce")
    else:
        page.emulate_media(color_scheme="dark" if look == "dark" else "light", reduced_motion="reduce")
    page.goto(f"{site}{HILLS}/chains")
    seen = list[tuple[str, float, float]]()
    for _ in range(60):
        page.keyboard.press("Tab")
        kind, ring, colour, ground = page.evaluate(FOCUSED)
        seen.append((kind, ring, contrast(colour, ground)))
    page.close()
    ringed = {"A", "BUTTON", "SUMMARY", "DIV"} | ({"INPUT", "SELECT"} if look == "forced" else set())

    assert {kind for kind, _, _ in seen} >= ringed
    assert [each for each in seen if each[0] in ringed and (each[1] < 2 or each[2] < 3)] == []


def test_what_a_phone_cannot_show_at_once_can_be_moved_with_keys(chromium: Browser, site: str) -> None:
    page = chromium.new_page(viewport=NARROW)
    page.goto(f"{site}{DEMO}/query")

    found = Axe().run(page, options={"runOnly": ["scrollable-region-focusable"]})

    assert page.locator("pre").evaluate("pre => pre.scrollWidth > pre.clientWidth")
    assert found.violations_count == 0, found.generate_report()
    page.close()


# -- those who print ---------------------------------------------------------------------------------------------------


def test_paper_tells_the_day_and_the_filters_that_were_chosen_and_the_head_of_the_ledger(
    chromium: Browser, site: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{site}{HILLS}/chains?as_of=2026-10-01&help=goat")
    form = page.get_by_role("form", name="Filters")
    expect(form.get_by_text("1 Oct 2026")).to_be_hidden()  # on a screen the field says so

    page.emulate_media(media="print")

    expect(form.get_by_text("1 Oct 2026")).to_be_visible()
    expect(form.get_by_label("Help")).to_have_value("goat")
    expect(form.get_by_label("Help")).to_be_visible()
    expect(form.locator("[name=state]")).to_be_hidden()  # of any state
    expect(form.get_by_role("button")).to_be_hidden()
    expect(page.get_by_text("Ledger: ")).to_be_visible()
    page.goto(f"{site}{HILLS}?as_of=2026-10-01")
    expect(page.get_by_text("1 Oct 2026").first).to_be_visible()
    page.close()
