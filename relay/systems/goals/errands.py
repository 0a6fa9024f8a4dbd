"""What goals ask of whoever visits: the open goals to which nobody came for a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.reports.field.errands import Errand, Errands
from relay.systems.goals.questions import progress
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.arrays.lineage import Survey
    from relay.graph import Graph


def _errands(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Errand]:
    for goal in progress(graph, programme_id, survey.as_of).unvisited():
        yield Errand(reason="goal_unvisited", beneficiary_id=goal.beneficiary_id, due_on=goal.target_on)


ERRANDS: Final = Errands(
    reasons={"goal_unvisited": Sentence("nobody has visited her goal for twelve months")}, find=_errands
)
