"""A valley with two districts, and its services and counts as somebody would say them.

D1 ── M1 ── ward 1, M2          D2 ── M3

service("V1: police in M1 on 2024-01-10")
counted("N1: contacts in M1 in 2023-02", 12)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.ledger import recording
from relay.systems.groups import GROUPS
from relay.systems.learning import LEARNING
from relay.systems.planning import PLANNING
from relay.systems.protection import PROTECTION
from relay.systems.protection.reading import draft
from relay.systems.protection.release_tables import K, Wanted
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph

CATALOGUE: Final = Catalogue((PLANNING, GROUPS, LEARNING, PROTECTION))
PLACES: Final = (
    say.place("D1", kind="district"),
    say.place("D2", kind="district"),
    say.place("M1", kind="municipality", parent_id="D1"),
    say.place("M2", kind="municipality", parent_id="D1"),
    say.place("M3", kind="municipality", parent_id="D2"),
    say.place("1", kind="ward", parent_id="M1"),
)


def act(kind: str, values: dict[str, Any]) -> Act:
    return Act(kind=kind, id=str(next(iter(values.values()))), values=values)


def service(said: str, **values: say.Said) -> Act:
    service_id, kind, place, on = re.split(": | in | on ", said)
    known = {"service_id": service_id, "name": f"Service {service_id}", "kind": kind, "place_id": place}
    return act("service", {**known, "checked_on": on, **values})


def counted(said: str, number: float) -> Act:
    count_id, measure, place, month = re.split(": | in ", said)
    known = {"committee_count_id": count_id, "place_id": place, "month": month, "measure": measure}
    return act("committee_count", {**known, "count": number})


def committee(group_id: str, place: str) -> Act:
    return act("group", {"group_id": group_id, "name": "Of us", "kind": "protection_committee", "place_id": place})


def wanted(measure: str = "people_informed", **how: str) -> Wanted:
    known = {"from_month": "2023-01", "until_month": "2023-03", "level": "municipality", "span": "month"}
    return Wanted(measure=measure, **(known | how))


def released(graph: Graph, release_id: str, what: Wanted) -> Act:
    """A release as Relay makes it."""
    found, published, entries = draft(graph, "demo", what, say.TODAY)
    said = {name: getattr(found, name) for name in Wanted.__slots__}
    return act("release", {"release_id": release_id, **said, "k": K, "entries": entries, "table": published.text()})


def added(graph: Graph, *acts: Act) -> None:
    found = recording.record(graph, "demo", acts, say.clerk(), answers=NOTED)
    assert [outcome.error for outcome in found if outcome.error] == []


def refusal(graph: Graph, act_: Act) -> Exception | None:
    (outcome,) = recording.record(graph, "demo", (act_,), say.clerk(), answers=NOTED)
    return outcome.error
