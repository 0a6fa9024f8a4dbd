"""Courses, enrolments, sessions and sites as a clerk would say them.

course("C1 from 2023-01-01")                a course in the care of goats
enrolled("E1: W1 in C1 on 2023-01-01")      W1 takes part
held("T1: C1 on 2023-01-05", "W1 W2")       a session, and who came
site("S1 since 2023-01-01")                 a site for advice
counted("N1: S1 in 2023-02", 12)            so many visits
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
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Outcome

CATALOGUE: Final = Catalogue((PLANNING, GROUPS, LEARNING))


def course(said: str, **values: say.Said) -> Act:
    course_id, on = said.split(" from ")
    known = {"course_id": course_id, "name": "Goat care", "kind": "training", "from_on": on, "topic": "goat_care"}
    return act("course", known | values)


def enrolled(said: str, **values: say.Said) -> Act:
    enrolment_id, woman, course_id, on = re.split(": | in | on ", said)
    known = {"enrolment_id": enrolment_id, "course_id": course_id, "beneficiary_id": woman, "enrolled_on": on}
    return act("enrolment", known | values)


def held(said: str, present: str = "", **values: say.Said) -> Act:
    meeting_id, course_id, on = re.split(": | on ", said)
    known = {"meeting_id": meeting_id, "course_id": course_id, "kind": "session", "held_on": on}
    return act("meeting", {**known, "present": ";".join(present.split()) or None, **values})


def site(said: str, **values: say.Said) -> Act:
    site_id, on = said.split(" since ")
    known = {"site_id": site_id, "name": "Advice", "place_id": "1", "kind": "advice", "opened_on": on}
    return act("site", known | values)


def counted(said: str, visits: float, **values: say.Said) -> Act:
    count_id, site_id, month = re.split(": | in ", said)
    return act(
        "site_count", {"site_count_id": count_id, "site_id": site_id, "month": month, "visits": visits, **values}
    )


def ended(said: str) -> Act:
    end_id, kind, id_, on = re.split(": |:| on ", said)
    return act("end", {"end_id": end_id, "act_id": f"{kind}:{id_}", "until_on": on})


def act(kind: str, said: dict[str, Any]) -> Act:
    values = {name: value for name, value in said.items() if value is not None}
    order = CATALOGUE.keys(kind)
    return Act(
        kind=kind, id=str(next(iter(values.values()))), values={key: values[key] for key in order if key in values}
    )


def outcomes(graph: Graph, *acts: Act, by: str = "local:asha") -> tuple[Outcome, ...]:
    return recording.record(graph, "demo", acts, say.clerk(by), answers=NOTED)


def added(graph: Graph, *acts: Act) -> None:
    assert [outcome.error for outcome in outcomes(graph, *acts) if outcome.error] == []


def refusal(graph: Graph, act_: Act) -> Exception | None:
    (outcome,) = outcomes(graph, act_)
    return outcome.error


def noted(graph: Graph, act_: Act) -> list[str]:
    (outcome,) = outcomes(graph, act_)
    assert outcome.error is None
    return [note.note for note in outcome.notes]
