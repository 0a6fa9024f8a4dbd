"""How goals go, worked out from what was recorded, in whatever order it arrived.

Days and ids alone decide: of two visits of one day the one with the later id counts. Income is net, in rupees a month:
what came in, less what was spent, by the months that both cover; the work of one's own family has no price.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import Any, Final, Self

from relay.domain.acts import OfAct
from relay.domain.model import Quantity, add_months
from relay.service.json_codec import read_columns
from relay.systems.goals.kinds import Status

RUNS: Final = frozenset({"running", "reached"})
CLOSED: Final = frozenset({"stopped", "reached"})
"""Nothing more is expected of a goal in these states."""

AT_MONTHS: Final = (12, 24)
AROUND_MONTHS: Final = 3
"""So far before and after the day a visit still tells how a goal stood on it."""
UNVISITED_MONTHS: Final = 12
FEWEST: Final = 5
FEW: Final = "<5"
"""Fewer women than so many are told as few: in a village everybody knows who they are."""


Said = Callable[[str], Iterable[dict[str, Any]]]
"""Kind of act → what the acts of it say, column by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a woman wants to live on, as the columns of her goal say it, without any income; None where nobody said.

    Attributes:
        beneficiary_id: Her main id.
        activity: The programme's own word, or several.
        placement_id: On which placement it builds; None for none.
    """

    goal_id: str
    beneficiary_id: str
    kind: str
    activity: str
    set_on: date
    target_on: date | None = None
    placement_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(OfAct, Aim):
    """The same with her income, in rupees a month, net: before, and to reach; None where it is not known."""

    baseline_income: float | None = None
    target_income: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalVisit:
    """What a visitor found, as the columns of the visit say it; None where nobody asked, or it may not be told.

    Attributes:
        income: Rupees that came in over the months covered.
        expenses: Rupees spent over the same months.
        months_covered: How many.
        jobs: People whom the goal employs, herself included.
    """

    goal_visit_id: str
    goal_id: str
    visited_on: date
    status: Status
    income: float | None = None
    expenses: float | None = None
    months_covered: int | None = None
    jobs: float | None = None

    @property
    def act_id(self) -> str:
        """Of its act, "kind:id"."""
        return f"goal_visit:{self.goal_visit_id}"

    @property
    def net_income(self) -> float | None:
        """Rupees a month, net; None where one of the three figures is missing."""
        if self.income is None or self.expenses is None or not self.months_covered:
            return None
        return (self.income - self.expenses) / self.months_covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step on the way, such as "training": by when it is planned and when it was done; None for not."""

    goal_id: str
    step: str
    planned_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A share with what it is made of, told as few where it would point at fewer than five women.

    Attributes:
        numerator: How many; "<5" where that tells of fewer than five women.
        denominator: Of how many; the same.
        share: Numerator by denominator; None where either is not told, or there is nothing to count.
    """

    numerator: Quantity | str
    denominator: Quantity | str
    share: float | None

    def __str__(self) -> str:
        """What it is made of, as a terminal tells it."""
        return f"{self.numerator} of {self.denominator}"


def ratio(numerator: Quantity, denominator: Quantity, *, counted: Collection[str], of: Collection[str]) -> Ratio:
    """A share, of which numerator and denominator tell of some women.

    Args:
        numerator: How many.
        denominator: Of how many.
        counted: The women of whom the numerator tells.
        of: Those of whom the denominator does.

    >>> ratio(6, 8, counted="abcdef", of="abcdefgh")
    Ratio(numerator=6, denominator=8, share=0.75)
    >>> ratio(2, 8, counted="ab", of="abcdefgh"), ratio(0, 0, counted="", of="")
    (Ratio(numerator='<5', denominator=8, share=None), Ratio(numerator='<5', denominator='<5', share=None))
    """
    if len({*of}) < FEWEST:
        return Ratio(numerator=FEW, denominator=FEW, share=None)
    if len({*counted}) < FEWEST:
        return Ratio(numerator=FEW, denominator=denominator, share=None)
    return Ratio(numerator=numerator, denominator=denominator, share=numerator / denominator if denominator else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How many goals run so many months after they were set.

    Attributes:
        of_set: Of all that were set so long ago; who was not found, or not visited, does not count as running.
        of_found: Of those among them that a visitor found.
    """

    months: int
    of_set: Ratio
    of_found: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeChange:
    """How income changed, of goals of which it is known before and after; inflation is not taken out.

    Attributes:
        known: Goals with both figures, of all.
        above_baseline: Goals whose newest income is above that before, of those with both figures.
        median: Rupees a month by which the newest income differs from that before; None where fewer than five women are
            known.
    """

    known: Ratio
    above_baseline: Ratio
    median: float | None


class Progress:
    """All goals that were set by a day, and how they go."""

    def __init__(
        self, *, goals: Iterable[Goal], steps: Iterable[Step], visits: Iterable[GoalVisit], as_of: date
    ) -> None:
        """Of all that are recorded, leave out what had not happened by the day."""
        self.as_of = as_of
        self.goals = tuple(sorted((each for each in goals if each.set_on <= as_of), key=lambda each: each.goal_id))
        self.steps = tuple(steps)
        self._visits: dict[str, list[GoalVisit]] = defaultdict(list)
        for visit in sorted(visits, key=lambda each: (each.visited_on, each.goal_visit_id)):
            if visit.visited_on <= as_of:
                self._visits[visit.goal_id].append(visit)

    @classmethod
    def of(cls, said: Said, *, kept: Callable[[str], str], as_of: date) -> Self:
        """From what gives the columns of acts by their kind, and the main id of a woman."""
        return cls(
            goals=[read_columns(Goal, row | {"beneficiary_id": kept(row["beneficiary_id"])}) for row in said("goal")],
            steps=[read_columns(Step, row) for row in said("goal_step")],
            visits=[read_columns(GoalVisit, row) for row in said("goal_visit")],
            as_of=as_of,
        )

    def visits(self, goal: Goal) -> tuple[GoalVisit, ...]:
        """The visits to a goal by the day, in order."""
        return tuple(self._visits.get(goal.goal_id, ()))

    def last(self, goal: Goal) -> GoalVisit | None:
        """The last of them; None where nobody came."""
        return next(reversed(self.visits(goal)), None)

    def is_open(self, goal: Goal) -> bool:
        """Whether something is still expected of a goal."""
        last = self.last(goal)
        return last is None or last.status not in CLOSED

    def unvisited(self) -> tuple[Goal, ...]:
        """The open goals to which nobody came for twelve months, by id."""
        return tuple(
            goal
            for goal in self.goals
            if self.is_open(goal)
            and add_months(last.visited_on if (last := self.last(goal)) else goal.set_on, UNVISITED_MONTHS)
            <= self.as_of
        )

    # -- figures -----------------------------------------------------------------------------------------------------

    @cached_property
    def counted(self) -> Mapping[str, Sequence[Goal]]:
        """What its numbers count, in a word → goals by id.

        "set_12", of these "found_12" and "run_12", and the same after 24 months; "running", as the last visit tells;
        "building" on a placement and "others", and of these "building_run" and "others_run".
        """
        running = [goal for goal in self.goals if (visit := self.last(goal)) and visit.status in RUNS]
        building = [goal for goal in self.goals if goal.placement_id is not None]
        others = [goal for goal in self.goals if goal.placement_id is None]
        found: dict[str, Sequence[Goal]] = {"running": running, "building": building, "others": others}
        run = frozenset(running)
        found |= {f"{word}_run": [goal for goal in found[word] if goal in run] for word in ("building", "others")}
        for months in AT_MONTHS:
            set_ = [goal for goal in self.goals if add_months(goal.set_on, months) <= self.as_of]
            seen = {goal: visit for goal in set_ if (visit := self._around(goal, months))}
            found[f"set_{months}"] = set_
            found[f"found_{months}"] = [goal for goal, visit in seen.items() if visit.status != "not_found"]
            found[f"run_{months}"] = [goal for goal, visit in seen.items() if visit.status in RUNS]
        return found

    def running(self, months: int) -> Running:
        """How many of the goals set so many months ago run."""
        run, set_, found = (self.counted[f"{word}_{months}"] for word in ("run", "set", "found"))
        return Running(months=months, of_set=_of_women(run, set_), of_found=_of_women(run, found))

    def _around(self, goal: Goal, months: int) -> GoalVisit | None:
        """The last visit around the day so many months after a goal was set."""
        since, until = (add_months(goal.set_on, months + off) for off in (-AROUND_MONTHS, AROUND_MONTHS))
        around = [visit for visit in self.visits(goal) if since <= visit.visited_on <= until]
        return next(reversed(around), None)

    @cached_property
    def changes(self) -> Mapping[Goal, float]:
        """Goal → rupees a month by which its newest income differs from that before, where both are known."""
        newest = {
            goal: [net for visit in self.visits(goal) if (net := visit.net_income) is not None] for goal in self.goals
        }
        return {
            goal: known[-1] - goal.baseline_income
            for goal, known in newest.items()
            if known and goal.baseline_income is not None
        }

    def income(self) -> IncomeChange:
        """How income changed, of goals with both figures."""
        above = [goal for goal, change in self.changes.items() if change > 0]
        enough = len({goal.beneficiary_id for goal in self.changes}) >= FEWEST
        return IncomeChange(
            known=_of_women(self.changes, self.goals),
            above_baseline=_of_women(above, self.changes),
            median=median(self.changes.values()) if enough else None,
        )

    def steps_done(self) -> Ratio:
        """Planned steps that are done, of all that are planned; a step that a goal plans twice is one."""
        women = {goal.goal_id: goal.beneficiary_id for goal in self.goals}
        planned = {(each.goal_id, each.step) for each in self.steps if each.planned_on and each.goal_id in women}
        done = planned & {
            (each.goal_id, each.step) for each in self.steps if each.done_on and each.done_on <= self.as_of
        }
        return ratio(
            len(done), len(planned), counted=[women[goal] for goal, _ in done], of=[women[goal] for goal, _ in planned]
        )

    def run_of(self, word: str) -> Ratio:
        """Goals that run, as the last visit tells, of those "building" on a placement, or of the "others"."""
        return _of_women(self.counted[f"{word}_run"], self.counted[word])

    def jobs(self) -> Ratio:
        """People whom running goals employ, for each goal that runs."""
        running = self.counted["running"]
        jobs = sum(visit.jobs or 0 for goal in running if (visit := self.last(goal)))
        women = [goal.beneficiary_id for goal in running]
        return ratio(int(jobs) if jobs == int(jobs) else jobs, len(running), counted=women, of=women)


def _of_women(counted: Collection[Goal], of: Collection[Goal]) -> Ratio:
    return ratio(
        len(counted),
        len(of),
        counted=[goal.beneficiary_id for goal in counted],
        of=[goal.beneficiary_id for goal in of],
    )
