"""A day for fifty givers, or ten, from the proposal to the certificate, in a real browser.

G1 ─┬─ P1 (W1) ── to N1        47 hand over; a receiver is mistyped, the yard miscounted, a hand-over undone
    ├─ …                       W48 to W50 did not come; two others did, who were not expected
    └─ P52 (W52)
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from relay.ledger import reading
from relay.settings import Settings
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.rigs.soak import SOAK
from tests.scenes import acts as say
from tests.systems.planning.conftest import graph
from tests.systems.planning.scene import added, asked
from tests.web.conftest import Watched
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from relay.graph import Graph

__all__ = ["graph"]

NOW: Final = datetime(2024, 6, 30, 6, tzinfo=UTC)
STRANGERS: Final = ("Junkiri Utis", "Chameli Harro")  # to whom those give who were not expected
PATIENCE: Final = 60_000  # milliseconds: fifty hand-overs are recorded at once, on a busy machine


@pytest.fixture
def valley(graph: Graph, givers: int) -> Graph:
    """Give so many givers of one goat each and two who live elsewhere, and as many women who are ready."""
    expected, all_ = range(1, givers + 1), range(1, givers + len(STRANGERS) + 1)
    added(
        graph,
        say.programme(systems="planning", requires="shed"),
        say.rule("goat", given=1, owed=1),
        say.place("M", kind="municipality"),
        say.gift(animals=len(all_)),
        say.place("L", kind="municipality"),
        *(
            say.woman(f"W{number}", household_id=f"H{number}", place_id="M" if number in expected else "L")
            for number in all_
        ),
        *(say.woman(f"N{number}", household_id=f"K{number}", place_id="M") for number in expected),
        *(say.placed(f"P{number} on 2022-08-01") for number in all_),
    )
    added(graph, *(asked(f"R{number}: N{number} on 2024-01-{1 + number % 28:02}", ready="shed") for number in expected))
    return graph


@pytest.mark.engine_contract
@pytest.mark.parametrize(
    ("connection", "width", "language", "givers"),
    [
        ("embedded_engine", 1440, "en", 50 if SOAK else 12),
        pytest.param("neo4j_server", 390, "ne", 10, marks=pytest.mark.soak),
        pytest.param("embedded_engine", 390, "fr", 10, marks=pytest.mark.soak),
    ],
    indirect=["connection"],
)
def test_a_day_for_many_givers(
    chromium: Browser, valley: Graph, tmp_path: Path, width: int, language: str, givers: int
) -> None:
    settings = Settings.read({"RELAY_DATA": str(tmp_path)})
    app = create_app(valley, settings, now=lambda: NOW, owner="asha")
    with answering(app) as site:
        context = chromium.new_context(viewport={"width": width, "height": 844}, locale=language)
        watched = Watched(context, site)
        page = watched.page
        at = f"{site}/p/demo"

        page.goto(f"{at}/proposal")
        assert page.locator('button[name="accept"]').count() == givers
        page.locator('input[name="expected_on"]').fill("2024-06-30")
        page.locator('button[name="form.step"][value="all"]').click()
        expect(page.locator('button[name="accept"]')).to_have_count(0, timeout=PATIENCE)  # all are planned
        page.goto(f"{at}/ceremony/sheet?place=M")
        assert page.locator(".sheet-of-hands tbody tr").count() >= givers
        assert page.locator(".thumb").count() >= 2 * givers

        page.goto(f"{at}/ceremony?place=M")
        _records(page, givers)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert faults(page) == []

        act_id = _certificate(page, at)
        before = _read_by_a_stranger(valley, settings, act_id)
        page.goto(f"{at}/record/{act_id}/recorded")
        page.locator('form[action*="/undo"] button').click()
        expect(page.locator('[role="status"]').first).to_be_visible(timeout=PATIENCE)
        after = _read_by_a_stranger(valley, settings, act_id)
        assert [each for each in watched.complaints if "422" not in each] == []
        assert watched.strangers == []
        context.close()

    passes = [entry for entry in reading.entries(valley, "demo") if entry.kind == "pass"]
    assert len(passes) == givers - 3 + len(STRANGERS)
    assert "This was taken back" not in before
    assert "This was taken back" in after


def _records(page: Page, givers: int) -> None:
    """Tick who came, all but three, type one receiver wrongly, count wrongly; then put right what fell."""
    rows, hand_over = page.locator(".hand-overs fieldset"), givers - 3 + len(STRANGERS)
    assert rows.count() == givers + 3, "three rows are empty"
    for number in range(1, givers - 2):
        row = page.locator(f'fieldset:has(input[name$=".giver"][value="P{number}"])')
        row.locator('input[type="checkbox"][name$=".did"]').check()
    wrong = page.locator('fieldset:has(input[name$=".giver"][value="P3"]) input[name$=".receiver"]')
    right = wrong.input_value()
    wrong.fill("N99")
    for number, receiver in enumerate(STRANGERS, givers + 1):
        row = rows.nth(number - 1)
        row.locator('input[type="checkbox"][name$=".did"]').check()
        row.locator('input[name$=".giver"]').fill(f"P{number}")
        row.locator('input[name$=".receiver"]').fill(receiver)
        row.locator('input[name$=".animals"]').fill("1")
    page.locator("fieldset.day input[type=radio][value=today]").check()
    page.locator("#counted").fill(str(hand_over - 1))
    page.locator('button[name="form.step"][value="record"]').click()
    expect(page.locator('[role="alert"]').first).to_be_visible(timeout=PATIENCE)
    page.locator("#counted").fill(str(hand_over))
    page.locator('button[name="form.step"][value="record"]').click()
    expect(page.locator(".hand-over.done")).to_have_count(hand_over - 1, timeout=PATIENCE)

    wrong.fill(right)
    page.locator('button[name="form.step"][value="record"]').click()
    expect(page.locator(".hand-over.done")).to_have_count(hand_over, timeout=PATIENCE)


def _certificate(page: Page, at: str) -> str:
    """Print the certificate of one hand-over; give what it certifies."""
    page.locator(".hand-over.done").first.locator("summary").click()
    page.locator(".hand-over.done a").first.click()
    act_id = re.search(r"/record/(pass:[^/]+)/", page.url)
    assert act_id
    page.goto(f"{at}/record/{act_id[1]}/certificate")
    expect(page.locator("article.certificate")).to_be_visible(timeout=PATIENCE)
    return act_id[1]


def _read_by_a_stranger(graph: Graph, settings: Settings, act_id: str) -> str:
    """What a stranger reads who types the code of a certificate."""
    (entry,) = [entry for entry in reading.entries(graph, "demo") if entry.act_id == act_id]
    stranger = create_app(graph, settings, now=lambda: NOW, site="relay.example.org").test_client()
    return stranger.get(f"https://relay.example.org/v/demo/{entry.hash[:16].upper()}").text
