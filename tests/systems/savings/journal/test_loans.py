"""What is charged of a loan, what is owed of it, and when it is late: worked by hand and from printed examples."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.systems.savings.journal.loans import Loan, LoanAccount, LoanEvent, Repayment, instalments
from relay.systems.savings.journal.money import half_up
from relay.systems.savings.journal.savings_rule import SavingsRule, in_force
from relay.systems.savings.kinds import CHARGE_METHODS, INSTALMENTS
from tests.rigs.soak import drawn

DECLINING = SavingsRule(charge_percent=2000, charge_method="declining")
TAKEN = date(2026, 8, 20)  # 4 Bhadra 2083


def loan(principal: int, months: int = 5, due_on: date | None = None) -> Loan:
    return Loan(
        loan_id="L1",
        cycle_id="C1",
        meeting_id="M1",
        beneficiary_id="W1",
        taken_on=TAKEN,
        principal=principal,
        months=months,
        due_on=due_on,
    )


def test_s1_the_charges_of_the_printed_passbook() -> None:
    """500 lent in August; 100, 100, 0, 200 repaid; nobody came in January, and both months are charged in February."""
    months = [date(2026, 9, 20), date(2026, 10, 20), date(2026, 11, 20), date(2026, 12, 20), date(2027, 2, 20)]
    principal, charges, repaid = [10000, 10000, 0, 20000, 10000], list[int](), list[Repayment]()

    for day, part in zip(months, principal, strict=True):
        account = LoanAccount(loan(50000), DECLINING, repaid)
        charges.append(account.charge_due(day))
        repaid.append(Repayment(on=day, principal=part, charge=charges[-1]))

    assert charges == [1000, 800, 600, 600, 400]
    assert sum(charges) == 3400
    account = LoanAccount(loan(50000), DECLINING, repaid)
    assert [account.balance_on(day) for day in months] == [40000, 30000, 30000, 10000, 0]


def test_s3_the_ideal_group_lends_all_it_has_each_month() -> None:
    """20 women save 25 a month; all is lent at 2 %, and repaid in five equal parts with the charge.

    The printed run rounds what is lent alone, so each part is worked out in millionths of a paisa.
    """
    finer, lent = 10**6, list[int]()
    for month in range(32):
        plans = (
            (month - taken, instalments(principal * finer, 5, 2000, "declining", "equal_principal"))
            for taken, principal in enumerate(lent)
        )
        lent.append(50000 + half_up(sum(plan[age - 1].total for age, plan in plans if age <= 5), finer))

    assert lent[:5] == [50000, 61000, 74220, 90104, 109186]
    assert lent[31] == 778645
    assert half_up(778645 // 100, 4) == 1947  # over 4 months, as it is printed


def test_s6_both_plans_of_one_loan_and_its_flat_charge() -> None:
    total = instalments(1_200_000, 4, 2000, "declining", "equal_total")
    assert [each.principal for each in total] == [291149, 296972, 302911, 308968]
    assert [each.charge for each in total] == [24000, 18177, 12238, 6179]
    assert [each.total for each in total] == [315149, 315149, 315149, 315147]
    assert sum(each.charge for each in total) == 60594

    principal = instalments(1_200_000, 4, 2000, "declining", "equal_principal")
    assert sum(each.charge for each in principal) == 60000

    flat = instalments(1_200_000, 4, 2000, "flat", "equal_total")
    assert sum(each.charge for each in flat) == 96000
    assert sum(each.charge for each in instalments(1_200_000, 4, 2000, "once", "equal_total")) == 24000
    assert sum(each.charge for each in instalments(1_200_000, 4, 2000, "none", "equal_total")) == 0


@pytest.mark.parametrize(
    ("method", "charged"), [("declining", [0, 1000, 2000]), ("flat", [0, 1000, 2000]), ("once", [1000] * 3)]
)
def test_charges_add_up_in_months_of_bikram_sambat(method: str, charged: list[int]) -> None:
    """Bhadra ends on 16 September and Asoj on 17 October of 2026."""
    account = LoanAccount(loan(50000), SavingsRule(charge_percent=2000, charge_method=method))  # type: ignore[arg-type]

    days = [date(2026, 9, 16), date(2026, 9, 17), date(2026, 10, 18)]
    assert [account.charge_due(day) for day in days] == charged


def test_in_a_country_without_bikram_sambat_charges_and_last_days_go_by_gregorian_months() -> None:
    gregorian = SavingsRule(charge_percent=2000, charge_method="declining", sambat=False)
    account = LoanAccount(loan(50000), gregorian)

    assert [account.charge_due(date(2026, *on)) for on in ((8, 31), (9, 1), (10, 1))] == [0, 1000, 2000]
    assert gregorian.after_months(date(2026, 9, 10), 3) == date(2026, 12, 10)
    assert gregorian.after_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_a_group_that_meets_weekly_counts_four_weeks_as_a_month() -> None:
    weekly = SavingsRule(charge_percent=2000, charge_method="declining", meeting_every="week")
    account = LoanAccount(loan(50000), weekly)

    assert [account.charge_due(TAKEN + timedelta(days=days)) for days in (27, 28, 56)] == [0, 1000, 2000]


def test_a_flat_charge_ends_with_its_months_and_nothing_is_charged_on_a_charge() -> None:
    flat = SavingsRule(charge_percent=2000, charge_method="flat")

    assert LoanAccount(loan(50000, months=3), flat).charge_due(date(2027, 8, 20)) == 3000


def test_a_loan_is_late_after_its_last_day_and_an_extension_gives_time() -> None:
    due = date(2026, 12, 20)
    extended = LoanEvent(kind="extended", on=date(2026, 12, 25), until_on=date(2027, 1, 20))
    plain, longer = (LoanAccount(loan(50000, due_on=due), DECLINING, events=each) for each in ((), (extended,)))

    assert [plain.days_late(day) for day in (due, date(2026, 12, 21), date(2027, 1, 19))] == [0, 1, 30]
    assert [longer.days_late(day) for day in (date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 21))] == [4, 0, 1]
    assert LoanAccount(loan(50000, months=5), DECLINING).due_on(due) == date(2027, 1, 18)  # 4 Magh


def test_what_is_written_off_is_owed_no_more() -> None:
    part = LoanEvent(kind="written_off", on=date(2026, 10, 1), amount=20000)
    rest = LoanEvent(kind="forgiven", on=date(2026, 11, 1))
    account = LoanAccount(loan(50000), DECLINING, [Repayment(on=date(2026, 9, 20), principal=10000)], [rest, part])

    days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 11, 1)]
    assert [account.balance_on(day) for day in days] == [40000, 20000, 0]
    assert account.given_up(date(2026, 12, 1)) == 40000
    assert account.days_late(date(2030, 1, 1)) == 0


def test_the_rule_of_the_group_comes_before_that_of_its_kind() -> None:
    rules = [
        SavingsRule(kind="savings_group", from_on=date(2024, 1, 1), charge_percent=1000),
        SavingsRule(kind="savings_group", from_on=date(2025, 1, 1), charge_percent=2000),
        SavingsRule(kind="savings_group", group_id="G7", from_on=date(2024, 6, 1), charge_percent=3000),
    ]

    def percent(group: str, day: date) -> int:
        return in_force(rules, group, "savings_group", day).charge_percent

    assert [percent("G1", date(2023, 1, 1)), percent("G1", date(2024, 7, 1)), percent("G1", date(2025, 1, 1))] == [
        *(0, 1000, 2000)
    ]
    assert [percent("G7", date(2024, 5, 31)), percent("G7", date(2025, 1, 1))] == [1000, 3000]


@settings(max_examples=drawn(150))
@given(
    st.integers(1, 10**9),
    st.integers(1, 60),
    st.integers(0, 20000),
    st.sampled_from(CHARGE_METHODS),
    st.sampled_from(INSTALMENTS),
)
def test_a_plan_repays_all_and_no_part_is_below_nothing(
    principal: int, months: int, percent: int, method: str, kind: str
) -> None:
    plan = instalments(principal, months, percent, method, kind)  # type: ignore[arg-type]

    assert len(plan) == months
    assert sum(each.principal for each in plan) == principal
    assert all(each.principal >= 0 and each.charge >= 0 for each in plan)
    assert all(left <= principal for left in accumulate(each.principal for each in plan))
