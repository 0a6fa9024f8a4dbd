"""Questions about all gifts and chains: how far each travelled, and its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_args

from relay.domain.vocabulary import CHAIN_STATES
from relay.reports import breakdown, chains
from relay.service.question import Says, Source
from relay.service.questions.parameters import IN_WHICH_ORDER, Donor, GroupId, Help, Most, PlaceId, Read, Skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftsQuestion(Read[tuple[chains.GivenGift, ...]]):
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
            self.survey(source, programme_id),
            help_=self.help,
            donor=self.donor,
            names=_donors(source, programme_id, self.donor),
            sort=self.sort,
        )
        return found[self.skip :][: self.most]

    def tells_donors(self) -> bool:
        """What one donor gave."""
        return self.donor is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainsQuestion(Read[tuple[chains.Chain, ...]]):
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
            self.survey(source, programme_id),
            state=self.state,
            help_=self.help,
            place_id=self.place_id,
            group_id=self.group_id,
            donor=self.donor,
            names=_donors(source, programme_id, self.donor),
            sort=self.sort,
        )
        return tuple(found[self.skip :][: self.most])

    def tells_donors(self) -> bool:
        """What one donor gave."""
        return self.donor is not None


def _donors(source: Source, programme_id: str, donor: str | None) -> breakdown.PartNames:
    """Who gave, where that narrows the answer."""
    return breakdown.names(source.graph, programme_id, ("donor",) if donor is not None else ())
