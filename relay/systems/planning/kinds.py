"""The kinds of acts: requests, checks whether she still waits, and plans."""

from __future__ import annotations

from typing import Final, Literal, get_args

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

RequestState = Literal["waiting", "ready", "planned", "served", "ended"]
PlanState = Literal["followed", "overtaken", "ended", "missed", "open"]
REQUEST_STATES: Final[tuple[str, ...]] = get_args(RequestState)
PLAN_STATES: Final[tuple[str, ...]] = get_args(PlanState)
"""States of requests and of plans on a day (see `request_and_plan_states`)."""

_HELP: Final = Column(
    name="help", type="help", required=True, fixed=True, meaning=Sentence("The kind of help, such as goat.")
)
_READY: Final = Column(name="ready", type="words", meaning=Sentence("What she has of all that she needs to be ready."))
_WOMAN: Final = tie("beneficiary", "ASKED_BY", meaning=Sentence("Who asks."))

ORDER: Final = Column(name="order", type="words", meaning=Sentence("By what the waiting list is ordered."))
REQUIRES: Final = Column(name="requires", type="words", meaning=Sentence("What a woman needs before she is ready."))
"""Keys of rules.toml: the public order of the waiting list, and what a woman must have to be ready."""

KINDS: Final = (
    Kind(
        name="request",
        article=Sentence("a request"),
        title=Sentence("Request"),
        phrase="request of %(beneficiary_id)s for %(help)s{ on %(asked_on)s}",
        deed="asked for %(help)s",
        order=130,
        label="Request",
        day="asked_on",
        file="requests",
        ended_by="ENDS_REQUEST",
        roles=frozenset({"staff"}),
        columns=(
            own_id("request"),
            _WOMAN,
            _HELP,
            Column(name="asked_on", type="date", required=True, meaning=Sentence("The day on which she asked.")),
            Column(
                name="group_id",
                type="id",
                refers_to="group",
                edge="ASKED_WITH",
                meaning=Sentence("The group with which she asked."),
            ),
            Column(
                name="place_id",
                type="id",
                refers_to="place",
                edge="ASKED_IN",
                meaning=Sentence("The place where she asked."),
            ),
            Column(
                name="criteria",
                type="words",
                personal=True,
                meaning=Sentence("What counts for her in the order of the waiting list."),
            ),
            _READY,
        ),
    ),
    Kind(
        name="request_check",
        article=Sentence("a check of a request"),
        title=Sentence("Check of a request"),
        phrase="check of request %(request_id)s{ on %(checked_on)s}: still wanted: %(wants)s",
        order=131,
        label="RequestCheck",
        day="checked_on",
        file="request_checks",
        action="request",
        roles=frozenset({"staff"}),
        columns=(
            own_id("request_check"),
            tie("request", "CHECK_OF", meaning=Sentence("The request that was checked.")),
            Column(name="checked_on", type="date", required=True, meaning=Sentence("The day of the check.")),
            Column(
                name="wants",
                type="choice",
                choices=("yes", "no"),
                required=True,
                meaning=Sentence("Whether she still wants it."),
            ),
            _READY,
        ),
    ),
    Kind(
        name="plan",
        article=Sentence("a plan"),
        title=Sentence("Plan"),
        phrase="plan{ of %(chosen_on)s} that %(beneficiary_id)s receives %(help)s next",
        deed="was chosen to receive %(help)s next",
        order=132,
        label="Plan",
        day="chosen_on",
        file="plans",
        ended_by="ENDS_PLAN",
        roles=frozenset({"staff", "manager"}),
        columns=(
            own_id("plan"),
            tie("beneficiary", "PLANNED_FOR", meaning=Sentence("Who is to receive.")),
            _HELP,
            Column(name="chosen_on", type="date", required=True, meaning=Sentence("The day on which she was chosen.")),
            tie(
                "placement",
                "PLANNED_FROM",
                name="giver_placement_id",
                required=False,
                meaning=Sentence("The placement that is to give."),
            ),
            Column(
                name="gift_id",
                type="id",
                refers_to="gift",
                fixed=True,
                edge="PLANNED_OF",
                told=True,
                meaning=Sentence("The gift that it is to come from."),
            ),
            Column(
                name="group_id",
                type="id",
                refers_to="group",
                edge="CHOSEN_BY",
                beside=True,
                meaning=Sentence("The group that chose her."),
            ),
            Column(
                name="meeting_id",
                type="id",
                refers_to="meeting",
                elsewhere=True,
                meaning=Sentence("The meeting at which she was chosen."),
            ),
            Column(name="votes_for", type="count", meaning=Sentence("How many voted for her.")),
            Column(name="votes_against", type="count", meaning=Sentence("How many voted against her.")),
            Column(name="rank", type="term", meaning=Sentence("Her rank on the waiting list.")),
            Column(
                name="expected_on",
                type="date",
                coming=True,
                meaning=Sentence("The day on which she is expected to receive."),
            ),
            Column(name="animals", type="units", meaning=Sentence("How many she is to receive.")),
            Column(name="ceremony_id", type="id", meaning=Sentence("The ceremony at which she is to receive.")),
        ),
    ),
)
