"""What a system has beside its folder. A new one learns here what it lacks, in one list, and where that belongs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.systems import SYSTEMS
from tests.systems.test_roles_and_ways import READ, RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.system import System

ROOT: Final = Path(__file__).parents[2]


def lacking(system: System) -> Iterator[str]:
    """What is to be added for a system, and to which file."""
    name = system.name
    labels = {kind.label for kind in system.kinds if kind.label}

    def text(path: str) -> str:
        file = ROOT / path
        return file.read_text(encoding="utf-8") if file.exists() else ""

    if not text(f"docs/{name}.md"):
        yield f"docs/{name}.md: a page for those who use it; its commands are run"
    if f"(docs/{name}.md)" not in text("README.md"):
        yield f"README.md: a line that links docs/{name}.md"
    if f'"{name}"' not in text("seeds/relay-villages/rules.toml"):
        yield f"seeds/relay-villages/rules.toml: {name}, so that tests walk its pages; its acts in a module of seeds/"
    coloured = set(re.findall(r"^node\.(\w+) ", text("deploy/relay.grass"), re.MULTILINE))
    yield from (f"deploy/relay.grass: a colour for {label}" for label in sorted(labels - coloured))
    yield from (
        f"tests/systems/test_roles_and_ways.py: who may {action}, in READ"
        for action in sorted({*system.roles} - {*READ})
    )
    yield from (
        f"tests/systems/test_roles_and_ways.py: who records a {kind.name}, in RECORD"
        for kind in system.kinds
        if kind.name not in RECORD
    )


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_system_has_all_that_belongs_to_it(system: System) -> None:
    assert [*lacking(system)] == []
