"""The period lock: which corrections are a manager's."""

from __future__ import annotations

import pytest

from relay.domain.period_lock import is_a_managers
from tests.scenes.acts import Book, beginnings, confirmed, corrected, happened, passed, place, placed, taken_back


@pytest.fixture
def book() -> Book:
    """P1 > P2 in 2021 and P1 > P3 in 2022; all until the end of 2021 is locked."""
    return Book(
        *beginnings(),
        *(place("L1"), place("L2")),
        placed("P1 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01"),
        passed("T2: P1 > P3 on 2022-03-01"),
        happened("E1: visit of P2 on 2022-06-01"),
        corrected("programme:demo", "LOCK", locked_until="2021-12-31"),
    )


def test_what_happened_in_a_locked_period_is_a_managers_and_what_happened_later_is_not(book: Book) -> None:
    for act in (corrected("pass:T1", "C1", animals=1), taken_back("pass:T1", "C1")):
        assert is_a_managers(book.register, act)
    for act in (corrected("pass:T2", "C1", animals=1), taken_back("event:E1", "C1")):
        assert not is_a_managers(book.register, act)


def test_what_is_moved_into_or_out_of_a_locked_period_is_a_managers(book: Book) -> None:
    assert is_a_managers(book.register, corrected("pass:T2", "C1", passed_on="2021-06-01"))

    book.add(corrected("pass:T1", "C1", passed_on="2022-01-15"))
    assert is_a_managers(book.register, corrected("pass:T1", "C2", animals=1))
    assert is_a_managers(book.register, taken_back("correct:C1", "C2"))


def test_what_a_manager_decided_is_a_managers_on_any_day(book: Book) -> None:
    book.add(confirmed("pass:T2"), by="local:bina")

    for act in (
        *(corrected("pass:T2", "C1", animals=1), corrected("placement:P1", "C1", help="pig")),
        *(corrected("place:L1", "C1", parent_id="L2"), corrected("rule:goat@2020-01-01", "C1", months=12)),
        *(corrected("programme:demo", "C1", locked_until=None), taken_back("correct:LOCK", "C1")),
    ):
        assert is_a_managers(book.register, act), act
    assert not is_a_managers(book.register, corrected("place:L1", "C1", name="Another ward"))


def test_what_corrects_nothing_that_is_recorded_is_no_managers(book: Book) -> None:
    assert not is_a_managers(book.register, taken_back("pass:T99", "C1"))
    assert not is_a_managers(book.register, passed("T9: P2 > P4 on 2021-06-01"))
