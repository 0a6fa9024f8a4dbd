"""A village that plans.

G1 ── P1 (W1, 2022-01-01) ── T1 2023-12-01 ── P2 (W2)          W3, W4, W5, W6 hold nothing
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.graph import connect
from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.planning.scene import CATALOGUE, added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph
    from relay.settings import Connection

__all__ = ["alone"]


@pytest.fixture
def graph(connection: Connection) -> Iterator[Graph]:
    """Give an empty graph of each engine that can hold plans."""
    with connect(connection, CATALOGUE) as graph:
        yield wiped(graph)


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with a programme that plans."""
    _, *rest = say.beginnings(6)
    added(graph, say.programme(systems="planning", requires="training;shed"), *rest)
    added(graph, say.placed("P1 on 2022-01-01"), say.passed("T1: P1 > P2 on 2023-12-01", 1))
    return graph
