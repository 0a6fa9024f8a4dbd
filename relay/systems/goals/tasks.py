"""The tasks of goals for visits: open goals that nobody has visited for a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.reports.field.tasks import Task, Tasks
from relay.systems.goals.questions import progress
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.arrays.lineage import Survey
    from relay.graph import Graph


def _tasks(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    for goal in progress(graph, programme_id, survey.as_of).unvisited():
        yield Task(reason="goal_unvisited", beneficiary_id=goal.beneficiary_id, due_on=goal.target_on)


TASKS: Final = Tasks(reasons={"goal_unvisited": Sentence("nobody has visited her goal for twelve months")}, find=_tasks)
