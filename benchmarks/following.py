"""What a copy costs: `python -m benchmarks.following [PLACEMENTS]`.

A made programme on one embedded engine, served by `relay serve`; `relay follow` as a process of its own keeps a copy of
it on another. First everything is fetched, then ten new entries at a time, as in a quiet hour.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

from benchmarks.auditing import write
from benchmarks.lineage import CLERK, same
from benchmarks.machine import describe, say
from relay.access import followers
from relay.backup.encryption import public_key_of
from relay.database import embedded_server
from relay.following import fetching
from relay.graph import connect
from relay.ledger.recording import record
from tests.rigs.served import COMMAND, ROOT, serving
from tests.scenes import acts as act
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.graph import Graph

HOURS: Final = 5
NEW: Final = 10  # entries in a quiet hour


def followed(words: tuple[str, ...], environ: Mapping[str, str]) -> tuple[Any, float, float]:
    """`relay follow` as a process of its own: what it answered, seconds by the clock, and its peak memory in MB."""
    begun = time.perf_counter()
    running = subprocess.Popen(  # noqa: S603 - our own
        [*COMMAND, "follow", *words, "--json"], cwd=ROOT, env=environ, stdout=subprocess.PIPE
    )
    said = running.stdout.read() if running.stdout else b""
    _, ended, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(ended)
    same((running.returncode, 0))
    return json.loads(said), time.perf_counter() - begun, used.ru_maxrss / 1024


def new_women(graph: Graph, numbers: count[int]) -> None:
    """Record ten women, as clerks do in a quiet hour."""
    women = [act.woman(f"new-{next(numbers)}", name="Somebody") for _ in range(NEW)]
    for outcome in record(graph, "made", women, CLERK):
        same((outcome.action, "added"))


def make(at: Path, placements: int) -> None:
    """Make a programme; in another process, since a process that is started counts the peak of whoever started it."""
    with connect(embedded_server.ensure(at), CORE) as graph:
        write(graph, placements)


def measure(at: Path, placements: int) -> None:
    """Make a programme, and follow it."""
    numbers, copy = count(), at / "copy"
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        apart.submit(make, at / "original", placements).result()
    with connect(embedded_server.ensure(at / "original"), CORE) as graph:
        key = public_key_of(fetching.secret_key(copy))
        token = at / "token.txt"
        token.write_text(
            followers.add(
                graph,
                "head-office",
                key,
                programme_id="made",
                now=datetime.now(UTC),
                random=token_bytes,
                by="local:benchmark",
            ).secret
        )
        with serving(os.environ | {"RELAY_DATA": str(at / "original")}, at) as service:
            environ = os.environ | {"RELAY_DATA": str(copy)}
            subprocess.run([*COMMAND, "engine", "start"], cwd=ROOT, env=environ, check=True, capture_output=True)  # noqa: S603 - our own
            first, seconds, megabytes = followed((service.url, "--token-file", str(token)), environ)
            entries = first["entries"]
            say(f"| first start, {entries:,} entries | {seconds:.0f} s, {entries / seconds:.0f} entries/s |")
            say(f"| over the line | {first['received_bytes'] / entries:.0f} bytes an entry |")
            say(f"| memory of the command | {megabytes:.0f} MB at most |")
            hours = list[tuple[Any, float, float]]()
            for _ in range(HOURS):
                new_women(graph, numbers)
                hours.append(followed((service.url,), environ))
            received = statistics.median(each[0]["received_bytes"] for each in hours)
            took = statistics.median(each[1] for each in hours)
            say(f"| {NEW} new entries | {took:.1f} s, {received:.0f} bytes |")


def main() -> None:
    """Measure, in a folder that is deleted at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("placements", nargs="?", type=int, default=20_000)
    wish = parser.parse_args()
    say(describe())
    with tempfile.TemporaryDirectory(prefix="relay-following-") as folder:
        at = Path(folder)
        try:
            measure(at, wish.placements)
        finally:
            for name in ("original", "copy"):
                embedded_server.stop(at / name)


if __name__ == "__main__":
    main()
