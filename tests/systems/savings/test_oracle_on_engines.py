"""The oracle agrees on drawn groups that were recorded act by act and are read from the graph, on each engine."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.ledger import verify
from relay.systems.savings import cached_journals
from relay.systems.savings.journal.money import rupees
from tests.rigs.soak import share
from tests.scenes import acts as say
from tests.systems.savings.journal.test_oracle import DAYS, WOMEN, draw, figures, oracle
from tests.systems.savings.scene import act, added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.systems.savings.journal.records import GroupRecord
    from relay.systems.savings.journal.savings_rule import SavingsRule

pytestmark = pytest.mark.engine_contract

GROUPS: Final = 200
MONEY: Final = frozenset(
    (
        *("saved", "withdrawn", "social", "fine", "other", "principal", "charge", "amount", "paid"),
        *("cash_before", "cash_after", "bank_after", "opening_cash", "opening_bank", "opening_social"),
    )
)


def test_the_oracle_agrees_on_what_was_recorded_act_by_act_at_ten_days(graph: Graph) -> None:
    drawn = {seed: draw(seed) for seed in range(share(GROUPS))}
    added(graph, say.programme(systems="groups;planning;savings"))
    for seed, (recorded, rule) in drawn.items():
        added(graph, *acts(seed, recorded, rule))

    assert len(DAYS) == 10
    for day in DAYS:
        journal = cached_journals.journals(graph, "demo", day)
        for seed, (recorded, rule) in drawn.items():
            cycle = journal[f"G-{seed}"].cycle()
            assert cycle is not None
            assert bare(figures(journal[f"G-{seed}"], cycle)) == oracle(recorded, rule, day), (seed, day)
    assert verify.verify(graph, "demo").ok


def acts(seed: int, recorded: GroupRecord, rule: SavingsRule) -> Iterator[Act]:
    """A drawn group as acts; every id ends with the number of the group."""

    def said(kind: str, values: dict[str, Any], **more: say.Said) -> Act:
        own = {"line_id", "flow_id", "payout_id", "cycle_id", "meeting_id", "loan_id", "beneficiary_id"}
        written: dict[str, Any] = {
            name: f"{value}-{seed}" if name in own else rupees(value) if name in MONEY else value
            for name, value in values.items()
            if name != "unnamed"
            and value is not None
            and value != frozenset()
            and not (name in MONEY and value == 0 and kind == "passbook")
        }
        days = {name: each.isoformat() for name, each in written.items() if hasattr(each, "isoformat")}
        return act(kind, **{**written, **days, **more})

    group = {"group_id": f"G-{seed}"}
    yield act("group", **group, name="Drawn", kind="savings_group")
    yield from (say.woman(f"{woman}-{seed}") for woman in WOMEN)
    yield act(
        "savings_rule",
        group=f"G-{seed}",
        **{"from": "2020-01-01"},
        charge_percent=rule.charge_percent / 1000,
        charge_method=rule.charge_method,
        share_out=rule.share_out,
        share_value=1,
        round_to=rupees(rule.round_to),
    )
    yield from (said("cycle", asdict(each), **group) for each in recorded.cycles)
    for each in recorded.members:
        yield said("membership", asdict(each), membership_id=f"B{each.beneficiary_id}-{seed}", **group)
    yield from (said("meeting", asdict(each), **group) for each in recorded.meetings)
    yield from (said("loan", asdict(each)) for each in recorded.loans)
    for loan_id, events in recorded.events.items():
        for event in events:
            values = {"loan_id": loan_id, "kind": event.kind, "happened_on": event.on, "amount": event.amount}
            yield said("loan_event", values, loan_event_id=f"E{loan_id}-{seed}")
    for kind, rows in (("passbook", recorded.lines), ("flow", recorded.flows), ("payout", recorded.payouts)):
        yield from (said(kind, asdict(each)) for each in rows)


def bare(told: dict[str, Any]) -> dict[str, Any]:
    """Figures with ids as the oracle knows them: without the number of the group."""
    return {
        name: {id_.partition("-")[0]: amount for id_, amount in value.items()} if isinstance(value, dict) else value
        for name, value in told.items()
    }
