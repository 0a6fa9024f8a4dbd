"""The last backup: when it was made, to which file, and how much was recorded since.

    (:Backups {key, made, failed_at, code})

It is noted in the database, where every machine reads it, and in a file of the machine that made it: only that knows
more than a database that was set back, and can be read where the database is damaged.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from relay import private_files
from relay.backup.ledger_backup import LedgerInBackup
from relay.database import cypher
from relay.domain.entries import Entry
from relay.instants import instant
from relay.ledger import reading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from relay.graph import Graph
    from relay.ledger.programme_heads import LedgerHead

FILE: Final = "last_backup.json"
_KEY: Final = "all"


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
    """How the backups of a database stand.

    Attributes:
        last_at: When the last one was made, a UTC instant; empty if none was.
        failed_at: When one failed since, a UTC instant; empty if none did.
        code: What programs call the failure; empty if none failed.
    """

    last_at: str
    failed_at: str
    code: str


def note_failure(graph: Graph, at: datetime, code: str) -> None:
    """Note that a backup failed; the next one that is made removes the note.

    Raises:
        Unavailable: The database cannot be reached.
    """
    values = {"failed_at": instant(at), "code": code}
    graph.write(lambda transaction: transaction.run(cypher.NOTE_FAILED_BACKUP, key=_KEY, **values))


def backup_state(graph: Graph, data_folder: Path) -> BackupState:
    """How the backups stand, as far as it was noted in the database or in this machine's data folder.

    Raises:
        Unavailable: The database cannot be reached.
    """
    noted = _noted(graph)
    last = _newest(_read(noted.get("made", "")), noted_here(data_folder))
    return BackupState(
        last_at=last.at if last else "", failed_at=noted.get("failed_at") or "", code=noted.get("code") or ""
    )


def note_backup(
    graph: Graph, data_folder: Path, at: datetime, file: Path, programmes: Iterable[LedgerInBackup]
) -> None:
    """Note in the data folder and in the database that a backup was made.

    Raises:
        Invalid: The note cannot be written; the backup itself is complete.
        Unavailable: The database cannot be reached; the backup is complete too.
    """
    size = file.stat().st_size
    last = LastBackup(at=instant(at), file=str(file.absolute()), programmes=tuple(programmes), size=size)
    made = json.dumps(asdict(last))
    with private_files.replace(private_files.folder(data_folder) / FILE) as written:
        written.write(made.encode())
    graph.write(lambda transaction: transaction.run(cypher.NOTE_BACKUP, key=_KEY, made=made))


def last_backup(graph: Graph, data_folder: Path) -> LastBackup | None:
    """The last backup, whichever machine made it; None when none was noted.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _newest(_read(_noted(graph).get("made", "")), noted_here(data_folder))


def noted_here(data_folder: Path) -> LastBackup | None:
    """The last backup that this machine made; None when none was noted, or the note cannot be read."""
    try:
        return _read((data_folder / FILE).read_bytes())
    except OSError:
        return None


def _noted(graph: Graph) -> Mapping[str, Any]:
    return next(iter(graph.rows(cypher.BACKUPS, key=_KEY)), {})


def _newest(*backups: LastBackup | None) -> LastBackup | None:
    return max(filter(None, backups), key=lambda each: each.at, default=None)


def _read(made: str | bytes) -> LastBackup | None:
    try:
        note: Any = json.loads(made)
        programmes = tuple(map(LedgerInBackup.of, note["programmes"]))
        size = int(note.get("size", 0))
        return LastBackup(at=str(note["at"]), file=str(note["file"]), programmes=programmes, size=size)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
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
