"""The sentence with which a woman's record begins, in each language, for each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from relay.reports.record_history import PlacementState
from relay.web.i18n import her_sentence

if TYPE_CHECKING:
    from flask import Flask


def held(state: str, **more: Any) -> PlacementState:  # noqa: ANN401 - what a placement may have
    """A placement of 2 goats that were received on 19 Jul 2022 and owed by 19 Jul 2024."""
    usual = PlacementState(
        placement_id="P1",
        beneficiary_id="B1",
        help="goat",
        received_on=date(2022, 7, 19),
        animals=2,
        rule_id=None,
        due_on=date(2024, 7, 19),
        owed=2,
        passed=0,
        still_owed=2,
        state=state,
        fulfilled_on=None,
        since_on=None,
        cause=None,
        can_pass_on=True,
    )
    return replace(usual, **more)


BROKE = {"since_on": date(2024, 10, 18), "cause": "overdue"}
DIED = {"since_on": date(2023, 5, 3), "cause": "death", "can_pass_on": False}


@pytest.mark.parametrize(
    ("placements", "said"),
    [
        ([held("broken", **BROKE)], "owes 2 goats since 18 Oct 2024; can still pass on."),
        ([held("broken", **BROKE, can_pass_on=False)], "owes 2 goats since 18 Oct 2024."),
        ([held("late", still_owed=1)], "owes 1 goat since 19 Jul 2024."),
        ([held("due")], "owes 2 goats by 19 Jul 2024."),
        ([held("lost", **DIED)], "cannot pass on 2 goats (animals died, 3 May 2023)."),
        ([held("excused")], "is excused and owes nothing more."),
        ([held("excused"), held("fulfilled")], "has passed on all that was owed."),
        ([held("in_time"), held("late", help="pig")], "owes 2 pigs since 19 Jul 2024; owes 2 goats by 19 Jul 2024."),
        ([held("in_time"), held("fulfilled")], "owes 2 goats by 19 Jul 2024."),
        ([], "holds nothing yet."),
    ],
)
def test_a_womans_sentence_says_what_is_owed_the_most_pressing_first(
    app: Flask, placements: list[PlacementState], said: str
) -> None:
    with app.test_request_context("/?lang=en"):
        assert her_sentence.about("Durga Khasru", "Gorkha-8", placements) == f"Durga Khasru, Gorkha-8, {said}"


def test_a_womans_sentence_is_in_the_readers_language_and_needs_no_place(app: Flask) -> None:
    with app.test_request_context("/?lang=fr"):
        french = her_sentence.about("B12", None, [held("broken", **BROKE)])
    with app.test_request_context("/?lang=ne"):
        nepali = her_sentence.about("B12", "गोर्खा-8", [held("due")])

        under_her_name = her_sentence.about("", "गोर्खा-8", [held("due")])
        without_place = her_sentence.about("", None, [held("fulfilled")])

    assert under_her_name == "गोर्खा-8: 4 साउन 2081 सम्म 2 बाख्रा दिनुपर्छ।"
    assert without_place.endswith("।")
    assert french == "B12 doit 2 chèvres depuis le 18 oct. 2024 ; peut encore transmettre."
    assert nepali == "B12, गोर्खा-8: 4 साउन 2081 सम्म 2 बाख्रा दिनुपर्छ।"


def test_what_broken_means_is_told_with_the_days_of_grace_and_that_a_late_pass_on_mends_it(app: Flask) -> None:
    due, since = date(2024, 7, 19), date(2024, 10, 18)  # 90 days of grace: until 17 October
    with app.test_request_context("/?lang=en"):
        able = her_sentence.what_broken_means(due, since, can_pass_on=True)
        unable = her_sentence.what_broken_means(due, since, can_pass_on=False)
        without_grace = her_sentence.what_broken_means(due, date(2024, 7, 20), can_pass_on=False)

    assert (
        able == "“Broken” means more than 90 days overdue; passing on all that is owed, however late, still mends it."
    )
    assert (unable, without_grace) == ("“Broken” means more than 90 days overdue.", "“Broken” means overdue.")
