"""The rules of the relay, each worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.domain.model import (
    Event,
    PassOn,
    Placement,
    Receipt,
    Rule,
    add_months,
    binding_rule,
    chain_state,
    counted,
    lost_since,
    owed_under,
    shown,
    standing,
    thousandths,
    unwanted,
)
from relay.domain.vocabulary import CHAIN_STATES, STATES
from tests.scenes import strategies

RECEIVED = date(2020, 3, 1)
DUE = date(2022, 3, 1)  # 24 months later
LAST_GRACE = date(2022, 5, 30)  # 90 days after it: 30 of March, 30 of April, 30 of May
GOAT = Rule(help="goat", unit="animal", given=2000, owed=2000, months=24, grace_days=90, from_on=date(2020, 1, 1))


def day(text: str) -> date:
    return date.fromisoformat(text)


def receipt(on: date = RECEIVED, units: int = 2000, sequence: int = 0, condition: str | None = None) -> Receipt:
    return Receipt(act_id=f"pass:{sequence}", received_on=on, sequence=sequence, units=units, condition=condition)


def handed(on: str, units: int = 1000, sequence: int = 10, **values: Any) -> PassOn:  # noqa: ANN401 - of any of its columns
    known = PassOn(
        pass_id=f"T{sequence}",
        receiver_id="P2",
        beneficiary_id="W2",
        passed_on=day(on),
        sequence=sequence,
        help="goat",
        units=units,
    )
    return known._replace(**values)


def event(kind: str, on: str, units: int = 1000, sequence: int = 20, until: str | None = None) -> Event:
    return Event(
        event_id=f"E{sequence}",
        kind=kind,
        happened_on=day(on),
        sequence=sequence,
        units=units,
        until_on=day(until) if until else None,
    )


def goats(*happened: Event | PassOn, receipts: tuple[Receipt, ...] = (receipt(),)) -> Placement:
    return Placement(
        placement_id="P1",
        beneficiary_id="W1",
        help="goat",
        gift_id="G1",
        receipts=receipts,
        passes=tuple(sorted((h for h in happened if isinstance(h, PassOn)), key=lambda h: (h.passed_on, h.sequence))),
        events=tuple(sorted((h for h in happened if isinstance(h, Event)), key=lambda h: (h.happened_on, h.sequence))),
    )


def state_of(placement: Placement, on: date | str, rule: Rule = GOAT) -> str:
    stood = standing(placement, [rule], on if isinstance(on, date) else day(on))
    assert stood is not None
    return stood.state


# --- which rule binds -------------------------------------------------------------------------------------------------


def test_no_rule_binds_before_the_first_one_is_in_force() -> None:
    assert binding_rule([GOAT], "goat", None, date(2019, 12, 31)) is None
    assert binding_rule([GOAT], "goat", None, date(2020, 1, 1)) == GOAT
    assert binding_rule([GOAT], "pig", None, date(2020, 1, 1)) is None


def test_of_the_rules_in_force_the_latest_binds() -> None:
    newer = replace(GOAT, from_on=date(2021, 1, 1), months=18)

    assert binding_rule([newer, GOAT], "goat", None, date(2020, 12, 31)) == GOAT
    assert binding_rule([newer, GOAT], "goat", None, date(2021, 1, 1)) == newer


def test_a_rule_for_her_condition_beats_a_newer_general_one() -> None:
    pregnant = replace(GOAT, condition="pregnant", months=12)
    newer = replace(GOAT, from_on=date(2021, 1, 1), months=18)

    assert binding_rule([GOAT, pregnant, newer], "goat", "pregnant", date(2021, 6, 1)) == pregnant
    assert binding_rule([GOAT, pregnant, newer], "goat", "young", date(2021, 6, 1)) == newer
    assert binding_rule([GOAT, pregnant, newer], "goat", None, date(2021, 6, 1)) == newer


def test_of_two_rules_for_her_condition_the_latest_binds() -> None:
    pregnant = replace(GOAT, condition="pregnant", months=12)
    newer = replace(pregnant, from_on=date(2021, 1, 1), months=9)

    assert binding_rule([newer, pregnant], "goat", "pregnant", date(2020, 6, 1)) == pregnant
    assert binding_rule([newer, pregnant], "goat", "pregnant", date(2021, 6, 1)) == newer


def test_the_version_in_force_at_receipt_binds_for_ever() -> None:
    newer = replace(GOAT, from_on=date(2020, 3, 2), months=6)

    stood = standing(goats(), [GOAT, newer], date(2021, 1, 1))

    assert stood is not None
    assert stood.rule == GOAT
    assert stood.due_on == DUE


# --- due_on -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received_on", "months", "due_on"),
    [
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2021-01-31", 1, "2021-02-28"),
        ("2021-08-31", 13, "2022-09-30"),
        ("2021-12-15", 1, "2022-01-15"),
        ("2021-11-30", 3, "2022-02-28"),
        ("2020-03-01", 0, "2020-03-01"),
    ],
)
def test_due_is_the_same_day_number_or_the_last_day_of_the_month(received_on: str, months: int, due_on: str) -> None:
    assert add_months(day(received_on), months) == day(due_on)


def due_on(placement: Placement, on: str) -> date:
    stood = standing(placement, [GOAT], day(on))
    assert stood is not None
    return stood.due_on


def test_an_extension_moves_the_due_day_from_the_day_it_was_granted() -> None:
    extended = goats(event("extended", "2021-06-01", until="2022-09-01"))

    assert due_on(extended, "2021-05-31") == DUE
    assert due_on(extended, "2021-06-01") == date(2022, 9, 1)


def test_no_extension_shortens_and_the_latest_of_several_counts() -> None:
    shorter = goats(event("extended", "2021-06-01", until="2022-02-28"))
    several = goats(
        event("extended", "2021-06-01", until="2022-12-01", sequence=20),
        event("extended", "2021-07-01", until="2022-09-01", sequence=21),
    )

    assert due_on(shorter, "2022-01-01") == DUE
    assert due_on(several, "2022-01-01") == date(2022, 12, 1)


def test_an_extension_moves_the_days_of_grace_too() -> None:
    extended = goats(event("extended", "2022-08-01", until="2022-09-01"))

    # broken since 2022-05-31; granted later, it makes her late-free again until 2022-09-01, and 90 days more
    assert [
        state_of(extended, on) for on in ("2022-07-31", "2022-08-01", "2022-09-02", "2022-11-30", "2022-12-01")
    ] == [
        "broken",
        "due",
        "late",
        "late",
        "broken",
    ]


def test_an_extension_to_the_end_of_time_is_only_an_extension() -> None:
    assert state_of(goats(event("extended", "2021-06-01", until="9999-12-31")), "2024-01-01") == "in_time"
    assert state_of(goats(event("extended", "2021-06-01", until="9999-12-31")), date.max) == "due"


# --- owed -------------------------------------------------------------------------------------------------------------


def test_a_fixed_number_is_owed_whatever_was_received() -> None:
    assert owed_under(GOAT, 1000) == owed_under(GOAT, 7000) == 2000


@pytest.mark.parametrize(
    ("per_given", "received", "owed"),
    [
        (1.0, 3, 3),
        (0.5, 3, 2),  # 1.5, half up
        (0.5, 5, 3),  # 2.5, half up and not to even
        (0.49, 3, 1),  # 1.47
        (0.1, 2, 1),  # 0.2, but at least 1
        (1.25, 2, 3),  # 2.5
        (0.333, 4.5, 1),  # 1.4985: not rounded twice
    ],
)
def test_a_scaled_number_is_rounded_half_up_to_a_whole_unit_and_is_at_least_one(
    per_given: float, received: float, owed: int
) -> None:
    scaled = replace(GOAT, owed=None, owed_per_given=thousandths(per_given))

    assert owed_under(scaled, thousandths(received)) == owed * 1000


def test_where_both_stand_the_scaled_number_decides() -> None:
    assert owed_under(replace(GOAT, owed=9000, owed_per_given=1000), 3000) == 3000


# --- passed -----------------------------------------------------------------------------------------------------------


def test_units_are_thousandths_rounded_half_up() -> None:
    assert [thousandths(number) for number in (2, 0.5, 1.0005, 0.0004, 2.675)] == [2000, 500, 1001, 0, 2675]
    assert [shown(units) for units in (2000, 500, 1333, 0)] == [2, 0.5, 1.333, 0]


def test_json_shows_whole_numbers_without_a_point() -> None:
    assert (repr(shown(2000)), repr(shown(500))) == ("2", "0.5")


def test_units_of_the_unwanted_sex_are_those_of_the_other_column() -> None:
    wants_females = replace(GOAT, sex="F")
    mixed = handed("2021-03-01", 3000, females=1000)

    # 3 animals, females 1, males empty: all 3 count where females are wanted, 2 where males are
    assert (unwanted(mixed, wants_females), counted(mixed, wants_females)) == (0, 3000)
    assert (unwanted(mixed, replace(GOAT, sex="M")), counted(mixed, replace(GOAT, sex="M"))) == (1000, 2000)
    assert (unwanted(mixed, GOAT), counted(mixed, GOAT)) == (0, 3000)


def test_a_he_kid_alone_counts_nothing_where_she_kids_are_wanted() -> None:
    he_kid = handed("2021-03-01", 1000, males=1000)

    assert counted(he_kid, replace(GOAT, sex="F")) == 0
    assert state_of(goats(he_kid, he_kid), "2022-03-01", replace(GOAT, sex="F")) == "due"


def test_another_help_counts_by_the_givers_equivalent_after_the_unwanted_sex_is_taken_off() -> None:
    rule = replace(GOAT, sex="F", equivalents={"pig": 1500})

    assert counted(handed("2021-03-01", 1000, help="pig"), rule) == 1500
    assert counted(handed("2021-03-01", 3000, help="pig", males=1000), rule) == 3000


def test_each_products_rounding_is_half_up_to_the_thousandth() -> None:
    rule = replace(GOAT, equivalents={"seed": 333})

    # 0.5 x 0.333 = 0.1665, 1.5 x 0.333 = 0.4995, 0.501 x 0.333 = 0.166833
    assert [counted(handed("2021-03-01", units, help="seed"), rule) for units in (500, 1500, 501)] == [167, 500, 167]


def test_each_pass_on_is_rounded_on_its_own() -> None:
    rule = replace(GOAT, equivalents={"seed": 333})
    two = goats(
        handed("2021-03-01", 500, help="seed", sequence=10), handed("2021-03-02", 500, help="seed", sequence=11)
    )

    stood = standing(two, [rule], day("2021-04-01"))

    assert stood is not None
    assert stood.passed == 334  # 0.167 twice, not 0.333


def test_she_is_fulfilled_on_the_day_on_which_passed_reaches_owed() -> None:
    in_parts = goats(handed("2021-03-01", 500), handed("2021-06-01", 1499, sequence=11), handed("2021-09-01", 1))

    stood = standing(in_parts, [GOAT], day("2021-09-01"))

    assert stood is not None
    assert (stood.passed, stood.fulfilled_on, stood.state) == (2000, day("2021-09-01"), "fulfilled")
    assert state_of(in_parts, "2021-08-31") == "in_time"
    assert stood.still_owed == 0


# --- pooled -----------------------------------------------------------------------------------------------------------


def test_additions_change_units_and_scaled_owed_but_never_the_due_day() -> None:
    scaled = replace(GOAT, owed=None, owed_per_given=1000)
    pooled = goats(receipts=(receipt(), receipt(date(2020, 9, 1), 1000, 5)))

    before, after = (standing(pooled, [scaled], day(on)) for on in ("2020-08-31", "2020-09-01"))

    assert before is not None
    assert after is not None
    assert (before.received, before.owed, before.due_on) == (2000, 2000, DUE)
    assert (after.received, after.owed, after.due_on) == (3000, 3000, DUE)


def test_the_earliest_receipt_gives_day_condition_and_rule() -> None:
    pregnant = replace(GOAT, condition="pregnant", months=12)
    pooled = goats(receipts=(receipt(condition="pregnant"), receipt(date(2020, 4, 1), 1000, 5, "young")))

    stood = standing(pooled, [GOAT, pregnant], day("2020-06-01"))

    assert stood is not None
    assert (stood.received_on, stood.condition, stood.due_on) == (RECEIVED, "pregnant", date(2021, 3, 1))


def test_a_placement_is_not_there_before_its_first_receipt() -> None:
    assert standing(goats(), [GOAT], date(2020, 2, 29)) is None


def test_with_confirmed_only_what_nobody_confirmed_is_left_out_at_both_ends() -> None:
    placement = goats(
        handed("2021-03-01", 1000, confirmed=True),
        handed("2021-04-01", 1000, sequence=11),
        receipts=(receipt(units=1000), receipt(date(2020, 5, 1), 1000, 5)._replace(confirmed=False)),
    )

    stood = standing(placement, [GOAT], day("2021-06-01"), confirmed_only=True)

    assert stood is not None
    assert (stood.received, stood.passed, stood.state) == (1000, 1000, "in_time")
    assert state_of(placement, "2021-06-01") == "fulfilled"


def test_with_confirmed_only_she_is_not_lost_before_what_is_confirmed_was_received() -> None:
    """Two goats that nobody confirmed were stolen in June; of the one of October nothing is left by the sum."""
    placement = goats(
        event("visit", "2020-05-01"),
        event("theft", "2020-06-01", 2000, sequence=21),
        receipts=(receipt()._replace(confirmed=False), receipt(date(2020, 10, 22), 1000, 5)),
    )

    stood = standing(placement, [GOAT], day("2021-06-01"), confirmed_only=True)

    assert stood is not None
    assert (stood.received_on, stood.state) == (date(2020, 10, 22), "lost")
    assert (stood.since_on, stood.cause) == (date(2020, 10, 22), "theft")


# --- the seven states -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2020-03-01", "in_time"),
        ("2021-12-30", "in_time"),  # due in 61 days: 1 of December, 31, 28 and 1 make 61
        ("2021-12-31", "due"),  # due in 60 days
        ("2022-03-01", "due"),  # the due day itself
        ("2022-03-02", "late"),
        ("2022-05-30", "late"),  # the last day of grace
        ("2022-05-31", "broken"),
    ],
)
def test_time_alone_makes_a_placement_due_then_late_then_broken(on: str, state: str) -> None:
    assert state_of(goats(), on) == state


def test_a_broken_placement_is_overdue_since_the_day_after_grace() -> None:
    stood = standing(goats(handed("2021-03-01")), [GOAT], day("2024-01-01"))

    assert stood is not None
    assert (stood.state, stood.since_on, stood.cause, stood.still_owed) == (
        "broken",
        day("2022-05-31"),
        "overdue",
        1000,
    )


def test_passing_everything_makes_it_fulfilled_even_when_late_excused_or_lost() -> None:
    late = handed("2023-01-01", 2500)

    assert state_of(goats(late), "2023-01-01") == "fulfilled"
    assert state_of(goats(event("excused", "2022-01-01"), late), "2023-01-01") == "fulfilled"
    assert state_of(goats(event("death", "2021-01-01", 2000), late), "2023-01-01") == "fulfilled"


@pytest.mark.parametrize("before", ["in_time", "due", "late", "broken", "lost"])
def test_excused_may_follow_any_state(before: str) -> None:
    on = {"in_time": "2021-01-01", "due": "2022-02-01", "late": "2022-04-01", "broken": "2023-01-01"}.get(before)
    death = (event("death", "2020-12-01", 2000),) if on is None else ()
    on = on or "2021-01-01"
    excused = event("excused", on, sequence=30)

    assert state_of(goats(*death), on) == before
    assert state_of(goats(*death, excused), on) == "excused"
    assert state_of(goats(*death, excused), day(on) - timedelta(days=1)) != "excused"


# --- lost -------------------------------------------------------------------------------------------------------------


def lost(*happened: Event | PassOn, receipts: tuple[Receipt, ...] = (receipt(),)) -> date | None:
    placement = goats(*happened, receipts=receipts)
    return lost_since(placement.receipts, placement.passes, placement.events)


def test_she_is_lost_when_the_last_animal_is_gone_whatever_took_it() -> None:
    for first, last in product(("death", "theft", "sale", "slaughter"), repeat=2):
        assert lost(event(first, "2020-06-01")) is None
        assert lost(event(first, "2020-06-01"), event(last, "2020-07-01", sequence=21)) == day("2020-07-01")


def test_an_event_without_a_number_is_one_animal() -> None:
    assert Event(event_id="E1", kind="death", happened_on=RECEIVED, sequence=1).units == 1000


def test_illness_a_visit_or_a_check_takes_nothing() -> None:
    assert lost(event("illness", "2020-06-01", 5000), event("visit", "2020-07-01", 5000)) is None


def test_whoever_loses_everything_on_the_day_of_receipt_is_lost_from_that_day_on() -> None:
    begun = receipt().received_on

    assert lost(event("death", begun.isoformat(), 2000)) == begun


def test_whoever_left_is_lost_with_all_her_animals() -> None:
    assert lost(event("left", "2020-06-01")) == day("2020-06-01")


def test_replacements_and_young_keep_her_from_being_lost() -> None:
    deaths = event("death", "2020-08-01", 2000)

    assert lost(event("replacement", "2020-07-01"), deaths) is None
    assert lost(event("birth", "2020-07-01"), deaths) is None


def test_young_that_were_passed_on_in_kind_are_gone() -> None:
    deaths = event("death", "2021-08-01", 2000)
    birth = event("birth", "2020-12-01", 2000, sequence=15)

    # 2 received + (2 born - 2 passed) - 2 dead = 0
    assert lost(birth, handed("2021-06-01", 2000), deaths) == day("2021-08-01")
    # in cash, or exchanged, the young are still there
    assert lost(birth, handed("2021-06-01", 2000, in_kind=False), deaths) is None
    # whatever help or sex, unconverted
    assert lost(birth, handed("2021-06-01", 2000, help="pig", males=2000), deaths) == day("2021-08-01")


def test_more_passed_than_born_does_not_use_up_what_she_received() -> None:
    # 2 + max(1 - 4, 0) - 1 = 1
    assert lost(event("birth", "2020-12-01"), handed("2021-01-01", 4000), event("death", "2021-02-01")) is None


def test_the_end_of_the_day_decides() -> None:
    assert lost(event("death", "2020-06-01", 2000), event("replacement", "2020-06-01", sequence=21)) is None
    assert lost(event("replacement", "2020-06-01"), event("death", "2020-06-01", 3000, 21)) == day("2020-06-01")


def test_lost_then_replaced_then_lost_again_begins_anew() -> None:
    first, second = event("death", "2020-06-01", 2000), event("theft", "2020-09-01", 1000, 23)
    replaced = event("replacement", "2020-07-01", 1000, 22)

    assert [state_of(goats(first, replaced, second), on) for on in ("2020-06-30", "2020-07-01", "2020-09-01")] == [
        "lost",
        "in_time",
        "lost",
    ]
    stood = standing(goats(first, replaced, second), [GOAT], day("2021-01-01"))
    assert stood is not None
    assert (stood.since_on, stood.cause) == (day("2020-09-01"), "theft")


def test_an_addition_to_an_empty_placement_ends_its_loss() -> None:
    added = (receipt(), receipt(date(2020, 8, 1), 1000, 40))

    assert [
        state_of(goats(event("death", "2020-06-01", 2000), receipts=added), on) for on in ("2020-07-31", "2020-08-01")
    ] == [
        "lost",
        "in_time",
    ]


def test_lost_by_the_last_day_of_grace_is_lost_and_a_day_later_is_broken() -> None:
    in_grace = goats(event("death", LAST_GRACE.isoformat(), 2000))
    after = goats(event("death", (LAST_GRACE + timedelta(days=1)).isoformat(), 2000))

    assert state_of(in_grace, "2024-01-01") == "lost"
    assert state_of(after, "2024-01-01") == "broken"


def test_a_stretch_that_began_again_after_grace_leaves_it_broken() -> None:
    placement = goats(
        event("death", "2021-06-01", 2000),
        event("replacement", "2022-06-15", 1000, 21),
        event("theft", "2022-07-01", 1000, 22),
    )

    assert [state_of(placement, on) for on in ("2022-06-14", "2022-06-15", "2022-07-01")] == [
        "lost",
        "broken",
        "broken",
    ]


def test_the_cause_is_the_last_ending_up_to_the_first_day_of_the_stretch_by_date_then_sequence() -> None:
    placement = goats(
        event("theft", "2020-06-01", 1000, 25),
        event("death", "2020-06-01", 1000, 24),
        event("sale", "2020-08-01", 1000, 26),
    )

    stood = standing(placement, [GOAT], day("2021-01-01"))

    assert stood is not None
    assert (stood.state, stood.since_on, stood.cause) == ("lost", day("2020-06-01"), "theft")


def test_a_loss_by_passing_on_the_last_young_is_still_caused_by_an_ending() -> None:
    # 2 died while 1 young was there; the young one was passed on later: lost on that day, because of the deaths
    placement = goats(event("birth", "2020-06-01"), event("death", "2020-07-01", 2000, 21), handed("2020-12-01"))

    stood = standing(placement, [GOAT], day("2021-01-01"))

    assert stood is not None
    assert (stood.state, stood.since_on, stood.cause) == ("lost", day("2020-12-01"), "death")


# --- chains -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ("", "complete"),
        ("fulfilled excused", "complete"),
        ("fulfilled lost", "broken"),
        ("lost broken excused", "broken"),
        ("broken late", "weakened"),
        ("lost in_time fulfilled", "weakened"),
        ("late", "growing"),
        ("fulfilled due in_time", "growing"),
    ],
)
def test_a_chain_is_as_its_unfulfilled_placements_are(states: str, state: str) -> None:
    assert chain_state(states.split()) == state  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(STATES)))
def test_every_chain_has_a_state_and_order_does_not_matter(states: list[str]) -> None:
    state = chain_state(states)  # type: ignore[arg-type]

    assert state in CHAIN_STATES
    assert chain_state(reversed(states)) == state  # type: ignore[arg-type]
    assert chain_state([*states, "fulfilled"]) == state  # type: ignore[list-item]


# --- what must hold of every placement --------------------------------------------------------------------------------


@given(strategies.placements(), st.dates(date(2019, 1, 1), date(2026, 1, 1)))
def test_a_placement_has_a_state_from_its_first_receipt_on(placement: Placement, on: date) -> None:
    stood = standing(placement, [GOAT], on)

    assert (stood is None) == (on < placement.receipts[0].received_on)
    if stood:
        assert stood.state in STATES
        assert (stood.since_on is not None) == (stood.cause is not None) == (stood.state in ("lost", "broken"))
        assert stood.since_on is None or stood.since_on <= on


@given(strategies.placements(), st.dates(date(2020, 1, 1), date(2024, 1, 1)), st.integers(1, 400))
def test_as_time_goes_by_passed_and_due_never_shrink_and_fulfilled_stays(
    placement: Placement, on: date, days: int
) -> None:
    now, later = (standing(placement, [GOAT], each) for each in (on, on + timedelta(days=days)))

    if now and later:
        assert (later.passed >= now.passed, later.due_on >= now.due_on) == (True, True)
        assert now.state != "fulfilled" or later.state == "fulfilled"
        assert now.state != "excused" or later.state in ("excused", "fulfilled")
        assert now.fulfilled_on is None or later.fulfilled_on == now.fulfilled_on


@given(strategies.placements(), st.dates(date(2020, 1, 1), date(2024, 1, 1)))
def test_what_happens_later_changes_nothing_earlier(placement: Placement, on: date) -> None:
    known = placement._replace(
        receipts=tuple(each for each in placement.receipts if each.received_on <= on),
        passes=tuple(each for each in placement.passes if each.passed_on <= on),
        events=tuple(each for each in placement.events if each.happened_on <= on),
    )

    assert standing(placement, [GOAT], on) == standing(known, [GOAT], on)


@given(strategies.placements(), st.dates(date(2020, 1, 1), date(2024, 1, 1)))
def test_a_lost_placement_has_nothing_left_on_every_day_of_its_stretch(placement: Placement, on: date) -> None:
    stood = standing(placement, [GOAT], on)

    if stood and stood.state == "lost" and stood.since_on:
        for days in range((on - stood.since_on).days + 1):
            assert left_to_breed(placement, stood.since_on + timedelta(days=days)) <= 0
        assert stood.since_on == stood.received_on or left_to_breed(placement, stood.since_on - timedelta(days=1)) > 0
        assert stood.since_on <= stood.due_on + timedelta(days=90)


def left_to_breed(placement: Placement, on: date) -> int:
    """The sum, written down once more."""
    happened = [each for each in placement.events if each.happened_on <= on]
    if any(each.kind == "left" for each in happened):
        return 0
    born, replaced, gone = (
        sum(each.units for each in happened if each.kind in kinds)
        for kinds in (("birth",), ("replacement",), ("death", "theft", "sale", "slaughter"))
    )
    received = sum(each.units for each in placement.receipts if each.received_on <= on)
    passed_in_kind = sum(each.units for each in placement.passes if each.passed_on <= on and each.in_kind)
    return received + replaced + max(born - passed_in_kind, 0) - gone
