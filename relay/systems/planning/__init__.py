"""Planning: who asks for help, and who is chosen as the next receiver before the young are born, in a public order."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.systems.planning.kinds import KINDS, ORDER, REQUIRES
from relay.text import Sentence

PLANNING: Final = System(
    name="planning",
    title=Sentence("Planning"),
    does=Sentence("Who asks for help, and who receives next, in an order that everybody can see."),
    kinds=KINDS,
    columns={"programme": (ORDER, REQUIRES)},
    roles={"planning": frozenset({"staff", "manager", "auditor"})},
    room=__name__,
)
