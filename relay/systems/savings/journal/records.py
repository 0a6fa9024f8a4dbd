"""The records of a savings group as plain values; amounts are in paisa."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from relay.domain.acts import OfAct
from relay.systems.groups import members_and_attendance
from relay.systems.groups.members_and_attendance import Membership, Span
from relay.systems.savings.journal.loans import Loan, LoanEvent
from relay.systems.savings.journal.money import in_paisa
from relay.systems.savings.journal.savings_rule import SavingsRule

_INTO_THE_BOX: Final = frozenset({"from_bank", "grant_in", "outside_loan_in", "buck_fee", "found"})
_OUT_OF_THE_BOX: Final = frozenset({"to_bank", "expense", "social_paid", "outside_loan_paid", "missing"})
_INTO_THE_BANK: Final = frozenset({"to_bank", "bank_interest"})
GAPS: Final = frozenset({"found", "missing"})
"""Kinds of flows that explain the gap of a count, at the same meeting or a later one."""
_EARNED: Final = frozenset({"bank_interest", "grant_in", "buck_fee", "found"})
_SPENT: Final = frozenset({"expense", "missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsMeeting(members_and_attendance.Meeting):
    """A meeting of the group, with its counts.

    Attributes:
        cash_before: Content of the box when it was opened; None if not counted.
        cash_after: Content of the box when it was closed; None if not counted.
        bank_after: Money in the bank by its book; None if not checked.
        cycle_id: Id of the cycle that the meeting names; None if it names none.
    """

    cash_before: int | None = None
    cash_after: int | None = None
    bank_after: int | None = None
    cycle_id: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], main_id: Callable[[str], str] = str) -> Self:
        """Make a meeting from the columns of its act.

        Args:
            values: Columns of the act.
            main_id: Gives a woman's main id.
        """
        return in_paisa(cls, values, **members_and_attendance.roster(values, main_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle(OfAct, Span):
    """A period of saving, after which the fund may be shared out.

    Attributes:
        cycle_id: Id of its act.
        share_value: Price of a share in it; None if the rule's applies.
        opening_cash: Content of the box at its beginning; None if not recorded.
        opening_bank: Money in the bank at its beginning.
        opening_social: Part of both that belongs to the social fund.
    """

    cycle_id: str
    share_value: int | None = None
    opening_cash: int | None = None
    opening_bank: int = 0
    opening_social: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PassbookLine:
    """One line of a passbook: what a woman brought to a meeting, or took from it.

    Attributes:
        line_id: Id of its act.
        meeting_id: Id of the meeting.
        beneficiary_id: Id of the woman.
        shares: Number of shares bought; None if not recorded.
        saved: Amount saved; None if only shares were recorded.
        withdrawn: Amount withdrawn from her savings.
        social: Amount paid into the social fund.
        fine: Fines paid.
        other: Amount paid for anything else.
        loan_id: Id of the loan that principal and charge are of.
        principal: Principal repaid.
        charge: Charge paid on the loan.
    """

    line_id: str
    meeting_id: str
    beneficiary_id: str
    shares: int | None = None
    saved: int | None = None
    withdrawn: int = 0
    social: int = 0
    fine: int = 0
    other: int = 0
    loan_id: str | None = None
    principal: int = 0
    charge: int = 0

    def money_saved(self, share_value: int | None) -> int:
        """The amount that she saved: as recorded, else by her shares."""
        return (self.shares or 0) * (share_value or 0) if self.saved is None else self.saved

    def paid(self, share_value: int | None) -> int:
        """The total that she brought."""
        return self.money_saved(share_value) + self.social + self.fine + self.other + self.principal + self.charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A movement of the whole group's money.

    Attributes:
        flow_id: Id of its act.
        meeting_id: Id of the meeting.
        kind: One of `kinds.FLOW_KINDS`.
        amount: Amount in paisa.
    """

    flow_id: str
    meeting_id: str
    kind: str
    amount: int

    @property
    def cash(self) -> int:
        """The change of the box."""
        return self.amount * ((self.kind in _INTO_THE_BOX) - (self.kind in _OUT_OF_THE_BOX))

    @property
    def bank(self) -> int:
        """The change of the bank account."""
        return self.amount * ((self.kind in _INTO_THE_BANK) - (self.kind == "from_bank"))

    @property
    def profit(self) -> int:
        """The change of the group's profit."""
        return self.amount * ((self.kind in _EARNED) - (self.kind in _SPENT))

    @property
    def social(self) -> int:
        """The change of the social fund."""
        return -self.amount if self.kind == "social_paid" else 0

    @property
    def debt(self) -> int:
        """The change of the group's debts to others."""
        return self.amount * ((self.kind == "outside_loan_in") - (self.kind == "outside_loan_paid"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """A payout to a woman when a cycle was shared out.

    Attributes:
        payout_id: Id of its act.
        cycle_id: Id of the cycle.
        meeting_id: Id of the meeting.
        beneficiary_id: Id of the woman.
        paid: Amount in paisa.
    """

    payout_id: str
    cycle_id: str
    meeting_id: str
    beneficiary_id: str
    paid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecord:
    """All records of one group.

    Attributes:
        group_id: Id of the group.
        kind: Kind of the group; None if unknown.
        rules: All savings rules of the programme.
        members: Memberships in the group, past ones included.
        meetings: Meetings of the group.
        cycles: Savings cycles of the group.
        lines: Passbook lines at its meetings.
        loans: Loans given at its meetings.
        flows: Flows at its meetings.
        payouts: Payouts of its cycles.
        events: Loan id → its events.
    """

    group_id: str
    kind: str | None = None
    rules: Sequence[SavingsRule] = ()
    members: Sequence[Membership] = ()
    meetings: Sequence[SavingsMeeting] = ()
    cycles: Sequence[Cycle] = ()
    lines: Sequence[PassbookLine] = ()
    loans: Sequence[Loan] = ()
    flows: Sequence[Flow] = ()
    payouts: Sequence[PaidOut] = ()
    events: Mapping[str, Sequence[LoanEvent]] = field(default_factory=dict[str, "Sequence[LoanEvent]"])
