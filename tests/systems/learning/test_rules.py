"""What is refused of courses, enrolments, sessions and counts, and what is noted, whichever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.domain.rulebook import WOULD_BREAK, StandingOnIt
from relay.ledger import recording, verify
from relay.systems.groups.rules import UNTIL_BEFORE_FROM
from relay.systems.learning.requirements import NOT_PREPARED
from relay.systems.learning.rules import (
    COMPLETED_ELSEWHEN,
    ENROLLED_ALREADY,
    MORE_THAN_ALL_SESSIONS,
    NOT_ENROLLED,
    SESSION_OUTSIDE_COURSE,
    NothingHeld,
    NothingWasHeld,
)
from relay.systems.learning.sites import COUNTED_ALREADY, MORE_THAN_VISITS, SITE_NOT_OPEN
from tests.scenes import acts as say
from tests.systems.learning.scene import added, counted, course, ended, enrolled, held, noted, refusal, site

if TYPE_CHECKING:
    from relay.graph import Graph


def test_a_session_is_held_while_its_course_lasts_whichever_is_corrected(village: Graph) -> None:
    added(village, course("C1 from 2023-01-01", until_on="2023-03-31"), held("T1: C1 on 2023-03-31"))

    assert SESSION_OUTSIDE_COURSE.matches(refusal(village, held("T2: C1 on 2022-12-31")))
    assert SESSION_OUTSIDE_COURSE.matches(refusal(village, held("T2: C1 on 2023-04-01")))
    assert SESSION_OUTSIDE_COURSE.matches(refusal(village, say.corrected("course:C1", until_on="2023-03-30")))
    assert UNTIL_BEFORE_FROM.matches(refusal(village, course("C2 from 2023-02-01", until_on="2023-01-01")))
    assert MORE_THAN_ALL_SESSIONS.matches(refusal(village, course("C2 from 2023-02-01", min_attendance=80)))


def test_who_comes_is_enrolled_that_day_whichever_is_recorded_first(village: Graph) -> None:
    added(village, course("C1 from 2023-01-01"), enrolled("E1: W1 in C1 on 2023-01-10"))

    assert NOT_ENROLLED.matches(refusal(village, held("T1: C1 on 2023-01-09", "W1")))
    assert NOT_ENROLLED.matches(refusal(village, held("T1: C1 on 2023-01-10", "W1", late="W2")))
    added(village, held("T1: C1 on 2023-01-10", "W1"))
    assert WOULD_BREAK.matches(refusal(village, say.corrected("enrolment:E1", enrolled_on="2023-01-11")))
    assert UNTIL_BEFORE_FROM.matches(
        refusal(village, say.corrected("enrolment:E1", left_on="2023-01-10", enrolled_on="2023-01-11"))
    )
    added(village, held("T2: C1 on 2023-02-10", "W1"))
    assert WOULD_BREAK.matches(refusal(village, ended("X1: enrolment:E1 on 2023-02-09")))
    back = refusal(village, say.taken_back("enrolment:E1"))
    assert isinstance(back, StandingOnIt)
    assert back.others == ["meeting:T1", "meeting:T2"]
    added(village, ended("X1: enrolment:E1 on 2023-02-10"))
    assert NOT_ENROLLED.matches(refusal(village, held("T3: C1 on 2023-02-11", "W1")))
    assert verify.verify(village, "demo").ok


def test_one_woman_under_two_ids_is_enrolled_once_at_a_time_and_may_come_back(village: Graph) -> None:
    added(village, course("C1 from 2023-01-01"), enrolled("E1: W1 in C1 on 2023-01-10"), say.same("S1: W1 = W2"))

    assert ENROLLED_ALREADY.matches(refusal(village, enrolled("E2: W2 in C1 on 2023-02-10")))
    added(village, held("T1: C1 on 2023-01-11", "W2"), ended("X1: enrolment:E1 on 2023-02-01"))
    added(village, enrolled("E2: W2 in C1 on 2023-02-10"))


def test_a_course_is_completed_while_enrolled_and_after_a_session(village: Graph) -> None:
    added(village, course("C1 from 2023-01-01"))

    early = enrolled("E1: W1 in C1 on 2023-01-10", completed_on="2023-03-01")
    (asked,) = recording.record(village, "demo", [early], say.clerk())
    assert isinstance(asked.error, NothingHeld)
    assert asked.error.code == "nothing_held"
    added(village, enrolled("E9: W9 in C1 on 2023-01-10"))
    assert isinstance(refusal(village, say.corrected("enrolment:E9", completed_on="2023-03-01")), NothingWasHeld)
    added(village, held("T1: C1 on 2023-03-01"))
    assert COMPLETED_ELSEWHEN.matches(
        refusal(village, enrolled("E1: W1 in C1 on 2023-04-10", completed_on="2023-03-01"))
    )
    left = enrolled("E1: W1 in C1 on 2023-01-10", completed_on="2023-03-01", left_on="2023-02-28")
    assert COMPLETED_ELSEWHEN.matches(refusal(village, left))
    added(village, early)
    assert WOULD_BREAK.matches(refusal(village, ended("X1: enrolment:E1 on 2023-02-28")))


def test_who_hardly_came_and_a_small_class_are_noted(village: Graph) -> None:
    added(village, course("C1 from 2023-01-01"), *(enrolled(f"E{n}: W{n} in C1 on 2023-01-01") for n in range(1, 10)))

    assert noted(village, held("T1: C1 on 2023-01-05", "W1")) == ["class_size"]  # nine
    assert noted(village, held("T2: C1 on 2023-01-06", "W1")) == []
    hardly = enrolled("E10: W10 in C1 on 2023-01-01", completed_on="2023-01-06")
    assert noted(village, hardly) == ["hardly_came"]
    added(village, course("C2 from 2023-01-01"), *(enrolled(f"F{n}: W{n} in C2 on 2023-01-01") for n in range(1, 11)))
    assert noted(village, held("T3: C2 on 2023-01-05", "W1")) == []


def test_help_before_what_its_rule_requires_is_noted_and_refused_where_it_is_strict(village: Graph) -> None:
    pig = {"gift_id": "G2", "help": "pig"}
    added(
        village,
        course("C1 from 2020-01-01"),
        enrolled("E1: W1 in C1 on 2020-01-01"),
        enrolled("E2: W2 in C1 on 2020-01-01"),
    )
    added(village, held("T1: C1 on 2020-02-01", "W1 W2"), held("T2: C1 on 2023-01-01", "W1"))
    added(village, say.corrected("enrolment:E1", "K1", completed_on="2023-01-01"))
    added(village, say.corrected("enrolment:E2", "K2", completed_on="2020-02-01"))

    assert noted(village, say.placed("P1 on 2023-02-01", **pig)) == []
    assert noted(village, say.placed("P2 on 2023-02-01", **pig)) == []  # 36 months to the day
    assert noted(village, say.placed("P2b on 2023-02-02", **pig)) == ["holds_already", "not_prepared"]
    assert noted(village, say.passed("T1: P1 > P3 on 2023-06-01", 1)) == ["too_soon", "not_prepared"]
    assert noted(village, say.placed("P4 on 2023-02-01")) == []  # goats require nothing

    added(village, say.rule("pig", "2023-07-01", months=12, requires="goat_care", requires_strict="yes"))
    assert NOT_PREPARED.matches(refusal(village, say.placed("P5 on 2023-07-01", **pig)))
    assert NOT_PREPARED.matches(refusal(village, say.passed("T2: P1 > P5 on 2023-07-01", 1)))
    added(village, say.placed("P1b on 2023-07-01", **pig))
    later = refusal(village, say.corrected("enrolment:E1", "K3", completed_on="2023-07-02"))
    assert str(later).startswith("enrolment:E1 would break: placement:P1b: beneficiary W1 has not completed goat_care")
    assert WOULD_BREAK.matches(refusal(village, say.corrected("enrolment:E1", "K3", completed_on=None)))
    added(village, say.corrected("enrolment:E2", "K3", completed_on="2023-07-02"))  # nothing of hers was strict

    added(village, say.corrected("programme:demo", "K4", systems="groups"))
    assert noted(village, say.placed("P6 on 2023-07-01", **pig)) == []


def test_a_month_of_a_site_is_counted_once_when_it_is_over_and_the_site_was_open(village: Graph) -> None:
    added(village, site("S1 since 2023-01-15", closed_on="2023-12-31"), counted("N1: S1 in 2023-02", 12))

    assert COUNTED_ALREADY.matches(refusal(village, counted("N2: S1 in 2023-02", 13)))
    assert COUNTED_ALREADY.matches(refusal(village, counted("N2: S1 in 2079-11 BS", 13)))  # 13 Feb to 14 March 2023
    assert SITE_NOT_OPEN.matches(refusal(village, counted("N2: S1 in 2022-12", 3)))
    assert SITE_NOT_OPEN.matches(refusal(village, counted("N2: S1 in 2024-01", 3)))
    assert SITE_NOT_OPEN.matches(refusal(village, say.corrected("site:S1", opened_on="2023-03-01")))
    assert UNTIL_BEFORE_FROM.matches(refusal(village, site("S2 since 2023-01-15", closed_on="2023-01-01")))
    added(village, site("S3 since 2024-01-01"))
    assert "but today is 2024-06-30" in str(refusal(village, counted("N3: S3 in 2024-07", 3)))
    added(village, counted("N3: S3 in 2024-06", 3))  # it ends today


def test_no_more_people_are_counted_than_visits(village: Graph) -> None:
    added(village, site("S1 since 2023-01-01"))

    for wrong in ({"women": 7, "men": 6}, {"under_18": 13}, {"referred": 13}, {"women": 1.5}):
        assert MORE_THAN_VISITS.matches(refusal(village, counted("N1: S1 in 2023-02", 12, **wrong)))
    added(village, counted("N1: S1 in 2023-02", 12, women=7, men=5, under_18=12, referred=0))
    assert MORE_THAN_VISITS.matches(refusal(village, say.corrected("site_count:N1", visits=11)))
