"""Several workers behave as one: what strangers try, who was let in and what is counted is known to all of them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relay.access import sign_in_tries
from relay.errors import Refused
from relay.web.staff.running_imports import RunningImport
from relay.web.traffic.shared_state import RateLimit, WorkBoard
from relay.web.traffic.workers import ONE_WORKER_HERE, require_workers_possible
from tests.rigs.browsing import Browser
from tests.rigs.pace import wait_until
from tests.rigs.served import PATIENCE_SECONDS, serving, speaking_to, token
from tests.web import relays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.graph import Graph
    from relay.settings import Connection

WORKERS = 2
NONE: Mapping[str, str] = {}
ALL_OF_THEM = 1 + 1 + WORKERS  # who looks after them, who keeps what they share, and they


def ask(port: int, path: str, *, method: str = "GET", secret: str = "", body: object = None) -> tuple[int, str]:
    """Ask on a connection of its own, so that any worker may answer; the status and what was answered."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    headers = {"Content-Type": "application/json", "Connection": "close"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    line.request(method, path, None if body is None else json.dumps(body), headers)
    answer = line.getresponse()
    return answer.status, answer.read().decode()


def test_what_one_worker_learns_all_know_and_another_takes_the_place_of_one_that_ends(
    connection: Connection, graph: Graph, tmp_path: Path
) -> None:
    """A link opens once, tries and requests are counted together, a killed worker is replaced, none outlives them.

    Each keeps to its share of the processors.
    """
    secret = token(graph, "boss", "administrator")
    environ = speaking_to(connection) | {"RELAY_DATA": str(tmp_path / "data")}
    with serving(environ, tmp_path, workers=WORKERS) as service:
        opened = [ask(service.port, f"/{service.link}")[0] for _ in range(6)]
        wrong = {"login": "nobody", "password": "not the right words"}
        tried = [
            ask(service.port, "/api/v1/tokens", method="POST", body=wrong)[0] for _ in range(sign_in_tries.FREE + 1)
        ]
        asked = [ask(service.port, "/api/v1/programmes", secret=secret)[0] for _ in range(20)]
        counted = ask(service.port, "/metrics", secret=secret)[1]
        wait_until(lambda: len(service.processes()) == ALL_OF_THEM)
        before = service.processes()
        shares = [os.sched_getaffinity(worker) for worker in before[-WORKERS:]]
        os.kill(before[-1], signal.SIGKILL)
        wait_until(lambda: len({*service.processes()} - {before[-1]}) == ALL_OF_THEM)  # one look: it is still ending
        again = [ask(service.port, "/healthz")[0] for _ in range(6)]
        all_of_them = service.processes()
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(PATIENCE_SECONDS) == 0

    assert sorted(opened) == [303, *[404] * 5]
    assert tried == [*[401] * sign_in_tries.FREE, 429]
    assert asked == [200] * 20
    assert 'relay_requests_total{method="GET",rule="/api/v1/programmes",status="200"} 20.0' in counted
    assert again == [200] * 6
    here = os.sched_getaffinity(0)
    assert set.union(*shares) == here
    assert sum(map(len, shares)) == max(len(here), WORKERS)  # each processor is one worker's
    assert len(all_of_them) == ALL_OF_THEM
    assert not any(Path(f"/proc/{process}").exists() for process in all_of_them)


WALKS = 8
"""Two requests on lines of their own meet one of two workers by chance: all of eight, one time of 256."""


@pytest.mark.soak
def test_what_a_page_keeps_until_the_next_request_every_worker_knows(
    connection: Connection, graph: Graph, tmp_path: Path
) -> None:
    """Words that are searched for, in the programme and in a tree; names switched on; a view; a message; a register."""
    relays.record(graph, "demo", list(relays.small()))
    environ = speaking_to(connection) | {"RELAY_DATA": str(tmp_path / "data")}
    with serving(environ, tmp_path, workers=WORKERS) as service:
        browser = Browser(service.url)
        browser.open(f"/{service.link}")
        for walk in range(WALKS):
            where, page = browser.open("/p/demo/find", {"q": "Name of W1"})
            assert ("Name" in where, 'value="Name of W1"' in page, "beneficiary:W1" in page) == (False, True, True)
            where, page = browser.open("/p/demo/tree/gift:G1", {"q": "Name of W"})
            assert ("Name" in where, 'value="Name of W"' in page) == (False, True)
            sent = {"csrf_token": browser.token("/p/demo/find"), "names": "off" if walk % 2 else "on"}
            browser.open("/p/demo/names", sent, {"Referer": f"{service.url}/p/demo/people"})
            assert ("Name of W1" in browser.open("/p/demo/people")[1]) == (walk % 2 == 0)
            view = {"csrf_token": sent["csrf_token"], "query": "state=late", "title": f"My view {walk}"}
            browser.open("/p/demo/placements/views", view)
            assert f"My view {walk}" in browser.open("/p/demo/placements")[1]
            unticked = browser.open("/p/demo/waiting", {"csrf_token": sent["csrf_token"], "wanted": "look"})[1]
            assert "Nothing was ticked." in unticked
            where, page = browser.open("/p/demo/import", *register(sent["csrf_token"]))
            assert "Rita Harro" in page
            assert "Rita Harro" in browser.open(where)[1]


def register(token: str) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a form that sends a register."""
    parts = (('name="csrf_token"', token), ('name="register"; filename="ngo.csv"', "SN,Full name\n1,Rita Harro\n"))
    body = "".join(f"--edge\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in parts)
    return f"{body}--edge--\r\n".encode(), {"Content-Type": "multipart/form-data; boundary=edge"}


@pytest.mark.soak
def test_workers_end_with_a_parent_that_is_killed(connection: Connection, tmp_path: Path) -> None:
    environ = speaking_to(connection) | {"RELAY_DATA": str(tmp_path / "data")}
    with serving(environ, tmp_path, workers=WORKERS) as service:
        all_of_them = service.processes()
        service.kill()
        wait_until(lambda: not any(Path(f"/proc/{process}").exists() for process in all_of_them))


def test_several_workers_share_those_who_come_and_nobody_else_has_their_address(
    connection: Connection, tmp_path: Path
) -> None:
    """Forty lines that are opened at once and asked nothing: by chance, all at one of two is one time of 2**39."""
    environ = speaking_to(connection) | {"RELAY_DATA": str(tmp_path / "data")}
    with serving(environ, tmp_path, workers=WORKERS) as service, ExitStack() as held:
        for _ in range(40):
            held.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_SECONDS))
        workers = service.processes()[-WORKERS:]
        wait_until(lambda: sum(lines_of(worker, service.port) for worker in workers) == 40)
        assert all(lines_of(worker, service.port) for worker in workers)
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("127.0.0.1", service.port))


def lines_of(process: int, port: int) -> int:
    """How many connections at this port a process has taken in."""
    named = {each.resolve().name for each in Path(f"/proc/{process}/fd").iterdir()}
    told = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(f"socket:[{row[9]}]" in named for row in told if row[1].endswith(f":{port:04X}") and row[3] == "01")


def test_where_processes_cannot_be_copied_there_is_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    require_workers_possible(1)
    with pytest.raises(Refused, check=ONE_WORKER_HERE.matches):
        require_workers_possible(2)


def test_an_address_has_so_many_tries_a_minute_and_others_have_theirs() -> None:
    clock = [0.0]
    pace = RateLimit(lambda: clock[0])

    assert [pace.allows("sign in", "10.0.0.1", 2) for _ in range(3)] == [True, True, False]
    assert pace.allows("sign in", "10.0.0.2", 2)
    assert pace.allows("look", "10.0.0.1", 2)
    clock[0] = 59.0
    assert not pace.allows("sign in", "10.0.0.1", 2)
    clock[0] = 60.0
    assert pace.allows("sign in", "10.0.0.1", 2)


def test_an_import_is_begun_once_in_whichever_process_and_is_forgotten_with_it() -> None:
    board, first = WorkBoard(), RunningImport(apply=True, of_all=3)

    assert board.begin("a", first)
    assert not board.begin("a", RunningImport(apply=True, of_all=3))
    board.update("a", RunningImport(apply=True, of_all=3, done=2))
    assert board.get("a").done == 2
    board.update("a", RunningImport(apply=True, of_all=3, process=2**22 + 1))  # no process has that number
    assert board.get("a") is None
    assert board.begin("a", first)
    first.ended = True
    assert board.begin("a", RunningImport(apply=False, of_all=3))
    assert board.get("b") is None
