"""Planning on the command line: who waits, who is named, what is proposed and accepted.

Municipality M, with ward 1 (W1, W3, W4) and ward 2 (W2, W5), 11 km north. P1 (W1) owes 1 goat, and P2 (W2) 2 goats,
where a placement receives 1.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from relay.ledger import verify
from relay.service.question import Source
from relay.service.questions.chain_health import HealthQuestion
from relay.systems.planning import proposal
from tests.scenes import acts as say
from tests.systems.planning.scene import added, checked, ended, planned

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON = ("--as-of", "2024-06-30")


@pytest.fixture
def shell(alone: Shell, connection: Connection, meadow: Graph) -> Shell:
    """Give a shell on it."""
    assert meadow.catalogue.systems
    alone.use(connection)
    return alone


def test_the_waiting_list_is_in_the_public_order(shell: Shell) -> None:
    found = shell.ok("request", "list", "--json", *ON).json

    assert [(row["request_id"], row["rank"], row["state"], row["stale"]) for row in found] == [
        ("R5", 1, "ready", False),
        ("R6", 2, "waiting", True),
        ("R4", 3, "ready", False),
        ("R3", 4, "ready", False),
    ]
    assert list(found[0]) == ["request_id", "beneficiary_id", "help", "asked_on", "state", "stale", "rank"]
    assert [row["request_id"] for row in shell.ok("request", "list", "--json", "--as-of", "2024-01-01").json] == [
        "R6",
        "R4",
    ]


def test_what_is_proposed_is_recorded_only_when_it_is_accepted(shell: Shell, meadow: Graph) -> None:
    found = shell.ok("plan", "propose", "--json", *ON).json

    rows = [(row["giver_placement_id"], row["request_id"], row["km"]) for row in found]
    assert rows == [("P2", "R5", 0.0), ("P1", "R4", 0.0), ("P2", "R3", 11.1)]
    assert shell.ok("plan", "list", "--json", *ON).json == []

    said = shell.ok("plan", "accept", "R5", "R3", "--expected-on", "2024-12-01", *ON)
    assert "Planned: 2. Not planned: 0." in said.err
    plans = shell.ok("plan", "list", "--json", *ON).json
    assert {(row["giver_placement_id"], row["beneficiary_id"], row["state"]) for row in plans} == {
        ("P2", "W5", "open"),
        ("P2", "W3", "open"),
    }
    assert said.err.count("in the public order") == 1
    assert "number 2 in the public order" in said.err  # R4, who is proposed too, comes before R3; R6 is not ready
    assert [row["request_id"] for row in shell.ok("plan", "propose", "--json", *ON).json] == ["R4"]
    assert "R5 is not proposed." in shell.run("plan", "accept", "R5", *ON).err
    # R6 comes before R4 in the order, and cannot be served: nobody was passed over
    assert "in the public order" not in shell.ok("plan", "accept", "--all", *ON).err
    assert verify.verify(meadow, "demo").ok


def test_requests_checks_plans_and_ends_are_recorded_by_their_commands(shell: Shell) -> None:
    shell.ok("request", "add", "--id", "R9", "--beneficiary", "W2", "--of", "pig", "--on", "2024-03-01")
    shell.ok("request", "check", "R6", "--wants", "no", "--on", "2024-03-01")
    added_ = shell.ok(
        *("plan", "add", "--id", "N1", "--giver-placement", "P1", "--beneficiary", "W3", "--of", "goat"),
        *("--on", "2024-03-01", "--rank", "4"),
    )
    assert "number 4" in added_.err
    shell.ok("end", "plan:N1", "--on", "2024-04-01", "--reason", "she moved")

    states = {row["request_id"]: row["state"] for row in shell.ok("request", "list", "--json", *ON).json}
    assert states == {"R3": "ready", "R4": "ready", "R5": "ready", "R6": "ended", "R9": "waiting"}
    assert [row["state"] for row in shell.ok("plan", "list", "--json", *ON).json] == ["ended"]
    assert [row["state"] for row in shell.ok("plan", "list", "--json", "--as-of", "2024-03-31").json] == ["open"]


def test_the_sheet_of_a_ceremony_names_whom_each_giver_is_planned_to_hand_over_to(
    shell: Shell, meadow: Graph, tmp_path: Path
) -> None:
    added(meadow, planned("N1: P1 > W3 on 2024-06-01"))
    shell.ok("ceremony", "sheet", str(tmp_path / "day.csv"), "--place", "1", "--on", "2024-07-15")
    rows = list(csv.DictReader((tmp_path / "day.csv").read_text("utf-8-sig").splitlines()))

    assert {(row["giver"], row["receiver"]) for row in rows if row["giver"]} >= {("P1", "W3")}
    assert not any(row["receiver"] for row in rows if row["giver"] != "P1")


def test_rates_say_what_they_are_made_of(meadow: Graph, tmp_path: Path) -> None:
    from relay.systems.planning.questions import PlanningRate

    added(meadow, planned("N1: P1 > W3 on 2024-01-10"), say.passed("T2: P1 > P3 on 2024-03-03", 1))
    added(meadow, planned("N2: P2 > W4 on 2024-05-01"), checked("C1: R6 on 2024-05-01"))

    found = PlanningRate(as_of=say.TODAY).answer(Source(graph=meadow, folder=tmp_path), "demo")

    assert (found.from_list.numerator, found.from_list.denominator) == (1, 3)
    assert (found.from_plan.numerator, found.from_plan.denominator) == (1, 2)
    assert found.asked_to_received_days == 60  # 3 January to 3 March of a leap year
    assert found.served == ("R3",)
    assert (found.planned_of_due.numerator, found.planned_of_due.denominator) == (0, 0)


def test_figures_of_the_relay_do_not_change_by_a_plan(meadow: Graph, tmp_path: Path) -> None:
    source = Source(graph=meadow, folder=tmp_path)
    before = HealthQuestion(as_of=say.TODAY).answer(source, "demo")

    added(meadow, planned("N1: P1 > W3 on 2024-01-10"), ended("X1: request:R4 on 2024-02-01"))

    assert HealthQuestion(as_of=say.TODAY).answer(source, "demo") == before


def test_a_place_can_be_proposed_alone_and_must_be_there(shell: Shell) -> None:
    rows = shell.ok("plan", "propose", "--json", "--place", "2", *ON).json

    assert [(row["giver_placement_id"], row["request_id"]) for row in rows] == [("P2", "R5")]
    assert "There is no place 9" in shell.run("plan", "propose", "--place", "9", *ON).err


def test_too_many_hand_overs_of_one_municipality_are_proposed_place_by_place(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal, "MOST_HAND_OVERS", 2)  # as if 700 were on the meadow, where 3 are

    refused = shell.run("plan", "propose", *ON)

    assert refused.code != 0
    assert "3 hand-overs of goat and 3 women in M are too many to propose at once." in refused.err
    assert "--place" in refused.err
    found = shell.ok("plan", "propose", "--place", "2", "--json", *ON).json
    assert [row["request_id"] for row in found] == ["R5"]
