"""A kept snapshot is the one that the ledger adds up to now: whatever was recorded, corrected or restored since."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relay.arrays import snapshot_cache, snapshot_file, tables, verifying
from relay.arrays.from_graph import load
from relay.arrays.from_register import of_register
from relay.backup import ledger_backup
from relay.domain.questions import NOTED
from relay.graph import connect
from relay.ledger import programme_heads, reading, recording
from relay.ledger.programme_heads import NoProgramme
from tests.arrays.test_tables import LATER, STORY, record
from tests.rigs import neo4j_server
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes import clerks
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.graph import Graph, Transaction
    from relay.settings import Connection


def now(graph: Graph) -> Snapshot:
    """What the ledger adds up to, replayed."""
    return of_register(reading.replay("demo", reading.entries(graph, "demo"), CORE))


def test_a_snapshot_is_never_stale(graph: Graph, connection: Connection, tmp_path: Path) -> None:
    """In this process, in another that reads after it wrote, and in one that begins from what is on disk."""
    record(graph, *STORY)

    with connect(connection, CORE) as other:
        for act in (
            None,
            *LATER,
            say.rule("goat", "2024-01-01", owed=1),
            say.confirmed("pass:T1"),
            say.woman("W6"),
            say.passed("T6: P5 > P6 on 2022-01-05"),
        ):
            if act:
                recording.record_one(other, "demo", act, say.clerk("local:bina"), answers=NOTED)
            whole = now(graph)
            assert tables.differences(snapshot_cache.snapshot(graph, "demo", tmp_path), whole) == ()
            assert tables.differences(snapshot_cache.snapshot(other, "demo"), whole) == ()
            with connect(connection, CORE) as later:
                assert tables.differences(snapshot_cache.snapshot(later, "demo", tmp_path), whole) == ()


def test_what_is_kept_on_disk_is_in_no_process_memory_of_its_own(graph: Graph, tmp_path: Path) -> None:
    """Neither in that of who wrote it nor in that of who reads it."""
    record(graph, *STORY)

    def own(snapshot: Snapshot) -> list[str]:
        return [name for name, column in snapshot.columns() if len(column) and column.flags.writeable]

    assert own(load(graph, "demo"))
    assert own(snapshot_cache.snapshot(graph, "demo", tmp_path)) == []


def test_the_snapshot_asked_for_longest_ago_is_let_go_and_read_again(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three programmes, two places: each is right each time that it is asked for."""
    monkeypatch.setattr(snapshot_file.SNAPSHOT_CACHE, "most", 2)
    for programme_id in ("a", "b", "c"):
        clerk = say.clerk()
        recording.record(graph, programme_id, [say.programme(programme_id), say.woman(f"W{programme_id}")], clerk)

    for programme_id in ("a", "b", "a", "c", "a", "b"):
        found = snapshot_cache.snapshot(graph, programme_id, tmp_path)
        assert (found.programme_id, list(found.beneficiaries.ids)) == (programme_id, [f"W{programme_id}"])
    in_memory = snapshot_file.SNAPSHOT_CACHE._places[graph]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert list(in_memory) == ["a", "b"]


def test_a_kept_snapshot_that_was_forged_is_found_by_verifying_and_read_again(graph: Graph, tmp_path: Path) -> None:
    record(graph, *STORY)
    sound = load(graph, "demo")
    forged = replace(sound, passes=replace(sound.passes, units=sound.passes.units + 1000))
    snapshot_file.write(tmp_path, forged)

    assert np.array_equal(snapshot_cache.snapshot(graph, "demo", tmp_path).passes.units, forged.passes.units)
    first, second = (verifying.verified(graph, "demo", tmp_path) for _ in range(2))

    assert [fault.fault.partition(" and is")[0] for fault in first.faults] == [
        f"The cached snapshot in {tmp_path} was altered (passes.units)"
    ]
    assert second.ok
    assert np.array_equal(snapshot_cache.snapshot(graph, "demo", tmp_path).passes.units, sound.passes.units)


def test_asking_again_costs_one_round_trip(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    record(graph, *STORY)
    first = snapshot_cache.snapshot(graph, "demo")
    asked: list[object] = []
    read = graph.read

    def counted(work: Callable[[Transaction], object]) -> object:
        asked.append(work)
        return read(work)

    monkeypatch.setattr(graph, "read", counted)

    again = snapshot_cache.snapshot(graph, "demo")
    record(graph, say.woman("W6"))
    asked.clear()
    later = snapshot_cache.snapshot(graph, "demo")

    assert again is first
    assert list(later.beneficiaries.ids) == ["W1", "W2", "W3", "W4", "W5", "W6"]
    assert len(asked) == 1
    assert snapshot_cache.snapshot(graph, "demo", head_hash=later.head_hash) is later
    assert len(asked) == 1  # whoever has just read the head of the ledger need not ask again
    record(graph, say.woman("W7"))
    assert (
        len(
            snapshot_cache.snapshot(
                graph, "demo", head_hash=programme_heads.head(graph, "demo").head_hash
            ).beneficiaries
        )
        == 7
    )


def test_a_restored_database_is_read_again(graph: Graph, tmp_path: Path) -> None:
    """Shorter than it was, of the same length with another history, and longer with another history."""
    for after in ([], [say.woman("W8")], [say.woman("W8"), say.woman("W9")]):
        wiped(graph)
        record(graph, *STORY)
        saved = list(ledger_backup.backup_lines(graph))
        record(graph, say.woman("W7"))
        assert "W7" in snapshot_cache.snapshot(graph, "demo", tmp_path).beneficiaries.ids

        wiped(graph)
        ledger_backup.restore(graph, saved, say.clerk())
        for act in after:
            record(graph, act)

        assert tables.differences(snapshot_cache.snapshot(graph, "demo", tmp_path), now(graph)) == ()
        with pytest.raises(NoProgramme):
            snapshot_cache.snapshot(graph, "another", tmp_path)


def test_a_graph_that_is_being_rebuilt_is_not_read(graph: Graph) -> None:
    record(graph, *STORY)
    graph.write(lambda transaction: transaction.run("MATCH (l:Ledger) SET l.projection = 0"))

    with pytest.raises(programme_heads.NotBuilt):
        snapshot_cache.snapshot(graph, "demo")


@pytest.mark.soak
def test_what_another_process_writes_meanwhile_is_seen_whole_or_not_at_all(
    graph: Graph, connection: Connection, tmp_path: Path
) -> None:
    """Four clerks of another process record without a pause; every snapshot taken meanwhile stands at one entry."""
    recording.record(graph, clerks.PROGRAMME, clerks.founding("P0", "P1", "P2", "P3"), say.clerk())
    environment = os.environ | neo4j_server.settings(connection)
    taken: list[Snapshot] = []

    def take() -> None:
        with connect(connection, CORE) as own:
            while writers.poll() is None:
                taken.append(snapshot_cache.snapshot(own, clerks.PROGRAMME, tmp_path))
                taken.append(load(graph, clerks.PROGRAMME))
                time.sleep(0.05)  # a reader in a hurry would keep the clerks from recording

    command = [sys.executable, "-m", "tests.scenes.clerks", "4", "40"]
    with subprocess.Popen(command, env=environment) as writers:
        readers = [threading.Thread(target=take) for _ in range(2)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()

    entries = list(reading.entries(graph, clerks.PROGRAMME))
    taken.append(snapshot_cache.snapshot(graph, clerks.PROGRAMME))
    stood = {each.sequence: each for each in taken}
    assert writers.returncode == 0
    assert len(entries) == max(stood)
    for each in taken:
        whole = of_register(reading.replay(clerks.PROGRAMME, entries[: each.sequence], CORE))
        assert tables.differences(each, whole) == ()
    assert len(stood) > 5
    assert np.all(np.diff(sorted(stood)) > 0)
