"""Two women's groups. A: W1 and W2 from 2023-01-01, W3 from 2023-03-01, W4 until 2023-06-30. B: W5.

G1 ── P1 (W1, 2022-01-01) ── T1 2023-12-01 ── P2 (W2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.groups.scene import CATALOGUE, act, added, member

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold groups."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with the two groups."""
    _, *rest = say.beginnings(6)
    added(graph, say.programme(systems="planning;groups", meeting_every="month"), *rest)
    added(
        graph,
        *(act("group", {"group_id": id_, "name": f"Group {id_}", "kind": "womens_group"}) for id_ in "AB"),
        member("M1: W1 in A on 2023-01-01"),
        member("M2: W2 in A on 2023-01-01"),
        member("M3: W3 in A on 2023-03-01"),
        member("M4: W4 in A on 2023-01-01", until_on="2023-06-30"),
        member("M5: W5 in B on 2023-01-01"),
        say.placed("P1 on 2022-01-01"),
        say.passed("T1: P1 > P2 on 2023-12-01", 1),
    )
    return graph
