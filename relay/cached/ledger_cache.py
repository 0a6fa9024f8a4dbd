"""Caches that follow a ledger: each holds a copy as of one entry, and is updated with later entries or made again.

A copy carries the hash of the entry it was made at. If the hashes of the later entries lead from that hash to the head
of the ledger, the copy is updated with those entries. If not, the database was restored or replaced, so the copy is
dropped and made again. In memory a copy lives as long as its graph is open. On disk it is one file for each programme:

    digest   32 bytes: SHA-256 of all that follows
    length    8 bytes: length of the head
    head              JSON: name, version, projection, programme, entry, its hash, and values; then zeros, up to
    body              optional: content that is mapped into memory instead of read; it begins at a multiple of 8
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from relay.cached import cache_files
from relay.ledger.programme_heads import PROJECTION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from relay.graph import Graph

WRITE_AFTER: Final = 500
"""Entries after which a file is written again (our choice: they are read and taken in within 0.1 s)."""

_WORD: Final = 8

_Copy = TypeVar("_Copy")
_Values = TypeVar("_Values")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The head of a cache file; a file whose name, version, projection or programme differ is ignored."""

    name: str
    version: int
    projection: int
    programme_id: str
    sequence: int
    head_hash: str
    values: msgspec.Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedFile(Generic[_Values]):
    """Content of a cache file.

    Attributes:
        sequence: Sequence number of the entry that the copy was made at.
        head_hash: Hash of that entry.
        values: Plain values, such as a dataclass.
        body: The part that is mapped into memory, aligned to 8 bytes; empty if the file has none.
    """

    sequence: int
    head_hash: str
    values: _Values
    body: memoryview


@dataclass(slots=True)
class CopyInMemory(Generic[_Copy]):
    """The copy of one programme that is in memory while a graph is open.

    Attributes:
        copy: None until the copy is made.
        on_disk: Sequence number of the entry at which the copy was last written to disk; 0 if it never was.
        making: Lock to hold while the copy is made or changed.
    """

    copy: _Copy | None = None
    on_disk: int = 0
    making: threading.RLock = field(default_factory=threading.RLock)


class LedgerCache(Generic[_Copy]):
    """One kind of copy that is cached for every programme, in memory and on disk.

    Attributes:
        name: Ending of its files, "ID.name".
        version: Number of the file format; files with another number are ignored.
        most: Number of programmes whose copies stay in memory; the least recently used is dropped first.
    """

    def __init__(self, name: str, version: int, *, most: int = 0) -> None:
        """Define a kind of copy."""
        self.name, self.version, self.most = name, version, most
        self._placing = threading.Lock()
        self._places: WeakKeyDictionary[Graph, dict[str, CopyInMemory[_Copy]]] = WeakKeyDictionary()

    def place(self, graph: Graph, programme_id: str) -> CopyInMemory[_Copy]:
        """The copy of a programme in memory; if there are more than `most`, the least recently used one is dropped."""
        with self._placing:
            copies = self._places.setdefault(graph, {})
            copies[programme_id] = place = copies.pop(programme_id, None) or CopyInMemory()
            if len(copies) > self.most:
                del copies[next(iter(copies))]
            return place

    def read(self, folder: Path, programme_id: str, type_: type[_Values]) -> CachedFile[_Values] | None:
        """Read the copy of a programme from disk.

        Args:
            folder: The cache folder.
            programme_id: Id of the programme.
            type_: Type of the values.

        Returns:
            The copy, or None if there is none that this version can use.
        """
        content = cache_files.read(folder, programme_id, self.name)
        if content is None:
            return None
        end = _WORD + int.from_bytes(content[:_WORD], "little")
        try:
            head = msgspec.json.decode(content[_WORD:end], type=_Head)
            if (head.name, head.version, head.projection, head.programme_id) != (*self._kind(), programme_id):
                return None
            values = msgspec.json.decode(head.values, type=type_)
        except msgspec.DecodeError:
            return None
        body = content[_whole_words(end) :]
        return CachedFile(sequence=head.sequence, head_hash=head.head_hash, values=values, body=body)

    def write(
        self,
        folder: Path,
        programme_id: str,
        sequence: int,
        head_hash: str,
        values: object,
        body: Iterable[bytes | memoryview] = (),
    ) -> None:
        """Write the copy of a programme to disk, unless that fails or would leave the database too little free space.

        Args:
            folder: The cache folder; it is made if missing.
            programme_id: Id of the programme.
            sequence: Sequence number of the entry that the copy was made at.
            head_hash: Hash of that entry.
            values: Plain values, such as a dataclass.
            body: Content to be mapped into memory when it is read, part after part.
        """
        name, version, projection = self._kind()
        head = msgspec.json.encode(
            _Head(
                name=name,
                version=version,
                projection=projection,
                programme_id=programme_id,
                sequence=sequence,
                head_hash=head_hash,
                values=msgspec.Raw(msgspec.json.encode(values)),
            )
        )
        padding = bytes(_whole_words(len(head)) - len(head))
        cache_files.write(folder, programme_id, self.name, len(head).to_bytes(_WORD, "little"), head, padding, *body)

    def drop(self, folder: Path, programme_id: str, graph: Graph | None = None) -> None:
        """Delete the copy of a programme on disk, and in memory too if a graph is given; it is then made again."""
        if graph:
            self._places.get(graph, {}).pop(programme_id, None)
        cache_files.delete(folder, programme_id, self.name)

    def _kind(self) -> tuple[str, int, int]:
        return self.name, self.version, PROJECTION


def _whole_words(length: int) -> int:
    return -(-length // _WORD) * _WORD
