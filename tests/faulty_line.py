"""A line to a database that can be cut, go silent or talk nonsense at a chosen moment: a small TCP proxy for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
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

GARBAGE: Final = bytes.fromhex("0004c5b3716f0000") * 8
"""Well-formed chunks whose content no reader of Bolt can make sense of."""


@dataclass(slots=True, kw_only=True)
class Line:
    """A line under way.

    Attributes:
        uri: where a client connects to speak over it.
        moment: when the fault comes: as soon as the client says this.
        fault: cut_before drops what the client says and ends the connection; cut_after lets the database do it and
            drops the answer; stall says nothing ever after; garbage answers nonsense, and nothing ever after.
        times: how many more times the fault comes; 0 for a sound line.
        seen: how many times it came.
    """

    uri: str
    database: tuple[str, int]
    moment: Moment = "commit"
    fault: Fault = "stall"
    times: int = 0
    seen: int = 0
    sockets: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def break_at(self, moment: Moment, fault: Fault, *, times: int = 1) -> None:
        """Let the fault come at that moment, that many times."""
        self.moment, self.fault, self.times, self.seen = moment, fault, times, 0

    def takes(self, said: bytes) -> bool:
        """Whether the fault comes now."""
        with self.lock:
            if not self.times or WORDS[self.moment] not in said:
                return False
            self.times -= 1
            self.seen += 1
            return True

    def carry(self, client: socket.socket) -> None:
        """Carry what the client says to the database, until either ends or the fault comes."""
        with contextlib.suppress(OSError), contextlib.ExitStack() as ends:
            ends.enter_context(client)
            database = ends.enter_context(socket.create_connection(self.database))
            self.sockets += [client, database]
            silent = threading.Event()
            threading.Thread(target=_answer, args=(database, client, silent), daemon=True).start()
            while said := client.recv(65536):
                if not self.takes(said):
                    database.sendall(said)
                    continue
                silent.set()
                if self.fault == "cut_after":
                    database.sendall(said)
                    ends.enter_context(socket.create_connection(self.database))  # keeps nothing waiting; see below
                if self.fault == "garbage":
                    client.sendall(GARBAGE)
                if self.fault in {"stall", "garbage"}:
                    while client.recv(65536):
                        pass
                return


def _answer(database: socket.socket, client: socket.socket, silent: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while said := database.recv(65536):
            if not silent.is_set():
                client.sendall(said)
        client.shutdown(socket.SHUT_RDWR)
