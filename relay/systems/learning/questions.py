"""What can be asked about learning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.arrays import cache
from relay.audit.error_rate import intervals
from relay.domain.model import Rate
from relay.errors import NotFound
from relay.ledger import reading as ledger
from relay.reports import trees
from relay.service.queries.parameters import AsOf, Id
from relay.service.question import Question, Source
from relay.systems.learning import reading
from relay.systems.learning.classes import Class, ClassReport
from relay.systems.learning.sites import months_missing

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph

_CONFIRMED_ONLY: Final = False  # who received is asked what she learned before, whoever confirmed it


class NoSuchCourse(NotFound):
    """A course is asked for that is not recorded, or had not begun by then."""

    reason = "There is no course %(course_id)s in the record by then."
    suggestion = "List the courses: relay learning"

    course_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A site for advice; how many people came leaves the record only as a release.

    Attributes:
        site_id: Its id.
        name: What it is called.
        kind: "advice", "information" or "hotline_desk".
        place_id: Where.
        reported: Months of which a count was recorded.
        missing: Whole months since it opened of which none was, in order.
    """

    site_id: str
    name: str
    kind: str
    place_id: str
    reported: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningFound:
    """How classes go by a day; the three numbers of people are never added up.

    Attributes:
        as_of: The day.
        courses: By id.
        reached: Women who came to a session of any course, each counted once.
        attendances: Comings of all women to all sessions.
        unnamed: People who were counted at sessions without names.
        prepared: Placements whose holder had completed what their rule requires, of all whose rule requires it.
        prepared_on_time: Of those, past their due day: which had passed on all they owe by then.
        others_on_time: The same of the others whose rule requires something: an association, no proof.
        prepared_kept: Placements that are not lost, of those whose holder had completed what their rule requires.
        others_kept: The same of the others: an association, no proof.
        intervals: Which of these shares → between which shares that of many more like them may lie, at 95 %.
        ready: The same of requests on the waiting list; nothing to count without planning.
        sites: By id.
    """

    as_of: date
    courses: tuple[ClassReport, ...]
    reached: int
    attendances: int
    unnamed: float
    prepared: Rate
    prepared_on_time: Rate
    others_on_time: Rate
    prepared_kept: Rate
    others_kept: Rate
    intervals: Mapping[str, tuple[float, float]]
    ready: Rate
    sites: tuple[SiteRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerRow:
    """A woman in a course; nothing of a test.

    Attributes:
        beneficiary_id: The id under which she is kept.
        enrolled_on: When she first was.
        left_on: Her last day; None while she is enrolled.
        attendance: To how many of the sessions while she was enrolled she came.
        hours: That she was there.
        completed: Whether she came often enough and stayed to the end.
        declared_on: When she completed it, as somebody declared; None where nobody did.
        dropped_out: Whether she left, or missed the last four sessions, without having completed it.
    """

    beneficiary_id: str
    enrolled_on: date
    left_on: date | None
    attendance: Rate
    hours: float
    completed: bool
    declared_on: date | None
    dropped_out: bool


def learners(known: Class) -> tuple[LearnerRow, ...]:
    """The women of a course, by id."""
    return tuple(
        LearnerRow(
            beneficiary_id=woman,
            enrolled_on=spells[0].from_on,
            left_on=spells[-1].until_on,
            attendance=known.attendance(woman),
            hours=known.hours(woman),
            completed=known.completed(woman),
            declared_on=known.declared(woman),
            dropped_out=known.dropped_out(woman),
        )
        for woman, spells in sorted(known.hers.items())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HerCourse(LearnerRow):
    """A course of one woman, as `LearnerRow` tells it.

    Attributes:
        course_id: Of the course.
        name: What it is called.
    """

    course_id: str
    name: str


def hers(known: Iterable[Class], woman: str) -> tuple[HerCourse, ...]:
    """The courses of a woman who is kept under an id, of some classes."""
    return tuple(
        HerCourse(
            course_id=each.course.course_id,
            name=each.course.name,
            **{field.name: getattr(row, field.name) for field in fields(LearnerRow)},
        )
        for each in known
        if woman in each.hers
        for row in learners(each)
        if row.beneficiary_id == woman
    )


def sites(graph: Graph, programme_id: str, as_of: date) -> tuple[SiteRow, ...]:
    """The sites that were open by a day, by id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    counted = defaultdict[str, list[str]](list)
    for count in ledger.said(graph, programme_id, "site_count"):
        counted[count["site_id"]].append(count["month"])
    return tuple(
        SiteRow(
            site_id=row["site_id"],
            name=row["name"],
            kind=row["kind"],
            place_id=row["place_id"],
            reported=len(counted[row["site_id"]]),
            missing=tuple(months_missing(row, counted[row["site_id"]], as_of)),
        )
        for row in sorted(ledger.said(graph, programme_id, "site"), key=lambda row: row["site_id"])
        if row["opened_on"] <= as_of.isoformat()
    )


def reached(known: Iterable[Class]) -> frozenset[str]:
    """The women who came to any session of some courses."""
    return frozenset(woman for each in known for woman in each.hers if each.attended(woman))


def counted(graph: Graph, programme_id: str, survey: Survey, course_id: str) -> Mapping[str, Sequence[str]]:
    """What the numbers of a course count → the records, "kind:id": "sessions", and what `Class.women` tells.

    Of "" what those of the whole programme do: "reached"; of `PREPARED` each, beside it "of_" and its name, all of
    which it is a share; and "waiting", of these "ready". What is not there is left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    known = reading.classes(graph, programme_id, survey.as_of)
    if course_id:
        of_courses = {each.course.course_id: each for each in known}
        if (asked := of_courses.get(course_id)) is None:
            return {}
        women = {word: [f"beneficiary:{id_}" for id_ in ids] for word, ids in asked.women().items()}
        return {**women, "sessions": [each.meeting.act_id for each in asked.sessions]}
    required, done = reading.requirements(graph, programme_id), reading.done_in(known)
    found = {"reached": [f"beneficiary:{id_}" for id_ in sorted(reached(known))]}
    for word, placements in reading.prepared(survey, required, done).items():
        found[word] = [f"placement:{id_}" for id_ in placements.over]
        found[f"of_{word}"] = [f"placement:{id_}" for id_ in placements.under]
    if required and "planning" in ledger.head(graph, programme_id).systems:
        waiting = reading.waiting(graph, programme_id, survey, required, done)
        found["waiting"] = [each.act_id for each, _ in waiting]
        found["ready"] = [each.act_id for each, missing in waiting if not missing]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning(Question[LearningFound]):
    """How classes go, who is prepared for what help requires, and which sites reported; no test result of a woman."""

    name = "learning"
    action = "learning"
    path = "learning"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> LearningFound:
        """Courses and sites by id, and figures of all of them."""
        graph = source.graph
        known = reading.classes(graph, programme_id, self.as_of)
        required, done = reading.requirements(graph, programme_id), reading.done_in(known)
        joined: Mapping[str, Rate] = dict.fromkeys(reading.PREPARED, Rate.of(0, 0))
        ready = Rate.of(0, 0)
        if required:
            kept = source.kept
            relay = (
                kept(self.as_of, _CONFIRMED_ONLY)
                if kept
                else trees.relay(graph, programme_id, self.as_of, folder=source.folder / cache.FOLDER)
            )
            prepared = reading.prepared(relay.survey, required, done)
            joined = {word: found.rate for word, found in prepared.items()}
            if "planning" in ledger.head(graph, programme_id).systems:
                waiting = reading.waiting(graph, programme_id, relay.survey, required, done)
                ready = Rate.of(sum(not missing for _, missing in waiting), len(waiting))
        reports = tuple(each.report() for each in known)
        return LearningFound(
            as_of=self.as_of,
            courses=reports,
            reached=len(reached(known)),
            attendances=sum(each.attendances for each in reports),
            unnamed=sum(each.unnamed for each in reports),
            **joined,
            intervals=intervals(joined),
            ready=ready,
            sites=sites(graph, programme_id, self.as_of),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Learners(Question[tuple[LearnerRow, ...]]):
    """The women of a course, and how often they came; nothing of a test."""

    name = "learners"
    action = "learning"
    path = "learning/<id>"
    ids_only = True

    id: Id
    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> tuple[LearnerRow, ...]:
        """By id.

        Raises:
            NoSuchCourse: There is no such course, or it had not begun.
        """
        course_id = self.id.rpartition(":")[2]
        for known in reading.classes(source.graph, programme_id, self.as_of):
            if known.course.course_id == course_id:
                return learners(known)
        raise NoSuchCourse(course_id=course_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursesOf(Question[tuple[HerCourse, ...]]):
    """The courses of one woman, and how often she came; nothing of a test. Personal."""

    name = "courses_of"
    action = "learning"
    path = "beneficiaries/<id>/courses"
    personal = True

    id: Id
    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> tuple[HerCourse, ...]:
        """By course; none of a woman whom the reader may not find."""
        known = reading.classes(source.graph, programme_id, self.as_of)
        return tuple(row for id_ in source.her(programme_id, self.id) for row in hers(known, id_))

    def opened(self, answer: tuple[HerCourse, ...]) -> Iterable[str]:
        """Her record."""
        return {f"beneficiary:{each.beneficiary_id}" for each in answer}


QUESTIONS: Final = (Learning, Learners, CoursesOf)
OF_HER: Final = CoursesOf
