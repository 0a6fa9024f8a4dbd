"""Learning: classes and who completed them, what help requires of a woman, and counts of sites for advice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.systems.learning.kinds import (
    JUDGED,
    KINDS,
    REQUIRES,
    STRICT,
    WITHIN,
)
from relay.text import Sentence


def _checks() -> Sequence[object]:
    from relay.systems.learning.checks import CHECKS

    return CHECKS


def _questions() -> Sequence[object]:
    from relay.systems.learning.questions import QUESTIONS

    return QUESTIONS


def _commands() -> Sequence[object]:
    from relay.systems.learning.commands import COMMANDS

    return COMMANDS


def _pages() -> object:
    from relay.systems.learning.pages import PAGES

    return PAGES


def _errands() -> object:
    from relay.systems.learning.errands import ERRANDS

    return ERRANDS


def _of_her() -> object:
    from relay.systems.learning.questions import CoursesOf

    return CoursesOf


LEARNING: Final = System(
    name="learning",
    title=Sentence("Learning"),
    needs=("groups",),
    knows=("planning",),
    kinds=KINDS,
    columns={"rule": (REQUIRES, WITHIN, STRICT)},
    beside={"placement": frozenset({"beneficiary_id"}), "pass": frozenset({"beneficiary_id"})},
    refuse={kind: JUDGED.refuse(kind) for kind in ("meeting", "end", "placement", "pass")},
    note={kind: JUDGED.note(kind) for kind in ("meeting", "placement", "pass")},
    roles={"learning": frozenset({"staff", "manager", "auditor"})},
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    errands=_errands,
    of_her=_of_her,
    folder=Path(__file__).parent,
)
