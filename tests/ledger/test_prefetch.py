"""Asking one step ahead: in order, no further than one, and with what fails told where it is due."""

from __future__ import annotations

import threading

import pytest

from relay.ledger.prefetch import prefetched


def test_answers_come_in_order_and_the_next_is_asked_while_one_is_used() -> None:
    asked, second = list[int](), threading.Event()

    def ask(step: int) -> int:
        asked.append(step)
        if step == 2:
            second.set()
        return step * 10

    answers = prefetched(ask, range(1, 5))

    assert next(answers) == 10
    assert second.wait(5)
    assert asked == [1, 2]  # and no further
    assert list(answers) == [20, 30, 40]
    assert asked == [1, 2, 3, 4]
    assert list(prefetched(ask, ())) == []


def test_what_fails_is_told_when_its_answer_is_due_and_nothing_more_is_asked() -> None:
    asked = list[int]()

    def ask(step: int) -> int:
        asked.append(step)
        return 10 // (3 - step)

    answers = prefetched(ask, range(1, 6))

    assert [next(answers), next(answers)] == [5, 10]
    with pytest.raises(ZeroDivisionError):
        next(answers)
    assert asked == [1, 2, 3]


def test_who_stops_in_between_waits_for_the_one_step_that_was_asked() -> None:
    done = list[int]()
    before = threading.active_count()
    answers = prefetched(done.append, range(1, 100))

    next(answers)
    del answers

    assert done == [1, 2]
    assert threading.active_count() == before
