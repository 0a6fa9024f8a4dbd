"""A fork: after a copy was promoted, acts were recorded at both machines, and the former original gives way.

    here    1 ─ 2 ─ 3 ─ 4 ─ 5               4 and 5 are offered there as held acts; then this ledger
    there   1 ─ 2 ─ 3 ─ promoted ─ 5' ─ 6'   is set back to 3, and follows

Nothing is merged by itself. Erasures are recorded there first; what cannot be held is returned, to be repeated by hand.
All of it can be sent again: what is recorded there, held there or was settled there adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from relay.backup import backup_files, ledger_backup
from relay.backup.encryption import Encryption, public_key_of
from relay.database import cypher
from relay.domain.acts import changes_of
from relay.domain.entries import secret_fields
from relay.domain.rulebook import NOT_CORRECTABLE
from relay.errors import Failure, NotFound, Refused, refused
from relay.following import fetching
from relay.following.copying import Keeper, state
from relay.ledger import programme_heads, reading
from relay.ledger.held import held_list
from relay.ledger.held.receiving import may_be_kept
from relay.ledger.programme_heads import NoProgramme, require_original
from relay.outbox.stored_acts import StoredAct
from relay.service import sending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from relay.domain.entries import Entry
    from relay.following.fetching import Original
    from relay.graph import Graph, Transaction
    from relay.service.client import Remote

REPEATED: Final = frozenset({"correct", "confirm", "rule"})
"""What is never held: a person decides about it in her own name."""


NOT_OFFERED: Final = Failure(
    Refused,
    "not_offered",
    "%(act)s could not be offered at %(host)s, so this machine stays as it is. %(sentence)s",
    advice="Settle there what is held, and run the same command again: nothing is offered twice.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What was done with the acts that only the former original had.

    Attributes:
        programme_id: The programme.
        first: The first entry that differs from the other machine's, or is not there; one more than the last where
            nothing was recorded after the parting.
        last: The last entry of this ledger.
        erased: How many erasures are recorded there now.
        held: How many acts wait there for a person.
        there: How many are there already: recorded, held or settled.
        to_repeat: What cannot be held, in order, without what one role alone may read.
    """

    programme_id: str
    first: int
    last: int
    erased: int
    held: int
    there: int
    to_repeat: tuple[Entry, ...]


def offer(original: Original, remote: Remote, keeper: Keeper, programme_id: str | None) -> Offered:
    """Offer the other machine what only this one has. From then on this one is its copy, and records nothing.

    Args:
        original: The machine that is followed from now on.
        remote: The same, signed in to as a manager.
        keeper: This machine.
        programme_id: The programme that is meant; None for that of the token.

    Raises:
        IsACopy: The other machine is a copy itself.
        Conflict: The two have no entry in common.
        Refused: Something could not be offered; or the entries do not differ from one on, as those of a fork do.
        RelayError: The other machine said so, or cannot be reached.
    """
    copy, offered = fetching.begin(original, keeper, programme_id)
    graph, programme_id = keeper.graph, copy.programme_id
    there = {head.programme_id: head for head in remote.programmes()}.get(programme_id)
    if there is None:
        raise NoProgramme(programme_id=programme_id)
    require_original(programme_id, there.copied.url if there.copied else None)
    head = programme_heads.head(graph, programme_id)
    first = fetching.parted_at(original, copy, min(head.entries, offered.entries.lines))
    graph.write(lambda transaction: transaction.run(cypher.SET_COPY, key=programme_id, copy={"copy_of": copy.url}))
    last = state(graph, programme_id).head.sequence
    entries = [*reading.entries(graph, programme_id, first=first, last=last)]
    erased = [_erase(remote, programme_id, entry) for entry in entries if entry.kind == "erase"]
    acts = [each for entry in entries if (each := _as_act(graph, entry))]
    held = there_already = 0
    for some in sending.in_requests([*acts, *_held_here(graph, programme_id)]):
        for each, row in zip(some, sending.send(remote, some, "parted"), strict=True):
            if not row.held_id and row.result != "same":
                raise refused(NOT_OFFERED, act=f"{each.act} {each.name}", host=copy.host, sentence=row.sentence)
            held, there_already = held + bool(row.held_id), there_already + (not row.held_id)
    return Offered(
        programme_id=programme_id,
        first=first,
        last=last,
        erased=sum(erased),
        held=held,
        there=there_already,
        to_repeat=tuple(_to_repeat(graph, entries, {each.name for each in acts})),
    )


def _erase(remote: Remote, programme_id: str, entry: Entry) -> bool:
    """Erase there what was erased here; False where it was never recorded there, or nothing of it is left."""
    try:
        remote.hand_in(programme_id, "erase", entry.act.values)
    except NotFound:
        return False
    except Refused as error:
        if error.code != NOT_CORRECTABLE.code:
            raise
        return False
    return True


def _as_act(graph: Graph, entry: Entry) -> StoredAct | None:
    """An entry as an act to be held; None where it cannot be: no part of it may be lost, or read by others."""
    content = dict(entry.act.values)
    if entry.kind in {*REPEATED, "erase"} or entry.withheld or not may_be_kept(graph.catalogue, entry.kind, content):
        return None
    return StoredAct(
        name=str(entry.sequence),
        programme_id=entry.programme_id,
        by=entry.recorded_by,
        act=entry.kind,
        sent={"act": entry.kind, "content": content, "written_at": entry.written_at or entry.recorded_at},
    )


def _held_here(graph: Graph, programme_id: str) -> Iterator[StoredAct]:
    """What is held here; what is held there too has the same id there."""
    for row in held_list.every(graph, programme_id):
        sent: dict[str, Any] = {"act": row.act, "content": row.content, "again": row.again}
        if row.written_at:
            sent["written_at"] = row.written_at
        yield StoredAct(
            name=row.held_id,
            programme_id=programme_id,
            device_id=row.device_id,
            by=row.by,
            act=row.act,
            sent=sent,
        )


def _to_repeat(graph: Graph, entries: Sequence[Entry], offered: set[str]) -> Iterator[Entry]:
    """The entries that were not offered: neither erasures, nor the act by which a machine was promoted."""
    for entry in entries:
        promoted = [*changes_of(entry.payload)] == ["original"]
        if entry.kind != "erase" and not promoted and str(entry.sequence) not in offered:
            yield entry.without(secret_fields(graph.catalogue, entry))


def set_back(keeper: Keeper, offered: Offered, secret_key: str) -> Path:
    """Set the ledger back to the last entry that both machines have, after a backup of everything.

    Args:
        keeper: This machine.
        offered: What was offered.
        secret_key: That of this machine, with whose public key the backup is encrypted.

    Returns:
        The file of the backup.

    Raises:
        Invalid: The backup cannot be written; nothing was changed.
        Unavailable: The database cannot be reached. Where nothing of the ledger is lacking, nothing was changed;
            otherwise its graph is rebuilt by `relay engine rebuild`.
    """
    graph, programme_id = keeper.graph, offered.programme_id
    encryption = Encryption(public_key=public_key_of(secret_key))
    kept = backup_files.dated_path(backup_files.own_folder(keeper.folder), keeper.clerk.now, encryption)
    backup_files.write_backup(graph, kept, encryption)
    (common,) = reading.entries(graph, programme_id, first=offered.first - 1, last=offered.first - 1)

    def work(transaction: Transaction) -> None:
        bounds = {"prefix": f"{programme_id}/entry/", "first": offered.first, "last": offered.last}
        head = {"sequence": offered.first - 1, "hash": common.hash, "projection": 0}
        transaction.run(cypher.SET_COPY, key=programme_id, copy=head)
        transaction.run(cypher.DROP_OPENED, **bounds)
        transaction.run(cypher.DROP_ENTRIES, **bounds)

    graph.write(work)
    ledger_backup.rebuild(graph, programme_id)
    return kept
