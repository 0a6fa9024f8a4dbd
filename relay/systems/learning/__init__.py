"""Learning: classes and who completed them, what a receiver must have learned, and counts of sites for advice."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.systems.learning.kinds import (
    KINDS,
    REQUIRES,
    STRICT,
    WITHIN,
)
from relay.text import Sentence

LEARNING: Final = System(
    name="learning",
    title=Sentence("Learning"),
    does=Sentence("Classes, who completed them, and what a receiver must have learned first."),
    needs=("groups",),
    knows=("planning",),
    kinds=KINDS,
    columns={"rule": (REQUIRES, WITHIN, STRICT)},
    roles={"learning": frozenset({"staff", "manager", "auditor"})},
    room=__name__,
)
