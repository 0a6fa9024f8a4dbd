"""The ledger: acts are recorded, each batch in one transaction, and never changed again.

Every write locks the head of the programme's ledger first, reads what the acts touch, asks the rule book, appends
the entries and changes the graph. What was recorded before is answered as "same"; what the rules refuse is reported
and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import Any

from relay.database import cypher
from relay.domain.acts import Act
from relay.domain.entries import ORIGIN
from relay.domain.questions import NO_ANSWER, Answers
from relay.domain.register import subject_of
from relay.domain.rulebook import StandingOnIt, require_standing
from relay.errors import Invalid, Refused, RelayError
from relay.graph import Graph, Transaction
from relay.ledger.batch import Batch, Clerk, EarlierActs, Outcome, require_whole, today_of
from relay.ledger.copy_in_step import with_copied
from relay.ledger.graph_changes import Delta
from relay.ledger.held import held_list, trying_again
from relay.ledger.held.judging import erased, locked, offered
from relay.ledger.partial_register import RehearsalContext
from relay.ledger.programme_heads import PROJECTION, Head, require_built, require_original
from relay.ledger.reading import STEP


def record(
    graph: Graph,
    programme_id: str,
    acts: Sequence[Act],
    clerk: Clerk,
    *,
    answers: Answers = NO_ANSWER,
    earlier: EarlierActs | None = None,
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
        earlier: Those that came before these in one import.

    Returns:
        One outcome for each act, in order.

    Raises:
        NoProgramme: The programme is not there, and the first act does not found it.
        Unavailable: The database cannot be reached; nothing was recorded.
        UnknownOutcome: The line was cut twice while committing, or went silent.
    """
    founding = any(act.kind == "programme" for act in acts)
    work = _Recording(
        programme_id=programme_id,
        acts=tuple(acts),
        clerk=clerk,
        answers=answers,
        earlier=earlier or EarlierActs(),
    )
    if founding and clerk.rehearses:  # there may be no ledger yet to judge it by
        rehearsal = Rehearsal(graph, programme_id, clerk, answers=answers, earlier=earlier)
        return _tried(rehearsal.offer(acts)[0])
    if founding:
        graph.write(lambda transaction: transaction.run(cypher.BEGIN_LEDGER, **beginning(programme_id)))
    return _written(graph, work)


def record_together(
    graph: Graph,
    programme_id: str,
    acts: Sequence[Act],
    clerk: Clerk,
    *,
    answers: Answers = NO_ANSWER,
    first: Callable[[Transaction], object] | None = None,
) -> tuple[Outcome, ...]:
    """Record acts in one transaction, all of them or none.

    Args:
        graph: Where.
        programme_id: Of the programme.
        acts: In order; none founds the programme.
        clerk: Who records.
        answers: The questions that each of the acts answers.
        first: Writes something in the same transaction, before the acts are judged; it locks the ledger's head.

    Returns:
        One outcome for each act, in order, "added" or "same".

    Raises:
        Asked: None was recorded: one raises a question that it does not answer.
        RelayError: None was recorded; the error says why.
    """
    return _written(
        graph,
        _Recording(
            programme_id=programme_id,
            acts=tuple(acts),
            clerk=clerk,
            answers=answers,
            earlier=EarlierActs(),
            together=True,
            first=first,
        ),
    )


def found_together(
    graph: Graph, programme_id: str, acts: Sequence[Act], clerk: Clerk, beside: Callable[[Transaction], object]
) -> tuple[Outcome, ...]:
    """Record a programme's own act and those that follow it in one transaction, with what is written beside them.

    Sent again, what was recorded is answered "same", and nothing is written beside it a second time.

    Args:
        graph: Where.
        programme_id: Of the programme.
        acts: In order; the first founds the programme.
        clerk: Who records.
        beside: Writes what belongs to them and is in no ledger, such as accounts, in the same transaction.

    Returns:
        One outcome for each act, in order, "added" or "same".

    Raises:
        RelayError: Nothing was written; the error says why.
        UnknownOutcome: The line was cut twice while committing, or went silent.
    """
    recording = _Recording(
        programme_id=programme_id,
        acts=tuple(acts),
        clerk=clerk,
        answers=NO_ANSWER,
        earlier=EarlierActs(),
        together=True,
    )

    def work(transaction: Transaction, *, resent: bool = False) -> tuple[Outcome, ...]:
        transaction.run(cypher.BEGIN_LEDGER, **beginning(programme_id))
        outcomes, _ = replace(recording, resent=resent).in_transaction(transaction)
        if any(each.action == "added" for each in outcomes):
            beside(transaction)
        return outcomes

    return graph.write(work, again=partial(work, resent=True))


def record_whole(
    graph: Graph, programme_id: str, acts: Sequence[Act], clerk: Clerk, progress: Callable[[str, int, int], None]
) -> tuple[Outcome, ...]:
    """Record any number of acts, of which none may be refused: all are judged in memory before the first is written.

    They are written in steps, each in a transaction of its own. Where somebody else recorded meanwhile, those that are
    left are judged anew, and where the line is cut, those that were written stand.

    Args:
        graph: Where.
        programme_id: Of the programme.
        acts: In order; none founds the programme.
        clerk: Who records, for all places.
        progress: Is told how far it has come: of what, how much is done, and of how much.

    Returns:
        One outcome for each act, in order, "added" or "same".

    Raises:
        RelayError: Nothing of what is left was recorded; the error says why.
    """
    done: list[Outcome] = []
    while left := acts[len(done) :]:
        steps = [*_judged_whole(graph, programme_id, left, clerk, progress)]
        if clerk.rehearses:
            return _tried(each for some, _ in steps for each in some)
        for outcomes, step in steps:
            if not step.commit(graph):
                break
            done += outcomes
            progress("acts recorded", len(done), len(acts))
    _try_what_is_held(graph, programme_id, done, clerk)
    return tuple(done)


def _judged_whole(
    graph: Graph, programme_id: str, acts: Sequence[Act], clerk: Clerk, progress: Callable[[str, int, int], None]
) -> Iterator[tuple[tuple[Outcome, ...], JudgedActs]]:
    """Judge acts step by step, and give the steps once none of them was refused."""
    rehearsal, steps = Rehearsal(graph, programme_id, clerk, together=True), []
    for start in range(0, len(acts), STEP):
        step = acts[start : start + STEP]
        steps.append(rehearsal.offer(step))
        progress("acts judged", start + len(step), len(acts))
    _require_all(chain.from_iterable(outcomes for outcomes, _ in steps))
    require_whole(rehearsal.context.register, rehearsal.moved)
    return iter(steps)


def record_rows(
    graph: Graph,
    programme_id: str,
    rows: Sequence[Sequence[Act]],
    clerk: Clerk,
    *,
    again: Mapping[str, Answers],
) -> tuple[tuple[Outcome, ...], ...]:
    """Record rows of acts in one transaction: each row is recorded whole or not at all, and stops no other.

    Args:
        graph: Where.
        programme_id: Of the programme; no act founds it.
        rows: The acts of each row, in order; one act may stand in several rows.
        clerk: Who records.
        again: Act id → the questions that this act answers.

    Returns:
        For each row the outcomes of its acts, in order. The last one of a row that was not recorded has the error;
        what stands before that was not recorded either, unless it was recorded earlier or with another row.

    Raises:
        NoProgramme: The programme is not there.
        Unavailable: The database cannot be reached; nothing was recorded.
        UnknownOutcome: The line was cut twice while committing, or went silent.
    """
    work = _RecordingRows(programme_id=programme_id, rows=tuple(map(tuple, rows)), clerk=clerk, again=again)
    outcomes, head = graph.write(work.in_transaction, again=replace(work, resent=True).in_transaction)
    flat = [each for row in outcomes for each in row]
    told = iter(_once_recorded(graph, programme_id, flat, clerk, head))
    return tuple(tuple(islice(told, len(row))) for row in outcomes)


def _written(graph: Graph, work: _Recording) -> tuple[Outcome, ...]:
    """Record, once more with the same ids where the line was cut during the commit."""
    outcomes, head = graph.write(work.in_transaction, again=replace(work, resent=True).in_transaction)
    return _once_recorded(graph, work.programme_id, outcomes, work.clerk, head)


def _once_recorded(
    graph: Graph, programme_id: str, outcomes: Sequence[Outcome], clerk: Clerk, head: Head
) -> tuple[Outcome, ...]:
    """Try what was held and waited for what was recorded, and ask whether the copy has it."""
    if clerk.rehearses:
        return tuple(outcomes)
    if head.anything_held:
        _try_what_is_held(graph, programme_id, outcomes, clerk)
    return with_copied(graph, programme_id, outcomes, in_step_until=head.in_step_until, now=clerk.now)


def _try_what_is_held(graph: Graph, programme_id: str, outcomes: Iterable[Outcome], clerk: Clerk) -> None:
    """Try what waited for what was just recorded."""
    recorded = [outcome.act for outcome in outcomes if outcome.action == "added" and outcome.entry]
    if not clerk.rehearses:
        trying_again.after(graph, programme_id, recorded, clerk)


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
    """A batch of acts on its way into one ledger; together, all of them are recorded or none."""

    programme_id: str
    acts: tuple[Act, ...]
    clerk: Clerk
    answers: Answers
    earlier: EarlierActs
    resent: bool = False
    together: bool = False
    first: Callable[[Transaction], object] | None = None

    def in_transaction(self, transaction: Transaction) -> tuple[tuple[Outcome, ...], Head]:
        """The outcome of each act, and the head before them."""
        if self.first:
            self.first(transaction)
        head, register = locked(transaction, self.programme_id, self.acts, self.clerk)
        batch = Batch(
            register,
            head,
            self.clerk,
            answers=self.answers,
            earlier=self.earlier,
            resent=self.resent,
            together=self.together,
        )
        outcomes = tuple(offered(transaction, batch, act) for act in self.acts)
        if self.together:
            _require_all(outcomes)
            require_whole(register, batch.moved)
        if self.clerk.rehearses:
            return _tried(outcomes), head
        batch.write(transaction)
        held_list.forget(transaction, self.programme_id, erased(outcomes))
        return outcomes, head


def _tried(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of acts that are only tried: what was recorded before has an entry, and nothing else."""
    return tuple(each if each.action == "same" else replace(each, entry=None) for each in outcomes)


def _require_all(outcomes: Iterable[Outcome]) -> None:
    """Let none fail; where others depend on what is taken back, all of these are listed, not one after another."""
    judged = [*outcomes]
    errors = [outcome.error for outcome in judged if outcome.error]
    failed = next((error for error in errors if not isinstance(error, StandingOnIt)), None)
    if failed:
        raise failed
    taken = {subject_of(each.act) for each in judged if each.act.kind == "correct"}
    held = [error for error in errors if isinstance(error, StandingOnIt)]
    if held:
        others = {other for error in held for other in error.others} - taken
        last = ", ".join(error.act_id for error in held)
        raise StandingOnIt(act_id=last, others=sorted(others)) if others else held[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _RecordingRows:
    """Rows on their way into one ledger, each of them whole or not at all."""

    programme_id: str
    rows: tuple[tuple[Act, ...], ...]
    clerk: Clerk
    again: Mapping[str, Answers]
    resent: bool = False

    def in_transaction(self, transaction: Transaction) -> tuple[tuple[tuple[Outcome, ...], ...], Head]:
        """The outcomes of each row, and the head before them."""
        acts = tuple({act.act_id: act for row in self.rows for act in row}.values())
        fallen = dict[int, tuple[Outcome, ...]]()
        while True:  # without the rows that fell in part, of which nothing may stay
            head, register = locked(transaction, self.programme_id, acts, self.clerk)
            batch = Batch(register, head, self.clerk, again=self.again, resent=self.resent)
            judged = {
                number: tuple(_until_one_fails(transaction, batch, row))
                for number, row in enumerate(self.rows)
                if number not in fallen
            }
            in_part = {number: each for number, each in judged.items() if _fell_in_part(each)}
            if not in_part:
                break
            fallen |= in_part
        if not self.clerk.rehearses:
            batch.write(transaction)
        outcomes = tuple(fallen.get(number) or judged[number] for number in range(len(self.rows)))
        return outcomes, head


def _until_one_fails(transaction: Transaction, batch: Batch, row: Sequence[Act]) -> Iterator[Outcome]:
    for act in row:
        outcome = offered(transaction, batch, act)
        yield outcome
        if outcome.error:
            return


def _fell_in_part(outcomes: Sequence[Outcome]) -> bool:
    """Whether a row was not recorded although some of it would be."""
    return bool(outcomes and outcomes[-1].error) and any(each.action == "added" for each in outcomes)


class Rehearsal:
    """Acts judged step by step in memory, on top of what the database holds; nothing is locked, nothing written.

    What it judges can be thrown away (a dry run) or committed step by step (an import).
    """

    def __init__(
        self,
        graph: Graph,
        programme_id: str,
        clerk: Clerk,
        *,
        answers: Answers = NO_ANSWER,
        earlier: EarlierActs | None = None,
        together: bool = False,
    ) -> None:
        """Begin at the end of the ledger; a programme that is not there begins with its own act."""
        self.graph = graph
        self.clerk = clerk
        self.answers = answers
        self.earlier = earlier or EarlierActs()
        self.together = together
        self.moved = set[str]()
        self.context = RehearsalContext(programme_id, graph.catalogue)
        self.head: Head | None = None

    def offer(self, acts: Sequence[Act]) -> tuple[tuple[Outcome, ...], JudgedActs]:
        """Judge the next acts: what becomes of each, and the step that would record them.

        Raises:
            NotBuilt: The graph is another version's.
            IsACopy: It is a copy.
            Unavailable: The database cannot be reached.
        """
        self.graph.read(lambda transaction: self.context.load_around(transaction, acts))
        before = self.head or self.context.head
        require_original(self.context.register.programme_id, before.copy_of)
        require_built(self.context.register.programme_id, before.projection)
        batch = Batch(
            self.context.register,
            before,
            self.clerk,
            answers=self.answers,
            earlier=self.earlier,
            together=self.together,
        )
        outcomes = tuple(map(batch.offer, acts))
        self.head, self.moved = batch.head, self.moved | batch.moved
        return outcomes, JudgedActs(
            programme_id=self.context.register.programme_id,
            before=before,
            after=batch.head,
            delta=batch.delta(),
            lock=self.clerk.random(8).hex(),
        )

    def against(self, acts: Sequence[Act]) -> Mapping[str, RelayError]:
        """What the rules say against acts that were taken in, now that all the others are there; act id → it.

        Raises:
            Unavailable: The database cannot be reached.
        """
        self.graph.read(lambda transaction: self.context.load_around(transaction, acts))
        register, found = self.context.register, dict[str, RelayError]()
        for act in acts:
            try:
                require_standing(register, act, today_of(register, self.clerk, act))
            except (Refused, Invalid) as error:
                found[act.act_id] = error
        return found

    def record(self, acts: Sequence[Act]) -> tuple[Outcome, ...]:
        """Record acts at once, under the ledger's lock. This rehearsal does not learn of them: go on with `anew`."""
        programme_id = self.context.register.programme_id
        return record(self.graph, programme_id, acts, self.clerk, answers=self.answers, earlier=self.earlier)

    def anew(self) -> Rehearsal:
        """One that begins at the end of the ledger as it is now."""
        programme_id = self.context.register.programme_id
        return Rehearsal(self.graph, programme_id, self.clerk, answers=self.answers, earlier=self.earlier)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedActs:
    """Acts that were judged in memory, ready to be written in one transaction.

    Attributes:
        programme_id: Of the programme.
        before: The head of the ledger on which it was judged.
        after: The head that it leads to.
        delta: What is written.
        lock: Any text that no one else writes; setting it locks the ledger.
    """

    programme_id: str
    before: Head
    after: Head
    delta: Delta
    lock: str

    def commit(self, graph: Graph) -> bool:
        """Write the step if the ledger still ends where it was judged.

        Returns:
            Whether it is recorded; False when somebody else recorded meanwhile, or the graph is being rebuilt, and
            nothing was written.

        Raises:
            Unavailable: The database cannot be reached; nothing of this step was written.
            UnknownOutcome: The line was cut twice while committing, or went silent.
        """
        if self.after == self.before:
            return True
        return graph.write(self._in_transaction, again=self._in_transaction, alone=False)

    def _in_transaction(self, transaction: Transaction) -> bool:
        if not self.before.sequence:
            transaction.run(cypher.BEGIN_LEDGER, **beginning(self.programme_id))
        row = transaction.rows(cypher.LOCK, ledger=self.programme_id, lock=self.lock)[0]
        if (row["hash"], row["earlier"]) == (self.after.hash, self.lock):
            return True  # the first answer was lost, the step was not
        require_original(self.programme_id, row["copy_of"])
        if Head(sequence=row["sequence"], hash=row["hash"], projection=row["projection"]) != self.before:
            return False
        self.delta.write(transaction, self.programme_id, self.after)
        return True


def beginning(programme_id: str) -> dict[str, Any]:
    """The parameters of `cypher.BEGIN_LEDGER` for a ledger without entries."""
    return {"key": programme_id, "programme_id": programme_id, "hash": ORIGIN, "projection": PROJECTION}
