"""The journal of a savings group: what was recorded at its meetings, added up as of a day.

Only records are stored; balances, gaps and shares are worked out each time. All amounts are in paisa.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from relay.systems.savings.journal.fines import fine_of
from relay.systems.savings.journal.loans import LoanAccount, Repayment
from relay.systems.savings.journal.records import GAPS, Cycle, GroupRecord, PassbookLine, SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule, in_force
from relay.systems.savings.journal.share_out import Sharing, Stake, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The box at a meeting.

    Attributes:
        meeting: The meeting.
        before: Content at the beginning: as counted, else as it was left at the last meeting.
        moved: Money put in at the meeting less money taken out; explanations of an earlier gap count as moved before.
        counted: Content at the end by count; None if not counted.
        gap: Content less what was expected: below 0 if money is missing; None if not counted.
        carry_gap: Change between the closing count of the last meeting and the opening count; None if either is
            missing.
        unexplained: Part of all gaps so far that was not recorded as found or missing.
    """

    meeting: SavingsMeeting
    before: int
    moved: int
    counted: int | None
    gap: int | None
    carry_gap: int | None
    unexplained: int

    @property
    def act_id(self) -> str:
        """Id of the meeting, "kind:id"."""
        return f"meeting:{self.meeting.meeting_id}"

    @property
    def expected(self) -> int:
        """Expected content after the meeting."""
        return self.before + self.moved


class GroupJournal:
    """The journal of a group as of a day; what happened later is left out."""

    def __init__(self, recorded: GroupRecord, as_of: date) -> None:
        """Add up the records of a group as of a day."""
        self.recorded = recorded
        self.group_id = recorded.group_id
        self.kind = recorded.kind
        self.as_of = as_of
        self.rules = recorded.rules
        self.members = recorded.members
        meetings = (each for each in recorded.meetings if each.held_on <= as_of)
        self.meetings = tuple(sorted(meetings, key=lambda each: (each.held_on, each.meeting_id)))
        begun = (each for each in recorded.cycles if each.from_on <= as_of)
        self.cycles = tuple(sorted(begun, key=lambda each: (each.from_on, each.cycle_id)))
        self.meeting = {each.meeting_id: each for each in self.meetings}
        self.lines = tuple(
            sorted((each for each in recorded.lines if each.meeting_id in self.meeting), key=lambda each: each.line_id)
        )
        self.loans = tuple(
            sorted((each for each in recorded.loans if each.taken_on <= as_of), key=lambda each: each.loan_id)
        )
        self.flows = tuple(each for each in recorded.flows if each.meeting_id in self.meeting)
        self.payouts = tuple(each for each in recorded.payouts if each.meeting_id in self.meeting)
        self._events = recorded.events

    @property
    def act_id(self) -> str:
        """Id of the group, "kind:id"."""
        return f"group:{self.group_id}"

    def rule_on(self, day: date) -> SavingsRule:
        """The rule that binds the group on a day."""
        return in_force(self.rules, self.group_id, self.kind, day)

    def members_on(self, day: date) -> frozenset[str]:
        """The members of the group on a day."""
        return frozenset(each.beneficiary_id for each in self.members if each.is_on(day))

    def expected_at(self, meeting: SavingsMeeting) -> frozenset[str]:
        """The women expected at a meeting: members that day, without those excused if the rule says so."""
        rule = self.rule_on(meeting.held_on)
        return meeting.expected(self.members_on(meeting.held_on), excused_counts=rule.excused_counts)

    # -- cycles --------------------------------------------------------------------------------------------------------

    def cycle_of(self, meeting: SavingsMeeting) -> Cycle | None:
        """The cycle of a meeting: the one it names, else the one it lies in; None if there is none."""
        return self._cycles[meeting.meeting_id]

    @cached_property
    def _cycles(self) -> Mapping[str, Cycle | None]:
        return {each.meeting_id: self._cycle_of(each) for each in self.meetings}

    def _cycle_of(self, meeting: SavingsMeeting) -> Cycle | None:
        named = next((each for each in self.cycles if each.cycle_id == meeting.cycle_id), None)
        inside = (each for each in reversed(self.cycles) if each.from_on <= meeting.held_on)
        last = next(inside, None)
        return named or (last if last and (last.until_on is None or meeting.held_on <= last.until_on) else None)

    @cached_property
    def _by_cycle(self) -> Mapping[str, CycleJournal]:
        meetings: dict[str, list[SavingsMeeting]] = defaultdict(list)
        for meeting in self.meetings:
            if cycle := self.cycle_of(meeting):
                meetings[cycle.cycle_id].append(meeting)
        return {each.cycle_id: CycleJournal(self, each, tuple(meetings[each.cycle_id])) for each in self.cycles}

    def cycle(self, cycle_id: str | None = None) -> CycleJournal | None:
        """The journal of a cycle, or of the latest if no cycle is named; None if there is none."""
        if not self.cycles:
            return None
        return self._by_cycle.get(cycle_id or self.cycles[-1].cycle_id)

    @property
    def cycle_journals(self) -> tuple[CycleJournal, ...]:
        """The journals of all cycles, in order."""
        return tuple(self._by_cycle[each.cycle_id] for each in self.cycles)

    def cycle_at(self, meeting: SavingsMeeting) -> CycleJournal | None:
        """The journal of the cycle of a meeting; None if it is in none."""
        cycle = self.cycle_of(meeting)
        return self._by_cycle[cycle.cycle_id] if cycle else None

    def share_value_at(self, meeting: SavingsMeeting) -> int | None:
        """The price of a share at a meeting; None if the group does not buy shares."""
        journal = self.cycle_at(meeting)
        return journal.share_value if journal else self.rule_on(meeting.held_on).share_value

    # -- loans ---------------------------------------------------------------------------------------------------------

    @cached_property
    def accounts(self) -> Mapping[str, LoanAccount]:
        """Loan id → its account by the day."""
        repaid: dict[str, list[Repayment]] = defaultdict(list)
        for line in self.lines:
            if line.loan_id:
                on = self.meeting[line.meeting_id].held_on
                repaid[line.loan_id].append(Repayment(on=on, principal=line.principal, charge=line.charge))
        return {
            loan.loan_id: LoanAccount(
                loan,
                self.rule_on(loan.taken_on),
                repaid[loan.loan_id],
                [each for each in self._events.get(loan.loan_id, ()) if each.on <= self.as_of],
            )
            for loan in self.loans
        }

    @cached_property
    def outstanding(self) -> tuple[LoanAccount, ...]:
        """The loans that are not repaid, by id."""
        return tuple(each for each in self.accounts.values() if each.balance_on(self.as_of) > 0)

    def owed_on(self, day: date) -> int:
        """The principal that members owe on all loans at the end of a day."""
        return sum(each.balance_on(day) for each in self.accounts.values())

    # -- the box -------------------------------------------------------------------------------------------------------

    @cached_property
    def moved(self) -> Mapping[str, int]:
        """Meeting id → money put into the box at it, less money taken out."""
        moved: dict[str, int] = defaultdict(int)
        values = {each.meeting_id: self.share_value_at(each) for each in self.meetings}
        for line in self.lines:
            moved[line.meeting_id] += line.paid(values[line.meeting_id]) - line.withdrawn
        for loan in self.loans:
            moved[loan.meeting_id] -= loan.principal
        for flow in self.flows:
            moved[flow.meeting_id] += flow.cash
        for meeting_id, paid in self._paid_out.items():
            moved[meeting_id] -= paid
        return moved

    @cached_property
    def _paid_out(self) -> Mapping[str, int]:
        """Meeting id → total of the payouts at it."""
        paid = defaultdict[str, int](int)
        for payout in self.payouts:
            paid[payout.meeting_id] += payout.paid
        return paid

    @cached_property
    def savings_meetings(self) -> tuple[SavingsMeeting, ...]:
        """The meetings with money to count: of savings or a share-out, or with any movement."""
        return tuple(
            each
            for each in self.meetings
            if each.kind in ("savings", "share_out")
            or each.meeting_id in self.moved
            or each.cash_before is not None
            or each.cash_after is not None
        )

    @cached_property
    def boxes(self) -> Mapping[str, Box]:
        """Meeting id → the box at it, for meetings with money, in order."""
        by_meeting: dict[str, Box] = {}
        left, last_count, unexplained = None, None, 0
        for meeting in self.savings_meetings:
            cycle = self.cycle_of(meeting)
            if left is None or (cycle and cycle.opening_cash is not None and self._opens(meeting, cycle)):
                left = cycle.opening_cash if cycle and cycle.opening_cash is not None else left
            before = meeting.cash_before if meeting.cash_before is not None else (left or 0)
            explained = _of_the_same_sign(self._written_down[meeting.meeting_id], unexplained)
            moved = self.moved.get(meeting.meeting_id, 0) - explained  # that money had come or gone before
            counted = self._left(meeting, before + moved)
            gap = None if counted is None else counted - before - moved
            unexplained += (gap or 0) - explained
            by_meeting[meeting.meeting_id] = Box(
                meeting=meeting,
                before=before,
                moved=moved,
                counted=counted,
                gap=gap,
                carry_gap=None
                if meeting.cash_before is None or last_count is None
                else meeting.cash_before - last_count,
                unexplained=unexplained,
            )
            left = before + moved if counted is None else counted
            last_count = counted
        return by_meeting

    def _left(self, meeting: SavingsMeeting, expected: int) -> int | None:
        """The content of the box at the end of a meeting by its count; None if it was not counted.

        At a share-out, a group may count before or after it pays, and nobody records which. So the count is taken for
        whichever is closer to the expected content, and payouts recorded later do not change that.
        """
        if meeting.cash_after is None:
            return None
        before_paying = meeting.cash_after - self._paid_out.get(meeting.meeting_id, 0)
        return min(meeting.cash_after, before_paying, key=lambda left: abs(left - expected))

    @cached_property
    def _written_down(self) -> Mapping[str, int]:
        """Meeting id → amount recorded at it as found, less amount recorded as missing."""
        by_meeting = defaultdict[str, int](int)
        for flow in self.flows:
            by_meeting[flow.meeting_id] += flow.cash if flow.kind in GAPS else 0
        return by_meeting

    def _opens(self, meeting: SavingsMeeting, cycle: Cycle) -> bool:
        journal = self._by_cycle[cycle.cycle_id]
        return journal.money_meetings[0] == meeting


class CycleJournal:
    """The journal of one cycle of a group, as of the day of the group's journal."""

    def __init__(self, group: GroupJournal, cycle: Cycle, meetings: Sequence[SavingsMeeting]) -> None:
        """Take the cycle and the meetings that lie in it."""
        self.group = group
        self.cycle = cycle
        self.meetings = tuple(meetings)
        ids = {each.meeting_id for each in meetings}
        self.lines = tuple(each for each in group.lines if each.meeting_id in ids)
        self.flows = tuple(each for each in group.flows if each.meeting_id in ids)
        self.payouts = tuple(each for each in group.payouts if each.cycle_id == cycle.cycle_id)
        self.rule = group.rule_on(cycle.from_on)
        self.share_value = cycle.share_value if cycle.share_value is not None else self.rule.share_value

    @property
    def act_id(self) -> str:
        """Id of the cycle, "kind:id"."""
        return f"cycle:{self.cycle.cycle_id}"

    @property
    def until(self) -> date:
        """Its last day, or the day of the journal if that is earlier."""
        return min(self.cycle.until_on or self.group.as_of, self.group.as_of)

    @cached_property
    def money_meetings(self) -> tuple[SavingsMeeting, ...]:
        """Its meetings with money to count."""
        with_money = {each.meeting_id for each in self.group.savings_meetings}
        return tuple(each for each in self.meetings if each.meeting_id in with_money)

    # -- what each has -------------------------------------------------------------------------------------------------

    @cached_property
    def stakes(self) -> Mapping[str, Stake]:
        """Woman → her stake in the cycle, for women with a passbook line in it."""
        lines: dict[str, list[PassbookLine]] = defaultdict(list)
        for line in self.lines:
            lines[line.beneficiary_id].append(line)
        return {woman: self._stake(woman, hers) for woman, hers in sorted(lines.items())}

    def _stake(self, woman: str, lines: Sequence[PassbookLine]) -> Stake:
        """The stake of a woman; money recorded without shares buys whole shares, and the remainder is carried over."""
        value = self.share_value
        loose = sum(line.money_saved(value) for line in lines if line.shares is None)
        return Stake(
            beneficiary_id=woman,
            saved=sum(line.money_saved(value) - line.withdrawn for line in lines),
            shares=sum(line.shares or 0 for line in lines) + (loose // value if value else 0),
            charge=sum(line.charge for line in lines),
        )

    def savings_missed(self, woman: str, day: date) -> int:
        """The amount that the rule required of a woman at meetings before a day, less what she saved."""
        before = {each.meeting_id: each for each in self.meetings if each.kind == "savings" and each.held_on < day}
        due = sum(
            self.group.rule_on(each.held_on).saving or 0
            for each in before.values()
            if woman in self.group.members_on(each.held_on)
        )
        hers = (each for each in self.lines if each.beneficiary_id == woman and each.meeting_id in before)
        return max(due - sum(each.money_saved(self.share_value) for each in hers), 0)

    def fines_due(self, woman: str, day: date) -> int:
        """The fines of a woman for meetings before a day, less what she paid of them."""
        hers = [each for each in self.lines if each.beneficiary_id == woman]
        due = sum(
            fine_of(
                self.rule,
                meeting,
                {woman},
                saved=any(
                    line.meeting_id == meeting.meeting_id and line.money_saved(self.share_value) for line in hers
                ),
            )
            for meeting in self.meetings
            if meeting.held_on < day and woman in self.group.members_on(meeting.held_on)
        )
        return max(due - sum(line.fine for line in hers), 0)

    @cached_property
    def saved(self) -> int:
        """All savings of the cycle, less withdrawals."""
        return sum(each.saved for each in self.stakes.values())

    @cached_property
    def savers(self) -> Mapping[str, frozenset[str]]:
        """Meeting id → women who saved at it; meetings without any are left out."""
        by_meeting: dict[str, set[str]] = defaultdict(set)
        for line in self.lines:
            if line.shares or line.saved:
                by_meeting[line.meeting_id].add(line.beneficiary_id)
        return {meeting_id: frozenset(women) for meeting_id, women in by_meeting.items()}

    # -- what there is -------------------------------------------------------------------------------------------------

    @cached_property
    def social(self) -> int:
        """The content of the social fund."""
        paid_in = sum(line.social for line in self.lines)
        return self.cycle.opening_social + paid_in + sum(flow.social for flow in self.flows)

    @property
    def debts(self) -> int:
        """The amount that the group owes to others."""
        return max(sum(each.debt for each in self.flows), 0)

    @cached_property
    def opening_cash(self) -> int:
        """The content of the box at the beginning: as recorded with the cycle, else as first counted."""
        if self.cycle.opening_cash is not None:
            return self.cycle.opening_cash
        boxes = [self.group.boxes[each.meeting_id] for each in self.money_meetings]
        return boxes[0].before if boxes else 0

    @cached_property
    def expected_cash(self) -> int:
        """The content that the box should have by all records, whatever was counted."""
        return self.opening_cash + sum(self.group.moved.get(each.meeting_id, 0) for each in self.meetings)

    @cached_property
    def counted_at(self) -> SavingsMeeting | None:
        """The last meeting at which the box was counted; None if it never was."""
        return next((each for each in reversed(self.money_meetings) if each.cash_after is not None), None)

    @property
    def counted(self) -> int | None:
        """The count at the last meeting; None if it was not counted then."""
        return self.group.boxes[self.money_meetings[-1].meeting_id].counted if self.money_meetings else None

    @cached_property
    def gap(self) -> int | None:
        """The last count less all that was recorded until then; it stays until a flow explains it.

        Below 0 if money is missing; None if the box was never counted.
        """
        at, moved = self.counted_at, 0
        counted = self.group.boxes[at.meeting_id].counted if at else None
        if at is None or counted is None:
            return None
        for meeting in self.meetings:
            moved += self.group.moved.get(meeting.meeting_id, 0)
            if meeting == at:
                break
        explained = sum(each.cash for each in self.flows if each.kind in GAPS and self._after(each.meeting_id, at))
        return counted - self.opening_cash - moved - explained

    def _after(self, meeting_id: str, at: SavingsMeeting) -> bool:
        meeting = self.group.meeting[meeting_id]
        return (meeting.held_on, meeting.meeting_id) > (at.held_on, at.meeting_id)

    @property
    def cash(self) -> int:
        """The content of the box: as last counted, with what was recorded since."""
        return self.expected_cash + (self.gap or 0)

    @cached_property
    def bank(self) -> int:
        """The money in the bank: by its book when last checked, with what was recorded since."""
        left = self.cycle.opening_bank
        moved: dict[str, int] = defaultdict(int)
        for flow in self.flows:
            moved[flow.meeting_id] += flow.bank
        for meeting in self.meetings:
            left = left + moved[meeting.meeting_id] if meeting.bank_after is None else meeting.bank_after
        return left

    @property
    def paid_out(self) -> int:
        """The total of the payouts when the cycle was shared out."""
        return sum(each.paid for each in self.payouts)

    @cached_property
    def fund(self) -> int:
        """The amount to share: cash and bank, without the social fund and debts to others.

        Payouts already made are still included.
        """
        return self.cash + self.bank - self.social - self.debts + self.paid_out

    @cached_property
    def sharing(self) -> Sharing:
        """The fund as it would be shared by the rule of the cycle if it ended on the day."""
        return share(self.fund, [*self.stakes.values()], self.rule)

    # -- the identity --------------------------------------------------------------------------------------------------

    @cached_property
    def profit(self) -> int:
        """The earnings of the group in the cycle: charges, fines and gifts, less expenses and write-offs."""
        earned = sum(line.fine + line.other + line.charge for line in self.lines)
        earned += sum(flow.profit for flow in self.flows)
        return earned - self.given_up + min(self._debt, 0)

    @property
    def _debt(self) -> int:
        return sum(each.debt for each in self.flows)

    @cached_property
    def given_up(self) -> int:
        """The amount of loans written off or forgiven in the cycle."""
        before = self.cycle.from_on - timedelta(days=1)
        accounts = self.group.accounts.values()
        return sum(each.given_up(self.until) - each.given_up(before) for each in accounts if _taken(each, self.until))

    @cached_property
    def lent(self) -> int:
        """The amount that members owe at the end of the cycle, or on the day."""
        return self.group.owed_on(self.until)

    @property
    def assets(self) -> int:
        """The assets of the group: cash, bank, and what members owe."""
        return self.cash + self.bank + self.lent

    @property
    def equity(self) -> int:
        """The part of the assets that belongs to members: opening money, savings, profit, social fund, less payouts."""
        lent_before = self.group.owed_on(self.cycle.from_on - timedelta(days=1))
        opening = self.opening_cash + self.cycle.opening_bank - self.cycle.opening_social + lent_before
        return opening + self.social + self.saved + self.profit - self.paid_out


def _of_the_same_sign(amount: int, limit: int) -> int:
    """The part of an amount that lies between 0 and a limit; 0 if their signs differ."""
    return max(min(amount, max(limit, 0)), min(limit, 0))


def _taken(account: LoanAccount, day: date) -> bool:
    return account.loan.taken_on <= day
