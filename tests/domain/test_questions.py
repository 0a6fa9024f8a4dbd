"""Questions: what seems wrong but can be true is asked once, by a stable code, and recorded when so answered."""

from __future__ import annotations

import pytest

from relay.domain import questions
from relay.domain.acts import Act
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER, NOTED
from relay.errors import Asked
from tests.scenes.acts import Book, beginnings, corrected, gift, happened, passed, place, placed, rule, taken_back


@pytest.fixture
def book() -> Book:
    """P1 with two goats of 2020-03-01, P4 with two young ones, P5 with two pigs; seed is counted in kilos."""
    return Book(
        *beginnings(9),
        rule("seed", unit="kilo"),
        gift("G2", "pig"),
        gift("G3", "seed"),
        placed("P1 on 2020-03-01"),
        placed("P4 on 2020-03-01", condition="young"),
        placed("P5 on 2020-03-01", help="pig", gift_id="G2"),
    )


def asked(book: Book, act: Act, code: str, *said: str) -> None:
    """It is asked under this code in a sentence that says these things, and recorded, with a note, when answered."""
    question = book.refusal(act, answers=NO_ANSWER)
    assert isinstance(question, Asked), question
    assert question.code == code
    assert all(word in str(question) for word in said), str(question)
    assert "--again" in str(question)
    outcome = book.offer(act, answers=NOTED)
    assert outcome.action == "added", outcome.error
    assert code in [note.note for note in outcome.notes]


def unasked(book: Book, act: Act) -> None:
    assert book.offer(act, answers=NO_ANSWER).action == "added", book.offer(act, answers=NO_ANSWER).error


def test_a_hundred_goats_of_a_holder_of_two_are_asked_about_and_two_are_not(book: Book) -> None:
    """From 2020-03-01 to 2021-03-01 each goat can bear 1 + 365 // 180 = 3 times, 3 young: 2 + 2 x 9 = 20."""
    asked(book, passed("T1: P1 > P2 on 2021-03-01", 100), "more_than_had", "at most 20 goats", "makes 100")
    unasked(Book(*beginnings(), placed("P1 on 2020-03-01")), passed("T1: P1 > P2 on 2021-03-01", 2))


def test_twenty_may_have_died_in_a_year_and_the_next_is_asked_about(book: Book) -> None:
    unasked(book, happened("E1: death of P1 on 2021-03-01", animals=20))
    asked(book, passed("T2: P1 > P3 on 2021-03-01", 1), "more_than_had", "makes 21")


def test_a_hand_over_far_above_what_is_owed_and_born_is_asked_about(book: Book) -> None:
    """P1 and P4 owe two each: five times that may be, and what was born on top. Cash is another matter."""
    unasked(book, passed("T1: P1 > P2 on 2022-03-01", 10))
    unasked(book, passed("T2: P1 > P3 on 2022-03-01", 30, kind="cash"))
    asked(
        book, passed("T3: P1 > P6 on 2022-03-01", 1), "far_more_than_owed", "makes 11 goats", "P1, which owes 2 goats"
    )
    book.add(*(happened(f"E{year}: birth of P4 on {year}-01-01", animals=6) for year in (2021, 2022)))
    unasked(book, passed("T4: P4 > P8 on 2022-03-01", 13))


def test_where_births_are_recorded_no_more_can_have_been_born(book: Book) -> None:
    """2 received and 4 born are 6; without a birth on record it might have been 20."""
    book.add(happened("E1: birth of P1 on 2020-09-10", animals=4))
    asked(book, passed("T1: P1 > P2 on 2021-03-01", 7), "more_than_had", "at most 6 goats", "makes 7")
    unasked(
        Book(*beginnings(), placed("P1 on 2020-03-01"), happened("E1: birth of P1 on 2020-09-10", animals=4)),
        passed("T1: P1 > P2 on 2021-03-01", 6),
    )


def test_what_was_born_on_record_and_what_replaced_another_counts_and_cash_does_not(book: Book) -> None:
    book.add(happened("E1: replacement of P1 on 2020-06-01", animals=5))
    unasked(book, happened("E3: theft of P1 on 2021-03-01", animals=25))
    unasked(book, passed("T2: P1 > P3 on 2021-03-01", 30, kind="cash"))
    asked(book, happened("E2: death of P1 on 2021-03-01", animals=1), "more_than_had", "makes 26")


def test_more_replaced_than_she_can_have_lost_is_asked_about(book: Book) -> None:
    """By 2020-06-01 two goats can have borne 6: 8 can have been lost, and as many as are on record as lost."""
    asked(
        book, happened("E1: replacement of P1 on 2020-06-01", animals=50), "more_than_had", "most 8 goats", "makes 50"
    )
    unasked(book, happened("E2: replacement of P4 on 2020-06-01", animals=8))
    asked(book, happened("E3: replacement of P4 on 2020-06-01", animals=1), "more_than_had", "most 8 goats", "makes 9")
    book.add(happened("E4: death of P4 on 2020-06-01", animals=12))
    unasked(book, happened("E5: replacement of P4 on 2020-06-02", animals=2))
    asked(book, corrected("event:E5", "C1", animals=20), "more_than_had", "at most 12 goats", "makes 29")


def test_half_an_animal_is_asked_about_and_half_a_kilo_is_not(book: Book) -> None:
    asked(book, passed("T1: P1 > P2 on 2021-03-01", 0.5), "half_an_animal", "0.5 goat")
    unasked(book, placed("P7 on 2020-03-01", gift_id="G3", help="seed", animals=0.5))


def test_help_of_another_kind_than_the_gift_s_is_asked_about(book: Book) -> None:
    asked(book, placed("P7 on 2020-03-01", gift_id="G2"), "other_help_than_given", "goat", "gift G2 was of pig")
    unasked(book, placed("P8 on 2020-03-01", gift_id="G2", help="pig"))


def test_a_placement_before_its_gift_was_given_is_asked_about(book: Book) -> None:
    book.add(gift("G4", given_on="2020-06-01"))
    asked(book, placed("P7 on 2020-05-31", gift_id="G4"), "before_gift", "2020-05-31", "2020-06-01")
    unasked(book, placed("P8 on 2020-06-01", gift_id="G4"))


def test_more_young_than_two_goats_can_bear_at_once_are_asked_about(book: Book) -> None:
    """Two dams bear at most 3 each, and none bears twice within 180 days."""
    unasked(book, happened("E1: birth of P1 on 2021-01-01", animals=4))
    asked(book, happened("E2: birth of P1 on 2021-06-29", animals=3), "too_many_young", "makes 7 goats", "at most 6")
    unasked(book, happened("E3: birth of P1 on 2022-01-01", animals=6))
    unasked(book, happened("E4: birth of P5 on 2022-01-01", animals=28))


def test_too_many_young_are_asked_about_in_whichever_order_births_are_told(book: Book) -> None:
    """Two dams bear at most 6 within 180 days: 3 in February of the next year, then 2 and 2 of the months before."""
    unasked(book, happened("E1: birth of P1 on 2021-02-04", animals=3))
    unasked(book, happened("E2: birth of P1 on 2020-11-01", animals=2))
    asked(book, happened("E3: birth of P1 on 2020-10-04", animals=2), "too_many_young", "makes 7 goats", "at most 6")
    unasked(book, happened("E4: birth of P1 on 2020-08-08", animals=2))  # 180 days before February


def test_what_was_received_young_does_not_bear_before_it_can_have_carried(book: Book) -> None:
    asked(book, happened("E1: birth of P4 on 2020-07-28", animals=1), "born_too_soon", "149 days")
    unasked(book, happened("E2: birth of P4 on 2020-07-29", animals=1))
    unasked(book, happened("E3: birth of P1 on 2020-03-02", animals=1))


def test_a_correction_is_asked_about_where_the_hand_over_becomes_another_s_and_is_then_too_much(book: Book) -> None:
    book.add(placed("P7 on 2020-03-01", animals=8), passed("T1: P7 > P2 on 2020-04-01", 30))
    question = book.refusal(corrected("pass:T1", giver_placement_id="P1"), answers=NO_ANSWER)
    assert question.code == "more_than_had"


def test_a_correction_is_asked_what_the_same_is_asked_typed_fresh(book: Book) -> None:
    """Two goats can bear 6 at once: 2 + 6 = 8 may have died by 2020-05-01, and not 9."""
    book.add(passed("T1: P1 > P2 on 2021-03-01", 2), happened("E1: death of P1 on 2020-05-01", animals=1))
    asked(book, corrected("event:E1", "C1", animals=9), "more_than_had", "at most 8 goats", "makes 9")
    book.add(corrected("event:E1", "C2", animals=1))
    asked(book, corrected("pass:T1", "C3", animals=100), "more_than_had", "at most 20 goats", "makes 101")
    asked(book, corrected("pass:T1", "C4", animals=0.5), "half_an_animal", "0.5 goat")
    asked(book, corrected("placement:P4", "C5", help="pig"), "other_help_than_given", "places pig", "was of goat")
    book.add(gift("G4", given_on="2020-06-01"), placed("P7 on 2020-06-01", gift_id="G4"))
    asked(book, corrected("placement:P7", "C6", received_on="2020-05-31"), "before_gift", "2020-05-31", "2020-06-01")


def test_a_correction_of_something_else_asks_nothing_again_and_neither_does_its_undo(book: Book) -> None:
    book.add(passed("T1: P1 > P2 on 2021-03-01", 100), passed("T2: P4 > P3 on 2021-03-01", 2))
    unasked(book, corrected("pass:T1", "C1", note="seen by the chair"))
    unasked(book, corrected("pass:T2", "C2", animals=3))
    unasked(book, corrected("pass:T1", "C3", animals=5))
    unasked(book, taken_back("correct:C3", "C4"))


def test_a_gift_that_is_corrected_to_after_what_was_placed_from_it_is_asked_about(book: Book) -> None:
    """P1 and P4 were placed on 2020-03-01, two goats each."""
    asked(book, corrected("gift:G1", "C1", given_on="2020-03-02"), "before_gift", "placement:P1", "2020-03-02")
    unasked(book, corrected("gift:G1", "C2", given_on="2020-03-01"))
    asked(book, corrected("gift:G1", "C3", animals=3), "beyond_gift", "gift:G1", "4 goats")
    unasked(book, corrected("gift:G1", "C4", animals=4))
    asked(book, corrected("gift:G2", "C5", help="goat"), "other_help_than_given", "placement:P5", "gift G2 was of goat")


def test_where_less_was_received_than_is_said_to_have_gone_the_first_of_it_is_asked_about(book: Book) -> None:
    """By 2020-05-01 one goat can have borne 3, so that 4 can have gone: 5 did, and 6 with the next."""
    book.add(
        happened("E1: death of P1 on 2020-05-01", animals=5),
        happened("E2: death of P1 on 2020-05-02", animals=1),
    )
    asked(book, corrected("placement:P1", "C1", animals=1), "more_than_had", "event:E1", "at most 4 goats", "makes 5")
    unasked(book, corrected("placement:P1", "C2", animals=3))


def test_a_rule_that_is_corrected_is_asked_about_with_how_many_placements_it_binds(book: Book) -> None:
    """P1 and P4 received goats under it; a later version binds nobody yet."""
    book.add(rule("goat", on="2024-01-01"))
    asked(
        book,
        corrected("rule:goat@2020-01-01", "C1", months=12),
        "binds_others",
        "rule:goat@2020-01-01",
        "correction: 2.",
    )
    unasked(book, corrected("rule:goat@2024-01-01", "C2", months=12))


def test_a_code_answers_its_own_question_only(book: Book) -> None:
    wrong = passed("T1: P1 > P2 on 2021-03-01", 99.5)
    first = book.refusal(wrong, answers=NO_ANSWER).code
    second = book.refusal(wrong, answers=frozenset({"half_an_animal"})).code
    assert (first, second) == ("half_an_animal", "more_than_had")
    assert book.offer(wrong, answers=frozenset({"half_an_animal", "more_than_had"})).action == "added"


def test_every_question_has_a_code_that_an_act_can_answer() -> None:
    kinds = [each for each in vars(questions).values() if isinstance(each, type) and issubclass(each, Asked)]
    assert {each.code for each in kinds if each is not Asked} <= EVERY_ANSWER
    assert NOTED < EVERY_ANSWER


def test_a_district_in_a_ward_is_asked_about_and_a_ward_in_a_district_is_not(book: Book) -> None:
    book.add(place("D1", kind="district"), place("W1", kind="ward", parent_id="D1"), place("N1"))
    asked(book, place("D2", kind="district", parent_id="W1"), "in_a_smaller_place", "a district", "W1, which is a ward")
    unasked(book, place("W2", kind="ward", parent_id="W1"))
    unasked(book, place("D3", kind="district", parent_id="N1"))
    book.add(place("P1", kind="province"))
    asked(book, corrected("place:P1", "C1", parent_id="D1"), "in_a_smaller_place", "a province")
