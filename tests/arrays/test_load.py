"""A snapshot is the same from the graph and from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.arrays import load as loading
from relay.arrays import tables
from relay.arrays.load import load
from relay.ledger import reading
from relay.ledger.batch import NoProgramme
from tests.arrays.test_tables import LATER, STORY, record
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph


def test_graph_and_ledger_give_the_same_snapshot(graph: Graph) -> None:
    record(graph, *STORY)

    for act in (None, *LATER):
        if act:
            record(graph, act)
        register = reading.replay("demo", reading.entries(graph, "demo"))
        assert tables.differences(load(graph, "demo"), tables.of_register(register)) == ()


@pytest.mark.parametrize("many", [1, 2, 4, 5])
def test_a_large_programme_is_read_in_parts(graph: Graph, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    record(graph, *STORY)  # four placements and two events: one, some or all in a part
    for neighbour in ("dem", "demo-2"):
        record(graph, say.programme(neighbour), *STORY[1:], programme_id=neighbour)
    monkeypatch.setattr(loading, "PART", many)

    read = load(graph, "demo")

    assert tables.differences(read, tables.of_register(reading.replay("demo", reading.entries(graph, "demo")))) == ()


def test_a_programme_that_is_not_there_is_not_found(graph: Graph) -> None:
    with pytest.raises(NoProgramme):
        load(graph, "demo")
