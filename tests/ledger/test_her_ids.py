"""One woman under several ids on both engines: what is judged under the lock, and what the graph holds at the end."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final, LiteralString

import networkx as nx
import pytest

from relay.arrays.from_graph import load
from relay.arrays.same_woman import women_of
from relay.domain.questions import NO_ANSWER
from relay.ledger import verify
from relay.ledger.her_ids import her_ids
from relay.ledger.recording import record, record_one
from tests.scenes.acts import (
    beginnings,
    clerk,
    different,
    erased,
    passed,
    placed,
    same,
    taken_back,
    woman,
)

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


STANDING: Final[LiteralString] = """
MATCH (k:Beneficiary)<-[:KEEPS]-(s:Same)-[:JOINS]->(o:Beneficiary)
RETURN s.same_id AS id, k.beneficiary_id AS kept_id, o.beneficiary_id AS other_id
"""


def refused(graph: Graph, act: Act) -> str:
    """The code under which an act is not recorded; empty when it is."""
    (outcome,) = record(graph, "demo", [act], clerk(), answers=NO_ANSWER)
    return outcome.error.code if outcome.error else ""


def begun(graph: Graph) -> None:
    """W1 holds P1 and passed on to P2 of W2; W3 to W6 hold nothing."""
    acts = [*beginnings(6), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01")]
    assert all(outcome.action == "added" for outcome in record(graph, "demo", acts, clerk()))


def test_what_joins_ids_is_read_however_far_away_it_was_said(graph: Graph) -> None:
    """W1 = W3 = W4 = W5: a hand-over from her to herself names W1's placement and W5."""
    begun(graph)
    for act in (same("S1: W4 = W3"), same("S2: W1 = W3"), same("S3: W5 = W4")):
        record_one(graph, "demo", act, clerk())

    assert her_ids(graph, "demo", "W1") == ("W1", "W3", "W4", "W5")
    assert refused(graph, passed("T2: P1 > P5 on 2021-04-01")) == "given_to_herself"
    assert refused(graph, placed("P5 on 2021-04-01")) == "holds_already"
    assert refused(graph, same("S4: W2 = W5")) == "passed_between"
    assert refused(graph, different("D1: W1 / W5")) == "one_already"
    assert refused(graph, taken_back("same:S2", "C1")) == ""
    assert refused(graph, passed("T2: P1 > P5 on 2021-04-01")) == ""
    assert refused(graph, taken_back("correct:C1", "C2")) == "passed_between"


def test_who_was_erased_is_not_said_to_be_another(graph: Graph) -> None:
    begun(graph)
    record_one(graph, "demo", erased("beneficiary:W4"), clerk())
    assert refused(graph, same("S1: W3 = W4")) == "erased_already"
    assert refused(graph, same("S1: W3 = W5")) == ""


def test_a_note_of_what_is_personal_or_was_said_before_is_made_under_the_lock_too(graph: Graph) -> None:
    begun(graph)
    acts = [woman("W7", birth_year=1980, household_id="H1"), woman("W8", birth_year=1990, household_id="H2")]
    record(graph, "demo", [*acts, different("D1: W8 / W7")], clerk())
    outcome = record_one(graph, "demo", same("S1: W7 = W8"), clerk())
    assert [note.note for note in outcome.notes] == ["years_apart", "other_household", "said_different"]


@pytest.mark.soak
def test_a_thousand_random_merges_and_undoings_leave_the_graph_of_the_standing_edges(graph: Graph) -> None:
    """Fifty acts in a transaction, each judged after those before it; what stands is kept in a dictionary beside it."""
    random, women = Random(23), [f"W{number}" for number in range(1, 41)]  # noqa: S311 - the tests keep no secrets
    record(graph, "demo", beginnings(len(women)), clerk())
    standing: dict[str, tuple[str, str]] = {}
    for batch in range(20):
        acts: list[tuple[Act, bool]] = []
        for number in range(50 * batch, 50 * batch + 50):
            if standing and random.random() < 0.45:
                act_id = random.choice([*standing])
                del standing[act_id]
                acts.append((taken_back(act_id, f"C{number}"), True))
                continue
            ends = random.choice(women), random.choice(women)
            joined = nx.Graph([*standing.values(), *((id_, id_) for id_ in women)])
            stands = not nx.has_path(joined, *ends)
            acts.append((same(f"S{number}: {ends[0]} = {ends[1]}"), stands))
            if stands:
                standing[f"same:S{number}"] = ends
        outcomes = record(graph, "demo", [act for act, _ in acts], clerk())
        assert [outcome.action == "added" for outcome in outcomes] == [stands for _, stands in acts]

    assert {f"same:{row['id']}": (row["kept_id"], row["other_id"]) for row in graph.rows(STANDING)} == standing
    joined = nx.Graph([*standing.values(), *((id_, id_) for id_ in women)])
    assert len({her_ids(graph, "demo", id_) for id_ in women}) == nx.number_connected_components(joined)
    assert len({*women_of(load(graph, "demo")).tolist()} - {-1}) == nx.number_connected_components(joined)
    assert verify.verify(graph, "demo").faults == ()
