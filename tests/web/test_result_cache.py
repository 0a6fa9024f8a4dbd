"""Results that are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from relay.web.result_cache import cached

if TYPE_CHECKING:
    from flask import Flask


def test_of_many_who_ask_at_once_one_does_the_work(app: Flask) -> None:
    together, done = Barrier(4), list[int]()

    def work() -> int:
        done.append(1)
        return len(done)

    def ask(_reader: int) -> int:
        with app.app_context():
            together.wait(10)
            return cached("many at once", "", work)

    with ThreadPoolExecutor(4) as readers:
        found = list(readers.map(ask, range(4)))

    assert (found, done) == ([1, 1, 1, 1], [1])


def test_work_that_fails_is_tried_again_by_the_next(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            cached("fails at first", "", lambda: 1 // 0)

        assert cached("fails at first", "", lambda: 2) == 2


def test_what_is_kept_serves_as_long_as_nothing_new_was_read(app: Flask) -> None:
    with app.app_context():
        work = iter(range(1, 9)).__next__

        assert [cached("the same", head, work) for head in ("first", "first", "second", "first")] == [1, 1, 2, 3]
