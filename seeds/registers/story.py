"""What all made registers tell: women who received goats from a gift, and those to whom they passed goats on.

Only `random()` of Python's generator is used, whose stream is the same in every version.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Final

from relay.seeds.people import FAMILY_NAMES, GIVEN_NAMES, MENS_NAMES, PLACES

WARDS: Final = tuple(place_id for place_id, _, kind, *_ in PLACES if str(kind) == "ward")
_FIRST_DAY: Final = dt.date(2019, 2, 4)
_FIRST_PHONE: Final = 9790001000  # none that the demonstration programme has
_MOST_PASSED: Final = 2
_HAVE_PHONES: Final = 0.8


@dataclass(eq=False, slots=True, kw_only=True)
class Woman:
    """A woman and what she received.

    Attributes:
        number: Her row's, from 1.
        name: In Latin and in Devanagari script.
        husband: The same.
        ward: The id of the place.
        born: The year.
        phone: Or "".
        received_on: The day.
        animals: How many she received.
        giver: Who passed them on to her, or None where they came from the gift.
        receivers: To whom she passed on, in order.
    """

    number: int
    name: tuple[str, str]
    husband: tuple[str, str]
    ward: str
    born: int
    phone: str
    received_on: dt.date
    animals: int = 2
    giver: Woman | None = None
    receivers: list[Woman] = field(default_factory=list["Woman"])

    @property
    def code(self) -> str:
        """What a form calls her."""
        return f"T-{self.number:03}"


def women(seed: int, many: int) -> list[Woman]:
    """Some women, givers before receivers: a third received from the gift, each passes on to at most two others."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret
    names = [(f"{given[0]} {family[0]}", f"{given[1]} {family[1]}") for given in GIVEN_NAMES for family in FAMILY_NAMES]
    told: list[Woman] = []
    for number in range(1, many + 1):
        givers = [woman for woman in told if len(woman.receivers) < _MOST_PASSED]
        giver = givers[int(chance.random() * min(len(givers), 6))] if number > many // 3 else None
        since = giver.received_on if giver else _FIRST_DAY
        days = 300 + int(chance.random() * 200) if giver else int(chance.random() * 30)
        name = names.pop(int(chance.random() * len(names)))
        man, family = MENS_NAMES[int(chance.random() * len(MENS_NAMES))], name[0].partition(" ")[2]
        woman = Woman(
            number=number,
            name=name,
            husband=(f"{man[0]} {family}", f"{man[1]} {name[1].partition(' ')[2]}"),
            ward=WARDS[int(chance.random() * len(WARDS))],
            born=1960 + int(chance.random() * 40),
            phone=str(_FIRST_PHONE + number) if chance.random() < _HAVE_PHONES else "",
            received_on=since + dt.timedelta(days=days),
            giver=giver,
        )
        if giver:
            giver.receivers.append(woman)
        told.append(woman)
    return told


RULES: Final = """[programme]
id = "registers"
name = "Made registers"
timezone = "Asia/Kathmandu"

[[rule]]
help = "goat"
unit = "animal"
given = 2
owed = 2
months = 24
grace_days = 90
from = 2018-01-01

[[rule]]
help = "pig"
unit = "animal"
given = 2
owed = 2
months = 15
grace_days = 90
from = 2018-01-01
"""

GIFT: Final = "G1"
"""From which all of them come."""

GIFTS: Final = f"""gift_id,donor,help,given_on,animals
{GIFT},Cercle Passerelle,goat,2019-01-10,400
G2,Odile Verdoyant,pig,2019-01-10,40
"""
