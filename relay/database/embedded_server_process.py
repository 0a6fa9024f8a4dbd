"""The embedded engine's own process, started by `relay.database.embedded_server` with LOCK REPORT IDLE_MINUTES.

It runs in the data folder, holds the inherited LOCK until it ends, says on REPORT how the start went (`ready`, or
`damaged …`; nothing means it failed), serves, and stops on SIGTERM or after IDLE_MINUTES without a client.

A database is trusted when its files are, byte for byte, as the last clean stop left them (closed.json). After a kill, a
power cut or a change from outside it is checked as a whole before it answers anyone. It is not opened where bytes have
changed in files that nobody wrote to.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import jpype
from arcadedb_embedded.jvm import get_jar_path, start_jvm

from relay.database import java_class_archive
from relay.database.embedded_server import (
    ADMITTED,
    CHECK_SECONDS,
    CLOSED_FILE,
    DATABASE,
    HEAP_MEGABYTES,
    HOST,
    LOG_LIMIT_BYTES,
    QUERY_SECONDS,
    READABLE,
    READER_FILE,
    SMALL,
    SMALL_HEAP_MEGABYTES,
    START_SECONDS,
    STATE_FILE,
    State,
    StateDamaged,
    count_faults,
    files_at_last_stop,
    files_now,
    silently_changed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import FrameType

FILES: Final = Path("databases") / DATABASE
LOGGING_FILE: Final = Path("log/logging.properties")

BOLT_HELLO: Final = bytes.fromhex("6060b017 00000405 00000000 00000000 00000000")
"""Bolt's opening words: the protocol's mark and the versions offered, here 5.4 alone."""

_OWN: Final = "root"
"""The user that the engine always has. Five wrong passwords from anybody lock a user for 30 seconds, and this name is
public, so Relay does not use it."""
_READERS: Final = "reader"

PORT_TRIES: Final = 5
"""How often another port is tried when a free one is taken before the engine has it. Our choice."""

LOGGING: Final = f"""\
handlers = java.util.logging.FileHandler
.level = INFO
io.undertow.level = WARNING
org.xnio.level = WARNING
org.jboss.level = WARNING
java.util.logging.FileHandler.pattern = ./log/arcadedb.log
java.util.logging.FileHandler.formatter = com.arcadedb.log.LogFormatter
java.util.logging.FileHandler.limit = {LOG_LIMIT_BYTES // 2}
java.util.logging.FileHandler.count = 2
"""
"""The engine's log: two files that take turns, each half of what the log may hold."""


def main() -> None:
    """Leave the starter's session, open the database, serve, and close it again."""
    lock, report, idle_minutes = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    readable = (*READABLE, *filter(None, sys.argv[4].split(",")))
    if os.fork():
        os._exit(0)  # the starter waits for this one only
    os.setsid()
    os.umask(0o077)
    if (
        sys.platform == "linux" and SMALL not in os.environ
    ):  # a worker of the service keeps to a share of the processors; the database does not
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    os.set_inheritable(lock, False)  # noqa: FBT003  the system's own call
    signal.alarm(START_SECONDS)  # a start that takes too long ends the process, which frees the locks
    _start_java()
    stopping = Stopping()
    starter = open(report, "w")  # noqa: SIM115 - closed below, where the starter may have gone
    _require_sound(starter)
    server, state = _open(readable)
    serving = state.write(Path(STATE_FILE))
    signal.alarm(0)
    _say(starter, "ready")
    with suppress(BrokenPipeError):
        starter.close()
    java_class_archive.after_start(get_jar_path(), jpype.java)
    _wait(stopping, server, serving, idle_minutes * 60)
    os.close(serving)
    server.stop()
    with suppress(OSError):  # a full disk: then all files are checked before they are served again
        Path(CLOSED_FILE).write_text(json.dumps(files_now(Path())))
    os._exit(0)  # all is closed; Java would wait for every client that is still connected


def _say(starter: TextIO, word: str) -> None:
    """Tell the starter how the start went, if it is still there."""
    with suppress(BrokenPipeError):
        starter.write(word)
        starter.flush()


class Stopping:
    """Whether this process was asked to stop by SIGTERM; Java's own handler would end the process at once.

    The handler only writes to a pipe. It interrupts the main thread at any point, so it must not wait for a lock that
    the main thread may hold.
    """

    def __init__(self) -> None:
        """Install the signal handler; only in the main thread."""
        self._told, self._tell = os.pipe()
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        os.write(self._tell, b"!")

    def within(self, seconds: float) -> bool:
        """Wait for at most so many seconds, and return whether it was asked to stop by then."""
        return bool(select.select([self._told], [], [], seconds)[0])


def _start_java() -> None:
    """Start Java with the settings that it only takes at its start: every commit is written to disk."""
    LOGGING_FILE.write_text(LOGGING)
    start_jvm(
        heap_size=f"{SMALL_HEAP_MEGABYTES if SMALL in os.environ else HEAP_MEGABYTES}m",
        jvm_args=[
            "-XX:+ExitOnOutOfMemoryError",  # what ran out of memory answers nobody: it ends, and is started afresh
            "-XX:+UseParallelGC",  # on two cores a tenth more acts a second than with the default
            "-Darcadedb.txWalFlush=1",
            f"-Darcadedb.command.timeout={QUERY_SECONDS * 1000}",
            "-Darcadedb.opencypher.loadCsv.allowFileUrls=false",  # a query reads the graph, and nothing beside it
            "-Darcadedb.opencypher.loadCsv.allowRemoteUrls=false",
            "-Darcadedb.studio.enabled=false",
            f"-Djava.util.logging.config.file={LOGGING_FILE}",
            *java_class_archive.options(get_jar_path()),
        ],
    )


def _require_sound(starter: TextIO) -> None:
    """End the process, and say so to the starter, when the database is damaged."""
    if FILES.exists():
        signal.alarm(CHECK_SECONDS)
        left, now = files_at_last_stop(Path()), files_now(Path())
        finding = silently_changed(left, now) or ("" if left == now else _check())
        signal.alarm(START_SECONDS)
        if finding:
            _say(starter, f"damaged {finding}")
            sys.exit(f"damaged: {finding}")
    Path(CLOSED_FILE).unlink(missing_ok=True)


def _check() -> str:
    """Read the whole database before it is served; empty means sound."""
    try:
        database = jpype.JClass("com.arcadedb.database.DatabaseFactory")(str(FILES)).open()
    except jpype.JException as fault:
        sys.stderr.write(f"{fault}\n")
        return "it cannot be opened"
    try:
        report: Mapping[str, Any] = database.command("sql", "CHECK DATABASE").next().toMap()
        sys.stderr.write("\n".join(f"{key}: {value}" for key, value in report.items()))
        faults = count_faults({str(key): int(value) for key, value in report.items() if isinstance(value, int)})
    finally:
        database.close()
    return f"{faults} faults" if faults else ""


def _open(readable: Iterable[str]) -> tuple[Any, State]:
    """Start the server on ports of its own and make the database when there is none."""
    earlier = None
    with suppress(FileNotFoundError, StateDamaged):
        earlier = State.read(Path(STATE_FILE))
    _admit_none_but(earlier.user if earlier else "")
    server, state = _start_server(earlier, 0 if earlier is None else earlier.port, PORT_TRIES)
    database = server.getOrCreateDatabase(DATABASE)
    database.query("opencypher", "RETURN 1").next()
    _admit(server.getSecurity(), state.user, state.password, "*", "admin")
    _admit_reader(server.getSecurity(), readable)
    _require_bolt(state.port)
    return server, state


def _admit_none_but(user: str) -> None:
    """Close all connections but those of Relay's own user, so that the others sign in again.

    Clients that wait for the engine try to sign in as soon as its port is open. As their users do not exist yet, they
    would be refused, and after some refusals the engine would lock the user's name for half a minute.
    """
    users, groups = map(Path, ADMITTED)
    groups.unlink(missing_ok=True)
    lines = users.read_text().splitlines(keepends=True) if users.exists() else []
    users.unlink(missing_ok=True)
    own = [line for line in lines if f'"name":"{user}"' in line and line.endswith("}\n")]  # one that is cut is not
    if own:
        users.write_text(own[-1])


def _start_server(earlier: State | None, preferred_port: int, tries: int) -> tuple[Any, State]:
    reused = earlier if earlier and earlier.user != _OWN else None  # the engine's own user was Relay's once
    state = State(
        port=_free_port(preferred_port),
        http_port=_free_port(0),
        pid=os.getpid(),
        user=reused.user if reused else secrets.token_hex(16),
        password=reused.password if reused else secrets.token_urlsafe(24),
        database=DATABASE,
    )
    server = jpype.JClass("com.arcadedb.server.ArcadeDBServer")(_server_settings(state))
    try:
        server.start()
    except jpype.JException:
        server.stop()
        if tries == 1:
            raise
        return _start_server(earlier, 0, tries - 1)
    return server, state


def _server_settings(state: State) -> Any:  # noqa: ANN401  a Java object
    settings = jpype.JClass("com.arcadedb.ContextConfiguration")()
    for name, value in {
        "server.mode": "development",  # "production" hides from who asks where her query is wrong
        "server.rootPath": str(Path.cwd()),
        "server.rootPassword": secrets.token_urlsafe(24),  # nobody is let in as it
        "server.saltIterations": 1,  # its passwords are random: a slow hash, twice a start, keeps nobody out
        "server.httpIncomingHost": HOST,
        "server.httpIncomingPort": str(state.http_port),
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt.host": HOST,
        "bolt.port": state.port,
    }.items():
        settings.setValue(f"arcadedb.{name}", value)
    return settings


def _admit_reader(security: Any, readable: Iterable[str]) -> None:  # noqa: ANN401  a Java object
    """Make a user who can read what is readable and nothing else, with a new name and password at each start."""
    user, password = secrets.token_hex(16), secrets.token_urlsafe(24)
    may_read = {"access": ["readRecord"]}
    types = {"*": {"access": list[str]()}, **dict.fromkeys(readable, may_read)}
    group = {"resultSetLimit": -1, "readTimeout": QUERY_SECONDS * 1000, "access": list[str](), "types": types}
    security.saveGroup(DATABASE, _READERS, _json(group))
    _admit(security, user, password, DATABASE, _READERS)
    Path(READER_FILE).write_text(f"{user}:{password}")


def _admit(security: Any, user: str, password: str, database: str, group: str) -> None:  # noqa: ANN401  a Java object
    if security.existsUser(user):
        return
    hashed = str(security.encodePassword(password))
    security.createUser(_json({"name": user, "password": hashed, "databases": {database: [group]}}))


def _json(values: Mapping[str, object]) -> Any:  # noqa: ANN401  a Java object
    return jpype.JClass("com.arcadedb.serializer.json.JSONObject")(json.dumps(values))


def _free_port(preferred: int) -> int:
    """Find a free port, the preferred one if it is free; 0 prefers none."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, preferred))
        except OSError:
            return _free_port(0)
        port: int = probe.getsockname()[1]
        return port


def _require_bolt(port: int) -> None:
    """Make sure that the port speaks Bolt; a server that does not agree on a version ends the start."""
    with socket.create_connection((HOST, port), timeout=START_SECONDS) as line:
        line.sendall(BOLT_HELLO)
        if not any(line.recv(4)):
            sys.exit("the engine does not speak Bolt 5.4")


def _wait(stopping: Stopping, server: Any, serving: int, idle_seconds: float) -> None:  # noqa: ANN401
    """Return when asked to stop, when the state file is gone so that nobody can find this engine, or when idle.

    The engine is idle when no client is connected and none has joined (see `embedded_server.ensure`).

    The lock on the state file is released before the last look. A client that joined before is noticed, because it
    touched that file; a client that comes later sees that no engine is running, and waits for the next one.
    """
    clients = _bolt_clients(server)
    joined_ns, used = os.fstat(serving).st_mtime_ns, time.monotonic()
    while _is_found(serving) and not stopping.within(min(1.0, idle_seconds / 4)):
        if clients.size():
            used = time.monotonic()
        if time.monotonic() - used > idle_seconds:
            fcntl.flock(serving, fcntl.LOCK_UN)
            if os.fstat(serving).st_mtime_ns == joined_ns:
                return
            fcntl.flock(serving, fcntl.LOCK_EX)
            joined_ns, used = os.fstat(serving).st_mtime_ns, time.monotonic()


def _is_found(serving: int) -> bool:
    """Whether the state file is still the one that this process wrote."""
    with suppress(FileNotFoundError):
        return os.path.samestat(Path(STATE_FILE).stat(), os.fstat(serving))
    return False


def _bolt_clients(server: Any) -> Any:  # noqa: ANN401  Java objects
    """The live set of Bolt connections, which the engine does not expose."""
    (bolt,) = (plugin for plugin in server.getPlugins() if plugin.getName() == "Neo4j-Bolt")
    found = bolt
    for name in ("listener", "activeConnections"):
        attribute = found.getClass().getDeclaredField(name)
        attribute.setAccessible(True)
        found = attribute.get(found)
    return found


if __name__ == "__main__":
    main()
