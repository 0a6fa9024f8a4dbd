"""The questions about goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from relay.audit.error_rate import intervals
from relay.ledger import reading as ledger
from relay.ledger.her_ids import one_woman
from relay.service.json_codec import read_columns
from relay.service.question import Question, Source
from relay.service.questions.parameters import AsOf, OfHer
from relay.systems.goals.progress import AT_MONTHS, Aim, Goal, IncomeChange, Progress, Ratio, Running

if TYPE_CHECKING:
    from relay.graph import Graph


def progress(graph: Graph, programme_id: str, as_of: date) -> Progress:
    """All goals of a programme, and how they are going on a day.

    Raises:
        Unavailable: The database cannot be reached.
    """
    acts_of = cache(partial(ledger.said, graph, programme_id, personal=True))
    women = one_woman(graph, programme_id, {row["beneficiary_id"] for row in acts_of("goal")})
    return Progress.of(acts_of, main_id=women.kept, as_of=as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow(Aim):
    """A goal, its number of visits, and day and state of the last visit; None if there was none."""

    status: str | None = None
    visited_on: date | None = None
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalsReport:
    """All goals on a day, and how they are going.

    Attributes:
        as_of: Reference day; what happens later does not count.
        goals: Sorted by id.
        running: How many are running 12 and 24 months after they were set.
        income: How income changed.
        steps: Planned steps that were done, of all planned.
        building: Goals running by the last visit, of those that build on a placement.
        others: The same for those that build on none; a difference shows an association, not a cause.
        intervals: Name of each of these two → 95 % confidence interval of its share.
        jobs: People who work for running goals, for each running goal.
        unvisited: Open goals without a visit in the last twelve months, by id.
    """

    as_of: date
    goals: tuple[GoalRow, ...]
    running: tuple[Running, ...]
    income: IncomeChange
    steps: Ratio
    building: Ratio
    others: Ratio
    intervals: Mapping[str, tuple[float, float]]
    jobs: Ratio
    unvisited: tuple[str, ...]


def goals_report(progress_: Progress) -> GoalsReport:
    """The answer for all goals."""
    joined = {word: progress_.run_of(word) for word in ("building", "others")}
    return GoalsReport(
        as_of=progress_.as_of,
        goals=tuple(_row(progress_, goal) for goal in progress_.goals),
        running=tuple(progress_.running(months) for months in AT_MONTHS),
        income=progress_.income(),
        steps=progress_.steps_done(),
        **joined,
        intervals=intervals(joined),
        jobs=progress_.jobs(),
        unvisited=tuple(goal.goal_id for goal in progress_.unvisited()),
    )


def _row(progress_: Progress, goal: Goal) -> GoalRow:
    last, visits = progress_.last(goal), progress_.visits(goal)
    last_visit = {"status": last.status, "visited_on": last.visited_on} if last else {}
    return read_columns(GoalRow, asdict(goal) | last_visit | {"visits": len(visits)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals(Question[GoalsReport]):
    """All goals, how many of them run, and how income changed; no woman's income."""

    name = "goals"
    action = "goals"
    path = "goals"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> GoalsReport:
        """Goals by id, and figures of all of them."""
        return goals_report(progress(source.graph, programme_id, self.as_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalsOf(OfHer[GoalRow]):
    """The goals of one woman, and what the last visitor found; no income. Personal."""

    name = "goals_of"
    action = "goals"
    path = "beneficiaries/<id>/goals"

    def answer(self, source: Source, programme_id: str) -> tuple[GoalRow, ...]:
        """Sorted by id; empty if the reader may not see this woman."""
        progress_ = progress(source.graph, programme_id, self.as_of)
        her = source.her(programme_id, self.id)
        return tuple(_row(progress_, goal) for goal in progress_.goals if goal.beneficiary_id in her)


QUESTIONS: Final = (Goals, GoalsOf)
OF_HER: Final = GoalsOf
