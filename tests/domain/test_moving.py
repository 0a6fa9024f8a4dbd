"""A hand-over that was somebody else's: it is moved by one act, and the record is as if it had never been wrong."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from relay.domain import rulebook
from relay.domain.acts import Act
from relay.domain.questions import EVERY_ANSWER, NOTED
from relay.ledger.batch import USED_OTHERWISE
from relay.ledger.projection import graph_of, things_of
from tests.scenes.acts import (
    Book,
    beginnings,
    confirmed,
    corrected,
    erased,
    happened,
    passed,
    placed,
    rule,
    taken_back,
)
from tests.scenes.strategies import programmes


def projected(book: Book) -> list[str]:
    """All that the record puts into the graph."""
    return sorted(str(row) for thing in things_of(book.register) for row in graph_of(book.register, thing))


def held(book: Book) -> dict[str, list[str]]:
    """Who holds what."""
    return {id_: sorted(holds) for id_, holds in book.register.holdings.items() if holds}


@pytest.fixture
def book() -> Book:
    """P1 > P2 > P3, P2 > P5, and P4 alone."""
    return Book(
        *beginnings(7),
        placed("P1 on 2020-03-01"),
        placed("P4 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01"),
        passed("T2: P2 > P3 on 2022-03-01", 1),
        passed("T3: P2 > P5 on 2022-04-01", 1),
        happened("E1: birth of P2 on 2021-08-01"),
    )


# --- to whom ----------------------------------------------------------------------------------------------------------


def test_a_corrected_receiver_holds_the_whole_placement_with_all_that_hangs_below(book: Book) -> None:
    book.add(corrected("pass:T1", beneficiary_id="W6"))

    moved = book.register.placements["P2"]
    assert moved.beneficiary_id == "W6"
    assert [each.pass_id for each in moved.passes] == ["T2", "T3"]
    assert [each.event_id for each in moved.events] == ["E1"]
    assert book.register.held("W2", "goat") == ()
    assert book.register.held("W6", "goat") == ("P2",)
    assert book.register.placements["P1"].passes[0].beneficiary_id == "W6"


def test_a_corrected_holder_of_an_original_placement_passed_on_what_it_passed_on(book: Book) -> None:
    book.add(corrected("placement:P1", beneficiary_id="W6"))

    assert book.register.placements["P1"].beneficiary_id == "W6"
    assert [each.pass_id for each in book.register.placements["P1"].passes] == ["T1"]


def test_taking_the_correction_back_gives_the_placement_back(book: Book) -> None:
    before = projected(book)
    book.add(corrected("pass:T1", beneficiary_id="W6"), taken_back("correct:C1", "C2"))

    assert projected(book) == before


def test_a_placement_is_not_given_to_her_to_whom_it_passed_on_and_all_such_pass_ons_are_listed(book: Book) -> None:
    refusal = book.refusal(corrected("pass:T1", beneficiary_id="W3"))
    assert rulebook.GIVEN_TO_HERSELF.matches(refusal)
    assert "pass:T2" in str(refusal)

    book.add(passed("T6: P2 > P3 on 2022-05-01", 0.5))
    listed = book.refusal(corrected("pass:T1", beneficiary_id="W3", passed_on="2022-04-15"), answers=EVERY_ANSWER)
    assert rulebook.WOULD_BREAK.matches(listed)
    assert "pass:T2" in str(listed)
    assert "P2 received only on 2022-04-15" in str(listed)
    assert listed.suggestion


def test_a_placement_is_not_given_to_her_who_gave_it_nor_to_somebody_unknown(book: Book) -> None:
    assert rulebook.GIVEN_TO_HERSELF.matches(book.refusal(corrected("pass:T1", beneficiary_id="W1")))
    assert type(book.refusal(corrected("pass:T1", beneficiary_id="W99"))) is rulebook.Missing


def test_who_holds_that_help_already_is_asked_about_and_may_hold_both(book: Book) -> None:
    wrong = corrected("pass:T1", beneficiary_id="W4")
    asked = book.refusal(wrong, answers=frozenset())
    assert asked.code == "holds_already"
    assert "P4" in str(asked)
    assert "--again" in str(asked)

    book.add(wrong, answers=NOTED)
    assert book.register.held("W4", "goat") == ("P2", "P4")


def test_where_several_receipts_fill_a_placement_all_are_named_and_only_all_are_corrected(book: Book) -> None:
    book.add(passed("T4: P4 > P2 on 2021-04-01", 0.5))
    one, other = corrected("pass:T1", "C1", beneficiary_id="W6"), corrected("pass:T4", "C2", beneficiary_id="W6")

    refusal = book.refusal(one)
    assert type(refusal) is rulebook.SeveralReceipts
    assert "pass:T1, pass:T4" in str(refusal)
    assert "--whole" in str(refusal)

    book.whole(one, other)
    assert book.register.placements["P2"].beneficiary_id == "W6"
    assert type(book.refusal(taken_back("correct:C2", "C3"))) is rulebook.SeveralReceipts
    book.whole(taken_back("correct:C2", "C3"), taken_back("correct:C1", "C4"))
    assert book.register.placements["P2"].beneficiary_id == "W2"


def test_of_several_receipts_a_part_is_not_corrected_together_either(book: Book) -> None:
    book.add(passed("T4: P4 > P2 on 2021-04-01", 0.5))
    with pytest.raises(rulebook.SeveralReceipts):
        book.whole(corrected("pass:T1", "C1", beneficiary_id="W6"))


def test_a_hand_over_taken_back_before_its_placement_was_moved_comes_back_for_her_who_holds_it(book: Book) -> None:
    book.add(passed("T4: P4 > P2 on 2021-04-01", 0.5), taken_back("pass:T4", "C1"))
    book.add(corrected("pass:T1", "C2", beneficiary_id="W6"))

    assert type(book.refusal(taken_back("correct:C1", "C3"))) is rulebook.HeldByAnother


# --- from whom --------------------------------------------------------------------------------------------------------


def test_a_corrected_giver_has_passed_on_and_the_other_has_not(book: Book) -> None:
    book.add(corrected("pass:T1", giver_placement_id="P4"))

    assert book.register.placements["P1"].passes == ()
    assert [each.pass_id for each in book.register.placements["P4"].passes] == ["T1"]


def test_a_corrected_giver_of_other_help_makes_all_below_other_help_too() -> None:
    book = Book(
        *beginnings(7),
        placed("P1 on 2020-03-01"),
        placed("P4 on 2020-03-01", help="pig"),
        passed("T1: P1 > P2 on 2021-03-01"),
        passed("T2: P2 > P3 on 2022-03-01"),
    )
    book.add(corrected("pass:T1", giver_placement_id="P4"))

    assert [book.register.placements[id_].help for id_ in ("P2", "P3")] == ["pig", "pig"]


def test_a_giver_who_descends_from_the_receiver_or_received_later_is_refused(book: Book) -> None:
    assert rulebook.GOES_ROUND.matches(book.refusal(corrected("pass:T1", giver_placement_id="P3")))
    book.add(placed("P6 on 2021-06-01"))
    assert rulebook.PASSED_BEFORE_RECEIPT.matches(book.refusal(corrected("pass:T1", giver_placement_id="P6")))
    assert type(book.refusal(corrected("pass:T1", giver_placement_id="P9"))) is rulebook.Missing
    assert rulebook.NOT_CORRECTABLE.matches(book.refusal(corrected("pass:T1", receiver_placement_id="P9")))


# --- what hangs on it -------------------------------------------------------------------------------------------------


def test_a_confirmation_of_what_was_said_before_no_longer_counts(book: Book) -> None:
    book.add(confirmed("pass:T1"), confirmed("pass:T2", "F2"), by="local:bina")
    notes = book.notes(corrected("pass:T1", beneficiary_id="W6"))

    assert "unconfirmed" in notes
    assert book.register.facts["pass:T1"].confirm_id is None
    assert book.register.facts["pass:T2"].confirm_id == "F2"


def test_erasing_either_woman_drops_what_was_noted_of_the_placement_that_was_taken_for_hers(book: Book) -> None:
    for woman in ("W2", "W6"):
        again = Book(*(entry.act for entry in book.register.entries.values()))
        again.add(happened("E2: visit of P2 on 2021-09-01", note="her shed leaks"))
        again.add(corrected("pass:T1", beneficiary_id="W6"), erased(f"beneficiary:{woman}"))
        assert again.register.entries["event:E2"].opened == {}
        assert again.register.entries["correct:C1"].opened == {}


def test_a_file_that_still_says_the_mistake_or_says_it_right_changes_nothing(book: Book) -> None:
    wrong = book.register.entries["pass:T1"].act
    book.add(corrected("pass:T1", beneficiary_id="W6"))

    assert book.offer(wrong).action == "same"
    right = {**wrong.values, "beneficiary_id": "W6"}
    assert book.offer(Act(kind="pass", id="T1", values=right)).action == "same"
    other = {**wrong.values, "beneficiary_id": "W7"}
    assert USED_OTHERWISE.matches(book.refusal(Act(kind="pass", id="T1", values=other)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(acts=programmes(most=15), data=st.data())
def test_whatever_hangs_on_a_mistake_the_corrected_record_is_that_of_a_ledger_that_never_had_it(
    acts: list[Act], data: st.DataObject
) -> None:
    right, kept = Book(), list[Act]()
    for act in acts:
        if act.kind != "confirm" and right.offer(act).action == "added":
            kept.append(act)
    handed = [act for act in kept if act.act_id in right.register.facts and act.kind in ("pass", "placement")]
    column = data.draw(st.sampled_from(["beneficiary_id", "giver_placement_id"]))
    handed = [act for act in handed if column in act.values]
    assume(handed)
    subject = data.draw(st.sampled_from(handed))
    said = right.register.facts[subject.act_id].values[column]
    slip = data.draw(st.sampled_from(["W1", "W2", "W3", "W4"] if column[0] == "b" else ["P1", "P2", "P3", "P4"]))
    assume(slip != said and said == subject.values[column])

    wrong = Book()
    for act in kept:
        said_wrong = Act(kind=act.kind, id=act.id, values={**act.values, column: slip})
        assume(wrong.offer(said_wrong if act is subject else act).action == "added")
    wrong.add(corrected(subject.act_id, "CX", **{column: str(subject.values[column])}), answers=EVERY_ANSWER)

    assert projected(wrong) == projected(right)
    assert held(wrong) == held(right)


def test_a_rule_that_bound_nobody_of_that_help_is_told_where_a_giver_is_corrected() -> None:
    book = Book(
        *beginnings(7),
        rule("cow", "2022-01-01"),
        placed("P1 on 2020-03-01"),
        placed("P4 on 2022-03-01", help="cow"),
        passed("T1: P1 > P2 on 2021-03-01"),
    )
    refusal = book.refusal(corrected("pass:T1", giver_placement_id="P4"))

    assert rulebook.WOULD_BREAK.matches(refusal)
    assert "No rule for cow" in str(refusal)
    assert "P4 received only on 2022-03-01" in str(refusal)
