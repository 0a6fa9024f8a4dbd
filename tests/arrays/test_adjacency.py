"""Rows by placement and day, those that came later too."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relay.arrays.adjacency import Adjacency

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=6)


def test_rows_stand_by_placement_then_by_day_and_of_one_day_in_their_order() -> None:
    rows = Adjacency.of(np.array([1, 0, 1, 1], np.int32), np.array([7, 5, 3, 7], np.int32), 3)

    assert (rows.start.tolist(), rows.order.tolist()) == ([0, 1, 4, 4], [1, 2, 0, 3])
    assert rows.about(np.array([1, 0], np.int32)).tolist() == [2, 0, 3, 1]


def test_some_rows_more_are_of_their_placements_and_the_others_stay_as_they_are() -> None:
    placement, days = np.array([1, 0, 1, 1, 1, 3], np.int32), np.array([7, 5, 3, 7, 4, 9], np.int32)
    rows = Adjacency.of(placement[:4], days[:4], 3)

    more = rows.more(placement, days, 5)

    assert (more.start.tolist(), more.order.tolist()) == ([0, 1, 5, 5, 6, 6], [1, 2, 4, 0, 3, 5])
    assert (rows.start.tolist(), rows.order.tolist()) == ([0, 1, 4, 4], [1, 2, 0, 3])


@given(steps=st.lists(st.tuples(ROWS, st.integers(0, 2)), max_size=12))
def test_rows_that_come_bit_by_bit_stand_as_those_that_come_at_once(
    steps: list[tuple[list[tuple[int, int]], int]],
) -> None:
    placement, day, placements = np.array([], np.int32), np.array([], np.int32), 5
    rows = Adjacency.of(placement, day, placements)
    for added, new in steps:
        placements += new
        placement = np.array([*placement, *(whose for whose, _ in added)], np.int32)
        day = np.array([*day, *(when for _, when in added)], np.int32)
        rows = rows.more(placement, day, placements)
        whole = Adjacency.of(placement, day, placements)

        assert (rows.start.tolist(), rows.order.tolist()) == (whole.start.tolist(), whole.order.tolist())
        assert (rows.start.dtype, rows.order.dtype) == (whole.start.dtype, whole.order.dtype)
