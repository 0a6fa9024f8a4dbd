"""Find, start and stop the embedded engine: a small separate process, one for each data folder.

    engine.json   where the engine answers, to which user and with which password (0600). The engine that serves holds
                  a lock on this very file, so that a dead engine is never taken for a live one, whatever runs under
                  its pid today. Port, user and password are kept from one start to the next. The user's name is as
                  secret as the password: whoever knew it could lock it out by wrong passwords.
    reader.key    user and password of who reads only, anew at each start.
    engine.lock   locked from the moment a start begins until the engine's process has ended: one engine a folder.
    closed.json   the database files as the engine left them at its last clean stop, with a digest of each; see
                  `embedded_server_process`.
    release       the engine's release that last wrote the database.
    before/       the database as older releases left it: one copy from before each upgrade of the engine.
    log/          the engine's log, capped.

The engine outlives the command that started it and stops itself when nobody has used it for a while.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from relay.domain.vocabulary import SHOWN
from relay.errors import Failure, NotWritable, Unavailable, refused
from relay.settings import Connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HOST: Final = "127.0.0.1"
DATABASE: Final = "relay"
STATE_FILE: Final = "engine.json"
LOCK_FILE: Final = "engine.lock"
CLOSED_FILE: Final = "closed.json"
ADMITTED: Final = ("config/server-users.jsonl", "config/server-groups.json")
"""Files with the engine's users and their permissions, written anew at each start."""
_NAMED: Final = 3  # files that are named in a sentence; of more, how many there are
RELEASE_FILE: Final = "release"
BEFORE_UPGRADES: Final = "before"

READER_FILE: Final = "reader.key"
"""Holds USER:PASSWORD of who asks what others wrote: the engine itself refuses it to write, and what is not
`READABLE`."""
READABLE: Final = (
    *("Entry", "Ledger", "Schema", "Published", "RULED_BY", "HOLDS", "FILLED", "PASSED_TO", "ABOUT"),
    *("NEXT", "RECORDED", "Animal", "WENT_TO", "NAMED_IN"),
    *(name for label in SHOWN.values() for name in (label, f"Placement~{label}")),
)
"""Nodes and relationships without personal values, in addition to those that kinds of acts declare
(`Catalogue.readable`); accounts and tokens are not among them. A node with two labels has a type named after both."""

START_SECONDS: Final = 60
"""How long a start may take. Measured: 2 to 6 s empty, under 5 s after a kill; over 30 s was met on two cores under a
load of 30; the rest is for slow machines."""

GONE: Final = "its files are gone"

CHECK_SECONDS: Final = 600
"""How long the check of a database may take. Measured: 10 s for a million nodes and relationships."""

STOP_SECONDS: Final = 30
"""How long a clean stop may take. Measured: 2.5 s for a million nodes and relationships."""

IDLE_MINUTES: Final = 30.0
"""Minutes without a client after which the engine stops itself. Our choice: longer than a break, shorter than a day."""

POLL_SECONDS: Final = 0.02
"""Pause between two looks at a lock. Our choice: well under what a user notices."""

LEAST_FREE_BYTES: Final = 50_000_000
"""Free space under which nothing is written. Our choice: the engine's logs and one import batch fit many times."""

LOW_FREE_BYTES: Final = 4 * LEAST_FREE_BYTES
"""Free space under which `relay status` warns. Our choice: early enough to make room before clerks are refused."""

LOG_LIMIT_BYTES: Final = 10_000_000
"""Most that the engine's log may hold. Our choice: a few thousand failed queries of 20 to 50 lines."""

HEAP_MEGABYTES: Final = 512
"""Memory of the engine's own. Measured: enough for point queries on a million nodes and relationships."""

SMALL: Final = "RELAY_SMALL_ENGINE"
"""In the environment of what starts an engine: it keeps to the starter's processors and to `SMALL_HEAP_MEGABYTES`."""

SMALL_HEAP_MEGABYTES: Final = 320
"""Memory of a small engine's own. Measured: enough for the demonstration, where all keeps within 1 GB."""

QUERY_SECONDS: Final = 120
"""After this long the engine stops a query."""

LIMITS: Final = (
    "The embedded engine is for one machine and up to some 100,000 placements; beyond that, use NEO4J_URI.",
    f"It has {HEAP_MEGABYTES} MB of memory, stops a query after {QUERY_SECONDS} s, and answers this machine only.",
    f"It stops by itself after {IDLE_MINUTES:.0f} minutes without a client and starts again when asked.",
    "Five wrong passwords in a row lock it for 30 s. Its files are not for network drives.",
)
"""What a user should know before relying on the embedded engine, one sentence each."""

NETWORK_FILESYSTEMS: Final = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.sshfs",
        "lustre",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    }
)
"""File systems on which locks and fsync cannot be relied on, by the names of /proc/mounts."""

FAULTS_OF_A_CHECK: Final = (
    "totalErrors",
    "totalCorruptedRecords",
    "totalUndecodableRecords",
    "totalConstraintViolations",
    "invalidLinks",
    "missingReferenceBack",
)
"""Counts in the engine's answer to CHECK DATABASE that are 0 in a sound database."""


ENGINE_DID_NOT_START: Final = Failure(
    Unavailable,
    "engine_did_not_start",
    "The embedded engine did not start.",
    advice="The reason is at the end of %(log)s.",
)


ENGINE_IS_BUSY_STARTING: Final = Failure(
    Unavailable,
    "engine_is_busy_starting",
    "The embedded engine of %(data_folder)s is still being started or stopped by another command.",
    advice="Try again in a minute.",
)


class StateDamaged(Unavailable):
    """The state file does not say how to reach the engine."""

    reason = "%(path)s was altered, so the embedded engine cannot be reached."
    advice = "Run relay doctor: it says which process to end."

    path: Path


NO_READER: Final = Failure(
    Unavailable,
    "no_reader",
    "The embedded engine's read-only user is not known here: its key is gone, or an earlier Relay started it.",
    advice="Stop the engine; the next command starts it with another",
    command="relay engine stop",
)


ENGINE_DID_NOT_STOP: Final = Failure(
    Unavailable,
    "engine_did_not_stop",
    "The embedded engine (process %(pid)s) did not stop within %(seconds)s s.",
    advice="Close what uses it and stop it again.",
    values={"seconds": STOP_SECONDS},
)


ENGINE_ELSEWHERE: Final = Failure(
    Unavailable,
    "engine_elsewhere",
    "The embedded engine of %(data_folder)s runs in another container.",
    advice="Stop it there: one data folder is for one container. Several share a record through Neo4j.",
)


class DatabaseDamaged(Unavailable):
    """The database files are not as the engine wrote them."""

    reason = "The database in %(data_folder)s is damaged (%(finding)s), so it was not started."
    advice = "Set RELAY_DATA to a new folder and run `relay restore FILE` with your latest backup."

    data_folder: Path
    finding: str


class CheckFailed(Unavailable):
    """The engine did not answer when it was asked to check its database."""

    reason = "The embedded engine of %(data_folder)s could not check its database."
    advice = "See the end of %(log)s, run `relay engine stop`, and try again."

    data_folder: Path

    @property
    def log(self) -> Path:
        """Path of the engine's log."""
        return self.data_folder / "log"


DISK_FULL: Final = Failure(
    NotWritable,
    "disk_full",
    "Disk full: %(free_mb)s MB are free at %(data_folder)s and %(needed_mb)s MB are needed; nothing was written.",
    advice="Free some space and try again.",
    values={"needed_mb": LEAST_FREE_BYTES // 1_000_000},
)


NO_ROOM_TO_UPGRADE: Final = Failure(
    Unavailable,
    "no_room_to_upgrade",
    "The database in %(data_folder)s was written by engine release %(release)s. It is copied before "
    "another release opens it, which needs %(needed_mb)s MB of free space.",
    advice="Free some space and try again; nothing was changed.",
)


NETWORK_DRIVE: Final = Failure(
    Unavailable,
    "network_drive",
    "%(data_folder)s is on a network drive (%(filesystem)s), where the database would not be safe.",
    advice="Set RELAY_DATA to a folder on a disk of this machine, or NEO4J_URI to a Neo4j server.",
)


FOLDER_NOT_PRIVATE: Final = Failure(
    Unavailable,
    "folder_not_private",
    "%(data_folder)s can be read by other users of this machine.",
    advice="Run `chmod 700 %(data_folder)s` if it contains only Relay's data; otherwise set RELAY_DATA to a "
    "separate folder.",
)


class OfAnotherUser(Unavailable):
    """The data folder belongs to another user of this machine, whom files made now would lock out."""

    reason = "%(data_folder)s belongs to the user %(name)s."
    advice = "Run this as that user (sudo -u %(name)s), or set RELAY_DATA to your own folder."

    data_folder: Path
    owner: int

    @property
    def name(self) -> str:
        """Login of that user, or their number if the machine has no name for it."""
        try:
            return pwd.getpwuid(self.owner).pw_name
        except KeyError:
            return str(self.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How to reach a running engine: the content of engine.json.

    Attributes:
        port: TCP port of Bolt on 127.0.0.1.
        http_port: TCP port of the engine's own interface on 127.0.0.1, used to check the database.
        pid: Process id of the engine.
        user: Database user that Relay connects as, a random name.
        password: Password of that user, 32 random characters.
        database: Name of the database.
    """

    port: int
    http_port: int
    pid: int
    user: str
    password: str = field(repr=False)
    database: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a state file that an engine wrote.

        Raises:
            StateDamaged: It does not hold what an engine writes.
        """
        try:
            return cls(**json.loads(path.read_text()))
        except (ValueError, TypeError) as fault:
            raise StateDamaged(path=path) from fault

    def write(self, path: Path) -> int:
        """Put the state at `path` in one step, readable by its owner only.

        Returns:
            The descriptor that holds the file's lock; the state counts as live until it is closed.
        """
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, json.dumps(asdict(self)).encode())
        os.fsync(descriptor)
        new.rename(path)
        return descriptor

    def connection(self) -> Connection:
        """The address in the form that is used for any database."""
        uri = f"bolt://{HOST}:{self.port}"
        return Connection(uri=uri, user=self.user, password=self.password, database=self.database, on_this_machine=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """What the embedded engine of a data folder is doing.

    Attributes:
        running: whether it serves right now.
        port: its Bolt port on 127.0.0.1; None when it does not run.
        pid: its process; None when it does not run.
        version: release of the engine that is installed.
        size_bytes: bytes of the database files, 0 when there is no database yet.
        log_bytes: bytes of its log files.
        free_bytes: bytes free on the drive of the data folder.
    """

    running: bool
    port: int | None
    pid: int | None
    version: str
    size_bytes: int
    log_bytes: int
    free_bytes: int


def ensure(data_folder: Path, *, idle_minutes: float = IDLE_MINUTES, readable: Iterable[str] = ()) -> Connection:
    """Join the engine of a data folder, starting it when none runs; make the folder when there is none.

    Args:
        data_folder: where the database lies, or shall lie.
        idle_minutes: minutes without a client after which a newly started engine stops itself, above 0.
        readable: what the reader may read of a newly started engine, beside `READABLE`.

    Returns:
        How to reach the engine, which has answered a first query.

    Raises:
        Unavailable: the folder is not private or on a network drive, the disk is full, the database is damaged, or the
            engine did not come up.
    """
    if (state := _join(data_folder)) is not None:
        return state.connection()
    _make_private(data_folder)
    require_local(data_folder)
    require_free_space(data_folder)
    deadline = time.monotonic() + START_SECONDS
    while (lock := _try_lock(data_folder)) is None:
        time.sleep(POLL_SECONDS)
        if (state := _join(data_folder)) is not None:
            return state.connection()
        if time.monotonic() > deadline:
            raise refused(ENGINE_IS_BUSY_STARTING, data_folder=data_folder)
    try:
        _start(data_folder, lock, idle_minutes, readable)
    finally:
        os.close(lock)
    return State.read(data_folder / STATE_FILE).connection()


def reader(data_folder: Path, readable: Iterable[str]) -> Connection:
    """Join the engine as the reader, starting it when none runs; `readable` as in `ensure`.

    Raises:
        Unavailable: As `ensure` does; or an earlier Relay started the engine, which knows no reader.
    """
    connection = ensure(data_folder, readable=readable)
    try:
        user, separator, password = (data_folder / READER_FILE).read_text().partition(":")
    except (OSError, ValueError):
        raise refused(NO_READER) from None
    if not separator:
        raise refused(NO_READER)
    return replace(connection, user=user, password=password)


def stop(data_folder: Path) -> bool:
    """Stop the engine of a data folder and wait until it has closed its files.

    Returns:
        Whether one was running.

    Raises:
        Unavailable: it is still there after 30 s, or runs in another container, where its number means another process.
    """
    state = _serving(data_folder)
    if state is None:
        return False
    if Path("/proc/self").exists() and state.pid not in processes(data_folder) and _serves(data_folder):
        raise refused(ENGINE_ELSEWHERE, data_folder=data_folder)
    with suppress(ProcessLookupError):
        os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while (lock := _try_lock(data_folder)) is None:
        if time.monotonic() > deadline:
            raise refused(ENGINE_DID_NOT_STOP, pid=state.pid)
        time.sleep(POLL_SECONDS)
    os.close(lock)
    return True


def status(data_folder: Path) -> EngineStatus:
    """Tell what the engine of a data folder is doing, without starting it or keeping it awake."""
    state = _serving(data_folder)
    return EngineStatus(
        running=state is not None,
        port=None if state is None else state.port,
        pid=None if state is None else state.pid,
        version=_release(),
        size_bytes=bytes_below(data_folder / "databases"),
        log_bytes=bytes_below(data_folder / "log"),
        free_bytes=free_bytes(data_folder),
    )


Files = dict[str, list[int | str]]
"""File name → its size in bytes, the time of its last change in nanoseconds, and the digest of its content."""


def files_now(data_folder: Path) -> Files:
    """The database's files as they are now; empty if there is no database yet."""
    files: Files = {}
    for path in sorted(filter(Path.is_file, (data_folder / "databases" / DATABASE).glob("*"))):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "blake2b").hexdigest()
        files[path.name] = [path.stat().st_size, path.stat().st_mtime_ns, digest]
    return files


def files_at_last_stop(data_folder: Path) -> Files:
    """The database's files as the last clean stop left them; empty while the engine runs, and after an unclean stop."""
    try:
        content: object = json.loads((data_folder / CLOSED_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return {name: file for name, file in content.items() if isinstance(file, list)} if isinstance(content, dict) else {}


def files_missing(data_folder: Path) -> bool:
    """Whether an engine once wrote a database here whose files are missing now."""
    return (data_folder / RELEASE_FILE).exists() and not any((data_folder / "databases" / DATABASE).glob("*"))


def silently_changed(left: Files, now: Files) -> str:
    """Name the files whose content has changed although size and time have not; "" if there are none.

    No program writes like that: either the disk lost data, or somebody hid a change. Files that an earlier release left
    without a digest are not compared.
    """
    lost = [name for name, file in now.items() if _silently_changed(left.get(name, []), file)]
    more = f" and {len(lost) - _NAMED} more files" if len(lost) > _NAMED else ""
    return f"bytes changed in {', '.join(lost[:_NAMED])}{more}" if lost else ""


def _silently_changed(left: Sequence[object], now: Sequence[object]) -> bool:
    return left[:2] == now[:2] and left != now[: len(left)]


def check(data_folder: Path, readable: Iterable[str] = ()) -> None:
    """Have the engine read its whole database and compare records, links and indexes with each other.

    The engine is started when it does not run. Takes about 10 s for a million nodes and relationships.

    Raises:
        Unavailable: the database is damaged, or the engine did not answer.
    """
    import http.client  # noqa: PLC0415  20 ms that only this question needs

    ensure(data_folder, readable=readable)
    state = State.read(data_folder / STATE_FILE)
    login = b64encode(f"{state.user}:{state.password}".encode()).decode()
    line = http.client.HTTPConnection(HOST, state.http_port, timeout=CHECK_SECONDS)
    question = json.dumps({"language": "sql", "command": "CHECK DATABASE"})
    try:
        line.request("POST", f"/api/v1/command/{state.database}", question, {"Authorization": f"Basic {login}"})
        report = json.load(line.getresponse())["result"][0]
    except (OSError, http.client.HTTPException, LookupError, ValueError) as fault:
        raise CheckFailed(data_folder=data_folder) from fault
    finally:
        line.close()
    if faults := count_faults(report):
        raise DatabaseDamaged(data_folder=data_folder, finding=f"{faults} faults")


def count_faults(report: Mapping[str, object]) -> int:
    """Count the faults in the engine's answer to CHECK DATABASE; 0 means sound."""
    counts = [report.get(name, 0) for name in FAULTS_OF_A_CHECK]  # an empty database leaves some out
    return sum(count for count in counts if isinstance(count, int))


def require_free_space(data_folder: Path) -> None:
    """Refuse to go on when the drive of the data folder is nearly full; ask before writing.

    A full disk makes the engine fail with an error that says nothing of disks.

    Raises:
        Unavailable: less than 50 MB are free.
    """
    free = free_bytes(data_folder)
    if free < LEAST_FREE_BYTES:
        raise refused(DISK_FULL, data_folder=data_folder, free_mb=free // 1_000_000)


def require_local(data_folder: Path) -> None:
    """Refuse a folder on a network drive; a system without /proc/mounts cannot tell, and is trusted.

    Raises:
        Unavailable: it lies on one.
    """
    mounts = Path("/proc/mounts")
    if mounts.exists():
        filesystem = network_filesystem(data_folder.resolve(), mounts.read_text())
        if filesystem is not None:
            raise refused(NETWORK_DRIVE, data_folder=data_folder, filesystem=filesystem)


def free_bytes(folder: Path) -> int:
    """Free space on the drive of a folder, in bytes; the folder need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def bytes_below(folder: Path) -> int:
    """Add up the sizes of all files in a folder; 0 when it is not there."""
    sizes = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            sizes += path.stat().st_size
    return sizes


def processes(data_folder: Path) -> tuple[int, ...]:
    """Find the processes of the folder's engine, whatever its state file says; none where there is no /proc."""
    pids: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_one = b"relay.database.embedded_server_process" in (process / "cmdline").read_bytes()
            if is_one and (process / "cwd").samefile(data_folder):
                pids.append(int(process.name))
    return tuple(sorted(pids))


def network_filesystem(folder: Path, mounts: str) -> str | None:
    """Name the network file system that a folder lies on.

    Args:
        folder: absolute, without symbolic links.
        mounts: the text of /proc/mounts, one `device mount_point type …` a line; of two mounts on one point the later
            counts.

    Returns:
        Its type, such as nfs4; None for a drive of this machine.
    """
    depth, kind = -1, ""
    for mount in mounts.splitlines():
        _, point, filesystem, *_ = mount.split(" ")
        place = Path(point.replace("\\040", " "))
        if folder.is_relative_to(place) and len(place.parts) >= depth:
            depth, kind = len(place.parts), filesystem
    return kind if kind in NETWORK_FILESYSTEMS else None


def keep_awake(data_folder: Path) -> bool:
    """Tell the engine of a data folder that it is in use; fast enough to call before each transaction.

    Returns:
        Whether an engine is running.
    """
    with suppress(FileNotFoundError):
        os.utime(data_folder / STATE_FILE)  # before the look, so that an engine about to stop sees it
    return _serves(data_folder)


def _join(data_folder: Path) -> State | None:
    """Find the engine that serves and keep it awake."""
    return State.read(data_folder / STATE_FILE) if keep_awake(data_folder) else None


def _serving(data_folder: Path) -> State | None:
    """Find the engine that serves, without keeping it awake."""
    return State.read(data_folder / STATE_FILE) if _serves(data_folder) else None


def _serves(data_folder: Path) -> bool:
    """Whether an engine serves: it holds the lock on its state file."""
    try:
        descriptor = os.open(data_folder / STATE_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _try_lock(data_folder: Path) -> int | None:
    """Take the lock for starting an engine; None if another process holds it."""
    descriptor = os.open(data_folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _start(data_folder: Path, lock: int, idle_minutes: float, readable: Iterable[str]) -> None:
    """Start the engine's process, which inherits the lock, and wait until it reports how the start went."""
    if files_missing(data_folder):  # an empty one in its place would be taken for the record
        raise DatabaseDamaged(data_folder=data_folder, finding=GONE)
    _copy_before_upgrade(data_folder)
    logs = data_folder / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    log = logs / "engine.log"
    heard, said = os.pipe()
    try:
        with log.open("w") as output:
            log.chmod(0o600)
            subprocess.run(  # noqa: S603  our own module, no shell
                [
                    *(sys.executable, "-P", "-m", "relay.database.embedded_server_process"),
                    *(str(lock), str(said), str(idle_minutes), ",".join(readable)),
                ],
                check=True,
                cwd=data_folder,
                env={**os.environ, "LC_ALL": "C.UTF-8"},  # else Java knows no folder whose name is not ASCII
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(lock, said),
            )
    except subprocess.CalledProcessError as fault:
        os.close(heard)
        raise refused(ENGINE_DID_NOT_START, log=log) from fault
    finally:
        os.close(said)
    with open(heard) as report:  # noqa: PTH123  a descriptor, not a path
        word, _, finding = report.read().strip().partition(" ")
    if word == "damaged":
        raise DatabaseDamaged(data_folder=data_folder, finding=finding)
    if word != "ready":
        raise refused(ENGINE_DID_NOT_START, log=log)
    release_file = data_folder / RELEASE_FILE
    release_file.touch(mode=0o600)
    release_file.write_text(_release())


def _release() -> str:
    from importlib.metadata import version  # noqa: PLC0415  10 ms that only a start needs

    return version("arcadedb-embedded")


def _copy_before_upgrade(data_folder: Path) -> None:
    """Copy the database if another release wrote it: an older release may be unable to read what a newer one writes."""
    database, release_file = data_folder / "databases" / DATABASE, data_folder / RELEASE_FILE
    written_by = release_file.read_text() if release_file.exists() else _release()
    if written_by == _release() or not database.exists():
        return
    needed_bytes = bytes_below(database) + LEAST_FREE_BYTES
    if free_bytes(data_folder) < needed_bytes:
        raise refused(
            NO_ROOM_TO_UPGRADE, data_folder=data_folder, release=written_by, needed_mb=needed_bytes // 1_000_000
        )
    copies = data_folder / BEFORE_UPGRADES
    copies.mkdir(mode=0o700, exist_ok=True)
    unfinished = copies / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(database, unfinished)
    unfinished.rename(copies / f"{written_by}-{len(list(copies.iterdir()))}")
    release_file.unlink()  # this one is copied; the start that follows writes its own


def _make_private(data_folder: Path) -> None:
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (owner := data_folder.stat().st_uid) != os.geteuid():
        raise OfAnotherUser(data_folder=data_folder, owner=owner)
    if not any(data_folder.iterdir()):
        data_folder.chmod(0o700)
    if data_folder.stat().st_mode & 0o077:
        raise refused(FOLDER_NOT_PRIVATE, data_folder=data_folder)
