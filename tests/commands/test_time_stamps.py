"""Checkpoints that an authority outside stamps with the time: an authority of our own, made of openssl."""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Final

import pytest

from relay.commands import exits
from relay.service import time_stamping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.commands.shell import Shell

AUTHORITY: Final = """
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = stamper.pem
signer_key = stamper.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
[stamper]
extendedKeyUsage = critical, timeStamping
"""
KEY: Final = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"


def openssl(folder: Path, words: str) -> int:
    command = ["openssl", *words.split()]
    configured = os.environ | {"OPENSSL_CONF": str(folder / "tsa.cnf")}
    return subprocess.run(command, cwd=folder, env=configured, capture_output=True, check=False).returncode


@dataclass(slots=True, kw_only=True)
class Authority:
    """An authority that answers over HTTP.

    Attributes:
        folder: Its own.
        url: Where it answers.
        nonsense: What it answers instead of a stamp.
    """

    folder: Path
    url: str = ""
    nonsense: bytes = b""

    @property
    def certificate(self) -> Path:
        """Of its root."""
        return self.folder / "root.pem"

    def stamp(self, query: bytes) -> bytes:
        """Its answer to a query."""
        (self.folder / "query").write_bytes(query)
        assert openssl(self.folder, "ts -reply -queryfile query -out answer") == 0
        return (self.folder / "answer").read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, and the certificate of one who stamps."""
    folder = tmp_path_factory.mktemp("authority")
    signed = "-CA root.pem -CAkey root.key -CAcreateserial -extfile tsa.cnf -extensions stamper"
    (folder / "tsa.cnf").write_text(AUTHORITY, encoding="utf-8")
    for words in (
        f"req -x509 {KEY} -keyout root.key -out root.pem -subj /CN=Root",
        f"req {KEY} -keyout stamper.key -out stamper.csr -subj /CN=Stamper",
        f"x509 -req -in stamper.csr {signed} -out stamper.pem",
        f"req -x509 {KEY} -keyout other.key -out other.pem -subj /CN=Other",
    ):
        assert openssl(folder, f"{words} -days 2") == 0, words
    return folder


@pytest.fixture
def authority(made: Path, shell: Shell) -> Iterator[Authority]:
    """The authority, which the shell's settings name."""
    here = Authority(folder=made)

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            query = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(here.nonsense or here.stamp(query))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
            """Say nothing."""
            del format, args

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here.url = f"http://127.0.0.1:{server.server_port}/stamp"
        shell.monkeypatch.setenv("RELAY_TIMESTAMP_URL", here.url)
        shell.monkeypatch.setenv("RELAY_TIMESTAMP_CERTIFICATE", str(here.certificate))
        yield here
        server.shutdown()


def test_a_stamp_proves_the_bytes_of_a_checkpoint_here_and_to_openssl(
    shell: Shell, authority: Authority, tmp_path: Path
) -> None:
    """The same checkpoint with one more space is still signed, but those are other bytes."""
    kept = tmp_path / "checkpoint.json"
    verify = ("ledger", "verify", "--checkpoint", str(kept), "--json")
    by_openssl = f"ts -verify -data {kept} -in {kept}.tsr -CAfile root.pem"

    made = shell.ok("ledger", "checkpoint", str(kept))
    assert "time stamp" not in made.err
    assert f"{kept} was there by " in shell.ok(*verify).err
    assert openssl(authority.folder, by_openssl) == 0

    kept.write_bytes(kept.read_bytes() + b" ")
    other = shell.run(*verify)
    assert (other.code, other.json["ok"], len(other.json["faults"])) == (exits.FOUND, False, 1)
    assert f"{kept}.tsr is not a time stamp of {kept}" in other.json["faults"][0]["fault"]
    assert openssl(authority.folder, by_openssl) != 0


def test_a_stamp_of_an_authority_that_was_not_named_is_refused(
    shell: Shell, authority: Authority, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    shell.ok("ledger", "checkpoint", str(kept))
    shell.monkeypatch.setenv("RELAY_TIMESTAMP_CERTIFICATE", str(authority.folder / "other.pem"))

    assert shell.run("ledger", "verify", "--checkpoint", str(kept)).code == exits.FOUND
    assert (
        "No valid time stamp came from 127.0.0.1:" in shell.ok("ledger", "checkpoint", str(tmp_path / "next.json")).err
    )
    assert not (tmp_path / "next.json.tsr").exists()


@pytest.mark.parametrize("fault", ["silent", "nonsense", "another file's", "no certificate", "no extra"])
def test_a_checkpoint_stands_without_a_stamp_and_that_is_said(
    shell: Shell, authority: Authority, tmp_path: Path, fault: str
) -> None:
    first, kept = tmp_path / "first.json", tmp_path / "checkpoint.json"
    first.write_text("Something else.", encoding="utf-8")
    match fault:
        case "silent":
            shell.monkeypatch.setenv("RELAY_TIMESTAMP_URL", "http://127.0.0.1:9")
        case "nonsense":
            authority.nonsense = b"<html>Sign in to this network</html>"
        case "another file's":
            assert openssl(authority.folder, f"ts -query -data {first} -sha256 -no_nonce -out query") == 0
            authority.nonsense = authority.stamp((authority.folder / "query").read_bytes())
        case "no certificate":
            shell.monkeypatch.setenv("RELAY_TIMESTAMP_CERTIFICATE", str(first))
        case _:
            shell.monkeypatch.setattr(time_stamping, "find_spec", dict[str, None]().get)

    assert f"{kept} was written, but without a time stamp. " in shell.ok("ledger", "checkpoint", str(kept)).err
    assert not (tmp_path / "checkpoint.json.tsr").exists()
    assert f"{kept} has no time stamp beside it." in shell.ok("ledger", "verify", "--checkpoint", str(kept)).err


def test_a_stamp_is_not_checked_where_no_certificate_is_named_and_that_is_said(
    shell: Shell, authority: Authority, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    shell.ok("ledger", "checkpoint", str(kept))
    for name in ("RELAY_TIMESTAMP_URL", "RELAY_TIMESTAMP_CERTIFICATE"):
        shell.monkeypatch.delenv(name)

    assert f"{kept}.tsr was not checked" in shell.ok("ledger", "verify", "--checkpoint", str(kept)).err
    assert authority.url.startswith("http")
