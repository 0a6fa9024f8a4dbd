"""The part of the register that is read around some acts judges them as the whole register would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from relay.domain.questions import NO_ANSWER, NOTED
from relay.domain.rulebook import Missing, TakenBack
from relay.ledger import reading, verify
from relay.ledger.batch import Outcome
from relay.ledger.recording import record, record_one
from tests.ledger.test_recording import keep
from tests.rigs.wiping import wiped
from tests.scenes import strategies
from tests.scenes.acts import (
    Book,
    beginnings,
    clerk,
    corrected,
    happened,
    passed,
    place,
    placed,
    taken_back,
    woman,
)
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.acts import Act
    from relay.graph import Graph


def batches(acts: list[Act], sizes: list[int]) -> Iterator[list[Act]]:
    """Acts in batches of these sizes, over and over."""
    number = 0
    while acts:
        size = sizes[number % len(sizes)]
        yield acts[:size]
        acts, number = acts[size:], number + 1


def said(outcome: Outcome, *, alone: bool) -> tuple[object, ...]:
    """What became of an act; what is gone since the middle of a batch may be said to be missing or taken back."""
    refusal = type(outcome.error)
    if not alone and refusal in (Missing, TakenBack):
        return ("gone",)
    return outcome.action, refusal, str(outcome.error), outcome.notes, outcome.sequence


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(acts=strategies.programmes(), sizes=st.lists(st.sampled_from((1, 1, 2, 5)), min_size=1, max_size=4))
def test_the_part_that_is_read_judges_as_the_whole_register_would(
    graph: Graph, acts: list[Act], sizes: list[int]
) -> None:
    wiped(graph)
    book, head = Book(), acts[:11]
    keep(graph, *head)
    book.add(*head)

    for number, batch in enumerate(batches(acts[11:], sizes)):
        by = ("local:asha", "local:bina")[number % 3 == 0]
        alone = len(batch) == 1
        answers = (NOTED, NO_ANSWER)[number % 2]
        outcomes = record(graph, "demo", batch, clerk(by), answers=answers)
        expected = book.together(batch, by=by, answers=answers)
        assert [said(one, alone=alone) for one in outcomes] == [said(one, alone=alone) for one in expected]

    assert verify.verify(graph, "demo").faults == ()
    stored = reading.replay("demo", reading.entries(graph, "demo"), CORE)
    assert (stored.facts, stored.placements) == (book.register.facts, book.register.placements)


def test_a_correction_may_name_a_place_that_nothing_else_named(graph: Graph) -> None:
    keep(graph, *beginnings(), place("L1"), place("L2"), woman("W7", place_id="L1"))

    keep(graph, corrected("beneficiary:W7", place_id="L2"))
    keep(graph, corrected("beneficiary:W7", "C2", sex="F"))

    assert verify.verify(graph, "demo").faults == ()


def test_what_a_correction_names_is_found_although_its_subject_is_recorded_together_with_it(graph: Graph) -> None:
    keep(graph, *beginnings(), place("L1"), place("L2"))

    keep(graph, place("L3", parent_id="L2"), corrected("place:L3", parent_id="L1"))

    assert verify.verify(graph, "demo").faults == ()


def test_what_hangs_below_a_corrected_placement_is_found_although_another_act_of_the_batch_names_a_part_of_it(
    graph: Graph,
) -> None:
    chain = [passed("T1: P1 > P2 on 2021-03-01"), passed("T2: P2 > P3 on 2022-03-01")]
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), *chain)

    record(graph, "demo", [passed("T1: P2 > P4 on 2022-04-01"), corrected("placement:P1", help="pig")], clerk())

    assert verify.verify(graph, "demo").faults == ()


def test_on_the_engine_too_an_act_on_a_placement_that_a_taken_back_pass_on_began_is_refused(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01"), taken_back("pass:T1"))

    for act in (happened("E1: death of P2 on 2021-04-01"), passed("T2: P2 > P3 on 2021-04-01")):
        with pytest.raises(TakenBack, match="placement:P2 was taken back by correct:C1"):
            record_one(graph, "demo", act, clerk())
