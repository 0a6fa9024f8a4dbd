"""A snapshot holds what the ledger adds up to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from relay.arrays import tables
from relay.arrays.from_register import of_register
from relay.domain.questions import NOTED
from relay.ledger import reading, recording
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.scenes.made import acts as made_acts
from tests.scenes.made import programme

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


def test_a_made_programme_is_what_its_acts_say() -> None:
    made = programme(300)
    book = say.Book(*made_acts(made), programme_id="made", today=date(2025, 1, 1))

    replayed = of_register(book.register)

    assert tables.differences(replayed, made) == ("head_hash",)


STORY = (
    say.programme(goal_generations=5),
    say.rule("goat", equivalents={"pig": 1.5}),
    say.rule("goat", "2021-06-01", owed=None, owed_per_given=0.5, sex="F", condition="pregnant"),
    say.rule("pig", months=12, equivalents={"goat": 0.667}),
    say.place("D1", kind="district"),
    say.place("W5", kind="ward", parent_id="D1"),
    say.group("S1", place_id="W5"),
    *(say.woman(f"W{number}", sex="F", place_id="W5", group_id="S1") for number in range(1, 5)),
    say.woman("W5", sex="M"),
    say.gift("G1"),
    say.gift("G2", "pig", animals=4, given_on="2020-02-01"),
    say.placed("P1 on 2020-03-01", females=2, condition="young"),
    say.placed("P2 on 2020-04-01", gift_id="G2", help="pig"),
    say.passed("T1: P1 > P3 on 2021-07-01", animals=1, females=1, condition="pregnant"),
    say.passed("T2: P2 > P3 on 2021-06-15", animals=0.5, help="goat", kind="cash"),
    say.passed("T3: P3 > P4 on 2022-08-01", animals=1.5, males=0.5),
    say.happened("E1: birth of P1 on 2020-12-01", animals=3),
    say.happened("E2: extended of P1 on 2022-01-05", until_on="2022-12-31"),
    say.happened("E3: death of P4 on 2022-09-05"),
)
LATER = (
    say.passed("T4: P1 > P5 on 2021-01-05", animals=1),  # late: it happened before T1
    say.corrected("pass:T3", "C1", animals=1, passed_on="2022-07-01"),
    say.taken_back("event:E3", "C2"),
    say.corrected("rule:goat@2020-01-01", "C3", months=30),
    say.taken_back("pass:T4", "C4"),
    say.taken_back("correct:C4", "C5"),
    say.erased("gift:G1"),
)


def record(graph: Graph, *acts: Act, programme_id: str = "demo") -> None:
    for outcome in recording.record(graph, programme_id, acts, say.clerk(), answers=NOTED):
        assert outcome.action == "added", outcome.error


def test_a_snapshot_of_a_past_day_of_knowing_holds_what_was_known_then(graph: Graph) -> None:
    record(graph, *STORY, *LATER)

    known = reading.replay("demo", reading.entries(graph, "demo", last=len(STORY)), CORE)

    assert of_register(known).sequence == len(STORY)
    assert list(of_register(known).passes.ids) == ["T1", "T2", "T3"]
