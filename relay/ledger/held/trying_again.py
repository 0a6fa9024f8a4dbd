"""Trying held acts again: whenever something that they name is recorded, judged by what their writers may do now.

What was recorded stands, whatever comes after it: where the database cannot be reached, what waits for it is tried
when its device asks next.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from itertools import groupby
from typing import TYPE_CHECKING

from relay.database import cypher
from relay.domain.acts import Act
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
from relay.domain.register import provided_by
from relay.errors import Conflict, Unavailable
from relay.ledger.held import held_list
from relay.ledger.held.author_grants import clerk_for, grants_now
from relay.ledger.held.judging import HandedIn, in_any_order, lock
from relay.ledger.held.why_held import in_doubt, standing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from relay.domain.system import Catalogue
    from relay.graph import Graph, Transaction
    from relay.ledger.batch import Clerk
    from relay.ledger.held.held_list import HeldAct


def after(graph: Graph, programme_id: str, recorded: Sequence[Act], clerk: Clerk) -> None:
    """Try what is held and names, or is named by, what was just recorded; and what waited for that, and so on.

    Args:
        graph: Where.
        programme_id: Of the programme.
        recorded: The acts.
        clerk: Of whom the instant and the random bytes are taken.
    """
    with suppress(Unavailable, Conflict):
        if recorded and graph.rows(cypher.ANYTHING_HELD, programme_id=programme_id):
            after_names(graph, programme_id, _names(graph, recorded), clerk)


def after_names(graph: Graph, programme_id: str, names: Collection[str], clerk: Clerk) -> None:
    """Try what is held and names some records, or is one of them; and what waited for that, and so on."""
    with suppress(Unavailable, Conflict):
        while names:
            recorded = _tried(graph, programme_id, held_list.naming(graph, programme_id, names), clerk)
            names = _names(graph, recorded)


def everything(graph: Graph, programme_id: str, clerk: Clerk) -> None:
    """Try all that is held in a programme, such as after an import."""
    with suppress(Unavailable, Conflict):
        after(graph, programme_id, _tried(graph, programme_id, held_list.every(graph, programme_id), clerk), clerk)


def _names(graph: Graph, recorded: Sequence[Act]) -> set[str]:
    return {name for act in recorded for name in names_of(act, graph.catalogue)}


def names_of(act: Act, catalogue: Catalogue) -> tuple[str, ...]:
    """The records that an act is, fills or names: what is held and names one of them may wait for it."""
    named = (name for _, name in catalogue.named_by(act))
    return tuple(dict.fromkeys((*provided_by(act), *named)))


def of_device(graph: Graph, programme_id: str, device_id: str, clerk: Clerk) -> None:
    """Try everything that is held of a device, such as after its writer was given her role back.

    Raises:
        Unavailable: The database cannot be reached.
    """
    after(
        graph,
        programme_id,
        _tried(graph, programme_id, held_list.of_device(graph, programme_id, device_id), clerk),
        clerk,
    )


def _tried(graph: Graph, programme_id: str, held: Sequence[HeldAct], clerk: Clerk) -> list[Act]:
    """Try some acts, device by device, and say which were recorded."""
    open_ = sorted((row for row in held if row.values and not row.by_hand), key=lambda row: row.device_id)
    recorded: list[Act] = []
    for _, of_one in groupby(open_, key=lambda row: row.device_id):
        recorded += _tried_of_one(graph, programme_id, [*of_one], clerk)
    return recorded


def _tried_of_one(graph: Graph, programme_id: str, held: Sequence[HeldAct], clerk: Clerk) -> list[Act]:
    device_id, handed_in = held[0].device_id, list[HandedIn]()
    grants = {
        (row.by, row.place_id): grants_now(graph, row.by, programme_id, row.place_id)
        for row in {(row.by, row.place_id): row for row in held}.values()
    }
    for row in held:
        act = row.as_act
        if act:
            own, refusal = clerk_for(
                graph,
                row.act,
                grants[row.by, row.place_id],
                by=row.by,
                programme_id=programme_id,
                now=clerk.now,
                random=clerk.random,
            )
            answers = EVERY_ANSWER if row.again else NO_ANSWER
            handed_in.append(HandedIn(act=act, clerk=own, answers=answers, refusal=refusal))

    def work(transaction: Transaction) -> list[Act]:
        lock(transaction, programme_id, clerk)
        before = held_list.of_device(transaction, programme_id, device_id)
        still_open = {row.held_id for row in before}  # the others were settled by somebody meanwhile
        tried = [each for each in zip(held, handed_in, strict=True) if each[0].held_id in still_open]
        outcomes = in_any_order(transaction, programme_id, [each for _, each in tried], in_doubt(before))
        kept, recorded = list[held_list.HeldAct](), list[Act]()
        for (row, _), outcome in zip(tried, outcomes, strict=True):
            if outcome.error:
                kept.append(row.because(outcome.error, *standing(outcome.error)))
                continue
            now = clerk.now.astimezone(UTC)
            kept.append(row.settled("recorded", at=now, sequence=outcome.sequence, became=row.act_id))
            recorded.append(outcome.act)
        held_list.keep(transaction, kept)
        return recorded

    return graph.write(work)
