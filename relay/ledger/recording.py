"""The ledger: acts are recorded, each batch in one transaction, and never changed again.

Every write locks the head of the programme's ledger first, reads what the acts touch, asks the rule book, appends
the entries and changes the graph. What was recorded before is answered as "same"; what the rules refuse is said
and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from relay.database import cypher
from relay.database.driver_errors import UnknownOutcome
from relay.domain.acts import Act
from relay.domain.entries import CLOCKS_DAYS, ORIGIN, Entry, Fault, instant, zone
from relay.domain.register import Register
from relay.domain.rulebook import NO_ANSWER, Answers
from relay.errors import Invalid, NotFound, Unavailable
from relay.graph import Graph, Transaction
from relay.ledger.batch import Batch, Clerk, NoProgramme, Outcome, Told
from relay.ledger.context import Head, Rehearsed, entry_from, lock_and_load
from relay.ledger.delta import Difference
from relay.ledger.gc_paused import uncollected
from relay.ledger.prefetch import one_ahead
from relay.ledger.projection import PROJECTION, RESTORING, key_of
from relay.text import Sentence

_Answer = TypeVar("_Answer")

STEP: Final = 2000
"""Acts or entries in one transaction (our choice: as quick as 5000 on both engines, and on a slow and busy machine each
still ends well before the line is given up as silent)."""


class NoEntry(NotFound):
    """The ledger has no entry of that number."""

    def __init__(self, sequence: int, last: int) -> None:
        """Name it, and the last one."""
        super().__init__(
            Sentence("There is no entry %(sequence)s in this ledger.", sequence=sequence),
            Sentence("Ask for one from 1 to %(last)s.", last=last),
        )


class NotTellable(NotFound):
    """A clock was wrong while something was recorded, so that nobody can tell what was known on a day."""

    def __init__(self, day: date, last: int, later: int) -> None:
        """Name the day, the last entry of it by its time, and the first one after it."""
        super().__init__(
            Sentence(
                "Nobody can tell what was known on %(day)s: entry %(later)s bears a later time, and entry %(last)s, "
                "recorded after it, an earlier one. A clock was wrong.",
                day=day,
                last=last,
                later=later,
            ),
            Sentence("Give the number of an entry in place of the day: relay ledger log shows them."),
            field="as_known",
        )


class HeadAltered(Invalid):
    """The head of a programme's ledger holds what no version of Relay wrote there."""

    def __init__(self, programme_id: object) -> None:
        """Name the programme."""
        super().__init__(
            Sentence(
                "The head of the ledger of %(programme_id)s cannot be read: it was altered.", programme_id=programme_id
            ),
            Sentence("Restore into an empty database (another RELAY_DATA, or another NEO4J_DATABASE)."),
        )


class NotBuilt(Unavailable):
    """The graph was built by another version of Relay, or is being rebuilt."""

    def __init__(self, programme_id: str) -> None:
        """Name the programme."""
        super().__init__(
            Sentence(
                "The graph of programme %(programme_id)s is not the one that this version of Relay builds.",
                programme_id=programme_id,
            ),
            Sentence("Rebuild it from the ledger: relay engine rebuild."),
        )


class NotRestored(NotBuilt):
    """The programme is being restored, or was so in part."""

    def __init__(self, programme_id: str) -> None:
        """Name the programme, and how its restoring goes on."""
        Unavailable.__init__(
            self,
            Sentence(
                "Programme %(programme_id)s is being restored, and not all of it is there.", programme_id=programme_id
            ),
            Sentence("If that was cut short, run the same relay restore again: it goes on where it stopped."),
        )


def require_restored(programme_id: str, projection: int) -> None:
    """Let only a ledger be read that is all there.

    Raises:
        NotRestored: It is being restored, or was so in part.
    """
    if projection == RESTORING:
        raise NotRestored(programme_id)


def require_built(programme_id: str, projection: int) -> None:
    """Let only a graph be asked, or recorded into, that is all there.

    Raises:
        NotBuilt: It is being rebuilt or restored, or was built by another version.
    """
    require_restored(programme_id, projection)
    if projection != PROJECTION:
        raise NotBuilt(programme_id)


def record(
    graph: Graph,
    programme_id: str,
    acts: Sequence[Act],
    clerk: Clerk,
    *,
    answers: Answers = NO_ANSWER,
    told: Told | None = None,
) -> tuple[Outcome, ...]:
    """Record acts in one transaction; each is judged after those before it, and one that fails stops no other.

    When the line is cut during the commit, the acts are sent once more with the same ids, so that nothing is lost
    and nothing is doubled.

    Args:
        graph: Where.
        programme_id: Of the programme; its first act is its own "programme" act.
        acts: In order.
        clerk: Who records.
        answers: The questions that each of the acts answers.
        told: By the acts that came before these in one import.

    Returns:
        One outcome for each act, in order.

    Raises:
        NoProgramme: The programme is not there, and the first act does not found it.
        Unavailable: The database cannot be reached; nothing was recorded.
        UnknownOutcome: The line was cut twice while committing, or went silent.
    """
    founding = any(act.kind == "programme" for act in acts)
    work = _Recording(programme_id=programme_id, acts=tuple(acts), clerk=clerk, answers=answers, told=told or Told())
    if founding:
        graph.write(lambda transaction: transaction.run(cypher.BEGIN_LEDGER, **_beginning(programme_id)))
    try:
        return graph.write(work.in_transaction)
    except UnknownOutcome as unknown:
        return _send_again(graph, replace(work, resent=True).in_transaction, unknown)


def record_one(graph: Graph, programme_id: str, act: Act, clerk: Clerk, *, answers: Answers = NO_ANSWER) -> Outcome:
    """Record one act.

    Returns:
        Its outcome, "added" or "same".

    Raises:
        Asked: It was not recorded: it raises a question that it does not answer.
        RelayError: It was not recorded; the error says why.
    """
    (outcome,) = record(graph, programme_id, (act,), clerk, answers=answers)
    if outcome.error:
        raise outcome.error
    return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recording:
    """A batch of acts on its way into one ledger."""

    programme_id: str
    acts: tuple[Act, ...]
    clerk: Clerk
    answers: Answers
    told: Told
    resent: bool = False

    def in_transaction(self, transaction: Transaction) -> tuple[Outcome, ...]:
        loaded = lock_and_load(transaction, self.programme_id, self.acts, self.clerk.random(8).hex())
        if loaded is None:
            raise NoProgramme(self.programme_id)
        head, register = loaded
        require_built(self.programme_id, head.projection)
        batch = Batch(register, head, self.clerk, answers=self.answers, told=self.told, resent=self.resent)
        outcomes = tuple(map(batch.offer, self.acts))
        batch.write(transaction)
        return outcomes


class Rehearsal:
    """Acts judged step by step in memory, on top of what the database holds; nothing is locked, nothing written.

    What it judges can be thrown away (a dry run) or committed step by step (an import).
    """

    def __init__(
        self, graph: Graph, programme_id: str, clerk: Clerk, *, answers: Answers = NO_ANSWER, told: Told | None = None
    ) -> None:
        """Begin at the end of the ledger; a programme that is not there begins with its own act."""
        self.graph = graph
        self.clerk = clerk
        self.answers = answers
        self.told = told or Told()
        self.rehearsed = Rehearsed(programme_id)
        self.head: Head | None = None

    def offer(self, acts: Sequence[Act]) -> tuple[tuple[Outcome, ...], Step]:
        """Judge the next acts: what becomes of each, and the step that would record them.

        Raises:
            NotBuilt: The graph is another version's.
            Unavailable: The database cannot be reached.
        """
        self.graph.read(lambda transaction: self.rehearsed.surround(transaction, acts))
        before = self.head or self.rehearsed.head
        require_built(self.rehearsed.register.programme_id, before.projection)
        batch = Batch(self.rehearsed.register, before, self.clerk, answers=self.answers, told=self.told)
        outcomes = tuple(map(batch.offer, acts))
        self.head = batch.head
        return outcomes, Step(
            programme_id=self.rehearsed.register.programme_id,
            before=before,
            after=batch.head,
            difference=batch.difference(),
            lock=self.clerk.random(8).hex(),
        )

    def record(self, acts: Sequence[Act]) -> tuple[Outcome, ...]:
        """Record acts at once, under the ledger's lock. This rehearsal does not learn of them: go on with `anew`."""
        programme_id = self.rehearsed.register.programme_id
        return record(self.graph, programme_id, acts, self.clerk, answers=self.answers, told=self.told)

    def anew(self) -> Rehearsal:
        """One that begins at the end of the ledger as it is now."""
        programme_id = self.rehearsed.register.programme_id
        return Rehearsal(self.graph, programme_id, self.clerk, answers=self.answers, told=self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Acts that were judged in memory, ready to be written in one transaction.

    Attributes:
        programme_id: Of the programme.
        before: The head of the ledger on which it was judged.
        after: The head that it leads to.
        difference: What is written.
        lock: Any text that no one else writes; setting it locks the ledger.
    """

    programme_id: str
    before: Head
    after: Head
    difference: Difference
    lock: str

    def commit(self, graph: Graph) -> bool:
        """Write the step if the ledger still ends where it was judged.

        Returns:
            Whether it is recorded; False when somebody else recorded meanwhile, or the graph is being rebuilt, and
            nothing was written.

        Raises:
            Unavailable: The database cannot be reached; nothing was written.
            UnknownOutcome: The line was cut twice while committing, or went silent.
        """
        if self.after == self.before:
            return True
        try:
            return graph.write(self._in_transaction)
        except UnknownOutcome as unknown:
            return _send_again(graph, self._in_transaction, unknown)

    def _in_transaction(self, transaction: Transaction) -> bool:
        if not self.before.sequence:
            transaction.run(cypher.BEGIN_LEDGER, **_beginning(self.programme_id))
        row = transaction.rows(cypher.LOCK, ledger=self.programme_id, lock=self.lock)[0]
        if (row["hash"], row["earlier"]) == (self.after.hash, self.lock):
            return True  # the first answer was lost, the step was not
        if Head(sequence=row["sequence"], hash=row["hash"], projection=row["projection"]) != self.before:
            return False
        self.difference.write(transaction, self.programme_id, self.after)
        return True


def _send_again(graph: Graph, work: Callable[[Transaction], _Answer], unknown: UnknownOutcome) -> _Answer:
    """Repeat what may or may not have been recorded; when that cannot be done either, it stays unknown."""
    if unknown.silent:
        raise unknown
    try:
        return graph.write(work)
    except UnknownOutcome:
        raise
    except Unavailable as error:
        raise unknown from error


def _beginning(programme_id: str) -> dict[str, Any]:
    return {"key": programme_id, "programme_id": programme_id, "hash": ORIGIN, "projection": PROJECTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """A programme in the database, with the head of its ledger.

    Attributes:
        programme_id: Its id.
        entries: How many entries its ledger has; at least 1.
        head_hash: Of the last.
        built: Whether the graph is the one that this version builds.
        name: Of the programme.
        timezone: In which its days begin.
    """

    programme_id: str
    entries: int
    head_hash: str
    built: bool
    name: str
    timezone: str


def heads(graph: Graph) -> tuple[LedgerHead, ...]:
    """All programmes of the database, by id; empty in an empty one. Of a head that was altered only the id is told.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_head_of(row) for row in graph.rows(cypher.LEDGERS) if row["sequence"])


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
    """Let only a head be believed that can be read.

    Raises:
        HeadAltered: It cannot.
    """
    if not head.head_hash:
        raise HeadAltered(head.programme_id)
    return head


def _head_of(row: Mapping[str, Any]) -> LedgerHead:
    named = all(isinstance(row[name], str | None) for name in ("name", "timezone"))
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
        name=row["name"] or row["programme_id"],
        timezone=row["timezone"] or "UTC",
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
        if row["programme_id"] == programme_id and row["sequence"]:
            require_restored(programme_id, row["projection"])
            return require_sound(_head_of(row))
    raise NoProgramme(programme_id)


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
            raise Invalid(entry.fault, Sentence("See `relay ledger verify`, and restore a backup."))
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
        for found in one_ahead(step, range(at, last + 1, STEP)):
            if not found:
                break
            at += STEP
            yield from _read(found)
        else:
            return
        # a gap, or an altered head: on to what stands behind, since to ask step by step might take hours
        at = graph.rows(cypher.ENTRY_FROM, prefix=f"{programme_id}/entry/", first=at)[0]["first"]


def _read(found: Iterable[tuple[int, Mapping[str, Any], str | None]]) -> Iterator[Entry | Fault]:
    for sequence, properties, opened in found:
        try:
            yield entry_from(properties, opened)
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
            raise NoEntry(known, now.entries)
        return known
    midnight = datetime.combine(known + timedelta(days=1), time(), zone(now.timezone)).astimezone(UTC)
    bounds = {"before": instant(midnight), "from": instant(midnight + timedelta(days=CLOCKS_DAYS))}
    (around,) = graph.rows(cypher.AROUND, programme_id=programme_id, **bounds)
    last, later = around["last"] or 0, around["later"]
    if later and later < last:
        raise NotTellable(known, last, later)
    return last


def recorded(graph: Graph, programme_id: str, act_id: str) -> bool:
    """Whether an act is in the ledger, taken back or not.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return bool(graph.rows(cypher.RECORDED, key=key_of(programme_id, act_id)))


@uncollected()
def replay(programme_id: str, ledger: Iterable[Entry]) -> Register:
    """The whole register that a ledger adds up to."""
    register = Register(programme_id)
    for entry in ledger:
        register.replay(entry)
    return register
