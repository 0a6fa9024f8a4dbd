"""Questions about the ledger: its entries, whether it holds together, and who looked at what."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Annotated, Any, Final

from relay.access import access_log, access_log_verification, followers
from relay.arrays import snapshot_cache
from relay.domain.entries import Entry
from relay.instants import instant
from relay.ledger import programme_heads, reading, verify
from relay.ledger.checkpoints import Checkpoint, from_text, known_key, make_key, read_hash, read_public_key
from relay.office.lookup import resolve
from relay.published import verifying
from relay.service.question import Question, Says, Source

PAGE: Final = 50  # our choice: entries on a page if no number is given

MOST_ENTRIES: Final = 1000  # our choice: one answer stays below a megabyte or two


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """An entry of the ledger without what opens its personal fields."""

    programme_id: str
    sequence: int
    act_id: str
    kind: str
    format: int
    payload: Mapping[str, Any]
    recorded_by: str
    recorded_at: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """Entries of the ledger, newest first.

    Attributes:
        entries: Empty when there are none.
        next: Entries before this one are on the next page; None on the last page.
    """

    entries: tuple[ShownEntry, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries(Question[LedgerPage]):
    """Entries of the ledger, newest first, a page at a time."""

    name = "entries"
    action = "ledger log"
    path = "ledger"
    of_graph = False
    paged = True

    before: Annotated[int | None, Says(sort="count", text="Only entries before this one.")] = None
    last: Annotated[int | None, Says(sort="count", text=f"How many, at most {MOST_ENTRIES}; {PAGE} if left out.")] = (
        None
    )
    about: Annotated[
        str | None,
        Says(sort="record", text="Only entries that record, correct, confirm or erase this act, all on one page."),
    ] = None

    def answer(self, source: Source, programme_id: str) -> LedgerPage:
        """The newest first."""
        if self.about:
            about = resolve(source.graph, programme_id, self.about)
            found = [each for each in reading.entries(source.graph, programme_id) if _is_about(each, about)]
            return LedgerPage(entries=tuple(_shown(each) for each in reversed(found)), next=None)
        newest = programme_heads.head(source.graph, programme_id).entries
        last = min(newest, self.before - 1) if self.before else newest
        first = max(last - min(self.last or PAGE, MOST_ENTRIES) + 1, 1)
        entries = [*reading.entries(source.graph, programme_id, first=first, last=last)]
        return LedgerPage(entries=tuple(_shown(each) for each in reversed(entries)), next=first if first > 1 else None)

    def next_page(self, answer: LedgerPage) -> Entries | None:
        """The entries before these."""
        return None if answer.next is None else replace(self, before=answer.next)


def _is_about(entry: Entry, act_id: str) -> bool:
    return act_id in (entry.act_id, entry.payload.get("act_id"), entry.payload.get("subject_id"))


def _shown(entry: Entry) -> ShownEntry:
    return ShownEntry(**{name: getattr(entry, name) for name in ShownEntry.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint(Question[Checkpoint]):
    """How far the ledger has come, signed with the key of whoever keeps it."""

    name = "checkpoint"
    action = "ledger checkpoint"
    path = "ledger/checkpoint"
    of_graph = False

    def answer(self, source: Source, programme_id: str) -> Checkpoint:
        """Of the ledger's end as it is now; the first one makes the key."""
        head = programme_heads.head(source.graph, programme_id)
        folder = source.folder
        key = known_key(folder, programme_id, source.key_file) or make_key(folder, programme_id, secrets.token_bytes)
        made_at = instant(source.now.astimezone(UTC))
        return key.sign(programme_id=programme_id, sequence=head.entries, head_hash=head.head_hash, made_at=made_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What a copy signed when it last agreed with this ledger.

    Attributes:
        follower: The machine that keeps the copy.
        checkpoint: How far it had checked the ledger, signed with a key of its own.
        holds: Whether the ledger still has that entry with that hash.
    """

    follower: str
    checkpoint: Checkpoint
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations(Question[tuple[Confirmation, ...]]):
    """Which machines confirmed the ledger, up to which entry, and when."""

    name = "confirmations"
    action = "ledger checkpoint"
    path = "ledger/confirmations"
    of_graph = False

    def answer(self, source: Source, programme_id: str) -> tuple[Confirmation, ...]:
        """The last of each machine, by age; empty when no copy was ever made."""
        found = ((each.name, each.confirmed) for each in followers.all_of(source.graph, programme_id))
        signed = ((name, from_text(text)) for name, text in found if text)
        return tuple(
            Confirmation(
                follower=name,
                checkpoint=each,
                holds=reading.has(source.graph, programme_id, each.sequence, each.head_hash),
            )
            for name, each in signed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify(Question[verify.Verification]):
    """Whether the ledger is sound, and the whole graph agrees with it."""

    name = "verify"
    action = "ledger verify"
    path = "ledger/verify"

    noted: Annotated[
        str | None, Says(sort="word", text="A head hash noted down earlier: it must be in the ledger.")
    ] = None
    checkpoint: Annotated[
        tuple[str, ...],
        Says(
            sort="word", text="A signed checkpoint of an earlier day, as JSON text: nothing before it may have changed."
        ),
    ] = ()
    key: Annotated[
        tuple[str, ...],
        Says(sort="word", text="The programme's public key as noted down; the one that signs here if left out."),
    ] = ()

    def answer(self, source: Source, programme_id: str) -> verify.Verification:
        """What holds and what does not."""
        own = known_key(source.folder, programme_id, source.key_file) if self.checkpoint and not self.key else None
        return verifying.verified(
            source.graph,
            programme_id,
            source.folder / snapshot_cache.FOLDER,
            noted=None if self.noted is None else read_hash(self.noted),
            checkpoints=tuple(map(from_text, self.checkpoint)),
            public_keys=(own.public_key,) if own else tuple(map(read_public_key, self.key)),
            progress=source.progress,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accesses(Question[tuple[access_log.Access, ...]]):
    """Who opened whose record, or lists with names, newest first."""

    name = "accesses"
    action = "access log"
    path = "accesses"
    of_graph = False

    most: Annotated[int | None, Says(sort="count", text=f"How many; {access_log.DEFAULT_LINES} if left out.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[access_log.Access, ...]:
        """The newest first."""
        return access_log.read_newest(source.graph, programme_id, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAccesses(Question[access_log_verification.AccessLogVerification]):
    """Whether the access log is whole: no line altered or removed, and no chain of lines left out."""

    name = "verify_accesses"
    action = "access verify"
    path = "accesses/verify"
    of_graph = False

    def answer(self, source: Source, programme_id: str) -> access_log_verification.AccessLogVerification:
        """What holds and what does not."""
        return access_log_verification.verify(source.graph, programme_id, source.now.astimezone(UTC).date())
