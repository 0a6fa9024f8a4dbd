"""The state that all processes of a server share: rates of strangers, and running imports.

A single process has it in its own memory. Several workers have one more process with it, and reach its objects through
proxies. All else in the memory of a process is its own, so it must follow from the database.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_MOST: Final = 10_000  # addresses that are remembered; our choice: some megabytes
_MINUTE: Final = 60.0


class RateLimit:
    """Counts the requests of each address within a minute."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Begin without counts; `seconds` is a monotonic clock."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def allows(self, what: str, address: str, most: int) -> bool:
        """Count a request of an address for an endpoint, and return whether it is within `most` a minute."""
        with self._lock:
            now = self._seconds()
            count, begun = self._asked.get((what, address), (0, now))
            if now - begun >= _MINUTE:
                count, begun = 0, now
            self._asked[what, address] = count + 1, begun
            self._asked.move_to_end((what, address))
            while len(self._asked) > _MOST:
                self._asked.popitem(last=False)
            return count < most


class Work(Protocol):
    """Work, such as an import, that runs in one of the processes.

    Attributes:
        ended: Whether it is over.
        process: The id of its process.
    """

    ended: bool
    process: int


class WorkBoard:
    """Running work by its token: posted by the process that does it, and read by all."""

    LEFT = 50  # our choice: ended works that are remembered

    def __init__(self) -> None:
        """Begin without work."""
        self._lock = threading.Lock()
        self._works: OrderedDict[str, Any] = OrderedDict()

    def begin(self, token: str, work: Work) -> bool:
        """Post new work, unless work with the same token is running; return whether it was posted."""
        with self._lock:
            if (running := self._works.get(token)) and not running.ended and _is_running(running.process):
                return False
            for old in [each for each, one in self._works.items() if one.ended][: -self.LEFT]:
                del self._works[old]
            self._works[token] = work
            return True

    def update(self, token: str, work: Work) -> None:
        """Post how far the work is."""
        with self._lock:
            self._works[token] = work

    def get(self, token: str) -> Any:  # noqa: ANN401 - whatever was posted
        """The work of a token as it was last posted; None if there is none, or its process ended before it."""
        with self._lock:
            work = self._works.get(token)
            return work if work and (work.ended or _is_running(work.process)) else None


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return True
    with suppress(ProcessLookupError):
        os.kill(process, 0)  # several processes are there on Linux only, where this asks and does nothing
        return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedState:
    """The state that all processes share.

    Attributes:
        rates: Requests of strangers.
        imports: Running imports.
        counts: The folder in which several processes count requests together; None if there is only one process.
    """

    rates: RateLimit = field(default_factory=lambda: RateLimit(time.monotonic))
    imports: WorkBoard = field(default_factory=WorkBoard)
    counts: Path | None = None


class _StateProcess(BaseManager):
    """The process that holds the shared state."""


@contextmanager
def state_process(on_start: Callable[[], None]) -> Generator[SharedState]:
    """Run a process that holds the shared state of all workers, and yield proxies to it.

    Args:
        on_start: Is called first in that process.
    """
    state = SharedState()
    for name in ("rates", "imports"):
        _StateProcess.register(name, callable=partial(getattr, state, name))
    process: Any = _StateProcess(ctx=get_context("fork"))
    process.start(initializer=on_start)
    try:
        with TemporaryDirectory(prefix="relay-") as counts:
            yield SharedState(
                rates=process.rates(),
                imports=process.imports(),
                counts=Path(counts),
            )
    finally:
        process.shutdown()
