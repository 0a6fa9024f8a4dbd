"""What the tests of systems take from those of the command line, and the village that has wells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems import CATALOGUE
from tests.systems.wells.scene import STORY, added

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold wells."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with a programme that uses wells, and has two."""
    first, *rest = say.beginnings(3)
    added(graph, say.programme(systems="wells"), *rest, *STORY)
    assert first.kind == "programme"
    return graph
