"""Snapshots of programmes: read from the graph once, then kept and refreshed, so that none is ever stale.

A snapshot belongs to one entry of the ledger and has its hash. Each time one is asked for, the head of the ledger is
read with the entries that came since: where their hashes lead from the snapshot's to the head's, they are applied to
the snapshot; otherwise (corrections; another database, or a restored one) the programme is read again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from relay.arrays.disk import forget, keep, kept

if TYPE_CHECKING:
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.graph import Graph

FOLDER: Final = "snapshots"
"""Where copies are kept, below the data folder."""

KEEP_AFTER: Final = 500
"""Entries after which the copy on disk is rewritten (our choice: they are read in about 20 ms)."""

MOST: Final = 32
"""Programmes whose snapshots stay in memory, those asked for last (our choice: of 100,000 placements one is 17 MB, of
which what is on disk can be let go any time); others are mapped again in some hundredths of a second."""


@dataclass(slots=True)
class _Cached:
    """The snapshot of one programme of one database, and up to which entry it is on disk."""

    snapshot: Snapshot | None = None
    on_disk: int = 0
    loading: threading.Lock = field(default_factory=threading.Lock)


_PLACING: Final = threading.Lock()
_CACHED: Final[WeakKeyDictionary[Graph, dict[str, _Cached]]] = WeakKeyDictionary()


def snapshot(graph: Graph, programme_id: str, folder: Path | None = None, head_hash: str | None = None) -> Snapshot:
    """The programme as it is recorded now.

    Args:
        graph: Where; while it is open, snapshots stay in memory.
        programme_id: Of the programme.
        folder: Where copies are kept from one run to the next; None keeps none.
        head_hash: Of the head of its ledger, where that was read just now: a snapshot that bears it is not asked about.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    cached = _of(graph, programme_id)
    found = cached.snapshot or (_mapped(cached, programme_id, folder) if folder else None)
    if found is None or found.head_hash != head_hash:
        found = _refreshed(graph, programme_id, cached, found)
    cached.snapshot = found
    if folder and found.sequence - cached.on_disk >= (KEEP_AFTER if cached.on_disk else 1):
        keep(folder, found)
        cached.on_disk = found.sequence
        mapped = kept(folder, programme_id)
        if mapped and mapped.head_hash == found.head_hash:  # in no process's own memory, and let go when it is short
            found = cached.snapshot = mapped
    return found


def _of(graph: Graph, programme_id: str) -> _Cached:
    """The place of a snapshot; the one that was asked for longest ago is let go where there are too many."""
    with _PLACING:
        known = _CACHED.setdefault(graph, {})
        known[programme_id] = cached = known.pop(programme_id, None) or _Cached()
        if len(known) > MOST:
            del known[next(iter(known))]
        return cached


def _mapped(cached: _Cached, programme_id: str, folder: Path) -> Snapshot | None:
    """The snapshot that an earlier run kept."""
    found = kept(folder, programme_id)
    cached.on_disk = found.sequence if found else 0
    return found


def _refreshed(graph: Graph, programme_id: str, cached: _Cached, known: Snapshot | None) -> Snapshot:
    """The snapshot up to the head of its ledger: refreshed from a known one, or read again."""
    found = known and _up_to_date(graph, known)
    if found is None:
        from relay.arrays.load import load  # noqa: PLC0415 - mostly one is kept

        with cached.loading:  # one reads, the others wait for it
            found = cached.snapshot and _up_to_date(graph, cached.snapshot)
            if found is None:
                found, cached.on_disk = load(graph, programme_id), 0
            cached.snapshot = found
    return found


def _up_to_date(graph: Graph, known: Snapshot) -> Snapshot | None:
    """A snapshot refreshed up to the head of its ledger, or None when the programme has to be read again."""
    from relay.arrays.apply_entries import applied  # noqa: PLC0415 - between two questions mostly nothing is recorded
    from relay.ledger.reading import entries_since  # noqa: PLC0415 - as above

    entries = entries_since(graph, known.programme_id, known.sequence, known.head_hash)
    return None if entries is None else applied(known, entries)


def discard(graph: Graph, programme_id: str, folder: Path) -> None:
    """Believe no snapshot of a programme any longer: it is read again."""
    _CACHED.get(graph, {}).pop(programme_id, None)
    forget(folder, programme_id)
