"""What follows a ledger from entry to entry: copies that are caught up with, or dropped where they are of another.

A copy is of one entry of the ledger and bears its hash. Where the hashes of the entries that came since lead from it to
the head, these are taken in; otherwise (the database was restored, or is another) the copy is dropped and made anew. In
memory it stays while a graph is open. On disk it is one file a programme:

    digest   32 bytes: the SHA-256 of all that follows
    length    8 bytes: of the head
    head              JSON: name, version, projection, programme, entry, its hash, and values; then zeros, up to
    body              what is mapped into memory and not read in, if anything is: it begins at a multiple of 8
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from relay.cached import cache_files
from relay.ledger.programmes import PROJECTION

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
    """What stands in front of a file; a file of another name, version, projection or programme counts as not there."""

    name: str
    version: int
    projection: int
    programme_id: str
    sequence: int
    head_hash: str
    values: msgspec.Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedFile(Generic[_Values]):
    """What was read from a file.

    Attributes:
        sequence: Of the entry that it is of.
        head_hash: Of that entry.
        values: Plain values, such as a dataclass.
        body: Mapped from the file, from a whole word of 8 bytes on; empty where there is none.
    """

    sequence: int
    head_hash: str
    values: _Values
    body: memoryview


@dataclass(slots=True)
class CopyInMemory(Generic[_Copy]):
    """Where the copy of one programme is, while a graph is open.

    Attributes:
        copy: None before one is made.
        on_disk: Up to which entry it is on disk; 0 for none.
        making: Held by who makes or changes it; the others wait.
    """

    copy: _Copy | None = None
    on_disk: int = 0
    making: threading.RLock = field(default_factory=threading.RLock)


class LedgerCache(Generic[_Copy]):
    """One kind of copies of ledgers.

    Attributes:
        name: The ending of its files, "ID.name".
        version: What is written otherwise has another number.
        most: Programmes whose copies stay in memory, those asked for last.
    """

    def __init__(self, name: str, version: int, *, most: int = 0) -> None:
        """Name a kind of copies."""
        self.name, self.version, self.most = name, version, most
        self._placing = threading.Lock()
        self._places: WeakKeyDictionary[Graph, dict[str, CopyInMemory[_Copy]]] = WeakKeyDictionary()

    def place(self, graph: Graph, programme_id: str) -> CopyInMemory[_Copy]:
        """The place of a programme's copy; the one asked for longest ago is let go where there are too many."""
        with self._placing:
            known = self._places.setdefault(graph, {})
            known[programme_id] = place = known.pop(programme_id, None) or CopyInMemory()
            if len(known) > self.most:
                del known[next(iter(known))]
            return place

    def read(self, folder: Path, programme_id: str, type_: type[_Values]) -> CachedFile[_Values] | None:
        """What is on disk of a programme; None where nothing is, or nothing that can be used.

        Args:
            folder: Where copies are kept.
            programme_id: Of the programme.
            type_: Of the values.
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
        """Put the copy of an entry on disk, where it can be written and leaves the database enough room.

        Args:
            folder: Where copies are kept; is made when it is not there.
            programme_id: Of the programme.
            sequence: Of the entry.
            head_hash: Of the entry.
            values: Plain values, such as a dataclass.
            body: What is mapped when it is read, part after part.
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
        """Believe no copy of a programme any longer: it is made anew."""
        if graph:
            self._places.get(graph, {}).pop(programme_id, None)
        cache_files.delete(folder, programme_id, self.name)

    def _kind(self) -> tuple[str, int, int]:
        return self.name, self.version, PROJECTION


def _whole_words(length: int) -> int:
    return -(-length // _WORD) * _WORD
