"""What came of planning, each rate with what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from relay.arrays.standings import DUE
from relay.domain.model import Rate

if TYPE_CHECKING:
    from relay.systems.planning.reading import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningRates:
    """What came of planning by a day.

    Attributes:
        from_list: Placements that began and served an open request, of all that began.
        from_plan: Pass-ons that followed a plan, of all.
        planned_of_due: Placements due within 60 days for which somebody is planned, of all such.
        asked_to_received_days: Median days from asking to receiving; None when nobody was served.
        served: The requests that it is made of, by day and id.
    """

    from_list: Rate
    from_plan: Rate
    planned_of_due: Rate
    asked_to_received_days: float | None
    served: tuple[str, ...]


def rates(planned: Planned) -> PlanningRates:
    """What came of planning by the day."""
    season, survey = planned.season, planned.survey
    served = {request.request_id: receipt for request, receipt in season.served.items()}
    days = [(receipt.received_on - request.asked_on).days for request, receipt in season.served.items()]
    followed = sum(act_id.startswith("pass:") for act_id in season.follows)
    due, unplanned = _due(planned), due_and_unplanned(planned)
    return PlanningRates(
        from_list=Rate.of(len({each.act_id for each in served.values()}), int(survey.standings.there.sum())),
        from_plan=Rate.of(followed, int(survey.made.sum())),
        planned_of_due=Rate.of(len(due) - len(unplanned), len(due)),
        asked_to_received_days=float(median(days)) if days else None,
        served=tuple(served),
    )


def due_and_unplanned(planned: Planned) -> tuple[str, ...]:
    """The placements that are due within 60 days while nobody is planned for them, by due day and id."""
    givers = {plan.giver_placement_id for plan in planned.season.open_plans}
    return tuple(each for each in _due(planned) if each not in givers)


def _due(planned: Planned) -> list[str]:
    survey = planned.survey
    rows = np.flatnonzero(survey.standings.state == DUE).tolist()
    ids, days = survey.snapshot.placements.ids, survey.standings.due_day
    return [id_ for _, id_ in sorted((int(days[row]), ids[row]) for row in rows)]
