"""The kinds of acts: courses, enrolments, sites for advice, and their monthly counts."""

from __future__ import annotations

from typing import Final

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

REQUIRES: Final = Column(
    name="requires", type="words", meaning=Sentence("Topics that she must have completed before she receives.")
)
WITHIN: Final = Column(
    name="requires_within_months", type="term", meaning=Sentence("Within how many months she must have completed them.")
)
STRICT: Final = Column(
    name="requires_strict",
    type="choice",
    choices=("yes", "no"),
    meaning=Sentence("Whether help is refused to those who have not; otherwise it is noted."),
)
"""Columns of a rule: topics a receiver must have completed, within how many months, and if help is else refused."""

_REASONS: Final = ("moved", "joined_other", "stopped", "excluded", "died", "other_confirmed")

KINDS: Final = (
    Kind(
        name="course",
        article=Sentence("a course"),
        title=Sentence("Course"),
        phrase="course %(name)s from %(from_on)s",
        order=102,
        label="Course",
        counts_from="from_on",
        file="courses",
        roles=frozenset({"staff"}),
        columns=(
            own_id("course"),
            Column(name="name", type="text", required=True, meaning=Sentence("What the course is called.")),
            Column(
                name="kind",
                type="choice",
                choices=("literacy", "post_literacy", "training", "awareness", "orientation"),
                required=True,
                meaning=Sentence("Which kind of course it is."),
            ),
            Column(
                name="group_id",
                type="id",
                refers_to="group",
                edge="COURSE_OF",
                told=True,
                meaning=Sentence("The group for which it is held."),
            ),
            Column(
                name="place_id",
                type="id",
                refers_to="place",
                edge="TAUGHT_IN",
                told=True,
                meaning=Sentence("The place where it is held."),
            ),
            Column(
                name="from_on", type="date", required=True, coming=True, meaning=Sentence("The day on which it begins.")
            ),
            Column(name="until_on", type="date", coming=True, meaning=Sentence("The day on which it ends.")),
            Column(name="sessions", type="term", meaning=Sentence("How many sessions it has.")),
            Column(name="minutes", type="term", meaning=Sentence("How many minutes a session lasts.")),
            Column(
                name="min_attendance",
                type="amount",
                meaning=Sentence("The share of the sessions to come to, such as 0.8."),
            ),
            Column(
                name="tested", type="choice", choices=("yes", "no"), meaning=Sentence("Whether it ends with a test.")
            ),
            Column(name="topic", type="words", meaning=Sentence("What it teaches.")),
        ),
    ),
    Kind(
        name="enrolment",
        article=Sentence("an enrolment"),
        title=Sentence("Enrolment"),
        phrase="enrolment of %(beneficiary_id)s in course %(course_id)s{ on %(enrolled_on)s}",
        deed="enrolled in course %(course_id)s",
        order=103,
        label="Enrolment",
        day="enrolled_on",
        file="enrolments",
        ended_by="ENDS_ENROLMENT",
        roles=frozenset({"staff"}),
        columns=(
            own_id("enrolment"),
            tie("course", "ENROLLED_IN", meaning=Sentence("The course.")),
            tie("beneficiary", "ENROLS", meaning=Sentence("Who enrols.")),
            Column(name="enrolled_on", type="date", required=True, meaning=Sentence("The day on which she enrolled.")),
            Column(name="left_on", type="date", meaning=Sentence("The day on which she left.")),
            Column(name="reason", type="choice", choices=_REASONS, meaning=Sentence("Why she left.")),
            Column(name="completed_on", type="date", meaning=Sentence("The day on which she completed it.")),
            Column(
                name="result",
                type="choice",
                choices=("passed", "not_passed", "not_tested"),
                personal=True,
                meaning=Sentence("How she did in the test."),
            ),
        ),
    ),
    Kind(
        name="site",
        article=Sentence("a site for advice"),
        title=Sentence("Site for advice"),
        phrase="%(kind)s site in place %(place_id)s since %(opened_on)s",
        order=153,
        label="Site",
        counts_from="opened_on",
        file="sites",
        roles=frozenset({"staff"}),
        columns=(
            own_id("site"),
            Column(name="name", type="text", required=True, meaning=Sentence("What the site is called.")),
            Column(
                name="place_id",
                type="id",
                required=True,
                refers_to="place",
                edge="OPEN_IN",
                meaning=Sentence("The place where it is."),
            ),
            Column(
                name="kind",
                type="choice",
                choices=("advice", "information", "hotline_desk"),
                required=True,
                meaning=Sentence("Which kind of site it is."),
            ),
            Column(name="opened_on", type="date", required=True, meaning=Sentence("The day on which it opened.")),
            Column(name="closed_on", type="date", meaning=Sentence("The day on which it closed.")),
        ),
    ),
    Kind(
        name="site_count",
        article=Sentence("a monthly count of a site"),
        title=Sentence("Monthly count of a site"),
        phrase="count of site %(site_id)s in %(month)s",
        order=154,
        label="SiteCount",
        file="site_counts",
        action="count",
        read_by="protection",
        roles=frozenset({"staff"}),
        # Of a small place they may tell who was there: whoever counts writes them down, and only protection reads them.
        columns=(
            own_id("site_count"),
            tie("site", "COUNTED_AT", meaning=Sentence("The site that counted.")),
            Column(
                name="month", type="month", required=True, fixed=True, meaning=Sentence("The month that was counted.")
            ),
            *(
                Column(name=name, type="count", required=name == "visits", personal=True, meaning=meaning)
                for name, meaning in (
                    ("visits", Sentence("How many visits there were.")),
                    ("women", Sentence("How many of them were by women.")),
                    ("men", Sentence("How many of them were by men.")),
                    ("under_18", Sentence("How many of them were by people under 18.")),
                    ("referred", Sentence("How many were referred to a service.")),
                )
            ),
        ),
    ),
)
