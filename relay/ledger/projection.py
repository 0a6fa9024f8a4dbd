"""How the register is stored in the graph: every node and relationship, and the entries they come from.

    (:Programme)-[:RULED_BY]->(:Rule)
    (:Gift)-[:FILLED]->(:Placement)-[:PASSED_TO]->(:Placement)
    (:Beneficiary)-[:HOLDS]->(:Placement)<-[:HAPPENED_TO]-(:Event)
    (:Beneficiary)-[:MEMBER_OF]->(:Group)-[:BASED_IN]->(:Place)-[:PART_OF]->(:Place)
    (:Beneficiary)-[:LIVES_IN]->(:Place)
    (:Entry)-[:ABOUT]->(:Entry)        corrections, confirmations and erasures
    (:Entry)-[:NEXT]->(:Entry)         the chain of the ledger
    (:Entry)-[:RECORDED]->(:LABEL)     what stands of what an entry recorded; of a pass-on, the placement that received
    (:Animal)-[:WENT_TO]->(:Placement) an animal with an ear tag, and the acts that name it
    (:Animal)-[:NAMED_IN]->(:Event)
    (:LABEL)-[:EDGE]->(:LABEL)         other kinds, as each declares its label and the edges of its columns
    (:Personal)                        what `opened` holds, and personal values as they are now; joined by `key`

Property names are column names, dates are DATE, units FLOAT. `key` = programme/kind/id is unique for each label.
The graph is rebuilt from the ledger when `programme_heads.PROJECTION` changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from relay.database.acts_as_nodes import OWN_COLUMNS, entry_key, key_of, properties_of
from relay.domain.entries import Entry
from relay.domain.model import Placement, extensions, shown, terms
from relay.domain.name_matching import code
from relay.domain.own_columns import as_text
from relay.domain.register import ABOUT_ACTS, Change, Fact, Register, subject_of

SHOWN_PROPERTIES: Final = (
    *("shown_state", "shown_passed", "shown_still_owed"),
    *("shown_generation", "shown_reach", "shown_caption"),
)
"""What may be published on a placement (see `relay.published`): no part of the projection, which passes it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node as it must be: `key` is among the properties."""

    label: str
    key: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A relationship as it must be, between the nodes of two keys.

    Attributes:
        type: Of it.
        start: The key of the node from which it leads.
        end: The key of the node to which it leads.
        properties: What it holds.
        to: The label of its end, where those of its type lead to several; else empty.
    """

    type: str
    start: str
    end: str
    properties: Mapping[str, Any]
    to: str = ""


def things_of(register: Register) -> Iterator[str]:
    """Ids of everything that a whole register puts into the graph."""
    yield from register.facts
    yield from (
        f"placement:{placement_id}"
        for placement_id in register.placements
        if f"placement:{placement_id}" not in register.facts
    )


def touched(register: Register, change: Change) -> Iterator[str]:
    """Ids of everything in the graph that an act alters, each once: acts, and placements as "placement:ID".

    Args:
        register: As it was before.
        change: What the act changes in it.
    """
    ruled_alike = change.rules is register.rules
    placements = (
        f"placement:{placement_id}"
        for placement_id, placement in change.placements.items()
        if not (ruled_alike and _stand_alike(register.placements.get(placement_id), placement))
    )
    defined = any(act_id.startswith("column:") for act_id in change.facts)
    programme = (f"programme:{register.programme_id}",) if defined else ()
    yield from dict.fromkeys([*change.facts, *placements, *change.erased, *programme])


def _stand_alike(was: Placement | None, placement: Placement | None) -> bool:
    """Whether a placement's node says the same as before, as it does whatever is passed on or merely happens."""
    return bool(
        was
        and placement
        and (was.beneficiary_id, was.help, was.gift_id) == (placement.beneficiary_id, placement.help, placement.gift_id)
        and was.receipts == placement.receipts
        and extensions(was.events) == extensions(placement.events)
    )


def graph_of(register: Register, thing: str) -> Iterator[Node | Edge]:
    """The nodes and relationships that one thing puts into the graph; none when it does not stand.

    A thing is an act id, or "placement:ID" for a placement that a pass-on began.
    """
    fact, (kind, _, id_) = register.facts.get(thing), thing.partition(":")
    if kind == "placement":
        placement = register.placements.get(id_)
        yield from _placement(register, placement, fact) if placement else ()
    elif kind == "pass" and fact:
        yield from _pass(register, fact)
    elif fact and kind in register.catalogue.labels:
        yield from _node(register, fact)


def personal_of(register: Register, act_id: str) -> Node | None:
    """The `:Personal` node of an act: its openings, and its personal values as they are now; None when it has none."""
    entry, fact = register.entries.get(act_id), register.facts.get(act_id)
    if entry is None:
        return None
    key = key_of(register.programme_id, act_id)
    current = {
        name: fact.values[name]
        for name in sorted(register.catalogue.personal(entry.kind))
        if fact and fact.values.get(name) is not None
    }
    if not entry.opened and not current:
        return None
    opened = json.dumps(entry.opened, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Node(
        label="Personal",
        key=key,
        properties={"key": key, "programme_id": register.programme_id, "opened": opened, **current},
    )


def entry_node(entry: Entry) -> Node:
    """The node of an entry; its payload as JSON text."""
    key = entry_key(entry.programme_id, entry.sequence)
    return Node(
        label="Entry",
        key=key,
        properties={
            "key": key,
            "act_key": key_of(entry.programme_id, entry.act_id),
            "programme_id": entry.programme_id,
            "sequence": entry.sequence,
            "act_id": entry.act_id,
            "kind": entry.kind,
            "format": entry.format,
            "payload": json.dumps(entry.payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            "recorded_by": entry.recorded_by,
            "recorded_at": entry.recorded_at,
            "previous_hash": entry.previous_hash,
            "hash": entry.hash,
            **({} if entry.written_at is None else {"written_at": entry.written_at}),
        },
    )


def entry_edges(register: Register, entry: Entry) -> Iterator[Edge]:
    """The relationships of an entry with others: from the one before, and to the one that it is about.

    A correction, a confirmation and an erasure are about another, if that is there.
    """
    key = entry_key(entry.programme_id, entry.sequence)
    if entry.sequence > 1:
        yield Edge(type="NEXT", start=entry_key(entry.programme_id, entry.sequence - 1), end=key, properties={})
    subject = register.entries.get(subject_of(entry.act)) if entry.kind in ABOUT_ACTS else None
    if subject:
        end = entry_key(entry.programme_id, subject.sequence)
        yield Edge(type="ABOUT", start=key, end=end, properties={})


def _recorded(register: Register, fact: Fact, label: str, end: str) -> Edge:
    """From the entry of an act to what stands of it."""
    start = entry_key(register.programme_id, fact.sequence)
    return Edge(type="RECORDED", start=start, end=end, properties={}, to=label)


def _animals(register: Register, fact: Fact, type_: str, end: str) -> Iterator[Node | Edge]:
    """The animals that an act names by their ear tags, however these are written, and where it says they went."""
    day = register.catalogue.day(fact.kind)
    said = {"key": key_of(register.programme_id, fact.act_id), day: date.fromisoformat(fact.values[day])}
    for tag in dict.fromkeys(map(code, str(fact.values.get("tags", "")).split(";"))):
        if tag:
            key = key_of(register.programme_id, f"animal:{tag}")
            properties = {"key": key, "programme_id": register.programme_id, "tag": tag}
            yield Node(label="Animal", key=key, properties=properties)
            yield Edge(type=type_, start=key, end=end, properties=said)


def _shared(register: Register, fact: Fact) -> dict[str, Any]:
    personal = register.catalogue.personal(fact.kind)
    said = {name: value for name, value in fact.values.items() if name not in personal}
    return {
        "key": key_of(register.programme_id, fact.act_id),
        "programme_id": register.programme_id,
        "sequence": fact.sequence,
        **properties_of(register.catalogue, fact.kind, said),
    }


def _node(register: Register, fact: Fact) -> Iterator[Node | Edge]:
    key, label = key_of(register.programme_id, fact.act_id), register.catalogue.labels[fact.kind]
    defined = as_text(register.definitions) if fact.kind == "programme" else ""
    own_columns = {OWN_COLUMNS: defined} if defined else {}
    yield Node(label=label, key=key, properties=_shared(register, fact) | own_columns)
    yield _recorded(register, fact, label, key)
    if fact.kind == "event":
        yield from _animals(register, fact, "NAMED_IN", key)
    for type_, name in register.catalogue.ties(fact):
        yield Edge(type=type_, start=key, end=key_of(register.programme_id, name), properties={})
    if fact.kind == "rule":
        start = key_of(register.programme_id, f"programme:{register.programme_id}")
        yield Edge(type="RULED_BY", start=start, end=key, properties={})


def _pass(register: Register, fact: Fact) -> Iterator[Node | Edge]:
    confirmed = {"confirm_id": fact.confirm_id} if fact.confirm_id else {}
    end = key_of(register.programme_id, f"placement:{fact.values['receiver_placement_id']}")
    yield Edge(
        type="PASSED_TO",
        start=key_of(register.programme_id, f"placement:{fact.values['giver_placement_id']}"),
        end=end,
        properties={**_shared(register, fact), **confirmed},
    )
    yield _recorded(register, fact, "Placement", end)
    yield from _animals(register, fact, "WENT_TO", end)


def _placement(register: Register, placement: Placement, fact: Fact | None) -> Iterator[Node | Edge]:
    key = key_of(register.programme_id, f"placement:{placement.placement_id}")
    under = terms(placement, register.rules, date.max)
    properties: dict[str, Any] = {
        "key": key,
        "programme_id": register.programme_id,
        "placement_id": placement.placement_id,
        "beneficiary_id": placement.beneficiary_id,
        "help": placement.help,
    }
    if placement.gift_id is not None:
        properties["gift_id"] = placement.gift_id
    if under:
        properties |= {
            "received_on": under.received_on,
            "animals": float(shown(under.received)),
            "due_on": under.due_on,
            "owed": float(shown(under.owed)),
        }
        if under.condition:
            properties["condition"] = under.condition
    yield Node(label="Placement", key=key, properties=properties)
    yield Edge(
        type="HOLDS",
        start=key_of(register.programme_id, f"beneficiary:{placement.beneficiary_id}"),
        end=key,
        properties={},
    )
    if fact:
        start = key_of(register.programme_id, f"gift:{placement.gift_id}")
        yield Edge(type="FILLED", start=start, end=key, properties=_shared(register, fact))
        yield _recorded(register, fact, "Placement", key)
        yield from _animals(register, fact, "WENT_TO", key)
