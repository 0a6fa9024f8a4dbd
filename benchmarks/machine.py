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
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from relay import engine
from relay.graph import Graph, connect
from tests import neo4j_server


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


def seconds_of(command: list[str], runs: int = 9) -> float:
    """The median time of a whole process."""

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands

    return p50([milliseconds(run) for _ in range(runs)]) / 1000


@contextmanager
def both_engines() -> Generator[dict[str, Graph]]:
    """An open graph on each engine, in folders that are removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        with neo4j_server.serve(here / "neo4j") as connection, connect(connection) as neo4j:
            embedded = connect(engine.ensure(here / "embedded"))
            try:
                yield {"embedded": embedded, "neo4j": neo4j}
            finally:
                embedded.close()
                engine.stop(here / "embedded")


def say(line: str) -> None:
    """Print a line of the table at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
