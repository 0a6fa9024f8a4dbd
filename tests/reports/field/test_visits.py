"""Whom to visit next: each reason with one who has it and one who has not, and the order among them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.domain.model import add_months, lost_since
from relay.errors import NotFound
from relay.reports.breakdown import NO_SUCH_PART, PartNames
from relay.reports.field.visits import LONG_REACH, DependentChains, Visit, Visits, by_rank, todo
from relay.reports.placements import PlacementFilter, holdings
from relay.service.json_codec import json_of
from tests.arrays.test_lineage import days_touched, relays
from tests.scenes import acts as say
from tests.scenes.oracle import Oracle
from tests.scenes.relays import grow, replayed
from tests.scenes.village import DAY, seeded, village

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.domain.register import Register


def visits(register: Register, as_of: date) -> dict[str, Visit]:
    found = todo(lineage.survey(of_register(register), as_of))
    return {visit.placement_id: visit for visit in found if visit.placement_id}


def ranked(found: tuple[Visit, ...]) -> list[str]:
    return [str(visit.placement_id) for visit in sorted(found, key=lambda visit: visit.rank)]


LINE = "P1 > P2; P2 > P3; P3 > P4; P4 > P5"
"""P5 received on 2024-03-01 and owes until 2026-03-01; all before her are fulfilled: reach 4, generations 4."""


# -- the reasons ------------------------------------------------------------------------------------------------------


def test_the_one_open_end_of_a_long_chain_is_visited() -> None:
    found = visits(grow(LINE), date(2024, 6, 30))

    assert list(found) == ["P5"]
    assert found["P5"].reasons == ("chain_hangs",)
    assert found["P5"].depends == DependentChains(chains=1, reach=4, generations=4)


def test_a_short_chain_is_not_worth_a_walk_for_itself() -> None:
    found = visits(grow("P1 > P2; P2 > P3; P3 > P4"), date(2023, 6, 30))  # reach 3, P4 is in time

    assert found == {}


def test_a_chain_with_two_open_ends_hangs_on_neither() -> None:
    found = visits(grow("P1 > P2; P2 > P3; P3 > P4; P4 > P5 P6"), date(2024, 6, 30))

    assert found == {}


def test_two_chains_that_were_pooled_may_hang_on_one() -> None:
    """P1's chain reaches P2, P3, P4 and P6; P5's only P6, who holds the only open end of both."""
    found = visits(grow("P1 > P2; P2 > P3; P3 > P4; P4 > P6; P5 > P6"), date(2024, 6, 30))

    assert found["P6"].depends == DependentChains(chains=2, reach=4, generations=4)


def test_a_broken_chain_hangs_on_the_only_one_who_can_mend_it() -> None:
    """P5 was due on 2026-03-01 and her grace ended on 2026-05-30."""
    found = visits(grow(LINE), date(2026, 5, 31))

    assert (found["P5"].state, found["P5"].since_on) == ("broken", date(2026, 5, 31))
    assert found["P5"].reasons == ("broke", "can_still", "chain_hangs")


def test_who_broke_is_news_for_90_days() -> None:
    """P5's goats died on 2024-05-01, 89 days before 2024-07-29."""
    register = grow(LINE, say.happened("E1: death of P5 on 2024-05-01", animals=2))

    assert visits(register, date(2024, 5, 1))["P5"].reasons == ("broke",)
    assert visits(register, date(2024, 7, 29))["P5"].state == "lost"
    assert visits(register, date(2024, 7, 30)) == {}


def test_who_is_broken_and_can_still_pass_on_is_visited_for_as_long_as_she_can() -> None:
    """P2 has been broken since 2023-05-31; her goats die on 2024-02-01, those of P4 in the other chain do not."""
    register = grow("P1 > P2; P3 > P4", say.happened("E1: death of P2 on 2024-02-01", animals=2))

    before, after = visits(register, date(2024, 1, 31)), visits(register, date(2024, 2, 1))

    assert {name: visit.reasons for name, visit in before.items()} == {"P2": ("can_still",), "P4": ("can_still",)}
    assert (before["P2"].state, before["P2"].since_on) == ("broken", date(2023, 5, 31))
    assert list(after) == ["P4"]


def test_who_left_after_her_grace_mends_nothing() -> None:
    register = grow(LINE, say.happened("E1: left of P5 on 2026-06-01"))

    assert visits(register, date(2026, 5, 31))["P5"].depends.chains == 1
    assert visits(register, date(2026, 6, 1))["P5"].reasons == ("broke",)
    assert visits(register, date(2026, 6, 1))["P5"].depends.chains == 0
    assert visits(register, date(2026, 8, 29)) == {}


@pytest.mark.soak
def test_all_that_broke_within_a_month_are_on_the_list_whatever_the_day() -> None:
    """What the front page counts, the list holds: each with the reason that it broke."""
    snapshot = seeded("relay-demo")
    for as_of in (date(2023, 1, 1), date(2024, 12, 31), date(2025, 7, 1), date(2026, 11, 25)):
        survey = lineage.survey(snapshot, as_of)
        broke = {each.placement_id for each in holdings(survey, PlacementFilter(since=add_months(as_of, -1)))}
        listed = {visit.placement_id for visit in todo(survey) if "broke" in visit.reasons}
        assert broke <= listed
        assert listed <= {
            each.placement_id for each in holdings(survey, PlacementFilter(since=as_of - timedelta(days=90)))
        }


@pytest.mark.parametrize(
    ("as_of", "reasons", "days"),
    [
        (date(2021, 12, 30), (), None),  # due on 2022-03-01, in 61 days; a visit was on 2021-12-01
        (date(2021, 12, 31), ("due",), 60),
        (date(2022, 3, 1), ("due",), 0),
        (date(2022, 3, 2), ("late",), -1),
        (date(2022, 5, 30), ("late",), -90),
        (date(2022, 5, 31), ("broke", "can_still"), -91),
        (date(2022, 8, 28), ("broke", "can_still"), -180),  # 89 days later
        (date(2022, 8, 29), ("can_still",), -181),
    ],
)
def test_who_is_about_to_be_due_or_late_is_visited(as_of: date, reasons: tuple[str, ...], days: int | None) -> None:
    register = grow(
        "P1 > P2", say.woman("W9"), say.placed("P9 on 2020-03-01"), say.happened("E1: visit of P9 on 2021-12-01")
    )

    found = visits(register, as_of)

    assert found["P9"].reasons == reasons if reasons else "P9" not in found
    assert not reasons or found["P9"].days == days


def test_nine_months_without_a_word_are_too_long() -> None:
    """P1 received on 2020-03-01; a birth was recorded on 2020-11-30."""
    silent, heard = grow("P1 >"), grow("P1 >", say.happened("E1: birth of P1 on 2020-11-30"))

    assert visits(silent, date(2020, 12, 1)) == {}
    assert visits(silent, date(2020, 12, 2))["P1"].reasons == ("no_word",)
    assert visits(heard, date(2020, 12, 2)) == {}
    assert visits(heard, date(2021, 8, 31))["P1"].last_word_on == date(2020, 11, 30)


# -- the order --------------------------------------------------------------------------------------------------------


def test_a_visit_is_told_key_by_key() -> None:
    found = {visit.placement_id: json_of(visit) for visit in todo(village(), names=PartNames(places={"L3": "Ward 3"}))}

    assert found["P10"] == {
        "rank": 4,
        "place_id": "L3",
        "place_name": "Ward 3",
        "placement_id": "P10",
        "beneficiary_id": "W10",
        "group_id": None,
        "help": "pig",
        "state": "late",
        "since_on": None,
        "reasons": ["late", "no_word"],
        "due_on": "2022-11-01",
        "days": -61,
        "still_owed": 2,
        "last_word_on": "2021-11-01",
        "depends": {"chains": 1, "reach": 0, "generations": 0},
        "name": None,
        "phone": None,
        "group_name": None,
    }


def test_the_village_has_four_to_visit_those_who_can_mend_a_chain_first() -> None:
    """P8 and P12 are broken since 2022-05-31 and 2022-04-03 and can still pass on; P4, P6 and P7 lost all long ago.

    P2 is due in 59 days and silent since 2021-03-01, P10 late; P5 and P9 had a word in 2022; nobody else is open.
    """
    found = todo(village())

    assert [(visit.placement_id, visit.rank, visit.place_id) for visit in found] == [
        ("P8", 1, "L3"),
        ("P12", 2, "L3"),
        ("P10", 4, "L3"),
        ("P2", 3, "L2"),
    ]
    assert [visit.since_on for visit in found] == [date(2022, 5, 31), date(2022, 4, 3), None, None]
    assert {visit.placement_id: visit.group_id for visit in found} == {"P8": None, "P12": None, "P10": None, "P2": "V1"}


def test_of_those_who_broke_the_one_with_the_longest_chain_comes_first_and_who_has_nothing_left_last() -> None:
    """On 2026-06-10 P5 has been broken for 11 days and holds a chain; P19 broke a day later, P21 lost all yesterday."""
    register = grow(
        LINE,
        *(say.woman(name) for name in ("W19", "W21")),
        say.placed("P19 on 2024-03-02"),
        say.placed("P21 on 2024-06-01"),
        say.happened("E1: theft of P21 on 2026-06-09", animals=2),
    )

    found = todo(lineage.survey(of_register(register), date(2026, 6, 10)))

    assert ranked(found) == ["P5", "P19", "P21"]


def test_visits_are_ranked_by_reason_then_by_what_presses() -> None:
    """On 2024-06-30: P5 holds a long chain, P6 and P7 are due in 20 and 10 days, P8 is late by 10, P9 silent."""
    originals = (("P6", "2022-07-20"), ("P7", "2022-07-10"), ("P8", "2022-06-20"), ("P9", "2023-01-01"))
    more = [say.woman(say.holder(name)) for name, _ in originals]
    more += [say.placed(f"{name} on {received_on}") for name, received_on in originals]

    found = todo(lineage.survey(of_register(grow(LINE, *more)), date(2024, 6, 30)))

    assert ranked(found) == ["P5", "P7", "P6", "P8", "P9"]
    assert [visit.reasons[0] for visit in found] == ["chain_hangs", "due", "due", "late", "no_word"]


def test_of_two_who_hold_a_chain_the_one_whose_time_runs_out_comes_first() -> None:
    """P5 holds a chain of reach 4 and is late on 2026-03-10; P16 holds one of reach 5, in time and with a word."""
    longer = "P10 > P11; P11 > P12; P12 > P13; P13 > P14; P14 > P16"
    register = grow(f"{LINE}; {longer}", say.happened("E1: birth of P16 on 2026-01-01"))

    found = todo(lineage.survey(of_register(register), date(2026, 3, 10)))

    assert [(visit.placement_id, visit.depends.reach, visit.state) for visit in found[:2]] == [
        ("P5", 4, "late"),
        ("P16", 5, "in_time"),
    ]


def test_one_walk_serves_all_who_live_in_a_place() -> None:
    """P6 in L3 is due first, then P7 in L2, then P8 in L3: the walk to L3 is made for both before the one to L2."""
    acts = [say.place("L2"), say.place("L3")]
    acts += [say.woman(f"W{number}", place_id=place) for number, place in ((6, "L3"), (7, "L2"), (8, "L3"))]
    acts += [say.placed(f"P{number} on 2022-07-0{number}") for number in (6, 7, 8)]

    found = todo(lineage.survey(of_register(grow("P1 > P2", *acts)), date(2024, 6, 30)))

    assert [(visit.place_id, visit.rank, visit.placement_id) for visit in found if visit.place_id] == [
        ("L3", 2, "P6"),
        ("L3", 4, "P8"),
        ("L2", 3, "P7"),
    ]


def test_a_field_worker_is_given_the_walks_of_her_places_only() -> None:
    assert ranked(todo(village(), walks=["L2"])) == ["P2"]
    assert ranked(todo(village(), walks=["L2", "L3"])) == ranked(todo(village(), walks=["L1"]))
    assert ranked(todo(village(), walks=["L3"], place_id="L2")) == []
    assert ranked(todo(village(), walks=[])) == []
    with pytest.raises(NotFound, check=NO_SUCH_PART.matches, match="no place L9"):
        todo(village(), walks=["L9"])


def test_a_place_is_asked_for_with_all_below_it() -> None:
    assert ranked(todo(village(), place_id="L1")) == ["P8", "P12", "P2", "P10"]
    assert [(visit.placement_id, visit.rank) for visit in todo(village(), place_id="L2")] == [("P2", 3)]
    with pytest.raises(NotFound, check=NO_SUCH_PART.matches, match="no place L9"):
        todo(village(), place_id="L9")


def test_only_the_most_pressing_are_asked_for() -> None:
    assert ranked(todo(village(), most=1)) == ["P8"]


@pytest.mark.parametrize("as_of", [date(2024, 6, 1), date(2026, 11, 25)])
def test_the_first_of_all_who_are_to_be_visited_are_the_same_however_many_are_looked_at(as_of: date) -> None:
    survey = lineage.survey(seeded("relay-demo"), as_of)
    everybody = Visits(by_rank(survey))

    assert len(everybody) > 10
    for most in range(len(everybody) + 2):
        found = Visits(by_rank(survey, most=most))
        assert len(found) == len(everybody)
        assert found[:most] == everybody[:most]


def test_before_anything_happened_there_is_nobody_to_visit() -> None:
    assert todo(village(as_of=date(2019, 1, 1))) == ()
    assert todo(lineage.survey(of_register(replayed([])), DAY)) == ()


def test_the_demonstration_has_a_walk_for_every_day_of_its_ranks() -> None:
    found = todo(lineage.survey(seeded("relay-demo"), date(2026, 11, 25)))

    assert sorted(visit.rank for visit in found) == list(range(1, len(found) + 1))
    walks = [visit.place_id for visit in found]
    assert len(set(walks)) == sum(one != other for one, other in zip([None, *walks], walks, strict=False))
    assert all(visit.state in {"due", "late", "in_time", "broken", "lost"} for visit in found)


@settings(max_examples=40)
@given(acts=relays())
def test_who_is_visited_and_what_hangs_on_her_is_what_the_oracle_says(acts: list[Act]) -> None:
    register = replayed(acts)
    snapshot = of_register(register)

    for as_of in days_touched(register)[::3]:
        found = {
            visit.placement_id: (set(visit.reasons), visit.depends.chains, visit.depends.reach, visit.last_word_on)
            for visit in todo(lineage.survey(snapshot, as_of))
        }
        assert found == told(Oracle(register, as_of), as_of), as_of


def told(oracle: Oracle, as_of: date) -> dict[str, tuple[set[str], int, int, date | None]]:
    """Who is to be visited, asked of each chain and each placement by itself."""
    chains: Counter[str] = Counter()
    reach: Counter[str] = Counter()
    for root in oracle.original:
        below = oracle.distances([root])
        able = [name for name in below if oracle.standings[name].state in {"late", "due", "in_time"}]
        if not able:
            able = [
                name for name in below if oracle.standings[name].state == "broken" and can_still(oracle, name, as_of)
            ]
        if len(able) == 1:
            chains[able[0]] += 1
            reach[able[0]] = max(reach[able[0]], len(below) - 1)
    found: dict[str, tuple[set[str], int, int, date | None]] = {}
    for name, stood in oracle.standings.items():
        placement = oracle.register.placements[name]
        word = [each.received_on for each in placement.receipts] + [each.passed_on for each in placement.passes]
        word += [each.happened_on for each in placement.events]
        last = max(day for day in word if day <= as_of)
        open_ = stood.state in {"due", "late", "in_time"}
        so = {
            "broke": bool(stood.since_on and as_of - stood.since_on < timedelta(days=90)),
            "can_still": stood.state == "broken" and can_still(oracle, name, as_of),
            "chain_hangs": reach[name] >= LONG_REACH,
            stood.state: stood.state in {"due", "late"},
            "no_word": open_ and nine_months_after(last) < as_of,
        }
        reasons = {reason for reason, is_so in so.items() if is_so}
        if reasons:
            found[name] = (reasons, chains[name], reach[name], last)
    return found


def can_still(oracle: Oracle, name: str, as_of: date) -> bool:
    placement = oracle.register.placements[name]
    receipts = sorted(
        (receipt for receipt in placement.receipts if receipt.received_on <= as_of), key=lambda each: each.received_on
    )
    passes = [each for each in placement.passes if each.passed_on <= as_of]
    events = [each for each in placement.events if each.happened_on <= as_of]
    return lost_since(receipts, passes, events) is None


def nine_months_after(day: date) -> date:
    month = day.month + 9
    first = date(day.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)
