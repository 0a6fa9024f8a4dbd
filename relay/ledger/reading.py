"""Reading the ledger: its entries in steps, and the register that they add up to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from relay.database import cypher
from relay.database.acts_as_nodes import key_of, kind_and_id, values_of
from relay.domain.entries import Entry, Fault, UnknownKind, from_values
from relay.domain.kinds import END
from relay.domain.own_columns import is_own
from relay.domain.register import Register
from relay.domain.system import Catalogue
from relay.errors import Failure, Invalid, NotFound, refused
from relay.instants import CLOCKS_DAYS, instant, zone
from relay.ledger.gc_paused import gc_paused
from relay.ledger.programme_heads import head, require_built
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.graph import Graph

_Step = TypeVar("_Step")
_Answer = TypeVar("_Answer")

_AT_ONCE: Final = 20_000  # acts; our choice: some 20 MB in the embedded engine, which gives one query 227
_ALL: Final = 2**62  # entries
STEP: Final = 2000
"""Acts or entries in one transaction (our choice: as quick as 5000 on both engines, and on a slow and busy machine each
still ends well before the line is given up as silent)."""


NO_ENTRY: Final = Failure(
    NotFound,
    "no_entry",
    "There is no entry %(sequence)s in this ledger.",
    advice="Choose one from 1 to %(last)s.",
)


NOT_TELLABLE: Final = Failure(
    NotFound,
    "not_tellable",
    "It is uncertain what was known on %(day)s: entry %(later)s has a later time, and entry "
    "%(last)s, recorded after it, an earlier one. A clock was wrong.",
    advice="Give the number of an entry in place of the day; the log shows them",
    command="relay ledger log",
    field="as_known",
)


def entries(graph: Graph, programme_id: str, *, first: int = 1, last: int | None = None) -> Iterator[Entry]:
    """The entries of a ledger from one sequence to another, or to its end, in order, read in steps of `STEP`.

    An entry that is missing is left out: `verify` says so.

    Raises:
        NoProgramme: It is not in the database.
        UnknownKind: An entry records an act of a system that this Relay does not have.
        Invalid: An entry cannot be read.
        Unavailable: The database cannot be reached.
    """
    end = head(graph, programme_id).entries if last is None else last
    for _, entry in _stored(graph, programme_id, first=first, last=end):
        if isinstance(entry, Invalid):
            raise entry
        yield entry


def stored(graph: Graph, programme_id: str, *, first: int, last: int) -> Iterator[Entry | Fault]:
    """The entries from one sequence to another, in order, read in steps of `STEP`; one that cannot be read is a fault.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for sequence, entry in _stored(graph, programme_id, first=first, last=last):
        yield Fault(sequence=sequence, fault=entry.reason) if isinstance(entry, Invalid) else entry


def has(graph: Graph, programme_id: str, sequence: int, hash_: str) -> bool:
    """Whether the ledger's entry of that sequence has that hash.

    Raises:
        Unavailable: The database cannot be reached.
    """
    own = next(stored(graph, programme_id, first=sequence, last=sequence), None)
    return isinstance(own, Entry) and own.hash == hash_


def _stored(graph: Graph, programme_id: str, *, first: int, last: int) -> Iterator[tuple[int, Entry | Invalid]]:
    """Sequence and entry, or why it cannot be read."""

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


def prefetched(ask: Callable[[_Step], _Answer], steps: Iterable[_Step]) -> Iterator[_Answer]:
    """The answers to all steps, in order; each is asked on another thread while the answer before it is used.

    A caller that stops early waits for the one step that was asked ahead.

    Raises:
        Exception: Whatever asking raised, when its answer is due.
    """
    steps = iter(steps)
    with ThreadPoolExecutor(max_workers=1) as asking:
        for first in islice(steps, 1):
            answer = ask(first)  # of one step alone no thread is made
            for step in steps:
                asked = asking.submit(ask, step)
                yield answer
                answer = asked.result()
            yield answer


def _read(
    catalogue: Catalogue, found: Iterable[tuple[int, Mapping[str, Any], str | None]]
) -> Iterator[tuple[int, Entry | Invalid]]:
    for sequence, properties, opened in found:
        try:
            yield sequence, entry_from(catalogue, properties, opened)
        except Invalid as error:
            yield sequence, error


def entry_from(catalogue: Catalogue, properties: Mapping[str, Any], opened: str | None) -> Entry:
    """The entry that a node of the graph holds, with its openings as JSON text, or None when there are none.

    Raises:
        UnknownKind: It records an act of a kind that the catalogue does not hold.
        Invalid: The node holds no entry: it was altered behind Relay's back.
    """
    try:
        payload, opened = properties["payload"], opened or "{}"
        written = {**properties, "payload": json.loads(payload)}
        return from_values(written, catalogue, opened=json.loads(opened), told=payload + opened)
    except UnknownKind:
        raise
    except (KeyError, TypeError, ValueError, RecursionError, Invalid) as error:
        message = Sentence("Entry %(key)s cannot be read: it was altered.", key=properties.get("key"))
        raise Invalid(reason=message, advice=Sentence("See `relay ledger verify`, and restore a backup.")) from error


def entries_since(graph: Graph, programme_id: str, sequence: int, hash_: str) -> list[Entry] | None:
    """The entries after one, up to the head of the ledger.

    Args:
        graph: Where.
        programme_id: Whose ledger.
        sequence: Of that entry.
        hash_: The same.

    Returns:
        By sequence; None where they do not lead from that entry to the head, or are too many to be read at once.

    Raises:
        NotBuilt: The graph is being rebuilt or restored, or was built by another version.
        Invalid: An entry cannot be read.
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(
        cypher.HEAD_AND_ENTRIES,
        ledger=programme_id,
        prefix=f"{programme_id}/entry/",
        first=sequence + 1,
        last=sequence + STEP,
    )
    if not rows:
        return None
    require_built(programme_id, rows[0]["projection"])
    entries = [entry_from(graph.catalogue, properties, None) for properties in rows[0]["entries"]]
    to_the_head = sequence + len(entries) == rows[0]["sequence"] and leads(entries, hash_, rows[0]["hash"])
    return entries if to_the_head else None


def leads(entries: Sequence[Entry], from_hash: str, to_hash: str) -> bool:
    """Whether entries follow on each other, from that of one hash to that of another."""
    for entry in entries:
        if entry.previous_hash != from_hash:
            return False
        from_hash = entry.hash
    return from_hash == to_hash


def last_known(graph: Graph, programme_id: str, known: int | date) -> int:
    """With which entry the ledger ended: that one, or the last by the end of a day in the programme's time zone, or 0.

    Raises:
        NoProgramme: It is not in the database.
        NotFound: The ledger has no entry of that number; or an entry before the last of that day bears a time that is
            more than a day later.
        Unavailable: The database cannot be reached.
    """
    now = head(graph, programme_id)
    if isinstance(known, int):
        if not 0 < known <= now.entries:
            raise refused(NO_ENTRY, sequence=known, last=now.entries)
        return known
    midnight = datetime.combine(known + timedelta(days=1), time(), zone(now.timezone)).astimezone(UTC)
    bounds = {"before": instant(midnight), "from": instant(midnight + timedelta(days=CLOCKS_DAYS))}
    (around,) = graph.rows(cypher.ENTRIES_AROUND_INSTANTS, programme_id=programme_id, **bounds)
    last, later = around["last"] or 0, around["later"]
    if later and later < last:
        raise refused(NOT_TELLABLE, day=known, last=last, later=later)
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


def own_answers(graph: Graph, programme_id: str, kind: str, *, personal: bool) -> dict[str, dict[str, Any]]:
    """What the acts of one kind that stand say in columns of the programme's own; cost: a scan of the kind.

    Args:
        graph: Where.
        programme_id: Of the programme.
        kind: Of the acts.
        personal: Whether also what is personal, as far as it is known.

    Returns:
        Id → "own.NAME" → what it says, days as text; without those that say nothing.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = dict[str, dict[str, Any]]()
    for properties, opened in standing(graph, programme_id, kind):
        values = values_of(opened if personal else {}) | values_of(properties)
        if own := {name: value for name, value in values.items() if is_own(name)}:
            found[kind_and_id(properties["key"])[1]] = own
    return found


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
