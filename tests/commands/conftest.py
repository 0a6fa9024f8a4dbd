"""Shells on both engines, with an empty database and with a small programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.shell import Shell, tell_story
from tests.rigs.warm import warm_relay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    """Give a shell with an empty data folder, whose engine does not run."""
    monkeypatch.setenv("PYTHONUTF8", "1")
    shell = Shell(monkeypatch, capsys)
    monkeypatch.setenv("RELAY_DATA", str(tmp_path / "data"))
    return shell


@pytest.fixture
def empty(alone: Shell, connection: Connection, graph: Graph) -> Shell:
    """Give a shell on an empty database."""
    del graph  # empties it
    alone.use(connection)
    return alone


@pytest.fixture
def shell(empty: Shell, graph: Graph) -> Shell:
    """Give a shell on a small programme."""
    tell_story(graph)
    return empty


@pytest.fixture(scope="session")
def relay_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the program `relay`, which starts quickly."""
    with warm_relay(tmp_path_factory.mktemp("program")) as program:
        yield program
