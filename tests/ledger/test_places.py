"""Whose names staff of a place are told: of those who live there, or whose group is at home there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relay.access.roles import NotThatPlace
from relay.domain.questions import EVERY_ANSWER
from relay.ledger import places, recording
from tests.ledger.test_recording import keep
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


def test_people_are_in_a_place_who_live_in_it_or_inside_it_or_whose_group_does(graph: Graph) -> None:
    #   D (district)            W1 lives in D1; W2 in D; W3 in E; W4 in a group of D1; W5 nowhere
    #   └─ D1 (ward)      E
    keep(
        graph,
        say.programme(),
        *(say.place("D"), say.place("D1", parent_id="D"), say.place("E")),
        say.group("V1", place_id="D1"),
        *(say.woman("W1", place_id="D1"), say.woman("W2", place_id="D"), say.woman("W3", place_id="E")),
        *(say.woman("W4", group_id="V1"), say.woman("W5")),
    )

    def there(*place_ids: str) -> frozenset[str]:
        asked = ["W1", "W2", "W3", "W4", "W5", "W9"]
        return places.people_in(graph, "demo", frozenset(place_ids), asked)

    assert there("D") == {"W1", "W2", "W4"}
    assert there("D1") == {"W1", "W4"}
    assert there("D1", "E") == {"W1", "W3", "W4"}
    assert there("nowhere") == frozenset()


def test_what_is_said_of_somebody_who_moved_lies_where_she_lives_now(graph: Graph) -> None:
    #   W1 moved from D1 to E, W4's group V1 from D1 to E, and V2 lies in D1 still
    keep(
        graph,
        *say.beginnings(0),
        *(say.place("D1"), say.place("E"), say.group("V1", place_id="D1"), say.group("V2", place_id="D1")),
        *(say.woman("W1", place_id="D1"), say.woman("W2", place_id="D1"), say.woman("W4", group_id="V1")),
        say.placed("P1 on 2020-03-01"),
        say.passed("T1: P1 > P2 on 2021-03-01"),
    )
    keep(graph, say.corrected("beneficiary:W1", "C1", place_id="E"), say.corrected("group:V1", "C2", place_id="E"))
    keep(graph, say.corrected("beneficiary:W1", "C3", name="Hidden"), say.corrected("pass:T1", "C4", animals=1))

    def lies(act_id: str) -> frozenset[str]:
        return places.places_of_record(graph, "demo", act_id)

    for moved in ("beneficiary:W1", "correct:C1", "correct:C3", "placement:P1", "group:V1", "correct:C2"):
        assert lies(moved) == {"E"}, moved
    assert lies("beneficiary:W4") == {"E"}
    assert lies("group:V2") == lies("beneficiary:W2") == {"D1"}
    assert lies("pass:T1") == lies("correct:C4") == {"D1", "E"}  # from her who moved to her who did not
    keep(graph, say.placed("P2b on 2022-03-01"), say.taken_back("placement:P2b", "C5"))
    keep(graph, say.woman("W5", place_id="D1"), say.taken_back("beneficiary:W5", "C6"))
    for gone in ("correct:C5", "correct:C6"):  # so that who took it back can bring it back
        assert lies(gone) == {"D1"}, gone
    fetched_back = {"correct_id": "C9", "act_id": "beneficiary:W1", "changes": {"place_id": "D1"}}
    assert places.places_of(graph, "demo", fetched_back) == {"E"}
    assert places.places_of(graph, "demo", {"correct_id": "C9", "act_id": "correct:C1"}) == {"E"}


def test_staff_of_a_place_bring_nobody_into_another_and_move_nobody_away(graph: Graph) -> None:
    #   D (district): D1, D2 (wards), groups V1 in D1, V2 in D2; W1 lives in D1
    keep(
        graph,
        *say.beginnings(0),
        *(say.place("D"), say.place("D1", parent_id="D"), say.place("D2", parent_id="D")),
        *(say.group("V1", place_id="D1"), say.group("V2", place_id="D2")),
        *(say.woman("W1", place_id="D1"), say.woman("W2", place_id="D2")),
        say.placed("P1 on 2020-03-01"),
    )

    def of(act: Act, *place_ids: str) -> str:
        by = replace(say.clerk(), places=frozenset(place_ids))
        (outcome,) = recording.record(graph, "demo", [act], by, answers=EVERY_ANSWER)
        assert outcome.action == "added" or isinstance(outcome.error, NotThatPlace), outcome
        return outcome.action

    assert of(say.woman("W3", place_id="D1", group_id="V2"), "D1") == "not"
    assert of(say.woman("W3", place_id="D2", group_id="V1"), "D1") == "not"
    assert of(say.group("V3", place_id="D2"), "D1") == "not"
    assert of(say.corrected("beneficiary:W1", "C1", place_id="D2"), "D1") == "not"
    assert of(say.corrected("beneficiary:W1", "C1", group_id="V2"), "D1") == "not"
    assert of(say.corrected("beneficiary:W1", "C1", place_id=None), "D1") == "not"
    assert of(say.woman("W3", place_id="D1", group_id="V1"), "D1") == "added"
    assert of(say.place("D1a", parent_id="D1"), "D1") == "added"
    assert of(say.corrected("beneficiary:W1", "C2", place_id="D1a"), "D1") == "added"
    assert of(say.passed("T1: P1 > P2 on 2021-03-01"), "D1") == "added"  # a hand-over reaches beyond
    assert of(say.corrected("beneficiary:W1", "C3", place_id="D2"), "D1", "D2") == "added"
    assert of(say.corrected("beneficiary:W1", "C4", place_id="D1"), "D") == "added"


def test_staff_of_a_place_do_not_undo_what_moved_somebody_there_or_away(graph: Graph) -> None:
    #   W1: D1 → D2 by a manager (C1); W2: D1 → D2 (C2), then struck out (C3); W3: its name corrected (C4)
    keep(
        graph,
        *say.beginnings(0),
        *(say.place("D1"), say.place("D2"), say.group("V1", place_id="D1"), say.group("V2", place_id="D2")),
        *(say.woman("W1", place_id="D1"), say.woman("W2", place_id="D1"), say.woman("W3", place_id="D2")),
    )
    keep(graph, say.corrected("beneficiary:W1", "C1", place_id="D2"))
    keep(graph, say.corrected("beneficiary:W2", "C2", place_id="D2"), say.taken_back("beneficiary:W2", "C3"))
    keep(graph, say.corrected("beneficiary:W3", "C4", sex="female"))
    keep(graph, say.corrected("group:V1", "C5", place_id="D2"))

    def of(act: Act, *place_ids: str) -> str:
        by = replace(say.clerk(), places=frozenset(place_ids))
        (outcome,) = recording.record(graph, "demo", [act], by, answers=EVERY_ANSWER)
        return outcome.error.code if outcome.error else outcome.action

    assert of(say.taken_back("correct:C1", "U1"), "D2") == "not_into_that_place"  # she would be in D1 again
    assert of(say.taken_back("correct:C1", "U1"), "D1") == "not_that_place"  # she is in D2
    assert of(say.corrected("correct:C1", "U1", place_id="D1"), "D2") == "not_correctable"
    assert of(say.taken_back("correct:C5", "U1"), "D2") == "not_into_that_place"  # the group and all who belong to it
    assert of(say.taken_back("correct:C3", "U1"), "D1") == "not_into_that_place"  # brought back, she would be in D2
    assert of(say.taken_back("correct:C4", "U2"), "D2") == "added"
    assert of(say.corrected("beneficiary:W1", "U3", name="Hidden"), "D2") == "added"
    assert of(say.taken_back("correct:C1", "U1"), "D1", "D2") == "added"
