"""What is recorded of a savings group, as plain values: amounts are in paisa, and days are days."""

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
"""Kinds that write down what a count of the box found, at that meeting or a later one."""
_EARNED: Final = frozenset({"bank_interest", "grant_in", "buck_fee", "found"})
_SPENT: Final = frozenset({"expense", "missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsMeeting(members_and_attendance.Meeting):
    """A meeting of the group, with what was counted at it.

    Attributes:
        cash_before: In the box as it was opened; None where it was not counted.
        cash_after: In the box as it was closed; None where it was not counted.
        bank_after: In the bank, by its book; None where nobody looked.
        cycle_id: In which cycle, where the meeting says so.
    """

    cash_before: int | None = None
    cash_after: int | None = None
    bank_after: int | None = None
    cycle_id: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], kept: Callable[[str], str] = str) -> Self:
        """From the columns of its act, and what gives the main id of a woman."""
        return in_paisa(cls, values, **members_and_attendance.roster(values, kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle(OfAct, Span):
    """A time of saving, at the end of which the fund may be shared out.

    Attributes:
        cycle_id: Id of its act.
        share_value: What a share costs in it; None where the rule says so.
        opening_cash: In the box at its beginning; None where that was not said.
        opening_bank: In the bank, the same.
        opening_social: Of both, in the social fund.
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
        meeting_id: At which meeting.
        beneficiary_id: Whose passbook.
        shares: Bought; None where that was not said.
        saved: In money; None where only the shares were said.
        withdrawn: Of her savings.
        social: Into the social fund.
        fine: Paid.
        other: Paid for anything else.
        loan_id: Of which loan principal and charge are.
        principal: Repaid.
        charge: Paid for the loan.
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
        """What she saved in money: as it was said, or else by her shares."""
        return (self.shares or 0) * (share_value or 0) if self.saved is None else self.saved

    def paid(self, share_value: int | None) -> int:
        """All that she brought."""
        return self.money_saved(share_value) + self.social + self.fine + self.other + self.principal + self.charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Money of the whole group.

    Attributes:
        flow_id: Id of its act.
        meeting_id: At which meeting.
        kind: One of `kinds.FLOW_KINDS`.
        amount: How much.
    """

    flow_id: str
    meeting_id: str
    kind: str
    amount: int

    @property
    def cash(self) -> int:
        """By how much the box holds more because of it."""
        return self.amount * ((self.kind in _INTO_THE_BOX) - (self.kind in _OUT_OF_THE_BOX))

    @property
    def bank(self) -> int:
        """By how much the bank holds more because of it."""
        return self.amount * ((self.kind in _INTO_THE_BANK) - (self.kind == "from_bank"))

    @property
    def profit(self) -> int:
        """By how much the group is richer because of it."""
        return self.amount * ((self.kind in _EARNED) - (self.kind in _SPENT))

    @property
    def social(self) -> int:
        """By how much the social fund holds more because of it."""
        return -self.amount if self.kind == "social_paid" else 0

    @property
    def debt(self) -> int:
        """By how much the group owes more to others because of it."""
        return self.amount * ((self.kind == "outside_loan_in") - (self.kind == "outside_loan_paid"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """What a woman was paid when a cycle was shared out.

    Attributes:
        payout_id: Id of its act.
        cycle_id: Of which cycle.
        meeting_id: At which meeting.
        beneficiary_id: Id of the woman.
        paid: How much.
    """

    payout_id: str
    cycle_id: str
    meeting_id: str
    beneficiary_id: str
    paid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecord:
    """All that is recorded of one group.

    Attributes:
        group_id: Id of the group.
        kind: Of the group; None where that is not known.
        rules: All savings rules of the programme.
        members: Of the group, past ones too.
        meetings: Of the group.
        cycles: The same.
        lines: Of passbooks, at its meetings.
        loans: Given at its meetings.
        flows: At its meetings.
        payouts: Of its cycles.
        events: Loan → what happened to it.
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
