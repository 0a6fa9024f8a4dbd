"""Ids are found again by their rows, few or many, and however they grow."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relay.arrays.id_column import IdColumn


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
