"""Wells as a clerk would say them, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.ledger import recording
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Outcome


def well(well_id: str, keeper: str, **values: say.Said) -> Act:
    said = {"well_id": well_id, "beneficiary_id": keeper, "dug_on": "2022-01-01", "depth": 12, **values}
    return Act(kind="well", id=well_id, values=said)  # type: ignore[arg-type]  # nothing is left out here


def visit(visit_id: str, well_id: str, on: str, works: str = "yes") -> Act:
    said = {"well_visit_id": visit_id, "well_id": well_id, "visited_on": on, "works": works}
    return Act(kind="well_visit", id=visit_id, values=said)


STORY: Final = (
    Act(kind="well_rule", id="spring@2021-01-01", values={"source": "spring", "from": "2021-01-01", "litres": 20}),
    well("K1", "W1", story="Her mother dug it."),
    well("K2", "W2", dug_on="2023-06-01"),
    visit("V1", "K1", "2022-05-01"),
    visit("V2", "K1", "2023-05-01", works="no"),
)


def outcomes(graph: Graph, *acts: Act, by: str = "local:asha") -> tuple[Outcome, ...]:
    return recording.record(graph, "demo", acts, say.clerk(by), answers=NOTED)


def added(graph: Graph, *acts: Act) -> None:
    assert [outcome.error for outcome in outcomes(graph, *acts) if outcome.error] == []


def refusal(graph: Graph, act: Act) -> Exception | None:
    (outcome,) = outcomes(graph, act)
    return outcome.error
