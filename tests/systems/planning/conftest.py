"""A village that plans.

G1 ── P1 (W1, 2022-01-01) ── T1 2023-12-01 ── P2 (W2)          W3, W4, W5, W6 hold nothing
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.planning.scene import CATALOGUE, added, asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold plans."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with a programme that plans."""
    _, *rest = say.beginnings(6)
    added(graph, say.programme(systems="planning", requires="training;shed"), *rest)
    added(graph, say.placed("P1 on 2022-01-01"), say.passed("T1: P1 > P2 on 2023-12-01", 1))
    return graph


@pytest.fixture
def meadow(graph: Graph) -> Graph:
    """Give a municipality of two wards, as it is drawn in the tests of commands."""
    added(
        graph,
        say.programme(systems="planning", requires="shed", order="disability;asked_on"),
        say.rule("goat", given=1, owed=2),
        say.place("M", kind="municipality"),
        say.place("1", kind="ward", parent_id="M", latitude=28.0, longitude=84.0),
        say.place("2", kind="ward", parent_id="M", latitude=28.1, longitude=84.0),
        say.gift(),
        *(say.woman(f"W{number}", household_id=f"H{number}", place_id="1") for number in (1, 3, 4)),
        *(say.woman(f"W{number}", household_id=f"H{number}", place_id="2") for number in (2, 5)),
        say.woman("V2", household_id="H2", place_id="2"),
        say.placed("P1 on 2022-08-01"),
        say.passed("T1: P1 > P2 on 2023-12-01", 1),
    )
    added(
        graph,
        asked("R3: W3 on 2024-01-03", ready="shed"),
        asked("R4: W4 on 2024-01-01", ready="shed"),
        asked("R5: W5 on 2024-02-01", ready="shed", criteria="disability"),
        asked("R6: V2 on 2023-01-01"),
    )
    return graph
