"""Goals on the command line, on pages, in files and in the audit.

W1 to W6 aim at goats since 2022: W1 to W5 run, W6 was not found. Nobody visited W7.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relay.audit import run
from relay.backup import ledger_backup
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import verify
from relay.settings import Settings
from relay.systems.goals.checks import CHECKS
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.goals.scene import added, aims, earning, outcomes, stepped, visited
from tests.web.readers import with_names

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

WOMEN = range(1, 7)


@pytest.fixture
def season(village: Graph) -> Graph:
    added(
        village,
        *(aims(f"O{each}: W{each} on 2022-06-30", baseline_income=1000, target_income=1500) for each in WOMEN),
        *(visited(f"V{each}: O{each} on 2023-06-30, running", **earning(6000 + each * 60, 0, 5)) for each in WOMEN[:5]),
        visited("V6: O6 on 2023-06-30, not_found"),
        aims("O7: W7 on 2022-06-30", activity="vegetables"),
        *(stepped(f"S{each}: training of O{each}", planned_on="2022-07-01", done_on="2022-08-01") for each in WOMEN),
    )
    return village


@pytest.fixture
def client(season: Graph, tmp_path: Path) -> FlaskClient:
    return create_app(season, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def seen(client: FlaskClient, page: str, **query: str) -> str:
    answer = client.get(f"/p/demo/{page}", query_string={"as_of": "2024-06-30", **query}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_goals_are_listed_with_figures_and_without_any_income(
    alone: Shell, connection: Connection, season: Graph
) -> None:
    assert season.catalogue.systems
    alone.use(connection)
    found = alone.ok("goals", "--json", "--as-of", "2024-06-30").json

    assert [row["goal_id"] for row in found["goals"]] == [f"O{each}" for each in range(1, 8)]
    assert found["goals"][0]["status"] == "running"
    assert "income" not in "".join(found["goals"][0])
    year, two = found["running"]
    assert year["months"] == 12
    assert year["of_set"] == {"numerator": 5, "denominator": 7, "share": 5 / 7}
    assert year["of_found"] == {"numerator": 5, "denominator": 5, "share": 1.0}
    assert two["of_set"] == {"numerator": "<5", "denominator": 7, "share": None}
    assert found["income"]["above_baseline"] == {"numerator": 5, "denominator": 5, "share": 1.0}
    assert found["income"]["median"] == 236  # (6000 + 180) / 5 - 1000
    assert found["steps"] == {"numerator": 6, "denominator": 6, "share": 1.0}
    assert found["building"] == {"numerator": "<5", "denominator": "<5", "share": None}
    assert found["others"] == {"numerator": 5, "denominator": 7, "share": 5 / 7}
    assert [*found["intervals"]] == ["others"]
    assert found["unvisited"] == [f"O{each}" for each in range(1, 8)]
    shown = alone.ok("goals", "--as-of", "2024-06-30")
    assert "income median\t236" in shown.out
    assert "5 of 7, between 29.0% and 96.3%" in shown.out
    assert "association, not proof" in shown.err
    alone.ok("goals", "visit", "O7", "--status", "running", "--on", "2024-06-01", "--jobs", "2")
    alone.ok("goals", "step", "O7", "--step", "capital", "--planned-on", "2024-05-01", "--done-on", "2024-06-01")
    added_ = alone.ok(
        *("goals", "add", "--id", "O8", "--beneficiary", "W8", "--kind", "study", "--activity", "goats"),
        *("--on", "2024-06-01"),
    )
    assert "goal:O8" in added_.out
    assert alone.ok("goals", "--json", "--as-of", "2024-06-30").json["goals"][6]["visits"] == 1


def test_open_goals_that_nobody_visited_stand_in_the_visit_list(
    alone: Shell, connection: Connection, season: Graph
) -> None:
    added(season, visited("V9: O6 on 2024-01-01, running"))
    alone.use(connection)

    rows = alone.ok("todo", "--json", "--as-of", "2024-06-30").json

    assert {row["beneficiary_id"] for row in rows if "goal_unvisited" in row["reasons"]} == {
        *("W1", "W2", "W3", "W4", "W5", "W7")
    }


def test_they_stand_on_a_page_and_on_her_record_and_have_forms(client: FlaskClient, season: Graph) -> None:
    page = seen(client, "goals")
    read = re.sub("<[^>]+>", "", page)
    assert "5 of 7" in read
    assert "&lt;5 of 7" in read
    assert "236" in page
    assert "Name of W6" not in page
    assert "Name of W6" in seen(with_names(client), "goals")
    assert "goal:O6" in seen(client, "record/beneficiary:W6")
    assert "not found" in seen(client, "record/beneficiary:W6")
    assert 'name="set_on"' in seen(client, "record/beneficiary:W8/goal")
    assert 'name="status"' in seen(client, "record/goal:O1/goal-visit")
    form = seen(client, "record/goal:O1/goal-step")
    hidden = {each: re.findall(f'name="{each}" value="([^"]+)"', form)[0] for each in ("csrf_token", "own_id", "seen")}
    said = {"step": "licence", "done_on": "2024-06-02", "form.step": "record"}
    step = client.post("/p/demo/record/goal:O1/goal-step", data=hidden | said)
    assert step.status_code == 303, "a step is a column, and no press of a button"
    assert "Objectifs" in seen(client, "goals", lang="fr")
    assert "लक्ष्य" in seen(client, "goals", lang="ne")

    added(season, say.corrected("programme:demo", "K1", systems=None))
    assert client.get("/p/demo/goals").status_code == 404
    assert "/goal" not in seen(client, "record/beneficiary:W8")


def test_her_record_tells_her_goals_and_no_income(alone: Shell, connection: Connection, season: Graph) -> None:
    assert season.catalogue.systems
    alone.use(connection)

    (hers,) = alone.ok("show", "W6", "--json", "--as-of", "2024-06-30").json["goals"]

    assert (hers["goal_id"], hers["status"], hers["visits"]) == ("O6", "not_found", 1)
    assert not [name for name in hers if "income" in name]
    assert "not_found" in alone.ok("show", "W6", "--as-of", "2024-06-30").out
    assert "goals" not in alone.ok("show", "W8", "--json").json


def test_they_are_exported_imported_backed_up_and_erased(season: Graph, tmp_path: Path) -> None:
    # W6 stopped and set herself another goal of that kind, which her file tells before the visit
    added(season, visited("V9: O6 on 2024-01-01, stopped"), aims("O9: W6 on 2024-02-01"))
    lines = list(ledger_backup.backup_lines(season))
    export_programme(season, "demo", tmp_path / "folder", with_names=True)

    wiped(season)
    report = import_programme(season, tmp_path / "folder", say.clerk(), apply=True)
    assert {row.action for row in report} == {"added"}
    ledger_backup.restore(wiped(season), lines, say.clerk())
    assert list(ledger_backup.backup_lines(season)) == lines

    export_programme(season, "demo", tmp_path / "nameless", with_names=False)
    assert "1000" not in (tmp_path / "nameless" / "goals.csv").read_text("utf-8-sig")
    added(season, say.erased("beneficiary:W1", "X1"))
    (left,) = season.rows(
        "MATCH (g:Goal {goal_id: 'O1'}) "
        "RETURN COLLECT { MATCH (o:Personal {key: g.key}) RETURN o.baseline_income } AS incomes"
    )
    assert {*left["incomes"]} <= {None}
    assert verify.verify(season, "demo").ok


def found(graph: Graph, check_id: str) -> tuple[int, list[str]]:
    """How many the check looked at, and what it found."""
    check = next(each for each in run.audit(graph, "demo", say.TODAY).checks if each.check_id == check_id)
    return check.population, [finding.subject_id for finding in check.findings]


def test_each_check_finds_an_offender_and_no_innocent(season: Graph) -> None:
    assert found(season, "goal_never_visited") == (7, ["goal:O7"])
    assert found(season, "income_before_is_missing") == (7, ["goal:O7"])
    assert found(season, "income_is_the_target") == (5, [])
    assert found(season, "same_income_of_two_women") == (5, [])

    outcomes(
        season,
        visited("V8: O6 on 2023-08-01, running", **earning(1600, 100)),
        visited("V9: O5 on 2023-08-01, running", **earning(1600, 100)),
        aims("O8: W8 on 2023-06-30", baseline_income=1),
        visited("V10: O7 on 2023-06-30, running"),
        visited("V11: O8 on 2023-06-30, running"),
        by="local:bina",
    )

    assert found(season, "income_is_the_target") == (7, ["goal_visit:V8", "goal_visit:V9"])
    assert found(season, "same_income_of_two_women") == (7, ["goal_visit:V8"])
    assert found(season, "goal_never_visited") == (8, [])
    assert found(season, "goals_visited_in_one_day") == (4, [])
    day = "2024-01-15, running"
    outcomes(season, *(visited(f"D{each}: O{each} on {day}") for each in range(1, 9)), by="local:bina")
    assert found(season, "goals_visited_in_one_day") == (12, ["goal_visit:D1"])
    assert len(CHECKS) == 5
