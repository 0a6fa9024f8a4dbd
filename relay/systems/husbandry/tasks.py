"""The tasks of husbandry for visits: treatments due, births to be expected, and who is ready before her deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relay.reports.field.tasks import Task, Tasks
from relay.systems.husbandry.questions import expected
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.graph import Graph
    from relay.reports.animals import Expected

AROUND: Final = timedelta(days=30)
"""So long before and after the day of a birth, or of being ready, a visit is asked for (our choice: births are some
days early or late, and a place is visited once a month)."""

REASONS: Final = {
    "treatment_due": Sentence("a treatment of her animals is due"),
    "birth_expected": Sentence("young are to be expected"),
    "ready_before_due": Sentence("can pass on before her deadline"),
}


def _tasks(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    for each in expected(graph, programme_id, survey).values():
        for reason, day in _reasons(each, survey.as_of):
            yield Task(reason=reason, beneficiary_id=each.beneficiary_id, placement_id=each.placement_id, due_on=day)


def _reasons(each: Expected, today: date) -> Iterator[tuple[str, date]]:
    """The reasons to visit her animals, each with its day."""
    if each.treatment_on and each.treatment_on <= today + AROUND:
        yield "treatment_due", each.treatment_on
    if each.birth_on and abs(each.birth_on - today) <= AROUND:
        yield "birth_expected", each.birth_on
    if each.ready_on and each.due_on and abs(each.ready_on - today) <= AROUND and each.ready_on < each.due_on:
        yield "ready_before_due", each.ready_on


TASKS: Final = Tasks(reasons=REASONS, find=_tasks, action="husbandry")
