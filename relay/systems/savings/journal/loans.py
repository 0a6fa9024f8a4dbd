"""A loan of a group: what is owed of it, what is charged, and whether it is late.

None of this is stored: it is worked out from the loan, the repayments at meetings, and what happened to the loan.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from relay.domain.acts import OfAct
from relay.systems.savings.journal.money import half_up, percent_of
from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.systems.savings.kinds import ChargeMethod, Instalments

_THOUSANDTHS_OF_A_PERCENT: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan(OfAct):
    """A loan as it was given.

    Attributes:
        loan_id: Id of its act.
        cycle_id: Id of its cycle.
        meeting_id: Id of the meeting at which it was given.
        beneficiary_id: Id of the borrower.
        taken_on: Day of that meeting.
        principal: Amount in paisa.
        months: Term in months.
        due_on: Last day to repay it; None if not recorded.
        purpose: Purpose; None if not recorded.
        placement_id: Id of the placement whose animals it is for; None for none.
        sequence: Sequence number of its entry.
    """

    loan_id: str
    cycle_id: str
    meeting_id: str
    beneficiary_id: str
    taken_on: date
    principal: int
    months: int
    due_on: date | None = None
    purpose: str | None = None
    placement_id: str | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repayment:
    """A repayment of a loan at a meeting.

    Attributes:
        on: Day of the meeting.
        principal: Principal repaid, in paisa.
        charge: Charge paid, in paisa.
    """

    on: date
    principal: int = 0
    charge: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanEvent:
    """An extension, write-off or forgiveness of a loan.

    Attributes:
        kind: "extended", "written_off" or "forgiven".
        on: Day of the event.
        amount: Amount written off or forgiven, in paisa; None for all that was owed.
        until_on: New last day, if it was extended.
    """

    kind: str
    on: date
    amount: int | None = None
    until_on: date | None = None


class LoanAccount:
    """The account of a loan, which can be asked about any day.

    >>> rule = SavingsRule(charge_percent=2000, charge_method="declining")
    >>> loan = Loan(loan_id="L1", cycle_id="C1", meeting_id="M1", beneficiary_id="W1", taken_on=date(2026, 8, 20),
    ...     principal=50000, months=5)
    >>> account = LoanAccount(loan, rule, [Repayment(on=date(2026, 9, 20), principal=10000, charge=1000)])
    >>> account.balance_on(date(2026, 9, 20)), account.charge_due(date(2026, 10, 20))
    (40000, 800)
    """

    def __init__(
        self, loan: Loan, rule: SavingsRule, repaid: Iterable[Repayment] = (), events: Iterable[LoanEvent] = ()
    ) -> None:
        """Open the account of a loan.

        Args:
            loan: The loan.
            rule: Rule in force when it was taken, which binds it.
            repaid: All repayments, in any order.
            events: All events, in any order.
        """
        self.loan = loan
        self.rule = rule
        self.repaid = tuple(sorted(repaid, key=lambda each: each.on))
        self.events = tuple(sorted(events, key=lambda each: each.on))

    def balance_on(self, day: date) -> int:
        """The principal that is owed at the end of a day, in paisa; 0 before the loan was taken."""
        return self._left[bisect_right(self._days, day)] if self.loan.taken_on <= day else 0

    def balance_before(self, day: date) -> int:
        """The principal that was owed at the beginning of a day."""
        return self._left[bisect_left(self._days, day)] if self.loan.taken_on < day else 0

    @cached_property
    def _days(self) -> list[date]:
        """The days on which the balance changed, in order."""
        return sorted({*(each.on for each in self.repaid), *(each.on for each in self._losses)})

    @cached_property
    def _left(self) -> list[int]:
        """The balance before the first of these days, and at the end of each."""
        return [self.loan.principal, *map(self._left_by, self._days)]

    @cached_property
    def _losses(self) -> tuple[LoanEvent, ...]:
        return tuple(each for each in self.events if each.kind != "extended")

    def _left_by(self, day: date) -> int:
        left = self.loan.principal - sum(each.principal for each in self.repaid if each.on <= day)
        for event in self._losses:
            if event.on <= day:
                left -= left if event.amount is None else event.amount
        return left

    def given_up(self, day: date) -> int:
        """The amount written off or forgiven by a day, in paisa."""
        if not self._losses:
            return 0
        repaid = sum(each.principal for each in self.repaid if each.on <= day)
        return self.loan.principal - repaid - self._left[bisect_right(self._days, day)]

    # -- when it is late -----------------------------------------------------------------------------------------------

    def due_on(self, as_of: date) -> date:
        """The last day to repay it, as known on a day: the latest that was agreed."""
        agreed = self.loan.due_on or self.rule.after_months(self.loan.taken_on, self.loan.months)
        return max([agreed, *(each.until_on for each in self.events if each.until_on and each.on <= as_of)])

    def days_late(self, as_of: date) -> int:
        """The number of days that it has been late; 0 if it is not."""
        if self.balance_on(as_of) <= 0:
            return 0
        return max((as_of - self.due_on(as_of)).days - self.rule.grace_days, 0)

    # -- what is charged -----------------------------------------------------------------------------------------------

    def charge_due(self, day: date) -> int:
        """The charge to pay at a meeting: for all months begun by that day, less what was paid before it."""
        paid = sum(each.charge for each in self.repaid if each.on < day)
        return max(self.accrued(day) - paid, 0)

    def accrued(self, day: date) -> int:
        """The total charge by a day, in paisa; charges bear no charge."""
        if day < self.loan.taken_on:
            return 0
        method, begun = self.rule.charge_method, self.rule.months(self.loan.taken_on, day)
        if method == "declining":
            spans = zip(self._left, [0, *self._months], [*self._months, begun], strict=True)
            return sum(
                percent_of(max(left, 0), self.rule.charge_percent) * max(min(until, begun) - since, 0)
                for left, since, until in spans
            )
        whole = charge_in_all(self.loan.principal, self.loan.months, self.rule.charge_percent, method)
        if method == "flat":
            return half_up(whole * min(begun, self.loan.months), self.loan.months)
        return whole

    @cached_property
    def _months(self) -> list[int]:
        """The months of the loan in which those days lie."""
        return [self.rule.months(self.loan.taken_on, each) for each in self._days]

    # -- what was agreed -----------------------------------------------------------------------------------------------

    def principal_due(self, day: date) -> int:
        """The principal to repay at a meeting on a day by the plan, including arrears."""
        left = self.balance_before(day)
        begun = self.rule.months(self.loan.taken_on, day)
        if begun >= self.loan.months:
            return left
        planned = sum(each.principal for each in self.plan[: max(begun, 0)])
        return min(max(planned - (self.loan.principal - left), 0), left)

    @cached_property
    def plan(self) -> tuple[Instalment, ...]:
        """Its instalments, one for each month."""
        rule = self.rule
        return instalments(
            self.loan.principal, self.loan.months, rule.charge_percent, rule.charge_method, rule.instalments
        )


# -- plans -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """The repayment for one month.

    Attributes:
        principal: Amount in paisa.
        charge: Amount in paisa.
    """

    principal: int
    charge: int

    @property
    def total(self) -> int:
        """Principal and charge together."""
        return self.principal + self.charge


def charge_in_all(principal: int, months: int, percent: int, method: ChargeMethod) -> int:
    """The total charge by a method that does not depend on repayments, in paisa; 0 for the declining method."""
    if method == "flat":
        return percent_of(principal * months, percent)
    return percent_of(principal, percent) if method == "once" else 0


def instalments(
    principal: int, months: int, percent: int, method: ChargeMethod, kind: Instalments
) -> tuple[Instalment, ...]:
    """The plan of a loan: the repayment for each month, with the remainder in the last.

    >>> [each.total for each in instalments(1_200_000, 4, 2000, "declining", "equal_total")]
    [315149, 315149, 315149, 315147]
    """
    if method != "declining":
        return _evenly(principal, months, charge_in_all(principal, months, percent, method), method)
    rows, left = list[Instalment](), principal
    total = _annuity(principal, months, percent)
    for month in range(1, months + 1):
        charge = percent_of(left, percent)
        part = half_up(principal, months) if kind == "equal_principal" else total - charge
        part = left if month == months else min(max(part, 0), left)
        rows.append(Instalment(principal=part, charge=charge))
        left -= part
    return tuple(rows)


def _evenly(principal: int, months: int, charge: int, method: ChargeMethod) -> tuple[Instalment, ...]:
    """Equal parts of principal and charge; a charge that is made once is paid in the first month."""
    rows, left = list[Instalment](), principal
    for month in range(1, months + 1):
        part = left if month == months else min(half_up(principal, months), left)
        spread = half_up(charge * month, months) - half_up(charge * (month - 1), months)
        rows.append(Instalment(principal=part, charge=spread if method == "flat" else charge * (month == 1)))
        left -= part
    return tuple(rows)


def _annuity(principal: int, months: int, percent: int) -> int:
    """The equal monthly payment of principal and charge together, in paisa."""
    if not percent:
        return half_up(principal, months)
    one = _THOUSANDTHS_OF_A_PERCENT
    growth, whole = (one + percent) ** months, one**months  # exact: no fraction is lost before the last step
    return half_up(principal * percent * growth, one * (growth - whole))
