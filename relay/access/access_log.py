"""The access log: one line each time personal data is opened, in a file of the data folder, with ids and never a name.

It lets auditors see what people look at. It is not part of the ledger, and the owner of the data folder can change it.
What the application answers with "unchanged" was logged when it was first read.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from relay.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

LARGEST: Final = 8_000_000
"""Bytes of the file; our choice: some 10,000 to 40,000 lines, by how many ids each names. Then it is the older half,
and the one before is forgotten."""

USUAL: Final = 1000  # lines shown when no number is given; our choice: an answer of a few hundred kilobytes
FILE: Final = "accesses.jsonl"
OLDER: Final = "accesses.older.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Something personal was opened.

    Attributes:
        at: A UTC instant.
        by: Who opened it, as the ledger names people: an account, or the owner of a login on this machine.
        what: "show" for a record, "names" for what people are called, else the page whose names were shown, or the
            command that wrote all of them into a file.
        ids: The records: "kind:id"; the programme where all names went out.
    """

    at: str
    by: str
    what: str
    ids: tuple[str, ...]


class LogUnreadable(Unavailable):
    """The access log is there, and cannot be read."""

    reason = "The access log %(path)s cannot be read: %(strerror)s."
    suggestion = "Ask your administrator to run relay doctor on the database's own machine."

    path: Path
    strerror: str


class NotWrittenDown(Unavailable):
    """That something personal was opened cannot be written down, so it is not shown."""

    reason = "The access log cannot be written, so this is not shown: %(strerror)s."
    suggestion = "Ask your administrator to check the disk of the data folder."

    strerror: str


def note(folder: Path, programme_id: str, access: Access) -> None:
    """Write an access down: a whole line, or nothing.

    Args:
        folder: The data folder.
        programme_id: Of the programme.
        access: What was opened.

    Raises:
        NotWrittenDown: It cannot be written; then nothing should be shown.
    """
    line = json.dumps({"programme_id": programme_id, **asdict(access)}, ensure_ascii=False).encode() + b"\n"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            path = folder / FILE
            if path.exists() and path.stat().st_size > LARGEST:
                path.replace(folder / OLDER)
            _append(path, line)
    except OSError as error:
        raise NotWrittenDown(strerror=error.strerror or type(error).__name__) from error


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Keep others who write accesses waiting meanwhile, in this process and in others."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        if before and os.pread(descriptor, 1, before - 1) != b"\n":  # torn off when the machine lost its power
            line = b"\n" + line
        written = 0
        try:
            while written < len(line):
                written += os.write(descriptor, line[written:])
        except OSError:
            os.ftruncate(descriptor, before)  # a full disk takes a part of a line
            raise
    finally:
        os.close(descriptor)


def newest(folder: Path, programme_id: str, most: int | None = None) -> tuple[Access, ...]:
    """The accesses to a programme's records, newest first.

    Args:
        folder: The data folder.
        programme_id: Of the programme.
        most: Only so many; `USUAL` when None.

    Returns:
        Empty when nothing was opened, or when it was forgotten.

    Raises:
        LogUnreadable: It cannot be read.
    """
    found = [*_lines(folder / OLDER, programme_id), *_lines(folder / FILE, programme_id)]
    return tuple(reversed(found[-(most or USUAL) :]))


def unreadable(folder: Path) -> int:
    """How many lines of the log say nothing: torn off when the machine lost its power, or altered.

    Raises:
        LogUnreadable: It cannot be read at all.
    """
    return sum(_said(line) is None for path in (folder / OLDER, folder / FILE) for line in _raw(path))


def _lines(path: Path, programme_id: str) -> Iterator[Access]:
    for line in _raw(path):
        said = _said(line)
        if said and said[0] == programme_id:
            yield said[1]


def _raw(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as lines:
            yield from lines
    except FileNotFoundError:
        return
    except OSError as error:
        raise LogUnreadable(path=path, strerror=error.strerror or type(error).__name__) from error


def _said(line: bytes) -> tuple[object, Access] | None:
    """Whose record was opened, and how; None when the line was torn off, maybe within a letter, or is not Relay's."""
    try:
        said = json.loads(line)
        access = Access(at=said["at"], by=said["by"], what=said["what"], ids=tuple(map(str, said["ids"])))
        return said.get("programme_id"), access
    except (ValueError, TypeError, KeyError):
        return None
