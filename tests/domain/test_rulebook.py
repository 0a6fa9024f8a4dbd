"""The rule book: each refusal has an offender and an innocent in the same register, and its own sentence."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest

from relay.domain import notes, questions, rulebook
from relay.domain.acts import Act
from relay.domain.questions import EVERY_ANSWER, NEW, NO_ANSWER, Answers
from relay.errors import Conflict, Failure, Invalid, NotFound, RelayError
from relay.ledger.batch import USED_OTHERWISE
from relay.ledger.programme_heads import NoProgramme
from tests.scenes.acts import (
    Book,
    beginnings,
    claimed,
    confirmed,
    corrected,
    erased,
    gift,
    group,
    happened,
    passed,
    place,
    placed,
    programme,
    rule,
    taken_back,
    woman,
)


@pytest.fixture
def book() -> Book:
    """P1 > P2 > P3 and P4 alone, all of goats."""
    return Book(
        *beginnings(),
        placed("P1 on 2020-03-01"),
        placed("P4 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01"),
        passed("T2: P2 > P3 on 2022-03-01"),
    )


def refused(book: Book, act: Act, refusal: type[RelayError] | Failure[Any], *said: str, answers: Answers = NEW) -> None:
    """The act is refused by this rule, in a sentence that names these things and nobody's name."""
    error = book.refusal(act, answers=answers)
    assert refusal.matches(error) if isinstance(refusal, Failure) else type(error) is refusal, error
    assert all(word in str(error) for word in said), str(error)
    assert "Name of" not in str(error)
    assert error.suggestion


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_an_unknown_giver_is_refused(book: Book) -> None:
    refused(book, passed("T9: P9 > P5 on 2023-01-01"), rulebook.Missing, "placement P9")
    book.add(passed("T9: P3 > P5 on 2023-01-01"))


def test_an_unknown_beneficiary_is_refused(book: Book) -> None:
    refused(book, passed("T9: P4 > P9 on 2023-01-01"), rulebook.Missing, "beneficiary W9")
    book.add(passed("T9: P4 > P5 on 2023-01-01"))


def test_whatever_an_act_names_must_be_there(book: Book) -> None:
    refused(book, placed("P5 on 2020-03-01", gift_id="G9"), rulebook.Missing, "gift G9")
    refused(book, placed("P9 on 2020-03-01"), rulebook.Missing, "beneficiary W9")
    refused(book, happened("E1: death of P9 on 2020-05-01"), rulebook.Missing, "placement P9")
    refused(book, woman("W7", place_id="L9"), rulebook.Missing, "place L9")
    refused(book, woman("W7", group_id="V9"), rulebook.Missing, "group V9")
    refused(book, group("V1", place_id="L9"), rulebook.Missing, "place L9")
    refused(book, place("L1", parent_id="L1"), rulebook.Missing, "place L1")
    refused(book, claimed("K1", gift_id="G9"), rulebook.Missing, "gift G9")
    refused(book, confirmed("pass:T9"), rulebook.Missing, "pass T9")
    refused(book, taken_back("pass:T9"), rulebook.Missing, "pass T9")
    refused(book, erased("beneficiary:W9"), rulebook.Missing, "beneficiary W9")
    book.add(place("L1"), group("V1", place_id="L1"), woman("W7", place_id="L1", group_id="V1"), claimed("K1"))


def test_missing_things_are_not_found_so_that_a_row_is_put_aside(book: Book) -> None:
    assert isinstance(book.refusal(passed("T9: P9 > P5 on 2023-01-01")), NotFound)


def test_giver_and_receiver_may_not_be_one(book: Book) -> None:
    refused(book, passed("T9: P1 > P1 on 2023-01-01"), rulebook.GIVEN_TO_HERSELF)
    refused(book, passed("T9: P1 > P1b on 2023-01-01"), rulebook.GIVEN_TO_HERSELF)  # her second placement
    book.add(passed("T9: P1 > P5 on 2023-01-01"))


def test_a_circle_is_refused_however_long(book: Book) -> None:
    refused(book, passed("T9: P2 > P1 on 2021-03-01"), rulebook.GOES_ROUND, "P2", "P1")
    refused(book, passed("T9: P3 > P1 on 2021-03-01"), rulebook.GOES_ROUND, "P3", "P1")
    book.add(passed("T9: P3 > P1b on 2023-01-01"))  # a new placement of the same woman: no circle


def test_a_pass_on_before_the_giver_received_is_refused(book: Book) -> None:
    refused(book, passed("T9: P4 > P5 on 2020-02-29"), rulebook.PASSED_BEFORE_RECEIPT, "2020-02-29", "2020-03-01")
    book.add(passed("T9: P4 > P5 on 2020-03-01"))  # receiving and passing on the same day is allowed


def test_nothing_is_dated_in_the_future(book: Book) -> None:
    for act, field in (
        (passed("T9: P4 > P5 on 2024-07-01"), "passed_on"),
        (placed("P5 on 2024-07-01"), "received_on"),
        (happened("E1: death of P4 on 2024-07-01"), "happened_on"),
        (gift("G2", given_on="2024-07-01"), "given_on"),
        (woman("W9", consent_on="2024-07-01"), "consent_on"),
    ):
        refused(book, act, rulebook.InTheFuture, field, "2024-07-01", "2024-06-30")
    book.add(passed("T9: P4 > P5 on 2024-06-30"), happened("E1: death of P4 on 2024-06-30"))


def test_today_is_the_day_in_the_programmes_time_zone() -> None:
    # noon in Kathmandu is 06:15 in UTC; in Pago Pago the day before has 19:15
    behind = Book(programme(timezone="Pacific/Pago_Pago"))

    refused(behind, gift(given_on="2024-06-30"), rulebook.InTheFuture, "2024-06-29")
    behind.add(gift(given_on="2024-06-29"))


def test_a_late_addition_to_a_placement_that_had_already_passed_on_is_refused(book: Book) -> None:
    refused(
        book, passed("T9: P4 > P2 on 2022-03-02"), rulebook.LATE_ADDITION, "P2", "2022-03-02", "2022-03-01 (pass:T2)"
    )
    book.add(passed("T9: P4 > P2 on 2022-03-01"))  # on the day of its first pass-on; recorded later, but dates decide


def test_an_addition_to_an_original_placement_before_its_gift_is_refused(book: Book) -> None:
    book.add(placed("P5 on 2021-01-01"))

    refused(book, passed("T9: P4 > P5 on 2020-12-31"), rulebook.ADDED_BEFORE_GIFT, "P5", "2021-01-01")
    book.add(passed("T9: P4 > P5 on 2021-01-01"))


def test_an_original_placement_may_be_recorded_after_an_addition_to_it_since_dates_decide(book: Book) -> None:
    book.add(passed("T9: P4 > P5 on 2021-02-01"))

    refused(book, placed("P5 on 2021-02-02"), rulebook.ADDED_BEFORE_GIFT, "P5")
    refused(book, placed("P5 on 2021-01-01", beneficiary_id="W6"), rulebook.HeldByAnother, "P5", "W5")
    refused(book, placed("P5 on 2021-01-01", help="pig"), rulebook.OtherHelp, "P5", "pig", "goat")
    book.add(placed("P5 on 2021-01-01"))
    assert book.register.placements["P5"].gift_id == "G1"
    assert [receipt.act_id for receipt in book.register.placements["P5"].receipts] == ["placement:P5", "pass:T9"]


def test_nothing_or_a_negative_number_is_refused(book: Book) -> None:
    refused(book, passed("T9: P4 > P5 on 2023-01-01", 0), rulebook.NOTHING_HANDED_OVER, "0")
    refused(book, passed("T9: P4 > P5 on 2023-01-01", -1), rulebook.NOTHING_HANDED_OVER, "-1")
    refused(book, happened("E1: death of P4 on 2023-01-01", animals=0), rulebook.NOTHING_HANDED_OVER)
    refused(book, placed("P5 on 2023-01-01", animals=-2), rulebook.NOTHING_HANDED_OVER)
    book.add(passed("T9: P4 > P5 on 2023-01-01", 0.001))


def test_more_of_a_sex_than_animals_is_put_aside(book: Book) -> None:
    refused(book, passed("T9: P4 > P5 on 2023-01-01", females=2, males=1), rulebook.MORE_OF_A_SEX_THAN_ANIMALS)
    assert isinstance(book.refusal(placed("P5 on 2023-01-01", females=3)), Invalid)
    book.add(passed("T9: P4 > P5 on 2023-01-01", females=1, males=1))
    book.add(passed("T10: P4 > P6 on 2023-01-01", 0.3, females=0.1, males=0.2))  # 0.30000000000000004 of floats


def test_an_event_that_does_not_say_how_many_is_about_one(book: Book) -> None:
    refused(
        book, happened("E1: birth of P4 on 2023-01-01", females=2), rulebook.MORE_OF_A_SEX_THAN_ANIMALS, "Give animals"
    )
    book.add(happened("E1: birth of P4 on 2023-01-01", females=1))
    book.add(happened("E2: birth of P4 on 2023-01-01", animals=2, females=2))


def test_a_telephone_number_has_a_digit_when_it_is_recorded_and_when_it_is_corrected(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an old ledger holds stands, and does not keep anything else of hers from being corrected."""
    refused(book, woman("W8", phone="call me"), rulebook.NOT_A_TELEPHONE, "beneficiary:W8")
    assert "call me" not in str(book.refusal(woman("W8", phone="call me")))  # personal
    book.add(woman("W8", phone="९८४१००००२२ (her sister)"))
    refused(book, corrected("beneficiary:W8", phone="no telephone"), rulebook.NOT_A_TELEPHONE, "beneficiary:W8")
    book.add(corrected("beneficiary:W8", "C8", phone=None))
    with monkeypatch.context() as earlier:
        earlier.setattr(rulebook, "_can_be_called", Mock())
        book.add(woman("W9", phone="call me"))
    book.add(corrected("beneficiary:W9", "C9", name="Maya"))


def test_nobody_is_born_in_years_to_come(book: Book) -> None:
    refused(book, woman("W9", birth_year=2025), rulebook.NOT_BORN_YET, "birth_year")
    assert "2025" not in str(book.refusal(woman("W9", birth_year=2025)))  # personal
    book.add(woman("W9", birth_year=2024))


def test_what_comes_to_more_than_can_be_counted_is_refused(book: Book) -> None:
    book.add(rule("loan", owed=None, owed_per_given=1000), gift("G2", "loan"))

    refused(
        book, passed("T9: P4 > P5 on 2023-01-01", 10**9, help="pig"), rulebook.TOO_MUCH, "pass:T9", "P4"
    )  # 1.5 each
    refused(
        book, placed("P5 on 2023-01-01", gift_id="G2", help="loan", animals=10**9), rulebook.TOO_MUCH, "placement:P5"
    )
    book.add(placed("P5 on 2023-01-01", gift_id="G2", help="loan", animals=10**6))
    book.add(passed("T9: P4 > P6 on 2023-01-01", 10**8, help="pig"))


def test_another_help_needs_an_equivalent_in_the_givers_rule(book: Book) -> None:
    refused(book, passed("T9: P4 > P5 on 2023-01-01", help="seed"), rulebook.NO_EQUIVALENT, "seed", "goat")
    book.add(passed("T9: P4 > P5 on 2023-01-01", help="pig"))
    # the receiver owes by the rule of what she received, and that of pigs knows no goats
    refused(book, passed("T10: P5 > P6 on 2023-06-01", help="goat"), rulebook.NO_EQUIVALENT, "goat", "pig")
    book.add(passed("T10: P5 > P6 on 2023-06-01"))
    assert book.register.placements["P6"].help == "pig"


def test_where_no_rule_was_in_force_nothing_is_placed(book: Book) -> None:
    refused(book, placed("P5 on 2019-12-31"), rulebook.NO_RULE, "goat", "2019-12-31")
    refused(book, placed("P5 on 2020-03-01", help="seed"), rulebook.NO_RULE, "seed")
    book.add(placed("P5 on 2020-01-01"))


def test_a_pass_on_needs_a_rule_for_what_was_received(book: Book) -> None:
    book.add(rule("goat", "2023-06-01", equivalents={"seed": 0.5}), placed("P5 on 2023-06-01"))

    refused(book, passed("T9: P5 > P6 on 2024-01-01", help="seed"), rulebook.NO_RULE, "seed", "2024-01-01")
    book.add(rule("seed", "2020-01-01", unit="kg"), passed("T9: P5 > P6 on 2024-01-01", help="seed"))


def test_a_rule_version_that_would_bind_the_past_is_refused(book: Book) -> None:
    refused(book, rule("goat", "2022-03-01"), rulebook.BINDS_THE_PAST, "2022-03-01")  # P3 received that day
    refused(book, rule("goat", "2021-01-01", condition="pregnant"), rulebook.BINDS_THE_PAST, "goat@2021-01-01@pregnant")
    book.add(rule("goat", "2022-03-02"), rule("pig", "2021-01-01"))


def test_an_addition_binds_nothing_anew_since_the_earliest_receipt_decides(book: Book) -> None:
    book.add(passed("T9: P4 > P3 on 2022-05-01"))  # P3 received on 2022-03-01 already

    refused(book, rule("goat", "2022-03-01"), rulebook.BINDS_THE_PAST, "2022-03-01")
    book.add(rule("goat", "2022-03-02"))


def test_help_of_another_kind_is_not_added_to_a_placement(book: Book) -> None:
    refused(book, passed("T9: P4 > P3 on 2022-03-01", help="pig"), rulebook.OtherHelp, "pig", "P3", "goat")
    book.add(passed("T9: P4 > P3 on 2022-03-01"))


def test_a_placement_of_another_beneficiary_cannot_be_named(book: Book) -> None:
    refused(
        book, passed("T9: P4 > P3 on 2022-03-01", beneficiary_id="W5"), rulebook.HeldByAnother, "placement P3", "W3"
    )
    book.add(passed("T9: P4 > P5 on 2022-03-01", beneficiary_id="W5"))


def test_an_event_before_the_first_receipt_is_refused(book: Book) -> None:
    refused(book, happened("E1: birth of P2 on 2021-02-28"), rulebook.BEFORE_RECEIPT, "2021-02-28", "2021-03-01")
    book.add(happened("E1: birth of P2 on 2021-03-01"))


def test_an_extension_needs_its_new_day(book: Book) -> None:
    refused(book, happened("E1: extended of P4 on 2021-03-01"), Invalid, "event:E1")
    book.add(happened("E1: extended of P4 on 2021-03-01", until_on="2022-06-01"))


def test_nobody_waits_for_longer_than_twenty_years_or_announces_a_rule_so_early(book: Book) -> None:
    for act in (
        happened("E1: extended of P4 on 2021-03-01", until_on="2082-08-08"),
        rule("goat", "2082-08-08"),
    ):
        refused(book, act, rulebook.TOO_FAR_AHEAD, "2082-08-08", "Write it as 2082-08-08 BS")
    for day, words in (("2045-01-01", "nearer day"), ("2085-01-01", "Write it as 2085-01-01 BS")):
        refused(book, happened("E1: extended of P4 on 2021-03-01", until_on=day), rulebook.TOO_FAR_AHEAD, words)
    book.add(happened("E1: extended of P4 on 2021-03-01", until_on="2044-12-31"), rule("goat", "2044-12-31"))


def test_a_rule_must_say_what_is_owed(book: Book) -> None:
    refused(book, rule("hen", owed=None), Invalid, "rule:hen@2020-01-01")
    book.add(rule("hen", owed=None, owed_per_given=0.5))


def test_a_programme_needs_a_time_zone_that_there_is() -> None:
    book = Book()

    refused(book, programme(timezone="Asia/Atlantis"), Invalid, "Asia/Atlantis")
    book.add(programme())
    refused(book, corrected("programme:demo", timezone="Asia/Atlantis"), Invalid, "Asia/Atlantis")
    book.add(corrected("programme:demo", timezone="Asia/Kolkata"))


def test_the_first_act_of_a_ledger_is_its_programme() -> None:
    book = Book()

    refused(book, rule(), NoProgramme, "demo")
    refused(book, programme("other"), Invalid, "other", "demo")
    book.add(programme(), rule())


def test_an_id_used_with_other_content_is_a_conflict_that_names_the_fields(book: Book) -> None:
    refused(book, passed("T1: P1 > P2 on 2021-03-02"), USED_OTHERWISE, "pass:T1", "passed_on")
    refused(book, woman("W1", name="Somebody Else", household_id="H1"), USED_OTHERWISE, "beneficiary:W1", "name")
    assert isinstance(book.refusal(passed("T1: P1 > P2 on 2021-03-01", 1)), Conflict)
    assert book.offer(passed("T1: P1 > P2 on 2021-03-01")).action == "same"


def test_a_twin_is_asked_about_and_recorded_again_on_request(book: Book) -> None:
    twin = passed("T9: P1 > P2 on 2021-03-01")

    refused(book, twin, questions.TWIN, "pass:T1", "--again")
    assert book.offer(twin).action == "asked"
    book.add(passed("T8: P1 > P2 on 2021-03-01", 1))  # other units
    book.add(passed("T7: P1 > P5 on 2021-03-01"))  # another receiver
    book.add(passed("T6: P4 > P2 on 2021-03-01"))  # another giver
    book.add(passed("T5: P1 > P2b on 2021-03-01", help="pig"))  # another help
    book.add(twin, answers=EVERY_ANSWER)


def test_a_second_placement_of_one_help_for_one_woman_is_asked_about(book: Book) -> None:
    second = passed("T9: P1 > P4b on 2023-01-01")  # W4 holds P4 of goats

    refused(book, second, questions.HOLDS_ALREADY, "W4", "goat", "P4", "--into", "--new", answers=NO_ANSWER)
    refused(book, placed("P4c on 2023-01-01"), questions.HOLDS_ALREADY, "W4", "P4", "--new", answers=NO_ANSWER)
    book.add(passed("T8: P1 > P4 on 2022-01-01"), answers=NO_ANSWER)  # adds to hers
    book.add(passed("T7: P1 > P4a on 2023-01-01", help="pig"), answers=NO_ANSWER)  # of pigs she holds none
    book.add(passed("T6: P1 > P5 on 2023-01-01"), answers=NO_ANSWER)  # another woman
    assert "holds_already" in book.notes(second)
    assert [note.sentence for note in book.offer(placed("P4c on 2023-01-01")).notes] == [
        "placement:P4c: beneficiary W4 already held goat: placement P4, P4b."
    ]


def test_who_gave_back_what_she_held_is_not_asked_about(book: Book) -> None:
    book.add(taken_back("pass:T2"))

    book.add(passed("T9: P1 > P3b on 2023-01-01"), answers=NO_ANSWER)
    refused(book, taken_back("correct:C1", "C2"), questions.HOLDS_ALREADY, "W3", "P3b", answers=NO_ANSWER)
    book.add(taken_back("correct:C1", "C2"))


def test_a_correction_of_what_stands_does_not_ask_what_else_she_holds(book: Book) -> None:
    book.add(gift("G2", "pig"), placed("P4b on 2020-03-01", help="pig", gift_id="G2"), answers=NO_ANSWER)

    book.add(corrected("placement:P4b", help="goat"), answers=frozenset({"other_help_than_given"}))
    refused(book, placed("P4c on 2023-01-01"), questions.HOLDS_ALREADY, "P4, P4b", answers=NO_ANSWER)


def test_each_question_has_its_answer_and_what_cannot_be_true_is_refused_before_it_is_asked_about(book: Book) -> None:
    book.add(passed("T9: P1 > P5 on 2023-01-01"))
    both = passed("T8: P1 > P5b on 2023-01-01")  # the same hand-over, and W5 holds P5

    refused(book, both, questions.TWIN, answers=NO_ANSWER)
    refused(book, both, questions.TWIN, answers=NEW)
    refused(book, both, questions.HOLDS_ALREADY, answers=frozenset({"twin"}))
    refused(book, passed("T8: P1 > P5b on 2020-01-01"), rulebook.PASSED_BEFORE_RECEIPT, answers=NO_ANSWER)
    book.add(both, answers=EVERY_ANSWER)


def test_no_place_lies_within_itself(book: Book) -> None:
    book.add(place("L1"), place("L2", parent_id="L1"), place("L3", parent_id="L2"))

    refused(book, corrected("place:L1", parent_id="L1"), rulebook.WITHIN_ITSELF, "place:L1")
    refused(book, corrected("place:L1", parent_id="L3"), rulebook.WITHIN_ITSELF, "place:L1", "L3")
    book.add(corrected("place:L3", parent_id="L1"), corrected("place:L2", "C2", parent_id="L3"))


# --- notes ------------------------------------------------------------------------------------------------------------


def test_passing_sooner_than_biology_allows_is_noted(book: Book) -> None:
    # 150 days after 2020-03-01: 30, 30, 31, 30 and 29 make the 29th of July
    assert book.notes(passed("T8: P4 > P5 on 2020-07-28", 1)) == ["too_soon"]
    assert book.notes(passed("T9: P4 > P6 on 2020-07-29", 1)) == []


def test_more_than_owed_is_noted(book: Book) -> None:
    assert book.notes(passed("T8: P4 > P5 on 2022-01-01", 2)) == []
    assert book.notes(passed("T9: P4 > P6 on 2022-02-01", 1)) == ["more_than_owed"]


def test_what_is_noted_of_a_pass_on_is_noted_again_when_it_is_looked_at_later(book: Book) -> None:
    book.add(passed("T7: P4 > P5 on 2020-07-28", 1), passed("T8: P4 > P6 on 2022-01-01", 1))
    book.add(confirmed("pass:T7"), by="account:bina")
    assert book.notes(passed("T9: P4 > P6 on 2022-02-01", 1)) == ["more_than_owed"]
    before = (dict(book.register.facts), dict(book.register.placements))

    def noted(act_id: str) -> list[str]:
        return [note.note for note in notes.notes_again(book.register, act_id)]

    assert noted("pass:T9") == ["more_than_owed"]
    assert noted("pass:T7") == ["too_soon", "more_than_owed"]  # with all that was passed on since
    assert (book.register.facts, book.register.placements) == before


def test_more_than_owed_is_noted_of_an_earlier_pass_on_that_is_recorded_later(book: Book) -> None:
    assert book.notes(passed("T8: P4 > P5 on 2022-02-01", 2)) == []
    assert book.notes(passed("T9: P4 > P6 on 2022-01-01", 1)) == ["more_than_owed"]


def test_an_excuse_where_nothing_is_owed_any_more_is_noted() -> None:
    book = Book(*beginnings(4), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1))

    assert book.notes(happened("E1: excused of P1 on 2021-06-01")) == []
    book.add(passed("T2: P1 > P3 on 2021-07-01", 1))
    assert book.notes(happened("E2: excused of P1 on 2021-08-01")) == ["nothing_owed"]
    assert book.notes(happened("E3: birth of P1 on 2021-08-01")) == []


def begun_with_a_pass_on() -> Book:
    return Book(*beginnings(4), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1))


def test_nobody_brings_back_what_its_recorder_took_back_and_confirms_it_alone() -> None:
    book = begun_with_a_pass_on()
    book.add(taken_back("pass:T1", "C1"))
    book.add(taken_back("correct:C1", "C2"), by="local:bina")
    assert rulebook.SAME_PERSON.matches(book.refusal(confirmed("pass:T1"), by="local:bina"))
    book.add(confirmed("pass:T1"), by="local:chandra")

    book = begun_with_a_pass_on()
    book.add(corrected("pass:T1", "C1", animals=0.5))
    book.add(taken_back("correct:C1", "C2"), by="local:bina")
    assert rulebook.SAME_PERSON.matches(book.refusal(confirmed("pass:T1"), by="local:bina"))
    book.add(taken_back("correct:C2", "C3"))  # what bina said stands no more
    book.add(confirmed("pass:T1"), by="local:bina")

    book = begun_with_a_pass_on()  # two people, of whom one corrected by mistake
    book.add(corrected("pass:T1", "C1", animals=0.5), by="local:bina")
    book.add(taken_back("correct:C1", "C2"), by="local:bina")
    book.add(confirmed("pass:T1"), by="local:bina")


def test_a_confirmation_and_a_correction_come_back_as_if_recorded_now() -> None:
    """Of a pass-on that is taken back, by who corrected it since, and beside another of the same person: not."""
    book = begun_with_a_pass_on()
    book.add(confirmed("pass:T1"), by="local:bina")
    book.add(taken_back("confirm:F1", "C1"), corrected("pass:T1", "C2", animals=0.5), taken_back("correct:C2", "C3"))
    book.add(taken_back("pass:T1", "C4"))
    for act_id in ("correct:C1", "correct:C3"):
        assert type(book.refusal(taken_back(act_id, "C5"))) is rulebook.TakenBack
    book.add(taken_back("correct:C4", "C6"), taken_back("correct:C3", "C7"), taken_back("correct:C1", "C8"))
    assert book.register.facts["pass:T1"].confirm_id is None  # it says 0.5 now, which F1 did not confirm

    book = begun_with_a_pass_on()
    book.add(confirmed("pass:T1"), by="local:bina")
    book.add(taken_back("confirm:F1", "C1"))
    book.add(corrected("pass:T1", "C2", witness="Maya"), by="local:bina")
    assert rulebook.SAME_PERSON.matches(book.refusal(taken_back("correct:C1", "C3")))

    book = begun_with_a_pass_on()
    book.add(confirmed("pass:T1"), by="local:bina")
    book.add(taken_back("confirm:F1", "C1"))
    book.add(confirmed("pass:T1", "F2"), by="local:bina")
    assert rulebook.CONFIRMED_ALREADY.matches(book.refusal(taken_back("correct:C1", "C3")))


def test_a_correction_after_which_a_pass_on_is_confirmed_no_more_is_noted() -> None:
    """A note is no fact of the hand-over; what is taken back altogether needs no confirmation."""
    book = Book(*beginnings(4), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1))
    book.add(passed("T2: P1 > P3 on 2021-03-01", 1))
    book.add(confirmed("pass:T1"), by="local:bina")

    assert book.notes(corrected("pass:T1", "C1", note="seen")) == []
    assert book.notes(corrected("pass:T2", "C2", animals=2)) == []  # which nobody confirmed
    assert book.notes(corrected("pass:T1", "C3", animals=2)) == ["unconfirmed"]
    assert book.notes(taken_back("correct:C3", "C4")) == []  # it says again what was confirmed
    book.add(taken_back("confirm:F1", "C5"))  # whoever withdraws a confirmation knows that there is none
    assert book.notes(taken_back("correct:C5", "C6")) == []
    assert book.notes(taken_back("confirm:F1", "C7")) == []
    assert book.notes(taken_back("pass:T1", "C8")) == []


def test_what_may_be_a_slip_in_an_event_is_noted() -> None:
    book = Book(*beginnings(4), placed("P1 on 2020-03-01"))  # 2 goats, due on 2022-03-01

    assert book.notes(happened("E1: extended of P1 on 2021-03-01", until_on="2022-03-01")) == ["extends_nothing"]
    assert book.notes(happened("E2: extended of P1 on 2021-03-01", until_on="2022-06-01")) == []
    assert book.notes(happened("E3: extended of P1 on 2021-03-01", until_on="2022-05-31")) == ["extends_nothing"]
    assert book.notes(happened("E4: death of P1 on 2020-09-01", animals=2)) == []
    assert book.notes(happened("E5: sale of P1 on 2020-10-01")) == ["more_than_held"]
    assert book.notes(happened("E6: birth of P1 on 2020-08-01", animals=2)) == []
    assert book.notes(happened("E7: theft of P1 on 2020-10-02")) == []  # 2 and 2 born, and 4 lost
    assert book.notes(happened("E8: birth of P1 on 2020-08-01", animals=2)) == ["alike"]
    assert book.notes(happened("E9: birth of P1 on 2020-08-01", animals=1)) == []
    assert book.notes(happened("E10: visit of P1 on 2021-03-01")) == []
    assert book.notes(happened("E11: visit of P1 on 2021-03-01")) == []


def test_a_hand_over_like_one_of_the_days_around_it_is_noted() -> None:
    book = Book(*beginnings(4), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-08", 0.5))

    assert book.notes(passed("T2: P1 > P2 on 2021-03-01", 0.5)) == ["due_sooner", "alike", "half_an_animal"]
    assert book.notes(passed("T3: P1 > P2 on 2021-03-16", 0.5)) == ["half_an_animal"]  # 8 days after the nearest
    assert book.notes(passed("T4: P1 > P3 on 2021-03-08", 0.5)) == ["half_an_animal"]


def test_an_earlier_receipt_that_makes_her_due_sooner_is_noted() -> None:
    book = Book(*beginnings(4), placed("P1 on 2020-03-01"), placed("P3 on 2020-03-01"))
    book.add(passed("T1: P1 > P2 on 2021-06-01", 1))

    assert book.notes(passed("T2: P3 > P2 on 2021-07-01", 1)) == []
    (note,) = book.offer(passed("T3: P1 > P2 on 2021-05-01", 1)).notes
    assert note.sentence == "pass:T3: placement P2 is now due on 2023-05-01 instead of 2023-06-01."


def test_a_gift_of_help_that_no_rule_knows_is_noted_for_it_may_be_a_slip_of_the_pen() -> None:
    book = Book(programme(), rule("goat"), rule("pig"))

    assert book.notes(gift("G1", "goat")) == []
    assert book.notes(gift("G2", "gaot")) == ["no_rule"]
    (note,) = book.offer(gift("G3", "gaot")).notes
    assert note.sentence.endswith("so none of it can be placed. There are rules for: goat, pig.")
    assert Book(programme()).notes(gift("G1", "goat")) == ["no_rule"]


def test_a_pass_on_within_one_household_is_noted() -> None:
    book = Book(
        *beginnings(1),
        woman("W2", household_id="H1"),
        woman("W3", household_id="H3"),
        woman("W4"),
        woman("W5"),
        placed("P1 on 2020-03-01"),
        placed("P4 on 2020-03-01"),
    )

    assert book.notes(passed("T1: P1 > P2 on 2021-03-01", 0.5)) == ["same_household", "half_an_animal"]
    assert book.notes(passed("T2: P1 > P3 on 2021-03-01", 0.5)) == ["half_an_animal"]
    assert book.notes(passed("T3: P1 > P5 on 2021-03-01", 0.5)) == ["half_an_animal"]  # one household is unknown
    assert book.notes(passed("T4: P4 > P3 on 2021-03-01", 0.5)) == ["half_an_animal"]  # so is the giver's
    assert book.notes(passed("T5: P4 > P5 on 2021-03-01", 0.5)) == ["half_an_animal"]  # nobody knows either


def test_passing_after_the_animals_were_reported_lost_is_noted(book: Book) -> None:
    book.add(happened("E1: theft of P4 on 2022-06-01", animals=2))

    assert book.notes(passed("T8: P4 > P5 on 2022-05-31", 1)) == []
    assert book.notes(passed("T9: P4 > P6 on 2022-06-02", 1)) == ["after_loss"]


def test_units_of_the_unwanted_sex_are_noted() -> None:
    book = Book(*beginnings(), rule("goat", "2020-02-01", sex="F"), placed("P1 on 2020-03-01"))

    assert book.notes(passed("T8: P1 > P2 on 2021-03-01", 1, males=1)) == ["unwanted_sex"]
    assert book.notes(passed("T9: P1 > P3 on 2021-03-01", 2, females=1)) == []


def test_notes_say_so_in_sentences_that_name_the_act(book: Book) -> None:
    outcome = book.add(passed("T9: P4 > P5 on 2020-03-02", 3))

    assert outcome is not None
    assert [note.sentence for note in outcome.notes] == [
        "pass:T9: passed on only 1 days after receipt.",
        "pass:T9: 1 more than owed has been passed on.",
    ]


# --- taking back ------------------------------------------------------------------------------------------------------


def test_an_act_is_not_taken_back_while_others_stand_on_it_and_they_are_listed(book: Book) -> None:
    book.add(place("L1"), place("L2", parent_id="L1"), group("V1", place_id="L1"), claimed("K1"))
    book.add(woman("W7", place_id="L1", group_id="V1"), happened("E1: birth of P3 on 2022-03-05"))

    for act_id, others in (
        ("place:L1", ("place:L2", "group:V1", "beneficiary:W7")),
        ("group:V1", ("beneficiary:W7",)),
        ("gift:G1", ("placement:P1", "placement:P4", "claim:K1")),
        ("beneficiary:W1", ("placement:P1",)),
        ("beneficiary:W2", ("pass:T1",)),
        ("placement:P1", ("pass:T1",)),
        ("pass:T1", ("pass:T2",)),
        ("pass:T2", ("event:E1",)),
        ("rule:goat@2020-01-01", ("placement:P1", "placement:P2", "placement:P3", "placement:P4")),
    ):
        refused(book, taken_back(act_id), rulebook.StandingOnIt, act_id, *others)

    for number, act_id in enumerate(("event:E1", "pass:T2", "pass:T1", "placement:P1", "beneficiary:W1", "claim:K1")):
        book.add(taken_back(act_id, f"C{number}"))
    assert set(book.register.placements) == {"P4"}


def test_what_happened_before_the_other_half_of_a_couple_came_stands_on_the_first(book: Book) -> None:
    book.add(passed("T8: P4 > P5 on 2021-01-01", 1), passed("T9: P1 > P5 on 2021-06-01", 1))
    book.add(happened("E1: birth of P5 on 2021-03-01"), happened("E2: birth of P5 on 2021-06-01"))

    error = book.refusal(taken_back("pass:T8"))

    assert type(error) is rulebook.StandingOnIt
    assert "event:E1" in str(error)
    assert "event:E2" not in str(error)
    book.add(taken_back("pass:T9"))
    assert [receipt.act_id for receipt in book.register.placements["P5"].receipts] == ["pass:T8"]


def test_a_taken_back_act_that_is_sent_again_is_taken_back(book: Book) -> None:
    book.add(taken_back("pass:T2"))

    refused(book, passed("T2: P2 > P3 on 2022-03-01"), rulebook.TakenBack, "pass:T2", "correct:C1")
    refused(book, passed("T2: P2 > P3 on 2022-04-01"), rulebook.TakenBack, "pass:T2")
    book.add(passed("T3: P2 > P3 on 2022-03-01"))


def test_an_act_on_a_placement_that_was_taken_back_is_refused(book: Book) -> None:
    book.add(taken_back("pass:T2"), placed("P5 on 2021-01-01"), taken_back("placement:P5", "C2"))

    refused(book, happened("E1: death of P5 on 2022-04-01"), rulebook.TakenBack, "placement:P5", "correct:C2")
    refused(book, passed("T9: P5 > P6 on 2022-04-01"), rulebook.TakenBack, "placement:P5", "correct:C2")
    # P3 was begun by a pass-on, which was taken back
    refused(book, happened("E1: death of P3 on 2022-04-01"), rulebook.TakenBack, "placement:P3", "correct:C1")
    refused(book, passed("T9: P3 > P6 on 2022-04-01"), rulebook.TakenBack, "placement:P3", "correct:C1")
    book.add(happened("E1: death of P2 on 2022-04-01"))


def test_whatever_was_taken_back_cannot_be_named(book: Book) -> None:
    book.add(taken_back("beneficiary:W6"), gift("G2"), taken_back("gift:G2", "C2"))

    refused(book, passed("T9: P4 > P6 on 2022-04-01"), rulebook.TakenBack, "beneficiary:W6", "correct:C1")
    refused(book, placed("P5 on 2022-04-01", gift_id="G2"), rulebook.TakenBack, "gift:G2", "correct:C2")
    book.add(placed("P5 on 2022-04-01"))


def test_nothing_more_is_said_of_what_was_taken_back(book: Book) -> None:
    book.add(taken_back("pass:T2"))

    for act in (taken_back("pass:T2", "C2"), corrected("pass:T2", "C2", animals=1), confirmed("pass:T2")):
        refused(book, act, rulebook.TakenBack, "pass:T2", "correct:C1")


def test_a_taken_back_act_comes_back_by_taking_back_the_correction(book: Book) -> None:
    before = book.register.placements["P3"]
    book.add(taken_back("pass:T2"))
    assert "P3" not in book.register.placements

    book.add(taken_back("correct:C1", "C2"))

    assert book.register.placements["P3"] == before
    assert book.offer(passed("T2: P2 > P3 on 2022-03-01")).action == "same"
    refused(book, taken_back("correct:C1", "C3"), rulebook.TakenBack, "correct:C1", "correct:C2")
    book.add(taken_back("pass:T2", "C4"))
    assert "P3" not in book.register.placements


def test_taking_back_the_restoration_takes_the_act_back_again(book: Book) -> None:
    book.add(taken_back("pass:T2"), taken_back("correct:C1", "C2"), taken_back("correct:C2", "C3"))

    assert "P3" not in book.register.placements
    assert not book.register.stands("pass:T2")


def test_an_act_comes_back_only_if_it_could_be_recorded_now(book: Book) -> None:
    book.add(taken_back("pass:T2"), taken_back("beneficiary:W3", "C2"))
    refused(book, taken_back("correct:C1", "C3"), rulebook.TakenBack, "beneficiary:W3")
    book.add(taken_back("correct:C2", "C3"), taken_back("correct:C1", "C4"))


def test_a_restored_pass_on_may_not_go_round(book: Book) -> None:
    # P4 > P2 keeps P2 when P1 > P2 is taken back; then P2 > P1, which closes a circle if P1 > P2 comes back
    book.add(passed("T9: P4 > P2 on 2021-03-01"), taken_back("pass:T1", "C1"), taken_back("pass:T2", "C2"))
    book.add(passed("T7: P2 > P1 on 2021-06-01"))

    refused(book, taken_back("correct:C1", "C3"), rulebook.GOES_ROUND, "P1", "P2")
    book.add(taken_back("correct:C2", "C3"))


def test_a_restored_pass_on_is_asked_about_if_it_is_a_twin_by_now(book: Book) -> None:
    book.add(taken_back("pass:T2"), passed("T9: P2 > P3 on 2022-03-01"))

    refused(book, taken_back("correct:C1", "C2"), questions.TWIN, "pass:T2", "pass:T9")
    book.add(taken_back("correct:C1", "C2"), answers=EVERY_ANSWER)


def test_a_restored_rule_may_not_bind_the_past(book: Book) -> None:
    book.add(rule("goat", "2022-06-01"), taken_back("rule:goat@2022-06-01"), placed("P5 on 2022-07-01"))

    refused(book, taken_back("correct:C1", "C2"), rulebook.BINDS_THE_PAST, "2022-07-01")
    book.add(taken_back("placement:P5", "C2"), taken_back("correct:C1", "C3"))


def test_a_restored_original_placement_is_judged_by_what_its_id_holds_by_now(book: Book) -> None:
    book.add(placed("P5 on 2022-01-01"), taken_back("placement:P5"), passed("T9: P4 > P5 on 2021-12-31"))

    refused(book, taken_back("correct:C1", "C2"), rulebook.ADDED_BEFORE_GIFT, "P5")
    book.add(corrected("pass:T9", "C3", passed_on="2022-01-01"), taken_back("correct:C1", "C2"))


def test_a_pass_on_is_confirmed_once_by_each(book: Book) -> None:
    book.add(confirmed("pass:T1", "F1"), by="local:bina")

    assert rulebook.CONFIRMED_ALREADY.matches(book.refusal(confirmed("pass:T1", "F2"), by="account:bina"))
    book.add(confirmed("pass:T1", "F2"), by="local:chandra")
    book.add(taken_back("confirm:F1", "C1"), by="local:bina")
    book.add(confirmed("pass:T1", "F3"), by="local:bina")


def test_what_did_not_happen_is_not_changed_too(book: Book) -> None:
    both = Act(kind="correct", id="C1", values={**taken_back("pass:T2").values, "changes": {"animals": 1}})

    refused(book, both, rulebook.NOT_CORRECTABLE, "pass:T2", "did not happen")
    book.add(taken_back("pass:T2"))


def test_the_programme_and_what_was_erased_stay(book: Book) -> None:
    book.add(erased("beneficiary:W6"))

    refused(book, taken_back("programme:demo"), rulebook.NOT_CORRECTABLE, "programme:demo")
    refused(book, taken_back("erase:X1"), rulebook.NOT_CORRECTABLE, "erase:X1")
    refused(book, corrected("erase:X1", subject_id="beneficiary:W1"), rulebook.NOT_CORRECTABLE)


# --- wrong data -------------------------------------------------------------------------------------------------------


def test_wrong_data_changes_the_named_fields_only(book: Book) -> None:
    book.add(corrected("pass:T2", passed_on="2022-02-01", females=1))

    (pass_on,) = book.register.placements["P2"].passes
    assert (pass_on.passed_on, pass_on.females, pass_on.units) == (date(2022, 2, 1), 1000, 2000)
    assert book.register.placements["P3"].receipts[0].received_on == date(2022, 2, 1)


def test_a_field_that_is_corrected_to_nothing_is_empty(book: Book) -> None:
    book.add(corrected("pass:T2", females=1), corrected("pass:T2", "C2", females=None))

    assert "females" not in book.register.facts["pass:T2"].values
    refused(book, corrected("pass:T2", "C3", animals=None), rulebook.NOT_CORRECTABLE, "animals")


def test_an_act_s_own_id_and_what_it_fills_are_never_changed(book: Book) -> None:
    for act_id, field in (
        ("pass:T2", "pass_id"),
        ("pass:T2", "receiver_placement_id"),
        ("placement:P1", "gift_id"),
        ("programme:demo", "id"),
        ("rule:goat@2020-01-01", "from"),
        ("rule:goat@2020-01-01", "help"),
        ("beneficiary:W1", "equivalents"),
        ("beneficiary:W1", "nickname"),
    ):
        refused(book, corrected(act_id, **{field: "W4"}), rulebook.NOT_CORRECTABLE, field, act_id)
    refused(book, corrected("pass:T2"), rulebook.NOT_CORRECTABLE, "C1")
    said_already = corrected("pass:T2", animals=2, witness=None)
    refused(book, said_already, rulebook.NOT_CORRECTABLE, "C1 changes nothing")
    book.add(corrected("pass:T2", animals=2, witness="Sita"))


def test_the_givers_later_date_is_refused_when_she_had_passed_on_by_then(book: Book) -> None:
    refused(book, corrected("placement:P1", received_on="2021-03-02"), rulebook.PASSED_BEFORE_RECEIPT, "pass:T1")
    book.add(corrected("placement:P1", received_on="2021-03-01"))


def test_a_pass_on_may_not_move_behind_what_the_receiver_passed_on(book: Book) -> None:
    refused(book, corrected("pass:T1", passed_on="2022-03-02"), rulebook.PASSED_BEFORE_RECEIPT, "pass:T2")
    refused(book, corrected("pass:T1", passed_on="2020-02-01"), rulebook.PASSED_BEFORE_RECEIPT, "pass:T1")
    book.add(corrected("pass:T1", passed_on="2022-03-01"))


def test_a_pass_on_may_not_move_behind_the_receivers_events(book: Book) -> None:
    book.add(happened("E1: birth of P3 on 2022-05-01"))

    refused(book, corrected("pass:T2", passed_on="2022-05-02"), rulebook.BEFORE_RECEIPT, "event:E1")
    book.add(corrected("pass:T2", passed_on="2022-05-01"))


def test_a_first_pass_on_may_not_move_before_the_givers_own_additions(book: Book) -> None:
    book.add(passed("T9: P4 > P2 on 2021-09-01", 1))

    refused(book, corrected("pass:T2", passed_on="2021-08-31"), rulebook.LATE_ADDITION, "pass:T9")
    book.add(corrected("pass:T2", passed_on="2021-09-01"))


def test_no_placement_may_move_to_where_no_rule_was_in_force(book: Book) -> None:
    refused(book, corrected("placement:P4", received_on="2019-12-31"), rulebook.NO_RULE, "P4")
    book.add(corrected("placement:P4", received_on="2020-01-01"))


def test_corrected_values_are_held_against_every_rule(book: Book) -> None:
    book.add(happened("E1: birth of P1 on 2020-12-01"))

    refused(book, corrected("pass:T2", animals=0), rulebook.NOTHING_HANDED_OVER)
    refused(book, corrected("pass:T2", passed_on="2024-07-01"), rulebook.InTheFuture)
    refused(book, corrected("pass:T2", females=3), rulebook.MORE_OF_A_SEX_THAN_ANIMALS)
    refused(book, corrected("pass:T2", help="seed"), rulebook.NO_EQUIVALENT)
    refused(book, corrected("event:E1", kind="extended"), Invalid, "event:E1")
    refused(book, corrected("event:E1", happened_on="2020-02-01"), rulebook.BEFORE_RECEIPT)
    refused(book, corrected("rule:goat@2020-01-01", owed=None), Invalid, "rule:goat@2020-01-01")
    refused(book, corrected("rule:goat@2020-01-01", equivalents={"goat": 2}), Invalid, "equivalent of itself")
    refused(book, corrected("beneficiary:W1", place_id="L9"), rulebook.Missing, "place L9")


def test_a_rule_loses_no_equivalent_that_was_used(book: Book) -> None:
    book.add(passed("T9: P4 > P5 on 2022-01-01", help="pig"))

    refused(book, corrected("rule:goat@2020-01-01", equivalents={"seed": 2}), rulebook.NO_EQUIVALENT, "pass:T9")
    refused(book, corrected("rule:goat@2020-01-01", equivalents=None), rulebook.NO_EQUIVALENT, "pass:T9")
    book.add(corrected("rule:goat@2020-01-01", equivalents={"pig": 2, "seed": 2}))


def test_corrected_help_travels_down_to_whoever_received_the_givers_help(book: Book) -> None:
    book.add(corrected("placement:P1", help="pig"))

    placements = book.register.placements
    assert [placements[key].help for key in ("P1", "P2", "P3", "P4")] == ["pig", "pig", "pig", "goat"]
    assert [placements[key].passes[0].help for key in ("P1", "P2")] == ["pig", "pig"]
    book.add(corrected("pass:T2", "C2", help="pig"), corrected("placement:P1", "C3", help="goat"))
    assert [placements[key].help for key in ("P1", "P2", "P3")] == ["goat", "goat", "pig"]
    assert placements["P2"].passes[0].help == "pig"


def test_corrected_help_is_refused_where_a_rule_then_fails_further_down(book: Book) -> None:
    book.add(passed("T9: P4 > P3 on 2022-03-01"))  # P3 is pooled from P2 and P4

    refused(book, corrected("placement:P1", help="pig"), rulebook.OtherHelp, "P3")
    refused(book, corrected("pass:T1", help="pig"), rulebook.OtherHelp, "P3")
    refused(book, corrected("pass:T2", help="pig"), rulebook.OtherHelp, "P3")
    book.add(taken_back("pass:T9", "C2"), corrected("placement:P1", help="pig"))
    refused(book, corrected("placement:P4", "C3", help="seed"), rulebook.NO_RULE, "P4")


def test_of_two_corrections_the_later_decides_until_it_is_taken_back(book: Book) -> None:
    book.add(corrected("pass:T2", animals=3), corrected("pass:T2", "C2", animals=4, females=1))
    assert book.register.placements["P2"].passes[0].units == 4000

    book.add(taken_back("correct:C2", "C3"))

    assert book.register.placements["P2"].passes[0].units == 3000
    assert "females" not in book.register.facts["pass:T2"].values


def test_taking_a_correction_back_is_held_against_the_rules_too(book: Book) -> None:
    book.add(corrected("pass:T2", passed_on="2022-01-01"), happened("E1: birth of P3 on 2022-02-01"))

    refused(book, taken_back("correct:C1", "C2"), rulebook.BEFORE_RECEIPT, "event:E1")
    book.add(taken_back("event:E1", "C2"), taken_back("correct:C1", "C3"))


def test_a_correction_holds_no_data_to_correct(book: Book) -> None:
    book.add(corrected("pass:T2", animals=3))

    refused(book, corrected("correct:C1", "C2", how="did_not_happen"), rulebook.NOT_CORRECTABLE)


# --- confirmation -----------------------------------------------------------------------------------------------------


def test_a_pass_on_is_confirmed_by_a_second_person(book: Book) -> None:
    error = book.refusal(confirmed("pass:T2"), by="local:asha")
    assert rulebook.SAME_PERSON.matches(error)

    book.add(confirmed("pass:T2"), by="local:bina")

    assert book.register.placements["P2"].passes[0].confirmed
    assert book.register.placements["P3"].receipts[0].confirmed
    assert not book.register.placements["P1"].passes[0].confirmed


def test_only_pass_ons_are_confirmed(book: Book) -> None:
    error = book.refusal(confirmed("placement:P1"), by="local:bina")

    assert rulebook.NOT_CORRECTABLE.matches(error)


def test_what_was_corrected_is_confirmed_anew_by_somebody_who_did_not_correct_it(book: Book) -> None:
    book.add(confirmed("pass:T2", "F1"), by="local:bina")
    book.add(corrected("pass:T2", "C1", note="both were there"), by="local:asha")
    assert book.register.placements["P2"].passes[0].confirmed  # nothing of it changed that was confirmed

    book.add(corrected("pass:T2", "C2", animals=1), by="local:chandra")

    assert not book.register.placements["P2"].passes[0].confirmed
    assert not book.register.placements["P3"].receipts[0].confirmed
    refused(book, confirmed("pass:T2", "F2"), rulebook.SAME_PERSON, "recorded or corrected by the same person")
    assert rulebook.SAME_PERSON.matches(book.refusal(confirmed("pass:T2", "F2"), by="account:chandra"))
    book.add(confirmed("pass:T2", "F2"), by="local:bina")  # again: it is another hand-over now
    assert book.register.facts["pass:T2"].confirm_id == "F2"
    book.add(taken_back("correct:C2", "C3"), by="local:asha")
    assert book.register.facts["pass:T2"].confirm_id == "F1"  # what she confirmed first is what it says again
    book.add(taken_back("confirm:F1", "C4"), by="local:bina")
    assert book.register.facts["pass:T2"].confirm_id is None  # for F2 is of what it no longer says
    book.add(confirmed("pass:T2", "F3"), by="local:bina")
    assert book.register.facts["pass:T2"].confirm_id == "F3"


def test_a_confirmation_can_be_taken_back(book: Book) -> None:
    book.add(confirmed("pass:T2"), by="local:bina")

    book.add(taken_back("confirm:F1"))

    assert not book.register.placements["P2"].passes[0].confirmed
    book.add(confirmed("pass:T2", "F2"), by="local:bina")
    assert book.register.facts["pass:T2"].confirm_id == "F2"


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_there_is_nothing_to_erase_where_nothing_is_personal(book: Book) -> None:
    refused(book, erased("placement:P1"), rulebook.NOT_CORRECTABLE, "placement:P1")
    book.add(erased("beneficiary:W1"))


def test_what_is_erased_already_needs_no_second_erasing_until_more_is_said_of_her(book: Book) -> None:
    book.add(erased("beneficiary:W1"))

    refused(book, erased("beneficiary:W1", "X2"), rulebook.NOT_CORRECTABLE, "beneficiary:W1", "already been erased")
    book.add(happened("E9: checked of P1 on 2022-03-01", outcome="true", note="met her"))
    book.add(erased("beneficiary:W1", "X2"))
    refused(book, erased("beneficiary:W1", "X3"), rulebook.NOT_CORRECTABLE, "already been erased")
    book.add(erased("beneficiary:W2", "X3"))


def test_an_erased_field_is_never_filled_again(book: Book) -> None:
    book.add(corrected("beneficiary:W1", phone="981"), erased("beneficiary:W1"))

    refused(book, corrected("beneficiary:W1", "C2", name="Her Name"), rulebook.NOT_CORRECTABLE, "name", "erased")
    refused(book, corrected("beneficiary:W1", "C2", phone="982"), rulebook.NOT_CORRECTABLE, "phone", "erased")
    book.add(corrected("beneficiary:W1", "C2", sex="F"))
    assert set(book.register.facts["beneficiary:W1"].values) == {"beneficiary_id", "sex"}
    book.add(taken_back("correct:C1", "C3"))
    assert set(book.register.facts["beneficiary:W1"].values) == {"beneficiary_id", "sex"}


def test_an_erased_act_sent_again_is_the_same(book: Book) -> None:
    book.add(corrected("beneficiary:W1", phone="981"), erased("beneficiary:W1"))

    for act in (
        woman("W1", household_id="H1"),
        woman("W1", name="Another Name", household_id="H7"),
        woman("W1", name=None),
        woman("W1", phone="981"),
    ):
        assert book.offer(act).action == "same", act
    refused(book, woman("W1", sex="M"), USED_OTHERWISE, "sex")


# --- the registry -----------------------------------------------------------------------------------------------------


def test_every_refusal_says_what_to_do_next() -> None:
    rows = [row for row in vars(rulebook).values() if isinstance(row, Failure)]

    assert len(rows) >= 20
    assert [row.code for row in rows if row.reason and not row.advice] == []


def test_a_rule_version_counts_its_help_as_before() -> None:
    book = Book(*beginnings())

    refused = book.refusal(rule("goat", "2030-01-01", unit="rupee"))

    assert rulebook.OTHER_UNIT.matches(refused)
    assert refused.field == "unit"
    book.add(rule("goat", "2030-01-01"), rule("seed_capital", "2030-01-01", unit="rupee"))
    assert rulebook.OTHER_UNIT.matches(book.refusal(corrected("rule:goat@2030-01-01", unit="rupee")))
    assert rulebook.OTHER_UNIT.matches(book.refusal(corrected("rule:goat@2020-01-01", unit="rupee")))
    book.add(corrected("rule:seed_capital@2030-01-01", unit="bag"))  # the only version: a slip, put right


def test_a_telephone_that_is_shorter_or_longer_than_the_country_s_is_noted_and_not_quoted() -> None:
    book = Book(*beginnings(2))
    assert book.notes(woman("W8", phone="+977 98419 61590")) == []
    assert book.notes(corrected("beneficiary:W8", name="Sita")) == []
    for number, wrong in enumerate(("98419 6159", "98419 615900")):
        outcome = book.offer(corrected("beneficiary:W8", f"D{number}", phone=wrong))
        assert [note.note for note in outcome.notes] == ["phone_length"]
        assert "6159" not in outcome.notes[0].sentence
