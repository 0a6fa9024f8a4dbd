"""Every number on the pages of systems is a door, as on those of the core, or says why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from relay.domain.system import Catalogue
from relay.graph import connect
from relay.service import demo
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes.acts import clerk
from tests.web import relays
from tests.web.test_doors import NOT_OF_THE_RECORD, numbers_of, wrong_doors
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from relay.settings import Connection

AT: Final = f"/p/{demo.VILLAGES}"
PAGES: Final = (
    "waiting-list",
    "plans",
    "proposal",
    "calls",
    "group-meetings",
    "custodies",
    "record/group:W01/members",
    "record/group:W01/roster",
    "record/group:W01/meeting-sheet",
    "savings",
    "record/group:S01/savings",
    "record/group:S01/share-out",
    "record/group:S01/savings-sheet",
    "record/group:S01/savings-meeting",
    "record/beneficiary:B0008",
    "record/beneficiary:B0008/her-passbook?group=group:S01",
    "learning",
    "record/course:C01",
    "record/course:C01/session",
    "goals",
    "services",
    "raw-counts",
    "release?measure=people_informed&from_month=2026-04&until_month=2026-05",
    "record/release:Z1",
)
"""Each page of each system; of a record that a system adds to, one of its own."""


@pytest.fixture(scope="module")
def villages(embedded_engine: Connection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Give a reader of the villages on the day on which their seeds end."""
    with connect(embedded_engine, Catalogue(SYSTEMS)) as graph:
        demo.load_villages(wiped(graph), clerk(today=demo.DAY))
        settings = Settings.read({"RELAY_DATA": str(tmp_path_factory.mktemp("villages"))})
        now = relays.NOW.replace(year=demo.DAY.year, month=demo.DAY.month, day=demo.DAY.day)
        yield create_app(graph, settings, now=lambda: now, owner="asha").test_client()


def test_no_page_of_a_system_is_left_out(villages: FlaskClient) -> None:
    names = {system.name for system in SYSTEMS}
    rules = [
        rule
        for rule in villages.application.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in names and "GET" in (rule.methods or ()) and "form" not in rule.arguments
    ]
    walked = {re.sub(r"[a-z]+:[A-Z][0-9]+", "<act_id>", page.partition("?")[0]) for page in PAGES}

    missing = {rule.rule.partition("<programme_id>/")[2] for rule in rules} - walked

    assert missing == {f"{name}/counted" for name in ("groups", "learning", "goals", "planning", "savings")}


@pytest.mark.parametrize("page", PAGES)
def test_no_number_of_a_system_stands_bare_without_a_reason(villages: FlaskClient, page: str) -> None:
    found = numbers_of(villages, f"{AT}/{page}")

    assert found.bare == [] or any(part in page for part in NOT_OF_THE_RECORD)
    assert [each for each in found.here if each[0] != each[1]] == []


@pytest.mark.parametrize(("language", "pages"), [("en", PAGES[::2]), ("ne", PAGES[1::2])])
def test_axe_finds_no_fault_on_a_page_of_a_system_nor_is_one_wider_than_a_phone(
    villages: FlaskClient, chromium: Browser, language: str, pages: Sequence[str]
) -> None:
    with answering(villages.application) as site:
        page = chromium.new_page(viewport={"width": 390, "height": 844}, locale=language)
        for path in PAGES if SOAK else pages:
            page.goto(f"{site}{AT}/{path}")
            assert faults(page, dark="main") == [], path
            assert page.evaluate("document.documentElement.scrollWidth") == 390, path
        page.close()


def test_every_door_of_a_system_leads_to_what_it_counts(villages: FlaskClient) -> None:
    days = ("", "&as_of=2025-06-30")
    opened, wrong = wrong_doors(
        villages, [f"{AT}/{page}{'' if '?' in page else '?'}{day}" for page in PAGES for day in days]
    )

    assert wrong == []
    assert opened > 100
