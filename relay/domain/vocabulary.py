"""The words of the relay: states of placements and chains, how chains end, and how a programme is broken down.

They are apart from the rules, so that code that only offers them as choices loads fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, LiteralString

State = Literal["fulfilled", "excused", "lost", "broken", "late", "due", "in_time"]
STATES: Final[tuple[State, ...]] = ("fulfilled", "excused", "lost", "broken", "late", "due", "in_time")
SETTLED: Final[tuple[State, ...]] = ("fulfilled", "excused")
"""Of those in these states nothing more is expected."""
STUCK: Final[tuple[State, ...]] = ("lost", "broken")
"""Those in these states obstruct what descends from them."""

SHOWN: Final[Mapping[State, LiteralString]] = {
    "fulfilled": "ShownFulfilled",
    "excused": "ShownExcused",
    "lost": "ShownLost",
    "broken": "ShownBroken",
    "late": "ShownLate",
    "due": "ShownDue",
    "in_time": "ShownInTime",
}
"""Which label a placement in that state bears in the published graph: programs that draw graphs colour by label."""

ChainState = Literal["complete", "growing", "weakened", "broken"]
CHAIN_STATES: Final[tuple[ChainState, ...]] = ("complete", "growing", "weakened", "broken")

CONDITIONS: Final = ("young", "adult", "pregnant")
SEXES: Final = ("F", "M")
EVENT_KINDS: Final = (
    *("birth", "death", "theft", "sale", "slaughter", "illness", "replacement"),
    *("visit", "checked", "left", "excused", "extended"),
)

LOSSES: Final = frozenset({"death", "theft", "sale", "slaughter"})
ENDINGS: Final = LOSSES | {"left"}
"""Kinds of events that may end what a placement has."""

ANIMAL: Final = "animal"
"""The unit in which helps can be added up: goats and pigs, but not rupees."""

PARTED_BY: Final = ("generation", "help", "place", "donor", "group", "sex", "year")
"""By what a programme is parted; year is that of the earliest receipt."""
