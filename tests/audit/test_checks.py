"""Every check finds its offender and lets the innocent beside her go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from relay.audit.acts_in_force import ActsInForce
from relay.audit.checks import CHECKS
from relay.audit.run import Audit, audit_of
from tests.rigs.soak import SOAK
from tests.scenes import acts as say
from tests.scenes.acts import Book, Said, beginnings, happened, passed, placed
from tests.scenes.clean import TODAY, grown
from tests.scenes.offences import ALSO, OFFENCES

DAY = say.TODAY
SEEDS = range(20)


def found(book: Book, check_id: str, as_of: date = DAY) -> set[str]:
    """The acts that a check names, in a programme kept in memory."""
    return acts_of(audit_of(book.register, as_of), book).get(check_id, set())


def acts_of(audit: Audit, book: Book) -> dict[str, set[str]]:
    """Check id → the acts that it names; what finds nothing is absent."""
    act_id = {entry.sequence: entry.act_id for entry in book.register.entries.values()}
    return {
        checked.check_id: {act_id[sequence] for finding in checked.findings for sequence in finding.acts}
        for checked in audit.checks
        if checked.findings
    }


def two_placements(**values: Said) -> Book:
    """P1 of W1 and P2 of W2, two goats each, received on 1 March 2020."""
    return Book(*beginnings(), placed("P1 on 2020-03-01", **values), placed("P2 on 2020-03-01"))


# -- the registry ------------------------------------------------------------------------------------------------------


def test_checks_have_ids_titles_and_sentences_of_their_own() -> None:
    for words in ("check_id", "title", "sentence", "why"):
        assert len({getattr(check, words) for check in CHECKS}) == len(CHECKS), words


def test_every_check_says_itself_and_why_in_whole_sentences() -> None:
    for check in CHECKS:
        assert check.sentence.endswith((".", ")")), check.check_id
        assert check.sentence[0].isupper(), check.check_id
        assert check.why.endswith("."), check.check_id


def test_every_check_has_an_offence_that_is_planted() -> None:
    assert {check.check_id for check in CHECKS} == OFFENCES.keys()


def test_no_check_finds_more_than_it_looks_at() -> None:
    programme = grown(1)
    for plant in OFFENCES.values():
        if programme.quiet:
            plant(programme)

    for checked in audit_of(programme.book.register, TODAY, telephones=programme.telephones).checks:
        acts = {sequence for finding in checked.findings for sequence in finding.acts}
        assert len(acts) <= checked.population, checked.check_id


def test_an_empty_programme_is_looked_at_without_complaint() -> None:
    audit = audit_of(Book(say.programme()).register, DAY)

    assert audit.found == 0
    assert {checked.check_id: checked.population for checked in audit.checks if checked.population} == {
        "clock_went_back": 1,
        "corrected_often": 1,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_found_in_a_clean_programme(seed: int) -> None:
    audit = audit_of(grown(seed).book.register, TODAY)

    assert [finding for checked in audit.checks for finding in checked.findings] == []


@pytest.mark.parametrize(("number", "check_id"), list(enumerate(OFFENCES)), ids=[*OFFENCES])
def test_each_of_twenty_offences_is_found_and_nothing_else(number: int, check_id: str) -> None:
    for seed in SEEDS if SOAK else SEEDS[number % 5 :: 5]:  # turn about, so that each run has all twenty
        programme = grown(seed)

        planted = OFFENCES[check_id](programme)

        acts = acts_of(audit_of(programme.book.register, TODAY, telephones=programme.telephones), programme.book)
        assert acts.pop(check_id, None) == planted, seed
        assert acts.keys() <= ALSO.get(check_id, set()), seed


# -- who received ------------------------------------------------------------------------------------------------------


def test_a_neighbour_of_another_household_is_innocent() -> None:
    book = two_placements()
    book.add(say.woman("W7", household_id="H1"), say.woman("W8"))
    book.add(passed("T1: P1 > P7 on 2021-03-01"), passed("T2: P2 > P8 on 2021-03-01"))

    assert found(book, "same_household") == {"pass:T1"}


def test_two_young_ones_given_at_two_times_are_no_pass_on_recorded_twice() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2021-03-01", animals=1), passed("T2: P1 > P3 on 2021-03-09", animals=1))
    book.add(passed("T3: P2 > P4 on 2021-03-01", animals=1), passed("T4: P2 > P5 on 2021-03-01", animals=1))
    assert found(book, "recorded_twice") == set()

    book.add(passed("T5: P2 > P5 on 2021-03-08", animals=1))
    assert found(book, "recorded_twice") == {"pass:T5"}
    assert found(book, "recorded_twice", date(2021, 3, 7)) == set()
    book.add(passed("T6: P2 > P5 on 2021-02-28", animals=1))  # like T4, which had not happened yet
    assert found(book, "recorded_twice", date(2021, 2, 28)) == set()
    assert found(book, "recorded_twice", date(2021, 3, 1)) == {"pass:T6"}
    book.add(say.taken_back("pass:T6", "C6"))
    book.add(say.taken_back("pass:T4"))
    assert found(book, "recorded_twice") == set()


def test_two_animals_that_are_told_apart_are_no_pass_on_recorded_twice() -> None:
    book = two_placements(tags="A9")
    first, second = "P1 > P3 on 2021-03-01", "P1 > P3 on 2021-03-03"
    told_apart: tuple[tuple[dict[str, Said], dict[str, Said]], ...] = (
        ({"tags": "A1"}, {"tags": "A2"}),
        ({"tags": "A1;A2"}, {"tags": "A1"}),
        ({"females": 1}, {"males": 1}),
        ({}, {"kind": "cash"}),
    )
    for number, (one, other) in enumerate(told_apart):
        book.add(passed(f"T{number}: {first}", animals=1, **one), passed(f"U{number}: {second}", animals=1, **other))
        assert found(book, "recorded_twice") == set()
        book.add(say.taken_back(f"pass:T{number}", f"C{number}"), say.taken_back(f"pass:U{number}", f"D{number}"))

    the_same: tuple[tuple[dict[str, Said], dict[str, Said]], ...] = (
        ({"tags": "A1"}, {"tags": "A1"}),
        ({"tags": "A1;A2"}, {"tags": "a2; a-1"}),  # written otherwise, and in another order
        ({"tags": "-"}, {"tags": "A1"}),  # a dash is no tag
        ({"females": 1}, {}),  # one did not say
    )
    for number, (one, other) in enumerate(the_same, 10):
        book.add(passed(f"T{number}: {first}", animals=1, **one), passed(f"U{number}: {second}", animals=1, **other))
        assert found(book, "recorded_twice") == {f"pass:U{number}"}
        book.add(say.taken_back(f"pass:T{number}", f"C{number}"), say.taken_back(f"pass:U{number}", f"D{number}"))


def test_a_hand_over_that_was_noted_once_from_each_of_her_placements_was_recorded_twice() -> None:
    book = two_placements()
    book.add(placed("P1b on 2020-06-01", beneficiary_id="W1"))
    book.add(passed("T1: P1 > P3 on 2021-03-01", animals=1), passed("T2: P1b > P3 on 2021-03-02", animals=1))

    assert found(book, "recorded_twice") == {"pass:T2"}


def test_a_dash_or_a_nought_is_no_household_telephone_tag_or_witness() -> None:
    nothing = {"household_id": "-", "phone": "0"}
    book = two_placements()
    book.add(*(say.woman(f"W{number}", **nothing) for number in range(7, 11)))
    given = ("P1 > P7 on 2021-03-01", "P2 > P8 on 2021-03-01", "P7 > P9 on 2022-03-01", "P8 > P10 on 2022-03-01")
    book.add(*(passed(f"T{nth}: {each}", tags="-", witness="Maya") for nth, each in enumerate(given, 1)))
    book.add(say.woman("W11"), passed("T5: P9 > P11 on 2023-03-01", witness="--"))

    for check_id in ("same_household", "same_phone", "tag_twice"):
        assert found(book, check_id) == set()
    assert found(book, "no_witness") == {"pass:T5"}


def test_corrections_about_each_other_as_only_damage_can_hold_end_the_audit() -> None:
    book = two_placements()
    book.add(say.corrected("placement:P1", "C1", animals=1), say.corrected("placement:P1", "C2", animals=2))
    for one, other in (("C1", "C2"), ("C2", "C1")):
        entry = book.register.entries[f"correct:{one}"]
        payload = {**entry.payload, "act_id": f"correct:{other}"}
        book.register.entries[entry.act_id] = replace(entry, payload=payload)

    assert found(book, "corrected_often") == set()


def test_one_telephone_is_one_with_and_without_the_country_and_beside_another() -> None:
    book = two_placements()
    book.add(say.woman("W7", phone="01-4412345"), say.woman("W8", phone="9841000226 / +977 1 4412345"))
    book.add(say.woman("W9", phone="९८४१०००२२७"))

    assert found(book, "same_phone") == {"beneficiary:W7", "beneficiary:W8"}


def test_two_who_are_alike_are_found_until_somebody_says_whether_they_are_one_or_two() -> None:
    """W7 and W8 are Junkiri; W9 is her house-mate, and W10 got what W7 passed on."""
    book = two_placements()
    she: dict[str, Said] = {"name": "Junkiri Makaibari", "birth_year": 1980, "phone": "9790000001"}
    book.add(say.woman("W7", **she), say.woman("W8", **she), say.woman("W9", **she | {"name": "Maya Makaibari"}))
    assert found(book, "registered_twice") == {"beneficiary:W7", "beneficiary:W8"}
    book.add(say.same("S1: W7 = W8"))
    assert found(book, "registered_twice") == set()
    book.add(say.taken_back("same:S1", "C7"), say.different("D1: W8 / W7"))
    assert found(book, "registered_twice") == set()
    book.add(say.taken_back("different:D1", "C8"))
    assert found(book, "registered_twice") == {"beneficiary:W7", "beneficiary:W8"}


def test_one_woman_under_two_ids_is_one_to_every_check() -> None:
    """W1 still owes of P1 when she receives P7 as W7; she shares telephone and household with nobody but herself."""
    book = two_placements()
    book.add(say.corrected("beneficiary:W1", "C7", phone="9841000226"), say.woman("W7", phone="9841000226"))
    book.add(placed("P7 on 2020-06-01"))
    assert found(book, "same_phone") == {"beneficiary:W1", "beneficiary:W7"}
    assert found(book, "holds_already") == set()
    book.add(say.same("S1: W1 = W7"))
    assert found(book, "same_phone") == set()
    assert found(book, "holds_already") == {"placement:P7"}


@pytest.mark.parametrize(
    ("names", "findings"),
    [
        (("Sita Rai", "Maya Gurung"), {"beneficiary:W77"}),
        (("Smt. Sita Rai", "Smt. Maya Gurung"), {"beneficiary:W77"}),
        (("Sita Rai", "श्रीमती सीता राई"), set()),
        ((None, "Sita Rai", "Zubeda Khatun"), {"beneficiary:W77"}),
        ((None, "Sita Rai"), set()),
        (("?", "Sita Rai"), set()),
    ],
)
def test_another_name_is_held_against_the_first_that_was_known(
    names: tuple[str | None, ...], findings: set[str]
) -> None:
    book = two_placements()
    first, *later = names
    book.add(say.woman("W77", name=first))
    book.add(*(say.corrected("beneficiary:W77", f"C{nth}", name=each) for nth, each in enumerate(later)))

    assert found(book, "another_name") == findings


def test_codes_and_witnesses_are_the_same_however_they_are_written() -> None:
    book = two_placements(tags="NP-0042;NP-0043")
    book.add(say.woman("W7", household_id="h 1"), say.woman("W8", household_id="H-11"))
    book.add(passed("T1: P1 > P7 on 2021-03-01", tags="NP-0042"), passed("T2: P2 > P8 on 2021-03-01", tags="np 0042"))
    book.add(passed("T3: P7 > P3 on 2022-03-01", tags="NP-0052"))
    book.add(say.woman("W9", household_id="सी"), say.woman("W10", household_id="से"))
    book.add(passed("T4: P2 > P9 on 2021-06-01", tags="खा"), passed("T5: P9 > P10 on 2022-06-01", tags="खि"))

    book.add(say.woman("W12", household_id="1-11"), say.woman("W13", household_id="11-1"))
    book.add(passed("T6: P1 > P12 on 2021-07-01", tags="?"), passed("T7: P12 > P13 on 2022-07-01", tags="-"))

    assert found(book, "same_household") == {"pass:T1"}
    assert found(book, "tag_twice") == {"pass:T1", "pass:T2"}


def test_one_witness_with_a_dot_and_in_capitals_is_one() -> None:
    book = two_placements()
    spelt = ("Sita Rai", "Sita Rai.", "SITA RAI", "Sita  Rai")
    for number in range(21):
        giver, receiver = ("P1", 100 + number) if number % 2 else ("P2", 100 + number)
        book.add(say.woman(f"W{receiver}"))
        said = f"T{number}: {giver} > P{receiver} on {date(2021, 3, 1) + timedelta(days=number)}"
        book.add(passed(said, animals=1, witness=spelt[number % 4]))

    assert len(found(book, "busy_witness")) == 21


def test_twice_what_is_owed_is_generous_and_no_more() -> None:
    book = two_placements()
    book.add(*(say.woman(f"W{number}") for number in range(11, 14)))
    book.add(passed("T1: P1 > P11 on 2021-03-01"), passed("T2: P1 > P12 on 2022-03-01"))
    book.add(passed("T3: P2 > P3 on 2021-03-01", animals=5))
    assert found(book, "far_more_than_owed") == set()

    book.add(passed("T4: P1 > P13 on 2023-03-01"))
    assert found(book, "far_more_than_owed") == {"pass:T1", "pass:T2", "pass:T4"}
    assert found(book, "far_more_than_owed", date(2023, 2, 28)) == set()
    book.add(say.taken_back("pass:T1"))
    assert found(book, "far_more_than_owed") == set()


def test_a_name_that_was_misread_in_either_script_is_innocent() -> None:
    book = two_placements()
    book.add(say.woman("W7", name="Sita Rai"), say.woman("W8", name="लक्ष्मी मगर"), say.woman("W9", name="Gita"))
    book.add(say.corrected("beneficiary:W7", "C1", name="Gita Rai"))
    book.add(say.corrected("beneficiary:W7", "C2", name="Gita Kumari Rai"))
    book.add(say.corrected("beneficiary:W8", "C3", name="Laxmi Magar"), say.corrected("beneficiary:W9", "C4", sex="F"))
    book.add(say.woman("W10", name="Sita Rai"), say.corrected("beneficiary:W10", "C7", name="Sita Gurung"))  # married
    assert found(book, "another_name") == set()

    book.add(say.corrected("beneficiary:W9", "C5", name="Rupa Chaudhary"))
    book.add(say.woman("W11", name="सीता मगर"), say.corrected("beneficiary:W11", "C8", name="Maya Magar"))
    assert found(book, "another_name") == {"beneficiary:W9", "beneficiary:W11"}
    book.add(say.taken_back("correct:C8", "C9"), say.erased("beneficiary:W9"))
    assert found(book, "another_name") == set()


def test_a_household_that_was_corrected_since_is_innocent() -> None:
    book = two_placements()
    book.add(say.woman("W7", household_id="H1"), passed("T1: P1 > P7 on 2021-03-01"))
    book.add(say.corrected("beneficiary:W7", household_id="H7"))

    assert found(book, "same_household") == set()


def test_a_second_couple_before_the_first_is_passed_on_is_found_and_one_after_is_not() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2021-03-01"), passed("T2: P2 > P4 on 2021-03-01"))
    book.add(passed("T3: P3 > P1b on 2022-03-01"), passed("T4: P4 > P3b on 2022-04-01"))
    book.add(passed("T5: P1b > P4b on 2023-03-01"))

    # W1 had passed on P1 in 2021, W3 passed on P3 on 1 March 2022, W4 passed on P4 on 1 April 2022
    assert found(book, "holds_already") == set()

    book.add(passed("T6: P4b > P1c on 2023-08-01"), placed("P3c on 2023-09-01"))
    # W1 had passed on P1b too, but W3 still owed of P3b
    assert found(book, "holds_already") == {"placement:P3c"}


def test_another_help_may_be_held_beside_goats() -> None:
    book = two_placements()
    book.add(say.gift("G2", "pig", given_on="2020-01-01"), placed("P1b on 2021-01-01", gift_id="G2", help="pig"))

    assert found(book, "holds_already") == set()


def test_one_number_written_in_three_ways_is_one_telephone() -> None:
    book = Book(*beginnings())
    book.add(
        say.woman("W7", phone="9790000001"),
        say.woman("W8", phone="+977 979-0000001"),
        say.woman("W9", phone="९७९००००००१"),  # the same digits in Devanagari
        say.woman("W10", phone="9790000002"),
        say.woman("W11", phone="9790000001", kind="group"),
    )

    assert found(book, "same_phone") == {"beneficiary:W7", "beneficiary:W8", "beneficiary:W9"}


# -- what was passed on ------------------------------------------------------------------------------------------------


def test_the_day_on_which_young_are_possible_is_not_too_soon() -> None:
    book = two_placements()
    # 150 days after 1 March 2020 is 29 July
    book.add(passed("T1: P1 > P3 on 2020-07-28"), passed("T2: P2 > P4 on 2020-07-29"))

    assert found(book, "too_soon") == {"pass:T1"}


def test_births_are_held_against_pass_ons_only_where_some_are_recorded() -> None:
    book = two_placements()
    book.add(happened("E1: birth of P1 on 2020-12-01", animals=1), passed("T1: P1 > P3 on 2021-03-01"))
    book.add(passed("T2: P2 > P4 on 2021-03-01"))

    assert found(book, "more_than_born") == {"pass:T1"}

    book.add(happened("E2: birth of P1 on 2021-02-01", animals=1))
    assert found(book, "more_than_born") == set(), "a birth recorded later clears her"


def test_what_was_born_is_counted_by_the_day_of_each_pass_on() -> None:
    # P1: one young born on 1 February and one on 1 May 2021; passed on 1 in kind on 1 March, 1 on 1 April (2 > 1 born)
    # and half of one on 1 May (2.5 > 2 born). P2: two young born on the day on which both are passed on.
    book = two_placements()
    book.add(happened("E1: birth of P1 on 2021-02-01"), happened("E2: birth of P1 on 2021-05-01"))
    book.add(happened("E3: birth of P2 on 2021-03-01", animals=2))
    book.add(passed("T1: P1 > P3 on 2021-03-01", animals=1), passed("T2: P1 > P4 on 2021-04-01", animals=1))
    book.add(passed("T3: P1 > P5 on 2021-05-01", animals=0.5), passed("T4: P2 > P6 on 2021-03-01", animals=2))

    assert found(book, "more_than_born") == {"pass:T2", "pass:T3"}


def test_bought_animals_need_no_birth() -> None:
    book = two_placements()
    book.add(happened("E1: birth of P1 on 2020-12-01", animals=1))
    book.add(passed("T1: P1 > P3 on 2021-03-01", kind="exchanged"))

    assert found(book, "more_than_born") == set()


def test_a_loss_recorded_after_the_pass_on_is_found_all_the_same() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2021-03-01"), passed("T2: P2 > P4 on 2021-03-01"))
    book.add(happened("E1: death of P1 on 2020-12-01", animals=2), happened("E2: death of P2 on 2020-12-01", animals=1))

    assert found(book, "after_loss") == {"pass:T1"}


def test_the_loss_of_the_day_itself_is_innocent() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2021-03-01"), happened("E1: left of P1 on 2021-03-01"))

    assert found(book, "after_loss") == set()


def test_what_replaces_the_lost_may_be_bred_from() -> None:
    book = two_placements()
    book.add(happened("E1: death of P1 on 2020-06-01", animals=2), happened("E2: replacement of P1 on 2020-07-01"))
    book.add(passed("T1: P1 > P3 on 2021-12-01"))

    assert found(book, "after_loss") == set()


def test_a_buck_among_she_kids_is_found_under_a_rule_that_asks_for_them() -> None:
    book = Book(say.programme(), say.rule("goat", sex="F"), say.gift(), *(say.woman(f"W{n}") for n in range(1, 5)))
    book.add(placed("P1 on 2020-03-01"), placed("P2 on 2020-03-01", males=2))
    book.add(passed("T1: P1 > P3 on 2021-03-01", males=1), passed("T2: P2 > P4 on 2021-03-01"))

    assert found(book, "unwanted_sex") == {"pass:T1"}


def test_an_ear_tag_named_twice_by_one_pass_on_was_passed_on_once() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2021-03-01", tags="A1;A1"))

    assert found(book, "tag_twice") == set()


def test_an_ear_tag_that_was_corrected_since_is_innocent() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2021-03-01", tags="A1;A2"), passed("T2: P2 > P4 on 2021-03-01", tags="A3;A2"))
    assert found(book, "tag_twice") == {"pass:T1", "pass:T2"}

    book.add(say.corrected("pass:T2", tags="A3;A4"))
    assert found(book, "tag_twice") == set()


# -- how much on one day, under one signature --------------------------------------------------------------------------


def hand_overs(many: int, **values: Said) -> Book:
    """That many women pass on on one day."""
    book = Book(*beginnings(2 * many))
    for number in range(1, many + 1):
        book.add(placed(f"P{number} on 2020-03-01"))
    for number in range(1, many + 1):
        given = {name: str(value).format(number) for name, value in values.items()}
        book.add(passed(f"T{number}: P{number} > P{many + number} on 2021-03-01", 2, **given))
    return book


def test_twenty_hand_overs_are_possible_on_a_day_and_twenty_one_are_not() -> None:
    assert found(hand_overs(20), "busy_day") == set()
    assert len(found(hand_overs(21), "busy_day")) == 21


def test_a_ceremony_may_have_more() -> None:
    assert found(hand_overs(40, ceremony_id="Palpa"), "busy_day") == set()
    assert len(found(hand_overs(101, ceremony_id="Palpa"), "busy_day")) == 101


def test_twenty_signatures_are_possible_and_twenty_one_are_not() -> None:
    assert found(hand_overs(20, witness="Maya"), "busy_witness") == set()
    assert len(found(hand_overs(21, witness="Maya"), "busy_witness")) == 21


def test_a_programme_without_witnesses_misses_none() -> None:
    assert found(hand_overs(3), "no_witness") == set()


def test_a_witness_who_was_erased_is_not_missing() -> None:
    book = hand_overs(4, witness="Witness {}")
    book.add(say.erased("pass:T1"), say.corrected("pass:T2", witness=None))

    assert found(book, "no_witness") == {"pass:T2"}
    book.add(say.erased("pass:T2", "X2"))
    assert found(book, "no_witness") == {"pass:T2"}  # nobody stood there when it was erased


# -- gifts, claims, recording ------------------------------------------------------------------------------------------


def test_a_gift_may_be_placed_within_a_season() -> None:
    book = Book(*beginnings(), say.gift("G2", given_on="2024-05-01", animals=4))
    book.add(placed("P1 on 2024-05-02", gift_id="G2"))

    assert found(book, "gift_total", date(2024, 6, 30)) == set()
    assert found(book, "gift_total", date(2024, 7, 30)) == set(), "90 days"
    assert found(book, "gift_total", date(2024, 7, 31)) == {"gift:G2"}


def test_more_than_was_given_is_found_at_once() -> None:
    book = Book(*beginnings(), say.gift("G2", given_on="2024-05-01", animals=3))
    book.add(placed("P1 on 2024-05-02", gift_id="G2"), placed("P2 on 2024-05-03", gift_id="G2"))

    assert found(book, "gift_total", date(2024, 5, 2)) == set()
    assert found(book, "gift_total", date(2024, 5, 3)) == {"gift:G2"}


def test_a_claim_is_held_against_the_chain_on_its_own_day() -> None:
    book = two_placements()
    book.add(
        passed("T1: P1 > P3 on 2021-03-01"), passed("T2: P3 > P4 on 2022-03-01"), passed("T3: P2 > P5 on 2022-03-02")
    )
    book.add(
        say.claimed("C1", value=1, as_of="2022-02-28"),
        say.claimed("C2", value=3, as_of="2022-02-28"),
        say.claimed("C3", what="units", value=6, as_of="2022-03-02"),
        say.claimed("C4", what="units", value=6.5, as_of="2022-03-02"),
    )

    assert found(book, "claim_unsupported") == {"claim:C2", "claim:C4"}
    assert found(book, "claim_unsupported", date(2022, 3, 1)) == {"claim:C2"}, "the others are not made yet"


def test_rupees_are_not_added_to_goats() -> None:
    book = two_placements()
    book.add(say.rule("seed_capital", unit="rupee", given=5000))
    book.add(say.corrected("rule:goat@2020-01-01", "C1", equivalents={"seed_capital": 0.0004}))
    book.add(
        passed("T1: P1 > P3 on 2021-03-01"), passed("T2: P2 > P4 on 2021-03-01", animals=5000, help="seed_capital")
    )
    book.add(say.claimed("C2", what="units", value=2, as_of="2022-01-01"))
    book.add(say.claimed("C3", what="units", value=5002, as_of="2022-01-01"))

    assert found(book, "claim_unsupported") == {"claim:C3"}


def test_a_claim_of_a_day_before_the_gift_is_supported_by_nothing() -> None:
    book = Book(*beginnings())
    book.add(say.claimed("C1", value=0, as_of="2019-01-01"), say.claimed("C2", value=1, as_of="2019-01-01"))

    assert found(book, "claim_unsupported") == {"claim:C2"}


def test_what_twenty_acts_of_one_second_bring_is_an_import_and_not_late() -> None:
    book = two_placements()
    for number in range(1, 20):
        book.add(happened(f"E{number}: visit of P1 on 2021-03-01"), by="local:late")
    assert len(found(book, "recorded_late")) == 19

    book.add(happened("E20: visit of P1 on 2021-03-01"), by="local:late")
    assert found(book, "recorded_late") == set()


def test_a_paper_register_typed_on_one_day_is_not_late_and_what_is_typed_over_many_days_is() -> None:
    """Twenty visits typed by one clerk, a minute each; of another clerk ten on each of two days."""
    book = two_placements()
    for number in range(1, 21):
        book.add(happened(f"E{number}: visit of P1 on 2021-03-01"), by="local:typist")
        recorded_at(book, f"event:E{number}", f"2024-06-30T08:{number:02}:00Z")
    for number in range(21, 41):
        book.add(happened(f"E{number}: visit of P1 on 2021-03-01"), by="local:late")
        recorded_at(book, f"event:E{number}", f"2024-06-{28 + number % 2}T08:{number:02}:00Z")

    assert found(book, "recorded_late") == {f"event:E{number}" for number in range(21, 41)}


def test_180_days_after_is_not_long_after() -> None:
    book = two_placements()
    # 180 days before 30 June 2024 is 2 January
    book.add(happened("E1: visit of P1 on 2024-01-01"), happened("E2: visit of P1 on 2024-01-02"), by="local:late")

    assert found(book, "recorded_late") == {"event:E1"}


def test_a_clock_that_is_a_day_behind_is_innocent_and_one_of_two_days_is_not() -> None:
    book = two_placements()
    for number, behind in enumerate((0, 1, 3, 0, 0), 1):
        book.today = DAY - timedelta(days=behind)
        book.add(happened(f"E{number}: visit of P1 on 2024-06-01"), by="local:maya")

    assert found(book, "clock_went_back") == {"event:E3"}


def recorded_at(book: Book, act_id: str, instant: str) -> None:
    """As if an act had been recorded at another moment."""
    book.register.entries[act_id] = replace(book.register.entries[act_id], recorded_at=instant)


def test_a_clock_that_goes_back_two_days_less_an_hour_went_back_by_more_than_one() -> None:
    book = two_placements()
    book.add(*(happened(f"E{number}: visit of P1 on 2024-06-01") for number in (1, 2)))
    recorded_at(book, "event:E1", f"{DAY}T23:30:00Z")
    recorded_at(book, "event:E2", f"{DAY - timedelta(days=1)}T00:30:00Z")

    assert found(book, "clock_went_back") == {"event:E2"}


def test_days_until_it_was_recorded_are_those_of_the_programme() -> None:
    """It is 30 June already in Kathmandu, 181 days after 1 January."""
    book = two_placements()
    book.add(*(happened(f"E{number}: visit of P1 on 2024-01-01") for number in (1, 2)))
    recorded_at(book, "event:E1", "2024-06-29T20:00:00Z")
    recorded_at(book, "event:E2", "2024-06-29T12:00:00Z")

    assert found(book, "recorded_late") == {"event:E1"}


def test_a_lock_that_is_moved_and_a_confirmation_that_is_withdrawn_correct_nothing_that_an_act_says() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2021-03-01"), say.corrected("pass:T1", "K1", animals=1))
    for number in range(1, 5):
        book.add(say.corrected("programme:demo", f"L{number}", locked_until=f"2020-0{number}-01"))
        book.add(say.confirmed("pass:T1", f"F{number}"), by="local:bina")
        book.add(say.taken_back(f"confirm:F{number}", f"D{number}"))

    assert found(book, "corrected_often") == set()
    assert found(book, "opened_again") == set()
    book.add(say.corrected("programme:demo", "L9", locked_until="2020-03-31"))
    assert found(book, "opened_again") == {"correct:L9"}


def test_what_was_corrected_often_had_happened_by_the_day() -> None:
    book = two_placements()
    book.add(happened("E1: visit of P1 on 2023-03-01"))
    for number in (1, 2):
        book.add(say.corrected("event:E1", f"C{number}", happened_on=f"2023-04-0{number}"))
    book.add(say.taken_back("event:E1", "C3"))

    assert found(book, "corrected_often", date(2023, 2, 28)) == set()
    assert found(book, "corrected_often", date(2023, 3, 1)) == {"event:E1"}


def test_two_corrections_are_not_often() -> None:
    book = two_placements()
    book.add(happened("E1: visit of P1 on 2021-03-01"), happened("E2: visit of P1 on 2021-03-01"))
    for number, event in enumerate(("E1", "E1", "E2", "E2", "E2"), 1):
        book.add(say.corrected(f"event:{event}", f"C{number}", happened_on=f"2021-04-0{number}"))

    assert found(book, "corrected_often") == {"event:E2"}


def test_a_correction_before_the_lock_after_it_was_opened_or_of_a_later_day_is_innocent() -> None:
    book = two_placements()
    book.add(happened("E1: visit of P1 on 2021-03-01"), happened("E2: visit of P1 on 2021-09-01"))
    book.add(say.corrected("event:E1", "C1", happened_on="2021-03-02"))
    book.add(say.corrected("programme:demo", "L1", locked_until="2021-06-30"))
    book.add(say.corrected("event:E1", "C2", happened_on="2021-03-03"))
    book.add(say.corrected("event:E2", "C3", happened_on="2021-09-02"))
    book.add(say.taken_back("correct:C2", "C4"))
    book.add(say.taken_back("correct:L1", "L2"), say.corrected("event:E1", "C5", happened_on="2021-03-04"))

    assert found(book, "corrected_after_lock") == {"correct:C2", "correct:C4"}


def test_a_rule_that_is_corrected_when_a_period_it_binds_is_locked_is_found() -> None:
    book = two_placements()
    book.add(say.corrected("rule:goat@2020-01-01", "C1", months=30))
    book.add(say.corrected("programme:demo", "L1", locked_until="2021-06-30"))
    book.add(say.rule("goat", "2022-01-01"))
    book.add(say.corrected("rule:goat@2022-01-01", "C2", months=30))

    book.add(say.corrected("rule:goat@2020-01-01", "C3", months=60))

    assert found(book, "corrected_after_lock") == {"correct:C3"}


def test_an_act_before_the_lock_after_it_was_opened_or_of_a_later_day_is_innocent() -> None:
    book = two_placements()
    book.add(happened("E1: visit of P1 on 2021-06-30"), by="local:maya")
    book.add(say.corrected("programme:demo", "L1", locked_until="2021-06-30"))
    book.add(happened("E2: visit of P1 on 2021-06-30"), happened("E3: visit of P1 on 2021-07-01"), by="local:maya")
    book.add(say.taken_back("correct:L1", "L2"))
    book.add(happened("E4: visit of P1 on 2021-06-30"), by="local:maya")

    assert found(book, "recorded_after_lock") == {"event:E2"}


def test_what_came_with_the_import_that_began_a_locked_programme_is_innocent_and_a_later_import_is_not() -> None:
    book = two_placements()
    book.add(say.corrected("programme:demo", "L1", locked_until="2021-06-30"))
    book.add(happened("E0: visit of P1 on 2021-03-01"))
    book.add(*(happened(f"E{number}: visit of P1 on 2021-03-01") for number in range(1, 31)), by="local:import")

    assert found(book, "recorded_after_lock") == {f"event:E{number}" for number in range(1, 31)}


# -- findings ----------------------------------------------------------------------------------------------------------


def test_what_was_taken_back_is_no_offence() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2020-04-01"))
    assert found(book, "too_soon") == {"pass:T1"}

    book.add(say.taken_back("pass:T1"))
    assert found(book, "too_soon") == set()


def test_only_what_happened_by_the_day_is_looked_at() -> None:
    book = two_placements()
    book.add(passed("T1: P1 > P3 on 2020-04-01"))

    assert found(book, "too_soon", date(2020, 3, 31)) == set()
    assert found(book, "too_soon", date(2020, 4, 1)) == {"pass:T1"}


def test_a_finding_names_the_acts_that_show_it() -> None:
    book = two_placements()
    book.add(happened("E1: death of P1 on 2020-12-01", animals=2), passed("T1: P1 > P3 on 2021-03-01"))
    in_force = ActsInForce(book.register, DAY)
    check = next(check for check in CHECKS if check.check_id == "after_loss")

    (finding,) = check.find(in_force)

    entries = book.register.entries
    assert finding.subject_id == "pass:T1"
    assert finding.acts == (entries["pass:T1"].sequence,)
    assert finding.evidence == (entries["event:E1"].sequence,)


def test_no_finding_says_a_name_a_number_or_a_household() -> None:
    for check_id, plant in OFFENCES.items():
        programme = grown(3)
        plant(programme)

        audit = audit_of(programme.book.register, TODAY, telephones=programme.telephones)

        said = " ".join(finding.sentence for checked in audit.checks for finding in checked.findings)
        assert said, check_id
        for secret in ("Name of", "Witness", "Bishnu", "bishnu", "Guest", "97900", " H", "Donor", "99900"):
            assert secret not in said, check_id
