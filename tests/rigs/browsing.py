"""A browser without a screen: it asks for each page on a line of its own, of one site, or of several in turn."""

from __future__ import annotations

import re
from itertools import cycle
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from tests.rigs.served import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPMessage
    from typing import IO

NONE: Mapping[str, str] = {}


class Browser:
    """A browser; where several machines answer for one site, a balancer gives each request to the next."""

    def __init__(self, *machines: str) -> None:
        """Begin without a cookie; `machines` are like "http://127.0.0.1:8000"."""
        self._turns = cycle(machines)
        self._opener = build_opener(HTTPCookieProcessor(), _NextMachine(self._turns))

    def open(
        self, path: str, said: Mapping[str, str] | bytes | None = None, headers: Mapping[str, str] = NONE
    ) -> tuple[str, str]:
        """Ask for a path, or send a form, and follow where it leads: the address in the end, and its page."""
        body = said if said is None or isinstance(said, bytes) else urlencode(said).encode()
        request = Request(f"{next(self._turns)}{path}", body, {**headers})  # noqa: S310 - loopback
        with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            reached = urlsplit(answer.url)
            return f"{reached.path}{reached.query and f'?{reached.query}'}", answer.read().decode()

    def token(self, path: str) -> str:
        """What the forms of a page are signed with."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.open(path)[1])
        assert found
        return found[1]


class _NextMachine(HTTPRedirectHandler):
    """Takes what a page leads to from the machine whose turn it is."""

    def __init__(self, turns: cycle[str]) -> None:
        self._turns = turns

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The request that follows."""
        to = urlsplit(newurl)
        there = f"{next(self._turns)}{to.path}{to.query and f'?{to.query}'}"
        return super().redirect_request(req, fp, code, msg, headers, there)
