"""Requests, checks and plans as a clerk would say them.

asked("R1: W1 on 2023-01-01")           W1 asks for goats
checked("C1: R1 on 2023-06-01")         she still wants them; `wants="no"`: no more
planned("N1: P1 > W2 on 2024-01-01")    P1 is to pass on to W2
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.ledger import recording
from relay.systems.planning import PLANNING
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Outcome

CATALOGUE: Final = Catalogue((PLANNING,))


def asked(said: str, **values: say.Said) -> Act:
    request_id, woman, on = re.split(": | on ", said)
    known = {"request_id": request_id, "beneficiary_id": woman, "help": "goat", "asked_on": on}
    return _act("request", known | values)


def checked(said: str, **values: say.Said) -> Act:
    check_id, request_id, on = re.split(": | on ", said)
    known = {"request_check_id": check_id, "request_id": request_id, "checked_on": on, "wants": "yes"}
    return _act("request_check", known | values)


def planned(said: str, **values: say.Said) -> Act:
    plan_id, giver, woman, on = re.split(": | > | on ", said)
    known = {"plan_id": plan_id, "beneficiary_id": woman, "help": "goat", "chosen_on": on, "giver_placement_id": giver}
    return _act("plan", known | values)


def ended(said: str) -> Act:
    end_id, kind, id_, on = re.split(": |:| on ", said)
    return _act("end", {"end_id": end_id, "act_id": f"{kind}:{id_}", "until_on": on})


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
