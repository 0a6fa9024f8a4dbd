"""Importing on both engines: a dry run says what a writing one does, nothing is doubled, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from relay import graph as relay_graph
from relay import importing, ledger, verify
from relay.config import Connection
from relay.errors import Invalid, Unavailable
from relay.exchange import ReportRow, estimated_rows, write_folder, write_workbook
from relay.importing import Count, NoProgrammeNamed, OtherProgramme, import_programme, rehearse_then_import
from tests.acts import (
    TODAY,
    beginnings,
    clerk,
    corrected,
    happened,
    passed,
    placed,
    programme,
    rule,
    taken_back,
    woman,
)
from tests.faulty_line import between

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.acts import Act
    from relay.graph import Graph

KILLED = """
import sys
from relay import importing
importing.STEP = 50
import cli
sys.argv = ["relay", "import", sys.argv[1], "--apply"]
cli.main()
"""
"""`relay import PATH --apply` in small steps, so that a small programme takes many."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes its programme."""
    return tmp_path / "programme"


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit every 4 rows, and forget every 2 steps, so that a small programme is like a large one."""
    monkeypatch.setattr(importing, "STEP", 4)
    monkeypatch.setattr(importing, "STEPS_HELD", 2)


def write(path: Path, *acts: Act) -> None:
    write_folder(path, acts, with_names=True)


def run(graph: Graph, path: Path, *, by: str = "local:asha", **options: Any) -> list[ReportRow]:
    return list(import_programme(graph, path, clerk(by), **options))


def ends(report: list[ReportRow]) -> dict[str, str]:
    """Act id → what became of it."""
    return {str(row.act_id): row.action for row in report}


def only(report: list[ReportRow], act_id: str) -> ReportRow:
    (found,) = (row for row in report if row.act_id == act_id)
    return found


def stands(graph: Graph) -> bool:
    """Whether the ledger and all of the graph agree."""
    return verify.verify(graph, "demo").ok


def entries(graph: Graph) -> list[str]:
    return [entry.act_id for entry in ledger.entries(graph, "demo")]


def nodes(graph: Graph) -> int:
    found: int = graph.rows("MATCH (n) WHERE NOT n:Schema RETURN count(n) AS nodes")[0]["nodes"]
    return found


def odd_rows() -> list[Act]:
    """A programme with a row for each end: T1 and T2 stand, a twin, one too early, two that point at nothing."""
    return [
        *beginnings(5),
        placed("P1 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01", 1),
        passed("T2: P1 > P3 on 2021-03-01", 1),
        passed("T3: P1 > P3 on 2021-03-01", 1),
        passed("T4: P2 > P4 on 2020-12-01"),
        passed("T5: P9 > P5 on 2022-03-01"),
        happened("E1: birth of P1 on 2020-12-01"),
        happened("E2: birth of P4 on 2022-12-01"),
    ]


REFUSED, PUT_ASIDE = ("pass:T3", "pass:T4"), ("pass:T5", "event:E2")


# --- what a dry run promises ------------------------------------------------------------------------------------------


def test_a_dry_run_says_exactly_what_a_writing_one_does_and_writes_nothing(graph: Graph, path: Path) -> None:
    write(path, *odd_rows())

    promised = run(graph, path)
    untouched = nodes(graph)
    done = run(graph, path, apply=True)

    assert untouched == 0
    assert promised == done
    assert {act_id for act_id, action in ends(done).items() if action == "refused"} == {*REFUSED}
    assert {act_id for act_id, action in ends(done).items() if action == "put aside"} == {*PUT_ASIDE}
    assert stands(graph)


@pytest.mark.usefixtures("small_steps")
def test_in_small_steps_the_same_rows_come_to_the_same_end(graph: Graph, path: Path) -> None:
    write(path, *odd_rows())

    promised = run(graph, path)
    done = run(graph, path, apply=True)

    assert promised == done
    assert {act_id for act_id, action in ends(done).items() if action != "added"} == {*REFUSED, *PUT_ASIDE}
    assert stands(graph)


def test_what_is_imported_again_is_the_same_and_changes_nothing(graph: Graph, path: Path) -> None:
    write(path, *odd_rows())
    run(graph, path, apply=True)
    before = ledger.head(graph, "demo")

    again = run(graph, path, apply=True)

    assert {act_id for act_id, action in ends(again).items() if action == "same"} == {*entries(graph)}
    assert {act_id for act_id, action in ends(again).items() if action == "refused"} == {*REFUSED}
    assert ledger.head(graph, "demo") == before


def test_a_strict_import_writes_nothing_when_one_row_cannot_stand(graph: Graph, path: Path) -> None:
    write(path, *odd_rows())

    report = list(rehearse_then_import(graph, path, clerk(), apply=True, strict=True, again=False))

    assert only(report, "pass:T3").action == "refused"
    assert only(report, "pass:T1").action == "added"
    assert nodes(graph) == 0


def test_a_strict_import_writes_everything_when_every_row_stands(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01"))

    report = list(rehearse_then_import(graph, path, clerk(), apply=True, strict=True, again=False))

    assert {row.action for row in report} == {"added"}
    assert entries(graph) == [row.act_id for row in report]


# --- put aside, refused, same, twin -----------------------------------------------------------------------------------


def test_a_row_that_points_at_nothing_is_put_aside_with_its_cell(graph: Graph, path: Path) -> None:
    write(path, *odd_rows())

    row = only(run(graph, path), "pass:T5")

    assert (row.file, row.row, row.field, row.value) == ("passes.csv", 6, "giver_placement_id", "P9")
    assert row.reason == "There is no placement P9 in the record."
    assert row.suggestion == "Record it first, or correct the id."


def test_a_twin_is_refused_unless_it_is_asked_for_again(graph: Graph, path: Path) -> None:
    write(path, *odd_rows())

    refused = only(run(graph, path), "pass:T3")
    recorded = run(graph, path, apply=True, again=True)

    assert refused.reason == "pass:T3 is already recorded as pass:T2: the same giver, receiver, day and units."
    assert only(recorded, "pass:T3").action == "added"
    assert only(recorded, "pass:T4").action == "refused"


def test_a_known_id_with_other_content_is_refused_and_names_the_column(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2), placed("P1 on 2020-03-01"))
    run(graph, path, apply=True)

    write(path, *beginnings(2), placed("P1 on 2020-03-02"))
    report = run(graph, path, apply=True)

    row = only(report, "placement:P1")
    assert (row.action, row.field, row.value) == ("refused", "received_on", "2020-03-02")
    assert {row.action for row in report if row.act_id != "placement:P1"} == {"same"}


def test_a_row_without_a_name_is_the_same_as_one_with_it_and_another_name_is_not_shown(graph: Graph, path: Path) -> None:
    write(path, *beginnings(1))
    run(graph, path, apply=True)

    write_folder(path, beginnings(1), with_names=False)
    nameless = run(graph, path)
    write(path, *beginnings(0), woman("W1", name="Another Woman", household_id="H1"))
    row = only(run(graph, path), "beneficiary:W1")

    assert {row.action for row in nameless} == {"same"}
    assert (row.action, row.field, row.value) == ("refused", "name", "")
    assert "Another Woman" not in f"{row}"


def test_a_row_twice_in_a_file_is_added_once_and_the_same_once(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2), placed("P1 on 2020-03-01"), placed("P1 on 2020-03-01"))

    report = run(graph, path, apply=True)

    assert [row.action for row in report if row.act_id == "placement:P1"] == ["added", "same"]


def test_what_was_taken_back_is_put_aside_and_what_stands_on_it_refused(graph: Graph, path: Path) -> None:
    acts = [*beginnings(3), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01")]
    ledger.record(graph, "demo", [*acts, taken_back("pass:T1")], clerk())
    write(path, *acts, passed("T2: P2 > P3 on 2022-03-01"))

    report = run(graph, path, apply=True)

    row = only(report, "pass:T1")
    assert (row.action, row.reason) == ("put aside", "pass:T1 was taken back by correct:C1.")
    assert only(report, "pass:T2").action == "refused"


def test_what_was_corrected_is_the_same_both_as_it_was_and_as_it_is(graph: Graph, path: Path) -> None:
    acts = [*beginnings(2), placed("P1 on 2020-03-01")]
    ledger.record(graph, "demo", [*acts, corrected("placement:P1", received_on="2020-03-05")], clerk())

    write(path, *acts)
    as_it_was = run(graph, path)
    write(path, *beginnings(2), placed("P1 on 2020-03-05"))
    as_it_is = run(graph, path)
    write(path, *beginnings(2), placed("P1 on 2020-03-06"))
    otherwise = run(graph, path)

    assert {row.action for row in (*as_it_was, *as_it_is)} == {"same"}
    assert only(otherwise, "placement:P1").action == "refused"


# --- rows that wait ---------------------------------------------------------------------------------------------------


def test_a_row_waits_for_the_second_one_that_begins_its_placement_when_the_first_is_refused(
    graph: Graph, path: Path
) -> None:
    # T1 would have begun P2, but is dated before P1 received; T3 and E1 come before T2, which begins P2.
    write(
        path,
        *beginnings(3),
        placed("P1 on 2020-03-01"),
        passed("T1: P1 > P2 on 2019-03-01"),
        passed("T3: P2 > P3 on 2022-03-01"),
        passed("T2: P1 > P2 on 2021-03-01"),
        happened("E1: birth of P3 on 2022-09-01"),
    )

    promised = run(graph, path)
    report = run(graph, path, apply=True)

    assert promised == report
    assert {act_id: ends(report)[act_id] for act_id in ("pass:T1", "pass:T2", "pass:T3", "event:E1")} == {
        "pass:T1": "refused",
        "pass:T2": "added",
        "pass:T3": "added",
        "event:E1": "added",
    }
    assert entries(graph)[-3:] == ["pass:T2", "pass:T3", "event:E1"]
    assert stands(graph)


@pytest.mark.usefixtures("small_steps")
def test_rows_of_any_order_come_to_the_same_end(graph: Graph, path: Path) -> None:
    # a chain of 12 written last hand-over first
    chain = [passed(f"T{n}: P{n} > P{n + 1} on {2008 + n}-03-01") for n in range(1, 12)]
    early = [programme(), rule("goat", "2000-01-01"), *beginnings(12)[3:], placed("P1 on 2008-03-01")]
    write(path, *early, *reversed(chain))

    promised = run(graph, path)
    report = run(graph, path, apply=True)

    assert promised == report
    assert {row.action for row in report} == {"added"}
    assert entries(graph)[-11:] == [act.act_id for act in chain]


def test_rows_that_wait_for_each_other_are_put_aside(graph: Graph, path: Path) -> None:
    write(path, *beginnings(3), passed("T1: P1 > P2 on 2021-03-01"), passed("T2: P2 > P1 on 2021-03-01"))

    report = run(graph, path, apply=True)

    assert [only(report, act_id).action for act_id in ("pass:T1", "pass:T2")] == ["put aside", "put aside"]
    assert len(entries(graph)) == len(beginnings(3))


# --- which programme --------------------------------------------------------------------------------------------------


def test_a_folder_without_a_programme_needs_one_named(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2))
    run(graph, path, apply=True)
    write(path, placed("P1 on 2020-03-01"))

    with pytest.raises(NoProgrammeNamed, match="--programme"):
        run(graph, path)
    report = run(graph, path, programme_id="demo", apply=True)

    assert ends(report) == {"placement:P1": "added"}
    assert stands(graph)


def test_a_folder_of_another_programme_than_the_named_one_is_invalid(graph: Graph, path: Path) -> None:
    write(path, *beginnings(1))

    with pytest.raises(OtherProgramme, match="--programme demo"):
        run(graph, path, programme_id="other", apply=True)

    assert nodes(graph) == 0


def test_rows_of_an_unknown_programme_are_put_aside_and_nothing_begins(graph: Graph, path: Path) -> None:
    write(path, woman("W1"))

    (row,) = run(graph, path, programme_id="nowhere", apply=True)

    assert (row.action, row.reason) == ("put aside", "There is no programme nowhere in this database.")
    assert nodes(graph) == 0


def test_programmes_of_one_database_do_not_touch_each_other(graph: Graph, path: Path) -> None:
    write(path, *odd_rows())
    run(graph, path, apply=True)
    before = ledger.head(graph, "demo")
    write(path, programme("other"), *odd_rows()[1:])

    report = run(graph, path, apply=True)

    assert counted(report) == {"added": 13, "same": 0, "put aside": 2, "refused": 2}
    assert ledger.head(graph, "demo") == before
    assert stands(graph)


def counted(report: list[ReportRow]) -> dict[str, int]:
    count = Count()
    for _ in count.through(report):
        pass
    return count.actions


def test_a_workbook_imports_as_a_folder_does(graph: Graph, path: Path, tmp_path: Path) -> None:
    write(path, *odd_rows())
    write_workbook(tmp_path / "programme.xlsx", odd_rows(), with_names=True)

    folder = run(graph, path, apply=True)
    workbook = run(graph, tmp_path / "programme.xlsx", apply=True)

    assert counted(workbook) == {"added": 0, "same": counted(folder)["added"], "put aside": 2, "refused": 2}


# --- while others record ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_steps")
def test_what_somebody_else_records_meanwhile_is_judged_with(graph: Graph, path: Path) -> None:
    # While eight women are being registered, somebody records the very hand-over of T2 as S1, and a birth.
    known = [*beginnings(6), placed("P1 on 2020-03-01")]
    write(path, *known)
    run(graph, path, apply=True)
    women = [woman(f"W{number}") for number in range(7, 15)]
    write(path, *women, *(passed(f"T{n}: P1 > P{n} on 2021-03-0{n}", 0.5) for n in range(2, 6)))
    others = iter([[passed("S1: P1 > P2 on 2021-03-02", 0.5)], [happened("S2: birth of P1 on 2020-12-01")]])

    def meanwhile(_done: int) -> None:
        ledger.record(graph, "demo", next(others, []), clerk("local:bina", seed=7))

    report = run(graph, path, programme_id="demo", apply=True, progress=meanwhile)

    twin = only(report, "pass:T2")
    assert (twin.action, "already recorded as pass:S1" in twin.reason) == ("refused", True)
    assert {row.action for row in report if row.act_id != "pass:T2"} == {"added"}
    expected = {*(act.act_id for act in (*known, *women)), "pass:S1", "event:S2", "pass:T3", "pass:T4", "pass:T5"}
    assert sorted(entries(graph)) == sorted(expected)
    assert stands(graph)


@pytest.mark.usefixtures("small_steps")
def test_somebody_who_records_after_every_step_stops_nothing(graph: Graph, path: Path) -> None:
    write(path, *beginnings(30))
    others = (woman(f"S{number}") for number in range(100))

    def meanwhile(_done: int) -> None:
        if ledger.heads(graph):
            ledger.record(graph, "demo", [next(others)], clerk("local:bina", seed=next(seeds)))

    seeds = iter(range(100, 200))
    report = run(graph, path, apply=True, progress=meanwhile)

    assert {row.action for row in report} == {"added"}
    assert len(set(entries(graph))) == len(entries(graph)) > len(report)
    assert stands(graph)


# --- cut short --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_steps")
def test_an_import_that_loses_its_line_says_so_and_is_run_again(
    graph: Graph, connection: Connection, path: Path
) -> None:
    write(path, *beginnings(30))
    threads = {*threading.enumerate()}
    reported: list[ReportRow] = []

    with between(connection.uri) as line, _connected(line.uri, connection) as broken:
        line.break_at("commit", "cut_before", after=3, times=1000)
        with pytest.raises(Unavailable):
            reported.extend(import_programme(broken, path, clerk(), apply=True))
    left = {thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")} - threads
    known = entries(graph)
    again = run(graph, path, apply=True)

    assert left == set()
    assert {row.act_id for row in again if row.action == "same"} == {*known}
    assert 0 < len(known) < len(again)
    assert counted(again)["added"] + len(known) == len(beginnings(30)) == len(entries(graph))
    assert stands(graph)


def _connected(uri: str, connection: Connection) -> Graph:
    return relay_graph.connect(
        Connection(uri=uri, user=connection.user, password=connection.password, database=connection.database)
    )


@pytest.mark.usefixtures("small_steps")
def test_a_report_that_nobody_reads_on_leaves_no_thread_and_no_half_step(graph: Graph, path: Path) -> None:
    write(path, *beginnings(30))
    threads = {*threading.enumerate()}

    report = import_programme(graph, path, clerk(), apply=True)
    assert isinstance(first := next(report), ReportRow)
    report.close()

    assert {thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")} <= threads
    assert first.action == "added"
    assert first.act_id in entries(graph)
    assert len(entries(graph)) % importing.STEP == 0
    assert stands(graph)


def test_a_killed_import_is_run_again_and_nothing_is_doubled_or_missing(
    graph: Graph, connection: Connection, path: Path
) -> None:
    write(path, *beginnings(1_000))
    whole = len(beginnings(1_000))

    for recorded in (100, 300, 500):
        command = [sys.executable, "-c", KILLED, str(path)]
        with subprocess.Popen(command, env=_environment(connection, path), stdout=subprocess.DEVNULL) as killed:
            _until(killed, lambda recorded=recorded: _has(graph, recorded))
            killed.send_signal(signal.SIGKILL)
        assert killed.returncode == -signal.SIGKILL
        assert stands(graph)
    known = entries(graph)
    again = run(graph, path, apply=True)

    assert 500 <= len(known) < whole
    assert counted(again) == {"added": whole - len(known), "same": len(known), "put aside": 0, "refused": 0}
    assert sorted(entries(graph)) == sorted(act.act_id for act in beginnings(1_000))
    assert stands(graph)


def _environment(connection: Connection, folder: Path) -> dict[str, str]:
    return os.environ | {
        "NEO4J_URI": connection.uri,
        "NEO4J_USER": connection.user,
        "NEO4J_PASSWORD": connection.password,
        "NEO4J_DATABASE": str(connection.database),
        "RELAY_DATA": str(folder.parent / "data"),
    }


def _has(graph: Graph, recorded: int) -> bool:
    return any(head.entries >= recorded for head in ledger.heads(graph))


def _until(process: subprocess.Popen[bytes], true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert process.poll() is None, "the import ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)


# --- on the way -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_steps")
def test_progress_tells_how_many_rows_are_done(graph: Graph, path: Path) -> None:
    write(path, *beginnings(6))
    done: list[int] = []

    run(graph, path, progress=done.append)

    assert done == [4, 8, 10]


def test_the_rows_of_a_folder_are_estimated_by_its_line_ends(path: Path) -> None:
    write(path, *beginnings(6))

    # 6 women and a gift, each file with its header
    assert estimated_rows(path) == 9


def test_a_row_with_two_faults_has_two_lines_and_counts_once(graph: Graph, path: Path) -> None:
    path.mkdir()
    (path / "events.csv").write_text("event_id,placement_id,kind,happened_on\nE1,P1,brith,31/02/2020\n")
    report = run(graph, path, programme_id="demo")

    assert [(row.field, row.action) for row in report] == [("kind", "put aside"), ("happened_on", "put aside")]
    assert counted(report)["put aside"] == 1


def test_nothing_to_import_is_said(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="holds neither"):
        run(graph, tmp_path)


def test_a_day_to_come_is_refused_and_offered_as_bikram_sambat(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2), placed("P1 on 2077-03-01"), placed("P2 on 2025-03-01"))

    report = run(graph, path)

    assert [only(report, f"placement:P{n}").suggestion for n in (1, 2)] == [
        "Write it as 2077-03-01 BS, if it is in Bikram Sambat.",
        "Record it once it has happened.",
    ]
    assert TODAY.isoformat() in only(report, "placement:P1").reason


def test_nothing_handed_over_is_refused_and_more_females_than_animals_put_aside(graph: Graph, path: Path) -> None:
    write(
        path,
        *beginnings(3),
        placed("P1 on 2020-03-01", animals=0),
        placed("P2 on 2020-03-01", animals=-1),
        placed("P3 on 2020-03-01", animals=1, females=2),
    )

    report = run(graph, path)

    assert [only(report, f"placement:P{n}").action for n in (1, 2, 3)] == ["refused", "refused", "put aside"]
    assert {only(report, f"placement:P{n}").field for n in (1, 2, 3)} == {"animals"}
