"""Private cache files, one for each programme and kind of content; each begins with the digest of the rest.

A cache file is only a copy. If it is damaged, cut short or cannot be written, its content is worked out again from the
database. The digest detects damage but not forgery, since anybody who can write the file can also write the digest;
`relay ledger verify` detects a forged file.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from relay.database.embedded_server import LOW_FREE_BYTES, free_bytes

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_NAMES_A_FILE: Final = re.compile(r"[a-z0-9-]{1,40}")  # what a programme id may be; foreign data may have others
_DIGEST_BYTES: Final = 32


def path_of(folder: Path, programme_id: str, ending: str) -> Path | None:
    """Path of a programme's cache file, "ID.ending"; None if the programme id cannot be part of a file name."""
    return folder / f"{programme_id}.{ending}" if _NAMES_A_FILE.fullmatch(programme_id) else None


@contextmanager
def writing(path: Path) -> Generator[BinaryIO]:
    """Open a file for writing that only its owner may read; it takes its place only once it has been written whole.

    Yields:
        An open temporary file next to the path. It replaces the path when the block ends, and is deleted if the block
        raises.

    Raises:
        OSError: The file or its folder cannot be made or written.
    """
    temporary = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def delete(folder: Path, programme_id: str, ending: str) -> None:
    """Delete one cache file of a programme, if it is there and can be deleted."""
    path = path_of(folder, programme_id, ending)
    if path:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def delete_of_systems(folder: Path, programme_id: str) -> None:
    """Delete all cache files that systems made for a programme: those whose ending begins with "of-"."""
    if _NAMES_A_FILE.fullmatch(programme_id):
        for path in folder.glob(f"{programme_id}.of-*"):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def write(folder: Path, programme_id: str, ending: str, *parts: bytes | memoryview) -> None:
    """Write a cache file with its digest, unless that fails or would leave the database too little free space.

    Args:
        folder: The cache folder; it is made if missing.
        programme_id: Id of the programme.
        ending: Ending of the file's name.
        parts: The content, part after part; memory views must be of bytes.
    """
    path = path_of(folder, programme_id, ending)
    with suppress(OSError):
        if path and free_bytes(folder) - sum(map(len, parts)) >= LOW_FREE_BYTES:
            with writing(path) as file:
                file.write(_digest(*parts))
                file.writelines(parts)


def read(folder: Path, programme_id: str, ending: str) -> memoryview | None:
    """Read a cache file without copying it: its content is mapped into memory.

    Returns:
        The content without its digest, or None if there is no such file or the digest does not match.
    """
    path = path_of(folder, programme_id, ending)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):  # nothing can be mapped of an empty file
        return None
    body = content[_DIGEST_BYTES:]
    return body if bytes(content[:_DIGEST_BYTES]) == _digest(body) else None


def _digest(*parts: bytes | memoryview) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()
