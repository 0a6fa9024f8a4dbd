"""The rules of the relay, as pure functions of what happened.

A woman receives help and owes some of it to the next woman. From the facts about one placement this
module works out, for any day, which rule applies to it, what it owes and by when, what has been passed on,
and in which of the seven states it is; and from the states, how a chain is doing.

Units of help are whole thousandths (`int`): 2 goats are 2000. Days are `datetime.date`. Only what
happened on or before `as_of` counts.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from relay.domain.vocabulary import ENDINGS, LOSSES, SETTLED, STUCK

if TYPE_CHECKING:
    from relay.domain.vocabulary import ChainState, State

UNIT: Final = 1000
Quantity = int | float
"""Units as people read them and JSON carries them: an int when whole."""

DUE_SOON_DAYS: Final = 60  # our choice: the due date is within 60 days

GIFT_SEQUENCE: Final = 0  # among receipts of one day the gift's comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of what is owed, by when, for one kind of help.

    Attributes:
        help: The help it is for.
        unit: What is counted, e.g. "animal".
        given: Units a placement is meant to receive.
        owed: Units owed whatever was received, or None.
        owed_per_given: Units owed per unit received, in thousandths, or None; decides over `owed`.
        months: From receipt to the day the help is due, in calendar months.
        grace_days: Days after the due day before a placement is broken.
        earliest_days: A pass-on sooner after receipt than this is noted for the auditor.
        from_on: The version binds placements received from this day on.
        sex: The sex that counts ("F" or "M"), or None for any.
        condition: Binds only help received in this condition, or None for any.
        equivalents: Other help that counts, and how many units of the giver's one of it is worth, in thousandths.
    """

    help: str
    unit: str
    given: int
    months: int
    from_on: date
    owed: int | None = None
    owed_per_given: int | None = None
    grace_days: int = 0
    earliest_days: int = 0
    sex: str | None = None
    condition: str | None = None
    equivalents: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Rule:
        """The rule that a rule act states, with the defaults of rules.toml for what is absent."""
        owed, scaled = values.get("owed"), values.get("owed_per_given")
        return cls(
            help=values["help"],
            unit=values["unit"],
            given=thousandths(values["given"]),
            owed=None if owed is None else thousandths(owed),
            owed_per_given=None if scaled is None else thousandths(scaled),
            months=values["months"],
            grace_days=values.get("grace_days", 0),
            earliest_days=values.get("earliest_days", 0),
            from_on=date.fromisoformat(values["from"]),
            sex=values.get("sex"),
            condition=values.get("condition"),
            equivalents={help_: thousandths(worth) for help_, worth in values.get("equivalents", {}).items()},
        )


class Receipt(NamedTuple):
    """Help that arrived at a placement: from a gift, or by a pass-on.

    Attributes:
        act_id: The act that recorded it, "placement:ID" or "pass:ID".
        received_on: The day.
        sequence: Orders receipts of one day; `GIFT_SEQUENCE` for the gift's.
        units: Thousandths of the placement's own help.
        condition: How the animals were, or None.
        confirmed: Whether a second person confirmed it; a gift's receipt needs none.
    """

    act_id: str
    received_on: date
    sequence: int
    units: int
    condition: str | None = None
    confirmed: bool = True


class PassOn(NamedTuple):
    """Help handed over by a placement to the next.

    Attributes:
        pass_id: Its own id.
        receiver_id: The placement that received.
        beneficiary_id: Who received.
        passed_on: The day.
        sequence: Of the act in the ledger; orders what happened on one day.
        help: The help as handed over.
        units: Thousandths of that help.
        females: Of them known to be female, in thousandths; 0 when not said.
        males: Of them known to be male, in thousandths; 0 when not said.
        in_kind: Whether animals themselves were handed over, not exchanged ones or cash.
        confirmed: Whether a second person confirmed it.
    """

    pass_id: str
    receiver_id: str
    beneficiary_id: str
    passed_on: date
    sequence: int
    help: str
    units: int
    females: int = 0
    males: int = 0
    in_kind: bool = True
    confirmed: bool = False


class Event(NamedTuple):
    """Something that happened to a placement.

    Attributes:
        event_id: Its own id.
        kind: One of the kinds of events.csv.
        happened_on: The day.
        sequence: Of the act in the ledger.
        units: Thousandths; an event without a number is 1 unit.
        until_on: The new due day of an extension, or None.
    """

    event_id: str
    kind: str
    happened_on: date
    sequence: int
    units: int = UNIT
    until_on: date | None = None


class Placement(NamedTuple):
    """One beneficiary with the help she received at one time, and all that happened to it.

    Attributes:
        placement_id: Its id.
        beneficiary_id: Who holds it.
        help: What was received.
        receipts: In order of day, then sequence; never empty.
        gift_id: The gift that filled it, or None when it came by pass-on.
        passes: Help passed on from it, in order of day, then sequence.
        events: In order of day, then sequence.
    """

    placement_id: str
    beneficiary_id: str
    help: str
    receipts: tuple[Receipt, ...]
    gift_id: str | None = None
    passes: tuple[PassOn, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a placement owes, and by when, as of a day.

    Attributes:
        received_on: Day of the earliest receipt.
        condition: At the earliest receipt, or None.
        received: Units received by that day, in thousandths.
        rule: The rule that binds, or None in foreign data where none was in force.
        due_on: The day by which everything owed is to be passed on, extensions included.
        owed: Thousandths owed in all.
    """

    received_on: date
    condition: str | None
    received: int
    rule: Rule | None
    due_on: date
    owed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Terms):
    """How a placement stands on a day.

    Attributes:
        passed: Thousandths passed on so far that count.
        fulfilled_on: The day on which passed reached owed, or None.
        state: One of `STATES`.
        since_on: For a lost or broken placement the day on which that began, else None.
        cause: "overdue", or the event that ended a lost one; None for other states.
        can_pass_on: Whether something is left to breed from and its holder has not left: she can still pass on, even
            when it is broken.
    """

    passed: int
    fulfilled_on: date | None
    state: State
    since_on: date | None = None
    cause: str | None = None
    can_pass_on: bool = True

    @property
    def still_owed(self) -> int:
        """Thousandths not passed on yet; 0 when more than owed was passed on."""
        return max(self.owed - self.passed, 0)


def thousandths(number: float | Decimal) -> int:
    """Whole thousandths of a number of units, rounded half up.

    >>> thousandths(2), thousandths(0.5), thousandths(1.0005)
    (2000, 500, 1001)
    """
    if isinstance(number, int):
        return number * UNIT
    return int((Decimal(str(number)) * UNIT).quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with what it is made of.

    Attributes:
        numerator: Placements, units, or whatever is counted.
        denominator: The same.
        share: Numerator by denominator, in [0, 1]; None when the denominator is 0.
    """

    numerator: Quantity
    denominator: Quantity
    share: float | None

    @classmethod
    def of(cls, numerator: Quantity, denominator: Quantity) -> Self:
        """The share that one number is of another."""
        return cls(numerator=numerator, denominator=denominator, share=numerator / denominator if denominator else None)


def shown(units: int) -> Quantity:
    """Thousandths as the number that people read and JSON carries.

    >>> shown(2000), shown(500)
    (2, 0.5)
    """
    whole, rest = divmod(units, UNIT)
    return units / UNIT if rest else whole


def day_if_said(said: object) -> date | None:
    """The day that a column says, as text; None where it says nothing."""
    return date.fromisoformat(str(said)) if said else None


@lru_cache(maxsize=4096)  # of many placements, many were received on the same day
def add_months(day: date, months: int) -> date:
    """The same day number that many months later, or that month's last day.

    >>> add_months(date(2024, 2, 29), 24)
    datetime.date(2026, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def binding_rule(rules: Iterable[Rule], help_: str, condition: str | None, received_on: date) -> Rule | None:
    """The rule that binds help received in a condition on a day, or None when none was in force.

    Rules with her condition beat the general ones, even newer ones; then the latest `from_on` wins.
    """
    in_force = [
        rule
        for rule in rules
        if rule.help == help_ and rule.from_on <= received_on and rule.condition in (None, condition)
    ]
    return max(in_force, key=lambda rule: (rule.condition is not None, rule.from_on), default=None)


def bound_by(rules: Iterable[Rule], placement: Placement) -> Rule | None:
    """The rule that binds a placement, by what it received first."""
    first = placement.receipts[0]
    return binding_rule(rules, placement.help, first.condition, first.received_on)


def owed_under(rule: Rule, received: int) -> int:
    """Thousandths owed under a rule by who received that many thousandths.

    With `owed_per_given` the product is rounded half up to a whole unit and is at least 1.
    """
    if rule.owed_per_given is None:
        return rule.owed or 0
    return max((rule.owed_per_given * received + UNIT * UNIT // 2) // (UNIT * UNIT), 1) * UNIT


def unwanted(pass_on: PassOn, rule: Rule) -> int:
    """Thousandths of a pass-on known to be of the sex that does not count under the giver's rule."""
    if rule.sex is None:
        return 0
    return pass_on.males if rule.sex == "F" else pass_on.females


def counted(pass_on: PassOn, rule: Rule) -> int:
    """Thousandths of the giver's own help that a pass-on counts for, under the rule that binds the giver.

    Another help counts by the rule's equivalents, rounded half up to the thousandth; without one it counts 0.
    """
    wanted = max(pass_on.units - unwanted(pass_on, rule), 0)
    if pass_on.help == rule.help:
        return wanted
    return (wanted * rule.equivalents.get(pass_on.help, 0) + UNIT // 2) // UNIT


def terms(placement: Placement, rules: Iterable[Rule], as_of: date) -> Terms | None:
    """What a placement owes by what had happened on a day, or None when nothing had been received by then.

    Args:
        placement: With all that ever happened to it.
        rules: All rule versions of the programme, in any order.
        as_of: The day; only what happened on or before it counts.
    """
    receipts = [receipt for receipt in placement.receipts if receipt.received_on <= as_of]
    events = [event for event in placement.events if event.happened_on <= as_of]
    return _terms(placement.help, receipts, events, rules) if receipts else None


def _terms(help_: str, receipts: Sequence[Receipt], events: Iterable[Event], rules: Iterable[Rule]) -> Terms:
    first, received = receipts[0], sum(receipt.units for receipt in receipts)
    rule = binding_rule(rules, help_, first.condition, first.received_on)
    return Terms(
        received_on=first.received_on,
        condition=first.condition,
        received=received,
        rule=rule,
        due_on=_due_on(first.received_on, rule, events),
        owed=owed_under(rule, received) if rule else 0,
    )


def standing(
    placement: Placement, rules: Iterable[Rule], as_of: date, *, confirmed_only: bool = False
) -> Standing | None:
    """How a placement stands on a day, or None when nothing had been received by then.

    Args:
        placement: With all that ever happened to it.
        rules: All rule versions of the programme, in any order.
        as_of: The day; only what happened on or before it counts.
        confirmed_only: Leave out pass-ons, given and received, that nobody confirmed.
    """
    receipts = [
        receipt
        for receipt in placement.receipts
        if receipt.received_on <= as_of and (receipt.confirmed or not confirmed_only)
    ]
    if not receipts:
        return None
    passes = [
        pass_on
        for pass_on in placement.passes
        if pass_on.passed_on <= as_of and (pass_on.confirmed or not confirmed_only)
    ]
    events = [event for event in placement.events if event.happened_on <= as_of]
    under = _terms(placement.help, receipts, events, rules)
    rule, owed = under.rule, under.owed
    last_grace_on = _days_after(under.due_on, rule.grace_days if rule else 0)
    passed, fulfilled_on = _passed(passes, rule, owed, under.received_on)
    lost_on = lost_since(receipts, passes, events)
    state, since_on, cause = _state(events, as_of, under.due_on, last_grace_on, fulfilled_on, lost_on)
    return Standing(
        received_on=under.received_on,
        condition=under.condition,
        received=under.received,
        rule=rule,
        due_on=under.due_on,
        owed=owed,
        passed=passed,
        fulfilled_on=fulfilled_on,
        state=state,
        since_on=since_on,
        cause=cause,
        can_pass_on=lost_on is None,
    )


def _due_on(received_on: date, rule: Rule | None, events: Iterable[Event]) -> date:
    due_on = add_months(received_on, rule.months) if rule else received_on
    return max([due_on, *extensions(events)])


def extensions(events: Iterable[Event]) -> list[date]:
    """The days to which a placement's due day was put off, in the order of the events; empty when it never was."""
    return [event.until_on for event in events if event.kind == "extended" and event.until_on]


def _days_after(day: date, days: int) -> date:
    return day + timedelta(days=min(days, (date.max - day).days))  # an extension may run to the end of time


def _passed(passes: Iterable[PassOn], rule: Rule | None, owed: int, received_on: date) -> tuple[int, date | None]:
    passed, fulfilled_on = 0, received_on if owed <= 0 else None
    for pass_on in passes:
        passed += counted(pass_on, rule) if rule else pass_on.units
        if fulfilled_on is None and passed >= owed:
            fulfilled_on = pass_on.passed_on
    return passed, fulfilled_on


def _state(
    events: Sequence[Event],
    as_of: date,
    due_on: date,
    last_grace_on: date,
    fulfilled_on: date | None,
    lost_on: date | None,
) -> tuple[State, date | None, str | None]:
    if fulfilled_on:
        return "fulfilled", None, None
    if any(event.kind == "excused" for event in events):
        return "excused", None, None
    if lost_on and lost_on <= last_grace_on:
        return "lost", lost_on, _cause(events, lost_on)
    if as_of > last_grace_on:
        return "broken", last_grace_on + timedelta(days=1), "overdue"
    if as_of > due_on:
        return "late", None, None
    if due_on - as_of <= timedelta(days=DUE_SOON_DAYS):
        return "due", None, None
    return "in_time", None, None


def lost_since(receipts: Sequence[Receipt], passes: Iterable[PassOn], events: Sequence[Event]) -> date | None:
    """The first day of the stretch, lasting to the end of what is given, in which nothing is left to breed from.

    She left, or received + replacements + max(births - units passed in kind, 0) - (deaths + thefts + sales +
    slaughters) ≤ 0, judged at the end of each day. None when she can still pass on. It begins with her first receipt
    at the earliest: where pass-ons that nobody confirmed are left out, things happened to what she held before.
    """
    if not any(event.kind in ENDINGS for event in events):
        return None
    days: dict[date, list[tuple[str, int]]] = {}
    for receipt in receipts:
        days.setdefault(receipt.received_on, []).append(("receipt", receipt.units))
    for pass_on in passes:
        if pass_on.in_kind:
            days.setdefault(pass_on.passed_on, []).append(("pass", pass_on.units))
    for event in events:
        days.setdefault(event.happened_on, []).append((event.kind, event.units))
    kept = bred = 0
    left, since_on = False, None
    for day in sorted(days):
        for kind, units in days[day]:
            kept += units if kind in ("receipt", "replacement") else -units if kind in LOSSES else 0
            bred += units if kind == "birth" else -units if kind == "pass" else 0
            left = left or kind == "left"
        since_on = (since_on or day) if left or kept + max(bred, 0) <= 0 else None
    return since_on and max([since_on, *(receipt.received_on for receipt in receipts[:1])])


def lost_by(placement: Placement, day: date, but: PassOn | None = None) -> date | None:
    """The same of what had happened to a placement by a day, but for a pass-on."""
    return lost_since(
        [each for each in placement.receipts if each.received_on <= day],
        [each for each in placement.passes if each.passed_on <= day and each != but],
        [each for each in placement.events if each.happened_on <= day],
    )


def _cause(events: Iterable[Event], lost_on: date) -> str | None:
    return max(
        (
            (event.happened_on, event.sequence, event.kind)
            for event in events
            if event.kind in ENDINGS and event.happened_on <= lost_on
        ),
        default=(None, None, None),
    )[2]


def helps_of(rules: Iterable[Rule]) -> str:
    """The helps that have a rule, for people; "-" where none has."""
    return ", ".join(sorted({rule.help for rule in rules})) or "-"


def chain_state(states: Iterable[State]) -> ChainState:
    """How a chain is doing, from the states of all its placements.

    Complete when nothing is unfulfilled; broken when every unfulfilled placement is lost or broken; weakened when
    some are and some are not; growing otherwise.

    >>> chain_state(["fulfilled", "excused"]), chain_state(["fulfilled", "broken"]), chain_state(["lost", "due"])
    ('complete', 'broken', 'weakened')
    """
    unfulfilled = [state for state in states if state not in SETTLED]
    stuck = sum(state in STUCK for state in unfulfilled)
    if not unfulfilled:
        return "complete"
    if not stuck:
        return "growing"
    return "broken" if stuck == len(unfulfilled) else "weakened"
