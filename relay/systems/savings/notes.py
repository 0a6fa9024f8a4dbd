"""Notes about passbook lines, loans and payouts that break a group's own rule, but happened all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.domain.notes import Note, noted
from relay.domain.register import Fact
from relay.domain.schema import Notes
from relay.systems.groups.rules import spans_of
from relay.systems.savings.asked_before_recording import beyond_rule, loans_of
from relay.systems.savings.journal.fines import fine_of
from relay.systems.savings.journal.loans import Loan
from relay.systems.savings.journal.money import in_paisa, paisa, rupees
from relay.systems.savings.journal.records import PassbookLine, SavingsMeeting
from relay.systems.savings.money_in_register import account_of, as_meeting, cycle_of, meeting_of, rule_on
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Register


def _note_line(register: Register, fact: Fact) -> Iterator[Note]:
    meeting, group_id = meeting_of(register, fact)
    line, rule = in_paisa(PassbookLine, fact.values), rule_on(register, group_id, meeting.held_on)
    ids = register.one_woman.ids(line.beneficiary_id)
    others = (
        each
        for each in register.beside("passbook", f"meeting:{meeting.meeting_id}")
        if each.values["beneficiary_id"] in ids and each.act_id != fact.act_id
    )
    unpaid = _fines_unpaid(register, fact, meeting, group_id) if rule.fines else 0
    if unpaid > 0:
        yield noted(
            fact.act_id,
            "fine_unpaid",
            Sentence("for two meetings she has not paid fines of %(unpaid)s.", unpaid=rupees(unpaid)),
            hangs_on_later_rows=True,  # the file may tell her meetings in another order
        )
    if any(each.values.get("loan_id") == line.loan_id for each in others):
        yield noted(
            fact.act_id, "second_line", Sentence("she already has a passbook line at this meeting. Entered twice?")
        )
    if rule.shares_max and (line.shares or 0) > rule.shares_max:
        yield noted(
            fact.act_id,
            "shares_above_limit",
            Sentence("the rule allows %(most)s shares at a meeting.", most=rule.shares_max),
        )
    if line.withdrawn and meeting.kind != "share_out":
        yield noted(fact.act_id, "withdrawn_early", Sentence("savings were withdrawn before the share-out."))
    loan = register.facts.get(f"loan:{line.loan_id}")
    account = account_of(register, loan) if loan else None
    if account and line.charge != (due := account.charge_due(meeting.held_on)):
        yield noted(
            fact.act_id,
            "charge_not_due",
            Sentence("the charge due was %(due)s, and %(paid)s was paid.", due=rupees(due), paid=rupees(line.charge)),
        )


def _fines_unpaid(register: Register, fact: Fact, meeting: SavingsMeeting, group_id: str) -> int:
    """The fines of a woman in the cycle before the last meeting, less all that she has paid of them, in paisa."""
    ids = register.one_woman.ids(str(fact.values["beneficiary_id"]))
    cycle, rule = cycle_of(register, fact, meeting, group_id), rule_on(register, group_id, meeting.held_on)
    meetings = map(as_meeting, register.beside("meeting", f"group:{group_id}"))
    earlier = (each for each in meetings if each.attended and cycle.from_on <= each.held_on < meeting.held_on)
    before = sorted(earlier, key=lambda each: each.held_on)[:-1]
    if not before:
        return 0
    lines = (each for id_ in ids for each in register.beside("passbook", f"beneficiary:{id_}"))
    others = [each.values for each in lines if each.act_id != fact.act_id]
    saved = {each["meeting_id"] for each in others if each.get("shares") or each.get("saved")}
    of_cycle = {each.meeting_id for each in before} | {meeting.meeting_id}
    fines = [each.get("fine") for each in others if each["meeting_id"] in of_cycle]
    paid = sum(map(paisa, (*fines, fact.values.get("fine"))))
    spans = spans_of(register, "membership", group_id, str(fact.values["beneficiary_id"]))
    return (
        sum(
            fine_of(rule, each, ids, saved=each.meeting_id in saved)
            for each in before
            if any(span.is_on(each.held_on) for span in spans)
        )
        - paid
    )


def _note_loan(register: Register, fact: Fact) -> Iterator[Note]:
    meeting, group_id = meeting_of(register, fact)
    loan, beyond = in_paisa(Loan, fact.values, taken_on=meeting.held_on), beyond_rule(register, fact)
    to_come = not any(register.beside("passbook", f"meeting:{meeting.meeting_id}"))  # in a file they come after loans
    if beyond.saved is not None:
        sentence = Sentence(
            "the loan is more than the rule allows on savings of %(saved)s.", saved=rupees(beyond.saved)
        )
        yield noted(fact.act_id, "loan_above_limit", sentence, hangs_on_later_rows=to_come)
    if beyond.months is not None:
        sentence = Sentence("the rule allows at most %(most)s months.", most=beyond.months)
        yield noted(fact.act_id, "loan_too_long", sentence)
    earlier = (
        each
        for member in register.beside("membership", f"group:{group_id}")
        if not _is_officer(register, str(member.values["beneficiary_id"]), group_id, meeting.held_on)
        for each in loans_of(register, str(member.values["beneficiary_id"]))
        if each.values["cycle_id"] == loan.cycle_id and each.id != loan.loan_id
    )
    if _is_officer(register, loan.beneficiary_id, group_id, meeting.held_on) and not any(earlier):
        yield noted(fact.act_id, "officers_first", Sentence("only officers have borrowed in this cycle so far."))
    if beyond.owing:
        sentence = Sentence("she still owes from loan %(loans)s.", loans=", ".join(beyond.owing))
        yield noted(fact.act_id, "second_loan", sentence, hangs_on_later_rows=to_come)


def _is_officer(register: Register, beneficiary_id: str, group_id: str, day: date) -> bool:
    return any(each.is_on(day) for each in spans_of(register, "office", group_id, beneficiary_id))


def _note_payout(register: Register, fact: Fact) -> Iterator[Note]:
    meeting, _ = meeting_of(register, fact)
    paid = paisa(fact.values["paid"]) + sum(
        paisa(each.values["paid"])
        for each in register.beside("payout", f"cycle:{fact.values['cycle_id']}")
        if each.act_id != fact.act_id and each.values["meeting_id"] == meeting.meeting_id
    )
    if meeting.cash_before is not None and paid > meeting.cash_before:
        yield noted(
            fact.act_id,
            "paid_more_than_counted",
            Sentence(
                "with it %(paid)s is paid out, but %(there)s was counted before the meeting.",
                paid=rupees(paid),
                there=rupees(meeting.cash_before),
            ),
        )


NOTES: Final[Notes] = {"passbook": _note_line, "loan": _note_loan, "payout": _note_payout}
