"""What is refused of requests, checks and plans, and what is noted, whichever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.domain.rulebook import ENDED_ALREADY, WOULD_BREAK, StandingOnIt
from relay.ledger import verify
from relay.systems.planning.rules import (
    ASKED_ALREADY,
    CHECKED_BEFORE_ASKED,
    FROM_NOBODY,
    GONE_BEFORE,
    OWES_NOTHING_MORE,
    PLANNED_ALREADY,
    PLANNED_FOR_HERSELF,
)
from tests.scenes import acts as say
from tests.systems.planning.scene import added, asked, checked, ended, outcomes, planned, refusal

if TYPE_CHECKING:
    from relay.graph import Graph


def test_a_woman_has_one_open_request_for_a_help(village: Graph) -> None:
    added(village, asked("R1: W3 on 2023-01-01"), asked("R2: W3 on 2023-02-01", help="pig"))

    assert ASKED_ALREADY.matches(refusal(village, asked("R3: W3 on 2023-03-01")))
    one, other = outcomes(village, asked("R4: W4 on 2023-01-01"), asked("R5: W4 on 2023-02-01"))
    assert one.error is None
    assert ASKED_ALREADY.matches(other.error)


def test_she_may_ask_again_once_it_ended_was_no_longer_wanted_or_was_served(village: Graph) -> None:
    added(village, asked("R1: W3 on 2023-01-01"), ended("N1: request:R1 on 2023-02-01"), asked("R2: W3 on 2023-03-01"))
    added(village, checked("C1: R2 on 2023-04-01", wants="no"), asked("R3: W3 on 2023-05-01"))
    added(village, asked("R4: W2 on 2023-11-01"), asked("R5: W2 on 2024-01-01"))

    assert ASKED_ALREADY.matches(refusal(village, asked("R6: W2 on 2024-02-01")))
    assert ENDED_ALREADY.matches(refusal(village, ended("N2: request:R1 on 2023-03-01")))
    assert verify.verify(village, "demo").ok


def test_what_was_closed_is_not_opened_again_while_she_asked_anew(village: Graph) -> None:
    #   R1 ──── ended N1
    #   R3 ──── checked C1: no ──── C2: yes?
    #            R2 open                 R4 open
    added(village, asked("R1: W3 on 2023-01-01"), ended("N1: request:R1 on 2023-02-01"), asked("R2: W3 on 2023-03-01"))
    added(village, asked("R3: W4 on 2023-01-01"), checked("C1: R3 on 2023-02-01", wants="no"))
    added(village, asked("R4: W4 on 2023-03-01"))

    for reopens in (
        say.taken_back("end:N1", "K1"),
        say.taken_back("request_check:C1", "K2"),
    ):
        error = refusal(village, reopens)
        assert WOULD_BREAK.matches(error), reopens
        assert "already waits for goat" in error.broken
    for asks in (say.corrected("request_check:C1", "K3", wants="yes"), checked("C2: R3 on 2023-04-01")):
        assert ASKED_ALREADY.matches(refusal(village, asks)), asks

    added(village, ended("N2: request:R2 on 2023-05-01"), say.taken_back("end:N1", "K1"))
    added(village, ended("N4: request:R4 on 2023-05-01"), say.taken_back("request_check:C1", "K2"))
    added(village, checked("C2: R3 on 2023-06-01"))


def test_a_plan_is_not_opened_again_while_another_is_open(village: Graph) -> None:
    added(village, planned("N1: P1 > W3 on 2024-01-01"), ended("X1: plan:N1 on 2024-02-01"))
    added(village, planned("N2: P2 > W3 on 2024-02-01"))

    assert WOULD_BREAK.matches(refusal(village, say.taken_back("end:X1", "K1")))
    added(village, say.taken_back("plan:N2", "K2"), say.taken_back("end:X1", "K1"))


def test_what_served_a_request_is_not_taken_back_or_moved_while_she_asked_anew(village: Graph) -> None:
    #   R1 ──── served by P1 > P3 (T2)        R2 open
    added(village, asked("R1: W3 on 2023-01-01"), say.passed("T2: P1 > P3 on 2024-02-01", 1))
    added(village, asked("R2: W3 on 2024-03-01"))

    back = refusal(village, say.taken_back("pass:T2", "K1"))
    assert isinstance(back, StandingOnIt)
    assert back.others == ["request:R1", "request:R2"]
    assert WOULD_BREAK.matches(refusal(village, say.corrected("pass:T2", "K1", beneficiary_id="W4")))
    added(village, ended("N2: request:R2 on 2024-04-01"), say.taken_back("pass:T2", "K1"))
    assert verify.verify(village, "demo").ok


def test_two_ids_are_not_joined_of_which_both_wait_for_one_help(village: Graph) -> None:
    added(village, asked("R1: W3 on 2023-01-01"), asked("R2: W4 on 2023-01-01"))

    assert WOULD_BREAK.matches(refusal(village, say.same("S1: W3 = W4")))
    added(village, ended("N1: request:R1 on 2023-02-01"), say.same("S1: W3 = W4"))


def test_one_woman_under_two_ids_has_one_open_request(village: Graph) -> None:
    added(village, asked("R1: W3 on 2023-01-01"), say.same("S1: W4 = W3"))

    assert ASKED_ALREADY.matches(refusal(village, asked("R2: W4 on 2023-02-01")))


def test_a_check_is_not_dated_before_its_request_whichever_is_corrected(village: Graph) -> None:
    added(village, asked("R1: W3 on 2023-01-01"), checked("C1: R1 on 2023-06-01"))

    assert CHECKED_BEFORE_ASKED.matches(refusal(village, checked("C2: R1 on 2022-12-31")))
    assert CHECKED_BEFORE_ASKED.matches(refusal(village, say.corrected("request:R1", "K1", asked_on="2023-06-02")))


def test_a_plan_names_one_source_another_woman_and_who_still_owes(village: Graph) -> None:
    added(village, say.happened("E1: excused of P2 on 2023-12-15"))

    assert PLANNED_FOR_HERSELF.matches(refusal(village, planned("N1: P1 > W1 on 2024-01-01")))
    assert FROM_NOBODY.matches(refusal(village, planned("N1: P1 > W3 on 2024-01-01", gift_id="G1")))
    assert FROM_NOBODY.matches(refusal(village, planned("N1: P1 > W3 on 2024-01-01", giver_placement_id=None)))
    assert OWES_NOTHING_MORE.matches(refusal(village, planned("N1: P2 > W3 on 2024-01-01")))
    added(village, planned("N1: P1 > W3 on 2024-01-01"))
    added(village, planned("N2: P1 > W4 on 2024-01-01", giver_placement_id=None, gift_id="G1"))


def test_a_plan_stands_after_its_giver_passed_on_all(village: Graph) -> None:
    added(village, planned("N1: P1 > W3 on 2024-01-01"), say.passed("T2: P1 > P3 on 2024-02-01", 1))

    added(village, say.corrected("plan:N1", "K1", expected_on="2024-03-01"))
    assert OWES_NOTHING_MORE.matches(refusal(village, planned("N2: P1 > W4 on 2024-03-01")))


def test_a_woman_has_one_open_plan_for_a_help(village: Graph) -> None:
    added(village, planned("N1: P1 > W3 on 2024-01-01"))

    assert PLANNED_ALREADY.matches(refusal(village, planned("N2: P2 > W3 on 2024-02-01")))
    added(village, ended("X1: plan:N1 on 2024-02-01"), planned("N3: P2 > W3 on 2024-02-02"))


def test_a_missed_plan_bars_no_other(village: Graph) -> None:
    added(village, planned("N1: P1 > W3 on 2023-12-02", expected_on="2024-01-01"))

    assert PLANNED_ALREADY.matches(refusal(village, planned("N2: P2 > W3 on 2024-03-31")))
    added(village, planned("N2: P2 > W3 on 2024-04-01"))


def test_nobody_is_planned_who_has_left(village: Graph) -> None:
    added(village, say.happened("E1: left of P2 on 2024-02-01"))

    assert GONE_BEFORE.matches(refusal(village, planned("N1: P1 > W2 on 2024-02-01")))
    added(village, planned("N1: P1 > W2 on 2024-01-31"))


def test_what_speaks_against_a_plan_is_noted(village: Graph) -> None:
    added(village, say.woman("V1", household_id="H1"), asked("R3: W3 on 2023-01-01", ready="training;shed"))

    def notes(said: str, **values: say.Said) -> list[str]:
        (outcome,) = outcomes(village, planned(said, **values))
        assert outcome.error is None
        return [note.note for note in outcome.notes]

    assert notes("N1: P1 > V1 on 2024-01-01", rank=2) == ["same_household", "not_first", "not_ready"]
    assert notes("N2: P1 > W2 on 2024-01-01") == ["still_owes", "gives_too_often", "not_ready"]
    added(village, ended("X1: plan:N1 on 2024-01-01"), ended("X2: plan:N2 on 2024-01-01"))
    assert notes("N3: P1 > W3 on 2024-01-01", rank=1) == []


def test_a_giver_who_owes_one_hand_over_and_takes_two_open_plans_is_noted(village: Graph) -> None:
    """P1 owes 2 goats and has passed on 1: one is left. P2 owes 1.

    P1 ── N1 W3 (open), N2 W4                noted
    P1 ── N1 W3 (open), N3 W6 chosen before  noted
    P2 ── N4 W5 (ended), N5 W5               not noted
    P2 ── N5 W5 (overtaken by P5), N6 V1     not noted
    """
    added(village, say.woman("V1"))

    def notes(said: str) -> list[str]:
        (outcome,) = outcomes(village, planned(said))
        assert outcome.error is None
        return [str(note.sentence) for note in outcome.notes if note.note == "gives_too_often"]

    assert notes("N1: P1 > W3 on 2024-01-10") == []
    (said,) = notes("N2: P1 > W4 on 2024-01-20")
    assert said == "plan:N2: with plan:N1, more is planned from placement P1 than it still owes."
    added(village, ended("X2: plan:N2 on 2024-01-21"))
    assert len(notes("N3: P1 > W6 on 2024-01-05")) == 1

    assert notes("N4: P2 > W5 on 2024-01-10") == []
    added(village, ended("X4: plan:N4 on 2024-01-20"))
    assert notes("N5: P2 > W5 on 2024-01-21") == []
    added(village, say.placed("P5 on 2024-01-25"))
    assert notes("N6: P2 > V1 on 2024-02-01") == []
