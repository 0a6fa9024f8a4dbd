"""A snapshot kept on disk: one private file a programme, that is mapped into memory, not read in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from relay.arrays.tables import Snapshot
from relay.cached.ledger_cache import LedgerCache
from relay.domain.model import Rule

if TYPE_CHECKING:
    from pathlib import Path

SNAPSHOT_CACHE: Final = LedgerCache[Snapshot]("snapshot", 5, most=32)
"""Of 100,000 placements one is 17 MB, of which what is on disk can be let go any time; others are mapped again in some
hundredths of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """What of a snapshot is no column.

    Attributes:
        columns: Name, type and length of each column, in the order in which they stand in the body, each from a whole
            word of 8 bytes on.
    """

    goal_generations: int | None
    whole: bool
    helps: tuple[str, ...]
    rules: tuple[Rule, ...]
    columns: tuple[tuple[str, str, int], ...]


def write(folder: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot in a folder, for its owner only: whole, or as if nothing had been done.

    Args:
        folder: Is made when it is not there.
        snapshot: Replaces what was kept of its programme.
    """
    columns = list(snapshot.columns())
    plain = _Plain(
        goal_generations=snapshot.goal_generations,
        whole=snapshot.whole,
        helps=snapshot.helps,
        rules=snapshot.rules,
        columns=tuple((name, column.dtype.str, len(column)) for name, column in columns),
    )
    parts = [part for _, column in columns for part in (column.view(np.uint8).data, bytes(-column.nbytes % 8))]
    SNAPSHOT_CACHE.write(folder, snapshot.programme_id, snapshot.sequence, snapshot.head_hash, plain, parts)


def read(folder: Path, programme_id: str) -> Snapshot | None:
    """The snapshot that is kept of a programme, or None when there is none that can be used."""
    found = SNAPSHOT_CACHE.read(folder, programme_id, _Plain)
    if found is None:
        return None
    plain, bytes_, at = found.values, np.frombuffer(found.body, np.uint8), 0
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, type_, length in plain.columns:
        size = length * np.dtype(type_).itemsize
        columns[name] = bytes_[at : at + size].view(type_)
        at += size + -size % 8
    return Snapshot.of_columns(
        columns,
        programme_id=programme_id,
        sequence=found.sequence,
        head_hash=found.head_hash,
        goal_generations=plain.goal_generations,
        whole=plain.whole,
        helps=plain.helps,
        rules=plain.rules,
    )
