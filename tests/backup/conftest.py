"""What tests of backups share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay import graph as relay_graph
from relay.ledger.recording import record
from tests.rigs.wiping import wiped
from tests.scenes.acts import beginnings, clerk, passed, placed
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph
    from relay.settings import Connection


@pytest.fixture(scope="module")
def kept(embedded_engine: Connection) -> Iterator[Graph]:
    """Give a small programme on the embedded engine."""
    with relay_graph.connect(embedded_engine, CORE) as graph:
        wiped(graph)
        record(graph, "demo", [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01")], clerk())
        yield graph
        wiped(graph)
