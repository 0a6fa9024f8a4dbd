"""What is refused, asked and noted about courses, enrolments and sessions when they are recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.domain.notes import Note
from relay.domain.schema import Rules
from relay.errors import Asked, Failure, Invalid, Refused, refused
from relay.systems.groups.members_and_attendance import ROSTER, Meeting, ids
from relay.systems.groups.rules import UNTIL_BEFORE_FROM, customs_of, require_order
from relay.systems.learning import requirements, sites
from relay.systems.learning.classes import Class, Course, Enrolment
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Fact, Register

SMALL, LARGE = 10, 30
"""Usual sizes of a class, in women (literacy classes have 20 to 26; our choice around that)."""


MORE_THAN_ALL_SESSIONS: Final = Failure(
    Invalid,
    "more_than_all_sessions",
    "%(act_id)s asks for %(share)s of all sessions: more than there are.",
    advice="Write a share of at most 1, such as 0.8.",
    field="min_attendance",
)


SESSION_OUTSIDE_COURSE: Final = Failure(
    Refused,
    "session_outside_course",
    "%(act_id)s was held on %(held_on)s, but course %(course_id)s lasts from %(from_on)s to %(until_on)s.",
    advice="Check the day, or correct the dates of the course.",
    field="held_on",
)


NOT_ENROLLED: Final = Failure(
    Refused,
    "not_enrolled",
    "%(act_id)s: beneficiary %(beneficiary_id)s was not enrolled in course %(course_id)s on %(day)s.",
    advice="If she was a guest, count her among the women without names; if she takes part, enrol her first",
    command="relay enrol --course %(course_id)s --beneficiary %(beneficiary_id)s",
    field="present",
)


ENROLLED_ALREADY: Final = Failure(
    Refused,
    "enrolled_already",
    "%(act_id)s: beneficiary %(beneficiary_id)s is already enrolled in course %(course_id)s, by %(earlier)s.",
    advice="Nothing more is needed. If she had left and came back, end that one first",
    command="relay end %(earlier)s",
    field="enrolled_on",
)


COMPLETED_ELSEWHEN: Final = Failure(
    Refused,
    "completed_elsewhen",
    "%(act_id)s: completed on %(completed_on)s, when she was not enrolled.",
    advice="Check the day on which she was enrolled, left and completed it.",
    field="completed_on",
)


class NothingWasHeld(Refused):
    """A correction declares a course completed although no session of it is recorded by then."""

    reason = "%(act_id)s: completed on %(completed_on)s, but course %(course_id)s had held no session by then."
    advice = "Record its sessions first"
    command = "relay session %(course_id)s"
    field = "completed_on"

    act_id: str
    course_id: str
    completed_on: date | None


class NothingHeld(NothingWasHeld, Asked):
    """An enrolment declares a course completed although no session of it is recorded by then."""

    advice = "Record its sessions first. If they are still to be typed in, use --again."


# -- the record as a class -------------------------------------------------------------------------------------------


def class_in(register: Register, course: Fact, *facts: Fact, as_of: date = date.max) -> Class:
    """The class of a course in a register, with some facts as they would be.

    Args:
        register: The register, loaded with what names the course.
        course: The course as it would be.
        facts: Facts that replace those with their ids, or are added; an end among them applies.
        as_of: Reference day; what happens later does not count.
    """
    by_id = {each.act_id: each for kind in ("enrolment", "meeting") for each in register.beside(kind, course.act_id)}
    by_id |= {each.act_id: each for each in facts}
    ends = {each.values["act_id"]: each.values["until_on"] for each in facts if each.kind == "end"}
    rows = {"enrolment": list[Mapping[str, Any]](), "meeting": list[Mapping[str, Any]]()}
    for act_id, each in by_id.items():
        if each.kind in rows and each.values.get("course_id") == course.id:
            rows[each.kind].append({**each.values, "ended_on": ends.get(act_id) or register.ended_on(act_id)})
    return Class.of(
        course.values,
        rows["enrolment"],
        rows["meeting"],
        as_of,
        main_id=register.one_woman.kept,
        excused_counts=customs_of(register).excused_counts,
    )


# -- what is refused -------------------------------------------------------------------------------------------------


def refuse_course(register: Register, fact: Fact) -> None:
    """Refuse dates that contradict each other or the sessions held."""
    values = fact.values
    require_order(fact, "from_on", "until_on")
    share = values.get("min_attendance") or 0
    if share > 1:
        raise refused(MORE_THAN_ALL_SESSIONS, act_id=fact.act_id, share=share)
    class_ = class_in(register, fact)
    for session in class_.sessions:
        _within(class_.course, session)


def _within(course: Course, meeting: Meeting) -> None:
    if not course.is_on(meeting.held_on):
        raise refused(
            SESSION_OUTSIDE_COURSE,
            act_id=meeting.act_id,
            course_id=course.course_id,
            held_on=meeting.held_on,
            from_on=course.from_on,
            until_on=course.until_on or Sentence("an open end"),
        )


def refuse_session(register: Register, fact: Fact) -> None:
    """Refuse a session outside its course, and a roster with women who are not enrolled."""
    course = register.facts.get(f"course:{fact.values.get('course_id')}")
    if course is None:
        return
    class_ = class_in(register, course, fact)
    held_on = date.fromisoformat(fact.values["held_on"])
    own = next(each for each in class_.sessions if each.act_id == fact.act_id)
    _within(class_.course, own)
    enrolled = class_.enrolled_on(held_on)
    for name in ROSTER:
        for id_ in sorted(ids(fact.values.get(name))):
            if register.one_woman.kept(id_) not in enrolled:
                raise refused(
                    NOT_ENROLLED, act_id=fact.act_id, beneficiary_id=id_, course_id=course.id, day=held_on, field=name
                )


def refuse_enrolment(register: Register, fact: Fact) -> None:
    """Refuse a second enrolment at the same time, and days that contradict each other."""
    class_, own = _enrolled(register, fact)
    if own.until_on and own.until_on < own.from_on:
        raise refused(
            UNTIL_BEFORE_FROM, act_id=fact.act_id, from_on=own.from_on, until_on=own.until_on, field="left_on"
        )
    for other in class_.hers[own.beneficiary_id]:
        if other.act_id != own.act_id and other.meets(own):
            raise refused(
                ENROLLED_ALREADY,
                act_id=fact.act_id,
                beneficiary_id=fact.values["beneficiary_id"],
                course_id=own.course_id,
                earlier=other.act_id,
            )
    if own.completed_on and not own.is_on(own.completed_on):
        raise refused(COMPLETED_ELSEWHEN, act_id=fact.act_id, completed_on=own.completed_on)
    if register.facts.get(fact.act_id) not in (None, fact) and _is_before_all(class_, own):
        raise NothingWasHeld(act_id=fact.act_id, course_id=own.course_id, completed_on=own.completed_on)


def ask_enrolment(register: Register, fact: Fact) -> Iterator[Asked]:
    """Ask if sessions will be recorded later; in files, they come after the enrolments."""
    class_, own = _enrolled(register, fact)
    if _is_before_all(class_, own):
        yield NothingHeld(act_id=fact.act_id, course_id=own.course_id, completed_on=own.completed_on)


def _enrolled(register: Register, fact: Fact, *facts: Fact) -> tuple[Class, Enrolment]:
    """A class and one enrolment in it, as both would be."""
    class_ = class_in(register, register.facts[f"course:{fact.values['course_id']}"], *(facts or (fact,)))
    return class_, next(each for each in class_.enrolments if each.act_id == fact.act_id)


def _is_before_all(class_: Class, own: Enrolment) -> bool:
    """Whether a course is declared completed before any session was held."""
    return own.completed_on is not None and not any(each.held_on <= own.completed_on for each in class_.sessions)


# -- what is noted ---------------------------------------------------------------------------------------------------


def note_enrolment(register: Register, fact: Fact) -> Iterator[Note]:
    """Note that a woman is declared to have completed a course that she hardly attended."""
    if not fact.values.get("completed_on"):
        return
    class_, own = _enrolled(register, fact)
    share = class_.attendance(own.beneficiary_id).share
    if share is not None and share < class_.course.min_attendance:
        sentence = Sentence(
            "%(name)s: completed, but she came to %(came)s of the sessions; the course asks for %(asked)s.",
            name=fact.act_id,
            came=f"{share:.0%}",
            asked=f"{class_.course.min_attendance:.0%}",
        )
        yield Note(note="hardly_came", sentence=sentence)


def note_session(register: Register, fact: Fact) -> Iterator[Note]:
    """Note at the first session that a class is very small or very large."""
    course = register.facts.get(f"course:{fact.values.get('course_id')}")
    if course is None:
        return
    class_ = class_in(register, course, fact)
    many = len(class_.enrolled_on(date.fromisoformat(fact.values["held_on"])))
    if class_.sessions[0].act_id == fact.act_id and not SMALL <= many <= LARGE:
        sentence = Sentence("%(name)s: the class has %(many)s women.", name=fact.act_id, many=many)
        yield Note(note="class_size", sentence=sentence)


RULES: Final = Rules(
    asks=requirements.asks,
    refuse={
        "course": refuse_course,
        "enrolment": refuse_enrolment,
        "site": sites.refuse_site,
        "site_count": sites.refuse_count,
        "meeting": refuse_session,
        "placement": requirements.refuse_receipt,
        "pass": requirements.refuse_receipt,
    },
    stands={kind: {"enrolment": "beneficiary"} for kind in ("meeting", "placement", "pass")},
    ask={"enrolment": ask_enrolment},
    note={
        "enrolment": note_enrolment,
        "meeting": note_session,
        "placement": requirements.note_receipt,
        "pass": requirements.note_receipt,
    },
)
