"""The tasks of planning for visits: givers without a plan, receivers who are not ready, and old plans and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.arrays.same_woman import women_of
from relay.reports.field.tasks import Task, Tasks
from relay.systems.planning import reading
from relay.systems.planning.rates import due_and_unplanned
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.arrays.lineage import Survey
    from relay.graph import Graph
    from relay.systems.planning.reading import Planned

REASONS: Final = {
    "nobody_planned": Sentence("nobody is planned to receive from her"),
    "not_ready": Sentence("planned to receive next and not ready"),
    "missed": Sentence("planned to receive, and her day is long past"),
    "stale": Sentence("no news of her request for a year"),
}


def _tasks(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    planned = reading.read(graph, programme_id, survey)
    yield from _nobody_planned(planned)
    yield from _not_ready(planned)
    yield from _missed(planned)
    season = planned.season
    for request in season.requests:
        if season.is_stale(request):
            yield Task(reason="stale", beneficiary_id=request.beneficiary_id)


def _nobody_planned(planned: Planned) -> Iterator[Task]:
    snapshot = planned.survey.snapshot
    people, holders = snapshot.beneficiaries.ids, women_of(snapshot)[snapshot.placements.beneficiary]
    for placement_id in due_and_unplanned(planned):
        holder = int(holders[snapshot.placements.ids.row(placement_id) or 0])
        if holder >= 0:
            yield Task(reason="nobody_planned", beneficiary_id=people[holder], placement_id=placement_id)


def _not_ready(planned: Planned) -> Iterator[Task]:
    """Women of open plans who are not ready, by the day on which they are expected to receive."""
    for plan in planned.season.open_plans:
        if not planned.season.is_ready(plan.beneficiary_id, plan.help):
            yield Task(reason="not_ready", beneficiary_id=plan.beneficiary_id, due_on=plan.expected_on)


def _missed(planned: Planned) -> Iterator[Task]:
    """Women of missed plans who have no new plan."""
    season = planned.season
    anew = {(plan.beneficiary_id, plan.help) for plan in season.open_plans}
    for plan in season.plans:
        if season.plan_states[plan.plan_id] == "missed" and (plan.beneficiary_id, plan.help) not in anew:
            yield Task(reason="missed", beneficiary_id=plan.beneficiary_id, due_on=plan.expected_on)


TASKS: Final = Tasks(reasons=REASONS, find=_tasks)
