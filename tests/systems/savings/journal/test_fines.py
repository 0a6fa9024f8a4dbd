"""Fines by the rule: 5 rupees for who is absent, 2 for who is late, 3 for who saves nothing."""

from __future__ import annotations

from datetime import date

import pytest

from relay.systems.groups.members_and_attendance import Membership
from relay.systems.savings.journal.fines import fine_of
from relay.systems.savings.journal.group_journal import GroupJournal
from relay.systems.savings.journal.records import Cycle, GroupRecord, PassbookLine, SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.systems.savings.report import due_at

RULE = SavingsRule.of(
    {"kind": "savings_group", "from": "2023-01-01", "fines": "absent=5;late=2;unrepaid=charge;unsaved=3"}
)
BEGUN, FIRST, SECOND = date(2023, 1, 1), date(2023, 5, 20), date(2023, 6, 20)
MEETING = SavingsMeeting(
    kind="savings",
    meeting_id="M1",
    held_on=FIRST,
    present=frozenset({"W1", "W2"}),
    late=frozenset({"W2"}),
    excused=frozenset({"W4"}),
)


@pytest.mark.parametrize(
    ("woman", "saved", "fine"),
    [
        ("W1", True, 0),
        ("W1", False, 300),
        ("W2", True, 200),
        ("W2", False, 500),
        ("W3", True, 500),
        ("W3", False, 800),
        ("W4", False, 0),
    ],
)
def test_a_fine_is_for_who_was_absent_late_or_saved_nothing(woman: str, saved: bool, fine: int) -> None:  # noqa: FBT001
    assert fine_of(RULE, MEETING, {woman}, saved=saved) == fine


def test_who_is_absent_is_fined_for_saving_nothing_where_that_alone_is_ruled() -> None:
    rule = SavingsRule.of({"kind": "savings_group", "from": "2023-01-01", "fines": "unsaved=5"})
    assert [fine_of(rule, MEETING, {woman}, saved=False) for woman in ("W1", "W3", "W4")] == [500, 500, 0]


def test_a_fine_that_nobody_works_out_stays_readable() -> None:
    assert RULE.fines == {"absent": 500, "late": 200, "unsaved": 300}
    assert RULE.other_fines == ("unrepaid",)


def test_nobody_is_fined_where_nobody_wrote_down_who_came() -> None:
    assert fine_of(RULE, SavingsMeeting(kind="savings", meeting_id="M1", held_on=FIRST), {"W1"}, saved=False) == 0


def test_a_fine_stands_on_the_sheet_until_it_is_paid() -> None:
    """W3 was absent at M1 (5) and saved nothing (3); W2 was late (2) and saved, and paid 1 of it at M2."""
    recorded = GroupRecord(
        group_id="G",
        kind="savings_group",
        rules=[RULE],
        members=[
            Membership(membership_id=f"B{number}", group_id="G", beneficiary_id=f"W{number}", from_on=date(2023, 1, 1))
            for number in (1, 2, 3)
        ],
        meetings=[MEETING, SavingsMeeting(kind="savings", meeting_id="M2", held_on=SECOND)],
        cycles=[Cycle(cycle_id="C", from_on=date(2023, 1, 1))],
        lines=[
            PassbookLine(line_id="A1", meeting_id="M1", beneficiary_id="W1", saved=2500),
            PassbookLine(line_id="A2", meeting_id="M1", beneficiary_id="W2", saved=2500),
            PassbookLine(line_id="A3", meeting_id="M2", beneficiary_id="W2", fine=100),
        ],
    )
    day = date(2023, 7, 20)

    rows = due_at(GroupJournal(recorded, day), day)

    assert [(row.beneficiary_id, row.fine, row.total) for row in rows] == [("W1", 0, 0), ("W2", 1, 1), ("W3", 8, 8)]


def test_savings_missed_at_earlier_meetings_stand_on_the_sheet() -> None:
    """Each is to bring 100. W1 brought 100 to M1 and to M2; W2 150 to M2 alone; W3 joined after M1 and missed M2.

    W4 brought 300 to M1: she is ahead. What is brought to the meeting of the day is not missed before it.
    """
    rule = SavingsRule.of({"kind": "savings_group", "from": "2023-01-01", "saving": 100})
    joined = {"W1": BEGUN, "W2": BEGUN, "W3": date(2023, 6, 1), "W4": BEGUN}
    brought = (("M1", "W1", 100), ("M2", "W1", 100), ("M2", "W2", 150), ("M1", "W4", 300), ("M3", "W2", 50))
    day = date(2023, 7, 20)
    recorded = GroupRecord(
        group_id="G",
        kind="savings_group",
        rules=[rule],
        members=[
            Membership(membership_id=woman, group_id="G", beneficiary_id=woman, from_on=on)
            for woman, on in joined.items()
        ],
        meetings=[
            SavingsMeeting(kind="savings", meeting_id=f"M{nth}", held_on=on)
            for nth, on in enumerate((FIRST, SECOND, day), 1)
        ],
        cycles=[Cycle(cycle_id="C", from_on=BEGUN)],
        lines=[
            PassbookLine(line_id=f"{at}{woman}", meeting_id=at, beneficiary_id=woman, saved=amount * 100)
            for at, woman, amount in brought
        ],
    )

    rows = due_at(GroupJournal(recorded, day), day)

    assert [(row.beneficiary_id, row.saving, row.missed, row.total) for row in rows] == [
        ("W1", 100, 0, 100),
        ("W2", 100, 50, 150),
        ("W3", 100, 100, 200),
        ("W4", 100, 0, 100),
    ]
