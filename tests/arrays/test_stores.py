"""Columns that grow and change, while others read what they were."""

from __future__ import annotations

import gc
import threading
from weakref import ref

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relay.arrays.stores import changed, longer

COLUMN = np.arange(3, dtype=np.int32)


def test_a_longer_column_has_its_rows_and_the_new_ones_and_the_shorter_stays_as_it_is() -> None:
    four = longer(COLUMN, [3])
    six = longer(four, [4, 5])

    assert (COLUMN.tolist(), four.tolist(), six.tolist()) == ([0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4, 5])
    assert six.dtype == np.int32


def test_two_who_make_the_same_column_longer_do_not_write_over_each_other() -> None:
    four = longer(COLUMN, [3])

    one, other = longer(four, [7]), longer(four, [8])

    assert (one.tolist(), other.tolist(), four.tolist()) == ([0, 1, 2, 3, 7], [0, 1, 2, 3, 8], [0, 1, 2, 3])


def test_a_part_of_a_column_grows_by_itself() -> None:
    many = longer(np.arange(100, dtype=np.int64), [100])

    assert longer(many[:50], [7]).tolist() == [*range(50), 7]
    assert longer(many[1:], [7]).tolist() == [*range(1, 101), 7]
    assert many.tolist() == list(range(101))


def test_rows_are_written_into_room_that_was_kept_rather_than_copied() -> None:
    column = longer(np.arange(1000, dtype=np.int64), [1000])

    assert np.shares_memory(column, longer(column, [1001]))
    assert not np.shares_memory(column, longer(column, [1002]))  # the room behind it is taken


def test_threads_that_make_one_column_longer_each_have_their_own_rows() -> None:
    column, found = longer(np.zeros(1000, np.int64), [0]), dict[int, list[int]]()
    ready = threading.Barrier(8)

    def grow(number: int) -> None:
        ready.wait()
        mine = column
        for _ in range(200):
            mine = longer(mine, [number])
        found[number] = mine[1001:].tolist()

    threads = [threading.Thread(target=grow, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found == {number: [number] * 200 for number in range(8)}


def test_a_changed_column_has_other_values_in_some_rows_and_the_other_stays_as_it_is() -> None:
    other = changed(COLUMN, {1: 7, 2: 9})

    assert (COLUMN.tolist(), other.tolist()) == ([0, 1, 2], [0, 7, 9])
    assert other.dtype == COLUMN.dtype
    assert changed(COLUMN, {}) is COLUMN


def test_memory_is_used_again_once_nobody_looks_at_it_and_not_before() -> None:
    first = changed(np.arange(1000), {0: 1})
    second = changed(first, {1: 2})
    part = first[10:20]
    del first

    third = changed(second, {2: 3})
    assert not np.shares_memory(third, part)  # somebody still looks at a part of it
    where = second.__array_interface__["data"]
    del second
    fourth = changed(third, {3: 4})

    assert fourth.__array_interface__["data"] == where
    assert fourth.tolist() == [1, 2, 3, 4, *range(4, 1000)]
    assert (third.tolist()[:4], part.tolist()) == ([1, 2, 3, 3], [*range(10, 20)])


def test_memory_at_which_nobody_will_look_again_is_let_go_at_once() -> None:
    gc.disable()  # nothing may wait for it: it is called once a thousand things, however large they are
    try:
        first = changed(np.arange(1000), {0: 1})
        second = changed(first, {1: 2})
        memories = [ref(column.base.base) for column in (first, second)]  # type: ignore[union-attr]
        del first, second

        assert [memory() for memory in memories] == [None, None]
    finally:
        gc.enable()


@given(steps=st.lists(st.tuples(st.integers(0, 20), st.lists(st.integers(-9, 9), max_size=5)), max_size=20))
def test_whatever_grows_from_whatever_says_what_a_list_would_say(steps: list[tuple[int, list[int]]]) -> None:
    columns, lists = [np.array([1, 2], np.int64)], [[1, 2]]
    for nth, added in steps:
        columns.append(longer(columns[nth % len(columns)], added))
        lists.append(lists[nth % len(lists)] + added)

    assert [column.tolist() for column in columns] == lists


@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 3),
            st.lists(st.integers(-9, 9), max_size=3),
            st.dictionaries(st.integers(0, 30), st.integers(-9, 9), max_size=4),
        ),
        max_size=60,
    )
)
def test_what_grows_and_changes_and_is_forgotten_says_what_lists_would_say(
    steps: list[tuple[int, int, list[int], dict[int, int]]],
) -> None:
    columns, lists = [np.array([1, 2], np.int64) for _ in range(4)], [[1, 2] for _ in range(4)]
    for read, write, added, values in steps:
        column, listed = longer(columns[read], added), lists[read] + added
        columns[write] = changed(column, {row: value for row, value in values.items() if row < len(listed)})
        lists[write] = [values.get(row, value) for row, value in enumerate(listed)]

        assert [each.tolist() for each in columns] == lists


def test_threads_that_change_one_column_each_have_their_own_rows() -> None:
    column, found = changed(np.zeros(1000, np.int64), {0: 1}), dict[int, list[int]]()
    ready = threading.Barrier(8)

    def change(number: int) -> None:
        ready.wait()
        mine = column
        for row in range(1, 200):
            mine = changed(mine, {row: number})
        found[number] = mine.tolist()

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found == {number: [1, *[number] * 199, *[0] * 800] for number in range(8)}
    assert column.tolist() == [1, *[0] * 999]
