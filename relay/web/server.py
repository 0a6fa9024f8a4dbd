"""The server: the application behind waitress, on this machine only until there are accounts."""

from __future__ import annotations

import ipaddress
import logging
import sys
from typing import TYPE_CHECKING, Any, Final

from waitress.server import create_server

from relay.errors import Refused
from relay.web.app import create_app
from relay.web.house import JsonLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.config import Settings
    from relay.graph import Graph

THREADS: Final = 8  # our choice: more would only wait for one database


class NotThisMachine(Refused):
    """Others could reach the pages, and nobody would ask who they are."""

    def __init__(self, host: str) -> None:
        """Name the address."""
        super().__init__(
            f"Relay serves this machine only as yet, not {host}: there are no accounts to ask who is reading.",
            "Leave --host out, or reach this machine through an SSH tunnel.",
            field="host",
        )


class PortTaken(Refused):
    """Another program listens there."""

    def __init__(self, port: int) -> None:
        """Name the port."""
        super().__init__(f"Port {port} cannot be listened on.", "Leave --port out to have a free one.", field="port")


def serve(
    graph: Graph, settings: Settings, *, host: str = "127.0.0.1", port: int = 0, say: Callable[[str], object]
) -> None:
    """Serve the pages until the process is told to stop.

    Args:
        graph: Open; stays the caller's to close.
        settings: As they were read.
        host: An address of this machine that only this machine reaches.
        port: 0 for a free one.
        say: Is given the one sentence that names the address.

    Raises:
        NotThisMachine: Others could reach that host.
        PortTaken: Something listens on that port already.
    """
    if not _is_loopback(host):
        raise NotThisMachine(host)
    _log_json()
    try:
        server: Any = create_server(create_app(graph, settings), host=host, port=port, threads=THREADS, ident=None)
    except OSError as error:
        raise PortTaken(port) from error
    name = f"[{host}]" if ":" in host else host
    say(f"Relay is at http://{name}:{server.effective_port}/ (Ctrl-C to stop)")
    server.run()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _log_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("relay.web")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
