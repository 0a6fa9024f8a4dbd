"""What a very large import needs of memory, on both engines: `python -m benchmarks.memory`.

Each import is a process of its own, as a person would start it; its peak is what the system counted for it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.machine import describe, say
from benchmarks.recording import founding, made
from relay.database import embedded_server
from relay.exchange.exchange_format import write_folder
from tests.rigs import neo4j_server
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Mapping

RELAY: Final = str(Path(sys.executable).parent / "relay")
PROGRAMME: Final = "memory"


def written(folder: Path, count: int) -> Path:
    """A folder of that many acts and what they stand on."""
    write_folder(folder, [*founding(PROGRAMME), *made(count)], CORE, with_names=True)
    return folder


def imported(folder: Path, settings: Mapping[str, str]) -> int:
    """Import a folder in a process of its own and give its peak memory in MB."""
    words = [RELAY, "--programme", PROGRAMME, "import", str(folder), "--apply"]
    process = subprocess.Popen(words, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    _, ended, usage = os.wait4(process.pid, 0)
    if ended:
        raise AssertionError(ended)
    return usage.ru_maxrss // 1024


def main() -> None:
    """Run it all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neo4j", type=int, default=1_000_000, help="how many acts to import on Neo4j")
    parser.add_argument("--embedded", type=int, default=200_000, help="how many acts to import on the embedded engine")
    wanted = parser.parse_args()
    say(f"Measured on {describe()}.\n")
    say("| what | engine | peak | goal |")
    say("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as at:
        here = Path(at)
        data = here / "data"
        peak = imported(written(here / "embedded", wanted.embedded), {"RELAY_DATA": str(data)})
        embedded_server.stop(data)
        say(f"| import of {wanted.embedded:,} acts | embedded | {peak:,} MB | at most 1,024 MB |")
        with neo4j_server.serve(here / "neo4j") as connection:
            peak = imported(written(here / "register", wanted.neo4j), neo4j_server.settings(connection))
        say(f"| import of {wanted.neo4j:,} acts | Neo4j | {peak:,} MB | at most 1,024 MB |")


if __name__ == "__main__":
    main()
