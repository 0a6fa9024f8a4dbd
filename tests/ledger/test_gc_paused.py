"""Work during which Python does not search for rings of objects."""

from __future__ import annotations

import gc
import weakref

import pytest

from relay.ledger.gc_paused import gc_paused


def test_no_rings_are_searched_for_until_the_end_of_the_work_even_of_one_that_fails() -> None:
    searched: list[bool] = []

    def fail() -> None:
        searched.append(gc.isenabled())
        raise ArithmeticError

    with pytest.raises(ArithmeticError), gc_paused():
        fail()

    assert [*searched, gc.isenabled()] == [False, True]


def test_work_within_such_work_leaves_the_end_to_the_outer_one() -> None:
    with gc_paused():
        with gc_paused():
            pass
        assert not gc.isenabled()

    assert gc.isenabled()


class Ring:
    """What keeps itself, until somebody searches for rings."""

    def __init__(self) -> None:
        """Tie it."""
        self.kept = self


def test_who_searches_meanwhile_looks_only_at_what_was_made_meanwhile() -> None:
    gc.collect()
    before = weakref.ref(Ring())

    with gc_paused():
        meanwhile = weakref.ref(Ring())
        gc.collect()
        assert (before() is None, meanwhile() is None) == (False, True)

    gc.collect()
    assert before() is None
