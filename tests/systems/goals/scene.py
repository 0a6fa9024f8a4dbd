"""Goals, steps and visits as a clerk would say them.

aims("O1: W1 on 2021-01-01")                W1 aims at farming goats
stepped("S1: training of O1", done_on=…)    a step to it
visited("V1: O1 on 2022-01-01, running")    what a visitor found
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.ledger import recording
from relay.systems.goals import GOALS
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Outcome

CATALOGUE: Final = Catalogue((GOALS,))


def aims(said: str, **values: say.Said) -> Act:
    goal_id, woman, on = re.split(": | on ", said)
    known = {"goal_id": goal_id, "beneficiary_id": woman, "kind": "farming", "activity": "goats", "set_on": on}
    return _act("goal", known | values)


def stepped(said: str, **values: say.Said) -> Act:
    step_id, step, goal_id = re.split(": | of ", said)
    return _act("goal_step", {"goal_step_id": step_id, "goal_id": goal_id, "step": step, **values})


def visited(said: str, **values: say.Said) -> Act:
    visit_id, goal_id, on, status = re.split(": | on |, ", said)
    known = {"goal_visit_id": visit_id, "goal_id": goal_id, "visited_on": on, "status": status}
    return _act("goal_visit", known | values)


def earning(income: float, expenses: float = 0, months: int = 1) -> dict[str, Any]:
    """What a visitor was told of the money."""
    return {"income": income, "expenses": expenses, "months_covered": months}


def _act(kind: str, said: dict[str, Any]) -> Act:
    values = {name: value for name, value in said.items() if value is not None}
    order = CATALOGUE.keys(kind)
    return Act(
        kind=kind, id=str(next(iter(values.values()))), values={key: values[key] for key in order if key in values}
    )


def outcomes(graph: Graph, *acts: Act, by: str = "local:asha") -> tuple[Outcome, ...]:
    return recording.record(graph, "demo", acts, say.clerk(by), answers=NOTED)


def added(graph: Graph, *acts: Act) -> None:
    assert [outcome.error for outcome in outcomes(graph, *acts) if outcome.error] == []


def refusal(graph: Graph, act: Act) -> Exception | None:
    (outcome,) = outcomes(graph, act)
    return outcome.error


def noted(graph: Graph, act: Act) -> list[str]:
    (outcome,) = outcomes(graph, act)
    assert outcome.error is None
    return [note.note for note in outcome.notes]
