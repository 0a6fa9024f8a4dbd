"""A batch of acts: what becomes of each, beside what was recorded before and beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.domain.questions import EVERY_ANSWER, TWIN
from relay.domain.rulebook import TakenBack
from relay.errors import Asked, Conflict, Refused
from relay.ledger import programme_heads, verify
from relay.ledger.batch import USED_OTHERWISE, StandsOnDoubt
from relay.ledger.recording import record, record_one
from tests.ledger.test_recording import keep
from tests.scenes.acts import (
    beginnings,
    clerk,
    corrected,
    gift,
    passed,
    placed,
    programme,
    taken_back,
    woman,
)

if TYPE_CHECKING:
    from relay.graph import Graph

pytestmark = pytest.mark.engine_contract


def test_the_same_act_twice_in_one_batch_is_added_once(graph: Graph) -> None:
    outcomes = record(graph, "demo", [programme(), gift(), gift()], clerk())

    assert [outcome.action for outcome in outcomes] == ["added", "added", "same"]
    assert programme_heads.head(graph, "demo").entries == 2


def test_the_same_id_with_other_content_is_refused_naming_the_fields_and_nobody(graph: Graph) -> None:
    keep(graph, *beginnings())

    with pytest.raises(Conflict, check=USED_OTHERWISE.matches, match=r"beneficiary:W1 .*name, sex") as refused:
        record_one(graph, "demo", woman("W1", name="Somebody Else", sex="F", household_id="H1"), clerk())

    assert "Somebody" not in str(refused.value)
    assert "Name of" not in str(refused.value)


def test_what_names_an_id_that_is_disputed_in_its_batch_is_refused_unless_a_correction_settles_it(graph: Graph) -> None:
    keep(graph, *beginnings(2), placed("P1 on 2020-03-01"))
    hand_over = [woman("W2", name="Another Woman", household_id="H2"), passed("T1: P1 > P2 on 2021-03-01")]
    correction = corrected("beneficiary:W2", name="Another Woman")

    disputed = record(graph, "demo", hand_over, clerk())
    settled = record(graph, "demo", [correction, *hand_over], clerk())

    assert [outcome.action for outcome in disputed] == ["not", "not"]
    assert isinstance(disputed[1].error, StandsOnDoubt)
    assert [outcome.action for outcome in settled] == ["added", "same", "added"]


def test_a_row_without_its_personal_columns_is_the_same(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", note="seen"))

    for act in (
        woman("W1", name=None),
        gift(donor=None),
        passed("T1: P1 > P2 on 2021-03-01"),
    ):
        assert record_one(graph, "demo", act, clerk()).action == "same", act


def test_a_corrected_act_may_be_sent_as_it_was_and_as_it_is(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), corrected("placement:P1", animals=3))

    assert record_one(graph, "demo", placed("P1 on 2020-03-01"), clerk()).action == "same"
    assert record_one(graph, "demo", placed("P1 on 2020-03-01", animals=3), clerk()).action == "same"
    with pytest.raises(Conflict, check=USED_OTHERWISE.matches, match="animals"):
        record_one(graph, "demo", placed("P1 on 2020-03-01", animals=4), clerk())


def test_a_twin_is_recorded_only_again(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1))

    with pytest.raises(Asked, check=TWIN.matches, match="pass:T1"):
        record_one(graph, "demo", passed("T2: P1 > P2 on 2021-03-01", 1), clerk())

    assert (
        record_one(graph, "demo", passed("T2: P1 > P2 on 2021-03-01", 1), clerk(), answers=EVERY_ANSWER).action
        == "added"
    )
    assert verify.verify(graph, "demo").ok


def test_a_taken_back_act_sent_again_is_taken_back(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), taken_back("placement:P1"))

    with pytest.raises(TakenBack, match="correct:C1 as did_not_happen"):
        record_one(graph, "demo", placed("P1 on 2020-03-01"), clerk())


def test_the_id_of_a_taken_back_act_is_not_used_for_another_fact(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), taken_back("placement:P1"))

    with pytest.raises(TakenBack, match="something else: give it a new id"):
        record_one(graph, "demo", placed("P1 on 2020-03-05"), clerk())


def test_what_is_refused_stops_nothing_else_and_leaves_no_trace(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"))
    before = programme_heads.head(graph, "demo")

    refused, added = record(
        graph, "demo", [passed("T1: P1 > P1 on 2021-03-01"), passed("T2: P1 > P2 on 2021-03-01")], clerk()
    )

    assert isinstance(refused.error, Refused)
    assert (added.action, added.sequence) == ("added", before.entries + 1)
    assert verify.verify(graph, "demo").ok
