"""What tests of the ledger share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.ledger.recording import record
from tests.scenes.acts import (
    beginnings,
    claimed,
    clerk,
    confirmed,
    corrected,
    different,
    gift,
    group,
    happened,
    passed,
    place,
    placed,
    programme,
    rule,
    same,
    woman,
)

if TYPE_CHECKING:
    from relay.graph import Graph


@pytest.fixture
def kept(graph: Graph) -> Graph:
    """A programme with every kind of node and relationship, and another one beside it."""
    first = [place("L1"), place("L2", parent_id="L1"), group("V1", place_id="L1")]
    first += [woman("W7", place_id="L2", group_id="V1"), claimed("K1", source="a leaflet")]
    first += [
        placed("P1 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01"),
        happened("E1: birth of P2 on 2021-04-01"),
        woman("W9"),
        same("S1: W2 = W9", why="one card"),
        different("D1: W7 / W9"),
    ]
    record(graph, "demo", [*beginnings(2), *first, corrected("gift:G1", donor="Another Donor")], clerk())
    record(graph, "demo", [confirmed("pass:T1")], clerk("local:bina"))
    second = [programme("other"), rule(), gift(), woman("W1"), woman("W2"), placed("P1 on 2020-03-01")]
    record(graph, "other", [*second, passed("T1: P1 > P2 on 2021-03-01")], clerk())
    return graph
