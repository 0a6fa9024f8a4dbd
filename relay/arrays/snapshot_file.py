"""The cache file of a snapshot: one private file for each programme, mapped into memory instead of read."""

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
"""Snapshots of at most 32 programmes stay in memory. One of 100,000 placements takes 17 MB, which the operating system
can drop if it is on disk; mapping it again takes some hundredths of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """The parts of a snapshot that are not columns.

    Attributes:
        columns: Name, type and length of each column, in the order of the body; each column is aligned to 8 bytes.
    """

    goal_generations: int | None
    whole: bool
    helps: tuple[str, ...]
    rules: tuple[Rule, ...]
    columns: tuple[tuple[str, str, int], ...]


def write(folder: Path, snapshot: Snapshot) -> None:
    """Write a snapshot to its cache file, replacing the earlier one; only the owner may read it.

    Args:
        folder: The cache folder; it is made if missing.
        snapshot: The snapshot.
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
    """Read the cached snapshot of a programme; None if there is none that can be used."""
    file = SNAPSHOT_CACHE.read(folder, programme_id, _Plain)
    if file is None:
        return None
    plain, bytes_, at = file.values, np.frombuffer(file.body, np.uint8), 0
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, type_, length in plain.columns:
        size = length * np.dtype(type_).itemsize
        columns[name] = bytes_[at : at + size].view(type_)
        at += size + -size % 8
    return Snapshot.of_columns(
        columns,
        programme_id=programme_id,
        sequence=file.sequence,
        head_hash=file.head_hash,
        goal_generations=plain.goal_generations,
        whole=plain.whole,
        helps=plain.helps,
        rules=plain.rules,
    )
