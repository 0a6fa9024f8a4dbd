"""Broken folders: what is wrong is found, the advice is followed to the letter, and then nothing is wrong any more."""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from relay import private_files
from relay.access import access_log
from relay.access.access_log import Access
from relay.arrays import snapshot_cache
from relay.backup import backup_files, backup_status, ledger_backup
from relay.backup.encryption import new_secret_key, public_key_of
from relay.commands import exits
from relay.database import embedded_server
from relay.database.driver_errors import Unreachable
from relay.doctor import data_folder_checks, examination, record_checks, where_erased
from relay.instants import instant
from relay.ledger import checkpoints, programme_heads, reading, recording
from relay.service.json_codec import json_of
from tests.commands.shell import Shell, tell_story
from tests.commands.shell import record as recorded
from tests.rigs.small_disk import on_a_small_disk
from tests.rigs.wiping import wiped
from tests.scenes import acts as say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.doctor.trouble import Trouble
    from relay.graph import Graph
    from relay.settings import Connection

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a data folder in which nothing is wrong."""
    made = private_files.folder(tmp_path / "data")
    checkpoints.make_key(made, "demo", token_bytes)
    return made


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Shell:
    """Give a shell on that folder."""
    shell = Shell(monkeypatch, capsys)
    monkeypatch.setenv("RELAY_DATA", str(folder))
    return shell


def looked(folder: Path, graph: Graph | None = None, now: datetime = NOW) -> tuple[Trouble, ...]:
    return examination.examine_quickly(folder, now, graph, embedded=False)


def commands(finding: Trouble) -> list[str]:
    """What the advice says to type."""
    return re.findall("`(.*?)`", finding.advice)


def follow(finding: Trouble) -> None:
    """Type it; who runs the tests may do without sudo what is hers."""
    subprocess.run(["sh", "-c", commands(finding)[0].removeprefix("sudo ")], check=True)  # noqa: S607


def only(found: tuple[Trouble, ...], code: str) -> Trouble:
    """The one thing that is wrong."""
    assert [each.code for each in found] == [code]
    return found[0]


# ------------------------------------------------------------------------------------------------ the folder


def test_in_a_folder_that_is_well_nothing_is_found(folder: Path) -> None:
    assert looked(folder) == ()


def test_a_folder_that_others_can_open_is_closed_by_what_is_advised(folder: Path) -> None:
    folder.chmod(0o755)

    found = only(looked(folder), "folder_not_private")
    follow(found)

    assert (found.where, looked(folder)) == (str(folder), ())


def test_files_that_their_owner_cannot_write_are_opened_to_their_owner(folder: Path) -> None:
    (folder / "keys" / "demo.pem").chmod(0o400)
    (folder / "keys").chmod(0o500)

    found = only(looked(folder), "files_closed")
    follow(found)

    assert ("2 files or folders" in found.what, looked(folder)) == (True, ())


def test_secrets_that_a_copy_would_show_are_closed(folder: Path) -> None:
    (folder / "keys" / "demo.pem").chmod(0o644)

    found = only(looked(folder), "secrets_readable")
    follow(found)

    assert (found.where, looked(folder)) == (str(folder / "keys" / "demo.pem"), ())


def test_in_a_folder_of_another_user_it_is_said_who_may_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", Mock(return_value=me + 12345))

    found = only(looked(folder), "of_another_user")
    assert commands(found)[0] == f"sudo chown -R {me + 12345} {folder}"
    monkeypatch.undo()  # as that user

    assert looked(folder) == ()


def test_a_disk_without_room_names_what_can_be_deleted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = folder / embedded_server.BEFORE_UPGRADES
    private_files.folder(copies)
    (copies / "copy").touch(mode=0o600)
    (copies / "copy").write_bytes(bytes(3_000_000))

    def free(_: Path) -> int:
        return 30_000_000 if (copies / "copy").exists() else 300_000_000

    monkeypatch.setattr(embedded_server, "free_bytes", free)

    (found,) = data_folder_checks.troubles_of_folder(folder, embedded=True)
    assert (found.code, found.advice) == ("disk_full", f"Free at least 171 MB; {copies} holds 3 MB.")
    (copies / "copy").unlink()

    assert data_folder_checks.troubles_of_folder(folder, embedded=True) == ()


def remounted(folder: Path) -> None:
    """Look at a folder whose disk is read-only, do what is advised, look again; in a process of its own."""
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)  # noqa: S607
    found = only(looked(folder.absolute()), "read_only")
    follow(found)
    print(json.dumps({"what": found.what, "after": len(looked(folder.absolute()))}))  # noqa: T201 - as it is asked


def test_a_disk_that_became_read_only_is_mounted_for_writing(tmp_path: Path) -> None:
    said = on_a_small_disk(f"{__name__}:remounted", 2 * embedded_server.LOW_FREE_BYTES, tmp_path)

    assert said == {"what": "Nothing can be written here: Read-only file system.", "after": 0}


def test_an_access_log_of_an_earlier_version_that_cannot_be_read_is_moved_aside(
    graph: Graph, folder: Path, shell: Shell
) -> None:
    (folder / "accesses.jsonl").mkdir(mode=0o700)
    (folder / "accesses").write_bytes(b"")
    (folder / "accesses").chmod(0o600)
    del shell

    found = record_checks.troubles_of_record(graph, folder, NOW)

    assert [each.code for each in found] == ["log_unreadable"] * 2


def test_an_altered_access_log_is_told(graph: Graph) -> None:
    recording.record(graph, "demo", [say.programme("demo")], say.clerk())
    access_log.write(graph, "demo", Access(at=instant(NOW), by="local:asha", what="show", ids=("gift:G1",)))
    assert [*record_checks.troubles_of_access_log(graph, NOW)] == []

    graph.write(lambda transaction: transaction.run("MATCH (a:Access) SET a.by = 'local:bina'"))

    assert [each.code for each in record_checks.troubles_of_access_log(graph, NOW)] == ["access_log_altered"]


def test_where_nothing_is_kept_no_folder_is_made(shell: Shell, tmp_path: Path) -> None:
    shell.monkeypatch.setenv("RELAY_DATA", str(tmp_path / "other"))

    said = shell.ok("doctor", "--json").json

    assert (said["ok"], [each["code"] for each in said["findings"]]) == (True, ["nothing_there"])
    assert not (tmp_path / "other").exists()
    (tmp_path / "other").touch()
    assert shell.run("doctor").code == exits.FOUND


# ------------------------------------------------------------------------------------------------ the engine


@pytest.fixture
def stopped(folder: Path) -> Iterator[None]:
    """Stop the engines of the folder and of the one beside it when the test is over."""
    yield
    for each in (folder, folder.with_name("data.restored")):
        with suppress(embedded_server.StateDamaged):
            embedded_server.stop(each)


@pytest.mark.soak
@pytest.mark.usefixtures("stopped")
def test_bytes_that_changed_in_files_whose_times_did_not_are_found_and_the_backup_is_restored(
    shell: Shell, folder: Path, tmp_path: Path
) -> None:
    shell.ok("programme", "add", "hills", "--name", "Hills")
    shell.ok("backup", str(tmp_path / "kept.jsonl"))
    assert shell.ok("doctor").err == "Nothing is wrong.\n"
    shell.ok("engine", "stop")
    assert data_folder_checks.troubles_of_folder(folder, embedded=True) == ()
    damaged = max((folder / "databases" / embedded_server.DATABASE).iterdir(), key=lambda path: path.stat().st_size)
    was, content = damaged.stat(), bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    os.utime(damaged, ns=(was.st_atime_ns, was.st_mtime_ns))

    said = shell.run("doctor", "--json")
    (found,) = said.json["findings"]
    assert (said.code, found["code"]) == (exits.FOUND, "database_damaged")
    assert f"bytes changed in {damaged.name}" in found["what"]
    assert f"bytes changed in {damaged.name}" in shell.run("programme", "list").err
    for setting in re.findall("`(.*?)`", found["advice"]):
        variable, *words = setting.split()
        shell.monkeypatch.setenv(*variable.split("="))
        shell.ok(*words[1:])

    assert shell.ok("doctor").code == exits.DONE
    assert shell.ok("programme", "list").rows[1][0] == "hills"


@pytest.mark.soak
@pytest.mark.usefixtures("stopped")
def test_an_engine_whose_state_file_was_altered_is_ended_by_its_number(shell: Shell, folder: Path) -> None:
    shell.ok("engine", "start")
    (folder / embedded_server.STATE_FILE).write_text("{}")

    (found,) = shell.run("doctor", "--json").json["findings"]
    assert found == json_of(only(data_folder_checks.troubles_of_folder(folder, embedded=True), "engine_out_of_reach"))
    for typed in re.findall("`(.*?)`", found["advice"]):
        subprocess.run(["sh", "-c", typed], check=True)  # noqa: S607
    deadline = datetime.now(UTC) + timedelta(seconds=embedded_server.STOP_SECONDS)
    while embedded_server.processes(folder) and datetime.now(UTC) < deadline:
        pass

    assert data_folder_checks.troubles_of_folder(folder, embedded=True) == ()


@pytest.mark.parametrize(("embedded", "advice"), [(True, "`relay engine stop`"), (False, "try again")])
def test_of_an_engine_that_does_not_answer_the_command_is_named_that_starts_it_afresh(
    folder: Path, advice: str, *, embedded: bool
) -> None:
    def silent() -> Graph:
        raise Unreachable

    found = only(examination.examine(folder, NOW, silent, embedded=embedded), "unreachable")

    assert advice in found.advice


# ------------------------------------------------------------------------------------------------ the record


def test_a_restore_that_was_cut_short_is_told_by_every_command_until_it_is_run_again(
    shell: Shell, connection: Connection, graph: Graph, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.use(connection)
    tell_story(graph)
    shell.ok("backup", str(tmp_path / "kept.jsonl"))
    wiped(graph)
    monkeypatch.setattr(ledger_backup, "STEP", 5)
    with (tmp_path / "kept.jsonl").open() as lines, pytest.raises(ZeroDivisionError):
        ledger_backup.restore(
            graph, (line if number < 8 else str(1 // 0) for number, line in enumerate(lines)), say.clerk()
        )

    found = only(record_checks.troubles_of_record(graph, folder, NOW), "not_restored")
    for words in (("ledger", "verify"), ("health",), ("audit",)):
        assert "is being restored and is not complete yet" in shell.run(*words).err, words
    assert "is being restored and is not complete yet" in shell.ok("status").err
    assert "run the same relay restore again" in found.advice
    shell.ok("restore", str(tmp_path / "kept.jsonl"))

    assert record_checks.troubles_of_record(graph, folder, NOW) == ()


def test_of_a_programme_of_which_nothing_is_restored_yet_it_is_told_too(
    shell: Shell, connection: Connection, graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.use(connection)
    tell_story(graph)
    recorded(graph, say.programme("two"), programme_id="two")
    shell.ok("backup", str(tmp_path / "kept.jsonl"))
    wiped(graph)
    monkeypatch.setattr(ledger_backup, "STEP", 5)
    with (tmp_path / "kept.jsonl").open() as lines, pytest.raises(ZeroDivisionError):
        ledger_backup.restore(
            graph, (line if number < 8 else str(1 // 0) for number, line in enumerate(lines)), say.clerk()
        )

    assert [each.where for each in record_checks.troubles_of_record(graph, tmp_path, NOW)] == ["demo", "two"]
    assert "Programme two is being restored" in shell.run("health", "--programme", "two").err
    shell.ok("restore", str(tmp_path / "kept.jsonl"))
    assert [(head.programme_id, head.restoring) for head in programme_heads.heads(graph)] == [
        ("demo", False),
        ("two", False),
    ]


def test_a_restore_reads_the_whole_file_before_it_writes_anything(
    shell: Shell, connection: Connection, graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.use(connection)
    tell_story(graph)
    kept = tmp_path / "kept.jsonl"
    shell.ok("backup", str(kept))
    wiped(graph)
    kept.write_text(kept.read_text().replace("placement:P1", "placement:P9", 1))
    monkeypatch.setattr(ledger_backup, "STEP", 2)

    refused = shell.run("restore", str(kept))

    assert (refused.code, "cannot be trusted" in refused.err) == (exits.NOT_DONE, True)
    assert programme_heads.heads(graph) == ()


def at(graph: Graph, when: datetime, number: int) -> list[str]:
    """Record a woman by a clock that shows that day; what is noted."""
    outcome = recording.record_one(graph, "demo", say.woman(f"V{number}"), say.clerk(today=when.date()))
    return [note.note for note in outcome.notes]


def test_an_entry_of_a_clock_that_was_ahead_is_settled_by_the_next(graph: Graph, folder: Path) -> None:
    """Entry 15 is dated 2031; what comes after it, by a clock that is right, is entry 16."""
    tell_story(graph)
    backup_status.note_backup(graph, folder, NOW, folder / "keys" / "demo.pem", [])
    assert at(graph, datetime(2031, 1, 1, tzinfo=UTC), 1) == []
    last = programme_heads.head(graph, "demo").entries

    found = next(each for each in record_checks.troubles_of_record(graph, folder, NOW) if each.code == "clock")
    assert (found.severity, f"Entry {last} of demo is dated 2031-01-01" in found.what) == ("fault", True)
    assert "clock" not in {
        each.code for each in record_checks.troubles_of_record(graph, folder, datetime(2031, 1, 1, tzinfo=UTC))
    }
    assert at(graph, NOW, 2) == ["clock_ahead"], "told once"
    assert at(graph, NOW, 3) == []

    (after,) = (each for each in record_checks.troubles_of_record(graph, folder, NOW) if "clock" in each.code)
    assert (after.code, after.severity) == ("clock_was_ahead", "note")
    assert reading.last_known(graph, "demo", int(commands(after)[0].rpartition(" ")[2])) == last


def test_what_was_recorded_a_week_ago_and_is_in_no_backup_is_backed_up(
    shell: Shell, connection: Connection, graph: Graph, folder: Path
) -> None:
    shell.use(connection)
    tell_story(graph)
    first = datetime.fromisoformat(next(reading.entries(graph, "demo")).recorded_at)

    assert record_checks.troubles_of_record(graph, folder, first + timedelta(days=record_checks.BACKUP_DAYS)) == ()
    later = first + timedelta(days=record_checks.BACKUP_DAYS, seconds=1)
    found = only(record_checks.troubles_of_record(graph, folder, later), "no_backup")
    shell.ok(*commands(found)[0].split()[1:])

    assert record_checks.troubles_of_record(graph, folder, later) == ()


def test_copies_that_hold_what_was_erased_since_are_deleted(
    shell: Shell, connection: Connection, graph: Graph, folder: Path
) -> None:
    shell.use(connection)
    recorded(graph, say.programme("demo"), say.woman("W1"))
    private_files.folder(backup_files.own_folder(folder))
    old = backup_files.own_folder(folder) / "relay-2020-01-01T000000Z.jsonl"
    old.touch(mode=0o600)
    shell.ok("audit")
    register = folder / snapshot_cache.FOLDER / "demo.register"
    os.utime(register, (0, 0))
    shell.ok("backup", "--keep", "5")
    now = datetime.now(UTC)
    assert "kept_after_erasure" not in {each.code for each in record_checks.troubles_of_record(graph, folder, now)}
    shell.ok("erase", "beneficiary:W1", "--yes")

    found = only(record_checks.troubles_of_record(graph, folder, now), "kept_after_erasure")
    assert str(old) in commands(found)[1]
    shell.ok(*commands(found)[0].split()[1:])
    subprocess.run(["sh", "-c", commands(found)[1]], check=True)  # noqa: S607

    assert record_checks.troubles_of_record(graph, folder, now) == ()
    assert [path for path in (old, register) if path.exists()] == []


def test_where_she_still_is_is_listed_until_she_is_nowhere(
    shell: Shell, connection: Connection, graph: Graph, folder: Path
) -> None:
    shell.use(connection)
    recorded(graph, say.programme("demo"), say.woman("W1"), say.woman("W2"))
    key = public_key_of(new_secret_key())
    shell.ok("follower", "add", "head-office", key)
    old = private_files.folder(backup_files.own_folder(folder)) / "relay-2020-01-01T000000Z.jsonl"
    old.touch(mode=0o600)
    assert "Nothing of beneficiary:W1 was erased" in shell.run("erase", "beneficiary:W1", "--where").err
    shell.ok("erase", "beneficiary:W1", "--yes")

    before = shell.run("erase", "beneficiary:W1", "--where", "--json")
    old.unlink()
    shell.ok("follower", "remove", "head-office")
    after = shell.run("erase", "beneficiary:W1", "--where", "--json")

    neo4j = {
        "kind": "log",
        "where": "Neo4j",
        "since": "",
        "advice": before.json[-1]["advice"],
    }  # its own log, as the shell is told
    assert [each["where"] for each in before.json] == [str(old), "head-office", "Neo4j"]
    assert before.code == exits.FOUND
    assert after.json == [neo4j]


def test_the_log_of_the_embedded_database_is_listed_until_it_was_stopped(graph: Graph, folder: Path) -> None:
    recorded(graph, say.programme("demo"), say.woman("W1"))
    log = folder / "databases" / "relay" / "txlog_0.wal"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x")
    recorded(graph, say.erased("beneficiary:W1"))
    os.utime(log, (NOW.timestamp(), NOW.timestamp()))

    erased = where_erased.erasure(graph, "demo", "beneficiary:W1").entry
    there = where_erased.remainders(graph, folder, erased, embedded=True)
    log.unlink()
    gone = where_erased.remainders(graph, folder, erased, embedded=True)

    assert [(each.where, gone) for each in there] == [(str(log), ())]


def test_a_database_that_was_set_back_is_restored_from_the_last_backup(
    shell: Shell, connection: Connection, graph: Graph, folder: Path, tmp_path: Path
) -> None:
    shell.use(connection)
    tell_story(graph)
    shell.ok("backup", str(tmp_path / "kept.jsonl"))
    wiped(graph)

    found = only(record_checks.troubles_of_record(graph, folder, NOW), "set_back")
    assert "restore that backup into an empty database" in found.advice
    shell.ok("restore", str(tmp_path / "kept.jsonl"))

    assert record_checks.troubles_of_record(graph, folder, NOW) == ()
