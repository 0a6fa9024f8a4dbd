"""An application behind its door in a thread of this process, as `relay serve` has it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from relay.web.server import AppAdmission
from relay.web.traffic.listener import listener

if TYPE_CHECKING:
    from collections.abc import Generator

    from flask import Flask


@contextmanager
def answering(app: Flask) -> Generator[str]:
    """Serve an application, and say where."""
    server: Any = listener(app, AppAdmission(app), socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        close(server)
        thread.join(timeout=10)


def close(server: Any) -> None:  # noqa: ANN401 - waitress has no types
    """End a server in its own thread, with the lines that are still open.

    An answer that was just given may have woken that thread, which then has ended before it is woken for this.
    """

    def leave() -> None:
        for line in [*server.active_channels.values()]:
            line.handle_close()
        server.close()

    with suppress(OSError):
        server.trigger.pull_trigger(leave)
