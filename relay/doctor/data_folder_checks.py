"""Checks of the data folder without its database: owner, permissions, free space, keys, and the engine's own files."""

from __future__ import annotations

import json
import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from relay.backup import backup_files, backup_status
from relay.database import embedded_server
from relay.doctor.trouble import Trouble, fault, note, trouble_of_damage, trouble_of_error
from relay.errors import Unavailable, refused
from relay.ledger import checkpoints

_MB: Final = 1_000_000
_BACKUP: Final = "relay backup --keep 30"


def troubles_of_folder(folder: Path, *, embedded: bool) -> tuple[Trouble, ...]:
    """What is wrong with a data folder; empty when nothing is.

    Args:
        folder: The data folder; it need not exist.
        embedded: Whether the embedded database is in it.
    """
    if not folder.exists():
        advice = "If there should be a record, RELAY_DATA names another folder than it did. Else begin: relay demo"
        nothing = note("nothing_there", folder, "Nothing has been kept here yet.", advice)
        return (nothing, *_free_space_troubles(folder, embedded=embedded))
    if not folder.is_dir():
        aside = shlex.quote(str(folder.with_name(f"{folder.name}.file")))
        advice = f"Move it aside, so that a folder can be made there: `mv {shlex.quote(str(folder))} {aside}`"
        return (fault("not_a_folder", folder, "This is a file, not a folder.", advice),)
    return (
        *_ownership_troubles(folder),
        *_write_troubles(folder),
        *_key_troubles(folder),
        *_last_backup_troubles(folder),
        *_free_space_troubles(folder, embedded=embedded),
        *(_engine_troubles(folder) if embedded else ()),
    )


def _ownership_troubles(folder: Path) -> Iterator[Trouble]:
    owner, me = folder.stat().st_uid, os.geteuid()
    if owner != me:
        error = embedded_server.OfAnotherUser(data_folder=folder, owner=owner)
        advice = f"{error.suggestion} If it is yours: `sudo chown -R {me} {shlex.quote(str(folder))}`"
        yield fault(error.code, folder, str(error.reason), advice)
        return
    if folder.stat().st_mode & 0o077:
        yield trouble_of_error(refused(embedded_server.FOLDER_NOT_PRIVATE, data_folder=folder), folder)
    stats = {path: path.lstat() for path in _paths_below(folder)}
    of_others = [path for path, stat_ in stats.items() if stat_.st_uid != me]
    if of_others:
        what = f"{_count_text(of_others)} belong to another user: Relay cannot write there."
        yield fault("files_of_another_user", of_others[0], what, f"`sudo chown -R {me} {shlex.quote(str(folder))}`")
    closed = [path for path, stat_ in stats.items() if not _is_usable_by_owner(stat_.st_mode)]
    if closed:
        what = f"{_count_text(closed)} are closed to their own owner: Relay cannot read or write there."
        yield fault("files_closed", closed[0], what, f"`chmod -R u+rwX {shlex.quote(str(folder))}`")
    shown = [path for path, stat_ in stats.items() if stat_.st_mode & 0o077 and not stat.S_ISLNK(stat_.st_mode)]
    if shown:
        what = f"{_count_text(shown)} can be read by others as soon as the folder is opened or copied."
        yield fault("secrets_readable", shown[0], what, f"`chmod -R go= {shlex.quote(str(folder))}`")


def _is_usable_by_owner(mode: int) -> bool:
    """Whether permissions let the owner read and write a file, and enter a folder."""
    needed = stat.S_IRUSR | stat.S_IWUSR | (stat.S_IXUSR if stat.S_ISDIR(mode) else 0)
    return stat.S_ISLNK(mode) or mode & needed == needed


def _paths_below(folder: Path) -> list[Path]:
    """All files and folders below a folder, as far as they can be listed; empty if it is no folder."""
    return [Path(at) / name for at, folders, names in os.walk(folder) for name in (*folders, *names)]


def _count_text(paths: list[Path]) -> str:
    return f"{len(paths)} files or folders"


def _key_troubles(folder: Path) -> Iterator[Trouble]:
    """Keys that sign checkpoints and cannot be read."""
    for path in sorted((folder / "keys").glob("*.pem")):
        try:
            checkpoints.known_key(folder, path.stem)
        except checkpoints.KeyUnreadable as error:
            aside = f"`mv {shlex.quote(str(path))} {shlex.quote(f'{path}.unreadable')}`"
            advice = f"Restore it from your copy; if you have none, move it aside and a new key is made: {aside}"
            yield fault(error.code, path, str(error.reason), advice)
        except OSError:  # reported as closed to its owner
            pass


def _last_backup_troubles(folder: Path) -> Iterator[Trouble]:
    last, note_ = backup_status.noted_here(folder), folder / backup_status.FILE
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


def _write_troubles(folder: Path) -> Iterator[Trouble]:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = (
            f"Mount the disk for writing again (`mount -o remount,rw {shlex.quote(str(_mount_point(folder)))}`). A disk"
            " that became read-only by itself is often failing: copy the latest backup elsewhere first."
        )
        yield fault("read_only", folder, f"Nothing can be written here: {error.strerror}.", advice)


def _mount_point(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if os.path.ismount(each))


def _free_space_troubles(folder: Path, *, embedded: bool) -> Iterator[Trouble]:
    free = embedded_server.free_bytes(folder)
    if free >= embedded_server.LOW_FREE_BYTES:
        return
    spare = (folder / embedded_server.BEFORE_UPGRADES, backup_files.own_folder(folder))
    sizes = [f"{each} holds {embedded_server.bytes_below(each) // _MB} MB" for each in spare if each.exists()]
    advice = "; ".join((f"Free at least {(embedded_server.LOW_FREE_BYTES - free) // _MB + 1} MB", *sizes))
    full = embedded and free < embedded_server.LEAST_FREE_BYTES
    yield fault(
        "disk_full" if full else "disk_nearly_full",
        folder,
        f"The disk is {'full' if full else 'nearly full'}: {free // _MB} MB are left, and with less than"
        f" {embedded_server.LEAST_FREE_BYTES // _MB} MB nothing is written.",
        f"{advice}.",
    )


def _engine_troubles(folder: Path) -> Iterator[Trouble]:
    try:
        embedded_server.require_local(folder)
        running = embedded_server.status(folder).running
    except embedded_server.StateDamaged as error:
        yield _engine_out_of_reach(folder, str(error.reason))
    except Unavailable as error:
        yield trouble_of_error(error, folder)
    else:
        if embedded_server.files_missing(folder):
            yield trouble_of_damage(
                embedded_server.DatabaseDamaged(data_folder=folder, finding=embedded_server.GONE), folder
            )
        elif running and not (folder / embedded_server.READER_FILE).exists():
            yield trouble_of_error(refused(embedded_server.NO_READER), folder / embedded_server.READER_FILE)
        elif running:
            return
        elif embedded_server.processes(folder):
            yield _engine_out_of_reach(folder, "An engine holds this folder, but its state file was replaced.")
        elif unreadable := _unreadable_engine_notes(folder):
            yield from unreadable
        elif finding := embedded_server.silently_changed(
            embedded_server.files_at_last_stop(folder), embedded_server.files_now(folder)
        ):
            yield trouble_of_damage(embedded_server.DatabaseDamaged(data_folder=folder, finding=finding), folder)


def _unreadable_engine_notes(folder: Path) -> list[Trouble]:
    """Files with which a stopped engine notes its own state, and which cannot be read; it writes them anew."""
    troubles = []
    for path in (
        folder / name for name in (embedded_server.STATE_FILE, embedded_server.CLOSED_FILE, *embedded_server.ADMITTED)
    ):
        try:
            _read_engine_note(path)
        except FileNotFoundError:
            continue
        except (Unavailable, ValueError, OSError):
            what = "This is not what the engine wrote there. When it starts, it checks its files and writes it anew."
            troubles.append(fault("engine_note_unreadable", path, what, f"`rm -r {shlex.quote(str(path))}`"))
    return troubles


def _read_engine_note(path: Path) -> None:
    if path.name == embedded_server.STATE_FILE:
        embedded_server.State.read(path)
    text = path.read_text()
    for each in text.splitlines() if path.suffix == ".jsonl" else (text,):
        json.loads(each)


def _engine_out_of_reach(folder: Path, what: str) -> Trouble:
    """An engine that runs, while the file with its port and password is lost."""
    pids = " ".join(map(str, embedded_server.processes(folder)))
    path = folder / embedded_server.STATE_FILE
    advice = (
        f"End the engine of this folder (`kill {pids}`) and take that file away (`rm -f {shlex.quote(str(path))}`); the"
        " next command starts another."
    )
    return fault("engine_out_of_reach", path, what, advice)
