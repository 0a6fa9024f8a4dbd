"""Classes, requirements and sites as they are recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.arrays.columns import NO_DAY, NONE, day_number, known_day
from relay.arrays.standings import LOST
from relay.domain.kinds import rule_id
from relay.domain.model import Rate, binding_rule
from relay.ledger import reading as ledger
from relay.systems.groups.reading import customs, women
from relay.systems.learning import cypher
from relay.systems.learning.classes import Class, Course, Enrolment, Session
from relay.systems.learning.required import Requirement, id_of_rule

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph

Done = Mapping[str, Sequence[tuple[str, date]]]
"""Woman → the topics that she completed, as somebody declared, each with the day."""


def classes(graph: Graph, programme_id: str, as_of: date) -> tuple[Class, ...]:
    """The courses that had begun by a day, by id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    kept, excused_counts = women(graph, programme_id).kept, customs(graph, programme_id).excused_counts
    enrolments, sessions = defaultdict[str, list[Any]](list), defaultdict[str, list[Any]](list)
    for row in ledger.said(graph, programme_id, "enrolment", personal=True):
        enrolment = Enrolment.of(row, woman=kept(row["beneficiary_id"]), ended_on=row.get("ended_on"))
        enrolments[enrolment.course_id].append(enrolment)
    for row in graph.rows(cypher.SESSIONS, programme_id=programme_id):
        sessions[row["course_id"]].append(Session.of(row, kept))
    courses = sorted(map(Course.of, ledger.said(graph, programme_id, "course")), key=lambda each: each.course_id)
    return tuple(
        Class(each, enrolments[each.course_id], sessions[each.course_id], as_of, excused_counts=excused_counts)
        for each in courses
        if each.from_on <= as_of
    )


def done_in(known: Iterable[Class]) -> Done:
    """What women completed in some classes."""
    done = defaultdict[str, list[tuple[str, date]]](list)
    for each in known:
        for enrolment in each.enrolments:
            if enrolment.completed_on and enrolment.completed_on <= each.as_of:
                done[enrolment.beneficiary_id] += [(topic, enrolment.completed_on) for topic in each.course.topics]
    return done


def requirements(graph: Graph, programme_id: str) -> Mapping[str, Requirement]:
    """Rule → what it requires, of those that require something.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = {rule_id(row): Requirement.of(row) for row in ledger.said(graph, programme_id, "rule")}
    return {rule: requirement for rule, requirement in found.items() if requirement}


NOBODY: Final[Mapping[str, Rate]] = dict.fromkeys(
    ("prepared", "prepared_on_time", "others_on_time", "prepared_kept", "others_kept"), Rate.of(0, 0)
)
"""What `prepared` gives where no rule requires anything."""


def prepared(survey: Survey, required: Mapping[str, Requirement], done: Done) -> Mapping[str, Rate]:
    """Of placements whose rule requires something to be learned first: an association, no proof.

    Returns:
        "prepared": whose holder had completed it when they began, of all; "prepared_on_time": of those, past their due
        day, which had passed on all they owe by then; "prepared_kept": of those, which are not lost; "others_on_time"
        and "others_kept": the same of the others.
    """
    snapshot, stood = survey.snapshot, survey.standings
    people, holders = snapshot.beneficiaries.ids, snapshot.women()[snapshot.placements.beneficiary]
    by_row = {row: known for row, rule in enumerate(snapshot.rules) if (known := required.get(id_of_rule(rule)))}
    learned = list[bool]()
    on_time, kept = ({True: list[bool](), False: list[bool]()} for _ in range(2))
    today = day_number(survey.as_of)
    for row, rule in enumerate(stood.rule.tolist()):
        if stood.state[row] == NONE or rule not in by_row:
            continue
        day = known_day(stood.received_day[row])
        missing = by_row[rule].missing(done.get(people[int(holders[row])], ()), day)
        learned.append(not missing)
        kept[not missing].append(bool(stood.state[row] != LOST))
        due, fulfilled = int(stood.due_day[row]), int(stood.fulfilled_day[row])
        if due < today:
            on_time[not missing].append(fulfilled != NO_DAY and fulfilled <= due)
    return {
        "prepared": _share(learned),
        "prepared_on_time": _share(on_time[True]),
        "others_on_time": _share(on_time[False]),
        "prepared_kept": _share(kept[True]),
        "others_kept": _share(kept[False]),
    }


def _share(said: Sequence[bool]) -> Rate:
    return Rate.of(sum(said), len(said))


def waiting(
    graph: Graph, programme_id: str, survey: Survey, required: Mapping[str, Requirement], done: Done
) -> list[tuple[str, tuple[str, ...]]]:
    """Who is on the waiting list, request by request, each with what the rule of the day requires and she has not done.

    Raises:
        Unavailable: The database cannot be reached.
    """
    from relay.systems.planning.reading import read

    season = read(graph, programme_id, survey).season
    found = list[tuple[str, tuple[str, ...]]]()
    for each in season.requests:
        if season.request_states[each.request_id] in ("waiting", "ready"):
            rule = binding_rule(survey.snapshot.rules, each.help, None, survey.as_of)
            known = required.get(id_of_rule(rule)) if rule else None
            missing = known.missing(done.get(each.beneficiary_id, ()), survey.as_of) if known else ()
            found.append((each.beneficiary_id, tuple(missing)))
    return found
