"""Lists of acts in any order: one record whatever the order, and nothing lost or doubled whatever happens meanwhile."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.domain.questions import NO_ANSWER
from relay.ledger import reading
from relay.ledger.held import held_list, settling
from relay.ledger.held.receiving import HELD_LIST_FULL, Sender, SentAct, TakenIn, take_in
from relay.ledger.verify import verify
from tests.commands.shell import record
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import acts as say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relay.domain.acts import Act
    from relay.graph import Graph

SOURCE = Sender(programme_id="demo", device_id="D1", place_id="", by="account:maya", systems=(), holds=True)
SIX: tuple[Act, ...] = (
    say.woman("W2"),
    say.woman("W3"),
    say.passed("T1: P1 > P2 on 2021-03-01", animals=1),
    say.happened("E1: birth of P2 on 2022-01-05"),
    say.passed("T2: P2 > P3 on 2023-03-01", animals=1),
    say.happened("E2: visit of P3 on 2023-06-01"),
)
"""Six acts, each of which but the first two needs others: P1 ── T1 ── P2 (W2; a birth) ── T2 ── P3 (W3; a visit)."""


def begun(graph: Graph) -> None:
    """A programme with one placement, and an account that records."""
    wiped(graph)
    record(graph, say.programme(), say.rule(), say.gift(), say.woman("W1"), say.placed("P1 on 2020-03-01"))
    accounts.add(graph, "maya", (grant_of("staff@demo"),), None, say.clerk().now)


def sent(act: Act) -> SentAct:
    return SentAct(
        kind=act.kind,
        content=dict(act.values),
        written_at="",
        again=False,
        act=act,
        clerk=say.clerk("account:maya"),
        answers=NO_ANSWER,
        refusal=None,
    )


def handed_in(graph: Graph, acts: Iterable[Act], source: Sender = SOURCE) -> tuple[TakenIn, ...]:
    return take_in(graph, source, [sent(act) for act in acts])


def standing(graph: Graph) -> dict[str, object]:
    """What the record says, whoever recorded it in whichever order."""
    return {each.act_id: each.payload for each in reading.entries(graph, "demo") if each.kind in ("pass", "event")}


def test_every_order_gives_one_record_and_an_empty_held_list(graph: Graph) -> None:
    """All 720 orders of requests of one act each; without `make soak`, some."""
    begun(graph)
    handed_in(graph, SIX)
    expected = standing(graph)
    orders = [*permutations(range(6))]
    for order in orders if SOAK else Random(7).sample(orders, 4):  # noqa: S311 - which orders are tried
        begun(graph)
        for number in order:
            handed_in(graph, [SIX[number]])

        assert held_list.every(graph, "demo") == (), order
        assert standing(graph) == expected, order
        assert verify(graph, "demo").faults == (), order


def test_a_device_holds_so_many_and_keeps_the_rest(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(graph)
    monkeypatch.setattr("relay.ledger.held.receiving.MOST_A_DEVICE", 2)

    answers = handed_in(graph, [say.happened(f"E{number}: visit of P9 on 2023-06-01") for number in range(3)])

    assert [row.code for row in answers] == ["missing", "missing", HELD_LIST_FULL.code]
    assert [bool(row.held_id) for row in answers] == [True, True, False]


def test_what_depends_on_a_conflict_waits_for_a_person(graph: Graph) -> None:
    begun(graph)
    record(graph, say.woman("W2", name="Somebody else"))

    assert handed_in(graph, [say.woman("W2", name="Another")])[0].result == "conflict"
    later = handed_in(graph, [say.passed("T8: P1 > P8 on 2021-04-01", animals=1, beneficiary_id="W2")])
    assert (later[0].result, later[0].waits_for) == ("held", "beneficiary:W2")

    (conflict,) = [row for row in held_list.every(graph, "demo") if row.result == "conflict"]
    settling.discard(graph, conflict, "she is the one that is there", say.clerk("account:bina"))
    assert held_list.every(graph, "demo") == ()
