"""Makes a snapshot from a register that was replayed from the ledger.

It has exactly the same columns as a snapshot that was read from the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from relay.arrays.columns import NO_DAY, day_number_of
from relay.arrays.raw_tables import Columns, RawTables
from relay.domain.entries import ORIGIN
from relay.domain.model import Rule
from relay.domain.register import Fact, Register
from relay.ledger import reading

if TYPE_CHECKING:
    from relay.arrays.tables import Snapshot
    from relay.graph import Graph


def snapshot_as_known(graph: Graph, programme_id: str, last: int | None = None) -> Snapshot:
    """A programme as it was known when its ledger ended with entry `last`; None gives it as now known.

    Raises:
        NoProgramme: It is not in the database.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    entries = reading.entries(graph, programme_id, last=last)
    return of_register(reading.replay(programme_id, entries, graph.catalogue))


def of_register(register: Register) -> Snapshot:
    """The snapshot of a register, as of its last entry."""
    acts, last = register.acts, register.last
    programme = register.facts.get(f"programme:{register.programme_id}")
    return RawTables(
        programme_id=register.programme_id,
        sequence=last.sequence if last else 0,
        head_hash=last.hash if last else ORIGIN,
        goal_generations=programme.values.get("goal_generations") if programme else None,
        rules=tuple(Rule.of(fact.values) for fact in acts("rule")),
        placements=_placements(register),
        passes=_passes(register, acts("pass")),
        events=_events(acts("event")),
        gifts=_gifts(acts("gift")),
        beneficiaries=_named(acts("beneficiary"), sex="sex", place="place_id", group="group_id"),
        groups=_named(acts("group"), place="place_id"),
        places=_named(acts("place"), parent="parent_id"),
        sames=_named(acts("same"), kept="kept_id", other="other_id"),
    ).snapshot()


def _named(facts: Sequence[Fact], **columns: str) -> dict[str, Sequence[Any]]:
    return {
        "ids": [fact.id for fact in facts],
        "sequence": [fact.sequence for fact in facts],
        **{name: [fact.values.get(column) for fact in facts] for name, column in columns.items()},
    }


def _placements(register: Register) -> Columns:
    placements = register.placements.values()
    filled = [register.facts.get(f"placement:{placement.placement_id}") for placement in placements]
    return {
        "ids": [placement.placement_id for placement in placements],
        "beneficiary": [placement.beneficiary_id for placement in placements],
        "help": [placement.help for placement in placements],
        "gift": [placement.gift_id for placement in placements],
        "sequence": [fact.sequence if fact else 0 for fact in filled],
        "filled_day": [day_number_of(fact.values["received_on"]) if fact else NO_DAY for fact in filled],
        "filled_units": [fact.values["animals"] if fact else 0 for fact in filled],
        "filled_condition": [fact.values.get("condition", "") if fact else "" for fact in filled],
    }


def _passes(register: Register, facts: Sequence[Fact]) -> Columns:
    helps = {placement.placement_id: placement.help for placement in register.placements.values()}
    values = [fact.values for fact in facts]
    return _named(facts, giver="giver_placement_id", receiver="receiver_placement_id") | {
        "day": [day_number_of(each["passed_on"]) for each in values],
        "help": [each.get("help") or helps[each["giver_placement_id"]] for each in values],
        "units": [each["animals"] for each in values],
        "females": [each.get("females", 0) for each in values],
        "males": [each.get("males", 0) for each in values],
        "condition": [each.get("condition", "") for each in values],
        "in_kind": [each.get("kind", "in_kind") == "in_kind" for each in values],
        "confirmed": [fact.confirm_id is not None for fact in facts],
    }


def _events(facts: Sequence[Fact]) -> Columns:
    values = [fact.values for fact in facts]
    return {
        "sequence": [fact.sequence for fact in facts],
        "placement": [each["placement_id"] for each in values],
        "kind": [each["kind"] for each in values],
        "day": [day_number_of(each["happened_on"]) for each in values],
        "units": [each.get("animals", 1) for each in values],
        "females": [each.get("females", 0) for each in values],
        "males": [each.get("males", 0) for each in values],
        "until": [day_number_of(each["until_on"]) if each.get("until_on") else NO_DAY for each in values],
    }


def _gifts(facts: Sequence[Fact]) -> Columns:
    return _named(facts, help="help") | {
        "day": [day_number_of(fact.values["given_on"]) for fact in facts],
        "units": [fact.values.get("animals", -1) for fact in facts],
    }
