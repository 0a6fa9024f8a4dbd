"""What a person waits for before a command has done anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relay.database import engine
from relay.graph import connect
from tests.commands.shell import tell_story

if TYPE_CHECKING:
    import pytest

    from tests.commands.shell import Shell


def test_a_command_reads_once_where_the_engine_answers(
    alone: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_folder = tmp_path / "data"
    with connect(engine.ensure(data_folder)) as graph:
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
