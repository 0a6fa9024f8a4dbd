"""Goals: what income a woman aims at, the steps to it, and what visitors found along the way."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.systems.goals.kinds import ACTIVITIES, KINDS
from relay.text import Sentence

GOALS: Final = System(
    name="goals",
    title=Sentence("Goals"),
    does=Sentence("What income a woman aims at, the steps to it, and what visitors found."),
    kinds=KINDS,
    columns={"programme": (ACTIVITIES,)},
    roles={"goals": frozenset({"staff", "manager", "auditor"})},
    room=__name__,
)
