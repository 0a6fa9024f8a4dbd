"""Reads the groups of a programme from the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher as core
from relay.database.acts_as_nodes import key_of, kind_and_id, values_of
from relay.domain.people.one_woman import OneWoman, SameWoman
from relay.errors import Failure, NotFound, refused
from relay.ledger import reading as ledger
from relay.ledger.her_ids import her_ids
from relay.systems.groups import cypher
from relay.systems.groups.members_and_attendance import Custody, Customs, Meeting, Membership, Office, Roll, as_word

if TYPE_CHECKING:
    from relay.graph import Graph


NO_SUCH_GROUP: Final = Failure(
    NotFound,
    "no_such_group",
    "There is no group %(group_id)s in the record.",
    advice="List the groups",
    command="relay groups",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsRecord:
    """The recorded groups by a day.

    Attributes:
        groups: Group id → its columns group_id, kind and place_id; None for values that are not recorded.
        roll: Their members, officers and meetings.
        women: The ids of the programme that belong to one woman.
        holders: Ids under which the group itself holds placements; empty when all groups are read.
    """

    groups: Mapping[str, Mapping[str, Any]]
    roll: Roll
    women: OneWoman
    holders: frozenset[str]


def read(graph: Graph, programme_id: str, as_of: date, group_id: str | None = None) -> GroupsRecord:
    """Read the groups of a programme, or one of them.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        as_of: Reference day; what happens later does not count.
        group_id: Id of one group; None for all.

    Raises:
        NotFound: There is no such group.
        Unavailable: The database cannot be reached.
    """
    groups = {row["group_id"]: row for row in graph.rows(cypher.GROUPS, programme_id=programme_id, group_id=group_id)}
    if group_id is not None and group_id not in groups:
        raise refused(NO_SUCH_GROUP, group_id=group_id)
    names = {"programme": key_of(programme_id, f"programme:{programme_id}")}
    rows = (
        graph.rows(cypher.OF_ALL, programme_id=programme_id, **names)
        if group_id is None
        else graph.rows(cypher.OF_ONE, key=key_of(programme_id, f"group:{group_id}"), **names)
    )
    acts, her_ids = defaultdict[str, list[dict[str, Any]]](list), women(graph, programme_id)
    for row in rows:
        acts[row["kind"]].append({**values_of(row["said"]), "ended_on": row["ended_on"]})

    def hers(row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"beneficiary_id": her_ids.kept(row["beneficiary_id"]), "ended_on": row["ended_on"]}

    roll = Roll(
        memberships=[Membership.read(row, **hers(row)) for row in acts["membership"]],
        offices=[Office.read(row, **hers(row)) for row in acts["office"]],
        meetings=[Meeting.of(row, her_ids.kept) for row in acts["meeting"]],
        as_of=as_of,
        customs=Customs.of(*acts["programme"]),
    )
    holders = frozenset(row["beneficiary_id"] for row in acts["beneficiary"])
    return GroupsRecord(groups=groups, roll=roll, women=her_ids, holders=holders)


def women(graph: Graph, programme_id: str) -> OneWoman:
    """The ids of a programme that belong to one woman."""
    one_woman_ = OneWoman()
    for row in graph.rows(core.SAME_AND_DIFFERENT_WOMEN, programme_id=programme_id):
        if row["kind"] == "same":
            act_id = ":".join(kind_and_id(row["key"]))
            one_woman_.add(
                SameWoman(act_id=act_id, kept_id=row["one"], other_id=row["other"], sequence=row["sequence"])
            )
    return one_woman_


def customs(graph: Graph, programme_id: str) -> Customs:
    """How the groups of a programme meet."""
    return Customs.of(*ledger.said(graph, programme_id, "programme"))


def custodies(graph: Graph, programme_id: str, as_of: date, group_id: str | None = None) -> list[Custody]:
    """The custodies that had begun by a day, by owner, animal and first day.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        as_of: Reference day; what happens later does not count.
        group_id: Only custodies with this group as owner or keeper; None for all.

    Raises:
        Unavailable: The database cannot be reached.
    """
    read_ = (
        Custody.read(row, ended_on=row["ended_on"], reason=row["reason"] or as_word(row["ended_for"]))
        for row in graph.rows(cypher.CUSTODIES, programme_id=programme_id, group_id=group_id)
    )
    return sorted(
        (each for each in read_ if each.from_on <= as_of),
        key=lambda each: (each.owner_group_id, each.animal, each.from_on, each.custody_id),
    )


def groups_of(graph: Graph, programme_id: str, beneficiary_id: str) -> tuple[str, ...]:
    """Ids of the groups in which a woman is or was a member, under any of her ids; sorted.

    Raises:
        Unavailable: The database cannot be reached.
    """
    people = _keys(programme_id, her_ids(graph, programme_id, beneficiary_id))
    return tuple(dict.fromkeys(row["group_id"] for row in graph.rows(cypher.GROUPS_OF_HER, people=people)))


def stood_in(graph: Graph, programme_id: str, beneficiary_ids: Iterable[str], as_of: date) -> Mapping[str, str | None]:
    """Pass-on from what some beneficiaries hold → the group that stood in for the giver; None if she gave herself.

    Raises:
        Unavailable: The database cannot be reached.
    """
    people = _keys(programme_id, beneficiary_ids)
    return {row["pass_id"]: row["by_group_id"] for row in graph.rows(cypher.PASSED, people=people, as_of=as_of)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A woman whom a meeting chose to receive next.

    Attributes:
        plan_id: Id of the plan.
        beneficiary_id: Id of the woman.
        votes_for: Number of votes for her; None if not recorded.
        votes_against: Number of votes against her; None if not recorded.
    """

    plan_id: str
    beneficiary_id: str
    votes_for: float | None
    votes_against: float | None


def chosen_at(graph: Graph, programme_id: str, meeting_id: str) -> tuple[Chosen, ...]:
    """The women whom a meeting chose to receive next; empty if no system plans.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if "plan" not in graph.catalogue.kinds:
        return ()
    rows = graph.rows(cypher.CHOSEN_AT, programme_id=programme_id, meeting_id=meeting_id)
    return tuple(Chosen(**row) for row in rows)


def _keys(programme_id: str, beneficiary_ids: Iterable[str]) -> list[str]:
    return [key_of(programme_id, f"beneficiary:{id_}") for id_ in sorted(beneficiary_ids)]
