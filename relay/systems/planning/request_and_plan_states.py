"""The states of requests and plans on a day, worked out from acts recorded in any order.

Only days and ids matter: of two checks on one day, the one with the later id counts; of two plans on one day, the one
with the earlier id is followed first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, Self

from relay.domain.model import day_if_said
from relay.systems.planning.kinds import PlanState, RequestState

OPEN_REQUESTS: Final[frozenset[RequestState]] = frozenset({"waiting", "ready", "planned"})

STALE_DAYS: Final = 365
"""A request is stale after so many days without a request, check or plan of the same woman."""
MISSED_DAYS: Final = 90
"""A plan is missed so many days after the day on which it was expected."""


def words(cell: object) -> frozenset[str]:
    """The words in a column of words; empty if the column is."""
    return frozenset(str(cell).split(";")) if cell else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCheck:
    """A woman's answer when she was asked whether she still waits.

    Attributes:
        check_id: Id of the act.
        request_id: Id of the request.
        checked_on: Day on which she was asked.
        wants: Whether she still wants the help.
        ready: Requirements of the programme that she met by then; None if not asked.
    """

    check_id: str
    request_id: str
    checked_on: date
    wants: bool
    ready: frozenset[str] | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Make a check from the columns of its act."""
        return cls(
            check_id=values["request_check_id"],
            request_id=values["request_id"],
            checked_on=date.fromisoformat(values["checked_on"]),
            wants=values["wants"] == "yes",
            ready=words(values["ready"]) if values.get("ready") else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A woman's request for a help.

    Attributes:
        request_id: Id of the act.
        beneficiary_id: Her main id.
        help: Help that she asks for.
        asked_on: Day on which she asked.
        ready: Requirements of the programme that she met then.
        criteria: Criteria of the public order that apply to her; empty if the reader may not see them.
        place_id: Id of the place where she is to receive; None for where she lives.
        ended_on: Day on which somebody ended it; None while nobody has.
    """

    request_id: str
    beneficiary_id: str
    help: str
    asked_on: date
    ready: frozenset[str] = frozenset()
    criteria: frozenset[str] = frozenset()
    place_id: str | None = None
    ended_on: date | None = None

    @property
    def act_id(self) -> str:
        """The id of its act, "kind:id"."""
        return f"request:{self.request_id}"

    @classmethod
    def of(cls, values: Mapping[str, Any], *, woman: str, ended_on: object = None) -> Self:
        """Make a request from the columns of its act, her main id, and the day on which it was ended."""
        return cls(
            request_id=values["request_id"],
            beneficiary_id=woman,
            help=values["help"],
            asked_on=date.fromisoformat(values["asked_on"]),
            ready=words(values.get("ready")),
            criteria=words(values.get("criteria")),
            place_id=values.get("place_id"),
            ended_on=day_if_said(ended_on),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan for the next receiver.

    Attributes:
        plan_id: Id of the act.
        beneficiary_id: Her main id.
        help: Help that she is to receive.
        chosen_on: Day on which she was chosen.
        giver_placement_id: Id of the placement that passes on; None if a gift is to be placed.
        gift_id: Id of the gift that is to be placed; None if a placement passes on.
        expected_on: Day on which she is to receive; None if not given.
        rank: Her rank in the public order when she was chosen; in a proposal, among those who could be served. None if
            not given.
        ended_on: Day on which somebody ended it; None while nobody has.
    """

    plan_id: str
    beneficiary_id: str
    help: str
    chosen_on: date
    giver_placement_id: str | None = None
    gift_id: str | None = None
    expected_on: date | None = None
    rank: int | None = None
    ended_on: date | None = None

    @property
    def act_id(self) -> str:
        """The id of its act, "kind:id"."""
        return f"plan:{self.plan_id}"

    @classmethod
    def of(cls, values: Mapping[str, Any], *, woman: str, ended_on: object = None) -> Self:
        """Make a plan from the columns of its act, her main id, and the day on which it was ended."""
        return cls(
            plan_id=values["plan_id"],
            beneficiary_id=woman,
            help=values["help"],
            chosen_on=date.fromisoformat(values["chosen_on"]),
            giver_placement_id=values.get("giver_placement_id"),
            gift_id=values.get("gift_id"),
            expected_on=day_if_said(values.get("expected_on")),
            rank=None if values.get("rank") is None else int(values["rank"]),
            ended_on=day_if_said(ended_on),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpReceived:
    """A receipt of help by a woman.

    Attributes:
        act_id: Id of the pass-on or placement, "kind:id".
        beneficiary_id: Her main id.
        help: Help that she received.
        received_on: Day of the receipt.
        giver_placement_id: Id of the placement that passed it on, or None.
        gift_id: Id of the gift that it was placed from, or None.
        begins: Whether it began a placement of hers.
    """

    act_id: str
    beneficiary_id: str
    help: str
    received_on: date
    giver_placement_id: str | None = None
    gift_id: str | None = None
    begins: bool = True


def hand_overs(still_owed: int, given: int | None) -> int:
    """The number of hand-overs in which what is still owed will be passed on, at least 1.

    Args:
        still_owed: Thousandths still owed.
        given: Thousandths that a placement normally receives under the rule; None if no rule binds her.
    """
    return max(1, still_owed // (given or still_owed or 1))


class Season:
    """All requests and plans by a day, and their states."""

    def __init__(
        self,
        *,
        requests: Iterable[Request],
        checks: Iterable[RequestCheck],
        plans: Iterable[Plan],
        receipts: Iterable[HelpReceived],
        as_of: date,
        requires: frozenset[str] = frozenset(),
    ) -> None:
        """Take requests, checks, plans and receipts, and leave out what had not happened by the day.

        Args:
            requests: All recorded requests.
            checks: All recorded checks.
            plans: All recorded plans.
            receipts: At least those of the women named by requests and plans.
            as_of: Reference day; what happens later does not count.
            requires: What the programme requires of a woman before she is ready.
        """
        self.as_of = as_of
        self.requires = requires
        self.requests = tuple(
            sorted(
                (each for each in requests if each.asked_on <= as_of), key=lambda each: (each.asked_on, each.request_id)
            )
        )
        self.plans = tuple(
            sorted((each for each in plans if each.chosen_on <= as_of), key=lambda each: (each.chosen_on, each.plan_id))
        )
        self.receipts = tuple(
            sorted(
                (each for each in receipts if each.received_on <= as_of),
                key=lambda each: (each.received_on, each.act_id),
            )
        )
        self._checks: dict[str, list[RequestCheck]] = defaultdict(list)
        for check in sorted(checks, key=lambda each: (each.checked_on, each.check_id)):
            if check.checked_on <= as_of:
                self._checks[check.request_id].append(check)

    # -- plans -------------------------------------------------------------------------------------------------------

    @cached_property
    def follows(self) -> Mapping[str, str]:
        """Pass-on or placement, "kind:id" → the plan that it follows; each follows one plan, the earliest."""
        taken: dict[str, str] = {}
        for plan in self.plans:
            for receipt in self._received(plan.beneficiary_id, plan.help):
                from_whom = (receipt.giver_placement_id, receipt.gift_id)
                meant = from_whom in ((plan.giver_placement_id, None), (None, plan.gift_id))
                if meant and receipt.act_id not in taken and self._while_open(plan, receipt):
                    taken[receipt.act_id] = plan.plan_id
                    break
        return taken

    @cached_property
    def plan_states(self) -> Mapping[str, PlanState]:
        """Plan id → state."""
        followed = frozenset(self.follows.values())
        return {plan.plan_id: self._plan_state(plan, followed) for plan in self.plans}

    def _plan_state(self, plan: Plan, followed: frozenset[str]) -> PlanState:
        if plan.plan_id in followed:
            return "followed"
        if any(self._while_open(plan, each) for each in self._received(plan.beneficiary_id, plan.help)):
            return "overtaken"
        if plan.ended_on and plan.ended_on <= self.as_of:
            return "ended"
        if plan.expected_on and plan.expected_on + timedelta(days=MISSED_DAYS) < self.as_of:
            return "missed"
        return "open"

    def _while_open(self, plan: Plan, receipt: HelpReceived) -> bool:
        """Whether she received it while the plan existed; what came after the plan's end does not follow it."""
        return plan.chosen_on <= receipt.received_on and not (plan.ended_on and plan.ended_on < receipt.received_on)

    @cached_property
    def open_plans(self) -> tuple[Plan, ...]:
        """The plans that are open, by day and id."""
        return tuple(plan for plan in self.plans if self.plan_states[plan.plan_id] == "open")

    # -- requests ----------------------------------------------------------------------------------------------------

    @cached_property
    def request_states(self) -> Mapping[str, RequestState]:
        """Request id → state."""
        planned = frozenset((plan.beneficiary_id, plan.help) for plan in self.open_plans)
        return {each.request_id: self._request_state(each, planned) for each in self.requests}

    def _request_state(self, request: Request, planned: frozenset[tuple[str, str]]) -> RequestState:
        if request in self.served:
            return "served"
        if self.ended_on(request):
            return "ended"
        if (request.beneficiary_id, request.help) in planned:
            return "planned"
        return "ready" if self.requires <= self.ready(request) else "waiting"

    @cached_property
    def served(self) -> Mapping[Request, HelpReceived]:
        """Request → the receipt that served it: one of that help that began a placement while the request was open."""
        receipt_of: dict[Request, HelpReceived] = {}
        for request in self.requests:
            until = self.ended_on(request) or self.as_of
            for receipt in self._received(request.beneficiary_id, request.help):
                if receipt.begins and request.asked_on <= receipt.received_on <= until:
                    receipt_of[request] = receipt
                    break
        return receipt_of

    def ended_on(self, request: Request) -> date | None:
        """The day on which a request ended, by an end or by her last answer; None while it is open."""
        checks = self._checks.get(request.request_id, ())
        days = [checks[-1].checked_on] if checks and not checks[-1].wants else []
        if request.ended_on and request.ended_on <= self.as_of:
            days.append(request.ended_on)
        return min(days, default=None)

    def ready(self, request: Request, by: date | None = None) -> frozenset[str]:
        """The requirements that she meets by her last answer, or by her last answer up to an earlier day."""
        checks = self._checks.get(request.request_id, ())
        answers = [each.ready for each in checks if each.ready is not None and each.checked_on <= (by or self.as_of)]
        return answers[-1] if answers else request.ready

    def is_ready(self, beneficiary_id: str, help_: str) -> bool:
        """Whether a woman meets all requirements, by one of her requests for a help."""
        hers = (each for each in self.requests if (each.beneficiary_id, each.help) == (beneficiary_id, help_))
        return not self.requires or any(self.requires <= self.ready(each) for each in hers)

    def is_stale(self, request: Request) -> bool:
        """Whether an open request is stale: nothing was asked, checked or planned about the woman for a year."""
        if self.request_states[request.request_id] not in OPEN_REQUESTS:
            return False
        return (self.as_of - self._last_word[request.beneficiary_id]).days >= STALE_DAYS

    @cached_property
    def _last_word(self) -> Mapping[str, date]:
        words_ = [(each.beneficiary_id, each.asked_on) for each in self.requests]
        words_ += [
            (each.beneficiary_id, check.checked_on)
            for each in self.requests
            for check in self._checks.get(each.request_id, ())
        ]
        words_ += [(plan.beneficiary_id, plan.chosen_on) for plan in self.plans]
        last: dict[str, date] = {}
        for woman, day in words_:
            last[woman] = max(day, last.get(woman, day))
        return last

    def has_received(self, beneficiary_id: str) -> bool:
        """Whether a woman had received any help by the day."""
        return beneficiary_id in self._receivers

    @cached_property
    def _receivers(self) -> frozenset[str]:
        return frozenset(each.beneficiary_id for each in self.receipts)

    def _received(self, beneficiary_id: str, help_: str) -> Sequence[HelpReceived]:
        return self._by_woman.get((beneficiary_id, help_), ())

    @cached_property
    def _by_woman(self) -> Mapping[tuple[str, str], Sequence[HelpReceived]]:
        receipts: dict[tuple[str, str], list[HelpReceived]] = defaultdict(list)
        for receipt in self.receipts:
            receipts[receipt.beneficiary_id, receipt.help].append(receipt)
        return receipts
