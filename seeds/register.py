"""What a field office keeps: women, gifts, placements, pass-ons and events, before they are numbered."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True, kw_only=True)
class Beneficiary:
    """A woman (rarely a man), or a group that keeps a buck."""

    name: str
    group: str
    kind: str = "person"
    sex: str = "F"
    birth_year: int | None = None
    household: str = ""
    phone: str = ""
    consent_on: dt.date | None = None
    holds: list[Placement] = field(default_factory=list)
    id: str = ""


@dataclass(eq=False, slots=True, kw_only=True)
class Gift:
    """A lot of help that a donor gave on a date; `animals` is the sum of its placements."""

    donor: str
    help: str
    given_on: dt.date
    animals: int = 0
    note: str = ""
    placements: list[Placement] = field(default_factory=list)
    id: str = ""


@dataclass(eq=False, slots=True, kw_only=True)
class Placement:
    """A beneficiary with the help she received at one time; `received` are its (day, units), earliest first."""

    beneficiary: Beneficiary
    help: str
    condition: str
    received: list[tuple[dt.date, int]]
    gift: Gift | None = None
    females: int | None = None
    males: int | None = None
    ceremony: str = ""
    tags: list[str] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    lived: bool = False
    id: str = ""

    @property
    def received_on(self) -> dt.date:
        """The day of the earliest receipt."""
        return self.received[0][0]

    @property
    def units(self) -> int:
        """All units received, additions included."""
        return sum(units for _, units in self.received)


@dataclass(eq=False, slots=True, kw_only=True)
class Pass:
    """One hand-over."""

    giver: Placement
    receiver: Placement
    passed_on: dt.date
    animals: int
    females: int | None = None
    males: int | None = None
    condition: str = ""
    help: str = ""
    kind: str = ""
    witness: str = ""
    ceremony: str = ""
    tags: list[str] = field(default_factory=list)
    dam_tag: str = ""
    note: str = ""
    id: str = ""

    @property
    def in_kind(self) -> bool:
        """Whether an animal of hers went over, rather than another bought with money or a he-kid."""
        return self.kind in {"", "in_kind"}


@dataclass(eq=False, slots=True, kw_only=True)
class Event:
    """Something that happened to a placement."""

    placement: Placement
    kind: str
    happened_on: dt.date
    animals: int | None = None
    females: int | None = None
    males: int | None = None
    reason: str = ""
    until_on: dt.date | None = None
    outcome: str = ""
    tags: list[str] = field(default_factory=list)
    dam_tag: str = ""
    note: str = ""
    id: str = ""


@dataclass(eq=False, slots=True, kw_only=True)
class Claim:
    """What somebody reported of a gift."""

    gift: Gift
    what: str
    value: int
    as_of: dt.date
    source: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is owed, by when, for one kind of help."""

    help: str
    unit: str
    given: int
    months: int
    starts_on: dt.date
    owed: int | None = None
    owed_per_given: int | None = None
    grace_days: int = 0
    earliest_days: int = 0
    sex: str = ""
    condition: str = ""
    equivalents: str = ""


@dataclass(slots=True, kw_only=True)
class Register:
    """All that one programme wrote down."""

    id: str
    name: str
    timezone: str
    rules: tuple[Rule, ...]
    places: tuple[tuple[str, str, str, str, float | None, float | None], ...]
    goal_generations: int | None = None
    groups: tuple[tuple[str, str, str, str], ...] = ()
    beneficiaries: list[Beneficiary] = field(default_factory=list)
    gifts: list[Gift] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def rule_for(self, placement: Placement) -> Rule:
        """The rule that binds: in force at receipt, her condition before the general, then the latest."""
        return max(
            (
                rule
                for rule in self.rules
                if rule.help == placement.help
                and rule.starts_on <= placement.received_on
                and rule.condition in {"", placement.condition}
            ),
            key=lambda rule: (rule.condition != "", rule.starts_on),
        )

    def due_on(self, placement: Placement) -> dt.date:
        """The day by which all is to be passed on, extensions left aside."""
        return months_after(placement.received_on, self.rule_for(placement).months)

    def owed(self, placement: Placement) -> int:
        """How many units are to be passed on."""
        rule = self.rule_for(placement)
        return rule.owed_per_given * placement.units if rule.owed_per_given else rule.owed or 0


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day number so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def left_to_breed(placement: Placement, day: dt.date) -> int:
    """How many animals she still has at the end of that day, as far as the record tells."""
    counted = {"birth": 0, "replacement": 0, "death": 0, "theft": 0, "sale": 0, "slaughter": 0}
    for event in placement.events:
        if event.happened_on <= day and event.kind in counted:
            counted[event.kind] += event.animals or 1
    passed = sum(hand.animals for hand in placement.passes if hand.passed_on <= day and hand.in_kind)
    received = sum(units for received_on, units in placement.received if received_on <= day)
    born = max(counted.pop("birth") - passed, 0)
    return received + counted.pop("replacement") + born - sum(counted.values())


def has_left(placement: Placement, day: dt.date) -> bool:
    """Whether she had moved away by the end of that day."""
    return any(event.kind == "left" and event.happened_on <= day for event in placement.events)


def reach_of(gift: Gift, day: dt.date) -> tuple[set[Placement], list[Pass]]:
    """The placements that descend from a gift by that day, and the pass-ons by which they do."""
    found: set[Placement] = set()
    hands: list[Pass] = []
    ahead = [placement for placement in gift.placements if placement.received_on <= day]
    seen = set(ahead)
    while ahead:
        for hand in ahead.pop().passes:
            if hand.passed_on <= day:
                hands.append(hand)
                found.add(hand.receiver)
                if hand.receiver not in seen:
                    seen.add(hand.receiver)
                    ahead.append(hand.receiver)
    return found - set(gift.placements), hands
