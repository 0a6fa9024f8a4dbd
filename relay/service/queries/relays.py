"""Questions about relays: how far gifts travelled, and where chains broke."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, get_args

from relay.domain.vocabulary import CHAIN_STATES
from relay.reports import chains, trees
from relay.service.queries.parameters import (
    IN_WHICH_ORDER,
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
from relay.service.question import Says, Source


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
