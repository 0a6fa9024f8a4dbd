"""A month of classes, goals, sites and committees, in a real browser, from the forms to what is printed.

C1 ── W1, W2 enrolled; W3 comes late          S1   a site for advice, counted in May
O1 ── W1, begun and visited                   M1, M2, M3   what their committees counted, released and printed
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from relay.domain.system import Catalogue
from relay.graph import connect
from relay.ledger import verify
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.learning.scene import act, added, course, enrolled
from tests.systems.protection.scene import counted, service
from tests.web.conftest import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from relay.graph import Graph
    from relay.settings import Connection

NOW: Final = datetime(2024, 6, 30, 6, tzinfo=UTC)
PATIENCE: Final = 60_000  # milliseconds, on a busy machine
COUNTED: Final = {"M1": (30, 19), "M2": (38, 12), "M3": (70, 30)}  # in April and May, but for May of M3


@pytest.fixture
def valley(connection: Connection) -> Iterator[Graph]:
    """Give a programme that uses the three systems, with a class of two."""
    catalogue = Catalogue(SYSTEMS)
    with connect(connection, catalogue) as graph:
        _, *rest = say.beginnings(4)
        places = (say.place(each, name=f"Town {each}", kind="municipality") for each in COUNTED)
        added(wiped(graph), say.programme(systems="planning;groups;learning;goals;protection"), *rest, *places)
        site = {"site_id": "S1", "name": "Market", "place_id": "M1", "kind": "advice", "opened_on": "2024-05-01"}
        added(
            graph,
            course("C1 from 2024-05-01", until_on="2024-12-31", minutes=120),
            *(enrolled(f"E{number}: W{number} in C1 on 2024-05-01") for number in (1, 2)),
            act("site", site),
            service("V1: police in M1 on 2024-06-01", phone="100", hours="always", languages="Nepali, Tharu"),
            *(
                counted(f"N{place}{month}: people_informed in {place} in 2024-0{month}", number)
                for place, numbers in COUNTED.items()
                for month, number in enumerate(numbers, 4)
                if (place, month) != ("M3", 5)
            ),
        )
        yield graph


class Walk:
    """Somebody at one window."""

    def __init__(self, page: Page, at: str, width: int) -> None:
        """Stand before the programme."""
        self.page = page
        self.at = at
        self.width = width

    def sees(self, path: str) -> str:
        """Open a page that fits into the window; give what is read there."""
        self.page.goto(f"{self.at}/{path}")
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, path
        return self.page.locator("main").inner_text()

    def records(self, form: str, **typed: str) -> None:
        """Fill in a form, look at what would be recorded, and record it."""
        self.page.goto(f"{self.at}/{form}")
        self.page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
        for name, said in typed.items():
            pill = self.page.locator(f'input[type="radio"][name="{name}"][value="{said}"]')
            other = self.page.locator(f'input[name="{name}.other"]')
            if pill.count():
                pill.check()
            elif other.count():
                for radio in self.page.locator(f'input[name="{name}"][value="other"]').all():  # none of a day to come
                    radio.check()
                other.fill(said)
            else:
                self.page.locator(f'input[name="{name}"]').fill(said)
        self.page.locator('button[name="form.step"][value="check"]').click()
        self.page.locator('button[name="form.step"][value="record"]').click()
        expect(self.page.locator('form[action*="/undo"]')).to_have_count(1, timeout=PATIENCE)

    def is_printed(self, part: str) -> bool:
        """Whether a part of the page is on paper, and the menu is not."""
        self.page.emulate_media(media="print")
        on_paper = self.page.locator(part).first.is_visible() and not self.page.locator("nav").first.is_visible()
        self.page.emulate_media(media="screen")
        return on_paper

    def holds(self, day: str, **came: str) -> None:
        """Record a session of C1 at which all came of whom nothing else is said."""
        self.sees("record/course:C1/session")
        self.page.locator('input[name="held_on"]').fill(day)
        self.page.locator('button[name="form.step"][value="day"]').click()
        for woman, word in came.items():
            self.page.locator(f'select[name="who.{woman}"]').select_option(word)
        self.page.locator('button[name="form.step"][value="record"]').click()
        expect(self.page.locator('form[action*="/undo"]')).to_have_count(1, timeout=PATIENCE)


@pytest.mark.engine_contract
@pytest.mark.parametrize(
    ("connection", "width", "language"),
    [
        pytest.param("embedded_engine", 1440, "en", marks=pytest.mark.soak),
        ("neo4j_server", 390, "ne"),
        pytest.param("embedded_engine", 390, "fr", marks=pytest.mark.soak),
    ],
    indirect=["connection"],
)
def test_a_month_of_classes_goals_sites_and_committees(
    chromium: Browser, valley: Graph, tmp_path: Path, width: int, language: str
) -> None:
    app = create_app(valley, Settings.read({"RELAY_DATA": str(tmp_path)}), now=lambda: NOW, owner="asha")
    with answering(app) as site:
        context = chromium.new_context(viewport={"width": width, "height": 844}, locale=language)
        watched = Watched(context, site)
        walk = Walk(watched.page, f"{site}/p/demo", width)

        # a course of no group, begun at its place
        walk.records("record/place:M1/course", name="Letters", kind="literacy", from_on="2024-06-01")

        # a class: who was there; W3 enrols late, and is expected from then on
        walk.holds("2024-06-05")
        walk.records("record/course:C1/enrolment", beneficiary_id="W3", enrolled_on="2024-06-10")
        walk.holds("2024-06-12", W2="absent", W3="late")
        roster = walk.sees("record/course:C1")
        classes = walk.sees("learning")

        # a goal, and what a visitor finds
        walk.records(
            "record/beneficiary:W1/goal", kind="farming", activity="goats", set_on="2024-06-01", baseline_income="900"
        )
        goal = watched.page.locator('a[href*="/record/goal:"]').first.get_attribute("href")
        assert goal
        walk.records(f"record/{goal.rpartition('/')[2]}/goal-step", step="training", done_on="2024-06-02")
        walk.records(
            f"record/{goal.rpartition('/')[2]}/goal-visit",
            visited_on="2024-06-20",
            status="running",
            income="3600",
            expenses="600",
            months_covered="2",
        )
        walk.sees("record/beneficiary:W1")
        walk.sees("goals")

        # numbers that lead to nobody, a release of them, and the directory on paper
        walk.records("record/site:S1/site-count", month="2024-05", visits="31", women="24", men="7")
        walk.records("record/place:M3/committee-count", month="2024-05", measure="people_informed", count="2")
        raw = walk.sees("raw-counts")
        walk.sees("release?measure=people_informed&from_month=2024-04&until_month=2024-05")
        watched.page.locator('main form[method="post"] button').click()
        expect(watched.page.locator('[role="status"]').first).to_be_visible(timeout=PATIENCE)
        walk.sees("services")
        assert walk.is_printed("article.paper th")
        released = watched.page.locator('a[href*="/record/release:"]').first.get_attribute("href")
        assert released
        walk.sees(f"record/{released.rpartition('/')[2]}")
        assert walk.is_printed("main td.number")
        assert watched.complaints == []
        assert watched.strangers == []
        context.close()

    assert "Letters" in classes
    assert "Town M1" in classes
    assert "Market" in classes
    assert "W3" in roster
    assert "31" in raw
    assert verify.verify(valley, "demo").ok
