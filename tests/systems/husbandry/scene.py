"""Husbandry as a clerk would say it.

bred("K1: pregnant of P1 on 2023-01-01")          what was seen of breeding
treated("V1: vaccination of P1 on 2023-01-01")    a treatment
weaned("W1: P1 on 2023-01-01")                    a weaning
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.ledger import recording
from relay.systems.husbandry import HUSBANDRY
from relay.systems.planning import PLANNING
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Outcome

CATALOGUE: Final = Catalogue((PLANNING, HUSBANDRY))


def bred(said: str, **values: say.Said) -> Act:
    breeding_id, what, placement_id, on = re.split(": | of | on ", said)
    known = {"breeding_id": breeding_id, "placement_id": placement_id, "what": what, "happened_on": on}
    return _act("breeding", known | values)


def treated(said: str, **values: say.Said) -> Act:
    treatment_id, treatment, placement_id, on = re.split(": | of | on ", said)
    known = {"treatment_id": treatment_id, "placement_id": placement_id, "treatment": treatment, "happened_on": on}
    return _act("treatment", known | values)


def weaned(said: str, **values: say.Said) -> Act:
    weaning_id, placement_id, on = re.split(": | on ", said)
    return _act("weaning", {"weaning_id": weaning_id, "placement_id": placement_id, "happened_on": on, **values})


def _act(kind: str, said: dict[str, Any]) -> Act:
    order = CATALOGUE.keys(kind)
    return Act(kind=kind, id=str(next(iter(said.values()))), values={key: said[key] for key in order if key in said})


def outcomes(graph: Graph, *acts: Act) -> tuple[Outcome, ...]:
    return recording.record(graph, "demo", acts, say.clerk(), answers=NOTED)


def added(graph: Graph, *acts: Act) -> None:
    assert [outcome.error for outcome in outcomes(graph, *acts) if outcome.error] == []


def refusal(graph: Graph, act: Act) -> Exception | None:
    (outcome,) = outcomes(graph, act)
    return outcome.error
