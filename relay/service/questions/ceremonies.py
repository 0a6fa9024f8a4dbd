"""Questions about ceremonies: who may be expected to hand over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from relay.reports import trees
from relay.reports.field import givers
from relay.service.question import Says, Source
from relay.service.questions.parameters import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Givers(Read[tuple[givers.Giver, ...]]):
    """Who may be expected to hand over at a ceremony of a place or group, without names."""

    name = "givers"
    action = "ceremony sheet"
    path = "givers"
    ids_only = True

    held_on: Annotated[date, Says(sort="day", text="The day of the ceremony; today if left out.", today=True)]
    place_id: Annotated[str | None, Says(sort="word", text="Of those who live there.")] = None
    group_id: Annotated[str | None, Says(sort="word", text="Of members of this group.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[givers.Giver, ...]:
        """Those that are due first come first."""
        survey = self.survey(source, programme_id)
        plans = trees.plans(source.graph, programme_id, survey, source.systems)
        planned = {each.giver_placement_id: each.beneficiary_id for each in plans if each.giver_placement_id}
        return givers.givers(survey, self.held_on, place_id=self.place_id, group_id=self.group_id, planned=planned)
