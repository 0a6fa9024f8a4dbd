"""Audit checks for requests and plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from relay.audit.acts_in_force import ActsInForce, once
from relay.audit.checks import Check, LookedAt
from relay.audit.findings import Finding
from relay.domain.register import Fact
from relay.systems.planning.proposal import Map
from relay.systems.planning.reading import Place
from relay.systems.planning.request_and_plan_states import (
    OPEN_REQUESTS,
    HelpReceived,
    Plan,
    Request,
    RequestCheck,
    Season,
)
from relay.systems.planning.rules import receipts_in, requires_of
from relay.systems.planning.waiting_order import ASKED_ON, NEVER_RECEIVED, order_of
from relay.text import Sentence

TOO_LONG: Final = timedelta(days=730)
"""Longest wait while others are served who asked later (our choice: two terms of a goat's rule)."""


@once
def _season(in_force: ActsInForce) -> Season:
    """All requests and plans by the day."""
    register, main_id = in_force.register, in_force.register.one_woman.kept
    return Season(
        requests=[
            Request.of(
                each.values, woman=main_id(each.values["beneficiary_id"]), ended_on=register.ended_on(each.act_id)
            )
            for each in in_force.facts("request")
        ],
        checks=[RequestCheck.of(each.values) for each in in_force.facts("request_check")],
        plans=[
            Plan.of(each.values, woman=main_id(each.values["beneficiary_id"]), ended_on=register.ended_on(each.act_id))
            for each in in_force.facts("plan")
        ],
        receipts=receipts_in(register, register.placements),
        as_of=in_force.as_of,
        requires=requires_of(register),
    )


def _served(in_force: ActsInForce) -> Collection[LookedAt]:
    return _season(in_force).served


def _plans(in_force: ActsInForce) -> Collection[LookedAt]:
    return _season(in_force).plans


def _waiting(in_force: ActsInForce) -> list[Request]:
    season = _season(in_force)
    return [each for each in season.requests if season.request_states[each.request_id] in OPEN_REQUESTS]


def _plans_where_meetings_are(in_force: ActsInForce) -> Collection[Fact]:
    """All plans, if any of them names the meeting at which the woman was chosen; else none."""
    plans = in_force.facts("plan")
    return plans if any(each.values.get("meeting_id") for each in plans) else ()


# -- served out of order -----------------------------------------------------------------------------------------------


def _served_out_of_order(in_force: ActsInForce) -> Iterator[Finding]:
    season, homes = _season(in_force), _Homes(in_force)
    waiting: dict[tuple[str, str | None], list[Request]] = defaultdict(list)
    for request in season.requests:
        waiting[request.help, homes.municipality(request)].append(request)
    first: dict[str, date] = {}
    for receipt in season.receipts:
        first.setdefault(receipt.beneficiary_id, receipt.received_on)
    programme = in_force.register.facts[f"programme:{in_force.register.programme_id}"].values
    order = order_of(programme)
    for request, receipt in season.served.items():
        hers = _by_words(request, order, first, receipt.received_on)
        before = [
            each
            for each in waiting[request.help, homes.municipality(request)]
            if each != request
            and _waited_ready(season, each, receipt)
            and _by_words(each, order, first, receipt.received_on) < hers
        ]
        if before:
            yield Finding(
                subject_id=receipt.act_id,
                acts=(in_force.sequence(receipt.act_id),),
                evidence=tuple(sorted(in_force.sequence(f"request:{each.request_id}") for each in before)),
                sentence=Sentence(
                    "%(act_id)s served request:%(request_id)s before those who came first by the public order:"
                    " %(others)s.",
                    act_id=receipt.act_id,
                    request_id=request.request_id,
                    others=", ".join(each.request_id for each in before),
                ),
            )


def _by_words(request: Request, order: tuple[str, ...], first: Mapping[str, date], day: date) -> tuple[object, ...]:
    """The position of a request in the public order on a day, before the lottery; less is earlier."""
    never = first.get(request.beneficiary_id, date.max) >= day
    words = request.criteria | ({NEVER_RECEIVED} if never else set())
    return tuple(request.asked_on if word == ASKED_ON else word not in words for word in order)


def _waited_ready(season: Season, request: Request, receipt: HelpReceived) -> bool:
    """Whether a request was open and ready, without a plan, on the day before somebody else received."""
    day, served = receipt.received_on, season.served.get(request)
    ended_on = season.ended_on(request)
    planned = any(
        plan.beneficiary_id == request.beneficiary_id
        and plan.help == request.help
        and plan.chosen_on <= day
        and not (plan.ended_on and plan.ended_on < day)
        for plan in season.plans
    )
    return (
        request.asked_on < day
        and not (served and served.received_on <= day)
        and not (ended_on and ended_on < day)
        and not planned
        and season.requires <= season.ready(request, day)
    )


class _Homes:
    """The municipality in which each woman waits."""

    def __init__(self, in_force: ActsInForce) -> None:
        self._facts = in_force.register.facts
        self._map = Map(
            {
                each.id: Place(
                    place_id=each.id,
                    name=str(each.values.get("name")),
                    kind=each.values.get("kind"),
                    parent_id=each.values.get("parent_id"),
                    latitude=None,
                    longitude=None,
                )
                for each in in_force.facts("place")
            },
            in_force.register.country,
        )
        self._ward = in_force.register.ward

    def municipality(self, request: Request) -> str | None:
        """The municipality of the place that her request names, or else of her home."""
        woman = self._facts.get(f"beneficiary:{request.beneficiary_id}")
        return self._map.municipality(request.place_id or (self._ward(woman.values) if woman else None))


# -- plans and long waits ----------------------------------------------------------------------------------------------


def _plan_after_the_fact(in_force: ActsInForce) -> Iterator[Finding]:
    for act_id, plan_id in _season(in_force).follows.items():
        plan, act = in_force.sequence(f"plan:{plan_id}"), in_force.sequence(act_id)
        if plan > act and plan not in in_force.imported:
            yield Finding(
                subject_id=f"plan:{plan_id}",
                acts=(plan,),
                evidence=(act,),
                sentence=Sentence(
                    "plan:%(plan_id)s was recorded after %(act_id)s, which it foresees.", plan_id=plan_id, act_id=act_id
                ),
            )


def _never_served(in_force: ActsInForce) -> Iterator[Finding]:
    season = _season(in_force)
    for request in _waiting(in_force):
        later = [
            each
            for each in season.served
            if each.help == request.help and each.asked_on > request.asked_on and each != request
        ]
        if later and in_force.as_of - request.asked_on > TOO_LONG:
            yield Finding(
                subject_id=f"request:{request.request_id}",
                acts=(in_force.sequence(f"request:{request.request_id}"),),
                evidence=tuple(sorted(in_force.sequence(season.served[each].act_id) for each in later)),
                sentence=Sentence(
                    "request:%(request_id)s has waited since %(asked_on)s; %(many)s who asked later were served.",
                    request_id=request.request_id,
                    asked_on=request.asked_on,
                    many=len(later),
                ),
            )


def _without_a_meeting(in_force: ActsInForce) -> Iterator[Finding]:
    for plan in _plans_where_meetings_are(in_force):
        if not plan.values.get("meeting_id"):
            yield Finding(
                subject_id=plan.act_id,
                acts=(in_force.sequence(plan.act_id),),
                sentence=Sentence("%(act_id)s names no meeting at which she was chosen.", act_id=plan.act_id),
            )


CHECKS: Final = (
    Check(
        check_id="served_out_of_order",
        title="served out of order",
        sentence="A woman received while another who lives near her and was ready came first by the public order.",
        why="Somebody may have been preferred; or the others could not take it that day.",
        severity="medium",
        population=_served,
        find=_served_out_of_order,
    ),
    Check(
        check_id="plan_after_the_fact",
        title="plan after the fact",
        sentence="A plan was recorded after the hand-over that it foresees.",
        why="Whoever received may have been chosen by nobody; or the plan lay in a drawer.",
        severity="medium",
        population=_plans,
        find=_plan_after_the_fact,
    ),
    Check(
        check_id="never_served",
        title="waits for years",
        sentence="A request has been open for more than two years, while women who asked later were served.",
        why="She may have been passed over, or have given up long ago.",
        severity="low",
        population=_waiting,
        find=_never_served,
    ),
    Check(
        check_id="chosen_without_a_meeting",
        title="chosen without a meeting",
        sentence="A plan names no meeting, though other plans do.",
        why="The committee may not have chosen her.",
        severity="low",
        population=_plans_where_meetings_are,
        find=_without_a_meeting,
    ),
)
