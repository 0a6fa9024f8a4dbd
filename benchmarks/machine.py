"""What every benchmark prints first, and how it measures."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from relay.database import embedded_server
from relay.graph import Graph, connect
from tests.rigs import neo4j_server
from tests.scenes.core import CORE


def describe() -> str:
    """The machine and the versions that were measured."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("neo4j", "neo4j-rust-ext", "arcadedb-embedded")
    )
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}"


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def p50(times: list[float]) -> float:
    """The median, after the first fifth as warm-up."""
    return statistics.median(times[len(times) // 5 :])


def synced(folder: Path) -> Callable[[], None]:
    """One write of 300 bytes and one fdatasync on the drive of a folder, at each call."""
    descriptor = os.open(folder / "synced", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def once() -> None:
        os.write(descriptor, b"x" * 300)
        os.fdatasync(descriptor)

    return once


def seconds_of(*commands: list[str], environment: Mapping[str, str], runs: int = 15) -> list[float]:
    """The median time of each of some whole processes, run in turn."""

    def run(command: list[str]) -> None:
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own commands

    took = [[milliseconds(lambda command=command: run(command)) for command in commands] for _ in range(runs)]  # type: ignore[misc]
    return [p50(list(times)) / 1000 for times in zip(*took, strict=True)]


@contextmanager
def both_engines() -> Generator[dict[str, Graph]]:
    """An open graph on each engine, in folders that are removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        with neo4j_server.serve(here / "neo4j") as connection, connect(connection, CORE) as neo4j:
            embedded = connect(embedded_server.ensure(here / "embedded"), CORE)
            try:
                yield {"embedded": embedded, "neo4j": neo4j}
            finally:
                embedded.close()
                embedded_server.stop(here / "embedded")


def say(line: str) -> None:
    """Print a line of the table at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
