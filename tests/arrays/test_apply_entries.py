"""Entries that only add are applied to a snapshot, and give what the whole ledger gives."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from relay.arrays import tables
from relay.arrays.apply_entries import applied
from relay.arrays.from_register import of_register
from relay.ledger import reading
from tests.arrays.test_tables import STORY
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.scenes.made import acts as made_acts
from tests.scenes.made import programme
from tests.scenes.strategies import programmes

if TYPE_CHECKING:
    from relay.domain.acts import Act


def test_what_only_adds_is_applied_and_gives_the_very_same_columns() -> None:
    book = say.Book(*made_acts(programme(150)), programme_id="made", today=date(2025, 1, 1))
    entries = sorted(book.register.entries.values(), key=lambda entry: entry.sequence)

    for step in (1, 7, 100):
        known = of_register(reading.replay("made", entries[:40], CORE))
        for start in range(40, len(entries), step):
            found = applied(known, entries[start : start + step])
            assert found
            known = found

        assert tables.differences(known, of_register(book.register)) == ()


def test_additions_confirmations_erasures_and_corrected_names_are_applied() -> None:
    book = say.Book(*STORY)
    for act in (
        say.passed("T4: P1 > P5 on 2021-01-05", animals=1),
        say.passed("T5: P1 > P3 on 2021-06-20", animals=0.5),
        say.confirmed("pass:T3"),
        say.corrected("beneficiary:W1", "C1", name="Another"),
        say.erased("beneficiary:W2"),
        say.rule("pig", "2023-01-01", condition="pregnant", equivalents={"goat": 1}),
        say.gift("G3", note="for the next ward"),
        say.happened("E4: extended of P2 on 2021-01-05", until_on="2023-12-31"),
        say.happened("E5: death of P2 on 2021-01-04"),
        say.claimed("K1"),
    ):
        before = of_register(book.register)
        book.add(act, by="local:bina")
        last = max(book.register.entries.values(), key=lambda entry: entry.sequence)
        found = applied(before, [last])
        assert found
        assert tables.differences(found, of_register(book.register)) == ()


def test_a_refreshed_snapshot_tells_when_something_may_be_called_otherwise() -> None:
    book = say.Book(*STORY, say.place("L9", name="Ward nine"))
    known = of_register(book.register)
    said = [
        (say.passed("T4: P1 > P5 on 2021-01-05", animals=1), False),
        (say.corrected("place:L9", "C9", name="Ward 9"), True),
        (say.happened("E5: birth of P2 on 2021-01-04"), False),
        (say.gift("G3", donor="A donor"), True),
        (say.erased("gift:G3"), True),
        (say.confirmed("pass:T4"), False),
    ]
    for act, names in said:
        book.add(act, by="local:bina" if act.kind == "confirm" else "local:asha")
        before, entry = known, book.register.entries[act.act_id]
        found = applied(before, [entry])
        if found is None:  # read anew, which tells it too
            found = of_register(book.register)
        assert (found.named != before.named) is names
        known = found


@pytest.mark.parametrize(
    "act",
    [
        say.corrected("pass:T3", animals=1),
        say.taken_back("event:E3"),
        say.rule("seeds", "2023-01-01"),
    ],
    ids=["wrong data", "did not happen", "a new help"],
)
def test_what_changes_what_stands_is_not_applied(act: Act) -> None:
    book = say.Book(*STORY)
    before = of_register(book.register)
    book.add(act)

    last = max(book.register.entries.values(), key=lambda entry: entry.sequence)

    assert applied(before, [last]) is None


def test_foreign_data_that_names_what_is_not_there_is_not_applied() -> None:
    book = say.Book(*STORY)
    register = reading.replay("demo", book.register.entries.values(), CORE)
    register.take(register.change(say.woman("W9", place_id="nowhere"), 99))

    assert not of_register(register).whole
    assert of_register(book.register).whole
    assert applied(of_register(register), [book.register.entries["gift:G1"]]) is None


@settings(max_examples=60)
@given(acts=programmes(most=40))
def test_a_refreshed_snapshot_is_the_one_of_the_whole_ledger(acts: list[Act]) -> None:
    book = say.Book()
    known = of_register(book.register)
    for act in acts:
        if book.offer(act, by="local:bina" if act.kind == "confirm" else "local:asha").action == "added":
            last = max(book.register.entries.values(), key=lambda entry: entry.sequence)
            whole = of_register(book.register)
            found = applied(known, [last])
            assert found is None or tables.differences(found, whole) == ()
            known = whole
