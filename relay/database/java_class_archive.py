"""The archive of the embedded engine's Java classes: Java maps one file at a start, instead of loading each class.

This halves the processor time of a start. It is Java's own class data archive (JEP 310), 52 MB in the user's cache
folder, one for each place in which the engine is installed. It is made once: a start without an archive notes which
classes are loaded, and a minute later a background process makes the archive. So the commands of that minute have the
machine to themselves, and the classes they load are included.

Java uses an archive only with exactly the jars it was made from, and ignores a damaged one; it is then deleted and made
again. If it cannot be made, every start loads the classes as before, and the engine's log says why.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from relay.database import embedded_server
from relay.settings import cache_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASSES_FILE: Final = Path("log/classes")
"""Classes that a start without an archive loaded, in the data folder; Java adds to it for as long as it runs."""

_NOTE_CLASSES: Final = f"-XX:DumpLoadedClassList={CLASSES_FILE}"

PAUSE_SECONDS: Final = 60
"""Seconds after a start at which the archive is made. Our choice: a new user's first commands are done by then."""

LEAST_FREE_BYTES: Final = 2 * embedded_server.LOW_FREE_BYTES
"""Free space under which it is not made. Our choice: making it does not lead to a warning of a full disk."""

DUMP_SECONDS: Final = 600
"""How long Java may take to make it. Measured: 6 s of a processor; over 20 s on two cores under load."""


def archive_path(jars: str) -> Path:
    """Path of the archive for an engine, whether or not it exists."""
    name = hashlib.blake2b(jars.encode(), digest_size=8).hexdigest()
    return cache_folder() / f"engine-{name}.jsa"


def options(jars: str) -> tuple[str, ...]:
    """Java options to use the archive, whose every byte is checked; if there is none, to note the loaded classes."""
    archive = archive_path(jars)
    if not f"{jars}{archive}".isascii() or os.pathsep in str(archive):  # no Java can use it there
        return ()
    if archive.exists():
        return _use(archive), "-XX:+VerifySharedSpaces"
    return (_NOTE_CLASSES,)


def after_start(jars: str, java: Any) -> None:  # noqa: ANN401  Java's own packages
    """Start making the archive if Java is noting classes for it; delete an archive that Java did not use.

    Args:
        jars: Where the engine is installed.
        java: `jpype.java` of the Java that was started with `options`, in the data folder.
    """
    system, archive = java.lang.System, archive_path(jars)
    if "sharing" in str(system.getProperty("java.vm.info")):
        return
    arguments = [str(each) for each in java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments()]
    if _use(archive) in arguments:
        with suppress(OSError):
            archive.unlink()
    if _NOTE_CLASSES in arguments:
        arguments.remove(_NOTE_CLASSES)
        subprocess.run(  # noqa: S603  our own module, no shell
            [
                *(sys.executable, "-P", "-m", "relay.database.java_class_archive", str(PAUSE_SECONDS)),
                *(str(archive), str(CLASSES_FILE.absolute()), str(system.getProperty("java.home"))),
                *(*arguments, "-cp", str(system.getProperty("java.class.path"))),
            ],
            check=False,
            stdin=subprocess.DEVNULL,
        )


def _use(archive: Path) -> str:
    return f"-XX:SharedArchiveFile={archive}"


def make(archive: Path, classes: Path, java_home: Path, options: Sequence[str]) -> None:
    """Make the archive of the classes that a start loaded, unless it exists or is being made.

    The archive appears only when it is complete.

    Args:
        archive: Path of the archive.
        classes: File with the loaded classes, one in each line; the last line may be cut off.
        java_home: The Java that will use it.
        options: Options with which that Java is started, including its class path.

    Raises:
        OSError: The folder or the disk does not allow it, or the list of classes is missing.
        subprocess.SubprocessError: Java could not make it.
    """
    archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if embedded_server.free_bytes(archive.parent) < LEAST_FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    folder = os.open(archive.parent, os.O_RDONLY | os.O_CLOEXEC)
    new, whole_lines = archive.with_suffix(".new"), archive.with_suffix(".classes")
    try:
        with suppress(BlockingIOError):
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                if not archive.exists():
                    whole_lines.write_text(classes.read_text().rpartition("\n")[0])
                    dump = ("-Xshare:dump", f"-XX:SharedClassListFile={whole_lines}", _use(new))
                    command = [str(java_home / "bin/java"), *options, *dump]
                    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=DUMP_SECONDS)  # noqa: S603
                    new.replace(archive)
                    classes.unlink(missing_ok=True)
            finally:
                new.unlink(missing_ok=True)
                whole_lines.unlink(missing_ok=True)
    finally:
        os.close(folder)


def main() -> None:
    """Leave the engine's session, wait, and make the archive at low priority.

    Arguments: PAUSE_SECONDS ARCHIVE CLASSES JAVA_HOME OPTION….
    """
    pause, archive, classes, java_home, *options = sys.argv[1:]
    if os.fork():
        os._exit(0)  # the engine waits for this one only
    os.setsid()
    os.chdir("/")
    time.sleep(float(pause))
    os.nice(19)
    try:
        make(Path(archive), Path(classes), Path(java_home), options)
    except (OSError, subprocess.SubprocessError) as fault:
        sys.exit(f"{archive} was not made, each start reads all classes: {fault}")


if __name__ == "__main__":
    main()
