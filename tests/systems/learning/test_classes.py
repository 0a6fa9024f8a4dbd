"""Who started, completed and dropped out, worked out by hand, and by an oracle in plain Python on drawn classes.

Sessions on the 1st to the 10th of March:

    W1  ..........  came to all            W4  ----......  came late, to all of hers
    W2  .......xxx  7 of 10                W5  .....|      left after the fifth
    W3  xxxxxxxxxx  never came             W6  ...|   ..x. left, and came back for the last four
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.domain.model import Rate
from relay.systems.groups.members_and_attendance import Meeting
from relay.systems.learning.classes import Class, Course, Enrolment
from tests.rigs.soak import drawn

DAY: Final = date(2024, 6, 30)


def march(day: int) -> date:
    return date(2024, 3, day)


def enrolment(woman: str, first: int, last: int | None = None, nth: int = 1, **more: object) -> Enrolment:
    known = {"enrolment_id": f"E{woman}.{nth}", "course_id": "C1", "beneficiary_id": woman}
    return Enrolment(from_on=march(first), until_on=march(last) if last else None, **known, **more)  # type: ignore[arg-type]


def session(day: int, present: str, late: str = "", excused: str = "", minutes: float | None = 90) -> Meeting:
    return Meeting(
        meeting_id=f"T{day:02}",
        held_on=march(day),
        kind="session",
        course_id="C1",
        present=frozenset(present.split()),
        late=frozenset(late.split()),
        excused=frozenset(excused.split()),
        minutes=minutes,
    )


COURSE: Final = Course(
    course_id="C1", name="Goat care", kind="training", from_on=march(1), until_on=march(10), minutes=60
)
ENROLMENTS: Final = (
    enrolment("W1", 1, completed_on=march(10), result="passed"),
    enrolment("W2", 1, completed_on=march(10), result="not_passed"),
    enrolment("W3", 1),
    enrolment("W4", 5, result="passed"),
    enrolment("W5", 1, 5),
    enrolment("W6", 1, 3),
    enrolment("W6", 7, nth=2, result="not_tested"),
)
SESSIONS: Final = (
    session(1, "W1 W2 W5 W6"),
    session(2, "W1 W2 W5", late="W6"),
    session(3, "W1 W2 W5 W6"),
    session(4, "W1 W2 W5"),
    session(5, "W1 W2 W4 W5", minutes=None),
    session(6, "W1 W2 W4"),
    session(7, "W1 W2 W4 W6"),
    session(8, "W1 W4 W6"),
    session(9, "W1 W4"),
    session(10, "W1 W4 W6"),
)


def known(as_of: date = DAY, course: Course = COURSE, *, excused_counts: bool = True) -> Class:
    return Class(course, ENROLMENTS, SESSIONS, as_of, excused_counts=excused_counts)


def test_expected_is_who_is_enrolled_that_day() -> None:
    found = known()

    assert [len(found.expected(woman)) for woman in ("W1", "W4", "W5", "W6")] == [10, 6, 5, 7]
    assert found.attendance("W4") == Rate.of(6, 6)
    assert found.attendance("W6") == Rate.of(6, 7)
    assert found.left("W5")
    assert not found.left("W6")


def test_a_class_is_told_with_the_right_bases() -> None:
    found = known().report()

    assert (found.over, found.sessions, found.enrolled) == (True, 10, 6)
    assert found.started == Rate.of(5, 6)  # all but W3
    assert found.completed == Rate.of(3, 6)  # W1 10/10, W4 6/6, W6 6/7; W2 7/10 is below 8/10; W5 5/5 but left
    assert found.completed_of_started == Rate.of(3, 5)
    assert found.declared == Rate.of(2, 6)  # W1 and W2
    assert found.passed == Rate.of(2, 3)  # W1 and W4 of these and W2; W6 was not tested
    assert found.dropped_out == Rate.of(1, 5)  # W5; W2 missed three running, not four
    assert found.attendances == 10 + 7 + 6 + 5 + 6
    # nine sessions of 90 minutes, and the fifth of 60, to which W1, W2, W4 and W5 came
    assert found.hours == (34 - 4) * 1.5 + 4 * 1.0


def test_four_sessions_missed_running_are_a_drop_out_until_she_comes_again() -> None:
    spans = [enrolment("W1", 1), enrolment("W2", 1)]
    sessions = [session(1, "W1 W2"), *(session(day, "W1") for day in (2, 3, 4, 5))]

    assert Class(COURSE, spans, sessions, DAY).dropped_out("W2")
    assert not Class(COURSE, spans, [*sessions, session(6, "W2")], DAY).dropped_out("W2")
    assert not Class(COURSE, spans, sessions[:-1], DAY).dropped_out("W2")
    excused = [*sessions[:-1], session(5, "W1", excused="W2")]
    assert not Class(COURSE, spans, excused, DAY).dropped_out("W2")


def test_who_was_excused_counts_as_absent_unless_the_programme_says_otherwise() -> None:
    spans = [enrolment("W1", 1)]
    sessions = [*(session(day, "W1") for day in (1, 2, 3)), session(4, "", excused="W1")]

    assert Class(COURSE, spans, sessions, DAY).attendance("W1") == Rate.of(3, 4)
    assert Class(COURSE, spans, sessions, DAY, excused_counts=False).attendance("W1") == Rate.of(3, 3)


def test_a_session_without_a_list_of_who_came_was_missed_by_nobody() -> None:
    """Ten with a list and five without, of which guests were counted at one: W1 came to 10 of 10, not of 15."""
    unlisted = [session(day, "") for day in (11, 12, 13, 14)]
    guests = Meeting(meeting_id="T15", held_on=march(15), kind="session", course_id="C1", unnamed=20)
    course = replace(COURSE, until_on=march(20))
    found = Class(course, ENROLMENTS, [*SESSIONS, *unlisted, guests], DAY)

    assert (found.report().sessions, found.report().without_roster) == (15, 5)
    assert (found.attendance("W1"), found.attendance("W2")) == (Rate.of(10, 10), Rate.of(7, 10))
    assert found.report().completed == known().report().completed
    assert not found.dropped_out("W1")  # she missed none of the last four running
    assert Class(course, ENROLMENTS, unlisted, DAY).report().completed == Rate.of(0, 6)


def test_who_is_excused_never_came_whatever_else_a_list_says() -> None:
    found = Class(COURSE, [enrolment("W1", 1)], [session(1, "W1", excused="W1")], DAY)

    assert found.attendance("W1") == Rate.of(0, 1)


def test_nobody_has_completed_a_course_that_goes_on() -> None:
    found = known(as_of=march(5)).report()

    assert not found.over
    assert found.completed == Rate.of(0, 0)
    assert found.sessions == 5
    assert found.started == Rate.of(5, 6)
    planned = Course(course_id="C1", name="x", kind="training", from_on=march(1), sessions=10)
    assert known(course=planned).over
    assert not known(as_of=march(9), course=planned).over


def test_an_adult_class_of_nepal_has_over_three_hundred_hours() -> None:
    # six months of 26 days, two hours a day (unesco.org, EFA 2000), where the norm asks for some 300
    first = date(2024, 1, 1)
    sessions = [
        Meeting(
            meeting_id=f"T{number}",
            held_on=first + timedelta(days=number),
            kind="session",
            present=frozenset({"W1"}),
            minutes=120,
        )
        for number in range(6 * 26)
    ]
    span = Enrolment(enrolment_id="E1", course_id="C1", beneficiary_id="W1", from_on=first)
    course = Course(course_id="C1", name="Basic", kind="literacy", from_on=first, sessions=156)

    assert Class(course, [span], sessions, DAY).minutes("W1") == 312 * 60


# ---------------------------------------------------------------------------------------------------- the oracle

_WOMEN: Final = ("W1", "W2", "W3")


@st.composite
def _drawn(draw: st.DrawFn) -> tuple[list[Enrolment], list[Meeting], int]:
    spans = []
    for woman in _WOMEN:
        days = sorted(draw(st.sets(st.integers(1, 20), max_size=4)))
        for nth, first in enumerate(days[::2]):
            last = days[2 * nth + 1] if 2 * nth + 1 < len(days) else None
            spans.append(enrolment(woman, first, last, nth))
    sessions = []
    for day in sorted(draw(st.sets(st.integers(1, 20), max_size=12))):
        there = [each.beneficiary_id for each in spans if each.from_on <= march(day) <= (each.until_on or date.max)]
        came = [woman for woman in dict.fromkeys(there) if draw(st.booleans())]
        sessions.append(session(day, " ".join(came)))
    return spans, sessions, draw(st.integers(1, 25))


@settings(max_examples=drawn(300))
@given(_drawn())
def test_plain_python_counts_the_same(said: tuple[list[Enrolment], list[Meeting], int]) -> None:
    spans, sessions, day = said
    course = Course(course_id="C1", name="x", kind="training", from_on=march(1), until_on=march(20), min_attendance=0.5)

    found = Class(course, spans, sessions, march(day)).report()

    started, completed, dropped, enrolled = 0, 0, 0, 0
    for woman in _WOMEN:
        hers = [each for each in spans if each.beneficiary_id == woman and each.from_on <= march(day)]
        if not hers:
            continue
        enrolled += 1
        came = [
            woman in each.attended
            for each in sessions
            if each.held_on <= march(day)
            and each.attended | each.excused
            and any(span.from_on <= each.held_on <= (span.until_on or date.max) for span in hers)
        ]
        last = max(hers, key=lambda each: each.from_on).until_on
        left = last is not None and last <= march(day) and last < march(20)
        done = day >= 20 and bool(came) and sum(came) / len(came) >= 0.5 and not left
        started += any(came)
        completed += done
        dropped += any(came) and not done and (left or (len(came) >= 4 and not any(came[-4:])))
    assert found.started == Rate.of(started, enrolled)
    assert found.completed == Rate.of(completed, enrolled if day >= 20 else 0)
    assert found.dropped_out == Rate.of(dropped, started)
