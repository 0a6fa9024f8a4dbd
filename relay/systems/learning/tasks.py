"""The tasks of learning for visits: women who wait for help without having completed what its rule requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.ledger import programme_heads
from relay.reports.field.tasks import Task, Tasks
from relay.systems.learning import reading
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.arrays.lineage import Survey
    from relay.graph import Graph


def _tasks(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    required = reading.requirements(graph, programme_id)
    if not required or "planning" not in programme_heads.head(graph, programme_id).systems:
        return
    done = reading.done_in(reading.classes(graph, programme_id, survey.as_of))
    waiting = reading.waiting(graph, programme_id, survey, required, done)
    for woman in dict.fromkeys(each.beneficiary_id for each, missing in waiting if missing):
        yield Task(reason="requires_unmet", beneficiary_id=woman)


TASKS: Final = Tasks(
    reasons={"requires_unmet": Sentence("waits for help and has not completed what it requires")}, find=_tasks
)
