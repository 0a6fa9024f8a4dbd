"""A valley that counts: three months of three municipalities, and a directory of two services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.protection.scene import CATALOGUE, PLACES, added, counted, service

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]

NUMBERS = {"M1": (30, 19, 50), "M2": (38, 12, 30), "M3": (70, 30, 2)}


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold counts."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def valley(graph: Graph) -> Graph:
    """Give a graph with a programme that uses protection."""
    _, *rest = say.beginnings(3)
    added(graph, say.programme(systems="planning;groups;learning;protection"), *rest, *PLACES)
    added(
        graph,
        service("V1: police in M1 on 2024-06-01", phone="100"),
        service("V2: health in D2 on 2023-06-01"),
        *(
            counted(f"N{place}{month}: people_informed in {place} in 2023-0{month}", number)
            for place, numbers in NUMBERS.items()
            for month, number in enumerate(numbers, 1)
        ),
    )
    return graph
