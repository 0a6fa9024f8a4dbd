"""Learning: classes and who completed them, what help requires of a woman, and sites for advice that know nobody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.systems.learning.kinds import (
    KINDS,
    REQUIRES,
    STRICT,
    WITHIN,
    note_receipt,
    note_session,
    refuse_end,
    refuse_receipt,
    refuse_session,
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


LEARNING: Final = System(
    name="learning",
    title=Sentence("Learning"),
    needs=("groups",),
    knows=("planning",),
    kinds=KINDS,
    columns={"rule": (REQUIRES, WITHIN, STRICT)},
    beside={"placement": frozenset({"beneficiary_id"}), "pass": frozenset({"beneficiary_id"})},
    refuse={"meeting": refuse_session, "end": refuse_end, "placement": refuse_receipt, "pass": refuse_receipt},
    note={"meeting": note_session, "placement": note_receipt, "pass": note_receipt},
    roles={"learning": frozenset({"staff", "manager", "auditor"})},
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    folder=Path(__file__).parent,
)
