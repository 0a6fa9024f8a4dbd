"""Classes, requirements and sites as they are recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
    from relay.systems.planning.states import Request

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


class Counted(NamedTuple):
    """What a rate is made of: the placements of its numerator and those of its denominator, by id."""

    over: Sequence[str] = ()
    under: Sequence[str] = ()

    @property
    def rate(self) -> Rate:
        """The rate."""
        return Rate.of(len(self.over), len(self.under))


PREPARED: Final = ("prepared", "prepared_on_time", "others_on_time", "prepared_kept", "others_kept")


def prepared(survey: Survey, required: Mapping[str, Requirement], done: Done) -> Mapping[str, Counted]:
    """Of placements whose rule requires something to be learned first: an association, no proof.

    Returns:
        `PREPARED` → what it counts; nothing where no rule requires anything. "prepared": whose holder had completed it
        when they began, of all; "prepared_on_time": of those, past their due day, which had passed on all they owe by
        then; "prepared_kept": of those, which are not lost; "others_on_time" and "others_kept": the same of the others.
    """
    snapshot, stood = survey.snapshot, survey.standings
    people, holders = snapshot.beneficiaries.ids, snapshot.women()[snapshot.placements.beneficiary]
    by_row = {row: known for row, rule in enumerate(snapshot.rules) if (known := required.get(id_of_rule(rule)))}
    ids, learned = snapshot.placements.ids, list[tuple[str, bool]]()
    on_time, kept = ({True: list[tuple[str, bool]](), False: list[tuple[str, bool]]()} for _ in range(2))
    today = day_number(survey.as_of)
    for row, rule in enumerate(stood.rule.tolist()):
        if stood.state[row] == NONE or rule not in by_row:
            continue
        day = known_day(stood.received_day[row])
        missing = by_row[rule].missing(done.get(people[int(holders[row])], ()), day)
        learned.append((ids[row], not missing))
        kept[not missing].append((ids[row], bool(stood.state[row] != LOST)))
        due, fulfilled = int(stood.due_day[row]), int(stood.fulfilled_day[row])
        if due < today:
            on_time[not missing].append((ids[row], fulfilled != NO_DAY and fulfilled <= due))
    return {
        "prepared": _counted(learned),
        "prepared_on_time": _counted(on_time[True]),
        "others_on_time": _counted(on_time[False]),
        "prepared_kept": _counted(kept[True]),
        "others_kept": _counted(kept[False]),
    }


def _counted(said: Iterable[tuple[str, bool]]) -> Counted:
    of = sorted(said)
    return Counted([id_ for id_, is_so in of if is_so], [id_ for id_, _ in of])


def waiting(
    graph: Graph, programme_id: str, survey: Survey, required: Mapping[str, Requirement], done: Done
) -> list[tuple[Request, tuple[str, ...]]]:
    """Who is on the waiting list, request by request, each with what the rule of the day requires and she has not done.

    Raises:
        Unavailable: The database cannot be reached.
    """
    from relay.systems.planning.reading import read

    season = read(graph, programme_id, survey).season
    found: list[tuple[Request, tuple[str, ...]]] = []
    for each in season.requests:
        if season.request_states[each.request_id] in ("waiting", "ready"):
            rule = binding_rule(survey.snapshot.rules, each.help, None, survey.as_of)
            known = required.get(id_of_rule(rule)) if rule else None
            missing = known.missing(done.get(each.beneficiary_id, ()), survey.as_of) if known else ()
            found.append((each, tuple(missing)))
    return found
