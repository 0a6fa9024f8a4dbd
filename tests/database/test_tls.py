"""The line to a real Neo4j under TLS: spoken over, and refused where who answers cannot be believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from relay.errors import Unavailable
from relay.graph import connect
from relay.ledger.verify import verify
from tests.ledger.test_recording import keep
from tests.rigs import neo4j_server
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.settings import Connection


def certify(folder: Path) -> Path:
    """Write the key and certificate of a server on this machine, as Neo4j looks for them; the certificate's path."""
    key, today = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    folder.mkdir(parents=True)
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "private.key").write_bytes(written)
    (folder / "public.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "public.crt"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, Path]]:
    """Give a Neo4j that speaks under TLS alone, and its certificate, which nobody trusts as yet."""
    home = tmp_path_factory.mktemp("secured")
    certificate = certify(home / "certificates" / "bolt")
    with neo4j_server.serve(home) as connection:
        yield connection, certificate


def over(connection: Connection, scheme: str) -> Connection:
    """The same database, spoken to in another way."""
    return replace(connection, uri=connection.uri.replace("bolt://127.0.0.1", f"{scheme}://localhost"))


@pytest.mark.parametrize("scheme", ["bolt+ssc", "neo4j+ssc", "bolt+s", "neo4j+s"])
def test_acts_are_recorded_and_read_over_tls(
    secured: tuple[Connection, Path], scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, certificate = secured
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # now this machine trusts it

    with connect(over(connection, scheme), CORE) as graph:
        wiped(graph)
        keep(graph, *say.beginnings(), say.placed("P1 on 2020-03-01"))
        found = verify(graph, "demo")

    assert (found.entries, found.faults) == (11, ())


def test_a_certificate_that_this_machine_does_not_trust_is_refused(secured: tuple[Connection, Path]) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        connect(over(secured[0], "bolt+s"), CORE)


def test_a_line_without_tls_is_refused_where_the_database_asks_for_it(secured: tuple[Connection, Path]) -> None:
    with pytest.raises(Unavailable):
        connect(over(secured[0], "bolt"), CORE)
