"""The list of placements beside Datasette's: `python -m benchmarks.beside [SIZE] [--rounds N] [--seconds N]`.

Relay serves a made programme by one process, and Datasette (https://datasette.io), also one process, the very rows of
that list, as the file of it that Relay gives has them: in SQLite, with an index on the column by which both sort, 50 on
a page, its settings as they are. One reader, then sixteen, ask each in turn for one page after the other. Every figure
is the median of the rounds of one run.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.lineage import same
from benchmarks.machine import describe, say
from benchmarks.pages import DAY, OK, Programme
from benchmarks.readers import LIST, MANY, Reading, read
from relay.database import embedded_server
from relay.graph import connect
from tests.rigs.served import serving, speaking_to, token, used_seconds
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator

    from benchmarks.readers import Served

SAME_LIST: Final = "/made/placements?_sort_desc=reach&_asked=%d"
FILE: Final = f"/p/made/placements.csv?sort=-reach&as_of={DAY}"
ROWS: Final = 50  # of a page of Relay's


@dataclass(slots=True)
class Datasette:
    """The process that serves the rows."""

    process: int
    port: int

    def used_seconds(self) -> float:
        """How much of a processor's time it took."""
        return used_seconds(self.process)


def rows_of(port: int, secret: str) -> list[list[str]]:
    """All rows of Relay's list, the names of its columns first."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=600)) as line:
        line.request("GET", FILE, headers={"Authorization": f"Bearer {secret}"})
        answer = line.getresponse()
        same((answer.status, OK))
        return [*csv.reader(io.StringIO(answer.read().decode("utf-8-sig")))]


def stored(rows: list[list[str]], at: Path) -> Path:
    """The rows in SQLite."""
    names, *values = rows
    kinds = ", ".join(f'"{name}" {"integer" if name == "reach" else "text"}' for name in names)
    with closing(sqlite3.connect(at / "made.db")) as database, database:
        database.execute(f"CREATE TABLE placements ({kinds})")
        database.executemany(f"INSERT INTO placements VALUES ({', '.join('?' * len(names))})", values)  # noqa: S608 - marks
        database.execute("CREATE INDEX by_reach ON placements (reach)")
    return at / "made.db"


@contextmanager
def datasette(database: Path) -> Generator[Datasette]:
    """Serve the rows until the block ends."""
    with (database.parent / "datasette.log").open("w") as log:
        command = [sys.executable, "-m", "datasette", "serve", str(database), "--port", "0"]
        running = subprocess.Popen([*command, "--setting", "default_page_size", str(ROWS)], stdout=log, stderr=log)  # noqa: S603 - our own
        try:
            while not (said := re.search(r"http://127\.0\.0\.1:(\d+) ", Path(log.name).read_text())):
                same((running.poll(), None))
                time.sleep(0.1)
            yield Datasette(running.pid, int(said[1]))
        finally:
            running.terminate()
            running.wait()


def measure(at: Path, size: int, rounds: int, seconds: float) -> None:
    """Print the table."""
    connection = embedded_server.ensure(at / "embedded")
    with connect(connection, CORE) as graph:
        Programme(graph, size)
        secret = token(graph, "chandra", "manager", "auditor")
    with serving(speaking_to(connection) | {"RELAY_DATA": str(at / "data")}, at) as relay:
        rows = rows_of(relay.port, secret)
        same((len(rows) - 1, size))
        with datasette(stored(rows, at)) as other:
            lists: dict[str, tuple[Served, str]] = {"Relay": (relay, LIST), "Datasette": (other, SAME_LIST)}
            found = defaultdict[tuple[str, int], list[Reading]](list)
            for _ in range(rounds):
                for who, (service, path) in lists.items():
                    for many in (1, MANY):
                        found[who, many].append(read(service, secret, path, many, seconds))
    say("| list of placements of | one reader | sixteen | sixteen / one | p95 of sixteen |")
    say("| --- | --- | --- | --- | --- |")
    for who in lists:
        one, sixteen = (statistics.median(each.pace for each in found[who, many]) for many in (1, MANY))
        p95 = statistics.median(each.p95 for each in found[who, MANY])
        same((sum(each.failed for many in (1, MANY) for each in found[who, many]), 0))
        say(f"| {who} | {one:.0f}/s | {sixteen:.0f}/s | {sixteen / one:.2f} | {p95:.2f} s |")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=40_000, help="placements in the programme")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each reading")
    asked = parser.parse_args()
    say(f"Measured on {describe()}, datasette {version('datasette')}; {asked.size:,} placements, embedded.\n")
    with tempfile.TemporaryDirectory() as folder:
        try:
            measure(Path(folder), asked.size, asked.rounds, asked.seconds)
        finally:
            embedded_server.stop(Path(folder) / "embedded")


if __name__ == "__main__":
    main()
