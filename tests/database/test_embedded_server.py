"""The embedded engine: one a data folder, started on demand, safe against kills, damage and other users."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import AuthError, DriverError

from relay import graph
from relay.database import embedded_server
from relay.errors import Unavailable
from tests.database.conftest import query, relay_of
from tests.rigs.pace import wait_until
from tests.scenes.core import CORE

ENSURE = (
    "import sys, pathlib; from relay.database.embedded_server import ensure; "
    "connection = ensure(pathlib.Path(sys.argv[1]))"
)
"""A program that lets an engine run in the folder that it is told."""


def state_of(data_folder: Path) -> embedded_server.State:
    return embedded_server.State.read(data_folder / embedded_server.STATE_FILE)


def kill(data_folder: Path) -> None:
    """End the engine as a power cut would, and wait until it is gone."""
    os.kill(state_of(data_folder).pid, signal.SIGKILL)
    wait_until(lambda: not embedded_server.status(data_folder).running)


def test_the_engine_starts_on_demand_and_stops_when_it_is_told_and_says_so(data_folder: Path) -> None:
    before = embedded_server.status(data_folder)

    connection = embedded_server.ensure(data_folder)

    assert not before.running
    assert (before.port, before.pid, before.size_bytes) == (None, None, 0)
    assert [record["one"] for record in query(connection, "RETURN 1 AS one")] == [1]
    after = embedded_server.status(data_folder)
    assert after.running
    assert (after.port, after.pid) == (state_of(data_folder).port, state_of(data_folder).pid)
    assert connection.uri == f"bolt://127.0.0.1:{after.port}"
    assert after.size_bytes > 0

    assert embedded_server.stop(data_folder)

    assert not embedded_server.status(data_folder).running
    assert not (data_folder / "databases/relay/database.lck").exists()
    assert not embedded_server.stop(data_folder)


def test_a_second_start_joins_the_first(running: Path) -> None:
    first = state_of(running)

    second = embedded_server.ensure(running)

    assert second == first.connection()
    assert state_of(running).pid == first.pid


@pytest.mark.soak
def test_several_commands_starting_at_once_get_one_engine(data_folder: Path) -> None:
    data_folder.mkdir(mode=0o700)
    start = f"{ENSURE}; print(connection.uri)"
    command = [sys.executable, "-c", start, str(data_folder)]
    commands = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    answers = {one.communicate()[0].strip() for one in commands}

    assert answers == {f"bolt://127.0.0.1:{state_of(data_folder).port}"}


@pytest.mark.soak
def test_the_engine_outlives_the_command_that_started_it_and_a_ctrl_c_in_its_terminal(data_folder: Path) -> None:
    start = f"{ENSURE}; input()"
    command = subprocess.Popen(
        [sys.executable, "-c", start, str(data_folder)],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(lambda: embedded_server.status(data_folder).running)

    os.killpg(command.pid, signal.SIGINT)
    command.communicate()

    assert query(embedded_server.ensure(data_folder), "RETURN 1 AS one")
    assert command.returncode != 0


@pytest.mark.soak
def test_port_and_password_stay_from_one_start_to_the_next(stopped: Path) -> None:
    first = state_of(stopped).connection()

    assert embedded_server.ensure(stopped) == first


@pytest.mark.soak
def test_who_waits_for_an_engine_that_starts_is_let_in_at_once(stopped: Path) -> None:
    """Refused a few times, as whoever asks before she is known, nobody is let in under a name for half a minute."""
    connection, ends, refused = state_of(stopped).connection(), threading.Event(), list[str]()

    def wait() -> None:
        with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.user, connection.password)) as driver:
            while not ends.is_set():
                try:
                    driver.verify_connectivity()
                except AuthError as error:
                    refused.append(str(error))
                except DriverError:  # it does not answer yet
                    pass

    waiting = [threading.Thread(target=wait) for _ in range(4)]
    for each in waiting:
        each.start()
    try:
        assert query(embedded_server.ensure(stopped), "RETURN 1 AS one")[0]["one"] == 1
    finally:
        ends.set()
        for each in waiting:
            each.join()

    assert refused == []


def test_a_reader_is_let_in_and_may_not_write_with_a_new_password_at_each_start(stopped: Path) -> None:
    first_user, _, first = (stopped / embedded_server.READER_FILE).read_text().partition(":")
    second = embedded_server.reader(stopped, CORE.readable)
    query(embedded_server.ensure(stopped), "MATCH (n) DETACH DELETE n")
    with graph.connect(embedded_server.ensure(stopped), CORE):  # brings the schema up to date
        pass

    with graph.connect(second, CORE) as reading:
        assert reading.ask("MATCH (s:Schema) RETURN count(s) AS many", 1).rows == ((1,),)
        with pytest.raises(graph.NotAnswered, match="would write"):
            reading.ask("CREATE (:Gift {key: 'x'})", 1)
    for user, password in ((second.user, first), (first_user, first)):
        with pytest.raises(Unavailable, match="user name or password"):
            graph.connect(replace(second, user=user, password=password), CORE)


@pytest.mark.soak
def test_who_cannot_read_the_folder_locks_nobody_out_whatever_names_she_tries(stopped: Path) -> None:
    """Five wrong passwords lock a user for 30 seconds, and the engine's own user is called root on every machine."""
    state = state_of(stopped)
    (stopped / embedded_server.STATE_FILE).write_text(
        json.dumps(asdict(state) | {"user": "root"})
    )  # as an earlier Relay left it
    connection = embedded_server.ensure(stopped)
    for user in ("root", "admin", "reader", "relay", "neo4j"):
        for _ in range(6):
            with pytest.raises(Unavailable, match="user name or password"):
                graph.connect(replace(connection, user=user, password="a guess at it"), CORE)

    assert query(connection, "RETURN 1 AS one")[0]["one"] == 1
    assert embedded_server.reader(stopped, CORE.readable).user not in ("reader", state.user)
    with graph.connect_to_read(embedded_server.reader(stopped, CORE.readable), CORE) as reading:
        assert reading.ask("RETURN 1 AS one", 1).rows == ((1,),)
    embedded_server.check(stopped)


def test_an_engine_of_an_earlier_relay_knows_no_reader(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_server, "READER_FILE", "not there")

    with pytest.raises(Unavailable, check=embedded_server.NO_READER.matches):
        embedded_server.reader(running, CORE.readable)


@pytest.mark.soak
def test_after_a_kill_what_was_committed_is_there_and_the_state_of_the_dead_engine_fools_nobody(
    data_folder: Path,
) -> None:
    relay_of(data_folder)
    kill(data_folder)
    path = data_folder / embedded_server.STATE_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pid": os.getpid()}))

    stopped = embedded_server.stop(data_folder)
    connection = embedded_server.ensure(data_folder)

    assert not stopped
    assert state_of(data_folder).pid != os.getpid()
    (record,) = query(connection, "MATCH (:Placement)-[r:PASSED_TO]->(:Placement) RETURN count(r) AS passed")
    assert record["passed"] == 399


@pytest.mark.soak
def test_a_state_file_that_was_altered_is_told_and_the_next_engine_needs_none(data_folder: Path) -> None:
    embedded_server.ensure(data_folder)
    pid = state_of(data_folder).pid
    (data_folder / embedded_server.STATE_FILE).write_text("{bad")

    assert embedded_server.processes(data_folder) == (pid,)

    for ask in (embedded_server.ensure, embedded_server.status, embedded_server.stop):
        with pytest.raises(embedded_server.StateDamaged, match=r"engine\.json was altered.* relay doctor"):
            ask(data_folder)
    os.kill(pid, signal.SIGTERM)

    def is_gone() -> bool:
        with suppress(embedded_server.StateDamaged):
            return not embedded_server.status(data_folder).running
        return False

    wait_until(is_gone)
    assert query(embedded_server.ensure(data_folder), "RETURN 1 AS one")[0]["one"] == 1


def test_only_the_owner_can_read_the_data(running: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in running.rglob("*")}

    assert running.stat().st_mode & 0o777 == 0o700
    assert (running / embedded_server.STATE_FILE).stat().st_mode & 0o777 == 0o600
    assert modes == {0o600, 0o700}


def test_the_folder_of_another_user_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: theirs.stat().st_uid + 1)

    with pytest.raises(Unavailable, match="belongs to the user"):
        embedded_server.ensure(theirs)

    assert list(theirs.iterdir()) == []


@pytest.mark.soak
def test_the_folder_may_have_any_name_whatever_the_locale(tmp_path: Path) -> None:
    home = tmp_path / "My Data घर"
    home.mkdir()
    environment = os.environ | {"LC_ALL": "C", "RELAY_DATA": str(home / "relay")}
    try:
        relay = [sys.executable, str(Path(__file__).parents[2] / "cli.py"), "programme", "list"]
        done = subprocess.run(relay, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        embedded_server.stop(home / "relay")


def test_a_folder_that_others_can_read_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "somebody-elses").touch()
    shared.chmod(0o755)

    with pytest.raises(Unavailable, match="chmod 700"):
        embedded_server.ensure(shared)

    assert shared.stat().st_mode & 0o777 == 0o755


def test_the_password_is_on_no_command_line_and_in_no_log(running: Path) -> None:
    password, pid = state_of(running).password, state_of(running).pid

    command = Path(f"/proc/{pid}/cmdline").read_text()
    environ = Path(f"/proc/{pid}/environ").read_text()
    logs = "".join(path.read_text() for path in (running / "log").iterdir())

    assert len(password) == 32
    assert "relay.database.embedded_server_process" in command
    assert password not in command + environ + logs
    assert password not in repr(state_of(running))


def test_the_faults_of_a_check_are_added_up_and_other_counts_left_alone() -> None:
    sound = {"operation": "check database", "totalPages": 11, "totalErrors": 0, "invalidLinks": 0}

    assert embedded_server.count_faults(sound) == 0
    assert embedded_server.count_faults(sound | {"totalErrors": 2, "invalidLinks": 1}) == 3


def test_a_sound_database_passes_the_check(running: Path) -> None:
    embedded_server.check(running)

    assert embedded_server.status(running).running


def test_a_full_disk_is_said_in_so_many_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded_server.require_free_space(tmp_path / "not" / "yet")
    monkeypatch.setattr(embedded_server, "LEAST_FREE_BYTES", 10**18)

    with pytest.raises(Unavailable, match="Disk full"):
        embedded_server.require_free_space(tmp_path)


@pytest.mark.parametrize(
    ("folder", "filesystem"),
    [
        ("/home/clerk/relay", None),
        ("/net/office/relay", "nfs4"),
        ("/net/office/own disk/relay", None),
        ("/network", None),
    ],
)
def test_a_network_drive_is_known_by_the_mount_that_holds_the_folder(folder: str, filesystem: str | None) -> None:
    mounts = (
        "/dev/sda1 / ext4 rw 0 0\n"
        "server:/office /net/office nfs4 rw 0 0\n"
        "/dev/sdb1 /net/office/own\\040disk xfs rw 0 0\n"
    )

    assert embedded_server.network_filesystem(Path(folder), mounts) == filesystem
