"""Reads the savings of a programme from the graph or from a register, and groups them by group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.countries.country import country_of
from relay.database.acts_as_nodes import key_of, values_of
from relay.systems.groups.members_and_attendance import Membership
from relay.systems.groups.reading import women
from relay.systems.savings import cypher
from relay.systems.savings.journal.loans import Loan, LoanEvent
from relay.systems.savings.journal.money import in_paisa
from relay.systems.savings.journal.records import Cycle, Flow, GroupRecord, PaidOut, PassbookLine, SavingsMeeting
from relay.systems.savings.journal.savings_rule import rules_of

if TYPE_CHECKING:
    from relay.domain.register import Register
    from relay.graph import Graph

AT_ONCE: Final = 10
"""Number of groups read by one query (our choice: with five years of lines each, it takes a few seconds)."""

Columns = Mapping[str, Any]
_KINDS: Final = (
    "programme",
    "savings_rule",
    "cycle",
    "meeting",
    "membership",
    "passbook",
    "loan",
    "loan_event",
    "flow",
    "payout",
)


def groups_of(graph: Graph, programme_id: str, group_id: str | None = None) -> Mapping[str, str | None]:
    """Group with a cycle → its kind, by id: all of them, or one.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(cypher.GROUPS, programme_id=programme_id, group_id=group_id)
    return {row["group_id"]: row["kind"] for row in rows}


def read(
    graph: Graph, programme_id: str, groups: Mapping[str, str | None], since: date | None = None
) -> Mapping[str, GroupRecord]:
    """Group → the records of its savings.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        groups: The groups to read, each with its kind.
        since: Only meetings since that day; None for all.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if not groups:
        return {}
    ended = {row["membership_id"]: row["until_on"] for row in graph.rows(cypher.ENDED, programme_id=programme_id)}
    main_id, by_group, ids = women(graph, programme_id).kept, dict[str, GroupRecord](), [*groups]
    programme = key_of(programme_id, f"programme:{programme_id}")
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        keys = [key_of(programme_id, f"group:{id_}") for id_ in some]
        rows = graph.rows(cypher.RECORDED, programme_id=programme_id, programme=programme, keys=keys, since=since)
        acts = _by_kind((row["kind"], each) for row in rows for each in row["many"])
        by_group |= _put_together({id_: groups[id_] for id_ in some}, acts, ended, main_id)
    return by_group


def loans_of(graph: Graph, programme_id: str, beneficiary_ids: Iterable[str]) -> Mapping[str, GroupRecord]:
    """Group → the loans that some women ever had there, with all repayments; without other women's.

    Raises:
        Unavailable: The database cannot be reached.
    """
    keys = [key_of(programme_id, f"beneficiary:{id_}") for id_ in beneficiary_ids]
    programme = key_of(programme_id, f"programme:{programme_id}")
    rows = graph.rows(cypher.LOANS_OF, programme_id=programme_id, programme=programme, keys=keys) if keys else ()
    acts = _by_kind((row["kind"], row["values"]) for row in rows)
    if not acts.get("loan"):
        return {}
    kinds = groups_of(graph, programme_id)
    groups = dict.fromkeys(each["group_id"] for each in acts["meeting"])
    return _put_together(
        {group_id: kinds.get(group_id) for group_id in groups}, acts, {}, women(graph, programme_id).kept
    )


def _by_kind(acts: Iterable[tuple[str, Mapping[str, Any]]]) -> Mapping[str, list[Columns]]:
    by_kind: dict[str, list[Columns]] = defaultdict(list)
    for kind, properties in acts:
        by_kind[kind].append({**values_of(properties), "sequence": properties["sequence"]})
    return by_kind


def passbooks_of(graph: Graph, programme_id: str, beneficiary_id: str) -> tuple[str, ...]:
    """Ids of the groups in which a woman has a passbook, sorted.

    Raises:
        Unavailable: The database cannot be reached.
    """
    key = key_of(programme_id, f"beneficiary:{beneficiary_id}")
    return tuple(row["group_id"] for row in graph.rows(cypher.PASSBOOKS, key=key))


def in_register(register: Register) -> Mapping[str, GroupRecord]:
    """Group → the records of its savings in a whole register."""
    acts_: dict[str, list[Columns]] = {
        kind: [{**fact.values, "sequence": fact.sequence} for fact in register.acts(kind)] for kind in _KINDS
    }
    groups = {each["group_id"] for each in acts_["cycle"]}
    facts = {group_id: register.facts.get(f"group:{group_id}") for group_id in sorted(groups)}
    ended = {
        each["membership_id"]: until.isoformat()
        for each in acts_["membership"]
        if (until := register.ended_on(f"membership:{each['membership_id']}"))
    }
    kinds = {group_id: fact.values.get("kind") if fact else None for group_id, fact in facts.items()}
    return _put_together(kinds, acts_, ended, register.one_woman.kept)


def _put_together(
    groups: Mapping[str, str | None],
    acts: Mapping[str, Iterable[Columns]],
    ended: Mapping[str, str],
    main_id: Callable[[str], str],
) -> Mapping[str, GroupRecord]:
    country = country_of(next((each.get("country") for each in acts.get("programme", ())), None))
    rules = rules_of(acts.get("savings_rule", ()), sambat=country.has_bikram_sambat)
    by_id = {each["meeting_id"]: each for each in acts.get("meeting", ()) if each.get("group_id") in groups}
    parts: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    events: dict[str, list[LoanEvent]] = defaultdict(list)
    for each in acts.get("loan_event", ()):
        events[each["loan_id"]].append(in_paisa(LoanEvent, each, on=each["happened_on"]))
    for each in by_id.values():
        parts[each["group_id"]]["meetings"].append(SavingsMeeting.of(each, main_id))
    for each in acts.get("cycle", ()):
        parts[each["group_id"]]["cycles"].append(in_paisa(Cycle, each))
    for each in acts.get("membership", ()):
        of_her = Membership.read(
            each, beneficiary_id=main_id(each["beneficiary_id"]), ended_on=ended.get(each["membership_id"])
        )
        parts[each["group_id"]]["members"].append(of_her)
    for part, kind, type_ in _AT_MEETINGS:
        for each in acts.get(kind, ()):
            if meeting := by_id.get(each["meeting_id"]):
                hers = {"beneficiary_id": main_id(each["beneficiary_id"])} if "beneficiary_id" in each else {}
                parts[meeting["group_id"]][part].append(in_paisa(type_, each, taken_on=meeting["held_on"], **hers))
    return {
        group_id: GroupRecord(group_id=group_id, kind=kind, rules=rules, events=events, **parts[group_id])
        for group_id, kind in groups.items()
    }


_AT_MEETINGS: Final = (
    ("loans", "loan", Loan),
    ("lines", "passbook", PassbookLine),
    ("flows", "flow", Flow),
    ("payouts", "payout", PaidOut),
)
"""Part of a group's records, kind of act, and class of the records."""
