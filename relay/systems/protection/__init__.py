"""Protection: a directory of services, and monthly counts that leave the record only as a release; no case, no name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.systems.protection.kinds import JUDGED, KINDS, OF_A_GROUP
from relay.text import Sentence


def _checks() -> Sequence[object]:
    from relay.systems.protection.checks import CHECKS

    return CHECKS


def _questions() -> Sequence[object]:
    from relay.systems.protection.questions import QUESTIONS

    return QUESTIONS


def _commands() -> Sequence[object]:
    from relay.systems.protection.commands import COMMANDS

    return COMMANDS


def _pages() -> object:
    from relay.systems.protection.pages import PAGES

    return PAGES


PROTECTION: Final = System(
    name="protection",
    title=Sentence("Protection"),
    needs=("groups",),
    knows=("learning", "planning", "savings"),
    kinds=KINDS,
    refuse={kind: JUDGED.refuse(kind) for kind in ("group", *OF_A_GROUP)},
    roles={
        "services": frozenset({"staff", "manager", "auditor", "protection"}),
        "raw counts": frozenset({"protection"}),
    },
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    folder=Path(__file__).parent,
)
