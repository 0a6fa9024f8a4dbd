"""An empty database between two tests, or an access log in which nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

if TYPE_CHECKING:
    from relay.graph import Graph

_NODES: Final = 2_000  # at once: a machine that is busy still answers within a second or so
_WIPE: Final[LiteralString] = """
MATCH (n) WHERE coalesce(n.key, '') <> 'schema' WITH n LIMIT $nodes DETACH DELETE n RETURN count(*) AS wiped
"""

_WIPE_ACCESSES: Final[LiteralString] = "MATCH (n {scope: $programme_id}) WHERE n:Access OR n:AccessChain DELETE n"


def wiped(graph: Graph) -> Graph:
    """Delete all that is in a graph, in steps; the schema stays."""
    while graph.write(lambda transaction: transaction.rows(_WIPE, nodes=_NODES))[0]["wiped"] == _NODES:
        pass
    return graph


def without_accesses(graph: Graph, programme_id: str) -> None:
    """Delete the access log of a programme."""
    graph.write(lambda transaction: transaction.run(_WIPE_ACCESSES, programme_id=programme_id))
