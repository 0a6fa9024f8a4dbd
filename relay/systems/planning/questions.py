"""The questions about requests and plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from relay.countries.country import country_of
from relay.reports import animals, trees
from relay.service.question import Says, Source
from relay.service.questions.parameters import Help, OfADay, PlaceId
from relay.systems.planning import proposal, reading
from relay.systems.planning.kinds import PLAN_STATES, REQUEST_STATES
from relay.systems.planning.rates import PlanningRates, rates
from relay.systems.planning.reading import Planned
from relay.systems.planning.waiting_order import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.arrays.lineage import Survey
    from relay.graph import Graph

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfADay(OfADay[T_co]):
    """A question about requests and plans on a day."""

    ids_only = True

    def planned(self, source: Source, programme_id: str) -> Planned:
        """Requests, plans and survey on the day."""
        return reading.read(source.graph, programme_id, self.survey(source, programme_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """A request.

    Attributes:
        request_id: Id of the request.
        beneficiary_id: Id of the woman who asks.
        help: Help that she asks for.
        asked_on: Day on which she asked.
        state: "waiting", "ready", "planned", "served" or "ended".
        stale: Whether nothing has been heard of her for a year.
        rank: Rank in the public order, among all who wait for that help without a plan; None for the others.
    """

    request_id: str
    beneficiary_id: str
    help: str
    asked_on: date
    state: str
    stale: bool
    rank: int | None


def waiting_list(planned: Planned, help_: str | None = None, state: str | None = None) -> tuple[RequestRow, ...]:
    """The requests: first those that wait, in the public order, then the others by day and id."""
    season = planned.season
    waiting = [each for each in season.requests if season.request_states[each.request_id] in ("waiting", "ready")]
    ranks = {placed.request.request_id: placed.rank for placed in in_order(season, waiting, planned.order)}
    rows = [
        RequestRow(
            request_id=each.request_id,
            beneficiary_id=each.beneficiary_id,
            help=each.help,
            asked_on=each.asked_on,
            state=season.request_states[each.request_id],
            stale=season.is_stale(each),
            rank=ranks.get(each.request_id),
        )
        for each in season.requests
        if help_ in (None, each.help) and state in (None, season.request_states[each.request_id])
    ]
    return tuple(sorted(rows, key=lambda row: (row.rank is None, row.help if row.rank else "", row.rank or 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests(_OfADay[tuple[RequestRow, ...]]):
    """All requests and how they stand; who waits comes first, in the public order."""

    name = "requests"
    action = "planning"
    path = "requests"

    help: Help = None
    state: Annotated[
        str | None,
        Says(sort="word", text="Only those in this state.", choices=REQUEST_STATES),
    ] = None

    def answer(self, source: Source, programme_id: str) -> tuple[RequestRow, ...]:
        """Waiting requests by help and rank, then the others by day and id."""
        return waiting_list(self.planned(source, programme_id), self.help, self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan.

    Attributes:
        plan_id: Id of the plan.
        giver_placement_id: Id of the placement that passes on; None if a gift is to be placed.
        gift_id: Id of the gift that is to be placed; None if a placement passes on.
        beneficiary_id: Id of the woman who is to receive.
        help: Help that she is to receive.
        chosen_on: Day on which she was chosen.
        expected_on: Day on which she is to receive; None if not given.
        state: "followed", "overtaken", "ended", "missed" or "open".
    """

    plan_id: str
    giver_placement_id: str | None
    gift_id: str | None
    beneficiary_id: str
    help: str
    chosen_on: date
    expected_on: date | None
    state: str


def plan_rows(planned: Planned, help_: str | None = None, state: str | None = None) -> tuple[PlanRow, ...]:
    """The plans by day and id."""
    season = planned.season
    return tuple(
        PlanRow(
            plan_id=each.plan_id,
            giver_placement_id=each.giver_placement_id,
            gift_id=each.gift_id,
            beneficiary_id=each.beneficiary_id,
            help=each.help,
            chosen_on=each.chosen_on,
            expected_on=each.expected_on,
            state=season.plan_states[each.plan_id],
        )
        for each in season.plans
        if help_ in (None, each.help) and state in (None, season.plan_states[each.plan_id])
    )


def open_plans(graph: Graph, programme_id: str, survey: Survey) -> Iterator[trees.TreePlan]:
    """The open plans of a programme, in the form that relay trees show."""
    for each in reading.read(graph, programme_id, survey).season.open_plans:
        yield trees.TreePlan(
            plan_id=each.plan_id,
            giver_placement_id=each.giver_placement_id,
            gift_id=each.gift_id,
            beneficiary_id=each.beneficiary_id,
            help=each.help,
            chosen_on=each.chosen_on,
            expected_on=each.expected_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans(_OfADay[tuple[PlanRow, ...]]):
    """All plans and what became of them."""

    name = "plans"
    action = "planning"
    path = "plans"

    help: Help = None
    state: Annotated[
        str | None,
        Says(
            sort="word",
            text="Only those in this state.",
            choices=PLAN_STATES,
        ),
    ] = None

    def answer(self, source: Source, programme_id: str) -> tuple[PlanRow, ...]:
        """Sorted by day and id."""
        return plan_rows(self.planned(source, programme_id), self.help, self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals(_OfADay[tuple[proposal.Proposal, ...]]):
    """Who could receive next from whom: most women served, then the public order, then the least distance."""

    name = "proposals"
    action = "planning"
    path = "proposals"

    place_id: PlaceId = None

    def answer(self, source: Source, programme_id: str) -> tuple[proposal.Proposal, ...]:
        """First of givers who can pass on already; sorted by municipality, help and rank; nothing is recorded."""
        planned = self.planned(source, programme_id)
        rows = proposal.propose(
            planned,
            reading.places(source.graph, programme_id),
            reading.households(source.graph, programme_id),
            country_of(source.country),
            place_id=self.place_id,
        )
        found = animals.expected(source.graph, programme_id, planned.survey, source.systems)
        return proposal.ready_first(rows, found, self.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningRate(_OfADay[PlanningRates]):
    """What came of planning, each rate with what it is made of."""

    name = "planning-rates"
    action = "planning"
    path = "planning-rates"

    def answer(self, source: Source, programme_id: str) -> PlanningRates:
        """The rates on the day."""
        return rates(self.planned(source, programme_id))


QUESTIONS: Final = (Requests, Plans, Proposals, PlanningRate)
PLANS: Final = open_plans
