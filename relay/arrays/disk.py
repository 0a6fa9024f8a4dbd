"""A snapshot kept on disk: one private file a programme, that is mapped into memory, not read in.

What is kept is a copy. A file that is damaged, cut short or of another format counts as not there, and where none can
be written the programme is read again next time.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from relay.arrays.tables import Snapshot
from relay.domain.model import Rule
from relay.kept import files
from relay.kept.files import path_of, put
from relay.ledger.programmes import PROJECTION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FORMAT: Final = 4
"""A file of another number is of another format; one of another `PROJECTION` reads the ledger otherwise."""

_ENDING: Final = "snapshot"
_PLAIN: Final = ("programme_id", "sequence", "head_hash", "goal_generations", "whole")

Words = npt.NDArray[np.uint64]


def keep(folder: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot in a folder, for its owner only: whole, or as if nothing had been done.

    Args:
        folder: Is made when it is not there.
        snapshot: Replaces what was kept of its programme.
    """
    path = path_of(folder, snapshot.programme_id, _ENDING)
    if path:
        with suppress(OSError), put(path) as file:
            _written(snapshot).tofile(file)


def forget(folder: Path, programme_id: str) -> None:
    """Keep no snapshot of a programme any longer."""
    files.forget(folder, programme_id, _ENDING)


def kept(folder: Path, programme_id: str) -> Snapshot | None:
    """The snapshot that is kept of a programme, or None when there is none that can be used."""
    path = path_of(folder, programme_id, _ENDING)
    if path is None:
        return None
    try:
        snapshot = _read(np.memmap(path, np.uint64, mode="r").view(np.ndarray))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    return snapshot if snapshot and snapshot.programme_id == programme_id else None


# -- what is in a file: words of 8 bytes. The sum of all others, the length of the head in bytes, the head as JSON (what
#    is no column, and of each column name, type and length), then the columns in this order; each from a whole word on.


def _written(snapshot: Snapshot) -> Words:
    columns = list(snapshot.columns())
    head = json.dumps(
        {
            "format": [FORMAT, PROJECTION],
            **{name: getattr(snapshot, name) for name in _PLAIN},
            "helps": snapshot.helps,
            "rules": [asdict(rule) | {"from_on": rule.from_on.isoformat()} for rule in snapshot.rules],
            "columns": [(name, column.dtype.str, len(column)) for name, column in columns],
        }
    ).encode()
    parts = [np.frombuffer(head, np.uint8), *(column.view(np.uint8) for _, column in columns)]
    words = np.zeros(2 + sum(map(_words, map(len, parts))), np.uint64)
    words[1] = len(head)
    bytes_, at = words.view(np.uint8), 16
    for part in parts:
        bytes_[at : at + len(part)] = part
        at += 8 * _words(len(part))
    words[0] = words[1:].sum()
    return words


def _words(length: int) -> int:
    return -(-length // 8)


def _read(words: Words) -> Snapshot | None:
    if words[0] != words[1:].sum():
        return None
    bytes_, at = words.view(np.uint8), 16
    head: dict[str, Any] = json.loads(bytes_[at : at + int(words[1])].tobytes())
    if head["format"] != [FORMAT, PROJECTION]:
        return None
    at += 8 * _words(int(words[1]))
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, type_, length in head["columns"]:
        size = length * np.dtype(type_).itemsize
        columns[name] = bytes_[at : at + size].view(type_)
        at += 8 * _words(size)
    return Snapshot.of_columns(
        columns,
        **{name: head[name] for name in _PLAIN},
        helps=tuple(head["helps"]),
        rules=_rules(head["rules"]),
    )


def _rules(written: Sequence[dict[str, Any]]) -> tuple[Rule, ...]:
    def rule(values: dict[str, Any]) -> Rule:
        values["from_on"] = date.fromisoformat(values["from_on"])
        return Rule(**values)

    return tuple(rule(dict(values)) for values in written)
