"""The access log: one line each time personal data is opened, in files of the data folder, with ids and never a name.

    DATA FOLDER/accesses/PROGRAMME/2026-11.jsonl      what was opened in November 2026, the newest last

It is forgotten by age, never by size: however much is opened, what was opened before stays for two years. A list or a
file is one line. It lets auditors see what people look at. It is not part of the ledger, and the owner of the data
folder can change it. What the application answers with "unchanged" was logged when it was first read.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Final

from relay.domain.model import add_months
from relay.errors import Failure, Unavailable, refused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

FOLDER: Final = "accesses"
BEFORE: Final = ("accesses.jsonl", "accesses.older.jsonl")
"""Of all programmes together, the newer first: what earlier versions wrote. It is read, and nothing is added to it."""

KEPT_MONTHS: Final = 24  # our choice: the year that an audit looks at, whole, until the audit of the next
USUAL: Final = 1000  # lines shown when no number is given; our choice: an answer of a few hundred kilobytes
_FORM: Final = ".jsonl"
_BLOCK: Final = 64 * 1024  # bytes that are read at once from the end of a file; our choice: about a page of lines


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
    advice = "Ask your administrator to run relay doctor on the database's own machine."

    path: Path
    strerror: str


NOT_WRITTEN_DOWN: Final = Failure(
    Unavailable,
    "not_written_down",
    "The access log cannot be written, so this is not shown: %(strerror)s.",
    advice="Ask your administrator to check the disk of the data folder.",
)


def note(folder: Path, programme_id: str, access: Access) -> None:
    """Write an access down: a whole line, or nothing.

    Args:
        folder: The data folder.
        programme_id: Of the programme.
        access: What was opened.

    Raises:
        Unavailable: It cannot be written; then nothing should be shown.
    """
    line = json.dumps({"programme_id": programme_id, **asdict(access)}, ensure_ascii=False).encode() + b"\n"
    own, month = folder / FOLDER / programme_id, access.at[: len("2026-11")]
    try:
        for each in (folder, own.parent, own):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(own):
            path = own / f"{month}{_FORM}"
            if not path.exists():
                _forget(own, month)
            _append(path, line)
    except OSError as error:
        raise refused(NOT_WRITTEN_DOWN, strerror=error.strerror or type(error).__name__) from error


def _forget(own: Path, month: str) -> None:
    """Delete what is older than all that is kept, as a month begins."""
    first = add_months(date.fromisoformat(f"{month}-01"), -KEPT_MONTHS).isoformat()
    for path in _listed(own, _FORM):
        if path.stem < first[: len(month)]:
            path.unlink(missing_ok=True)


def _listed(folder: Path, form: str = "") -> list[Path]:
    """What is in a folder, by the end of its name, the last by name first; nothing where the folder is not there."""
    try:
        return sorted((each for each in folder.iterdir() if each.name.endswith(form)), reverse=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LogUnreadable(path=folder, strerror=error.strerror or type(error).__name__) from error


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
    paths = (*_listed(folder / FOLDER / programme_id, _FORM), *(folder / name for name in BEFORE))
    said = (_said(line) for path in paths for line in _backwards(path))
    return tuple(islice((each[1] for each in said if each and each[0] == programme_id), most or USUAL))


def unreadable(folder: Path) -> int:
    """How many lines of the log say nothing: torn off when the machine lost its power, or altered.

    Raises:
        LogUnreadable: It cannot be read at all.
    """
    months = (path for own in _listed(folder / FOLDER) for path in _listed(own, _FORM))
    paths = (*months, *(folder / name for name in BEFORE))
    return sum(_said(line) is None for path in paths for line in _backwards(path))


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end, so that the newest of a long one are soon read; none where it is not there."""
    try:
        with path.open("rb") as file:
            end, begun = file.seek(0, os.SEEK_END), b""
            while end:
                at = max(end - _BLOCK, 0)
                file.seek(at)
                begun, *lines = (file.read(end - at) + begun).split(b"\n")
                yield from filter(None, reversed(lines))
                end = at
            yield from filter(None, [begun])
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
