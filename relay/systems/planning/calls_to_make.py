"""Whom to call before a hand-over or about an old request, as a list to print or to go through with a telephone.

Relay sends nothing: somebody whom the women know calls them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from relay.reports.field.contacts import Contact
    from relay.systems.planning.reading import Planned

SOON: Final = timedelta(days=30)
"""Time before a hand-over at which women are called (our choice: the day can still be changed)."""

Why = Literal["receives", "hands_over", "still_waits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to make.

    Attributes:
        why: What it is about.
        day: Day of the hand-over, or day on which she asked.
        beneficiary_id: Id of the woman to call.
        act_id: Id of the plan or request, where the result is recorded.
    """

    why: Why
    day: date
    beneficiary_id: str
    act_id: str

    @property
    def question(self) -> Sentence:
        """What to ask her."""
        if self.why == "receives":
            return Sentence("She is to receive on %(day)s. Does the day suit her, and is all ready?", day=self.day)
        if self.why == "hands_over":
            return Sentence(
                "She is to hand over on %(day)s. Are the animals well, and does the day suit her?", day=self.day
            )
        return Sentence("She asked on %(day)s. Does she still want it, and what has she ready?", day=self.day)


def calls(planned: Planned, holders: Mapping[str, str]) -> tuple[Call, ...]:
    """All calls to make: for hand-overs in the next 30 days, by day; then about old requests, oldest first.

    Args:
        planned: Requests and plans on the day.
        holders: Placement → id of its holder.
    """
    hand_overs = sorted(_hand_overs(planned, holders), key=lambda call: (call.day, call.act_id, call.why))
    season = planned.season
    old = [
        Call(why="still_waits", day=each.asked_on, beneficiary_id=each.beneficiary_id, act_id=each.act_id)
        for each in season.requests
        if season.is_stale(each)
    ]
    return (*hand_overs, *old)


def _hand_overs(planned: Planned, holders: Mapping[str, str]) -> Iterator[Call]:
    today = planned.season.as_of
    for plan in planned.season.open_plans:
        if plan.expected_on and today <= plan.expected_on <= today + SOON:
            yield Call(why="receives", day=plan.expected_on, beneficiary_id=plan.beneficiary_id, act_id=plan.act_id)
            if giver := holders.get(plan.giver_placement_id or ""):
                yield Call(why="hands_over", day=plan.expected_on, beneficiary_id=giver, act_id=plan.act_id)


def shared(people: Mapping[str, Contact]) -> Collection[str]:
    """Telephone numbers shared by several of some women, where the caller should first ask who is speaking."""
    times = Counter(each.phone for each in people.values() if each.phone)
    return {phone for phone, many in times.items() if many > 1}
