"""What all processes of a service share: tries to sign in, the pace of strangers, what is under way, and searches.

One process keeps it in its own memory. Several have a process beside them that keeps it for all: each object there is
spoken to as if it were here. All else that a process keeps in memory is its own, so it must follow from the database.
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
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Protocol

from relay.access.accounts import SignInTries

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_MOST: Final = 10_000  # addresses, or things under way, that are remembered; our choice: some megabytes
_MINUTE: Final = 60.0


class Pace:
    """How often an address asked for something within a minute."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Begin with none; `seconds` is a clock that never goes back."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def may(self, what: str, address: str, most: int) -> bool:
        """Count one more, and say whether it is still among so many a minute."""
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


class Ending(Protocol):
    """What may be under way in any process.

    Attributes:
        ended: Whether it is over.
        process: In which it runs.
    """

    ended: bool
    process: int


class Board:
    """What is under way, by its token: put up by the process that does it, and read by all."""

    LEFT = 50  # our choice: ended ones that are remembered

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._told: OrderedDict[str, Any] = OrderedDict()

    def begin(self, token: str, work: Ending) -> bool:
        """Put up work, unless work of that token is under way already; whether it was put up."""
        with self._lock:
            if (running := self._told.get(token)) and not running.ended and _lives(running.process):
                return False
            for old in [each for each, one in self._told.items() if one.ended][: -self.LEFT]:
                del self._told[old]
            self._told[token] = work
            return True

    def tell(self, token: str, work: Ending) -> None:
        """Put up how far it is."""
        with self._lock:
            self._told[token] = work

    def of(self, token: str) -> Any:  # noqa: ANN401 - whatever was put up
        """The work of that token as it was told last, or None; what ended with its process is forgotten."""
        with self._lock:
            work = self._told.get(token)
            return work if work and (work.ended or _lives(work.process)) else None


def _lives(process: int) -> bool:
    if process == os.getpid():
        return True
    with suppress(ProcessLookupError):
        os.kill(process, 0)  # several processes are there on Linux only, where this asks and does nothing
        return True
    return False


class Searches:
    """What was searched for, by the key that stands in a URL in place of the words; each is its sender's alone."""

    MOST = 1_000  # our choice: searches that one can come back to, those of a working day

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._sent: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def keep(self, login: str, text: str, key: str) -> str:
        """Keep the words that somebody sent, under a key of hers if it is one: the key that calls them back."""
        with self._lock:
            if self._sent.get(key, ("", ""))[0] != login:
                key = token_urlsafe(9)
            self._sent[key] = login, text
            while len(self._sent) > self.MOST:
                self._sent.popitem(last=False)
            return key

    def of(self, login: str, key: str) -> str:
        """The words that somebody sent under a key; empty if it is none of hers."""
        with self._lock:
            sender, text = self._sent.get(key, ("", ""))
            return text if sender == login else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all processes share.

    Attributes:
        tries: Tries to sign in.
        pace: Of strangers.
        board: Imports under way.
        searches: What was searched for.
        counts: The folder in which several processes count requests together; None: each counts for itself.
    """

    tries: SignInTries = field(default_factory=lambda: SignInTries(time.monotonic))
    pace: Pace = field(default_factory=lambda: Pace(time.monotonic))
    board: Board = field(default_factory=Board)
    searches: Searches = field(default_factory=Searches)
    counts: Path | None = None


class _Keeper(BaseManager):
    """The process that keeps it for all."""


@contextmanager
def shared_by_processes(begin: Callable[[], None]) -> Generator[Shared]:
    """Keep it in a process beside those that this one starts.

    Args:
        begin: What that process does first.
    """
    kept = Shared()
    for name in ("tries", "pace", "board", "searches"):
        _Keeper.register(name, callable=partial(getattr, kept, name))
    keeper: Any = _Keeper(ctx=get_context("fork"))
    keeper.start(initializer=begin)
    try:
        with TemporaryDirectory(prefix="relay-") as counts:
            yield Shared(
                tries=keeper.tries(),
                pace=keeper.pace(),
                board=keeper.board(),
                searches=keeper.searches(),
                counts=Path(counts),
            )
    finally:
        keeper.shutdown()
