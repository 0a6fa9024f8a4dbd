"""The sentence of an act: told from the register in which it was judged, it is the one that the record tells later."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from relay.domain.questions import NOTED
from relay.ledger import recording
from relay.office.recorded_sentence import told, told_of
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes import drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.system import Catalogue
    from relay.graph import Graph

ACTS: Final = 100
HISTORIES: Final = range(20 if SOAK else 1)


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold what all systems record."""
    return wiped(graphs(drawn.EVERYTHING))


@pytest.mark.parametrize("seed", HISTORIES)
def test_tried_recorded_and_asked_for_later_an_act_of_any_kind_is_told_in_the_same_words(
    graph: Graph, seed: int
) -> None:
    """Acts and changes of all kinds and systems are drawn one after another; of an erased woman no name is left."""
    random = Random(seed)  # noqa: S311 - drawn cases
    book = say.Book(*drawn.beginnings(), catalogue=drawn.EVERYTHING)
    recording.record(graph, "demo", drawn.beginnings(), say.clerk(), answers=NOTED)
    kinds = set[str]()
    for _ in range(ACTS):
        act = drawn.next_act(random, book.register)
        clerk = say.clerk(drawn.by(act))
        book.offer(act, by=clerk.by)
        (tried,) = recording.record(graph, "demo", [act], replace(clerk, rehearses=True), answers=NOTED)
        (recorded,) = recording.record(graph, "demo", [act], clerk, answers=NOTED)
        if recorded.action != "added":
            assert (told_of(tried, clerk), told_of(recorded, clerk)) == (None, None)
            continue
        kinds.add(act.kind)
        later = told(graph, "demo", act.act_id, say.TODAY)
        assert told_of(recorded, clerk) == later, act
        assert told_of(tried, clerk) == later, act
    assert kinds >= {"pass", "correct"}
