"""Wells: who keeps which, and who found them in order. A system made for the tests, with one of everything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relay.domain.system import System
from relay.text import Sentence
from tests.systems.wells.kinds import KINDS, WATER_COMMITTEE, deep_enough, few_without_a_place


def _checks() -> Sequence[object]:
    from tests.systems.wells.checks import CHECKS

    return CHECKS


def _questions() -> Sequence[object]:
    from tests.systems.wells.questions import QUESTIONS

    return QUESTIONS


def _commands() -> Sequence[object]:
    from tests.systems.wells.commands import COMMANDS

    return COMMANDS


def _pages() -> object:
    from tests.systems.wells.pages import PAGES

    return PAGES


WELLS: Final = System(
    name="wells",
    title=Sentence("Wells"),
    kinds=KINDS,
    columns={"group": (WATER_COMMITTEE,)},
    note={"group": few_without_a_place},
    roles={"wells": frozenset({"staff", "manager", "auditor"})},
    checks=_checks,
    questions=_questions,
    commands=_commands,
    pages=_pages,
    folder=Path(__file__).parent,
)
PUMPS: Final = System(name="pumps", title=Sentence("Pumps"), needs=("wells",), refuse={"well": deep_enough})
