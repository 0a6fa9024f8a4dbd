"""A well, a visit to one, how many came to it in a month, and the rule of how much water one is to give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from relay.domain.advisories import Note
from relay.domain.register import Change, Fact, Register
from relay.domain.schema import Column, Kind
from relay.errors import Refused
from relay.text import Sentence

DEEPEST: Final = 100  # metres
PUMPED: Final = 5  # metres

WATER_COMMITTEE: Final = Column(name="water_committee", type="choice", choices=("yes", "no"))


class TooDeep(Refused):
    """A well is deeper than any that was dug by hand."""

    reason = "%(act_id)s is deeper than a well dug by hand."
    suggestion = "Check the depth."
    field = "depth"

    act_id: str


class NothingToPump(Refused):
    """A well is too shallow for a pump."""

    reason = "%(act_id)s is too shallow for a pump."
    suggestion = "Dig deeper."
    field = "depth"

    act_id: str


def deep_enough(_: Register, fact: Fact) -> None:
    """Refuse a well that no pump reaches into: a rule of who sets up pumps."""
    if fact.values.get("depth", DEEPEST) < PUMPED:
        raise NothingToPump(act_id=fact.act_id)


def not_too_deep(_: Register, fact: Fact) -> None:
    """Refuse what nobody digs by hand."""
    if fact.values.get("depth", 0) > DEEPEST:
        raise TooDeep(act_id=fact.act_id)


def found_dry(_: Register, change: Change) -> Iterator[Note]:
    """Note a well that gives no water."""
    if change.act.values["works"] == "no":
        yield Note(note="dry", sentence=Sentence("%(act_id)s: the well gives no water.", act_id=change.act.act_id))


def few_without_a_place(_: Register, change: Change) -> Iterator[Note]:
    """Note a water committee of which nobody knows where it is."""
    values = change.act.values
    if values.get("water_committee") == "yes" and not values.get("place_id"):
        yield Note(note="nowhere", sentence=Sentence("%(act_id)s is at home nowhere.", act_id=change.act.act_id))


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
        phrase="well kept by %(beneficiary_id)s since %(dug_on)s",
        file="wells",
        label="Well",
        day="dug_on",
        ended_by="ENDS_WELL",
        roles=frozenset({"staff"}),
        refuse=not_too_deep,
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
        phrase="visit to well %(well_id)s on %(visited_on)s: %(works)s",
        file="well_visits",
        label="WellVisit",
        day="visited_on",
        action="well-visit",
        roles=frozenset({"staff"}),
        note=found_dry,
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
