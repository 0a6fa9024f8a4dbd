"""Ratios with the right denominators, each with what it is made of: printed reports and figures worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from relay.domain.model import add_months
from relay.systems.groups.members_and_attendance import Membership
from relay.systems.savings.journal.group_journal import GroupJournal
from relay.systems.savings.journal.loans import Loan
from relay.systems.savings.journal.records import Cycle, GroupRecord, PassbookLine, SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.systems.savings.report import GroupSavings, Ratios, due_at, group_savings

BEGUN: Final = date(2023, 4, 15)  # 2 Baisakh 2080
FIRST, SECOND = date(2023, 5, 20), date(2023, 6, 20)


def members(many: int, *, until: dict[int, date] | None = None) -> list[Membership]:
    left = until or {}
    return [
        Membership(
            membership_id=f"B{nth:03}",
            group_id="G",
            beneficiary_id=f"W{nth:03}",
            from_on=date(2023, 1, 1),
            until_on=left.get(nth),
        )
        for nth in range(many)
    ]


def saved_by(woman: str, amount: int, *, other: int = 0, at: str = "M1") -> PassbookLine:
    return PassbookLine(line_id=f"{at}{woman}", meeting_id=at, beneficiary_id=woman, saved=amount, other=other)


def told(recorded: GroupRecord, on: date) -> GroupSavings:
    return group_savings(GroupJournal(recorded, on), by_woman=True)


def test_s7_a_printed_report_that_contradicts_itself() -> None:
    """Savings of 217,070 and equity of 266,077; "over 450 members" who saved 409 on average would be 531."""
    recorded = GroupRecord(
        group_id="G",
        members=members(531),
        meetings=[SavingsMeeting(kind="savings", meeting_id="M1", held_on=FIRST)],
        cycles=[Cycle(cycle_id="C", from_on=BEGUN)],
        lines=[saved_by("W000", 21_707_000, other=4_900_700)],
    )

    found = told(recorded, FIRST)

    assert (found.saved, found.equity) == (217_070, 266_077)
    assert found.ratios.return_on_savings.share is not None
    assert round(found.ratios.return_on_savings.share, 4) == 0.2258
    assert (found.ratios.savings_per_member.numerator, found.ratios.savings_per_member.denominator) == (217_070, 531)
    assert round(found.ratios.savings_per_member.share or 0) == 409


def held(meeting_id: str, on: date, **more: Any) -> SavingsMeeting:  # noqa: ANN401 - its columns
    return SavingsMeeting(kind="savings", meeting_id=meeting_id, held_on=on, group_id="G", **more)


def of_25_women() -> Ratios:
    """Five left; W000 owes 90 and is late, W001 has two loans of 10 and 20; two came to the first meeting."""
    recorded = GroupRecord(
        group_id="G",
        rules=[SavingsRule(kind=None, group_id="G", from_on=date(2020, 1, 1), share_value=1000)],
        members=members(25, until=dict.fromkeys(range(20, 25), date(2023, 6, 1))),
        meetings=[
            held("M1", FIRST, present=frozenset({"W000", "W001"}), cash_after=0),
            held("M2", SECOND),
        ],
        cycles=[Cycle(cycle_id="C", from_on=BEGUN, opening_cash=15000)],
        lines=[saved_by("W000", 5000)],
        loans=[
            Loan(
                loan_id=id_,
                cycle_id="C",
                meeting_id="M1",
                beneficiary_id=woman,
                taken_on=FIRST,
                principal=principal,
                months=12,
                due_on=due_on,
            )
            for id_, woman, principal, due_on in (
                ("L1", "W000", 9000, date(2023, 6, 1)),
                ("L2", "W001", 1000, date(2024, 6, 1)),
                ("L3", "W001", 2000, date(2024, 6, 1)),
            )
        ],
    )
    return told(recorded, date(2023, 7, 1)).ratios


def test_each_ratio_is_of_the_right_whole() -> None:
    ratios = of_25_women()

    def of(name: str) -> tuple[float, float]:
        rate = getattr(ratios, name)
        return rate.numerator, rate.denominator

    assert of("members_kept") == (20, 25)  # of those at the beginning, not of those who are left
    assert of("borrowers") == (2, 20)  # women, not loans
    assert of("par_1") == of("par_30") == (90, 120)  # the whole of a late loan
    assert of("par_90") == (0, 120)
    assert of("savings_per_member") == (50, 20)
    assert of("attendance") == (2, 25)  # of the meeting at which it was written down
    assert of("meetings_held") == (1, 2)  # in Jeth, not in Baisakh; Asar has not ended
    assert of("meetings_counted") == (1, 2)  # the second was not counted
    assert of("fund_utilisation") == (120, 120)
    assert of("regular_saving") == (0, 2)


def test_a_perfect_year_of_monthly_meetings_is_twelve_of_twelve() -> None:
    """A cycle from 14 April 2023, the first of Baisakh 2080, and a meeting on the 25th of each month of it."""
    rule = SavingsRule(group_id="G", from_on=date(2020, 1, 1), saving=2500)
    met = [held(f"M{nth}", add_months(date(2023, 4, 25), nth)) for nth in range(13)]
    recorded = GroupRecord(
        group_id="G", rules=[rule], meetings=met, cycles=[Cycle(cycle_id="C", from_on=date(2023, 4, 14))]
    )

    def of(day: date) -> tuple[float, float]:
        found = told(recorded, day).ratios.meetings_held
        return found.numerator, found.denominator

    assert of(date(2024, 4, 12)) == (12, 12)  # the last of Chait 2080
    assert of(date(2024, 4, 11)) == (11, 11)  # Chait has not ended
    assert of(date(2024, 5, 12)) == (12, 12)  # nor Baisakh, in which they have met


def test_what_is_due_is_said_for_each_loan_and_saving_once() -> None:
    recorded = GroupRecord(
        group_id="G",
        rules=[
            SavingsRule(
                group_id="G", from_on=date(2020, 1, 1), saving=2500, charge_percent=2000, charge_method="declining"
            )
        ],
        members=members(2),
        meetings=[SavingsMeeting(kind="savings", meeting_id="M1", held_on=FIRST)],
        cycles=[Cycle(cycle_id="C", from_on=BEGUN)],
        loans=[
            Loan(
                loan_id=f"L{nth}",
                cycle_id="C",
                meeting_id="M1",
                beneficiary_id="W000",
                taken_on=FIRST,
                principal=10000,
                months=4,
            )
            for nth in (1, 2)
        ],
    )

    rows = due_at(GroupJournal(recorded, SECOND), SECOND)

    names = ("beneficiary_id", "loan_id", "saving", "missed", "principal", "charge", "total")
    assert [tuple(getattr(row, name) for name in names) for row in rows] == [
        ("W000", "L1", 25, 25, 25, 2, 77),  # neither saved at the first meeting
        ("W000", "L2", 0, 0, 25, 2, 27),
        ("W001", None, 25, 25, 0, 0, 50),
    ]


def test_a_group_without_a_cycle_has_nothing_to_say() -> None:
    found = told(GroupRecord(group_id="G", members=members(3)), FIRST)

    assert (found.cycle_id, found.members, found.saved, found.panchasutra) == (None, 3, 0, None)
    assert found.share_out.payouts == ()
