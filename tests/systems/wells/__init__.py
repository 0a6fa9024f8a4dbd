"""Wells: who keeps which, and who found them in order. A system made for the tests, with one of everything."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.text import Sentence
from tests.systems.wells.kinds import KINDS, WATER_COMMITTEE

WELLS: Final = System(
    name="wells",
    title=Sentence("Wells"),
    does=Sentence("Who keeps which well."),
    kinds=KINDS,
    columns={"group": (WATER_COMMITTEE,)},
    roles={"wells": frozenset({"staff", "manager", "auditor"})},
    room=__name__,
)
PUMPS: Final = System(
    name="pumps",
    title=Sentence("Pumps"),
    does=Sentence("Pumps of wells."),
    needs=("wells",),
    room="tests.systems.pumps",
)
