"""Classes and sites on the command line, on pages, in files and in the audit, and that sites lead to nobody.

C1, ten sessions in 2023: W1 to W4 came to all of them, W5 to none. C2, of which nobody declared anything, is W6's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from relay.audit import run
from relay.backup import ledger_backup
from relay.domain.system import Catalogue
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import reading, verify
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.learning.scene import act, added, counted, course, ended, enrolled, held, site
from tests.web.readers import with_names

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON: Final = ("--as-of", "2024-06-30")
PIG: Final = {"gift_id": "G2", "help": "pig"}


@pytest.fixture
def school(village: Graph) -> Graph:
    done = {"completed_on": "2023-03-10", "result": "passed"}
    added(
        village,
        course("C1 from 2023-03-01", until_on="2023-03-10", minutes=60, tested="yes"),
        course("C2 from 2023-03-01", until_on="2023-03-10", topic="letters", kind="literacy", name="Letters"),
        *(enrolled(f"E{number}: W{number} in C1 on 2023-03-01") for number in range(1, 6)),
        enrolled("E6: W6 in C2 on 2023-03-01"),
        *(held(f"T{day}: C1 on 2023-03-{day:02}", "W1 W2 W3 W4", women=2) for day in range(1, 11)),
        held("U1: C2 on 2023-03-02", "W6"),
    )
    added(village, *(say.corrected(f"enrolment:E{number}", f"K{number}", **done) for number in (1, 2, 3)))
    added(village, site("S1 since 2023-01-01", closed_on="2023-03-31"), counted("N1: S1 in 2023-02", 3))
    added(village, say.placed("P1 on 2023-04-01", **PIG), say.placed("P6 on 2023-04-01", **PIG))
    return village


@pytest.fixture
def client(school: Graph, tmp_path: Path) -> FlaskClient:
    return create_app(school, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def seen(client: FlaskClient, page: str, **query: str) -> str:
    answer = client.get(f"/p/demo/{page}", query_string={"as_of": "2024-06-30", **query}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_classes_are_told_with_three_numbers_of_people(alone: Shell, connection: Connection, school: Graph) -> None:
    asks = [
        act("request", {"request_id": f"R{n}", "beneficiary_id": f"W{n}", "help": "pig", "asked_on": "2023-01-01"})
        for n in (2, 7)
    ]
    added(school, *asks, say.passed("T1: P1 > P9 on 2024-03-01", help="pig"))
    alone.use(connection)

    found = alone.ok("learning", "--json", *ON).json

    one, two = found["courses"]
    assert (two["name"], two["from_on"], two["place_id"]) == ("Letters", "2023-03-01", None)
    assert (one["course_id"], one["enrolled"], one["attendances"], one["hours"]) == ("C1", 5, 40, 40.0)
    assert one["started"] == {"numerator": 4, "denominator": 5, "share": 0.8}
    assert one["completed"] == {"numerator": 4, "denominator": 5, "share": 0.8}
    assert one["declared"] == {"numerator": 3, "denominator": 5, "share": 0.6}
    assert one["passed"] == {"numerator": 3, "denominator": 3, "share": 1.0}
    assert two["dropped_out"] == {"numerator": 0, "denominator": 1, "share": 0.0}
    assert (found["reached"], found["attendances"], found["unnamed"]) == (5, 41, 20)
    # W1, not W6, nor W9, who received from her
    assert found["prepared"] == {"numerator": 1, "denominator": 3, "share": 1 / 3}
    assert found["ready"] == {"numerator": 1, "denominator": 2, "share": 0.5}  # W2, not W7
    # both were due a year later: P1, of W1 who had learned, has passed on by then, and P6 has not
    assert found["prepared_on_time"] == {"numerator": 1, "denominator": 1, "share": 1.0}
    assert found["others_on_time"] == {"numerator": 0, "denominator": 1, "share": 0.0}
    assert found["prepared_kept"] == {"numerator": 1, "denominator": 1, "share": 1.0}
    assert found["others_kept"] == {"numerator": 2, "denominator": 2, "share": 1.0}
    # Clopper and Pearson's: of one in one the least is 0.025, of one in three 1 - 0.975 ** (1 / 3)
    assert found["intervals"]["prepared_on_time"] == [pytest.approx(0.025), 1.0]
    assert found["intervals"]["prepared"][0] == pytest.approx(1 - 0.975 ** (1 / 3))
    assert (found["sites"][0]["name"], found["sites"][0]["missing"]) == ("Advice", ["2023-01", "2023-03"])
    rows = alone.ok("learning", "C1", "--json", *ON).json
    assert [(row["beneficiary_id"], row["completed"], row["dropped_out"]) for row in rows] == [
        *((f"W{number}", True, False) for number in range(1, 5)),
        ("W5", False, False),
    ]
    assert "passed" not in rows[0]
    assert "There is no course C9" in alone.run("learning", "C9").err
    shown = alone.ok("learning", *ON)
    assert "reached\t" in shown.out
    assert "100.0% (1 of 1), between 2.5% and 100.0%" in shown.out
    assert "association, not proof" in shown.err


def test_who_waits_without_what_help_requires_is_on_the_list_of_visits(
    alone: Shell, connection: Connection, school: Graph
) -> None:
    asks = [
        act("request", {"request_id": f"R{n}", "beneficiary_id": f"W{n}", "help": "pig", "asked_on": "2024-01-01"})
        for n in (2, 7)
    ]
    added(school, *asks)
    alone.use(connection)

    rows = alone.ok("todo", "--json", *ON).json

    assert {row["beneficiary_id"] for row in rows if "requires_unmet" in row["reasons"]} == {"W7"}  # W2 learned it


def test_they_are_recorded_by_their_commands(alone: Shell, connection: Connection, school: Graph) -> None:
    assert school.catalogue.systems
    alone.use(connection)
    added_ = ("--name", "Letters", "--kind", "literacy", "--from-on", "2024-01-01", "--min-attendance", "0.75")
    alone.ok("course", "--id", "C3", *added_)
    for number in (7, 8, 9):
        alone.ok("enrol", "--id", f"F{number}", "--course", "C3", "--beneficiary", f"W{number}", "--on", "2024-01-01")
    said = alone.ok("session", "C3", "--present", "all", "--except", "W8", "--excused", "W9", "--on", "2024-01-02")
    assert "There: 1. Late: 0. Excused: 1." in said.err
    assert (
        "not enrolled in C3"
        in alone.run("session", "C3", "--present", "all", "--except", "W1", "--on", "2024-01-03").err
    )
    alone.ok("site", "--id", "S2", "--name", "Advice", "--place", "1", "--kind", "advice", "--opened-on", "2024-01-01")
    alone.ok("site-count", "S2", "--month", "2080-10 BS", "--visits", "12", "--women", "7")
    assert "This is not a month." in alone.run("site-count", "S2", "--month", "2024-01-15", "--visits", "1").err
    assert "no such month" in alone.run("site-count", "S2", "--month", "2024-13", "--visits", "1").err
    rows = {row["beneficiary_id"]: row["attendance"] for row in alone.ok("learning", "C3", "--json", *ON).json}
    assert rows["W7"] == {"numerator": 1, "denominator": 1, "share": 1.0}
    assert rows["W9"] == {"numerator": 0, "denominator": 1, "share": 0.0}


def test_they_stand_on_a_page_and_on_records_and_have_forms(client: FlaskClient, school: Graph) -> None:
    page = seen(client, "learning")
    assert "4 of 5" in re.sub("<[^>]+>", "", page)
    assert "1 of 2" in re.sub("<[^>]+>", "", page)
    assert "not reported: Jan 2023, Mar 2023" in page
    assert "association, not proof" in page
    assert "between 1.3% and 98.7%" in page  # prepared: 1 of 2
    roster = seen(client, "record/course:C1")
    assert "Name of W5" not in roster, "names are off"
    assert "Name of W5" in seen(with_names(client), "record/course:C1")
    assert "10 of 10" in roster
    hers = seen(client, "record/beneficiary:W1")
    assert "10 of 10" in hers
    assert "completed" in hers
    assert "Courses" not in seen(client, "record/beneficiary:W8")
    assert 'name="present"' in seen(client, "record/course:C1/meeting")
    assert 'name="enrolled_on"' in seen(client, "record/course:C1/enrolment")
    assert 'name="month"' in seen(client, "record/site:S1/site-count")
    assert "Cours et points" in seen(client, "learning", lang="fr")
    assert "कक्षा" in seen(client, "learning", lang="ne")

    added(school, say.corrected("programme:demo", "K9", systems=None))
    assert client.get("/p/demo/learning").status_code == 404
    assert "/enrolment" not in seen(client, "record/beneficiary:W8")


def test_sessions_without_a_list_of_who_came_are_named_and_count_for_nobody(client: FlaskClient, school: Graph) -> None:
    """C2 has one session to which W6 came, and one at which guests alone were counted: she came to 1 of 1."""
    added(school, held("U2: C2 on 2023-03-09", women=20))
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/p/demo/learning?as_of=2024-06-30").text))
    letters = page[page.index("Letters") :]

    assert "2 1 without a list of who came, not counted" in letters
    assert "not counted 1 1 of 1 1 of 1 0 of 1" in letters  # enrolled; started, completed, declared


def test_a_session_is_recorded_on_one_page_with_whoever_was_enrolled_that_day(village: Graph, tmp_path: Path) -> None:
    """W1 and W2 are enrolled, W3 from the 10th of June: of the 5th two are listed, of the 12th three."""
    added(
        village,
        course("C1 from 2024-05-01", minutes=90),
        *(enrolled(f"E{n}: W{n} in C1 on 2024-05-01") for n in (1, 2)),
    )
    added(village, enrolled("E3: W3 in C1 on 2024-06-10"))
    client = create_app(village, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()
    at = "/p/demo/record/course:C1/session"

    def sent(**typed: str) -> TestResponse:
        page = client.get(at).text
        known = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf_token", "meeting_id")}  # type: ignore[index]
        return client.post(at, data={**known, "form.step": "record", **typed})

    early = sent(held_on="2024-06-05", shown_on="2024-06-12")
    assert early.status_code == 422
    assert "look at the list" in early.text
    assert ('name="who.W2"' in early.text, 'name="who.W3"' in early.text) == (True, False)
    came = {"who.W1": "present", "who.W2": "absent", "who.W3": "late"}
    assert sent(held_on="2024-06-12", shown_on="2024-06-12", minutes="-1", **came).status_code == 422
    assert sent(held_on="yesterweek", shown_on="2024-06-12", **came).status_code == 422
    done = sent(held_on="2024-06-12", shown_on="2024-06-12", minutes="60", **came)
    assert done.status_code == 303
    (entry,) = [each for each in reading.entries(village, "demo") if each.kind == "meeting"]
    assert {name: entry.payload.get(name) for name in ("kind", "held_on", "minutes", "present", "late", "excused")} == {
        "kind": "session",
        "held_on": "2024-06-12",
        "minutes": 60,
        "present": "W1",
        "late": "W3",
        "excused": None,
    }
    assert "/record/course:C1/session" in client.get("/p/demo/record/course:C1").text
    assert client.get("/p/demo/record/course:C9/session").status_code == 404


def test_her_record_tells_her_courses_and_nothing_of_a_test(
    alone: Shell, connection: Connection, school: Graph
) -> None:
    added(school, ended("X1: enrolment:E6 on 2023-03-05"), enrolled("E9: W6 in C2 on 2023-03-08"))
    alone.use(connection)

    (hers,) = alone.ok("show", "W6", "--json", *ON).json["learning"]  # she left and came back: one line

    assert (hers["course_id"], hers["enrolled_on"], hers["left_on"]) == ("C2", "2023-03-01", None)
    assert hers["attendance"] == {"numerator": 1, "denominator": 1, "share": 1.0}
    assert {*hers} & {"result", "passed"} == set()
    assert "Goat care" in alone.ok("show", "W1", *ON).out
    assert "learning" not in alone.ok("show", "W8", "--json", *ON).json
    assert "learning" not in alone.ok("show", "P1", "--json", *ON).json


def test_they_are_exported_imported_backed_up_and_named_less(school: Graph, tmp_path: Path) -> None:
    added(school, ended("X1: enrolment:E5 on 2023-03-05"), enrolled("E9: W5 in C1 on 2023-03-06"))
    lines = list(ledger_backup.backup_lines(school, encrypted=True))
    export_programme(school, "demo", tmp_path / "folder", with_names=True)

    wiped(school)
    report = import_programme(school, tmp_path / "folder", say.clerk(), apply=True)
    assert {row.action for row in report} == {"added"}
    ledger_backup.restore(wiped(school), lines, say.clerk())
    assert list(ledger_backup.backup_lines(school, encrypted=True)) == lines

    export_programme(school, "demo", tmp_path / "nameless", with_names=False)
    assert "passed" not in (tmp_path / "nameless" / "enrolments.csv").read_text("utf-8-sig")
    assert (
        (tmp_path / "nameless" / "site_counts.csv").read_text("utf-8-sig").splitlines()[1].startswith("N1,S1,2023-02")
    )
    assert ",3," not in (tmp_path / "nameless" / "site_counts.csv").read_text("utf-8-sig")
    assert verify.verify(school, "demo").ok


def test_a_small_number_of_visits_is_shown_nowhere(alone: Shell, connection: Connection, school: Graph) -> None:
    added(school, counted("N2: S1 in 2023-01", 4321))
    alone.use(connection)

    assert "4321" not in alone.ok("learning", "--json", *ON).out
    rows = school.rows("MATCH (n:SiteCount) RETURN properties(n) AS said")
    assert all("visits" not in row["said"] for row in rows)


def test_from_a_site_or_a_count_nothing_leads_to_anybody_but_through_a_place() -> None:
    catalogue = Catalogue(SYSTEMS)
    ends = [{start, end} for start, end in catalogue.edges.values()]

    reached, more = {"Site", "SiteCount"}, True
    while more:
        found = {label for pair in ends if pair & (reached - {"Place"}) for label in pair}
        more, reached = not found <= reached, reached | found

    assert reached == {"Site", "SiteCount", "Place"}
    columns = catalogue.kind("site_count").columns
    assert {each.type for each in columns} == {"id", "month", "count"}
    assert {each.refers_to for each in columns if each.refers_to} == {"site"}
    assert [each.name for each in catalogue.kind("site").columns if each.type in ("text", "name")] == ["name"]


# ---------------------------------------------------------------------------------------------------- the audit


def found(graph: Graph, check_id: str) -> tuple[int, list[str]]:
    """How many the check looked at, and what it found."""
    check = next(each for each in run.audit(graph, "demo", say.TODAY).checks if each.check_id == check_id)
    return check.population, [finding.subject_id for finding in check.findings]


def test_each_check_finds_an_offender_and_no_innocent(school: Graph) -> None:
    assert found(school, "completion_declared_otherwise") == (6, ["enrolment:E4", "enrolment:E6"])
    assert found(school, "enrolled_and_never_came") == (6, ["enrolment:E5"])
    assert found(school, "nobody_ever_missed_a_session") == (1, [])
    assert found(school, "two_classes_on_one_day") == (11, [])
    assert found(school, "received_before_training") == (2, ["placement:P6"])
    assert found(school, "certificate_without_a_test") == (3, [])
    assert found(school, "months_of_a_site_are_missing") == (1, ["site:S1"])

    added(
        school,
        say.corrected("enrolment:E4", "L1", completed_on="2023-03-10", result="not_tested"),
        say.taken_back("enrolment:E5", "L2"),
        enrolled("F1: W1 in C2 on 2023-03-01"),
        held("U2: C2 on 2023-03-03", "W1"),
        counted("N2: S1 in 2023-01", 9),
        counted("N3: S1 in 2023-03", 9),
    )

    assert found(school, "completion_declared_otherwise") == (6, [])
    assert found(school, "nobody_ever_missed_a_session") == (1, ["course:C1"])
    assert found(school, "two_classes_on_one_day") == (12, ["meeting:U2"])
    assert found(school, "certificate_without_a_test") == (4, ["enrolment:E4"])
    assert found(school, "months_of_a_site_are_missing") == (1, [])
