"""What an auditor is told of requests and plans: each check with one who is found and one who is not.

Municipality M: W3, W4 and W5 wait for goats. W6 waits in another municipality, N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.audit import run
from tests.scenes import acts as say
from tests.systems.planning.scene import added, asked, checked, outcomes, planned

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph

SHED = {"ready": "training;shed"}


@pytest.fixture
def waiting(village: Graph) -> Graph:
    """Give the village with its places."""
    added(village, say.place("M", kind="municipality"), say.place("N", kind="municipality"))
    added(village, *(say.corrected(f"beneficiary:W{each}", f"H{each}", place_id="M") for each in (1, 2, 3, 4, 5)))
    added(village, say.corrected("beneficiary:W6", "H6", place_id="N"))
    return village


def found(graph: Graph, check_id: str) -> tuple[int, list[str]]:
    """How many the check looked at, and what it found."""
    check = next(each for each in run.audit(graph, "demo", say.TODAY).checks if each.check_id == check_id)
    return check.population, [finding.subject_id for finding in check.findings]


def test_who_is_served_before_those_who_come_first_is_found(waiting: Graph) -> None:
    added(
        waiting,
        asked("R3: W3 on 2023-03-01", **SHED),
        asked("R4: W4 on 2023-01-01", **SHED),
        asked("R5: W5 on 2023-01-02"),
        asked("R6: W6 on 2023-01-03", **SHED),
        checked("C5: R5 on 2024-02-02", ready="training;shed"),
        say.passed("T3: P1 > P3 on 2024-02-01", 1),
    )
    assert found(waiting, "served_out_of_order") == (1, ["pass:T3"])

    added(waiting, say.passed("T4: P2 > P4 on 2024-02-02", 1))
    assert found(waiting, "served_out_of_order") == (2, ["pass:T3"])


def test_who_is_served_while_the_others_are_planned_or_not_ready_is_not_found(waiting: Graph) -> None:
    added(
        waiting,
        asked("R3: W3 on 2023-03-01", **SHED),
        asked("R4: W4 on 2023-01-01", **SHED),
        asked("R5: W5 on 2023-01-02"),
        planned("N4: P2 > W4 on 2024-01-01"),
        say.passed("T3: P1 > P3 on 2024-02-01", 1),
    )
    assert found(waiting, "served_out_of_order") == (1, [])


def test_a_plan_that_was_recorded_after_its_hand_over_is_found(waiting: Graph) -> None:
    added(waiting, planned("N3: P1 > W3 on 2024-01-01"), say.passed("T3: P1 > P3 on 2024-02-01", 1))
    added(waiting, say.passed("T4: P2 > P4 on 2024-02-01", 1))
    outcomes(waiting, planned("N4: P2 > W4 on 2024-01-15"), by="local:bina")

    assert found(waiting, "plan_after_the_fact") == (2, ["plan:N4"])


def test_who_waits_for_years_while_later_ones_are_served_is_found(waiting: Graph) -> None:
    old: tuple[Act, ...] = (asked("R4: W4 on 2022-06-30"), asked("R5: W5 on 2022-07-01"))
    added(waiting, *old, asked("R3: W3 on 2023-03-01", **SHED))
    assert found(waiting, "never_served") == (3, [])

    added(waiting, say.passed("T3: P1 > P3 on 2024-02-01", 1))

    assert found(waiting, "never_served") == (2, ["request:R4"])


def test_a_plan_without_a_meeting_is_found_where_others_name_one(waiting: Graph) -> None:
    added(waiting, planned("N3: P1 > W3 on 2024-01-01"))
    assert found(waiting, "chosen_without_a_meeting") == (0, [])

    added(waiting, planned("N4: P2 > W4 on 2024-01-15", meeting_id="M1"))

    assert found(waiting, "chosen_without_a_meeting") == (2, ["plan:N3"])
