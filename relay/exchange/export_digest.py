"""The digest in an export, which tells whether a folder or workbook is an unchanged export of Relay.

It is where spreadsheets do not keep it: in a folder as the last line of rules.toml, a comment to TOML; in a workbook as
the comment of its ZIP file. A folder or workbook that was edited is then read like any other register. The digest
detects edits; it does not prove who wrote the file.
"""

from __future__ import annotations

import hashlib
import zipfile
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

RULES_FILE: Final = "rules.toml"
_MARK: Final = b"# An export of Relay, unchanged: "


def mark(path: Path) -> None:
    """Add the digest to a folder or workbook that was just exported."""
    if path.is_dir():
        rules = path / RULES_FILE
        digest = _of_folder(path, rules.read_bytes())
        with rules.open("ab") as file:
            file.write(_MARK + digest + b"\n")
        return
    with zipfile.ZipFile(path, "a") as book:
        book.comment = _MARK + _of_workbook(book)


def is_unchanged(path: Path) -> bool:
    """Whether a folder or workbook has a digest that matches its content."""
    try:
        if path.is_dir():
            content, _, digest = (path / RULES_FILE).read_bytes().rpartition(_MARK)
            return digest.rstrip(b"\r\n") == _of_folder(path, content)
        with zipfile.ZipFile(path) as book:
            return book.comment == _MARK + _of_workbook(book)
    except (OSError, zipfile.BadZipFile):
        return False


def _of_folder(path: Path, rules: bytes) -> bytes:
    files = sorted(file for file in path.iterdir() if file.is_file() and file.name != RULES_FILE)
    return _digest((RULES_FILE.encode(), rules), *((file.name.encode(), _content(file)) for file in files))


def _of_workbook(book: zipfile.ZipFile) -> bytes:
    parts = ((part.filename, f"{part.CRC} {part.file_size}") for part in book.infolist())
    return _digest(*((name.encode(), content.encode()) for name, content in sorted(parts)))


def _content(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()


def _digest(*parts: tuple[bytes, bytes]) -> bytes:
    """The digest of named parts in order, each with its length, so that no two lists of parts are hashed alike."""
    digest = hashlib.sha256()
    for part in chain.from_iterable(parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest().encode()
