"""What is recorded of a savings group, as plain values: amounts are in paisa, and days are days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self

from relay.domain.model import day_if_said
from relay.systems.savings.books.loans import Loan, LoanEvent
from relay.systems.savings.books.money import paisa
from relay.systems.savings.books.savings_rule import SavingsRule

_INTO_THE_BOX: Final = frozenset({"from_bank", "grant_in", "outside_loan_in", "buck_fee", "found"})
_OUT_OF_THE_BOX: Final = frozenset({"to_bank", "expense", "social_paid", "outside_loan_paid", "missing"})
_INTO_THE_BANK: Final = frozenset({"to_bank", "bank_interest"})
FLOW_KINDS: Final = (
    *("to_bank", "from_bank", "bank_interest", "expense", "social_paid", "grant_in"),
    *("outside_loan_in", "outside_loan_paid", "buck_fee", "found", "missing"),
)
GAPS: Final = frozenset({"found", "missing"})
"""Kinds that write down what a count of the box found, at that meeting or a later one."""
_EARNED: Final = frozenset({"bank_interest", "grant_in", "buck_fee", "found"})
_SPENT: Final = frozenset({"expense", "missing"})


def _ids(said: object) -> frozenset[str]:
    return frozenset(str(said).split(";")) if said else frozenset()


def _counted(said: object) -> int | None:
    """Money that was counted; None where nobody counted, which is not 0."""
    return None if said is None else paisa(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting of the group.

    Attributes:
        meeting_id: Of its act.
        held_on: The day.
        kind: Such as "savings".
        cash_before: In the box as it was opened; None where it was not counted.
        cash_after: In the box as it was closed; None where it was not counted.
        bank_after: In the bank, by its book; None where nobody looked.
        cycle_id: In which cycle, where the meeting says so.
        attended: Who was there.
        late: Who of them came late.
        excused: Who was not and had said so.
    """

    meeting_id: str
    held_on: date
    kind: str = "savings"
    cash_before: int | None = None
    cash_after: int | None = None
    bank_after: int | None = None
    cycle_id: str | None = None
    attended: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the columns of its act."""
        present, late, excused = (_ids(values.get(name)) for name in ("present", "late", "excused"))
        return cls(
            meeting_id=values["meeting_id"],
            held_on=date.fromisoformat(values["held_on"]),
            kind=values.get("kind") or "savings",
            cash_before=_counted(values.get("cash_before")),
            cash_after=_counted(values.get("cash_after")),
            bank_after=_counted(values.get("bank_after")),
            cycle_id=values.get("cycle_id"),
            attended=present | late,
            late=late,
            excused=excused,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who is or was of the group.

    Attributes:
        beneficiary_id: Who.
        from_on: Since when.
        until_on: Until when; None while she is.
    """

    beneficiary_id: str
    from_on: date
    until_on: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether she was of the group on a day."""
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A time of saving, at the end of which the fund may be shared out.

    Attributes:
        cycle_id: Of its act.
        from_on: Its first day.
        until_on: Its last; None where that is not known yet.
        share_value: What a share costs in it; None where the rule says so.
        opening_cash: In the box at its beginning; None where that was not said.
        opening_bank: In the bank, the same.
        opening_social: Of both, in the social fund.
    """

    cycle_id: str
    from_on: date
    until_on: date | None = None
    share_value: int | None = None
    opening_cash: int | None = None
    opening_bank: int = 0
    opening_social: int = 0

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the columns of its act."""
        return cls(
            cycle_id=values["cycle_id"],
            from_on=date.fromisoformat(values["from_on"]),
            until_on=day_if_said(values.get("until_on")),
            share_value=_counted(values.get("share_value")),
            opening_cash=_counted(values.get("opening_cash")),
            opening_bank=paisa(values.get("opening_bank")),
            opening_social=paisa(values.get("opening_social")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a passbook: what a woman brought to a meeting, or took from it.

    Attributes:
        line_id: Of its act.
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

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the columns of its act, with the id under which she is kept."""
        return cls(
            line_id=values["line_id"],
            meeting_id=values["meeting_id"],
            beneficiary_id=values["beneficiary_id"],
            shares=None if values.get("shares") is None else int(values["shares"]),
            saved=_counted(values.get("saved")),
            loan_id=values.get("loan_id"),
            **{
                name: paisa(values.get(name))
                for name in ("withdrawn", "social", "fine", "other", "principal", "charge")
            },
        )

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
        flow_id: Of its act.
        meeting_id: At which meeting.
        kind: One of `FLOW_KINDS`.
        amount: How much.
    """

    flow_id: str
    meeting_id: str
    kind: str
    amount: int

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the columns of its act."""
        return cls(
            flow_id=values["flow_id"],
            meeting_id=values["meeting_id"],
            kind=values["kind"],
            amount=paisa(values["amount"]),
        )

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
        payout_id: Of its act.
        cycle_id: Of which cycle.
        meeting_id: At which meeting.
        beneficiary_id: Who.
        paid: How much.
    """

    payout_id: str
    cycle_id: str
    meeting_id: str
    beneficiary_id: str
    paid: int

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the columns of its act, with the id under which she is kept."""
        return cls(
            payout_id=values["payout_id"],
            cycle_id=values["cycle_id"],
            meeting_id=values["meeting_id"],
            beneficiary_id=values["beneficiary_id"],
            paid=paisa(values["paid"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """All that is recorded of one group.

    Attributes:
        group_id: Of the group.
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
    members: Sequence[Member] = ()
    meetings: Sequence[Meeting] = ()
    cycles: Sequence[Cycle] = ()
    lines: Sequence[Line] = ()
    loans: Sequence[Loan] = ()
    flows: Sequence[Flow] = ()
    payouts: Sequence[PaidOut] = ()
    events: Mapping[str, Sequence[LoanEvent]] = field(default_factory=dict[str, "Sequence[LoanEvent]"])
