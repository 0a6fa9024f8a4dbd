"""Verification of a ledger together with the graph and the cached snapshots that questions are answered from."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from relay.arrays import snapshot_cache
from relay.arrays.from_register import of_register
from relay.arrays.tables import differences
from relay.cached import cache_files, likely_duplicates
from relay.cached import register as cached_register
from relay.domain.entries import Fault
from relay.ledger.verify import verify
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.domain.register import Register
    from relay.graph import Graph
    from relay.ledger.checkpoints import Checkpoint
    from relay.ledger.verify import Verification

_VERIFYING: Final = threading.Lock()  # one at a time: each holds the whole ledger in memory


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
    """`verify.verify`, and whether snapshots in memory and on disk agree with the ledger.

    If anything is wrong, all cached snapshots are deleted and the programme is read again.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        folder: The cache folder.
        noted: As in `verify.verify`.
        checkpoints: As in `verify.verify`.
        public_keys: As in `verify.verify`.
        also: A further check, run if nothing else is wrong; it takes the snapshot of the ledger and gives faults.
        progress: As in `verify.verify`.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """

    def altered(register: Register) -> Iterator[Fault]:
        cached, replayed = snapshot_cache.snapshot(graph, programme_id, folder), of_register(register)
        columns = differences(cached, replayed) if cached.head_hash == replayed.head_hash else ()
        if columns:
            fault = Sentence(
                "The cached snapshot in %(folder)s was altered (%(columns)s) and is discarded: restart relay serve.",
                folder=folder,
                columns=", ".join(columns),
            )
            yield Fault(sequence=None, fault=fault)
        if cached_register.was_altered(folder, register):
            fault = Sentence("The cached register in %(folder)s was altered and is discarded.", folder=folder)
            yield Fault(sequence=None, fault=fault)
        likely_duplicates.delete(folder, programme_id)
        cache_files.delete_of_systems(folder, programme_id)
        yield from also(replayed)

    with _VERIFYING:
        verification = verify(
            graph,
            programme_id,
            noted=noted,
            checkpoints=checkpoints,
            public_keys=public_keys,
            also=altered,
            progress=progress,
        )
    if not verification.ok:
        snapshot_cache.discard(graph, programme_id, folder)
        cached_register.delete(folder, programme_id)
    return verification
