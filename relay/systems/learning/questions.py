"""What can be asked about learning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from relay.audit.error_rate import intervals
from relay.domain.model import Quantity, Rate
from relay.errors import Failure, NotFound, refused
from relay.ledger import reading as ledger
from relay.service.json_codec import read_columns
from relay.service.queries.parameters import AsOf, Id, OfADay, OfHer
from relay.service.question import Question, Source
from relay.systems.learning import reading
from relay.systems.learning.classes import Class, ClassReport, hours
from relay.systems.learning.sites import months_missing

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph


NO_SUCH_COURSE: Final = Failure(
    NotFound,
    "no_such_course",
    "There is no course %(course_id)s in the record by then.",
    advice="List the courses",
    command="relay learning",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A site for advice; how many people came leaves the record only as a release.

    Attributes:
        kind: "advice", "information" or "hotline_desk".
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
        as_of: Reference day; what happens later does not count.
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
    unnamed: Quantity
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
        beneficiary_id: Her main id.
        name: What the course is called.
        enrolled_on: When she first was.
        left_on: Her last day; None while she is enrolled.
        attendance: To how many of the sessions while she was enrolled she came.
        hours: That she was there.
        completed: Whether she came often enough and stayed to the end.
        declared_on: When she completed it, as somebody declared; None where nobody did.
        dropped_out: Whether she left, or missed the last four sessions, without having completed it.
    """

    beneficiary_id: str
    course_id: str
    name: str
    enrolled_on: date
    left_on: date | None
    attendance: Rate
    hours: Quantity
    completed: bool
    declared_on: date | None
    dropped_out: bool


def learners(known: Class) -> tuple[LearnerRow, ...]:
    """The women of a course, by id."""
    return tuple(
        LearnerRow(
            beneficiary_id=woman,
            course_id=known.course.course_id,
            name=known.course.name,
            enrolled_on=spans[0].from_on,
            left_on=spans[-1].until_on,
            attendance=known.attendance(woman),
            hours=hours(known.minutes(woman)),
            completed=known.completed(woman),
            declared_on=known.declared(woman),
            dropped_out=known.dropped_out(woman),
        )
        for woman, spans in sorted(known.hers.items())
    )


def sites(graph: Graph, programme_id: str, as_of: date) -> tuple[SiteRow, ...]:
    """The sites that were open by a day, by id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    counted = defaultdict[str, list[str]](list)
    for count in ledger.said(graph, programme_id, "site_count"):
        counted[count["site_id"]].append(count["month"])
    open_ = (row for row in ledger.said(graph, programme_id, "site") if row["opened_on"] <= as_of.isoformat())
    return tuple(
        read_columns(SiteRow, row | {"reported": len(months), "missing": months_missing(row, months, as_of)})
        for row in sorted(open_, key=itemgetter("site_id"))
        for months in [counted[row["site_id"]]]
    )


def reached(known: Iterable[Class]) -> frozenset[str]:
    """The women who came to any session of some courses."""
    return frozenset(woman for each in known for woman in each.hers if each.attended(woman))


def counted(graph: Graph, programme_id: str, survey: Survey, course_id: str) -> Mapping[str, Sequence[str]]:
    """What the numbers of a course count → the records, "kind:id".

    "sessions", of these "without_roster", and what `Class.women` tells. Of "" what those of the whole programme do:
    "reached"; of `reading.joined` each, beside it "of_" and its name, all of which it is a share. What is not there is
    left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    known = reading.classes(graph, programme_id, survey.as_of)
    if course_id:
        of = next((each for each in known if each.course.course_id == course_id), None)
        if of is None:
            return {}
        return _of_women(of.women()) | {
            "sessions": [each.act_id for each in of.sessions],
            "without_roster": [each.act_id for each in of.sessions if not each.has_roster],
        }
    found = _of_women({"reached": sorted(reached(known))})
    for word, records in reading.joined(graph, programme_id, known, lambda: survey).items():
        found |= {word: records.over, f"of_{word}": records.under}
    return found


def _of_women(counted: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {word: [f"beneficiary:{id_}" for id_ in ids] for word, ids in counted.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning(OfADay[LearningFound]):
    """How classes go, who is prepared for what help requires, and which sites reported; no test result of a woman."""

    name = "learning"
    action = "learning"
    path = "learning"
    ids_only = True

    def answer(self, source: Source, programme_id: str) -> LearningFound:
        """Courses and sites by id, and figures of all of them."""
        graph = source.graph
        known = reading.classes(graph, programme_id, self.as_of)
        joined = reading.joined(graph, programme_id, known, lambda: self.survey(source, programme_id))
        rates = {word: joined.get(word, reading.Counted()).rate for word in (*reading.PREPARED, "ready")}
        reports = tuple(each.report() for each in known)
        return LearningFound(
            as_of=self.as_of,
            courses=reports,
            reached=len(reached(known)),
            attendances=sum(each.attendances for each in reports),
            unnamed=sum(each.unnamed for each in reports),
            **rates,
            intervals=intervals({word: rates[word] for word in reading.PREPARED}),
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
            NotFound: There is no such course, or it had not begun.
        """
        course_id = self.id.rpartition(":")[2]
        for known in reading.classes(source.graph, programme_id, self.as_of):
            if known.course.course_id == course_id:
                return learners(known)
        raise refused(NO_SUCH_COURSE, course_id=course_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursesOf(OfHer[LearnerRow]):
    """The courses of one woman, and how often she came; nothing of a test. Personal."""

    name = "courses_of"
    action = "learning"
    path = "beneficiaries/<id>/courses"

    def answer(self, source: Source, programme_id: str) -> tuple[LearnerRow, ...]:
        """By course; none of a woman whom the reader may not find."""
        known, her = reading.classes(source.graph, programme_id, self.as_of), source.her(programme_id, self.id)
        return tuple(row for each in known for row in learners(each) if row.beneficiary_id in her)


QUESTIONS: Final = (Learning, Learners, CoursesOf)
OF_HER: Final = CoursesOf
