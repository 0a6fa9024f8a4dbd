"""Importing onto what is recorded already, in any order, while others record, and after the line was lost."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relay import graph as relay_graph
from relay.domain.questions import EVERY_ANSWER, NOTED
from relay.errors import Unavailable
from relay.exchange import importing
from relay.exchange.exchange_format import ReportRow, write_folder, write_workbook
from relay.exchange.importing import Count, import_programme
from relay.ledger import programme_heads, reading, recording, verify
from tests.rigs.faulty_line import between
from tests.scenes.acts import beginnings, clerk, corrected, happened, passed, placed, programme, rule, taken_back, woman
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection


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
    write_folder(path, acts, CORE, with_names=True)


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
    return [entry.act_id for entry in reading.entries(graph, "demo")]


def stands(graph: Graph) -> bool:
    """Whether the ledger and all of the graph agree."""
    return verify.verify(graph, "demo").ok


# --- what is known ----------------------------------------------------------------------------------------------------


def test_what_is_imported_again_is_the_same_and_changes_nothing(graph: Graph, path: Path) -> None:
    # T3 is T2's twin, T4 comes too early
    known = [*beginnings(5), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1)]
    write(path, *known, passed("T3: P1 > P2 on 2021-03-01", 1), passed("T4: P2 > P4 on 2020-12-01"))
    first = run(graph, path, apply=True)
    before = programme_heads.head(graph, "demo")

    again = run(graph, path, apply=True)

    assert counted(first) == {"added": len(known), "same": 0, "put aside": 0, "refused": 2}
    assert counted(again) == {"added": 0, "same": len(known), "put aside": 0, "refused": 2}
    assert programme_heads.head(graph, "demo") == before


def test_a_death_is_not_said_to_lack_the_birth_that_a_later_row_tells(graph: Graph, path: Path) -> None:
    died = happened("E1: death of P1 on 2021-02-01", units=3)  # of 2 that were given, and 2 born the autumn before
    born = happened("E2: birth of P1 on 2020-09-01", units=2)
    write(path, *beginnings(1), placed("P1 on 2020-03-01"), died, born)

    report = run(graph, path, apply=True)

    assert counted(report) == {"added": 8, "same": 0, "put aside": 0, "refused": 0}
    assert only(report, "event:E1").notes == ()


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
    recording.record(graph, "demo", [*known, *ours], clerk(), answers=NOTED)
    before = entries(graph)
    theirs = [woman("W2", name="Sita"), passed("T1: P1 > P2 on 2021-04-01"), passed("T2: P1 > P2 on 2021-05-01")]
    write(path, *known, *theirs)

    promised = run(graph, path)
    report = run(graph, path, apply=True)

    assert promised == report
    row = only(report, "pass:T2")
    assert (row.action, row.field, row.value) == ("refused", "beneficiary_id", "W2")
    assert row.reason == "pass:T2 depends on beneficiary:W2, which is in doubt."
    assert counted(report) == {"added": 0, "same": len(known), "put aside": 0, "refused": len(theirs)}
    assert entries(graph) == before


def test_what_stands_on_a_hand_over_in_doubt_is_refused_and_what_the_record_agrees_about_is_not(
    graph: Graph, path: Path
) -> None:
    # ours: P1 -T1-> P2, P1 -T4-> P3      theirs: T1 a month later, T4 as ours, and what they recorded since
    known = [*beginnings(5), placed("P1 on 2020-03-01"), passed("T4: P1 > P3 on 2021-06-01", 1)]
    recording.record(graph, "demo", [*known, passed("T1: P1 > P2 on 2021-03-01", 1)], clerk(), answers=NOTED)
    doubtful = [
        passed("T1: P1 > P2 on 2021-04-01", 1),
        passed("T2: P2 > P4 on 2022-03-01", 1),
        passed("T3: P5 > P2 on 2022-03-01", 1),
        happened("E1: birth of P2 on 2021-12-01"),
    ]
    innocent = [
        placed("P5 on 2020-03-01"),
        passed("T5: P3 > P4 on 2022-06-01", 1),
        happened("E2: birth of P3 on 2022-01-01"),
    ]
    write(path, *known, *innocent, *doubtful)

    report = run(graph, path, apply=True)

    actions = {row.act_id: row.action for row in report if row.action != "same"}
    assert actions == {act.act_id: "refused" for act in doubtful} | {act.act_id: "added" for act in innocent}
    for stands_on_it in ("pass:T2", "pass:T3", "event:E1"):
        assert only(report, stands_on_it).reason == f"{stands_on_it} depends on pass:T1, which is in doubt."
    assert stands(graph)


def test_a_placement_that_another_office_gave_to_another_woman_is_in_doubt_with_all_that_stands_on_it(
    graph: Graph, path: Path
) -> None:
    # ours: P1 -T1-> P2 of W2      theirs: P1 -T5-> P2 of W3, then P2 -T6-> P4, and a birth
    known = [*beginnings(5), placed("P1 on 2020-03-01")]
    recording.record(graph, "demo", [*known, passed("T1: P1 > P2 on 2021-03-01", 1)], clerk(), answers=NOTED)
    theirs = [
        passed("T5: P1 > P2 on 2021-04-01", 1, beneficiary_id="W3"),
        passed("T6: P2 > P4 on 2022-03-01", 1),
        happened("E1: birth of P2 on 2021-12-01"),
        happened("E2: birth of P1 on 2021-12-01"),  # innocent
    ]
    write(path, *known, *theirs)
    report = run(graph, path)
    slip = [*known, passed("T1: P1 > P2 on 2021-03-01", 1), *theirs]  # with the record's own beginning of P2
    write(path, *slip)

    agreed = run(graph, path)

    assert [only(report, act.act_id).action for act in theirs] == ["refused", "refused", "refused", "added"]
    assert [only(agreed, act.act_id).action for act in theirs] == ["refused", "added", "added", "added"]


def test_doubt_goes_on_through_what_was_refused_for_it(graph: Graph, path: Path) -> None:
    known = [*beginnings(5), placed("P1 on 2020-03-01"), passed("T1: P1 > P3 on 2021-03-01", 1)]
    recording.record(graph, "demo", known, clerk(), answers=NOTED)
    women = [woman(f"W{n}", household_id=f"H{n}", **({"name": "Another"} if n == 3 else {})) for n in range(1, 6)]
    theirs = [passed("T9: P1 > P3 on 2022-03-01", 1), happened("E1: birth of P3 on 2022-06-01")]
    write(path, *beginnings(0), *women, placed("P1 on 2020-03-01"), *theirs)

    report = run(graph, path, apply=True)

    assert [only(report, act.act_id).action for act in theirs] == ["refused", "refused"]
    assert only(report, "event:E1").reason == "event:E1 depends on beneficiary:W3, which is in doubt."


@pytest.mark.usefixtures("small_steps")
def test_what_was_in_doubt_stays_so_when_another_clerk_was_faster(
    graph: Graph, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She registers another woman of the same id between judging and writing."""
    known = [*beginnings(2), placed("P1 on 2020-03-01")]
    recording.record(graph, "demo", known, clerk(), answers=NOTED)
    women = [woman("W7", name="Sita"), *(woman(f"V{n}") for n in range(6))]
    write(path, *known, *women, passed("T1: P1 > P7 on 2021-03-01", 1))
    commit = recording.JudgedActs.commit

    def too_late(step: recording.JudgedActs, graph: Graph) -> bool:
        recording.record(graph, "demo", [woman("W7", name="Maya")], clerk("local:bina", seed=7))
        return commit(step, graph)

    monkeypatch.setattr(recording.JudgedActs, "commit", too_late)
    report = run(graph, path, apply=True)

    assert (only(report, "beneficiary:W7").action, only(report, "pass:T1").action) == ("refused", "refused")
    assert "was recorded before" in (only(report, "beneficiary:W7").reason or "")
    assert only(report, "beneficiary:V5").action == "added"


def test_what_stands_on_a_row_that_cannot_be_read_waits_until_it_can(graph: Graph, path: Path) -> None:
    known = [*beginnings(3), placed("P1 on 2020-03-01")]
    recording.record(graph, "demo", known, clerk(), answers=NOTED)
    write(path, *known, passed("T1: P1 > P2 on 2021-03-01", 1), passed("T2: P1 > P3 on 2021-03-01", 1))
    women = path / "beneficiaries.csv"
    women.write_text(women.read_text(encoding="utf-8").replace("W2,Name of W2", "W2,\a"), encoding="utf-8")

    report = run(graph, path, apply=True)

    assert only(report, "beneficiary:W2").action == "put aside"
    assert only(report, "pass:T1").reason == "pass:T1 depends on beneficiary:W2, which is in doubt."
    assert only(report, "pass:T2").action == "added"


def test_a_copy_that_knows_an_earlier_wording_of_a_fact_agrees_with_it(graph: Graph, path: Path) -> None:
    known = [*beginnings(2), placed("P1 on 2020-03-01")]
    corrections = [corrected("beneficiary:W2", f"C{n}", phone=f"98{n}") for n in (1, 2)]
    recording.record(graph, "demo", [*known, *corrections], clerk(), answers=NOTED)
    theirs = woman("W2", household_id="H2", phone="981")  # as it was between the two
    write(path, *known[:-2], theirs, known[-1], passed("T1: P1 > P2 on 2021-03-01"))

    report = run(graph, path)

    assert (only(report, "beneficiary:W2").action, only(report, "pass:T1").action) == ("same", "added")


def test_of_two_rows_of_one_id_the_second_is_told_to_be_given_twice_and_casts_doubt(graph: Graph, path: Path) -> None:
    write(path, *beginnings(2), woman("W3", name="Maya"), woman("W3", name="Sita"), placed("P3 on 2020-03-01"))

    for report in (run(graph, path), run(graph, path, apply=True)):
        twice = [row for row in report if row.act_id == "beneficiary:W3"]
        assert [row.action for row in twice] == ["added", "refused"]
        assert twice[1].reason == "beneficiary:W3 is given twice, with other content in: name."
        assert only(report, "placement:P3").reason == ("placement:P3 depends on beneficiary:W3, which is in doubt.")


def test_a_placement_given_to_two_women_casts_doubt_whichever_row_comes_first(graph: Graph, path: Path) -> None:
    known = [*beginnings(4), placed("P1 on 2020-03-01")]
    recording.record(graph, "demo", known, clerk(), answers=NOTED)
    right, wrong = placed("P1 on 2020-03-01"), placed("P1 on 2020-03-01", beneficiary_id="W4")
    event = happened("E1: birth of P1 on 2021-12-01")
    for rows in ([right, wrong], [wrong, right]):
        write(path, *beginnings(4), *rows, event)

        assert only(run(graph, path), "event:E1").reason == ("event:E1 depends on placement:P1, which is in doubt.")

    write(path, *beginnings(4), placed("P2 on 2020-03-01"), placed("P2 on 2020-03-01", beneficiary_id="W4"))
    (path / "events.csv").write_text(
        "event_id,placement_id,kind,happened_on\nE2,P2,birth,2021-12-01\n", encoding="utf-8"
    )
    assert only(run(graph, path), "event:E2").action == "refused"


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("slip", [{"beneficiary_id": "W4"}, {"help": "pig"}])
def test_a_slip_of_a_receiver_holds_nothing_back_where_a_row_says_whose_her_placement_is(
    graph: Graph, path: Path, slip: dict[str, str], *, first: bool
) -> None:
    # P2 -TYPO-> P1, which placements.csv gives to W1; the rest is sound
    known = [*beginnings(5), placed("P1 on 2020-03-01"), placed("P2 on 2020-03-01")]
    typo = passed("TYPO: P2 > P1 on 2021-03-01", 1, **slip)
    sound = [passed("T1: P1 > P3 on 2021-01-01", 1), passed("T2: P3 > P5 on 2022-06-01", 1)]
    events = [happened("E1: birth of P1 on 2020-12-01"), happened("E2: birth of P3 on 2022-01-01")]
    for recorded in ([], known):
        if recorded:
            recording.record(graph, "demo", recorded, clerk(), answers=NOTED)
        write(path, *known, *([typo, *sound] if first else [*sound, typo]), *events)

        actions = {row.act_id: row.action for row in run(graph, path) if row.action not in ("same", "added")}
        assert actions == {"pass:TYPO": "refused"}


def test_what_names_only_the_placement_of_a_woman_in_doubt_is_in_doubt_too_unless_the_placement_is_agreed(
    graph: Graph, path: Path
) -> None:
    known = [*beginnings(3), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1)]
    recording.record(graph, "demo", known, clerk(), answers=NOTED)
    other = [*beginnings(1), woman("W2", name="Another", household_id="H2"), woman("W3", household_id="H3")]
    theirs = [passed("T2: P2 > P3 on 2022-03-01", 1), happened("E1: birth of P2 on 2021-12-01")]

    write(path, *other, *theirs)
    alone = run(graph, path)
    write(path, *other, placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1), *theirs)
    agreed = run(graph, path)

    assert [only(alone, act.act_id).action for act in theirs] == ["refused", "refused"]
    assert [only(agreed, act.act_id).action for act in theirs] == ["added", "added"]


def test_a_row_that_only_says_more_is_refused_and_casts_no_doubt(graph: Graph, path: Path) -> None:
    known = [*beginnings(2), placed("P1 on 2020-03-01")]
    recording.record(graph, "demo", known, clerk(), answers=NOTED)
    more = woman("W2", household_id="H2", phone="981")
    write(path, *beginnings(1), more, known[-1], passed("T1: P1 > P2 on 2021-03-01"))

    report = run(graph, path)

    assert (only(report, "beneficiary:W2").action, only(report, "pass:T1").action) == ("refused", "added")


def test_a_pass_on_whose_row_cannot_be_read_leaves_what_it_filled_in_doubt(graph: Graph, path: Path) -> None:
    known = [*beginnings(3), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1)]
    recording.record(graph, "demo", known, clerk(), answers=NOTED)
    write(path, *known, happened("E1: birth of P2 on 2021-12-01"), happened("E2: birth of P1 on 2021-12-01"))
    passes = path / "passes.csv"
    passes.write_text(passes.read_text(encoding="utf-8").replace("2021-03-01", "2021-13-01"), encoding="utf-8")

    report = run(graph, path)

    assert only(report, "event:E1").reason == "event:E1 depends on pass:T1, which is in doubt."
    assert only(report, "event:E2").action == "added"


def test_a_copy_agrees_with_what_a_fact_said_before_a_correction_was_taken_back_and_not_with_what_it_never_said(
    graph: Graph, path: Path
) -> None:
    known = [*beginnings(1), placed("P1 on 2020-03-01")]
    told = [
        corrected("placement:P1", "C1", animals=3),
        taken_back("correct:C1", "C2"),
        corrected("placement:P1", "C3", received_on="2020-03-05"),
        taken_back("correct:C3", "C4"),
    ]
    recording.record(graph, "demo", [*known, *told], clerk(), answers=NOTED)

    def action(**said: str | int) -> str:
        write(path, *beginnings(1), placed("P1 on 2020-03-01", **said))
        return only(run(graph, path), "placement:P1").action

    assert action() == "same"
    assert action(animals=3) == "same"
    assert action(received_on="2020-03-05") == "same"
    assert action(animals=3, received_on="2020-03-05") == "refused"


def test_a_hand_over_that_was_taken_back_does_not_come_again_by_its_twin(graph: Graph, path: Path) -> None:
    # typed twice, T1 and T2; T2 was refused as a twin, and then T1 was taken back
    acts = [*beginnings(2), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1)]
    twin, other = passed("T2: P1 > P2 on 2021-03-01", 1), passed("T3: P1 > P2 on 2021-04-01", 1)
    recording.record(graph, "demo", [*acts, taken_back("pass:T1")], clerk(), answers=NOTED)
    write(path, *acts, twin, other)

    report = run(graph, path)
    meant = list(import_programme(graph, path, clerk(), answers=EVERY_ANSWER))

    assert only(report, "pass:T2").reason == "pass:T2 is the same hand-over as pass:T1, which was taken back."
    assert [only(report, name).action for name in ("pass:T1", "pass:T2", "pass:T3")] == [
        "put aside",
        "refused",
        "added",
    ]
    assert only(meant, "pass:T2").action == "added"


def test_without_a_name_a_row_is_the_same_and_another_name_is_refused_and_not_shown(graph: Graph, path: Path) -> None:
    write(path, *beginnings(1))
    run(graph, path, apply=True)

    write_folder(path, beginnings(1), CORE, with_names=False)
    nameless = run(graph, path)
    write(path, *beginnings(0), woman("W1", name="Another Woman", household_id="H1"))
    row = only(run(graph, path), "beneficiary:W1")

    assert {row.action for row in nameless} == {"same"}
    assert (row.action, row.field, row.value) == ("refused", "name", None)
    assert "Another Woman" not in str(row)


def test_what_was_taken_back_is_put_aside_and_what_stands_on_it_refused(graph: Graph, path: Path) -> None:
    acts = [*beginnings(3), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01")]
    recording.record(graph, "demo", [*acts, taken_back("pass:T1")], clerk(), answers=NOTED)
    write(path, *acts, passed("T2: P2 > P3 on 2022-03-01"))

    report = run(graph, path, apply=True)

    row = only(report, "pass:T1")
    assert (row.action, row.reason) == ("put aside", "pass:T1 was taken back by correct:C1.")
    assert only(report, "pass:T2").action == "refused"
    assert counted(report)["same"] == len(acts) - 1


def test_what_was_corrected_is_the_same_both_as_it_was_and_as_it_is(graph: Graph, path: Path) -> None:
    acts = [*beginnings(2), placed("P1 on 2020-03-01")]
    recording.record(
        graph, "demo", [*acts, corrected("placement:P1", received_on="2020-03-05")], clerk(), answers=NOTED
    )

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
    before = programme_heads.head(graph, "demo")
    write(path, programme("other"), *beginnings(2)[1:], placed("P1 on 2020-05-01"))

    report = run(graph, path, apply=True)

    assert {row.action for row in report} == {"added"}
    assert programme_heads.head(graph, "demo") == before
    assert stands(graph)


def test_a_workbook_imports_as_a_folder_does(graph: Graph, path: Path, tmp_path: Path) -> None:
    acts = [*beginnings(2), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2019-03-01")]
    write(path, *acts)
    write_workbook(tmp_path / "programme.xlsx", acts, CORE, with_names=True)

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
        recording.record(graph, "demo", next(others, []), clerk("local:bina", seed=7), answers=NOTED)

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
        if programme_heads.heads(graph):
            seed = next(seeds)
            recording.record(graph, "demo", [woman(f"S{seed}")], clerk("local:bina", seed=seed))

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
    graph: Graph, connection: Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_graph, "WHOLE_FILE_SECONDS", 1.0)  # test_faults.py has the whole minute
    write(path, *beginnings(30))
    threads = writers()

    with (
        between(connection.uri) as line,
        relay_graph.connect(replace(connection, uri=line.uri, on_this_machine=False), CORE) as broken,
    ):

        def cut_once_something_stands(_done: int) -> None:
            if programme_heads.heads(graph):
                line.break_at("commit", "cut_before", times=1000)

        with pytest.raises(Unavailable):
            list(import_programme(broken, path, clerk(), apply=True, progress=cut_once_something_stands))
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
