"""Reading the ledger: its heads, its entries in steps, and the register that they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from relay.database import cypher
from relay.domain.entries import CLOCKS_DAYS, Entry, Fault, instant, zone
from relay.domain.kinds import END
from relay.domain.register import Register, systems_of
from relay.domain.system import Catalogue
from relay.errors import Invalid, NotFound, Unavailable
from relay.graph import Graph
from relay.ledger.context import entry_from
from relay.ledger.gc_paused import gc_paused
from relay.ledger.prefetch import prefetched
from relay.ledger.projection import PROJECTION, RESTORING, key_of, kind_and_id, values_of
from relay.text import Sentence

_AT_ONCE: Final = 20_000  # acts; our choice: some 20 MB in the embedded engine, which gives one query 227
_ALL: Final = 2**62  # entries
STEP: Final = 2000
"""Acts or entries in one transaction (our choice: as quick as 5000 on both engines, and on a slow and busy machine each
still ends well before the line is given up as silent)."""


class NoProgramme(NotFound):
    """No programme of that id is in the database."""

    reason = "There is no programme %(programme_id)s in this database."
    suggestion = "Import one (relay import PATH --apply), or add one (relay programme add)."

    programme_id: str


class NoEntry(NotFound):
    """The ledger has no entry of that number."""

    reason = "There is no entry %(sequence)s in this ledger."
    suggestion = "Choose one from 1 to %(last)s."

    sequence: int
    last: int


class NotTellable(NotFound):
    """A clock was wrong while something was recorded, so it is uncertain what was known on a day."""

    reason = (
        "It is uncertain what was known on %(day)s: entry %(later)s has a later time, and entry "
        "%(last)s, recorded after it, an earlier one. A clock was wrong."
    )
    suggestion = "Give the number of an entry in place of the day: relay ledger log shows them."
    field = "as_known"

    day: date
    last: int
    later: int


class HeadAltered(Invalid):
    """The head of a programme's ledger holds what no version of Relay wrote there."""

    reason = "The head of the ledger of %(programme_id)s cannot be read: it was altered."
    suggestion = "Restore into an empty database (another RELAY_DATA, or another NEO4J_DATABASE)."

    programme_id: object


class NotBuilt(Unavailable):
    """The graph was built by another version of Relay, or is being rebuilt."""

    reason = "The graph of programme %(programme_id)s was built differently by another version of Relay."
    suggestion = "Rebuild it from the ledger: relay engine rebuild."

    programme_id: str


class NotRestored(NotBuilt):
    """The programme is being restored, or was so in part."""

    reason = "Programme %(programme_id)s is being restored and is not complete yet."
    suggestion = "If the restore was interrupted, run the same relay restore again: it continues where it stopped."


def require_restored(programme_id: str, projection: int) -> None:
    """Let only a ledger be read that is all there.

    Raises:
        NotRestored: It is being restored, or was so in part.
    """
    if projection == RESTORING:
        raise NotRestored(programme_id=programme_id)


def require_built(programme_id: str, projection: int) -> None:
    """Let only a graph be asked, or recorded into, that is all there.

    Raises:
        NotBuilt: It is being rebuilt or restored, or was built by another version.
    """
    require_restored(programme_id, projection)
    if projection != PROJECTION:
        raise NotBuilt(programme_id=programme_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """A programme in the database, with the head of its ledger.

    Attributes:
        programme_id: Its id.
        entries: How many entries its ledger has; at least 1, unless it is being restored.
        head_hash: Of the last.
        built: Whether the graph is the one that this version builds.
        restoring: Whether the programme is being restored, or was so in part; then it may have no entry yet.
        name: Of the programme.
        timezone: In which its days begin.
        systems: That it uses.
    """

    programme_id: str
    entries: int
    head_hash: str
    built: bool
    name: str
    timezone: str
    systems: tuple[str, ...] = ()
    restoring: bool = False


def heads(graph: Graph) -> tuple[LedgerHead, ...]:
    """All programmes of the database, by id; empty in an empty one. Of a head that was altered only the id is told.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_head_of(row) for row in graph.rows(cypher.LEDGERS) if _is_begun(row))


def _is_begun(row: Mapping[str, Any]) -> bool:
    """Whether a ledger has an entry, or is about to get those of a backup."""
    return bool(row["sequence"]) or row["projection"] == RESTORING


def all_heads(graph: Graph) -> tuple[LedgerHead, ...]:
    """The same, where the ledger of each programme is all there.

    Raises:
        NotRestored: That of one is not.
        HeadAltered: The head of one cannot be read.
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(cypher.LEDGERS)
    for row in rows:  # one of which nothing is there yet too
        require_restored(row["programme_id"], row["projection"])
    return tuple(require_sound(_head_of(row)) for row in rows if row["sequence"])


def require_sound(head: LedgerHead) -> LedgerHead:
    """Accept only a head that can be read.

    Raises:
        HeadAltered: It cannot.
    """
    if not head.head_hash:
        raise HeadAltered(programme_id=head.programme_id)
    return head


def _head_of(row: Mapping[str, Any]) -> LedgerHead:
    named = all(isinstance(row[name], str | None) for name in ("name", "timezone", "systems"))
    if not (named and type(row["sequence"]) is int and isinstance(row["hash"], str)):
        programme_id = str(row["programme_id"])
        return LedgerHead(
            programme_id=programme_id, entries=0, head_hash="", built=False, name=programme_id, timezone="UTC"
        )
    return LedgerHead(
        programme_id=row["programme_id"],
        entries=row["sequence"],
        head_hash=row["hash"],
        built=row["projection"] == PROJECTION,
        restoring=row["projection"] == RESTORING,
        name=row["name"] or row["programme_id"],
        timezone=row["timezone"] or "UTC",
        systems=systems_of(row),
    )


def head(graph: Graph, programme_id: str) -> LedgerHead:
    """The head of one programme's ledger.

    Raises:
        NoProgramme: It is not in the database.
        NotRestored: Its ledger is not all there.
        HeadAltered: Its head cannot be read.
        Unavailable: The database cannot be reached.
    """
    for row in graph.rows(cypher.LEDGERS):
        if row["programme_id"] == programme_id and _is_begun(row):
            require_restored(programme_id, row["projection"])
            return require_sound(_head_of(row))
    raise NoProgramme(programme_id=programme_id)


def entries(graph: Graph, programme_id: str, *, first: int = 1, last: int | None = None) -> Iterator[Entry]:
    """The entries of a ledger from one sequence to another, or to its end, in order, read in steps of `STEP`.

    An entry that is missing is left out: `verify` says so.

    Raises:
        NoProgramme: It is not in the database.
        Invalid: An entry cannot be read.
        Unavailable: The database cannot be reached.
    """
    end = head(graph, programme_id).entries if last is None else last
    for entry in stored(graph, programme_id, first=first, last=end):
        if isinstance(entry, Fault):
            raise Invalid(reason=entry.fault, suggestion=Sentence("See `relay ledger verify`, and restore a backup."))
        yield entry


def stored(graph: Graph, programme_id: str, *, first: int, last: int) -> Iterator[Entry | Fault]:
    """The entries from one sequence to another, in order, read in steps of `STEP`; one that cannot be read is a fault.

    Raises:
        Unavailable: The database cannot be reached.
    """

    def step(start: int) -> list[tuple[int, Mapping[str, Any], str | None]]:
        bounds = {"first": start, "last": min(start + STEP - 1, last)}
        (row,) = graph.rows(cypher.ENTRIES, prefix=f"{programme_id}/entry/", **bounds)
        found: list[tuple[int, Mapping[str, Any], str | None]] = row["entries"]
        return found

    at: int | None = first
    while at is not None and at <= last:
        for found in prefetched(step, range(at, last + 1, STEP)):
            if not found:
                break
            at += STEP
            yield from _read(graph.catalogue, found)
        else:
            return
        # a gap, or an altered head: on to what stands behind, since to ask step by step might take hours
        at = graph.rows(cypher.ENTRY_FROM, prefix=f"{programme_id}/entry/", first=at)[0]["first"]


def _read(catalogue: Catalogue, found: Iterable[tuple[int, Mapping[str, Any], str | None]]) -> Iterator[Entry | Fault]:
    for sequence, properties, opened in found:
        try:
            yield entry_from(catalogue, properties, opened)
        except Invalid as error:
            yield Fault(sequence=sequence, fault=error.reason)


def last_known(graph: Graph, programme_id: str, known: int | date) -> int:
    """With which entry the ledger ended: that one, or the last by the end of a day in the programme's time zone, or 0.

    Raises:
        NoProgramme: It is not in the database.
        NoEntry: The ledger has no entry of that number.
        NotTellable: An entry before the last of that day bears a time that is more than a day later.
        Unavailable: The database cannot be reached.
    """
    now = head(graph, programme_id)
    if isinstance(known, int):
        if not 0 < known <= now.entries:
            raise NoEntry(sequence=known, last=now.entries)
        return known
    midnight = datetime.combine(known + timedelta(days=1), time(), zone(now.timezone)).astimezone(UTC)
    bounds = {"before": instant(midnight), "from": instant(midnight + timedelta(days=CLOCKS_DAYS))}
    (around,) = graph.rows(cypher.AROUND, programme_id=programme_id, **bounds)
    last, later = around["last"] or 0, around["later"]
    if later and later < last:
        raise NotTellable(day=known, last=last, later=later)
    return last


def recorded(graph: Graph, programme_id: str, act_id: str) -> bool:
    """Whether an act is in the ledger, taken back or not.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return bool(graph.rows(cypher.RECORDED, key=key_of(programme_id, act_id)))


@gc_paused()
def replay(programme_id: str, ledger: Iterable[Entry], catalogue: Catalogue) -> Register:
    """The whole register that a ledger adds up to."""
    register = Register(programme_id, catalogue)
    for entry in ledger:
        register.replay(entry)
    return register


def standing(
    graph: Graph, programme_id: str, kind: str, last: int = _ALL
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """What the graph holds of the acts of one kind up to an entry that stand, and what is personal; by sequence.

    Raises:
        Unavailable: The database cannot be reached.
    """
    after = 0
    while True:
        text = cypher.statements(graph.catalogue).export[kind]
        rows = graph.rows(text, programme_id=programme_id, after=after, last=last, many=_AT_ONCE)
        yield from ((row["properties"], row["personal"] or {}) for row in rows)
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1]["properties"]["sequence"]


def said(graph: Graph, programme_id: str, kind: str, *, personal: bool = False) -> list[dict[str, Any]]:
    """What the acts of one kind that stand say now, in ledger order; none of a kind that is not there.

    Args:
        graph: Where.
        programme_id: Of the programme.
        kind: Of the acts.
        personal: Whether also what is personal, as far as it is known.

    Returns:
        Columns that say something, days as text, and of what was ended the day as "ended_on".

    Raises:
        Unavailable: The database cannot be reached.
    """
    declared = graph.catalogue.kinds.get(kind)
    if declared is None:
        return []
    ends = said(graph, programme_id, END.name) if declared.ended_by else ()
    ended = {end["act_id"]: end["until_on"] for end in ends}
    names = graph.catalogue.personal(kind) if personal else ()
    found = list[dict[str, Any]]()
    for properties, opened in standing(graph, programme_id, kind):
        values = values_of(properties) | {name: opened[name] for name in names if name in opened}
        if until := ended.get(":".join(kind_and_id(properties["key"]))):
            values["ended_on"] = until
        found.append(values)
    return found
