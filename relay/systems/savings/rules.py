"""What is refused about cycles, passbook lines, loans and payouts when they are recorded.

Only what cannot be true is refused. What breaks a group's own rule may have happened all the same: it is asked or
noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.domain.register import Fact
from relay.domain.schema import Rules
from relay.errors import Failure, Refused, refused
from relay.systems.groups.rules import UNSAID, NotAMember, require_order, require_whole, spans_of
from relay.systems.savings.asked_before_recording import ASKS
from relay.systems.savings.journal.money import in_paisa, paisa, rupees
from relay.systems.savings.journal.records import Cycle, PassbookLine, SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.systems.savings.money_in_register import (
    OF_ANOTHER_GROUP,
    account_of,
    as_cycle,
    as_meeting,
    cycle_of,
    cycles_of,
    held_on,
    meeting_of,
    rule_on,
    rules_in,
)
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.domain.register import Register


CYCLE_OVERLAPS: Final = Failure(
    Refused,
    "cycle_overlaps",
    "%(act_id)s has days in common with %(other)s of the same group.",
    advice="Let one end before the other begins.",
    field="from_on",
)


CYCLE_SHARED_OUT: Final = Failure(
    Refused,
    "cycle_shared_out",
    "%(act_id)s: cycle %(cycle_id)s was shared out before, on %(day)s.",
    advice="Record the next cycle, and a meeting in it.",
    field="meeting_id",
)


OTHER_SHARE_VALUE: Final = Failure(
    Refused,
    "other_share_value",
    "%(act_id)s: %(shares)s shares cost %(cost)s in this cycle, not %(saved)s.",
    advice="Count the shares again: what a share costs is the same for the whole cycle.",
    field="shares",
)


OF_ANOTHER: Final = Failure(
    Refused,
    "of_another",
    "%(act_id)s: %(named)s is that of beneficiary %(beneficiary_id)s.",
    advice="Name her own, or none.",
)


BEFORE_THE_LOAN: Final = Failure(
    Refused,
    "before_the_loan",
    "%(act_id)s is dated %(day)s, but loan %(loan_id)s was given only on %(taken_on)s.",
    advice="Check both dates.",
)


MORE_THAN_OWED: Final = Failure(
    Refused,
    "more_than_owed",
    "%(act_id)s: of loan %(loan_id)s only %(owed)s was still owed.",
    advice="What she paid beyond that is charge, fine or saving.",
    field="principal",
)


NOTHING_MOVED: Final = Failure(
    Refused,
    "nothing_moved",
    "%(act_id)s is of 0.",
    advice="Write how much it was.",
)


DUE_BEFORE_LENT: Final = Failure(
    Refused,
    "due_before_lent",
    "%(act_id)s is due on %(due_on)s, but was given on %(taken_on)s.",
    advice="Check both dates.",
    field="due_on",
)


def _is_open(register: Register, fact: Fact, cycle: Cycle, meeting: SavingsMeeting) -> None:
    """Refuse an act in a cycle after the meeting at which it was shared out."""
    paid = [
        on
        for payout in register.beside("payout", f"cycle:{cycle.cycle_id}")
        if payout.act_id != fact.act_id and (on := held_on(register, payout))
    ]
    if paid and max(paid) < meeting.held_on:
        raise refused(CYCLE_SHARED_OUT, act_id=fact.act_id, cycle_id=cycle.cycle_id, day=max(paid))


def _is_member(register: Register, fact: Fact, meeting: SavingsMeeting, group_id: str) -> None:
    woman = str(fact.values["beneficiary_id"])
    if not any(each.is_on(meeting.held_on) for each in spans_of(register, "membership", group_id, woman)):
        raise NotAMember(act_id=fact.act_id, beneficiary_id=woman, group_id=group_id, day=meeting.held_on)


def _is_owed(register: Register, fact: Fact, loan: Fact) -> None:
    """Refuse to repay or give up more of a loan than was lent."""
    account = account_of(register, loan, fact)
    if account and account.balance_on(date.max) < 0:
        own = paisa(fact.values.get("principal" if fact.kind == "passbook" else "amount"))
        owed = account.balance_on(date.max) + (own if fact is not loan else 0)
        raise refused(MORE_THAN_OWED, act_id=fact.act_id, loan_id=loan.id, owed=rupees(max(owed, 0)))


# -- refusals ----------------------------------------------------------------------------------------------------------


def _refuse_rule(_: Register, fact: Fact) -> None:
    if not fact.values.get("kind") and not fact.values.get("group"):
        raise refused(
            UNSAID, act_id=fact.act_id, what=Sentence("for which groups it is: of which kind, or which"), field="kind"
        )


def _refuse_cycle(register: Register, fact: Fact) -> None:
    require_order(fact)
    own = as_cycle(fact)
    for other in cycles_of(register, str(fact.values["group_id"])):
        if other.id != fact.id and _overlap(own, as_cycle(other)):
            raise refused(CYCLE_OVERLAPS, act_id=fact.act_id, other=other.act_id)


def _overlap(one: Cycle, other: Cycle) -> bool:
    """Whether two cycles overlap; one without a last day ends when the next begins."""
    earlier, later = sorted((one, other), key=lambda each: each.from_on)
    return earlier.from_on == later.from_on or (earlier.until_on is not None and earlier.until_on >= later.from_on)


def _refuse_line(register: Register, fact: Fact) -> None:
    meeting, group_id = meeting_of(register, fact)
    _is_member(register, fact, meeting, group_id)
    cycle = cycle_of(register, fact, meeting, group_id)
    _is_open(register, fact, cycle, meeting)
    _buys_whole_shares(register, fact, cycle, group_id)
    loan_id = fact.values.get("loan_id")
    if not loan_id:
        if fact.values.get("principal") or fact.values.get("charge"):
            raise refused(UNSAID, act_id=fact.act_id, what=Sentence("which loan it repays"), field="loan_id")
        return
    loan = register.facts[f"loan:{loan_id}"]
    holder = str(loan.values["beneficiary_id"])
    if not register.are_one(holder, str(fact.values["beneficiary_id"])):
        raise refused(OF_ANOTHER, act_id=fact.act_id, named=loan.act_id, beneficiary_id=holder, field="loan_id")
    if loan.values["cycle_id"] not in {each.id for each in cycles_of(register, group_id)}:
        raise refused(OF_ANOTHER_GROUP, act_id=fact.act_id, named=loan.act_id, group_id=group_id, field="loan_id")
    _not_before_loan(register, fact, loan, meeting.held_on, "meeting_id")
    _is_owed(register, fact, loan)


def _buys_whole_shares(register: Register, fact: Fact, cycle: Cycle, group_id: str) -> None:
    shares = fact.values.get("shares")
    if shares is None:
        return
    require_whole(fact, "shares")
    line = in_paisa(PassbookLine, fact.values)
    value = cycle.share_value
    if value is None:
        value = rule_on(register, group_id, cycle.from_on).share_value
    cost = int(shares) * (value or 0)
    if line.saved is not None and line.saved < cost:
        raise refused(OTHER_SHARE_VALUE, act_id=fact.act_id, shares=shares, cost=rupees(cost), saved=rupees(line.saved))


def _not_before_loan(register: Register, fact: Fact, loan: Fact, day: date, field: str) -> None:
    taken_on = held_on(register, loan)
    if taken_on and day < taken_on:
        raise refused(BEFORE_THE_LOAN, act_id=fact.act_id, day=day, loan_id=loan.id, taken_on=taken_on, field=field)


def _refuse_loan(register: Register, fact: Fact) -> None:
    values = fact.values
    if not values["principal"]:
        raise refused(NOTHING_MOVED, act_id=fact.act_id, field="principal")
    meeting, group_id = meeting_of(register, fact)
    _is_member(register, fact, meeting, group_id)
    _is_open(register, fact, cycle_of(register, fact, meeting, group_id), meeting)
    if values.get("due_on") and date.fromisoformat(values["due_on"]) < meeting.held_on:
        due_on = date.fromisoformat(values["due_on"])
        raise refused(DUE_BEFORE_LENT, act_id=fact.act_id, due_on=due_on, taken_on=meeting.held_on)
    placement = register.placements.get(str(values.get("placement_id")))
    if placement and not register.are_one(placement.beneficiary_id, str(values["beneficiary_id"])):
        named = f"placement:{placement.placement_id}"
        raise refused(
            OF_ANOTHER, act_id=fact.act_id, named=named, beneficiary_id=placement.beneficiary_id, field="placement_id"
        )
    _is_owed(register, fact, fact)
    for line in register.beside("passbook", fact.act_id):
        if repaid_on := held_on(register, line):
            _not_before_loan(register, line, fact, repaid_on, "meeting_id")
    for event in register.beside("loan_event", fact.act_id):
        _not_before_loan(register, event, fact, date.fromisoformat(event.values["happened_on"]), "happened_on")


def _refuse_flow(register: Register, fact: Fact) -> None:
    if not fact.values["amount"]:
        raise refused(NOTHING_MOVED, act_id=fact.act_id, field="amount")
    meeting_of(register, fact)


def _refuse_event(register: Register, fact: Fact) -> None:
    loan = register.facts[f"loan:{fact.values['loan_id']}"]
    if fact.values["kind"] == "extended" and not fact.values.get("until_on"):
        raise refused(UNSAID, act_id=fact.act_id, what=Sentence("until when the loan is extended"), field="until_on")
    happened_on = date.fromisoformat(fact.values["happened_on"])
    _not_before_loan(register, fact, loan, happened_on, "happened_on")
    _is_owed(register, fact, loan)


def _refuse_payout(register: Register, fact: Fact) -> None:
    meeting, group_id = meeting_of(register, fact)
    cycle = cycle_of(register, fact, meeting, group_id)
    _nothing_came_after(register, fact, cycle, group_id)
    woman = str(fact.values["beneficiary_id"])
    if not any(spans_of(register, "membership", group_id, woman)):
        raise NotAMember(act_id=fact.act_id, beneficiary_id=woman, group_id=group_id, day=meeting.held_on)


def _nothing_came_after(register: Register, fact: Fact, cycle: Cycle, group_id: str) -> None:
    """Refuse a share-out before something else that happened in the cycle."""
    others = (each for each in register.beside("payout", f"cycle:{cycle.cycle_id}") if each.act_id != fact.act_id)
    last = max(on for each in (*others, fact) if (on := held_on(register, each)))
    for meeting in _met_after(register, group_id, last):
        for later in (each for kind in ("passbook", "loan") for each in register.beside(kind, meeting.act_id)):
            if cycle_of(register, later, as_meeting(meeting), group_id) == cycle:
                advice = Sentence("Share out at a later meeting, or take back what came after it first.")
                raise refused(CYCLE_SHARED_OUT, act_id=later.act_id, cycle_id=cycle.cycle_id, day=last, advice=advice)


def _met_after(register: Register, group_id: str, day: date) -> list[Fact]:
    met = register.beside("meeting", f"group:{group_id}")
    return [each for each in met if date.fromisoformat(each.values["held_on"]) > day]


def _asks(register: Register, acts: Sequence[Act | Fact]) -> Iterator[str]:
    """Ids of records that must be loaded to judge some acts by the rules in force, which may be among the acts.

    For rules with fines or loan limits, that is her whole passbook; for a payout, all that was recorded after it.
    """
    rules = [*rules_in(register), *(SavingsRule.of(each.values) for each in acts if each.kind == "savings_rule")]
    wanted = {
        "passbook": any(rule.fines for rule in rules),
        "loan": any(rule.loan_times_savings is not None or rule.loans_at_once for rule in rules),
    }
    yield from (f"beneficiary:{each.values['beneficiary_id']}" for each in acts if wanted.get(each.kind))
    for payout in (each for each in acts if each.kind == "payout"):
        meeting = register.facts.get(f"meeting:{payout.values['meeting_id']}")
        group_id = meeting.values.get("group_id") if meeting else None
        if meeting and group_id:
            day = date.fromisoformat(meeting.values["held_on"])
            yield from (each.act_id for each in _met_after(register, group_id, day))


_AT_A_MEETING: Final = {"membership": "beneficiary", "meeting": "meeting"}
RULES: Final = Rules(
    asks=_asks,
    refuse={
        "savings_rule": _refuse_rule,
        "cycle": _refuse_cycle,
        "passbook": _refuse_line,
        "loan": _refuse_loan,
        "flow": _refuse_flow,
        "loan_event": _refuse_event,
        "payout": _refuse_payout,
    },
    ask=ASKS,
    stands={
        "passbook": {**_AT_A_MEETING, "cycle": "group"},
        "loan": {**_AT_A_MEETING, "cycle": "cycle", "placement": "placement", "pass": "placement"},
        "payout": {**_AT_A_MEETING, "cycle": "cycle", "payout": "cycle"},
    },
)
