"""Strangers who wish a service ill, as a process of their own: `python -m tests.rigs.strangers PORT SECONDS`.

None of them ever signs in. Some open connections and never end what they ask; some send logins as long as a page, or
bodies that nobody asked for; some guess passwords; some ask and do not read what is answered; some ask for the sign-in
page again and again.
They come from ADDRESSES addresses of this machine, as if each were another.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import ExitStack, suppress
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

HALF_SENT: Final = 150  # at once: what once shut everybody out
UNREAD: Final = 50
ADDRESSES: Final = 100
PAUSE_SECONDS: Final = 0.02
LONG: Final = 60_000
_HOST: Final = b"\r\nHost: localhost\r\n"


_COMING: Final = count()


def _line(port: int) -> socket.socket:
    address = f"127.0.0.{2 + next(_COMING) % ADDRESSES}"
    return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0))


def _said_and_heard(port: int, said: bytes) -> None:
    with _line(port) as line:
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        while line.recv(1 << 16):
            pass


def half_sent(port: int) -> None:
    """Ask so many half questions at once, and leave."""
    with ExitStack() as held:
        for number in range(HALF_SENT):
            body = b"POST /sign-in HTTP/1.1" + _HOST + b"Content-Length: 60000\r\n\r\nlogin="
            held.enter_context(_line(port)).sendall(body if number % 2 else b"GET / HTTP/1.1" + _HOST)
        time.sleep(10 * PAUSE_SECONDS)


def long_logins(port: int) -> None:
    """Try a password with a login that is as long as it may be sent, each time another."""
    login = f"{time.monotonic_ns()}".ljust(LONG, "x")
    body = f'{{"login": "{login}", "password": "wrong"}}'.encode()
    head = b"POST /api/v1/tokens HTTP/1.1" + _HOST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    _said_and_heard(port, head % len(body) + body)


def guesses(port: int) -> None:
    """Try a password with a login that an account may have, each time another."""
    body = f'{{"login": "g{time.monotonic_ns()}", "password": "wrong"}}'.encode()
    head = b"POST /api/v1/tokens HTTP/1.1" + _HOST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    _said_and_heard(port, head % len(body) + body)


def large_bodies(port: int) -> None:
    """Send a megabyte where a file may be handed in by others."""
    head = b"POST /p/made/import HTTP/1.1" + _HOST + b"Content-Type: multipart/form-data; boundary=x\r\n"
    _said_and_heard(port, head + b"Content-Length: 1000000\r\n\r\n" + b"x" * 1_000_000)


def unread(port: int) -> None:
    """Ask for pages and read nothing of them."""
    with ExitStack() as held:
        for _ in range(UNREAD):
            held.enter_context(_line(port)).sendall((b"GET /sign-in HTTP/1.1" + _HOST + b"\r\n") * 20)
        time.sleep(10 * PAUSE_SECONDS)


def again_and_again(port: int) -> None:
    """Ask for the sign-in page."""
    _said_and_heard(port, b"GET /sign-in HTTP/1.1" + _HOST + b"Connection: close\r\n\r\n")


WAYS: Final = (half_sent, long_logins, guesses, large_bodies, unread, again_and_again)


def main(port: int, seconds: float) -> None:
    """Do all of it at once, for so long."""
    until = time.monotonic() + seconds

    def go_on(way: Callable[[int], None]) -> None:
        while time.monotonic() < until:
            with suppress(OSError):
                way(port)
            time.sleep(PAUSE_SECONDS)

    strangers = [threading.Thread(target=go_on, args=(way,)) for way in WAYS]
    for each in strangers:
        each.start()
    for each in strangers:
        each.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
