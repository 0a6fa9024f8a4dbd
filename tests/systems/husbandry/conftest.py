"""A village whose animals are looked after: goats, pigs, cows, chickens and bucks; on 2024-06-30 all still owe.

P1 of W1: 2 goats, 2023-01-01    P2 of W2: 2 pigs, 2024-01-01    P3 of W3: a cow, received pregnant, 2024-01-01
P4 of W4: 2 chickens    P5 of W5: 2 he-goats    P6 of W6: 2 donkeys    P7 of W7: money
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.husbandry.scene import CATALOGUE, added

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold husbandry."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with a programme that uses husbandry."""
    _, *rest = say.beginnings(9)
    added(
        graph,
        say.programme(systems="husbandry"),
        *rest,
        *(say.rule(help_, sex=None) for help_ in ("cow", "chicken", "donkey")),
        say.rule("seed_capital", unit="rupee", sex=None),
        say.placed("P1 on 2023-01-01"),
        say.placed("P2 on 2024-01-01", help="pig"),
        say.placed("P3 on 2024-01-01", help="cow", animals=1, condition="pregnant"),
        say.placed("P4 on 2024-01-01", help="chicken"),
        say.placed("P5 on 2024-01-01", males=2),
        say.placed("P6 on 2024-01-01", help="donkey"),
        say.placed("P7 on 2024-01-01", help="seed_capital", animals=5000),
    )
    return graph
