"""Backups as files: whole or not at all, read back, sealed, rotated, and tried out; and a disk with no room left."""

from __future__ import annotations

import io
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
from relay.access import accounts, tokens
from relay.access.roles import grant_of
from relay.arrays import cache
from relay.backup import encryption
from relay.backup import files as keeping
from relay.backup.encryption import CannotOpen, NotAKey, Seal, TooMuchWork, needs_to_open
from relay.backup.replay import backup, check
from relay.database import engine
from relay.errors import Invalid, Unavailable
from relay.ledger import recording
from relay.ledger.recording import record
from tests.rigs.small_disk import on_a_small_disk
from tests.rigs.wiping import wiped
from tests.scenes.acts import beginnings, clerk, erased, passed, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph
    from relay.settings import Connection

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 25, 6, 15, tzinfo=UTC)
SMALL_DISK = 120_000_000
_age: Any = pyrage


@pytest.fixture(scope="module")
def kept(embedded_engine: Connection) -> Iterator[Graph]:
    """Give a small programme on the embedded engine."""
    with relay_graph.connect(embedded_engine) as graph:
        wiped(graph)
        record(graph, "demo", [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01")], clerk())
        yield graph
        wiped(graph)


def named(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


# ------------------------------------------------------------------------------------------------ files


def test_a_backup_is_for_its_owner_only_and_says_what_it_holds(kept: Graph, tmp_path: Path) -> None:
    file = tmp_path / "relay.jsonl"

    (held,) = keeping.keep(kept, file)

    head = recording.head(kept, "demo")
    assert (held.entries, held.head_hash) == (head.entries, head.head_hash)
    assert file.read_text(encoding="utf-8").splitlines() == list(backup(kept))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert named(tmp_path) == ["relay.jsonl"]


def test_a_ledger_that_cannot_be_believed_leaves_the_last_good_backup_in_its_place(
    kept: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "relay.jsonl"
    keeping.keep(kept, file)
    good = file.read_bytes()
    first, *lines = backup(kept)
    lines[2] = lines[2].replace("local:asha", "local:somebody")
    monkeypatch.setattr(keeping, "backup", Mock(return_value=[first, *lines]))

    for seal in (Seal(), Seal(public_key=str(_age.x25519.Identity.generate().to_public()))):
        with pytest.raises(Invalid, match="Entry 3"):
            keeping.keep(kept, file, seal)

    assert file.read_bytes() == good
    assert named(tmp_path) == ["relay.jsonl"]


def test_a_backup_is_checked_by_reading_it_back_without_a_database(kept: Graph) -> None:
    first, *lines = backup(kept)

    assert check([first, *lines])[0].entries == len(lines)
    for faulty in ([first, *lines[:-1]], [first, *lines[1:]], [first, lines[1], lines[0], *lines[2:]], lines, []):
        with pytest.raises(Invalid):
            check(faulty)


# ------------------------------------------------------------------------------------------------ rotation


def test_the_newest_backups_stay_and_other_files_are_left_alone(tmp_path: Path) -> None:
    instants = [NOON - timedelta(days=day) for day in range(5)]
    for at in instants:
        keeping.dated(tmp_path, at).touch()
    sealed = keeping.dated(tmp_path, NOON - timedelta(days=9), Seal(public_key="age1x"))
    for other in (sealed, tmp_path / "relay-backup.jsonl", tmp_path / "relay-2020-01-01.jsonl"):
        other.touch()

    deleted = keeping.rotate(keeping.dated(tmp_path, NOON), 2)

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
    assert keeping.rotate(keeping.dated(tmp_path, NOON), 2) == ()


def test_a_backup_that_was_just_written_stays_although_the_clock_went_back(tmp_path: Path) -> None:
    earlier = [keeping.dated(tmp_path, NOON - timedelta(days=day)) for day in range(3)]
    written = keeping.dated(tmp_path, NOON - timedelta(days=2000))
    for path in (*earlier, written):
        path.touch()

    assert keeping.rotate(written, 3) == (earlier[2],)
    assert keeping.rotate(written, 1) == (earlier[1], earlier[0])
    assert written.exists()


# ------------------------------------------------------------------------------------------------ seals


def test_a_backup_sealed_for_a_key_opens_with_its_secret_half_only(kept: Graph, tmp_path: Path) -> None:
    owner, other = _age.x25519.Identity.generate(), _age.x25519.Identity.generate()
    file = tmp_path / "relay.jsonl.age"

    keeping.keep(kept, file, Seal(public_key=str(owner.to_public())))

    assert b"Name of" not in file.read_bytes()
    assert needs_to_open(file.read_bytes()) == "key"
    with file.open("rb") as content:
        assert list(keeping.lines_of(content, Seal(secret_key=str(owner)))) == [f"{line}\n" for line in backup(kept)]
    for wrong, error in ((str(other), CannotOpen), ("", NotAKey), ("AGE-SECRET-KEY-1", NotAKey)):
        with pytest.raises(error):
            Seal(secret_key=wrong).open(file.read_bytes())
    with pytest.raises(NotAKey):
        keeping.keep(kept, tmp_path / "other.age", Seal(public_key="age1nonsense"))


def test_a_passphrase_seals_and_opens_and_no_other_does() -> None:
    sealed = Seal(passphrase="four plain words here").close("सीता\n".encode())

    assert needs_to_open(sealed) == "passphrase"
    assert list(keeping.lines_of(io.BytesIO(sealed), Seal(passphrase="four plain words here"))) == ["सीता\n"]
    assert "four plain" not in repr(Seal(passphrase="four plain words here"))


def test_a_machine_that_is_busy_for_a_moment_opens_the_file_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    seal = Seal(passphrase="four plain words")
    made = seal.close(b"content")
    work = made.splitlines()[1].split()[-1]
    harder = made.replace(b" " + work, b" 60", 1)  # as it looks to a machine that does next to nothing
    files, decrypt = iter([harder, harder, made]), _age.passphrase.decrypt

    def busy(_: bytes, passphrase: str) -> bytes:
        return bytes(decrypt(next(files), passphrase))

    monkeypatch.setattr(encryption, "_PAUSE_SECONDS", 0)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(_age.passphrase, "decrypt", busy)
        assert seal.open(made) == b"content"

    with pytest.raises(TooMuchWork, match="Try again when it is idle"):
        seal.open(harder)


def test_a_sealed_file_that_was_cut_or_altered_does_not_open() -> None:
    owner = _age.x25519.Identity.generate()
    sealed = Seal(public_key=str(owner.to_public())).close(b"content" * 10)

    for damaged in (sealed[:-1], sealed[:30], sealed[:-5] + b"xxxxx"):
        with pytest.raises(CannotOpen, match="damaged"):
            Seal(secret_key=str(owner)).open(damaged)
    assert Seal().open(b"plain") == b"plain"


# ------------------------------------------------------------------------------------------------ the drill


def test_a_drill_restores_verifies_and_leaves_nothing_behind(
    kept: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    head = recording.head(kept, "demo")

    (drilled,) = keeping.drill(backup(kept), clerk())

    assert (drilled.programme_id, drilled.entries, drilled.head_hash) == ("demo", head.entries, head.head_hash)
    assert (drilled.ok, drilled.faults) == (True, ())
    assert named(tmp_path) == []


# ------------------------------------------------------------------------------------------------ erasure


def test_a_backup_made_after_an_erasure_holds_nothing_of_hers(kept: Graph, tmp_path: Path) -> None:
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    keeping.keep(kept, before)

    record(kept, "demo", [erased("beneficiary:W1")], clerk())
    keeping.keep(kept, after)

    assert "Name of W1" in before.read_text(encoding="utf-8")
    assert "Name of W1" not in after.read_text(encoding="utf-8")
    assert '"H1"' not in after.read_text(encoding="utf-8")
    assert "Name of W2" in after.read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ room on the disk


def test_a_disk_with_too_little_room_refuses_writes_in_a_clear_sentence_and_goes_on_reading(tmp_path: Path) -> None:
    found = on_a_small_disk("tests.backup.test_files:write_on_a_small_disk", SMALL_DISK, tmp_path)

    assert found["refused"].startswith("Disk full: ")
    assert "nothing was written" in found["refused"]
    assert found["read"] == found["written"] == found["again"] - 1
    assert found["asked"] == 1  # a whole programme is read, and who asks with a token is let in
    assert "nearly full" in found["status"]


def write_on_a_small_disk(data_folder: Path) -> None:
    """Fill a disk to below the reserve, try to write, read, make room, and write; tell how each went."""
    data_folder = data_folder.absolute()
    ballast, now = data_folder / "ballast", datetime.now(UTC)

    def room() -> None:
        engine.require_free_space(data_folder)

    try:
        with relay_graph.connect(engine.ensure(data_folder), before_writing=room) as graph:
            record(graph, "demo", beginnings(1), clerk())
            written, refused = recording.head(graph, "demo").entries, ""
            accounts.add(graph, "maya", (grant_of("manager"),), None, now)
            token = tokens.issue(graph, "maya", days=1, now=now, random=token_bytes)
            free_bytes = engine.status(data_folder).free_bytes
            ballast.write_bytes(bytes(free_bytes - engine.LEAST_FREE_BYTES + 1_000_000))
            try:
                record(graph, "demo", [placed("P1 on 2020-03-01")], clerk())
            except Unavailable as error:
                refused = str(error)
            read = recording.head(graph, "demo").entries
            tokens.holder(graph, token.secret, now)
            asked = len(cache.snapshot(graph, "demo").beneficiaries)
            said = subprocess.run(
                [sys.executable, str(ROOT / "cli.py"), "status"],
                env=os.environ | {"RELAY_DATA": str(data_folder)},
                capture_output=True,
                text=True,
                check=False,
            )
            ballast.unlink()
            record(graph, "demo", [placed("P1 on 2020-03-01")], clerk())
            again = recording.head(graph, "demo").entries
    finally:
        engine.stop(data_folder)
    told = {"written": written, "refused": refused, "read": read, "again": again, "asked": asked}
    told["status"] = said.stderr
    json.dump(told, sys.stdout)


# ------------------------------------------------------------------------------------------------ upgrades


def test_before_another_release_opens_the_database_it_is_copied_and_one_can_go_back(tmp_path: Path) -> None:
    data_folder = tmp_path / "data"
    try:
        with relay_graph.connect(engine.ensure(data_folder)) as graph:
            record(graph, "demo", beginnings(1), clerk())
            entries = recording.head(graph, "demo").entries
        engine.stop(data_folder)
        release = (data_folder / engine.RELEASE_FILE).read_text(encoding="utf-8")
        assert release == engine.status(data_folder).version
        (data_folder / engine.RELEASE_FILE).write_text("26.9.1", encoding="utf-8")

        with relay_graph.connect(engine.ensure(data_folder)) as graph:
            record(graph, "demo", [placed("P1 on 2020-03-01")], clerk())
        engine.stop(data_folder)

        assert named(data_folder / engine.BEFORE_UPGRADES) == ["26.9.1-1"]
        assert (data_folder / engine.RELEASE_FILE).read_text(encoding="utf-8") == release
        (data_folder / "databases" / "relay").rename(data_folder / "databases-new")
        (data_folder / engine.BEFORE_UPGRADES / "26.9.1-1").rename(data_folder / "databases" / "relay")
        with relay_graph.connect(engine.ensure(data_folder)) as graph:
            assert recording.head(graph, "demo").entries == entries
    finally:
        engine.stop(data_folder)


def test_without_room_for_the_copy_another_release_does_not_touch_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "databases" / "relay").mkdir(parents=True)
    (tmp_path / "databases" / "relay" / "file").write_bytes(bytes(1000))
    (tmp_path / engine.RELEASE_FILE).write_text("26.9.1", encoding="utf-8")
    tmp_path.chmod(0o700)
    monkeypatch.setattr(engine, "_bytes_below", Mock(return_value=10**18))

    with pytest.raises(Unavailable, match="written by release 26\\.9\\.1"):
        engine.ensure(tmp_path)

    assert not (tmp_path / engine.BEFORE_UPGRADES).exists()
    assert (tmp_path / engine.RELEASE_FILE).read_text(encoding="utf-8") == "26.9.1"
