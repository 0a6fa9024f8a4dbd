"""Two small real cases with published figures: Selei in Darfur and Mansa in Zambia (sources in seeds/README.md).

The counts and years are published; days, ids and the wording "Household 7" are ours, and no person is named.
"""

from __future__ import annotations

import datetime as dt

from relay.seeds.register import Beneficiary, Claim, Event, Gift, Pass, Placement, Register, Rule

CEREMONY_SIZE = 7  # hand-overs on one day, our choice


def selei() -> Register:
    """21 households given 6 goats (2007), 21 more (2010), 20 more (by December 2012)."""
    register = Register(
        id="selei",
        name="Selei goat rotation",
        timezone="Africa/Khartoum",
        rules=(
            Rule(help="goat", unit="animal", given=6, owed=6, months=36, grace_days=90, earliest_days=150, sex="F",
                 starts_on=dt.date(2007, 1, 1)),
        ),
        places=(
            ("SD-DN", "North Darfur", "province", "", 13.63, 25.35),
            ("SELEI", "Selei", "ward", "SD-DN", None, None),
        ),
    )  # fmt: skip
    gift = Gift(donor="Kids for Kids", help="goat", given_on=dt.date(2007, 4, 10))
    register.gifts.append(gift)
    givers = [_original(register, gift, 6, dt.date(2007, 4, 15)) for _ in range(21)]
    for first_on, count in ((dt.date(2010, 3, 6), 21), (dt.date(2012, 11, 3), 20)):
        givers = [_hand_on(register, giver, 6, first_on, nth) for nth, giver in enumerate(givers[:count])]
    for what, value in (("families", 42), ("units", 250)):
        register.claims.append(
            Claim(gift=gift, what=what, value=value, as_of=dt.date(2012, 12, 31),
                  source="cl.globalgiving.org/projects/darfur-goats-and-donkeys/reports")
        )  # fmt: skip
    return register


def mansa() -> Register:
    """26 she-goats: 16 passed a she-kid on, 5 died, 5 had a he-kid only; 4 thieves took kids of the 16."""
    register = Register(
        id="mansa",
        name="Mansa goat pass-on",
        timezone="Africa/Lusaka",
        rules=(
            Rule(help="goat", unit="animal", given=1, owed=1, months=18, grace_days=90, earliest_days=150, sex="F",
                 starts_on=dt.date(2016, 1, 1)),
        ),
        places=(
            ("ZM-08", "Luapula", "province", "", None, None),
            ("MANSA", "Mansa", "district", "ZM-08", -11.20, 28.89),
            ("CHILYAPA", "Chilyapa", "ward", "MANSA", None, None),
        ),
    )  # fmt: skip
    gift = Gift(donor="SUN programme, Mansa", help="goat", given_on=dt.date(2016, 2, 1))
    register.gifts.append(gift)
    givers = [_original(register, gift, 1, dt.date(2016, 2, 6)) for _ in range(26)]
    for nth, giver in enumerate(givers):
        if nth < 16:  # noqa: PLR2004
            stolen = nth < 4  # noqa: PLR2004
            _event(giver, "birth", dt.date(2016, 10, 3) + dt.timedelta(days=3 * nth), females=1, males=int(stolen))
            _hand_on(register, giver, 1, dt.date(2017, 4, 8), nth)
            if stolen:
                _event(giver, "theft", dt.date(2017, 5, 20) + dt.timedelta(days=9 * nth), males=1)
        elif nth < 21:  # noqa: PLR2004
            _event(giver, "death", dt.date(2016, 6, 1) + dt.timedelta(days=11 * nth), females=1)
        else:
            _event(giver, "birth", dt.date(2016, 9, 1) + dt.timedelta(days=5 * nth), males=1)
    source = "nfnc.org.zm/article/goat-pass-program-reality-mansa"
    register.claims.append(Claim(gift=gift, what="units", value=16, as_of=dt.date(2017, 12, 31), source=source))
    return register


def _original(register: Register, gift: Gift, units: int, day: dt.date) -> Placement:
    placement = Placement(
        beneficiary=_household(register), help="goat", condition="adult", received=[(day, units)], gift=gift,
        females=units,
    )  # fmt: skip
    gift.animals += units
    gift.placements.append(placement)
    register.placements.append(placement)
    return placement


def _hand_on(register: Register, giver: Placement, units: int, first_on: dt.date, nth: int) -> Placement:
    ceremony, seat = divmod(nth, CEREMONY_SIZE)
    day = first_on + dt.timedelta(weeks=ceremony)
    receiver = Placement(beneficiary=_household(register), help="goat", condition="young", received=[(day, units)])
    hand = Pass(
        giver=giver, receiver=receiver, passed_on=day, animals=units, females=units, condition="young",
        witness=f"Committee member {seat + 1}", ceremony=f"{day:%Y-%m-%d}",
    )  # fmt: skip
    giver.passes.append(hand)
    register.passes.append(hand)
    register.placements.append(receiver)
    return receiver


def _household(register: Register) -> Beneficiary:
    nth = len(register.placements) + 1
    return Beneficiary(name=f"Household {nth}", group=register.places[-1][0], sex="", household=f"H{nth:02}")


def _event(placement: Placement, kind: str, day: dt.date, *, females: int = 0, males: int = 0) -> None:
    placement.events.append(
        Event(placement=placement, kind=kind, happened_on=day, animals=females + males, females=females, males=males)
    )
