"""Savings: passbooks, loans and the box of a group, and the shares of a cycle; no accounts, no payments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.systems.savings.kinds import KINDS
from relay.text import Sentence


def _checks() -> Sequence[object]:
    from relay.systems.savings.checks import CHECKS

    return CHECKS


def _questions() -> Sequence[object]:
    from relay.systems.savings.questions import QUESTIONS

    return QUESTIONS


def _commands() -> Sequence[object]:
    from relay.systems.savings.commands import COMMANDS

    return COMMANDS


def _errands() -> object:
    from relay.systems.savings.errands import ERRANDS

    return ERRANDS


def _pages() -> object:
    from relay.systems.savings.pages import PAGES

    return PAGES


SAVINGS: Final = System(
    name="savings",
    title=Sentence("Savings"),
    needs=("groups",),
    kinds=KINDS,
    roles={
        "savings": frozenset({"staff", "manager", "auditor"}),
        "passbooks": frozenset({"staff", "auditor"}),
    },
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    errands=_errands,
    folder=Path(__file__).parent,
)
"""Managers see sums of groups; what one woman saved and owes is seen by field staff, and by auditors under her id."""
