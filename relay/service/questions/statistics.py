"""Questions that estimate: how long passing on takes, which deadlines can be kept, what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from relay.audit.statistics import deadlines_against_births, forecast, survival
from relay.domain.vocabulary import PARTED_BY
from relay.reports import breakdown, trees
from relay.service.question import Says, Source
from relay.service.questions.parameters import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival(Read[survival.Fulfilment]):
    """How long it takes from receipt until everything owed is passed on."""

    name = "survival"
    action = "survival"
    path = "survival"

    by: Annotated[
        str | None, Says(sort="word", text="Break it down by this (year: of receipt), and compare.", choices=PARTED_BY)
    ] = None

    def answer(self, source: Source, programme_id: str) -> survival.Fulfilment:
        """As a curve of the whole, and of each part."""
        names = breakdown.names(source.graph, programme_id, (self.by,) if self.by else ())
        return survival.fulfilment(self.survey(source, programme_id), self.by, names)

    def tells_donors(self) -> bool:
        """Parted by them."""
        return self.by == "donor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines(Read[tuple[deadlines_against_births.Deadline, ...]]):
    """Whether each rule's deadline can be met, according to the recorded births."""

    name = "deadlines"
    action = "deadlines"
    path = "deadlines"

    def answer(self, source: Source, programme_id: str) -> tuple[deadlines_against_births.Deadline, ...]:
        """A row a rule."""
        return deadlines_against_births.deadlines(self.survey(source, programme_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastQuestion(Read[forecast.Forecast | None]):
    """What lies ahead for the relay if things go on as they are; null while nothing has ended."""

    name = "forecast"
    action = "forecast"
    path = "forecast"

    about: Annotated[
        str | None,
        Says(sort="record", text="Only what descends from this gift or placement.", kinds=("placement", "gift")),
    ] = None
    seed: Annotated[int, Says(sort="number", text="Another number simulates other futures; 1 if left out.")] = 1

    def answer(self, source: Source, programme_id: str) -> forecast.Forecast | None:
        """None while no placement's time has come."""
        survey = self.survey(source, programme_id)
        roots = trees.roots_of(survey, self.about)[1] if self.about else None
        return forecast.forecast(survey, roots, seed=self.seed)
