"""A well, a visit to one, how many came to it in a month, and the rule of how much water one is to give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

WATER_COMMITTEE: Final = Column(
    name="water_committee", type="choice", choices=("yes", "no"), meaning=Sentence("Whether it keeps a well.")
)


def rule_id(values: Mapping[str, Any]) -> str:
    """The id of a rule of wells, such as "spring@2020-01-01"."""
    return f"{values['source']}@{values['from']}"


KINDS: Final = (
    Kind(
        name="well_rule",
        article=Sentence("a rule of wells"),
        title=Sentence("Rule of wells"),
        phrase="rule for each %(source)s from %(from)s",
        file="well_rules",
        table="well_rule",
        order=2,
        id_of=rule_id,
        label="WellRule",
        action="rule",
        columns=(
            Column(
                name="source",
                type="choice",
                choices=("spring", "shaft"),
                required=True,
                fixed=True,
                meaning=Sentence("From what the water comes."),
            ),
            Column(
                name="from",
                type="date",
                required=True,
                fixed=True,
                coming=True,
                meaning=Sentence("It applies from this day on."),
            ),
            Column(
                name="litres", type="count", required=True, meaning=Sentence("How many litres a day it is to give.")
            ),
        ),
    ),
    Kind(
        name="well",
        article=Sentence("a well"),
        title=Sentence("Well"),
        phrase="well kept by %(beneficiary_id)s{ since %(dug_on)s}",
        file="wells",
        label="Well",
        day="dug_on",
        ended_by="ENDS_WELL",
        roles=frozenset({"staff"}),
        columns=(
            own_id("well"),
            tie("beneficiary", "KEPT_BY", beside=False, meaning=Sentence("Who keeps it.")),
            Column(name="dug_on", type="date", required=True, meaning=Sentence("The day on which it was dug.")),
            Column(name="depth", type="count", meaning=Sentence("How many metres deep it is.")),
            Column(name="story", type="text", personal=True, meaning=Sentence("What is told of it.")),
            Column(
                name="dug_by",
                type="ids",
                refers_to="beneficiary",
                edge="DUG_BY",
                told=True,
                meaning=Sentence("Who dug it."),
            ),
        ),
    ),
    Kind(
        name="well_visit",
        article=Sentence("a visit to a well"),
        title=Sentence("Visit to a well"),
        phrase="visit to well %(well_id)s{ on %(visited_on)s}: %(works)s",
        file="well_visits",
        label="WellVisit",
        day="visited_on",
        action="well-visit",
        roles=frozenset({"staff"}),
        columns=(
            own_id("well_visit"),
            tie("well", "VISIT_TO", beside=False, meaning=Sentence("The well that was visited.")),
            Column(name="visited_on", type="date", required=True, meaning=Sentence("The day of the visit.")),
            Column(
                name="works",
                type="choice",
                choices=("yes", "no"),
                required=True,
                meaning=Sentence("Whether it gives water."),
            ),
            Column(name="litres", type="count", meaning=Sentence("How many litres it gives a day.")),
            Column(name="paid", type="money", meaning=Sentence("What was paid for its repair.")),
        ),
    ),
    Kind(
        name="well_count",
        article=Sentence("a count at a well"),
        title=Sentence("Count at a well"),
        phrase="count at well %(well_id)s in %(month)s",
        file="well_counts",
        label="WellCount",
        action="well-count",
        read_by="protection",
        roles=frozenset({"protection"}),
        columns=(
            own_id("well_count"),
            tie("well", "COUNTED_AT_WELL", beside=False, meaning=Sentence("The well that was counted.")),
            Column(
                name="month", type="month", required=True, fixed=True, meaning=Sentence("The month that was counted.")
            ),
            Column(
                name="people", type="count", required=True, personal=True, meaning=Sentence("How many people came.")
            ),
        ),
    ),
)
