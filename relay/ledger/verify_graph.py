"""The whole graph compared with a replay of its ledger: each node, relationship and property that differs.

Faults are values. Each names what differs, and where it is known the entry that put it there; values of personal fields
are never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, Final, LiteralString

from relay.database import cypher
from relay.domain.entries import Entry, Fault
from relay.domain.register import NONSENSE, Change, Register
from relay.domain.vocabulary import SHOWN
from relay.graph import Graph, Transaction
from relay.ledger.graph_changes import rows_of
from relay.ledger.projection import SHOWN_PROPERTIES, Edge, Node, entry_edges, entry_node, things_of, touched
from relay.text import Sentence

# The ledger's head is checked apart, and so is what is published; what else is here belongs to no programme's graph.
_OWN: Final = frozenset(
    {
        *("Access", "AccessChain", "Account", "Backups", "FailedTries", "Held", "Ledger", "Published"),
        *("Publishing", "RegisterMap", "SavedView", "Schema", "Token", "TrailEntry", "TrailHead"),
    }
)
_OF_A_COPY: Final = ("copy_of", "copied_at", "copied_held", "copied_access", "alarm", "promoted_at")
_OF_ITS_COPY: Final = ("copy_has", "in_step_until")
_OF_A_HEAD: Final = frozenset(
    {"key", "programme_id", "sequence", "hash", "projection", "lock", *_OF_A_COPY, *_OF_ITS_COPY}
)

_Row = Node | Edge
_Found = Mapping[str, Any]
_About = tuple[str, ...]
"""Label and key of a node; type, key of the start and key of the end of a relationship."""
_Nodes = dict[_About, tuple[int, Node]]
_Edges = dict[_About, list[tuple[int, Edge]]]
_Labels = Mapping[str, tuple[str, str]]
"""Relationship → labels of its start and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphDifference:
    """Something in the graph that is not as the ledger says.

    Attributes:
        about: Label and key of a node; type, key of the start and key of the end of a relationship; or nothing.
        fault: The message about it.
    """

    about: tuple[str, ...]
    fault: Fault

    @property
    def key(self) -> str:
        """Of the node, or of the start of the relationship; "" for neither."""
        return self.about[1] if self.about else ""


@dataclass(slots=True)
class ChangedMeanwhile:
    """What entries changed that were recorded after the graph had begun to be read.

    Attributes:
        things: Ids of acts and placements, as in `projection.touched`, in order.
        entries: These entries.
        about: Of all nodes and relationships that were there for these things; `some` adds those that are.
    """

    things: dict[str, None] = field(default_factory=dict[str, None])
    entries: list[Entry] = field(default_factory=list[Entry])
    about: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])

    def note(self, register: Register, entry: Entry, change: Change) -> None:
        """Note what an entry is about to change.

        Args:
            register: As it was before.
            entry: The entry.
            change: What it changes.
        """
        things = dict.fromkeys([*touched(register, change), entry.act_id])
        self.things |= things
        self.entries.append(entry)
        self.about |= {_about(row) for _, row in _rows_of_things(register, things, [])}


_PARTS: Final = "parts of the graph"  # entries, what they made, and what ties it


def whole(
    graph: Graph,
    register: Register,
    others: Iterable[str],
    progress: Callable[[str, int, int], None] = lambda _what, _done, _of: None,
) -> list[GraphDifference]:
    """Everything in the graph that differs from a register.

    Args:
        graph: Where.
        register: Of one programme.
        others: Programmes whose nodes and relationships are left out.
        progress: Is told how many parts of the graph are compared.

    Returns:
        Nodes first, then relationships; empty when nothing differs.

    Raises:
        Unavailable: The database cannot be reached.
    """
    left_out, entries = [*others], [*register.entries.values()]
    things = [*dict.fromkeys((*register.entries, *things_of(register)))]
    unclear: list[Fault] = []

    def read(
        query: LiteralString, unlike: Callable[[Iterable[_Found]], Iterator[GraphDifference]]
    ) -> list[GraphDifference]:
        return graph.read(lambda transaction: [*unlike(transaction.stream(query, others=left_out))])

    # One after the other, since all together would take some gigabytes for 100,000 placements.
    nodes = _nodes(_rows_of_entries(register, entries))
    found = read(cypher.ENTRY_NODES, lambda rows: _unlike_nodes({**nodes}, rows))
    progress(_PARTS, 1, 3)
    nodes = _nodes(_rows_of_things(register, things, unclear))
    found += read(cypher.OTHER_NODES, lambda rows: _unlike_nodes({**nodes}, rows))
    progress(_PARTS, 2, 3)
    nodes.clear()
    edges = _edges(chain(_rows_of_entries(register, entries), _rows_of_things(register, things, [])))
    found += read(cypher.ALL_EDGES, lambda rows: _unlike_edges(_ends_of(graph), _copied(edges), rows))
    progress(_PARTS, 3, 3)
    return [*(GraphDifference(about=(), fault=fault) for fault in unclear), *found]


def some(graph: Graph, register: Register, moved: ChangedMeanwhile) -> list[GraphDifference]:
    """What differs of that which was recorded meanwhile.

    Args:
        graph: Where.
        register: With all of it taken in.
        moved: What it changed; what is in the graph now is added to it.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = [*_rows_of_entries(register, moved.entries), *_rows_of_things(register, moved.things, [])]
    moved.about |= {_about(row) for _, row in rows}
    nodes, edges = _nodes(rows), _edges(rows)
    return graph.read(
        lambda transaction: [
            *_unlike_nodes({**nodes}, _read_nodes(transaction, moved.about)),
            *_unlike_edges(_ends_of(graph), _copied(edges), _read_edges(transaction, moved.about)),
        ]
    )


def senseless(sequence: int, act_id: str) -> Fault:
    """The message about an entry whose content cannot be replayed."""
    return Fault(
        sequence=sequence,
        fault=Sentence("Entry %(sequence)s: what %(act_id)s says makes no sense.", sequence=sequence, act_id=act_id),
    )


# -- what it should hold ----------------------------------------------------------------------------------------------


def _rows_of_entries(register: Register, entries: Iterable[Entry]) -> Iterator[tuple[int, _Row]]:
    """Entries as rows of the graph, each with its sequence."""
    for entry in entries:
        yield entry.sequence, entry_node(entry)
        yield from ((entry.sequence, edge) for edge in entry_edges(register, entry))


def _rows_of_things(register: Register, things: Iterable[str], unclear: list[Fault]) -> Iterator[tuple[int, _Row]]:
    """All that things put into the graph, each with the sequence of its entry; what cannot be worked out is unclear."""
    for thing in things:
        sequence = _sequence(register, thing)
        try:
            rows = tuple(rows_of(register, thing))
        except NONSENSE:
            unclear.append(senseless(sequence, thing))
            continue
        yield from ((sequence, row) for row in rows)


def _sequence(register: Register, thing: str) -> int:
    if thing in register.entries:
        return register.entries[thing].sequence
    if thing in register.facts:
        return register.facts[thing].sequence
    placement = register.placements.get(thing.partition(":")[2])
    return min((receipt.sequence for receipt in placement.receipts), default=0) if placement else 0


def _about(row: _Row) -> _About:
    return (row.label, row.key) if isinstance(row, Node) else (row.type, row.start, row.end)


def _nodes(rows: Iterable[tuple[int, _Row]]) -> _Nodes:
    return {_about(row): (sequence, row) for sequence, row in rows if isinstance(row, Node)}


def _edges(rows: Iterable[tuple[int, _Row]]) -> _Edges:
    edges: _Edges = {}
    for sequence, row in rows:
        if isinstance(row, Edge):
            edges.setdefault(_about(row), []).append((sequence, row))
    return edges


def _copied(edges: _Edges) -> _Edges:
    """The same to take from; a read may be done twice."""
    return {about: [*waiting] for about, waiting in edges.items()}


# -- what the graph holds ---------------------------------------------------------------------------------------------


def _read_nodes(transaction: Transaction, about: Iterable[_About]) -> Iterator[_Found]:
    keys: dict[str, list[str]] = {}
    for label, key in (each for each in about if len(each) == _OF_A_NODE):
        keys.setdefault(label, []).append(key)
    for label, of_label in keys.items():
        yield from transaction.rows(cypher.statements(transaction.catalogue).some_nodes[label], keys=of_label)


def _read_edges(transaction: Transaction, about: set[_About]) -> Iterator[_Found]:
    statements, starts = cypher.statements(transaction.catalogue), dict[str, set[str]]()
    for type_, start, _ in (each for each in about if len(each) != _OF_A_NODE):
        starts.setdefault(statements.edges[type_][0], set()).add(start)
    for label, keys in starts.items():
        rows = transaction.rows(statements.some_edges[label], keys=[*keys])
        yield from (row for row in rows if _ends(statements.edges, row) in about)


_OF_A_NODE: Final = len(("label", "key"))


def _labels_of_facts(labels: list[str]) -> list[str]:
    """Labels without the one that was published on a placement."""
    return [each for each in labels if each not in _SHOWN] if "Placement" in labels else labels


def _facts(row: _Found) -> _Found:
    """A node without what was published on it, if it is a placement."""
    labels, properties = row["labels"], row["properties"]
    if "Placement" not in labels:
        return row
    said = {name: value for name, value in properties.items() if name not in SHOWN_PROPERTIES}
    return {"labels": _labels_of_facts(labels), "properties": said}


_SHOWN: Final = frozenset(SHOWN.values())


# -- what differs -----------------------------------------------------------------------------------------------------


def _unlike_nodes(expected: _Nodes, rows: Iterable[_Found]) -> Iterator[GraphDifference]:
    for row in map(_facts, rows):
        about = "/".join(row["labels"]), str(row["properties"].get("key"))
        if about[0] not in _OWN:  # beside another one, an own label hides nothing
            found = expected.pop(about, None)
            yield from _altered(about, row, *found) if found else (_surplus(about),)
        elif about[0] == "Ledger":
            yield from _unlike_head(about, row["properties"])
    yield from (_missing(about, sequence) for about, (sequence, _) in expected.items())


def _unlike_head(about: _About, properties: Mapping[str, Any]) -> Iterator[GraphDifference]:
    """What a ledger's head holds beside its own; one that bears another programme's id is one too many."""
    if about[1] != properties.get("programme_id"):
        yield _surplus(about)
    for name in sorted(properties.keys() - _OF_A_HEAD):
        yield from _differing(about, None, _unlike({}, {name: properties[name]}, hidden=False))


def _unlike_edges(labels: _Labels, expected: _Edges, rows: Iterable[_Found]) -> Iterator[GraphDifference]:
    strange: list[tuple[tuple[str, str, str], _Found]] = []
    for row in rows:
        ends = _ends(labels, row)
        found = _take_edge(expected, ends, row)
        if found:
            yield from _altered(ends, row, *found)
        else:
            strange.append((ends, row))
    for ends, row in strange:  # another key, or none: an altered one where one is missing, else one too many
        waiting = expected.get(ends)
        yield from _altered(ends, row, *waiting.pop(0)) if waiting else (_surplus(ends),)
    yield from (_missing(about, sequence) for about, waiting in expected.items() for sequence, _ in waiting)


def _ends_of(graph: Graph) -> _Labels:
    return cypher.statements(graph.catalogue).edges


def _ends(labels: _Labels, row: _Found) -> tuple[str, str, str]:
    """Type, and the keys of both ends; an end of another label than the type joins is named with its own."""
    joined = labels.get(row["type"], (None, None))
    ends = (
        (_labels_of_facts(row["start_labels"]), row["start"], joined[0]),
        (_labels_of_facts(row["end_labels"]), row["end"], joined[1]),
    )
    start, end = (
        str(key) if found == [label] or (label == "" and len(found) == 1) else f"{'/'.join(found)} {key}"
        for found, key, label in ends
    )
    return str(row["type"]), start, end


def _take_edge(expected: _Edges, ends: _About, row: _Found) -> tuple[int, Edge] | None:
    waiting, key = expected.get(ends, []), row["properties"].get("key")
    found = next((each for each in waiting if each[1].properties.get("key") == key), None)
    if found:
        waiting.remove(found)
    return found


def _surplus(about: _About) -> GraphDifference:
    said = Sentence("%(thing)s is in the graph but not in the ledger.", thing=_named(about))
    return GraphDifference(about=about, fault=Fault(sequence=None, fault=said))


def _missing(about: _About, sequence: int) -> GraphDifference:
    said = Sentence("%(thing)s is missing from the graph.", thing=_named(about))
    return GraphDifference(about=about, fault=Fault(sequence=sequence, fault=said))


def _altered(about: _About, found: _Found, sequence: int, expected: _Row) -> Iterator[GraphDifference]:
    unlike = _unlike(expected.properties, found["properties"], hidden=about[0] == "Personal")
    yield from _differing(about, sequence, unlike)


def _differing(about: _About, sequence: int | None, unlike: Iterable[str]) -> Iterator[GraphDifference]:
    for each in unlike:
        said = Sentence("%(thing)s was altered: %(difference)s.", thing=_named(about), difference=each)
        yield GraphDifference(about=about, fault=Fault(sequence=sequence, fault=said))


def _named(about: _About) -> str:
    if len(about) != _OF_A_NODE:
        type_, start, end = about
        return Sentence("%(type)s from %(start)s to %(end)s", type=type_, start=start, end=end)
    label, key = about
    return f"{label} {key}" if label else Sentence("A node %(key)s", key=key)


def _unlike(expected: Mapping[str, Any], found: Mapping[str, Any], *, hidden: bool) -> Iterator[str]:
    for name in sorted(expected.keys() | found.keys()):
        (was, of), (is_, found_of) = _plain(expected.get(name)), _plain(found.get(name))
        if was != is_ and (of == found_of or str(was) != str(is_)):
            told = Sentence(
                "%(name)s is %(found)s where the ledger says %(expected)s", name=name, found=is_, expected=was
            )
            yield name if hidden else told
        elif of != found_of:
            yield Sentence(
                "%(name)s is of type %(found)s where the ledger says %(expected)s",
                name=name,
                found=found_of,
                expected=of,
            )


def _plain(value: Any) -> tuple[object, str]:  # noqa: ANN401 - what a property holds
    """A value as it can be compared and shown, and its type as Cypher calls it."""
    if isinstance(value, date) or hasattr(value, "iso_format"):
        return (value.isoformat() if isinstance(value, date) else value.iso_format()), "DATE"
    return value, _TYPES.get(type(value), type(value).__name__)


_TYPES: Final = {bool: "BOOLEAN", int: "INTEGER", float: "FLOAT", str: "STRING", list: "LIST"}
