"""Savings as a clerk would say them.

met("M1: G on 2026-08-20", cash_after=500)     the savings group G meets
paid("A1: W1 at M1", saved=25)                 a line of her passbook
lent("L1: W1 at M1", principal=500, months=5)  a loan, in cycle C
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.ledger import recording
from relay.systems.groups import GROUPS
from relay.systems.planning import PLANNING
from relay.systems.savings import SAVINGS
from relay.systems.savings.kinds import rule_id
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Outcome

CATALOGUE: Final = Catalogue((PLANNING, GROUPS, SAVINGS))


def act(kind: str, /, **said: say.Said) -> Act:
    values = {name: value for name, value in said.items() if value is not None}
    order = CATALOGUE.keys(kind)
    id_column = CATALOGUE.kind(kind).id_column
    return Act(
        kind=kind,
        id=str(values[id_column]) if id_column else rule_id(values),
        values={key: values[key] for key in order if key in values},
    )


def rule(on: str, kind: str | None = "savings_group", **said: say.Said) -> Act:
    return act("savings_rule", kind=kind, **{"from": on}, **said)


def member(said: str, **values: say.Said) -> Act:
    membership_id, woman, group_id, on = re.split(": | in | on ", said)
    known = {"membership_id": membership_id, "group_id": group_id, "beneficiary_id": woman, "from_on": on}
    return act("membership", **(known | values))


def cycle(said: str, **values: say.Said) -> Act:
    cycle_id, group_id, on = re.split(": | from ", said)
    return act("cycle", cycle_id=cycle_id, group_id=group_id, from_on=on, **values)


def met(said: str, **values: say.Said) -> Act:
    meeting_id, group_id, on = re.split(": | on ", said)
    known = {"meeting_id": meeting_id, "group_id": group_id, "kind": "savings", "held_on": on}
    return act("meeting", **(known | values))


def paid(said: str, **values: say.Said) -> Act:
    line_id, woman, meeting_id = re.split(": | at ", said)
    return act("passbook", line_id=line_id, beneficiary_id=woman, meeting_id=meeting_id, **values)


def lent(said: str, **values: say.Said) -> Act:
    loan_id, woman, meeting_id = re.split(": | at ", said)
    known = {"loan_id": loan_id, "beneficiary_id": woman, "meeting_id": meeting_id, "cycle_id": "C", "months": 5}
    return act("loan", **(known | values))


def flow(said: str, amount: float, **values: say.Said) -> Act:
    flow_id, kind, meeting_id = re.split(": | at ", said)
    return act("flow", flow_id=flow_id, kind=kind, meeting_id=meeting_id, amount=amount, **values)


def befell(said: str, **values: say.Said) -> Act:
    event_id, kind, loan_id, on = re.split(": | of | on ", said)
    known = {"loan_event_id": event_id, "kind": kind, "loan_id": loan_id, "happened_on": on}
    return act("loan_event", **(known | values))


def payout(said: str, amount: float, **values: say.Said) -> Act:
    payout_id, woman, meeting_id = re.split(": | at ", said)
    known = {"payout_id": payout_id, "beneficiary_id": woman, "meeting_id": meeting_id, "cycle_id": "C", "paid": amount}
    return act("payout", **(known | values))


def outcomes(graph: Graph, *acts: Act, by: str = "local:asha") -> tuple[Outcome, ...]:
    return recording.record(graph, "demo", acts, say.clerk(by), answers=NOTED)


def added(graph: Graph, *acts: Act) -> None:
    assert [outcome.error for outcome in outcomes(graph, *acts) if outcome.error] == []


def refusal(graph: Graph, act_: Act) -> Exception | None:
    (outcome,) = outcomes(graph, act_)
    return outcome.error


def notes(graph: Graph, act_: Act) -> list[str]:
    (outcome,) = outcomes(graph, act_)
    assert outcome.error is None
    return [note.note for note in outcome.notes]
