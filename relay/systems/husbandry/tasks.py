"""The tasks of husbandry for visits: treatments due, births to be expected, and who is ready before her deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relay.arrays.columns import day_of
from relay.reports.field.tasks import Task, Tasks
from relay.systems.husbandry import reading
from relay.systems.husbandry.questions import owing
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.graph import Graph
    from relay.systems.husbandry.herds import Herd

AROUND: Final = timedelta(days=30)
"""So long before and after the day of a birth, or of being ready, a visit is asked for (our choice: births are some
days early or late, and a place is visited once a month)."""

REASONS: Final = {
    "treatment_due": Sentence("a treatment of her animals is due"),
    "birth_expected": Sentence("young are to be expected"),
    "ready_before_due": Sentence("can pass on before her deadline"),
}


def _tasks(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    herds = dict(reading.herds(survey, reading.recorded(graph, programme_id)))
    holders, ids, stood = reading.holders(survey), survey.snapshot.placements.ids, survey.standings
    still = owing(survey, herds)
    for row, herd in herds.items():
        holder, due_on = holders[row], day_of(stood.due_day[row])
        if holder is not None and not stood.stuck[row]:
            for reason, day in _of_herd(herd, survey.as_of, due_on if row in still else None):
                yield Task(reason=reason, beneficiary_id=holder, placement_id=ids[row], due_on=day)


def _of_herd(herd: Herd, today: date, due_on: date | None) -> Iterator[tuple[str, date]]:
    """The reasons to visit a herd, each with its day; `due_on` is None where nothing is owed any more."""
    for next_on in herd.treatments_due(today + AROUND):
        yield "treatment_due", next_on
    birth_on = herd.birth_on(today)
    if birth_on and abs(birth_on - today) <= AROUND:
        yield "birth_expected", birth_on
    ready = herd.ready(today)
    if ready and due_on and abs(ready.ready_on - today) <= AROUND and ready.ready_on < due_on:
        yield "ready_before_due", ready.ready_on


TASKS: Final = Tasks(reasons=REASONS, find=_tasks, action="husbandry")
