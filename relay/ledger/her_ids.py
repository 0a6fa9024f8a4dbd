"""Her ids: all under which one woman is recorded, read from the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.database import cypher
from relay.database.acts_as_nodes import key_of, kind_and_id
from relay.domain.people.one_woman import OneWoman, SameWoman

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relay.graph import Graph, Transaction


def one_woman(graph: Graph | Transaction, programme_id: str, beneficiary_ids: Iterable[str]) -> OneWoman:
    """What joins some ids with others, however far away: a question for each step, and one where nothing does.

    Raises:
        Unavailable: The database cannot be reached.
    """
    known, seen, ids = OneWoman(), set[str](), {*beneficiary_ids}
    while ids:
        seen |= ids
        people = [key_of(programme_id, f"beneficiary:{id_}") for id_ in sorted(ids)]
        for row in graph.rows(cypher.SAMES_OF, people=people):
            act_id = ":".join(kind_and_id(row["key"]))
            ends = {"kept_id": row["kept_id"], "other_id": row["other_id"]}
            known.add(SameWoman(act_id=act_id, sequence=row["sequence"], **ends))
        ids = {id_ for edge in known for id_ in (edge.kept_id, edge.other_id)} - seen
    return known


def her_ids(graph: Graph | Transaction, programme_id: str, beneficiary_id: str) -> tuple[str, ...]:
    """All ids of the woman who has one, that one included, in their order.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return one_woman(graph, programme_id, [beneficiary_id]).ids(beneficiary_id)
