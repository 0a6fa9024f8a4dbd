"""A real Neo4j Community server without Docker: its kernel as a library, fetched by `make test`, behind Bolt."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, LiteralString

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from relay.database.cypher import statements
from relay.graph import connect
from relay.settings import Connection

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from relay.domain.system import Catalogue
    from relay.graph import Transaction

ROOT: Final = Path(__file__).parents[2]
JARS: Final = ROOT / ".cache" / f"neo4j-{os.environ.get('NEO4J_VERSION', '5.26.12')}"
LAUNCHER: Final = ROOT / "tests" / "neo4j" / "Launcher.java"

JAVA: Final = (
    "java",
    "-Xmx1g",
    "-XX:+UseSerialGC",  # planning 181 queries took 42 s of a processor, with the default 50 to 52 s
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
)


class Neo4jDidNotStart(RuntimeError):
    """The jars are missing, or the server ended before it served."""


def certificate_in(home: Path) -> Path:
    """Tell where Neo4j looks for the certificate of the server of a folder, beside its key."""
    return home / "certificates" / "bolt" / "public.crt"


def certify(home: Path) -> None:
    """Write the key and certificate of the server of a folder, which then also answers under TLS."""
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
    path = certificate_in(home)
    path.parent.mkdir(parents=True)
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.with_name("private.key").write_bytes(written)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@contextmanager
def serve(home: Path) -> Generator[Connection]:
    """Run a Neo4j server whose data lies in `home`, with a new password, until the block ends or this process dies.

    Raises:
        Neo4jDidNotStart: the server ended before it served; `make test` fetches what it needs.
    """
    home.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(12)
    command = [*JAVA, "-cp", f"{JARS}/*", str(LAUNCHER), str(home)]
    with (
        (home / "launcher.log").open("w") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(f"{password}\n")
        server.stdin.flush()
        for line in server.stdout:
            if line.startswith("port "):
                uri = f"bolt://127.0.0.1:{int(line.removeprefix('port '))}"
                yield Connection(uri=uri, user="neo4j", password=password, database="neo4j")
                break
        else:
            message = f"Neo4j did not start; see {log.name}, and run `make test`, which fetches it"
            raise Neo4jDidNotStart(message)
        server.stdin.close()


def prepare(connection: Connection, catalogue: Catalogue) -> None:
    """Have a server know the schema and the words of a catalogue: whenever one comes to it, it makes plans anew."""
    names: Mapping[LiteralString, Iterable[str]] = {
        "CALL db.createLabel($name)": catalogue.labels.values(),
        "CALL db.createRelationshipType($name)": statements(catalogue).edges,
        "CALL db.createProperty($name)": {each.name for kind in catalogue.kinds.values() for each in kind.columns},
    }

    def name_all(transaction: Transaction) -> None:
        for query, each_of in names.items():
            for name in each_of:
                transaction.run(query, name=name)

    with connect(connection, catalogue) as graph:
        graph.write(name_all)


def settings(connection: Connection) -> dict[str, str]:
    """What a process in an environment of its own is told, so that it speaks to a database of either engine."""
    named = {name: getattr(connection, name) for name in ("uri", "user", "password", "database")}
    return {f"NEO4J_{name.upper()}": value for name, value in named.items() if value is not None}


def main() -> int:
    """Run a command on a Neo4j of its own: `python -m tests.rigs.neo4j_server HOME COMMAND…`; HOME keeps the data."""
    home, *command = sys.argv[1:]
    with serve(Path(home)) as neo4j:
        return subprocess.run(command, check=False, env=os.environ | settings(neo4j)).returncode


if __name__ == "__main__":
    sys.exit(main())
