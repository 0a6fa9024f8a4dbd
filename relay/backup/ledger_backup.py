"""Backup, restore and rebuild: the ledgers as lines of text, and the graph made from them by replay.

A backup has the ledgers of all programmes in one file, one entry a line with its personal values. Its first line names
the programmes and their head hashes; after it come the trail of accounts, the ledgers, pending acts, saved views and
the access log. A restore replays the file into a database of either engine; when it was interrupted, it continues if it
is run again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final, Self, TypeVar

from relay.access import access_log, account_trail, saved_views
from relay.access.access_log import BackupMonth
from relay.access.saved_views import SavedView
from relay.database import cypher
from relay.domain.acts import changes_of, systems_of
from relay.domain.entries import (
    ORIGIN,
    Entry,
    Fault,
    UnknownKind,
    faults_of,
    from_line,
    recorded_before,
    secret_fields,
    to_line,
)
from relay.domain.register import NONSENSE, Register
from relay.domain.system import Catalogue
from relay.errors import Conflict, Failure, Invalid, NotFound, Refused, refused
from relay.graph import Graph, Transaction, patiently
from relay.ledger import programme_heads, reading
from relay.ledger.batch import Batch, Clerk
from relay.ledger.graph_changes import Delta, rows_of
from relay.ledger.held import held_list as held_rows
from relay.ledger.programme_heads import PROJECTION, RESTORING, Head, LedgerHead, NotBuilt
from relay.ledger.projection import Edge, Node, entry_edges, things_of
from relay.ledger.reading import STEP
from relay.ledger.verify_graph import senseless
from relay.text import Sentence

FORMAT: Final = 1
BEGINNING: Final = b'{"relay_backup":'
"""The first bytes of every backup that is not encrypted."""
_ELSEWHERE: Final = Sentence("Restore into an empty database (another RELAY_DATA, or another NEO4J_DATABASE).")


NOTHING_TO_KEEP: Final = Failure(
    NotFound,
    "nothing_to_keep",
    "There is no programme in this database, and nothing to back up.",
    advice="Check RELAY_DATA or NEO4J_DATABASE. Which database is used is shown by the status",
    command="relay status",
)


class OtherSystem(Invalid):
    """A backup has acts of a system that this version of Relay does not have."""

    reason = (
        "Programme %(programme_id)s holds acts of the kind %(kind)s, of a system that this version of Relay does not"
        " have: %(systems)s."
    )
    advice = "Restore it with the version of Relay that wrote it, or a later one."

    programme_id: str
    kind: str
    systems: Sequence[str]

    @classmethod
    def of(cls, programme_id: str, kind: str, systems: Sequence[str]) -> Self:
        """Name the programme's systems that this version does not have; if there are none, the kind of act alone."""
        unnamed = Sentence(
            "Programme %(programme_id)s holds acts of the kind %(kind)s, which this version of Relay does not know.",
            programme_id=programme_id,
            kind=kind,
        )
        return cls(programme_id=programme_id, kind=kind, systems=systems, reason="" if systems else unnamed)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerInBackup:
    """A ledger in a backup.

    Attributes:
        programme_id: The programme.
        entries: How many entries it has.
        head_hash: The hash of its last entry.
    """

    programme_id: str
    entries: int
    head_hash: str

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> LedgerInBackup:
        """Read it from a JSON object.

        Raises:
            KeyError, TypeError, ValueError: The object is something else.
        """
        return cls(
            programme_id=str(written["programme_id"]),
            entries=_count_from(written["entries"]),
            head_hash=str(written["head_hash"]),
        )


def export_lines(graph: Graph, programme_id: str, *, with_names: bool) -> Iterator[str]:
    """The entries of a ledger as lines of JSON, without line breaks; personal values only if `with_names`.

    Raises:
        NoProgramme: The programme is not in the database.
        NotRestored: Its ledger was not restored completely.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    for entry in reading.entries(graph, programme_id):
        yield to_line(entry.without(secret_fields(graph.catalogue, entry)), with_opened=with_names)


MUST_BE_SEALED: Final = Failure(
    Refused,
    "must_be_sealed",
    "Programme %(programme_id)s holds counts that only the role %(role)s may read: a plain backup would hold them.",
    advice="Encrypt it: give --passphrase-file FILE, or to relay backup --to KEY.",
)


def backup_lines(graph: Graph, *, encrypted: bool = False) -> Iterator[str]:
    """The lines of a backup of all programmes, without line breaks.

    Args:
        graph: The database to back up.
        encrypted: Whether the file will be encrypted.

    Raises:
        Refused: It will not be encrypted, and some of it is secret to a role.
        NotFound: There is no programme.
        NotRestored: A ledger was not restored completely.
        Invalid: An entry of a ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    heads, accounts = programme_heads.all_heads(graph), tuple(account_trail.to_lines(graph))
    if not heads:
        raise refused(NOTHING_TO_KEEP)
    pending = [row for head in heads for row in held_rows.every(graph, head.programme_id)]
    views = [view for head in heads for view in saved_views.every(graph, head.programme_id)]
    months = [(head.programme_id, month) for head in heads for month in access_log.months(graph, head.programme_id)]
    yield json.dumps(
        {
            "relay_backup": FORMAT,
            "programmes": [
                {"programme_id": head.programme_id, "entries": head.entries, "head_hash": head.head_hash}
                for head in heads
            ],
            **({"trail": len(accounts)} if accounts else {}),
            **({"held": len(pending)} if pending else {}),
            **({"views": len(views)} if views else {}),
            **({"accesses": len(months)} if months else {}),
        },
        separators=(",", ":"),
    )
    yield from accounts
    for head in heads:
        for entry in reading.entries(graph, head.programme_id, last=head.entries):
            if not encrypted and secret_fields(graph.catalogue, entry) & entry.opened.keys():
                raise refused(
                    MUST_BE_SEALED, programme_id=head.programme_id, role=_only_reader_of(graph.catalogue, entry)
                )
            yield to_line(entry, with_opened=True)
    yield from map(held_rows.to_line, pending)
    yield from map(saved_views.to_line, views)
    for programme_id, month in months:
        yield access_log.backup_line(graph, programme_id, month)


def _only_reader_of(catalogue: Catalogue, entry: Entry) -> str:
    """The only role that may read an entry, or the act that it corrects."""
    kind = entry.kind if catalogue.secret(entry.kind) else str(entry.payload["act_id"]).partition(":")[0]
    return str(catalogue.kind(kind).read_by)


def restore(graph: Graph, lines: Iterable[str], clerk: Clerk) -> tuple[LedgerInBackup, ...]:
    """Replay a backup into an empty database, or continue a restore that was interrupted.

    Args:
        graph: The database to restore into.
        lines: The lines of the backup.
        clerk: Who restores. Each entry keeps the account that first recorded it.

    Returns:
        The restored ledgers, in the order of the backup.

    Raises:
        OtherSystem: The backup has acts of a system that this version of Relay does not have.
        Invalid: The file is not a backup, or was altered or cut. Entries are written in steps of `STEP`; nothing of
            the faulty step is written.
        Conflict: The database already has other entries.
        NotBuilt: The graph of a programme in the database was built by another version.
        Unavailable: The database cannot be reached. A programme that is restored in part can be neither read nor
            recorded into until the restore is run again.
    """
    read = iter(lines)
    first = _read_first_line(read)
    promised = first.ledgers
    there = {head.programme_id: programme_heads.require_sound(head) for head in programme_heads.heads(graph)}
    others = there.keys() - {head.programme_id for head in promised}
    if others:
        message = Sentence("The database already holds %(programmes)s.", programmes=", ".join(sorted(others)))
        raise Conflict(reason=message, advice=_ELSEWHERE)
    keys = tuple(head.programme_id for head in promised)
    beside = list[_BesideTheLedgers]()
    restored = tuple(
        _restore_one(graph, entries, head, there.get(head.programme_id), clerk, keys)
        for head, entries in _ledgers_with_entries(
            read, promised, graph.catalogue, lambda: beside.append(_read_rest(read, first))
        )
    )
    patiently(lambda: account_trail.restore(graph, first.accounts, clerk.by))
    for pending, views, accesses in beside:
        _write_rest(graph, pending, views, accesses)
    return restored


@dataclass(frozen=True, slots=True, kw_only=True)
class _FirstLine:
    """What the first line of a backup promises, and the trail of accounts after it.

    Attributes:
        ledgers: The ledgers that follow, in order.
        accounts: The trail.
        pending: How many pending acts follow the ledgers.
        views: How many saved views follow them.
        accesses: How many months of the access log follow these.
    """

    ledgers: tuple[LedgerInBackup, ...]
    accounts: tuple[Entry, ...]
    pending: int
    views: int
    accesses: int


_BesideTheLedgers = tuple[list[held_rows.HeldAct], list[SavedView], list[BackupMonth]]
_Row = TypeVar("_Row")


def _write_rest(
    graph: Graph, pending: Sequence[held_rows.HeldAct], views: Sequence[SavedView], accesses: Sequence[BackupMonth]
) -> None:
    patiently(lambda: graph.write(lambda transaction: held_rows.keep(transaction, pending)))
    patiently(lambda: graph.write(lambda transaction: saved_views.put(transaction, views)))
    for month in accesses:
        patiently(partial(access_log.put, graph, month))


def _read_first_line(lines: Iterator[str]) -> _FirstLine:
    """Read the first line and the trail."""
    try:
        written: Any = json.loads(next(lines, ""))
        promised = tuple(map(LedgerInBackup.of, {FORMAT: written["programmes"]}[written["relay_backup"]]))
        accounts, *others = (_count_from(written.get(name, 0)) for name in ("trail", "held", "views", "accesses"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = Sentence("This is not a backup of Relay: its first line does not say so.")
        raise Invalid(reason=message, advice=Sentence("Give a file that `relay backup` wrote.")) from error
    if not promised:
        raise _not_trusted(Fault(sequence=None, fault=Sentence("It contains no programme.")))
    trail = account_trail.read_lines(islice(lines, accounts))
    pending, views, accesses = others
    return _FirstLine(ledgers=promised, accounts=trail, pending=pending, views=views, accesses=accesses)


def _count_from(written: object) -> int:
    if type(written) is not int or not 0 <= written <= sys.maxsize:
        raise ValueError
    return written


def _restore_one(
    graph: Graph,
    entries: Iterator[Entry],
    promised: LedgerInBackup,
    there: LedgerHead | None,
    clerk: Clerk,
    keys: Sequence[str],
) -> LedgerInBackup:
    key = promised.programme_id
    register, last = Register(key, graph.catalogue), Head(sequence=0, hash=ORIGIN, projection=PROJECTION)
    if there:
        if _projection(graph, key) not in (PROJECTION, RESTORING):
            raise NotBuilt(programme_id=key)
        for entry in islice(entries, there.entries):
            register.replay(entry)
            last = Head(sequence=entry.sequence, hash=entry.hash, projection=PROJECTION)
        if last.hash != there.head_hash:
            raise Conflict(reason=_why_it_does_not_fit(graph, promised, there), advice=_ELSEWHERE)
    while step := tuple(islice(entries, STEP)):
        batch = Batch(register, last, clerk)
        delta = _replay_step(batch, step)
        patiently(partial(graph.write, partial(_write_step, key, keys, delta, batch.head)))
        last = batch.head
    _set_projection(graph, key, PROJECTION)
    return LedgerInBackup(programme_id=key, entries=last.sequence, head_hash=last.hash)


def _why_it_does_not_fit(graph: Graph, promised: LedgerInBackup, there: LedgerHead) -> Sentence:
    """Why a database's ledger is not the beginning of the backup's: it is a later state of it, or another ledger."""
    key, last = promised.programme_id, promised.entries
    at_the_end = reading.stored(graph, key, first=last, last=last)
    if any(isinstance(each, Entry) and each.hash == promised.head_hash for each in at_the_end):
        return Sentence(
            "The backup is older: the database holds all of its entries of programme %(key)s, and %(more)s more.",
            key=key,
            more=there.entries - last,
        )
    return Sentence("The database already holds other entries of programme %(key)s.", key=key)


def _replay_step(batch: Batch, step: Iterable[Entry]) -> Delta:
    for entry in step:
        try:
            batch.replay(entry)
        except NONSENSE as error:
            raise _not_trusted(senseless(entry.sequence, entry.act_id)) from error
    try:
        return batch.delta()
    except NONSENSE as error:
        raise _not_trusted(senseless(batch.head.sequence, Sentence("an entry up to here"))) from error


def _write_step(key: str, keys: Iterable[str], delta: Delta, head: Head, transaction: Transaction) -> None:
    """Write a step. All programmes of the backup are marked as being restored, so that none is taken for complete."""
    for each in keys:
        transaction.run(cypher.BEGIN_LEDGER, key=each, programme_id=each, hash=ORIGIN, projection=RESTORING)
    transaction.run(cypher.SET_PROJECTION, key=key, projection=RESTORING)
    there = transaction.rows(cypher.HEAD, ledger=key)[0]
    if there["hash"] != head.hash:  # else only the answer was lost, when it was sent before
        delta.write(transaction, key, head)


def _ledgers_with_entries(
    lines: Iterator[str], promised: Sequence[LedgerInBackup], catalogue: Catalogue, rest: Callable[[], object]
) -> Iterator[tuple[LedgerInBackup, Iterator[Entry]]]:
    """Each ledger of a backup with its entries, which must be read in this order.

    Args:
        lines: The lines after the trail.
        promised: The ledgers that the first line names, in order.
        catalogue: The kinds of acts.
        rest: Called after the last entry; reads the lines that follow it.
    """
    for head in promised:
        yield head, _checked_entries(lines, head, catalogue, rest if head is promised[-1] else None)


def _read_rest(lines: Iterator[str], first: _FirstLine) -> _BesideTheLedgers:
    """Read the pending acts, the saved views and the access log, which are the last lines of a backup."""
    unreadable, short = Sentence("What is held cannot be read."), Sentence("What is held is cut short.")
    pending = _read_some(lines, first.pending, held_rows.from_line, unreadable, short)
    unreadable, short = Sentence("A saved view cannot be read."), Sentence("The saved views are cut short.")
    views = _read_some(lines, first.views, saved_views.from_line, unreadable, short)
    unreadable, short = Sentence("The access log cannot be read."), Sentence("The access log is cut short.")
    accesses = _read_some(lines, first.accesses, access_log.from_backup, unreadable, short)
    if any(line.strip() for line in lines):
        raise _not_trusted(Fault(sequence=None, fault=Sentence("It has more lines than its first line says.")))
    return pending, views, accesses


def _read_some(
    lines: Iterator[str], count: int, read: Callable[[str], _Row], unreadable: Sentence, short: Sentence
) -> list[_Row]:
    """Read so many lines of one kind, or say what is wrong with them."""
    try:
        rows = [read(line) for line in islice(lines, count)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _not_trusted(Fault(sequence=None, fault=unreadable)) from error
    if len(rows) < count:
        raise _not_trusted(Fault(sequence=None, fault=short))
    return rows


def _checked_entries(
    lines: Iterator[str], promised: LedgerInBackup, catalogue: Catalogue, rest: Callable[[], object] | None
) -> Iterator[Entry]:
    """The entries of one ledger, each checked before it is yielded."""
    before: Entry | None = None
    seen: dict[str, int] = {}
    systems = set[str]()
    for line in islice(lines, promised.entries):
        try:
            entry = from_line(line, catalogue)
        except UnknownKind as error:
            raise OtherSystem.of(
                promised.programme_id, error.kind, sorted(systems - catalogue.systems.keys())
            ) from error
        except Invalid as error:
            after = before.sequence if before else 0
            cut = Sentence(
                "What follows entry %(sequence)s of %(programme_id)s was cut off or altered.",
                sequence=after,
                programme_id=promised.programme_id,
            )
            raise _not_trusted(Fault(sequence=after + 1, fault=cut)) from error
        for fault in (*faults_of(entry, before), *recorded_before(entry, seen)):
            raise _not_trusted(fault)
        if entry.programme_id != promised.programme_id:
            raise _not_trusted(
                Fault(
                    sequence=entry.sequence,
                    fault=Sentence("Entry %(sequence)s is of another programme.", sequence=entry.sequence),
                )
            )
        systems.update(systems_of(entry.payload), systems_of(changes_of(entry.payload)))
        before = entry
        yield entry
    if rest:
        rest()
    if before is None or before.sequence != promised.entries or before.hash != promised.head_hash:
        raise _not_trusted(
            Fault(
                sequence=None,
                fault=Sentence("The ledger of %(programme_id)s is cut short.", programme_id=promised.programme_id),
            )
        )


def _not_trusted(fault: Fault) -> Invalid:
    return Invalid(
        reason=Sentence("The backup cannot be trusted. %(fault)s", fault=fault.fault),
        advice=Sentence("Use another backup."),
    )


def rebuild(graph: Graph, programme_id: str) -> None:
    """Rebuild a programme's graph from its ledger, which stays as it is.

    Args:
        graph: The database.
        programme_id: The programme.

    Raises:
        NoProgramme: The programme is not in the database.
        NotRestored: Its ledger was not restored completely.
        Unavailable: The database cannot be reached. Run it again: it starts from the beginning.
    """
    programme_heads.head(graph, programme_id)
    _set_projection(graph, programme_id, 0)  # nobody records meanwhile
    head = programme_heads.head(graph, programme_id)
    entries = reading.entries(graph, programme_id, last=head.entries)
    register = reading.replay(programme_id, entries, graph.catalogue)
    for clear in (cypher.CLEAR, cypher.CLEAR_ENTRIES):
        while graph.write(partial(Transaction.rows, query=clear, programme_id=programme_id, limit=STEP))[0]["cleared"]:
            pass
    last = Head(sequence=head.entries, hash=head.head_hash, projection=PROJECTION)
    things = dict.fromkeys((*register.entries, *things_of(register)))
    all_rows = [row for thing in things for row in rows_of(register, thing)]
    all_rows += [edge for entry in register.entries.values() for edge in entry_edges(register, entry)]
    nodes = [row for row in all_rows if isinstance(row, Node)]
    edges = [row for row in all_rows if isinstance(row, Edge)]
    both: tuple[Iterator[Node | Edge], ...] = (iter(nodes), iter(edges))
    for rows in both:  # relationships need both their ends
        while step := tuple(islice(rows, STEP)):
            delta = Delta()
            delta.between((), step)
            graph.write(lambda transaction: delta.write(transaction, programme_id, last))  # noqa: B023 - run at once
    _set_projection(graph, programme_id, PROJECTION)


def _projection(graph: Graph, programme_id: str) -> int:
    projection: int = graph.rows(cypher.HEAD, ledger=programme_id)[0]["projection"]
    return projection


def _set_projection(graph: Graph, programme_id: str, projection: int) -> None:
    def work(transaction: Transaction) -> None:
        transaction.run(cypher.SET_PROJECTION, key=programme_id, projection=projection)

    patiently(partial(graph.write, work))


def check_backup(lines: Iterable[str], catalogue: Catalogue) -> tuple[LedgerInBackup, ...]:
    """Check a backup without a database: every hash, every personal value, and that it is complete.

    Args:
        lines: The lines of the backup.
        catalogue: The kinds of acts.

    Returns:
        The ledgers in it, in its order.

    Raises:
        Invalid: It is not a backup, or was altered or cut.
    """
    read = iter(lines)
    first = _read_first_line(read)
    for _, entries in _ledgers_with_entries(read, first.ledgers, catalogue, lambda: _read_rest(read, first)):
        for _ in entries:
            pass
    return first.ledgers
