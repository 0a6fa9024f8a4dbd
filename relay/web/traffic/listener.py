"""The listener: waitress with limits for each request, and a queue that serves signed-in clients before strangers.

    connection → head (HEAD_BYTES) → limit of its body → body → its client's turn → answered

Waitress itself, and the proxy before it, limit how long a connection may stay. The rest waitress cannot do, as
tests/web/traffic/test_listener.py and tests/whole/test_strangers.py show: it has one limit for all bodies, accepts no
further connection while all places are taken, and answers requests in the order in which they came.

A body is refused at its first byte too many, which the head may already announce: the application gets the request
without it, and answers with its own error. A request that is sent before the previous one on its connection is answered
(pipelining) is not read: no browser does so. While all places are taken, a stranger's connection is closed for a new
one: the one that has been idle longest, or else one that waits for an answer, but none that has only just been opened.
Clients get turns, not requests, and only `OF_STRANGERS` threads answer strangers: so a thread is free for somebody who
signed in. Few answers begin at once, since Python runs one thread at a time; while one answer takes long, others begin.
"""

# the published types of waitress are of another version:
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

from relay.access.followers import BY_FOLLOWER
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CONNECTION: Final = "CONNECTION"
_LENGTH: Final = "CONTENT_LENGTH"
_DROPPED_BYTES: Final = 1 << 16
_FORWARDED: Final = "X_FORWARDED_FOR"
_FROM_THE_PROXY: Final = frozenset({"x-forwarded-for", "x-forwarded-proto"})  # who asks, and whether by TLS


class Admission(Protocol):
    """Judges a request by its head, without the database."""

    def body_limit(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """The largest body, in bytes, that the request may send."""
        ...

    def login(self, headers: Mapping[str, str]) -> str | None:
        """The login that the request's session or token names, or None; it may have been signed out meanwhile."""
        ...


class _Request(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request while it is read."""

    admission: Admission
    body_limit = limits.BODY_BYTES
    refused = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked or self.content_length > limits.BODY_BYTES:
            self.body_limit = self.admission.body_limit(self.command, self.path, self.headers)
        if self.content_length > self.body_limit:
            self._refuse(self.content_length)

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.chunked and self.body_rcv is not None and self.body_bytes_received > self.body_limit:
            self._refuse(self.body_bytes_received)
        if self.refused:  # of a refused body nothing is taken for the next request
            return len(data)
        if self.completed and not self.empty and consumed < len(data):
            self.headers |= {_CONNECTION: "close"}
            return len(data)
        return consumed

    def _refuse(self, length: int) -> None:
        """Hand the request on without its body; the application sees its length, and refuses it."""
        self.close()
        self.body_rcv = self.error = None
        self.headers |= {_LENGTH: str(length), _CONNECTION: "close"}
        self.refused = self.completed = True
        self.expect_continue = False


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection, with the client for whose turn it waits."""

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

    # a refused client may still be sending, and would not read the answer if it were cut off: what it sends is dropped

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
class BusyTurn:
    """One request that is being answered.

    Attributes:
        client: Its client.
        begun: When its answer began, in seconds of the monotonic clock.
    """

    client: str
    begun: float


_NO_TURN: Final = BusyTurn("", 0.0)


@dataclass(slots=True)
class TurnQueue:
    """The queue of requests: clients are answered in turn, few answers begin at once, and strangers have few threads.

    One thread is left to machines that keep a copy.

    Attributes:
        waiting: Client → its waiting connections, in order; the client that was served last is last.
        taken: The requests that are being answered.
        stranger_at: When a stranger's turn last began, in seconds of the monotonic clock.
    """

    waiting: dict[str, deque[_Channel]] = field(default_factory=dict[str, "deque[_Channel]"])
    taken: list[BusyTurn] = field(default_factory=list[BusyTurn])
    stranger_at: float = -limits.STRANGERS_PAUSE_SECONDS

    def append(self, channel: _Channel) -> None:
        """Add a connection with a request that is read."""
        channel.client = channel.server.client_of(channel)
        self.waiting.setdefault(channel.client, deque()).append(channel)

    def popleft(self) -> _Channel:
        """The next connection that may be answered."""
        client = str(self._next())
        queue = self.waiting.pop(client)
        channel = queue.popleft()
        if queue:
            self.waiting[client] = queue  # behind the others
        channel.turn = BusyTurn(client, time.monotonic())
        self.taken.append(channel.turn)
        if not _is_signed_in(client):
            self.stranger_at = channel.turn.begun
        return channel

    def stranger(self) -> _Channel | None:
        """The stranger's connection that has waited longest; None when none waits."""
        waiting = (each for client, queue in self.waiting.items() if not _is_signed_in(client) for each in queue)
        return min(waiting, key=lambda channel: channel.last_activity, default=None)

    def leave(self, channel: _Channel) -> None:
        """Remove a waiting connection."""
        queue = self.waiting[channel.client]
        queue.remove(channel)
        if not queue:
            del self.waiting[channel.client]

    def done(self, turn: BusyTurn) -> None:
        """Note that a request was answered."""
        self.taken.remove(turn)

    def __len__(self) -> int:
        """How many connections can be answered now."""
        return sum(map(len, self.waiting.values())) if self._next() is not None else 0

    def _next(self) -> str | None:
        now = time.monotonic()
        if sum(now < turn.begun + limits.BRIEF_SECONDS for turn in self.taken) >= limits.BEGUN_AT_ONCE:
            return None
        strangers = sum(not _is_signed_in(turn.client) for turn in self.taken)
        full = strangers >= limits.OF_STRANGERS
        pause = strangers < len(self.taken) and now < self.stranger_at + limits.STRANGERS_PAUSE_SECONDS
        left = sum(not turn.client.startswith(_FOLLOWER) for turn in self.taken) < limits.THREADS
        return next((each for each in self.waiting if _may_begin(each, left=left, strangers=not (full or pause))), None)


_SIGNED_IN: Final = "login "
_FOLLOWER: Final = f"{_SIGNED_IN}{BY_FOLLOWER}"


def _is_signed_in(client: str) -> bool:
    return client.startswith(_SIGNED_IN)


def _may_begin(client: str, *, left: bool, strangers: bool) -> bool:
    """Whether a client is answered: a follower always, others while a thread is left, strangers while they may."""
    if client.startswith(_FOLLOWER):
        return True
    return left and (strangers or _is_signed_in(client))


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """The threads that answer requests, in the order of `TurnQueue`."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: Any = TurnQueue()

    def done(self, turn: BusyTurn) -> None:
        """Note that a request was answered, and wake a thread for the next one."""
        with self.lock:
            self.queue.done(turn)
            self.queue_cv.notify()


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """The listening server, which closes connections of strangers when all places are taken."""

    channel_class = _Channel
    admission: Admission

    def client_of(self, channel: _Channel) -> str:
        """The client of a connection: "login LOGIN" if signed in, else the address, as a trusted proxy names it."""
        headers: Mapping[str, str] = channel.requests[0].headers
        if login := self.admission.login(headers):
            return f"{_SIGNED_IN}{login}"
        address = str(channel.addr[0])
        return headers.get(_FORWARDED, "").rpartition(",")[2].strip() if address == self.adj.trusted_proxy else address

    def readable(self) -> bool:
        """Whether a new connection can be accepted: a place is free, or can be made free."""
        ready: bool = super().readable()
        return ready and (len(self.active_channels) < limits.CONNECTIONS or self._somebody_can_leave())

    def handle_accept(self) -> None:
        """Accept all waiting connections, up to `COMING_AT_ONCE`; while all places are taken, close another for each.

        Accepted one by one, a connection would wait for the answer to every one before it.
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
        if leaving := leaving or self._longest(0) or self._longest(0, signed_in=True):
            leaving.handle_close()

    def _longest(self, seconds: float, *, signed_in: bool = False) -> _Channel | None:
        """The connection, signed in or a stranger's, that waits for no answer and has been idle longest.

        Args:
            seconds: For how long it must have been idle at least.
            signed_in: Whether its client must be signed in, or must be a stranger.
        """
        since = time.time() - seconds  # waitress's clock
        all_ = (each for each in self.active_channels.values() if not each.requests)
        still = (each for each in all_ if each.last_activity <= since and _is_signed_in(each.client) is signed_in)
        return min(still, key=lambda channel: channel.last_activity, default=None)

    def maintenance(self, now: float) -> None:
        """Close connections that are idle too long, and wake threads for requests that waited for a pause."""
        super().maintenance(now)
        with self.task_dispatcher.lock:
            self.task_dispatcher.queue_cv.notify(limits.BEGUN_AT_ONCE)


def listener(
    app: Callable[..., Any],
    admission: Admission,
    listening: socket.socket,
    *,
    proxy: str | None = None,
) -> TcpWSGIServer:
    """A server of an application at a socket; `run()` runs it.

    Args:
        app: The WSGI application.
        admission: Judges requests by their head.
        listening: A listening socket.
        proxy: The address from which alone X-Forwarded-For is believed; None: from nowhere.
    """
    behind: dict[str, Any] = (
        {"trusted_proxy": proxy, "trusted_proxy_headers": _FROM_THE_PROXY} if proxy is not None else {}
    )
    settings = Adjustments(
        sockets=[listening],
        threads=limits.THREADS + limits.OF_FOLLOWERS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        connection_limit=sys.maxsize,  # the listener has its own limit
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
    request = type("_Request", (_Request,), {"admission": admission})
    channel = type("_Channel", (_Channel,), {"parser_class": request})
    kind = type("_Server", (_Server,), {"channel_class": channel, "admission": admission})
    where = (listening.family, listening.type, listening.proto, listening.getsockname())
    server: TcpWSGIServer = kind(
        app, map={}, _sock=listening, dispatcher=dispatcher, adj=settings, sockinfo=where, bind_socket=False
    )
    return server
