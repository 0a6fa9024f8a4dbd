"""A programme's whole register, kept on disk from one question to the next: what auditors ask needs every entry.

What is kept belongs to one entry of the ledger and bears its hash. Each time the register is asked for, the entries
that came since are read: where their hashes lead from the kept one to the head of the ledger, they are taken in;
otherwise (a restored database, or another) the whole ledger is read again. A file that is damaged, cut short or of
another format counts as not there. It contains all that is personal, so it is for its owner only, and it is written
anew as soon as something was erased.

Of most entries nobody asks more than who recorded them, and when; and audits find in columns at which placements they
have to look. So each entry and each placement is decoded when it is asked for.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import msgspec

from relay.domain.entries import Entry
from relay.domain.model import Placement, Rule
from relay.domain.register import NONSENSE, Fact, Recorded, Register
from relay.kept import files
from relay.ledger import programmes, reading
from relay.ledger.gc_paused import gc_paused
from relay.ledger.programmes import PROJECTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.ledger.programmes import LedgerHead

FORMAT: Final = 4
"""A file of another number is of another format; one of another `PROJECTION` reads the ledger otherwise."""

KEEP_AFTER: Final = 500
"""Entries after which the file is rewritten (our choice: they are read and taken in within 0.1 s)."""

_ENDING: Final = "register"
_ENCODER: Final = msgspec.msgpack.Encoder()
_ENTRY: Final = msgspec.msgpack.Decoder(Entry)
_PLACEMENT: Final = msgspec.msgpack.Decoder(Placement)


class _Recorded(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Who recorded an act, and when."""

    act_id: str
    sequence: int
    recorded_by: str
    recorded_at: str
    withheld: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a file holds: a register as plain values, in the order in which its mappings hold them."""

    format: tuple[int, int]
    programme_id: str
    sequence: int
    head_hash: str
    entries: list[msgspec.Raw]
    recordings: list[_Recorded]
    facts: dict[str, Fact]
    placements: dict[str, msgspec.Raw]
    rules: tuple[Rule, ...]
    about: dict[str, list[str]]
    naming: dict[str, dict[str, None]]


_KEPT: Final = msgspec.msgpack.Decoder(_Kept)


class _Entries(MutableMapping[str, Entry]):
    """The entries of a register, each decoded when it is asked for, and who recorded each of them, and when."""

    def __init__(self, kept: _Kept) -> None:
        """Begin with those that are kept."""
        self.recordings: dict[str, Recorded] = {each.act_id: each for each in kept.recordings}
        self._encoded = kept.entries  # in the order of the ledger, which counts from 1
        self._decoded: dict[str, Entry] = {}

    def __getitem__(self, act_id: str) -> Entry:
        """One entry."""
        if act_id not in self._decoded:
            self._decoded[act_id] = _ENTRY.decode(self._encoded[self.recordings[act_id].sequence - 1])
        return self._decoded[act_id]

    def __setitem__(self, act_id: str, entry: Entry) -> None:
        """Take in one that is new, or the same with less that is personal."""
        self.recordings[act_id] = self._decoded[act_id] = entry

    def __delitem__(self, act_id: str) -> None:
        """Let one go."""
        del self.recordings[act_id]
        self._decoded.pop(act_id, None)

    def __iter__(self) -> Iterator[str]:
        """The ids of their acts, in the order of the ledger."""
        return iter(self.recordings)

    def __len__(self) -> int:
        """How many."""
        return len(self.recordings)

    def __contains__(self, act_id: object) -> bool:
        """Whether an act was recorded."""
        return act_id in self.recordings


class _Placements(MutableMapping[str, Placement]):
    """The placements of a register, each decoded when it is asked for."""

    def __init__(self, kept: dict[str, msgspec.Raw]) -> None:
        """Begin with those that are kept."""
        self._known: dict[str, msgspec.Raw | Placement] = dict(kept)

    def __getitem__(self, placement_id: str) -> Placement:
        """One of them."""
        found = self._known[placement_id]
        if isinstance(found, msgspec.Raw):
            found = self._known[placement_id] = _PLACEMENT.decode(found)
        return found

    def __setitem__(self, placement_id: str, placement: Placement) -> None:
        """Take in one that is new, or changed."""
        self._known[placement_id] = placement

    def __delitem__(self, placement_id: str) -> None:
        """Let one go."""
        del self._known[placement_id]

    def __iter__(self) -> Iterator[str]:
        """Their ids, in the order in which they were first filled."""
        return iter(self._known)

    def __len__(self) -> int:
        """How many."""
        return len(self._known)


class _KeptRegister(Register):
    """A register that was kept."""

    def __init__(self, kept: _Kept, catalogue: Catalogue) -> None:
        """Open it."""
        super().__init__(kept.programme_id, catalogue)
        self.entries = self._entries = _Entries(kept)
        self.facts, self.placements = kept.facts, _Placements(kept.placements)
        self.rules, self.about, self.naming = kept.rules, kept.about, kept.naming
        del self.holdings  # worked out when somebody asks who holds what
        for fact in kept.facts.values():
            if fact.kind == "same":
                self.join(fact)

    @cached_property
    def holdings(self) -> dict[str, dict[str, str]]:  # type: ignore[override]
        """As in every register."""
        holdings: dict[str, dict[str, str]] = {}
        for placement in self.placements.values():
            holdings.setdefault(placement.beneficiary_id, {})[placement.placement_id] = placement.help
        return holdings

    @property
    def recordings(self) -> Mapping[str, Recorded]:
        """As in every register."""
        return self._entries.recordings


@gc_paused()
def register(graph: Graph, programme_id: str, folder: Path | None) -> Register:
    """The whole register as it is recorded now; it is the caller's own.

    Args:
        graph: Where.
        programme_id: Of the programme.
        folder: Where it is kept from one question to the next; None keeps nothing.

    Raises:
        NoProgramme: It is not in the database.
        NotRestored: Its ledger is not all there.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    head = programmes.head(graph, programme_id)
    known = _read(folder, programme_id) if folder else None
    found = _extended(graph, known, head) if known else None
    if found is None:
        entries = reading.entries(graph, programme_id, last=head.entries)
        found, known = reading.replay(programme_id, entries, graph.catalogue), None
    if folder and (
        known is None or head.entries - known.sequence >= KEEP_AFTER or _erased_since(found, known.sequence)
    ):
        keep(folder, found, head.entries, head.head_hash)
    return found


def end(known: Register) -> int:
    """The number of the last entry; 0 before the first."""
    return max(map(attrgetter("sequence"), known.recordings.values()), default=0)


def known_then(now: Register, last: int | None) -> Register:
    """The register as it was known when the ledger ended with an entry, or now, from what it is now."""
    if last is None or last >= end(now):
        return now
    then = (entry for entry in now.entries.values() if entry.sequence <= last)
    return reading.replay(now.programme_id, then, now.catalogue)


def _extended(graph: Graph, known: _Kept, head: LedgerHead) -> Register | None:
    """The kept register with what came since, or None where it is not the beginning of this ledger."""
    if known.sequence > head.entries:
        return None
    entries = [*reading.entries(graph, known.programme_id, first=known.sequence + 1, last=head.entries)]
    hash_ = known.head_hash
    for entry in entries:
        if entry.previous_hash != hash_:
            return None
        hash_ = entry.hash
    if hash_ != head.head_hash:
        return None
    found = _KeptRegister(known, graph.catalogue)
    try:
        for entry in entries:
            found.replay(entry)
    except NONSENSE:  # the file says what this ledger cannot have said
        return None
    return found


def _erased_since(found: Register, sequence: int) -> bool:
    erasures = (each for about in found.about.values() for each in about if each.startswith("erase:"))
    return any(found.recordings[each].sequence > sequence for each in erasures)


def keep(folder: Path, found: Register, sequence: int, head_hash: str) -> None:
    """Keep a whole register, as of an entry of its ledger."""
    files.keep(folder, found.programme_id, _ENDING, _ENCODER.encode(_kept_of(found, sequence, head_hash)))


def forget(folder: Path, programme_id: str) -> None:
    """Keep no register of a programme any longer."""
    files.forget(folder, programme_id, _ENDING)


def was_altered(folder: Path, replayed: Register) -> bool:
    """Hold what is kept against the replay of a ledger that was verified, which then takes its place.

    Returns:
        Whether what was kept of that very entry of the ledger says something else; then it stays as it is.
    """
    kept = _read(folder, replayed.programme_id)
    if kept is None:
        return False
    last = replayed.entries[[*replayed.entries][-1]]
    if kept.head_hash == last.hash:
        return _told(_KeptRegister(kept, replayed.catalogue)) != _told(replayed)
    keep(folder, replayed, last.sequence, last.hash)
    return False


def _told(found: Register) -> tuple[object, ...]:
    """All that a register holds, in its order."""
    recordings = [
        (each.act_id, each.sequence, each.recorded_by, each.recorded_at, each.withheld)
        for each in found.recordings.values()
    ]
    parts = (found.entries, found.facts, found.placements, found.about, found.naming)
    return (recordings, found.rules, *([*part.items()] for part in parts))


def _read(folder: Path, programme_id: str) -> _Kept | None:
    body = files.kept(folder, programme_id, _ENDING)
    try:
        kept = _KEPT.decode(body) if body else None
    except msgspec.DecodeError:
        return None
    sound = kept and kept.format == (FORMAT, PROJECTION) and kept.programme_id == programme_id
    return kept if sound else None


def _kept_of(found: Register, sequence: int, head_hash: str) -> _Kept:
    return _Kept(
        format=(FORMAT, PROJECTION),
        programme_id=found.programme_id,
        sequence=sequence,
        head_hash=head_hash,
        entries=[msgspec.Raw(_ENCODER.encode(entry)) for entry in found.entries.values()],
        recordings=[
            _Recorded(each.act_id, each.sequence, each.recorded_by, each.recorded_at, each.withheld)
            for each in found.recordings.values()
        ],
        facts=found.facts,
        placements={id_: msgspec.Raw(_ENCODER.encode(each)) for id_, each in found.placements.items()},
        rules=found.rules,
        about=found.about,
        naming=found.naming,
    )
