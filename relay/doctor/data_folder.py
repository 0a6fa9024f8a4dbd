"""The data folder looked at from outside, without the database: whose it is, who can read it, what has room in it."""

from __future__ import annotations

import json
import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from relay.backup import files, status
from relay.database import engine
from relay.doctor.finding import Trouble, fault, note, of_damage, of_error
from relay.errors import Unavailable, refused
from relay.ledger import checkpoints

_MB: Final = 1_000_000
_BACKUP: Final = "relay backup --keep 30"


def findings(folder: Path, *, embedded: bool) -> tuple[Trouble, ...]:
    """What is wrong with a data folder; empty when nothing is.

    Args:
        folder: It need not be there.
        embedded: Whether the embedded database lies in it.
    """
    if not folder.exists():
        advice = "If there should be a record, RELAY_DATA names another folder than it did. Else begin: relay demo"
        nothing = note("nothing_there", folder, "Nothing has been kept here yet.", advice)
        return (nothing, *_room(folder, embedded=embedded))
    if not folder.is_dir():
        aside = shlex.quote(str(folder.with_name(f"{folder.name}.file")))
        advice = f"Move it aside, so that a folder can be made there: `mv {shlex.quote(str(folder))} {aside}`"
        return (fault("not_a_folder", folder, "This is a file, not a folder.", advice),)
    return (
        *_ownership(folder),
        *_writable(folder),
        *_keys(folder),
        *_last_backup(folder),
        *_room(folder, embedded=embedded),
        *(_engine(folder) if embedded else ()),
    )


def _ownership(folder: Path) -> Iterator[Trouble]:
    owner, me = folder.stat().st_uid, os.geteuid()
    if owner != me:
        error = engine.OfAnotherUser(data_folder=folder, owner=owner)
        advice = f"{error.suggestion} If it is yours: `sudo chown -R {me} {shlex.quote(str(folder))}`"
        yield fault(error.code, folder, str(error.reason), advice)
        return
    if folder.stat().st_mode & 0o077:
        yield of_error(refused(engine.FOLDER_NOT_PRIVATE, data_folder=folder), folder)
    found = {path: path.lstat() for path in _below(folder)}
    of_others = [path for path, said in found.items() if said.st_uid != me]
    if of_others:
        what = f"{_counted(of_others)} belong to another user: Relay cannot write there."
        yield fault("files_of_another_user", of_others[0], what, f"`sudo chown -R {me} {shlex.quote(str(folder))}`")
    closed = [path for path, said in found.items() if not _usable(said.st_mode)]
    if closed:
        what = f"{_counted(closed)} are closed to their own owner: Relay cannot read or write there."
        yield fault("files_closed", closed[0], what, f"`chmod -R u+rwX {shlex.quote(str(folder))}`")
    shown = [path for path, said in found.items() if said.st_mode & 0o077 and not stat.S_ISLNK(said.st_mode)]
    if shown:
        what = f"{_counted(shown)} can be read by others as soon as the folder is opened or copied."
        yield fault("secrets_readable", shown[0], what, f"`chmod -R go= {shlex.quote(str(folder))}`")


def _usable(mode: int) -> bool:
    """Whether the owner may do what Relay does with a file or a folder."""
    needed = stat.S_IRUSR | stat.S_IWUSR | (stat.S_IXUSR if stat.S_ISDIR(mode) else 0)
    return stat.S_ISLNK(mode) or mode & needed == needed


def _below(folder: Path) -> list[Path]:
    """All that lies in a folder, as far as it can be looked into; empty when it is none."""
    return [Path(at) / name for at, folders, names in os.walk(folder) for name in (*folders, *names)]


def _counted(paths: list[Path]) -> str:
    return f"{len(paths)} files or folders"


def _keys(folder: Path) -> Iterator[Trouble]:
    """The keys that sign checkpoints, as far as they can be read."""
    for path in sorted((folder / "keys").glob("*.pem")):
        try:
            checkpoints.known_key(folder, path.stem)
        except checkpoints.KeyUnreadable as error:
            aside = f"`mv {shlex.quote(str(path))} {shlex.quote(f'{path}.unreadable')}`"
            advice = f"Restore it from your copy; if you have none, move it aside and a new key is made: {aside}"
            yield fault(error.code, path, str(error.reason), advice)
        except OSError:  # told as closed to its owner
            pass


def _last_backup(folder: Path) -> Iterator[Trouble]:
    last, note_ = status.last_backup(folder), folder / status.FILE
    another = f"make another: `{_BACKUP}`"
    if last is None and note_.is_dir():
        yield fault("backup_note_unreadable", note_, "This is a folder.", f"`rmdir {shlex.quote(str(note_))}`")
    elif last is None and note_.exists():
        what = "What was noted of the last backup cannot be read, so that nobody is told how old it is."
        yield fault("backup_note_unreadable", note_, what, f"To be safe, {another}")
    elif last and not Path(last.file).exists():
        what = f"The last backup, of {last.at}, is no longer where it was written."
        yield fault("backup_moved", last.file, what, f"Put it back, or {another}")
    elif last and Path(last.file).stat().st_size < last.size:
        what = f"The last backup, of {last.at}, was cut off: it had {last.size} bytes."
        yield fault("backup_cut", last.file, what, f"It cannot be restored: {another}")


def _writable(folder: Path) -> Iterator[Trouble]:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = (
            f"Mount the disk for writing again (`mount -o remount,rw {shlex.quote(str(_mount(folder)))}`). A disk that"
            " became read-only by itself is often failing: copy the latest backup elsewhere first."
        )
        yield fault("read_only", folder, f"Nothing can be written here: {error.strerror}.", advice)


def _mount(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if os.path.ismount(each))


def _room(folder: Path, *, embedded: bool) -> Iterator[Trouble]:
    free = engine.free_bytes(folder)
    if free >= engine.LOW_FREE_BYTES:
        return
    spare = (folder / engine.BEFORE_UPGRADES, files.own_folder(folder))
    held = [f"{each} holds {engine.bytes_below(each) // _MB} MB" for each in spare if each.exists()]
    advice = "; ".join((f"Free at least {(engine.LOW_FREE_BYTES - free) // _MB + 1} MB", *held))
    full = embedded and free < engine.LEAST_FREE_BYTES
    yield fault(
        "disk_full" if full else "disk_nearly_full",
        folder,
        f"The disk is {'full' if full else 'nearly full'}: {free // _MB} MB are left, and with less than"
        f" {engine.LEAST_FREE_BYTES // _MB} MB nothing is written.",
        f"{advice}.",
    )


def _engine(folder: Path) -> Iterator[Trouble]:
    try:
        engine.require_local(folder)
        running = engine.status(folder).running
    except engine.StateDamaged as error:
        yield _out_of_reach(folder, str(error.reason))
    except Unavailable as error:
        yield of_error(error, folder)
    else:
        if engine.files_missing(folder):
            yield of_damage(engine.DatabaseDamaged(data_folder=folder, finding=engine.GONE), folder)
        elif running and not (folder / engine.READER_FILE).exists():
            yield of_error(refused(engine.NO_READER), folder / engine.READER_FILE)
        elif running:
            return
        elif engine.processes(folder):
            yield _out_of_reach(folder, "An engine holds this folder, but its state file was replaced.")
        elif unreadable := _unreadable(folder):
            yield from unreadable
        elif finding := engine.silently_changed(engine.files_at_last_stop(folder), engine.files_now(folder)):
            yield of_damage(engine.DatabaseDamaged(data_folder=folder, finding=finding), folder)


def _unreadable(folder: Path) -> list[Trouble]:
    """What a stopped engine left about itself and nobody can read; it writes all of that anew."""
    found = []
    for path in (folder / name for name in (engine.STATE_FILE, engine.CLOSED_FILE, *engine.ADMITTED)):
        try:
            _read(path)
        except FileNotFoundError:
            continue
        except (Unavailable, ValueError, OSError):
            what = "This is not what the engine wrote there. When it starts, it checks its files and writes it anew."
            found.append(fault("engine_note_unreadable", path, what, f"`rm -r {shlex.quote(str(path))}`"))
    return found


def _read(path: Path) -> None:
    if path.name == engine.STATE_FILE:
        engine.State.read(path)
    text = path.read_text()
    for each in text.splitlines() if path.suffix == ".jsonl" else (text,):
        json.loads(each)


def _out_of_reach(folder: Path, what: str) -> Trouble:
    """An engine that runs, and whose port and password nobody knows any more."""
    pids = " ".join(map(str, engine.processes(folder)))
    path = folder / engine.STATE_FILE
    advice = (
        f"End the engine of this folder (`kill {pids}`) and take that file away (`rm -f {shlex.quote(str(path))}`); the"
        " next command starts another."
    )
    return fault("engine_out_of_reach", path, what, advice)
