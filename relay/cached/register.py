"""A programme's whole register, cached on disk, since the questions of auditors need every entry.

The cache follows the ledger (`ledger_cache`). The file holds personal data: only its owner may read it, and it is
written again as soon as anything is erased.

The file is mapped into memory. Except for the ids, each entry, act and placement is decoded only when it is asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from relay.cached.ledger_cache import WRITE_AFTER, LedgerCache
from relay.domain.entries import Entry
from relay.domain.model import Placement, Rule
from relay.domain.register import NONSENSE, Fact, Register
from relay.ledger import programme_heads, reading
from relay.ledger.gc_paused import gc_paused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from relay.cached.ledger_cache import CachedFile
    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.ledger.programme_heads import LedgerHead

_Value = TypeVar("_Value")

REGISTERS: Final = LedgerCache[Register]("register", 6)
_ENCODER: Final = msgspec.msgpack.Encoder()
_ENTRY: Final = msgspec.msgpack.Decoder(Entry)
_FACT: Final = msgspec.msgpack.Decoder(Fact)
_PLACEMENT: Final = msgspec.msgpack.Decoder(Placement)
_IDS: Final = msgspec.msgpack.Decoder(list[str])
_NAMING: Final = msgspec.msgpack.Decoder(dict[str, dict[str, None]])


def _packed(values: object) -> memoryview:
    return memoryview(_ENCODER.encode(values))


def _numbers(numbers: Iterable[int]) -> memoryview:
    return memoryview(array("q", numbers)).cast("B")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packed:
    """Encoded values in one buffer, each of which can be decoded by itself."""

    ends: memoryview
    content: memoryview

    @classmethod
    def of(cls, values: Iterable[object]) -> _Packed:
        """Encode values one after another."""
        each = [*map(_ENCODER.encode, values)]
        return cls(ends=_numbers(accumulate(map(len, each), initial=0)), content=memoryview(b"".join(each)))

    def __getitem__(self, nth: int) -> memoryview:
        """The encoded bytes of the n-th value, counted from 0."""
        ends = self.ends.cast("q")
        return self.content[ends[nth] : ends[nth + 1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _RegisterFile:
    """Content of a cache file: a register, its mappings in their own order.

    Attributes:
        act_ids: Ids of the acts of all entries; entries are numbered from 1 without gaps.
        entries: The entries in the same order.
        in_force: Sequence numbers of the entries whose facts are in force.
        facts: Those facts in the same order.
    """

    act_ids: memoryview
    entries: _Packed
    in_force: memoryview
    facts: _Packed
    placement_ids: memoryview
    placements: _Packed
    rules: tuple[Rule, ...]
    about: dict[str, list[str]]
    naming: memoryview


_REGISTER_FILE: Final = msgspec.msgpack.Decoder(_RegisterFile)


class _Lazy(MutableMapping[str, _Value]):
    """A mapping whose values are decoded the first time they are asked for.

    Attributes:
        known: Id → the value if it was decoded or set, else None.
        changed: Ids that were set since, in that order.
    """

    def __init__(self, ids: Iterable[str], make: Callable[[str], _Value]) -> None:
        """Start with ids whose values `make` can decode."""
        self.known: dict[str, _Value | None] = dict.fromkeys(ids)
        self._make = make
        self.changed: dict[str, None] = {}

    def __getitem__(self, id_: str) -> _Value:
        """The value of an id."""
        value = self.known[id_]
        if value is None:
            value = self.known[id_] = self._make(id_)
        return value

    def __setitem__(self, id_: str, value: _Value) -> None:
        """Add or replace a value."""
        self.known[id_], self.changed[id_] = value, None

    def __delitem__(self, id_: str) -> None:
        """Remove a value."""
        del self.known[id_]

    def __contains__(self, id_: object) -> bool:
        """Whether the mapping has this id."""
        return id_ in self.known

    def __iter__(self) -> Iterator[str]:
        """The ids, in the order in which they were first set."""
        return iter(self.known)

    def __len__(self) -> int:
        """The number of ids."""
        return len(self.known)


class _CachedRegister(Register):
    """A register that is read from its cache file."""

    def __init__(self, programme_id: str, file: _RegisterFile, catalogue: Catalogue) -> None:
        """Open a cache file as a register."""
        super().__init__(programme_id, catalogue)
        ids, placed = _IDS.decode(file.act_ids), _IDS.decode(file.placement_ids)
        self._kept, self._ids = file, ["", *ids]  # sequences count from 1
        self._sequences = numbers = dict(zip(ids, range(1, len(self._ids)), strict=True))
        nth = dict(zip(placed, range(len(placed)), strict=True))
        standing = {self._ids[number]: row for row, number in enumerate(file.in_force.cast("q"))}
        self.entries = self._entries = _Lazy(numbers, lambda id_: _ENTRY.decode(file.entries[numbers[id_] - 1]))
        self.facts = _Lazy(standing, lambda id_: _FACT.decode(file.facts[standing[id_]]))
        self.placements = _Lazy(placed, lambda id_: _PLACEMENT.decode(file.placements[nth[id_]]))
        self.rules, self.about = file.rules, file.about
        del self.holdings, self.naming  # worked out, and read, when somebody asks for them
        for fact in self.acts("same"):
            self.join(fact)
        self.define({fact.act_id: fact.values for fact in self.acts("column")})

    @cached_property
    def holdings(self) -> dict[str, dict[str, str]]:  # type: ignore[override]
        """See `Register`."""
        holdings: dict[str, dict[str, str]] = {}
        for placement in self.placements.values():
            holdings.setdefault(placement.beneficiary_id, {})[placement.placement_id] = placement.help
        return holdings

    @cached_property
    def naming(self) -> dict[str, dict[str, None]]:  # type: ignore[override]
        """See `Register`."""
        return _NAMING.decode(self._kept.naming)

    def sequence(self, act_id: str) -> int:
        """See `Register`."""
        return self._sequences.get(act_id) or self.entries[act_id].sequence

    @property
    def last(self) -> Entry | None:
        """See `Register`."""
        since = (act_id for act_id in reversed(self._entries.changed) if act_id not in self._sequences)
        return self.entries[next(since, self._ids[-1])]


@gc_paused()
def current(graph: Graph, programme_id: str, folder: Path | None) -> Register:
    """The whole register as now recorded; the caller may change it.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        folder: The cache folder; None caches nothing.

    Raises:
        NoProgramme: It is not in the database.
        NotRestored: Its ledger is not complete.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    head = programme_heads.head(graph, programme_id)
    cached = _read(folder, programme_id) if folder else None
    updated = _extended(graph, programme_id, cached, head) if cached else None
    if updated is None:
        entries = reading.entries(graph, programme_id, last=head.entries)
        updated, cached = reading.replay(programme_id, entries, graph.catalogue), None
    if folder and (
        cached is None or head.entries - cached.sequence >= WRITE_AFTER or _erased_since(updated, cached.sequence)
    ):
        write(folder, updated, head.entries, head.head_hash)
    return updated


def last_sequence(register: Register) -> int:
    """Sequence number of the last entry; 0 for an empty ledger."""
    return register.last.sequence if register.last else 0


def as_known_at(now: Register, last: int | None) -> Register:
    """The register as it was when the ledger ended with entry `last`; None gives the register of now."""
    if last is None or last >= last_sequence(now):
        return now
    then = (entry for entry in now.entries.values() if entry.sequence <= last)
    return reading.replay(now.programme_id, then, now.catalogue)


def _extended(graph: Graph, programme_id: str, cached: CachedFile[None], head: LedgerHead) -> Register | None:
    """The cached register with the entries that came since, or None if it is not the beginning of this ledger."""
    if cached.sequence > head.entries:
        return None
    entries = [*reading.entries(graph, programme_id, first=cached.sequence + 1, last=head.entries)]
    if not reading.leads(entries, cached.head_hash, head.head_hash):
        return None
    try:
        register = _opened(programme_id, cached, graph.catalogue)
        for entry in entries:
            register.replay(entry)
    except (*NONSENSE, msgspec.DecodeError):  # the file says what this ledger cannot have said
        return None
    return register


def _erased_since(register: Register, sequence: int) -> bool:
    erasures = (each for about in register.about.values() for each in about if each.startswith("erase:"))
    return any(register.sequence(each) > sequence for each in erasures)


def write(folder: Path, register: Register, sequence: int, head_hash: str) -> None:
    """Write a register to the cache, as of an entry; a register whose acts are missing or repeated is not written."""
    if _is_sound(register):
        with suppress(msgspec.EncodeError):  # more than 4 GB of entries, so some three million placements
            REGISTERS.write(
                folder, register.programme_id, sequence, head_hash, None, [_ENCODER.encode(_file_of(register))]
            )


def _is_sound(register: Register) -> bool:
    """Whether its entries are numbered from 1 without gaps, and each fact belongs to its own entry."""
    sequences = {act_id: register.sequence(act_id) for act_id in register.entries}
    return [*sequences.values()] == [*range(1, len(sequences) + 1)] and all(
        sequences.get(act_id) == fact.sequence for act_id, fact in register.facts.items()
    )


def delete(folder: Path, programme_id: str) -> None:
    """Delete the cached register of a programme."""
    REGISTERS.drop(folder, programme_id)


def was_altered(folder: Path, replayed: Register) -> bool:
    """Compare the cached register with a verified replay of its ledger, and replace it by that replay if they agree.

    Returns:
        Whether the cached register of the same entry differs from the replay; the file then stays as it is.
    """
    cached = _read(folder, replayed.programme_id)
    if cached is None:
        return False
    last = replayed.last
    if last is None:
        return False
    if cached.head_hash == last.hash:
        try:
            return _contents(_opened(replayed.programme_id, cached, replayed.catalogue)) != _contents(replayed)
        except (*NONSENSE, msgspec.DecodeError):  # the file says nothing at all
            return True
    write(folder, replayed, last.sequence, last.hash)
    return False


def _contents(register: Register) -> tuple[object, ...]:
    """All that a register holds, in order, to compare registers."""
    parts = (register.entries, register.facts, register.placements, register.about, register.naming)
    return (register.rules, *([*part.items()] for part in parts))


def _read(folder: Path, programme_id: str) -> CachedFile[None] | None:
    return REGISTERS.read(folder, programme_id, type(None))


def _opened(programme_id: str, cached: CachedFile[None], catalogue: Catalogue) -> _CachedRegister:
    """Open a cached register.

    Raises:
        msgspec.DecodeError: The file holds something else.
    """
    return _CachedRegister(programme_id, _REGISTER_FILE.decode(cached.body), catalogue)


def _file_of(register: Register) -> _RegisterFile:
    return _RegisterFile(
        act_ids=_packed([*register.entries]),
        entries=_Packed.of(register.entries.values()),
        in_force=_numbers(fact.sequence for fact in register.facts.values()),
        facts=_Packed.of(register.facts.values()),
        placement_ids=_packed([*register.placements]),
        placements=_Packed.of(register.placements.values()),
        rules=register.rules,
        about=register.about,
        naming=_packed(register.naming),
    )
