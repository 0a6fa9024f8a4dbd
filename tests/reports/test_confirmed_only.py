"""With confirmed pass-ons alone: what nobody confirmed is left out of states, chains, traces and health alike.

    G1 ── P1 ─┬─ P2 ── P4
              └─ P3 ── P5

Confirmed are P1's goat for P2, P2's two for P4 and P3's two for P5; P1's goat for P3 is not. On 2024-06-30 P3 then has
received nothing, so that what she passed on was not hers and P5 descends from no original placement.
"""

from __future__ import annotations

from datetime import date

import pytest

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.arrays.lineage import Survey
from relay.domain.model import Rate
from relay.domain.vocabulary import STATES
from relay.reports import trees
from relay.reports.chains import chains, gifts
from relay.reports.health import health
from relay.reports.trees import NotInRelay
from tests.scenes import acts as say

DAY = date(2024, 6, 30)
BOOK = say.Book(
    *say.beginnings(women=5),
    say.placed("P1 on 2020-03-01"),
    say.passed("T1: P1 > P2 on 2021-03-01", animals=1),
    say.passed("T2: P1 > P3 on 2021-03-01", animals=1),
    say.passed("T3: P2 > P4 on 2022-03-01"),
    say.passed("T4: P3 > P5 on 2022-03-01"),
)
BOOK.add(*(say.confirmed(f"pass:{pass_id}", f"F{pass_id}") for pass_id in ("T1", "T3", "T4")), by="local:bina")
PICTURE = of_register(BOOK.register)


@pytest.fixture(params=[False, True], ids=["all", "confirmed"])
def survey(request: pytest.FixtureRequest) -> Survey:
    """The same relay with all pass-ons, and with those that were confirmed."""
    return lineage.survey(PICTURE, DAY, confirmed_only=request.param)


def test_states_follow_from_what_was_confirmed() -> None:
    """P1 passed on one of two and was broken ninety days after 2022-03-01; P3 was not there."""
    survey = lineage.survey(PICTURE, DAY, confirmed_only=True)
    states = {
        name: STATES[code] if code >= 0 else None
        for name, code in zip(PICTURE.placements.ids, survey.standings.state.tolist(), strict=True)
    }

    assert states == {"P1": "broken", "P2": "fulfilled", "P3": None, "P4": "broken", "P5": "broken"}
    assert survey.confirmed_only


def test_a_trace_ends_where_nothing_was_confirmed(survey: Survey) -> None:
    found = trees.trace(survey, "P1")

    if survey.confirmed_only:
        assert (found.reach, found.by_generation, found.chain_state) == (2, (1, 1, 1), "broken")
        assert [(each.help, each.units) for each in found.passed] == [("goat", 3)]
        assert [(point.placement_id, str(point.since_on)) for point in found.break_points] == [
            ("P1", "2022-05-31"),
            ("P4", "2024-05-31"),
        ]
        with pytest.raises(NotInRelay):
            trees.trace(survey, "P3")
    else:
        assert (found.reach, found.by_generation, found.chain_state) == (4, (1, 2, 2), "broken")
        assert [(each.help, each.units) for each in found.passed] == [("goat", 6)]
        assert [point.placement_id for point in found.break_points] == ["P4", "P5"]


def test_what_descends_from_no_original_has_no_generation() -> None:
    """T4 to P5 was confirmed, and what led to its giver was not."""
    survey = lineage.survey(PICTURE, DAY, confirmed_only=True)
    (node,), (point,) = trees.tree(survey, "P5").nodes, trees.trace(survey, "P5").break_points

    assert (node.placement_id, node.generation, point.generation) == ("P5", None, None)
    assert [node.generation for node in trees.tree(survey, "P1").nodes] == [0, 1, 2]


def test_chains_and_gifts_reach_as_far_as_was_confirmed(survey: Survey) -> None:
    (chain,), (gift,) = chains(survey), gifts(survey)

    reach = 2 if survey.confirmed_only else 4
    assert (chain.reach, gift.reach, chain.generations, gift.placements) == (reach, reach, 2, 1)
    assert sum(chain.states.values()) == reach + 1
    assert chain.states == gift.states


def test_health_counts_what_was_confirmed(survey: Survey) -> None:
    """All are due. Of the four that are there P2 alone is fulfilled; 1 + 2 of 8 are passed on; P5 is in no chain."""
    found = health(survey)

    if survey.confirmed_only:
        assert (found.placements.total, found.placements.original) == (4, 1)
        assert (found.states["fulfilled"], found.states["broken"]) == (1, 3)
        assert found.rates.fulfilled_of_due == Rate(numerator=1, denominator=4, share=0.25)
        assert (found.animals.passed, found.animals.owed) == (3, 8)
        assert [each.placements for each in found.by_generation] == [1, 1, 1]
    else:
        assert (found.placements.total, found.placements.original) == (5, 1)
        assert (found.states["fulfilled"], found.states["broken"]) == (3, 2)
        assert (found.animals.passed, found.animals.owed) == (6, 10)
        assert [each.placements for each in found.by_generation] == [1, 2, 2]
