"""Grow the seeds: `python -m relay.seeds.grow` regenerates all folders, byte for byte.

The demonstration programme is simulated: does kid, kids die, women pass on, sell at Dashain, or move away.
Each rate is given here with its source; "our choice" where no source gives one. Only `random()` of Python's
generator is used, whose stream is the same in every version.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from relay.seeds import (
    files,
    girinka,
    goals,
    golden,
    groups,
    husbandry,
    learning,
    odd,
    planning,
    protection,
    savings,
    villages,
)
from relay.seeds.people import DONORS, FAMILY_NAMES, GIVEN_NAMES, GROUPS, MENS_NAMES, PLACES
from relay.seeds.register import (
    Beneficiary,
    Event,
    Gift,
    Pass,
    Placement,
    Register,
    Rule,
    has_left,
    left_to_breed,
    months_after,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

SEED: Final = 2083
FIRST_ON: Final = dt.date(2018, 4, 1)
LAST_ON: Final = odd.LAST_ON  # the newest act, some weeks before 2026-11-25

# Goats
FIRST_KIDDING_DAYS: Final = 493  # age; Rolpa, 482 does
KIDDING_INTERVAL_DAYS: Final = 251  # Rolpa, 482 does
GESTATION_DAYS: Final = 150  # Rolpa, 482 does
KIDS_SHARES: Final = (0.52, 0.94)  # up to which one and two kids; else three: mean 1.54 (Rolpa)
KID_DEATHS_SHARE: Final = 0.259  # to 6 months, Khari goats at Lumle
PASSED_AT_DAYS: Final = 180  # a doe is received, and passed on, at 6 months (domain notes, deadline simulation)
# Pigs
GILT_AGE_DAYS: Final = 56  # received at 8 weeks (domain notes, deadline simulation)
FIRST_FARROWING_DAYS: Final = 365  # age 11 to 13 months, general knowledge
FARROWING_INTERVAL_DAYS: Final = 182  # two a year (DD Joshi)
LITTER_SHARES: Final = (0.5, 0.8)  # up to which 8 and 9 piglets; else 10: mean 8.7 (Hurrah pigs)
PIGLET_DEATHS_SHARE: Final = 0.134  # to weaning: 8.70 born, 7.53 weaned (Hurrah pigs)
WEANED_AT_DAYS: Final = 49  # weaning at 5 to 8 weeks, general knowledge
# Dams a year
DAM_DEATHS_SHARE: Final = 0.08  # domain notes, deadline simulation
DAM_THEFTS_SHARE: Final = 0.015  # our choice
DAM_SALES_SHARE: Final = 0.03  # at Dashain; our choice
DAM_SLAUGHTERS_SHARE: Final = 0.005  # our choice
REPLACED_SHARE: Final = 0.3  # of dead dams, through the insurance; our choice
# Women
WILLING_SHARES: Final = (0.76, 0.952)  # lowest and highest group: 16 of 21 possible in Mansa, 20 of 21 in Selei
LEFT_SHARE: Final = 0.015  # a year; our choice
EXCUSED_SHARE: Final = 0.25  # of those with nothing to pass when it was due; our choice
EXTENDED_SHARE: Final = 0.35  # of the same; our choice
MORE_THAN_OWED_SHARE: Final = 0.12  # "often more than they had received" (Heifer); the share is our choice
PHONE_SHARE: Final = 0.606  # women 15-49 with a mobile phone, Nepal 2081/82
BIRTHS_RECORDED_SHARE: Final = 0.4  # our choice
FOLLOWED_DAYS: Final = 180  # births are recorded up to so long after the due date; our choice
TAGGED_SHARE: Final = 0.35  # ear tags come with insurance; our choice
MEN_SHARE: Final = 0.01  # our choice

DASHAIN: Final = {  # the day of Vijaya Dashami
    2018: (10, 19), 2019: (10, 8), 2020: (10, 26), 2021: (10, 15), 2022: (10, 5), 2023: (10, 24), 2024: (10, 12),
    2025: (10, 2), 2026: (10, 20),
}  # fmt: skip
BUCK_DIES_AT: Final = 4  # the fifth group's buck
SWINE_FEVER: Final = (dt.date(2022, 5, 9), "W07")  # in Nepal since 2022 (general knowledge); day and group our choice
ALIKE_DAYS: Final = 7  # of a check of the auditor: "recorded twice"
CEREMONY_SEATS: Final = 10  # pass-ons at one ceremony of one group; our choice
COMMITTEE_SIZE: Final = 5  # our choice
SIGNATURES: Final = 8  # of a member, until another committee is elected; our choice
POOLING_DAYS: Final = 140  # how long a woman with one animal waits for her second, before she passes any on

RULES: Final = (
    Rule(help="goat", unit="animal", given=2, owed=2, months=24, grace_days=90, earliest_days=150, sex="F",
         starts_on=dt.date(2018, 1, 1), equivalents="{ pig = 1.5 }"),
    Rule(help="goat", unit="animal", given=2, owed=2, months=18, grace_days=90, earliest_days=120, sex="F",
         starts_on=dt.date(2018, 1, 1), condition="pregnant", equivalents="{ pig = 1.5 }"),
    Rule(help="goat", unit="animal", given=2, owed=2, months=30, grace_days=90, earliest_days=150, sex="F",
         starts_on=dt.date(2022, 7, 17), equivalents="{ pig = 1.5 }"),
    Rule(help="pig", unit="animal", given=2, owed=2, months=15, grace_days=60, earliest_days=115, sex="F",
         starts_on=dt.date(2018, 1, 1)),
    Rule(help="buck", unit="animal", given=1, owed=1, months=36, grace_days=180, sex="M",
         starts_on=dt.date(2018, 1, 1)),
    Rule(help="seed_capital", unit="rupee", given=10000, owed_per_given=1, months=12, grace_days=60,
         starts_on=dt.date(2018, 1, 1)),
)  # fmt: skip

ODD_ROWS: Final = "<!-- odd rows, written by grow.py -->"  # before and after the table in the README

# (help, number of gifts, women a gift)
LOTS: Final = (("goat", 44, 9), ("pig", 9, 8), ("seed_capital", 6, 7))


class Chance:
    """A seeded stream of chances, used through `random()` alone."""

    def __init__(self, seed: int) -> None:
        """Start the stream."""
        self._random = random.Random(seed).random  # noqa: S311 (a simulation, not a secret)

    def comes(self, share: float) -> bool:
        """Whether something of that probability happens."""
        return self._random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[int(self._random() * len(items))]

    def share(self) -> float:
        """A number in [0, 1)."""
        return self._random()


class Relay:
    """The demonstration programme as it unfolds, day by day."""

    def __init__(self) -> None:
        """Begin with ten groups, each as willing as its place between the published rates, and no woman yet."""
        self.chance = Chance(SEED)
        self.register = Register(
            id="relay-demo", name="Passing the Relay (made up)", timezone="Asia/Kathmandu", rules=RULES, places=PLACES,
            groups=GROUPS, goal_generations=5,
        )  # fmt: skip
        low, high = WILLING_SHARES
        self.willing = {group[0]: low + (high - low) * nth / (len(GROUPS) - 1) for nth, group in enumerate(GROUPS)}
        self.committees: dict[str, list[str]] = {group[0]: [] for group in GROUPS}
        self.signatures: Counter[str] = Counter()
        self.witnesses: set[str] = {odd.BUSY_WITNESS}
        self.seats: Counter[str] = Counter()
        self.tags = self.phones = self.households = 0
        self.women: dict[str, list[Beneficiary]] = {group[0]: [] for group in GROUPS}
        self.waiting: defaultdict[tuple[str, str], list[Placement]] = defaultdict(list)
        self.ahead: list[tuple[dt.date, int, Placement, Pass | None]] = []
        self.turn = 0

    # --- people -------------------------------------------------------------------------------------------------

    def name(self) -> str:
        """An invented name in one of two scripts."""
        script = int(self.chance.comes(0.45))
        return f"{self.chance.pick(GIVEN_NAMES)[script]} {self.chance.pick(FAMILY_NAMES)[script]}"

    def woman(self, group: str, day: dt.date) -> Beneficiary:
        """The next woman on the waiting list."""
        who = Beneficiary(
            name=self.name(), group=group, birth_year=self.chance.between(1956, day.year - 18),
            consent_on=day - dt.timedelta(days=self.chance.between(3, 40)),
        )  # fmt: skip
        if self.chance.comes(MEN_SHARE):
            script = int(self.chance.comes(0.45))
            who.name = f"{self.chance.pick(MENS_NAMES)[script]} {self.chance.pick(FAMILY_NAMES)[script]}"
            who.sex = "M"
        if self.chance.comes(0.9):
            self.households += 1
            who.household = f"H{self.households:04}"
        if self.chance.comes(PHONE_SHARE):
            self.phones += 1
            who.phone = f"979{self.phones:07}"
        self.women[group].append(who)
        return who

    def next_in_need(self, group: str, help_: str, day: dt.date, giver: Beneficiary | None) -> Beneficiary:
        """Mostly a new woman; now and then one who has fulfilled what she owed, or never had this help."""
        if self.chance.comes(0.04) and self.women[group]:
            again = self.chance.pick(self.women[group])
            known = again.consent_on is not None and again.consent_on < day
            if known and again is not giver and not any(has_left(one, day) for one in again.holds):
                same = [one for one in again.holds if one.help == help_]
                if all(self._fulfilled_before(one, day) for one in same):
                    return again
        if giver is not None and self.chance.comes(0.08):
            group = self.chance.pick(GROUPS)[0]
        return self.woman(group, day)

    def _fulfilled_before(self, placement: Placement, day: dt.date) -> bool:
        passed = sum(hand.animals for hand in placement.passes if hand.passed_on < day)
        return placement.lived and passed >= self.register.owed(placement)

    def witness(self, group: str) -> str:
        """The committee's members sign in turn, until another committee is elected."""
        if self.signatures[group] % (COMMITTEE_SIZE * SIGNATURES) == 0:
            self.committees[group] = [self._member() for _ in range(COMMITTEE_SIZE)]
        self.signatures[group] += 1
        return self.committees[group][self.signatures[group] % COMMITTEE_SIZE]

    def _member(self) -> str:
        name = self.name()
        while name in self.witnesses:
            name = self.name()
        self.witnesses.add(name)
        return name

    def tagged(self, animals: int) -> list[str]:
        """Ear tags of the test range, or none."""
        if not self.chance.comes(TAGGED_SHARE):
            return []
        self.tags += animals
        return [f"999{self.tags - back:012}" for back in reversed(range(animals))]

    # --- receiving ----------------------------------------------------------------------------------------------

    def expect(self, day: dt.date, placement: Placement, hand: Pass | None = None) -> None:
        """Schedule a day on which a placement's life is simulated, or a planned hand-over happens."""
        if day <= LAST_ON:
            self.turn += 1
            heapq.heappush(self.ahead, (day, self.turn, placement, hand))

    def begin(self, placement: Placement) -> None:
        """Enter a new placement."""
        placement.beneficiary.holds.append(placement)
        self.register.placements.append(placement)
        if placement.help in {"goat", "pig"} and placement.units == 1:
            self.waiting[placement.beneficiary.group, placement.help].append(placement)
        if placement.help != "buck":
            self.expect(placement.received_on + dt.timedelta(days=POOLING_DAYS + 1), placement)

    def give(self, gift: Gift, who: Beneficiary, day: dt.date, units: int, condition: str) -> Placement:
        """Fill an original placement."""
        animal = gift.help != "seed_capital"
        male = gift.help == "buck"
        placement = Placement(
            beneficiary=who, help=gift.help, condition=condition, received=[(day, units)], gift=gift,
            females=(0 if male else units) if animal else None, males=(units if male else 0) if animal else None,
            ceremony=self._ceremony_id(who.group, day), tags=self.tagged(units) if animal else [],
        )  # fmt: skip
        gift.animals += units
        gift.placements.append(placement)
        self.begin(placement)
        return placement

    def hand_over(self, hand: Pass) -> None:
        """A planned hand-over finds its receiver: the woman who waits for her second animal, or the next in need."""
        giver, day = hand.giver, hand.passed_on
        help_ = hand.help or giver.help
        group = giver.beneficiary.group
        waits = next((one for one in self._waiting(hand, help_) if self._may_add(one, hand)), None)
        if waits is not None:
            waits.received.append((day, hand.animals))
            hand.receiver = waits
        else:
            who = self.next_in_need(group, help_, day, giver.beneficiary)
            hand.receiver = Placement(
                beneficiary=who, help=help_, condition=hand.condition, received=[(day, hand.animals)]
            )
            self.begin(hand.receiver)
        hand.witness = self.witness(group)
        self.register.passes.append(hand)

    def _waiting(self, hand: Pass, help_: str) -> list[Placement]:
        """Who of the group has one animal and waits for the second, or has had a first instalment of the giver."""
        if help_ == "seed_capital":
            earlier = [other.receiver for other in hand.giver.passes if other.passed_on < hand.passed_on]
            return earlier if self.chance.comes(0.8) else []
        singles = self.waiting[hand.giver.beneficiary.group, help_] if hand.animals == 1 else []
        return [one for one in singles if len(one.received) == 1]

    def _may_add(self, waits: Placement, hand: Pass) -> bool:
        day = hand.passed_on
        twin = any(
            other is not hand and other.receiver is waits and other.passed_on == day for other in hand.giver.passes
        )
        soon = waits.received_on <= day <= waits.received_on + dt.timedelta(days=POOLING_DAYS)
        return soon and not twin and waits.beneficiary is not hand.giver.beneficiary and not has_left(waits, day)

    # --- the life of a placement ----------------------------------------------------------------------------------

    def live(self, placement: Placement) -> None:
        """Tell what becomes of a placement, from its receipt to the last day."""
        placement.lived = True
        self._leave(placement)
        if placement.help == "seed_capital":
            self._repay(placement)
        else:
            self._breed(placement)
        self._visits(placement)

    def _leave(self, placement: Placement) -> None:
        for year in range(9):
            day = placement.received_on + dt.timedelta(days=365 * year + self.chance.between(150, 364))
            if self.chance.comes(LEFT_SHARE):
                self._event(placement, "left", day, reason="moved")
                return

    def _repay(self, placement: Placement) -> None:
        if not self.chance.comes(self.willing[placement.beneficiary.group]):
            return
        owed = self.register.owed(placement)
        parts = [owed // 2, owed - owed // 2] if self.chance.comes(0.3) else [owed]
        day = placement.received_on + dt.timedelta(days=self.chance.between(POOLING_DAYS + 1, 380))
        for part in parts:
            self._plan(placement, day, part)
            day += dt.timedelta(days=self.chance.between(20, 70))

    def _breed(self, placement: Placement) -> None:
        pigs = placement.help == "pig"
        recorded = self.chance.comes(BIRTHS_RECORDED_SHARE)
        followed_until = self.register.due_on(placement) + dt.timedelta(days=FOLLOWED_DAYS)
        ready: list[tuple[dt.date, str, str]] = []
        joined = [(day, "", nth) for day, units in placement.received for nth in range(units)]
        while joined:
            day, condition, nth = joined.pop(0)
            condition = condition or placement.condition
            tag = placement.tags[nth] if nth < len(placement.tags) else ""
            gone_on, cause = self._dam_fate(placement, day)
            if gone_on is not None:
                self._event(placement, cause, gone_on, females=1, tags=[tag] if tag else [])
                if cause == "death" and self.chance.comes(REPLACED_SHARE):
                    new_on = gone_on + dt.timedelta(days=self.chance.between(25, 70))
                    if self._event(placement, "replacement", new_on, females=1):
                        joined.append((new_on, "adult", 9))
            until = min(gone_on or LAST_ON, followed_until) if recorded else gone_on or LAST_ON
            ready += self._young(placement, day, until, condition, tag, recorded=recorded)
        placement.events.sort(key=lambda event: event.happened_on)
        self._pass_on(placement, sorted(ready), recorded=recorded, pigs=pigs)

    def _dam_fate(self, placement: Placement, day: dt.date) -> tuple[dt.date | None, str]:
        if placement.help == "pig" and placement.beneficiary.group == SWINE_FEVER[1] and day < SWINE_FEVER[0]:
            return SWINE_FEVER[0] + dt.timedelta(days=self.chance.between(0, 20)), "death"
        while day < LAST_ON:
            draw = self.chance.share()
            gone_on = day + dt.timedelta(days=self.chance.between(1, 365))
            for share, cause in (
                (DAM_DEATHS_SHARE, "death"),
                (DAM_THEFTS_SHARE, "theft"),
                (DAM_SLAUGHTERS_SHARE, "slaughter"),
                (DAM_SALES_SHARE, "sale"),
            ):
                if draw < share:
                    return (self._dashain(gone_on) if cause == "sale" else gone_on), cause
                draw -= share
            day += dt.timedelta(days=365)
        return None, ""

    def _dashain(self, day: dt.date) -> dt.date:
        """A market day in the fortnight before the next Dashain."""
        year = day.year if day < dt.date(day.year, 9, 15) else day.year + 1
        month, number = DASHAIN.get(year, (10, 10))
        return dt.date(year, month, number) - dt.timedelta(days=self.chance.between(3, 14))

    def _young(
        self, placement: Placement, day: dt.date, until: dt.date, condition: str, tag: str, *, recorded: bool
    ) -> list[tuple[dt.date, str, str]]:
        """The young of one dam that can be passed on: (from when, sex, dam's tag)."""
        pigs = placement.help == "pig"
        if pigs:
            first, interval, ripe = FIRST_FARROWING_DAYS - GILT_AGE_DAYS, FARROWING_INTERVAL_DAYS, WEANED_AT_DAYS
        else:
            first = {"pregnant": 60, "adult": GESTATION_DAYS + 60}.get(condition, FIRST_KIDDING_DAYS - PASSED_AT_DAYS)
            interval, ripe = KIDDING_INTERVAL_DAYS, PASSED_AT_DAYS
        born_on = day + dt.timedelta(days=first + self.chance.between(-45, 60))
        ready: list[tuple[dt.date, str, str]] = []
        while born_on <= until:
            litter = ["F" if self.chance.comes(0.5) else "M" for _ in range(self._litter(pigs=pigs))]
            if recorded:
                self._event(placement, "birth", born_on, females=litter.count("F"), males=litter.count("M"), dam=tag)
            ripe_on = born_on + dt.timedelta(days=ripe)
            alive = [sex for sex in litter if not self.chance.comes(PIGLET_DEATHS_SHARE if pigs else KID_DEATHS_SHARE)]
            dead_does, dead_hes = (litter.count(sex) - alive.count(sex) for sex in "FM")
            if recorded and dead_does + dead_hes:
                died_on = born_on + dt.timedelta(days=self.chance.between(2, ripe - 5))
                self._event(placement, "death", died_on, females=dead_does, males=dead_hes)
            if recorded and "M" in alive and self.chance.comes(0.4):
                self._event(placement, "sale", self._dashain(ripe_on), males=alive.count("M"))
                alive = [sex for sex in alive if sex == "F"]
            ready += [(ripe_on, sex, tag) for sex in alive]
            born_on += dt.timedelta(days=interval + self.chance.between(-30, 50))
        return ready

    def _litter(self, *, pigs: bool) -> int:
        draw = self.chance.share()
        one, two = LITTER_SHARES if pigs else KIDS_SHARES
        return (8 if pigs else 1) + int(draw >= one) + int(draw >= two)

    # --- passing on -----------------------------------------------------------------------------------------------

    def _pass_on(
        self, placement: Placement, ready: list[tuple[dt.date, str, str]], *, recorded: bool, pigs: bool
    ) -> None:
        due_on = self.register.due_on(placement)
        willing = self.chance.comes(self.willing[placement.beneficiary.group])
        does = [(day, tag) for day, sex, tag in ready if sex == "F"]
        short = len(does) < 2 or does[1][0] > due_on  # noqa: PLR2004
        stop_on = self._committee(placement, due_on) if short or not willing else LAST_ON
        if not willing:
            return
        if not pigs and not recorded and self.chance.comes(0.07):
            self._pay_otherwise(placement, due_on)
            return
        hes = [day for day, sex, _ in ready if sex == "M" and day < due_on]
        if recorded and short and len(hes) >= 2 and not pigs:  # noqa: PLR2004
            self._plan(placement, max(hes[1], due_on - dt.timedelta(days=50)), 2, kind="exchanged")
            return
        wait = self.chance.between(3, 60)
        days = [(day + dt.timedelta(days=wait), tag) for day, tag in does if day + dt.timedelta(days=wait) < stop_on]
        couple = self.chance.comes(0.72)
        if couple and len(days) > 1:
            self._plan(placement, days[1][0], 2, dam=days[1][1])
        elif not couple:
            for day, tag in days[:2]:
                self._plan(placement, day, 1, dam=tag)
        if len(days) > 2 and self.chance.comes(MORE_THAN_OWED_SHARE):  # noqa: PLR2004
            self._plan(placement, days[2][0], 1, dam=days[2][1])

    def _committee(self, placement: Placement, due_on: dt.date) -> dt.date:
        """What the committee grants to one with nothing to pass when it is due; the day after which she passes none."""
        if self.chance.comes(EXTENDED_SHARE):
            self._event(
                placement, "extended", due_on - dt.timedelta(days=self.chance.between(1, 40)),
                until_on=months_after(due_on, 6),
                reason="animals_died" if self._losses(placement) else "other_confirmed",
            )  # fmt: skip
        elif self.chance.comes(EXCUSED_SHARE):
            day = due_on + dt.timedelta(days=self.chance.between(5, 80))
            reason = self.chance.pick(("household_circumstances", "illness", "other_confirmed"))
            reason = "animals_died" if self._losses(placement) else reason
            if self._event(placement, "excused", day, reason=reason):
                return day
        return LAST_ON

    @staticmethod
    def _losses(placement: Placement) -> bool:
        return any(event.kind in {"death", "theft"} for event in placement.events)

    def _pay_otherwise(self, placement: Placement, due_on: dt.date) -> None:
        """Money for two goats, or pigs instead of goats: the two ways that are not her own she-kids."""
        day = due_on - dt.timedelta(days=self.chance.between(5, 200))
        if self.chance.comes(0.5):
            self._plan(placement, day, 2, kind="cash")
        else:
            self._plan(placement, day, 2, kind="exchanged", help_="pig")

    def _plan(
        self, placement: Placement, day: dt.date, units: int, *, kind: str = "", help_: str = "", dam: str = ""
    ) -> None:
        """Set a day for a hand-over, if she is still there and still has what it comes from."""
        ceremony = self._ceremony(placement.beneficiary.group, day) if kind != "cash" else None
        if ceremony is None and odd.BUSY_ON - dt.timedelta(days=odd.BUSY_DAYS) < day < odd.BUSY_ON:
            day = odd.BUSY_ON
        on = ceremony or day
        if on > LAST_ON or not self._can_pass(placement, on):
            return
        help_now = help_ or placement.help
        animal = help_now != "seed_capital" and kind != "cash"
        if ceremony is not None:
            self.seats[self._ceremony_id(placement.beneficiary.group, ceremony)] += 1
        hand = Pass(
            giver=placement, receiver=placement, passed_on=on, animals=units, females=units if animal else None,
            males=0 if animal and self.chance.comes(0.5) else None, condition="young" if animal else "", help=help_,
            kind=kind, tags=self.tagged(units) if animal else [], dam_tag=dam if kind == "" else "",
            ceremony=self._ceremony_id(placement.beneficiary.group, ceremony) if ceremony is not None else "",
        )  # fmt: skip
        placement.passes.append(hand)
        self.expect(on, placement, hand)

    def _can_pass(self, placement: Placement, day: dt.date) -> bool:
        days = {event.happened_on for event in placement.events} | {day, day - dt.timedelta(days=1)}
        gone = any(left_to_breed(placement, one) <= 0 for one in days if placement.received_on <= one <= day)
        return not gone and not has_left(placement, day)

    def _ceremony(self, group: str, day: dt.date) -> dt.date | None:
        """The group's next ceremony, after New Year in April or Tihar in autumn, if it is near and has a seat."""
        nth = int(group[1:])
        days = [dt.date(day.year, 4, 14 + nth), dt.date(day.year, 12, nth), dt.date(day.year + 1, 4, 14 + nth)]
        ahead = next(one for one in days if one >= day)
        near = ahead - day <= dt.timedelta(days=60)
        seat = self.seats[self._ceremony_id(group, ahead)] < CEREMONY_SEATS
        return ahead if near and seat and self.chance.comes(0.6) else None

    @staticmethod
    def _ceremony_id(group: str, day: dt.date) -> str:
        return f"{group}-{day:%Y-%m-%d}"

    # --- events -----------------------------------------------------------------------------------------------------

    def _event(  # noqa: PLR0913
        self,
        placement: Placement,
        kind: str,
        day: dt.date,
        *,
        females: int = 0,
        males: int = 0,
        reason: str = "",
        until_on: dt.date | None = None,
        outcome: str = "",
        tags: Sequence[str] = (),
        dam: str = "",
    ) -> bool:
        """Record an event, unless it lies ahead or she had left; whether it was recorded."""
        if day > LAST_ON or has_left(placement, day):
            return False
        number = females + males
        placement.events.append(
            Event(
                placement=placement, kind=kind, happened_on=day, animals=number or None,
                females=females if number else None, males=males if number else None, reason=reason,
                until_on=until_on, outcome=outcome, tags=list(tags), dam_tag=dam,
            )
        )  # fmt: skip
        return True

    def _visits(self, placement: Placement) -> None:
        for _ in range(self.chance.between(0, 2)):
            day = placement.received_on + dt.timedelta(days=self.chance.between(20, 700))
            self._event(placement, "visit", day)
        if placement.help != "seed_capital" and self.chance.comes(0.06):
            day = placement.received_on + dt.timedelta(days=self.chance.between(60, 600))
            self._event(placement, "illness", day, females=1)
        if self.chance.comes(0.03):
            day = placement.received_on + dt.timedelta(days=self.chance.between(200, 700))
            self._event(placement, "checked", day, outcome=self.chance.pick(("found", "found", "found", "partly")))

    # --- the whole ----------------------------------------------------------------------------------------------------

    def grow(self) -> Register:
        """Give the gifts, then follow the relay to the last day."""
        span = (dt.date(2025, 8, 1) - FIRST_ON).days
        for help_, gifts, women in LOTS:
            for nth in range(gifts):
                day = FIRST_ON + dt.timedelta(days=span * nth // gifts + self.chance.between(0, 40))
                self._give_lot(help_, day, women)
        self._bucks()
        while self.ahead:
            _, _, placement, hand = heapq.heappop(self.ahead)
            if hand is None:
                self.live(placement)
            else:
                self.hand_over(hand)
        self._space_out()
        return self.register

    def _space_out(self) -> None:
        """A giver who brings the same to the same woman again comes over a week later: else it looks recorded twice."""
        for hand in sorted(self.register.passes, key=lambda hand: hand.passed_on):
            for other in hand.giver.passes:
                alike = (other.receiver, other.help, other.animals) == (hand.receiver, hand.help, hand.animals)
                days = (other.passed_on - hand.passed_on).days
                if other is not hand and alike and 0 <= days <= ALIKE_DAYS:
                    hand.receiver.received.remove((other.passed_on, other.animals))
                    other.passed_on = hand.passed_on + dt.timedelta(days=ALIKE_DAYS + 1)
                    hand.receiver.received.append((other.passed_on, other.animals))

    def _give_lot(self, help_: str, day: dt.date, women: int) -> None:
        gift = Gift(donor=self.chance.pick(DONORS), help=help_, given_on=day)
        self.register.gifts.append(gift)
        first, second = self.chance.pick(GROUPS)[0], self.chance.pick(GROUPS)[0]
        condition = {"goat": self.chance.pick(("young", "young", "adult", "pregnant")), "pig": "young"}.get(help_, "")
        for nth in range(women):
            group = first if nth < women - 3 else second
            on = day + dt.timedelta(days=7 if group == first else 16)
            units = 10000 if help_ == "seed_capital" else 2
            if help_ == "goat" and nth == women - 1 and self.chance.comes(0.6):
                units = 1
            self.give(gift, self.woman(group, on), on, units, condition)

    def _bucks(self) -> None:
        """A buck serves one group until his daughters come into heat, then goes on to the next."""
        gift = Gift(
            donor=DONORS[0],
            help="buck",
            given_on=dt.date(2019, 2, 3),
            note="One buck for two groups, a young one for the third.",
        )
        self.register.gifts.append(gift)
        keepers = {
            group: Beneficiary(name=name, group=group, kind="group", consent_on=dt.date(2019, 1, 20))
            for group, name, _, _ in GROUPS
        }
        ids = list(keepers)
        for nth in range(0, len(ids), 2):
            day = dt.date(2019, 2, 10) + dt.timedelta(days=self.chance.between(0, 20))
            holder = self.give(gift, keepers[ids[nth]], day, 1, "adult")
            holder.lived = True
            if nth == BUCK_DIES_AT:
                self._event(holder, "death", day + dt.timedelta(days=600), males=1)
                continue
            second = self._pass_buck(holder, keepers[ids[nth + 1]], day, "")
            third = (nth + 2) % len(ids)
            third += int(third == BUCK_DIES_AT)
            self._pass_buck(second, keepers[ids[third]], second.received_on, "exchanged")

    def _pass_buck(self, giver: Placement, keeper: Beneficiary, since: dt.date, kind: str) -> Placement:
        """The buck himself to the second group; when he is old, a young one in exchange to a third."""
        day = since + dt.timedelta(days=self.chance.between(800, 1000))
        receiver = Placement(
            beneficiary=keeper, help="buck", condition="young" if kind else "adult", received=[(day, 1)], lived=True
        )
        hand = Pass(
            giver=giver, receiver=receiver, passed_on=day, animals=1, females=0, males=1, condition=receiver.condition,
            kind=kind, witness=self.witness(giver.beneficiary.group),
        )  # fmt: skip
        giver.passes.append(hand)
        self.register.passes.append(hand)
        self.begin(receiver)
        return receiver


SYSTEMS: Final = """\
# Written by seeds/grow.py. What `relay demo` records before it imports the folders of the systems, relay-demo-NAME.

[[correct]]
correct_id = "K90"
act_id = "programme:relay-demo"
how = "wrong_data"
why = "the next woman is named before the young are born"
changes = { systems = "planning", requires = "training;shed" }
"""


def main(folder: Path) -> None:
    """Write all three programmes below a folder, and the README with its list of odd rows."""
    register = Relay().grow()
    planted = odd.plant(register)
    files.number(register)
    files.write(register, folder / "relay-demo")
    (folder / "relay-demo-corrections.toml").write_text(odd.corrections(planted), encoding="utf-8")
    (folder / "relay-demo-systems.toml").write_text(SYSTEMS, encoding="utf-8")
    planning.write(folder / "relay-demo", folder / planning.FOLDER)
    learning.write(folder / "relay-demo", folder / learning.FOLDER)
    goals.write(folder / "relay-demo", folder / goals.FOLDER)
    protection.write(folder / protection.FOLDER)
    villages.write(folder / "relay-demo", folder / villages.FOLDER)
    groups.write(folder / villages.FOLDER, folder / groups.FOLDER)
    savings.write(folder / villages.FOLDER, folder / savings.FOLDER)
    husbandry.write(folder / villages.FOLDER, folder / husbandry.FOLDER)
    girinka.write(folder / girinka.FOLDER)
    before, marker, after = Path(__file__).with_name("README.md").read_text(encoding="utf-8").partition(ODD_ROWS)
    readme = f"{before}{marker}\n{odd.table(planted)}\n{marker}{after.partition(marker)[2]}"
    (folder / "README.md").write_text(readme, encoding="utf-8")
    for small in (golden.selei(), golden.mansa()):
        files.number(small)
        files.write(small, folder / small.id)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
