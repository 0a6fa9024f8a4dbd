"""What an auditor is told of groups: each check with one who is found and one who is not. Today is 2024-06-30."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.audit import run
from tests.scenes import acts as say
from tests.systems.groups.scene import act, added, ended, keeps, member, met, officer

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


def found(graph: Graph, check_id: str) -> tuple[int, list[str]]:
    """How many the check looked at, and what it found."""
    check = next(each for each in run.audit(graph, "demo", say.TODAY).checks if each.check_id == check_id)
    return check.population, [finding.subject_id for finding in check.findings]


def sentences(graph: Graph, check_id: str) -> list[str]:
    check = next(each for each in run.audit(graph, "demo", say.TODAY).checks if each.check_id == check_id)
    return [str(finding.sentence) for finding in check.findings]


def test_an_office_that_is_empty_for_more_than_90_days_is_found(village: Graph) -> None:
    added(
        village,
        officer("O1: W1 chair of A on 2023-01-01"),
        officer("O2: W2 treasurer of A on 2023-04-01"),
        officer("O3: W5 chair of B on 2023-04-02"),
        officer("O4: W5 treasurer of B on 2023-01-01", until_on="2024-04-01"),
    )

    assert found(village, "office_vacant") == (2, ["group:B"])
    assert sentences(village, "office_vacant") == ["group:B: nobody was chair for 91 days from 2023-01-01."]


def test_a_treasurer_who_holds_a_key_is_found(village: Graph) -> None:
    added(
        village,
        officer("O1: W1 treasurer of A on 2023-01-01", until_on="2023-12-31"),
        officer("O2: W1 key_holder of A on 2024-01-01"),
        officer("O3: W5 treasurer of B on 2023-01-01"),
        officer("O4: W5 key_holder of B on 2024-01-01"),
        officer("O5: W2 key_holder of A on 2023-01-01"),
    )

    assert found(village, "treasurer_holds_key") == (2, ["office:O3"])


def test_an_animal_that_nobody_kept_is_found_unless_it_is_gone(village: Graph) -> None:
    added(
        village,
        keeps("C1: A has B1 of A on 2023-01-01"),
        ended("E1: custody:C1 on 2023-12-31"),
        keeps("C2: B has B1 of A on 2024-01-01"),
        keeps("C3: A has B2 of A on 2023-01-01"),
        ended("E3: custody:C3 on 2023-12-31", reason="Died"),
        keeps("C4: A has B3 of A on 2023-01-01"),
        ended("E4: custody:C4 on 2024-06-20", reason="rotation"),
    )

    assert found(village, "nobody_keeps_animal") == (3, ["custody:C4"])
    assert sentences(village, "nobody_keeps_animal") == ["custody:C4: nobody kept B3 for 10 days from 2024-06-21."]


def test_an_animal_that_was_kept_before_its_group_received_it_is_found(village: Graph) -> None:
    added(
        village,
        say.woman("W7", kind="group", group_id="A"),
        say.placed("P7 on 2023-02-01", tags="B1;B2"),
        keeps("C1: A has B1 of A on 2023-01-31"),
        keeps("C2: A has B2 of A on 2023-02-01"),
        keeps("C3: B has B1 of B on 2023-01-01"),
    )

    assert found(village, "kept_before_owned") == (3, ["custody:C1"])


def test_a_group_that_stands_in_for_more_than_a_fifth_is_found(village: Graph) -> None:
    added(
        village,
        *(say.placed(f"P{each} on 2022-01-01", guarantor_group_id="A") for each in (3, 4, 5)),
        *(
            say.passed(f"T{each}: P{each} > P6{tag} on 2024-01-0{each}", 1)
            for each, tag in ((3, "a"), (4, "b"), (5, "c"))
        ),
        say.passed("T6: P3 > P6b on 2024-02-01", 1),
        say.passed("T7: P4 > P6c on 2024-02-01", 1, by_group_id="A"),
    )
    assert found(village, "covered_too_often") == (1, []), "1 of 5 is not more than a fifth"

    added(village, say.passed("T8: P2 > P6a on 2024-02-01", 1, by_group_id="B"))
    assert found(village, "covered_too_often") == (2, ["group:B"])


def test_a_group_with_animals_that_does_not_meet_is_found(village: Graph) -> None:
    added(village, met("T1: A on 2024-01-02"))
    assert found(village, "group_without_meeting") == (1, [])

    added(village, say.placed("P5 on 2024-06-01"))
    assert found(village, "group_without_meeting") == (2, ["group:B"])
    added(village, met("T2: B on 2024-01-01"))
    assert found(village, "group_without_meeting") == (2, ["group:B"]), "181 days ago"


def plan(plan_id: str, woman: str, meeting_id: str | None = None, on: str = "2024-01-08") -> Act:
    said = {"plan_id": plan_id, "beneficiary_id": woman, "help": "goat", "chosen_on": on, "giver_placement_id": "P1"}
    return act("plan", {**said, "group_id": "A", "meeting_id": meeting_id})


def test_a_choice_without_a_meeting_is_found(village: Graph) -> None:
    added(
        village,
        met("T1: A on 2024-01-08", kind="election"),
        met("T2: A on 2024-01-09"),
        met("T3: B on 2024-01-08"),
        plan("N1", "W3", "T1"),
        plan("N2", "W4"),
        plan("N3", "W5", "T3"),
        plan("N4", "W6", "T2"),
        plan("N5", "W2", on="2024-01-09"),
    )

    assert found(village, "election_without_meeting") == (5, ["plan:N3", "plan:N4"])


def test_a_choice_close_to_an_officer_is_found(village: Graph) -> None:
    added(
        village,
        say.corrected("beneficiary:W6", "K1", household_id="H2"),
        member("M6: W6 in A on 2023-01-01"),
        officer("O2: W2 treasurer of A on 2023-01-01"),
        officer("O3: W3 chair of A on 2024-02-01"),
        met("T1: A on 2024-01-08", kind="election"),
        plan("N1", "W2", "T1"),
        plan("N2", "W6", "T1"),
        plan("N3", "W3", "T1"),
        plan("N4", "W5", "T1"),
    )

    assert found(village, "officers_kin") == (4, ["plan:N1", "plan:N2"])
