"""The line to a real Neo4j under TLS: spoken over, and refused where who answers cannot be believed."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from relay.errors import Unavailable
from relay.graph import connect
from relay.ledger.verify import verify
from tests.ledger.test_recording import keep
from tests.rigs import neo4j_server
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from relay.settings import Connection


@pytest.fixture(scope="session")
def certificate(neo4j_home: Path) -> Path:
    """Give the certificate of the server, which nobody trusts as yet."""
    return neo4j_server.certificate_in(neo4j_home)


def over(connection: Connection, scheme: str) -> Connection:
    """The same database, spoken to in another way."""
    return replace(connection, uri=connection.uri.replace("bolt://127.0.0.1", f"{scheme}://localhost"))


@pytest.mark.parametrize("scheme", ["bolt+ssc", "neo4j+ssc", "bolt+s", "neo4j+s"])
def test_acts_are_recorded_and_read_over_tls(
    neo4j_server: Connection, certificate: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # now this machine trusts it

    with connect(over(neo4j_server, scheme), CORE) as graph:
        wiped(graph)
        keep(graph, *say.beginnings(), say.placed("P1 on 2020-03-01"))
        found = verify(graph, "demo")

    assert (found.entries, found.faults) == (11, ())


def test_a_certificate_that_this_machine_does_not_trust_is_refused(neo4j_server: Connection) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        connect(over(neo4j_server, "bolt+s"), CORE)


def test_a_line_without_tls_is_refused_where_the_database_asks_for_it(
    neo4j_server: Connection, certificate: Path
) -> None:
    with tls_alone(certificate) as uri, pytest.raises(Unavailable):
        connect(replace(neo4j_server, uri=uri), CORE)


@contextmanager
def tls_alone(certificate: Path) -> Generator[str]:
    """Answer as a database does that asks for TLS: whoever speaks anything else is hung up on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("private.key"))

    def listen() -> None:
        while True:
            try:
                line, _ = answering.accept()
                line.close()
            except ssl.SSLError:
                continue
            except OSError:
                return

    with context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True) as answering:
        listening = threading.Thread(target=listen)
        listening.start()
        yield f"bolt://127.0.0.1:{answering.getsockname()[1]}"
        answering.shutdown(socket.SHUT_RDWR)
    listening.join()
