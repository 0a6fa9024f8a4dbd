"""Groups on the command line: a meeting in one line, its roster by exceptions, and what the figures are made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from relay.ledger import recording, verify
from tests.scenes import acts as say
from tests.systems.groups.scene import added, ended, keeps, member, met, officer

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON = ("--as-of", "2024-01-14")


@pytest.fixture
def shell(alone: Shell, connection: Connection, village: Graph) -> Shell:
    """Give a shell on it."""
    assert village.catalogue.systems
    alone.use(connection)
    return alone


def rosters(graph: Graph) -> dict[str, tuple[str, str, str]]:
    rows = graph.rows("MATCH (m:Meeting) RETURN m.meeting_id AS id, m.present AS p, m.late AS l, m.excused AS e")
    return {row["id"]: (row["p"] or "", row["l"] or "", row["e"] or "") for row in rows}


def test_a_roster_is_everybody_but(shell: Shell, village: Graph) -> None:
    said = shell.ok(
        *("meeting", "A", "--id", "T1", "--kind", "regular", "--on", "2023-05-01"),
        *("--present", "all", "--except", "W4", "--late", "W3", "--excused", "W2"),
    )

    assert rosters(village) == {"T1": ("W1", "W3", "W2")}
    assert "regular meeting on 2023-05-01" in said.err
    assert "There: 1. Late: 1. Excused: 1." in said.err
    assert (
        "no member of A on 2023-07-01: W4"
        in shell.run(
            "meeting", "A", "--kind", "regular", "--on", "2023-07-01", "--present", "all", "--except", "W4"
        ).err
    )
    assert "goes with --present all" in shell.run("meeting", "A", "--kind", "regular", "--except", "W4").err
    rehearsed = shell.ok("meeting", "A", "--kind", "regular", "--on", "2023-06-01", "--present", "W1,W2", "--dry-run")
    assert "nothing was recorded" in rehearsed.err
    assert rosters(village).keys() == {"T1"}


def test_a_second_meeting_of_a_day_is_asked_about(shell: Shell, village: Graph) -> None:
    one = ("meeting", "A", "--kind", "regular", "--on", "2023-05-01")
    shell.ok(*one, "--id", "T1")

    assert "already has a meeting of that kind on that day: meeting:T1" in shell.run(*one, "--id", "T2").err
    shell.ok(*one, "--id", "T2", "--again")
    shell.ok("meeting", "--kind", "event", "--on", "2023-05-01", "--women", "40", "--girls", "3")
    assert len(rosters(village)) == 3


def test_a_group_is_shown_with_what_its_figures_are_made_of(shell: Shell, village: Graph) -> None:
    added(
        village,
        met("T0: A on 2023-01-01", present="W1"),
        met("T1: A on 2023-02-01", present="W1;W2", late="W4"),
        met("T2: A on 2023-05-01", present="W1", excused="W3"),
        officer("O1: W1 chair of A on 2023-02-01"),
        say.corrected("membership:M3", "K1", member_no="2"),
        say.corrected("membership:M1", "K2", member_no="10"),
    )

    rows = {row["group_id"]: row for row in shell.ok("groups", "--json", *ON).json}
    assert rows["A"] == {
        "group_id": "A",
        "kind": "womens_group",
        "place_id": None,
        "members": 3,
        "joined": 1,
        "members_kept": {"numerator": 2, "denominator": 3, "share": pytest.approx(2 / 3)},
        "last_met_on": "2023-05-01",
        "attendance": {"numerator": 4, "denominator": 7, "share": pytest.approx(4 / 7)},
        "without_roster": 0,
        "meetings_held": {"numerator": 2, "denominator": 12, "share": pytest.approx(1 / 6)},
        "vacant": ["treasurer"],
    }
    assert rows["B"]["attendance"] == {"numerator": 0, "denominator": 0, "share": None}
    assert (rows["B"]["members"], rows["B"]["last_met_on"]) == (1, None)

    found = shell.ok("groups", "A", "--json", *ON).json
    assert [(row["beneficiary_id"], row["member_no"], row["since"]) for row in found["members"]] == [
        ("W3", "2", "2023-03-01"),
        ("W1", "10", "2023-01-01"),
        ("W2", None, "2023-01-01"),
    ]
    assert [row["attendance"]["numerator"] for row in found["members"]] == [0, 2, 1]
    assert found["members"][1]["offices"] == ["chair"]
    assert [(row["meeting_id"], row["attended"], row["expected"], row["has_quorum"]) for row in found["meetings"]] == [
        ("T2", 1, 4, False),
        ("T1", 3, 3, True),
    ]
    assert found["placements"]["total"] == 2
    assert found["placements"]["fulfilled_of_due"] == {"numerator": 0, "denominator": 1, "share": 0.0}
    assert found["covered"] == {"numerator": 0, "denominator": 1, "share": 0.0}
    shown = shell.ok("groups", "A", *ON).out
    assert "57.1% (4 of 7)" in shown
    assert "Name of W3" in shown
    assert "There is no group Z" in shell.run("groups", "Z", *ON).err


def test_memberships_offices_and_custodies_are_recorded_and_ended(shell: Shell, village: Graph) -> None:
    shell.ok("membership", "--id", "M6", "--group", "A", "--beneficiary", "W6", "--on", "2023-02-01")
    shell.ok("office", "--id", "O1", "--group", "A", "--beneficiary", "W6", "--office", "chair", "--on", "2023-03-01")
    shell.ok("end", "membership:M6", "--on", "2023-08-31", "--reason", "she moved")
    assert shell.ok("groups", "A", "--json", *ON).json["group"]["vacant"] == ["chair", "treasurer"]

    shell.ok(
        *("custody", "add", "--id", "C1", "--animal", "B1", "--of", "goat", "--owner-group", "A"),
        *("--keeper-group", "A", "--on", "2023-01-01"),
    )
    shell.ok("end", "custody:C1", "--on", "2023-12-31", "--reason", "rotation")
    shell.ok(
        *("custody", "add", "--id", "C2", "--animal", "B1", "--of", "goat", "--owner-group", "A"),
        *("--keeper-group", "B", "--on", "2024-01-01"),
    )
    rows = shell.ok("custody", "list", "--json", *ON).json
    assert [(row["custody_id"], row["keeper"], row["days"], row["reason"]) for row in rows] == [
        ("C1", "group:A", 365, "rotation"),
        ("C2", "group:B", 14, None),
    ]
    assert [row["custody_id"] for row in shell.ok("groups", "B", "--json", *ON).json["custodies"]] == ["C2"]
    assert verify.verify(village, "demo").ok


def test_a_programme_without_groups_sees_no_word_of_them(shell: Shell, village: Graph) -> None:
    assert "by-group" in shell.ok("pass-on", "--help").out
    added(village, say.corrected("programme:demo", "K1", systems=None))

    assert "  meeting " not in shell.ok("--help").out
    assert "by-group" not in shell.ok("pass-on", "--help").out
    assert "guarantor" not in shell.ok("place", "--help").out
    assert "does not use" in shell.run("groups").err
    assert "group" in json.dumps(shell.ok("show", "group:A", "--json").json)


def test_help_tells_of_the_systems_of_the_programme_that_is_meant(shell: Shell, village: Graph) -> None:
    """Demo has groups; hills, in the same database, has none."""
    recording.record(village, "hills", [say.programme("hills")], say.clerk())

    assert "  meeting " in shell.ok("--help").out, "one of them has groups, and none is named"
    assert "  meeting " in shell.ok("--programme", "demo", "--help").out
    assert "  meeting " not in shell.ok("--programme", "hills", "--help").out
    assert "by-group" not in shell.ok("--programme", "hills", "pass-on", "--help").out
    shell.ok("programme", "use", "hills")
    assert "  meeting " not in shell.ok("--help").out
    assert "  meeting " in shell.ok("--programme", "demo", "--help").out


def test_members_under_two_ids_are_counted_once(shell: Shell, village: Graph) -> None:
    added(
        village, say.same("S1: W6 = W2"), member("M6: W6 in B on 2023-01-01"), ended("E1: membership:M1 on 2023-06-01")
    )
    added(village, met("T1: A on 2023-06-01", present="W1;W6"), keeps("C1: W2 has B1 of A on 2023-06-01"))

    found = shell.ok("groups", "A", "--json", *ON).json
    assert [row["beneficiary_id"] for row in found["members"]] == ["W3", "W6"]
    assert found["meetings"][0]["attended"] == 2
    assert found["placements"]["total"] == 1
