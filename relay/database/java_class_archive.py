"""The Java classes of the embedded engine as one file, which Java maps at a start instead of reading each class anew.

A start takes half as much of a processor with it. It is Java's own class data archive (JEP 310), 52 MB in the user's
cache folder, one for each place in which the engine is installed. It is made once: a start without it notes which
classes are loaded, and a minute later a process that nobody waits for makes it, so that the commands of that minute
have the machine to themselves, and their classes are in it too.

Java uses it for what it was made of alone, and ignores one that is damaged or of other jars; it is deleted then, and
made anew. Where it cannot be made, each start is as if there were none, and the engine's log says why.
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

from relay.database import engine
from relay.settings import cache_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASSES_FILE: Final = Path("log/classes")
"""Classes that a start without an archive loaded, in the data folder; Java adds to it for as long as it runs."""

_NOTE_CLASSES: Final = f"-XX:DumpLoadedClassList={CLASSES_FILE}"

PAUSE_SECONDS: Final = 60
"""How long after a start its archive is made. Our choice: whoever began with Relay has done her first commands."""

LEAST_FREE_BYTES: Final = 2 * engine.LOW_FREE_BYTES
"""Free space under which it is not made. Our choice: afterwards nobody is warned of a full disk yet."""

DUMP_SECONDS: Final = 600
"""How long Java may take to make it. Measured: 6 s of a processor; over 20 s on two cores under load."""


def place(jars: str) -> Path:
    """Tell where the archive of an engine lies, there or not."""
    name = hashlib.blake2b(jars.encode(), digest_size=8).hexdigest()
    return cache_folder() / f"engine-{name}.jsa"


def options(jars: str) -> tuple[str, ...]:
    """Tell Java to use the archive of an engine, after a look at every byte; or, without one, to note its classes."""
    archive = place(jars)
    if not f"{jars}{archive}".isascii() or os.pathsep in str(archive):  # no Java can use it there
        return ()
    if archive.exists():
        return _use(archive), "-XX:+VerifySharedSpaces"
    return (_NOTE_CLASSES,)


def after_start(jars: str, java: Any) -> None:  # noqa: ANN401  Java's own packages
    """Have the archive made later where Java notes the classes for it; delete one that Java did not take.

    Args:
        jars: Where the engine is installed.
        java: `jpype.java` of the machine that was started with `options`, in the data folder.
    """
    system, archive = java.lang.System, place(jars)
    if "sharing" in str(system.getProperty("java.vm.info")):
        return
    said = [str(each) for each in java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments()]
    if _use(archive) in said:
        with suppress(OSError):
            archive.unlink()
    if _NOTE_CLASSES in said:
        said.remove(_NOTE_CLASSES)
        subprocess.run(  # noqa: S603  our own module, no shell
            [
                *(sys.executable, "-P", "-m", "relay.database.java_class_archive", str(PAUSE_SECONDS)),
                *(str(archive), str(CLASSES_FILE.absolute()), str(system.getProperty("java.home"))),
                *(*said, "-cp", str(system.getProperty("java.class.path"))),
            ],
            check=False,
            stdin=subprocess.DEVNULL,
        )


def _use(archive: Path) -> str:
    return f"-XX:SharedArchiveFile={archive}"


def make(archive: Path, classes: Path, java_home: Path, options: Sequence[str]) -> None:
    """Make an archive of what a start has loaded, unless it is there or somebody makes one; it appears whole.

    Args:
        archive: Where it shall lie.
        classes: What was loaded, one class a line; the last line may be cut off.
        java_home: The Java that shall use it.
        options: With which that Java is started, its class path among them.

    Raises:
        OSError: The folder or the disk does not take it, or the classes are gone.
        subprocess.SubprocessError: Java could not make it.
    """
    archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if engine.free_bytes(archive.parent) < LEAST_FREE_BYTES:
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
    """Leave the engine's session, wait, and make it with what is left of the processor.

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
