"""Registers that somebody uploaded and has not imported yet, in private files of the data folder.

They hold names. The running service and the doctor delete each of them a day after it was last used.

    uploads/TOKEN/about.json        who uploaded it
                  decided.json      what was decided about its map
                  register/NAME     the file
                  report/NAME       the same file, with the result of each row
    uploads/work-…/                 files that a command line on another machine sends or asks for, until it is answered
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from relay import private_files

FOLDER: Final = "uploads"
DELETED_AFTER_SECONDS: Final = 24 * 60 * 60
"""Our choice: an interrupted import is resumed on the same day."""


def temporary_folder(data_folder: Path) -> tempfile.TemporaryDirectory[str]:
    """A new folder for a file in transit; it is deleted at the end, or a day later if its process was killed.

    Raises:
        NotWritten: It cannot be made there.
    """
    return tempfile.TemporaryDirectory(prefix="work-", dir=private_files.folder(data_folder / FOLDER))


def delete_old(data_folder: Path, after: float = DELETED_AFTER_SECONDS) -> int:
    """Delete the uploads that were last used so many seconds ago: a day, where nothing else is said.

    Returns:
        The number of registers deleted.
    """
    old = [folder for folder in _all(data_folder) if _last_used(folder) < time.time() - after]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _all(data_folder: Path) -> list[Path]:
    folder = data_folder / FOLDER
    return [each for each in folder.iterdir() if each.is_dir()] if folder.is_dir() else []


def _last_used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # another process has just deleted it
        return time.time()
