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

from relay.arrays.apply_entries import applied
from relay.arrays.disk import forget, keep, kept
from relay.arrays.load import load
from relay.arrays.raw_tables import of_register
from relay.arrays.tables import differences
from relay.database import cypher
from relay.domain.entries import Fault
from relay.ledger.context import entry_from
from relay.ledger.reading import STEP, require_built
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.domain.entries import Entry
    from relay.domain.register import Register
    from relay.graph import Graph
    from relay.ledger.checkpoints import Checkpoint
    from relay.ledger.verify import Verification

FOLDER: Final = "snapshots"
"""Where copies are kept, below the data folder."""

KEEP_AFTER: Final = 500
"""Entries after which the copy on disk is rewritten (our choice: they are read in about 20 ms)."""

MOST: Final = 32
"""Programmes whose snapshots stay in memory, those asked for last (our choice: of 100,000 placements one is 17 MB, of
which what is on disk can be let go any time); others are mapped again in some hundredths of a second."""

_VERIFYING: Final = threading.Lock()  # one at a time: each holds the whole ledger in memory


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
    found = cached.snapshot
    if found is None or found.head_hash != head_hash:
        found = cached.snapshot = _refreshed(graph, programme_id, cached, folder)
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


def _refreshed(graph: Graph, programme_id: str, cached: _Cached, folder: Path | None) -> Snapshot:
    """The snapshot up to the head of its ledger: refreshed from memory or disk, or read again."""
    known = cached.snapshot
    if known is None and folder:
        known = kept(folder, programme_id)
        cached.on_disk = known.sequence if known else 0
    found = known and _up_to_date(graph, known)
    if found is None:
        with cached.loading:  # one reads, the others wait for it
            found = cached.snapshot and _up_to_date(graph, cached.snapshot)
            if found is None:
                found, cached.on_disk = load(graph, programme_id), 0
            cached.snapshot = found
    return found


def verified(
    graph: Graph,
    programme_id: str,
    folder: Path,
    *,
    noted: str | None = None,
    checkpoints: tuple[Checkpoint, ...] = (),
    public_keys: Collection[str] = (),
    also: Callable[[Snapshot], Iterable[Fault]] = lambda _: (),
    progress: Callable[[str, int, int], None] = lambda _what, _done, _of: None,
) -> Verification:
    """`verify.verify`, and whether what questions are answered from is what the ledger says.

    Where anything is wrong, no snapshot is believed any more: the programme is read again.

    Args:
        graph: Where.
        programme_id: Of the programme.
        folder: Where copies are kept.
        noted: As in `verify.verify`.
        checkpoints: The same.
        public_keys: The same.
        also: Where nothing else is wrong, says what is when it is given the snapshot that the ledger adds up to.
        progress: As in `verify.verify`.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    # no other question needs its cryptography, nor what audits keep
    from relay.kept import files, pairs  # noqa: PLC0415
    from relay.kept import register as kept_register  # noqa: PLC0415
    from relay.ledger.verify import verify  # noqa: PLC0415

    def altered(register: Register) -> Iterator[Fault]:
        known, replayed = snapshot(graph, programme_id, folder), of_register(register)
        columns = differences(known, replayed) if known.head_hash == replayed.head_hash else ()
        if columns:
            fault = Sentence(
                "The snapshot kept in %(folder)s was altered (%(columns)s) and is discarded: restart relay serve.",
                folder=folder,
                columns=", ".join(columns),
            )
            yield Fault(sequence=None, fault=fault)
        if kept_register.was_altered(folder, register):
            fault = Sentence("The register kept in %(folder)s was altered and is discarded.", folder=folder)
            yield Fault(sequence=None, fault=fault)
        pairs.forget(folder, programme_id)
        files.forget_of_systems(folder, programme_id)
        yield from also(replayed)

    with _VERIFYING:
        found = verify(
            graph,
            programme_id,
            noted=noted,
            checkpoints=checkpoints,
            public_keys=public_keys,
            also=altered,
            progress=progress,
        )
    if not found.ok:
        _CACHED.get(graph, {}).pop(programme_id, None)
        forget(folder, programme_id)
        kept_register.forget(folder, programme_id)
    return found


def _up_to_date(graph: Graph, known: Snapshot) -> Snapshot | None:
    """A snapshot refreshed up to the head of its ledger, or None when the programme has to be read again."""
    entries = entries_since(graph, known.programme_id, known.sequence, known.head_hash)
    return None if entries is None else applied(known, entries)


def entries_since(graph: Graph, programme_id: str, sequence: int, hash_: str) -> list[Entry] | None:
    """The entries after one, up to the head of the ledger.

    Args:
        graph: Where.
        programme_id: Whose ledger.
        sequence: Of that entry.
        hash_: The same.

    Returns:
        By sequence; None where they do not lead from that entry to the head, or are too many to be read at once.

    Raises:
        NotBuilt: The graph is being rebuilt or restored, or was built by another version.
        Invalid: An entry cannot be read.
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(
        cypher.HEAD_AND_ENTRIES,
        ledger=programme_id,
        prefix=f"{programme_id}/entry/",
        first=sequence + 1,
        last=sequence + STEP,
    )
    if not rows:
        return None
    require_built(programme_id, rows[0]["projection"])
    entries = [entry_from(graph.catalogue, properties, None) for properties in rows[0]["entries"]]
    for entry in entries:
        if entry.previous_hash != hash_:
            return None
        hash_ = entry.hash
    return entries if (rows[0]["sequence"], rows[0]["hash"]) == (sequence + len(entries), hash_) else None
