"""How classes are going: who enrolled, attended, completed and left, worked out from acts recorded in any order.

A woman is expected at the sessions held while she is enrolled. So a woman who joins late is not absent before, one who
left is not absent after, and one who returns has a second enrolment, with nothing expected between the two. At a
session without a roster nobody is expected; for women who were excused see `Meeting.expected`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, Self

from relay.domain.acts import OfAct
from relay.domain.model import Quantity, Rate
from relay.service.json_codec import read_columns
from relay.systems.groups.members_and_attendance import Meeting, Span, ids

MIN_ATTENDANCE: Final = 0.8
"""Share of the sessions during her enrolment that completes a course, unless the course gives another share."""
ABSENT_RUNNING: Final = 4
"""A woman who missed this number of sessions in a row, up to her last, has dropped out."""
MINUTES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(OfAct, Span):
    """A course with the columns of its act; None for values that are not recorded.

    Attributes:
        course_id: Id of the course.
        name: Name of the course.
        kind: Kind of course.
        place_id: Id of its place.
        sessions: Number of planned sessions.
        minutes: Minutes of a session, unless the session gives its own.
        min_attendance: Share of the sessions that completes it, in [0, 1].
        tested: Whether it ends with a test.
        topics: Topics that it teaches.
    """

    course_id: str
    name: str
    kind: str
    place_id: str | None = None
    sessions: int | None = None
    minutes: int | None = None
    min_attendance: float = MIN_ATTENDANCE
    tested: bool = False
    topics: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Make a course from the columns of its act."""
        return read_columns(
            cls, {**values, "tested": values.get("tested") == "yes", "topics": ids(values.get("topic"))}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment(OfAct, Span):
    """A woman's enrolment in a course, from the day of enrolment to the day she left.

    Attributes:
        enrolment_id: Id of the enrolment.
        course_id: Id of the course.
        beneficiary_id: Her main id.
        completed_on: Day on which she completed it, as declared by somebody; None if nobody did.
        result: "passed", "not_passed" or "not_tested"; None if not recorded, or if the reader may not see it.
    """

    enrolment_id: str
    course_id: str
    beneficiary_id: str
    completed_on: date | None = None
    result: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], main_id: Callable[[str], str]) -> Self:
        """Make an enrolment from the columns of its act, including the day of its end.

        Args:
            values: Columns of the act.
            main_id: Gives a woman's main id.
        """
        span = {"from_on": values["enrolled_on"], "until_on": values.get("left_on")}
        woman = main_id(values["beneficiary_id"])
        return cls.read({**values, **span}, beneficiary_id=woman, ended_on=values.get("ended_on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReport:
    """How a course is going by a day; in rates each woman counts once, however often she returned.

    Attributes:
        place_id: Id of its place; None if not recorded.
        over: Whether it has ended.
        sessions: Number of sessions held.
        without_roster: Number of these without a roster; nobody was expected at them.
        enrolled: Number of women enrolled.
        started: Women who attended at least once, of those enrolled.
        completed: Women who attended enough of the sessions during their enrolment and did not leave, of those
            enrolled; 0 of 0 while the course continues.
        completed_of_started: The same, of those who started.
        declared: Women whom somebody declared to have completed it, of those enrolled.
        passed: Women who passed the test, of those tested.
        dropped_out: Women who left, or missed the last four sessions in a row, without having completed it; of those
            who started.
        attendances: Total number of attendances of all women.
        unnamed: Number of people counted at sessions without names.
        hours: Total hours of all women.
    """

    course_id: str
    name: str
    kind: str
    place_id: str | None = None
    from_on: date
    over: bool
    sessions: int
    without_roster: int
    enrolled: int
    started: Rate
    completed: Rate
    completed_of_started: Rate
    declared: Rate
    passed: Rate
    dropped_out: Rate
    attendances: int
    unnamed: Quantity
    hours: Quantity


class Class:
    """One course with its enrolments and sessions by a day."""

    def __init__(
        self,
        course: Course,
        enrolments: Iterable[Enrolment],
        sessions: Iterable[Meeting],
        as_of: date,
        *,
        excused_counts: bool = True,
    ) -> None:
        """Take a course, its enrolments and sessions, and leave out what had not happened by the day.

        Args:
            course: The course.
            enrolments: Enrolments in it.
            sessions: Its sessions.
            as_of: Reference day; what happens later does not count.
            excused_counts: Whether women who were excused count as absent; if not, they were not expected.
        """
        self.course = course
        self.as_of = as_of
        self.excused_counts = excused_counts
        begun = (each for each in enrolments if each.from_on <= as_of)
        self.enrolments = sorted(begun, key=lambda each: (each.from_on, each.enrolment_id))
        sessions_held = (each for each in sessions if each.held_on <= as_of)
        self.sessions = sorted(sessions_held, key=lambda each: (each.held_on, each.meeting_id))

    @cached_property
    def with_roster(self) -> Mapping[Meeting, frozenset[str]]:
        """Session with a roster, in order → women who were expected at it."""
        return {
            each: each.expected(self.enrolled_on(each.held_on), excused_counts=self.excused_counts)
            for each in self.sessions
            if each.has_roster
        }

    @classmethod
    def of(
        cls,
        course: Mapping[str, Any],
        enrolments: Iterable[Mapping[str, Any]],
        sessions: Iterable[Mapping[str, Any]],
        as_of: date,
        *,
        main_id: Callable[[str], str],
        excused_counts: bool,
    ) -> Self:
        """Make a class from the columns of acts, including days of ends.

        Args:
            course: Columns of the course.
            enrolments: Columns of each enrolment.
            sessions: Columns of each session.
            as_of: Reference day; what happens later does not count.
            main_id: Gives a woman's main id.
            excused_counts: As for `Class`.
        """
        return cls(
            Course.of(course),
            [Enrolment.of(each, main_id) for each in enrolments],
            [Meeting.of(each, main_id) for each in sessions],
            as_of,
            excused_counts=excused_counts,
        )

    @cached_property
    def hers(self) -> Mapping[str, list[Enrolment]]:
        """Woman → her enrolments, in order."""
        by_woman = defaultdict[str, list[Enrolment]](list)
        for each in self.enrolments:
            by_woman[each.beneficiary_id].append(each)
        return by_woman

    @property
    def over(self) -> bool:
        """Whether the course has ended: its last day has passed, or if it has none, all planned sessions were held."""
        if self.course.until_on:
            return self.course.until_on <= self.as_of
        return bool(self.course.sessions) and len(self.sessions) >= (self.course.sessions or 0)

    def enrolled_on(self, day: date) -> frozenset[str]:
        """The women enrolled on a day."""
        return frozenset(woman for woman, spans in self.hers.items() if any(each.is_on(day) for each in spans))

    def expected(self, woman: str) -> list[Meeting]:
        """The sessions at which a woman was expected, in order."""
        return [each for each, expected in self.with_roster.items() if woman in expected]

    def attended(self, woman: str) -> int:
        """The number of sessions at which she was expected and attended."""
        return sum(woman in each.attended for each in self.expected(woman))

    def attendance(self, woman: str) -> Rate:
        """Sessions that she attended, of those at which she was expected."""
        return Rate.of(self.attended(woman), len(self.expected(woman)))

    def left(self, woman: str) -> bool:
        """Whether she left before the course ended and did not return."""
        last = self.hers[woman][-1].until_on
        return last is not None and last <= self.as_of and (not self.course.until_on or last < self.course.until_on)

    def completed(self, woman: str) -> bool:
        """Whether she attended enough sessions and did not leave; false for everybody while the course continues."""
        share = self.attendance(woman).share
        return self.over and share is not None and share >= self.course.min_attendance and not self.left(woman)

    def dropped_out(self, woman: str) -> bool:
        """Whether she started, did not complete it, and left or missed the last four sessions in a row."""
        expected = self.expected(woman)
        last = expected[-ABSENT_RUNNING:]
        missed = len(last) == ABSENT_RUNNING and not any(woman in each.attended | each.excused for each in last)
        return self.attended(woman) > 0 and not self.completed(woman) and (self.left(woman) or missed)

    def declared(self, woman: str) -> date | None:
        """The day on which she completed it, as declared by somebody by the day; None if nobody did."""
        days = [each.completed_on for each in self.hers[woman] if each.completed_on and each.completed_on <= self.as_of]
        return max(days, default=None)

    def minutes(self, woman: str) -> Quantity:
        """Her total minutes; sessions of unknown length count as 0."""
        return sum(
            (self.course.minutes or 0) if each.minutes is None else each.minutes
            for each in self.sessions
            if woman in each.attended
        )

    def women(self) -> Mapping[str, Sequence[str]]:
        """Word → women that a number counts, by id.

        The words are "enrolled", "started", "completed", "declared" and "dropped_out".
        """
        women = sorted(self.hers)
        started = [woman for woman in women if self.attended(woman)]
        return {
            "enrolled": women,
            "started": started,
            "completed": [woman for woman in women if self.completed(woman)],
            "declared": [woman for woman in women if self.declared(woman)],
            "dropped_out": [woman for woman in started if self.dropped_out(woman)],
        }

    def report(self) -> ClassReport:
        """How the course is going."""
        counted = self.women()
        women, started, done = counted["enrolled"], counted["started"], counted["completed"]
        results = {woman: {each.result for each in spans} for woman, spans in self.hers.items()}
        passed = [woman for woman in women if "passed" in results[woman]]
        tested = [woman for woman in women if results[woman] & {"passed", "not_passed"}]
        figures = {
            "over": self.over,
            "sessions": len(self.sessions),
            "without_roster": len(self.sessions) - len(self.with_roster),
            "enrolled": len(women),
            "started": _of(started, women),
            "completed": _of(done, women if self.over else ()),
            "completed_of_started": _of(done, started if self.over else ()),
            "declared": _of(counted["declared"], women),
            "passed": _of(passed, tested),
            "dropped_out": _of(counted["dropped_out"], started),
            "attendances": sum(self.attended(woman) for woman in women),
            "unnamed": sum(each.unnamed for each in self.sessions),
            "hours": hours(sum(self.minutes(woman) for woman in women)),
        }
        return read_columns(ClassReport, asdict(self.course) | figures)


def hours(minutes: Quantity) -> Quantity:
    """Minutes as hours.

    >>> hours(120), hours(90)
    (2, 1.5)
    """
    whole, rest = divmod(minutes, MINUTES)
    return minutes / MINUTES if rest else int(whole)


def _of(counted: Collection[str], of: Collection[str]) -> Rate:
    return Rate.of(len(counted), len(of))
