"""Files of what is kept: private, whole or not there, and believed only with the digest of what they contain.

What is kept is a copy. A file that is damaged or cut short counts as not there, and where none can be written the same
is read or worked out again next time. The digest finds damage; who may write the file can forge it too, and `verify`
finds that.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from relay.database.engine import LOW_FREE_BYTES, free_bytes

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_NAMES_A_FILE: Final = re.compile(r"[a-z0-9-]{1,40}")  # what a programme id may be; foreign data may have others
_DIGEST_BYTES: Final = 32


def path_of(folder: Path, programme_id: str, ending: str) -> Path | None:
    """Where something is kept of a programme; None where its id names no file."""
    return folder / f"{programme_id}.{ending}" if _NAMES_A_FILE.fullmatch(programme_id) else None


@contextmanager
def writing(path: Path) -> Generator[BinaryIO]:
    """Write a file for its owner only, in a folder that is made when it is not there: whole, or as if nothing was done.

    Yields:
        The file, beside its later place.

    Raises:
        OSError: It cannot be written.
    """
    beside = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def delete(folder: Path, programme_id: str, ending: str) -> None:
    """Keep something of a programme no longer."""
    path = path_of(folder, programme_id, ending)
    if path:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def delete_of_systems(folder: Path, programme_id: str) -> None:
    """Keep nothing any longer that a system keeps of a programme: the ending of such a file begins with "of-"."""
    if _NAMES_A_FILE.fullmatch(programme_id):
        for path in folder.glob(f"{programme_id}.of-*"):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def write(folder: Path, programme_id: str, ending: str, *parts: bytes | memoryview) -> None:
    """Keep something of a programme with its digest, where it can be written and leaves the database enough room.

    Args:
        folder: Is made when it is not there.
        programme_id: Of the programme.
        ending: Of the file's name.
        parts: What is written, one after another; memory views are of bytes.
    """
    path = path_of(folder, programme_id, ending)
    with suppress(OSError):
        if path and free_bytes(folder) - sum(map(len, parts)) >= LOW_FREE_BYTES:
            with writing(path) as file:
                file.write(_digest(*parts))
                file.writelines(parts)


def read(folder: Path, programme_id: str, ending: str) -> memoryview | None:
    """What is kept of a programme, mapped from the file; None when there is none, or other bytes than were written."""
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
