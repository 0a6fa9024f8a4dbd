"""How well planning works, as rates with numerator and denominator."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from relay.arrays.placement_states import DUE
from relay.domain.model import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relay.systems.planning.reading import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningRates:
    """How well planning works, by a day.

    Attributes:
        from_list: Placements that began and served an open request, of all that began.
        from_plan: Pass-ons that followed a plan, of all pass-ons.
        planned_of_due: Placements due within 60 days that have a plan, of all such placements.
        asked_to_received_days: Median number of days from request to receipt; None if nobody was served.
        served: Requests that this median is of, by day and id.
    """

    from_list: Rate
    from_plan: Rate
    planned_of_due: Rate
    asked_to_received_days: float | None
    served: tuple[str, ...]


def counted(planned: Planned) -> Mapping[str, Sequence[str]]:
    """The records that each rate counts: word → records, "kind:id".

    The words are "due" within 60 days and of these "planned"; pass-ons "made" and those that "followed" a plan;
    placements that "began" and "from_list" those that served an open request.
    """
    season, survey = planned.season, planned.survey
    snapshot, unplanned = survey.snapshot, {*due_and_unplanned(planned)}
    due = _due(planned)
    return {
        "due": [f"placement:{id_}" for id_ in due],
        "planned": [f"placement:{id_}" for id_ in due if id_ not in unplanned],
        "made": [f"pass:{snapshot.passes.ids[row]}" for row in np.flatnonzero(survey.made).tolist()],
        "followed": [act_id for act_id in season.follows if act_id.startswith("pass:")],
        "began": [
            f"placement:{snapshot.placements.ids[row]}" for row in np.flatnonzero(survey.standings.there).tolist()
        ],
        "from_list": [*dict.fromkeys(receipt.act_id for receipt in season.served.values())],
    }


def rates(planned: Planned) -> PlanningRates:
    """The rates by the day."""
    served = planned.season.served
    days = [(receipt.received_on - request.asked_on).days for request, receipt in served.items()]
    many = {word: len(records) for word, records in counted(planned).items()}
    return PlanningRates(
        from_list=Rate.of(many["from_list"], many["began"]),
        from_plan=Rate.of(many["followed"], many["made"]),
        planned_of_due=Rate.of(many["planned"], many["due"]),
        asked_to_received_days=float(median(days)) if days else None,
        served=tuple(request.request_id for request in served),
    )


def due_and_unplanned(planned: Planned) -> tuple[str, ...]:
    """Ids of placements due within 60 days without a plan, by due day and id."""
    givers = {plan.giver_placement_id for plan in planned.season.open_plans}
    return tuple(each for each in _due(planned) if each not in givers)


def _due(planned: Planned) -> list[str]:
    survey = planned.survey
    rows = np.flatnonzero(survey.standings.state == DUE).tolist()
    ids, days = survey.snapshot.placements.ids, survey.standings.due_day
    return [id_ for _, id_ in sorted((int(days[row]), ids[row]) for row in rows)]
