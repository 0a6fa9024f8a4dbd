"""A loan of a group: what is still owed of it, what is charged, and whether it is late.

Nothing of this is stored: it is worked out from the loan, what was repaid at meetings, and what happened to it.
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
        cycle_id: In which cycle.
        meeting_id: At which meeting.
        beneficiary_id: To whom.
        taken_on: The day of that meeting.
        principal: Amount in paisa.
        months: For how long.
        due_on: The last day to repay it, where that was said.
        purpose: For what; None where that was not said.
        placement_id: Whose animals it is for; None for none.
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
    """What was repaid of a loan at a meeting.

    Attributes:
        on: The day.
        principal: Amount in paisa.
        charge: Amount in paisa.
    """

    on: date
    principal: int = 0
    charge: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanEvent:
    """What happened to a loan.

    Attributes:
        kind: "extended", "written_off" or "forgiven".
        on: When.
        amount: In paisa, of what was written off or forgiven; None for all that was owed.
        until_on: The new last day of one that was extended.
    """

    kind: str
    on: date
    amount: int | None = None
    until_on: date | None = None


class LoanAccount:
    """A loan on a given day.

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
        """Put together what is known of a loan.

        Args:
            loan: As it was given.
            rule: In force when it was taken: it binds the loan.
            repaid: All that was repaid, in any order.
            events: All that happened to it, in any order.
        """
        self.loan = loan
        self.rule = rule
        self.repaid = tuple(sorted(repaid, key=lambda each: each.on))
        self.events = tuple(sorted(events, key=lambda each: each.on))

    def balance_on(self, day: date) -> int:
        """What is still owed of the principal at the end of a day, in paisa; 0 before it was taken."""
        return self._left[bisect_right(self._days, day)] if self.loan.taken_on <= day else 0

    def balance_before(self, day: date) -> int:
        """What was owed when a meeting of a day began."""
        return self._left[bisect_left(self._days, day)] if self.loan.taken_on < day else 0

    @cached_property
    def _days(self) -> list[date]:
        """The days on which what is owed changed, in order."""
        return sorted({*(each.on for each in self.repaid), *(each.on for each in self._losses)})

    @cached_property
    def _left(self) -> list[int]:
        """What was owed before the first of these days, and at the end of each."""
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
        """What was written off or forgiven by a day, in paisa."""
        if not self._losses:
            return 0
        repaid = sum(each.principal for each in self.repaid if each.on <= day)
        return self.loan.principal - repaid - self._left[bisect_right(self._days, day)]

    # -- when it is late -----------------------------------------------------------------------------------------------

    def due_on(self, as_of: date) -> date:
        """The last day to repay it, as far as was known on a day: the latest that was agreed."""
        agreed = self.loan.due_on or self.rule.after_months(self.loan.taken_on, self.loan.months)
        return max([agreed, *(each.until_on for each in self.events if each.until_on and each.on <= as_of)])

    def days_late(self, as_of: date) -> int:
        """For how many days it has been late; 0 when it is not."""
        if self.balance_on(as_of) <= 0:
            return 0
        return max((as_of - self.due_on(as_of)).days - self.rule.grace_days, 0)

    # -- what is charged -----------------------------------------------------------------------------------------------

    def charge_due(self, day: date) -> int:
        """What is to be paid as charge at a meeting: for all months begun by that day, less what was paid before it."""
        paid = sum(each.charge for each in self.repaid if each.on < day)
        return max(self.accrued(day) - paid, 0)

    def accrued(self, day: date) -> int:
        """All that was charged by a day, in paisa; nothing is charged on a charge."""
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
        """In which months after its taking those days lie."""
        return [self.rule.months(self.loan.taken_on, each) for each in self._days]

    # -- what was agreed -----------------------------------------------------------------------------------------------

    def principal_due(self, day: date) -> int:
        """What of the principal is to be repaid at a meeting of a day, by the plan, with what was left out before."""
        left = self.balance_before(day)
        begun = self.rule.months(self.loan.taken_on, day)
        if begun >= self.loan.months:
            return left
        planned = sum(each.principal for each in self.plan[: max(begun, 0)])
        return min(max(planned - (self.loan.principal - left), 0), left)

    @cached_property
    def plan(self) -> tuple[Instalment, ...]:
        """Its instalments, one a month."""
        rule = self.rule
        return instalments(
            self.loan.principal, self.loan.months, rule.charge_percent, rule.charge_method, rule.instalments
        )


# -- plans -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """What is to be repaid in one month.

    Attributes:
        principal: Amount in paisa.
        charge: Amount in paisa.
    """

    principal: int
    charge: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.principal + self.charge


def charge_in_all(principal: int, months: int, percent: int, method: ChargeMethod) -> int:
    """What a method charges that does not depend on what is repaid, in paisa; 0 of the declining one."""
    if method == "flat":
        return percent_of(principal * months, percent)
    return percent_of(principal, percent) if method == "once" else 0


def instalments(
    principal: int, months: int, percent: int, method: ChargeMethod, kind: Instalments
) -> tuple[Instalment, ...]:
    """The plan of a loan: what is to be repaid in each month, the rest in the last.

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
    """Equal parts of principal and charge; a charge that is made once is paid first."""
    rows, left = list[Instalment](), principal
    for month in range(1, months + 1):
        part = left if month == months else min(half_up(principal, months), left)
        spread = half_up(charge * month, months) - half_up(charge * (month - 1), months)
        rows.append(Instalment(principal=part, charge=spread if method == "flat" else charge * (month == 1)))
        left -= part
    return tuple(rows)


def _annuity(principal: int, months: int, percent: int) -> int:
    """What to pay each month, principal and charge together, so that the same is paid each month."""
    if not percent:
        return half_up(principal, months)
    one = _THOUSANDTHS_OF_A_PERCENT
    growth, whole = (one + percent) ** months, one**months  # exact: no fraction is lost before the last step
    return half_up(principal * percent * growth, one * (growth - whole))
