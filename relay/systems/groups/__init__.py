"""Groups: who belongs to a group, who holds its offices, when it met and who came, and who keeps its animals."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.systems.groups.kinds import (
    BY_GROUP,
    EXCUSED_COUNTS,
    GUARANTOR,
    KINDS,
    MEETING_EVERY,
    QUORUM_SHARE,
)
from relay.text import Sentence

GROUPS: Final = System(
    name="groups",
    title=Sentence("Groups"),
    does=Sentence("Members, offices and meetings of women's groups, and who came."),
    knows=("planning",),
    kinds=KINDS,
    columns={
        "programme": (MEETING_EVERY, QUORUM_SHARE, EXCUSED_COUNTS),
        "placement": (GUARANTOR,),
        "pass": (BY_GROUP,),
    },
    roles={"groups": frozenset({"staff", "manager", "auditor"})},
    room=__name__,
)
