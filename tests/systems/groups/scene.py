"""Memberships, offices, meetings and custodies as a clerk would say them.

member("M1: W1 in A on 2023-01-01")         W1 becomes a member of group A
officer("O1: W1 chair of A on 2023-01-01")  she becomes its chair
met("T1: A on 2023-02-01", present="W1")    A meets, and she is there
keeps("C1: A has B1 of A on 2023-01-01")    group A keeps its own buck B1; "W1 has …": she does
ended("E1: membership:M1 on 2023-05-01")    her last day
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.ledger import recording
from relay.systems.groups import GROUPS
from relay.systems.planning import PLANNING
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.domain.questions import Answers
    from relay.graph import Graph
    from relay.ledger.batch import Outcome

CATALOGUE: Final = Catalogue((PLANNING, GROUPS))


def member(said: str, **values: say.Said) -> Act:
    membership_id, woman, group_id, on = re.split(": | in | on ", said)
    known = {"membership_id": membership_id, "group_id": group_id, "beneficiary_id": woman, "from_on": on}
    return act("membership", known | values)


def officer(said: str, **values: say.Said) -> Act:
    office_id, woman, office, group_id, on = re.split(": | of | on | ", said)
    known = {"office_id": office_id, "group_id": group_id, "beneficiary_id": woman, "office": office, "from_on": on}
    return act("office", known | values)


def met(said: str, **values: say.Said) -> Act:
    meeting_id, group_id, on = re.split(": | on ", said)
    known = {"meeting_id": meeting_id, "group_id": group_id or None, "kind": "regular", "held_on": on}
    return act("meeting", known | values)


def keeps(said: str, **values: say.Said) -> Act:
    custody_id, keeper, animal, owner, on = re.split(": | has | of | on ", said)
    of = "keeper_beneficiary_id" if keeper.startswith("W") else "keeper_group_id"
    known = {"custody_id": custody_id, "animal": animal, "help": "goat", "owner_group_id": owner, of: keeper}
    return act("custody", {**known, "from_on": on, **values})


def ended(said: str, **values: say.Said) -> Act:
    end_id, kind, id_, on = re.split(": |:| on ", said)
    return act("end", {"end_id": end_id, "act_id": f"{kind}:{id_}", "until_on": on, **values})


def act(kind: str, said: dict[str, Any]) -> Act:
    values = {name: value for name, value in said.items() if value is not None}
    order = CATALOGUE.keys(kind)
    return Act(
        kind=kind, id=str(next(iter(values.values()))), values={key: values[key] for key in order if key in values}
    )


def outcomes(graph: Graph, *acts: Act, by: str = "local:asha", answers: Answers = NOTED) -> tuple[Outcome, ...]:
    return recording.record(graph, "demo", acts, say.clerk(by), answers=answers)


def added(graph: Graph, *acts: Act) -> None:
    assert [str(outcome.error) for outcome in outcomes(graph, *acts) if outcome.error] == []


def refusal(graph: Graph, act_: Act) -> Exception | None:
    (outcome,) = outcomes(graph, act_)
    return outcome.error


def notes(graph: Graph, act_: Act) -> list[str]:
    (outcome,) = outcomes(graph, act_)
    assert outcome.error is None
    return [note.note for note in outcome.notes]
