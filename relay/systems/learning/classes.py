"""How classes go: who was enrolled, came, completed and left, worked out from what was recorded in whatever order.

A woman is expected at the sessions that are held while she is enrolled: who comes late is not absent before, who left
is not absent after, and who comes back has a second enrolment; between the two nothing is expected of her. Of a session
of which nobody wrote down who came, nobody was expected; of one who was excused, `Meeting.expected` tells.
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
"""Of the sessions while she was enrolled, where the course does not say it."""
ABSENT_RUNNING: Final = 4
"""Who missed so many sessions running, the last of hers, dropped out."""
MINUTES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(OfAct, Span):
    """A course, as the columns of its act say it; None where nobody said.

    Attributes:
        sessions: How many are planned.
        minutes: Of a session, where the session does not say it.
        min_attendance: Share of the sessions that completes it.
        tested: Whether it ends with a test.
        topics: What it teaches.
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
        """From the columns of its act."""
        return read_columns(
            cls, {**values, "tested": values.get("tested") == "yes", "topics": ids(values.get("topic"))}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment(OfAct, Span):
    """A woman takes part in a course; it begins on the day of enrolment, and ends on the day she left.

    Attributes:
        beneficiary_id: Her main id.
        completed_on: When she completed it, as somebody declared; None where nobody did.
        result: "passed", "not_passed", "not_tested", or None where nobody said, or it may not be told.
    """

    enrolment_id: str
    course_id: str
    beneficiary_id: str
    completed_on: date | None = None
    result: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], kept: Callable[[str], str]) -> Self:
        """From the columns of its act, the day of its end among them, and what gives her main id."""
        span = {"from_on": values["enrolled_on"], "until_on": values.get("left_on")}
        woman = kept(values["beneficiary_id"])
        return cls.read({**values, **span}, beneficiary_id=woman, ended_on=values.get("ended_on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReport:
    """How a course goes by a day; rates are of women, each counted once however often she came back.

    Attributes:
        place_id: Where; None where nobody said.
        over: Whether it has ended.
        sessions: That were held.
        without_roster: Of these, those of which nobody wrote down who came: nobody was expected at them.
        enrolled: Women.
        started: Those who came at least once, of those enrolled.
        completed: Those who came often enough to the sessions while they were enrolled and did not leave, of those
            enrolled; nothing to count while it goes on.
        completed_of_started: The same, of those who started.
        declared: Women of whom somebody said that they completed it, of those enrolled.
        passed: Women who passed the test, of those tested.
        dropped_out: Women who left, or missed the last four sessions running, without having completed it, of those who
            started.
        attendances: Comings of all women to all sessions.
        unnamed: People who were counted at sessions without names.
        hours: Of all women together.
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
        """Leave out what had not happened by the day.

        Args:
            course: Which.
            enrolments: In it.
            sessions: Of it.
            as_of: Reference day; what happens later does not count.
            excused_counts: Whether who was excused counts as absent; else she was not expected.
        """
        self.course = course
        self.as_of = as_of
        self.excused_counts = excused_counts
        begun = (each for each in enrolments if each.from_on <= as_of)
        self.enrolments = sorted(begun, key=lambda each: (each.from_on, each.enrolment_id))
        held = (each for each in sessions if each.held_on <= as_of)
        self.sessions = sorted(held, key=lambda each: (each.held_on, each.meeting_id))

    @cached_property
    def with_roster(self) -> Mapping[Meeting, frozenset[str]]:
        """Each session of which it was written down who came, in order → who was expected at it."""
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
        kept: Callable[[str], str],
        excused_counts: bool,
    ) -> Self:
        """From the columns of acts, the days of ends among them, and what gives the main id of a woman."""
        return cls(
            Course.of(course),
            [Enrolment.of(each, kept) for each in enrolments],
            [Meeting.of(each, kept) for each in sessions],
            as_of,
            excused_counts=excused_counts,
        )

    @cached_property
    def hers(self) -> Mapping[str, list[Enrolment]]:
        """Woman → her enrolments, in order."""
        found = defaultdict[str, list[Enrolment]](list)
        for each in self.enrolments:
            found[each.beneficiary_id].append(each)
        return found

    @property
    def over(self) -> bool:
        """Whether the course has ended: its last day has passed, or without one all planned sessions were held."""
        if self.course.until_on:
            return self.course.until_on <= self.as_of
        return bool(self.course.sessions) and len(self.sessions) >= (self.course.sessions or 0)

    def enrolled_on(self, day: date) -> frozenset[str]:
        """Who is enrolled on a day."""
        return frozenset(woman for woman, spans in self.hers.items() if any(each.is_on(day) for each in spans))

    def expected(self, woman: str) -> list[Meeting]:
        """The sessions at which a woman was expected, in order."""
        return [each for each, expected in self.with_roster.items() if woman in expected]

    def attended(self, woman: str) -> int:
        """To how many of them she came."""
        return sum(woman in each.attended for each in self.expected(woman))

    def attendance(self, woman: str) -> Rate:
        """To how many of them she came, of how many."""
        return Rate.of(self.attended(woman), len(self.expected(woman)))

    def left(self, woman: str) -> bool:
        """Whether she left before the course ended, and did not come back."""
        last = self.hers[woman][-1].until_on
        return last is not None and last <= self.as_of and (not self.course.until_on or last < self.course.until_on)

    def completed(self, woman: str) -> bool:
        """Whether she came often enough and did not leave; nobody has while the course goes on."""
        share = self.attendance(woman).share
        return self.over and share is not None and share >= self.course.min_attendance and not self.left(woman)

    def dropped_out(self, woman: str) -> bool:
        """Whether she had started, has not completed it, and left or missed the last four sessions running."""
        expected = self.expected(woman)
        last = expected[-ABSENT_RUNNING:]
        missed = len(last) == ABSENT_RUNNING and not any(woman in each.attended | each.excused for each in last)
        return self.attended(woman) > 0 and not self.completed(woman) and (self.left(woman) or missed)

    def declared(self, woman: str) -> date | None:
        """When she completed it, as somebody declared; None where nobody did by the day."""
        days = [each.completed_on for each in self.hers[woman] if each.completed_on and each.completed_on <= self.as_of]
        return max(days, default=None)

    def minutes(self, woman: str) -> Quantity:
        """How long she was there in all; sessions of which nobody said it count as none."""
        return sum(
            (self.course.minutes or 0) if each.minutes is None else each.minutes
            for each in self.sessions
            if woman in each.attended
        )

    def women(self) -> Mapping[str, Sequence[str]]:
        """The women whom its numbers count, by id: "enrolled", "started", "completed", "declared" and "dropped_out"."""
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
        """How it goes."""
        counted = self.women()
        women, started, done = counted["enrolled"], counted["started"], counted["completed"]
        results = {woman: {each.result for each in spans} for woman, spans in self.hers.items()}
        passed = [woman for woman in women if "passed" in results[woman]]
        tested = [woman for woman in women if results[woman] & {"passed", "not_passed"}]
        found = {
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
        return read_columns(ClassReport, asdict(self.course) | found)


def hours(minutes: Quantity) -> Quantity:
    """Minutes as hours.

    >>> hours(120), hours(90)
    (2, 1.5)
    """
    whole, rest = divmod(minutes, MINUTES)
    return minutes / MINUTES if rest else int(whole)


def _of(counted: Collection[str], of: Collection[str]) -> Rate:
    return Rate.of(len(counted), len(of))
