"""Snapshots of programmes: read from the graph, and soon kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

from relay import cypher, ledger
from relay.projection import key_of, values_of
from relay.register import rule_of
from relay.snapshot import NO_DAY, Sheets, Snapshot

if TYPE_CHECKING:
    from relay.graph import Graph, Transaction


def load(graph: Graph, programme_id: str) -> Snapshot:
    """Read a whole programme from the graph, column by column.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    head = ledger.head(graph, programme_id)
    sheets = graph.read(lambda transaction: _sheets(transaction, programme_id))
    return Sheets(programme_id=programme_id, sequence=head.entries, head_hash=head.head_hash, **sheets).bound()


def _sheets(transaction: Transaction, programme_id: str) -> dict[str, Any]:
    def columns(query: LiteralString) -> dict[str, Any]:
        return transaction.rows(query, programme_id=programme_id, no_day=NO_DAY)[0]

    (programme,) = transaction.rows(cypher.RULES_AND_GOAL, key=key_of(programme_id, f"programme:{programme_id}"))
    return {
        "goal_generations": programme["goal_generations"],
        "rules": tuple(rule_of(values_of(properties)) for properties in programme["rules"]),
        "placements": columns(cypher.COLUMNS_OF_PLACEMENTS),
        "passes": columns(cypher.COLUMNS_OF_PASSES),
        "events": columns(cypher.COLUMNS_OF_EVENTS),
        "gifts": columns(cypher.COLUMNS_OF_GIFTS),
        "beneficiaries": columns(cypher.COLUMNS_OF_BENEFICIARIES),
        "groups": columns(cypher.COLUMNS_OF_GROUPS),
        "places": columns(cypher.COLUMNS_OF_PLACES),
    }
