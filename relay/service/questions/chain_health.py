"""The question how the chains do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from relay.arrays import lineage
from relay.domain.vocabulary import PARTED_BY
from relay.reports import health
from relay.service.question import Says, Source
from relay.service.questions.parameters import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthQuestion(Read[health.Health]):
    """Chain health: what is owed, was passed on, and broke."""

    name = "health"
    action = "health"
    path = "health"

    by: Annotated[
        tuple[str, ...], Says(sort="word", text="Break it down by this; may be repeated.", choices=PARTED_BY)
    ] = ()
    compare: Annotated[date | None, Says(sort="day", text="Show what changed since that day.")] = None

    def answer(self, source: Source, programme_id: str) -> health.Health:
        """On the day, and what changed."""
        survey, earlier, names = self.survey(source, programme_id), None, None
        if self.compare:
            earlier = lineage.survey(survey.snapshot, self.compare, confirmed_only=self.confirmed_only)
        if self.by:
            from relay.reports import breakdown  # noqa: PLC0415 - mostly the programme alone is asked for

            names = breakdown.names(source.graph, programme_id, self.by)
        return health.health(survey, by=self.by, names=names, earlier=earlier)

    def tells_donors(self) -> bool:
        """Parted by them."""
        return "donor" in self.by
