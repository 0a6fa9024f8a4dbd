"""Importing: every row is reported with what becomes of it, and what stands is recorded once, whatever happens."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay import errors
from relay.domain import rulebook
from relay.domain.acts import SYSTEM_OFF
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER, NOTED
from relay.exchange import importing
from relay.exchange.exchange_format import read_folder_or_workbook
from relay.exchange.importing import (
    Count,
    DatabaseImporter,
    estimated_rows,
    import_by,
    import_programme,
    rehearse_then_import,
)
from relay.ledger import programme_heads, recording, verify
from relay.ledger.batch import USED_OTHERWISE, Clerk
from relay.ledger.recording import Rehearsal
from relay.service.terminal import plain
from tests.rigs import neo4j_server
from tests.scenes import acts as say
from tests.scenes.core import CORE, IN_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relay.domain.questions import Answers
    from relay.exchange.exchange_format import ReportRow
    from relay.graph import Graph
    from relay.settings import Connection

FAULTS: Final = Path(__file__).parents[1] / "folder_of_faults"
DEMO: Final = Path(__file__).parents[2] / "seeds" / "relay-demo"
CLERK: Final = Clerk(by="local:asha", now=datetime(2026, 11, 24, 6, 15, tzinfo=UTC), random=Random(1).randbytes)  # noqa: S311 - so that a run can be repeated
REPORT: Final = ("file", "row", "act_id", "action", "field", "value", "reason", "suggestion")

RULES: Final = """[programme]
id = "demo"
name = "Passing the Relay"
timezone = "Asia/Kathmandu"

[[rule]]
help = "goat"
unit = "animal"
given = 2
owed = 2
months = 24
from = 2020-01-01
"""
WOMEN: Final = "beneficiary_id\n" + "".join(f"W{number}\n" for number in range(1, 10))
GIFTS: Final = "gift_id,help,given_on\nG1,goat,2020-01-01\n"
PLACEMENTS: Final = "placement_id,gift_id,beneficiary_id,help,received_on,animals\nP1,G1,W1,goat,2020-03-01,2\n"
PASSES: Final = "pass_id,giver_placement_id,receiver_placement_id,beneficiary_id,passed_on,animals\n"


def folder(path: Path, **files: str) -> Path:
    """A folder of a programme with one placement, and what is given beside it or in its place."""
    files = {"beneficiaries": WOMEN, "gifts": GIFTS, "placements": PLACEMENTS, **files}
    path.mkdir()
    (path / "rules.toml").write_text(files.pop("rules", RULES), encoding="utf-8")
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def actions(report: Iterable[ReportRow]) -> dict[str | None, str]:
    return {row.act_id: row.action for row in report}


def counted(report: Iterable[ReportRow]) -> dict[str, int]:
    count = Count()
    for _ in count.through(report):
        pass
    return {action: rows for action, rows in count.actions.items() if rows}


def written_if_it_stands(
    graph: Graph, path: Path, *, strict: bool = True, answers: Answers = NO_ANSWER
) -> tuple[bool, Iterable[ReportRow]]:
    """What `relay import --apply`, with --strict unless told otherwise, does with a folder."""

    def report(writes: bool) -> Iterator[ReportRow]:  # noqa: FBT001 - as the command's own
        return import_by(DatabaseImporter(graph=graph, clerk=CLERK), path, apply=writes, answers=answers)

    return rehearse_then_import(report, apply=True, strict=strict)


def nodes(graph: Graph) -> int:
    found: int = graph.rows("MATCH (n) WHERE NOT n:Schema RETURN count(n) AS nodes")[0]["nodes"]
    return found


# --- the folder of faults ---------------------------------------------------------------------------------------------


def before_the_faults(graph: Graph) -> None:
    report = list(import_programme(graph, FAULTS / "before", CLERK, apply=True))
    assert {row.action for row in report} == {"added"}
    taken_back = recording.record(
        graph, "faults", [say.taken_back("pass:T3", "C1"), say.taken_back("event:E2", "C2")], CLERK
    )
    assert {outcome.action for outcome in taken_back} == {"added"}


def lines(report: Iterable[ReportRow]) -> list[str]:
    """The report as `relay import` prints it into a file."""
    return ["\t".join(REPORT)] + ["\t".join(plain(getattr(row, name)) for name in REPORT) for row in report]


def expected(name: str) -> list[str]:
    return (FAULTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()


def test_the_folder_of_faults_gives_exactly_the_report_that_is_checked_in(graph: Graph) -> None:
    before_the_faults(graph)

    for name in ("register", "spoiled"):
        there = nodes(graph)
        rehearsed = lines(import_programme(graph, FAULTS / name, CLERK, programme_id="faults"))
        assert nodes(graph) == there
        assert rehearsed == expected(name)
        assert lines(import_programme(graph, FAULTS / name, CLERK, programme_id="faults", apply=True)) == rehearsed
        again = lines(import_programme(graph, FAULTS / name, CLERK, programme_id="faults", apply=True))
        assert sorted(again) == sorted(line.replace("\tadded\t", "\tsame\t") for line in rehearsed)

    assert verify.verify(graph, "faults").ok


def personal_cells(name: str) -> Iterator[str]:
    for kind in IN_TABLES:
        file = FAULTS / name / f"{kind.file}.csv"
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            yield from (row[column.name] or "" for column in kind.columns if column.personal and column.name in row)


def test_no_report_holds_a_personal_value() -> None:
    names = {cell for cell in personal_cells("register") if len(cell) > 3}

    report = "\n".join(expected("register"))

    assert {"Another name", "Another donor", "9800000000", "A witness", "A report"} <= names
    assert [name for name in names if name in report] == []


def faulty_fields() -> set[tuple[str, str]]:
    rows = csv.DictReader(expected("register"), delimiter="\t")
    return {(row["file"], row["field"]) for row in rows if row["action"] == "put aside"}


def test_every_column_has_a_row_that_cannot_be_read() -> None:
    known = {(f"{kind.file}.csv", column.name) for kind in IN_TABLES for column in kind.columns}

    assert known - faulty_fields() == set()


def test_every_reference_has_a_row_that_points_at_nothing() -> None:
    rows = csv.DictReader(expected("register"), delimiter="\t")
    missing = {(row["file"], row["field"]) for row in rows if row["reason"].endswith("in the record.")}

    assert missing == {
        (f"{kind.file}.csv", column.name) for kind in IN_TABLES for column in kind.columns if column.refers_to
    }


def test_every_rule_that_a_row_can_break_refuses_one(graph: Graph) -> None:
    before_the_faults(graph)
    of_corrections: set[type[errors.RelayError] | errors.Failure[Any]] = {
        *(rulebook.StandingOnIt, rulebook.NOT_CORRECTABLE, rulebook.WITHIN_ITSELF),
        *(rulebook.SeveralReceipts, rulebook.WOULD_BREAK),
        *(rulebook.SAME_PERSON, rulebook.ON_HER_TELEPHONE, rulebook.CONFIRMED_ALREADY, rulebook.CORRECTED_SINCE),
        rulebook.ERASED_ALREADY,
        *(rulebook.CHOICE_LOST, rulebook.NEVER_CHANGED, rulebook.ENOUGH_COLUMNS),
    }
    of_systems: set[errors.Failure[Any]] = {  # there is none in these folders: tests/systems
        *(rulebook.SYSTEM_NEEDS, rulebook.CANNOT_BE_ENDED, rulebook.ENDED_ALREADY, rulebook.ENDED_BEFORE_IT_BEGAN),
        SYSTEM_OFF,
    }
    known = {
        kind.code
        for kind in vars(rulebook).values()
        if (isinstance(kind, errors.Failure) and issubclass(kind.branch, errors.Refused | errors.Conflict))
        or (
            isinstance(kind, type)
            and issubclass(kind, errors.Refused | errors.Conflict)
            and kind.__module__ == "relay.domain.rulebook"
        )
    }

    offered = [row.act for row in read_folder_or_workbook(FAULTS / "register", CORE) if row.act]
    outcomes, _ = Rehearsal(graph, "faults", CLERK, answers=NOTED).offer(offered)
    asked, _ = Rehearsal(graph, "faults", CLERK).offer(offered)

    refusals = {outcome.error.code for outcome in (*outcomes, *asked) if outcome.error}
    assert known - {rule.code for rule in (*of_corrections, *of_systems)} - refusals == set()
    assert USED_OTHERWISE.code in refusals


# --- what waits, and what nothing provides ----------------------------------------------------------------------------


def test_a_row_that_points_at_one_put_aside_is_put_aside_naming_what_is_missing(graph: Graph, tmp_path: Path) -> None:
    passes = f"{PASSES}T1,P1,P2,W2,2021-02-31,2\nT2,P2,P3,W3,2022-03-01,2\nT3,P1,P4,W4,2021-03-01,2\n"

    report = list(import_programme(graph, folder(tmp_path / "p", passes=passes), CLERK, apply=True))

    assert [(row.act_id, row.action, row.field, row.value) for row in report[-3:]] == [
        ("pass:T1", "put aside", "passed_on", "2021-02-31"),
        ("pass:T3", "added", None, None),
        ("pass:T2", "put aside", "giver_placement_id", "P2"),
    ]
    assert report[-1].reason == "There is no placement P2 in the record."


def test_when_the_row_that_begins_a_placement_is_refused_another_may_begin_it(graph: Graph, tmp_path: Path) -> None:
    passes = f"{PASSES}T1,P1,P2,W2,2021-03-01,0\nT2,P2,P3,W3,2022-03-01,2\n"
    passes += "T3,P3,P4,W4,2023-03-01,2\nT4,P1,P2,W2,2021-03-02,2\n"

    report = actions(import_programme(graph, folder(tmp_path / "p", passes=passes), CLERK, apply=True))

    assert {act_id: action for act_id, action in report.items() if act_id and act_id.startswith("pass:")} == {
        "pass:T1": "refused",
        "pass:T2": "added",
        "pass:T3": "added",
        "pass:T4": "added",
    }


RULE_OF_2025: Final = """
[[rule]]
help = "goat"
unit = "animal"
given = 2
owed = 1
months = 24
from = 2025-06-01
"""


@pytest.mark.parametrize(
    ("whole", "spoiled", "held"),
    [
        ("owed = 1", "owed = -1", {"P3", "P4", "P5"}),  # its help and its day can be read
        ("2025-06-01", '"2025-06-31"', {"P2", "P3", "P4", "P5"}),  # its day cannot
        ('"goat"', '"go.at"', {"P3", "P4", "P5", "H3"}),  # its help cannot
        ("months = 24", "month = 24", {"P3", "P4", "P5"}),  # it has a word that no rule has
        ("[[rule]]", "[[rules]]", {"P2", "P3", "P4", "P5", "H2", "H3"}),  # it may be anything
        ("2025-06-01", "2020-02-01", {"P2", "P3", "P4", "P5"}),  # refused: it would bind P1, which is recorded
        ("owed = 1", "owed = 1", set()),
    ],
)
def test_what_may_come_under_a_rule_that_cannot_be_recorded_waits_for_it(
    graph: Graph, tmp_path: Path, whole: str, spoiled: str, held: set[str]
) -> None:
    hens = RULES[RULES.index("[[rule]]") :].replace("goat", "hen")
    gifts = f"{GIFTS}G2,hen,2020-01-01\n"
    list(import_programme(graph, folder(tmp_path / "before", rules=RULES + hens, gifts=gifts), CLERK, apply=True))
    later = (
        f"{PLACEMENTS}P2,G1,W2,goat,2025-05-31,2\nP3,G1,W3,goat,2025-06-01,2\n"
        "H2,G2,W4,hen,2025-05-31,2\nH3,G2,W5,hen,2025-06-01,2\n"
    )
    passes = f"{PASSES}T1,P1,P4,W6,2025-06-02,1\nT2,P1,P5,W7,2025-07-01,1\n"
    rules = RULES + hens + RULE_OF_2025.replace(whole, spoiled)
    here = folder(tmp_path / "p", rules=rules, gifts=gifts, placements=later, passes=passes)

    report = list(import_programme(graph, here, CLERK, apply=True))

    waiting = {row.act_id for row in report if row.reason and "may fall under a rule" in row.reason}
    begun = {"placement:P2", "placement:P3", "placement:H2", "placement:H3", "pass:T1", "pass:T2"}
    assert waiting == {{"P4": "pass:T1", "P5": "pass:T2"}.get(each, f"placement:{each}") for each in held}
    assert {row.act_id for row in report if row.act_id in begun and row.action == "added"} == begun - waiting
    (here / "rules.toml").write_text(RULES + hens + RULE_OF_2025, encoding="utf-8")
    mended = actions(import_programme(graph, here, CLERK, apply=True))
    assert mended["rule:goat@2025-06-01"] == ("added" if held else "same")
    assert {mended[act_id] for act_id in begun} <= {"added", "same"}


OF_PREGNANT: Final = f'{RULE_OF_2025}condition = "pregnant"\n'


@pytest.mark.parametrize(
    ("before", "spoiled", "held"),
    [
        ("", ("owed = 1", "owed = -1"), {"placement:P3"}),  # it cannot be read, and binds the pregnant alone
        ("", ("animal", "rupee"), {"placement:P3"}),  # it is refused
        (RULE_OF_2025, ("owed = 1", "owed = -1"), {"placement:P3"}),  # the general one of that day is there
        (OF_PREGNANT, ("owed = 1", "owed = -1"), set()),  # it is there
        ("", ("pregnant", "expecting"), {"placement:P2", "placement:P3"}),  # nobody knows whom it binds
    ],
)
def test_a_rule_for_one_condition_leaves_the_others_alone(
    graph: Graph, tmp_path: Path, before: str, spoiled: tuple[str, str], held: set[str]
) -> None:
    list(import_programme(graph, folder(tmp_path / "before", rules=RULES + before), CLERK, apply=True))
    later = (
        "placement_id,gift_id,beneficiary_id,help,received_on,animals,condition\nP1,G1,W1,goat,2020-03-01,2,\n"
        "P2,G1,W2,goat,2025-06-01,2,\nP3,G1,W3,goat,2025-06-01,2,pregnant\n"
    )
    here = folder(tmp_path / "p", rules=RULES + OF_PREGNANT.replace(*spoiled), placements=later)

    report = import_programme(graph, here, CLERK, apply=True)

    assert {row.act_id for row in report if row.reason and "may fall under a rule" in row.reason} == held


def test_what_is_no_rule_holds_nothing_back(graph: Graph, tmp_path: Path) -> None:
    here = folder(tmp_path / "p", rules=f'contact = "Sita"\n{RULES}')

    report = list(import_programme(graph, here, CLERK))

    assert [(row.field, row.action) for row in report if row.action != "added"] == [("contact", "put aside")]


def test_a_rule_that_was_taken_back_and_stands_in_the_file_still_holds_nothing_back(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STEP", 1)
    monkeypatch.setattr(importing, "STEPS_HELD", 1)
    rules = RULES + RULE_OF_2025
    list(import_programme(graph, folder(tmp_path / "before", rules=rules), CLERK, apply=True))
    recording.record_one(graph, "demo", say.taken_back("rule:goat@2025-06-01"), CLERK)

    here = folder(tmp_path / "p", rules=rules, placements=f"{PLACEMENTS}P2,G1,W2,goat,2025-07-01,2\n")
    report = actions(import_programme(graph, here, CLERK, apply=True))

    assert (report["rule:goat@2025-06-01"], report["placement:P2"]) == ("put aside", "added")


@pytest.mark.parametrize("order", ["AB", "BA"])
def test_what_began_before_the_rule_is_no_matter_in_which_order_it_is_told(
    graph: Graph, tmp_path: Path, order: str
) -> None:
    list(import_programme(graph, folder(tmp_path / "before"), CLERK, apply=True))
    told = {"A": "T1,P1,P2,W2,2025-05-01,1\n", "B": "T2,P1,P2,W2,2025-07-01,1\n"}
    rules = RULES + RULE_OF_2025.replace("owed = 1", "owed = -1")
    here = folder(tmp_path / "p", rules=rules, passes=PASSES + "".join(told[each] for each in order))

    report = actions(import_programme(graph, here, CLERK, apply=True))

    assert {report["pass:T1"], report["pass:T2"]} == {"added"}


@pytest.mark.parametrize("order", ["ABXY", "YXBA", "BXAY", "XABY", "BYAX"])
def test_the_order_of_rows_decides_nothing(graph: Graph, tmp_path: Path, order: str) -> None:
    # P2 received by A first, when a goat was worth 1.5 pigs, and more by B; X and later Y give P3 a pig, which bears.
    goat = f"[[rule]]{RULES.partition('[[rule]]')[2]}"
    rules = (
        f"{RULES}equivalents = {{ pig = 1.5 }}\n{goat.replace('2020-01-01', '2021-01-15')}{goat.replace('goat', 'pig')}"
    )
    rows = {"A": "A,P1,P2,W2,2021-01-01,1,", "B": "B,P1,P2,W2,2021-02-01,1,", "X": "X,P2,P3,W3,2022-09-01,1,pig"}
    rows["Y"] = "Y,P2,P3,W3,2022-10-01,1,pig"
    events = "event_id,placement_id,kind,happened_on\nE,P3,birth,2022-09-15\n"
    passes = PASSES.replace("animals", "animals,help") + "".join(f"{rows[each]}\n" for each in order)

    here = folder(tmp_path / "p", rules=rules, passes=passes, events=events)
    report = actions(import_programme(graph, here, CLERK, apply=True))

    assert {report["event:E"], *(report[f"pass:{each}"] for each in order)} == {"added"}


@pytest.mark.parametrize(("step", "held"), [(1, 1), (7, 2), (5000, 8)])
def test_steps_of_any_size_give_the_same_report(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, step: int, held: int
) -> None:
    before_the_faults(graph)
    monkeypatch.setattr(importing, "STEP", step)
    monkeypatch.setattr(importing, "STEPS_HELD", held)

    report = lines(import_programme(graph, FAULTS / "register", CLERK, apply=True))

    assert sorted(report) == sorted(expected("register"))
    assert verify.verify(graph, "faults").ok


def test_what_may_be_a_slip_of_the_pen_is_noted_before_anything_is_written(graph: Graph, tmp_path: Path) -> None:
    passes = f"{PASSES}T1,P1,P2,W2,2021-03-01,1\nT2,P1,P3,W3,2021-03-01,2\n"  # three, and two are owed
    count = Count()

    report = count.through(import_programme(graph, folder(tmp_path / "p", passes=passes), CLERK))

    assert {row.act_id: row.notes for row in report if row.notes} == {
        "pass:T2": ("pass:T2: 1 more than owed has been passed on.",)
    }
    assert (count.noted, [row.act_id for row in count.first_noted]) == (1, ["pass:T2"])
    assert nodes(graph) == 0


# --- the programme ----------------------------------------------------------------------------------------------------


def test_a_dry_run_of_a_new_programme_writes_nothing_at_all(graph: Graph, tmp_path: Path) -> None:
    here = folder(tmp_path / "p")

    assert counted(import_programme(graph, here, CLERK)) == {"added": 13}
    assert nodes(graph) == 0
    assert counted(import_programme(graph, here, CLERK, apply=True)) == {"added": 13}
    assert counted(import_programme(graph, here, CLERK)) == {"same": 13}


def test_a_folder_that_names_no_programme_needs_one_named_where_there_is_not_just_one(
    graph: Graph, tmp_path: Path
) -> None:
    nameless = folder(tmp_path / "second", rules="", passes=f"{PASSES}T1,P1,P2,W2,2021-03-01,2\n")
    spoiled = folder(tmp_path / "spoiled", rules="[programme]\nid = 'Demo'\n")
    with pytest.raises(errors.Invalid, match="does not say which programme"):
        list(import_programme(graph, nameless, CLERK))

    list(import_programme(graph, folder(tmp_path / "first"), CLERK, apply=True))
    assert counted(import_programme(graph, nameless, CLERK)) == {"same": 11, "added": 1}
    with pytest.raises(errors.Invalid, match="does not say which programme"):
        list(import_programme(graph, spoiled, CLERK))

    other = folder(tmp_path / "other", rules=RULES.replace('"demo"', '"other"'))
    list(import_programme(graph, other, CLERK, apply=True))
    with pytest.raises(errors.Invalid, match="does not say which programme"):
        list(import_programme(graph, nameless, CLERK))
    assert counted(import_programme(graph, nameless, CLERK, programme_id="demo")) == {"same": 11, "added": 1}


def test_rows_of_a_programme_that_is_not_there_are_put_aside(graph: Graph, tmp_path: Path) -> None:
    nameless = folder(tmp_path / "p", rules="")

    report = list(import_programme(graph, nameless, CLERK, programme_id="nowhere", apply=True))

    assert {(row.action, row.reason) for row in report} == {
        ("put aside", "There is no programme nowhere in this database.")
    }
    assert nodes(graph) == 0


def test_why_a_programme_cannot_be_read_is_told_before_its_name_is_asked_for(graph: Graph, tmp_path: Path) -> None:
    report = import_programme(graph, folder(tmp_path / "p", rules="[programme]\nid = 'demo'\n"), CLERK)

    assert {next(report).field for _ in range(2)} == {"name", "timezone"}
    with pytest.raises(errors.Invalid, match="does not say which programme"):
        next(report)


def test_a_folder_of_another_programme_than_the_one_named_is_not_imported(graph: Graph, tmp_path: Path) -> None:
    here = folder(tmp_path / "p")

    with pytest.raises(errors.Invalid, match="belongs to programme demo, not to other"):
        list(import_programme(graph, here, CLERK, programme_id="other", apply=True))

    assert nodes(graph) == 0


def test_a_path_that_holds_no_programme_is_invalid(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(errors.Invalid):
        list(import_programme(graph, tmp_path / "nowhere", CLERK))


# --- strict, again, progress ------------------------------------------------------------------------------------------


def test_a_strict_import_writes_all_or_nothing(graph: Graph, tmp_path: Path) -> None:
    faulty = folder(tmp_path / "faulty", passes=f"{PASSES}T1,P1,P2,W2,2021-03-01,0\n")
    sound = folder(tmp_path / "sound", passes=f"{PASSES}T1,P1,P2,W2,2021-03-01,2\n")

    written, report = written_if_it_stands(graph, faulty)
    assert not written
    assert counted(report) == {"added": 13, "refused": 1}
    assert nodes(graph) == 0

    written, report = written_if_it_stands(graph, sound)
    assert written
    assert counted(report) == {"added": 14}
    assert programme_heads.head(graph, "demo").entries == 14


def test_a_twin_is_refused_unless_again(graph: Graph, tmp_path: Path) -> None:
    passes = f"{PASSES}T1,P1,P2,W2,2021-03-01,1\nT2,P1,P2,W2,2021-03-01,1\n"
    here = folder(tmp_path / "p", passes=passes)

    assert counted(import_programme(graph, here, CLERK, apply=True)) == {"added": 14, "refused": 1}
    assert counted(import_programme(graph, here, CLERK, apply=True, answers=EVERY_ANSWER)) == {"same": 14, "added": 1}


def test_a_second_placement_is_added_with_a_note_and_a_strict_import_refuses_it(graph: Graph, tmp_path: Path) -> None:
    passes = f"{PASSES}T1,P1,P2,W2,2021-03-01,1\nT2,P1,P2b,W2,2021-04-01,1\n"
    here = folder(tmp_path / "p", passes=passes)

    written, report = written_if_it_stands(graph, here)
    asked = list(report)[-1]
    assert not written
    assert (asked.act_id, asked.action, asked.field, asked.value) == (
        *("pass:T2", "refused", "receiver_placement_id", "P2b"),
    )
    assert asked.reason == "Beneficiary W2 already holds goat: placement P2."
    assert nodes(graph) == 0

    written, report = written_if_it_stands(graph, here, strict=False, answers=NOTED)
    added = list(report)[-1]
    assert written
    assert (added.act_id, added.action) == ("pass:T2", "added")
    assert added.notes == ("pass:T2: beneficiary W2 already held goat: placement P2.",)


def test_a_strict_import_takes_a_second_placement_with_again(graph: Graph, tmp_path: Path) -> None:
    passes = f"{PASSES}T1,P1,P2,W2,2021-03-01,1\nT2,P1,P2b,W2,2021-04-01,1\n"
    here = folder(tmp_path / "p", passes=passes)

    written, report = written_if_it_stands(graph, here, answers=EVERY_ANSWER)

    assert written
    assert counted(report) == {"added": 15}


def test_the_same_row_twice_is_recorded_once(graph: Graph, tmp_path: Path) -> None:
    here = folder(tmp_path / "p", passes=PASSES + "T1,P1,P2,W2,2021-03-01,2\n" * 2)

    report = list(import_programme(graph, here, CLERK, apply=True))

    assert [row.action for row in report[-2:]] == ["added", "same"]


def test_progress_is_told_after_each_step_and_the_rows_are_known_ahead(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STEP", 20)
    told: list[int] = []

    rows = len(list(import_programme(graph, FAULTS / "before", CLERK, progress=told.append)))

    assert told == [20, 35]
    assert rows == 35
    assert estimated_rows(FAULTS / "before") == 32  # the programme and its 2 rules are not counted ahead


# --- whatever happens meanwhile ---------------------------------------------------------------------------------------


def test_what_somebody_else_records_meanwhile_costs_nothing(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = say.clerk("local:maya", CLERK.now.date())
    passes = PASSES + "".join(f"T{n},P{n},P{n + 1},W{n + 1},202{n}-03-01,2\n" for n in range(1, 6))
    here = folder(tmp_path / "p", passes=passes)
    list(import_programme(graph, folder(tmp_path / "first"), CLERK, apply=True))
    monkeypatch.setattr(importing, "STEP", 2)

    def record_another(done: int) -> None:
        recording.record_one(graph, "demo", say.woman(f"X{done}"), other)

    report = list(import_programme(graph, here, CLERK, apply=True, progress=record_another))

    assert counted(report) == {"same": 13, "added": 5}
    assert programme_heads.head(graph, "demo").entries == 13 + 5 + 9
    assert verify.verify(graph, "demo").ok


def test_rules_that_stand_in_one_line_are_counted_each_for_itself(graph: Graph, tmp_path: Path) -> None:
    rule = '{help="goat",unit="animal",given=2,owed=2,months=24,from=2020-01-01}'
    spoiled = rule.replace("months=24", 'months="soon"').replace("goat", "pig")
    rules = f"rule = [{rule}, {spoiled}]\n{RULES.partition('[[rule]]')[0]}"
    path = folder(tmp_path / "a", rules=rules)

    assert counted(import_programme(graph, path, CLERK)) == {"added": 13, "put aside": 1}


def test_rules_under_a_heading_of_another_number_are_told_how_to_call_them(graph: Graph, tmp_path: Path) -> None:
    path = folder(tmp_path / "a", rules=RULES.replace("[[rule]]", "[[rules]]"))

    (told,) = (
        row for row in import_programme(graph, path, CLERK) if row.file == "rules.toml" and row.action != "added"
    )
    assert (told.field, told.suggestion) == ("rules", "Call it [[rule]].")


def test_an_import_takes_the_next_second_in_which_its_clerk_recorded_nothing(graph: Graph, tmp_path: Path) -> None:
    """She records at :15 and once more at :15; then at :10, since her clock had been ahead."""
    behind = replace(CLERK, now=CLERK.now - timedelta(seconds=5))
    began: list[str] = []

    for number, clerk in enumerate((CLERK, CLERK, behind)):
        path = folder(tmp_path / str(number), beneficiaries=f"{WOMEN}N{number}\n")
        judge = DatabaseImporter(graph=graph, clerk=clerk)
        assert counted(import_by(judge, path, apply=True))["added"]
        began.append(judge.at)

    assert began == ["2026-11-24T06:15:00Z", "2026-11-24T06:15:01Z", "2026-11-24T06:14:55Z"]


def test_an_import_that_is_killed_is_run_again_and_nothing_is_twice_or_missing(
    graph: Graph, connection: Connection, tmp_path: Path
) -> None:
    for name in ("rules.toml", "places.csv", "groups.csv", "beneficiaries.csv", "gifts.csv", "placements.csv"):
        shutil.copy(DEMO / name, tmp_path)
    rows = sum(1 for _ in read_folder_or_workbook(tmp_path, CORE))
    ends = [0]

    for patience in (0, 2, 7):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.rigs.importer", str(tmp_path)],
            stdout=subprocess.PIPE,
            env=os.environ | neo4j_server.settings(connection),
        ) as clerk:
            assert clerk.stdout
            for _ in range(1 + patience):
                clerk.stdout.readline()  # another step was judged, and is on its way
            clerk.kill()
        ends += [head.entries for head in programme_heads.heads(graph)]

    report = counted(import_programme(graph, tmp_path, CLERK, apply=True))
    assert sum(report.values()) == rows
    assert report.keys() <= {"added", "same"}
    assert programme_heads.head(graph, "relay-demo").entries == rows
    assert ends == sorted(ends)
    assert 0 < ends[-1] < rows
    assert verify.verify(graph, "relay-demo").ok
