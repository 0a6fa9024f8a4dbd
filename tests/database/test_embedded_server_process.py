"""The engine's own process: what it checks before it serves, whom it answers, and when it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import neo4j
import pytest

from relay.database import embedded_server, embedded_server_process
from relay.errors import Unavailable
from tests.database.conftest import query
from tests.database.test_embedded_server import state_of
from tests.rigs.pace import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


STEPS_OF_WAITING: Final = 40
"""More lines of Python than are run in waiting once, whichever way it is done."""


@pytest.fixture
def sigterm() -> Iterator[None]:
    """Give SIGTERM back afterwards to whoever had it; a wait that would never end fails."""

    def give_up(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = [signal.signal(signal.SIGALRM, give_up), signal.getsignal(signal.SIGTERM)]
    signal.alarm(30)
    yield
    signal.alarm(0)
    for number, handler in zip((signal.SIGALRM, signal.SIGTERM), before, strict=True):
        signal.signal(number, handler)


def settings_in_force(data_folder: Path) -> dict[str, object]:
    """Ask the engine itself for its settings, the database's own and the server's."""
    state = state_of(data_folder)
    login = b64encode(f"{state.user}:{state.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    with closing(http.client.HTTPConnection("127.0.0.1", state.http_port, timeout=10)) as line:
        line.request("GET", "/api/v1/server?mode=default", headers=headers)
        server = json.load(line.getresponse())["settings"]
        question = json.dumps({"language": "sql", "command": "SELECT FROM schema:database"})
        line.request("POST", f"/api/v1/command/{state.database}", question, headers)
        database = json.load(line.getresponse())["result"][0]["settings"]
    return {setting["key"]: setting["value"] for setting in [*server, *database]}


@pytest.mark.soak
def test_a_taken_port_is_left_to_its_owner_and_another_is_picked(stopped: Path) -> None:
    port = state_of(stopped).port

    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        connection = embedded_server.ensure(stopped)

    assert state_of(stopped).port != port
    assert query(connection, "RETURN 1 AS one")


@pytest.mark.parametrize("left", ["", "xx", "[]", "{}"])
def test_a_list_of_files_that_a_full_disk_cut_off_says_nothing(tmp_path: Path, left: str) -> None:
    (tmp_path / embedded_server.CLOSED_FILE).write_text(left)

    assert embedded_server.files_at_last_stop(tmp_path) == {}


@pytest.mark.soak
def test_where_no_list_of_files_was_left_all_files_are_checked(stopped: Path) -> None:
    (stopped / embedded_server.CLOSED_FILE).unlink()

    placements = query(embedded_server.ensure(stopped), "MATCH (p:Placement) RETURN count(p) AS placements")

    assert placements[0]["placements"] == 400
    assert "totalErrors: 0" in (stopped / "log" / "engine.log").read_text()


@pytest.mark.soak
def test_a_folder_that_an_earlier_release_left_is_opened(stopped: Path) -> None:
    left = stopped / embedded_server.CLOSED_FILE
    left.write_text(json.dumps({name: said[:2] for name, said in json.loads(left.read_text()).items()}))

    placements = query(embedded_server.ensure(stopped), "MATCH (p:Placement) RETURN count(p) AS placements")

    assert placements[0]["placements"] == 400


def test_of_many_files_that_decayed_three_are_named() -> None:
    left: embedded_server.Files = {name: [8, 1, "a"] for name in "abcde"}

    assert embedded_server.silently_changed(left, left) == ""
    assert embedded_server.silently_changed(left, left | {"b": [8, 2, "b"]}) == ""
    assert embedded_server.silently_changed(left, left | {"b": [8, 1, "b"]}) == "bytes changed in b"
    changed = "bytes changed in a, b, c and 2 more files"
    assert embedded_server.silently_changed(left, {name: [8, 1, "b"] for name in "abcde"}) == changed


def test_every_commit_reaches_the_disk_before_it_is_acknowledged(running: Path) -> None:
    settings = settings_in_force(running)

    assert settings["arcadedb.txWalFlush"] == 1
    assert settings["arcadedb.command.timeout"] == 120_000


def test_the_engine_reads_no_file_and_no_address_and_has_no_pages_of_its_own(running: Path) -> None:
    settings = settings_in_force(running)

    assert settings["arcadedb.opencypher.loadCsv.allowFileUrls"] is False
    assert settings["arcadedb.opencypher.loadCsv.allowRemoteUrls"] is False
    assert settings["arcadedb.studio.enabled"] is False


def test_the_engine_answers_this_machine_only(running: Path) -> None:
    pid = state_of(running).pid
    inodes = set[str]()
    for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208 - its names, not its files
        with suppress(FileNotFoundError):  # closed meanwhile
            inodes.add(os.readlink(f"/proc/{pid}/fd/{name}"))  # noqa: PTH115 - what it says, not where it leads

    listening = [
        fields[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if (fields := line.split())[3] == "0A" and f"socket:[{fields[9]}]" in inodes
    ]

    loopback = ("0100007F:", "0000000000000000FFFF00000100007F:")
    assert len(listening) == 2
    assert all(address.startswith(loopback) for address in listening)


@pytest.mark.soak
def test_the_engine_stops_itself_when_nobody_uses_it(data_folder: Path) -> None:
    connection = embedded_server.ensure(data_folder, idle_minutes=1 / 60)

    with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.user, connection.password)) as driver:
        driver.verify_connectivity()
        time.sleep(2)
        used = embedded_server.status(data_folder).running

    assert used
    wait_until(lambda: not embedded_server.status(data_folder).running, seconds=60)


@pytest.mark.usefixtures("sigterm")
def test_an_engine_that_is_told_to_stop_hears_it_at_whatever_step_of_its_waiting() -> None:
    waiting = embedded_server_process.Stopping()
    assert not waiting.within(0.01)

    for step in range(1, STEPS_OF_WAITING):
        told = _told_at(step, embedded_server_process.Stopping())
        assert told.within(5), step


def _told_at(step: int, stopping: embedded_server_process.Stopping) -> embedded_server_process.Stopping:
    """Wait, and let the signal come just before the line of Python that is run at that step, or else afterwards."""
    told, steps = False, iter(range(step - 1))

    def tell() -> None:
        nonlocal told
        told = True
        signal.raise_signal(signal.SIGTERM)

    def trace(_frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        if next(steps, None) is not None:
            return trace
        sys.settrace(None)
        tell()
        return None

    sys.settrace(trace)
    try:
        stopping.within(0.01)
    finally:
        sys.settrace(None)
    if not told:
        tell()
    return stopping


def test_damaged_data_is_found_before_anybody_is_served(stopped: Path) -> None:
    (bucket,) = (stopped / "databases/relay").glob("Placement_0.*.bucket")
    content = bytearray(bucket.read_bytes())
    content[9000:9400] = bytes(byte ^ 0xFF for byte in content[9000:9400])
    bucket.write_bytes(content)

    with pytest.raises(Unavailable, match="relay restore"):
        embedded_server.ensure(stopped)

    assert not embedded_server.status(stopped).running


@pytest.mark.soak
def test_a_damaged_schema_is_found_before_anybody_is_served(stopped: Path) -> None:
    (stopped / "databases/relay/schema.json").write_text("{")

    with pytest.raises(Unavailable, match="damaged"):
        embedded_server.ensure(stopped)


@pytest.mark.soak
def test_a_truncated_file_is_found_before_anybody_is_served(stopped: Path) -> None:
    (bucket,) = (stopped / "databases/relay").glob("Placement_0_out_edges.*.bucket")
    os.truncate(bucket, 0)

    with pytest.raises(Unavailable, match="damaged"):
        embedded_server.ensure(stopped)


def test_the_log_does_not_fill_the_disk(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    twelve_megabytes = """
import jpype
from relay.database import embedded_server_process
embedded_server_process._start_java()
log = jpype.java.util.logging.Logger.getLogger("relay")
for _ in range(600):
    log.info("k" * 20_000)
"""

    subprocess.run([sys.executable, "-c", twelve_megabytes], cwd=tmp_path, check=True)

    log_bytes = sum(path.stat().st_size for path in (tmp_path / "log").glob("arcadedb.log*"))
    assert embedded_server.LOG_LIMIT_BYTES / 2 < log_bytes < embedded_server.LOG_LIMIT_BYTES * 1.1


def test_failed_queries_leave_nothing_of_what_they_said_on_the_disk(running: Path) -> None:
    connection = embedded_server.ensure(running)
    query(connection, "CREATE CONSTRAINT FOR (p:Placement) REQUIRE p.key IS UNIQUE")
    twelve_megabytes = ["k" * 20_000] * 600

    with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.user, connection.password)) as driver:
        driver.execute_query("CREATE (:Placement {key: $key})", key=twelve_megabytes[0], database_="relay")
        for key in twelve_megabytes:
            with pytest.raises(neo4j.exceptions.ConstraintError):
                driver.execute_query("CREATE (:Placement {key: $key})", key=key, database_="relay")

    assert 0 < embedded_server.status(running).log_bytes < 100_000
    assert not [path for path in (running / "log").iterdir() if b"kkkk" in path.read_bytes()]
