"""Audit checks for classes and sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from relay.audit.acts_in_force import ActsInForce, ReceivedPlacement, once
from relay.audit.checks import Check, every, where
from relay.audit.findings import Finding, finding_of
from relay.domain.model import Rule
from relay.domain.register import Fact
from relay.systems.groups.members_and_attendance import ids
from relay.systems.learning.classes import Class
from relay.systems.learning.requirements import Requirement, done_in, id_of_rule
from relay.systems.learning.rules import class_in
from relay.systems.learning.sites import months_missing
from relay.text import Sentence

MANY_SESSIONS: Final = 10
"""Number of sessions from which it is odd that nobody ever missed one (our choice)."""


@once
def _classes(in_force: ActsInForce) -> dict[str, Class]:
    """Course id → its class on the day."""
    return {each.id: class_in(in_force.register, each, as_of=in_force.as_of) for each in in_force.facts("course")}


def _class(in_force: ActsInForce, enrolment: Fact) -> Class:
    """The class of an enrolment."""
    return _classes(in_force)[enrolment.values["course_id"]]


def _requirement(in_force: ActsInForce, rule: Rule | None) -> Requirement | None:
    fact = in_force.register.facts.get(f"rule:{id_of_rule(rule)}") if rule else None
    return Requirement.of(fact.values) if fact else None


@once
def _with_requirement(in_force: ActsInForce) -> list[ReceivedPlacement]:
    return [each for each in in_force.received.values() if _requirement(in_force, each.rule)]


_over: Final = where("enrolment", lambda in_force, each: _class(in_force, each).over)
"""Enrolments in courses that are over."""
_with_sessions: Final = where(
    "enrolment", lambda in_force, each: _class(in_force, each).expected(_woman(in_force, each))
)
_completed_with_test: Final = where(
    "enrolment", lambda in_force, each: each.values.get("completed_on") and _class(in_force, each).course.tested
)
_long_courses: Final = where(
    "course", lambda in_force, each: len(_classes(in_force)[each.id].with_roster) >= MANY_SESSIONS
)
_sessions: Final = where("meeting", lambda _, each: each.values.get("course_id"))


def _woman(in_force: ActsInForce, enrolment: Fact) -> str:
    return in_force.woman(enrolment.values["beneficiary_id"])


# -- what is found -----------------------------------------------------------------------------------------------------


def _declared_otherwise(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _over(in_force):
        class_, woman = _class(in_force, each), _woman(in_force, each)
        last = class_.hers[woman][-1].act_id == each.act_id
        if each.values.get("completed_on") and not class_.completed(woman):
            yield finding_of(each, Sentence("declared as completed, which the sessions do not support."))
        elif last and class_.completed(woman) and not class_.declared(woman):
            yield finding_of(each, Sentence("she came often enough and stayed, but nobody declared it as completed."))


def _never_came(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _with_sessions(in_force):
        if not _class(in_force, each).attended(_woman(in_force, each)):
            yield finding_of(each, Sentence("she never came."))


def _nobody_ever_missed(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _long_courses(in_force):
        class_ = _classes(in_force)[each.id]
        rates = [class_.attendance(woman) for woman in class_.hers]
        if rates and all(rate.numerator == rate.denominator for rate in rates):
            sentence = Sentence("nobody missed any of %(many)s sessions.", many=len(class_.with_roster))
            yield finding_of(each, sentence)


def _two_classes_on_one_day(in_force: ActsInForce) -> Iterator[Finding]:
    came = defaultdict[tuple[str, str], dict[str, str]](dict)
    for each in _sessions(in_force):
        for id_ in sorted(ids(each.values.get("present")) | ids(each.values.get("late"))):
            courses = came[in_force.woman(id_), each.values["held_on"]]
            other = next((act_id for course, act_id in courses.items() if course != each.values["course_id"]), None)
            if other:
                sentence = Sentence(
                    "beneficiary %(beneficiary_id)s was at %(other)s of another course that day.",
                    beneficiary_id=id_,
                    other=other,
                )
                yield finding_of(each, sentence, in_force.sequence(other))
            courses.setdefault(each.values["course_id"], each.act_id)


def _received_unprepared(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _with_requirement(in_force):
        requirement = _requirement(in_force, each.rule)
        day = each.receipt.received_on
        done = done_in(in_force.register, each.placement.beneficiary_id)
        missing = requirement.missing(done, day) if requirement else ()
        if missing:
            yield Finding(
                subject_id=each.act_id,
                acts=(in_force.sequence(each.receipt.act_id),),
                sentence=Sentence(
                    "%(act_id)s: received before she completed %(topics)s.",
                    act_id=each.act_id,
                    topics=", ".join(sorted(missing)),
                ),
            )


def _without_a_test(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _completed_with_test(in_force):
        is_recorded = in_force.register.says(each.act_id, "result")
        if each.values.get("result") == "not_tested" or not is_recorded:
            yield finding_of(each, Sentence("completed a course that ends with a test, without one."))


def _months_missing(in_force: ActsInForce) -> Iterator[Finding]:
    for each in in_force.facts("site"):
        counts = in_force.register.beside("site_count", each.act_id)
        missing = months_missing(each.values, {count.values["month"] for count in counts}, in_force.as_of)
        if missing:
            yield finding_of(each, Sentence("no count of %(months)s.", months=", ".join(missing)))


CHECKS: Final = (
    Check(
        check_id="completion_declared_otherwise",
        title="completion declared otherwise",
        sentence="An enrolment is declared as completed though she came too rarely or left, or the other way round.",
        why="A certificate may have been given for nothing, or not given.",
        severity="medium",
        population=_over,
        find=_declared_otherwise,
    ),
    Check(
        check_id="enrolled_and_never_came",
        title="enrolled and never came",
        sentence="A woman was enrolled while sessions were held, and came to none.",
        why="She may be on the list to fill it.",
        severity="low",
        population=_with_sessions,
        find=_never_came,
    ),
    Check(
        check_id="nobody_ever_missed_a_session",
        title="nobody ever missed a session",
        sentence="At ten or more sessions of a course everybody came to each.",
        why="The roster may have been copied from session to session.",
        severity="medium",
        population=_long_courses,
        find=_nobody_ever_missed,
    ),
    Check(
        check_id="two_classes_on_one_day",
        title="two classes on one day",
        sentence="A woman was at sessions of two courses on one day.",
        why="It can be true; or one of the rosters is not.",
        severity="low",
        population=_sessions,
        find=_two_classes_on_one_day,
    ),
    Check(
        check_id="received_before_training",
        title="received before training",
        sentence="A placement began before its holder had completed what its rule requires.",
        why="She received animals that she had not learned to keep.",
        severity="medium",
        population=_with_requirement,
        find=_received_unprepared,
    ),
    Check(
        check_id="certificate_without_a_test",
        title="certificate without a test",
        sentence="A course that ends with a test was completed without one.",
        why="The certificate may say more than anybody examined.",
        severity="low",
        population=_completed_with_test,
        find=_without_a_test,
    ),
    Check(
        check_id="months_of_a_site_are_missing",
        title="months of a site are missing",
        sentence="A site for advice has whole months of which no count was recorded.",
        why="Nobody may have come, or nobody counted: not reported is not none.",
        severity="low",
        population=every("site"),
        find=_months_missing,
    ),
)
