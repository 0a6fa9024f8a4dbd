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
    found = place.copy or (_mapped(place, programme_id, folder) if folder else None)
    if found is None or found.head_hash != head_hash:
        found = _refreshed(graph, programme_id, place, found)
    place.copy = found
    if folder and found.sequence - place.on_disk >= (WRITE_AFTER if place.on_disk else 1):
        write(folder, found)
        place.on_disk = found.sequence
        mapped = read(folder, programme_id)
        if mapped and mapped.head_hash == found.head_hash:  # in no process's own memory, and let go when it is short
            found = place.copy = mapped
    return found


def _mapped(place: CopyInMemory[Snapshot], programme_id: str, folder: Path) -> Snapshot | None:
    """The snapshot that an earlier process cached on disk, mapped into memory."""
    found = read(folder, programme_id)
    place.on_disk = found.sequence if found else 0
    return found


def _refreshed(graph: Graph, programme_id: str, place: CopyInMemory[Snapshot], known: Snapshot | None) -> Snapshot:
    """The snapshot as of the head of its ledger: an older one with entries applied, or read again."""
    found = known and _up_to_date(graph, known)
    if found is None:
        from relay.arrays.from_graph import load  # noqa: PLC0415 - mostly one is kept

        with place.making:  # one reads, the others wait for it
            found = place.copy and _up_to_date(graph, place.copy)
            if found is None:
                found, place.on_disk = load(graph, programme_id), 0
            place.copy = found
    return found


def _up_to_date(graph: Graph, known: Snapshot) -> Snapshot | None:
    """A snapshot with the entries that came since, or None if the programme has to be read again."""
    from relay.arrays.apply_entries import applied  # noqa: PLC0415 - between two questions mostly nothing is recorded
    from relay.ledger.reading import entries_since  # noqa: PLC0415 - as above

    entries = entries_since(graph, known.programme_id, known.sequence, known.head_hash)
    return None if entries is None else applied(known, entries)


def discard(graph: Graph, programme_id: str, folder: Path) -> None:
    """Delete the cached snapshots of a programme; it is read again."""
    SNAPSHOT_CACHE.drop(folder, programme_id, graph)
