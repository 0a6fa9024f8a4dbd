"""Undo: the newest thing of one's own is taken back, and the thing before it the next time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from relay.domain.register import Register
from relay.domain.rulebook import StandingOnIt
from relay.domain.system import Catalogue
from relay.errors import NotFound
from relay.graph import Transaction
from relay.ledger import reading, recording
from relay.ledger.recording import record
from relay.ledger.verify import verify
from relay.office import undo
from tests.scenes.acts import beginnings, clerk, corrected, happened, passed, placed
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.office.undo import Undoable

NOW = clerk().now


def keep(graph: Graph, *acts: Act, hour: int, by: str = "local:asha") -> None:
    outcomes = record(graph, "demo", acts, replace(clerk(by), now=NOW + timedelta(hours=hour)))
    assert [outcome.error for outcome in outcomes if outcome.error] == []


def newest(graph: Graph, *, hour: int, at: str | None = None, by: str = "local:asha") -> Undoable:
    return undo.undoable(graph, "demo", by, since=undo.since(NOW + timedelta(hours=hour)), at=at)


def undone(graph: Graph, *, hour: int, at: str | None = None) -> list[str]:
    """Take it back; the acts that were."""
    found = newest(graph, hour=hour, at=at)
    who = replace(clerk(seed=hour), now=NOW + timedelta(hours=hour))
    undo.take_back(graph, "demo", undo.corrections(found.acts, "a slip", who), who, frozenset)
    return [each.act_id for each in found.acts]


def replayed(graph: Graph) -> Register:
    return reading.replay("demo", reading.entries(graph, "demo"), CORE)


@pytest.fixture
def story(graph: Graph) -> Graph:
    """P1 > P2, then a birth; somebody else records in between."""
    keep(graph, *beginnings(4), placed("P1 on 2020-03-01"), hour=-48)
    keep(graph, passed("T1: P1 > P2 on 2021-03-01"), hour=0)
    keep(graph, happened("E9: birth of P1 on 2021-04-01"), hour=1, by="local:bina")
    keep(graph, happened("E1: birth of P1 on 2021-05-01"), hour=2)
    return graph


def test_the_newest_thing_of_ones_own_goes_first_then_the_one_before_then_nothing(story: Graph) -> None:
    assert undone(story, hour=3) == ["event:E1"]
    assert undone(story, hour=4) == ["pass:T1"]
    with pytest.raises(NotFound, check=undo.NOTHING_TO_UNDO.matches, match="relay correct"):  # the rest is two days old
        newest(story, hour=5)
    assert set(replayed(story).placements) == {"P1"}
    assert [event.event_id for event in replayed(story).placements["P1"].events] == ["E9"]
    assert verify(story, "demo").ok


def test_what_is_older_than_a_day_is_left_alone(story: Graph) -> None:
    assert [each.act_id for each in newest(story, hour=26).acts] == ["event:E1"]
    with pytest.raises(NotFound, check=undo.NOTHING_TO_UNDO.matches):
        newest(story, hour=27)


def test_it_is_said_what_would_go_without_a_name(story: Graph) -> None:
    (birth,) = newest(story, hour=3).acts
    assert birth.what == "birth at placement P1 on 2021-05-01"


def test_later_acts_that_stand_on_it_are_listed_and_nothing_is_taken_back(story: Graph) -> None:
    keep(story, happened("E8: death of P2 on 2021-06-01"), hour=3, by="local:bina")
    undone(story, hour=4)

    with pytest.raises(StandingOnIt, match="event:E8"):
        undone(story, hour=5)

    assert "pass:T1" in replayed(story).facts


def test_a_correction_is_undone_too(story: Graph) -> None:
    keep(story, corrected("pass:T1", beneficiary_id="W3"), hour=3)

    assert undone(story, hour=4) == ["correct:C1"]

    assert replayed(story).placements["P2"].beneficiary_id == "W2"


def test_a_whole_import_is_taken_back_by_its_time_whatever_its_age_and_all_that_hangs_on_it_is_listed(
    story: Graph,
) -> None:
    keep(story, placed("P3 on 2020-05-01"), passed("T3: P3 > P4 on 2021-05-01"), hour=5)
    keep(story, happened("E3: birth of P3 on 2021-06-01"), happened("E4: birth of P4 on 2021-06-01"), hour=6)
    at = "2024-06-30T11:15:00Z"

    assert [each.act_id for each in newest(story, hour=100, at=at).acts] == ["pass:T3", "placement:P3"]
    with pytest.raises(StandingOnIt, match="event:E3, event:E4") as refused:
        undone(story, hour=100, at=at)
    assert "depend on it: event:E3, event:E4" in str(refused.value)
    assert undone(story, hour=7) == ["event:E4", "event:E3"]
    assert undone(story, hour=100, at=at) == ["pass:T3", "placement:P3"]
    assert set(replayed(story).placements) == {"P1", "P2"}
    with pytest.raises(NotFound, check=undo.NOTHING_TO_UNDO.matches, match="at 2024-06-30T11:15:00Z"):
        newest(story, hour=100, at=at)


@pytest.mark.parametrize(
    ("owner", "name", "most"), [(Register, "settled", 5), (Catalogue, "named_by", 5), (Transaction, "rows", 1)]
)
def test_four_times_as_many_acts_are_taken_back_with_four_times_the_work(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, most: int
) -> None:
    """P1 was visited 20 times at hour 1 and 80 at hour 2; what is read of them is settled once, not once for each."""
    keep(graph, *beginnings(1), placed("P1 on 2020-03-01"), hour=0)
    keep(graph, *(happened(f"A{number}: visit of P1 on 2021-05-01") for number in range(20)), hour=1)
    keep(graph, *(happened(f"B{number}: visit of P1 on 2021-05-01") for number in range(80)), hour=2)
    does, calls = getattr(owner, name), Counter[int]()

    def counting(*args: object, **kwargs: object) -> object:
        calls[hour] += 1
        return does(*args, **kwargs)

    monkeypatch.setattr(owner, name, counting)
    for hour in (3, 4):
        undone(graph, hour=hour)

    assert replayed(graph).placements["P1"].events == ()
    assert 0 < calls[3] <= most * calls[4]  # 80 before 20


def test_many_acts_are_taken_back_in_steps_and_it_is_told_how_far_it_has_come(
    story: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven acts in steps of three; what is refused is known before the first is written."""
    keep(story, *(happened(f"A{number}: visit of P1 on 2021-06-01") for number in range(7)), hour=3)
    monkeypatch.setattr(recording, "STEP", 3)
    who, told = replace(clerk(seed=4), now=NOW + timedelta(hours=4)), list[tuple[str, int, int]]()
    corrected = undo.corrections(newest(story, hour=4).acts, "a slip", who)
    passed_on = undo.correction("pass:T1", "a slip", "X")
    keep(story, happened("E8: death of P2 on 2021-06-01"), hour=3, by="local:bina")

    with pytest.raises(StandingOnIt, match="event:E8"):
        undo.take_back(story, "demo", (*corrected, passed_on), who, frozenset)
    assert verify(story, "demo").ok
    assert "event:A6" in replayed(story).facts

    def tell(what: str, done: int, of: int) -> None:
        told.append((what, done, of))

    undo.take_back(story, "demo", corrected, who, frozenset, tell)
    assert told == [
        *(("acts judged", done, 7) for done in (3, 6, 7)),
        *(("acts recorded", done, 7) for done in (3, 6, 7)),
    ]
    assert [each for each in replayed(story).facts if each.startswith("event:A")] == []
    assert verify(story, "demo").ok


def test_nobody_undoes_what_another_recorded(story: Graph) -> None:
    assert [each.act_id for each in newest(story, hour=3, by="local:bina").acts] == ["event:E9"]
    with pytest.raises(NotFound, check=undo.NOTHING_TO_UNDO.matches):
        newest(story, hour=3, by="local:chandra")
