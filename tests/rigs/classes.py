"""The archive of the engine's classes, made before the tests begin: they start hundreds of engines."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from arcadedb_embedded.jvm import get_jar_path

from relay.database import embedded_server, java_class_archive

PATIENCE_SECONDS: Final = 300  # a very busy machine makes it within them


def have_them_archived() -> None:
    """Make the archive in the cache folder, unless it is there."""
    archive = java_class_archive.archive_path(get_jar_path())
    if not archive.exists():
        with TemporaryDirectory() as folder:
            data_folder = Path(folder) / "data"
            embedded_server.ensure(data_folder)
            make_now(data_folder, archive)
            embedded_server.stop(data_folder)


def make_now(data_folder: Path, archive: Path) -> None:
    """Have the archive made for which an engine just started without one, not only after a minute."""
    words = forestall(data_folder)
    at = words.index(str(java_class_archive.PAUSE_SECONDS))
    subprocess.run([*words[:at], "0", *words[at + 1 :]], check=True)
    until = time.monotonic() + PATIENCE_SECONDS
    while not archive.exists():
        assert time.monotonic() < until, "it is not made"
        time.sleep(0.05)


def forestall(data_folder: Path) -> list[str]:
    """End the process that waits to make an archive of what an engine has loaded; the words it was started with."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = os.fsdecode((process / "cmdline").read_bytes()).split("\0")[:-1]
                if str(data_folder / java_class_archive.CLASSES_FILE) in words:
                    os.kill(int(process.name), signal.SIGKILL)
                    return words
        time.sleep(0.05)
    message = "nobody waits to make it"
    raise AssertionError(message)
