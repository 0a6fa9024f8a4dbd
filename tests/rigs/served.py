"""`relay serve` as a process of its own, which can be killed and comes back at its port, and who works with it.

Who records there hands goats on and on, to a new woman each time; each act is sent again until it is acknowledged.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

from relay.access import accounts, api_tokens
from relay.access.roles import grant_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from relay.domain.acts import Value
    from relay.graph import Graph
    from relay.settings import Connection

    Said = tuple[str, dict[str, Value]]  # the kind of an act, and its columns
    Send = Callable[[str, dict[str, Value]], bool]  # whether it was acknowledged

ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-m", "relay.cli")
PATIENCE_SECONDS: Final = 300  # a very busy machine starts a server and an engine within them, several times
PAUSE_SECONDS: Final = 0.1  # between two tries


class Impatient(AssertionError):
    """Something did not come about in time."""


def speaking_to(connection: Connection) -> dict[str, str]:
    """The environment of a process that works on a database of either engine."""
    said = {name: getattr(connection, name) for name in ("uri", "user", "password", "database")}
    return os.environ | {f"NEO4J_{name.upper()}": value for name, value in said.items()}


def token(graph: Graph, login: str, *roles: str) -> str:
    """Make somebody's account; her token."""
    now = datetime.now(UTC)
    accounts.add(graph, login, tuple(map(grant_of, roles)), None, now)
    return api_tokens.issue(graph, login, days=1, now=now, random=token_bytes).secret


class Service:
    """`relay serve` in a process of its own."""

    def __init__(self, environ: Mapping[str, str], log: Path, workers: int) -> None:
        """Begin with nothing started; what it says goes to a file."""
        self.port = 0
        self.link = ""
        self._environ, self._log, self._workers = environ, log, workers
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that serves."""
        assert self._process
        return self._process

    def start(self) -> None:
        """Start it, at the port that it had before if there was one, and wait until it says where it is."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._started() is None:  # its port may be somebody's for a moment
            if time.monotonic() > until:
                raise Impatient(self._log.read_text()[-500:])
            time.sleep(PAUSE_SECONDS)

    def _started(self) -> int | None:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port), "--workers", str(self._workers)],
                cwd=ROOT,
                env=self._environ,
                stderr=log,
            )
        while self._process.poll() is None:
            _, found, address = self._log.read_text().partition("Relay is at http://127.0.0.1:")
            if found and " " in address:
                self.port = int(address.partition("/")[0])
                self.link = address.partition("/")[2].partition(" ")[0]
                return self.port
            time.sleep(PAUSE_SECONDS)
        return None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)

    def processes(self) -> list[int]:
        """The process that was started, and all that it started itself but the engine, which outlives it."""
        parent = self.process.pid
        below = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *(int(each) for each in below if b"serve" in _command_line(each))]

    def resident_bytes(self) -> int:
        """How much memory it holds: what several processes share counts once."""
        said = [Path(f"/proc/{process}/smaps_rollup").read_text() for process in self.processes()]
        return sum(int(each.partition("\nPss:")[2].split()[0]) for each in said) * 1024

    def used_seconds(self) -> float:
        """How much of a processor's time it took."""
        return used_seconds(*self.processes())


def _command_line(process: str) -> bytes:
    """What a process was started with; empty once it ended, which it may while it is asked."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def used_seconds(*processes: int) -> float:
    """How much of a processor's time some processes took together."""
    fields = [Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split() for process in processes]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(environ: Mapping[str, str], folder: Path, *, workers: int = 1) -> Generator[Service]:
    """Serve until the block ends; a server that was not stopped is killed."""
    service = Service(environ, folder / "serve.log", workers)
    service.start()
    try:
        yield service
    finally:
        service.kill()


def hand_over(receiver: str, giver: str, *, animals: int = 2) -> tuple[Said, Said]:
    """What a clerk says of a hand-over between two women: who received, and from whom."""
    woman: dict[str, Value] = {"beneficiary_id": f"of {receiver}", "name": "a woman"}
    passed: dict[str, Value] = {
        "pass_id": receiver,
        "giver_placement_id": f"beneficiary:of {giver}",
        "beneficiary_id": f"of {receiver}",
        "passed_on": "2024-06-01",
        "animals": animals,
    }
    return ("beneficiary", woman), ("pass", passed)


def sent(send: Send, kind: str, said: dict[str, Value]) -> str:
    """Send an act until it is acknowledged; its id."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not send(kind, said):
        if time.monotonic() > until:
            raise Impatient(said)
        time.sleep(PAUSE_SECONDS)
    return f"{kind}:{said[f'{kind}_id']}"
