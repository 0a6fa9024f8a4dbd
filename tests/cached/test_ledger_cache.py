"""Copies that follow a ledger: a file is used only by whom it was written for, and those of earlier versions never.

what an earlier version wrote ──► counts as not there ──► made anew ──► written as this version does
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from relay.arrays import snapshot_cache, snapshot_file, tables
from relay.arrays.from_graph import load
from relay.cached import ledger_cache
from relay.cached import register as cached_register
from relay.cached.ledger_cache import LedgerCache
from relay.ledger import programme_heads, recording
from relay.ledger.programme_heads import PROJECTION
from tests.scenes import acts as say

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.ledger.programme_heads import LedgerHead

NOTES = LedgerCache[str]("notes", 3)


@pytest.mark.parametrize("written", ["", "a", "seven letters"])
def test_what_was_written_is_read_and_its_body_begins_at_a_whole_word(tmp_path: Path, written: str) -> None:
    NOTES.write(tmp_path, "demo", 9, "a hash", {"said": written}, [b"map", b"ped"])

    found = NOTES.read(tmp_path, "demo", dict[str, str])

    assert found
    assert (found.sequence, found.head_hash, found.values) == (9, "a hash", {"said": written})
    assert bytes(found.body) == b"mapped"
    assert np.frombuffer(found.body, np.uint8).ctypes.data % 8 == 0
    (file,) = tmp_path.iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("demo.notes", 0o600)


def test_a_file_of_another_kind_version_programme_or_type_is_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    NOTES.write(tmp_path, "demo", 9, "a hash", {"said": "so"})
    for name in ("demo.others", "other.notes"):
        (tmp_path / name).write_bytes((tmp_path / "demo.notes").read_bytes())

    assert LedgerCache[str]("others", 3).read(tmp_path, "demo", dict[str, str]) is None
    assert NOTES.read(tmp_path, "other", dict[str, str]) is None
    assert NOTES.read(tmp_path, "demo", dict[str, int]) is None
    assert LedgerCache[str]("notes", 4).read(tmp_path, "demo", dict[str, str]) is None
    monkeypatch.setattr(ledger_cache, "PROJECTION", PROJECTION + 1)
    assert NOTES.read(tmp_path, "demo", dict[str, str]) is None


def test_a_file_with_any_byte_altered_or_cut_is_as_none(tmp_path: Path) -> None:
    NOTES.write(tmp_path, "demo", 9, "a hash", {"said": "so"}, [b"mapped"])
    file = tmp_path / "demo.notes"
    whole = file.read_bytes()

    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert NOTES.read(tmp_path, "demo", dict[str, str]) is None, at
        file.write_bytes(whole[:at])
        assert NOTES.read(tmp_path, "demo", dict[str, str]) is None, at
    for content in (b"", bytes(8), b"\xff" * 8, os.urandom(64)):  # with a digest that fits
        file.write_bytes(hashlib.sha256(content).digest() + content)
        assert NOTES.read(tmp_path, "demo", dict[str, str]) is None, content


def snapshot_of_earlier(head: LedgerHead) -> bytes:
    """A snapshot as it was written until version 4: words of 8 bytes, the first the sum of all others."""
    said = {"format": [4, PROJECTION], "programme_id": "demo", "sequence": head.entries, "head_hash": head.head_hash}
    plain: dict[str, object] = {"goal_generations": None, "whole": True, "helps": [], "rules": [], "columns": []}
    text = json.dumps(said | plain).encode()
    words = np.zeros(2 + -(-len(text) // 8), np.uint64)
    words[1] = len(text)
    words.view(np.uint8)[16 : 16 + len(text)] = np.frombuffer(text, np.uint8)
    words[0] = words[1:].sum()
    return words.tobytes()


def register_of_earlier(head: LedgerHead) -> bytes:
    """A register as it was written until version 5: without acts, so that it would be seen if it were believed."""
    empty, none = msgspec.msgpack.encode([]), {"ends": bytes(8), "content": b""}
    said = {"format": [5, PROJECTION], "programme_id": "demo", "sequence": head.entries, "head_hash": head.head_hash}
    acts = {"act_ids": empty, "entries": none, "runs": empty, "tables": {}, "in_force": b""}
    others = {"placement_ids": empty, "placements": none, "rules": [], "about": {}, "naming": empty}
    body = msgspec.msgpack.encode(said | acts | others)
    return hashlib.sha256(body).digest() + body


def test_what_an_earlier_version_kept_is_dropped_and_made_anew(graph: Graph, tmp_path: Path) -> None:
    recording.record(graph, "demo", (*say.beginnings(), say.placed("P1 on 2020-03-01")), say.clerk())
    head = programme_heads.head(graph, "demo")
    snapshot_file.SNAPSHOT_CACHE.drop(tmp_path, "demo", graph)  # of this graph's earlier programmes of that id
    (tmp_path / "demo.snapshot").write_bytes(snapshot_of_earlier(head))
    (tmp_path / "demo.register").write_bytes(register_of_earlier(head))

    assert tables.differences(snapshot_cache.snapshot(graph, "demo", tmp_path), load(graph, "demo")) == ()
    assert "placement:P1" in cached_register.current(graph, "demo", tmp_path).facts
    kept = snapshot_file.read(tmp_path, "demo")
    assert kept
    assert kept.head_hash == head.head_hash
    assert (tmp_path / "demo.register").read_bytes() != register_of_earlier(head)


def test_in_memory_stay_the_copies_that_were_asked_for_last(graph: Graph, tmp_path: Path) -> None:
    notes = LedgerCache[str]("notes", 3, most=2)
    for programme_id in ("a", "b", "a", "c"):
        notes.place(graph, programme_id).copy = programme_id

    assert [notes.place(graph, each).copy for each in ("c", "a", "b")] == ["c", "a", None]

    notes.place(graph, "b").copy = "b"
    notes.drop(tmp_path, "b", graph)
    assert notes.place(graph, "b").copy is None
