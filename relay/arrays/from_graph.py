"""Reads a snapshot from the graph, column by column, exactly as of one entry of the ledger.

It reads raw tables (`raw_tables`); `from_register` makes the same tables from a replayed register.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, LiteralString

from relay.arrays.columns import NO_DAY
from relay.arrays.raw_tables import Columns, RawTables
from relay.arrays.tables import Groups, Places, Sames, Snapshot
from relay.database import cypher
from relay.database.acts_as_nodes import key_of, keys_of, values_of
from relay.domain.model import Rule
from relay.errors import NotWritable
from relay.ledger.programme_heads import Head, NoProgramme, require_built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from relay.graph import Graph, Transaction

Tables = Mapping[str, Columns]
"""Table → column → values, as `RawTables` takes them."""

PART: Final = 20_000
"""Nodes that a database is asked for at once (our choice: nearly as quick as 50,000; the embedded engine is silent for
some four seconds meanwhile when it has just started, and for a second later)."""

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
    "sames": "same",
}
"""Table of `cypher.COLUMNS` → the kind of record whose keys divide it into parts."""


def load(graph: Graph, programme_id: str) -> Snapshot:
    """Read a whole programme from the graph.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    return _at_one_entry(graph, programme_id, _whole)


def load_below(graph: Graph, programme_id: str, id_: str) -> Snapshot:
    """Read what descends from a gift or placement, with all that decides its states and generations.

    A generation is counted from the nearest original placement of any gift. So the placements from which it also
    received, and those above them, are read too, but only with what they received and from whom. Places, groups and the
    ids that belong to one woman are left out.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        id_: An id as in `trees.trace`; an unknown id gives an empty snapshot.

    Raises:
        NoProgramme: The programme is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    return _at_one_entry(graph, programme_id, partial(_below, id_=id_))


def _at_one_entry(graph: Graph, programme_id: str, read: Callable[[Graph, str], Tables]) -> Snapshot:
    """The snapshot that `read` gives, exactly as of one entry of the ledger.

    While somebody commits, readers may see only a part of it. So the head of the ledger is awaited first, and read
    again after the columns; it must be the same, and no row may be newer. If others write without a pause, the ledger
    is replayed instead, which is slower but always succeeds.
    """
    for _ in range(_TRIES):
        head = _head_when_idle(graph, programme_id)
        goal_generations, rules = _goal_and_rules(graph, programme_id)
        tables = read(graph, programme_id)
        if graph.read(lambda transaction: _head(transaction, cypher.HEAD, programme_id)) == head:
            found = RawTables(
                programme_id=programme_id,
                sequence=head.sequence,
                head_hash=head.hash,
                goal_generations=goal_generations,
                rules=rules,
                **tables,
            ).snapshot()
            if found.is_of_one_entry:
                return found
    from relay.arrays.from_register import snapshot_as_known  # noqa: PLC0415 - mostly some pause comes, and nothing is replayed

    return snapshot_as_known(graph, programme_id)


def _head_when_idle(graph: Graph, programme_id: str) -> Head:
    """The head of the ledger once nobody is committing; a read-only database has no writers to wait for."""
    try:
        return graph.write(lambda transaction: _head(transaction, cypher.LOCK, programme_id))
    except NotWritable:
        return graph.read(lambda transaction: _head(transaction, cypher.HEAD, programme_id))


def _head(transaction: Transaction, query: LiteralString, programme_id: str) -> Head:
    for row in transaction.rows(query, ledger=programme_id, lock="columns are read"):
        require_built(programme_id, row["projection"])
        if row["sequence"]:
            return Head(sequence=row["sequence"], hash=row["hash"], projection=row["projection"])
    raise NoProgramme(programme_id=programme_id)


def _goal_and_rules(graph: Graph, programme_id: str) -> tuple[int | None, tuple[Rule, ...]]:
    (programme,) = graph.rows(cypher.RULES_AND_GOAL, key=key_of(programme_id, f"programme:{programme_id}"))
    rules = tuple(Rule.of(values_of(properties)) for properties in programme["rules"])
    return programme["goal_generations"], rules


def _whole(graph: Graph, programme_id: str) -> Tables:
    tables: dict[str, dict[str, list[Any]]] = {name: {} for name in cypher.COLUMNS}
    parts_of = {kind: tuple(_key_ranges(graph, kind, programme_id)) for kind in dict.fromkeys(_KEYED.values())}
    parts = [(name, *part) for name, kind in _KEYED.items() for part in parts_of[kind]]

    def columns(part: tuple[str, str, str, int]) -> dict[str, list[Any]]:
        name, first, beyond, skip = part
        asked = {"programme_id": programme_id, "first": first, "beyond": beyond, "skip": skip, "many": PART}
        return graph.rows(cypher.COLUMNS[name], no_day=NO_DAY, **asked)[0]

    with ThreadPoolExecutor(_READERS) as readers:
        for (name, *_), columns_of_part in zip(parts, readers.map(columns, parts), strict=True):
            for column, values in columns_of_part.items():
                tables[name].setdefault(column, []).extend(values)
    return tables


def _below(graph: Graph, programme_id: str, *, id_: str) -> Tables:
    bare = id_.rpartition(":")[2]
    gift, placement = (key_of(programme_id, f"{kind}:{bare}") for kind in ("gift", "placement"))

    def columns(name: str, keys: Iterable[str]) -> dict[str, list[Any]]:
        return graph.rows(cypher.SOME_COLUMNS[name], keys=list(keys), no_day=NO_DAY)[0]

    def keys(kind: str, ids: Iterable[str]) -> list[str]:
        return [key_of(programme_id, f"{kind}:{id_}") for id_ in ids]

    roots = graph.rows(cypher.ROOTS, gift=gift, placement=placement)
    inside = [row["key"] for row in graph.rows(cypher.BELOW_SOME, keys=[row["key"] for row in roots])]
    received = columns("passes", inside)
    others = sorted({*keys("placement", received["giver"])}.difference(inside))
    outside = [row["key"] for row in graph.rows(cypher.ABOVE_SOME, keys=others)]
    theirs = columns("passes", outside)
    placements = columns("placements", inside + outside)
    return {
        "placements": placements,
        "passes": {name: [*column, *theirs[name]] for name, column in received.items()},
        "events": columns("events", inside),
        "gifts": columns("gifts", {gift, *keys("gift", placements["gift"])}),
        "beneficiaries": columns("beneficiaries", {*keys("beneficiary", placements["beneficiary"])}),
        "groups": {name: [] for name in Groups.names()},
        "places": {name: [] for name in Places.names()},
        "sames": {name: [] for name in Sames.names()},
    }


def _key_ranges(graph: Graph, kind: str, programme_id: str) -> Iterator[tuple[str, str, int]]:
    """Ranges of keys to read, each with the number of nodes before it, since the embedded engine skips by number."""
    first, beyond = keys_of(programme_id, kind)
    if graph.embedded:
        many = (
            graph.rows(cypher.NUMBER_OF_NODES[kind], programme_id=programme_id)[0]["many"]
            if kind in cypher.NUMBER_OF_NODES
            else 1
        )
        yield from ((first, beyond, skip) for skip in range(0, many or 1, PART))
        return
    while rows := graph.rows(cypher.FIRST_KEY_OF_NEXT_PART[kind], first=first, beyond=beyond, many=PART):
        yield first, rows[0]["key"], 0
        first = rows[0]["key"]
    yield first, beyond, 0
