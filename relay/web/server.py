"""The server: the application behind waitress, for this machine only, or behind a TLS proxy."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from waitress.server import create_server

from relay.access import accounts
from relay.access.one_time_link import OneTimeLink
from relay.errors import Invalid, Refused
from relay.web.app import HOSTS, create_app
from relay.web.monitoring import JsonLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.graph import Graph
    from relay.settings import Settings

_FROM_THE_PROXY: Final = frozenset({"x-forwarded-for", "x-forwarded-proto"})  # who asks, and whether by TLS
_NAME: Final = re.compile(r"[\w.-]+(:\d+)?")
THREADS: Final = 8  # our choice: more would only wait for one database


class NotThisMachine(Refused):
    """Others could reach the pages without signing in."""

    reason = "Relay itself does not encrypt: without a proxy it serves at %(own)s, not at %(host)s."
    suggestion = (
        "Put a proxy with TLS before it and name both: --site relay.example.org --proxy ADDRESS. See docs/operators.md."
    )
    field = "host"
    own = HOSTS[-1]

    host: str


class NobodyMaySignIn(Refused):
    """A site is to be served, and no one could sign in to it."""

    reason = "There is no account with a password yet, so that nobody could sign in."
    suggestion = "Make one: relay account add LOGIN --role administrator"


class NotAName(Invalid):
    """A site is named by an address, or by a part of one."""

    reason = "A site is a host name alone, such as relay.example.org: Relay is served over https, at its first path."
    suggestion = "Leave out https:// and what follows the name."
    field = "site"


class PortTaken(Refused):
    """Another program listens there."""

    reason = "Port %(port)s cannot be listened on."
    suggestion = "Leave --port out to have a free one."
    field = "port"

    port: int


def serve(
    graph: Graph,
    settings: Settings,
    *,
    owner: str,
    host: str = "127.0.0.1",
    port: int = 0,
    shown: str | None = None,
    site: str | None = None,
    proxy: str | None = None,
    say: Callable[[str], object],
) -> None:
    """Serve the pages until the process is asked to stop.

    Args:
        graph: Open; stays the caller's to close.
        settings: As they were read.
        owner: The login of who runs this.
        host: An address of this machine: one that only this machine reaches, or the one that the proxy speaks to.
        port: 0 for a free one.
        shown: The page to look at first, where everybody at this machine may look at all pages, as in a demonstration;
            None: the address is a link that signs the owner in, once, and all others sign in themselves.
        site: The host name under which a proxy serves these pages over TLS; then everybody signs in with a password.
        proxy: The proxy's address, which alone is believed when it says who asks; None: it is on this machine.
        say: Is given the one sentence that names the address.

    Raises:
        NotAName: The site is no host name.
        NotThisMachine: The host is none of `HOSTS`, so that others may reach it, and no proxy is named.
        NobodyMaySignIn: A site is named, and no account has a password.
        PortTaken: Something listens on that port already.
    """
    if site is not None and not _NAME.fullmatch(site):
        raise NotAName
    if host not in HOSTS and not (site and proxy):
        raise NotThisMachine(host=host)
    if site and not any(account.password for account in accounts.every(graph)):
        raise NobodyMaySignIn
    _log_json()
    once = OneTimeLink(login=owner) if shown is None and site is None else None
    app = create_app(graph, settings, owner=None if once or site else owner, once=once, site=site)
    behind: dict[str, Any] = (
        {"trusted_proxy": proxy or "127.0.0.1", "trusted_proxy_headers": _FROM_THE_PROXY} if site else {}
    )
    try:
        server: Any = create_server(
            app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True, **behind
        )
    except OSError as error:
        raise PortTaken(port=port) from error
    name = f"[{host}]" if ":" in host else host
    here = f"http://{name}:{server.effective_port}"
    path = f"/sign-in/once/{once.secret}" if once else shown
    said = f"https://{site}/, by the proxy that asks {here}" if site else f"{here}{path}"
    say(f"Relay is at {said} (Ctrl-C to stop)")
    server.run()


def _log_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("relay.web")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
