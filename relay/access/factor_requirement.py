"""Which roles must have a second factor, and from which day on.

    (:TrailHead {required: ["manager@hills 2026-12-17"]})      a role, as `roles.grant_of` reads it, and that day

It stands at the end of the trail of accounts, whose entries say who required it, and is read together with an account.
Whoever has such a role and no second factor is asked to set one up when she signs in; from that day on nothing else
opens for her. So nobody is locked out, not even the only administrator. Tokens and telephones are asked nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING

from relay.access import account_trail
from relay.access.account_trail import LOCAL
from relay.access.roles import EVERY, NOT_A_ROLE, Grant, grant_of
from relay.database import cypher
from relay.errors import Forbidden, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from datetime import datetime

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction


class FactorDue(Forbidden):
    """Somebody must have a second factor, and has none."""

    reason = "Your role needs a second factor since %(due_on)s, and this account has none."
    advice = "Sign in to the pages, which lead you to set it up."

    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A role that must have a second factor.

    Attributes:
        role: The role, in one programme or in all.
        due_on: The first day on which nothing else opens without it.
    """

    role: Grant
    due_on: date

    def __str__(self) -> str:
        """The text as it is stored, from which `_read` makes it."""
        return f"{self.role} {self.due_on}"


def _read(text: str) -> Requirement:
    role, _, day = text.partition(" ")
    return Requirement(role=grant_of(role), due_on=date.fromisoformat(day))


def requirements(graph: Graph) -> tuple[Requirement, ...]:
    """The roles that must have a second factor, ordered as texts; empty when it is required of nobody.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_read(each) for row in graph.rows(cypher.TRAIL_HEAD) for each in row["required"] or ())


def require(
    graph: Graph, roles: Collection[Grant], due_on: date, now: datetime, *, by: str = LOCAL
) -> tuple[Requirement, ...]:
    """Require a second factor of exactly these roles, of none if there are none. The trail names `by` as who did.

    Args:
        graph: The database of the accounts.
        roles: The roles, each in one programme or in all.
        due_on: The first day on which nothing else opens without it.
        now: The current instant.
        by: Who requires it, as in `recorded_by` of a ledger entry.

    Returns:
        What is required now.

    Raises:
        Invalid: A role is limited to a place.
        Unavailable: The database cannot be reached.
    """
    if any(each.place_id for each in roles):
        raise refused(
            NOT_A_ROLE,
            reason=Sentence("A second factor is required of a role, and not for one place of it."),
            advice=Sentence("Write the role without a place, for example staff@hills."),
        )
    required = sorted(str(Requirement(role=each, due_on=due_on)) for each in set(roles))

    def work(transaction: Transaction) -> None:
        account_trail.append(transaction, "factor_required", {"required": required}, by, now)
        transaction.run(cypher.SET_REQUIRED, required=required)

    graph.write(work)
    return tuple(map(_read, required))


def require_in_time(due_on: date | None, now: datetime) -> None:
    """Accept only whoever has a second factor, or need not have one yet.

    Raises:
        FactorDue: The day is there, by the UTC date.
    """
    if due_on and due_on <= now.astimezone(UTC).date():
        raise FactorDue(due_on=due_on)


def due_day(grants: Collection[Grant], required: Sequence[str]) -> date | None:
    """The first day on which somebody with these grants must have a second factor, of what is stored; None if never."""
    days = [each.due_on for each in map(_read, required) if any(_reaches(each.role, grant) for grant in grants)]
    return min(days, default=None)


def due_days(graph: Graph, all_accounts: Iterable[Account]) -> Mapping[str, date]:
    """Login → the first day on which she must have a second factor, of those who must and have none yet.

    Raises:
        Unavailable: The database cannot be reached.
    """
    stored = [*map(str, requirements(graph))]
    found = {each.login: due_day(each.grants, stored) for each in all_accounts if not each.factors}
    return {login: day for login, day in found.items() if day}


def _reaches(role: Grant, grant: Grant) -> bool:
    return role.role == grant.role and (role.programme_id == EVERY or grant.covers(role.programme_id))
