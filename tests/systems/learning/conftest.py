"""A village that learns: W1 to W12 belong to it; a rule for pigs from 2023 requires the care of goats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.learning.scene import CATALOGUE, added

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold classes."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with a programme that uses learning."""
    _, *rest = say.beginnings(12)
    added(graph, say.programme(systems="planning;groups;learning"), *rest, say.place("1"))
    added(graph, say.gift("G2", "pig"))
    added(graph, say.rule("pig", "2023-01-01", months=12, requires="goat_care", requires_within_months=36))
    return graph
