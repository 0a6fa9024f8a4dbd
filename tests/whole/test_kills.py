"""The engine, the pages and the command line killed at any moment: what was acknowledged is there, once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from relay import graph as relay_graph
from relay.commands import exits
from relay.database import embedded_server
from relay.errors import Unavailable
from relay.ledger.reading import entries
from relay.ledger.recording import record
from relay.ledger.verify import verify
from relay.service.client import Remote
from tests.rigs.served import COMMAND, PATIENCE_SECONDS, ROOT, Impatient, hand_over, sent, serving, token
from tests.rigs.soak import SOAK, share
from tests.scenes.clerks import PROGRAMME, clerk, founding
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from relay.domain.acts import Value
    from tests.rigs.served import Send

ROUNDS: Final = share(50)  # in each of which all three are killed once, in any order
WRITERS: Final = tuple(f"P{number}" for number in range(8 if SOAK else 4))  # by the API and by commands in turn
POLL_SECONDS: Final = 0.02


@pytest.fixture
def data_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for an engine that the test starts, and stop that engine afterwards."""
    folder = tmp_path / "data"
    yield folder
    embedded_server.stop(folder)


class Commands:
    """Acts recorded by commands, each a process that may be killed before it says what came of it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Begin with none that runs."""
        self._environ = environ
        self._running: list[subprocess.Popen[str]] = []

    def send(self, kind: str, said: dict[str, Value]) -> bool:
        """Run the command that records an act; whether it acknowledged it."""
        with subprocess.Popen(
            [*COMMAND, *words_of(kind, said)],
            cwd=ROOT,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            self._running.append(command)
            out, err = command.communicate(timeout=PATIENCE_SECONDS)
            self._running.remove(command)
        assert command.returncode in (exits.DONE, exits.UNAVAILABLE, -signal.SIGKILL), err
        return command.returncode == exits.DONE and bool(json.loads(out)["act_id"])

    def kill(self, draw: Random) -> bool:
        """Kill one of those that run, if any does; whether it had not ended before."""
        running = list(self._running)
        if not running:
            return False
        command = draw.choice(running)
        command.kill()
        return command.wait() == -signal.SIGKILL


def words_of(kind: str, said: Mapping[str, Value]) -> list[str]:
    """What is typed to record an act."""
    if kind == "beneficiary":
        words = ["register", said["name"], "--id", said["beneficiary_id"]]
    else:
        words = ["pass-on", said["giver_placement_id"], "--to", said["beneficiary_id"], "--id", said["pass_id"]]
        words += ["--on", said["passed_on"], "--animals", said["animals"]]
    return [*map(str, words), "--json"]


def by_api(remote: Remote) -> Send:
    """Acts recorded by the API."""

    def send(kind: str, said: dict[str, Value]) -> bool:
        try:
            return bool(remote.hand_in(PROGRAMME, kind, said).act_id)
        except Unavailable:
            return False

    return send


def hand_on(original: str, send: Send, acknowledged: list[str], over: threading.Event) -> None:
    """Hand a couple on and on, once at least; the ids of the acts that were acknowledged are added."""
    giver = original
    for number in count():
        receiver = f"{original}-{number}"
        for kind, said in hand_over(receiver, giver):
            acknowledged.append(sent(send, kind, said))
        giver = receiver
        if over.is_set():
            break


def wait_for(done: Callable[[], bool]) -> None:
    """Ask until it is done."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > until:
            raise Impatient
        time.sleep(POLL_SECONDS)


def another_in_each(lists: Iterable[list[str]]) -> Callable[[], bool]:
    """Whether each list has grown since."""
    lengths = [(each, len(each)) for each in lists]
    return lambda: all(len(each) > before for each, before in lengths)


def kill_engine(data_folder: Path) -> bool:
    """Kill the engine if it serves; whoever needs it next starts it again."""
    pid = embedded_server.status(data_folder).pid
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    return pid is not None


def test_whatever_is_killed_under_writers_every_acknowledged_act_is_recorded_once(
    data_folder: Path, tmp_path: Path
) -> None:
    with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
        record(graph, PROGRAMME, founding(*WRITERS), clerk("first"))
        founded = [entry.act_id for entry in entries(graph, PROGRAMME)]
        secret = token(graph, "bina", "staff")
    environ, draw, over = os.environ | {"RELAY_DATA": str(data_folder)}, Random(1), threading.Event()  # noqa: S311 - a draw that can be repeated
    commands, acknowledged = Commands(environ), (list[str](), list[str]())  # by the API, and by commands

    with serving(environ, tmp_path) as service, ThreadPoolExecutor(len(WRITERS)) as desks:

        def kill_pages() -> bool:
            service.kill()
            service.start()
            return True

        ways = (by_api(Remote(service.url, secret)), commands.send)
        writing = [
            desks.submit(hand_on, each, ways[number % 2], acknowledged[number % 2], over)
            for number, each in enumerate(WRITERS)
        ]
        victims = (kill_pages, lambda: kill_engine(data_folder), lambda: commands.kill(draw))
        try:
            for _ in range(ROUNDS):
                for kill in draw.sample(victims, len(victims)):
                    wait_for(another_in_each(acknowledged))  # both ways work again
                    time.sleep(draw.uniform(0, 1))
                    wait_for(kill)
        finally:
            over.set()
        for each in writing:
            each.result()

    with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
        assert verify(graph, PROGRAMME).faults == ()
        recorded = [entry.act_id for entry in entries(graph, PROGRAMME)]
    assert sorted(recorded) == sorted([*founded, *acknowledged[0], *acknowledged[1]])


def test_a_killed_engine_is_started_again_by_the_next_page(data_folder: Path, tmp_path: Path) -> None:
    """It uses all processors then, though the worker that starts it keeps to a share of them."""
    with serving(os.environ | {"RELAY_DATA": str(data_folder)}, tmp_path, workers=2) as service:
        for _ in range(2):
            with urllib.request.urlopen(f"{service.url}/readyz", timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - loopback
                assert answer.status == 200
            assert os.sched_getaffinity(
                embedded_server.State.read(data_folder / embedded_server.STATE_FILE).pid
            ) == os.sched_getaffinity(0)
            assert kill_engine(data_folder)
            while embedded_server.status(data_folder).running:
                time.sleep(POLL_SECONDS)
