"""A group's money as far as a register holds it: meeting and cycle of an act, rules in force, and loans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from relay.domain.register import Fact
from relay.errors import Failure, Refused, refused
from relay.systems.savings.journal.loans import Loan, LoanAccount, LoanEvent, Repayment
from relay.systems.savings.journal.money import in_paisa, paisa
from relay.systems.savings.journal.records import Cycle, SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule, in_force, rules_of

if TYPE_CHECKING:
    from relay.domain.register import Register


NO_GROUP_MEETS: Final = Failure(
    Refused,
    "no_group_meets",
    "%(act_id)s: meeting %(meeting_id)s is not of a group, so it has no box.",
    advice="Name the meeting at which the group met.",
    field="meeting_id",
)


OUTSIDE_ANY_CYCLE: Final = Failure(
    Refused,
    "outside_any_cycle",
    "%(act_id)s: meeting %(meeting_id)s of %(day)s lies in no cycle of group %(group_id)s.",
    advice="Record the cycle first, or check the dates.",
    field="meeting_id",
)


OF_ANOTHER_GROUP: Final = Failure(
    Refused,
    "of_another_group",
    "%(act_id)s: %(named)s is not one of group %(group_id)s, which met.",
    advice="Name one of the same group, or its meeting.",
)


def meeting_of(register: Register, fact: Fact) -> tuple[SavingsMeeting, str]:
    """The meeting that an act names, and the id of its group.

    Raises:
        Refused: The meeting is not of a group.
    """
    meeting = register.facts[f"meeting:{fact.values['meeting_id']}"]
    group_id = meeting.values.get("group_id")
    if not group_id:
        raise refused(NO_GROUP_MEETS, act_id=fact.act_id, meeting_id=meeting.id)
    return as_meeting(meeting), str(group_id)


def as_meeting(fact: Fact) -> SavingsMeeting:
    """The meeting of an act."""
    return _as_meeting(tuple(fact.values.items()))


@lru_cache(maxsize=1024)  # of the acts of one batch many name the same meeting, and look at those before it
def _as_meeting(columns: tuple[tuple[str, Any], ...]) -> SavingsMeeting:
    return SavingsMeeting.of(dict(columns))


def cycles_of(register: Register, group_id: str) -> list[Fact]:
    """The cycles of a group, by first day."""
    return sorted(register.beside("cycle", f"group:{group_id}"), key=lambda each: str(each.values["from_on"]))


def cycle_of(register: Register, fact: Fact, meeting: SavingsMeeting, group_id: str) -> Cycle:
    """The cycle of a meeting: the one that the act or the meeting names, else by its day.

    Raises:
        Refused: The act names a cycle of another group, or the meeting lies in none.
    """
    cycles = cycles_of(register, group_id)
    named = fact.values.get("cycle_id") or meeting.cycle_id
    if named and named not in {each.id for each in cycles}:
        raise refused(OF_ANOTHER_GROUP, act_id=fact.act_id, named=f"cycle:{named}", group_id=group_id, field="cycle_id")
    begun = [cycle for cycle in map(as_cycle, cycles) if cycle.from_on <= meeting.held_on]
    match = next((each for each in reversed(begun) if not named or each.cycle_id == named), None)
    if match is None or (not named and match.until_on and match.until_on < meeting.held_on):
        raise refused(
            OUTSIDE_ANY_CYCLE, act_id=fact.act_id, meeting_id=meeting.meeting_id, day=meeting.held_on, group_id=group_id
        )
    return match


def as_cycle(fact: Fact) -> Cycle:
    """The cycle of an act."""
    return in_paisa(Cycle, fact.values)


def rules_in(register: Register) -> list[SavingsRule]:
    """All savings rules; see `rules_of`."""
    acts = tuple(tuple(each.values.items()) for each in register.all_of("savings_rule"))
    return _as_rules(acts, sambat=register.country.has_bikram_sambat)


@lru_cache(maxsize=256)  # each act is judged by the rules
def _as_rules(acts: tuple[tuple[tuple[str, Any], ...], ...], *, sambat: bool) -> list[SavingsRule]:
    return rules_of(map(dict, acts), sambat=sambat)


def rule_on(register: Register, group_id: str, day: date) -> SavingsRule:
    """The rule that binds a group on a day."""
    group = register.facts.get(f"group:{group_id}")
    return in_force(rules_in(register), group_id, group.values.get("kind") if group else None, day)


def held_on(register: Register, fact: Fact) -> date | None:
    """The day of the meeting that an act names; None if unknown."""
    meeting = register.facts.get(f"meeting:{fact.values['meeting_id']}")
    return date.fromisoformat(meeting.values["held_on"]) if meeting else None


def account_of(register: Register, loan: Fact, instead: Fact | None = None) -> LoanAccount | None:
    """The account of a loan: all that was repaid and all that happened to it; None if its meeting is unknown.

    Args:
        register: The register, loaded with all that names the loan.
        loan: The loan.
        instead: An act of the loan that replaces the one with its id.
    """
    taken_on = held_on(register, loan)
    if taken_on is None:
        return None
    meeting = register.facts[f"meeting:{loan.values['meeting_id']}"]
    lines = _with(register.beside("passbook", loan.act_id), instead, "passbook", loan.id)
    events = _with(register.beside("loan_event", loan.act_id), instead, "loan_event", loan.id)
    repaid = [
        Repayment(on=on, principal=paisa(each.values.get("principal")), charge=paisa(each.values.get("charge")))
        for each in lines
        if (on := held_on(register, each))
    ]
    return LoanAccount(
        in_paisa(Loan, loan.values, taken_on=taken_on),
        rule_on(register, str(meeting.values.get("group_id")), taken_on),
        repaid,
        [in_paisa(LoanEvent, each.values, on=each.values["happened_on"]) for each in events],
    )


def _with(facts: Iterable[Fact], instead: Fact | None, kind: str, loan_id: str) -> list[Fact]:
    """Some acts of a loan, with one of them replaced or added."""
    others = [each for each in facts if instead is None or each.act_id != instead.act_id]
    fits = instead and instead.kind == kind and instead.values.get("loan_id") == loan_id
    return [*others, instead] if instead and fits else others
