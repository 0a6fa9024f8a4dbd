"""Rows are bound by placement and day, those that came later too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.arrays import adjacency
from relay.arrays.adjacency import bind

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=6)


def test_rows_stand_by_placement_then_by_day_and_of_one_day_in_their_order() -> None:
    bound = bind(np.array([1, 0, 1, 1], np.int32), np.array([7, 5, 3, 7], np.int32), 3)

    assert (bound.start.tolist(), bound.order.tolist()) == ([0, 1, 4, 4], [1, 2, 0, 3])
    assert ([*bound.of(1)], [*bound.of(2)], [*bound.of(3)]) == ([2, 0, 3], [], [])
    assert bound.about(np.array([1, 0], np.int32)).tolist() == [2, 0, 3, 1]


def test_some_rows_more_are_of_their_placements_and_the_others_stay_as_they_are() -> None:
    days = np.array([7, 5, 3, 7, 4, 9], np.int32)
    bound = bind(np.array([1, 0, 1, 1], np.int32), days[:4], 3)

    more = bound.more(days, [(1, 4), (3, 5)], 5)

    assert ([*more.of(1)], [*more.of(3)], [*more.of(4)]) == ([2, 4, 0, 3], [5], [])
    assert (more.start.tolist(), more.order.tolist()) == ([0, 1, 5, 5, 6, 6], [1, 2, 4, 0, 3, 5])
    assert (bound.start.tolist(), bound.order.tolist()) == ([0, 1, 4, 4], [1, 2, 0, 3])


@given(steps=st.lists(st.tuples(ROWS, st.integers(0, 2), st.booleans()), max_size=12), few=st.sampled_from([0, 2, 200]))
def test_what_is_bound_bit_by_bit_is_what_is_bound_at_once(
    steps: list[tuple[list[tuple[int, int]], int, bool]], few: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adjacency, "_FEW", few)
        placement, day, placements = list[int](), list[int](), 5
        bound = bind(np.array([], np.int32), np.array([], np.int32), placements)
        for rows, new, asked in steps:
            placements += new
            added = [(whose, len(placement) + nth) for nth, (whose, _) in enumerate(rows)]
            placement += [whose for whose, _ in rows]
            day += [when for _, when in rows]
            bound = bound.more(np.array(day, np.int32), added, placements)
            whole = bind(np.array(placement, np.int32), np.array(day, np.int32), placements)

            for each in range(placements):
                assert [*bound.of(each)] == whole.order[whole.start[each] : whole.start[each + 1]].tolist()
            if asked:
                assert (bound.start.tolist(), bound.order.tolist()) == (whole.start.tolist(), whole.order.tolist())
