"""Readers at once: `python -m benchmarks.readers [SIZE] [--engine neo4j] [--rounds N] [--seconds N]`.

A made programme is served by `relay serve`, by one worker, two and four, each in processes of their own. One reader,
then four, then sixteen, ask for one page after the other, each as soon as the one before is there; then fifty readers
and eight clerks work as people do, each PAUSE_SECONDS after the page or act before. All readers are one process, which
waits for all its connections at once and unpacks nothing; its processor time is told apart. Workers are measured in
turn, so that all bear whatever else the machine does. Every figure is the median of the rounds of one run.
"""

from __future__ import annotations

import argparse
import heapq
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from math import inf
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, Protocol

from benchmarks.machine import describe, say
from benchmarks.pages import DAY, Programme
from relay.database import embedded_server
from relay.graph import connect
from relay.service.client import Remote
from tests.rigs import neo4j_server
from tests.rigs.served import serving, speaking_to, token
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from relay.domain.acts import Value
    from relay.settings import Connection
    from tests.rigs.served import Service

LIST: Final = f"/p/made/placements?sort=-reach&as_of={DAY}&page=%d"
PAGES: Final = {"list of placements": LIST, "front page": f"/p/made?as_of={DAY}&page=%d"}
MANY: Final = 16
READING: Final = (1, 4, MANY)
READERS: Final = 50
CLERKS: Final = 8
PAUSE_SECONDS: Final = 10.0  # our choice: between two clicks of somebody who reads what she asked for
WORKERS: Final = (1, 2, 4)
WARM: Final = 4
HEADERS_END: Final = b"\r\n\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"


# ------------------------------------------------------------------------------------------ the readers, one process


@dataclass(slots=True)
class Reader:
    """One connection that asks for page after page."""

    line: socket.socket
    path: str
    secret: str
    asked: int = 0
    begun: float = 0.0
    left: float = -1  # bytes of the answer that are still to come; -1: its headers are; infinite: it comes in chunks
    head: bytes = b""
    tail: bytes = b""
    took: list[float] = field(default_factory=list[float])
    failed: int = 0
    used: int = 0

    def ask(self) -> None:
        """Ask for the next page."""
        self.asked += 1
        path = self.path % (1 + self.asked % 5)
        self.begun, self.left, self.head, self.tail = time.perf_counter(), -1, b"", b""
        said = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.secret}\r\n"
        self.line.sendall(f"{said}Accept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode())

    def hear(self) -> bool:
        """Take what has come; whether the whole answer is there."""
        said = self.line.recv(1 << 18)
        if not said:
            raise ConnectionError
        if self.left < 0:
            self.head += said
            head, found, said = self.head.partition(HEADERS_END)
            if not found:
                return False
            _, told, length = head.lower().partition(b"content-length:")
            self.failed += not head.startswith(b"HTTP/1.1 200")
            self.left = int(length.split(b"\r\n")[0]) if told else inf
        self.left -= len(said)
        self.tail = (self.tail + said)[-len(LAST_CHUNK) :]
        if self.left and not (self.left == inf and self.tail == LAST_CHUNK):
            return False
        self.took.append(time.perf_counter() - self.begun)
        return True


def generate(port: int, secret: str, path: str, many: int, seconds: float, pause: float) -> None:
    """Read for so long; print how many answers, the time below which 95 of a hundred lay, failures, processor time."""
    readers = [Reader(socket.create_connection(("127.0.0.1", port)), path, secret, number) for number in range(many)]
    now = time.perf_counter()
    draw = Random(1)  # noqa: S311 - who clicks keeps no secrets
    waiting = [(now + pause * draw.random(), number) for number in range(many)]
    heapq.heapify(waiting)
    until = now + seconds
    with selectors.DefaultSelector() as lines:
        for number, reader in enumerate(readers):
            lines.register(reader.line, selectors.EVENT_READ, number)
        while (now := time.perf_counter()) < until:
            while waiting and waiting[0][0] <= now:
                readers[heapq.heappop(waiting)[1]].ask()
            next_ = waiting[0][0] if waiting else until
            for key, _ in lines.select(max(0.0, min(next_, until) - now)):
                if readers[key.data].hear():
                    heapq.heappush(waiting, (time.perf_counter() + pause, key.data))
    took = sorted(one for reader in readers for one in reader.took)
    used = resource.getrusage(resource.RUSAGE_SELF)
    p95 = took[len(took) * 95 // 100] if took else 0.0
    failed = sum(reader.failed for reader in readers)
    say(f"{len(took)} {p95} {failed} {used.ru_utime + used.ru_stime}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of some readers.

    Attributes:
        pace: Pages a second.
        p95: Seconds within which 95 of a hundred pages were there.
        failed: Answers that were no page.
        own: The share of one processor that the readers themselves took.
        service: The share that the service took, without the database.
    """

    pace: float
    p95: float
    failed: int
    own: float
    service: float


class Served(Protocol):
    """What answers the readers."""

    port: int

    def used_seconds(self) -> float:
        """How much of a processor's time it took."""
        ...


def read(service: Served, secret: str, path: str, many: int, seconds: float, pause: float = 0.0) -> Reading:
    """Let so many readers read for so long, in a process of their own."""
    asked = [str(service.port), secret, path, str(many), str(seconds), str(pause)]
    before = service.used_seconds()
    said = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "benchmarks.readers", "--generate", *asked], check=True, capture_output=True, text=True
    )
    pages, p95, failed, used = said.stdout.split()
    return Reading(
        pace=int(pages) / seconds,
        p95=float(p95),
        failed=int(failed),
        own=float(used) / seconds,
        service=(service.used_seconds() - before) / seconds,
    )


# ---------------------------------------------------------------------------------------------- what is measured


def record_until(over: threading.Event, send: Callable[[str, dict[str, Value]], object], clerk: int) -> list[float]:
    """Register one woman after the other; how long each took, in seconds."""
    took = list[float]()
    for number in count():
        if over.wait(PAUSE_SECONDS * (0.5 + clerk / CLERKS if not number else 1)):
            return took
        begun = time.perf_counter()
        send("beneficiary", {"beneficiary_id": f"by {clerk}, {number}, {begun}", "name": "a woman"})
        took.append(time.perf_counter() - begun)
    return took


def people(service: Service, manager: str, staff: str, seconds: float) -> tuple[Reading, list[float]]:
    """Fifty who read and eight who record."""
    over = threading.Event()
    with ThreadPoolExecutor(CLERKS) as clerks:

        def send(kind: str, said: dict[str, Value]) -> object:
            return Remote(service.url, staff).hand_in("made", kind, said)

        recording = [clerks.submit(record_until, over, send, clerk) for clerk in range(CLERKS)]
        try:
            found = read(service, manager, LIST, READERS, seconds, PAUSE_SECONDS)
        finally:
            over.set()
        return found, [one for each in recording for one in each.result()]


def measure(connection: Connection, at: Path, size: int, rounds: int, seconds: float) -> None:
    """Print the tables."""
    with connect(connection, CORE) as graph:
        Programme(graph, size)
        manager, staff = token(graph, "chandra", "manager", "auditor"), token(graph, "bina", "staff")
    with ExitStack() as running:
        services = {workers: running.enter_context(_served(connection, at, workers, manager)) for workers in WORKERS}
        say("| page | workers | one reader | four | sixteen | sixteen / one | p95 of sixteen | their own processor |")
        say("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for what, path in PAGES.items():
            found = defaultdict[tuple[int, int], list[Reading]](list)
            for _ in range(rounds):
                for workers, service in services.items():
                    for many in READING:
                        found[workers, many].append(read(service, manager, path, many, seconds))
            for workers in WORKERS:
                one, four, sixteen = (statistics.median(each.pace for each in found[workers, many]) for many in READING)
                all_ = found[workers, MANY]
                p95, own = (statistics.median(getattr(each, of) for each in all_) for of in ("p95", "own"))
                pace = f"{one:.0f}/s | {four:.0f}/s | {sixteen:.0f}/s | {sixteen / one:.2f}"
                say(f"| {what} | {workers} | {pace} | {p95:.2f} s | {own:.0%} |")
                assert not sum(each.failed for each in all_), "an answer was no page"  # noqa: S101
        say("\n| workers | pages | p95 | no page | acts | p95 of an act | service's processor | memory |")
        say("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for workers, service in services.items():
            reading, acts = people(service, manager, staff, seconds * 10)
            act = sorted(acts)[len(acts) * 95 // 100] if acts else 0.0
            memory = service.resident_bytes() / 1e6
            say(
                f"| {workers} | {reading.pace:.1f}/s | {reading.p95:.2f} s | {reading.failed} "
                f"| {len(acts)} | {act:.2f} s | {reading.service:.0%} | {memory:.0f} MB |"
            )


@contextmanager
def _served(connection: Connection, at: Path, workers: int, secret: str) -> Generator[Service]:
    """A service of its own folder, whose processes have read the programme."""
    folder = at / f"of {workers}"
    folder.mkdir()
    environ = speaking_to(connection) | {"RELAY_DATA": str(folder / "data")}
    with serving(environ, folder, workers=workers) as service:
        for path in PAGES.values():
            while read(service, secret, path, WARM * workers, 10).pace < WARM * workers / 10:
                pass  # until each worker has read the programme and surveyed the day
        yield service


def main() -> None:
    """Run it."""
    if sys.argv[1:2] == ["--generate"]:
        generate(int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]), *map(float, sys.argv[6:8]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=100_000, help="placements in the programme")
    parser.add_argument("--engine", choices=("embedded", "neo4j"), default="embedded")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each reading")
    asked = parser.parse_args()
    say(f"Measured on {describe()}; {asked.size:,} placements, {asked.engine}.\n")
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        if asked.engine == "neo4j":
            with neo4j_server.serve(at / "neo4j") as connection:
                measure(connection, at, asked.size, asked.rounds, asked.seconds)
        else:
            measure(embedded_server.ensure(at / "embedded"), at, asked.size, asked.rounds, asked.seconds)
            embedded_server.stop(at / "embedded")


if __name__ == "__main__":
    main()
