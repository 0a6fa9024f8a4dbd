"""The kinds of acts: courses, enrolments, sites for advice, and their monthly counts."""

from __future__ import annotations

from typing import Final

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

REQUIRES: Final = Column(name="requires", type="words")
WITHIN: Final = Column(name="requires_within_months", type="term")
STRICT: Final = Column(name="requires_strict", type="choice", choices=("yes", "no"))
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
            Column(name="name", type="text", required=True),
            Column(
                name="kind",
                type="choice",
                choices=("literacy", "post_literacy", "training", "awareness", "orientation"),
                required=True,
            ),
            Column(name="group_id", type="id", refers_to="group", edge="COURSE_OF", told=True),
            Column(name="place_id", type="id", refers_to="place", edge="TAUGHT_IN", told=True),
            Column(name="from_on", type="date", required=True, coming=True),
            Column(name="until_on", type="date", coming=True),
            Column(name="sessions", type="term"),
            Column(name="minutes", type="term"),
            Column(name="min_attendance", type="amount"),
            Column(name="tested", type="choice", choices=("yes", "no")),
            Column(name="topic", type="words"),
        ),
    ),
    Kind(
        name="enrolment",
        article=Sentence("an enrolment"),
        title=Sentence("Enrolment"),
        phrase="enrolment of %(beneficiary_id)s in course %(course_id)s{ on %(enrolled_on)s}",
        order=103,
        label="Enrolment",
        day="enrolled_on",
        file="enrolments",
        ended_by="ENDS_ENROLMENT",
        roles=frozenset({"staff"}),
        columns=(
            own_id("enrolment"),
            tie("course", "ENROLLED_IN"),
            tie("beneficiary", "ENROLS"),
            Column(name="enrolled_on", type="date", required=True),
            Column(name="left_on", type="date"),
            Column(name="reason", type="choice", choices=_REASONS),
            Column(name="completed_on", type="date"),
            Column(name="result", type="choice", choices=("passed", "not_passed", "not_tested"), personal=True),
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
            Column(name="name", type="text", required=True),
            Column(name="place_id", type="id", required=True, refers_to="place", edge="OPEN_IN"),
            Column(name="kind", type="choice", choices=("advice", "information", "hotline_desk"), required=True),
            Column(name="opened_on", type="date", required=True),
            Column(name="closed_on", type="date"),
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
            tie("site", "COUNTED_AT"),
            Column(name="month", type="month", required=True, fixed=True),
            *(
                Column(name=name, type="count", required=name == "visits", personal=True)
                for name in ("visits", "women", "men", "under_18", "referred")
            ),
        ),
    ),
)
