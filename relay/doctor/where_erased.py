"""Where somebody who was erased still is: copies from before, machines that have not heard of it, the database's log.

What left this machine by other ways, on paper or in a file that somebody downloaded, nobody can list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from relay.access import followers
from relay.arrays import snapshot_cache
from relay.backup import backup_files, backup_status
from relay.cached import uploads
from relay.database import embedded_server
from relay.domain.entries import Entry
from relay.errors import Failure, NotFound, refused
from relay.graph import Graph
from relay.instants import instant
from relay.ledger.checkpoints import from_text
from relay.ledger.partial_register import read
from relay.text import Sentence

NOT_ERASED: Final = Failure(
    NotFound,
    "not_erased",
    "Nothing of %(subject)s was erased.",
    advice="Erase it first",
    command="relay erase %(subject)s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased of somebody.

    Attributes:
        entry: The last entry of the ledger that erased something of her.
        columns: The personal columns of her record that said something once and are empty now.
    """

    entry: Entry
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """A place where somebody who was erased still is.

    Attributes:
        kind: "older" is a copy from before the erasure, "upload" a file that may name her, "follower" a machine that
            keeps a copy and has not heard of it, "log" that of the database.
        where: The file, folder or machine.
        since: Since when it is as it is, a UTC instant; empty if that is not known.
        advice: What to do.
    """

    kind: Literal["older", "upload", "follower", "log"]
    where: str
    since: str
    advice: str


def older_copies(folder: Path, erased_at: str) -> Iterator[Path]:
    """The copies in a data folder from before an erasure, in no order; others are the operator's to find."""
    own = backup_files.own_folder(folder)
    yield from (path for path in own.glob("relay-*.jsonl*") if backup_files.made_at(path) < erased_at)
    for others, form in ((embedded_server.BEFORE_UPGRADES, "*"), (snapshot_cache.FOLDER, "*.register")):
        yield from (path for path in (folder / others).glob(form) if changed_at(path) < erased_at)


def changed_at(path: Path) -> str:
    """When a file was changed last, a UTC instant."""
    return instant(datetime.fromtimestamp(path.stat().st_mtime, UTC))


def remainders(graph: Graph, folder: Path, erased: Entry, *, embedded: bool) -> tuple[Remainder, ...]:
    """Where somebody who was erased still is, as far as this machine knows; empty when nowhere.

    Args:
        graph: The database.
        folder: The data folder.
        erased: The entry that erased her.
        embedded: Whether the embedded database of that folder is used.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return (
        *_copies(folder, erased.recorded_at),
        *_followers(graph, erased.programme_id, erased.sequence),
        *_log_of_database(folder, erased.recorded_at, embedded=embedded),
    )


def erasure(graph: Graph, programme_id: str, subject: str) -> Erasure:
    """What was erased of the act "kind:id".

    Raises:
        NotFound: Nothing of it was.
        Unavailable: The database cannot be reached.
    """
    register = graph.read(lambda transaction: read(transaction, programme_id, (subject,)))
    about = register.about.get(subject, ()) if register else ()
    erasures = [register.entries[each] for each in about if each.startswith("erase:")] if register else []
    if not register or not erasures:
        raise refused(NOT_ERASED, subject=subject)
    gone = register.erased_fields(subject)
    columns = tuple(name for name in register.catalogue.keys(subject.partition(":")[0]) if name in gone)
    return Erasure(entry=max(erasures, key=lambda entry: entry.sequence), columns=columns)


def _copies(folder: Path, erased_at: str) -> Iterator[Remainder]:
    paths = set(older_copies(folder, erased_at))
    last = backup_status.noted_here(folder)
    if last and last.at < erased_at and Path(last.file).exists():
        paths.add(Path(last.file))
    for path in sorted(paths):
        advice = Sentence("Make a new backup, then delete it.")
        yield Remainder(kind="older", where=str(path), since=changed_at(path), advice=advice)
    for path in sorted((folder / uploads.FOLDER).glob("*")):
        advice = Sentence("An uploaded register, which may name her: it is deleted by itself a day after its last use.")
        yield Remainder(kind="upload", where=str(path), since=changed_at(path), advice=advice)


def _followers(graph: Graph, programme_id: str, sequence: int) -> Iterator[Remainder]:
    """The machines that keep a copy and have not confirmed the erasure."""
    for follower in followers.all_of(graph, programme_id):
        heard = from_text(follower.confirmed).sequence if follower.confirmed else 0
        if heard < sequence:
            advice = Sentence("It erases her too as soon as it follows again.")
            yield Remainder(kind="follower", where=follower.name, since=follower.heard_at or "", advice=advice)


def _log_of_database(folder: Path, erased_at: str, *, embedded: bool) -> Iterator[Remainder]:
    """The transaction log, which is deleted when the embedded database stops; of Neo4j's this machine knows nothing."""
    if not embedded:
        advice = Sentence("Its administrator deals with the server's own backups and transaction logs.")
        yield Remainder(kind="log", where="Neo4j", since="", advice=advice)
        return
    for path in sorted((folder / "databases").rglob("*.wal")):
        if path.stat().st_size and changed_at(path) >= erased_at:
            advice = Sentence("Stop the database: relay engine stop. The next command starts it again.")
            yield Remainder(kind="log", where=str(path), since="", advice=advice)
