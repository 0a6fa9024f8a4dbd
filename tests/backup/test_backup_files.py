"""Backups as files: whole or not at all, read back, sealed, rotated, and tried out; and a disk with no room left."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pyrage
import pytest

from relay import graph as relay_graph
from relay.access import accounts, api_tokens
from relay.access.roles import grant_of
from relay.arrays import snapshot_cache
from relay.backup import backup_files as keeping
from relay.backup.encryption import Encryption
from relay.backup.ledger_backup import backup_lines, check_backup
from relay.database import embedded_server
from relay.domain.system import Catalogue
from relay.errors import Invalid, Unavailable
from relay.ledger import programme_heads
from relay.ledger.recording import record
from relay.systems import SYSTEMS
from tests.rigs.small_disk import on_a_small_disk
from tests.scenes.acts import beginnings, clerk, erased, placed
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.graph import Graph

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 25, 6, 15, tzinfo=UTC)
SMALL_DISK = 120_000_000
_age: Any = pyrage


def named(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


# ------------------------------------------------------------------------------------------------ files


def test_a_backup_is_for_its_owner_only_and_says_what_it_holds(kept: Graph, tmp_path: Path) -> None:
    file = tmp_path / "relay.jsonl"

    (held,) = keeping.write_backup(kept, file)

    head = programme_heads.head(kept, "demo")
    assert (held.entries, held.head_hash) == (head.entries, head.head_hash)
    assert file.read_text(encoding="utf-8").splitlines() == list(backup_lines(kept))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert named(tmp_path) == ["relay.jsonl"]


def test_a_ledger_that_cannot_be_believed_leaves_the_last_good_backup_in_its_place(
    kept: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "relay.jsonl"
    keeping.write_backup(kept, file)
    good = file.read_bytes()
    first, *lines = backup_lines(kept)
    lines[2] = lines[2].replace("local:asha", "local:somebody")
    monkeypatch.setattr(keeping, "backup_lines", Mock(return_value=[first, *lines]))

    for encryption in (Encryption(), Encryption(public_key=str(_age.x25519.Identity.generate().to_public()))):
        with pytest.raises(Invalid, match="Entry 3"):
            keeping.write_backup(kept, file, encryption)

    assert file.read_bytes() == good
    assert named(tmp_path) == ["relay.jsonl"]


def test_a_backup_is_checked_by_reading_it_back_without_a_database(kept: Graph) -> None:
    first, *lines = backup_lines(kept)

    assert check_backup([first, *lines], CORE)[0].entries == len(lines)
    for faulty in ([first, *lines[:-1]], [first, *lines[1:]], [first, lines[1], lines[0], *lines[2:]], lines, []):
        with pytest.raises(Invalid):
            check_backup(faulty, CORE)


# ------------------------------------------------------------------------------------------------ rotation


def test_the_newest_backups_stay_and_other_files_are_left_alone(tmp_path: Path) -> None:
    instants = [NOON - timedelta(days=day) for day in range(5)]
    for at in instants:
        keeping.dated_path(tmp_path, at).touch()
    sealed = keeping.dated_path(tmp_path, NOON - timedelta(days=9), Encryption(public_key="age1x"))
    for other in (sealed, tmp_path / "relay-backup.jsonl", tmp_path / "relay-2020-01-01.jsonl"):
        other.touch()

    deleted = keeping.delete_older(keeping.dated_path(tmp_path, NOON), 2)

    assert [path.name for path in deleted] == [
        "relay-2026-11-16T061500Z.jsonl.age",
        "relay-2026-11-21T061500Z.jsonl",
        "relay-2026-11-22T061500Z.jsonl",
        "relay-2026-11-23T061500Z.jsonl",
    ]
    assert named(tmp_path) == [
        "relay-2020-01-01.jsonl",
        "relay-2026-11-24T061500Z.jsonl",
        "relay-2026-11-25T061500Z.jsonl",
        "relay-backup.jsonl",
    ]
    assert keeping.delete_older(keeping.dated_path(tmp_path, NOON), 2) == ()


def test_a_backup_that_was_just_written_stays_although_the_clock_went_back(tmp_path: Path) -> None:
    earlier = [keeping.dated_path(tmp_path, NOON - timedelta(days=day)) for day in range(3)]
    written = keeping.dated_path(tmp_path, NOON - timedelta(days=2000))
    for path in (*earlier, written):
        path.touch()

    assert keeping.delete_older(written, 3) == (earlier[2],)
    assert keeping.delete_older(written, 1) == (earlier[1], earlier[0])
    assert written.exists()


# ------------------------------------------------------------------------------------------------ seals


# ------------------------------------------------------------------------------------------------ the drill


def test_a_drill_restores_verifies_and_leaves_nothing_behind(
    kept: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    head = programme_heads.head(kept, "demo")

    (drilled,) = keeping.drill(backup_lines(kept), clerk(), CORE)

    assert (drilled.programme_id, drilled.entries, drilled.head_hash) == ("demo", head.entries, head.head_hash)
    assert (drilled.ok, drilled.faults) == (True, ())
    assert named(tmp_path) == []


# ------------------------------------------------------------------------------------------------ erasure


def test_a_backup_made_after_an_erasure_holds_nothing_of_hers(kept: Graph, tmp_path: Path) -> None:
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    keeping.write_backup(kept, before)

    record(kept, "demo", [erased("beneficiary:W1")], clerk())
    keeping.write_backup(kept, after)

    assert "Name of W1" in before.read_text(encoding="utf-8")
    assert "Name of W1" not in after.read_text(encoding="utf-8")
    assert '"H1"' not in after.read_text(encoding="utf-8")
    assert "Name of W2" in after.read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ room on the disk


@pytest.mark.soak
def test_a_disk_with_too_little_room_refuses_writes_in_a_clear_sentence_and_goes_on_reading(tmp_path: Path) -> None:
    found = on_a_small_disk("tests.backup.test_backup_files:write_on_a_small_disk", SMALL_DISK, tmp_path)

    assert found["refused"].startswith("Disk full: ")
    assert "nothing was written" in found["refused"]
    assert found["read"] == found["written"] == found["again"] - 1
    assert found["asked"] == 1  # a whole programme is read, and who asks with a token is let in
    assert "The disk is full" in found["status"]


def write_on_a_small_disk(data_folder: Path) -> None:
    """Fill a disk to below the reserve, try to write, read, make room, and write; tell how each went."""
    data_folder = data_folder.absolute()
    ballast, now = data_folder / "ballast", datetime.now(UTC)

    def room() -> None:
        embedded_server.require_free_space(data_folder)

    try:
        with relay_graph.connect(embedded_server.ensure(data_folder), Catalogue(SYSTEMS), before_writing=room) as graph:
            record(graph, "demo", beginnings(1), clerk())
            written, refused = programme_heads.head(graph, "demo").entries, ""
            accounts.add(graph, "maya", (grant_of("manager"),), None, now)
            token = api_tokens.issue(graph, "maya", days=1, now=now, random=token_bytes)
            free_bytes = embedded_server.status(data_folder).free_bytes
            ballast.write_bytes(bytes(free_bytes - embedded_server.LEAST_FREE_BYTES + 1_000_000))
            try:
                record(graph, "demo", [placed("P1 on 2020-03-01")], clerk())
            except Unavailable as error:
                refused = str(error)
            read = programme_heads.head(graph, "demo").entries
            api_tokens.authenticate(graph, token.secret, now)
            asked = len(snapshot_cache.snapshot(graph, "demo").beneficiaries)
            said = subprocess.run(
                [sys.executable, str(ROOT / "cli.py"), "status"],
                env=os.environ | {"RELAY_DATA": str(data_folder)},
                capture_output=True,
                text=True,
                check=False,
            )
            ballast.unlink()
            record(graph, "demo", [placed("P1 on 2020-03-01")], clerk())
            again = programme_heads.head(graph, "demo").entries
    finally:
        embedded_server.stop(data_folder)
    told = {"written": written, "refused": refused, "read": read, "again": again, "asked": asked}
    told["status"] = said.stderr
    json.dump(told, sys.stdout)


# ------------------------------------------------------------------------------------------------ upgrades


@pytest.mark.soak
def test_before_another_release_opens_the_database_it_is_copied_and_one_can_go_back(tmp_path: Path) -> None:
    data_folder = tmp_path / "data"
    try:
        with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
            record(graph, "demo", beginnings(1), clerk())
            entries = programme_heads.head(graph, "demo").entries
        embedded_server.stop(data_folder)
        release = (data_folder / embedded_server.RELEASE_FILE).read_text(encoding="utf-8")
        assert release == embedded_server.status(data_folder).version
        (data_folder / embedded_server.RELEASE_FILE).write_text("26.9.1", encoding="utf-8")

        with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
            record(graph, "demo", [placed("P1 on 2020-03-01")], clerk())
        embedded_server.stop(data_folder)

        assert named(data_folder / embedded_server.BEFORE_UPGRADES) == ["26.9.1-1"]
        assert (data_folder / embedded_server.RELEASE_FILE).read_text(encoding="utf-8") == release
        (data_folder / "databases" / "relay").rename(data_folder / "databases-new")
        (data_folder / embedded_server.BEFORE_UPGRADES / "26.9.1-1").rename(data_folder / "databases" / "relay")
        with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
            assert programme_heads.head(graph, "demo").entries == entries
    finally:
        embedded_server.stop(data_folder)


def test_without_room_for_the_copy_another_release_does_not_touch_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "databases" / "relay").mkdir(parents=True)
    (tmp_path / "databases" / "relay" / "file").write_bytes(bytes(1000))
    (tmp_path / embedded_server.RELEASE_FILE).write_text("26.9.1", encoding="utf-8")
    tmp_path.chmod(0o700)
    monkeypatch.setattr(embedded_server, "bytes_below", Mock(return_value=10**18))

    with pytest.raises(Unavailable, match="written by engine release 26\\.9\\.1"):
        embedded_server.ensure(tmp_path)

    assert not (tmp_path / embedded_server.BEFORE_UPGRADES).exists()
    assert (tmp_path / embedded_server.RELEASE_FILE).read_text(encoding="utf-8") == "26.9.1"
