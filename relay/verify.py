"""Whether the record can be believed: the hash chain, and the whole graph held against a replay of it.

Faults are values, not errors. Each names its entry, or the node, relationship and property that differ; values of
personal fields are never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from relay import cypher, ledger
from relay.checkpoints import Checkpoint, faults_against
from relay.entries import ORIGIN, Entry, Fault, faults_of, read_lines
from relay.graph import Graph
from relay.projection import Edge, Node, about_edge, entry_node, things_of
from relay.register import NONSENSE, Register
from relay.sentences import Sentence

# The ledger's head is checked apart; schema and accounts belong to no programme.
_OWN: Final = frozenset({"Account", "Ledger", "Schema", "Token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found.

    Attributes:
        entries: How many entries were read.
        head_hash: Of the last one; 64 zeros when there is none.
        ok: Whether nothing is wrong.
        faults: What is wrong, entries first, in order.
    """

    entries: int
    head_hash: str
    ok: bool
    faults: tuple[Fault, ...]


class _Chain:
    """Entries read one after another, with their faults."""

    def __init__(self) -> None:
        self.count = 0
        self.last: Entry | None = None
        self.hash_at: dict[int, str] = {}
        self.faults: list[Fault] = []

    def read(self, entries: Iterable[Entry | Fault]) -> Iterator[Entry]:
        for entry in entries:
            if isinstance(entry, Fault):
                self.faults.append(entry)
                continue
            self.faults += faults_of(entry, self.last)
            self.count += 1
            self.last = entry
            self.hash_at[entry.sequence] = entry.hash
            yield entry

    def hold_against(self, noted: str | None, checkpoints: tuple[Checkpoint, ...], public_key: str | None) -> None:
        """Compare what was read with what an auditor kept of an earlier day."""
        if noted is not None and noted not in self.hash_at.values():
            fault = Sentence(
                "The noted head hash %(noted)s is not in this ledger: it was cut or rewritten.", noted=noted
            )
            self.faults.append(Fault(sequence=None, fault=fault))
        programme_id = self.last.programme_id if self.last else None
        self.faults += faults_against(
            checkpoints, programme_id=programme_id, hash_at=self.hash_at, public_key=public_key
        )

    def verified(self, more: Iterable[Fault] = ()) -> Verification:
        faults = (*self.faults, *more)
        return Verification(
            entries=self.count, head_hash=self.last.hash if self.last else ORIGIN, ok=not faults, faults=faults
        )


def verify_lines(
    lines: Iterable[str],
    *,
    noted: str | None = None,
    checkpoints: tuple[Checkpoint, ...] = (),
    public_key: str | None = None,
) -> Verification:
    """Check an exported ledger without any database.

    Args:
        lines: Of the file.
        noted: A head hash noted down earlier: it must be in the ledger.
        checkpoints: Signed ones of earlier days, in any order: the ledger must still be what they say.
        public_key: Of the programme, 64 lowercase hex digits; None believes the key that a checkpoint names.
    """
    chain = _Chain()
    for _ in chain.read(read_lines(lines)):
        pass
    chain.hold_against(noted, checkpoints, public_key)
    if not chain.count and not chain.faults:
        chain.faults.append(Fault(sequence=None, fault=Sentence("The file holds no entry.")))
    return chain.verified()


def verify(
    graph: Graph,
    programme_id: str,
    *,
    noted: str | None = None,
    checkpoints: tuple[Checkpoint, ...] = (),
    public_key: str | None = None,
    also: Callable[[Register], Iterable[Fault]] | None = None,
) -> Verification:
    """Recompute every hash, replay the ledger into memory, and compare it with the whole graph.

    Args:
        graph: Where.
        programme_id: Of the programme.
        noted: A head hash noted down earlier: it must be in the ledger.
        checkpoints: Signed ones of earlier days, in any order: the ledger must still be what they say.
        public_key: Of the programme, 64 lowercase hex digits; None believes the key that a checkpoint names.
        also: Where nothing else is wrong, says what is when it is given the register that the ledger adds up to.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    heads = ledger.heads(graph)
    head = ledger.head(graph, programme_id)
    chain = _Chain()
    register = Register(programme_id)
    erased: dict[str, set[str]] = {}
    for entry in chain.read(ledger.stored(graph, programme_id, first=1, last=head.entries)):
        try:
            change = register.replay(entry)
        except NONSENSE:
            chain.faults.append(senseless(entry.sequence, entry.act_id))
            continue
        for act_id, names in change.erased.items():
            erased.setdefault(act_id, set()).update(names)
    chain.faults += _lost(register, erased)
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
    others = [each.programme_id for each in heads if each.programme_id != programme_id]
    chain.hold_against(noted, checkpoints, public_key)
    faults = [*_differences(graph, register, others)]
    if also and not chain.faults and not faults:
        faults += also(register)
    return chain.verified(faults)


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


def _differences(graph: Graph, register: Register, others: list[str]) -> Iterator[Fault]:
    nodes, edges, senseless = _expected(register)
    yield from senseless
    for row in graph.read(lambda transaction: list(transaction.stream(cypher.ALL_NODES, others=others))):
        if not _OWN & set(row["labels"]):
            yield from _node_faults(nodes, row)
    for sequence, node in nodes.values():
        yield Fault(
            sequence=sequence,
            fault=Sentence("%(thing)s is missing from the graph.", thing=f"{node.label} {node.key}"),
        )
    strange: list[Mapping[str, Any]] = []
    for row in graph.read(lambda transaction: list(transaction.stream(cypher.ALL_EDGES, others=others))):
        found = _take_edge(edges, row)
        if found:
            yield from _edge_faults(row, *found)
        else:
            strange.append(row)
    for row in strange:  # another key, or none: an altered one where one is missing, else one too many
        waiting = edges.get(_ends(row))
        if waiting:
            yield from _edge_faults(row, *waiting.pop(0))
        else:
            yield Fault(
                sequence=None,
                fault=Sentence("%(thing)s stands in the graph but not in the ledger.", thing=_named(*_ends(row))),
            )
    for waiting in edges.values():
        for sequence, edge in waiting:
            yield Fault(
                sequence=sequence,
                fault=Sentence("%(thing)s is missing from the graph.", thing=_named(edge.type, edge.start, edge.end)),
            )


_Nodes = dict[tuple[str, str], tuple[int, Node]]
_Edges = dict[tuple[str, str, str], list[tuple[int, Edge]]]


def _expected(register: Register) -> tuple[_Nodes, _Edges, list[Fault]]:
    """Everything that must be in the graph, with the sequence of the entry that put it there; what cannot be told."""
    faults: list[Fault] = []
    nodes: _Nodes = {}
    edges: _Edges = {}

    def expect(sequence: int, row: Node | Edge) -> None:
        if isinstance(row, Node):
            nodes[row.label, row.key] = sequence, row
        else:
            edges.setdefault((row.type, row.start, row.end), []).append((sequence, row))

    for thing in dict.fromkeys((*register.entries, *things_of(register))):
        sequence = _sequence(register, thing)
        try:
            rows = tuple(ledger.rows_of(register, thing))
        except NONSENSE:
            faults.append(senseless(sequence, thing))
            continue
        for row in rows:
            expect(sequence, row)
    for entry in register.entries.values():
        expect(entry.sequence, entry_node(entry))
        about = about_edge(register, entry)
        if about:
            expect(entry.sequence, about)
    return nodes, edges, faults


def senseless(sequence: int, act_id: str) -> Fault:
    """What is said of an entry whose content cannot be replayed."""
    return Fault(
        sequence=sequence,
        fault=Sentence("Entry %(sequence)s: what %(act_id)s says makes no sense.", sequence=sequence, act_id=act_id),
    )


def _sequence(register: Register, thing: str) -> int:
    if thing in register.entries:
        return register.entries[thing].sequence
    if thing in register.facts:
        return register.facts[thing].sequence
    receipts = register.placements[thing.partition(":")[2]].receipts
    return min((receipt.sequence for receipt in receipts), default=0)


def _node_faults(expected: _Nodes, row: Mapping[str, Any]) -> Iterator[Fault]:
    label, key = "/".join(row["labels"]), row["properties"].get("key")
    found = expected.pop((label, str(key)), None)
    if found is None:
        yield Fault(
            sequence=None,
            fault=Sentence(
                "%(thing)s stands in the graph but not in the ledger.",
                thing=f"{label} {key}" if label else Sentence("A node %(key)s", key=key),
            ),
        )
        return
    sequence, node = found
    for difference in _altered(node.properties, row["properties"], hidden=label == "Personal"):
        yield Fault(
            sequence=sequence,
            fault=Sentence("%(thing)s was altered: %(difference)s.", thing=f"{label} {key}", difference=difference),
        )


def _ends(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["type"], row["start"], row["end"]


def _take_edge(expected: _Edges, row: Mapping[str, Any]) -> tuple[int, Edge] | None:
    waiting, key = expected.get(_ends(row), []), row["properties"].get("key")
    found = next((each for each in waiting if each[1].properties.get("key") == key), None)
    if found:
        waiting.remove(found)
    return found


def _edge_faults(row: Mapping[str, Any], sequence: int, edge: Edge) -> Iterator[Fault]:
    for difference in _altered(edge.properties, row["properties"], hidden=False):
        yield Fault(
            sequence=sequence,
            fault=Sentence("%(thing)s was altered: %(difference)s.", thing=_named(*_ends(row)), difference=difference),
        )


def _named(type_: str, start: str, end: str) -> Sentence:
    return Sentence("%(type)s from %(start)s to %(end)s", type=type_, start=start, end=end)


def _altered(expected: Mapping[str, Any], found: Mapping[str, Any], *, hidden: bool) -> Iterator[str]:
    for name in sorted(expected.keys() | found.keys()):
        was, is_ = _plain(expected.get(name)), _plain(found.get(name))
        if was != is_ or isinstance(was, bool) != isinstance(is_, bool):
            told = Sentence(
                "%(name)s is %(found)s where the ledger says %(expected)s", name=name, found=is_, expected=was
            )
            yield name if hidden else told


def _plain(value: Any) -> object:  # noqa: ANN401 - what a property holds
    if isinstance(value, date):
        return value.isoformat()
    return value.iso_format() if hasattr(value, "iso_format") else value
