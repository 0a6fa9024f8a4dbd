"""Audit checks for savings groups and their money."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from relay.audit.acts_in_force import ActsInForce, once
from relay.audit.checks import Check, LookedAt
from relay.audit.findings import Finding, finding_of
from relay.domain.register import Fact
from relay.systems.savings import reading
from relay.systems.savings.journal.group_journal import Box, CycleJournal, GroupJournal
from relay.systems.savings.journal.loans import Loan
from relay.systems.savings.journal.money import rupees
from relay.systems.savings.journal.records import PassbookLine, SavingsMeeting
from relay.text import Sentence

LATE_TYPED_DAYS: Final = 30
"""Days after a meeting by which its payments should be recorded, since nobody remembers them later."""
ALIKE_MEETINGS: Final = 3
"""Number of meetings in a row with equal payments by all women that are suspicious."""
OFFICERS_OF: Final = 10
"""Fewest members for which the share of officers' loans is checked."""
OFFICERS_TIMES: Final = 2
_THOUSAND: Final = 1000


@once
def _groups(in_force: ActsInForce) -> tuple[GroupJournal, ...]:
    """The journal of every group with a cycle, on the day of the audit."""
    return tuple(GroupJournal(each, in_force.as_of) for each in reading.in_register(in_force.register).values())


def _finding(in_force: ActsInForce, act_id: str, sentence: Sentence, evidence: Iterable[str] = ()) -> Finding:
    return finding_of(in_force.register.facts[act_id], sentence, *map(in_force.sequence, evidence))


# -- the box -----------------------------------------------------------------------------------------------------------


def _boxes(in_force: ActsInForce) -> list[Box]:
    return [box for group in _groups(in_force) for box in group.boxes.values()]


def _counted(in_force: ActsInForce) -> Collection[LookedAt]:
    return [each for each in _boxes(in_force) if each.gap is not None]


def _box_gap(in_force: ActsInForce) -> Iterator[Finding]:
    for box in _boxes(in_force):
        if box.gap:
            sentence = Sentence(
                "%(expected)s should be in the box, and %(counted)s was counted.",
                expected=rupees(box.expected),
                counted=rupees(box.expected + box.gap),
            )
            yield _finding(in_force, box.act_id, sentence)


def _count_missing(in_force: ActsInForce) -> Iterator[Finding]:
    for box in _boxes(in_force):
        if box.gap is None:
            yield _finding(in_force, box.act_id, Sentence("the box was not counted after the meeting."))


def _carried(in_force: ActsInForce) -> Collection[LookedAt]:
    return [each for each in _boxes(in_force) if each.carry_gap is not None]


def _carry_gap(in_force: ActsInForce) -> Iterator[Finding]:
    for box in _boxes(in_force):
        if box.carry_gap:
            sentence = Sentence(
                "the box held %(gap)s more or less than when the meeting before closed it.", gap=rupees(box.carry_gap)
            )
            yield _finding(in_force, box.act_id, sentence)


# -- cycles ------------------------------------------------------------------------------------------------------------


def _cycles(in_force: ActsInForce) -> list[CycleJournal]:
    return [cycle for group in _groups(in_force) for cycle in group.cycle_journals]


def _shared_out(in_force: ActsInForce) -> list[CycleJournal]:
    return [each for each in _cycles(in_force) if each.payouts]


def _payouts_differ(in_force: ActsInForce) -> Iterator[Finding]:
    for cycle in _shared_out(in_force):
        due = {each.beneficiary_id: each.paid for each in cycle.sharing.payouts}
        paid = Counter[str]()
        for each in cycle.payouts:
            paid[each.beneficiary_id] += each.paid
        differ = sorted(woman for woman in due.keys() | paid.keys() if due.get(woman, 0) != paid[woman])
        if differ:
            sentence = Sentence("other payouts were recorded than the rule gives: %(women)s.", women=", ".join(differ))
            theirs = (f"payout:{each.payout_id}" for each in cycle.payouts if each.beneficiary_id in differ)
            yield _finding(in_force, cycle.act_id, sentence, theirs)


def _identity(in_force: ActsInForce) -> Iterator[Finding]:
    for cycle in _cycles(in_force):
        beyond = cycle.assets - cycle.debts - cycle.equity
        if beyond:
            sentence = Sentence(
                "the group has %(assets)s, but owes %(debts)s and holds %(equity)s of its own.",
                assets=rupees(cycle.assets),
                debts=rupees(cycle.debts),
                equity=rupees(cycle.equity),
            )
            yield _finding(in_force, cycle.act_id, sentence)


# -- loans -------------------------------------------------------------------------------------------------------------


def _loans(in_force: ActsInForce) -> list[Loan]:
    return [loan for group in _groups(in_force) for loan in group.loans]


def _loan_above_limit(in_force: ActsInForce) -> Iterator[Finding]:
    for group in _groups(in_force):
        for loan in group.loans:
            times = group.rule_on(loan.taken_on).loan_times_savings
            saved = _saved_by(group, loan)
            if times is not None and loan.principal * _THOUSAND > times * saved:
                sentence = Sentence(
                    "%(principal)s was lent on savings of %(saved)s, more than the rule allows.",
                    principal=rupees(loan.principal),
                    saved=rupees(saved),
                )
                yield _finding(in_force, loan.act_id, sentence)


def _saved_by(group: GroupJournal, loan: Loan) -> int:
    """The savings of a borrower in the cycle, up to and including the meeting of her loan."""
    cycle = group.cycle_at(group.meeting[loan.meeting_id])
    if cycle is None:
        return 0
    return sum(
        line.money_saved(cycle.share_value) - line.withdrawn
        for line in cycle.lines
        if line.beneficiary_id == loan.beneficiary_id and group.meeting[line.meeting_id].held_on <= loan.taken_on
    )


def _officers(in_force: ActsInForce) -> Mapping[str, set[str]]:
    """Group → women who ever held an office of it."""
    officers: dict[str, set[str]] = defaultdict(set)
    for office in in_force.facts("office"):
        officers[office.values["group_id"]].add(in_force.woman(office.values["beneficiary_id"]))
    return officers


def _large_groups(in_force: ActsInForce) -> list[GroupJournal]:
    officers = _officers(in_force)
    return [
        each
        for each in _groups(in_force)
        if len(each.members_on(in_force.as_of)) >= OFFICERS_OF and officers[each.group_id] and each.loans
    ]


def _officers_borrow(in_force: ActsInForce) -> Iterator[Finding]:
    officers = _officers(in_force)
    for group in _large_groups(in_force):
        members = group.members_on(in_force.as_of)
        theirs = [each for each in group.loans if each.beneficiary_id in officers[group.group_id]]
        lent, all_lent = sum(each.principal for each in theirs), sum(each.principal for each in group.loans)
        if lent * len(members) > OFFICERS_TIMES * all_lent * len(officers[group.group_id] & members):
            sentence = Sentence("officers were lent %(lent)s of %(all)s.", lent=rupees(lent), all=rupees(all_lent))
            yield _finding(in_force, group.act_id, sentence, (each.act_id for each in theirs))


def _write_offs(in_force: ActsInForce) -> list[Fact]:
    return [each for each in in_force.facts("loan_event") if each.values["kind"] != "extended"]


def _written_off_at_home(in_force: ActsInForce) -> Iterator[Finding]:
    household, officers = in_force.register.household, _officers(in_force)
    for event in _write_offs(in_force):
        loan = in_force.register.facts.get(f"loan:{event.values['loan_id']}")
        cycle = in_force.register.facts.get(f"cycle:{loan.values['cycle_id']}") if loan else None
        if loan is None or cycle is None:
            continue
        woman = in_force.woman(loan.values["beneficiary_id"])
        near = [
            officer
            for officer in sorted(officers[cycle.values["group_id"]])
            if officer == woman or (household(woman) and household(officer) == household(woman))
        ]
        if near:
            sentence = Sentence(
                "the borrower of loan:%(loan_id)s lives with an officer of the group, or is one: %(near)s.",
                loan_id=loan.id,
                near=", ".join(near),
            )
            yield finding_of(event, sentence, loan.sequence)


# -- passbook lines ----------------------------------------------------------------------------------------------------


def _typed_by_hand(in_force: ActsInForce) -> list[Fact]:
    return [each for each in in_force.facts("passbook") if each.sequence not in in_force.imported]


def _typed_late(in_force: ActsInForce) -> Iterator[Finding]:
    for line in _typed_by_hand(in_force):
        meeting = in_force.register.facts.get(f"meeting:{line.values['meeting_id']}")
        at = datetime.fromisoformat(in_force.entry(line).recorded_at)
        typed = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(in_force.zone).date()
        days = (typed - SavingsMeeting.of(meeting.values).held_on).days if meeting else 0
        if days > LATE_TYPED_DAYS:
            yield finding_of(line, Sentence("it was typed %(days)s days after its meeting.", days=days))


def _saving_groups(in_force: ActsInForce) -> list[GroupJournal]:
    return [each for each in _groups(in_force) if len(each.savings_meetings) >= ALIKE_MEETINGS]


def _same_amounts(in_force: ActsInForce) -> Iterator[Finding]:
    for group in _saving_groups(in_force):
        lines: dict[str, list[PassbookLine]] = defaultdict(list)
        for line in group.lines:
            lines[line.meeting_id].append(line)
        run: list[str] = []
        last: Mapping[str, object] | None = None
        for meeting in group.savings_meetings:
            paid = {each.beneficiary_id: _amounts(each) for each in lines[meeting.meeting_id]}
            varied = len(paid) > 1 and any(amounts[2:] != (None, 0, 0) or amounts[1] for amounts in paid.values())
            run = [*run, meeting.meeting_id] if varied and paid == last else [meeting.meeting_id] * varied
            last = paid
            if len(run) == ALIKE_MEETINGS:
                sentence = Sentence("every woman paid the same at %(meetings)s.", meetings=", ".join(run))
                yield _finding(in_force, group.act_id, sentence, (f"meeting:{each}" for each in run))
                break


def _amounts(line: PassbookLine) -> tuple[object, ...]:
    return (
        (line.shares, line.saved),
        line.social + line.fine + line.other + line.withdrawn,
        *(line.loan_id, line.principal, line.charge),
    )


CHECKS: Final = (
    Check(
        check_id="box_gap",
        title="money missing from the box",
        sentence="The box was counted after a meeting, and held more or less than was recorded.",
        why="Money was taken or miscounted, or a payment was not written down.",
        severity="high",
        population=_counted,
        find=_box_gap,
    ),
    Check(
        check_id="box_not_counted",
        title="box not counted",
        sentence="Money moved at a meeting, and the box was not counted after it.",
        why="Nobody can say whether anything is missing.",
        severity="low",
        population=_boxes,
        find=_count_missing,
    ),
    Check(
        check_id="box_carry_gap",
        title="money moved between meetings",
        sentence="The box held another amount when it was opened than when the meeting before closed it.",
        why="All money should move in the meeting, before everybody.",
        severity="high",
        population=_carried,
        find=_carry_gap,
    ),
    Check(
        check_id="payouts_differ",
        title="payouts differ from the rule",
        sentence="A cycle was shared out, and a woman was paid another amount than the group's rule gives.",
        why="Somebody was paid too much or too little; or the group agreed on something else.",
        severity="high",
        population=_shared_out,
        find=_payouts_differ,
    ),
    Check(
        check_id="fund_identity",
        title="books do not balance",
        sentence="What a group has in cash, bank and loans is not what it owes and holds of its own.",
        why="Money is missing or was found, or the bank's book says something else than was recorded.",
        severity="medium",
        population=_cycles,
        find=_identity,
    ),
    Check(
        check_id="loan_above_limit",
        title="loan above the limit",
        sentence="A loan was larger than the group's rule allows on what the borrower had saved.",
        why="Somebody was preferred, or the group chose to help; it carries the risk.",
        severity="medium",
        population=_loans,
        find=_loan_above_limit,
    ),
    Check(
        check_id="officers_borrow",
        title="officers borrow more than their share",
        sentence="In a group of ten or more, officers were lent more than twice their share by numbers.",
        why="Those who hold the box may lend to themselves first.",
        severity="medium",
        population=_large_groups,
        find=_officers_borrow,
    ),
    Check(
        check_id="written_off_at_home",
        title="loan of an officer's household given up",
        sentence="A loan was written off or forgiven whose borrower is an officer of the group, or lives with one.",
        why="Officers may have decided in their own favour.",
        severity="medium",
        population=_write_offs,
        find=_written_off_at_home,
    ),
    Check(
        check_id="line_typed_late",
        title="passbook line recorded late",
        sentence="A passbook line was recorded more than 30 days after its meeting.",
        why="It may have been written from memory.",
        severity="low",
        population=_typed_by_hand,
        find=_typed_late,
    ),
    Check(
        check_id="same_amounts",
        title="the same amounts meeting after meeting",
        sentence="At three meetings running every woman paid exactly the same, loans and fines included.",
        why="The lines may have been copied, not written at the meeting.",
        severity="low",
        population=_saving_groups,
        find=_same_amounts,
    ),
)
