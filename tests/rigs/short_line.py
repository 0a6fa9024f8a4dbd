"""A line that ends after so many bytes of each answer, as one in the hills does: a small TCP proxy for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Generator

_BYTES: Final = 4096


@contextlib.contextmanager
def ending_after(url: str, most: int) -> Generator[str]:
    """Put a line before a service that carries so many bytes back, and then ends; where it begins."""
    service = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = (str(service.hostname), int(service.port or 0))
        threading.Thread(target=_connect_all, args=(server, address, most), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def _connect_all(server: socket.socket, address: tuple[str, int], most: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_carry, args=(client, address, most), daemon=True).start()


def _carry(client: socket.socket, address: tuple[str, int], most: int) -> None:
    with contextlib.suppress(OSError), client, socket.create_connection(address) as service:
        threading.Thread(target=_ask, args=(client, service), daemon=True).start()
        left = most
        while left and (answer := service.recv(min(_BYTES, left))):
            client.sendall(answer)
            left -= len(answer)
        client.shutdown(socket.SHUT_RDWR)


def _ask(client: socket.socket, service: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while asked := client.recv(_BYTES):
            service.sendall(asked)
