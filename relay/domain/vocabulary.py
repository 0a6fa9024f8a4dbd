"""The words of the relay, as the design fixes them: for what stands, what ends, and by what a programme is parted.

They stand apart from the rules, since who only offers them as choices should not wait for more.
"""

from __future__ import annotations

from typing import Final, Literal

State = Literal["fulfilled", "excused", "lost", "broken", "late", "due", "in_time"]
STATES: Final[tuple[State, ...]] = ("fulfilled", "excused", "lost", "broken", "late", "due", "in_time")
SETTLED: Final[tuple[State, ...]] = ("fulfilled", "excused")
"""Of those in these states nothing more is expected."""
STUCK: Final[tuple[State, ...]] = ("lost", "broken")
"""Those in these states obstruct what descends from them."""

ChainState = Literal["complete", "growing", "weakened", "broken"]
CHAIN_STATES: Final[tuple[ChainState, ...]] = ("complete", "growing", "weakened", "broken")

LOSSES: Final = frozenset({"death", "theft", "sale", "slaughter"})
ENDINGS: Final = LOSSES | {"left"}
"""Kinds of events that may end what a placement has."""

PARTED_BY: Final = ("generation", "help", "place", "donor", "group", "sex", "year")
"""By what a programme is parted; year is that of the earliest receipt."""
