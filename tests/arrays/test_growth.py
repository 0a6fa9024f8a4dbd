"""A survey that is carried on says what surveying all of it anew would say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given, settings

from relay.arrays import lineage
from relay.arrays.apply_entries import carried_on as snapshot_carried_on
from relay.arrays.growth import carried_on, carries_on
from relay.arrays.standings import receipts, standings
from relay.arrays.tables import of_register
from relay.arrays.taken_out import NOT_THERE, standing_at
from relay.reports.health import Counted, counted
from relay.reports.trees import Relay
from tests.scenes import acts as say
from tests.scenes.made import acts as made_acts
from tests.scenes.made import programme
from tests.scenes.strategies import programmes

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey, Travels
    from relay.arrays.tables import Snapshot
    from relay.domain.acts import Act

DAY: Final = date(2023, 7, 1)
BEFORE: Final = (
    *say.beginnings(),
    say.placed("P1 on 2020-03-01"),
    say.placed("P9 on 2020-03-01", beneficiary_id="W6"),
    say.passed("T1: P1 > P2 on 2021-03-01", animals=1),
)
"""P1 has passed one of two on to P2, and so is broken since May 2022; P9 has passed on nothing."""


def same_travels(one: Travels, other: Travels) -> bool:
    columns = ("row", "placements", "reach", "generations", "latest_day", "states")
    alike = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)
    return alike and all(one.by_generation(nth) == other.by_generation(nth) for nth in range(len(one.row)))


def same(one: Survey, other: Survey) -> bool:
    """Whether two surveys say the same of every placement, chain and gift."""
    there = one.standings.there
    alike = np.array_equal(one.made, other.made) and all(
        np.array_equal(getattr(one.standings, name)[there], getattr(other.standings, name)[there]) for name in NOT_THERE
    )
    alike = alike and np.array_equal(there, other.standings.there)
    columns = ("live", "original", "generation", "reach", "obstruction")
    alike = alike and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)
    return alike and same_travels(one.chains, other.chains) and same_travels(one.gifts, other.gifts)


def same_counts(one: Counted, other: Counted) -> bool:
    """Whether the same was counted, in whatever way."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("sums", "states", "passed", "causes")
    )


def grown(*acts: Act, day: date = DAY) -> tuple[Survey | None, Survey]:
    """The survey of what stands before, carried on by some acts; and the one that is made anew."""
    book = say.Book(*BEFORE)
    known = of_register(book.register)
    before = lineage.survey(known, day)
    book.add(*acts)
    snapshot = snapshot_carried_on(known, [book.register.entries[act.act_id] for act in acts])
    assert snapshot
    return carried_on(before, snapshot), lineage.survey(snapshot, day)


@pytest.mark.parametrize(
    "acts",
    [
        [],
        [say.woman("W7")],
        [say.gift("G2"), say.placed("P7 on 2022-01-01", gift_id="G2", beneficiary_id="W3")],
        [say.passed("T2: P9 > P3 on 2021-03-01")],
        [say.passed("T2: P2 > P3 on 2022-03-01"), say.passed("T3: P3 > P4 on 2023-03-01", animals=1)],
        [say.passed("T2: P1 > P2 on 2021-06-01", animals=0.5)],
        [say.passed("T2: P9 > P3 on 2023-12-01")],
        [say.happened("E1: birth of P2 on 2022-01-01"), say.happened("E2: death of P9 on 2021-01-01", animals=2)],
    ],
    ids=[
        "nothing",
        "a woman who waits",
        "a gift and what it fills",
        "a late pass-on that mends who has passed on nothing",
        "a chain that grows by two",
        "a little more to the same woman",
        "a pass-on after the day",
        "a birth, and a death above nobody",
    ],
)
def test_what_adds_a_leaf_or_a_piece_is_carried_on(acts: list[Act]) -> None:
    found, anew = grown(*acts)

    assert found
    assert same(found, anew)


@pytest.mark.parametrize(
    "acts",
    [
        [say.passed("T2: P9 > P2 on 2021-06-01", animals=1)],
        [say.passed("T2: P1 > P3 on 2022-03-01", animals=1)],
        [say.passed("T2: P1 > P2 on 2022-03-01", animals=1)],
        [say.passed("T2: P9 > P3 on 2021-06-01"), say.passed("T3: P2 > P3 on 2022-06-01")],
        [say.rule("goat", "2023-01-01", months=12)],
        [say.passed("T2: P9 > P1 on 2020-06-01", animals=1)],
    ],
    ids=[
        "two givers meet",
        "a broken placement is mended above others by a new one",
        "a broken placement is mended above others by more to the same",
        "two givers meet at somebody new",
        "a new rule",
        "a gift's placement receives more",
    ],
)
def test_what_changes_more_than_a_part_is_surveyed_anew(acts: list[Act]) -> None:
    assert grown(*acts)[0] is None


def test_another_day_or_a_snapshot_read_anew_is_surveyed_anew() -> None:
    book = say.Book(*BEFORE)
    before = lineage.survey(of_register(book.register), DAY)

    book.add(say.woman("W7"))

    assert carried_on(before, of_register(book.register)) is None
    assert carried_on(before, before.snapshot) is not None


def test_what_was_counted_is_carried_on_only_where_the_survey_is() -> None:
    book = say.Book(*BEFORE)
    first = lineage.survey(of_register(book.register), DAY)
    before = counted(first)
    acts = (say.passed("T2: P9 > P3 on 2021-03-01"), say.happened("E1: death of P9 on 2021-01-01", animals=2))
    book.add(*acts)
    snapshot = snapshot_carried_on(first.snapshot, [book.register.entries[act.act_id] for act in acts])
    assert snapshot
    later, anew = carried_on(first, snapshot), lineage.survey(snapshot, DAY)
    assert later

    assert [carries_on(later, first), carries_on(first, later), carries_on(anew, first)] == [True, False, False]
    for survey, was in ((later, before), (anew, before), (first, counted(later))):
        assert same_counts(counted(survey, was), counted(survey))
    assert counted(later, before).states.sum() == before.states.sum() + 1


def test_a_relay_of_another_day_is_not_carried_on_into_this_one() -> None:
    known = of_register(say.Book(*BEFORE).register)
    before = Relay(known, date(2021, 1, 1))

    assert same(Relay(known, DAY, before=before).survey, lineage.survey(known, DAY))
    confirmed = Relay(known, DAY, confirmed_only=True, before=Relay(known, DAY))
    assert same(confirmed.survey, lineage.survey(known, DAY, confirmed_only=True))


def test_a_large_programme_grows_act_by_act_and_most_acts_are_carried_on() -> None:
    book = say.Book(*made_acts(programme(300)), programme_id="made", today=date(2025, 1, 1))
    entries = sorted(book.register.entries.values(), key=lambda entry: entry.sequence)
    begun = say.Book(*[entry.act for entry in entries[:200]], programme_id="made", today=date(2025, 1, 1))
    known: Snapshot = of_register(begun.register)
    survey, carried = lineage.survey(known, DAY), 0
    count = counted(survey)

    for entry in entries[200:]:
        snapshot = snapshot_carried_on(known, [entry])
        assert snapshot
        found, anew = carried_on(survey, snapshot), lineage.survey(snapshot, DAY)
        assert found is None or same(found, anew)
        assert found is None or carries_on(found, survey)
        carried += found is not None
        known, survey = snapshot, found or anew
        count = counted(survey, count)
        assert same_counts(count, counted(anew))

    assert carried / len(entries[200:]) > 0.8


def test_a_survey_is_not_carried_on_to_a_snapshot_that_went_another_way() -> None:
    """As where the database was restored and other acts were recorded, while somebody still held what was there."""
    before = of_register(say.Book(*BEFORE).register)

    def with_act(act: Act, *later: Act) -> Snapshot:
        book = say.Book(*BEFORE, act, *later)
        found = snapshot_carried_on(before, [book.register.entries[each.act_id] for each in (act, *later)])
        assert found
        return found

    one, other = with_act(say.woman("W7")), with_act(say.woman("W8"))
    further = with_act(say.woman("W8"), say.woman("W9"))
    survey = lineage.survey(one, DAY)

    assert carried_on(survey, one)
    assert [carried_on(survey, each) for each in (before, other, further)] == [None] * 3
    assert carries_on(lineage.survey(further, DAY), lineage.survey(other, DAY)) is False  # surveyed anew
    grown_further = carried_on(lineage.survey(other, DAY), further)
    assert grown_further
    assert [carries_on(grown_further, lineage.survey(each, DAY)) for each in (one, before)] == [False, False]
    assert carries_on(grown_further, lineage.survey(other, DAY))


@settings(max_examples=100, deadline=None)
@given(acts=programmes(most=40))
def test_a_placement_by_itself_stands_as_it_does_in_the_whole(acts: list[Act]) -> None:
    book = say.Book()
    for act in acts:
        book.offer(act, by="local:bina" if act.kind == "confirm" else "local:asha")
    snapshot = of_register(book.register)

    whole = standings(snapshot, receipts(snapshot, DAY))

    for row, there in enumerate(whole.there):
        expected = {name: getattr(whole, name)[row] for name in NOT_THERE}
        assert standing_at(snapshot, row, DAY) == (expected if there else NOT_THERE)
