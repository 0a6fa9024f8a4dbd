"""An oracle, written apart from the books in the plainest Python: it agrees on groups that are drawn.

It walks day by day and keeps running sums, where the books add up what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import floor
from random import Random
from typing import Any, Final

import pytest

from relay.systems.groups.members_and_attendance import Membership
from relay.systems.savings.journal.group_journal import CycleJournal, GroupJournal
from relay.systems.savings.journal.loans import Loan, LoanEvent
from relay.systems.savings.journal.records import GAPS, Cycle, Flow, GroupRecord, PaidOut, PassbookLine, SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.systems.savings.kinds import SHARE_OUTS
from tests.rigs.soak import drawn

WOMEN: Final = ("A", "B", "C", "D")
DAYS: Final = [date(2023, month, 25) for month in range(3, 13)]  # each in a month of Bikram Sambat of its own
GROUPS: Final = 200


def test_the_oracle_agrees_on_groups_that_are_drawn() -> None:
    for seed in range(drawn(GROUPS)):
        recorded, rule = draw(seed)
        for day in DAYS:
            told, journal = oracle(recorded, rule, day), GroupJournal(recorded, day)
            cycle = journal.cycle()
            assert cycle is not None
            assert figures(journal, cycle) == told, (seed, day)
            beyond_the_banks_book = cycle.bank - 55 - sum(each.bank for each in cycle.flows)
            assert cycle.assets - cycle.debts - cycle.equity == (cycle.gap or 0) + beyond_the_banks_book, (seed, day)


def test_the_order_in_which_it_arrived_does_not_matter() -> None:
    for seed in range(drawn(GROUPS)):
        recorded, _ = draw(seed)
        turned = replace(
            recorded,
            members=recorded.members[::-1],
            meetings=recorded.meetings[::-1],
            lines=recorded.lines[::-1],
            loans=recorded.loans[::-1],
            flows=recorded.flows[::-1],
            payouts=recorded.payouts[::-1],
        )
        one, other = GroupJournal(recorded, DAYS[-1]), GroupJournal(turned, DAYS[-1])
        assert [*one.boxes.values()] == [*other.boxes.values()]
        assert figures(one, _cycle(one)) == figures(other, _cycle(other))


def test_an_old_line_that_is_corrected_moves_every_later_figure() -> None:
    recorded, rule = draw(7)
    first = recorded.lines[0]
    right = PassbookLine(
        line_id=first.line_id, meeting_id=first.meeting_id, beneficiary_id=first.beneficiary_id, saved=12345
    )
    corrected = replace(recorded, lines=(right, *recorded.lines[1:]))

    for day in DAYS:
        journal = GroupJournal(corrected, day)
        assert figures(journal, _cycle(journal)) == oracle(corrected, rule, day)


def _cycle(journal: GroupJournal) -> CycleJournal:
    cycle = journal.cycle()
    assert cycle is not None
    return cycle


def figures(journal: GroupJournal, cycle: CycleJournal) -> dict[str, Any]:
    sharing = cycle.sharing
    return {
        "expected": cycle.expected_cash,
        "gap": cycle.gap,
        "bank": cycle.bank,
        "social": cycle.social,
        "saved": {woman: stake.saved for woman, stake in cycle.stakes.items()},
        "fund": cycle.fund,
        "balances": {id_: account.balance_on(journal.as_of) for id_, account in journal.accounts.items()},
        "due": {id_: account.charge_due(journal.as_of) for id_, account in journal.accounts.items()},
        "payouts": {each.beneficiary_id: each.paid for each in sharing.payouts},
        "rest": sharing.rest,
    }


# -- what is drawn -----------------------------------------------------------------------------------------------------


def draw(seed: int) -> tuple[GroupRecord, SavingsRule]:
    """A group that saves, lends, repays, loses and counts at random."""
    random = Random(seed)  # noqa: S311 - no secret
    method = random.choice(("declining", "flat", "once", "none"))
    rule = SavingsRule(
        kind="savings_group",
        from_on=date(2020, 1, 1),
        charge_percent=random.choice((0, 1500, 2000, 3333)),
        charge_method=method,  # type: ignore[arg-type]
        share_out=random.choice(SHARE_OUTS),  # type: ignore[arg-type]
        share_value=100,
        round_to=random.choice((1, 100)),
    )
    meetings, lines, loans, flows = list[SavingsMeeting](), list[PassbookLine](), list[Loan](), list[Flow]()
    events, owed = dict[str, list[LoanEvent]](), dict[str, int]()
    for nth, day in enumerate(DAYS):
        counted = random.choice((None, random.randrange(0, 200000)))
        bank = random.choice((None, None, random.randrange(0, 5000)))
        meetings.append(
            SavingsMeeting(kind="savings", meeting_id=f"M{nth}", held_on=day, cash_after=counted, bank_after=bank)
        )
        for woman in WOMEN:
            loan_id = random.choice([*(id_ for id_, left in owed.items() if left and id_[0] == woman), None, None])
            principal = random.randrange(0, owed[loan_id] + 1) if loan_id else 0
            if loan_id:
                owed[loan_id] -= principal
            line = PassbookLine(
                line_id=f"L{nth}{woman}",
                meeting_id=f"M{nth}",
                beneficiary_id=woman,
                shares=random.choice((None, None, 2)),
                saved=random.choice((None, random.randrange(200, 5000))),
                withdrawn=random.choice((0, 0, 0, 50)),
                social=random.choice((0, 500)),
                fine=random.choice((0, 100)),
                loan_id=loan_id,
                principal=principal,
                charge=random.randrange(0, 300) if loan_id else 0,
            )
            lines.append(line)
        if random.random() < 0.6:
            woman = random.choice(WOMEN)
            id_ = f"{woman}{nth}"
            owed[id_] = random.randrange(1, 50000)
            months = random.randrange(1, 6)
            loans.append(
                Loan(
                    loan_id=id_,
                    cycle_id="C",
                    meeting_id=f"M{nth}",
                    beneficiary_id=woman,
                    taken_on=day,
                    principal=owed[id_],
                    months=months,
                )
            )
            if random.random() < 0.2 and nth + 1 < len(DAYS):
                given_up = random.randrange(0, owed[id_])
                owed[id_] -= given_up
                events[id_] = [LoanEvent(kind="written_off", on=day, amount=given_up)]
        kinds = ("to_bank", "from_bank", "bank_interest", "expense", "social_paid", "grant_in", "found", "missing")
        if random.random() < 0.5:
            kind = random.choice((*kinds, "outside_loan_in"))
            flows.append(Flow(flow_id=f"F{nth}", meeting_id=f"M{nth}", kind=kind, amount=random.randrange(1, 9000)))
    payouts = [
        PaidOut(
            payout_id=f"P{woman}",
            cycle_id="C",
            meeting_id=f"M{len(DAYS) - 1}",
            beneficiary_id=woman,
            paid=random.randrange(random.choice((999, 99999))),
        )
        for woman in WOMEN
        if random.random() < 0.3
    ]
    cycle = Cycle(cycle_id="C", from_on=date(2023, 3, 1), opening_cash=777, opening_bank=55, opening_social=33)
    recorded = GroupRecord(
        group_id="G",
        kind="savings_group",
        rules=[rule],
        members=[
            Membership(membership_id=woman, group_id="G", beneficiary_id=woman, from_on=date(2023, 1, 1))
            for woman in WOMEN
        ],
        meetings=meetings,
        cycles=[cycle],
        lines=lines,
        loans=loans,
        flows=flows,
        payouts=payouts,
        events=events,
    )
    return recorded, rule


# -- the oracle --------------------------------------------------------------------------------------------------------


@dataclass
class Debt:
    """A loan as the oracle walks along."""

    principal: int
    months: int
    left: int
    age: int = 0
    charged: int = 0
    paid: int = 0
    paid_before_today: int = 0


@dataclass
class Box:
    """What the oracle keeps in its hands."""

    cash: int = 777
    bank: int = 55
    social: int = 33
    debts: int = 0
    out: int = 0
    drift: int | None = None
    should: int = 777
    open: int = 0
    saved: dict[str, int] = field(default_factory=dict[str, int])
    shares: dict[str, int] = field(default_factory=dict[str, int])
    loose: dict[str, int] = field(default_factory=dict[str, int])
    charge: dict[str, int] = field(default_factory=dict[str, int])
    loans: dict[str, Debt] = field(default_factory=dict[str, Debt])


def half_up(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))


def oracle(recorded: GroupRecord, rule: SavingsRule, until: date) -> dict[str, Any]:
    box, percent = Box(), Fraction(rule.charge_percent, 100_000)
    for meeting in recorded.meetings:
        if meeting.held_on > until:
            break
        for debt in box.loans.values():  # a month has begun
            debt.age += 1
            debt.paid_before_today = debt.paid
            _charge(debt, rule, percent)
        cash, out = box.cash, box.out
        _meet(box, recorded, meeting.meeting_id, rule, percent)
        box.bank = box.bank if meeting.bank_after is None else meeting.bank_after
        _count(box, recorded, meeting, box.cash - cash, box.out - out)
    return _told(box, rule)


def _count(box: Box, recorded: GroupRecord, meeting: SavingsMeeting, moved: int, out: int) -> None:
    """The box is counted after the payouts, or before them where that leaves the smaller gap."""
    written = sum(each.cash for each in recorded.flows if each.meeting_id == meeting.meeting_id and each.kind in GAPS)
    known = 0  # what is written down of a gap that was open
    if written > 0 < box.open:
        known = min(written, box.open)
    if written < 0 > box.open:
        known = max(written, box.open)
    box.should += moved - known
    box.open -= known
    if meeting.cash_after is not None:
        after, before = meeting.cash_after - box.should, meeting.cash_after - out - box.should
        gap = before if abs(before) < abs(after) else after
        box.should += gap
        box.open += gap
        box.drift = box.should - box.cash


def _meet(box: Box, recorded: GroupRecord, at: str, rule: SavingsRule, percent: Fraction) -> None:
    for line in (each for each in recorded.lines if each.meeting_id == at):
        _pay(box, line)
    for loan in (each for each in recorded.loans if each.meeting_id == at):
        box.cash -= loan.principal
        box.loans[loan.loan_id] = debt = Debt(loan.principal, loan.months, loan.principal)
        debt.charged = half_up(loan.principal * percent) if rule.charge_method == "once" else 0
        debt.left -= sum(each.amount or 0 for each in recorded.events.get(loan.loan_id, ()))
    for flow in (each for each in recorded.flows if each.meeting_id == at):
        _flow(box, flow)
    for payout in (each for each in recorded.payouts if each.meeting_id == at):
        box.cash -= payout.paid
        box.out += payout.paid


def _charge(debt: Debt, rule: SavingsRule, percent: Fraction) -> None:
    if rule.charge_method == "declining":
        debt.charged += half_up(debt.left * percent)
    elif rule.charge_method == "flat":
        whole = half_up(debt.principal * debt.months * percent)
        debt.charged = half_up(Fraction(whole * min(debt.age, debt.months), debt.months))


def _pay(box: Box, line: PassbookLine) -> None:
    woman, saved = line.beneficiary_id, line.saved
    if saved is None:
        saved = (line.shares or 0) * 100
    if line.shares is None:
        box.loose[woman] = box.loose.get(woman, 0) + saved
    box.shares[woman] = box.shares.get(woman, 0) + (line.shares or 0)
    box.saved[woman] = box.saved.get(woman, 0) + saved - line.withdrawn
    box.charge[woman] = box.charge.get(woman, 0) + line.charge
    box.social += line.social
    box.cash += saved + line.social + line.fine + line.principal + line.charge - line.withdrawn
    if line.loan_id:
        box.loans[line.loan_id].left -= line.principal
        box.loans[line.loan_id].paid += line.charge


def _flow(box: Box, flow: Flow) -> None:
    amount = flow.amount
    match flow.kind:
        case "to_bank":
            box.cash, box.bank = box.cash - amount, box.bank + amount
        case "from_bank":
            box.cash, box.bank = box.cash + amount, box.bank - amount
        case "bank_interest":
            box.bank += amount
        case "social_paid":
            box.cash, box.social = box.cash - amount, box.social - amount
        case "expense" | "missing":
            box.cash -= amount
        case _:
            box.cash += amount
    if flow.kind == "outside_loan_in":
        box.debts += amount
    if flow.kind in ("found", "missing") and box.drift is not None:
        box.drift += amount if flow.kind == "missing" else -amount


def _told(box: Box, rule: SavingsRule) -> dict[str, Any]:
    fund = box.cash + (box.drift or 0) + box.bank - box.social - box.debts + box.out
    shares = {woman: box.shares[woman] + box.loose.get(woman, 0) // 100 for woman in box.saved}
    paid = _shared(max(fund, 0), box, shares, rule)
    return {
        "expected": box.cash,
        "gap": box.drift,
        "bank": box.bank,
        "social": box.social,
        "saved": box.saved,
        "fund": fund,
        "balances": {id_: debt.left for id_, debt in box.loans.items()},
        "due": {id_: max(debt.charged - debt.paid_before_today, 0) for id_, debt in box.loans.items()},
        "payouts": paid,
        "rest": fund - sum(paid.values()),
    }


def _shared(fund: int, box: Box, shares: dict[str, int], rule: SavingsRule) -> dict[str, int]:
    saved = {woman: amount for woman, amount in box.saved.items() if amount or shares[woman]}
    step = rule.round_to
    all_saved, all_shares, charges = sum(saved.values()), sum(shares.values()), sum(box.charge.values())
    profit = fund - all_saved
    paid: dict[str, Fraction] = {}
    for woman, hers in saved.items():
        if rule.share_out == "by_shares":
            value = floor(Fraction(fund, all_shares * step)) * step if all_shares else 0
            paid[woman] = Fraction(value * shares[woman])
        elif rule.share_out == "none":
            continue
        elif rule.share_out == "by_savings" or profit < 0:
            paid[woman] = Fraction(fund * hers, all_saved)
        elif rule.share_out == "equal":
            paid[woman] = Fraction(hers + profit // len(saved))
        else:
            back = Fraction(min(profit, charges) * box.charge[woman], charges) if charges else Fraction(0)
            paid[woman] = hers + back
    return {woman: floor(amount / step) * step for woman, amount in paid.items()}


@pytest.mark.parametrize(("kind", "gap"), [("found", 50000), ("missing", -50000)])
def test_a_gap_that_is_written_down_later_is_no_gap_of_that_meeting(kind: str, gap: int) -> None:
    """500 was missing at M1 (or found too much), and is written down at M2, where all is as it should be."""
    flow = Flow(flow_id="F", meeting_id="M2", kind=kind, amount=50000)
    meetings = [
        SavingsMeeting(kind="savings", meeting_id="M1", held_on=DAYS[0], cash_before=100000, cash_after=100000 + gap),
        SavingsMeeting(
            kind="savings", meeting_id="M2", held_on=DAYS[1], cash_before=100000 + gap, cash_after=100000 + gap
        ),
    ]
    boxes = GroupJournal(GroupRecord(group_id="G", meetings=meetings, flows=[flow]), DAYS[2]).boxes

    assert [boxes[each].gap for each in ("M1", "M2")] == [gap, 0]


@pytest.mark.parametrize("kind", ["found", "missing"])
def test_a_gap_stays_until_a_flow_explains_it(kind: str) -> None:
    """500 is missing at M1 (or found too much); M2 is not counted; at M3 the group writes it down."""
    amount = 50000 if kind == "found" else -50000
    meetings = [
        SavingsMeeting(
            kind="savings", meeting_id="M1", held_on=DAYS[0], cash_before=100000, cash_after=100000 + amount
        ),
        SavingsMeeting(kind="savings", meeting_id="M2", held_on=DAYS[1]),
        SavingsMeeting(kind="savings", meeting_id="M3", held_on=DAYS[2]),
    ]
    flow = Flow(flow_id="F", meeting_id="M3", kind=kind, amount=50000)
    cycle = Cycle(cycle_id="C", from_on=date(2023, 3, 1))
    journal = [
        _cycle(GroupJournal(GroupRecord(group_id="G", meetings=meetings, cycles=[cycle], flows=[flow]), day))
        for day in DAYS[:3]
    ]

    assert [each.gap for each in journal] == [amount, amount, 0]
    assert [each.counted for each in journal] == [100000 + amount, None, None]
    assert [each.cash for each in journal] == [100000 + amount] * 3
