"""What is known against the libraries is told; a service that does not answer fails nothing."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

from tests.rigs.faulty_line import refused
from tools import advisories

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import pytest

LOCK = "click==8.5.1 \\\n    --hash=sha256:00\nold-library==1.0 ; python_version < '4' \\\n    --hash=sha256:01\n"


@contextmanager
def answering(answer: bytes) -> Generator[tuple[str, list[bytes]]]:
    """A service with one answer; gives its address, and what it was asked."""
    asked = list[bytes]()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
            """Say nothing."""
            del format, args

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()
        thread.join()


def test_a_library_with_an_advisory_is_named_and_another_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    with answering(b'{"results": [{}, {"vulns": [{"id": "GHSA-1"}, {"id": "PYSEC-2"}]}]}') as (service, asked):
        code = advisories.main(service, tmp_path)

    assert code == 1
    said = "old-library 1.0: GHSA-1, PYSEC-2\n2 libraries, 1 with advisories.\n"
    assert capsys.readouterr().out == said
    names = [(each["package"]["name"], each["version"]) for each in json.loads(asked[0])["queries"]]
    assert names == [("click", "8.5.1"), ("old-library", "1.0")]


def test_where_no_service_answers_that_is_said_and_nothing_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    with refused() as uri:
        assert advisories.main(uri.replace("bolt", "http"), tmp_path) == 0
    with answering(b"a page of a hotel") as (service, _):
        assert advisories.main(service, tmp_path) == 0

    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert all(line.startswith("Advisories were not looked up: http://127.0.0.1:") for line in told)


def test_every_lock_file_is_looked_through() -> None:
    names = {name for name, _ in advisories.locked(advisories.ROOT)}
    assert {"flask", "pytest", "numba"} <= names
