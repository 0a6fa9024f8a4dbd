"""The tree in a real browser: with a mouse, with a keyboard, without script, and taken away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from relay.domain.system import Catalogue
from relay.graph import connect
from relay.service import demo
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.web import relays
from tests.web.addresses import DEMO, TREE
from tests.web.conftest import Watched
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page

    from relay.settings import Connection, Settings


BESIDE = 1200  # pixels from which a window is wide enough for a record beside its tree


def test_a_tree_of_a_thousand_opens_folded(watched: Watched) -> None:
    page = watched.goto(TREE)

    page.locator("#network[data-drawn]").wait_for()

    assert int(page.locator("#network").get_attribute("data-drawn") or 0) <= 60 + 16 + 1
    expect(page.get_by_text("31 of 1,023 placements are shown")).to_be_visible()


def point_at(page: Page, key: str) -> tuple[float, float]:
    """Bring a box or tab into view, and say where the window shows it."""
    page.locator("#network").scroll_into_view_if_needed()
    at = page.evaluate(
        """key => {
            const stage = document.getElementById("network");
            const position = stage.network.getPosition(key);
            stage.network.moveTo({ position, animation: false });
            const { x, y } = stage.network.canvasToDOM(position);
            const frame = stage.getBoundingClientRect();
            return { x: x + frame.left, y: y + frame.top };
        }""",
        key,
    )
    return at["x"], at["y"]


WHERE = """() => {
    const { network, clientWidth, clientHeight } = document.getElementById("network");
    const at = (key) => {
        const { left, top, right, bottom } = network.getBoundingBox(key);
        const [from, to] = [network.canvasToDOM({ x: left, y: top }), network.canvasToDOM({ x: right, y: bottom })];
        return [from.x, from.y, clientWidth - to.x, clientHeight - to.y];
    };
    return Object.fromEntries(network.body.data.nodes.getIds().map((key) => [key, Math.min(...at(key))]));
}"""  # for each box, how far the nearest edge of the frame is, in pixels; negative outside


@pytest.mark.parametrize(
    ("path", "boxes"),
    [
        (f"{DEMO}/tree/gift:G1", 6),  # the gift and its five placements
        ("/p/large/tree/placement:P64", 15),  # it, and 2 + 4 + 8 below
    ],
)
def test_a_tree_that_can_be_read_at_once_opens_whole_in_a_frame_as_high_as_it_needs(
    watched: Watched, path: str, boxes: int
) -> None:
    page = watched.goto(path)

    inside = page.evaluate(WHERE)
    box = page.locator("#network").bounding_box()

    assert len(inside) == boxes
    assert min(inside.values()) >= 0
    assert box
    assert box["height"] <= 0.8 * 900 + 1
    assert page.evaluate("document.getElementById('network').network.getScale()") >= 12 / 13  # letters of 12 pixels


def test_a_tree_that_cannot_begins_at_its_top_left_with_the_first_box_in_sight(watched: Watched) -> None:
    page = watched.goto(TREE)

    inside = page.evaluate(WHERE)
    box = page.locator("#network").bounding_box()

    assert min(inside.values()) < 0
    assert inside["gift:G1"] >= 0
    assert box
    assert box["height"] == pytest.approx(0.8 * 900, abs=1)


def test_a_click_on_a_tab_opens_it_in_place_and_the_address_says_so(watched: Watched) -> None:
    page = watched.goto(TREE)
    page.mouse.click(*point_at(page, "tab:P16"))

    page.wait_for_url(re.compile(r"open=P16"))
    expect(page.locator("#way")).to_contain_text("45 of 1,023 placements")  # 31, and 2 + 4 + 8 below P16
    page.go_back()
    expect(page.locator("#way")).to_contain_text("31 of 1,023 placements")


def seen_at(page: Page, key: str) -> tuple[float, float]:
    """Where on the screen a box is."""
    x, y = page.evaluate(
        """key => {
            const stage = document.getElementById("network");
            const { x, y } = stage.network.canvasToDOM(stage.network.getPosition(key));
            const { left, top } = stage.getBoundingClientRect();
            return [x + left, y + top];
        }""",
        key,
    )
    return x, y


def test_a_click_on_a_box_opens_its_record_beside_the_tree_which_stands_still(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")
    beside, heading = page.get_by_role("complementary"), page.locator("#beside-title")
    x, y = point_at(page, "P2")
    page.mouse.click(x, y)

    expect(heading).to_be_focused()
    expect(beside).to_contain_text("placement P2")
    expect(page).to_have_url(re.compile(r"/tree/gift:G1\?beside=P2$"))
    assert seen_at(page, "P2") == pytest.approx((x, y), abs=1)
    beside.get_by_role("link", name="The whole record").click()
    expect(page).to_have_url(re.compile(r"/record/placement:P2$"))
    page.go_back()
    expect(page.get_by_role("complementary")).to_contain_text("placement P2")  # the address keeps what is open


def test_what_a_box_says_does_not_lie_over_it_once_it_was_opened_and_the_next_box_says_what_it_is(
    watched: Watched,
) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")
    tip = page.locator("div.vis-tooltip")
    page.mouse.move(*point_at(page, "P2"))
    expect(tip).to_be_visible()
    page.mouse.click(*seen_at(page, "P2"))
    expect(page.get_by_role("complementary")).to_contain_text("placement P2")
    expect(tip).to_be_hidden()
    page.mouse.move(1, 1)
    page.mouse.move(*point_at(page, "P1"))
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("P1")


def test_who_walks_with_keys_opens_one_record_after_another_and_comes_back_to_her_box(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")
    picture, beside = page.get_by_role("application"), page.get_by_role("complementary")
    picture.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#beside-title")).to_be_focused()
    expect(beside).to_contain_text("placement P1")
    assert faults(page) == []

    page.keyboard.press("Escape")
    expect(beside).to_be_hidden()
    expect(picture).to_be_focused()
    expect(page).to_have_url(re.compile(r"/tree/gift:G1$"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(beside).to_contain_text("placement P2")
    page.go_back()
    page.go_back()
    expect(beside).to_contain_text("placement P1")
    page.get_by_role("button", name="Close the record").click()
    expect(picture).to_be_focused()


def test_a_record_stays_open_beside_the_tree_while_branches_are_opened(watched: Watched) -> None:
    page = watched.goto(TREE)
    page.mouse.click(*point_at(page, "P16"))
    expect(page.get_by_role("complementary")).to_contain_text("placement P16")
    page.mouse.click(*point_at(page, "tab:P16"))

    expect(page.locator("#way")).to_contain_text("45 of 1,023 placements")
    expect(page).to_have_url(re.compile("beside=P16"))
    expect(page.get_by_role("complementary")).to_contain_text("placement P16")


@pytest.mark.soak
def test_all_of_a_thousand_boxes_are_walked_and_opened_without_waiting(watched: Watched) -> None:
    page = watched.goto("/p/large/tree/gift:G1?depth=all")
    page.get_by_role("application").focus()
    for key in ("ArrowRight",) * 4 + ("ArrowDown",) * 30:
        page.keyboard.press(key)
    page.keyboard.press("Enter")

    expect(page.locator("#beside-title")).to_be_focused()
    assert int(page.locator("#network").get_attribute("data-drawn") or 0) == 1024  # the gift, and 1,023 placements


def test_the_same_tree_can_be_walked_with_a_keyboard(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")
    page.locator("#drawing summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/record/"))


def test_without_script_a_tree_is_read_opened_and_set_back_in_time(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{TREE}")

    expect(page.locator("svg.tree")).to_be_visible()
    expect(page.locator("#network")).to_be_hidden()
    page.locator("svg.tree a[aria-label*='branch of P16']").click()
    expect(page).to_have_url(re.compile("open=P16"))
    page.get_by_role("link", name="One year earlier").click()
    expect(page).to_have_url(re.compile("as_of=2025-11-25"))
    page.get_by_label("As of").fill("2010-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("7 of 7 placements are shown")).to_be_visible()  # received in 2004, 2006 and 2008
    context.close()


def test_the_slider_goes_back_in_time_in_place(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")

    page.get_by_label("Month by month").fill("14")  # from March 2020: May 2021

    page.wait_for_url(re.compile("as_of=2021-05-31"))
    expect(page.locator("#way")).to_contain_text("2 of 2 placements are shown")


def words_around(page: Page) -> dict[str, str | None]:
    """What the form and the ways to other pages would take along."""
    return {
        "opened": page.locator("form[method=get].controls").evaluate(
            "form => new FormData(form).getAll('open').join()"
        ),
        "day": page.locator("#as_of").input_value(),
        "months": page.locator("#months").input_value(),
        "section": page.locator("nav.sections a").first.get_attribute("href"),
        "language": page.locator(".languages a").first.get_attribute("href"),
        "search": page.locator("#search").get_attribute("hx-post"),
    }


def test_what_was_opened_goes_along_with_the_form_and_the_languages(watched: Watched) -> None:
    page = watched.goto(TREE)
    page.mouse.click(*point_at(page, "tab:P16"))
    expect(page.locator("#way")).to_contain_text("45 of 1,023 placements")

    around = words_around(page)
    page.get_by_label("From left to right").select_option("date")
    page.get_by_role("button", name="Show").click()

    assert around["opened"] == "P16"
    assert "open=P16" in (around["language"] or "")
    expect(page).to_have_url(re.compile("open=P16.*axis=date"))
    expect(page.locator("#way")).to_contain_text("45 of 1,023 placements")


def test_what_was_found_before_is_gone_when_a_tab_is_opened(watched: Watched) -> None:
    page = watched.goto(f"{TREE}?q=P")
    expect(page.locator("#hits")).to_have_count(1)
    page.mouse.click(*point_at(page, "tab:P16"))
    expect(page.locator("#way")).to_contain_text("45 of 1,023 placements")

    expect(page.locator("#hits")).to_have_count(0)
    assert "null" not in page.locator("main").inner_text()


def test_the_day_of_the_slider_goes_along_and_back_with_the_page(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")
    before = words_around(page)
    page.get_by_label("Month by month").focus()
    page.get_by_label("Month by month").fill("14")  # May 2021, when nobody was late
    expect(page.locator("#breaks table")).to_have_count(0)

    around, held = words_around(page), page.evaluate("document.activeElement.id")
    page.go_back()
    expect(page.locator("#breaks table")).to_have_count(1)

    assert (around["day"], around["months"], held) == ("2021-05-31", "14", "months")
    assert around["section"] == f"{DEMO}?as_of=2021-05-31"
    assert "as_of=2021-05-31" in (around["language"] or "")
    assert "as_of=2021-05-31" in (around["search"] or "")
    assert words_around(page) == before


def test_who_moves_the_slider_without_seeing_hears_the_day_and_what_it_changed(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")
    slider, heard = page.get_by_label("Month by month"), page.get_by_role("status")
    assert (slider.get_attribute("aria-valuetext"), heard.text_content()) == ("25 Nov 2026", "")

    slider.evaluate("slider => { slider.value = 14; slider.dispatchEvent(new Event('input')); }")  # not let go of yet
    assert slider.get_attribute("aria-valuetext") == "May 31, 2021"
    slider.dispatch_event("change")

    expect(heard).to_have_text("As of 31 May 2021: reach 1 placement, relay growing")
    expect(slider).to_have_attribute("aria-valuetext", "31 May 2021")


def swiped(page: Page) -> tuple[float, float]:
    """How far a finger that goes up on the picture moves the page, and how far what is seen of the picture."""
    place = """() => [window.scrollY, document.getElementById("network").network.getViewPosition().y]"""
    box = page.locator("#network").bounding_box()
    assert box
    before, finger = page.evaluate(place), page.context.new_cdp_session(page)
    for way in range(0, 151, 15):
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2 - way}
        touch = "touchMove" if way else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": touch, "touchPoints": [at]})
        page.wait_for_timeout(20)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)
    after = page.evaluate(place)
    return after[0] - before[0], after[1] - before[1]


def test_a_finger_moves_the_page_until_it_taps_the_picture(chromium: Browser, site: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    page = Watched(context, site).goto(TREE)
    page.locator("#network").evaluate("stage => stage.scrollIntoView({ block: 'center' })")

    moved, unseen = swiped(page)
    page.locator("#network").evaluate("stage => stage.scrollIntoView({ block: 'center' })")
    page.locator("#network").tap(position={"x": 10, "y": 10})  # where nothing is drawn
    still, seen = swiped(page)

    assert moved > 50
    assert unseen == still == 0
    assert seen > 50
    context.close()


def test_a_finger_opens_a_box_with_one_tap(chromium: Browser, site: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    page = Watched(context, site).goto(TREE)
    page.touchscreen.tap(*point_at(page, "tab:P16"))
    expect(page.locator("#way")).to_contain_text("45 of 1,023 placements")

    page.touchscreen.tap(*point_at(page, "P16"))

    page.wait_for_url(re.compile(r"/record/placement:P16$"))
    context.close()


def test_who_walks_with_keys_goes_from_box_to_box_and_hears_each(watched: Watched) -> None:
    page = watched.goto(TREE)
    picture = page.get_by_role("application", name="The relay tree as a picture you can move")
    heard = page.locator("#heard")
    before = page.evaluate("document.getElementById('network').network.getViewPosition().y")
    picture.focus()
    page.keyboard.press("ArrowRight")
    expect(heard).to_contain_text("Placement P1,")
    for key in ("ArrowRight",) * 5 + ("ArrowDown",) * 15:
        page.keyboard.press(key)

    assert page.evaluate("document.getElementById('network').network.getViewPosition().y") > before
    assert page.locator("#network [tabindex='0'], #network[tabindex], #network[role]").count() == 1
    page.mouse.click(*point_at(page, "tab:P16"))
    page.wait_for_url(re.compile("open=P16"))
    expect(picture).to_be_focused()


def test_enter_opens_the_box_that_the_arrows_came_to(watched: Watched) -> None:
    page = watched.goto(f"{DEMO}/tree/gift:G1")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"\?beside=P1$"))


def test_a_branch_that_was_opened_folds_again_in_place(watched: Watched) -> None:
    page = watched.goto(TREE)
    page.mouse.click(*point_at(page, "tab:P16"))
    page.get_by_role("link", name="Fold the branch of P16").click()

    expect(page.locator("#way")).to_contain_text("31 of 1,023 placements")
    expect(page).not_to_have_url(re.compile("open=P16"))


def test_the_wheel_moves_the_page_and_zooms_only_with_ctrl(watched: Watched) -> None:
    page = watched.goto(TREE)
    page.mouse.move(*point_at(page, "P2"))
    scale = "document.getElementById('network').network.getScale()"
    before, at = page.evaluate(scale), page.evaluate("window.scrollY")
    page.mouse.wheel(0, 120)
    page.wait_for_function("at => window.scrollY > at", arg=at)
    assert page.evaluate(scale) == before

    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    page.wait_for_function(f"before => {scale} > before", arg=before)


def test_the_picture_is_shown_whole_and_on_the_full_screen_by_buttons(watched: Watched) -> None:
    page = watched.goto(TREE)
    page.get_by_role("button", name="Whole picture").click()
    assert min(page.evaluate(WHERE).values()) >= 0
    small = page.evaluate("document.getElementById('network').network.getScale()")
    page.get_by_role("button", name="Zoom in").click()
    assert page.evaluate("document.getElementById('network').network.getScale()") > small
    page.get_by_role("button", name="Full screen").click()
    expect(page.locator("#picture:fullscreen")).to_be_visible()


@pytest.fixture(scope="module")
def demonstration_site(demonstration: Connection, settings: Settings) -> Iterator[str]:
    """Serve the demonstration to the owner of the machine, and say where."""
    with (
        connect(demonstration, Catalogue(SYSTEMS)) as graph,
        answering(create_app(graph, settings, now=lambda: relays.NOW, owner="asha")) as site,
    ):
        yield site


@pytest.mark.parametrize(
    "size",
    [(1440, 900), (390, 844), *(pytest.param(each, marks=pytest.mark.soak) for each in ((1024, 700), (768, 1024)))],
)
def test_every_box_opens_what_it_shows_however_the_window_was_scrolled_and_the_picture_zoomed(
    chromium: Browser, demonstration_site: str, size: tuple[int, int]
) -> None:
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = Watched(context, demonstration_site).goto(f"/p/{demo.DEMO}/tree/gift:{demo.GIFT}")
    if size[0] < BESIDE:  # a click leads to the record: the answer "nothing to show" lets her stay where she is
        page.route("**/record/**", lambda asked: asked.fulfill(status=204))
    keys = page.evaluate("document.getElementById('network').network.body.data.nodes.getIds()")
    assert len(keys) > 10
    for nth, key in enumerate(keys):
        if nth % 3 == 1:
            page.get_by_role("button", name="Zoom out" if nth % 2 else "Zoom in").click()
        x, y = point_at(page, key)
        page.mouse.move(1, 1)
        if nth % 3 == 2:
            page.mouse.wheel(0, 40)
            page.wait_for_timeout(100)
            y = point_again(page, key)
        there = page.evaluate("window.scrollY")
        page.mouse.move(x, y, steps=3)
        page.wait_for_timeout(50)
        assert page.evaluate("window.scrollY") == there  # it stands still where the mouse comes in
        assert page.evaluate("document.activeElement.closest('#network')") is None
        record = key if key.startswith("gift:") else f"placement:{key}"
        with page.expect_request(re.compile(rf"/record/{record}$")):
            page.mouse.click(x, y)
        if size[0] >= BESIDE:
            page.locator(f"#beside a[href*='/record/{record}']").first.wait_for()
            page.get_by_role("button", name="Close the record").click()
            page.mouse.click(1, 1)  # what has the focus is looked at next
        page.locator("body").evaluate("() => document.activeElement.blur()")
    context.close()


def point_again(page: Page, key: str) -> float:
    """How far down the window shows a box, as everything stands."""
    down: float = page.evaluate(
        """key => {
            const stage = document.getElementById("network");
            return stage.network.canvasToDOM(stage.network.getPosition(key)).y + stage.getBoundingClientRect().top;
        }""",
        key,
    )
    return down


WRITTEN = """
    window.written = {};
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...others) {
        window.written[text] = y;
        write.call(this, text, x, y, ...others);
    };
"""  # text → where it was written last


def test_the_signs_of_one_line_of_devanagari_do_not_lie_on_the_next(context: BrowserContext, watched: Watched) -> None:
    context.add_init_script(WRITTEN)
    page = watched.goto(f"{DEMO}/tree/gift:G1?names=full&lang=ne")
    lines = page.locator("svg.tree .box.broken").last.locator("text:not([text-anchor])")  # the id stands beside
    in_svg = {str(line.text_content()): float(line.get_attribute("y") or 0) for line in lines.all()}
    page.wait_for_function("lines => lines.every(line => line in window.written)", arg=list(in_svg))
    on_canvas = page.evaluate("window.written")

    assert len(in_svg) == 3
    for written in (in_svg, on_canvas):
        first, second, third = (written[line] for line in in_svg)
        assert min(second - first, third - second) >= 18  # which Noto Sans Devanagari needs in 13 pixels


def test_hostile_names_and_ids_run_nowhere(watched: Watched, app: Flask) -> None:
    with app.test_request_context():
        tree = app.url_for("managers.tree", programme_id="hostile", id_=f"gift:{relays.IDS[0]}", names="full")
    page = watched.goto(tree)
    for key in relays.IDS:
        page.mouse.move(*point_at(page, key))
        page.wait_for_timeout(150)

    assert page.title() != "pwned"  # which it only tells, in the name of the programme
    assert page.locator("main img, .vis-tooltip img, .vis-tooltip script").count() == 0


def test_the_page_that_was_taken_away_works_without_a_network(
    chromium: Browser, site: str, app: Flask, tmp_path: Path
) -> None:
    with app.test_request_context():
        where = app.url_for("managers.tree", programme_id="hostile", id_=f"gift:{relays.IDS[0]}")
    context = chromium.new_context(accept_downloads=True, offline=False)
    text = context.request.get(f"{site}{where}/tree.html?names=full").text()
    (tmp_path / "tree.html").write_text(text, encoding="utf-8")
    context.set_offline(True)
    alone = Watched(context, "file:")
    alone.page.goto((tmp_path / "tree.html").as_uri())

    alone.page.locator("#network[data-drawn]").wait_for()

    assert "pwned" not in alone.page.title()
    assert alone.complaints == []
    assert alone.strangers == []
    context.close()
