"""The beginning of a programme: its own act, first rule, places and accounts, all recorded together or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relay.access import accounts
from relay.domain.acts import Act
from relay.errors import Conflict, Invalid
from relay.ledger.recording import Rehearsal, found_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relay.access.roles import Grant
    from relay.errors import RelayError
    from relay.graph import Graph, Transaction
    from relay.ledger.batch import Clerk


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProgramme:
    """With what a programme begins.

    Attributes:
        programme: The values of its own act.
        rule: The values of its first rule.
        places: The acts of its first places, larger ones before those that lie in them.
        accounts: Login → grants, of the accounts that are made; they have no password yet.
    """

    programme: Mapping[str, Any]
    rule: Mapping[str, Any]
    places: Sequence[Act]
    accounts: Mapping[str, tuple[Grant, ...]]

    @property
    def programme_id(self) -> str:
        """The id of the programme."""
        return str(self.programme["id"])

    def acts(self, graph: Graph) -> tuple[Act, ...]:
        """Its acts, in the order in which they are recorded."""
        rule_id = graph.catalogue.kind("rule").id_of
        return (
            Act(kind="programme", id=self.programme_id, values=self.programme),
            Act(kind="rule", id=rule_id(self.rule) if rule_id else "", values=self.rule),
            *self.places,
        )


def faults(graph: Graph, beginning: NewProgramme, clerk: Clerk) -> Iterator[tuple[str, RelayError]]:
    """What is wrong with a beginning, each with what it is about: the kind of an act, or "account:LOGIN".

    Nothing is written.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rehearsal = Rehearsal(graph, beginning.programme_id, clerk, together=True)
    outcomes, _ = rehearsal.offer(beginning.acts(graph))
    yield from ((outcome.act.kind, outcome.error) for outcome in outcomes if outcome.error)
    if all(outcome.action == "same" for outcome in outcomes):
        return  # it was recorded before, with its accounts
    for login in beginning.accounts:
        try:
            accounts.require_new(graph, login)
        except (Invalid, Conflict) as error:
            yield f"account:{login}", error


def begin(graph: Graph, beginning: NewProgramme, clerk: Clerk) -> None:
    """Record a beginning in one transaction: all of it, or nothing. Sent again, it changes nothing.

    Raises:
        RelayError: Nothing was recorded; the error says why.
        UnknownOutcome: It may or may not have been recorded; send it again.
    """

    def make_accounts(transaction: Transaction) -> None:
        for login, grants in beginning.accounts.items():
            accounts.add_without_password(transaction, login, grants, clerk.now, by=clerk.by)

    found_together(graph, beginning.programme_id, beginning.acts(graph), clerk, make_accounts)
