"""Who opened what is personal: a line for each time, in a file of the data folder, with ids and never a name.

It is there so that auditors see what people look at. It is no part of the ledger, and whoever owns the data folder can
change it. What an application answers "unchanged" was written down when it was read first.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST: Final = 8_000_000
"""Bytes of the file; our choice: some 60,000 lines. Then it is the older half, and the one before is forgotten."""

MOST: Final = 1000  # lines told at once; our choice: an answer of some hundred kilobytes
_FILE: Final = "accesses.jsonl"
_OLDER: Final = "accesses.older.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Something personal was opened.

    Attributes:
        at: A UTC instant.
        by: Who opened it, as the ledger names people: an account, or the owner of a login on this machine.
        what: "show" for a record, "names" for what people are called, else the page whose names were shown.
        ids: The records: "kind:id".
    """

    at: str
    by: str
    what: str
    ids: tuple[str, ...]


def note(folder: Path, programme_id: str, access: Access) -> None:
    """Write an access down.

    Args:
        folder: The data folder.
        programme_id: Of the programme.
        access: What was opened.

    Raises:
        OSError: It cannot be written; then nothing should be shown.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps({"programme_id": programme_id, **asdict(access)}, ensure_ascii=False) + "\n"
    descriptor = os.open(folder / _FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())  # at once: lines of several who write together stay whole
        full = os.fstat(descriptor).st_size > LARGEST
    finally:
        os.close(descriptor)
    if full:
        (folder / _FILE).replace(folder / _OLDER)


def newest(folder: Path, programme_id: str, most: int | None = None) -> tuple[Access, ...]:
    """The accesses to a programme's records, newest first.

    Args:
        folder: The data folder.
        programme_id: Of the programme.
        most: Only so many; `MOST` when None, and never more.

    Returns:
        Empty when nothing was opened, or when it was forgotten.
    """
    found = [*_lines(folder / _OLDER, programme_id), *_lines(folder / _FILE, programme_id)]
    return tuple(reversed(found[-min(most or MOST, MOST) :]))


def _lines(path: Path, programme_id: str) -> Iterator[Access]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            if said["programme_id"] == programme_id:
                yield Access(at=said["at"], by=said["by"], what=said["what"], ids=tuple(said["ids"]))
