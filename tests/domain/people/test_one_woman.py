"""One woman under several ids: what may be said so, what follows for her, and what is left when it is taken back."""

from __future__ import annotations

from random import Random

import networkx as nx
import pytest

from relay.arrays.apply_entries import applied
from relay.arrays.from_register import of_register
from relay.arrays.same_woman import women_of
from relay.arrays.tables import differences
from relay.domain.questions import NO_ANSWER
from relay.domain.rulebook import (
    ERASED_ALREADY,
    GIVEN_TO_HERSELF,
    ONE_ID,
    PASSED_BETWEEN,
    UNLIKE_TO_BE_ONE,
    WOULD_BREAK,
    OneAlready,
    StandingOnIt,
)
from tests.scenes.acts import Book, beginnings, corrected, different, erased, passed, placed, same, taken_back, woman


@pytest.fixture
def book() -> Book:
    """W1 holds P1 and passed on to P2 of W2; W3 to W6 hold nothing."""
    return Book(*beginnings(6), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01"))


def test_two_ids_are_one_woman_until_that_is_taken_back(book: Book) -> None:
    book.add(same("S1: W1 = W3"))
    assert book.register.one_woman.ids("W3") == ("W1", "W3")
    book.add(taken_back("same:S1", "C1"))
    assert book.register.one_woman.ids("W3") == ("W3",)
    book.add(taken_back("correct:C1", "C2"))
    assert book.register.one_woman.kept("W3") == "W1"


def test_who_is_one_is_not_corrected_into_people_of_two_kinds(book: Book) -> None:
    book.add(same("S1: W3 = W4"), corrected("beneficiary:W3", "C1", sex="female"))

    error = book.refusal(corrected("beneficiary:W4", "C2", sex="male"))
    assert WOULD_BREAK.matches(error)
    assert error.broken == "same:S1: beneficiaries W3 and W4 differ in sex, so they are not one person."
    book.add(corrected("beneficiary:W4", "C2", sex="female"), erased("beneficiary:W4"))
    book.add(corrected("beneficiary:W3", "C3", consent_on="2020-01-01"))


def test_where_several_ids_could_be_kept_the_last_word_counts(book: Book) -> None:
    book.add(same("S1: W3 = W4"), same("S2: W5 = W4"))
    assert book.register.one_woman.kept("W3") == "W5"
    book.add(taken_back("same:S2", "C1"))
    assert [book.register.one_woman.kept(id_) for id_ in ("W3", "W4", "W5")] == ["W3", "W3", "W5"]


def test_ids_that_are_one_already_are_refused_naming_what_says_so(book: Book) -> None:
    book.add(same("S1: W3 = W4"), same("S2: W4 = W5"))
    error = book.refusal(same("S3: W5 = W3"))
    assert isinstance(error, OneAlready)
    assert "same:S1, same:S2" in str(error)
    assert ONE_ID.matches(book.refusal(same("S3: W3 = W3")))
    assert isinstance(book.refusal(different("D1: W3 / W5")), OneAlready)
    assert ONE_ID.matches(book.refusal(different("D1: W3 / W3")))
    book.add(taken_back("same:S2", "C1"), different("D1: W3 / W5"))


def test_what_was_taken_back_may_not_come_back_where_others_made_them_one_meanwhile(book: Book) -> None:
    book.add(same("S1: W3 = W4"), taken_back("same:S1", "C1"), same("S2: W5 = W4"), same("S3: W5 = W3"))
    assert isinstance(book.refusal(taken_back("correct:C1", "C2")), OneAlready)


def test_giver_and_receiver_of_one_hand_over_are_two_also_under_another_of_her_ids(book: Book) -> None:
    assert PASSED_BETWEEN.matches(book.refusal(same("S1: W1 = W2")))
    book.add(same("S2: W1 = W3"))
    error = book.refusal(same("S3: W2 = W3"))
    assert PASSED_BETWEEN.matches(error)
    assert "pass:T1" in str(error)


def test_a_man_is_no_woman_and_a_group_no_person(book: Book) -> None:
    book.add(woman("W7", sex="M"), woman("W8", sex="F"), woman("W9", kind="group"))
    for act in (same("S1: W7 = W8"), same("S1: W3 = W9")):
        assert UNLIKE_TO_BE_ONE.matches(book.refusal(act))
    book.add(same("S1: W3 = W8"))  # of W3 no sex is recorded
    assert UNLIKE_TO_BE_ONE.matches(book.refusal(same("S2: W3 = W7")))


def test_of_whom_was_erased_nobody_can_tell_who_she_was(book: Book) -> None:
    book.add(erased("beneficiary:W4"))
    assert ERASED_ALREADY.matches(book.refusal(same("S1: W3 = W4")))
    book.add(same("S1: W3 = W5"))


def test_she_passes_nothing_on_to_herself_under_another_id(book: Book) -> None:
    book.add(same("S1: W1 = W3"))
    assert GIVEN_TO_HERSELF.matches(book.refusal(passed("T2: P1 > P3 on 2021-04-01")))
    assert GIVEN_TO_HERSELF.matches(book.refusal(corrected("pass:T1", beneficiary_id="W3")))
    book.add(taken_back("same:S1", "C1"), passed("T2: P1 > P3 on 2021-04-01"))


def test_a_second_placement_is_asked_about_whatever_id_she_is_recorded_under(book: Book) -> None:
    book.add(same("S1: W1 = W3"))
    question = book.refusal(placed("P3 on 2022-03-01"), answers=NO_ANSWER)
    assert question.code == "holds_already"
    assert "P1" in str(question)
    book.add(taken_back("same:S1", "C1"))
    assert book.offer(placed("P3 on 2022-03-01"), answers=NO_ANSWER).action == "added"


def test_what_speaks_against_it_is_noted_and_does_not_tell_what_is_personal(book: Book) -> None:
    book.add(
        woman("W7", birth_year=1980, household_id="H1"),
        woman("W8", birth_year=1986, household_id="H2"),
        woman("W9", birth_year=1985, household_id="H1"),
        different("D1: W8 / W7"),
        placed("P7 on 2020-03-01"),
        placed("P8 on 2020-03-01"),
    )
    outcome = book.offer(same("S1: W7 = W8"))
    assert [note.note for note in outcome.notes] == [
        "years_apart",
        "other_household",
        "said_different",
        "holds_already",
    ]
    assert "P7, P8" in outcome.notes[3].sentence
    assert not any("198" in note.sentence for note in outcome.notes)
    assert book.notes(same("S2: W7 = W9")) == []


def test_a_registration_stays_while_two_ids_are_said_to_be_hers(book: Book) -> None:
    book.add(same("S1: W3 = W4"))
    assert isinstance(book.refusal(taken_back("beneficiary:W4")), StandingOnIt)
    book.add(taken_back("same:S1", "C1"), taken_back("beneficiary:W4", "C2"))


def test_why_is_erased_with_her(book: Book) -> None:
    book.add(same("S1: W3 = W4", why="her card"), erased("beneficiary:W4"))
    assert book.register.facts["same:S1"].values.get("why") is None
    assert book.register.one_woman.ids("W4") == ("W3", "W4")


def test_a_thousand_random_merges_and_undoings_leave_what_the_standing_edges_join() -> None:
    """The same edges in networkx say which acts are refused, and whose ids are whose."""
    random, women = Random(11), [f"W{number}" for number in range(1, 41)]  # noqa: S311 - the tests keep no secrets
    book = Book(*beginnings(len(women)))
    known = of_register(book.register)
    standing: dict[str, tuple[str, str]] = {}
    undone: dict[str, tuple[str, tuple[str, str]]] = {}
    for number in range(1000):
        ends = (random.choice(women), random.choice(women))
        joined = nx.Graph([*standing.values()])
        joined.add_nodes_from(women)
        if standing and random.random() < 0.4:
            act_id = random.choice([*standing])
            undone[f"C{number}"] = act_id, standing.pop(act_id)
            act, stands = taken_back(act_id, f"C{number}"), True
        elif undone and random.random() < 0.2:
            correct_id = random.choice([*undone])
            act_id, ends = undone[correct_id]
            act, stands = taken_back(f"correct:{correct_id}", f"R{number}"), not nx.has_path(joined, *ends)
            if stands:
                standing[act_id] = undone.pop(correct_id)[1]
        else:
            act, stands = same(f"S{number}: {ends[0]} = {ends[1]}"), not nx.has_path(joined, *ends)
            if stands:
                standing[act.act_id] = ends
        assert (book.offer(act).action == "added") is stands, (number, act)
        if stands:
            whole = of_register(book.register)
            found = applied(known, [book.register.entries[act.act_id]])
            assert found is None or differences(found, whole) == ()
            known = whole

    joined = nx.Graph([*standing.values()])
    joined.add_nodes_from(women)
    assert {edge.act_id: (edge.kept_id, edge.other_id) for edge in book.register.one_woman} == standing
    replayed = Book(*beginnings(len(women)), *(same(f"N{n}: {a} = {b}") for n, (a, b) in enumerate(standing.values())))
    ids, rows = known.beneficiaries.ids, women_of(known)
    for id_ in women:
        hers = tuple(sorted(nx.node_connected_component(joined, id_)))
        assert book.register.one_woman.ids(id_) == replayed.register.one_woman.ids(id_) == hers
        assert ids[rows[ids.row(id_)]] == book.register.one_woman.kept(id_)
