"""The kinds of acts: a goal, a step to it, and a visit to see how it is going."""

from __future__ import annotations

from typing import Final, Literal, get_args

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

ACTIVITIES: Final = Column(
    name="activities", type="words", meaning=Sentence("Activities that a goal may be about; any, if left out.")
)
"""Key of rules.toml: activities that a goal of the programme may be about; without it, any word is allowed."""

Status = Literal["preparing", "running", "paused", "stopped", "reached", "not_found"]

STEPS: Final = ("training", "plan", "capital", "licence", "started", "first_sale", "hired", "other")


KINDS: Final = (
    Kind(
        name="goal",
        article=Sentence("a goal"),
        title=Sentence("Goal"),
        phrase="goal of %(beneficiary_id)s{ since %(set_on)s}: %(kind)s, %(activity)s",
        deed="set a goal: %(kind)s, %(activity)s",
        order=150,
        label="Goal",
        day="set_on",
        file="goals",
        roles=frozenset({"staff"}),
        columns=(
            own_id("goal"),
            tie("beneficiary", "AIMED_AT_BY", meaning=Sentence("Whose goal it is.")),
            Column(
                name="kind",
                type="choice",
                choices=("farming", "business", "employment", "study"),
                required=True,
                meaning=Sentence("Which kind of goal it is."),
            ),
            Column(name="activity", type="words", required=True, meaning=Sentence("What it is about.")),
            Column(name="set_on", type="date", required=True, meaning=Sentence("The day on which it was set.")),
            Column(
                name="target_on", type="date", coming=True, meaning=Sentence("The day by which she wants to reach it.")
            ),
            Column(
                name="baseline_income",
                type="money",
                personal=True,
                meaning=Sentence("Her net income a month when it was set."),
            ),
            Column(
                name="target_income",
                type="money",
                personal=True,
                meaning=Sentence("The net income a month that she wants to reach."),
            ),
            Column(
                name="placement_id",
                type="id",
                refers_to="placement",
                edge="BUILDS_ON",
                told=True,
                meaning=Sentence("The placement on which it builds."),
            ),
            Column(
                name="loan_id",
                type="id",
                refers_to="loan",
                edge="BUILDS_ON_LOAN",
                elsewhere=True,
                meaning=Sentence("The loan on which it builds."),
            ),
            Column(
                name="course_id",
                type="id",
                refers_to="course",
                edge="BUILDS_ON_COURSE",
                elsewhere=True,
                meaning=Sentence("The course on which it builds."),
            ),
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
            tie("goal", "STEP_TO", meaning=Sentence("The goal to which it is a step.")),
            Column(name="step", type="choice", choices=STEPS, required=True, meaning=Sentence("Which step it is.")),
            Column(name="planned_on", type="date", coming=True, meaning=Sentence("The day for which it is planned.")),
            Column(name="done_on", type="date", meaning=Sentence("The day on which it was done.")),
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
            tie("goal", "VISIT_OF_GOAL", meaning=Sentence("The goal that was visited.")),
            Column(name="visited_on", type="date", required=True, meaning=Sentence("The day of the visit.")),
            Column(
                name="status",
                type="choice",
                choices=get_args(Status),
                required=True,
                meaning=Sentence("How it stands."),
            ),
            Column(
                name="income", type="money", personal=True, meaning=Sentence("What she earned in the months covered.")
            ),
            Column(
                name="expenses",
                type="money",
                personal=True,
                meaning=Sentence("What she spent on it in these months; 0 if nothing."),
            ),
            Column(name="months_covered", type="term", meaning=Sentence("How many months income and expenses cover.")),
            Column(name="jobs", type="count", meaning=Sentence("How many jobs it gives.")),
            Column(
                name="reason",
                type="choice",
                choices=("moved", "illness", "animals_died", "household_circumstances", "other_confirmed"),
                meaning=Sentence("Why it does not go on; only a neutral reason."),
            ),
        ),
    ),
)
