"""Ids are found again by their rows, and rows stand by placement and day; those that came later too."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relay.arrays.columns import Adjacency, IdColumn

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


def test_ids_are_found_again_and_nothing_else_is() -> None:
    ids = IdColumn.of(["P1", "P10", "पोखरा-2", "P"])

    assert list(ids) == ["P1", "P10", "पोखरा-2", "P"]
    assert [ids.row(each) for each in ("P1", "P10", "पोखरा-2", "P", "P2", "", "P1\nP10")] == [0, 1, 2, 3, *[None] * 3]


def test_ids_of_one_check_sum_are_told_apart() -> None:
    ids = IdColumn.of(["plumless", "P1"])

    assert crc32(b"plumless") == crc32(b"buckeroo")
    assert [ids.row(each) for each in ("plumless", "buckeroo")] == [0, None]
    assert [ids.more(["buckeroo"]).row(each) for each in ("plumless", "buckeroo", "P1")] == [0, 2, 1]


def test_no_ids_are_no_rows() -> None:
    assert (len(IdColumn.of([])), list(IdColumn.of([])), IdColumn.of([]).row("P1")) == (0, [], None)


def test_ids_sort_as_their_characters_do() -> None:
    said = ["P10", "पोखरा-2", "P", "P2", "𝄞", "पोखरा-10", "~", "P1"]
    ids, rows = IdColumn.of(said), np.arange(len(said), dtype=np.int32)

    assert [said[row] for row in np.lexsort(ids.sortable(rows))] == sorted(said)
    assert ids.sortable(rows[3:5]).tolist() == [[0x50320000_00000000, 0xF09D849E_00000000]]
    assert ids.sortable(rows[:0]).shape == (1, 0)


def test_ids_of_any_length_and_script_sort_as_their_characters_do() -> None:
    words = ["P10", "P1", "P", "P12345678", "P1234567", "P123456", "प१", "प", "Z" * 17, "Z" * 16, "a", "Ä"]

    found = IdColumn.of(words).sortable(np.arange(len(words), dtype=np.int32))

    assert [words[nth] for nth in np.lexsort(found)] == sorted(words)


def test_many_ids_are_found_at_once_as_they_are_one_by_one() -> None:
    ids = IdColumn.of([*(f"P{number}" for number in range(100)), "plumless"])

    assert ids.rows(["P7", "buckeroo", "plumless", "P7", "P100"]) == [7, None, 100, 7, None]
    assert ids.rows([]) == []
    assert IdColumn.of([]).rows(["P1", "P2"]) == [None, None]


def test_of_two_rows_of_one_id_the_first_is_found() -> None:
    """Which only foreign data holds."""
    ids = IdColumn.of(["P1", "P2", "P1", "P2"])

    assert (ids.row("P2"), ids.rows(["P2", "P1"])) == (1, [1, 0])


@given(steps=st.lists(st.tuples(st.integers(0, 9), st.lists(st.sampled_from("abcdefgh"), max_size=3)), max_size=30))
def test_whatever_ids_grow_from_whatever_are_found_as_in_a_list(steps: list[tuple[int, list[str]]]) -> None:
    grown, lists = [IdColumn.of(["a", "b"])], [["a", "b"]]
    for nth, added in steps:
        grown.append(grown[nth % len(grown)].more(added))
        lists.append(lists[nth % len(lists)] + added)

    for ids, listed in zip(grown, lists, strict=True):
        assert list(ids) == listed
        assert ids.rows("ach") == [listed.index(id_) if id_ in listed else None for id_ in "ach"]
