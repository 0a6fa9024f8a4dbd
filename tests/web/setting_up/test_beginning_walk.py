"""A programme begins in the browser alone, by somebody who types no id: from an empty Relay to its first pass-on.

/ ─ begin ─ checked ─ first steps: Durga ─ the gift ─ 2 goats to her ─ 2 goats from her to Phulmaya, registered along
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from relay.access.owner_link import OneTimeLink
from relay.domain.system import Catalogue
from relay.ledger import reading
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.rigs.wiping import wiped
from tests.web import relays
from tests.web.conftest import Watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from relay.graph import Graph


def begin(page: Page) -> None:
    page.locator("[name=name]").first.fill("Goats for Gorkha")
    page.locator("[name=places]").first.fill("Gorkha-8, Gorkha, Gorkha")
    page.locator(".begin > form > button").click()
    page.locator("button[value=record]").click()
    expect(page.locator(".first-steps")).to_be_visible()


def take_step(page: Page, ends_with: str) -> None:
    """Open the form to which a first step leads, from whatever page she is on."""
    page.locator(".brand a").click()
    page.locator(f'.first-steps a[href$="{ends_with}"]').click()


def go_on(page: Page, ends_with: str) -> None:
    """Open the next step from the page of what was just recorded."""
    page.locator(f'a.step[href$="{ends_with}"]').click()


def choose(page: Page, field: str, typed: str) -> None:
    """Type a name into a field, and take the first that is offered."""
    page.locator(f"[name={field}]").first.fill(typed)
    page.locator(f"#{field}-found label").first.click()


def on(page: Page, day: str) -> None:
    page.locator("fieldset.day label.pill").last.click()
    page.locator('[name$=".other"]').fill(day)


def check_and_record(page: Page) -> None:
    page.locator("button[value=check]").click()
    page.locator("button[value=record]").click()
    expect(page).to_have_url(re.compile(r"/recorded"))


@pytest.mark.engine_contract
@pytest.mark.parametrize(
    ("connection", "language", "width"),
    [
        ("embedded_engine", "en", 390),
        *(
            pytest.param(engine, language, width, marks=pytest.mark.soak)
            for engine in ("embedded_engine", "neo4j_server")
            for language in ("en", "fr", "ne")
            for width in (390, 1440)
            if (engine, language, width) != ("embedded_engine", "en", 390)
        ),
    ],
    indirect=["connection"],
)
def test_from_an_empty_relay_to_a_pass_on_in_the_browser_alone(
    chromium: Browser, graphs: Callable[[Catalogue], Graph], tmp_path: Path, language: str, width: int
) -> None:
    graph, link = wiped(graphs(Catalogue(SYSTEMS))), OneTimeLink(login="root")
    app = create_app(graph, Settings.read({"RELAY_DATA": str(tmp_path)}), now=lambda: relays.NOW, once=link)
    with answering(app) as site:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language)
        watched = Watched(context, site)
        page = watched.goto(f"/sign-in/once/{link.secret}")
        expect(page).to_have_url(f"{site}/begin")
        begin(page)

        take_step(page, "/new/person")
        page.locator("[name=name]").first.fill("Durga Khasru")
        page.locator('label.pill:has([name=sex][value="F"])').click()
        choose(page, "place_id", "Gorkha-8")
        check_and_record(page)

        go_on(page, "/new/gift")
        page.locator("[name=donor]").first.fill("Helping Hands")
        page.locator("#animals").fill("2")
        on(page, "2023-03-01")
        check_and_record(page)

        go_on(page, "/placement")
        choose(page, "beneficiary_id", "Durga")
        expect(page.locator("#animals")).to_have_value("2")
        on(page, "2023-03-02")
        check_and_record(page)

        go_on(page, "/pass-on")
        choose(page, "beneficiary_id", "Phulmaya Timurbot")
        page.locator("#animals").fill("2")
        on(page, "2024-03-02")
        check_and_record(page)
        go_on(page, "/account")
        page.locator(".brand a").click()

        expect(page.locator('.first-steps a[href*="/record/"]')).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert watched.complaints == []
        context.close()
    kinds = [each.kind for each in reading.entries(graph, "goats-for-gorkha")]
    assert kinds == [
        *("programme", "rule", "place", "place", "place"),
        *("beneficiary", "gift", "placement", "beneficiary", "pass"),
    ]
