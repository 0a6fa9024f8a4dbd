"""Readers at once: `python -m benchmarks.readers [SIZE] [--engine neo4j] [--seconds N] [--rounds N]`.

A made programme is served by `relay serve`, by one worker and by two, in processes of their own. One reader, then
sixteen, ask for pages, each for the next as soon as the one before is there; they are one process, which waits for all
its connections at once and unpacks nothing, and its own processor time is told apart. One worker and two are measured
in turn, so that whatever else the machine does is borne by both. Every figure is a ratio of one run.
"""

from __future__ import annotations

import resource
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from benchmarks.pages import DAY

if TYPE_CHECKING:
    from tests.rigs.served import Service

PAGES: Final = {
    "list of placements": f"/p/made/placements?sort=-reach&as_of={DAY}&page=%d",
    "front page": f"/p/made?as_of={DAY}&page=%d",
}
MANY: Final = 16
READERS, WRITERS = 50, 8
WORKERS: Final = (1, 2)
HEADERS_END: Final = b"\r\n\r\n"


# ------------------------------------------------------------------------------------------ the readers, one process


@dataclass(slots=True)
class Reader:
    """One connection that asks for page after page."""

    line: socket.socket
    path: str
    secret: str
    asked: int = 0
    begun: float = 0.0
    left: int = -1  # bytes of the answer that are still to come; -1: its headers are
    head: bytes = b""
    took: list[float] = field(default_factory=list[float])
    failed: int = 0

    def ask(self) -> None:
        """Ask for the next page."""
        self.asked += 1
        path = self.path % (1 + self.asked % 5)
        self.begun, self.left, self.head = time.perf_counter(), -1, b""
        said = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.secret}\r\n"
        self.line.sendall(f"{said}Accept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode())

    def hear(self) -> bool:
        """Take what has come; whether the whole answer is there."""
        said = self.line.recv(1 << 18)
        if not said:
            raise ConnectionError
        if self.left < 0:
            self.head += said
            head, found, body = self.head.partition(HEADERS_END)
            if not found:
                return False
            fields = head.lower()
            length = int(fields.partition(b"content-length:")[2].split(b"\r\n")[0])
            self.failed += not head.startswith(b"HTTP/1.1 200")
            self.left = length - len(body)
        else:
            self.left -= len(said)
        if self.left:
            return False
        self.took.append(time.perf_counter() - self.begun)
        return True


def generate(port: int, secret: str, path: str, many: int, seconds: float) -> None:
    """Read for so long; print how many answers, the time below which 95 of a hundred lay, failures, processor time."""
    readers = [Reader(socket.create_connection(("127.0.0.1", port)), path, secret, number) for number in range(many)]
    with selectors.DefaultSelector() as waiting:
        for reader in readers:
            reader.ask()
            waiting.register(reader.line, selectors.EVENT_READ, reader)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            for key, _ in waiting.select(1):
                if key.data.hear():
                    key.data.ask()
    took = sorted(one for reader in readers for one in reader.took)
    used = resource.getrusage(resource.RUSAGE_SELF)
    p95 = took[len(took) * 95 // 100] if took else 0.0
    failed = sum(reader.failed for reader in readers)
    print(len(took), p95, failed, used.ru_utime + used.ru_stime)  # noqa: T201 - what the other process reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of some readers: pages a second, p95 in seconds, failures, and the processor's share of reading."""

    pace: float
    p95: float
    failed: int
    own: float


def read(service: Service, secret: str, path: str, many: int, seconds: float) -> Reading:
    """Let so many readers read for so long, in a process of their own."""
    asked = [str(service.port), secret, path, str(many), str(seconds)]
    said = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "benchmarks.readers", "--generate", *asked], check=True, capture_output=True, text=True
    )
    pages, p95, failed, used = said.stdout.split()
    return Reading(pace=int(pages) / seconds, p95=float(p95), failed=int(failed), own=float(used) / seconds)


if __name__ == "__main__" and sys.argv[1:2] == ["--generate"]:
    generate(int(sys.argv[2]), *sys.argv[3:5], int(sys.argv[5]), float(sys.argv[6]))
