"""The questions about learning."""

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
from relay.service.question import Question, Source
from relay.service.questions.parameters import AsOf, Id, OfADay, OfHer
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
    """A site for advice; the numbers of its visitors are published only in releases.

    Attributes:
        site_id: Id of the site.
        name: Name of the site.
        kind: "advice", "information" or "hotline_desk".
        place_id: Id of its place.
        reported: Number of months with a count.
        missing: Whole months without a count since it opened, in order.
    """

    site_id: str
    name: str
    kind: str
    place_id: str
    reported: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningReport:
    """How classes are going by a day; the three numbers of people overlap, so they are never added up.

    Attributes:
        as_of: Reference day; what happens later does not count.
        courses: Sorted by id.
        reached: Number of different women who attended a session of any course.
        attendances: Total number of attendances of all women.
        unnamed: Number of people counted at sessions without names.
        prepared: Placements whose holder had completed what their rule requires, of all whose rule requires something.
        prepared_on_time: Of those past their due day, placements that had passed on all they owe by that day.
        others_on_time: The same for other placements whose rule requires something: an association, not a cause.
        prepared_kept: Placements that are not lost, of those whose holder had completed what their rule requires.
        others_kept: The same for the others: an association, not a cause.
        intervals: Name of each of these shares → its 95 % confidence interval.
        ready: Requests on the waiting list whose woman has completed what is required, of all; 0 of 0 without planning.
        sites: Sorted by id.
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
    """A woman in a course, without test results.

    Attributes:
        beneficiary_id: Her main id.
        course_id: Id of the course.
        name: Name of the course.
        enrolled_on: Day on which she first enrolled.
        left_on: Her last day; None while she is enrolled.
        attendance: Sessions that she attended, of those held during her enrolment.
        hours: Her total hours.
        completed: Whether she attended enough sessions and stayed to the end.
        declared_on: Day on which she completed it, as declared by somebody; None if nobody did.
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


def learners(classes_: Class) -> tuple[LearnerRow, ...]:
    """The women of a course, by id."""
    return tuple(
        LearnerRow(
            beneficiary_id=woman,
            course_id=classes_.course.course_id,
            name=classes_.course.name,
            enrolled_on=spans[0].from_on,
            left_on=spans[-1].until_on,
            attendance=classes_.attendance(woman),
            hours=hours(classes_.minutes(woman)),
            completed=classes_.completed(woman),
            declared_on=classes_.declared(woman),
            dropped_out=classes_.dropped_out(woman),
        )
        for woman, spans in sorted(classes_.hers.items())
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


def reached(classes_: Iterable[Class]) -> frozenset[str]:
    """The women who attended a session of any of some courses."""
    return frozenset(woman for each in classes_ for woman in each.hers if each.attended(woman))


def counted(graph: Graph, programme_id: str, survey: Survey, course_id: str) -> Mapping[str, Sequence[str]]:
    """The records that the numbers of a course count: word → records, "kind:id".

    The words are "sessions", of these "without_roster", and those of `Class.women`. For "" in place of a course, they
    are those of the whole programme: "reached", and for each word of `reading.joined` the numerator under that word and
    the denominator under "of_" and the word. Words without records are left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    classes_ = reading.classes(graph, programme_id, survey.as_of)
    if course_id:
        of = next((each for each in classes_ if each.course.course_id == course_id), None)
        if of is None:
            return {}
        return _of_women(of.women()) | {
            "sessions": [each.act_id for each in of.sessions],
            "without_roster": [each.act_id for each in of.sessions if not each.has_roster],
        }
    by_word = _of_women({"reached": sorted(reached(classes_))})
    for word, records in reading.joined(graph, programme_id, classes_, lambda: survey).items():
        by_word |= {word: records.over, f"of_{word}": records.under}
    return by_word


def _of_women(counted: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {word: [f"beneficiary:{id_}" for id_ in ids] for word, ids in counted.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning(OfADay[LearningReport]):
    """How classes go, who is prepared for what help requires, and which sites reported; no test result of a woman."""

    name = "learning"
    action = "learning"
    path = "learning"
    ids_only = True

    def answer(self, source: Source, programme_id: str) -> LearningReport:
        """Courses and sites by id, and figures for all of them."""
        graph = source.graph
        classes_ = reading.classes(graph, programme_id, self.as_of)
        joined = reading.joined(graph, programme_id, classes_, lambda: self.survey(source, programme_id))
        rates = {word: joined.get(word, reading.Counted()).rate for word in (*reading.PREPARED, "ready")}
        reports = tuple(each.report() for each in classes_)
        return LearningReport(
            as_of=self.as_of,
            courses=reports,
            reached=len(reached(classes_)),
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
        """Sorted by id.

        Raises:
            NotFound: There is no such course, or it had not begun.
        """
        course_id = self.id.rpartition(":")[2]
        for classes_ in reading.classes(source.graph, programme_id, self.as_of):
            if classes_.course.course_id == course_id:
                return learners(classes_)
        raise refused(NO_SUCH_COURSE, course_id=course_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursesOf(OfHer[LearnerRow]):
    """The courses of one woman, and how often she came; nothing of a test. Personal."""

    name = "courses_of"
    action = "learning"
    path = "beneficiaries/<id>/courses"

    def answer(self, source: Source, programme_id: str) -> tuple[LearnerRow, ...]:
        """Sorted by course; empty if the reader may not see this woman."""
        classes_, her = reading.classes(source.graph, programme_id, self.as_of), source.her(programme_id, self.id)
        return tuple(row for each in classes_ for row in learners(each) if row.beneficiary_id in her)


QUESTIONS: Final = (Learning, Learners, CoursesOf)
OF_HER: Final = CoursesOf
