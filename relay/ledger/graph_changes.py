"""What has to be written so that the graph follows the register, and how it is written in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, LiteralString

from relay.database import cypher
from relay.domain.register import Register
from relay.graph import Transaction
from relay.ledger.programme_heads import Head
from relay.ledger.projection import Edge, Node, graph_of, personal_of

PARTS_AT_ONCE: Final = 24
"""How many labels and relationships are written by one text; a pass-on has six.

Neo4j plans a text of 24 in a second. One of 100, as an import of everything could have, took it 4 s, and on a busy
machine longer than a connection may stay silent.
"""


class Delta:
    """What has to be written so that the graph follows the register."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.written: dict[str, list[Any]] = {}
        self.unlinked: dict[str, list[Any]] = {}
        self.relinked: dict[str, list[Any]] = {}
        self.dropped: dict[str, list[Any]] = {}

    def add(self, row: Node | Edge) -> None:
        """Write a node, new or changed, or a new relationship."""
        if isinstance(row, Node):
            self.written.setdefault(row.label, []).append(row.properties)
        else:
            self.written.setdefault(_name(row), []).append(_edge_row(row))

    def between(self, was: Iterable[Node | Edge], is_: Iterable[Node | Edge]) -> None:
        """Write what differs between what one thing put into the graph and what it puts there now."""
        old = {_identity(row): row for row in was}
        for row in is_:
            earlier = old.pop(_identity(row), None)
            if isinstance(row, Edge) and earlier and earlier != row:
                self.relinked.setdefault(_name(row), []).append(_edge_row(row))
            elif earlier != row:
                self.add(row)
        for row in old.values():
            if isinstance(row, Node):
                self.dropped.setdefault(row.label, []).append({"key": row.key})
            else:
                self.unlinked.setdefault(_name(row), []).append(_edge_row(row))

    def write(self, transaction: Transaction, programme_id: str, head: Head) -> None:
        """Write it all, with the new head of the ledger, and let nothing follow in the transaction."""
        statements = cypher.statements(transaction.catalogue)
        for texts, rows_of_name in (
            (statements.unlink, self.unlinked),
            (statements.relink, self.relinked),
            (statements.drop, self.dropped),
        ):
            for name, rows in rows_of_name.items():
                transaction.run(texts[name], rows=rows)
        parts: list[tuple[str, LiteralString]] = [
            (name, part) for name, part in statements.write.items() if name in self.written
        ]
        for name, part in parts[:-PARTS_AT_ONCE]:
            transaction.run(part, **{name: self.written[name]})
        last = parts[-PARTS_AT_ONCE:]
        text: LiteralString = cypher.WRITE_HEAD
        for _, part in last:
            text += part
        lists = {name: self.written[name] for name, _ in last}
        transaction.last(text, ledger=programme_id, sequence=head.sequence, hash=head.hash, **lists)


def rows_of(register: Register, thing: str) -> Iterator[Node | Edge]:
    """All that one thing puts into the graph, its personal values included."""
    yield from graph_of(register, thing)
    personal = personal_of(register, thing)
    if personal:
        yield personal


def _identity(row: Node | Edge) -> tuple[str, ...]:
    if isinstance(row, Node):
        return row.label, row.key
    return row.type, row.start, row.end, str(row.properties.get("key"))


def _name(edge: Edge) -> str:
    """Of the statement that writes it, as `cypher.edge_name` calls it."""
    return cypher.edge_name(edge.type, edge.to)


def _edge_row(edge: Edge) -> dict[str, Any]:
    return {"start": edge.start, "end": edge.end, "properties": edge.properties}
