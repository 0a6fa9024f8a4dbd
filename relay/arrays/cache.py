"""Snapshots of programmes: read from the graph once, then kept and carried on, so that none is ever stale.

A snapshot belongs to one entry of the ledger and bears its hash. Each time one is asked for, the head of the ledger is
read with the entries that came since: where their hashes lead from the snapshot's to the head's, the snapshot is
carried on by them; otherwise (corrections; another database, or a restored one) the programme is read again.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, LiteralString
from weakref import WeakKeyDictionary

from relay.arrays.apply_entries import carried_on
from relay.arrays.disk import forget, keep, kept
from relay.arrays.tables import NO_DAY, Sheets, Snapshot, differences, of_register
from relay.database import cypher
from relay.domain.entries import Fault
from relay.domain.register import rule_of
from relay.errors import NotWritable
from relay.ledger import recording
from relay.ledger.batch import NoProgramme
from relay.ledger.context import Head, entry_from
from relay.ledger.projection import key_of, keys_of, values_of
from relay.ledger.recording import STEP, require_built
from relay.ledger.verify import verify
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from relay.domain.entries import Entry
    from relay.domain.register import Register
    from relay.graph import Graph, Transaction
    from relay.ledger.checkpoints import Checkpoint
    from relay.ledger.verify import Verification

FOLDER: Final = "snapshots"
"""Where copies are kept, below the data folder."""

KEEP_AFTER: Final = 500
"""Entries after which the copy on disk is written anew (our choice: they are read in some 20 ms)."""

PART: Final = 50_000
"""Nodes that Neo4j is asked for at once (our choice: the quickest, and it is silent for half a second meanwhile)."""

_VERIFYING: Final = threading.Lock()  # one at a time: each holds the whole ledger in memory
_TRIES: Final = 3  # our choice
_READERS: Final = 2  # lines at once: a database works on each query with one processor, and has two at least

_KEYED: Final = {
    "passes": "placement",
    "placements": "placement",
    "events": "event",
    "beneficiaries": "beneficiary",
    "gifts": "gift",
    "groups": "group",
    "places": "place",
}
"""Table of `cypher.COLUMNS` → the kind of the keys by which it is read in parts."""


@dataclass(slots=True)
class _Place:
    """Where the snapshot of one programme of one database stands."""

    snapshot: Snapshot | None = None
    on_disk: int = 0
    loading: threading.Lock = field(default_factory=threading.Lock)


_PLACES: Final[WeakKeyDictionary[Graph, dict[str, _Place]]] = WeakKeyDictionary()


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
    place = _PLACES.setdefault(graph, {}).setdefault(programme_id, _Place())
    found = place.snapshot
    if found is None or found.head_hash != head_hash:
        found = place.snapshot = _brought_up(graph, programme_id, place, folder)
    if folder and found.sequence - place.on_disk >= (KEEP_AFTER if place.on_disk else 1):
        keep(folder, found)
        place.on_disk = found.sequence
    return found


def take_in(graph: Graph, entry: Entry) -> None:
    """Carry on what is in memory by an entry that was recorded just now, where it is the next: so none has to be read.

    Args:
        graph: Where it was recorded.
        entry: Of whatever programme.
    """
    place = _PLACES.get(graph, {}).get(entry.programme_id)
    known = place.snapshot if place else None
    if place and known and known.head_hash == entry.previous_hash:
        with suppress(Exception):  # it is recorded whatever is wrong here, and who asks next is told
            place.snapshot = carried_on(known, [entry]) or known


def _brought_up(graph: Graph, programme_id: str, place: _Place, folder: Path | None) -> Snapshot:
    """The snapshot up to the head of its ledger: what is in memory or on disk carried on, or read anew."""
    known = place.snapshot
    if known is None and folder:
        known = kept(folder, programme_id)
        place.on_disk = known.sequence if known else 0
    found = known and _up_to_date(graph, known)
    if found is None:
        with place.loading:  # one reads, the others wait for it
            found = place.snapshot and _up_to_date(graph, place.snapshot)
            if found is None:
                found, place.on_disk = load(graph, programme_id), 0
            place.snapshot = found
    return found


def verified(
    graph: Graph,
    programme_id: str,
    folder: Path,
    *,
    noted: str | None = None,
    checkpoints: tuple[Checkpoint, ...] = (),
    public_keys: Collection[str] = (),
) -> Verification:
    """`verify.verify`, and whether what questions are answered from is what the ledger says.

    Where anything is wrong, no snapshot is believed any more: the programme is read again.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """

    def altered(register: Register) -> Iterator[Fault]:
        known, replayed = snapshot(graph, programme_id, folder), of_register(register)
        columns = differences(known, replayed) if known.head_hash == replayed.head_hash else ()
        if columns:
            fault = Sentence(
                "The snapshot kept in %(folder)s was altered (%(columns)s) and is thrown away: start relay serve anew.",
                folder=folder,
                columns=", ".join(columns),
            )
            yield Fault(sequence=None, fault=fault)

    with _VERIFYING:
        found = verify(graph, programme_id, noted=noted, checkpoints=checkpoints, public_keys=public_keys, also=altered)
    if not found.ok:
        _PLACES.get(graph, {}).pop(programme_id, None)
        forget(folder, programme_id)
    return found


def _up_to_date(graph: Graph, known: Snapshot) -> Snapshot | None:
    """A snapshot carried on to the head of its ledger, or None when the programme has to be read again."""
    rows = graph.rows(
        cypher.HEAD_AND_ENTRIES,
        ledger=known.programme_id,
        prefix=f"{known.programme_id}/entry/",
        first=known.sequence + 1,
        last=known.sequence + STEP,
    )
    if not rows:
        return None
    require_built(known.programme_id, rows[0]["projection"])
    entries, hash_ = [entry_from(properties, None) for properties in rows[0]["entries"]], known.head_hash
    for entry in entries:
        if entry.previous_hash != hash_:
            return None
        hash_ = entry.hash
    if (rows[0]["sequence"], rows[0]["hash"]) != (known.sequence + len(entries), hash_):
        return None
    return carried_on(known, entries)


# -- from the graph --------------------------------------------------------------------------------------------------


def load(graph: Graph, programme_id: str) -> Snapshot:
    """Read a whole programme from the graph, column by column, exactly as it stood at one entry of the ledger.

    Readers may see in parts what a writer is committing. So the head of the ledger is waited for first, and read again
    after the columns: it has to be the same, and nothing may have come from beyond it. Where others write without a
    pause, the ledger is replayed instead, which is slower and never in the way.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    for _ in range(_TRIES):
        head = _waited_for(graph, programme_id)
        sheets = _sheets(graph, programme_id)
        if graph.read(lambda transaction: _head(transaction, cypher.HEAD, programme_id)) == head:
            found = Sheets(programme_id=programme_id, sequence=head.sequence, head_hash=head.hash, **sheets).bound()
            if found.is_of_one_entry:
                return found
    return of_register(recording.replay(programme_id, recording.entries(graph, programme_id)))


def _waited_for(graph: Graph, programme_id: str) -> Head:
    """The head of the ledger once nobody is committing; where nothing can be written, nobody is."""
    try:
        return graph.write(lambda transaction: _head(transaction, cypher.LOCK, programme_id))
    except NotWritable:
        return graph.read(lambda transaction: _head(transaction, cypher.HEAD, programme_id))


def _head(transaction: Transaction, query: LiteralString, programme_id: str) -> Head:
    for row in transaction.rows(query, ledger=programme_id, lock="columns are read"):
        require_built(programme_id, row["projection"])
        if row["sequence"]:
            return Head(sequence=row["sequence"], hash=row["hash"], projection=row["projection"])
    raise NoProgramme(programme_id)


def _sheets(graph: Graph, programme_id: str) -> dict[str, Any]:
    (programme,) = graph.rows(cypher.RULES_AND_GOAL, key=key_of(programme_id, f"programme:{programme_id}"))
    sheets: dict[str, dict[str, list[Any]]] = {name: {} for name in cypher.COLUMNS}
    parts_of = {kind: tuple(_parts(graph, kind, programme_id)) for kind in dict.fromkeys(_KEYED.values())}
    parts = [(name, *part) for name, kind in _KEYED.items() for part in parts_of[kind]]

    def columns(part: tuple[str, str, str]) -> dict[str, list[Any]]:
        name, first, beyond = part
        asked = {"programme_id": programme_id, "first": first, "beyond": beyond, "no_day": NO_DAY}
        return graph.rows(cypher.COLUMNS[name], **asked)[0]

    with ThreadPoolExecutor(_READERS) as readers:
        for (name, *_), found in zip(parts, readers.map(columns, parts), strict=True):
            for column, values in found.items():
                sheets[name].setdefault(column, []).extend(values)
    return {
        "goal_generations": programme["goal_generations"],
        "rules": tuple(rule_of(values_of(properties)) for properties in programme["rules"]),
        **sheets,
    }


def _parts(graph: Graph, kind: str, programme_id: str) -> Iterator[tuple[str, str]]:
    """Between which keys to read: in parts on Neo4j; in one on the embedded engine, which has no ranges of an index."""
    first, beyond = keys_of(programme_id, kind)
    while not graph.embedded and (rows := graph.rows(cypher.BORDER[kind], first=first, beyond=beyond, many=PART)):
        yield first, rows[0]["key"]
        first = rows[0]["key"]
    yield first, beyond
