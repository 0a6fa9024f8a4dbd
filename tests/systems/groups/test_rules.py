"""What is refused of memberships, offices, meetings and custodies, and asked and noted of them, in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.backup import ledger_backup
from relay.domain.questions import NO_ANSWER
from relay.domain.rulebook import ENDED_ALREADY, WOULD_BREAK, InTheFuture, Missing, StandingOnIt
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import verify
from relay.systems.groups.rules import (
    COUNTED_IN_PARTS,
    IN_TWO_LISTS,
    KEPT_ALREADY,
    MEMBER_ALREADY,
    MET_THAT_DAY,
    OTHER_GUARANTOR,
    UNSAID,
    UNTIL_BEFORE_FROM,
    NotAMember,
    NotExpected,
    OfficeOutlastsMembership,
)
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.groups.scene import act, added, ended, keeps, member, met, notes, officer, outcomes, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph


def test_a_woman_is_a_member_of_a_group_once_at_a_time_and_of_several_groups(village: Graph) -> None:
    assert MEMBER_ALREADY.matches(refusal(village, member("M6: W1 in A on 2023-05-01")))
    assert MEMBER_ALREADY.matches(refusal(village, member("M6: W4 in A on 2023-06-30")))
    assert MEMBER_ALREADY.matches(refusal(village, member("M6: W4 in A on 2022-12-01", until_on="2023-01-01")))
    assert UNTIL_BEFORE_FROM.matches(refusal(village, member("M6: W6 in A on 2023-06-30", until_on="2023-06-29")))
    added(village, member("M6: W4 in A on 2023-07-01"), member("M7: W1 in B on 2023-05-01"))
    added(village, say.same("S1: W6 = W1"))
    assert MEMBER_ALREADY.matches(refusal(village, member("M8: W6 in A on 2023-08-01")))


def test_who_came_back_was_no_member_between(village: Graph) -> None:
    added(village, ended("E1: membership:M2 on 2023-04-30"), member("M6: W2 in A on 2023-09-01"))

    assert isinstance(refusal(village, met("T1: A on 2023-05-01", present="W1;W2")), NotExpected)
    added(village, met("T1: A on 2023-04-30", present="W1;W2"), met("T2: A on 2023-09-01", present="W1;W2"))
    assert ENDED_ALREADY.matches(refusal(village, ended("E2: membership:M2 on 2023-05-30")))
    assert verify.verify(village, "demo").ok


def test_a_roster_names_members_of_that_day_each_in_one_list(village: Graph) -> None:
    assert isinstance(refusal(village, met("T1: A on 2023-02-01", present="W1;W3")), NotExpected)
    assert isinstance(refusal(village, met("T1: A on 2023-07-01", excused="W4")), NotExpected)
    assert isinstance(refusal(village, met("T1: A on 2023-02-01", present="W5")), NotExpected)
    assert IN_TWO_LISTS.matches(refusal(village, met("T1: A on 2023-02-01", present="W1", late="W1")))
    assert isinstance(refusal(village, met("T1: A on 2023-02-01", present="W9")), Missing)
    assert isinstance(refusal(village, met("T1: A on 2024-07-01", present="W1")), InTheFuture)
    assert UNSAID.matches(refusal(village, met("T1:  on 2023-02-01")))
    assert COUNTED_IN_PARTS.matches(refusal(village, met("T1: A on 2023-02-01", women=2.5)))
    added(village, met("T1: A on 2023-06-30", present="W1;W2", late="W3", excused="W4"))
    added(village, met("T2:  on 2023-02-01", kind="event", present="W5;W6", women=40))
    seen = village.rows(
        "MATCH (m:Meeting)-[r]->(b:Beneficiary) RETURN type(r) AS how, b.beneficiary_id AS who ORDER BY how, who"
    )
    assert [(row["how"], row["who"]) for row in seen] == [
        ("ATTENDED_BY", "W1"),
        ("ATTENDED_BY", "W2"),
        ("ATTENDED_BY", "W5"),
        ("ATTENDED_BY", "W6"),
        ("ATTENDED_LATE_BY", "W3"),
        ("EXCUSED", "W4"),
    ]


def test_a_woman_under_two_ids_is_expected_once(village: Graph) -> None:
    added(village, say.same("S1: W6 = W1"))

    assert IN_TWO_LISTS.matches(refusal(village, met("T1: A on 2023-02-01", present="W1", late="W6")))
    added(village, met("T1: A on 2023-02-01", present="W6;W2"))


def test_no_membership_ends_before_she_was_there_whichever_is_recorded_first(village: Graph) -> None:
    added(village, met("T1: A on 2023-05-01", present="W1;W2"))

    assert WOULD_BREAK.matches(refusal(village, ended("E1: membership:M1 on 2023-04-30")))
    assert WOULD_BREAK.matches(refusal(village, say.corrected("membership:M1", "K1", from_on="2023-05-02")))
    added(village, ended("E1: membership:M1 on 2023-05-01"))
    assert WOULD_BREAK.matches(refusal(village, say.corrected("end:E1", "K2", until_on="2023-04-01")))


def test_a_membership_is_not_taken_back_while_she_was_there_and_holds_an_office_or_an_animal(village: Graph) -> None:
    """W1 and W2 of A: W1 was at T1, is chair since April and keeps B2; W2 did nothing as a member."""
    added(
        village,
        met("T1: A on 2023-05-01", present="W1"),
        officer("O1: W1 chair of A on 2023-04-01"),
        keeps("C1: W1 has B2 of A on 2023-02-01"),
    )

    back = refusal(village, say.taken_back("membership:M1", "K1"))
    assert isinstance(back, StandingOnIt)
    assert back.others == ["office:O1", "meeting:T1", "custody:C1"]
    ended_before = refusal(village, ended("E1: membership:M1 on 2023-03-01"))
    assert str(ended_before) == (
        "end:E1 would break: office:O1: beneficiary W1 was no member of group A on 2023-04-01. meeting:T1: beneficiary"
        " W1 was no member of group A on 2023-05-01. Correct or take back those first. Nothing was changed."
    )
    added(village, say.taken_back("membership:M2", "K2"), say.taken_back("correct:K2", "K3"))
    added(village, *(say.taken_back(each, f"K{n}") for n, each in enumerate((*back.others, "membership:M1"), 4)))
    assert verify.verify(village, "demo").ok


def test_two_ids_are_not_joined_whose_memberships_or_rosters_would_then_contradict(village: Graph) -> None:
    """W2 and W4 are both members of A, and on the roster of T1 in two lists; W6 is a member of nothing."""
    added(village, met("T1: A on 2023-05-01", present="W2", excused="W4"))

    found = refusal(village, say.same("S1: W2 = W4"))
    assert WOULD_BREAK.matches(found)
    assert "membership:M2: beneficiary W2 is already a member of group A, by membership:M4." in str(found)
    assert "meeting:T1: beneficiary W2 stands in two lists: present, excused." in str(found)
    added(village, say.same("S2: W1 = W6"), met("T2: A on 2023-05-08", present="W6"))
    apart = refusal(village, say.taken_back("same:S2", "K1"))
    assert isinstance(apart, StandingOnIt)
    assert apart.others == ["meeting:T2"]


def test_what_a_group_vouched_for_and_did_is_not_corrected_away(village: Graph) -> None:
    added(
        village,
        say.placed("P3 on 2022-01-01", guarantor_group_id="A"),
        say.passed("T2: P3 > P4 on 2024-01-01", 1, by_group_id="A"),
    )

    assert WOULD_BREAK.matches(refusal(village, say.corrected("placement:P3", "K1", guarantor_group_id="B")))
    added(village, say.corrected("placement:P3", "K1", received_on="2022-01-02"))


def test_no_group_and_no_meeting_is_taken_back_that_is_named_without_a_relationship(village: Graph) -> None:
    """Who vouches and stands in are columns of what is a relationship itself; where a plan was chosen is one of two."""
    chosen = {"plan_id": "N1", "beneficiary_id": "W5", "help": "goat", "chosen_on": "2024-01-08", "meeting_id": "T1"}
    added(
        village,
        *(act("group", {"group_id": id_, "name": f"Group {id_}", "kind": "womens_group"}) for id_ in "CDE"),
        met("T1:  on 2024-01-08", kind="event", women=4),
        met("T2:  on 2024-01-09", kind="event", women=4),
        say.placed("P3 on 2022-01-01", guarantor_group_id="C"),
        say.passed("T3: P2 > P5 on 2024-01-01", 1, by_group_id="D"),
        act("plan", {**chosen, "giver_placement_id": "P1"}),
    )

    for named, by in (("group:C", "placement:P3"), ("group:D", "pass:T3"), ("meeting:T1", "plan:N1")):
        error = refusal(village, say.taken_back(named, "K1"))
        assert isinstance(error, StandingOnIt), named
        assert by in str(error)
    added(village, say.taken_back("group:E", "K2"), say.taken_back("meeting:T2", "K3"))


def test_two_meetings_of_a_day_and_kind_are_asked_about(village: Graph) -> None:
    added(village, met("T1: A on 2023-05-01"))

    def asked(said: str, **values: say.Said) -> Exception | None:
        (outcome,) = outcomes(village, met(said, **values), answers=NO_ANSWER)
        return outcome.error

    found = asked("T2: A on 2023-05-01")
    assert MET_THAT_DAY.matches(found)
    assert (found.code, found.earlier) == ("met_that_day", "meeting:T1")
    assert asked("T3: A on 2023-05-01", kind="election") is None
    assert asked("T4: B on 2023-05-01") is None
    assert notes(village, met("T2: A on 2023-05-01")) == ["met_that_day"]


def test_an_office_is_held_by_a_member(village: Graph) -> None:
    assert isinstance(refusal(village, officer("O1: W5 chair of A on 2023-02-01")), NotAMember)
    assert isinstance(refusal(village, officer("O1: W3 chair of A on 2023-02-01")), NotAMember)
    late = officer("O1: W4 chair of A on 2023-02-01", until_on="2023-07-01")
    assert isinstance(refusal(village, late), OfficeOutlastsMembership)
    added(village, officer("O1: W4 chair of A on 2023-02-01"), officer("O2: W1 treasurer of A on 2023-04-01"))
    assert WOULD_BREAK.matches(refusal(village, ended("E1: membership:M1 on 2023-03-01")))
    assert notes(village, officer("O3: W2 secretary of A on 2023-01-01", until_on="2025-01-01")) == ["long_term"]
    assert verify.verify(village, "demo").ok


def test_an_animal_is_kept_by_one_at_a_time(village: Graph) -> None:
    added(village, keeps("C1: A has B1 of A on 2023-01-01"), keeps("C2: W1 has B2 of A on 2023-01-01"))

    assert KEPT_ALREADY.matches(refusal(village, keeps("C3: B has B1 of A on 2023-06-01")))
    assert isinstance(refusal(village, keeps("C3: W5 has B3 of A on 2023-06-01")), NotAMember)
    assert UNSAID.matches(refusal(village, keeps("C3: B has B3 of A on 2023-06-01", keeper_beneficiary_id="W1")))
    added(village, ended("E1: custody:C1 on 2023-05-31"), keeps("C3: B has B1 of A on 2023-06-01"))
    assert notes(village, ended("E2: custody:C3 on 2024-06-01")) == ["long_custody"]
    added(village, keeps("C4: B has B1 of B on 2023-01-01"))
    assert verify.verify(village, "demo").ok


def test_a_group_stands_in_for_a_giver_for_whom_it_vouches(village: Graph) -> None:
    added(village, say.placed("P3 on 2022-01-01", guarantor_group_id="A"))

    assert OTHER_GUARANTOR.matches(refusal(village, say.passed("T2: P3 > P4 on 2024-01-01", 1, by_group_id="B")))
    assert notes(village, say.passed("T2: P3 > P4 on 2024-01-01", 1, by_group_id="A")) == []
    assert "nobody_vouched" in notes(village, say.passed("T3: P2 > P5 on 2024-01-01", 1, by_group_id="A"))
    rows = village.rows("MATCH ()-[r:PASSED_TO]->() WHERE r.by_group_id IS NOT NULL RETURN count(r) AS many")
    assert rows[0]["many"] == 2


def test_what_breaks_the_rule_of_a_group_is_noted_of_its_meeting(village: Graph) -> None:
    assert notes(village, met("T1: A on 2023-01-15", present="W1", excused="W2;W4")) == ["without_quorum"]
    assert notes(village, met("T2: A on 2023-02-15", present="W1", late="W2")) == []
    added(village, officer("O1: W1 chair of A on 2023-03-01"))
    assert notes(village, met("T3: A on 2023-03-15", present="W1;W2;W3", women=3)) == [
        "office_vacant",
        "counted_beside_roster",
    ]
    added(village, officer("O2: W2 treasurer of A on 2023-03-16"))
    assert notes(village, met("T4: A on 2023-05-18", present="W1;W2;W3")) == []
    assert notes(village, met("T5: A on 2023-07-22", present="W1;W2;W3")) == [
        "after_a_pause"
    ]  # 65 days, and twice 32 are 64


def test_who_chose_the_next_receiver_is_noted_of_the_plan(village: Graph) -> None:
    added(
        village,
        say.corrected("beneficiary:W6", "K1", household_id="H2"),
        member("M6: W6 in A on 2023-01-01"),
        officer("O2: W2 treasurer of A on 2023-01-01"),
        met("T1: A on 2024-01-01", kind="election", present="W1", excused="W2;W3"),
        met("T2: A on 2024-01-08", kind="election", present="W1;W2;W3"),
    )

    def of_plan(plan_id: str, woman: str, meeting_id: str) -> list[str]:
        said = {"plan_id": plan_id, "beneficiary_id": woman, "help": "goat", "chosen_on": "2024-01-08"}
        plan = act("plan", {**said, "giver_placement_id": "P1", "group_id": "A", "meeting_id": meeting_id})
        return [note for note in notes(village, plan) if note not in ("not_ready", "still_owes", "gives_too_often")]

    assert of_plan("N1", "W3", "T1") == ["without_quorum"]
    assert of_plan("N2", "W2", "T2") == ["officer_chosen"]
    assert of_plan("N3", "W6", "T2") == ["officers_kin"]
    assert of_plan("N4", "W5", "T2") == []
    assert isinstance(refusal(village, act("plan", {"plan_id": "N5", "beneficiary_id": "W4", "help": "goat",
        "chosen_on": "2024-01-08", "giver_placement_id": "P1", "meeting_id": "T9"})), Missing)  # fmt: skip


def test_a_plan_may_name_any_meeting_where_groups_are_not_used(village: Graph) -> None:
    added(village, say.corrected("programme:demo", "K1", systems="planning"))

    plan = {"plan_id": "N1", "beneficiary_id": "W3", "help": "goat", "chosen_on": "2024-01-08"}
    added(village, act("plan", {**plan, "giver_placement_id": "P1", "meeting_id": "by hand"}))


def test_all_of_it_goes_out_and_comes_back(village: Graph, tmp_path: Path) -> None:
    added(
        village,
        officer("O1: W4 chair of A on 2023-02-01"),
        met("T1: A on 2023-06-30", present="W1;W2", excused="W4", note="They argued.", cash_after=1250.5),
        ended("E1: membership:M1 on 2023-06-30", reason="she moved"),
        keeps("C1: B has B1 of A on 2023-01-01"),
    )
    added(village, say.erased("beneficiary:W2"))

    export_programme(village, "demo", tmp_path / "out", with_names=True)
    lines = list(ledger_backup.backup_lines(village))
    wiped(village)
    report = import_programme(village, tmp_path / "out", say.clerk(), apply=True)

    assert {row.action for row in report} == {"added"}
    meeting = (tmp_path / "out" / "meetings.csv").read_text("utf-8-sig").splitlines()[1]
    assert "W1;W2,,W4" in meeting
    assert "1250.5" in meeting
    assert "They argued." not in meeting, "it may speak of her who is erased"
    ledger_backup.restore(wiped(village), lines, say.clerk())
    assert list(ledger_backup.backup_lines(village)) == lines
    assert verify.verify(village, "demo").ok
