"""How requests and plans stand follows from days and ids, in whatever order they arrived."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.systems.planning.request_and_plan_states import HelpReceived, Plan, Request, RequestCheck, Season
from relay.systems.planning.waiting_order import ORDER, in_order, lot
from tests.rigs.soak import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = date(2024, 6, 30)
Said = Request | RequestCheck | Plan | HelpReceived


def day(text: str) -> date:
    return date.fromisoformat(text)


def request(id_: str, on: str, **more: Any) -> Request:  # noqa: ANN401 - fields
    known: dict[str, Any] = {"beneficiary_id": "W1", "help": "goat", "asked_on": day(on)}
    return Request(request_id=id_, **known | more)


def check(id_: str, on: str, *, wants: bool = True, ready: frozenset[str] | None = None) -> RequestCheck:
    return RequestCheck(check_id=id_, request_id="R1", checked_on=day(on), wants=wants, ready=ready)


def plan(id_: str, on: str, **more: Any) -> Plan:  # noqa: ANN401 - fields
    known: dict[str, Any] = {"beneficiary_id": "W1", "help": "goat", "chosen_on": day(on), "giver_placement_id": "P1"}
    return Plan(plan_id=id_, **known | more)


def receipt(id_: str, on: str, giver: str = "P1", **more: Any) -> HelpReceived:  # noqa: ANN401 - fields
    known: dict[str, Any] = {
        "beneficiary_id": "W1",
        "help": "goat",
        "received_on": day(on),
        "giver_placement_id": giver,
    }
    return HelpReceived(act_id=id_, **known | more)


def season(*said: Said, as_of: date = DAY, requires: str = "shed") -> Season:
    return Season(
        requests=[each for each in said if isinstance(each, Request)],
        checks=[each for each in said if isinstance(each, RequestCheck)],
        plans=[each for each in said if isinstance(each, Plan)],
        receipts=[each for each in said if isinstance(each, HelpReceived)],
        as_of=as_of,
        requires=frozenset({requires}),
    )


SHED = frozenset({"shed"})


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ([], "waiting"),
        ([check("C1", "2024-02-01", ready=SHED)], "ready"),
        ([check("C1", "2024-02-01", ready=SHED), check("C2", "2024-03-01")], "ready"),
        ([check("C1", "2024-02-01", ready=SHED), check("C2", "2024-03-01", ready=frozenset({"x"}))], "waiting"),
        ([plan("N1", "2024-02-01")], "planned"),
        ([plan("N1", "2024-02-01", ended_on=day("2024-03-01"))], "waiting"),
        ([plan("N1", "2024-02-01", help="pig")], "waiting"),
        ([receipt("pass:1", "2024-01-01")], "served"),
        ([receipt("pass:1", "2023-12-31")], "waiting"),
        ([receipt("pass:1", "2024-02-01", begins=False)], "waiting"),
        ([check("C1", "2024-02-01", wants=False)], "ended"),
        ([check("C1", "2024-02-01", wants=False), check("C2", "2024-03-01")], "waiting"),
        ([check("C1", "2024-02-01", wants=False), receipt("pass:1", "2024-03-01")], "ended"),
        ([receipt("pass:1", "2024-07-01"), check("C1", "2024-07-01", wants=False)], "waiting"),
    ],
)
def test_a_request_stands_as_what_came_of_it(said: list[Said], state: str) -> None:
    assert season(request("R1", "2024-01-01"), *said).request_states == {"R1": state}


@pytest.mark.parametrize(
    ("said", "states"),
    [
        ([], ["open"]),
        ([receipt("pass:1", "2024-01-01")], ["followed"]),
        ([receipt("pass:1", "2023-12-31")], ["open"]),
        ([receipt("pass:1", "2024-02-01", "P2")], ["overtaken"]),
        ([receipt("pass:1", "2024-02-01", "P2"), receipt("pass:2", "2024-03-01")], ["followed"]),
        ([plan("N2", "2024-01-01"), receipt("pass:1", "2024-02-01")], ["followed", "overtaken"]),
        ([plan("N2", "2024-03-01"), receipt("pass:1", "2024-02-01")], ["followed", "open"]),
        ([plan("N2", "2024-01-02", expected_on=day("2024-03-31"))], ["open", "missed"]),
        ([plan("N2", "2024-01-02", expected_on=day("2024-04-01"))], ["open", "open"]),
    ],
)
def test_a_plan_stands_as_the_first_that_applies(said: list[Said], states: list[str]) -> None:
    found = season(plan("N1", "2024-01-01"), *said).plan_states

    assert [found[id_] for id_ in sorted(found)] == states


def test_what_came_after_its_end_does_not_follow_a_plan() -> None:
    ended = plan("N1", "2024-01-01", ended_on=day("2024-02-01"))

    assert season(ended, receipt("pass:1", "2024-02-01")).plan_states == {"N1": "followed"}
    assert season(ended, receipt("pass:1", "2024-02-02")).plan_states == {"N1": "ended"}
    assert season(ended, plan("N2", "2024-02-02"), receipt("pass:1", "2024-02-02")).plan_states["N2"] == "followed"


def test_a_request_is_stale_when_nothing_was_heard_of_her_for_a_year() -> None:
    asked = request("R1", "2023-01-01")
    for said, stale in (
        ((), True),
        ((check("C1", "2023-07-01"),), True),
        ((check("C1", "2023-07-02"),), False),
        ((plan("N1", "2023-07-02", help="pig"),), False),
        ((receipt("pass:1", "2023-02-01"),), False),
    ):
        assert season(asked, *said).is_stale(asked) is stale, said


def test_the_order_is_a_rule_and_a_lottery_decides_what_it_leaves_alike() -> None:
    first = request("R1", "2024-03-01", beneficiary_id="W2", criteria=frozenset({"disability"}))
    second = request("R2", "2024-01-01", beneficiary_id="W3")
    third = request("R3", "2023-01-01")  # W1 received a pig
    alike = [request(f"L{number}", "2024-02-01", beneficiary_id=f"V{number}") for number in range(4)]
    known = season(first, second, third, *alike, receipt("pass:1", "2023-06-01", help="pig"))

    found = in_order(known, known.requests, ORDER)

    drawn_ = sorted((each.request_id for each in alike), key=lambda id_: lot(DAY, id_))
    assert [placed.request.request_id for placed in found] == ["R1", "R2", *drawn_, "R3"]
    assert [placed.rank for placed in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [placed.reasons for placed in found[:2]] == [("never_received", "disability"), ("never_received",)]
    assert in_order(known, known.requests, ("asked_on",))[0].request == third


@st.composite
def stories(draw: st.DrawFn) -> Sequence[Said]:
    """Some of each for two women and two givers within a few days, of which many fall on one."""
    days = st.integers(0, 6).map(lambda number: (DAY - timedelta(days=number)).isoformat())
    women = st.sampled_from(("W1", "W2"))
    ended = st.none() | days.map(day)
    story: list[Said] = []
    for number in range(draw(st.integers(1, 3))):
        story.append(request(f"R{number}", draw(days), beneficiary_id=draw(women), ended_on=draw(ended)))
        story.append(check(f"C{number}", draw(days), wants=draw(st.booleans()), ready=draw(st.none() | st.just(SHED))))
        giver = draw(st.sampled_from(("P1", "P2")))
        story.append(
            plan(f"N{number}", draw(days), beneficiary_id=draw(women), giver_placement_id=giver, ended_on=draw(ended))
        )
        story.append(
            receipt(f"pass:{number}", draw(days), draw(st.sampled_from(("P1", "P2"))), beneficiary_id=draw(women))
        )
    return story


@settings(max_examples=drawn(500))
@given(stories(), st.integers(0, 1000))
def test_all_arrival_orders_give_the_same_states(story: Sequence[Said], seed: int) -> None:
    shuffled = list(story)
    Random(seed).shuffle(shuffled)  # noqa: S311 - the tests keep no secrets

    one, other = season(*story), season(*shuffled)

    assert one.request_states == other.request_states
    assert one.plan_states == other.plan_states
    assert one.follows == other.follows
    assert len(set(one.follows.values())) == len(one.follows), "each plan is followed by one receipt"
