"""Whether the record can be trusted: the hash chain, and the whole graph compared with a replay of it.

Faults are values, not errors. Each names its entry, or the node, relationship and property that differ; values of
personal fields are never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from relay.domain.entries import ORIGIN, Entry, Fault, faults_of, read_lines, recorded_before
from relay.domain.register import NONSENSE, Register
from relay.domain.system import Catalogue
from relay.errors import Unavailable
from relay.graph import Graph
from relay.ledger import programme_heads, reading, verify_graph
from relay.ledger.checkpoints import Checkpoint, faults_against
from relay.ledger.gc_paused import gc_paused
from relay.ledger.verify_graph import ChangedMeanwhile, GraphDifference, senseless
from relay.text import Sentence

Progress = Callable[[str, int, int], None]
"""Is told what is counted, how much of it is done, and of how much."""


def silent(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""


_TRIES: Final = 100  # our choice: only an import that goes on and on is faster


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found.

    Attributes:
        entries: How many entries were read.
        head_hash: Of the last one; 64 zeros when there is none.
        ok: Whether nothing is wrong.
        faults: What is wrong, entries first, in order.
        published: Of what was published beside the facts: whether the ledger ends where it was published; None where
            nothing is published, or something else is wrong.
    """

    entries: int
    head_hash: str
    ok: bool
    faults: tuple[Fault, ...]
    published: Literal["current", "stale"] | None = None


class _Chain:
    """Entries read one after another, with their faults."""

    def __init__(self) -> None:
        self.count = 0
        self.last: Entry | None = None
        self.hash_at: dict[int, str] = {}
        self.known: dict[str, int] = {}
        self.faults: list[Fault] = []

    def read(self, entries: Iterable[Entry | Fault]) -> Iterator[Entry]:
        for entry in entries:
            if isinstance(entry, Fault):
                self.faults.append(entry)
                continue
            self.faults += (*faults_of(entry, self.last), *recorded_before(entry, self.known))
            self.count += 1
            self.last = entry
            self.hash_at[entry.sequence] = entry.hash
            yield entry

    def hold_against(
        self, noted: str | None, checkpoints: tuple[Checkpoint, ...], public_keys: Collection[str]
    ) -> None:
        """Compare what was read with what an auditor kept of an earlier day."""
        if noted is not None and noted not in self.hash_at.values():
            fault = Sentence(
                "The noted head hash %(noted)s is not in this ledger: it was cut or rewritten, or the "
                "hash belongs to another copy restored from the same backup.",
                noted=noted,
            )
            self.faults.append(Fault(sequence=None, fault=fault))
        programme_id = self.last.programme_id if self.last else None
        self.faults += faults_against(
            checkpoints, programme_id=programme_id, hash_at=self.hash_at, public_keys=public_keys
        )

    def verified(self, more: Iterable[Fault] = ()) -> Verification:
        faults = (*self.faults, *more)
        return Verification(
            entries=self.count, head_hash=self.last.hash if self.last else ORIGIN, ok=not faults, faults=faults
        )


def verify_lines(
    lines: Iterable[str],
    catalogue: Catalogue,
    *,
    noted: str | None = None,
    checkpoints: tuple[Checkpoint, ...] = (),
    public_keys: Collection[str] = (),
) -> Verification:
    """Check an exported ledger without any database.

    Args:
        lines: Of the file.
        catalogue: Of the kinds of acts.
        noted: A head hash noted down earlier: it must be in the ledger.
        checkpoints: Signed ones of earlier days, in any order: the ledger must still be what they say.
        public_keys: Of the programme, one for each machine that signed, 64 lowercase hex digits each; without any the
            key that a checkpoint names is believed.
    """
    chain = _Chain()
    for _ in chain.read(read_lines(lines, catalogue)):
        pass
    chain.hold_against(noted, checkpoints, public_keys)
    if not chain.count and not chain.faults:
        chain.faults.append(Fault(sequence=None, fault=Sentence("The file contains no entry.")))
    return chain.verified()


@gc_paused()
def verify(
    graph: Graph,
    programme_id: str,
    *,
    noted: str | None = None,
    checkpoints: tuple[Checkpoint, ...] = (),
    public_keys: Collection[str] = (),
    also: Callable[[Register], Iterable[Fault]] | None = None,
    progress: Progress = silent,
) -> Verification:
    """Recompute every hash, replay the ledger into memory, and compare it with the whole graph.

    Recording may go on meanwhile: what is recorded after the graph began to be read is included, and everything it
    changed is compared once more.

    Args:
        graph: Where.
        programme_id: Of the programme.
        noted: A head hash noted down earlier: it must be in the ledger.
        checkpoints: Signed ones of earlier days, in any order: the ledger must still be what they say.
        public_keys: Of the programme, one for each machine that signed, 64 lowercase hex digits each; without any the
            key that a checkpoint names is believed.
        also: Where nothing else is wrong, says what is when it is given the register that the ledger adds up to.
        progress: Is told how far the ledger has been read, and how much of the graph compared.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: The graph was built by another version, or not all of it or of its ledger is there.
        Unavailable: The database cannot be reached, or others record faster than it can be verified.
    """
    others, replay = _others(graph, programme_id), _Replay(graph, programme_id)
    head = programme_heads.head(graph, programme_id)
    if not head.built:
        raise programme_heads.NotBuilt(programme_id=programme_id)
    replay.go_on(head.entries, progress=progress)
    differing = verify_graph.whole(graph, replay.register, others, progress)
    moved, again = ChangedMeanwhile(), list[GraphDifference]()
    for _ in range(_TRIES):
        head = programme_heads.head(graph, programme_id)
        if head.entries == replay.last:
            break
        replay.go_on(head.entries, moved)
        again = verify_graph.some(graph, replay.register, moved)
    else:
        raise Unavailable(
            reason=Sentence("Others are recording faster than this can be verified."),
            advice=Sentence("Verify again once they have finished."),
        )
    chain = replay.chain
    chain.faults += _lost(replay.register, replay.erased)
    if chain.count != head.entries or (chain.last and chain.last.hash != head.head_hash):
        chain.faults.append(
            Fault(
                sequence=head.entries,
                fault=Sentence(
                    "The ledger should end with entry %(entries)s, hash %(head_hash)s; it does not.",
                    entries=head.entries,
                    head_hash=head.head_hash,
                ),
            )
        )
    chain.hold_against(noted, checkpoints, public_keys)
    begun = tuple(f"{other}/" for other in _others(graph, programme_id) if other not in others)
    differing = [each for each in differing if each.about not in moved.about and not each.key.startswith(begun)]
    faults = [each.fault for each in (*differing, *again)]
    if also and not chain.faults and not faults:
        faults += also(replay.register)
    return chain.verified(faults)


def _others(graph: Graph, programme_id: str) -> list[str]:
    return [each.programme_id for each in programme_heads.heads(graph) if each.programme_id != programme_id]


class _Replay:
    """A ledger read from the graph and added up, as far as it had come."""

    def __init__(self, graph: Graph, programme_id: str) -> None:
        self.graph = graph
        self.chain = _Chain()
        self.register = Register(programme_id, graph.catalogue)
        self.erased: dict[str, set[str]] = {}
        self.last = 0

    def go_on(self, last: int, moved: ChangedMeanwhile | None = None, progress: Progress = silent) -> None:
        """Take in the entries up to one; what they change is noted where it is asked for."""
        programme_id, first, self.last = self.register.programme_id, self.last + 1, last
        for entry in self.chain.read(reading.stored(self.graph, programme_id, first=first, last=last)):
            try:
                change = self.register.change(entry.act, entry.sequence)
                if moved:
                    moved.note(self.register, entry, change)
                self.register.take(change)
                self.register.note_entry(entry)
            except NONSENSE:
                self.chain.faults.append(senseless(entry.sequence, entry.act_id))
                continue
            if entry.sequence % reading.STEP == 0 or entry.sequence == last:
                progress("entries", entry.sequence, last)
            for act_id, names in change.erased.items():
                self.erased.setdefault(act_id, set()).update(names)


def _lost(register: Register, erased: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Personal values that are gone although no act erased them."""
    for entry in register.entries.values():
        for name in sorted(entry.withheld - erased.get(entry.act_id, set())):
            yield Fault(
                sequence=entry.sequence,
                fault=Sentence(
                    "Entry %(sequence)s (%(act_id)s): %(name)s is not in the graph, but nobody erased it.",
                    sequence=entry.sequence,
                    act_id=entry.act_id,
                    name=name,
                ),
            )
