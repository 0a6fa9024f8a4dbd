"""The access log: one line each time somebody opens personal data, in files of the data folder; ids, never a name.

    DATA FOLDER/accesses/PROGRAMME/2026-11.jsonl      what was opened in November 2026, the newest last

Lines are deleted by age, never by size: they stay for two years, however many there are. A list or a file is one line.
Auditors read here what people look at. The log is not part of the ledger, and the owner of the data folder can change
it. An answer "304 Not Modified" writes no line: the page was logged when it was first read.
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
OLD_FILES: Final = ("accesses.jsonl", "accesses.older.jsonl")
"""Files of earlier versions, for all programmes together, the newer first. They are read, and never written to."""

KEPT_MONTHS: Final = 24  # our choice: the year that an audit looks at, whole, until the audit of the next
DEFAULT_LINES: Final = 1000  # lines shown when no number is given; our choice: an answer of a few hundred kilobytes
_ENDING: Final = ".jsonl"
_BLOCK_BYTES: Final = 64 * 1024  # bytes that are read at once from the end of a file; our choice: about a page of lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One line of the log: somebody opened personal data.

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


def write(folder: Path, programme_id: str, access: Access) -> None:
    """Append one line to the log of a programme: the whole line, or nothing.

    Args:
        folder: The data folder.
        programme_id: The programme whose records were opened.
        access: Who opened what, and when.

    Raises:
        Unavailable: It cannot be written; then the data must not be shown.
    """
    line = json.dumps({"programme_id": programme_id, **asdict(access)}, ensure_ascii=False).encode() + b"\n"
    own, month = folder / FOLDER / programme_id, access.at[: len("2026-11")]
    try:
        for each in (folder, own.parent, own):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(own):
            path = own / f"{month}{_ENDING}"
            if not path.exists():
                _delete_old_months(own, month)
            _append(path, line)
    except OSError as error:
        raise refused(NOT_WRITTEN_DOWN, strerror=error.strerror or type(error).__name__) from error


def _delete_old_months(own: Path, month: str) -> None:
    """Delete the files that are older than `KEPT_MONTHS`, as a month ("2026-11") begins."""
    first = add_months(date.fromisoformat(f"{month}-01"), -KEPT_MONTHS).isoformat()
    for path in _files_in(own, _ENDING):
        if path.stem < first[: len(month)]:
            path.unlink(missing_ok=True)


def _files_in(folder: Path, form: str = "") -> list[Path]:
    """The files of a folder whose name has some ending, in descending order; empty if there is no such folder."""
    try:
        return sorted((each for each in folder.iterdir() if each.name.endswith(form)), reverse=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LogUnreadable(path=folder, strerror=error.strerror or type(error).__name__) from error


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """Hold the lock of a programme's log, for which other threads and processes wait."""
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


def read_newest(folder: Path, programme_id: str, most: int | None = None) -> tuple[Access, ...]:
    """Read the newest lines about a programme's records.

    Args:
        folder: The data folder.
        programme_id: The programme.
        most: How many lines at most; `DEFAULT_LINES` when None.

    Returns:
        The lines, newest first; empty when nothing was opened within `KEPT_MONTHS`.

    Raises:
        LogUnreadable: A file cannot be read.
    """
    paths = (*_files_in(folder / FOLDER / programme_id, _ENDING), *(folder / name for name in OLD_FILES))
    records = (_parse_line(line) for path in paths for line in _lines_from_end(path))
    return tuple(islice((each[1] for each in records if each and each[0] == programme_id), most or DEFAULT_LINES))


def count_unreadable(folder: Path) -> int:
    """Count the lines that cannot be parsed: cut off when the machine lost its power, or altered.

    Raises:
        LogUnreadable: A file cannot be read at all.
    """
    months = (path for own in _files_in(folder / FOLDER) for path in _files_in(own, _ENDING))
    paths = (*months, *(folder / name for name in OLD_FILES))
    return sum(_parse_line(line) is None for path in paths for line in _lines_from_end(path))


def _lines_from_end(path: Path) -> Iterator[bytes]:
    """The lines of a file, the last one first, read in blocks from its end; none if there is no such file."""
    try:
        with path.open("rb") as file:
            end, begun = file.seek(0, os.SEEK_END), b""
            while end:
                at = max(end - _BLOCK_BYTES, 0)
                file.seek(at)
                begun, *lines = (file.read(end - at) + begun).split(b"\n")
                yield from filter(None, reversed(lines))
                end = at
            yield from filter(None, [begun])
    except FileNotFoundError:
        return
    except OSError as error:
        raise LogUnreadable(path=path, strerror=error.strerror or type(error).__name__) from error


def _parse_line(line: bytes) -> tuple[object, Access] | None:
    """The programme and the access of a line; None when the line was cut off, or is not one of Relay's."""
    try:
        written = json.loads(line)
        access = Access(at=written["at"], by=written["by"], what=written["what"], ids=tuple(map(str, written["ids"])))
        return written.get("programme_id"), access
    except (ValueError, TypeError, KeyError):
        return None
