"""The odd rows of the demonstration programme: each is there for one check of the auditor, and nothing else is odd."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.seeds.people import FAMILY_NAMES, GIVEN_NAMES
from relay.seeds.register import (
    Beneficiary,
    Claim,
    Event,
    Gift,
    Pass,
    Placement,
    Register,
    left_to_breed,
    reach_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LAST_ON: Final = dt.date(2026, 11, 6)
BUSY_ON: Final = dt.date(2023, 7, 17)  # 1 Shrawan 2080, the first day of Nepal's fiscal year
BUSY_DAYS: Final = 150  # hand-overs of so many days before were all written down on that day
BUSY_WITNESS: Final = "Bishnu Tarebhir"
BUSY_SIGNATURES: Final = 45
LOSSES: Final = frozenset({"death", "theft", "sale", "slaughter"})

Row = Beneficiary | Gift | Placement | Pass | Event | Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """One planted oddity: what should find it, and its rows."""

    check: str
    rows: tuple[Row, ...]
    why: str


class Planter:
    """Changes a few rows of a clean register, each beneficiary and placement at most once."""

    def __init__(self, register: Register) -> None:
        """Begin with nothing planted."""
        self.register = register
        self.used: set[Placement] = set()
        self.odds: list[Odd] = []
        self.taken_back: list[tuple[Pass, str]] = []
        self.new_women = 0

    # --- choosing -------------------------------------------------------------------------------------------------

    def take(self, *placements: Placement) -> None:
        """Use these placements, and everything their women hold, for no other oddity."""
        for placement in placements:
            self.used.update(placement.beneficiary.holds)

    def free(self, placement: Placement, help_: str = "goat") -> bool:
        """Whether nothing was planted on it, and it is all its woman holds, received at once."""
        alone = len(placement.beneficiary.holds) == 1 and len(placement.received) == 1
        return alone and placement.help == help_ and placement not in self.used

    def quiet(self, help_: str = "goat") -> Iterator[Placement]:
        """Free placements that passed nothing on and lost nothing: no births, no losses, not excused, not left."""
        for placement in self.register.placements:
            kinds = {event.kind for event in placement.events}
            if self.free(placement, help_) and not placement.passes and kinds <= {"visit", "checked", "illness"}:
                yield placement

    def plain(self) -> Iterator[Pass]:
        """Hand-overs of her own goats from one free placement to another, where no births are recorded."""
        for hand in self.register.passes:
            births = any(event.kind == "birth" for event in hand.giver.events)
            own = hand.in_kind and hand.help == "" and not births and hand.animals == 2 and hand.passed_on != BUSY_ON  # noqa: PLR2004
            if own and self.free(hand.giver) and self.free(hand.receiver) and len(hand.giver.passes) == 1:
                yield hand

    def overdue(self) -> Iterator[Placement]:
        """Quiet placements whose grace ended before the last day."""
        for placement in self.quiet():
            grace = dt.timedelta(days=self.register.rule_for(placement).grace_days)
            if self.register.due_on(placement) + grace < LAST_ON:
                yield placement

    def woman(self, group: str) -> Beneficiary:
        """A woman who comes into the register with an odd row."""
        self.new_women += 1
        nth = self.new_women
        return Beneficiary(
            name=f"{GIVEN_NAMES[nth][0]} {FAMILY_NAMES[-nth][0]}", group=group, birth_year=1970 + nth,
            household=f"H9{nth:03}",
        )  # fmt: skip

    def add(self, giver: Placement, day: dt.date) -> Pass:
        """A hand-over of two to a new woman."""
        group = giver.beneficiary.group
        witness = next(hand.witness for hand in reversed(self.register.passes) if hand.giver.beneficiary.group == group)
        receiver = Placement(
            beneficiary=self.woman(group), help=giver.help, condition="young", received=[(day, 2)], lived=True
        )
        receiver.beneficiary.holds.append(receiver)
        receiver.beneficiary.consent_on = day - dt.timedelta(days=10)
        hand = Pass(
            giver=giver, receiver=receiver, passed_on=day, animals=2, females=2, condition="young", witness=witness
        )
        giver.passes.append(hand)
        self.register.passes.append(hand)
        self.register.placements.append(receiver)
        self.take(giver, receiver)
        return hand

    def note(self, check: str, rows: Iterable[Row], why: str) -> None:
        """List an oddity."""
        self.odds.append(Odd(check=check, rows=tuple(rows), why=why))

    # --- planting -------------------------------------------------------------------------------------------------

    def too_soon(self) -> None:
        """Passed on before a kid, or a piglet, could be born."""
        for help_, days in (("goat", 96), ("pig", 70)):
            giver = next(
                one for one in self.quiet(help_) if one.condition == "young" and one.received_on > dt.date(2023, 1, 1)
            )
            hand = self.add(giver, giver.received_on + dt.timedelta(days=days))
            self.note("too soon for gestation", [hand], f"{days} days after the {help_}s were received")

    def after_loss(self) -> None:
        """Passed on when nothing was left, or she had left."""
        for cause, said in (
            ("death", "both goats had died"),
            ("sale", "both goats had been sold"),
            ("left", "she had left"),
        ):
            giver, lost_on = next(self._gone(cause))
            self.note(
                "passed on after death, sale or leaving", [self.add(giver, lost_on + dt.timedelta(days=83))], said
            )

    def _gone(self, cause: str) -> Iterator[tuple[Placement, dt.date]]:
        for placement in self.register.placements:
            kinds = {event.kind for event in placement.events}
            losses = [event for event in placement.events if event.kind in LOSSES]
            innocent = {"visit", "illness", "checked"}
            if not self.free(placement) or placement.passes or placement.units != 2:  # noqa: PLR2004
                continue
            if cause == "left":
                left = next((event.happened_on for event in placement.events if event.kind == "left"), None)
                if left is not None and kinds <= innocent | {"left"} and left < dt.date(2026, 6, 1):
                    yield placement, left
            elif kinds <= innocent | LOSSES and left_to_breed(placement, LAST_ON) == 0:
                lost_on = max(event.happened_on for event in losses)
                long_kept = lost_on - placement.received_on > dt.timedelta(days=100)
                if long_kept and lost_on < dt.date(2026, 6, 1):
                    for event in losses:
                        event.kind = cause
                    yield placement, lost_on

    def more_than_born(self) -> None:
        """Two of her own kids passed on, one birth of one kid recorded."""
        for hand in self.register.passes:
            giver, days = hand.giver, (hand.passed_on - hand.giver.received_on).days
            births = [event for event in giver.events if event.kind == "birth"]
            usual = hand.in_kind and hand.animals == 2 and len(giver.passes) == 1 and hand.passed_on != BUSY_ON  # noqa: PLR2004
            if self.free(giver) and births and usual and days > 520 and not hand.dam_tag:  # noqa: PLR2004
                giver.events = [event for event in giver.events if event.kind in {"visit", "checked", "illness"}]
                giver.events.append(
                    Event(placement=giver, kind="birth", happened_on=hand.passed_on - dt.timedelta(days=195), animals=1,
                          females=1, males=0)
                )  # fmt: skip
                self.take(giver)
                self.note("more passed on than births recorded", [hand], "two kids passed on, one kid born")
                return

    def already_holds(self) -> None:
        """A second couple for a woman who has not passed on what she owes of the first."""
        check = "already holds an unfulfilled placement of that help"
        hands = [hand for hand in self.plain() if hand.receiver.gift is None]
        first, hand = next(
            (first, hand) for first in self.overdue() for hand in hands
            if hand.giver is not first and self._a_year_later(first, hand.receiver)
        )  # fmt: skip
        self._holds_too(first, hand.receiver)
        self.take(hand.giver)
        self.note(check, [hand], "she owed two from before")
        originals = [one for one in self.register.placements if one.gift is not None and self.free(one)]
        first, second = next(
            (first, one) for first in self.overdue() for one in originals if self._a_year_later(first, one)
        )
        self._holds_too(first, second)
        self.note(check, [second], "the same, with an original placement")

    @staticmethod
    def _a_year_later(first: Placement, second: Placement) -> bool:
        same_group = second.beneficiary.group == first.beneficiary.group
        return same_group and (second.received_on - first.received_on).days > 365  # noqa: PLR2004

    def _holds_too(self, first: Placement, second: Placement) -> None:
        second.beneficiary = first.beneficiary
        first.beneficiary.holds.append(second)
        self.take(first, second)

    def same_household(self) -> None:
        """From one woman to another of her household; and pairs in one household who pass each other nothing."""
        originals = [one for one in self.register.placements if one.gift is not None and self.free(one)]
        for one, other in zip(originals[10:60:10], originals[11:61:10], strict=True):
            other.beneficiary.household = one.beneficiary.household
            self.take(one, other)
        for _ in range(2):
            hand = next(hand for hand in self.plain() if hand.giver.beneficiary.household)
            hand.receiver.beneficiary.household = hand.giver.beneficiary.household
            self.take(hand.giver, hand.receiver)
            self.note("same household", [hand], "giver and receiver live in one household")

    def unwanted_sex(self) -> None:
        """A he-kid among what was passed on."""
        for _ in range(2):
            hand = next(hand for hand in self.plain() if hand.females == 2)  # noqa: PLR2004
            hand.females = hand.males = 1
            self.take(hand.giver, hand.receiver)
            self.note("unwanted sex", [hand], "one of the two is a he-kid")

    def tag_twice(self) -> None:
        """One ear tag, passed on by two women."""
        tagged = [hand for hand in self.plain() if hand.tags]
        one, other = tagged[5], tagged[-5]
        other.tags[0] = one.tags[0]
        self.take(one.giver, one.receiver, other.giver, other.receiver)
        self.note("same ear tag passed on twice", [one, other], "the same ear tag")

    def same_phone(self) -> None:
        """One telephone number, two women."""
        women = [hand.receiver for hand in self.plain() if hand.receiver.beneficiary.phone]
        one, other = women[3], women[-3]
        other.beneficiary.phone = one.beneficiary.phone
        self.take(one, other)
        self.note("same phone on two women", [one.beneficiary, other.beneficiary], "the same telephone number")

    def gifts(self) -> None:
        """A placement before its gift was given, and a gift larger than its placements."""
        early = next(
            one for one in self.register.placements
            if one.gift is not None and self.free(one) and one.condition == "young"
            and one.received_on > dt.date(2020, 1, 1)
        )  # fmt: skip
        gift = early.gift
        if gift is not None:
            day = gift.given_on - dt.timedelta(days=24)
            early.received[0] = (day, early.units)
            early.ceremony = ""
            early.beneficiary.consent_on = day - dt.timedelta(days=9)
            self.take(early)
            self.note("original placement that no gift covers", [early], "received 24 days before the gift was given")
        larger = next(one for one in self.register.gifts if one.help == "goat" and one is not gift)
        larger.animals += 4
        self.note("gift total does not match its placements", [larger], "four animals more than were placed")

    def witnesses(self) -> None:
        """A hand-over without a witness, and a witness who cannot have seen so many."""
        for _ in range(2):
            hand = next(hand for hand in self.plain() if hand.passed_on > dt.date(2021, 1, 1))
            hand.witness = ""
            self.take(hand.giver, hand.receiver)
            self.note("witness missing", [hand], "nobody signed")
        candidates = [
            hand for hand in self.register.passes if hand.passed_on != BUSY_ON and hand.giver not in self.used
        ]
        step = len(candidates) // BUSY_SIGNATURES
        signed = candidates[: step * BUSY_SIGNATURES : step]
        for hand in signed:
            hand.witness = BUSY_WITNESS
        self.note(
            "one witness for too many pass-ons", signed, f"{len(signed)} hand-overs, in every district, one signature"
        )

    def busy_day(self) -> None:
        """What five months brought, written down on one day."""
        hands = [hand for hand in self.register.passes if hand.passed_on == BUSY_ON]
        self.note(
            "impossible number of hand-overs in one day",
            hands,
            f"{len(hands)} on {BUSY_ON}, no ceremony, many districts",
        )

    def mistakes(self) -> None:
        """Two pass-ons that did not happen: one entered twice, one called off; `relay demo` takes them back."""
        hand = next(hand for hand in self.plain() if hand.passed_on > dt.date(2024, 1, 1) and not hand.tags)
        again = Pass(
            giver=hand.giver, receiver=hand.receiver, passed_on=hand.passed_on + dt.timedelta(days=1), animals=2,
            females=hand.females, males=hand.males, condition=hand.condition, witness=hand.witness,
        )  # fmt: skip
        hand.giver.passes.append(again)
        hand.receiver.received.append((again.passed_on, 2))
        self.register.passes.append(again)
        self.take(hand.giver, hand.receiver)
        giver = next(one for one in self.quiet() if one.condition == "young" and one.received_on > dt.date(2025, 1, 1))
        off = self.add(giver, giver.received_on + dt.timedelta(days=320))
        self.taken_back = [(again, "entered twice from two sheets"), (off, "the ceremony was called off")]

    def claims(self) -> None:
        """What was reported of a few gifts: right, but for two figures."""
        wrong = {("families", 1): 9, ("units", 3): 12}
        nth = 0
        for gift in self.register.gifts:
            as_of = min(dt.date(gift.given_on.year + 4, 12, 31), dt.date(2025, 12, 31))
            reach, hands = reach_of(gift, as_of)
            women = {one.beneficiary for one in reach} | {one.beneficiary for one in gift.placements}
            simple = len(women) == len(reach) + len(gift.placements) and all(
                hand.help in {"", gift.help} and hand.giver.help == gift.help and hand.receiver.help == gift.help
                for hand in hands
            )
            taken_back = any(hand is back for hand in hands for back, _ in self.taken_back)
            if not simple or taken_back or len(reach) < 8 or nth == 5:  # noqa: PLR2004
                continue
            for what, true in (("families", len(reach)), ("units", sum(hand.animals for hand in hands))):
                more = wrong.get((what, nth), 0)
                claim = Claim(gift=gift, what=what, value=true + more, as_of=as_of, source=f"Report of {as_of.year}")
                self.register.claims.append(claim)
                if more:
                    self.note("claim not supported by the chain", [claim], f"the chain supports {true}")
            nth += 1


def plant(register: Register) -> Planter:
    """Plant each oddity once or twice; what comes first takes the rarest rows."""
    planter = Planter(register)
    register.passes.sort(key=lambda hand: hand.passed_on)
    steps: tuple[Callable[[], None], ...] = (
        planter.after_loss, planter.too_soon, planter.already_holds, planter.more_than_born, planter.same_household,
        planter.unwanted_sex, planter.tag_twice, planter.same_phone, planter.gifts, planter.mistakes,
        planter.witnesses, planter.busy_day, planter.claims,
    )  # fmt: skip
    for step in steps:
        step()
    return planter


_KINDS: Final = {
    Beneficiary: "beneficiary", Gift: "gift", Placement: "placement", Pass: "pass", Event: "event", Claim: "claim",
}  # fmt: skip


def act_id(row: Row) -> str:
    """The act that recorded a row, e.g. "pass:T0042"."""
    return f"{_KINDS[type(row)]}:{row.id}"


def table(planter: Planter) -> str:
    """The odd rows as the table of the README, once everything is numbered."""
    lines = ["| check | rows | what is odd |", "| --- | --- | --- |"]
    lines += [
        f"| {one.check} | {', '.join(act_id(row) for row in one.rows)} | {one.why} |"
        for one in sorted(planter.odds, key=lambda one: one.check)
    ]
    return "\n".join(lines)


def corrections(planter: Planter) -> str:
    """What `relay demo` corrects, confirms and erases after the import, as TOML."""
    register = planter.register
    events = [event for one in register.placements if one not in planter.used for event in one.events]
    visits = [event for event in events if event.kind == "visit" and event.happened_on < dt.date(2026, 1, 1)]
    birth = next(event for event in events if event.kind == "birth" and not event.placement.passes)
    often, undone = visits[40], visits[80]
    women = [hand.receiver for hand in planter.plain() if hand.receiver.beneficiary.phone]
    moved = next(
        hand for hand in reversed(list(planter.plain())) if not hand.receiver.passes and not hand.receiver.events
    )
    entries: list[tuple[str, str, str, str]] = [
        (act_id(hand), "did_not_happen", why, "") for hand, why in planter.taken_back
    ]
    entries += [
        (act_id(birth), "wrong_data", "the register says the day after",
         f'happened_on = "{birth.happened_on + dt.timedelta(days=1)}"'),
        (act_id(moved), "wrong_data", "the hand-over was a day earlier",
         f'passed_on = "{moved.passed_on - dt.timedelta(days=1)}"'),
        (act_id(women[20].beneficiary), "wrong_data", "a digit was misread", 'phone = "9799999999"'),
        *(
            (act_id(often), "wrong_data", "the day was hard to read",
             f'happened_on = "{often.happened_on + dt.timedelta(days=days)}"')
            for days in (1, 2, 3)
        ),
        (act_id(undone), "did_not_happen", "nobody remembered the visit", ""),
    ]  # fmt: skip
    entries.append(
        (f"correct:K{len(entries):02}", "did_not_happen", "the visit stands in the visitor's own notebook", "")
    )
    lines = ["# Written by seeds/grow.py. What `relay demo` records after the import, in this order.\n"]
    for nth, (act, how, why, changes) in enumerate(entries, 1):
        lines.append(f'[[correct]]\ncorrect_id = "K{nth:02}"\nact_id = "{act}"\nhow = "{how}"\nwhy = "{why}"')
        lines.append(f"changes = {{ {changes} }}\n" if changes else "")
    corrected = [moved, *(hand for hand, _ in planter.taken_back)]
    confirmed = [hand for hand in register.passes if hand.passed_on.year == LAST_ON.year and hand not in corrected][::2]
    for nth, hand in enumerate(confirmed, 1):
        lines.append(f'[[confirm]]\nconfirm_id = "F{nth:02}"\nact_id = "{act_id(hand)}"\n')
    lines.append(f'[[erase]]\nerase_id = "X01"\nsubject_id = "{act_id(women[30].beneficiary)}"\n')
    return "\n".join(lines)
