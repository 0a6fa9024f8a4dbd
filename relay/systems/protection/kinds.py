"""The kinds of acts: services, monthly counts of committees, and releases of counts."""

from __future__ import annotations

from typing import Final

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

OF_A_GROUP: Final = (
    "beneficiary",
    "membership",
    "office",
    "meeting",
    "custody",
    "course",
    "placement",
    "pass",
    "request",
    "plan",
    "ceremony",
    "savings_rule",
    "cycle",
    "loan",
    "flow",
)
"""Kinds of acts that may name a group but never a committee, so that nobody is linked to one."""

OF_COMMITTEES: Final = ("people_informed", "contacts", "referrals_made")
OF_SITES: Final = ("visits",)
"""Measures that committees, and the sites of *learning*, count and that may be released."""
BOUND: Final = (frozenset({"contacts", "referrals_made"}),)
"""Measures that limit one another, as everyone referred made contact; only one of them is released for a month."""
SPANS: Final = {"month": 1, "quarter": 3, "year": 12}
"""Period that a column of a release may add up → number of months."""


KINDS: Final = (
    Kind(
        name="service",
        article=Sentence("a service"),
        title=Sentence("Service"),
        phrase="%(kind)s in place %(place_id)s, checked on %(checked_on)s",
        order=155,
        label="Service",
        file="services",
        roles=frozenset({"staff", "protection"}),
        columns=(
            own_id("service"),
            Column(name="name", type="text", required=True, meaning=Sentence("What the service is called.")),
            Column(
                name="kind",
                type="choice",
                choices=(
                    "police",
                    "one_stop_crisis_centre",
                    "health",
                    "legal_aid",
                    "shelter",
                    "child_helpline",
                    "women_helpline",
                    "ward_office",
                    "other",
                ),
                required=True,
                meaning=Sentence("Which kind of service it is."),
            ),
            Column(
                name="place_id",
                type="id",
                required=True,
                refers_to="place",
                edge="SERVES",
                told=True,
                meaning=Sentence("The place that it serves."),
            ),
            Column(
                name="phone", type="text", meaning=Sentence("The telephone number of the office.")
            ),  # of an office, on its door: nobody's own
            Column(name="hours", type="text", meaning=Sentence("When it is open.")),
            Column(name="languages", type="text", meaning=Sentence("Which languages are spoken there.")),
            Column(
                name="checked_on",
                type="date",
                required=True,
                meaning=Sentence("The day on which this was last checked."),
            ),
            Column(name="closed_on", type="date", meaning=Sentence("The day on which it closed.")),
        ),
    ),
    Kind(
        name="committee_count",
        article=Sentence("a monthly count of committees"),
        title=Sentence("Monthly count of committees"),
        phrase="count of %(measure)s in place %(place_id)s in %(month)s",
        order=156,
        label="CommitteeCount",
        file="committee_counts",
        roles=frozenset({"protection"}),
        read_by="protection",
        columns=(
            own_id("committee_count"),
            tie("place", "COUNTED_IN", meaning=Sentence("The place of the committees.")),
            Column(
                name="month", type="month", required=True, fixed=True, meaning=Sentence("The month that was counted.")
            ),
            Column(
                name="measure",
                type="choice",
                choices=OF_COMMITTEES,
                required=True,
                fixed=True,
                meaning=Sentence("What was counted."),
            ),
            Column(
                name="count", type="count", required=True, personal=True, meaning=Sentence("How many were counted.")
            ),
        ),
    ),
    Kind(
        name="release",
        article=Sentence("a release"),
        title=Sentence("Release"),
        phrase="release of %(measure)s from %(from_month)s to %(until_month)s",
        order=157,
        label="Release",
        file="releases",
        roles=frozenset({"protection"}),
        published=True,
        under=("release",),
        columns=(
            own_id("release"),
            Column(
                name="measure",
                type="choice",
                choices=(*OF_COMMITTEES, *OF_SITES),
                required=True,
                fixed=True,
                meaning=Sentence("What was counted."),
            ),
            Column(name="from_month", type="month", required=True, fixed=True, meaning=Sentence("The first month.")),
            Column(name="until_month", type="month", required=True, fixed=True, meaning=Sentence("The last month.")),
            Column(
                name="level",
                type="level",
                required=True,
                fixed=True,
                meaning=Sentence("The level of the places that counts are added up by."),
            ),
            Column(
                name="span",
                type="choice",
                choices=tuple(SPANS),
                required=True,
                fixed=True,
                meaning=Sentence("The span of time that counts are added up by."),
            ),
            Column(
                name="k",
                type="term",
                required=True,
                fixed=True,
                meaning=Sentence("Counts are rounded down to a multiple of this."),
            ),
            Column(
                name="entries",
                type="term",
                required=True,
                fixed=True,
                meaning=Sentence("The number of the last entry of the ledger that it includes."),
            ),
            Column(
                name="table", type="text", required=True, fixed=True, meaning=Sentence("The table that was released.")
            ),
        ),
    ),
)
