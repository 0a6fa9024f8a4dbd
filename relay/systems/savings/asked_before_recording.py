"""Questions about a group's money that are asked before recording: it breaks a rule, but may have happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.errors import Asked, Failure, refused
from relay.systems.savings.journal.loans import Loan
from relay.systems.savings.journal.money import Rupees, in_paisa, paisa, rupees
from relay.systems.savings.journal.records import Flow, PassbookLine, SavingsMeeting
from relay.systems.savings.money_in_register import account_of, as_meeting, cycle_of, cycles_of, meeting_of, rule_on
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Fact, Register

_AGAIN: Final = Sentence("Nothing is recorded yet. If it is so, use --again.")
_MOVES: Final = ("passbook", "loan", "flow", "payout")
"""Kinds of acts that move money into or out of the box."""


PAID_ALREADY: Final = Failure(
    Asked,
    "paid_already",
    "%(act_id)s: cycle %(cycle_id)s has paid beneficiary %(beneficiary_id)s already, by %(earlier)s.",
    advice="If she is paid once more, use --again.",
    field="paid",
)


LOAN_BEYOND_RULE: Final = Failure(
    Asked,
    "loan_beyond_rule",
    "%(act_id)s lends %(principal)s, which the rule of the group does not allow: %(allowed)s.",
    advice=_AGAIN,
    field="principal",
)


BOX_BELOW_ZERO: Final = Failure(
    Asked,
    "box_below_zero",
    "%(act_id)s takes %(out)s out of the box at meeting %(meeting_id)s, and %(there)s are in it.",
    advice=_AGAIN,
    field="meeting_id",
)


class CountDiffers(Asked):
    """The box was counted and does not hold what it should."""

    reason = "%(act_id)s: %(counted)s are counted in the box, and there should be %(expected)s: %(gap)s more or less."
    advice = _AGAIN
    field = "cash_after"

    act_id: str
    counted: Rupees
    expected: Rupees
    gap: Rupees

    @classmethod
    def of(cls, act_id: str, counted: int, expected: int, field: str) -> CountDiffers | None:
        """The question about a count, with amounts in paisa; None if the count is as expected."""
        if counted == expected:
            return None
        gap = rupees(abs(counted - expected))
        return cls(act_id=act_id, counted=rupees(counted), expected=rupees(expected), gap=gap, field=field)


# -- loans -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExceeded:
    """How a loan exceeds the rule of its group.

    Attributes:
        saved: Her savings in paisa, if the loan is too large for them; else None.
        months: Longest term that is allowed, if the loan exceeds it; else None.
        owing: Ids of her loans that are not repaid, if she may have no more; else empty.
    """

    saved: int | None
    months: int | None
    owing: tuple[str, ...]

    @property
    def limits(self) -> Iterator[Sentence]:
        """What the rule allows, one phrase for each limit that is exceeded."""
        if self.saved is not None:
            yield Sentence("too much on savings of %(saved)s", saved=rupees(self.saved))
        if self.months is not None:
            yield Sentence("at most %(most)s months", most=self.months)
        if self.owing:
            yield Sentence("she still owes from loan %(loans)s", loans=", ".join(self.owing))


def beyond_rule(register: Register, fact: Fact) -> RuleExceeded:
    """How a loan exceeds the rule of its group on that day."""
    meeting, group_id = meeting_of(register, fact)
    loan = in_paisa(Loan, fact.values, taken_on=meeting.held_on)
    rule = rule_on(register, group_id, meeting.held_on)
    times, saved = rule.loan_times_savings, None
    if times is not None:
        saved = _saved_by(register, fact, meeting, group_id)
        saved = saved if loan.principal * 1000 > times * saved else None
    owing = _owing(register, fact, meeting) if rule.loans_at_once else ()
    return RuleExceeded(
        saved=saved,
        months=rule.loan_months if rule.loan_months and loan.months > rule.loan_months else None,
        owing=owing if len(owing) >= (rule.loans_at_once or 0) else (),
    )


def loans_of(register: Register, beneficiary_id: str) -> Iterator[Fact]:
    """The loans of a woman, under any of her ids."""
    for id_ in register.one_woman.ids(beneficiary_id):
        yield from register.beside("loan", f"beneficiary:{id_}")


def _owing(register: Register, fact: Fact, meeting: SavingsMeeting) -> tuple[str, ...]:
    """Ids of her other loans that were not repaid before a meeting."""
    others = [each for each in loans_of(register, str(fact.values["beneficiary_id"])) if each.act_id != fact.act_id]
    accounts = [account for each in others if (account := account_of(register, each))]
    return tuple(each.loan.loan_id for each in accounts if each.balance_before(meeting.held_on) > 0)


def _saved_by(register: Register, fact: Fact, meeting: SavingsMeeting, group_id: str) -> int:
    """The savings of a borrower in the cycle, up to a meeting, in paisa."""
    cycle, saved = cycle_of(register, fact, meeting, group_id), 0
    value = _share_value(register, fact, meeting, group_id)
    for id_ in register.one_woman.ids(str(fact.values["beneficiary_id"])):
        for each in register.beside("passbook", f"beneficiary:{id_}"):
            at = register.facts.get(f"meeting:{each.values['meeting_id']}")
            on = date.fromisoformat(at.values["held_on"]) if at and at.values.get("group_id") == group_id else None
            if on and cycle.from_on <= on <= meeting.held_on:
                line = in_paisa(PassbookLine, each.values)
                saved += line.money_saved(value) - line.withdrawn
    return saved


def _share_value(register: Register, fact: Fact, meeting: SavingsMeeting, group_id: str) -> int | None:
    cycle = cycle_of(register, fact, meeting, group_id)
    return rule_on(register, group_id, cycle.from_on).share_value if cycle.share_value is None else cycle.share_value


def _ask_loan(register: Register, fact: Fact) -> Iterator[Asked]:
    if allowed := [*beyond_rule(register, fact).limits]:
        yield refused(
            LOAN_BEYOND_RULE, act_id=fact.act_id, principal=rupees(paisa(fact.values["principal"])), allowed=allowed
        )
    yield from _ask_box(register, fact)


# -- the box -----------------------------------------------------------------------------------------------------------


def moved(kind: str, values: Mapping[str, Any], share_value: int | None) -> int:
    """The money that an act puts into the box, less what it takes out, in paisa; missing columns count as 0."""
    if kind == "passbook":
        line = in_paisa(PassbookLine, {"meeting_id": "", "line_id": "", "beneficiary_id": "", **values})
        return line.paid(share_value) - line.withdrawn
    if kind == "loan":
        return -paisa(values.get("principal"))
    if kind == "payout":
        return -paisa(values.get("paid"))
    is_flow = kind == "flow" and values.get("kind") and values.get("amount")
    return in_paisa(Flow, {"meeting_id": "", "flow_id": "", **values}).cash if is_flow else 0


def count_of(
    meeting: Mapping[str, Any], rows: Iterable[tuple[str, Mapping[str, Any]]], share_value: int | None
) -> CountDiffers | None:
    """The question about the count of a meeting that is recorded as a whole.

    Args:
        meeting: Columns of the meeting.
        rows: Kind and columns of each act that moved money at it.
        share_value: Price of a share in paisa.

    Returns:
        None if the count is as expected, or if the box was not counted both before and after.
    """
    if "cash_before" not in meeting or "cash_after" not in meeting:
        return None
    expected = paisa(meeting["cash_before"]) + sum(moved(kind, values, share_value) for kind, values in rows)
    return CountDiffers.of(f"meeting:{meeting['meeting_id']}", paisa(meeting["cash_after"]), expected, "cash_after")


def _ask_box(register: Register, fact: Fact) -> Iterator[Asked]:
    """Ask if more is taken out of the box than it held, where its content before the meeting is known."""
    meeting, group_id = meeting_of(register, fact)
    before = meeting.cash_before if meeting.cash_before is not None else _left(register, meeting, group_id)
    others = [each for kind in _MOVES for each in register.beside(kind, f"meeting:{meeting.meeting_id}")]
    lines = [each for each in (fact, *others) if each.kind == "passbook"]  # which lie in a cycle, unlike group money
    value = _share_value(register, fact, meeting, group_id) if lines else None
    out = -moved(fact.kind, fact.values, value)
    if before is None or out <= 0:
        return
    there = before + sum(moved(each.kind, each.values, value) for each in others if each.act_id != fact.act_id)
    if out > there:
        yield refused(
            BOX_BELOW_ZERO,
            act_id=fact.act_id,
            meeting_id=meeting.meeting_id,
            out=rupees(out),
            there=rupees(there),
            hangs_on_later_rows=not lines,
        )


def _left(register: Register, meeting: SavingsMeeting, group_id: str) -> int | None:
    """The content of the box after the previous meeting, in paisa; None if it was not counted.

    Before the first meeting, it is the opening cash of the cycle. After a share-out, only the next count shows it.
    """
    meetings = (as_meeting(each) for each in register.beside("meeting", f"group:{group_id}"))
    own = (meeting.held_on, meeting.meeting_id)
    earlier = [each for each in meetings if (each.held_on, each.meeting_id) < own and _has_money(each)]
    if earlier:
        last = max(earlier, key=lambda each: (each.held_on, each.meeting_id))
        return None if last.kind == "share_out" else last.cash_after
    first = next(iter(cycles_of(register, group_id)), None)
    return paisa(first.values["opening_cash"]) if first and "opening_cash" in first.values else None


def _has_money(meeting: SavingsMeeting) -> bool:
    return meeting.kind in ("savings", "share_out") or meeting.cash_before is not None or meeting.cash_after is not None


def _ask_meeting(register: Register, fact: Fact) -> Iterator[Asked]:
    """Ask if the box was opened with another amount than it was closed with at the previous meeting."""
    group_id, meeting = fact.values.get("group_id"), as_meeting(fact)
    if group_id and meeting.cash_before is not None:
        left = _left(register, meeting, str(group_id))
        asked = None if left is None else CountDiffers.of(fact.act_id, meeting.cash_before, left, "cash_before")
        yield from [asked] if asked else []


def _ask_payout(register: Register, fact: Fact) -> Iterator[Asked]:
    cycle_id, woman = str(fact.values["cycle_id"]), str(fact.values["beneficiary_id"])
    for other in register.beside("payout", f"cycle:{cycle_id}"):
        if other.act_id != fact.act_id and register.are_one(woman, str(other.values["beneficiary_id"])):
            yield refused(
                PAID_ALREADY, act_id=fact.act_id, cycle_id=cycle_id, beneficiary_id=woman, earlier=other.act_id
            )
    yield from _ask_box(register, fact)


ASKS: Final[Mapping[str, Callable[[Register, Fact], Iterator[Asked]]]] = {
    "meeting": _ask_meeting,
    "passbook": _ask_box,
    "loan": _ask_loan,
    "flow": _ask_box,
    "payout": _ask_payout,
}
