"""The last backup made with a data folder: when, to which file, and how much was recorded since.

It is noted in a file of the data folder, not in the database, to remind the operator of the next one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from relay import private_files
from relay.backup.ledger_backup import LedgerInBackup
from relay.domain.entries import Entry
from relay.instants import instant
from relay.ledger import reading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from pathlib import Path

    from relay.graph import Graph
    from relay.ledger.programme_heads import LedgerHead

FILE: Final = "last_backup.json"
FAILED_FILE: Final = "failed_backup.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """The last backup.

    Attributes:
        at: When it was written, as `instants.instant` writes it.
        file: Its absolute path.
        programmes: The ledgers in it.
        size: Its size in bytes; 0 if an earlier version noted it.
    """

    at: str
    file: str
    programmes: tuple[LedgerInBackup, ...]
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupState:
    """How the backups of a machine stand.

    Attributes:
        last_at: When the last one was made, a UTC instant; empty if none was.
        failed_at: When one failed since, a UTC instant; empty if none did.
        code: What programs call the failure; empty if none failed.
    """

    last_at: str
    failed_at: str
    code: str


def note_failure(data_folder: Path, at: datetime, code: str) -> None:
    """Note in the data folder that a backup failed; the next one that is made removes the note.

    Raises:
        Invalid: The note cannot be written.
    """
    with private_files.replace(private_files.folder(data_folder) / FAILED_FILE) as written:
        written.write(json.dumps({"at": instant(at), "code": code}).encode())


def backup_state(data_folder: Path) -> BackupState:
    """How the backups made with a data folder stand, as far as it was noted."""
    last = last_backup(data_folder)
    try:
        failed: Any = json.loads((data_folder / FAILED_FILE).read_bytes())
        failed_at, code = str(failed["at"]), str(failed["code"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        failed_at = code = ""
    return BackupState(last_at=last.at if last else "", failed_at=failed_at, code=code)


def note_backup(data_folder: Path, at: datetime, file: Path, programmes: Iterable[LedgerInBackup]) -> None:
    """Note in the data folder that a backup was made.

    Raises:
        Invalid: The note cannot be written; the backup itself is complete.
    """
    size = file.stat().st_size
    last = LastBackup(at=instant(at), file=str(file.absolute()), programmes=tuple(programmes), size=size)
    with private_files.replace(private_files.folder(data_folder) / FILE) as written:
        written.write(json.dumps(asdict(last)).encode())
    (data_folder / FAILED_FILE).unlink(missing_ok=True)


def last_backup(data_folder: Path) -> LastBackup | None:
    """The last backup that was noted; None when none was, or the note cannot be read."""
    try:
        note: Any = json.loads((data_folder / FILE).read_bytes())
        programmes = tuple(map(LedgerInBackup.of, note["programmes"]))
        size = int(note.get("size", 0))
        return LastBackup(at=str(note["at"]), file=str(note["file"]), programmes=programmes, size=size)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def missing_from_database(graph: Graph, last: LastBackup | None) -> tuple[LedgerInBackup, ...]:
    """The ledgers of the last backup of which the database lacks entries: it was set back, emptied, or is another.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(ledger for ledger in (last.programmes if last else ()) if not _is_in_database(graph, ledger))


def _is_in_database(graph: Graph, ledger: LedgerInBackup) -> bool:
    """Whether the database has the last entry of a ledger in a backup."""
    newest = next(reading.stored(graph, ledger.programme_id, first=ledger.entries, last=ledger.entries), None)
    return isinstance(newest, Entry) and newest.hash == ledger.head_hash


def entries_since(head: LedgerHead, last: LastBackup | None, gone: Collection[LedgerInBackup]) -> int:
    """How many entries of a ledger are not in the last backup; all, if it has another ledger of the same name.

    Args:
        head: The head of the ledger.
        last: The last backup; None when none was made.
        gone: The ledgers of it that are `missing_from_database`.
    """
    for ledger in last.programmes if last else ():
        if ledger.programme_id == head.programme_id and ledger not in gone:
            return head.entries - ledger.entries
    return head.entries
