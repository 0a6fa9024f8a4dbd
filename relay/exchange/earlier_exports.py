"""Remembers what exports wrote and where, so that an export overwrites only an earlier, unchanged export."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from relay import private_files
from relay.errors import Failure, Invalid, refused

_FILE: Final = "exports.json"


NOT_AN_EXPORT: Final = Failure(
    Invalid,
    "not_an_export",
    "%(path)s is not as an export left it, and was left as it is.",
    advice="Name another file or folder, or take this one away.",
)


def require_replaceable(data_folder: Path, path: Path) -> None:
    """Refuse to write an export to a path where something else is.

    Raises:
        Invalid: Something is there that was not exported from this data folder, or that was changed since.
    """
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if private_files.kept_words(data_folder / _FILE).get(str(path.absolute())) != _digest(path):
        raise refused(NOT_AN_EXPORT, path=path)


def note(data_folder: Path, path: Path) -> None:
    """Remember what an export has just written to a path.

    Raises:
        Invalid: It cannot be saved.
    """
    private_files.keep_word(data_folder / _FILE, str(path.absolute()), _digest(path))


def _digest(path: Path) -> str:
    """The digest of a file, or of all files of a folder with their names."""
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            whole.update(f"{file.relative_to(path)}\n{hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
