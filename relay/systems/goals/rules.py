"""What is refused and noted about a goal, a step or a visit when it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from relay.domain.acts import changes_of
from relay.domain.model import add_months, lost_by
from relay.domain.notes import Note
from relay.domain.schema import Rules
from relay.errors import Failure, Invalid, Refused, refused
from relay.service.json_codec import read_columns
from relay.systems.goals.progress import RUNS, UNVISITED_MONTHS, GoalVisit, Progress
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Fact, Register

TRAINED_BEFORE: Final = timedelta(days=365)
"""A step may be done so long before the goal was set, since many learn first and decide then."""
A_DIGIT: Final = 10
"""An income that differs from the last by this factor may have a digit too many or too few (our choice)."""


AIMS_ALREADY: Final = Failure(
    Refused,
    "aims_already",
    "%(act_id)s: beneficiary %(beneficiary_id)s already has an open %(kind)s goal, %(earlier)s.",
    advice="Record first how that one ended",
    command="relay goals visit %(earlier_id)s --status stopped",
    field="kind",
)


NOT_AN_ACTIVITY: Final = Failure(
    Invalid,
    "not_an_activity",
    "%(act_id)s is about %(activity)s, which is not among the activities of this programme.",
    advice="Use one of %(activities)s, or have a manager add it to the programme's activities.",
    field="activity",
)


BUILDS_ON_ANOTHERS: Final = Failure(
    Refused,
    "builds_on_anothers",
    "%(act_id)s builds on %(named)s, which is not hers.",
    advice="Check the id: a goal builds on what the woman herself received, borrowed or learned.",
    field="placement_id",
)


NEITHER_PLANNED_NOR_DONE: Final = Failure(
    Invalid,
    "neither_planned_nor_done",
    "%(act_id)s says neither when the step is planned nor when it was done.",
    advice="Give planned_on, done_on, or both.",
    field="planned_on",
)


DONE_LONG_BEFORE: Final = Failure(
    Refused,
    "done_long_before",
    "%(act_id)s was done on %(done_on)s, more than a year before the goal was set on %(set_on)s.",
    advice="Check both dates.",
    field="done_on",
)


VISITED_BEFORE_SET: Final = Failure(
    Refused,
    "visited_before_set",
    "%(act_id)s is dated %(visited_on)s, but the goal was set only on %(set_on)s.",
    advice="Check both dates.",
    field="visited_on",
)


RUNS_AFTER_IT_STOPPED: Final = Failure(
    Refused,
    "runs_after_it_stopped",
    "%(act_id)s says that the goal runs, but by %(earlier)s it had stopped.",
    advice="If she began anew, record first a visit that says preparing. Else correct the visit that is wrong.",
    field="status",
)


HALF_AN_INCOME: Final = Failure(
    Invalid,
    "half_an_income",
    "%(act_id)s does not say all that makes an income: what came in, what was spent, and over how many months.",
    advice="Give income, expenses (0 if nothing was spent) and months_covered together.",
    field="income",
)


# -- goals -----------------------------------------------------------------------------------------------------------


def refuse_goal(register: Register, fact: Fact) -> None:
    """Refuse unknown activities, placements that are not hers, contradictions to later acts, and second open goals."""
    programme = register.facts.get(f"programme:{register.programme_id}")
    listed = str(programme.values.get("activities") or "") if programme else ""
    for activity in str(fact.values["activity"]).split(";") if listed else ():
        if activity not in listed.split(";"):
            raise refused(NOT_AN_ACTIVITY, act_id=fact.act_id, activity=activity, activities=listed.replace(";", ", "))
    _builds_on_her_own(register, fact)
    for step in register.beside("goal_step", fact.act_id):
        _not_long_before(step, fact)
    for visit in register.beside("goal_visit", fact.act_id):
        _not_before(visit, fact)
    _only_open_one(register, fact)


def _builds_on_her_own(register: Register, fact: Fact) -> None:
    values = fact.values
    woman = values["beneficiary_id"]
    placement = register.placements.get(str(values.get("placement_id")))
    if placement and not register.are_one(placement.beneficiary_id, woman):
        raise refused(BUILDS_ON_ANOTHERS, act_id=fact.act_id, named=f"placement:{placement.placement_id}")
    loan = register.facts.get(f"loan:{values.get('loan_id')}")
    if loan and not register.are_one(loan.values["beneficiary_id"], woman):
        raise refused(BUILDS_ON_ANOTHERS, act_id=fact.act_id, named=loan.act_id, field="loan_id")
    course = register.facts.get(f"course:{values.get('course_id')}")
    if course and course.id not in {each.values["course_id"] for each in _of_her(register, "enrolment", fact)}:
        raise refused(BUILDS_ON_ANOTHERS, act_id=fact.act_id, named=course.act_id, field="course_id")


def _progress(register: Register, goals: list[Fact], visit: Fact | None = None) -> Progress:
    """How some goals are going, by the day of a visit that is to be recorded, or as of everything recorded."""
    visits = {each.act_id: each for each in register.beside("goal_visit", *(goal.act_id for goal in goals))}
    if visit:
        visits[visit.act_id] = visit
    facts = {"goal": goals, "goal_visit": visits.values()}
    acts_by_kind = {kind: [dict(each.values) for each in of] for kind, of in facts.items()}
    return Progress.of(lambda kind: acts_by_kind.get(kind, ()), main_id=register.one_woman.kept, as_of=date.max)


def _of_her(register: Register, kind: str, goal: Fact) -> tuple[Fact, ...]:
    """The acts of a kind about the woman of a goal, under any of her ids."""
    names = (f"beneficiary:{id_}" for id_ in register.one_woman.ids(goal.values["beneficiary_id"]))
    return tuple(register.beside(kind, *names))


def _only_open_one(register: Register, goal: Fact, visit: Fact | None = None) -> None:
    """Refuse a goal, or a visit to one, after which she would have two open goals of one kind."""
    hers = {each.act_id: each for each in _of_her(register, "goal", goal)} | {goal.act_id: goal}
    alike = [each for each in hers.values() if each.values["kind"] == goal.values["kind"]]
    progress = _progress(register, alike, visit)
    open_ = [each.act_id for each in progress.goals if progress.is_open(each)]
    others = [each for each in open_ if each != goal.act_id]
    if others and goal.act_id in open_:
        raise refused(
            AIMS_ALREADY,
            act_id=(visit or goal).act_id,
            beneficiary_id=goal.values["beneficiary_id"],
            kind=goal.values["kind"],
            earlier=others[0],
            earlier_id=others[0].removeprefix("goal:"),
        )


# -- steps and visits ------------------------------------------------------------------------------------------------


def refuse_step(register: Register, fact: Fact) -> None:
    """Refuse a step without a day, or one that was done long before the goal was set."""
    if not (fact.values.get("planned_on") or fact.values.get("done_on")):
        raise refused(NEITHER_PLANNED_NOR_DONE, act_id=fact.act_id)
    _not_long_before(fact, register.facts[f"goal:{fact.values['goal_id']}"])


def _not_long_before(step: Fact, goal: Fact) -> None:
    done_on, set_on = step.values.get("done_on"), goal.values["set_on"]
    if done_on and date.fromisoformat(done_on) < date.fromisoformat(set_on) - TRAINED_BEFORE:
        raise refused(DONE_LONG_BEFORE, act_id=step.act_id, done_on=done_on, set_on=set_on)


def refuse_visit(register: Register, fact: Fact) -> None:
    """Refuse a visit before the goal was set, an incomplete income, and a goal that runs although it had stopped."""
    goal = register.facts[f"goal:{fact.values['goal_id']}"]
    _not_before(fact, goal)
    given = [fact.values.get(name) is not None for name in ("income", "expenses")]
    if any(given) and not (all(given) and fact.values.get("months_covered")):
        raise refused(HALF_AN_INCOME, act_id=fact.act_id)
    stopped: GoalVisit | None = None  # runs again only after it was prepared anew, whichever visit is recorded first
    progress = _progress(register, [goal], fact)
    for visit in progress.visits(progress.goals[0]):
        if visit.status in ("stopped", "preparing"):
            stopped = visit if visit.status == "stopped" else None
        elif stopped and visit.status in RUNS:
            raise refused(RUNS_AFTER_IT_STOPPED, act_id=fact.act_id, earlier=stopped.act_id)
    _only_open_one(register, goal, fact)


def _not_before(visit: Fact, goal: Fact) -> None:
    visited_on, set_on = visit.values["visited_on"], goal.values["set_on"]
    if visited_on < set_on:
        raise refused(VISITED_BEFORE_SET, act_id=visit.act_id, visited_on=visited_on, set_on=set_on)


# -- what is noted -----------------------------------------------------------------------------------------------------


def note_visit(register: Register, fact: Fact) -> Iterator[Note]:
    """Note what may be a typing error, and what an auditor will want to see."""
    visit, name = read_columns(GoalVisit, fact.values), fact.act_id
    progress = _progress(register, [register.facts[f"goal:{fact.values['goal_id']}"]], fact)
    its_goal = progress.goals[0]
    visits = progress.visits(its_goal)
    before = visits[: visits.index(visit)]
    net, target = visit.net_income, its_goal.target_income
    if _is_a_digit_off(net, [each.net_income for each in before if each.net_income is not None]):
        sentence = Sentence("%(name)s: the income differs tenfold from that of the visit before.", name=name)
        yield Note(note="income_tenfold", sentence=sentence)
    since = before[-1].visited_on if before else its_goal.set_on
    if add_months(since, UNVISITED_MONTHS) < visit.visited_on:
        sentence = Sentence("%(name)s: nobody had visited for more than twelve months.", name=name)
        yield Note(note="long_unvisited", sentence=sentence)
    if visit.status == "reached" and net is not None and target is not None and net < target:
        sentence = Sentence("%(name)s: reached, but the income is below what she aims at.", name=name)
        yield Note(note="reached_below_target", sentence=sentence)
    placement = register.placements.get(its_goal.placement_id or "")
    if visit.status == "running" and placement and lost_by(placement, visit.visited_on):
        sentence = Sentence(
            "%(name)s: it runs, but the animals of placement %(placement_id)s, on which it builds, are lost.",
            name=name,
            placement_id=its_goal.placement_id,
        )
        yield Note(note="runs_without_animals", sentence=sentence)


def _is_a_digit_off(net: float | None, before: list[float]) -> bool:
    if net is None or not before or min(net, before[-1]) <= 0:
        return False
    return max(net, before[-1]) >= A_DIGIT * min(net, before[-1])


def note_correction(register: Register, correction: Fact) -> Iterator[Note]:
    """Note a baseline income that was added or changed after the first visit."""
    goal = str(correction.values["act_id"])
    if "baseline_income" in changes_of(correction.values) and register.beside("goal_visit", goal):
        sentence = Sentence("%(name)s: the income before was recorded after the first visit.", name=goal)
        yield Note(note="baseline_after_visit", sentence=sentence)


RULES: Final = Rules(
    refuse={"goal": refuse_goal, "goal_step": refuse_step, "goal_visit": refuse_visit},
    stands={
        "goal": {"goal_visit": "goal", "placement": "placement", "pass": "placement", "enrolment": "beneficiary"},
        "goal_visit": {"goal_visit": "goal"},
    },
    note={"goal_visit": note_visit, "correct": note_correction},
)
