"""The villages of the demonstration: what seeds/README.md tells of them, and their pages.

Every number on the pages of systems is a door, as on those of the core, or says why not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay import seeds
from relay.arrays import lineage
from relay.arrays.from_graph import load
from relay.audit import run
from relay.domain.model import Rate
from relay.domain.system import Catalogue
from relay.graph import connect
from relay.service import demo
from relay.service.question import Source
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.systems.goals.questions import goals_report, progress
from relay.systems.learning.questions import Learning
from relay.systems.protection.questions import protection
from relay.systems.savings.questions import SavingsBesideTheRelay
from relay.systems.savings.tasks import TASKS
from relay.web import create_app
from tests.rigs import demo_folder
from tests.rigs.in_a_thread import answering
from tests.rigs.soak import SOAK
from tests.scenes.acts import clerk
from tests.web import relays
from tests.web.test_doors import NOT_OF_THE_RECORD, numbers_of, reached, wrong_doors
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from relay.graph import Graph
    from relay.settings import Connection

FOLDER: Final = Path(seeds.__file__).parent
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
    "husbandry",
    "husbandry/places",
    "services",
    "raw-counts",
    "release?measure=people_informed&from_month=2026-04&until_month=2026-05",
    "record/release:Z1",
)
"""Each page of each system; of a record that a system adds to, one of its own."""


@pytest.fixture(scope="module")
def loaded(demonstration: Connection) -> Iterator[Graph]:
    """Give a graph that holds the villages."""
    with connect(demonstration, Catalogue(SYSTEMS)) as graph:
        yield graph


@pytest.fixture(scope="module")
def villages(loaded: Graph, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Give a reader of the villages on the day on which their seeds end."""
    settings = Settings.read({"RELAY_DATA": str(tmp_path_factory.mktemp("villages"))})
    now = relays.NOW.replace(year=demo.DAY.year, month=demo.DAY.month, day=demo.DAY.day)
    return create_app(loaded, settings, now=lambda: now, owner="asha").test_client()


def test_the_villages_hold_what_their_page_tells_and_each_odd_row_is_found(
    loaded: Graph, shared_folder: Path, tmp_path: Path
) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8").partition("## relay-villages")[2]
    told = {
        (check, id_)
        for ids, checks in re.findall(r"^\| ([a-z_]+:[^|]+?) \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
        for id_ in ids.split(", ")
        for check in checks.strip().strip("`").split("`, `")
    }
    source = Source(graph=loaded, folder=tmp_path)

    again = demo.load_villages(loaded, clerk(today=demo.DAY))
    learned = Learning(as_of=demo.DAY).answer(source, demo.VILLAGES)
    goals = goals_report(progress(loaded, demo.VILLAGES, demo.DAY))
    directory = protection(loaded, demo.VILLAGES, demo.DAY)
    beside = SavingsBesideTheRelay(as_of=demo.DAY).answer(source, demo.VILLAGES)
    survey = lineage.survey(load(loaded, demo.VILLAGES), demo.DAY)
    visits = {(each.reason, each.beneficiary_id) for each in TASKS.find(loaded, demo.VILLAGES, survey)}
    audited = run.audit(loaded, demo.VILLAGES, demo.DAY)

    assert {*demo_folder.actions(shared_folder)[demo.VILLAGES]} == {"added"}
    assert again == {}, "a second run changes nothing"
    assert len(learned.courses) == 14
    assert (learned.prepared, learned.ready) == (Rate.of(11, 17), Rate.of(6, 8))
    assert (learned.prepared_on_time, learned.others_on_time) == (Rate.of(5, 6), Rate.of(2, 4))
    assert len(goals.goals) == 60
    assert len(directory.services) == 9
    assert [row.place_id for row in directory.releases[0].rows] == ["CHI", "PAL-RAM", "PAL-TAN", None]
    assert len(directory.releases) == 2
    kept = beside.kept_after_loan.of_them
    assert (kept.numerator, kept.denominator) == (1, 2), "S03-L8 kept the animals, S08-L9 did not"
    assert visits == {("loan_late", "B0006"), ("box_gap", "B0164")}, "of S06-L26; the treasurer of S05"
    found = {(checked.check_id, finding.subject_id) for checked in audited.checks for finding in checked.findings}
    assert found == told


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_a_visit_that_concerns_no_help_is_in_a_file_too(villages: FlaskClient, form: str) -> None:
    """The treasurer of S05, whose box lacks money."""
    assert villages.get(f"{AT}/visits.{form}").status_code == 200


def test_no_page_of_a_system_is_left_out(villages: FlaskClient) -> None:
    names = {system.name for system in SYSTEMS}
    rules = [
        rule
        for rule in villages.application.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in names and "GET" in (rule.methods or ()) and "form" not in rule.arguments
    ]
    walked = {re.sub(r"[a-z]+:[A-Z][0-9]+", "<act_id>", page.partition("?")[0]) for page in PAGES}

    missing = {rule.rule.partition("<programme_id>/")[2] for rule in rules} - walked

    assert missing == {
        f"{name}/counted" for name in ("groups", "learning", "goals", "planning", "savings", "husbandry")
    }


@pytest.mark.parametrize("page", PAGES)
def test_no_number_of_a_system_stands_bare_without_a_reason(villages: FlaskClient, page: str) -> None:
    found = numbers_of(villages, f"{AT}/{page}")

    assert found.bare == [] or any(part in page for part in NOT_OF_THE_RECORD)
    assert [each for each in found.here if each[0] != each[1]] == []


@pytest.mark.parametrize(("language", "pages"), [("en", PAGES[::8]), ("ne", PAGES[4::8])])
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


@pytest.mark.soak
def test_every_door_of_a_system_leads_to_what_it_counts(villages: FlaskClient) -> None:
    days = ("", "&as_of=2025-06-30")
    opened, wrong = wrong_doors(
        villages, [f"{AT}/{page}{'' if '?' in page else '?'}{day}" for page in PAGES for day in days]
    )

    assert wrong == []
    assert opened > 100


@pytest.mark.soak
def test_every_door_of_every_kind_of_page_of_the_villages_leads_to_what_it_counts(villages: FlaskClient) -> None:
    opened, wrong = wrong_doors(villages, reached(villages, AT, 40 if SOAK else 1))

    assert wrong == []
    assert opened > 200
