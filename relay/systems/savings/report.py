"""Reports on a group's savings on a day: sums, the box, ratios with numerator and denominator, and the share-out.

Figures of one woman are separate: her savings, what she owes, and what is due from her at the next meeting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from relay.domain.model import Rate
from relay.systems.groups.members_and_attendance import Span, meetings_held
from relay.systems.savings.journal.group_journal import CycleJournal, GroupJournal
from relay.systems.savings.journal.loans import LoanAccount
from relay.systems.savings.journal.money import Rupees, rupees
from relay.systems.savings.journal.records import PassbookLine, SavingsMeeting
from relay.text import as_counted

_DAYS_OF_A_YEAR: Final = 365
_NEARLY_ALL: Final = 0.9
"""Share of the expected members who must save at a meeting for it to count as regular saving (SHG grading)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """The loans of a group that are not repaid.

    Attributes:
        outstanding: Number of these loans.
        balance: Amount that is still owed.
        late: Amount owed on late loans: all of it, not only what is overdue.
        late_loans: Number of late loans.
    """

    outstanding: int
    balance: Rupees
    late: Rupees
    late_loans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheBox:
    """The box of a group.

    Attributes:
        expected: What it should hold by all records.
        counted: Count at the last meeting; None if there was none.
        gap: Last count less what was expected then; it stays until it is explained. None if the box was never counted.
        counted_at: Id of the meeting of that count.
    """

    expected: Rupees
    counted: Rupees | None
    gap: Rupees | None
    counted_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Ratios of a cycle, with numerator and denominator; amounts are in rupees.

    Attributes:
        attendance: Women who attended, of those expected, over all meetings with a roster.
        members_kept: Members on the first day who still are members, of all on the first day.
        savings_per_member: Savings divided by members on the day.
        borrowers: Members who owe, of all members.
        fund_utilisation: Amount lent, of that plus cash and bank of the loan fund.
        par_1: Amount owed on loans late for a day or more, of the amount owed on all.
        par_30: The same for 30 days or more.
        par_90: The same for 90 days or more.
        return_on_savings: Profit divided by savings.
        return_annualised: The same for a year.
        regular_saving: Meetings at which nearly all expected members saved, of all with money.
        meetings_counted: Meetings after which the box was counted, of all with money.
        meetings_held: Planned intervals in which the group met, of all that ended in the cycle.
    """

    attendance: Rate
    members_kept: Rate
    savings_per_member: Rate
    borrowers: Rate
    fund_utilisation: Rate
    par_1: Rate
    par_30: Rate
    par_90: Rate
    return_on_savings: Rate
    return_annualised: Rate
    regular_saving: Rate
    meetings_counted: Rate
    meetings_held: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOfHers:
    """What a woman is paid when the cycle is shared out.

    Attributes:
        beneficiary_id: Id of the woman.
        saved: Her savings.
        shares: Number of her shares.
        profit: Amount beyond her savings.
        paid: Both together.
        recorded: Payout that was recorded; None if there is none.
    """

    beneficiary_id: str
    saved: Rupees
    shares: int
    profit: Rupees
    paid: Rupees
    recorded: Rupees | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOut:
    """The fund as it would be shared by the rule of the cycle if it ended on the day.

    Attributes:
        method: Method of sharing.
        profit: Fund less all savings.
        rest: Amount that no payout takes.
        counted: Whether the box was counted at the last meeting; if not, the fund is as recorded.
        payouts: Payout of each woman; empty for readers who see only sums.
    """

    method: str
    profit: Rupees
    rest: Rupees
    counted: bool
    payouts: tuple[ShareOfHers, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSavings:
    """The savings of a group on a day.

    Attributes:
        group_id: Id of the group.
        as_of: Reference day; what happens later does not count.
        cycle_id: Id of the cycle that began last; None if there is none, and then all sums are 0.
        members: Number of members on the day, or on the last day of the cycle.
        saved: Savings in the cycle, less withdrawals.
        fund: Cash and bank, without the social fund and outside debts; payouts already made are still included.
        social: The social fund.
        debts: Amount that the group owes to others.
        assets: Cash, bank and outstanding loans.
        equity: Part of the assets that belongs to members: assets less debts, unless money is missing or was found.
        loans: Loans that are not repaid.
        box: The box.
        ratios: Ratios with numerator and denominator.
        panchasutra: Score of the five rules of India's groups, 20 points each: meetings held, regular saving, lending,
            repayment in time, and counted boxes; None without a cycle.
        share_out: The fund as it would be shared.
        other_fines: Words of fines in the rule that Relay cannot work out, to be read by the group.
    """

    group_id: str
    as_of: date
    cycle_id: str | None
    members: int
    saved: Rupees
    fund: Rupees
    social: Rupees
    debts: Rupees
    assets: Rupees
    equity: Rupees
    loans: Lent
    box: InTheBox
    ratios: Ratios
    panchasutra: int | None
    share_out: SharedOut
    other_fines: tuple[str, ...] = ()


def group_savings(journal: GroupJournal, *, by_woman: bool) -> GroupSavings:
    """The savings of a group; with the payout of each woman, or sums only."""
    cycle = journal.cycle()
    until = cycle.until if cycle else journal.as_of
    late = [each for each in journal.outstanding if each.days_late(journal.as_of)]
    ratios = _ratios(journal, cycle, until)
    return GroupSavings(
        group_id=journal.group_id,
        as_of=journal.as_of,
        cycle_id=cycle.cycle.cycle_id if cycle else None,
        members=len(members(journal)),
        saved=rupees(cycle.saved) if cycle else 0,
        fund=rupees(cycle.fund) if cycle else 0,
        social=rupees(cycle.social) if cycle else 0,
        debts=rupees(cycle.debts) if cycle else 0,
        assets=rupees(cycle.assets) if cycle else 0,
        equity=rupees(cycle.equity) if cycle else 0,
        loans=Lent(
            outstanding=len(journal.outstanding),
            balance=rupees(_balance(journal.outstanding, journal.as_of)),
            late=rupees(_balance(late, journal.as_of)),
            late_loans=len(late),
        ),
        box=_box(cycle),
        ratios=ratios,
        panchasutra=_panchasutra(ratios) if cycle else None,
        share_out=_shared_out(cycle, by_woman=by_woman),
        other_fines=journal.rule_on(journal.as_of).other_fines,
    )


def members(journal: GroupJournal) -> frozenset[str]:
    """The members of a group on the day, or on the last day of the cycle that began last."""
    cycle = journal.cycle()
    return journal.members_on(cycle.until if cycle else journal.as_of)


def _balance(accounts: Sequence[LoanAccount], day: date) -> int:
    return sum(each.balance_on(day) for each in accounts)


def _box(cycle: CycleJournal | None) -> InTheBox:
    if cycle is None:
        return InTheBox(expected=0, counted=None, gap=None, counted_at=None)
    return InTheBox(
        expected=rupees(cycle.expected_cash),
        counted=None if cycle.counted is None else rupees(cycle.counted),
        gap=None if cycle.gap is None else rupees(cycle.gap),
        counted_at=cycle.counted_at.meeting_id if cycle.counted_at else None,
    )


def _shared_out(cycle: CycleJournal | None, *, by_woman: bool) -> SharedOut:
    if cycle is None:
        return SharedOut(method="none", profit=0, rest=0, counted=False, payouts=())
    sharing, recorded = cycle.sharing, {each.beneficiary_id: each.paid for each in cycle.payouts}
    return SharedOut(
        method=sharing.method,
        profit=rupees(sharing.profit),
        rest=rupees(sharing.rest),
        counted=cycle.counted is not None,
        payouts=tuple(
            ShareOfHers(
                beneficiary_id=each.beneficiary_id,
                saved=rupees(each.saved),
                shares=each.shares,
                profit=rupees(each.profit),
                paid=rupees(each.paid),
                recorded=rupees(recorded[each.beneficiary_id]) if each.beneficiary_id in recorded else None,
            )
            for each in sharing.payouts
            if by_woman
        ),
    )


# -- ratios ------------------------------------------------------------------------------------------------------------


def _money(numerator: int, denominator: int) -> Rate:
    return Rate.of(rupees(numerator), rupees(denominator))


def _ratios(journal: GroupJournal, cycle: CycleJournal | None, until: date) -> Ratios:
    day, members = journal.as_of, journal.members_on(until)
    lent = _balance(journal.outstanding, day)
    owing = {each.loan.beneficiary_id for each in journal.outstanding} & members
    saved, profit = (cycle.saved, cycle.profit) if cycle else (0, 0)
    meetings = cycle.meetings if cycle else ()
    with_money = cycle.money_meetings if cycle else ()
    free = cycle.cash + cycle.bank - cycle.social if cycle else 0
    days = (until - cycle.cycle.from_on).days + 1 if cycle else 0
    rosters = [(each.attended, journal.expected_at(each)) for each in meetings if each.has_roster]
    first = journal.members_on(cycle.cycle.from_on) if cycle else members
    met = {each.held_on for each in journal.meetings if each.is_of_members}

    def late_for(least: int) -> Rate:
        return _money(_balance([each for each in journal.outstanding if each.days_late(day) >= least], day), lent)

    return Ratios(
        attendance=Rate.of(
            sum(len(attended & expected) for attended, expected in rosters),
            sum(len(expected) for _, expected in rosters),
        ),
        members_kept=Rate.of(len(first & members), len(first)),
        savings_per_member=Rate.of(rupees(saved), len(members)),
        borrowers=Rate.of(len(owing), len(members)),
        fund_utilisation=_money(lent, lent + max(free, 0)),
        par_1=late_for(1),
        par_30=late_for(30),
        par_90=late_for(90),
        return_on_savings=_money(profit, saved),
        return_annualised=_money(profit * _DAYS_OF_A_YEAR, saved * days),
        regular_saving=Rate.of(sum(_saves(journal, cycle, each) for each in with_money), len(with_money)),
        meetings_counted=Rate.of(sum(each.cash_after is not None for each in with_money), len(with_money)),
        meetings_held=meetings_held(
            met,
            cycle.rule.meeting_every,
            Span(from_on=cycle.cycle.from_on, until_on=until),
            sambat=cycle.rule.sambat,
        )
        if cycle
        else Rate.of(0, 0),
    )


def _saves(journal: GroupJournal, cycle: CycleJournal | None, meeting: SavingsMeeting) -> bool:
    expected = journal.expected_at(meeting)
    savers = cycle.savers.get(meeting.meeting_id, frozenset()) if cycle else frozenset[str]()
    return bool(expected) and len(savers & expected) >= _NEARLY_ALL * len(expected)


def _panchasutra(ratios: Ratios) -> int:
    """The score out of 100; without loans, nothing counts as late."""
    in_time = 1 - (ratios.par_1.share or 0)
    shares = (ratios.meetings_held, ratios.regular_saving, ratios.fund_utilisation, ratios.meetings_counted)
    return round(20 * (sum(min(each.share or 0, 1) for each in shares) + in_time))


# -- one woman ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFromHer:
    """What is due from a member at a meeting on a day.

    Attributes:
        beneficiary_id: Id of the woman.
        saved_so_far: Her savings in the cycle.
        saving: Amount that each is to save; None if that is free.
        missed: Amount that she should have saved at earlier meetings of the cycle and did not.
        loan_id: Id of her loan; None without one. A woman with several loans has a row for each.
        balance: Amount that she owes of it.
        principal: Principal due by its plan, including arrears.
        charge: Charge due by then.
        fine: Fines of the cycle that she has not paid.
        due_on: Last day to repay the loan.
        days_late: Number of days that it has been late.
        total: Total to bring.
    """

    beneficiary_id: str
    saved_so_far: Rupees
    saving: Rupees | None
    missed: Rupees
    loan_id: str | None
    balance: Rupees
    principal: Rupees
    charge: Rupees
    fine: Rupees
    due_on: date | None
    days_late: int
    total: Rupees


def due_at(journal: GroupJournal, day: date) -> tuple[DueFromHer, ...]:
    """What is due from each member at a meeting on a day, including loans of former members.

    Returns:
        Sorted by id, numbers in their order.
    """
    members, owing = journal.members_on(day), dict[str, list[LoanAccount]]()
    for account in journal.accounts.values():
        if account.balance_before(day) > 0 or account.charge_due(day) > 0:
            owing.setdefault(account.loan.beneficiary_id, []).append(account)
    rows = list[DueFromHer]()
    for woman in sorted(members | owing.keys(), key=as_counted):
        hers = owing.get(woman, [])
        rows.append(_due(journal, day, woman, hers[0] if hers else None, saves=woman in members))
        rows += [_due(journal, day, woman, account, saves=False) for account in hers[1:]]
    return tuple(rows)


def _due(journal: GroupJournal, day: date, woman: str, account: LoanAccount | None, *, saves: bool) -> DueFromHer:
    cycle, rule = journal.cycle(), journal.rule_on(day)
    saving = (cycle.share_value if cycle else None) or rule.share_value or rule.saving
    stake = cycle.stakes.get(woman) if cycle else None
    principal, charge = (account.principal_due(day), account.charge_due(day)) if account else (0, 0)
    to_save = (saving or 0) * saves
    missed = cycle.savings_missed(woman, day) if cycle and saves and rule.saving else 0
    fine = cycle.fines_due(woman, day) if cycle and saves and rule.fines else 0
    return DueFromHer(
        beneficiary_id=woman,
        saved_so_far=rupees(stake.saved if stake else 0),
        saving=None if saving is None else rupees(to_save),
        missed=rupees(missed),
        loan_id=account.loan.loan_id if account else None,
        balance=rupees(account.balance_before(day) if account else 0),
        principal=rupees(principal),
        charge=rupees(charge),
        fine=rupees(fine),
        due_on=account.due_on(day) if account else None,
        days_late=account.days_late(day) if account else 0,
        total=rupees(to_save + missed + principal + charge + fine),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PassbookRow:
    """One line of a woman's passbook, with running totals.

    Attributes:
        held_on: Day of the meeting.
        meeting_id: Id of the meeting.
        shares: Number of shares bought; None if not recorded.
        saved: Amount saved.
        total_saved: Savings in the cycle so far.
        withdrawn: Amount withdrawn from her savings.
        social: Amount paid into the social fund.
        fine: Fines paid.
        other: Amount paid for anything else.
        lent: Loan given to her at this meeting.
        principal: Principal repaid.
        charge: Charge paid on a loan.
        balance: Amount owed after the meeting.
        paid: Total that she brought.
    """

    held_on: date
    meeting_id: str
    shares: int | None
    saved: Rupees
    total_saved: Rupees
    withdrawn: Rupees
    social: Rupees
    fine: Rupees
    other: Rupees
    lent: Rupees
    principal: Rupees
    charge: Rupees
    balance: Rupees
    paid: Rupees


def passbook(journal: GroupJournal, woman: str) -> tuple[PassbookRow, ...]:
    """The passbook of a woman by day: a row for each meeting at which she has a line or was given a loan."""
    accounts = [each for each in journal.accounts.values() if each.loan.beneficiary_id == woman]
    rows, totals = list[PassbookRow](), dict[str | None, int]()
    for meeting in journal.meetings:
        lines = [
            each for each in journal.lines if (each.meeting_id, each.beneficiary_id) == (meeting.meeting_id, woman)
        ]
        lent = sum(each.loan.principal for each in accounts if each.loan.meeting_id == meeting.meeting_id)
        if not lines and not lent:
            continue
        cycle, value = journal.cycle_of(meeting), journal.share_value_at(meeting)
        cycle_id, withdrawn = cycle.cycle_id if cycle else None, sum(each.withdrawn for each in lines)
        saved = sum(each.money_saved(value) for each in lines)
        totals[cycle_id] = totals.get(cycle_id, 0) + saved - withdrawn
        rows.append(
            PassbookRow(
                held_on=meeting.held_on,
                meeting_id=meeting.meeting_id,
                shares=_shares(lines),
                saved=rupees(saved),
                total_saved=rupees(totals[cycle_id]),
                withdrawn=rupees(withdrawn),
                social=rupees(sum(each.social for each in lines)),
                fine=rupees(sum(each.fine for each in lines)),
                other=rupees(sum(each.other for each in lines)),
                lent=rupees(lent),
                principal=rupees(sum(each.principal for each in lines)),
                charge=rupees(sum(each.charge for each in lines)),
                balance=rupees(sum(each.balance_on(meeting.held_on) for each in accounts)),
                paid=rupees(sum(each.paid(value) for each in lines)),
            )
        )
    return tuple(rows)


def _shares(lines: Sequence[PassbookLine]) -> int | None:
    shares = [each.shares for each in lines if each.shares is not None]
    return sum(shares) if shares else None
