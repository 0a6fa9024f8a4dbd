"""How requests and plans stand on a day, worked out from what was recorded, in whatever order it arrived.

Days and ids alone decide: of two checks of one day the one with the later id counts, of two plans of one day the one
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
"""After so long without a request, check or plan of hers nobody knows whether she still waits."""
MISSED_DAYS: Final = 90
"""So long after the day on which it was expected a plan is missed."""


def words(said: object) -> frozenset[str]:
    """The words of a column of words; none where it is empty."""
    return frozenset(str(said).split(";")) if said else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCheck:
    """What she said when she was asked whether she still waits.

    Attributes:
        check_id: Id of the act.
        request_id: Id of the request.
        checked_on: When.
        wants: Whether she still does.
        ready: What of the programme's requirements she had by then; None where nothing was said of it.
    """

    check_id: str
    request_id: str
    checked_on: date
    wants: bool
    ready: frozenset[str] | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the columns of its act."""
        return cls(
            check_id=values["request_check_id"],
            request_id=values["request_id"],
            checked_on=date.fromisoformat(values["checked_on"]),
            wants=values["wants"] == "yes",
            ready=words(values["ready"]) if values.get("ready") else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A woman asks for a help.

    Attributes:
        request_id: Id of the act.
        beneficiary_id: Her main id.
        help: For which.
        asked_on: When.
        ready: What of the programme's requirements she had then.
        criteria: Codes by which the public order may know her; empty where the reader is not told.
        place_id: Where she is to receive it; None where she lives.
        ended_on: When somebody ended it; None while nobody did.
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
        """Of its act, "kind:id"."""
        return f"request:{self.request_id}"

    @classmethod
    def of(cls, values: Mapping[str, Any], *, woman: str, ended_on: object = None) -> Self:
        """From the columns of its act, her main id, and the day on which it was ended."""
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
    """The next receiver, named in advance.

    Attributes:
        plan_id: Id of the act.
        beneficiary_id: Her main id.
        help: Of what.
        chosen_on: When she was.
        giver_placement_id: Who passes on to her; None where a gift is placed with her.
        gift_id: Which gift; None where she receives from another.
        expected_on: When; None where nobody said.
        rank: Her place in the public order when she was chosen, of a proposal among those who could be served; None
            where nobody said.
        ended_on: When somebody ended it; None while nobody did.
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
        """Of its act, "kind:id"."""
        return f"plan:{self.plan_id}"

    @classmethod
    def of(cls, values: Mapping[str, Any], *, woman: str, ended_on: object = None) -> Self:
        """From the columns of its act, her main id, and the day on which it was ended."""
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
    """A woman received a help.

    Attributes:
        act_id: The pass-on or placement, "kind:id".
        beneficiary_id: Her main id.
        help: What.
        received_on: When.
        giver_placement_id: Id of a pass-on, who gave; else None.
        gift_id: Id of a placement, from which gift; else None.
        begins: Whether a placement of hers begins with it.
    """

    act_id: str
    beneficiary_id: str
    help: str
    received_on: date
    giver_placement_id: str | None = None
    gift_id: str | None = None
    begins: bool = True


def hand_overs(still_owed: int, given: int | None) -> int:
    """In how many hand-overs somebody passes on what she still owes, at least 1.

    Args:
        still_owed: Thousandths of a unit.
        given: The same that a placement is meant to receive under her rule; None where no rule binds her.
    """
    return max(1, still_owed // (given or still_owed or 1))


class Season:
    """All that was asked for and planned by a day, and what came of it."""

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
        """Leave out what had not happened by the day.

        Args:
            requests: All that are recorded.
            checks: The same.
            plans: The same.
            receipts: At least those of the women whom requests and plans name.
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
        """Pass-on or placement, "kind:id" → the plan that it follows: each follows one plan, the earliest."""
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
        """Plan → how it stands."""
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
        """Whether she received it while the plan was there: what came after its end has nothing to do with it."""
        return plan.chosen_on <= receipt.received_on and not (plan.ended_on and plan.ended_on < receipt.received_on)

    @cached_property
    def open_plans(self) -> tuple[Plan, ...]:
        """The plans that are open, by day and id."""
        return tuple(plan for plan in self.plans if self.plan_states[plan.plan_id] == "open")

    # -- requests ----------------------------------------------------------------------------------------------------

    @cached_property
    def request_states(self) -> Mapping[str, RequestState]:
        """Request → how it stands."""
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
        """Request → with what she was served: a placement of that help that began while it was open."""
        found: dict[Request, HelpReceived] = {}
        for request in self.requests:
            until = self.ended_on(request) or self.as_of
            for receipt in self._received(request.beneficiary_id, request.help):
                if receipt.begins and request.asked_on <= receipt.received_on <= until:
                    found[request] = receipt
                    break
        return found

    def ended_on(self, request: Request) -> date | None:
        """When a request ended, by an end or by her last word; None while it is open."""
        checks = self._checks.get(request.request_id, ())
        days = [checks[-1].checked_on] if checks and not checks[-1].wants else []
        if request.ended_on and request.ended_on <= self.as_of:
            days.append(request.ended_on)
        return min(days, default=None)

    def ready(self, request: Request, by: date | None = None) -> frozenset[str]:
        """What of the requirements she has, by what was said last; or had by an earlier day."""
        checks = self._checks.get(request.request_id, ())
        said = [each.ready for each in checks if each.ready is not None and each.checked_on <= (by or self.as_of)]
        return said[-1] if said else request.ready

    def is_ready(self, beneficiary_id: str, help_: str) -> bool:
        """Whether a woman has all that the programme requires, by a request of hers for a help."""
        hers = (each for each in self.requests if (each.beneficiary_id, each.help) == (beneficiary_id, help_))
        return not self.requires or any(self.requires <= self.ready(each) for each in hers)

    def is_stale(self, request: Request) -> bool:
        """Whether an open request is one of whose woman nothing was asked, checked or planned for a year."""
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
        found: dict[tuple[str, str], list[HelpReceived]] = defaultdict(list)
        for receipt in self.receipts:
            found[receipt.beneficiary_id, receipt.help].append(receipt)
        return found
