"""Audit checks that point out suspicious goals and visits to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from relay.audit.acts_in_force import ActsInForce
from relay.audit.checks import Check, every, where
from relay.audit.findings import Finding, finding_of, grouped, joint_finding
from relay.domain.model import add_months
from relay.domain.register import Fact
from relay.service.json_codec import read_columns
from relay.systems.goals.progress import UNVISITED_MONTHS, GoalVisit
from relay.text import Sentence

VISITS_A_DAY: Final = 8
"""More home visits with questions on income than one person can make in a day (our choice)."""


def _net_income(visit: Fact) -> float | None:
    return read_columns(GoalVisit, visit.values).net_income


def _is_long_set(in_force: ActsInForce, goal: Fact) -> bool:
    return add_months(date.fromisoformat(goal.values["set_on"]), UNVISITED_MONTHS) <= in_force.as_of


_typed: Final = where("goal_visit", lambda in_force, visit: visit.sequence not in in_force.imported)
"""Visits that somebody recorded one by one; an import does not tell who visited when."""
_with_income: Final = where("goal_visit", lambda _, visit: _net_income(visit) is not None)
_long_set: Final = where("goal", _is_long_set)


def _all_on_one_day(in_force: ActsInForce) -> Iterator[Finding]:
    by_day = grouped(((in_force.entry(each).recorded_by, each.values["visited_on"]), each) for each in _typed(in_force))
    for visits in by_day:
        if len({each.values["goal_id"] for each in visits}) >= VISITS_A_DAY:
            sentence = Sentence("%(many)s visits on one day, recorded by one person.", many=len(visits))
            yield joint_finding(visits, sentence)


def _just_what_was_aimed_at(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _with_income(in_force):
        goal = in_force.register.facts[f"goal:{each.values['goal_id']}"]
        target = goal.values.get("target_income")
        if target is not None and _net_income(each) == target:
            yield finding_of(each, Sentence("the income is exactly what she aims at."), goal.sequence)


def _never_visited(in_force: ActsInForce) -> Iterator[Finding]:
    visited = {each.values["goal_id"] for each in in_force.facts("goal_visit")}
    for each in _long_set(in_force):
        if each.id not in visited:
            yield finding_of(each, Sentence("nobody came to see how it goes."))


def _without_a_baseline(in_force: ActsInForce) -> Iterator[Finding]:
    for each in in_force.facts("goal"):
        if not in_force.register.says(each.act_id, "baseline_income"):
            yield finding_of(each, Sentence("does not say what she lived on before."))


def _same_figures(in_force: ActsInForce) -> Iterator[Finding]:
    facts = in_force.register.facts
    figures = (
        (tuple(each.values[name] for name in ("income", "expenses", "months_covered")), each)
        for each in _with_income(in_force)
        if each.values["expenses"]
    )
    for visits in grouped(figures):
        goals = (facts[f"goal:{each.values['goal_id']}"] for each in visits)
        if len({in_force.woman(goal.values["beneficiary_id"]) for goal in goals}) > 1:
            yield joint_finding(visits, Sentence("different women, with the same income and expenses."))


CHECKS: Final = (
    Check(
        check_id="goals_visited_in_one_day",
        title="many visits on one day",
        sentence="One person recorded visits to eight or more goals on one day.",
        why="They may have been made at a desk; or the women came together.",
        severity="medium",
        population=_typed,
        find=_all_on_one_day,
    ),
    Check(
        check_id="income_is_the_target",
        title="income is exactly the target",
        sentence="A visit found an income that is exactly what the woman aims at.",
        why="The target may have been copied.",
        severity="medium",
        population=_with_income,
        find=_just_what_was_aimed_at,
    ),
    Check(
        check_id="goal_never_visited",
        title="goal that nobody visited",
        sentence="A goal was set more than twelve months ago, and nobody came to see how it goes.",
        why="Whatever a report says of its success, the record does not support it.",
        severity="medium",
        population=_long_set,
        find=_never_visited,
    ),
    Check(
        check_id="income_before_is_missing",
        title="income before is missing",
        sentence="A goal does not say what the woman lived on before.",
        why="No change can be told of her.",
        severity="low",
        population=every("goal"),
        find=_without_a_baseline,
    ),
    Check(
        check_id="same_income_of_two_women",
        title="same income and expenses",
        sentence="Visits to different women found the same income, expenses and months.",
        why="One may be a copy of the other.",
        severity="low",
        population=_with_income,
        find=_same_figures,
    ),
)
