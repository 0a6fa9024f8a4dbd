"""Questions about relays: what became of a gift, and whom to visit next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, get_args

from relay.access import roles
from relay.domain.vocabulary import CHAIN_STATES
from relay.errors import Refused
from relay.graph import Graph
from relay.reports import breakdown, chains, trees, unconfirmed
from relay.reports.field import contacts, errands, visits
from relay.service.queries.parameters import (
    IN_WHICH_ORDER,
    AsOf,
    Donor,
    GroupId,
    Help,
    Id,
    Most,
    PlaceId,
    Read,
    Skip,
    donors,
)
from relay.service.question import Question, Says, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Read[trees.Trace]):
    """How far a gift or placement travelled, and where it broke."""

    name = "trace"
    action = "trace"
    path = "trace/<id>"

    id: Id

    def answer(self, source: Source, programme_id: str) -> trees.Trace:
        """Of all that descends from it."""
        return self.relay_below(source, programme_id, self.id).trace(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree(Read[trees.Tree]):
    """The relay below a gift or placement."""

    name = "tree"
    action = "tree"
    path = "tree/<id>"

    id: Id

    def answer(self, source: Source, programme_id: str) -> trees.Tree:
        """Its placements and what binds them.

        Plans are known as of now alone: with `as_known` they are left out.
        """
        graph, used = source.graph, source.systems
        if self.as_known is not None or not trees.finders(graph.catalogue, used):
            return self.relay_below(source, programme_id, self.id).tree(self.id)
        whole = replace(self, confirmed_only=False).relay(source, programme_id)
        plans = trees.plans(graph, programme_id, whole.survey, used)
        asked = self.relay(source, programme_id) if self.confirmed_only else whole
        return asked.tree(self.id, plans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gifts(Read[tuple[chains.GivenGift, ...]]):
    """All gifts: how far each travelled, and the state of its chains."""

    name = "gifts"
    action = "gifts"
    path = "gifts"

    help: Help = None
    donor: Donor = None
    sort: Annotated[chains.Sorting, Says(sort="word", text=IN_WHICH_ORDER, choices=("id", "reach", "age"))] = "id"
    most: Most = None
    skip: Skip = 0

    def answer(self, source: Source, programme_id: str) -> tuple[chains.GivenGift, ...]:
        """In the order that was asked for."""
        found = chains.gifts(
            self.relay(source, programme_id).survey,
            help_=self.help,
            donor=self.donor,
            names=donors(source, programme_id, self.donor),
            sort=self.sort,
        )
        return found[self.skip :][: self.most]

    def tells_donors(self) -> bool:
        """What one donor gave."""
        return self.donor is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains(Read[tuple[chains.Chain, ...]]):
    """All chains: how far each travelled, and its state."""

    name = "chains"
    action = "chains"
    path = "chains"

    state: Annotated[str | None, Says(sort="word", text="Only chains in this state.", choices=CHAIN_STATES)] = None
    help: Help = None
    place_id: PlaceId = None
    group_id: GroupId = None
    donor: Donor = None
    sort: Annotated[chains.Sorting, Says(sort="word", text=IN_WHICH_ORDER, choices=get_args(chains.Sorting))] = "id"
    most: Most = None
    skip: Skip = 0

    def answer(self, source: Source, programme_id: str) -> tuple[chains.Chain, ...]:
        """In the order that was asked for."""
        found = chains.chains(
            self.relay(source, programme_id).survey,
            state=self.state,
            help_=self.help,
            place_id=self.place_id,
            group_id=self.group_id,
            donor=self.donor,
            names=donors(source, programme_id, self.donor),
            sort=self.sort,
        )
        return tuple(found[self.skip :][: self.most])

    def tells_donors(self) -> bool:
        """What one donor gave."""
        return self.donor is not None


class NoWalks(Refused):
    """An account is asked for its visits, and nobody gave it a place in this programme."""

    reason = "Account %(login)s has no role in this programme that makes visits."
    suggestion = "Give it one: relay account role %(login)s --role staff@PROGRAMME/PLACE"
    field = "account"

    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo(Read[tuple[visits.Visit, ...]]):
    """Whom to visit next and why; rank 1 is the most pressing. Personal."""

    name = "todo"
    action = "todo"
    path = "todo"
    personal = True

    place_id: PlaceId = None
    account: Annotated[str | None, Says(sort="word", text="Only the places that this account covers.")] = None
    most: Annotated[int | None, Says(sort="count", text="At most this many, the most pressing.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[visits.Visit, ...]:
        """Place by place; with names and telephones as far as the reader is told them.

        What systems ask for is known as of now alone: with `as_known` it is left out.
        """
        graph, survey = source.graph, self.relay(source, programme_id).survey
        names = breakdown.names(graph, programme_id, ("place",))
        used = () if self.as_known is not None else source.systems
        hidden = errands.hidden(graph.catalogue, source.reader.may)
        asked = errands.seen(errands.errands(graph, programme_id, survey, used), hidden)
        walks = None if self.account is None else self._walks(graph, programme_id, self.account)
        found = visits.todo(survey, place_id=self.place_id, walks=walks, most=self.most, names=names, errands=asked)
        told = source.reader.nameable({each.beneficiary_id for each in found if each.beneficiary_id})
        people = contacts.contacts(graph, programme_id, told)
        groups = breakdown.group_names(graph, programme_id) if told else {}
        return tuple(
            replace(each, name=who.name, phone=who.phone, group_name=groups.get(each.group_id or ""))
            if (who := people.get(each.beneficiary_id or ""))
            else each
            for each in found
        )

    def opened(self, answer: tuple[visits.Visit, ...]) -> Iterable[str]:
        """Those who are named."""
        return sorted({f"beneficiary:{each.beneficiary_id}" for each in answer if each.name or each.phone})

    def _walks(self, graph: Graph, programme_id: str, login: str) -> frozenset[str] | None:
        """The places that an account covers; None when it covers all."""
        from relay.access import accounts  # noqa: PLC0415 - its cryptography, which no other question needs

        held = roles.granted(graph.catalogue, accounts.find(graph, login).grants, self.action, programme_id)
        if not held:
            raise NoWalks(login=login)
        return roles.places(held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Question[tuple[unconfirmed.Waiting, ...]]):
    """Unconfirmed pass-ons, the earliest first."""

    name = "waiting"
    action = "waiting"
    path = "waiting"

    as_of: AsOf
    most: Annotated[int | None, Says(sort="count", text="At most this many.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[unconfirmed.Waiting, ...]:
        """The earliest first."""
        return unconfirmed.waiting(source.graph, programme_id, self.as_of, self.most)
