"""The server: the application behind the listener, for this machine only or behind a TLS proxy."""

from __future__ import annotations

import logging
import re
import socket
import sys
import threading
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import HTTPException

from relay.access import accounts, passkeys
from relay.access.owner_link import OneTimeLink
from relay.cached.uploads import DELETED_AFTER_SECONDS, delete_old
from relay.errors import Failure, Invalid, Refused, RelayError, Unavailable, refused
from relay.service.public_demo import UPLOADS_SECONDS
from relay.text import Sentence
from relay.web import sessions
from relay.web.app import HOSTS, create_app
from relay.web.monitoring import JsonLines
from relay.web.permission import permission_of
from relay.web.request.current import core_of
from relay.web.traffic import limits
from relay.web.traffic.listener import listener
from relay.web.traffic.shared_state import state_process
from relay.web.traffic.workers import end_on_signal, end_with_parent, require_workers_possible, shared_lock, supervise

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from flask import Flask

    from relay.graph import Graph
    from relay.service.public_demo import PublicDemonstration
    from relay.settings import Settings
    from relay.web.traffic.shared_state import SharedState

_DELETING_EVERY_SECONDS: Final = 3600.0  # our choice: an upload is kept a day, give or take an hour

_HOST_NAME: Final = re.compile(r"[\w.-]+(:\d+)?")


NOT_THIS_MACHINE: Final = Failure(
    Refused,
    "not_this_machine",
    "Relay itself does not encrypt: without a proxy it serves at %(own)s, not at %(host)s.",
    advice="Put a proxy with TLS before it and name both: --site relay.example.org --proxy ADDRESS."
    " See relay help operators.",
    field="host",
    values={"own": HOSTS[-1]},
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
    public: PublicDemonstration | None = None,
    background: Callable[[Graph], AbstractContextManager[object]] = nullcontext,
    announce: Callable[[str], object],
) -> None:
    """Serve the pages until the process is asked to stop.

    Args:
        graph: An open graph; the caller closes it.
        settings: The settings.
        owner: The login of who runs the server.
        host: An address of this machine: one that only this machine reaches, or the one to which the proxy connects.
        port: The port; 0 for a free one.
        shown: The path of the first page, if everybody at this machine may see all pages, as in a demonstration. None:
            the announced address is a link that signs the owner in, once, and everybody else signs in.
        site: The host name under which a proxy serves the pages over TLS; then everybody signs in with a password.
            While no account has one yet, the announced address is a link that signs the owner in, once, to begin.
        proxy: The proxy's address, from which alone X-Forwarded-For is believed; None: the proxy is on this machine.
        workers: How many processes answer.
        opened: Opens the graph in each of several workers; None if there is one.
        public: The public demonstration that is served, with its clock: everybody signs in with an account that it
            shows. None: it is none.
        background: A context manager that runs in one of the processes while the server runs.
        announce: Is called with the sentence that names the address; before it, where passkeys hold elsewhere, with
            one that says so.

    Raises:
        Invalid: The site is not a host name.
        Refused: Others may reach the host, which is none of `HOSTS`, and no proxy is named; or several workers are not
            possible on this machine; or a worker did not start.
        Unavailable: Something listens on that port already.
    """
    if site is not None and not _HOST_NAME.fullmatch(site):
        raise refused(NOT_A_NAME)
    if host not in HOSTS and not (site and proxy):
        raise refused(NOT_THIS_MACHINE, host=host)
    require_workers_possible(workers)
    _log_json()
    end_on_signal()
    sys.setswitchinterval(limits.SWITCH_SECONDS)
    link_needed = shown is None and public is None and (site is None or not accounts.anyone_has_password(graph))
    once = OneTimeLink(login=owner, used=shared_lock()) if link_needed else None
    if site and (many := passkeys.elsewhere(graph, site.lower().partition(":")[0])):
        announce(
            Sentence(
                "%(many)s accounts have passkeys, none of which holds at %(site)s: a passkey holds where it was made."
                " They sign in with their password, and a code or a recovery code, and make new ones.",
                many=many,
                site=site,
            )
        )
    trusted = (proxy or "127.0.0.1") if site else None
    several = opened if workers > 1 else None
    with _bind_socket(host, port, listens=several is None) as bound:
        name = f"[{host}]" if ":" in host else host
        here = f"http://{name}:{bound.getsockname()[1]}"
        path = f"/sign-in/once/{once.secret}" if once else shown or "/"
        address = f"https://{site}{path}, by the proxy that asks {here}" if site else f"{here}{path}"

        def answering() -> None:
            announce(f"Relay is at {address} (Ctrl-C to stop)")

        def answer(
            opened: Graph,
            listening: socket.socket,
            ready: Callable[[], object],
            meanwhile: Callable[[Graph], AbstractContextManager[object]],
            shared: SharedState | None = None,
        ) -> None:
            app = create_app(
                opened,
                settings,
                owner=None if once or site or public else owner,
                once=once,
                site=site,
                shared=shared,
                public=public,
            )
            server = listener(app, AppAdmission(app), listening, proxy=trusted)
            ready()
            with meanwhile(opened), deleting_old_uploads(settings.data_folder, *times_of_uploads(public)):
                server.run()

        if several is None:
            answer(graph, bound, answering, background)
        else:
            with state_process(end_with_parent) as shared:

                def work(number: int, ready: Callable[[], object]) -> None:
                    answer(several(), _socket_of_worker(bound), ready, nullcontext if number else background, shared)

                supervise(workers, work, answering)


def times_of_uploads(public: PublicDemonstration | None) -> tuple[float, float]:
    """After how many seconds an upload is deleted, and how many pass between two looks."""
    return (UPLOADS_SECONDS, UPLOADS_SECONDS / 4) if public else (DELETED_AFTER_SECONDS, _DELETING_EVERY_SECONDS)


@contextmanager
def deleting_old_uploads(
    data_folder: Path, after: float = DELETED_AFTER_SECONDS, every: float = _DELETING_EVERY_SECONDS
) -> Generator[None]:
    """Delete uploaded registers when they were last used long ago, for as long as the service runs.

    Args:
        data_folder: Of the service.
        after: Seconds since they were last used.
        every: Seconds between two looks.
    """
    over = threading.Event()

    def sweep() -> None:
        while not over.wait(every):
            delete_old(data_folder, after)

    delete_old(data_folder, after)
    threading.Thread(target=sweep, name="sweep", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _bind_socket(host: str, port: int, *, listens: bool) -> socket.socket:
    """A listening socket for one process; or, if not `listens`, one that reserves the address for several processes."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if listens:
            return socket.create_server((host, port), family=family, backlog=limits.WAITING)
        with ExitStack() as on_error:
            socket_ = on_error.enter_context(socket.socket(family))
            socket_.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            socket_.bind((host, port))
            socket_.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # from now on: nobody had the address before
            on_error.pop_all()
            return socket_
    except OSError as error:
        raise refused(PORT_TAKEN, port=port) from error


def _socket_of_worker(bound: socket.socket) -> socket.socket:
    """A listening socket of one of several processes, among which the system distributes connections evenly.

    With one socket for all processes, the first to accept would get all waiting connections.
    """
    return socket.create_server(bound.getsockname()[:2], family=bound.family, backlog=limits.WAITING, reuse_port=True)


class AppAdmission:
    """Judges a request by its head: how much it may send, and who is signed in."""

    def __init__(self, app: Flask) -> None:
        """Judge requests to an application."""
        self._app = app

    def body_limit(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """How many bytes may be sent: more than usual to a view that says so, and there by whoever may be let in."""
        try:
            endpoint, _ = self._app.url_map.bind("localhost").match(_decoded_path(path), method)
        except HTTPException:
            return limits.BODY_BYTES
        with self._app.test_request_context(path="/", headers=_credentials(headers)):
            permission = permission_of(endpoint)
            if permission.largest is None:
                return limits.BODY_BYTES
            with suppress(RelayError):
                if permission.public or permission.typed or sessions.user():
                    return permission.largest
        return limits.BODY_BYTES

    def login(self, headers: Mapping[str, str]) -> str | None:
        """Who signed in."""
        if not (sent := _credentials(headers)):
            return core_of(self._app).owner
        with self._app.test_request_context(path="/", headers=sent):
            return sessions.login_without_database()


def _decoded_path(path: str) -> str:
    return path.encode("latin-1").decode(errors="replace")


def _credentials(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name.upper()] for name in ("Cookie", "Authorization") if name.upper() in headers}


def _log_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("relay.web")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that somebody waits his turn is no news
