"""A kept snapshot is the one that the ledger adds up to now: whatever was recorded, corrected or restored since."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from relay.arrays import cache, disk, tables
from relay.arrays.apply_entries import carried_on
from relay.arrays.tables import of_register
from relay.backup import replay
from relay.graph import connect
from relay.ledger import recording
from relay.ledger.batch import NoProgramme
from tests.arrays.test_tables import LATER, STORY, record
from tests.rigs import neo4j_server
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes import clerks
from tests.scenes.made import acts as made_acts
from tests.scenes.made import programme
from tests.scenes.strategies import programmes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.domain.acts import Act
    from relay.domain.entries import Entry
    from relay.graph import Graph, Transaction
    from relay.settings import Connection


def now(graph: Graph) -> Snapshot:
    """What the ledger adds up to, replayed."""
    return of_register(recording.replay("demo", recording.entries(graph, "demo")))


# -- carried on -------------------------------------------------------------------------------------------------------


def test_what_only_adds_is_carried_on_and_gives_the_very_same_columns() -> None:
    book = say.Book(*made_acts(programme(150)), programme_id="made", today=date(2025, 1, 1))
    entries = sorted(book.register.entries.values(), key=lambda entry: entry.sequence)

    for step in (1, 7, 100):
        known = of_register(recording.replay("made", entries[:40]))
        for start in range(40, len(entries), step):
            carried = carried_on(known, entries[start : start + step])
            assert carried
            known = carried

        assert tables.differences(known, of_register(book.register)) == ()


def test_additions_confirmations_erasures_and_corrected_names_are_carried_on() -> None:
    book = say.Book(*STORY)
    for act in (
        say.passed("T4: P1 > P5 on 2021-01-05", animals=1),
        say.passed("T5: P1 > P3 on 2021-06-20", animals=0.5),
        say.confirmed("pass:T3"),
        say.corrected("beneficiary:W1", "C1", name="Another"),
        say.erased("beneficiary:W2"),
        say.rule("pig", "2023-01-01", condition="pregnant", equivalents={"goat": 1}),
        say.gift("G3", note="for the next ward"),
        say.happened("E4: extended of P2 on 2021-01-05", until_on="2023-12-31"),
        say.happened("E5: death of P2 on 2021-01-04"),
        say.claimed("K1"),
    ):
        before = of_register(book.register)
        book.add(act, by="local:bina")
        last = max(book.register.entries.values(), key=lambda entry: entry.sequence)
        carried = carried_on(before, [last])
        assert carried
        assert tables.differences(carried, of_register(book.register)) == ()


def test_a_carried_snapshot_tells_when_something_may_be_called_otherwise() -> None:
    book = say.Book(*STORY, say.place("L9", name="Ward nine"))
    known = of_register(book.register)
    said = [
        (say.passed("T4: P1 > P5 on 2021-01-05", animals=1), False),
        (say.corrected("place:L9", "C9", name="Ward 9"), True),
        (say.happened("E5: birth of P2 on 2021-01-04"), False),
        (say.gift("G3", donor="A donor"), True),
        (say.erased("gift:G3"), True),
        (say.confirmed("pass:T4"), False),
    ]
    for act, names in said:
        book.add(act, by="local:bina" if act.kind == "confirm" else "local:asha")
        before, entry = known, book.register.entries[act.act_id]
        carried = carried_on(before, [entry])
        if carried is None:  # read anew, which tells it too
            carried = of_register(book.register)
        assert (carried.root, carried.named) != (before.root, before.named) if names else carried.named == before.named
        known = carried


@pytest.mark.parametrize(
    "act",
    [
        say.corrected("pass:T3", animals=1),
        say.taken_back("event:E3"),
        say.rule("seeds", "2023-01-01"),
    ],
    ids=["wrong data", "did not happen", "a new help"],
)
def test_what_changes_what_stands_is_not_carried_on(act: Act) -> None:
    book = say.Book(*STORY)
    before = of_register(book.register)
    book.add(act)

    last = max(book.register.entries.values(), key=lambda entry: entry.sequence)

    assert carried_on(before, [last]) is None


def test_foreign_data_that_names_what_is_not_there_is_not_carried_on() -> None:
    book = say.Book(*STORY)
    register = recording.replay("demo", book.register.entries.values())
    register.take(register.change(say.woman("W9", place_id="nowhere"), 99))

    assert not of_register(register).whole
    assert of_register(book.register).whole
    assert carried_on(of_register(register), [book.register.entries["gift:G1"]]) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=programmes(most=40))
def test_a_carried_snapshot_is_the_one_of_the_whole_ledger(acts: list[Act]) -> None:
    book = say.Book()
    known = of_register(book.register)
    for act in acts:
        if book.offer(act, by="local:bina" if act.kind == "confirm" else "local:asha").action == "added":
            last = max(book.register.entries.values(), key=lambda entry: entry.sequence)
            whole = of_register(book.register)
            carried = carried_on(known, [last])
            assert carried is None or tables.differences(carried, whole) == ()
            known = whole


# -- on disk ----------------------------------------------------------------------------------------------------------


def test_a_kept_snapshot_is_read_as_it_was_mapped_and_for_its_owner_only(tmp_path: Path) -> None:
    folder, whole = tmp_path / "snapshots", of_register(say.Book(*STORY).register)

    disk.keep(folder, whole)
    read = disk.kept(folder, "demo")

    assert read
    assert tables.differences(read, whole) == ()
    assert read.passes.giver.base is not None
    assert not read.passes.giver.flags.owndata
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.stat().st_mode & 0o777) for file in folder.iterdir()] == [("demo.snapshot", 0o600)]


def test_a_file_that_is_damaged_cut_or_of_another_format_counts_as_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.keep(tmp_path, of_register(say.Book(*STORY).register))
    file = tmp_path / "demo.snapshot"
    whole = file.read_bytes()

    for at in (0, 9, 20, 60, 400, len(whole) // 2, len(whole) - 9):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert disk.kept(tmp_path, "demo") is None, at
    for length in (0, 7, 8, 104, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        assert disk.kept(tmp_path, "demo") is None, length
    file.write_bytes(whole)
    (tmp_path / "other.snapshot").write_bytes(whole)
    assert disk.kept(tmp_path, "other") is None
    assert disk.kept(tmp_path, "../demo") is None
    assert disk.kept(tmp_path, "demo")
    for name in ("FORMAT", "PROJECTION"):  # of a version that kept it, or read the ledger, otherwise
        with monkeypatch.context() as other:
            other.setattr(disk, name, 0)
            assert disk.kept(tmp_path, "demo") is None, name


def test_where_nothing_can_be_kept_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file stands in the way")

    disk.keep(tmp_path / "snapshots", of_register(say.Book(*STORY).register))

    assert [file.name for file in tmp_path.iterdir()] == ["snapshots"]


# -- on real engines --------------------------------------------------------------------------------------------------


def test_a_snapshot_is_never_stale(graph: Graph, connection: Connection, tmp_path: Path) -> None:
    """In this process, in another that reads after it wrote, and in one that begins from what is on disk."""
    record(graph, *STORY)

    with connect(connection) as other:
        for act in (
            None,
            *LATER,
            say.rule("goat", "2024-01-01", owed=1),
            say.confirmed("pass:T1"),
            say.woman("W6"),
            say.passed("T6: P5 > P6 on 2022-01-05"),
        ):
            if act:
                recording.record_one(other, "demo", act, say.clerk("local:bina"))
            whole = now(graph)
            assert tables.differences(cache.snapshot(graph, "demo", tmp_path), whole) == ()
            assert tables.differences(cache.snapshot(other, "demo"), whole) == ()
            with connect(connection) as later:
                assert tables.differences(cache.snapshot(later, "demo", tmp_path), whole) == ()


def test_a_kept_snapshot_that_was_forged_is_found_by_verifying_and_read_again(graph: Graph, tmp_path: Path) -> None:
    record(graph, *STORY)
    sound = cache.load(graph, "demo")
    forged = replace(sound, passes=replace(sound.passes, units=sound.passes.units + 1000))
    disk.keep(tmp_path, forged)

    assert np.array_equal(cache.snapshot(graph, "demo", tmp_path).passes.units, forged.passes.units)
    first, second = (cache.verified(graph, "demo", tmp_path) for _ in range(2))

    assert [fault.fault.partition(" and is")[0] for fault in first.faults] == [
        f"The snapshot kept in {tmp_path} was altered (passes.units)"
    ]
    assert second.ok
    assert np.array_equal(cache.snapshot(graph, "demo", tmp_path).passes.units, sound.passes.units)


def test_asking_again_costs_one_round_trip(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    record(graph, *STORY)
    first = cache.snapshot(graph, "demo")
    asked: list[object] = []
    read = graph.read

    def counted(work: Callable[[Transaction], object]) -> object:
        asked.append(work)
        return read(work)

    monkeypatch.setattr(graph, "read", counted)

    again = cache.snapshot(graph, "demo")
    record(graph, say.woman("W6"))
    asked.clear()
    later = cache.snapshot(graph, "demo")

    assert again is first
    assert list(later.beneficiaries.ids) == ["W1", "W2", "W3", "W4", "W5", "W6"]
    assert len(asked) == 1
    assert cache.snapshot(graph, "demo", head_hash=later.head_hash) is later
    assert len(asked) == 1  # whoever has just read the head of the ledger need not ask again
    record(graph, say.woman("W7"))
    assert len(cache.snapshot(graph, "demo", head_hash=recording.head(graph, "demo").head_hash).beneficiaries) == 7


def recorded(graph: Graph, act: Act) -> Entry:
    """The entry in which an act stands, once it is recorded."""
    entry = recording.record_one(graph, "demo", act, say.clerk("local:bina")).entry
    assert entry
    return entry


def test_what_this_process_recorded_is_taken_in_without_asking(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cache, "KEEP_AFTER", 3)
    record(graph, *STORY)
    cache.snapshot(graph, "demo", tmp_path)
    for act in (
        say.woman("W6"),
        say.passed("T6: P4 > P6 on 2022-11-05"),
        say.confirmed("pass:T1"),
        say.placed("P7 on 2022-01-05", beneficiary_id="W5"),
        say.happened("E6: birth of P6 on 2022-12-01"),
    ):
        entry = recorded(graph, act)
        whole = now(graph)

        cache.take_in(graph, entry)
        with monkeypatch.context() as alone:
            alone.setattr(graph, "read", None)  # so that nothing can be asked
            taken = cache.snapshot(graph, "demo", tmp_path, entry.hash)

        assert tables.differences(taken, whole) == ()
    kept = disk.kept(tmp_path, "demo")
    assert kept
    assert kept.sequence == len(STORY) + 3


def test_what_does_not_follow_or_changes_what_stands_is_not_taken_in(graph: Graph, connection: Connection) -> None:
    record(graph, *STORY)
    cache.take_in(graph, recorded(graph, say.woman("W6")))  # nothing is in memory yet
    first = cache.snapshot(graph, "demo")
    with connect(connection) as other:
        record(other, say.woman("W7"))

    later = recorded(graph, say.woman("W8"))
    cache.take_in(graph, later)
    assert cache.snapshot(graph, "demo", None, first.head_hash) is first
    assert tables.differences(cache.snapshot(graph, "demo", None, later.hash), now(graph)) == ()

    odd = recorded(graph, say.woman("W9"))
    cache.take_in(graph, replace(odd, payload={}))  # as a fault of ours would have it: nobody is told that it failed
    assert tables.differences(cache.snapshot(graph, "demo", None, odd.hash), now(graph)) == ()

    correction = recorded(graph, say.corrected("pass:T1", animals=2, correct_id="C7"))
    cache.take_in(graph, correction)
    assert tables.differences(cache.snapshot(graph, "demo", None, correction.hash), now(graph)) == ()
    cache.take_in(graph, later)  # a second time
    assert tables.differences(cache.snapshot(graph, "demo", None, correction.hash), now(graph)) == ()


def test_a_restored_database_is_read_again(graph: Graph, tmp_path: Path) -> None:
    """Shorter than it was, of the same length with another history, and longer with another history."""
    for after in ([], [say.woman("W8")], [say.woman("W8"), say.woman("W9")]):
        wiped(graph)
        record(graph, *STORY)
        saved = list(replay.backup(graph))
        record(graph, say.woman("W7"))
        assert "W7" in cache.snapshot(graph, "demo", tmp_path).beneficiaries.ids

        wiped(graph)
        replay.restore(graph, saved, say.clerk())
        for act in after:
            record(graph, act)

        assert tables.differences(cache.snapshot(graph, "demo", tmp_path), now(graph)) == ()
        with pytest.raises(NoProgramme):
            cache.snapshot(graph, "another", tmp_path)


def test_a_graph_that_is_being_rebuilt_is_not_read(graph: Graph) -> None:
    record(graph, *STORY)
    graph.write(lambda transaction: transaction.run("MATCH (l:Ledger) SET l.projection = 0"))

    with pytest.raises(recording.NotBuilt):
        cache.snapshot(graph, "demo")


def test_what_another_process_writes_meanwhile_is_seen_whole_or_not_at_all(
    graph: Graph, connection: Connection, tmp_path: Path
) -> None:
    """Four clerks of another process record without a pause; every snapshot taken meanwhile stands at one entry."""
    recording.record(graph, clerks.PROGRAMME, clerks.founding("P0", "P1", "P2", "P3"), say.clerk())
    environment = os.environ | neo4j_server.settings(connection)
    taken: list[Snapshot] = []

    def take() -> None:
        with connect(connection) as own:
            while writers.poll() is None:
                taken.append(cache.snapshot(own, clerks.PROGRAMME, tmp_path))
                taken.append(cache.load(graph, clerks.PROGRAMME))
                time.sleep(0.05)  # a reader in a hurry would keep the clerks from recording

    command = [sys.executable, "-m", "tests.scenes.clerks", "4", "40"]
    with subprocess.Popen(command, env=environment) as writers:
        readers = [threading.Thread(target=take) for _ in range(2)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()

    entries = list(recording.entries(graph, clerks.PROGRAMME))
    taken.append(cache.snapshot(graph, clerks.PROGRAMME))
    stood = {each.sequence: each for each in taken}
    assert writers.returncode == 0
    assert len(entries) == max(stood)
    for each in taken:
        whole = of_register(recording.replay(clerks.PROGRAMME, entries[: each.sequence]))
        assert tables.differences(each, whole) == ()
    assert len(stood) > 5
    assert np.all(np.diff(sorted(stood)) > 0)
