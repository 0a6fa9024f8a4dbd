"""A command that is killed after one of its statements: `python -m tests.rigs.killed NUMBER WORDS…`.

A transaction that was committed counts as a statement more. A command that says fewer ends by itself, and says last how
many they were.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from relay import cli, graph
from tests.rigs import neo4j_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.settings import Connection

NEVER: Final = 1_000_000


def run(connection: Connection, number: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command that is killed after so many statements."""
    command = [sys.executable, "-m", "tests.rigs.killed", str(number), *words]
    environ = os.environ | neo4j_server.settings(connection)
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)


def statements(connection: Connection, *words: str) -> int:
    """How many statements a command says that nobody kills."""
    return int(run(connection, NEVER, *words).stderr.rsplit(maxsplit=1)[-1])


def _main(number: int, words: list[str]) -> None:
    said = 0

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def then_killed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever a statement answers
            nonlocal said
            answer = work(*arguments, **named)
            said += 1
            if said == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return then_killed

    for name in ("rows", "run", "last"):
        setattr(graph.Transaction, name, counted(getattr(graph.Transaction, name)))
    graph.Graph.write = counted(graph.Graph.write)  # type: ignore[method-assign]
    sys.argv = ["relay", *words]
    try:
        cli.main()
    finally:
        sys.stderr.write(f"{said}\n")


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
