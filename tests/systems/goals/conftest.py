"""A village that sets itself goals: W1 holds placement P1; W2 to W8 hold nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.goals.scene import CATALOGUE, added

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold goals."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with a programme that uses goals."""
    _, *rest = say.beginnings(8)
    added(graph, say.programme(systems="goals", activities="goats;vegetables"), *rest, say.placed("P1 on 2020-02-01"))
    return graph
