"""What a person waits for before a command has done anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.database import embedded_server
from relay.graph import connect
from relay.systems import SYSTEMS
from tests.commands.shell import tell_story
from tests.rigs import neo4j_server
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ROOT: Final = Path(__file__).parents[2]
MOST_MODULES: Final[Mapping[tuple[str, ...], int]] = {
    ("trees",): 33,
    ("chain_health", "relay.arrays.snapshot_cache"): 36,
    ("chains", "relay.arrays.snapshot_cache"): 38,
    ("visits", "relay.arrays.snapshot_cache"): 45,
}
"""Modules of Relay that answer a question about its relays: more would be waited for at each command. A tree is read
from the graph; the others take the whole programme from what is kept of it."""
MOST_OF_A_COMMAND: Final = {"health": 56, "trace G1": 55, "todo": 72, "show P1": 68}
"""The same of a whole command: with the command line, what finds the database and the programme, and prints;
beside two modules of each system, on or off, since what may be recorded of it is known to every command."""
NOT_NEEDED: Final = frozenset({"argon2", "cryptography", "flask", "networkx", "numba", "pyrage", "rapidfuzz", "scipy"})
"""What takes long to import, and serves other questions."""
OF_ALL_SYSTEMS: Final = frozenset({"kinds"})
"""What every command needs of each system: what may be recorded."""
ASKING: Final = """
import sys
from relay.cli import main
try:
    main()
finally:
    print(*sys.modules)
"""


def test_a_command_reads_once_where_the_engine_answers(
    alone: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_folder = tmp_path / "data"
    with connect(embedded_server.ensure(data_folder), CORE) as graph:
        tell_story(graph)
    read, read_state = list[Path](), embedded_server.State.read

    def counting(path: Path) -> embedded_server.State:
        read.append(path)
        return read_state(path)

    monkeypatch.setattr(embedded_server.State, "read", counting)
    try:
        alone.ok("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2024-01-02")
        assert read == [data_folder / embedded_server.STATE_FILE]
    finally:
        embedded_server.stop(data_folder)


@pytest.mark.parametrize("asking", MOST_MODULES)
def test_what_answers_a_question_about_relays_imports_nothing_that_serves_others(asking: tuple[str, ...]) -> None:
    questions = f"relay.service.questions.{', '.join(asking)}"
    answering = f"import sys, relay.database.embedded_server, relay.service.terminal, {questions}\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{answering}print(*sys.modules)"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = done.stdout.split()

    assert NOT_NEEDED.isdisjoint(imported)
    assert {"relay.ledger.recording", "relay.ledger.verify", "relay.domain.rulebook"}.isdisjoint(imported)
    own = [name for name in imported if name.partition(".")[0] == "relay"]
    assert len(own) <= MOST_MODULES[asking], own


@pytest.mark.parametrize("command", ["chains", "todo", "tree", "held list", "request list", "services"])
def test_help_of_a_command_that_asks_waits_for_no_driver(command: str) -> None:
    asking = [sys.executable, "-c", ASKING, *command.split(), "--help"]
    done = subprocess.run(asking, cwd=ROOT, capture_output=True, text=True, check=True)

    assert (NOT_NEEDED | {"neo4j"}).isdisjoint(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(("question", "most"), MOST_OF_A_COMMAND.items())
def test_a_command_imports_nothing_of_other_commands_nor_of_a_system_that_is_off(
    question: str, most: int, graph: Graph, connection: Connection, tmp_path: Path
) -> None:
    tell_story(graph)
    told = os.environ | neo4j_server.settings(connection) | {"RELAY_DATA": str(tmp_path)}

    asking = [sys.executable, "-c", ASKING, *question.split()]
    done = subprocess.run(asking, cwd=ROOT, env=told, capture_output=True, text=True, check=True)

    imported = done.stdout.splitlines()[-1].split()
    of_systems = [name.split(".")[3:] for name in imported if name.startswith("relay.systems.")]
    assert {name for found in of_systems for name in found[:1]} == OF_ALL_SYSTEMS
    assert NOT_NEEDED.isdisjoint(imported)
    own = [name for name in imported if name.partition(".")[0] == "relay"]
    assert len(own) <= most + 2 * len(SYSTEMS), own
