"""Settling what is held: a person hands it in as it should be, discards it, or says as which record it is the same."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from relay.domain.rulebook import Missing
from relay.ledger import reading
from relay.ledger.batch import EarlierActs
from relay.ledger.held import held_list, trying_again
from relay.ledger.held.judging import HandedIn, in_any_order, lock
from relay.ledger.held.receiving import TakenIn
from relay.ledger.held.why_held import standing

if TYPE_CHECKING:
    from relay.errors import RelayError
    from relay.graph import Graph, Transaction
    from relay.ledger.batch import Clerk, Outcome
    from relay.ledger.held.held_list import HeldAct
    from relay.ledger.held.receiving import SentAct


def hand_in(graph: Graph, row: HeldAct, sent: SentAct) -> TakenIn:
    """Record an act in place of one that is held; whoever hands it in is its recorder.

    Neither she nor who wrote it first may confirm it.

    Args:
        graph: Where.
        row: What is held.
        sent: As it should be, with what whoever settles it may record.

    Returns:
        The outcome; where it cannot be recorded either, what was held stays as it was.

    Raises:
        NotFound: It was settled meanwhile.
        Unavailable: The database cannot be reached; nothing was recorded.
        UnknownOutcome: The line was cut while committing, or went silent.
    """
    act = sent.act
    if act is None:
        return _not_taken(row, sent.refusal) if sent.refusal else TakenIn(act_id=row.act_id, result="refused")
    clerk = sent.clerk

    def work(transaction: Transaction) -> Outcome:
        lock(transaction, row.programme_id, clerk)
        open_ = held_list.one(transaction, row.programme_id, row.held_id)
        handed_in = HandedIn(act=act, clerk=clerk, answers=sent.answers, refusal=sent.refusal)
        (outcome,) = in_any_order(transaction, row.programme_id, [handed_in], EarlierActs())
        if not outcome.error:
            now = clerk.now.astimezone(UTC)
            how = {"by": open_.by, "settled_by": clerk.by, "sequence": outcome.sequence, "became": act.act_id}
            held_list.keep(transaction, [open_.settled("recorded", at=now, **how)])
        return outcome

    outcome = graph.write(work)
    if outcome.error:
        return _not_taken(row, outcome.error)
    trying_again.after_names(graph, row.programme_id, trying_again.names_of(act, graph.catalogue), clerk)
    return TakenIn(act_id=act.act_id, result=outcome.action, sequence=outcome.sequence)


def discard(graph: Graph, row: HeldAct, reason: str, clerk: Clerk) -> TakenIn:
    """Discard what is held, with a reason that its device is told; then what waited for it is tried.

    Raises:
        NotFound: It was settled meanwhile.
        Unavailable: The database cannot be reached.
    """
    return _settled(graph, row, clerk, "discarded", reason=reason)


def same(graph: Graph, row: HeldAct, act_id: str, clerk: Clerk) -> TakenIn:
    """Say as which record what is held is the same.

    Raises:
        Missing: There is no such record.
        NotFound: It was settled meanwhile.
        Unavailable: The database cannot be reached.
    """
    if not reading.recorded(graph, row.programme_id, act_id):
        raise Missing(act_id=act_id, field="as")
    return _settled(graph, row, clerk, "same", became=act_id)


def _settled(graph: Graph, row: HeldAct, clerk: Clerk, state: str, *, reason: str = "", became: str = "") -> TakenIn:
    def work(transaction: Transaction) -> None:
        lock(transaction, row.programme_id, clerk)
        open_ = held_list.one(transaction, row.programme_id, row.held_id)
        now = clerk.now.astimezone(UTC)
        settled = open_.settled(state, at=now, settled_by=clerk.by, reason=reason, became=became)
        held_list.keep(transaction, [settled])
        held_list.forget_settled(transaction, row.programme_id, now)

    graph.write(work)
    trying_again.after_names(graph, row.programme_id, row.names, clerk)
    return TakenIn(act_id=row.act_id, result=state)


def _not_taken(row: HeldAct, error: RelayError) -> TakenIn:
    result, waits_for = standing(error)
    return TakenIn(
        act_id=row.act_id,
        result=result,
        code=error.code,
        sentence=held_list.why(error),
        field=error.field,
        held_id=row.held_id,
        waits_for=waits_for,
    )
