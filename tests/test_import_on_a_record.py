"""Importing onto what is recorded already, in any order, while others record, and after the line was lost."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relay import graph as relay_graph
from relay import importing, ledger, verify
from relay.errors import Unavailable
from relay.exchange import ReportRow, write_folder, write_workbook
from relay.importing import Count, import_programme
from tests.acts import beginnings, clerk, corrected, happened, passed, placed, programme, rule, taken_back, woman
from tests.faulty_line import between

if TYPE_CHECKING:
    from relay.acts import Act
    from relay.config import Connection
    from relay.graph import Graph


SMALL = 4  # rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes its programme."""
    return tmp_path / "programme"


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit every few rows, and forget every 2 steps, so that a small programme is like a large one."""
    monkeypatch.setattr(importing, "STEP", SMALL)
    monkeypatch.setattr(importing, "STEPS_HELD", 2)


def write(path: Path, *acts: Act) -> None:
    write_folder(path, acts, with_names=True)


def run(graph: Graph, path: Path, *, apply: bool = False, programme_id: str | None = None) -> list[ReportRow]:
    return list(import_programme(graph, path, clerk(), apply=apply, programme_id=programme_id))


def only(report: list[ReportRow], act_id: str) -> ReportRow:
    (found,) = (row for row in report if row.act_id == act_id)
    return found


def counted(report: list[ReportRow]) -> dict[str, int]:
    count = Count()
    assert list(count.through(report)) == report
    return count.actions


def entries(graph: Graph) -> list[str]:
    return [entry.act_id for entry in ledger.entries(graph, "demo")]


def stands(graph: Graph) -> bool:
    """Whether the ledger and all of the graph agree."""
    return verify.verify(graph, "demo").ok


# --- what is known ----------------------------------------------------------------------------------------------------


def test_what_is_imported_again_is_the_same_and_changes_nothing(graph: Graph, path: Path) -> None:
    # T3 is T2's twin, T4 comes too early
    known = [*beginnings(5), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1)]
    write(path, *known, passed("T3: P1 > P2 on 2021-03-01", 1), passed("T4: P2 > P4 on 2020-12-01"))
    first = run(graph, path, apply=True)
    before = ledger.head(graph, "demo")

    again = run(graph, path, apply=True)

    assert counted(first) == {"added": len(known), "same": 0, "put aside": 0, "refused": 2}
    assert counted(again) == {"added": 0, "same": len(known), "put aside": 0, "refused": 2}
    assert ledger.head(graph, "demo") == before


def test_a_known_id_with_other_content_is_refused_and_names_the_column(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2), placed("P1 on 2020-03-01"))
    run(graph, path, apply=True)

    write(path, *beginnings(2), placed("P1 on 2020-03-02"))
    report = run(graph, path, apply=True)

    row = only(report, "placement:P1")
    assert (row.action, row.field, row.value) == ("refused", "received_on", "2020-03-02")
    assert {row.action for row in report if row.act_id != "placement:P1"} == {"same"}


@pytest.mark.usefixtures("small_steps")
def test_what_names_another_woman_of_the_same_id_is_not_recorded_as_hers(graph: Graph, path: Path) -> None:
    # one backup, two offices: each gave the id W2 to a woman of its own, and T1 to a hand-over of its own
    # ours: P1 -T1-> P2        theirs: P1 -T1-> P2 (a month later), and then P1 -T2-> P2
    known = [*beginnings(1), placed("P1 on 2020-03-01")]
    ours = [woman("W2", name="Maya"), passed("T1: P1 > P2 on 2021-03-01")]
    ledger.record(graph, "demo", [*known, *ours], clerk())
    before = entries(graph)
    theirs = [woman("W2", name="Sita"), passed("T1: P1 > P2 on 2021-04-01"), passed("T2: P1 > P2 on 2021-05-01")]
    write(path, *known, *theirs)

    promised = run(graph, path)
    report = run(graph, path, apply=True)

    assert promised == report
    row = only(report, "pass:T2")
    assert (row.action, row.field, row.value) == ("refused", "beneficiary_id", "W2")
    assert row.reason == "pass:T2 names beneficiary:W2, which is given here with other content than is recorded."
    assert counted(report) == {"added": 0, "same": len(known), "put aside": 0, "refused": len(theirs)}
    assert entries(graph) == before


def test_what_adds_to_a_disputed_hand_over_is_refused_even_where_it_is_written_above_it(
    graph: Graph, path: Path
) -> None:
    known = [*beginnings(3), placed("P1 on 2020-03-01")]
    ledger.record(graph, "demo", [*known, passed("T1: P1 > P2 on 2021-03-01")], clerk())
    write(
        path,
        *known,
        passed("T2: P2 > P3 on 2022-03-01"),
        passed("T3: P1 > P3 on 2022-03-01"),  # innocent
        passed("T1: P1 > P2 on 2021-04-01"),
    )

    report = run(graph, path, apply=True)

    assert only(report, "pass:T2").reason == (
        "pass:T2 names placement:P2, which is given here with other content than is recorded."
    )
    assert {row.act_id: row.action for row in report if row.action != "same"} == {
        "pass:T1": "refused",
        "pass:T2": "refused",
        "pass:T3": "added",
    }
    assert stands(graph)


def test_without_a_name_a_row_is_the_same_and_another_name_is_refused_and_not_shown(graph: Graph, path: Path) -> None:
    write(path, *beginnings(1))
    run(graph, path, apply=True)

    write_folder(path, beginnings(1), with_names=False)
    nameless = run(graph, path)
    write(path, *beginnings(0), woman("W1", name="Another Woman", household_id="H1"))
    row = only(run(graph, path), "beneficiary:W1")

    assert {row.action for row in nameless} == {"same"}
    assert (row.action, row.field, row.value) == ("refused", "name", None)
    assert "Another Woman" not in str(row)


def test_what_was_taken_back_is_put_aside_and_what_stands_on_it_refused(graph: Graph, path: Path) -> None:
    acts = [*beginnings(3), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01")]
    ledger.record(graph, "demo", [*acts, taken_back("pass:T1")], clerk())
    write(path, *acts, passed("T2: P2 > P3 on 2022-03-01"))

    report = run(graph, path, apply=True)

    row = only(report, "pass:T1")
    assert (row.action, row.reason) == ("put aside", "pass:T1 was taken back by correct:C1.")
    assert only(report, "pass:T2").action == "refused"
    assert counted(report)["same"] == len(acts) - 1


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


def test_programmes_of_one_database_do_not_touch_each_other(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2), placed("P1 on 2020-03-01"))
    run(graph, path, apply=True)
    before = ledger.head(graph, "demo")
    write(path, programme("other"), *beginnings(2)[1:], placed("P1 on 2020-05-01"))

    report = run(graph, path, apply=True)

    assert {row.action for row in report} == {"added"}
    assert ledger.head(graph, "demo") == before
    assert stands(graph)


def test_a_workbook_imports_as_a_folder_does(graph: Graph, path: Path, tmp_path: Path) -> None:
    acts = [*beginnings(2), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2019-03-01")]
    write(path, *acts)
    write_workbook(tmp_path / "programme.xlsx", acts, with_names=True)

    folder = run(graph, path, apply=True)
    workbook = run(graph, tmp_path / "programme.xlsx", apply=True)

    assert counted(folder) == {"added": len(acts) - 1, "same": 0, "put aside": 0, "refused": 1}
    assert counted(workbook) == {"added": 0, "same": len(acts) - 1, "put aside": 0, "refused": 1}


# --- in any order -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_steps")
def test_a_chain_written_last_hand_over_first_is_recorded_first_hand_over_first(graph: Graph, path: Path) -> None:
    chain = [passed(f"T{n}: P{n} > P{n + 1} on {2008 + n}-03-01") for n in range(1, 12)]
    early = [programme(), rule("goat", "2000-01-01"), *beginnings(12)[3:], placed("P1 on 2008-03-01")]
    write(path, *early, *reversed(chain))

    promised = run(graph, path)
    report = run(graph, path, apply=True)

    assert promised == report
    assert {row.action for row in report} == {"added"}
    assert entries(graph)[-11:] == [act.act_id for act in chain]


@pytest.mark.usefixtures("small_steps")
def test_what_a_refused_row_would_have_begun_waits_for_the_next_that_begins_it(graph: Graph, path: Path) -> None:
    # T1 would begin P2, but is dated before P1 received; T3 and then E1 stand on what T2 begins
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
    assert [row.act_id for row in report if row.action != "added"] == ["pass:T1"]
    assert entries(graph)[-3:] == ["pass:T2", "pass:T3", "event:E1"]
    assert stands(graph)


def test_rows_that_wait_for_each_other_are_put_aside(graph: Graph, path: Path) -> None:
    write(path, *beginnings(3), passed("T1: P1 > P2 on 2021-03-01"), passed("T2: P2 > P1 on 2021-03-01"))

    report = run(graph, path, apply=True)

    assert [only(report, act_id).action for act_id in ("pass:T1", "pass:T2")] == ["put aside", "put aside"]
    assert len(entries(graph)) == len(beginnings(3))


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

    report = list(import_programme(graph, path, clerk(), programme_id="demo", apply=True, progress=meanwhile))

    twin = only(report, "pass:T2")
    assert (twin.action, "already recorded as pass:S1" in (twin.reason or "")) == ("refused", True)
    assert {row.action for row in report if row.act_id != "pass:T2"} == {"added"}
    expected = {*(act.act_id for act in (*known, *women)), "pass:S1", "event:S2", "pass:T3", "pass:T4", "pass:T5"}
    assert sorted(entries(graph)) == sorted(expected)
    assert stands(graph)


@pytest.mark.usefixtures("small_steps")
def test_somebody_who_records_after_every_step_stops_nothing(graph: Graph, path: Path) -> None:
    write(path, *beginnings(30))
    seeds = iter(range(100, 200))

    def meanwhile(_done: int) -> None:
        if ledger.heads(graph):
            seed = next(seeds)
            ledger.record(graph, "demo", [woman(f"S{seed}")], clerk("local:bina", seed=seed))

    report = list(import_programme(graph, path, clerk(), apply=True, progress=meanwhile))

    assert {row.action for row in report} == {"added"}
    assert len({*entries(graph)}) == len(entries(graph)) > len(report)
    assert stands(graph)


# --- cut short --------------------------------------------------------------------------------------------------------


def writers() -> set[threading.Thread]:
    """The threads that commit the steps of imports."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")}


@pytest.mark.usefixtures("small_steps")
def test_an_import_that_loses_its_line_says_so_and_is_run_again(
    graph: Graph, connection: Connection, path: Path
) -> None:
    write(path, *beginnings(30))
    threads = writers()

    with between(connection.uri) as line, relay_graph.connect(replace(connection, uri=line.uri)) as broken:
        line.break_at("commit", "cut_before", after=3, times=1000)
        with pytest.raises(Unavailable):
            list(import_programme(broken, path, clerk(), apply=True))
    known = entries(graph)
    again = run(graph, path, apply=True)

    assert writers() == threads
    assert 0 < len(known) < len(again)
    assert counted(again) == {"added": len(again) - len(known), "same": len(known), "put aside": 0, "refused": 0}
    assert sorted(entries(graph)) == sorted(act.act_id for act in beginnings(30))
    assert stands(graph)


@pytest.mark.usefixtures("small_steps")
def test_a_report_that_nobody_reads_on_leaves_no_thread_and_no_half_step(graph: Graph, path: Path) -> None:
    write(path, *beginnings(30))
    threads = writers()

    report = import_programme(graph, path, clerk(), apply=True)
    first = next(report)
    assert isinstance(report, Generator)
    report.close()

    assert writers() == threads
    assert (first.act_id, first.action) == ("programme:demo", "added")
    assert len(entries(graph)) % SMALL == 0
    assert stands(graph)
