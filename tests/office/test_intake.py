"""The desk: what a clerk says about a pass-on, made into an act; on both engines."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from relay.domain.questions import HOLDS_ALREADY, NOTED, TWIN
from relay.domain.rulebook import GIVEN_TO_HERSELF
from relay.errors import Asked, Refused
from relay.ledger.programme_heads import NoProgramme
from relay.ledger.recording import record
from relay.office import intake
from relay.office.intake import HoldsNone, HoldsSeveral
from relay.office.lookup import OtherKind, SeveralOfThatId
from tests.scenes.acts import beginnings, clerk, passed, placed, woman

RANDOM = Random(1)  # noqa: S311 - the tests keep no secrets

if TYPE_CHECKING:
    from relay.domain.acts import Act, Value
    from relay.graph import Graph


@pytest.fixture
def office(graph: Graph) -> Graph:
    """P1 > P2 of goats; W3 holds P3 of pigs; W4 holds P4 and P4b; W5 and W6 hold nothing."""
    record(
        graph,
        "demo",
        [
            *beginnings(),
            placed("P1 on 2020-03-01"),
            placed("P3 on 2020-03-01", help="pig"),
            placed("P4 on 2020-03-01"),
            placed("P4b on 2020-03-01"),
            passed("T1: P1 > P2 on 2021-03-01", 1),
        ],
        clerk(),
        answers=NOTED,
    )
    return graph


def said(graph: Graph, giver: str, to: str, **more: Value) -> Act:
    values = {"beneficiary_id": to, "passed_on": "2021-03-01", "animals": 1, **more}
    return intake.pass_on(graph, "demo", values, giver=giver, random=RANDOM.randbytes)


def handed_in(graph: Graph, giver: str, to: str, *, new: bool = False, again: bool = False, **more: Value) -> str:
    """What becomes of a pass-on that is said, made and handed in."""
    act = said(graph, giver, to, **more)
    return intake.hand_in(graph, "demo", act, clerk(), answers=intake.answers_of(new=new, again=again)).action


def test_ids_that_nobody_gave_are_made_and_differ(office: Graph) -> None:
    act = said(office, "P1", "W5")

    assert act.kind == "pass"
    assert act.values["giver_placement_id"] == "P1"
    made = {act.id, str(act.values["receiver_placement_id"])}
    assert len(made) == 2
    assert all(len(id_) == 10 for id_ in made)
    assert act.values["pass_id"] == act.id


def test_who_passes_on_to_herself_is_told_so_before_anything_else(office: Graph) -> None:
    for giver in ("P2", "W2"):
        with pytest.raises(Refused, check=GIVEN_TO_HERSELF.matches):
            handed_in(office, giver, "W2")


def test_the_giver_may_be_named_by_placement_or_by_who_holds_just_one(office: Graph) -> None:
    for giver in ("P2", "placement:P2", "W2", "beneficiary:W2"):
        assert said(office, giver, "W5").values["giver_placement_id"] == "P2"
    with pytest.raises(HoldsSeveral, match="W4 holds several placements: P4, P4b"):
        said(office, "W4", "W5")
    for giver in ("P9", "W5", "beneficiary:P1", "placement:W2"):
        with pytest.raises(HoldsNone):
            said(office, giver, "W6")


def test_a_bare_id_that_is_a_placements_and_another_holders_is_asked_about(graph: Graph) -> None:
    numbered = {"beneficiary_id": "1"}, {"beneficiary_id": "2"}
    placements = (placed("1 on 2020-03-01", **numbered[1]), placed("2 on 2020-03-01", **numbered[0]))
    record(graph, "demo", [*beginnings(), woman("1"), woman("2"), woman("3"), *placements], clerk())
    record(graph, "demo", [placed("3 on 2020-03-01", beneficiary_id="3")], clerk())

    with pytest.raises(SeveralOfThatId, match="Both a placement and a beneficiary have the id 1"):
        said(graph, "1", "W5")
    assert said(graph, "placement:1", "W5").values["giver_placement_id"] == "1"
    assert said(graph, "beneficiary:1", "W5").values["giver_placement_id"] == "2"
    assert said(graph, "3", "W5").values["giver_placement_id"] == "3"  # she holds placement 3: both are the same giver


def test_what_holds_nothing_cannot_pass_on(office: Graph) -> None:
    with pytest.raises(OtherKind, match="gift:G1 names no placement or beneficiary"):
        said(office, "gift:G1", "W5")


def test_another_help_on_the_same_day_is_no_twin(office: Graph) -> None:
    with pytest.raises(Asked, check=TWIN.matches):
        handed_in(office, "P1", "W2", help="goat")
    assert handed_in(office, "P1", "W2", help="pig") == "added"


def test_a_woman_who_holds_that_help_already_is_asked_about(office: Graph) -> None:
    with pytest.raises(
        Asked, check=HOLDS_ALREADY.matches, match="Beneficiary W4 already holds goat: placement P4, P4b"
    ):
        handed_in(office, "P1", "W4")

    assert handed_in(office, "P1", "W4", receiver_placement_id="P4") == "added"
    assert handed_in(office, "P1", "W4", animals=2, new=True) == "added"
    assert handed_in(office, "P1", "W3") == "added"  # of pigs she holds one, of goats none
    with pytest.raises(Asked, check=HOLDS_ALREADY.matches, match="P3"):
        handed_in(office, "P1", "W3", help="pig")


def test_a_placement_that_she_does_not_hold_is_begun_only_where_she_holds_none_or_where_that_is_meant(
    office: Graph,
) -> None:
    with pytest.raises(
        Asked, check=HOLDS_ALREADY.matches, match="Beneficiary W4 already holds goat: placement P4, P4b"
    ):
        handed_in(office, "P1", "W4", receiver_placement_id="P44")  # a slip of the pen

    assert handed_in(office, "P1", "W4", receiver_placement_id="P44", new=True) == "added"
    assert handed_in(office, "P1", "W5", receiver_placement_id="P5") == "added"


def test_the_same_request_twice_says_the_same_twice_and_another_something_else(office: Graph) -> None:
    first, second = (said(office, "P1", "W5", pass_id="T9") for _ in range(2))

    assert first == second
    other = said(office, "P1", "W5", pass_id="T8")
    assert other.values["receiver_placement_id"] != first.values["receiver_placement_id"]


def test_a_twin_is_asked_about_before_a_second_placement(office: Graph) -> None:
    for new in (False, True):
        with pytest.raises(Asked, check=TWIN.matches, match="pass:T1"):
            handed_in(office, "P1", "W2", new=new)
    with pytest.raises(Asked, check=HOLDS_ALREADY.matches):
        handed_in(office, "P1", "W2", animals=2)  # not a twin, but she holds one

    assert handed_in(office, "P1", "W2", again=True) == "added"


def test_a_pass_on_that_was_recorded_before_keeps_the_placement_that_it_began(office: Graph) -> None:
    act = said(office, "P1", "W2", pass_id="T1")

    assert act.values["receiver_placement_id"] == "P2"
    (outcome,) = record(office, "demo", [act], clerk())
    assert outcome.action == "same"


def test_what_the_desk_says_can_be_recorded(office: Graph) -> None:
    act = said(office, "W2", "W5", passed_on="2022-03-01", note="seen")

    (outcome,) = record(office, "demo", [act], clerk())

    assert outcome.action == "added"


def test_without_a_programme_there_is_no_desk(graph: Graph) -> None:
    with pytest.raises(NoProgramme, match="demo"):
        said(graph, "P1", "W2")


def test_an_act_without_an_id_is_given_one() -> None:
    act = intake.act("beneficiary", {"name": "Her Name"}, "beneficiary_id", RANDOM.randbytes)

    assert (act.kind, len(act.id), act.values) == ("beneficiary", 10, {"name": "Her Name", "beneficiary_id": act.id})
    assert intake.act("gift", {"gift_id": "G7"}, "gift_id", RANDOM.randbytes).id == "G7"
