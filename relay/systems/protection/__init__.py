"""Protection: a directory of services, and monthly counts that are published only in releases; no cases, no names."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.systems.protection.kinds import KINDS
from relay.text import Sentence

PROTECTION: Final = System(
    name="protection",
    title=Sentence("Protection"),
    does=Sentence("Services for women in need, and monthly counts. Never a case or a name."),
    needs=("groups",),
    knows=("learning", "planning", "savings"),
    kinds=KINDS,
    roles={
        "services": frozenset({"staff", "manager", "auditor", "protection"}),
        "raw counts": frozenset({"protection"}),
    },
    room=__name__,
)
