"""The front: waitress, which turns away whoever sends too much, and lets strangers wait for whoever is known.

    connection → head (HEAD_BYTES) → how much it may send → body → its client's turn → answered

Waitress itself, and the proxy before it, limit how long a connection may stay. The rest waitress cannot do, as
tests/web/traffic/test_listener.py and tests/whole/test_strangers.py show: it has one limit for all bodies, accepts no
further connection while all places are taken, and answers requests in the order in which they came.

A body is refused at its first byte too many, which the head may announce already: the application gets the request
without it, and says so in its own words. What is sent before the answer to the request before it is not taken: no
browser does so. Where all places are taken, a stranger makes room: the one who has been still longest, or else one who
waits for an answer, since whoever has only just come is about to ask. Clients are answered in turn, not requests, and
of those whom nobody knows only a few at once: so whoever signed in keeps her place, and finds one free that answers
her. Few answers are begun at once, since Python works for one thread at a time and threads that wait for it cost more
than they bring; beside one that takes long others begin.
"""

# what is known of waitress's types is of another version:
# pyright: reportAttributeAccessIssue=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportOperatorIssue=false, reportUnknownLambdaType=false

from __future__ import annotations

import select
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CONNECTION: Final = "CONNECTION"
_LENGTH: Final = "CONTENT_LENGTH"
_DROPPED_BYTES: Final = 1 << 16
_FORWARDED: Final = "X_FORWARDED_FOR"
_FROM_THE_PROXY: Final = frozenset({"x-forwarded-for", "x-forwarded-proto"})  # who asks, and whether by TLS


class Doorkeeper(Protocol):
    """What the application knows of a request by its head."""

    def room(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """How many bytes it may send."""
        ...

    def known(self, headers: Mapping[str, str]) -> str | None:
        """Who signed in, or None: no database is asked, so that somebody may have been signed out since."""
        ...


class _Request(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request on its way in."""

    doorkeeper: Doorkeeper
    room = limits.BODY_BYTES
    refused = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked or self.content_length > limits.BODY_BYTES:
            self.room = self.doorkeeper.room(self.command, self.path, self.headers)
        if self.content_length > self.room:
            self._refuse(self.content_length)

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.chunked and self.body_rcv is not None and self.body_bytes_received > self.room:
            self._refuse(self.body_bytes_received)
        if self.refused:  # of a refused body nothing is taken for the next request
            return len(data)
        if self.completed and not self.empty and consumed < len(data):
            self.headers |= {_CONNECTION: "close"}
            return len(data)
        return consumed

    def _refuse(self, length: int) -> None:
        """Hand it on without its body; the application sees how large that is, and refuses it."""
        self.close()
        self.body_rcv = self.error = None
        self.headers |= {_LENGTH: str(length), _CONNECTION: "close"}
        self.refused = self.completed = True
        self.expect_continue = False


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection, which tells whose turn it waits for."""

    parser_class = _Request

    def __init__(self, server: _Server, sock: socket.socket, addr: Any, adj: Adjustments, map: Any = None) -> None:  # noqa: A002, ANN401 - waitress's
        self.client = ""
        self.turn = _NO_TURN
        self.refused = self.listens = self.close_when_flushed = False
        super().__init__(server, sock, addr, adj, map=map)

    def service(self) -> None:
        turn = self.turn  # of the next request here it may be another
        self.refused = bool(self.requests[0].refused or self.requests[0].error)
        try:
            super().service()
        finally:
            self.server.task_dispatcher.done(turn)

    # who was refused may still be sending, and would not read the answer if that were cut off: what comes is dropped

    def readable(self) -> bool:
        return self.listens or super().readable()

    def handle_read(self) -> None:
        if self.listens:
            self.recv(_DROPPED_BYTES)
        else:
            super().handle_read()

    def handle_write(self) -> None:
        if self.refused and self.close_when_flushed:
            self._flush_exception(self._flush_some)
            if not (self.total_outbufs_len or self.will_close):
                self.close_when_flushed, self.listens = False, True
                self.socket.shutdown(socket.SHUT_WR)
                return
        super().handle_write()


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody is being answered.

    Attributes:
        client: Who.
        begun: Since when, in seconds of the clock that never goes back.
    """

    client: str
    begun: float


_NO_TURN: Final = Turn("", 0.0)


@dataclass(slots=True)
class Turns:
    """What waits to be answered: each client has its turn, few turns begin at once, and strangers have a share of them.

    Attributes:
        waiting: Client → its connections that wait, in order; who was served last is last.
        taken: The turns of those who are being answered.
        stranger_at: When a stranger's turn came last, by the clock that never goes back.
    """

    waiting: dict[str, deque[_Channel]] = field(default_factory=dict[str, "deque[_Channel]"])
    taken: list[Turn] = field(default_factory=list[Turn])
    stranger_at: float = -limits.STRANGERS_PAUSE_SECONDS

    def append(self, channel: _Channel) -> None:
        """Let one wait."""
        channel.client = channel.server.client_of(channel)
        self.waiting.setdefault(channel.client, deque()).append(channel)

    def popleft(self) -> _Channel:
        """The next one who may be answered."""
        client = str(self._next())
        queue = self.waiting.pop(client)
        channel = queue.popleft()
        if queue:
            self.waiting[client] = queue  # behind the others
        channel.turn = Turn(client, time.monotonic())
        self.taken.append(channel.turn)
        if not _is_known(client):
            self.stranger_at = channel.turn.begun
        return channel

    def stranger(self) -> _Channel | None:
        """Of those whom nobody knows, who has waited longest; None where none waits."""
        waiting = (each for client, queue in self.waiting.items() if not _is_known(client) for each in queue)
        return min(waiting, key=lambda channel: channel.last_activity, default=None)

    def leave(self, channel: _Channel) -> None:
        """Let one wait no longer."""
        queue = self.waiting[channel.client]
        queue.remove(channel)
        if not queue:
            del self.waiting[channel.client]

    def done(self, turn: Turn) -> None:
        """One was answered."""
        self.taken.remove(turn)

    def __len__(self) -> int:
        """How many can be answered now."""
        return sum(map(len, self.waiting.values())) if self._next() is not None else 0

    def _next(self) -> str | None:
        now = time.monotonic()
        if sum(now < turn.begun + limits.BRIEF_SECONDS for turn in self.taken) >= limits.BEGUN_AT_ONCE:
            return None
        strangers = sum(not _is_known(turn.client) for turn in self.taken)
        full = strangers >= limits.OF_STRANGERS
        pause = strangers < len(self.taken) and now < self.stranger_at + limits.STRANGERS_PAUSE_SECONDS
        return next((each for each in self.waiting if _is_known(each) or not (full or pause)), None)


_KNOWN: Final = "login "


def _is_known(client: str) -> bool:
    return client.startswith(_KNOWN)


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Threads that answer clients in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: Any = Turns()

    def done(self, turn: Turn) -> None:
        """Let the next one have a turn."""
        with self.lock:
            self.queue.done(turn)
            self.queue_cv.notify()


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """The listener, which keeps places free."""

    channel_class = _Channel
    doorkeeper: Doorkeeper

    def client_of(self, channel: _Channel) -> str:
        """Who asks: who signed in, or the address, which a proxy tells."""
        headers: Mapping[str, str] = channel.requests[0].headers
        if login := self.doorkeeper.known(headers):
            return f"{_KNOWN}{login}"
        address = str(channel.addr[0])
        return headers.get(_FORWARDED, "").rpartition(",")[2].strip() if address == self.adj.trusted_proxy else address

    def readable(self) -> bool:
        """Whether somebody who comes can be taken in: there is a place, or one can be made."""
        ready: bool = super().readable()
        return ready and (len(self.active_channels) < limits.CONNECTIONS or self._somebody_can_leave())

    def handle_accept(self) -> None:
        """Take in all who have come, up to so many: where strangers throng, each would wait for every one before her.

        Where all places are taken, another makes room.
        """
        coming = select.poll()
        coming.register(self.socket, select.POLLIN)
        for _ in range(limits.COMING_AT_ONCE):
            if not (coming.poll(0) and self.readable()):
                break
            if len(self.active_channels) >= limits.CONNECTIONS:
                self._make_room()
            super().handle_accept()

    def _somebody_can_leave(self) -> bool:
        if any(not each.requests for each in self.active_channels.values()):
            return True
        with self.task_dispatcher.lock:
            return self.task_dispatcher.queue.stranger() is not None

    def _make_room(self) -> None:
        leaving = self._longest(limits.COMING_SECONDS)
        if leaving is None:
            with self.task_dispatcher.lock:
                leaving = self.task_dispatcher.queue.stranger()
                if leaving:
                    self.task_dispatcher.queue.leave(leaving)
        if leaving := leaving or self._longest(0) or self._longest(0, known=True):
            leaving.handle_close()

    def _longest(self, seconds: float, *, known: bool = False) -> _Channel | None:
        """Who, known or a stranger, waits for no answer and has been still longest, and for so long at least."""
        since = time.time() - seconds  # waitress's clock
        all_ = (each for each in self.active_channels.values() if not each.requests)
        still = (each for each in all_ if each.last_activity <= since and _is_known(each.client) is known)
        return min(still, key=lambda channel: channel.last_activity, default=None)

    def maintenance(self, now: float) -> None:
        """Close what was still too long; let whoever waited for a pause, or beside what takes long, begin."""
        super().maintenance(now)
        with self.task_dispatcher.lock:
            self.task_dispatcher.queue_cv.notify(limits.BEGUN_AT_ONCE)


def listener(
    app: Callable[..., Any],
    doorkeeper: Doorkeeper,
    listening: socket.socket,
    *,
    proxy: str | None = None,
) -> TcpWSGIServer:
    """A server of an application at a socket, which runs by `run()`.

    Args:
        app: The WSGI application.
        doorkeeper: Judges requests by their head.
        listening: A socket that listens.
        proxy: The address that alone is believed when it says who asks; None: nobody is.
    """
    behind: dict[str, Any] = (
        {"trusted_proxy": proxy, "trusted_proxy_headers": _FROM_THE_PROXY} if proxy is not None else {}
    )
    settings = Adjustments(
        sockets=[listening],
        threads=limits.THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        connection_limit=sys.maxsize,  # the listener keeps its own
        asyncore_use_poll=hasattr(select, "poll"),
        max_request_header_size=limits.HEAD_BYTES,
        max_request_body_size=sys.maxsize,  # each request has its own
        inbuf_overflow=limits.IN_MEMORY_BYTES,
        outbuf_overflow=limits.OUT_IN_MEMORY_BYTES,
        outbuf_high_watermark=limits.LARGEST_DISK_BYTES,
        channel_timeout=limits.IDLE_SECONDS,
        **behind,
    )
    settings.asyncore_loop_timeout = settings.cleanup_interval = limits.BRIEF_SECONDS  # as numbers they would be whole
    dispatcher = _Dispatcher()
    dispatcher.set_thread_count(settings.threads)
    request = type("_Request", (_Request,), {"doorkeeper": doorkeeper})
    channel = type("_Channel", (_Channel,), {"parser_class": request})
    kind = type("_Server", (_Server,), {"channel_class": channel, "doorkeeper": doorkeeper})
    where = (listening.family, listening.type, listening.proto, listening.getsockname())
    server: TcpWSGIServer = kind(
        app, map={}, _sock=listening, dispatcher=dispatcher, adj=settings, sockinfo=where, bind_socket=False
    )
    return server
