"""Repair on real databases: after the correction the graph is that of a ledger that never had the mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.arrays.from_graph import load
from relay.arrays.from_register import of_register
from relay.arrays.tables import differences
from relay.domain.rulebook import SeveralReceipts
from relay.errors import Invalid
from relay.ledger import programme_heads, reading
from relay.ledger.recording import record
from relay.ledger.verify import verify
from relay.office import intake
from relay.office.wrong_receiver import ONLY_THE_HOLDER
from relay.service.question import Source
from relay.service.questions.lookup import Show
from tests.scenes.acts import TODAY, beginnings, clerk, confirmed, corrected, happened, passed, placed, programme
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.acts import Act
    from relay.graph import Graph

STORY = [
    *beginnings(8)[1:],
    placed("P1 on 2020-03-01"),
    placed("P4 on 2020-03-01"),
    passed("T1: P1 > P2 on 2021-03-01", note="at the ford"),
    passed("T4: P4 > P2 on 2021-03-02", 1),
    passed("T2: P2 > P3 on 2022-03-01", 1),
    passed("T3: P2 > P5 on 2022-04-01", 1),
    happened("E1: birth of P2 on 2021-08-01", animals=2),
    passed("T5: P3 > P6 on 2023-03-01"),
]


def keep(graph: Graph, programme_id: str, *mistaken: Act) -> None:
    """Record the story with some acts in place of those of the same id."""
    instead = {act.act_id: act for act in mistaken}
    acts = [programme(programme_id), *(instead.get(act.act_id, act) for act in STORY)]
    outcomes = record(graph, programme_id, acts, clerk())
    assert [outcome.error for outcome in outcomes if outcome.error] == []


def correct(graph: Graph, act: Act, *, whole: bool = False) -> intake.Recorded:
    made = intake.made(graph, "wrong", "correct", act.values, random=clerk().random)
    return intake.hand_in(graph, "wrong", made, clerk(), whole=whole)


def assert_never_mistaken(graph: Graph) -> None:
    """The columns read from the graph are those of the right ledger, and the graph agrees with its own."""
    right, wrong = load(graph, "right"), load(graph, "wrong")
    assert {*differences(right, wrong)} <= {"programme_id", "sequence", "head_hash"}
    replayed = of_register(reading.replay("wrong", reading.entries(graph, "wrong"), CORE))
    assert differences(wrong, replayed) == ()
    found = verify(graph, "wrong")
    assert found.ok, found.faults


def test_a_wrong_giver_is_corrected(graph: Graph) -> None:
    keep(graph, "right")
    keep(graph, "wrong", passed("T2: P4 > P3 on 2022-03-01", 1))

    correct(graph, corrected("pass:T2", giver_placement_id="P2"))

    assert_never_mistaken(graph)


def test_a_wrong_receiver_with_all_below_is_corrected(graph: Graph) -> None:
    keep(graph, "right")
    keep(graph, "wrong", passed("T2: P2 > P3 on 2022-03-01", 1, beneficiary_id="W8"))

    recorded = correct(graph, corrected("pass:T2", beneficiary_id="W3"))

    assert recorded.action == "added"
    assert_never_mistaken(graph)


def test_who_holds_an_original_placement_is_corrected(graph: Graph) -> None:
    keep(graph, "right")
    keep(graph, "wrong", placed("P1 on 2020-03-01", beneficiary_id="W8"))

    correct(graph, corrected("placement:P1", beneficiary_id="W1"))

    assert_never_mistaken(graph)


def test_a_placement_that_several_filled_is_corrected_whole_by_its_own_id_and_twice_is_once(graph: Graph) -> None:
    keep(graph, "right")
    slips = [passed("T1: P1 > P2 on 2021-03-01", note="at the ford"), passed("T4: P4 > P2 on 2021-03-02", 1)]
    mistaken = [type(act)(kind="pass", id=act.id, values={**act.values, "beneficiary_id": "W8"}) for act in slips]
    keep(graph, "wrong", *mistaken)

    with pytest.raises(SeveralReceipts, match="pass:T1, pass:T4"):
        correct(graph, corrected("placement:P2", beneficiary_id="W2"))
    with pytest.raises(Invalid, check=ONLY_THE_HOLDER.matches):
        correct(graph, corrected("pass:T1", beneficiary_id="W2", animals=1), whole=True)
    assert programme_heads.head(graph, "wrong").entries == programme_heads.head(graph, "right").entries
    correct(graph, corrected("placement:P2", beneficiary_id="W2"), whole=True)

    assert_never_mistaken(graph)
    assert correct(graph, corrected("placement:P2", beneficiary_id="W2"), whole=True).action == "same"
    assert programme_heads.head(graph, "wrong").entries == programme_heads.head(graph, "right").entries + 2


def test_as_known_before_the_correction_the_mistake_still_stands(graph: Graph) -> None:
    keep(graph, "wrong", passed("T2: P2 > P3 on 2022-03-01", 1, beneficiary_id="W8"))
    record(graph, "wrong", [confirmed("pass:T2")], clerk("local:bina"))
    before = programme_heads.head(graph, "wrong").entries

    recorded = correct(graph, corrected("pass:T2", beneficiary_id="W3"))

    then = reading.replay("wrong", reading.entries(graph, "wrong", last=before), CORE)
    assert then.placements["P3"].beneficiary_id == "W8"
    assert then.facts["pass:T2"].confirm_id == "F1"
    now = reading.replay("wrong", reading.entries(graph, "wrong"), CORE)
    assert now.placements["P3"].beneficiary_id == "W3"
    assert now.facts["pass:T2"].confirm_id is None
    assert any("Have it confirmed again" in note for note in recorded.notes)


def test_who_never_received_is_shown_without_it_and_who_did_with_it(graph: Graph, tmp_path: Path) -> None:
    keep(graph, "wrong", passed("T2: P2 > P3 on 2022-03-01", 1, beneficiary_id="W8"))
    correct(graph, corrected("pass:T2", beneficiary_id="W3"))
    source = Source(graph=graph, folder=tmp_path)

    shown = {id_: Show(id=f"beneficiary:{id_}", as_of=TODAY).answer(source, "wrong") for id_ in ("W3", "W8")}

    assert [stand.placement_id for stand in shown["W3"].placements] == ["P3"]
    assert shown["W8"].placements == ()
