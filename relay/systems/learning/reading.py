"""Reads classes, requirements and sites from the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from relay.arrays.columns import NO_DAY, NONE, day_number, required_day_of
from relay.arrays.placement_states import LOST
from relay.arrays.same_woman import women_of
from relay.domain.kinds import rule_id
from relay.domain.model import Rate, binding_rule
from relay.ledger import programme_heads
from relay.ledger import reading as ledger
from relay.systems.groups.reading import customs, women
from relay.systems.learning import cypher
from relay.systems.learning.classes import Class
from relay.systems.learning.requirements import Requirement, id_of_rule

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph
    from relay.systems.planning.request_and_plan_states import Request

Done = Mapping[str, Sequence[tuple[str, date]]]
"""Woman → topics that she completed, as declared by somebody, each with its day."""


def classes(graph: Graph, programme_id: str, as_of: date) -> tuple[Class, ...]:
    """The classes of courses that had begun by a day, by id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    main_id, excused_counts = women(graph, programme_id).kept, customs(graph, programme_id).excused_counts
    enrolments = _by_course(ledger.said(graph, programme_id, "enrolment", personal=True))
    sessions = _by_course(graph.rows(cypher.SESSIONS, programme_id=programme_id))
    courses = {each["course_id"]: each for each in ledger.said(graph, programme_id, "course")}
    return tuple(
        Class.of(each, enrolments[id_], sessions[id_], as_of, main_id=main_id, excused_counts=excused_counts)
        for id_, each in sorted(courses.items())
        if each["from_on"] <= as_of.isoformat()
    )


def _by_course(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, list[Mapping[str, Any]]]:
    by_course = defaultdict[str, list[Mapping[str, Any]]](list)
    for row in rows:
        by_course[row["course_id"]].append(row)
    return by_course


def done_in(classes_: Iterable[Class]) -> Done:
    """The topics that women completed in some classes."""
    done = defaultdict[str, list[tuple[str, date]]](list)
    for each in classes_:
        for enrolment in each.enrolments:
            if enrolment.completed_on and enrolment.completed_on <= each.as_of:
                done[enrolment.beneficiary_id] += [(topic, enrolment.completed_on) for topic in each.course.topics]
    return done


def requirements(graph: Graph, programme_id: str) -> Mapping[str, Requirement]:
    """Rule id → its requirement, for rules that have one.

    Raises:
        Unavailable: The database cannot be reached.
    """
    by_rule = {rule_id(row): Requirement.of(row) for row in ledger.said(graph, programme_id, "rule")}
    return {rule: requirement for rule, requirement in by_rule.items() if requirement}


class Counted(NamedTuple):
    """The records that a rate counts, "kind:id", in order."""

    over: Sequence[str] = ()
    under: Sequence[str] = ()

    @classmethod
    def of(cls, records: Iterable[tuple[str, bool]]) -> Counted:
        """Make it from records, each with whether it is in the numerator; all are in the denominator."""
        under = [*records]
        return cls([id_ for id_, is_so in under if is_so], [id_ for id_, _ in under])

    @property
    def rate(self) -> Rate:
        """The rate: numerator and denominator."""
        return Rate.of(len(self.over), len(self.under))


PREPARED: Final = ("prepared", "prepared_on_time", "others_on_time", "prepared_kept", "others_kept")


def joined(
    graph: Graph, programme_id: str, known: Iterable[Class], survey: Callable[[], Survey]
) -> Mapping[str, Counted]:
    """How classes relate to help: `PREPARED` for placements, and "ready" for requests on the waiting list.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        known: Its classes by the day.
        survey: Gives the survey of its relay on that day; called only if a rule requires something.

    Returns:
        Word → records; empty if no rule requires anything, and without "ready" if the programme does not plan.

    Raises:
        Unavailable: The database cannot be reached.
    """
    required = requirements(graph, programme_id)
    if not required:
        return {}
    done, surveyed = done_in(known), survey()
    by_word = prepared(surveyed, required, done)
    if "planning" in programme_heads.head(graph, programme_id).systems:
        requests = waiting(graph, programme_id, surveyed, required, done)
        by_word["ready"] = Counted.of((each.act_id, not missing) for each, missing in requests)
    return by_word


def prepared(survey: Survey, required: Mapping[str, Requirement], done: Done) -> dict[str, Counted]:
    """Compare placements whose holder had completed what is required with the others: an association, not a cause.

    Returns:
        The words of `PREPARED` → records. "prepared": placements whose holder had completed it when they began, of all.
        "prepared_on_time": of those past their due day, those that had passed on all they owe by then. "prepared_kept":
        of those, the ones that are not lost. "others_on_time" and "others_kept": the same for the other placements.
    """
    snapshot, stood = survey.snapshot, survey.standings
    people, holders = snapshot.beneficiaries.ids, women_of(snapshot)[snapshot.placements.beneficiary]
    by_row = {
        row: requirement for row, rule in enumerate(snapshot.rules) if (requirement := required.get(id_of_rule(rule)))
    }
    by_word = {word: list[tuple[str, bool]]() for word in PREPARED}
    today = day_number(survey.as_of)
    for row, rule in enumerate(stood.rule.tolist()):
        if stood.state[row] == NONE or rule not in by_row:
            continue
        id_, day = f"placement:{snapshot.placements.ids[row]}", required_day_of(stood.received_day[row])
        missing = by_row[rule].missing(done.get(people[int(holders[row])], ()), day)
        word = "others" if missing else "prepared"
        by_word["prepared"].append((id_, not missing))
        by_word[f"{word}_kept"].append((id_, bool(stood.state[row] != LOST)))
        due, fulfilled = int(stood.due_day[row]), int(stood.fulfilled_day[row])
        if due < today:
            by_word[f"{word}_on_time"].append((id_, fulfilled != NO_DAY and fulfilled <= due))
    return {word: Counted.of(sorted(each)) for word, each in by_word.items()}


def waiting(
    graph: Graph, programme_id: str, survey: Survey, required: Mapping[str, Requirement], done: Done
) -> list[tuple[Request, tuple[str, ...]]]:
    """The requests on the waiting list, each with the required topics that she has not completed.

    Raises:
        Unavailable: The database cannot be reached.
    """
    from relay.systems.planning.reading import read

    season = read(graph, programme_id, survey).season
    requests: list[tuple[Request, tuple[str, ...]]] = []
    for each in season.requests:
        if season.request_states[each.request_id] in ("waiting", "ready"):
            rule = binding_rule(survey.snapshot.rules, each.help, None, survey.as_of)
            requirement = required.get(id_of_rule(rule)) if rule else None
            missing = requirement.missing(done.get(each.beneficiary_id, ()), survey.as_of) if requirement else ()
            requests.append((each, tuple(missing)))
    return requests
