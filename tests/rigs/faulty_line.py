"""A line to a database that can be cut, go silent or talk nonsense at a chosen moment: a small TCP proxy for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Generator

Fault = Literal["cut_before", "cut_after", "stall", "garbage"]
Moment = Literal["greeting", "statement", "commit", "goodbye"]

WORDS: Final[dict[Moment, bytes]] = {
    "greeting": bytes.fromhex("6060b017"),
    "statement": bytes.fromhex("b310"),
    "commit": bytes.fromhex("0002b0120000"),
    "goodbye": bytes.fromhex("0002b0020000"),
}
"""How a client begins what it says at each moment, in Bolt."""

HOST: Final = "127.0.0.1"
BYTES: Final = 65_536
QUEUE: Final = 8  # more than Linux lets wait at a backlog of 0, which is 1

GARBAGE: Final = bytes.fromhex("0004c5b3716f0000") * 8
"""Whole chunks, as Bolt sends them, of which no reader of Bolt can make sense."""


@dataclass(slots=True, kw_only=True)
class Line:
    """A line to a database, over which several connections may be made.

    Attributes:
        uri: where a client connects to speak over it.
        moment: when the fault comes: as the client says this.
        fault: cut_before drops what the client says and ends the connection; cut_after lets the database do it and
            drops the answer; stall says nothing ever after; garbage answers nonsense, and nothing ever after.
        passing: how many more times the client may say this before the fault comes.
        left: how many more times the fault comes; 0 for a sound line.
        came: how many times it came.
        said: what the client said, in pieces: it waits for an answer between two of them.
    """

    uri: str
    moment: Moment = "commit"
    fault: Fault = "stall"
    passing: int = 0
    left: int = 0
    came: int = 0
    said: list[bytes] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def break_at(self, moment: Moment, fault: Fault, *, after: int = 0, times: int = 1) -> None:
        """Let the fault come at that moment, that many times, after some of those moments have passed."""
        self.moment, self.fault, self.passing, self.left, self.came = moment, fault, after, times, 0

    def breaks(self, said: bytes) -> bool:
        """Whether the fault comes now."""
        with self.lock:
            self.said.append(said)
            if not self.left or WORDS[self.moment] not in said:
                return False
            if self.passing:
                self.passing -= 1
                return False
            self.left -= 1
            self.came += 1
            return True


@contextlib.contextmanager
def between(uri: str) -> Generator[Line]:
    """Put a line, sound at first, between a client and the database that answers at a URI."""
    database = urlsplit(uri)
    with socket.create_server((HOST, 0)) as server:
        line = Line(uri=f"bolt://{HOST}:{server.getsockname()[1]}")
        address = (str(database.hostname), int(database.port or 0))
        threading.Thread(target=_connect_all, args=(server, address, line), daemon=True).start()
        yield line
        server.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def refused() -> Generator[str]:
    """Give the URI of a port that refuses every connection, and that nobody else takes meanwhile."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        yield f"bolt://{HOST}:{taken.getsockname()[1]}"


@contextlib.contextmanager
def black_hole() -> Generator[str]:
    """Give the URI of a port that lets connections hang: its queue is full and nobody takes them."""
    with contextlib.ExitStack() as held:
        server = held.enter_context(socket.create_server((HOST, 0), backlog=0))
        address = server.getsockname()
        for _ in range(QUEUE):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003  the system's own call
            waiting.connect_ex(address)
        yield f"bolt://{HOST}:{address[1]}"


def _connect_all(server: socket.socket, address: tuple[str, int], line: Line) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_carry, args=(client, address, line), daemon=True).start()


def _carry(client: socket.socket, address: tuple[str, int], line: Line) -> None:
    """Carry what a client says to the database, until either of them ends or the fault comes."""
    with contextlib.suppress(OSError), _ended(client), _ended(socket.create_connection(address)) as database:
        broken = threading.Event()
        dropped: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=_answer, args=(database, client, broken, dropped), daemon=True).start()
        while said := client.recv(BYTES):
            if not line.breaks(said):
                database.sendall(said)
                continue
            broken.set()
            if line.fault == "cut_after":
                database.sendall(said)
                _await_all(_messages(said), dropped)
            elif line.fault in {"stall", "garbage"}:
                client.sendall(GARBAGE if line.fault == "garbage" else b"")
                while client.recv(BYTES):
                    pass
            break


@contextlib.contextmanager
def _ended(connection: socket.socket) -> Generator[socket.socket]:
    """End a connection afterwards, although another thread may be listening to it: to close it would not."""
    with connection:
        try:
            yield connection
        finally:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _await_all(asked: int, dropped: SimpleQueue[bytes]) -> None:
    """Wait until the database has answered all that it was asked: before that it has not done all of it."""
    answers = b""
    while _messages(answers) < asked and (answer := dropped.get()):
        answers += answer


def _messages(said: bytes) -> int:
    """How many messages of Bolt end in what was said, which begins with one: chunks, the last of each one empty."""
    place, ended, within = 0, 0, False
    while place < len(said):
        size = int.from_bytes(said[place : place + 2])
        ended += within and not size
        within = size > 0
        place += 2 + size
    return ended


def _answer(
    database: socket.socket, client: socket.socket, broken: threading.Event, dropped: SimpleQueue[bytes]
) -> None:
    """Carry what the database answers to a client; once the line is broken, drop it."""
    with contextlib.suppress(OSError):
        while said := database.recv(BYTES):
            if broken.is_set():
                dropped.put(said)
            else:
                client.sendall(said)
        client.shutdown(socket.SHUT_RDWR)
    dropped.put(b"")
