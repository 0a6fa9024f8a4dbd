"""A snapshot is the same from the graph and from the ledger."""

from __future__ import annotations

from datetime import date
from itertools import count, groupby, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from relay.arrays import from_graph as loading
from relay.arrays import lineage, tables
from relay.arrays.branch import branch
from relay.arrays.from_graph import load, load_below
from relay.arrays.from_register import of_register
from relay.arrays.lineage import Survey
from relay.domain.acts import Act
from relay.errors import NotFound
from relay.ledger import reading, recording
from relay.ledger.programme_heads import NoProgramme
from relay.reports import trees
from tests.arrays.test_tables import LATER, STORY, record
from tests.rigs.soak import share
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.scenes.strategies import programmes

if TYPE_CHECKING:
    from relay.graph import Graph

_NUMBERS = count()


def told(survey: Survey, id_: str) -> object:
    """What a survey tells about a gift or placement, or why it tells nothing."""
    try:
        tree = trees.tree(survey, id_)
        receipts = trees.receipts(survey, (node.placement_id for node in tree.nodes))
        return trees.trace(survey, id_), tree, receipts
    except NotFound as error:
        return str(error)


@pytest.mark.engine_contract
def test_graph_and_ledger_give_the_same_snapshot(graph: Graph) -> None:
    record(graph, *STORY)

    for act in (None, *LATER):
        if act:
            record(graph, act)
        register = reading.replay("demo", reading.entries(graph, "demo"), CORE)
        assert tables.differences(load(graph, "demo"), of_register(register)) == ()


@pytest.mark.parametrize("many", [1, 2, 4, 5])
def test_a_large_programme_is_read_in_parts(graph: Graph, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    record(graph, *STORY)  # four placements and two events: one, some or all in a part
    for neighbour in ("dem", "demo-2"):
        record(graph, say.programme(neighbour), *STORY[1:], programme_id=neighbour)
    monkeypatch.setattr(loading, "PART", many)

    read = load(graph, "demo")

    assert tables.differences(read, of_register(reading.replay("demo", reading.entries(graph, "demo"), CORE))) == ()


def test_a_programme_that_is_not_there_is_not_found(graph: Graph) -> None:
    with pytest.raises(NoProgramme):
        load(graph, "demo")


# G1 ──> P1 ──T1──> P2 ──T3──> P4 ──T4──> P5       P4 is pooled from P2 and P3, who descends from P8 of G2
# G2 ──> P8 ──T2──> P3 ──T5──╯                     P6 of G2 gave to P7, and neither has to do with the others
def test_of_one_gift_only_what_decides_its_trace_is_read(graph: Graph) -> None:
    record(graph, *say.beginnings(9), say.gift("G2"), say.placed("P1 on 2020-03-01", animals=4))
    record(graph, *(say.placed(f"P{number} on 2020-03-01", gift_id="G2") for number in (8, 6)))
    record(graph, say.passed("T1: P1 > P2 on 2021-03-01"), say.passed("T2: P8 > P3 on 2021-03-01"))
    record(graph, say.passed("T3: P2 > P4 on 2022-03-01"), say.passed("T5: P3 > P4 on 2022-03-01"))
    record(graph, say.passed("T4: P4 > P5 on 2023-03-01"), say.passed("T6: P6 > P7 on 2021-03-01"))

    read = {id_: load_below(graph, "demo", id_) for id_ in ("G1", "placement:P4", "P6", "P9")}

    assert {id_: sorted(part.placements.ids) for id_, part in read.items()} == {
        "G1": ["P1", "P2", "P3", "P4", "P5", "P8"],
        "placement:P4": ["P1", "P2", "P3", "P4", "P5", "P8"],
        "P6": ["P6", "P7"],
        "P9": [],
    }
    assert sorted(read["G1"].passes.ids) == ["T1", "T2", "T3", "T4", "T5"]
    trace = trees.trace(lineage.survey(read["G1"], date(2024, 1, 1)), "G1")
    assert (trace.reach, trace.by_generation) == (3, (1, 1, 1, 1))


@settings(
    max_examples=share(300),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(acts=programmes(most=40))
def test_what_is_read_of_one_gift_or_placement_tells_what_the_whole_tells(graph: Graph, acts: list[Act]) -> None:
    programme_id = f"drawn-{next(_NUMBERS)}"
    offered = [say.programme(programme_id), *acts[1:]]
    for confirms, some in groupby(offered, lambda act: act.kind == "confirm"):
        recording.record(graph, programme_id, list(some), say.clerk("local:bina" if confirms else "local:asha"))
    register = reading.replay(programme_id, reading.entries(graph, programme_id), CORE)
    known, days = of_register(register), (date(2020, 11, 1), date(2021, 6, 1), date(2030, 1, 1))
    wholes = [
        lineage.survey(known, as_of, confirmed_only=confirmed_only)
        for as_of in days
        for confirmed_only in (False, True)
    ]

    for id_ in (*register.placements, "gift:G1", "G1", "none"):
        parts = (load_below(graph, programme_id, id_), branch(known, id_))

        for whole, part in product(wholes, parts):
            survey = lineage.survey(part, whole.as_of, confirmed_only=whole.confirmed_only)
            assert told(survey, id_) == told(whole, id_)


def test_through_pairs_of_women_who_pooled_each_placement_is_read_once(graph: Graph) -> None:
    """Through 18 pairs there are 2^18 ways, and whoever followed each would never answer."""
    acts, top, pairs = list[Act](), 1, 18
    for nth in range(pairs):
        on, left, right, below = f"{2020 + nth // 12}-{nth % 12 + 1:02}-20", top + 1, top + 2, top + 3
        for giver, receiver in ((top, left), (top, right), (left, below), (right, below)):
            acts.append(say.passed(f"T{len(acts)}: P{giver} > P{receiver} on {on}", 0.1))
        top = below
    record(graph, *say.beginnings(top), say.placed("P1 on 2020-01-01"), *acts)

    assert trees.trace(lineage.survey(load_below(graph, "demo", "P1"), date(2030, 1, 1)), "P1").reach == 3 * pairs
    assert trees.trace(lineage.survey(load_below(graph, "demo", f"P{top}"), date(2030, 1, 1)), f"P{top}").reach == 0
