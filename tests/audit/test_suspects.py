"""Columns say at whom a check has to look: whoever they pass over is innocent.

a made programme, every offence planted ──► suspects named by columns ──► findings ─┐
                                        └─► everybody suspected       ──► findings ─┴─ the same
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relay.audit import handovers, suspects
from relay.audit.books import Books
from relay.audit.run import audit_of
from relay.service.json_codec import json_of
from tests.scenes.acts import TODAY as DAY
from tests.scenes.acts import Book, beginnings, happened, passed, placed
from tests.scenes.clean import TODAY, grown
from tests.scenes.offences import OFFENCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.arrays.columns import Flags
    from relay.domain.register import Register

DAYS = (TODAY, date(2024, 6, 30), date(2021, 1, 1))
OF_PASS_ONS = ("of_a_sex", "too_soon", "more_than_born", "between_alike", "to_herself", "repeated", "between_some")
OF_PLACEMENTS = ("never_received", "one_of_several", "passed_on_times", "before_receipt")


def every_pass_on(books: Books, *_: object) -> Flags:
    return np.ones(len(books.snapshot.passes), np.bool_)


def every_placement(books: Books, *_: object) -> Flags:
    return np.ones(len(books.snapshot.placements), np.bool_)


def suspect_everybody(patch: pytest.MonkeyPatch) -> None:
    """Have the checks read every act."""
    for name in OF_PASS_ONS:
        patch.setattr(suspects, name, every_pass_on)
    for name in OF_PLACEMENTS:
        patch.setattr(suspects, name, every_placement)


def spoilt(seed: int) -> Register:
    """A made programme in which every offence was planted that finds its place."""
    programme = grown(seed)
    for plant in OFFENCES.values():
        if programme.quiet:
            plant(programme)
    return programme.book.register


@pytest.mark.parametrize("seed", range(6))
def test_whoever_is_not_suspected_is_innocent(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    for day in DAYS:
        found = json_of(audit_of(spoilt(seed), day))
        with monkeypatch.context() as patch:
            suspect_everybody(patch)
            assert json_of(audit_of(spoilt(seed), day)) == found, day


@pytest.mark.parametrize("seed", range(6))
def test_what_checks_look_at_is_what_the_acts_say(seed: int) -> None:
    for day in DAYS:
        books = Books(spoilt(seed), day)
        bred = {fact.values["placement_id"] for fact in books.facts("event") if fact.values["kind"] == "birth"}
        made = [each for each in books.hand_overs if each.pass_on.passed_on <= day]

        assert [each.fact for each in made] == [*books.facts("pass")]
        assert list(handovers.bound(books)) == [each for each in made if each.held and each.held.rule]
        assert list(handovers.own_young(books)) == [
            each for each in made if each.giver.placement_id in bred and each.pass_on.in_kind
        ]
        assert list(handovers.animals(books)) == [
            each for each in made if each.held and each.held.rule and each.held.rule.unit == "animal"
        ]
        receipts = {id_: placement.receipts[:1] for id_, placement in books.register.placements.items()}
        received = {id_ for id_, first in receipts.items() if first and first[0].received_on <= day}
        assert {*books.held} == received
        assert len(books.held) == len(received)


def named(books: Books, suspected: Callable[[Books], Flags]) -> set[str]:
    """The ids of the pass-ons that columns name."""
    return {each.pass_on.pass_id for each in books.hand_overs.where(suspected(books))}


def test_columns_count_what_was_born_by_the_day_of_each_pass_on() -> None:
    # P1: one young born on 1 February and one on 1 May 2021; passed on 1 in kind on 1 March, 1 on 1 April (2 > 1 born)
    # and half of one on 1 May (2.5 > 2 born). P2: two young born on the day on which both are passed on.
    book = Book(*beginnings(), placed("P1 on 2020-03-01"), placed("P2 on 2020-03-01"))
    book.add(happened("E1: birth of P1 on 2021-02-01"), happened("E2: birth of P1 on 2021-05-01"))
    book.add(happened("E3: birth of P2 on 2021-03-01", animals=2))
    book.add(passed("T1: P1 > P3 on 2021-03-01", animals=1), passed("T2: P1 > P4 on 2021-04-01", animals=1))
    book.add(passed("T3: P1 > P5 on 2021-05-01", animals=0.5), passed("T4: P2 > P6 on 2021-03-01", animals=2))

    books = Books(book.register, DAY)

    assert named(books, suspects.more_than_born) == {"T2", "T3"}


def test_columns_name_who_gave_sooner_than_her_rule_asks_and_whom_she_gave_twice() -> None:
    # No sooner than 150 days after 1 March 2020, which is 29 July.
    book = Book(*beginnings(), placed("P1 on 2020-03-01"), placed("P2 on 2020-03-01"))
    book.add(passed("T1: P1 > P3 on 2020-07-28", animals=1), passed("T2: P1 > P3 on 2020-07-29", animals=1))
    book.add(passed("T3: P2 > P4 on 2020-07-29", animals=1))

    books = Books(book.register, DAY)

    assert named(books, suspects.too_soon) == {"T1"}
    assert named(books, suspects.repeated) == {"T1", "T2"}
    assert named(books, suspects.to_herself) == set()
