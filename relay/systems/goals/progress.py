"""How goals are going, worked out from acts recorded in any order.

Only days and ids matter: of two visits on one day, the one with the later id counts. Income is net, in rupees a month:
what came in, less what was spent, divided by the months that both cover. The unpaid work of the family is not priced.
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
"""States of a goal after which no more visits are expected."""

AT_MONTHS: Final = (12, 24)
AROUND_MONTHS: Final = 3
"""A visit counts for a day if it is at most so many months before or after it."""
UNVISITED_MONTHS: Final = 12
FEWEST: Final = 5
FEW: Final = "<5"
"""Shown in place of a number of women below `FEWEST`: in a village, people would know who they are."""


ActsOfKind = Callable[[str], Iterable[dict[str, Any]]]
"""Gives the acts of a kind, each as column → value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A woman's goal without any income, with the columns of its act; None if not recorded.

    Attributes:
        goal_id: Id of the goal.
        beneficiary_id: Her main id.
        kind: Kind of the goal.
        activity: The programme's word for the activity, or several words.
        set_on: Day on which the goal was set.
        target_on: Day by which it is to be reached.
        placement_id: Id of the placement that it builds on; None for none.
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
    """A goal with her income before and her target income, net, in rupees a month; None if unknown."""

    baseline_income: float | None = None
    target_income: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalVisit:
    """What a visitor found, with the columns of the visit; None if not asked, or if the reader may not see it.

    Attributes:
        goal_visit_id: Id of the visit.
        goal_id: Id of the goal.
        visited_on: Day of the visit.
        status: State of the goal.
        income: Rupees that came in over the months covered.
        expenses: Rupees spent over the same months.
        months_covered: Number of these months.
        jobs: Number of people who work for the goal, herself included.
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
        """The id of its act, "kind:id"."""
        return f"goal_visit:{self.goal_visit_id}"

    @property
    def net_income(self) -> float | None:
        """Net rupees a month; None if one of the three figures is missing."""
        if self.income is None or self.expenses is None or not self.months_covered:
            return None
        return (self.income - self.expenses) / self.months_covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step to a goal, such as "training": when it is planned, and when it was done; None for not."""

    goal_id: str
    step: str
    planned_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A share with its numerator and denominator, which are replaced by "<5" if they count fewer than five women.

    Attributes:
        numerator: A number, or "<5".
        denominator: A number, or "<5".
        share: Numerator divided by denominator; None if either is "<5", or if the denominator is 0.
    """

    numerator: Quantity | str
    denominator: Quantity | str
    share: float | None

    def __str__(self) -> str:
        """The share with numerator and denominator, as it is shown in a terminal."""
        return f"{self.numerator} of {self.denominator}"


def ratio(numerator: Quantity, denominator: Quantity, *, counted: Collection[str], of: Collection[str]) -> Ratio:
    """A share of which numerator and denominator concern some women.

    Args:
        numerator: The numerator.
        denominator: The denominator.
        counted: The women whom the numerator concerns.
        of: The women whom the denominator concerns.

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
    """How many goals are running a number of months after they were set.

    Attributes:
        months: The number of months.
        of_set: Of all goals set so long ago; those not visited, or whose woman was not found, do not count as running.
        of_found: Of those whose woman a visitor found.
    """

    months: int
    of_set: Ratio
    of_found: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeChange:
    """How income changed in goals with income before and after; inflation is not taken out.

    Attributes:
        known: Goals with both figures, of all goals.
        above_baseline: Goals whose newest income is above the baseline, of those with both figures.
        median: Median of newest income less baseline, in rupees a month; None for fewer than five women.
    """

    known: Ratio
    above_baseline: Ratio
    median: float | None


class Progress:
    """All goals that were set by a day, and how they are going."""

    def __init__(
        self, *, goals: Iterable[Goal], steps: Iterable[Step], visits: Iterable[GoalVisit], as_of: date
    ) -> None:
        """Take recorded goals, steps and visits, and leave out what had not happened by the day."""
        self.as_of = as_of
        self.goals = tuple(sorted((each for each in goals if each.set_on <= as_of), key=lambda each: each.goal_id))
        self.steps = tuple(steps)
        self._visits: dict[str, list[GoalVisit]] = defaultdict(list)
        for visit in sorted(visits, key=lambda each: (each.visited_on, each.goal_visit_id)):
            if visit.visited_on <= as_of:
                self._visits[visit.goal_id].append(visit)

    @classmethod
    def of(cls, acts_of: ActsOfKind, *, main_id: Callable[[str], str], as_of: date) -> Self:
        """Read goals, steps and visits.

        Args:
            acts_of: Gives the columns of all acts of a kind.
            main_id: Gives the main id of a woman.
            as_of: Reference day; what happens later does not count.
        """
        return cls(
            goals=[
                read_columns(Goal, row | {"beneficiary_id": main_id(row["beneficiary_id"])}) for row in acts_of("goal")
            ],
            steps=[read_columns(Step, row) for row in acts_of("goal_step")],
            visits=[read_columns(GoalVisit, row) for row in acts_of("goal_visit")],
            as_of=as_of,
        )

    def visits(self, goal: Goal) -> tuple[GoalVisit, ...]:
        """The visits to a goal by the day, in order."""
        return tuple(self._visits.get(goal.goal_id, ()))

    def last(self, goal: Goal) -> GoalVisit | None:
        """The last visit to a goal; None if there was none."""
        return next(reversed(self.visits(goal)), None)

    def is_open(self, goal: Goal) -> bool:
        """Whether more visits to a goal are expected."""
        last = self.last(goal)
        return last is None or last.status not in CLOSED

    def unvisited(self) -> tuple[Goal, ...]:
        """Open goals without a visit in the last twelve months, by id."""
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
        """Word → goals that a number counts, by id.

        "set_12": set twelve months ago or more; of these "found_12" and "run_12"; the same for 24 months. "running": by
        the last visit. "building" on a placement and "others"; of these "building_run" and "others_run".
        """
        running = [goal for goal in self.goals if (visit := self.last(goal)) and visit.status in RUNS]
        building = [goal for goal in self.goals if goal.placement_id is not None]
        others = [goal for goal in self.goals if goal.placement_id is None]
        by_word: dict[str, Sequence[Goal]] = {"running": running, "building": building, "others": others}
        run = frozenset(running)
        by_word |= {f"{word}_run": [goal for goal in by_word[word] if goal in run] for word in ("building", "others")}
        for months in AT_MONTHS:
            set_ = [goal for goal in self.goals if add_months(goal.set_on, months) <= self.as_of]
            seen = {goal: visit for goal in set_ if (visit := self._around(goal, months))}
            by_word[f"set_{months}"] = set_
            by_word[f"found_{months}"] = [goal for goal, visit in seen.items() if visit.status != "not_found"]
            by_word[f"run_{months}"] = [goal for goal, visit in seen.items() if visit.status in RUNS]
        return by_word

    def running(self, months: int) -> Running:
        """How many of the goals set so many months ago are running."""
        run, set_, visited = (self.counted[f"{word}_{months}"] for word in ("run", "set", "found"))
        return Running(months=months, of_set=_of_women(run, set_), of_found=_of_women(run, visited))

    def _around(self, goal: Goal, months: int) -> GoalVisit | None:
        """The last visit around the day a number of months after a goal was set; None if there was none."""
        since, until = (add_months(goal.set_on, months + off) for off in (-AROUND_MONTHS, AROUND_MONTHS))
        around = [visit for visit in self.visits(goal) if since <= visit.visited_on <= until]
        return next(reversed(around), None)

    @cached_property
    def changes(self) -> Mapping[Goal, float]:
        """Goal → newest income less baseline, in rupees a month, for goals with both figures."""
        newest = {
            goal: [net for visit in self.visits(goal) if (net := visit.net_income) is not None] for goal in self.goals
        }
        return {
            goal: income[-1] - goal.baseline_income
            for goal, income in newest.items()
            if income and goal.baseline_income is not None
        }

    def income(self) -> IncomeChange:
        """How income changed in goals with both figures."""
        above = [goal for goal, change in self.changes.items() if change > 0]
        enough = len({goal.beneficiary_id for goal in self.changes}) >= FEWEST
        return IncomeChange(
            known=_of_women(self.changes, self.goals),
            above_baseline=_of_women(above, self.changes),
            median=median(self.changes.values()) if enough else None,
        )

    def steps_done(self) -> Ratio:
        """Planned steps that were done, of all planned; a step that a goal plans twice counts once."""
        women = {goal.goal_id: goal.beneficiary_id for goal in self.goals}
        planned = {(each.goal_id, each.step) for each in self.steps if each.planned_on and each.goal_id in women}
        done = planned & {
            (each.goal_id, each.step) for each in self.steps if each.done_on and each.done_on <= self.as_of
        }
        return ratio(
            len(done), len(planned), counted=[women[goal] for goal, _ in done], of=[women[goal] for goal, _ in planned]
        )

    def run_of(self, word: str) -> Ratio:
        """Goals running by the last visit, of those "building" on a placement or of the "others"."""
        return _of_women(self.counted[f"{word}_run"], self.counted[word])

    def jobs(self) -> Ratio:
        """People who work for running goals, for each running goal."""
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
