"""Snapshots of programmes, cached in memory and on disk, and always up to date.

A snapshot belongs to one entry of the ledger and carries its hash. Each time it is asked for, the head of the ledger is
read together with the entries that came since. If their hashes lead from the snapshot to the head, they are applied to
it. If not (after corrections, or when the database is another one or was restored), the programme is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.arrays.snapshot_file import SNAPSHOT_CACHE, read, write
from relay.cached.ledger_cache import WRITE_AFTER

if TYPE_CHECKING:
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.cached.ledger_cache import CopyInMemory
    from relay.graph import Graph

FOLDER: Final = "snapshots"
"""The cache folder, below the data folder."""


def snapshot(graph: Graph, programme_id: str, folder: Path | None = None, head_hash: str | None = None) -> Snapshot:
    """The programme as now recorded.

    Args:
        graph: The database; snapshots stay in memory while it is open.
        programme_id: Id of the programme.
        folder: The cache folder; None caches nothing on disk.
        head_hash: Hash of the head of the ledger if it has just been read; a snapshot with this hash is returned
            unchecked.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    place = SNAPSHOT_CACHE.place(graph, programme_id)
    cached = place.copy or (_mapped(place, programme_id, folder) if folder else None)
    if cached is None or cached.head_hash != head_hash:
        cached = _refreshed(graph, programme_id, place, cached)
    place.copy = cached
    if folder and cached.sequence - place.on_disk >= (WRITE_AFTER if place.on_disk else 1):
        write(folder, cached)
        place.on_disk = cached.sequence
        mapped = read(folder, programme_id)
        if mapped and mapped.head_hash == cached.head_hash:  # in no process's own memory, and let go when it is short
            cached = place.copy = mapped
    return cached


def _mapped(place: CopyInMemory[Snapshot], programme_id: str, folder: Path) -> Snapshot | None:
    """The snapshot that an earlier process cached on disk, mapped into memory."""
    cached = read(folder, programme_id)
    place.on_disk = cached.sequence if cached else 0
    return cached


def _refreshed(graph: Graph, programme_id: str, place: CopyInMemory[Snapshot], older: Snapshot | None) -> Snapshot:
    """The snapshot as of the head of its ledger: an older one with entries applied, or read again."""
    current = older and _up_to_date(graph, older)
    if current is None:
        from relay.arrays.from_graph import load  # noqa: PLC0415 - mostly one is kept

        with place.making:  # one reads, the others wait for it
            current = place.copy and _up_to_date(graph, place.copy)
            if current is None:
                current, place.on_disk = load(graph, programme_id), 0
            place.copy = current
    return current


def _up_to_date(graph: Graph, older: Snapshot) -> Snapshot | None:
    """A snapshot with the entries that came since, or None if the programme has to be read again."""
    from relay.arrays.apply_entries import applied  # noqa: PLC0415 - between two questions mostly nothing is recorded
    from relay.ledger.reading import entries_since  # noqa: PLC0415 - as above

    entries = entries_since(graph, older.programme_id, older.sequence, older.head_hash)
    return None if entries is None else applied(older, entries)


def discard(graph: Graph, programme_id: str, folder: Path) -> None:
    """Delete the cached snapshots of a programme; it is read again."""
    SNAPSHOT_CACHE.drop(folder, programme_id, graph)
