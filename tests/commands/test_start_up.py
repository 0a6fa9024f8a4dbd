"""What a person waits for before a command has done anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.database import engine
from relay.graph import connect
from tests.commands.shell import tell_story
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from tests.commands.shell import Shell

ROOT: Final = Path(__file__).parents[2]
MOST_MODULES: Final = 71
"""Modules of Relay that answer a question about its relays: more would be waited for at each command."""
NOT_NEEDED: Final = frozenset({"argon2", "cryptography", "flask", "networkx", "numba", "pyrage", "rapidfuzz", "scipy"})
"""What takes long to import, and serves other questions."""


def test_a_command_reads_once_where_the_engine_answers(
    alone: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_folder = tmp_path / "data"
    with connect(engine.ensure(data_folder), CORE) as graph:
        tell_story(graph)
    read, read_state = list[Path](), engine.State.read

    def counting(path: Path) -> engine.State:
        read.append(path)
        return read_state(path)

    monkeypatch.setattr(engine.State, "read", counting)
    try:
        alone.ok("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2024-01-02")
        assert read == [data_folder / engine.STATE_FILE]
    finally:
        engine.stop(data_folder)


@pytest.mark.parametrize("subject", ["chain_health", "relays"])
def test_what_answers_a_question_about_relays_imports_nothing_that_serves_others(subject: str) -> None:
    answering = f"import sys, relay.database.engine, relay.service.terminal, relay.service.queries.{subject}\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{answering}print(*sys.modules)"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = done.stdout.split()

    assert NOT_NEEDED.isdisjoint(imported)
    assert {"relay.ledger.recording", "relay.ledger.verify", "relay.domain.rulebook"}.isdisjoint(imported)
    own = [name for name in imported if name.partition(".")[0] == "relay"]
    assert len(own) <= MOST_MODULES, own
