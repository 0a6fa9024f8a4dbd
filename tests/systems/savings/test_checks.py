"""Every check of savings: an offender and an innocent in one village.

Beside G and H of the other tests, groups J and K have ten members each, W10 to W19, and lend in one meeting each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.audit import run
from tests.scenes import acts as say
from tests.systems.savings.scene import act, added, befell, cycle, lent, member, met, outcomes, paid, payout

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph

Found = dict[str, tuple[int, list[str]]]
TEN = [f"W{number}" for number in range(10, 20)]


@pytest.fixture
def found(village: Graph) -> Found:
    """Check → how many it looked at, and what it found."""
    for group_id, cycle_id, officer in (("J", "E", "W10"), ("K", "F", "W11")):
        added(
            village,
            act("group", group_id=group_id, name=f"Group {group_id}", kind="savings_group"),
            *(say.woman(woman) for woman in TEN if group_id == "J"),
            *(member(f"B{group_id}{woman}: {woman} in {group_id} on 2023-01-01") for woman in TEN),
            _treasurer(officer, group_id),
            cycle(f"{cycle_id}: {group_id} from 2023-04-15"),
            met(f"{group_id}1: {group_id} on 2023-05-20", cash_before=0, cash_after=0),
            *(paid(f"A{group_id}{woman}: {woman} at {group_id}1", saved=500) for woman in ("W10", "W12")),
            lent(f"L{group_id}: W10 at {group_id}1", principal=900, cycle_id=cycle_id),
            lent(f"l{group_id}: W12 at {group_id}1", principal=100, cycle_id=cycle_id),
        )
    added(
        village,
        _treasurer("W1", "G"),
        met("N1: G on 2023-10-20", cash_before=0, cash_after=90),
        met("N2: G on 2023-11-20", cash_before=90, cash_after=115),
        met("N3: G on 2023-12-20", cash_before=100, cash_after=25),
        *(paid(f"A{number}: W1 at N{number}", saved=saved) for number, saved in ((1, 100), (2, 25), (3, 25))),
        lent("L1: W1 at N3", principal=50),
        lent("L2: W2 at N3", principal=50),
        befell("E1: written_off of L1 on 2024-01-20"),
        befell("E2: extended of L2 on 2024-01-20", until_on="2024-12-31"),
        befell("E3: forgiven of L2 on 2024-01-20", amount=5),
        member("B5: W5 in H on 2023-01-01"),
        met("H2: H on 2023-06-20", cash_before=30, cash_after=60),
        met("H3: H on 2023-07-20", cash_before=60, cash_after=90),
        *(paid(f"AH{number}: W4 at H{number}", saved=9, fine=1) for number in (1, 2, 3)),
        *(paid(f"BH{number}: W5 at H{number}", saved=20) for number in (1, 2, 3)),
        met("H4: H on 2023-08-20", kind="share_out", cash_before=90, cash_after=2),
        payout("P4: W4 at H4", 27, cycle_id="D"),
        payout("P5: W5 at H4", 61, cycle_id="D"),
        cycle("D2: H from 2023-09-15"),
        met("H5: H on 2023-10-20", cash_before=2, cash_after=12),
        paid("AH5: W4 at H5", saved=10),
        met("H6: H on 2023-11-20", kind="share_out", cash_before=12, cash_after=0),
        payout("P6: W4 at H6", 12, cycle_id="D2"),
        met("N4: G on 2024-06-20", cash_before=25, cash_after=50),
    )
    one, other = outcomes(village, paid("Z1: W2 at N2", saved=0), paid("Z2: W1 at N4", saved=25), by="local:bimala")
    assert one.error is other.error is None
    return {
        check.check_id: (check.population, [each.subject_id for each in check.findings])
        for check in run.audit(village, "demo", say.TODAY).checks
    }


def _treasurer(woman: str, group_id: str) -> Act:
    return act(
        "office",
        office_id=f"O{group_id}",
        group_id=group_id,
        beneficiary_id=woman,
        office="treasurer",
        from_on="2023-01-01",
    )


def test_money_that_is_missing_or_was_not_counted_is_found(found: Found) -> None:
    counted, carried = 3 + 1 + 4 + 1 + 2, 3 + 4  # N2 to N4; H3 to H6
    assert found["box_gap"] == (counted, ["meeting:N1"])
    assert found["box_not_counted"] == (counted + 5, ["meeting:H1", *(f"meeting:M{number}" for number in range(1, 5))])
    assert found["box_carry_gap"] == (carried, ["meeting:N3"])


def test_cycles_that_do_not_add_up_are_found(found: Found) -> None:
    assert found["payouts_differ"] == (2, ["cycle:D"])
    assert found["fund_identity"] == (5, ["cycle:C"])


def test_loans_that_break_the_groups_rule_or_favour_officers_are_found(found: Found) -> None:
    assert found["loan_above_limit"] == (6, ["loan:L2"])
    assert found["officers_borrow"] == (2, ["group:J"])
    assert found["written_off_at_home"] == (2, ["loan_event:E1"])


def test_lines_typed_late_or_copied_are_found(found: Found) -> None:
    assert found["line_typed_late"] == (2, ["passbook:Z1"])
    assert found["same_amounts"] == (2, ["group:H"])
