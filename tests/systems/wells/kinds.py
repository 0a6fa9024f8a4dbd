"""A well, a visit to one, how many came to it in a month, and the rule of how much water one is to give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from relay.domain.schema import Column, Kind
from relay.text import Sentence

WATER_COMMITTEE: Final = Column(name="water_committee", type="choice", choices=("yes", "no"))


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
            Column(name="source", type="choice", choices=("spring", "shaft"), required=True, fixed=True),
            Column(name="from", type="date", required=True, fixed=True, coming=True),
            Column(name="litres", type="count", required=True),
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
            Column(name="well_id", type="id", required=True, fixed=True),
            Column(
                name="beneficiary_id",
                type="id",
                required=True,
                refers_to="beneficiary",
                fixed=True,
                edge="KEPT_BY",
                told=True,
            ),
            Column(name="dug_on", type="date", required=True),
            Column(name="depth", type="count"),
            Column(name="story", type="text", personal=True),
            Column(name="dug_by", type="ids", refers_to="beneficiary", edge="DUG_BY", told=True),
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
            Column(name="well_visit_id", type="id", required=True, fixed=True),
            Column(name="well_id", type="id", required=True, refers_to="well", fixed=True, edge="VISIT_TO", told=True),
            Column(name="visited_on", type="date", required=True),
            Column(name="works", type="choice", choices=("yes", "no"), required=True),
            Column(name="litres", type="count"),
            Column(name="paid", type="money"),
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
            Column(name="well_count_id", type="id", required=True, fixed=True),
            Column(
                name="well_id",
                type="id",
                required=True,
                refers_to="well",
                fixed=True,
                edge="COUNTED_AT_WELL",
                told=True,
            ),
            Column(name="month", type="month", required=True, fixed=True),
            Column(name="people", type="count", required=True, personal=True),
        ),
    ),
)
