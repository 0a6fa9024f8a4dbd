"""The client of another machine's Relay, against a service that answers what each test says."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Final

import pytest

from relay.database.driver_errors import UnknownOutcome
from relay.errors import Refused
from relay.service import client as client_module
from relay.service.client import NotReached, NotRelay, Remote
from relay.service.questions.chains import ChainsQuestion
from relay.service.questions.ledgers import Entries, LedgerPage
from relay.service.questions.lookup import Names
from relay.service.questions.visits import Todo

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

DAY: Final = date(2024, 6, 30)
NOWHERE: Final = "http://127.0.0.1:9"
MAYA: Final = b'{"B1": "Maya"}'


@dataclass(slots=True, kw_only=True)
class Service:
    """What answers, and what it was asked: method, path, body."""

    url: str
    asked: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


@contextmanager
def answering(body: bytes | None, status: int = 200, headers: Mapping[str, str] | None = None) -> Generator[Service]:
    """A service that gives one answer to everything; without a body it hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            service.asked.append((self.command, self.path, self.rfile.read(length).decode()))
            if body is None:
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    service = Service(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_question_travels_in_its_url_and_what_may_be_a_name_beside_it() -> None:
    asked = ChainsQuestion(as_of=DAY, confirmed_only=True, donor="Odile", sort="id")

    with answering(b"[]") as service:
        assert Remote(service.url, "secret").ask(asked, "demo") == ()

    path = "/api/v1/programmes/demo/chains?as_of=2024-06-30&confirmed_only=true"
    assert service.asked == [("POST", path, '{"donor":"Odile"}')], "what is as usual is not sent"


def test_what_a_newer_service_says_besides_is_passed_over() -> None:
    page = json.dumps({"entries": [], "next": 8, "next_url": "/more", "colour": "red"}).encode()

    with answering(gzip.compress(page), headers={"Content-Encoding": "gzip"}) as service:
        assert Remote(service.url, "secret").ask(Entries(before=9), "demo") == LedgerPage(entries=(), next=8)


def test_an_error_comes_back_as_the_error_it_was_there() -> None:
    error = {"status": 422, "reason": "No.", "suggestion": "Ask.", "field": "most", "code": "new_one", "request_id": ""}

    with answering(json.dumps({"error": error}).encode(), 422) as service, pytest.raises(Refused) as refused:
        Remote(service.url, "secret").ask(Todo(as_of=DAY), "demo")

    assert (str(refused.value), refused.value.field) == ("No. Ask.", "most")


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, b"<html>", {}),
        (200, b'{"B1": 7}', {}),
        (502, b"<html>", {}),
        (302, b"", {"Location": f"{NOWHERE}/elsewhere"}),
    ],
)
def test_what_answers_otherwise_is_no_relay_and_is_not_followed(
    status: int, body: bytes, headers: Mapping[str, str]
) -> None:
    with answering(body, status, headers) as service, pytest.raises(NotRelay):
        Remote(service.url, "secret").ask(Names(beneficiary_id=("B1",)), "demo")

    assert len(service.asked) == 1


def test_no_proxy_is_asked_that_could_read_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, NOWHERE)

    with answering(MAYA) as service:
        assert Remote(service.url, "secret").ask(Names(beneficiary_id=("B1", "B2")), "demo") == {"B1": "Maya"}


def test_of_an_act_that_was_sent_the_outcome_is_unknown_and_of_one_that_was_not_it_is_known() -> None:
    with answering(None) as service, pytest.raises(UnknownOutcome):
        Remote(service.url, "secret").hand_in("demo", "gift", {"gift_id": "G1"})
    assert len(service.asked) == 1, "it is not sent again"

    with pytest.raises(NotReached):
        Remote(NOWHERE, "secret").hand_in("demo", "gift", {"gift_id": "G1"})


@pytest.mark.parametrize(("status", "body"), [(200, b'{"act_id": "gift:'), (201, b""), (502, b"<html>")])
def test_of_an_act_whose_answer_is_cut_off_it_is_said_that_it_may_be_recorded_and_can_be_sent_again(
    status: int, body: bytes
) -> None:
    with answering(body, status) as service, pytest.raises(UnknownOutcome) as told:
        Remote(service.url, "secret").hand_in("demo", "gift", {"gift_id": "G1"})

    for words in ("is not Relay", "may be recorded", "with the same id", "is not recorded twice"):
        assert words in str(told.value)


def test_a_service_that_does_not_know_the_outcome_is_not_taken_to_have_recorded_nothing() -> None:
    error = {"status": 503, "reason": "Lost.", "suggestion": "Send it again.", "field": None, "code": "unknown_outcome"}

    with answering(json.dumps({"error": error}).encode(), 503) as service, pytest.raises(UnknownOutcome, match="Lost"):
        Remote(service.url, "secret").hand_in("demo", "gift", {"gift_id": "G1"})


def test_a_service_that_is_silent_is_told_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command asks first which programmes there are, and does not wait for that as long as for an audit."""
    assert client_module.GREET_SECONDS <= 5
    monkeypatch.setattr(client_module, "GREET_SECONDS", 0.3)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(NotReached, match="did not answer in time"):
            Remote(f"http://127.0.0.1:{silent.getsockname()[1]}", "secret").programmes()

    assert time.monotonic() - began < 3
