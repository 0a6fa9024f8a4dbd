"""Planning: who asks for help, and who is named as the next receiver before the young are born, in a public order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.systems.planning.kinds import KINDS, ORDER, REQUIRES
from relay.text import Sentence


def _checks() -> Sequence[object]:
    from relay.systems.planning.checks import CHECKS

    return CHECKS


def _questions() -> Sequence[object]:
    from relay.systems.planning.questions import QUESTIONS

    return QUESTIONS


def _commands() -> Sequence[object]:
    from relay.systems.planning.commands import COMMANDS

    return COMMANDS


def _pages() -> object:
    from relay.systems.planning.pages import PAGES

    return PAGES


def _errands() -> object:
    from relay.systems.planning.errands import ERRANDS

    return ERRANDS


def _plans() -> object:
    from relay.systems.planning.questions import open_plans

    return open_plans


PLANNING: Final = System(
    name="planning",
    title=Sentence("Planning"),
    kinds=KINDS,
    columns={"programme": (ORDER, REQUIRES)},
    roles={"planning": frozenset({"staff", "manager", "auditor"})},
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    errands=_errands,
    plans=_plans,
    folder=Path(__file__).parent,
)
