"""Goals: what a woman wants to live on, the steps to it, and what visitors found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.systems.goals.kinds import ACTIVITIES, JUDGED, KINDS
from relay.text import Sentence


def _checks() -> Sequence[object]:
    from relay.systems.goals.checks import CHECKS

    return CHECKS


def _questions() -> Sequence[object]:
    from relay.systems.goals.questions import QUESTIONS

    return QUESTIONS


def _commands() -> Sequence[object]:
    from relay.systems.goals.commands import COMMANDS

    return COMMANDS


def _pages() -> object:
    from relay.systems.goals.pages import PAGES

    return PAGES


def _errands() -> object:
    from relay.systems.goals.errands import ERRANDS

    return ERRANDS


def _of_her() -> object:
    from relay.systems.goals.questions import GoalsOf

    return GoalsOf


GOALS: Final = System(
    name="goals",
    title=Sentence("Goals"),
    kinds=KINDS,
    columns={"programme": (ACTIVITIES,)},
    note={"correct": JUDGED.note("correct")},
    roles={"goals": frozenset({"staff", "manager", "auditor"})},
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    errands=_errands,
    of_her=_of_her,
    folder=Path(__file__).parent,
)
