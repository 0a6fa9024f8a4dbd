"""Every way in which a folder was broken by hand: the doctor names it, its advice is typed, and it is silent again.

a folder that is well ── copied ── broken in one way ── named ── mended by what is advised ── nothing is named
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

import pytest

from relay import graph as relay_graph
from relay import private_files
from relay.access import story_links
from relay.arrays import snapshot_cache
from relay.backup import backup_files, backup_status
from relay.database import embedded_server
from relay.doctor import examination
from relay.ledger import checkpoints
from tests.commands.shell import Shell, record
from tests.rigs.pace import wait_until
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relay.doctor.trouble import Trouble

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BACKUP = "backups/relay-2026-11-24T120000Z.jsonl"
SECRETS = (
    *(
        "session.key",
        "exports.json",
        "outbox/act.jsonl",
        "uploads/register.xlsx",
        f"{snapshot_cache.FOLDER}/demo.register",
    ),
    *("keys/demo.pem", f"{story_links.FOLDER}/demo.json", backup_status.FILE, BACKUP),
    *(
        embedded_server.STATE_FILE,
        embedded_server.READER_FILE,
        embedded_server.ADMITTED[0],
        f"databases/{embedded_server.DATABASE}/configuration.json",
    ),
)
"""What nobody but its owner reads, each in its own way a secret."""


def open_to_all(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).chmod(0o644)


def filled_with(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content)


def cut(name: str) -> Callable[[Path], object]:
    """Keep the first half of a file, as a full disk does."""
    return lambda folder: (folder / name).write_bytes(
        (folder / name).read_bytes()[: (folder / name).stat().st_size // 2]
    )


def gone(name: str) -> Callable[[Path], object]:
    return lambda folder: shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()


def a_folder_in_place_of(name: str) -> Callable[[Path], object]:
    def break_(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir(mode=0o700)

    return break_


def a_file_in_its_place(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("notes")


STOPPED: dict[str, tuple[Callable[[Path], object], str]] = {
    **{f"{name} open to all": (open_to_all(name), "secrets_readable") for name in SECRETS},
    "the folder open to all": (lambda folder: folder.chmod(0o755), "folder_not_private"),
    "a file closed to its owner": (lambda folder: (folder / backup_status.FILE).chmod(0o400), "files_closed"),
    "a folder closed to its owner": (lambda folder: (folder / "backups").chmod(0o500), "files_closed"),
    "the state file cut": (cut(embedded_server.STATE_FILE), "engine_note_unreadable"),
    "the state file empty": (filled_with(embedded_server.STATE_FILE, ""), "engine_note_unreadable"),
    "garbage in the note of closed files": (
        filled_with(embedded_server.CLOSED_FILE, "\x00garbage"),
        "engine_note_unreadable",
    ),
    "the note of closed files cut": (cut(embedded_server.CLOSED_FILE), "engine_note_unreadable"),
    "garbage in the accounts file": (filled_with(embedded_server.ADMITTED[0], "garbage\n"), "engine_note_unreadable"),
    "garbage in the groups file": (filled_with(embedded_server.ADMITTED[1], "{{"), "engine_note_unreadable"),
    "garbage in the checkpoint key": (filled_with("keys/demo.pem", "garbage"), "key_unreadable"),
    "the checkpoint key cut": (cut("keys/demo.pem"), "key_unreadable"),
    "garbage in the last backup's note": (filled_with(backup_status.FILE, "garbage"), "backup_note_unreadable"),
    "the last backup's note cut": (cut(backup_status.FILE), "backup_note_unreadable"),
    "a folder in place of the last backup's note": (a_folder_in_place_of(backup_status.FILE), "backup_note_unreadable"),
    "the last backup gone": (gone(BACKUP), "backup_moved"),
    "the last backup cut": (cut(BACKUP), "backup_cut"),
    "the folder of databases gone": (gone("databases"), "database_damaged"),
    "the data folder a file": (a_file_in_its_place, "not_a_folder"),
}
RUNNING: dict[str, tuple[Callable[[Path], object], str]] = {
    "the state file altered": (filled_with(embedded_server.STATE_FILE, "{}"), "engine_out_of_reach"),
    "the reader's key gone": (gone(embedded_server.READER_FILE), "no_reader"),
}


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of a stopped engine, with a programme and one of everything that is kept in a data folder."""
    folder = tmp_path_factory.mktemp("well") / "data"
    with relay_graph.connect(embedded_server.ensure(folder, readable=CORE.readable), CORE) as graph:
        record(graph, say.programme("hills"), programme_id="hills")
        private_files.folder(folder / "backups")
        backup_status.note_backup(
            graph, folder, NOW, folder / BACKUP, backup_files.write_backup(graph, folder / BACKUP)
        )
    embedded_server.stop(folder)
    checkpoints.make_key(folder, "demo", token_bytes)
    for name in SECRETS:
        if not (folder / name).exists():
            private_files.folder((folder / name).parent)
            (folder / name).touch(mode=0o600)
            (folder / name).write_text("secret")
    return folder


@pytest.fixture
def folder(well: Path, tmp_path: Path) -> Iterator[Path]:
    """Give a copy of it, in which a backup is noted."""
    folder = tmp_path / "data"
    shutil.copytree(well, folder)
    folder.chmod(0o700)
    noted = backup_status.noted_here(well)
    assert noted
    moved = asdict(noted) | {"file": str(folder / BACKUP)}
    (folder / backup_status.FILE).write_text(json.dumps(moved), encoding="utf-8")
    yield folder
    for each in (folder, folder.with_name("data.restored")):
        with suppress(embedded_server.StateDamaged, NotADirectoryError):
            embedded_server.stop(each)


def look(folder: Path) -> tuple[Trouble, ...]:
    return examination.examine_quickly(folder, NOW, None, embedded=True)


def follow(shell: Shell, found: Trouble) -> None:
    """Type what the advice says: commands of Relay, and of the system."""
    for typed in re.findall("`(.*?)`", found.advice):
        words = typed.split()
        if "=" in words[0]:
            shell.monkeypatch.setenv(*words.pop(0).split("="))
        if words[0] == "relay":
            shell.ok(*words[1:])
        else:
            subprocess.run(["sh", "-c", typed], check=True)  # noqa: S607


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Shell:
    """Give a shell on that folder."""
    shell = Shell(monkeypatch, capsys)
    monkeypatch.setenv("RELAY_DATA", str(folder))
    return shell


def test_a_folder_that_is_well_is_well(folder: Path) -> None:
    assert look(folder) == ()


FIRST: Final = {code: way for way, (_, code) in reversed(STOPPED.items())}
"""Code → the first way that leads to it: these are in every run."""


@pytest.mark.parametrize(
    "way", [way if way in FIRST.values() else pytest.param(way, marks=pytest.mark.soak) for way in STOPPED]
)
def test_a_folder_broken_while_its_engine_is_stopped_is_named_and_mended(shell: Shell, folder: Path, way: str) -> None:
    break_, code = STOPPED[way]

    break_(folder)
    (found,) = look(folder)
    follow(shell, found)

    assert found.code == code
    restored = folder.with_name("data.restored")
    assert [each for each in look(restored if restored.exists() else folder) if each.severity == "fault"] == []
    if code == "database_damaged":
        assert shell.ok("programme", "list").rows[1][0] == "hills"


@pytest.mark.soak
@pytest.mark.parametrize("way", RUNNING)
def test_a_folder_broken_while_its_engine_runs_is_named_and_mended(shell: Shell, folder: Path, way: str) -> None:
    break_, code = RUNNING[way]
    shell.ok("engine", "start")

    break_(folder)
    (found,) = look(folder)
    follow(shell, found)
    wait_until(lambda: not embedded_server.processes(folder), seconds=embedded_server.STOP_SECONDS)

    assert found.code == code
    assert shell.ok("doctor").err.endswith("Nothing is wrong.\n")


@pytest.mark.soak
def test_an_engine_whose_state_file_is_gone_ends_by_itself_and_the_next_command_starts_another(
    shell: Shell, folder: Path
) -> None:
    shell.ok("engine", "start")

    (folder / embedded_server.STATE_FILE).unlink()
    wait_until(lambda: not embedded_server.processes(folder), seconds=embedded_server.STOP_SECONDS)

    assert shell.ok("doctor").err.endswith("Nothing is wrong.\n")
    assert shell.ok("programme", "list").rows[1][0] == "hills"


def test_a_database_whose_files_are_gone_is_not_taken_for_an_empty_one(shell: Shell, folder: Path) -> None:
    shutil.rmtree(folder / "databases")

    for words in (("programme", "list"), ("programme", "add", "hills", "--name", "Hills"), ("doctor",)):
        answer = shell.run(*words)
        assert "its files are gone" in answer.err + answer.out, words
    assert not (folder / "databases").exists()
