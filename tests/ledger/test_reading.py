"""Reading the ledger: what was known when, what lies behind a gap, and one step asked ahead."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, LiteralString

import pytest

from relay.backup import ledger_backup
from relay.errors import Invalid, NotFound
from relay.ledger import programme_heads, reading, verify
from relay.ledger.reading import NOT_TELLABLE, prefetched
from relay.ledger.recording import record
from tests.ledger.test_verify_graph import alter
from tests.scenes.acts import (
    clerk,
    gift,
    programme,
    rule,
)

if TYPE_CHECKING:
    from relay.graph import Graph


def test_what_was_known_on_a_day_is_told_by_the_entries_times_unless_a_clock_was_wrong(graph: Graph) -> None:
    record(graph, "demo", [programme(), rule()], clerk(today=date(2024, 5, 1)))  # entries 1 and 2
    record(graph, "demo", [gift("G1")], clerk(today=date(2024, 5, 10)))
    record(graph, "demo", [gift("G2")], clerk(today=date(2024, 5, 9)))  # two clocks that differ by a day

    days = [date(2024, 4, 30), date(2024, 5, 1), date(2024, 5, 9), date(2024, 5, 10), date(2024, 6, 1)]
    assert [reading.last_known(graph, "demo", day) for day in days] == [0, 2, 4, 4, 4]

    record(graph, "demo", [gift("G3")], clerk(today=date(2024, 5, 4)))  # a clock that was set back

    for day in (date(2024, 5, 4), date(2024, 5, 8)):
        with pytest.raises(
            NotFound,
            check=NOT_TELLABLE.matches,
            match="entry 3 has a later time, and entry 5, recorded after it, an earlier",
        ):
            reading.last_known(graph, "demo", day)
    assert [reading.last_known(graph, "demo", day) for day in (date(2024, 5, 3), date(2024, 5, 9))] == [2, 5]
    assert reading.last_known(graph, "demo", 4) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (l:Ledger {key: 'demo'}) SET l.sequence = toFloat(l.sequence)",
        "MATCH (l:Ledger {key: 'demo'}) SET l.sequence = toString(l.sequence)",
        "MATCH (l:Ledger {key: 'demo'}) SET l.hash = 5",
        "MATCH (l:Ledger {key: 'demo'}) REMOVE l.hash",
        "MATCH (p:Programme {key: 'demo/programme/demo'}) SET p.timezone = 5",
    ],
)
def test_a_head_that_cannot_be_read_is_told(kept: Graph, statement: LiteralString) -> None:
    alter(kept, statement)

    with pytest.raises(
        Invalid, check=programme_heads.HEAD_ALTERED.matches, match="head of the ledger of demo cannot be read"
    ):
        verify.verify(kept, "demo")
    assert verify.verify(kept, "other").ok
    assert [(head.programme_id, head.entries > 0) for head in programme_heads.heads(kept)] == [
        ("demo", False),
        ("other", True),
    ]
    with pytest.raises(Invalid, check=programme_heads.HEAD_ALTERED.matches):
        list(ledger_backup.backup_lines(kept))


def test_a_second_head_is_surplus_and_keeps_nobody_out(kept: Graph) -> None:
    alter(kept, "CREATE (:Ledger {key: 'demo/ledger/2', programme_id: 'demo', sequence: 9})")

    assert [head.programme_id for head in programme_heads.heads(kept)] == ["demo", "other"]
    (fault,) = verify.verify(kept, "demo").faults
    assert fault.fault == "Ledger demo/ledger/2 is in the graph but not in the ledger."
    assert verify.verify(kept, "other").ok


def test_what_stands_behind_a_gap_is_read_and_a_head_far_ahead_is_not_waited_for(
    kept: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEP", 2)
    before = len([*reading.entries(kept, "demo")])
    alter(kept, "MATCH (e:Entry {programme_id: 'demo'}) WHERE e.sequence IN [5, 6, 7, 8, 9] DETACH DELETE e")
    alter(kept, "MATCH (e:Entry {key: 'demo/entry/10'}) SET e.sequence = 'ten', e.programme_id = 'x'")
    alter(kept, "MATCH (l:Ledger {key: 'demo'}) SET l.sequence = 9000000000000000000")
    alter(kept, "MATCH (e:Entry {key: 'demo/entry/12'}) SET e.key = 'demo/entry/899999999'")

    read = [*reading.stored(kept, "demo", first=1, last=9 * 10**18)]

    assert len(read) == before - 5
    assert not verify.verify(kept, "demo").ok


def test_answers_come_in_order_and_the_next_is_asked_while_one_is_used() -> None:
    asked, second = list[int](), threading.Event()

    def ask(step: int) -> int:
        asked.append(step)
        if step == 2:
            second.set()
        return step * 10

    answers = prefetched(ask, range(1, 5))

    assert next(answers) == 10
    assert second.wait(5)
    assert asked == [1, 2]  # and no further
    assert list(answers) == [20, 30, 40]
    assert asked == [1, 2, 3, 4]
    assert list(prefetched(ask, ())) == []


def test_what_fails_is_told_when_its_answer_is_due_and_nothing_more_is_asked() -> None:
    asked = list[int]()

    def ask(step: int) -> int:
        asked.append(step)
        return 10 // (3 - step)

    answers = prefetched(ask, range(1, 6))

    assert [next(answers), next(answers)] == [5, 10]
    with pytest.raises(ZeroDivisionError):
        next(answers)
    assert asked == [1, 2, 3]


def test_who_stops_in_between_waits_for_the_one_step_that_was_asked() -> None:
    done = list[int]()
    before = threading.active_count()
    answers = prefetched(done.append, range(1, 100))

    next(answers)
    del answers

    assert done == [1, 2]
    assert threading.active_count() == before
