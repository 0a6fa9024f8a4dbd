"""How goals go, worked out by hand, and by an oracle in plain Python on goals that were drawn."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median
from typing import Any, Final, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.domain.model import add_months
from relay.systems.goals.kinds import Status
from relay.systems.goals.progress import Goal, GoalVisit, Progress, Ratio, Step
from tests.rigs.soak import drawn

DAY: Final = date(2024, 6, 30)
FEW: Final = Ratio(numerator="<5", denominator="<5", share=None)


def goal(number: int, set_on: str = "2022-06-30", **more: Any) -> Goal:  # noqa: ANN401 - fields
    known: dict[str, Any] = {"beneficiary_id": f"W{number}", "kind": "farming", "activity": "goats"}
    return Goal(goal_id=f"O{number}", set_on=date.fromisoformat(set_on), **known | more)


def visit(number: int, on: str, status: str, nth: int = 1, **more: Any) -> GoalVisit:  # noqa: ANN401 - fields
    known: dict[str, Any] = {"goal_id": f"O{number}", "visited_on": date.fromisoformat(on), "status": status}
    return GoalVisit(goal_visit_id=f"V{number}.{nth}", **known | more)


def progress(goals: list[Goal], visits: list[GoalVisit], steps: tuple[Step, ...] = (), as_of: date = DAY) -> Progress:
    return Progress(goals=goals, visits=visits, steps=steps, as_of=as_of)


def test_who_was_not_found_or_not_visited_does_not_run_of_all_that_were_set() -> None:
    # set on 30 June 2022: a year later is 30 June 2023, and March 30 to September 30 tell of it
    visits = [
        *(visit(number, "2023-06-01", "running") for number in (1, 2, 3)),
        *(visit(number, "2023-09-30", "reached") for number in (4, 5)),
        visit(6, "2023-06-01", "stopped"),
        visit(7, "2023-07-01", "not_found"),
        visit(8, "2023-10-01", "running"),  # too late to tell
        visit(9, "2023-03-29", "running"),  # too early
    ]

    found = progress([goal(number) for number in range(1, 11)], visits).running(12)

    assert found.of_set == Ratio(numerator=5, denominator=10, share=0.5)
    assert found.of_found == Ratio(numerator=5, denominator=6, share=5 / 6)


def test_the_last_visit_around_the_day_tells_and_goals_set_later_are_not_asked() -> None:
    goals = [*(goal(number) for number in range(1, 7)), goal(7, set_on="2023-07-01")]
    visits = [visit(number, "2023-05-01", "stopped") for number in range(1, 7)]
    visits += [visit(number, "2023-06-01", "running", nth=2) for number in range(1, 6)]
    visits += [visit(6, "2023-05-01", "running", nth=2), visit(7, "2024-06-01", "running")]

    assert progress(goals, visits).running(12).of_set == Ratio(numerator=6, denominator=6, share=1.0)
    assert progress(goals, visits).running(24).of_set == Ratio(numerator="<5", denominator=6, share=None)
    assert progress(goals, visits, as_of=date(2024, 7, 1)).running(12).of_set.denominator == 7


def test_fewer_than_five_women_are_few_however_many_goals_they_have() -> None:
    goals = [goal(number, beneficiary_id=f"W{number % 4}") for number in range(1, 9)]
    visits = [visit(number, "2023-06-01", "running") for number in range(1, 9)]

    assert progress(goals, visits).running(12).of_set == FEW
    assert progress(goals, visits).jobs() == FEW


def test_income_changes_where_it_is_known_before_and_after() -> None:
    money = {"expenses": 600, "months_covered": 6}
    goals = [*(goal(number, baseline_income=1000) for number in range(1, 7)), goal(7), goal(8, baseline_income=10)]
    visits = [visit(number, "2023-06-01", "running", income=6600 + 600 * number, **money) for number in range(1, 8)]
    visits += [visit(1, "2023-07-01", "stopped", nth=2), visit(8, "2023-07-01", "running", income=9)]

    found = progress(goals, visits).income()

    # 1,100, 1,200, 1,300, 1,400, 1,500 and 1,600 a month after 1,000
    assert found.known == Ratio(numerator=6, denominator=8, share=0.75)
    assert found.above_baseline == Ratio(numerator=6, denominator=6, share=1.0)
    assert found.median == 350
    assert progress(goals[:4], visits).income().median is None


def test_steps_are_counted_once_where_they_were_planned() -> None:
    day = date(2023, 1, 1)
    steps = [Step(goal_id=f"O{number}", step="training", planned_on=day, done_on=day) for number in range(1, 6)]
    steps += [
        Step(goal_id="O6", step="training", planned_on=day),
        Step(goal_id="O6", step="training", done_on=DAY),
        Step(goal_id="O1", step="capital", planned_on=day, done_on=DAY + timedelta(days=1)),
        Step(goal_id="O1", step="started", done_on=day),  # never planned
    ]

    assert progress([goal(number) for number in range(1, 7)], [], tuple(steps)).steps_done() == Ratio(
        numerator=6, denominator=7, share=6 / 7
    )


def test_jobs_are_those_at_the_last_visit_of_what_runs() -> None:
    # MEDEP, Nepal: 86,613 jobs of 70,899 entrepreneurs are 1.22 for each
    goals = [goal(number) for number in range(1, 8)]
    visits = [visit(number, "2023-06-01", "running", jobs=number) for number in range(1, 7)]
    visits += [visit(6, "2023-07-01", "stopped", nth=2, jobs=9)]

    assert progress(goals, visits).jobs() == Ratio(numerator=15, denominator=5, share=3.0)


def test_open_goals_that_nobody_visited_for_twelve_months_are_told() -> None:
    goals = [goal(1, "2023-06-30"), goal(2, "2023-07-01"), goal(3), goal(4)]
    visits = [visit(3, "2023-07-01", "running"), visit(4, "2023-06-30", "reached")]

    assert [each.goal_id for each in progress(goals, visits).unvisited()] == ["O1"]


# ---------------------------------------------------------------------------------------------------- the oracle

_DAYS = st.dates(date(2020, 1, 1), date(2024, 12, 31))
_MONEY = st.none() | st.integers(0, 5000)


@st.composite
def _drawn(draw: st.DrawFn) -> tuple[list[Goal], list[GoalVisit]]:
    goals = [
        Goal(
            goal_id=f"O{number}",
            beneficiary_id=f"W{draw(st.integers(0, 9))}",
            kind="farming",
            activity="goats",
            set_on=draw(_DAYS),
            baseline_income=draw(_MONEY),
        )
        for number in range(draw(st.integers(0, 14)))
    ]
    visits = [
        GoalVisit(
            goal_visit_id=f"V{number}",
            goal_id=draw(st.sampled_from(goals)).goal_id,
            visited_on=draw(_DAYS),
            status=draw(st.sampled_from(get_args(Status))),
            income=draw(_MONEY),
            expenses=0,
            months_covered=1,
        )
        for number in range(draw(st.integers(0, 40)) if goals else 0)
    ]
    return goals, visits


def _told(numerator: list[Goal], denominator: list[Goal]) -> Ratio:
    women = [len({each.beneficiary_id for each in goals}) for goals in (numerator, denominator)]
    if women[1] < 5:
        return FEW
    many = len(denominator)
    if women[0] < 5:
        return Ratio(numerator="<5", denominator=many, share=None)
    return Ratio(numerator=len(numerator), denominator=many, share=len(numerator) / many)


def _said_around(goal: Goal, visits: list[GoalVisit], months: int) -> str:
    best = (date.min, "", "")
    for visit in visits:
        since, until = add_months(goal.set_on, months - 3), min(add_months(goal.set_on, months + 3), DAY)
        if visit.goal_id == goal.goal_id and since <= visit.visited_on <= until:
            best = max(best, (visit.visited_on, visit.goal_visit_id, visit.status))
    return best[2]


@settings(max_examples=drawn(300))
@given(_drawn())
def test_plain_python_counts_the_same(said: tuple[list[Goal], list[GoalVisit]]) -> None:
    goals, visits = said
    known = progress(goals, visits)

    for months in (12, 24):
        of_set = [each for each in goals if add_months(each.set_on, months) <= DAY]
        said_then = {each: _said_around(each, visits, months) for each in of_set}
        found = [each for each in of_set if said_then[each] not in ("", "not_found")]
        run = [each for each in of_set if said_then[each] in ("running", "reached")]
        assert known.running(months).of_set == _told(run, of_set)
        assert known.running(months).of_found == _told(run, found)

    changes = {}
    for each in goals:
        if each.set_on <= DAY and each.baseline_income is not None:
            told = sorted(
                (one.visited_on, one.goal_visit_id, one.income)
                for one in visits
                if one.goal_id == each.goal_id and one.visited_on <= DAY and one.income is not None
            )
            if told:
                changes[each] = told[-1][2] - each.baseline_income
    enough = len({each.beneficiary_id for each in changes}) >= 5
    assert known.income().median == (median(changes.values()) if enough else None)
    assert known.income().above_baseline == _told([each for each in changes if changes[each] > 0], [*changes])
