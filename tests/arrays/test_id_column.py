"""Ids are found again by their rows, few or many, and however they grow."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.arrays.id_column import Finder, Ids


def test_ids_are_found_again_and_nothing_else_is() -> None:
    ids = Ids.of(["P1", "P10", "पोखरा-2", "P"])

    assert list(ids) == ["P1", "P10", "पोखरा-2", "P"]
    assert [ids.row(each) for each in ("P1", "P10", "पोखरा-2", "P", "P2", "", "P1\nP10")] == [0, 1, 2, 3, *[None] * 3]


def test_ids_of_one_check_sum_are_told_apart() -> None:
    ids = Ids.of(["plumless", "P1"])

    assert crc32(b"plumless") == crc32(b"buckeroo")
    assert [ids.row(each) for each in ("plumless", "buckeroo")] == [0, None]
    assert [ids.more(["buckeroo"]).row(each) for each in ("plumless", "buckeroo", "P1")] == [0, 2, 1]


def test_no_ids_are_no_rows() -> None:
    assert (len(Ids.of([])), list(Ids.of([])), Ids.of([]).row("P1")) == (0, [], None)


def test_the_bytes_of_ids_sort_as_the_ids_do() -> None:
    said = ["P10", "पोखरा-2", "P", "P2", "𝄞", "पोखरा-10", "~", "P1"]
    ids, rows = Ids.of(said), np.arange(len(said), dtype=np.int32)

    assert [said[row] for row in np.argsort(ids.sortable(rows))] == sorted(said)
    assert list(ids.sortable(rows[3:5])) == [b"P2", "𝄞".encode()]
    assert len(ids.sortable(rows[:0])) == 0


def test_ids_of_any_length_and_script_sort_as_their_characters_do() -> None:
    words = ["P10", "P1", "P", "P12345678", "P1234567", "P123456", "प१", "प", "Z" * 17, "Z" * 16, "a", "Ä"]

    found = Ids.of(words).sortable(np.arange(len(words), dtype=np.int32))

    assert [words[nth] for nth in np.argsort(found, kind="stable")] == sorted(words)


def test_ids_that_are_asked_for_often_are_found_as_before_and_so_are_those_that_come_later() -> None:
    few = Ids.of(f"P{number}" for number in range(100))
    for number in range(3 * Finder.OFTEN):
        assert few.row(f"P{number}") == number

    more = few.more(["X", "plumless"])
    others = few.more(["Y"])  # of the same row as X
    most = more.more(["buckeroo"])

    assert [each.row("X") for each in (few, more, others, most)] == [None, 100, None, 100]
    assert [each.row("Y") for each in (few, more, others, most)] == [None, None, 100, None]
    assert [most.row(each) for each in ("plumless", "buckeroo", "P7", "P100")] == [101, 102, 7, None]


def test_of_two_rows_of_one_id_the_first_is_found() -> None:
    """Which only foreign data holds."""
    ids = Ids.of(["P1", "P2", "P1", "P2"])

    assert [ids.row("P2") for _ in range(2 * Finder.OFTEN)] == [1] * 2 * Finder.OFTEN


@pytest.mark.parametrize("few", [0, 3, 50_000])
@given(steps=st.lists(st.tuples(st.integers(0, 9), st.lists(st.sampled_from("abcdefgh"), max_size=3)), max_size=30))
def test_whatever_ids_grow_from_whatever_are_found_as_in_a_list(few: int, steps: list[tuple[int, list[str]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Finder, "FEW", few)
        patch.setattr(Finder, "OFTEN", 5)
        grown, lists = [Ids.of(["a", "b"])], [["a", "b"]]
        for nth, added in steps:
            grown.append(grown[nth % len(grown)].more(added))
            lists.append(lists[nth % len(lists)] + added)

            for ids, listed in zip(grown, lists, strict=True):
                assert list(ids) == listed
                assert [ids.row(id_) for id_ in "ach"] == [
                    listed.index(id_) if id_ in listed else None for id_ in "ach"
                ]
