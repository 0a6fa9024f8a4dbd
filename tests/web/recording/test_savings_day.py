"""A meeting of 23 women in a real browser, and who looks at its box after it.

Group G saves 100 rupees a woman. Two women borrowed at the meeting before, 1,000 and 500 at 2 percent a month; W1 was
lent money to keep her animal and kept it. Today 22 come, each saves 100, W2 repays 500 and a charge, W4 pays a fine of
20, W5 and W6 borrow, and the group buys a register. The box is counted 50 short.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from relay.access import accounts
from relay.access.roles import grant_of
from relay.ledger import verify
from relay.service.question import Source
from relay.settings import Settings
from relay.systems.groups.reading import chosen_at
from relay.systems.savings.questions import journal_of
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.scenes import acts as say
from tests.systems.savings.conftest import graph
from tests.systems.savings.scene import act, added, cycle, lent, member, met, paid, rule
from tests.web.conftest import Watched
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser, Page

    from relay.graph import Graph

__all__ = ["graph"]

NOW: Final = datetime(2024, 6, 30, 6, tzinfo=UTC)
WOMEN: Final = range(1, 24)
PATIENCE: Final = 60_000  # milliseconds: some thirty rows are recorded at once, on a busy machine


@pytest.fixture
def hamlet(graph: Graph) -> Graph:
    """Give a group of 23 women after its first meeting, of whom W1 holds a goat and owes one."""
    added(
        graph,
        say.programme(systems="groups;planning;savings"),
        say.rule("goat", given=1, owed=1),
        say.gift(),
        *(say.woman(f"W{number}", name=f"Maya {chr(64 + number)}", household_id=f"H{number}") for number in WOMEN),
        act("group", group_id="G", name="Morning light", kind="savings_group"),
        rule("2023-01-01", saving=100, charge_percent=2, charge_method="declining", share_out="by_savings"),
        *(member(f"B{number}: W{number} in G on 2023-01-01") for number in WOMEN),
        cycle("C: G from 2023-10-18"),
        say.placed("P1 on 2023-06-01", animals=1),
        met("M1: G on 2023-11-20", present=";".join(f"W{number}" for number in WOMEN), cash_after=800),
        *(paid(f"A{number}: W{number} at M1", saved=100) for number in WOMEN),
        lent("L1: W1 at M1", principal=1000, months=12, purpose="keep_animal", placement_id="P1"),
        lent("L2: W2 at M1", principal=500, months=12, purpose="school"),
    )
    return graph


@pytest.mark.engine_contract
@pytest.mark.parametrize(
    ("connection", "width", "language"),
    [
        ("embedded_engine", 390, "ne"),
        pytest.param("embedded_engine", 1440, "fr", marks=pytest.mark.soak),
        pytest.param("neo4j_server", 390, "en", marks=pytest.mark.soak),
    ],
    indirect=["connection"],
)
def test_a_meeting_of_23_women(chromium: Browser, hamlet: Graph, tmp_path: Path, width: int, language: str) -> None:
    """800 in the box; 2,200 saved, 500 repaid with 10 charged, 20 fined, 700 lent and 150 spent: 2,680, 50 missing."""
    settings = Settings.read({"RELAY_DATA": str(tmp_path)})
    app = create_app(hamlet, settings, now=lambda: NOW, owner="asha")
    with answering(app) as site:
        context = chromium.new_context(viewport={"width": width, "height": 844}, locale=language)
        watched = Watched(context, site)
        page = watched.page

        page.goto(f"{site}/p/demo/record/group:G/savings-sheet")
        assert page.locator("tbody tr").count() == len(WOMEN)
        _fits(page, width)

        page.goto(f"{site}/p/demo/record/group:G/savings-meeting")
        _write_down(page)
        assert "2680" in re.sub(r"\D", "", _western(page.locator(".adds-up").inner_text()))
        _fits(page, width)
        assert faults(page) == []
        record = page.locator('button[name="form.step"][value="record"]')
        record.click(timeout=PATIENCE)
        expect(page.locator('p.fault[role="alert"]')).to_be_visible(timeout=PATIENCE)  # 50 are missing: is it so?
        page.locator('input[name="again"]').check()
        record.click(timeout=PATIENCE)
        expect(page.locator('.told[role="status"]')).to_be_visible(timeout=PATIENCE)
        assert page.locator(".hand-over.done").count() == 22 + 2 + 1 + 1
        box = page.locator(".adds-up")
        assert _western(box.inner_text()).count("50") == 1, "50 are missing, which is told"
        page.locator('fieldset:has(input[value="W23"]) input[name$=".saved"]').fill("100")
        assert re.sub(r"\D", "", _western(box.inner_text())) == "27802630150", "what is added later adds up too"
        _fits(page, width)
        assert faults(page) == []

        for address in ("share-out", "members", "savings"):
            page.goto(f"{site}/p/demo/record/group:G/{address}")
            _fits(page, width)
        owed = page.locator("table").last.locator("tr", has=page.locator('[href*="record/loan:"]'))
        assert owed.count() == 3, "W1 owes still, W5 and W6 from today on; W2 does no longer"
        assert [each for each in watched.complaints if "422" not in each] == []
        assert watched.strangers == []
        context.close()

    journal = journal_of(Source(graph=hamlet, folder=tmp_path), "demo", "G", NOW.date())
    meeting = journal.meetings[-1]
    assert len(meeting.attended) == 22
    assert journal.boxes[meeting.meeting_id].gap == -5000, "50 rupees, in paisa"
    assert [each.beneficiary_id for each in chosen_at(hamlet, "demo", meeting.meeting_id)] == ["W7"]
    assert verify.verify(hamlet, "demo").ok
    _an_auditor_finds_the_gap(app, hamlet)
    _a_manager_asks_whether_loans_keep_animals(app, hamlet)


def _write_down(page: Page) -> None:
    page.locator('[name="held_on"]').fill("2024-06-30")
    page.locator('[name="cash_before"]').fill("800")
    page.locator('[name="cash_after"]').fill("2630")
    for row in page.locator('fieldset:has(input[name$=".there"])').all():
        woman = row.locator('input[name$=".beneficiary_id"]').get_attribute("value")
        if woman == "W23":
            row.locator('input[name$=".there"]').uncheck()  # she did not come
            continue
        row.locator('input[name$=".saved"]').fill("100")
        if woman == "W2":
            row.locator('input[name$=".principal"]').fill("500")
            row.locator('input[name$=".charge"]').fill("10")
        elif woman == "W4":
            row.locator('input[name$=".fine"]').fill("20")
    for number, (woman, amount) in enumerate([("W5", "400"), ("W6", "300")], 1):
        page.locator(f'[name="l{number}.beneficiary_id"]').select_option(woman)
        page.locator(f'[name="l{number}.principal"]').fill(amount)
        page.locator(f'[name="l{number}.months"]').fill("3")
        page.locator(f'[name="l{number}.purpose"]').select_option("farming")
    page.locator('[name="f1.kind"]').select_option("expense")
    page.locator('[name="f1.amount"]').fill("150")
    page.locator('[name="p1.giver_placement_id"]').select_option("P1")
    page.locator('[name="p1.beneficiary_id"]').fill("W7")
    page.locator('[name="p1.votes_for"]').fill("18")
    page.locator('[name="p1.votes_against"]').fill("4")


def _western(text: str) -> str:
    return text.translate(str.maketrans("०१२३४५६७८९", "0123456789"))


def _fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def _an_auditor_finds_the_gap(app: Flask, hamlet: Graph) -> None:
    accounts.add(hamlet, "rita", (grant_of("auditor@demo"),), WORDS, NOW)
    rita = app.test_client()
    assert sign_in(rita, "rita").status_code == 303

    found = rita.get("/p/demo/findings").text
    assert "box_gap" in found
    assert "2680 should be in the box, and 2630 was counted." in found


def _a_manager_asks_whether_loans_keep_animals(app: Flask, hamlet: Graph) -> None:
    accounts.add(hamlet, "mina", (grant_of("manager@demo"),), WORDS, NOW)
    mina = app.test_client()
    assert sign_in(mina, "mina").status_code == 303

    page = words(mina.get("/p/demo/savings").text)
    assert "Animals kept for 180 days after a loan to keep them 100.0% 1 of 1" in page
    assert "Maya" not in mina.get("/p/demo/record/group:G/savings").text
