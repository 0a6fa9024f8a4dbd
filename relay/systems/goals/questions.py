"""What can be asked about goals."""

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
from relay.service.queries.parameters import AsOf, OfHer
from relay.service.question import Question, Source
from relay.systems.goals.progress import AT_MONTHS, Aim, Goal, IncomeChange, Progress, Ratio, Running

if TYPE_CHECKING:
    from relay.graph import Graph


def progress(graph: Graph, programme_id: str, as_of: date) -> Progress:
    """All goals of a programme, and how they go by a day.

    Raises:
        Unavailable: The database cannot be reached.
    """
    said = cache(partial(ledger.said, graph, programme_id, personal=True))
    women = one_woman(graph, programme_id, {row["beneficiary_id"] for row in said("goal")})
    return Progress.of(said, kept=women.kept, as_of=as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow(Aim):
    """A goal, and how many visits there were: when the last was, and what it found; None where nobody came."""

    status: str | None = None
    visited_on: date | None = None
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalsFound:
    """All goals on a day, and what came of them.

    Attributes:
        as_of: Reference day; what happens later does not count.
        goals: By id.
        running: How many run 12 and 24 months after they were set.
        income: How income changed.
        steps: Planned steps that are done, of those planned.
        building: Goals that run, as the last visit tells, of those that build on a placement.
        others: The same of those that build on none: an association, no proof.
        intervals: Which of these two → between which shares that of many more like them may lie, at 95 %.
        jobs: People whom running goals employ, for each goal that runs.
        unvisited: Open goals to which nobody came for twelve months, by id.
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


def found_in(known: Progress) -> GoalsFound:
    """What is told of all goals."""
    joined = {word: known.run_of(word) for word in ("building", "others")}
    return GoalsFound(
        as_of=known.as_of,
        goals=tuple(_row(known, goal) for goal in known.goals),
        running=tuple(known.running(months) for months in AT_MONTHS),
        income=known.income(),
        steps=known.steps_done(),
        **joined,
        intervals=intervals(joined),
        jobs=known.jobs(),
        unvisited=tuple(goal.goal_id for goal in known.unvisited()),
    )


def _row(known: Progress, goal: Goal) -> GoalRow:
    last, visits = known.last(goal), known.visits(goal)
    found = {"status": last.status, "visited_on": last.visited_on} if last else {}
    return read_columns(GoalRow, asdict(goal) | found | {"visits": len(visits)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals(Question[GoalsFound]):
    """All goals, how many of them run, and how income changed; no woman's income."""

    name = "goals"
    action = "goals"
    path = "goals"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> GoalsFound:
        """Goals by id, and figures of all of them."""
        return found_in(progress(source.graph, programme_id, self.as_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalsOf(OfHer[GoalRow]):
    """The goals of one woman, and what the last visitor found; no income. Personal."""

    name = "goals_of"
    action = "goals"
    path = "beneficiaries/<id>/goals"

    def answer(self, source: Source, programme_id: str) -> tuple[GoalRow, ...]:
        """By id; none of a woman whom the reader may not find."""
        known = progress(source.graph, programme_id, self.as_of)
        her = source.her(programme_id, self.id)
        return tuple(_row(known, goal) for goal in known.goals if goal.beneficiary_id in her)


QUESTIONS: Final = (Goals, GoalsOf)
OF_HER: Final = GoalsOf
