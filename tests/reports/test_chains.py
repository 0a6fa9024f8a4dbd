"""All chains and all gifts, filtered and sorted: each number worked from the village, or said by the plain oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from relay.arrays import lineage
from relay.arrays.columns import NONE
from relay.arrays.from_register import of_register
from relay.domain.vocabulary import CHAIN_STATES
from relay.errors import NotFound
from relay.reports.breakdown import NO_SUCH_DONOR, NO_SUCH_PART, PartNames
from relay.reports.chains import Chain, ChainSorting, chains, gifts
from relay.service.json_codec import json_of
from tests.arrays.test_lineage import LATER, relays
from tests.scenes import acts as say
from tests.scenes.oracle import Oracle
from tests.scenes.relays import replayed
from tests.scenes.village import DAY, seeded, village

if TYPE_CHECKING:
    from relay.domain.acts import Act

NAMES = PartNames(donors={"G1": "Donor of G1", "G2": "Rotary", "G3": "Rotary"})


def states(**counted: int) -> dict[str, int]:
    return dict.fromkeys(("fulfilled", "excused", "lost", "broken", "late", "due", "in_time"), 0) | counted


def test_a_chain_is_told_key_by_key() -> None:
    found = {chain.placement_id: json_of(chain) for chain in chains(village())}

    assert list(found) == ["P1", "P10", "P11", "P13", "P3", "P6", "P7", "P8"]
    assert found["P3"] == {
        "placement_id": "P3",
        "gift_id": "G1",
        "chain_state": "weakened",
        "goal_reached": True,  # the village aims at one generation
        "reach": 2,
        "generations": 1,
        "latest_passed_on": "2022-05-01",
        "states": states(fulfilled=1, lost=1, in_time=1),
        "received_on": "2020-03-01",
        "late_days": 0,  # who is lost is not waited for
    }
    assert found["P13"] == {
        "placement_id": "P13",
        "gift_id": "G1",
        "chain_state": "complete",
        "goal_reached": False,
        "reach": 0,
        "generations": 0,
        "latest_passed_on": None,
        "states": states(excused=1),
        "received_on": "2020-03-01",
        "late_days": 0,
    }


def test_a_gift_is_told_key_by_key() -> None:
    found = {gift.gift_id: json_of(gift) for gift in gifts(village())}

    assert list(found) == ["G1", "G2", "G3"]
    assert found["G1"] == {
        "gift_id": "G1",
        "help": "goat",
        "given_on": "2020-01-01",
        "placements": 6,
        "reach": 4,
        "generations": 1,
        "states": states(fulfilled=2, excused=1, lost=3, broken=1, due=1, in_time=2),
        "chains": {"total": 6, "complete": 1, "growing": 1, "weakened": 2, "broken": 2},
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"state": "growing"}, ["P1", "P10"]),
        ({"help_": "goat"}, ["P1", "P13", "P3", "P6", "P7", "P8"]),
        ({"place_id": "L1"}, ["P1", "P10", "P11", "P3", "P6", "P7", "P8"]),  # with its wards; of P13 nothing is known
        ({"place_id": "L3"}, ["P10", "P11", "P7", "P8"]),
        ({"group_id": "V1"}, ["P1", "P3"]),
        ({"donor": "rotary"}, ["P10", "P11"]),
        ({"place_id": "L3", "help_": "goat", "state": "broken"}, ["P7"]),
        ({"group_id": "V1", "donor": "Rotary"}, []),
    ],
)
def test_filters_look_at_where_a_chain_began(asked: dict[str, Any], found: list[str]) -> None:
    assert [chain.placement_id for chain in chains(village(), names=NAMES, **asked)] == found


def test_the_farthest_chain_comes_first() -> None:
    found = [(chain.placement_id, chain.reach) for chain in chains(village(), sort="reach")]

    assert found == [("P3", 2), ("P1", 1), ("P11", 1), ("P8", 1), ("P10", 0), ("P13", 0), ("P6", 0), ("P7", 0)]


def test_the_oldest_chain_comes_first() -> None:
    found = [chain.placement_id for chain in chains(village(), sort="age")]

    assert found == ["P1", "P11", "P13", "P3", "P6", "P7", "P8", "P10"]  # P10 is of 2021, the others of one day


def test_the_chain_that_is_overdue_longest_comes_first() -> None:
    """P12 was due on 2022-02-01, P8 on 2022-03-01, P10 on 2022-11-01; who is lost or excused is not waited for."""
    found = [(chain.placement_id, chain.late_days) for chain in chains(village(), sort="lateness")]

    assert found[:4] == [("P11", 334), ("P8", 306), ("P10", 61), ("P1", 0)]


LEAST_FIRST: dict[ChainSorting, Callable[[Chain], float]] = {
    "id": lambda _: 0,
    "reach": lambda chain: -chain.reach,
    "age": lambda chain: (chain.received_on or DAY).toordinal(),
    "lateness": lambda chain: -chain.late_days,
    "generations": lambda chain: -chain.generations,
    "state": lambda chain: sorted(map(str, CHAIN_STATES)).index(chain.chain_state),
    "help": lambda chain: int((chain.gift_id or "")[1:]),  # G1 gave goats, G2 pigs, G3 seed capital
    "gift": lambda chain: int((chain.gift_id or "")[1:]),
}


@pytest.mark.parametrize("sort", LEAST_FIRST)
def test_chains_come_in_any_order_and_the_other_way_round(sort: ChainSorting) -> None:
    key, by_id = LEAST_FIRST[sort], sorted(chains(village()), key=lambda chain: chain.placement_id)
    backwards = sorted(by_id, key=lambda chain: -key(chain)) if sort != "id" else by_id[::-1]

    assert list(chains(village(), sort=sort)) == sorted(by_id, key=key)
    assert list(chains(village(), sort=sort, backwards=True)) == backwards


def test_a_chain_of_no_gift_comes_last_either_way() -> None:
    register = say.Book(*say.beginnings(), say.placed("P1 on 2020-03-01"), say.placed("P2 on 2020-03-01")).register
    survey = lineage.survey(of_register(register), DAY)
    survey.snapshot.placements.gift[0] = NONE  # as in foreign data

    for backwards in (False, True):
        found = chains(survey, sort="gift", backwards=backwards)
        assert [(chain.placement_id, chain.gift_id) for chain in found] == [("P2", "G1"), ("P1", None)]


def test_gifts_are_filtered_and_sorted() -> None:
    survey = village()

    assert [gift.gift_id for gift in gifts(survey, help_="pig")] == ["G2"]
    assert [gift.gift_id for gift in gifts(survey, donor="ROTARY", names=NAMES)] == ["G2", "G3"]
    assert [gift.gift_id for gift in gifts(survey, sort="reach")] == ["G1", "G3", "G2"]
    assert [gift.gift_id for gift in gifts(survey, sort="age")] == ["G1", "G3", "G2"]  # G2 was given in 2021


def test_a_gift_from_which_nothing_was_placed_is_told_too_once_it_was_given() -> None:
    given_later = say.gift("G9", given_on="2022-12-31")

    before, after = (gifts(village(given_later, as_of=day)) for day in (date(2022, 12, 30), DAY))

    assert [gift.gift_id for gift in before] == ["G1", "G2", "G3"]
    assert (after[3].gift_id, after[3].placements, after[3].reach, after[3].chains["total"]) == ("G9", 0, 0, 0)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"state": "idle"}, "no state idle.*complete, growing, weakened, broken"),
        ({"help_": "cow"}, "no help cow.*goat, pig, seed_capital"),
        ({"place_id": "L9"}, "no place L9.*relay find NAME"),
        ({"group_id": "V9"}, "no group V9"),
    ],
)
def test_a_filter_that_names_nothing_says_so(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NotFound, check=NO_SUCH_PART.matches, match=sentence):
        chains(village(), **asked)


def test_a_donor_who_is_not_found_is_not_named() -> None:
    with pytest.raises(NotFound, check=NO_SUCH_DONOR.matches) as refused:
        gifts(village(), donor="Maya Tamang", names=NAMES)

    assert "Maya" not in str(refused.value)


def test_before_anything_was_placed_there_are_no_chains() -> None:
    survey = village(as_of=date(2020, 2, 28))

    assert list(chains(survey)) == []
    assert [(gift.gift_id, gift.placements) for gift in gifts(survey)] == [("G1", 0), ("G3", 0)]
    assert gifts(village(as_of=date(2019, 12, 31))) == ()


def test_selei_has_twenty_chains_of_two_generations_and_one_of_one() -> None:
    found = chains(lineage.survey(seeded("selei"), date(2012, 12, 31)), sort="reach")

    assert [(chain.reach, chain.generations) for chain in found] == [(2, 2)] * 20 + [(1, 1)]
    assert {chain.chain_state for chain in found} == {"growing"}


@settings(max_examples=40)
@given(acts=relays())
def test_chains_and_gifts_are_what_the_oracle_says(acts: list[Act]) -> None:
    register = replayed(acts)
    survey, oracle = lineage.survey(of_register(register), LATER), Oracle(register, LATER)

    assert [
        (chain.placement_id, chain.reach, chain.generations, chain.chain_state, chain.latest_passed_on, chain.late_days)
        for chain in chains(survey)
    ] == [
        (
            name,
            oracle.reach(name),
            len(oracle.by_generation([name])) - 1,
            oracle.chain_state([name]),
            oracle.latest([name]),
            late_days(oracle, name),
        )
        for name in sorted(oracle.original)
    ]
    for gift in gifts(survey):
        roots = [name for name in oracle.original if register.placements[name].gift_id == gift.gift_id]
        assert gift.placements == len(roots)
        assert gift.reach == len(oracle.distances(roots)) - len(roots) if roots else gift.reach == 0
        for state in ("complete", "growing", "weakened", "broken"):
            assert gift.chains[state] == sum(oracle.chain_state([root]) == state for root in roots)


def late_days(oracle: Oracle, name: str) -> int:
    stood = [oracle.standings[each] for each in oracle.distances([name])]
    return max([0, *((LATER - each.due_on).days for each in stood if each.state in {"late", "broken"})])
