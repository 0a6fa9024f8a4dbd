"""The kinds of acts: a goal, a step to it, and a visit to see how it is going."""

from __future__ import annotations

from typing import Final, Literal, get_args

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

ACTIVITIES: Final = Column(name="activities", type="words")
"""Key of rules.toml: activities that a goal of the programme may be about; without it, any word is allowed."""

Status = Literal["preparing", "running", "paused", "stopped", "reached", "not_found"]

STEPS: Final = ("training", "plan", "capital", "licence", "started", "first_sale", "hired", "other")


KINDS: Final = (
    Kind(
        name="goal",
        article=Sentence("a goal"),
        title=Sentence("Goal"),
        phrase="goal of %(beneficiary_id)s{ since %(set_on)s}: %(kind)s, %(activity)s",
        order=150,
        label="Goal",
        day="set_on",
        file="goals",
        roles=frozenset({"staff"}),
        columns=(
            own_id("goal"),
            tie("beneficiary", "AIMED_AT_BY"),
            Column(name="kind", type="choice", choices=("farming", "business", "employment", "study"), required=True),
            Column(name="activity", type="words", required=True),
            Column(name="set_on", type="date", required=True),
            Column(name="target_on", type="date", coming=True),
            Column(name="baseline_income", type="money", personal=True),
            Column(name="target_income", type="money", personal=True),
            Column(name="placement_id", type="id", refers_to="placement", edge="BUILDS_ON", told=True),
            Column(name="loan_id", type="id", refers_to="loan", edge="BUILDS_ON_LOAN", elsewhere=True),
            Column(name="course_id", type="id", refers_to="course", edge="BUILDS_ON_COURSE", elsewhere=True),
        ),
    ),
    Kind(
        name="goal_step",
        article=Sentence("a step to a goal"),
        title=Sentence("Step to a goal"),
        phrase="step to goal %(goal_id)s: %(step)s",
        order=151,
        label="GoalStep",
        file="goal_steps",
        action="goal",
        roles=frozenset({"staff"}),
        columns=(
            own_id("goal_step"),
            tie("goal", "STEP_TO"),
            Column(name="step", type="choice", choices=STEPS, required=True),
            Column(name="planned_on", type="date", coming=True),
            Column(name="done_on", type="date"),
        ),
    ),
    Kind(
        name="goal_visit",
        article=Sentence("a visit to a goal"),
        title=Sentence("Visit to a goal"),
        phrase="visit to goal %(goal_id)s{ on %(visited_on)s}: %(status)s",
        order=152,
        label="GoalVisit",
        day="visited_on",
        file="goal_visits",
        action="goal",
        roles=frozenset({"staff"}),
        columns=(
            own_id("goal_visit"),
            tie("goal", "VISIT_OF_GOAL"),
            Column(name="visited_on", type="date", required=True),
            Column(name="status", type="choice", choices=get_args(Status), required=True),
            Column(name="income", type="money", personal=True),
            Column(name="expenses", type="money", personal=True),
            Column(name="months_covered", type="term"),
            Column(name="jobs", type="count"),
            Column(
                name="reason",
                type="choice",
                choices=("moved", "illness", "animals_died", "household_circumstances", "other_confirmed"),
            ),
        ),
    ),
)
