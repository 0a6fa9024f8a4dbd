"""A savings group G of W1, W2 and W3 (until 2023-09-30), and a group H of W4.

Cycle C of G from 2023-04-15 (2 Baisakh 2080), with meetings M1 to M4 on the 20th of May to August.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import alone
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.savings.scene import CATALOGUE, act, added, cycle, member, met, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

__all__ = ["alone"]


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold savings."""
    return wiped(graphs(CATALOGUE))


@pytest.fixture
def village(graph: Graph) -> Graph:
    """Give a graph with the two groups."""
    _, *rest = say.beginnings(5)
    added(graph, say.programme(systems="groups;planning;savings"), *rest)
    added(
        graph,
        *(act("group", group_id=id_, name=f"Group {id_}", kind="savings_group") for id_ in "GH"),
        rule(
            "2023-01-01",
            charge_percent=2,
            charge_method="declining",
            shares_max=5,
            loan_times_savings=3,
            loan_months=6,
            loans_at_once=1,
        ),
        member("B1: W1 in G on 2023-01-01"),
        member("B2: W2 in G on 2023-01-01"),
        member("B3: W3 in G on 2023-01-01", until_on="2023-09-30"),
        member("B4: W4 in H on 2023-01-01"),
        cycle("C: G from 2023-04-15"),
        cycle("D: H from 2023-04-15"),
        *(met(f"M{number}: G on 2023-0{4 + number}-20") for number in range(1, 5)),
        met("H1: H on 2023-05-20"),
    )
    return graph
