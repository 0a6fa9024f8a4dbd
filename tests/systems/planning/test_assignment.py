"""Most women served, then the public order, then the distance, then ids; never a pair that is forbidden."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.systems.planning.assignment import assign
from tests.rigs.soak import drawn

Metres = Sequence[Sequence[int]]
Allowed = Sequence[Sequence[bool]]


def best(metres: Metres, allowed: Allowed) -> list[int]:
    """The same, by looking at everything: sets of women from the largest, in the public order, then all ways."""
    women, slots = len(metres), len(metres[0])
    for many in range(min(women, slots), 0, -1):
        for chosen in combinations(range(women), many):
            ways = [
                (sum(metres[woman][slot] for woman, slot in zip(chosen, way, strict=True)), way)
                for way in permutations(range(slots), many)
                if all(allowed[woman][slot] for woman, slot in zip(chosen, way, strict=True))
            ]
            if ways:
                way = dict(zip(chosen, min(ways)[1], strict=True))
                return [way.get(woman, -1) for woman in range(women)]
    return [-1] * women


@st.composite
def seasons(draw: st.DrawFn) -> tuple[Metres, Allowed]:
    """Up to six women and six hand-overs, with many distances alike."""
    women, slots = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    row = st.lists(st.sampled_from((0, 1000, 2000, 50_000)), min_size=slots, max_size=slots)
    may = st.lists(st.booleans(), min_size=slots, max_size=slots)
    metres = draw(st.lists(row, min_size=women, max_size=women))
    return metres, draw(st.lists(may, min_size=women, max_size=women))


@settings(max_examples=drawn(500))
@given(seasons())
def test_it_is_what_looking_at_everything_finds(season: tuple[Metres, Allowed]) -> None:
    metres, allowed = season

    assert assign(metres, allowed) == best(metres, allowed)


@settings(max_examples=drawn(500))
@given(seasons(), st.data())
def test_one_more_woman_never_lowers_the_number_served(season: tuple[Metres, Allowed], data: st.DataObject) -> None:
    metres, allowed = season
    at = data.draw(st.integers(0, len(metres)))
    more = data.draw(st.lists(st.booleans(), min_size=len(metres[0]), max_size=len(metres[0])))

    served = sum(slot >= 0 for slot in assign(metres, allowed))
    with_her = assign([*metres[:at], metres[0], *metres[at:]], [*allowed[:at], more, *allowed[at:]])

    assert sum(slot >= 0 for slot in with_her) >= served


#        g1  g2  g3
# r1      1   2   6     r1 lives with g1
# r2      4   1   5
# r3      9   8   2
# r4      3   7   4
KM = [[1, 2, 6], [4, 1, 5], [9, 8, 2], [3, 7, 4]]


@pytest.mark.parametrize(("order", "found", "km"), [((3, 1, 2, 0), [0, 1, 2, -1], 6), ((0, 2, 3, 1), [1, 2, 0, -1], 7)])
def test_the_published_example_comes_out_as_published(order: tuple[int, ...], found: list[int], km: int) -> None:
    metres = [[1000 * each for each in KM[woman]] for woman in order]
    allowed = [[(woman, giver) != (0, 0) for giver in range(3)] for woman in order]

    assert assign(metres, allowed) == found
    assert sum(metres[row][slot] for row, slot in enumerate(found) if slot >= 0) == 1000 * km


def test_nobody_is_served_where_nobody_gives() -> None:
    assert assign([[]], [[]]) == [-1]
    assert assign([[5]], [[False]]) == [-1]


def test_three_hundred_hand_overs_and_five_hundred_women_are_assigned_in_two_seconds() -> None:
    draws = np.random.default_rng(1)
    metres, allowed = draws.integers(0, 30, (500, 300)) * 1000, draws.random((500, 300)) < 0.95

    began = time.process_time()
    found = assign(metres, allowed)

    assert time.process_time() - began < 2
    assert sorted(slot for slot in found if slot >= 0) == list(range(300))
