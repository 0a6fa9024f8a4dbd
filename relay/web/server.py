"""The server: the application behind its door, for this machine only, or behind a TLS proxy."""

from __future__ import annotations

import logging
import re
import socket
import sys
import threading
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import HTTPException

from relay.access import accounts
from relay.access.one_time_link import OneTimeLink
from relay.cached.uploads import delete_old
from relay.errors import Failure, Invalid, Refused, RelayError, Unavailable, refused
from relay.web import sessions
from relay.web.app import HOSTS, create_app
from relay.web.monitoring import JsonLines
from relay.web.permission import permission_of
from relay.web.request.current import core_of
from relay.web.traffic import limits
from relay.web.traffic.listener import listener
from relay.web.traffic.shared_state import shared_by_processes
from relay.web.traffic.workers import end_with_parent, ended_by_signal, one_for_all, require_possible, supervise

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from flask import Flask

    from relay.graph import Graph
    from relay.settings import Settings
    from relay.web.traffic.shared_state import Shared

_SWEPT_SECONDS: Final = 3600.0  # our choice: an upload is kept a day, give or take an hour

_NAME: Final = re.compile(r"[\w.-]+(:\d+)?")


NOT_THIS_MACHINE: Final = Failure(
    Refused,
    "not_this_machine",
    "Relay itself does not encrypt: without a proxy it serves at %(own)s, not at %(host)s.",
    advice="Put a proxy with TLS before it and name both: --site relay.example.org --proxy ADDRESS."
    " See docs/operators.md.",
    field="host",
    values={"own": HOSTS[-1]},
)


NOBODY_MAY_SIGN_IN: Final = Failure(
    Refused,
    "nobody_may_sign_in",
    "There is no account with a password yet, so that nobody could sign in.",
    advice="Make one",
    command="relay account add LOGIN --role administrator",
)


NOT_A_NAME: Final = Failure(
    Invalid,
    "not_a_name",
    "A site is a host name alone, such as relay.example.org: Relay is served over https, at its first path.",
    advice="Leave out https:// and what follows the name.",
    field="site",
)


PORT_TAKEN: Final = Failure(
    Unavailable,
    "port_taken",
    "Port %(port)s cannot be listened on.",
    advice="Leave --port out to have a free one.",
    field="port",
)


def serve(  # noqa: PLR0913 - the options of a command
    graph: Graph,
    settings: Settings,
    *,
    owner: str,
    host: str = "127.0.0.1",
    port: int = 0,
    shown: str | None = None,
    site: str | None = None,
    proxy: str | None = None,
    workers: int = 1,
    opened: Callable[[], Graph] | None = None,
    beside: Callable[[Graph], AbstractContextManager[object]] = nullcontext,
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
        workers: Processes that answer.
        opened: Opens the graph in each of several workers; None: there is one.
        beside: What goes on in one of the processes meanwhile.
        say: Is given the one sentence that names the address.

    Raises:
        Invalid: The site is no host name.
        Refused: The host is none of `HOSTS`, so that others may reach it, and no proxy is named; or a site is named,
            and no account has a password; or several workers are not possible on this machine; or a worker did not
            start.
        Unavailable: Something listens on that port already.
    """
    if site is not None and not _NAME.fullmatch(site):
        raise refused(NOT_A_NAME)
    if host not in HOSTS and not (site and proxy):
        raise refused(NOT_THIS_MACHINE, host=host)
    require_possible(workers)
    if site and not any(account.password for account in accounts.all_accounts(graph)):
        raise refused(NOBODY_MAY_SIGN_IN)
    _log_json()
    ended_by_signal()
    sys.setswitchinterval(limits.SWITCH_SECONDS)
    once = OneTimeLink(login=owner, used=one_for_all()) if shown is None and site is None else None
    trusted = (proxy or "127.0.0.1") if site else None
    several = opened if workers > 1 else None
    with _bound(host, port, listens=several is None) as bound:
        name = f"[{host}]" if ":" in host else host
        here = f"http://{name}:{bound.getsockname()[1]}"
        path = f"/sign-in/once/{once.secret}" if once else shown
        said = f"https://{site}/, by the proxy that asks {here}" if site else f"{here}{path}"

        def answering() -> None:
            say(f"Relay is at {said} (Ctrl-C to stop)")

        def answer(
            opened: Graph,
            listening: socket.socket,
            ready: Callable[[], object],
            meanwhile: Callable[[Graph], AbstractContextManager[object]],
            shared: Shared | None = None,
        ) -> None:
            app = create_app(
                opened, settings, owner=None if once or site else owner, once=once, site=site, shared=shared
            )
            server = listener(app, Door(app), listening, proxy=trusted)
            ready()
            with meanwhile(opened), sweeping(settings.data_folder):
                server.run()

        if several is None:
            answer(graph, bound, answering, beside)
        else:
            with shared_by_processes(end_with_parent) as shared:

                def work(number: int, ready: Callable[[], object]) -> None:
                    answer(several(), _listening_beside(bound), ready, nullcontext if number else beside, shared)

                supervise(workers, work, answering)


@contextmanager
def sweeping(data_folder: Path) -> Generator[None]:
    """Delete uploaded registers a day after they were last used, for as long as the service runs."""
    over = threading.Event()

    def sweep() -> None:
        while not over.wait(_SWEPT_SECONDS):
            delete_old(data_folder)

    delete_old(data_folder)
    threading.Thread(target=sweep, name="sweep", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _bound(host: str, port: int, *, listens: bool) -> socket.socket:
    """A socket that has the address for itself, or keeps it for the sockets of several processes."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if listens:
            return socket.create_server((host, port), family=family, backlog=limits.WAITING)
        with ExitStack() as unless_kept:
            keeping = unless_kept.enter_context(socket.socket(family))
            keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            keeping.bind((host, port))
            keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # from now on: nobody had the address before
            unless_kept.pop_all()
            return keeping
    except OSError as error:
        raise refused(PORT_TAKEN, port=port) from error


def _listening_beside(keeping: socket.socket) -> socket.socket:
    """A socket of one of several processes: the system gives each as many of those who come as any other.

    At one socket for all of them, the process that looks first would take in all who have come.
    """
    return socket.create_server(
        keeping.getsockname()[:2], family=keeping.family, backlog=limits.WAITING, reuse_port=True
    )


class Door:
    """What the application knows of a request by its head."""

    def __init__(self, app: Flask) -> None:
        """Keep the application."""
        self._app = app

    def room(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """How many bytes may be sent: more than usual to a view that says so, and there by whoever may be let in."""
        try:
            endpoint, _ = self._app.url_map.bind("localhost").match(_text(path), method)
        except HTTPException:
            return limits.BODY_BYTES
        with self._app.test_request_context(path="/", headers=_sent(headers)):
            permission = permission_of(endpoint)
            if permission.largest is None:
                return limits.BODY_BYTES
            with suppress(RelayError):
                if permission.public or permission.typed or sessions.user():
                    return permission.largest
        return limits.BODY_BYTES

    def known(self, headers: Mapping[str, str]) -> str | None:
        """Who signed in."""
        if not (sent := _sent(headers)):
            return core_of(self._app).owner
        with self._app.test_request_context(path="/", headers=sent):
            return sessions.remembered()


def _text(path: str) -> str:
    return path.encode("latin-1").decode(errors="replace")


def _sent(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name.upper()] for name in ("Cookie", "Authorization") if name.upper() in headers}


def _log_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("relay.web")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that somebody waits his turn is no news
