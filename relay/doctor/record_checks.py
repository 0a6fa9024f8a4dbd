"""Checks of the record in its database: incomplete ledgers, wrong clocks, backups, and copies older than an erasure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from relay.access import access_log_verification, earlier_access_logs
from relay.backup import backup_status
from relay.backup.backup_status import LastBackup
from relay.database import cypher
from relay.doctor import where_erased
from relay.doctor.trouble import Trouble, fault, note, trouble_of_error
from relay.domain.entries import Entry
from relay.errors import refused
from relay.graph import Graph
from relay.instants import CLOCKS_DAYS, instant
from relay.ledger import programme_heads, reading
from relay.ledger.programme_heads import HEAD_ALTERED, LedgerHead, NotBuilt, NotRestored

BACKUP_DAYS: Final = 7
"""Days after which what was recorded must be in a backup (our choice: a nightly one may fail over a long weekend)."""


def troubles_of_record(graph: Graph, folder: Path, now: datetime) -> tuple[Trouble, ...]:
    """What is wrong with the record of a database; empty when nothing is.

    Args:
        graph: The database.
        folder: The data folder, where backups are noted and stored.
        now: The instant by this machine's clock, with its zone.

    Raises:
        Unavailable: The database cannot be reached.
    """
    heads = programme_heads.heads(graph)
    incomplete = tuple(_incomplete_ledgers(heads))
    if incomplete:
        return incomplete
    times = graph.rows(cypher.RECORDING_TIMES, after=instant(now + timedelta(days=CLOCKS_DAYS)))
    last = backup_status.last_backup(graph, folder)
    return (
        *(each for row in times for each in _clock_troubles(row, heads, now)),
        *_backup_troubles(graph, heads, last, now),
        *_copies_older_than_erasure(folder, max((row["erased_at"] or "" for row in times), default="")),
        *_earlier_access_log_troubles(folder),
    )


def _incomplete_ledgers(heads: tuple[LedgerHead, ...]) -> Iterator[Trouble]:
    for head in heads:
        programme_id = head.programme_id
        if head.restoring:
            yield trouble_of_error(NotRestored(programme_id=programme_id), programme_id)
        elif not head.head_hash:
            yield trouble_of_error(refused(HEAD_ALTERED, programme_id=programme_id), programme_id)
        elif not head.built:
            yield trouble_of_error(NotBuilt(programme_id=programme_id), programme_id)


def _clock_troubles(row: dict[str, Any], heads: tuple[LedgerHead, ...], now: datetime) -> Iterator[Trouble]:
    programme_id, ahead, latest = row["programme_id"], row["ahead"], row["latest"]
    if not ahead:
        return
    what = f"Entry {ahead} of {programme_id} is dated {latest}, but this machine's clock says {instant(now)}."
    instead = f"Until then, give the number of an entry in place of a day, such as `--as-known {ahead}`"
    if any((head.programme_id, head.entries) == (programme_id, ahead) for head in heads):
        advice = (
            "Compare `date` with a clock that you trust. If this machine is behind, set its clock: `timedatectl set-ntp"
            " true`. If it is right, another clock was ahead when that entry was recorded, and what is recorded next"
            f" settles it. {instead}."
        )
        yield fault("clock", programme_id, what, advice)
    else:
        advice = f"A clock was ahead then; auditors find it too. {instead}."
        yield note("clock_was_ahead", programme_id, what, advice)


def _backup_troubles(
    graph: Graph, heads: tuple[LedgerHead, ...], last: LastBackup | None, now: datetime
) -> Iterator[Trouble]:
    gone = backup_status.missing_from_database(graph, last)
    for ledger in gone:
        what = (
            f"The last backup contains {ledger.entries} entries of {ledger.programme_id};"
            " the database lacks some of them."
        )
        advice = (
            "It was set back, or is another one than RELAY_DATA or NEO4J_DATABASE should name. If so, name the right"
            " one, or restore that backup into an empty database. If it is right as it is: `relay backup PATH`"
        )
        yield fault("set_back", ledger.programme_id, what, advice)
    before = instant(now - timedelta(days=BACKUP_DAYS))
    for head in heads if not gone else ():
        since = backup_status.entries_since(head, last, gone)
        first = head.entries - since + 1
        oldest = next(reading.stored(graph, head.programme_id, first=first, last=first), None) if since else None
        if isinstance(oldest, Entry) and oldest.recorded_at < before:
            what = f"{since} entries of {head.programme_id} are in no backup, the oldest of {oldest.recorded_at}."
            yield fault(
                "no_backup", head.programme_id, what, "Make one now, and one each night: `relay backup --keep 30`"
            )


def _copies_older_than_erasure(folder: Path, erased_at: str) -> Iterator[Trouble]:
    """Copies in the data folder from before the last erasure; others are the operator's to find."""
    copies = list(where_erased.older_copies(folder, erased_at))
    if copies:
        what = f"{len(copies)} copies here are older than the last erasure ({erased_at}) and contain what was erased."
        names = " ".join(shlex.quote(str(path)) for path in sorted(copies))
        advice = f"Make a new backup (`relay backup --keep 30`), then delete them: `rm -r {names}`"
        yield fault("kept_after_erasure", copies[0].parent, what, advice)


def _earlier_access_log_troubles(folder: Path) -> Iterator[Trouble]:
    """Access logs of an earlier version that could not be read into the database, as is tried whenever it is opened."""
    for path in (folder / name for name in earlier_access_logs.NAMES):
        if path.exists():
            aside = f"`mv {shlex.quote(str(path))} {shlex.quote(f'{path}.unreadable')}`"
            what = "The access log of an earlier version cannot be read into the database."
            yield fault("log_unreadable", path, what, f"Move it aside: {aside}. Auditors should know of it.")


def troubles_of_access_log(graph: Graph, now: datetime) -> Iterator[Trouble]:
    """What is wrong with the access logs: every line is read.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for head in programme_heads.heads(graph):
        found = access_log_verification.verify(graph, head.programme_id, now.date())
        if not found.ok:
            what = f"The access log was altered. {found.faults[0].fault}"
            advice = f"Auditors should know. See all: `relay access verify --programme {head.programme_id}`"
            yield fault("access_log_altered", head.programme_id, what, advice)
