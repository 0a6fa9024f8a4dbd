"""The last backup that was made with a data folder: when, where to, and what was recorded since.

It is written beside the record, not into it: it reminds the operator to make the next one, and proves nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from relay import private_files
from relay.backup.replay import KeptLedger
from relay.clock import instant
from relay.domain.entries import Entry
from relay.ledger import reading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from pathlib import Path

    from relay.graph import Graph
    from relay.ledger.programmes import LedgerHead

FILE: Final = "last_backup.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """The last backup.

    Attributes:
        at: When it was written, as `clock.instant` writes it.
        file: Where to.
        programmes: What it holds.
        size: Its bytes; 0 where an earlier Relay noted it.
    """

    at: str
    file: str
    programmes: tuple[KeptLedger, ...]
    size: int = 0


def note(data_folder: Path, at: datetime, file: Path, programmes: Iterable[KeptLedger]) -> None:
    """Note that a backup was made.

    Raises:
        Invalid: The note cannot be written; the backup itself is complete.
    """
    size = file.stat().st_size
    last = LastBackup(at=instant(at), file=str(file.absolute()), programmes=tuple(programmes), size=size)
    with private_files.replace(private_files.folder(data_folder) / FILE) as written:
        written.write(json.dumps(asdict(last)).encode())


def last_backup(data_folder: Path) -> LastBackup | None:
    """The last backup that was noted; None when none was, or the note cannot be read."""
    try:
        said: Any = json.loads((data_folder / FILE).read_bytes())
        programmes = tuple(map(KeptLedger.of, said["programmes"]))
        size = int(said.get("size", 0))
        return LastBackup(at=str(said["at"]), file=str(said["file"]), programmes=programmes, size=size)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def no_longer_there(graph: Graph, last: LastBackup | None) -> tuple[KeptLedger, ...]:
    """What the last backup holds and the database does not, or not all: it was set back, emptied, or is another.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(kept for kept in (last.programmes if last else ()) if not _is_there(graph, kept))


def _is_there(graph: Graph, kept: KeptLedger) -> bool:
    """Whether a ledger still has the entry with which a backup of it ends."""
    newest = next(reading.stored(graph, kept.programme_id, first=kept.entries, last=kept.entries), None)
    return isinstance(newest, Entry) and newest.hash == kept.head_hash


def entries_since(head: LedgerHead, last: LastBackup | None, gone: Collection[KeptLedger]) -> int:
    """How many entries of a ledger the last backup does not hold: all, where it holds another ledger of that name.

    Args:
        head: Of the ledger.
        last: None when none was made.
        gone: What of it is `no_longer_there`.
    """
    for kept in last.programmes if last else ():
        if kept.programme_id == head.programme_id and kept not in gone:
            return head.entries - kept.entries
    return head.entries
