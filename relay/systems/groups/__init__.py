"""Groups: who belongs to a group, who holds its offices, when it met and who came, and who keeps its animals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.systems.groups.kinds import (
    BY_GROUP,
    EXCUSED_COUNTS,
    GUARANTOR,
    JUDGED,
    KINDS,
    MEETING_EVERY,
    QUORUM_SHARE,
)
from relay.text import Sentence


def _checks() -> Sequence[object]:
    from relay.systems.groups.checks import CHECKS

    return CHECKS


def _questions() -> Sequence[object]:
    from relay.systems.groups.questions import QUESTIONS

    return QUESTIONS


def _commands() -> Sequence[object]:
    from relay.systems.groups.commands import COMMANDS

    return COMMANDS


def _pages() -> object:
    from relay.systems.groups.pages import PAGES

    return PAGES


GROUPS: Final = System(
    name="groups",
    title=Sentence("Groups"),
    knows=("planning",),
    kinds=KINDS,
    columns={
        "programme": (MEETING_EVERY, QUORUM_SHARE, EXCUSED_COUNTS),
        "placement": (GUARANTOR,),
        "pass": (BY_GROUP,),
    },
    refuse={kind: JUDGED.refuse(kind) for kind in ("end", "pass")},
    note={kind: JUDGED.note(kind) for kind in ("end", "pass", "plan")},
    roles={"groups": frozenset({"staff", "manager", "auditor"})},
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    folder=Path(__file__).parent,
)
