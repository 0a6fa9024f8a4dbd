"""Many clerks at once: whatever they do at the same moment, one ledger without gaps and a graph that agrees with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from relay import graph as relay_graph
from relay.access.roles import Locked, NotThatPlace
from relay.database import embedded_server
from relay.domain.questions import HOLDS_ALREADY, TWIN
from relay.domain.rulebook import StandingOnIt, TakenBack
from relay.ledger.programme_heads import head, heads
from relay.ledger.reading import entries
from relay.ledger.recording import record, record_one
from relay.ledger.verify import verify
from tests.rigs.soak import SOAK
from tests.scenes.clerks import PROGRAMME, act, clerk, founding, handover, woman
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.ledger.batch import Clerk, Outcome
    from relay.settings import Connection

pytestmark = pytest.mark.engine_contract

CLERKS = 8
SITTING = tuple(clerk(f"clerk{number}") for number in range(CLERKS))
ROUNDS = 20
CROWDED = ROUNDS if SOAK else 5  # rounds of all eight, who meet in each of them
WOMEN = 50 if SOAK else 20


@pytest.fixture
def desks(connection: Connection, graph: Graph) -> Iterator[tuple[Graph, ...]]:
    """Give each of eight clerks a line of her own to one database, which is empty."""
    assert heads(graph) == ()
    opened = tuple(relay_graph.connect(connection, CORE) for _ in range(CLERKS))
    yield opened
    for one in opened:
        one.close()


def at_once(
    desks: Sequence[Graph],
    batches: Sequence[Sequence[Act]],
    programme_id: str = PROGRAMME,
    *,
    clerks: Sequence[Clerk] = SITTING,
) -> list[Outcome]:
    """Let each clerk record her acts at the same moment as the others; give the outcome of each one's last act."""
    start = threading.Barrier(len(batches))

    def sit_down(desk: Graph, acts: Sequence[Act], by: Clerk) -> Outcome:
        start.wait()
        return record(desk, programme_id, acts, by)[-1]

    with ThreadPoolExecutor(len(batches)) as threads:
        return list(threads.map(sit_down, desks, batches, clerks))


def sound(graph: Graph, programme_id: str = PROGRAMME) -> int:
    """Make sure that the ledger has no gap and the graph agrees with it; give the number of entries."""
    found = verify(graph, programme_id)
    assert found.faults == ()
    assert [entry.sequence for entry in entries(graph, programme_id)] == list(range(1, found.entries + 1))
    assert found.head_hash == head(graph, programme_id).head_hash
    return found.entries


def test_of_two_clerks_who_record_one_handover_under_two_ids_one_is_told_of_the_twin(desks: tuple[Graph, ...]) -> None:
    rounds = 30
    record(desks[0], PROGRAMME, (*founding("P"), *(woman(f"of {n}") for n in range(rounds))), clerk("first"))

    for number in range(rounds):
        first, second = at_once(
            desks, [[handover(f"{number}{each}", "P", f"{number}{each}", to=f"of {number}")] for each in "ab"]
        )

        assert {first.action, second.action} == {"added", "asked"}
        assert TWIN.matches(first.error or second.error)
    assert sound(desks[0]) == 5 + rounds + rounds


def test_of_two_clerks_who_pass_on_to_one_new_woman_from_two_givers_one_is_asked(desks: tuple[Graph, ...]) -> None:
    rounds = 30
    record(desks[0], PROGRAMME, (*founding("P", "Q"), *(woman(f"of {n}") for n in range(rounds))), clerk("first"))

    for number in range(rounds):
        to = f"of {number}"
        first, second = at_once(
            desks, [[handover(f"{giver}{number}", giver, f"{giver}{number}", to=to, animals=1)] for giver in "PQ"]
        )

        assert {first.action, second.action} == {"added", "asked"}
        assert HOLDS_ALREADY.matches(first.error or second.error)
    assert sound(desks[0]) == 7 + rounds + rounds


def test_two_givers_who_begin_the_same_placement_at_once_both_fill_it(desks: tuple[Graph, ...]) -> None:
    record(desks[0], PROGRAMME, (*founding("P", "Q"), *(woman(f"of {n}") for n in range(ROUNDS))), clerk("first"))

    for number in range(ROUNDS):
        outcomes = at_once(
            desks,
            [
                [handover(f"P{number}", "P", f"{number}", animals=1)],
                [handover(f"Q{number}", "Q", f"{number}", animals=1)],
            ],
        )

        assert [outcome.action for outcome in outcomes] == ["added", "added"]
    assert sound(desks[0]) == 7 + ROUNDS + 2 * ROUNDS
    assert desks[0].rows("MATCH (p:Placement) RETURN count(p) AS placements") == [{"placements": 2 + ROUNDS}]


def test_a_handover_is_taken_back_or_passed_on_but_never_both(desks: tuple[Graph, ...]) -> None:
    record(desks[0], PROGRAMME, founding("P"), clerk("first"))

    for number in range(ROUNDS):
        below = f"{number}x"
        known = (woman(f"of {number}"), woman(f"of {below}"), handover(f"{number}", "P", f"{number}"))
        assert {one.action for one in record(desks[0], PROGRAMME, known, clerk("first"))} == {"added"}
        take_back = act("correct", f"c{number}", act_id=f"pass:{number}", how="did_not_happen", why="another day")

        back, on = at_once(desks, [[take_back], [handover(below, f"{number}", below)]])

        assert {back.action, on.action} == {"added", "not"}
        if back.action == "added":
            assert isinstance(on.error, TakenBack)
        else:
            assert isinstance(back.error, StandingOnIt)
    assert sound(desks[0]) == 5 + 4 * ROUNDS


def test_a_correction_is_recorded_before_its_period_is_locked_or_not_at_all(desks: tuple[Graph, ...]) -> None:
    record(desks[0], PROGRAMME, (*founding("P"), woman("of Q"), handover("T", "P", "Q", animals=1)), clerk("first"))
    manager, staff = clerk("manager"), replace(clerk("staff"), manages=False)

    def lock(id_: str, day: str | None) -> Act:
        changes: Any = {"locked_until": day}
        return act("correct", id_, act_id=f"programme:{PROGRAMME}", how="wrong_data", why="a report", changes=changes)

    for number in range(ROUNDS):
        changes = {"animals": 2 + number}
        correction = act("correct", f"C{number}", act_id="pass:T", how="wrong_data", why="miscounted", changes=changes)

        locked, corrected = at_once(desks, [[lock(f"L{number}", "2024-12-31")], [correction]], clerks=[manager, staff])

        assert locked.action == "added"
        if corrected.sequence is None:
            assert isinstance(corrected.error, Locked)
        else:
            assert corrected.sequence < (locked.sequence or 0)
        assert record_one(desks[0], PROGRAMME, lock(f"U{number}", None), manager).action == "added"
    assert sound(desks[0]) >= 7 + 2 * ROUNDS


def test_what_staff_of_a_place_say_of_a_woman_is_recorded_before_she_moves_away_or_not_at_all(
    desks: tuple[Graph, ...],
) -> None:
    here, there = (act("place", id_, name="a ward") for id_ in ("here", "there"))
    record(desks[0], PROGRAMME, (*founding("P"), here, there), clerk("first"))
    manager, staff = clerk("manager"), replace(clerk("staff"), places=frozenset({"here"}))

    def move(id_: str, to: str) -> Act:
        changes = {"place_id": to}
        return act("correct", id_, act_id="beneficiary:of P", how="wrong_data", why="she moved", changes=changes)

    for number in range(ROUNDS):
        assert record_one(desks[0], PROGRAMME, move(f"B{number}", "here"), manager).action == "added"
        visit = act("event", f"E{number}", placement_id="P", kind="visit", happened_on="2024-06-01")

        moved, said = at_once(desks, [[move(f"M{number}", "there")], [visit]], clerks=[manager, staff])

        assert moved.action == "added"
        if said.sequence is None:
            assert isinstance(said.error, NotThatPlace)
        else:
            assert said.sequence < (moved.sequence or 0)
    assert sound(desks[0]) >= 7 + 2 * ROUNDS


def test_one_act_sent_by_eight_clerks_is_one_entry_and_one_relationship(desks: tuple[Graph, ...]) -> None:
    record(desks[0], PROGRAMME, (*founding("P"), *(woman(f"of {n}") for n in range(CROWDED))), clerk("first"))

    for number in range(CROWDED):
        outcomes = at_once(desks, [[handover(f"{number}", "P", f"{number}")]] * CLERKS)

        assert sorted(outcome.action for outcome in outcomes) == ["added"] + ["same"] * (CLERKS - 1)
        assert {outcome.sequence for outcome in outcomes} == {5 + CROWDED + number + 1}
    assert sound(desks[0]) == 5 + CROWDED + CROWDED
    assert desks[0].rows("MATCH ()-[r:PASSED_TO]->() RETURN count(r) AS passed") == [{"passed": CROWDED}]


def test_a_woman_registered_by_eight_clerks_at_once_is_one_node(desks: tuple[Graph, ...]) -> None:
    record(desks[0], PROGRAMME, founding("P"), clerk("first"))

    for number in range(CROWDED):
        outcomes = at_once(desks, [[woman(f"{number}")]] * CLERKS)

        assert sorted(outcome.action for outcome in outcomes) == ["added"] + ["same"] * (CLERKS - 1)
    assert sound(desks[0]) == 5 + CROWDED
    assert desks[0].rows("MATCH (b:Beneficiary) RETURN count(b) AS women") == [{"women": 1 + CROWDED}]


def test_eight_clerks_who_record_many_women_each_lose_none(desks: tuple[Graph, ...]) -> None:
    record(desks[0], PROGRAMME, founding("P"), clerk("first"))

    def register_all(desk: Graph, number: int) -> list[str]:
        women = (woman(f"{number}-{one}") for one in range(WOMEN))
        return [record_one(desk, PROGRAMME, each, clerk(f"clerk{number}")).action for each in women]

    with ThreadPoolExecutor(CLERKS) as threads:
        actions = [action for found in threads.map(register_all, desks, range(CLERKS)) for action in found]

    assert actions == ["added"] * CLERKS * WOMEN
    assert sound(desks[0]) == 5 + CLERKS * WOMEN


def test_programmes_do_not_wait_for_each_other(desks: tuple[Graph, ...]) -> None:
    for programme_id in ("east", "west"):
        record(desks[0], programme_id, founding("P", programme_id=programme_id), clerk("first"))
    writing, written = threading.Event(), threading.Event()

    def hold(transaction: relay_graph.Transaction) -> None:
        transaction.run("MATCH (l:Ledger {key: 'east'}) SET l.lock = 'held'")
        writing.set()
        assert written.wait(10)

    with ThreadPoolExecutor(1) as threads:
        held = threads.submit(desks[0].write, hold)
        assert writing.wait(10)
        outcome = record_one(desks[1], "west", woman("W"), clerk("second"))
        written.set()
        held.result()

    assert outcome.action == "added"
    assert [head.entries for head in heads(desks[0])] == [5, 6]


def test_a_programme_founded_by_eight_clerks_at_once_is_founded_once(desks: tuple[Graph, ...]) -> None:
    for number in range(5):
        programme_id = f"programme-{number}"
        outcomes = at_once(desks, [founding("P", programme_id=programme_id)] * CLERKS, programme_id)

        assert sorted(outcome.action for outcome in outcomes) == ["added"] + ["same"] * (CLERKS - 1)
        assert sound(desks[0], programme_id) == 5


@pytest.mark.soak
def test_two_processes_found_the_same_programme_in_a_database_that_nobody_saw_before(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    found = (
        "from tests.scenes.clerks import *\n"
        "outcomes = record(graph.connect(database(), CORE), PROGRAMME, founding('P'), clerk('c'))\n"
        "print(*(outcome.action for outcome in outcomes))"
    )
    environ = os.environ | {"RELAY_DATA": str(folder)}
    try:
        both = [
            subprocess.Popen([sys.executable, "-c", found], env=environ, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        answers = [one.communicate(timeout=60)[0].split() for one in both]

        with relay_graph.connect(embedded_server.ensure(folder), CORE) as graph:
            assert sound(graph) == 5
    finally:
        embedded_server.stop(folder)
    assert all(set(answer) in ({"added"}, {"same"}) and len(answer) == 5 for answer in answers)


def test_eight_clerks_who_take_back_hand_overs_of_one_woman_at_once_all_do(desks: tuple[Graph, ...]) -> None:
    everyone = [f"{number}.{n}" for number in range(CROWDED) for n in range(CLERKS)]
    record(desks[0], PROGRAMME, (*founding("P"), *(woman(f"of {each}") for each in everyone)), clerk("first"))
    handed_over = record(desks[0], PROGRAMME, [handover(each, "P", each) for each in everyone], clerk("first"))
    assert {one.action for one in handed_over} == {"added"}

    for number in range(CROWDED):
        mine = [f"{number}.{n}" for n in range(CLERKS)]
        outcomes = at_once(
            desks,
            [[act("correct", each, act_id=f"pass:{each}", how="did_not_happen", why="another day")] for each in mine],
        )

        assert {one.action for one in outcomes} == {"added"}
    assert sound(desks[0]) == 5 + 3 * len(everyone)
