"""Made programmes written straight into a graph, as the projection of a ledger whose entries are left out.

A million placements are there within minutes; recording as many acts would take hours. What is written is all that
reading by columns, and recording the next act, look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from relay.arrays.columns import NO_DAY, day_of
from relay.arrays.tables import Snapshot
from relay.database.acts_as_nodes import key_of
from relay.domain.vocabulary import EVENT_KINDS
from relay.graph import Graph

if TYPE_CHECKING:
    from typing import LiteralString

    from relay.arrays.lineage import Survey

BATCH: Final = 10_000  # performance: the better size on Neo4j

_NODES: Final[dict[str, LiteralString]] = {
    "Placement": "UNWIND $rows AS row CREATE (n:Placement) SET n = row",
    "Beneficiary": "UNWIND $rows AS row CREATE (n:Beneficiary) SET n = row",
    "Event": "UNWIND $rows AS row CREATE (n:Event) SET n = row",
}
_EDGES: Final[dict[str, LiteralString]] = {
    "FILLED": """UNWIND $rows AS row MATCH (a:Gift {key: row.start}) MATCH (b:Placement {key: row.end})
        CREATE (a)-[r:FILLED]->(b) SET r = row.properties""",
    "HOLDS": """UNWIND $rows AS row MATCH (a:Beneficiary {key: row.start}) MATCH (b:Placement {key: row.end})
        CREATE (a)-[:HOLDS]->(b)""",
    "PASSED_TO": """UNWIND $rows AS row MATCH (a:Placement {key: row.start}) MATCH (b:Placement {key: row.end})
        CREATE (a)-[r:PASSED_TO]->(b) SET r = row.properties""",
    "HAPPENED_TO": """UNWIND $rows AS row MATCH (a:Event {key: row.start}) MATCH (b:Placement {key: row.end})
        CREATE (a)-[:HAPPENED_TO]->(b)""",
}


def write(graph: Graph, snapshot: Snapshot) -> None:
    """Write a made programme beneath a ledger that has been begun with its rule and its gifts."""
    for label, rows in _nodes(snapshot):
        _write(graph, _NODES[label], rows)
    for type_, rows in _edges(snapshot):
        _write(graph, _EDGES[type_], rows)
    graph.write(
        lambda transaction: transaction.run(
            "MATCH (l:Ledger {key: $key}) SET l.sequence = $sequence",
            key=snapshot.programme_id,
            sequence=snapshot.sequence,
        )
    )


def write_chain(graph: Graph, survey: Survey) -> None:
    """Write a whole survey as bare nodes with their states ready-made, and bare relationships."""
    passes, stood = survey.snapshot.passes, survey.standings
    graph.write(lambda transaction: transaction.run("CREATE CONSTRAINT FOR (c:Chain) REQUIRE c.id IS UNIQUE"))
    nodes = zip(stood.state.tolist(), stood.stuck.tolist(), strict=True)
    rows = ({"id": row, "state": state, "stuck": stuck} for row, (state, stuck) in enumerate(nodes))
    _write(graph, "UNWIND $rows AS row CREATE (c:Chain) SET c = row", rows)
    edges = zip(passes.giver.tolist(), passes.receiver.tolist(), passes.day.tolist(), strict=True)
    rows = ({"giver": giver, "receiver": receiver, "day": day} for giver, receiver, day in edges)
    _write(
        graph,
        """UNWIND $rows AS row MATCH (a:Chain {id: row.giver}) MATCH (b:Chain {id: row.receiver})
        CREATE (a)-[:TO {day: row.day}]->(b)""",
        rows,
    )


def _write(graph: Graph, query: LiteralString, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            graph.write(lambda transaction, batch=tuple(batch): transaction.run(query, rows=batch))  # type: ignore[misc]
            batch.clear()
    if batch:
        graph.write(lambda transaction: transaction.run(query, rows=batch))


def _nodes(snapshot: Snapshot) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    programme_id, placements, women = snapshot.programme_id, snapshot.placements, snapshot.beneficiaries
    holder, ids, gifts = list(women.ids), list(placements.ids), list(snapshot.gifts.ids)

    def common(act_id: str) -> dict[str, Any]:
        return {"key": key_of(programme_id, act_id), "programme_id": programme_id}

    yield (
        "Placement",
        (
            common(f"placement:{id_}")
            | {"placement_id": id_, "beneficiary_id": holder[woman], "help": snapshot.helps[help_]}
            | ({} if gift < 0 else {"gift_id": gifts[gift]})
            for id_, woman, help_, gift in zip(
                ids,
                placements.beneficiary.tolist(),
                placements.help.tolist(),
                placements.gift.tolist(),
                strict=True,
            )
        ),
    )
    yield (
        "Beneficiary",
        (
            common(f"beneficiary:{id_}") | {"beneficiary_id": id_, "kind": "person", "sex": "F", "sequence": sequence}
            for id_, sequence in zip(holder, women.sequence.tolist(), strict=True)
        ),
    )
    yield (
        "Event",
        (
            common(f"event:E{number}")
            | {"event_id": f"E{number}", "placement_id": ids[placement], "kind": EVENT_KINDS[kind]}
            | {"happened_on": day_of(day), "sequence": sequence, "animals": units / 1000}
            | ({} if until == NO_DAY else {"until_on": day_of(until)})
            for number, (placement, kind, day, sequence, units, until) in enumerate(_events(snapshot), start=1)
        ),
    )


def _events(snapshot: Snapshot) -> Iterator[tuple[int, ...]]:
    events = snapshot.events
    columns = (events.placement, events.kind, events.day, events.sequence, events.units, events.until)
    return zip(*(column.tolist() for column in columns), strict=True)


def _edges(snapshot: Snapshot) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    programme_id, placements, passes = snapshot.programme_id, snapshot.placements, snapshot.passes
    ids, holder, gifts = list(placements.ids), list(snapshot.beneficiaries.ids), list(snapshot.gifts.ids)
    key = [key_of(programme_id, f"placement:{id_}") for id_ in ids]
    yield (
        "FILLED",
        (
            {
                "start": key_of(programme_id, f"gift:{gifts[placements.gift[row]]}"),
                "end": key[row],
                "properties": {
                    "received_on": day_of(placements.filled_day[row]),
                    "animals": int(placements.filled_units[row]) / 1000,
                    "sequence": int(placements.sequence[row]),
                },
            }
            for row in placements.original.nonzero()[0].tolist()
        ),
    )
    yield (
        "HOLDS",
        (
            {"start": key_of(programme_id, f"beneficiary:{holder[woman]}"), "end": key[row]}
            for row, woman in enumerate(placements.beneficiary.tolist())
        ),
    )
    columns = (passes.giver, passes.receiver, passes.day, passes.sequence, passes.units)
    yield (
        "PASSED_TO",
        (
            {
                "start": key[giver],
                "end": key[receiver],
                "properties": {
                    "key": key_of(programme_id, f"pass:{pass_id}"),
                    "pass_id": pass_id,
                    "giver_placement_id": ids[giver],
                    "receiver_placement_id": ids[receiver],
                    "beneficiary_id": holder[placements.beneficiary[receiver]],
                    "passed_on": day_of(day),
                    "sequence": sequence,
                    "animals": units / 1000,
                },
            }
            for pass_id, giver, receiver, day, sequence, units in zip(
                passes.ids, *(column.tolist() for column in columns), strict=True
            )
        ),
    )
    yield (
        "HAPPENED_TO",
        (
            {"start": key_of(programme_id, f"event:E{number}"), "end": key[placement]}
            for number, placement in enumerate(snapshot.events.placement.tolist(), start=1)
        ),
    )
