"""What is refused of goals, steps and visits, and what is noted, whichever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.domain.acts import Act
from relay.domain.rulebook import WOULD_BREAK, StandingOnIt
from relay.domain.system import Catalogue
from relay.graph import connect
from relay.ledger import verify
from relay.systems.goals import GOALS
from relay.systems.goals.rules import (
    AIMS_ALREADY,
    BUILDS_ON_ANOTHERS,
    DONE_LONG_BEFORE,
    HALF_AN_INCOME,
    NEITHER_PLANNED_NOR_DONE,
    NOT_AN_ACTIVITY,
    RUNS_AFTER_IT_STOPPED,
    VISITED_BEFORE_SET,
)
from relay.systems.groups import GROUPS
from relay.systems.learning import LEARNING
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.goals.scene import added, aims, earning, noted, refusal, stepped, visited

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.settings import Connection


def test_a_woman_has_one_open_goal_of_a_kind_whichever_act_would_open_another(village: Graph) -> None:
    added(village, aims("O1: W1 on 2021-01-01"), aims("O2: W1 on 2021-02-01", kind="study"))

    assert AIMS_ALREADY.matches(refusal(village, aims("O3: W1 on 2021-03-01")))
    added(village, visited("V1: O1 on 2021-06-01, stopped"), aims("O3: W1 on 2021-07-01"))
    assert AIMS_ALREADY.matches(refusal(village, visited("V2: O1 on 2021-08-01, preparing")))
    assert verify.verify(village, "demo").ok


def test_one_woman_under_two_ids_has_one_open_goal(village: Graph) -> None:
    added(village, aims("O1: W2 on 2021-01-01"), say.same("S1: W2 = W3"))

    assert AIMS_ALREADY.matches(refusal(village, aims("O2: W3 on 2021-02-01")))


def test_an_activity_is_one_of_the_programmes_or_any_where_it_lists_none(village: Graph) -> None:
    assert NOT_AN_ACTIVITY.matches(refusal(village, aims("O1: W1 on 2021-01-01", activity="tea_shop")))
    assert NOT_AN_ACTIVITY.matches(refusal(village, aims("O1: W1 on 2021-01-01", activity="goats;tea_shop")))
    added(village, aims("O1: W1 on 2021-01-01", activity="goats;vegetables"))

    added(village, say.corrected("programme:demo", activities=None))
    added(village, aims("O2: W2 on 2021-01-01", activity="tea_shop"))


def test_a_goal_builds_on_what_is_hers(village: Graph) -> None:
    assert BUILDS_ON_ANOTHERS.matches(refusal(village, aims("O1: W2 on 2021-01-01", placement_id="P1")))
    added(village, aims("O1: W1 on 2021-01-01", placement_id="P1"))
    moved = refusal(village, say.corrected("placement:P1", beneficiary_id="W3"))
    assert WOULD_BREAK.matches(moved)
    assert moved.broken == "goal:O1 builds on placement:P1, which is not hers."


def test_a_visit_is_not_dated_before_its_goal_whichever_is_corrected(village: Graph) -> None:
    added(village, aims("O1: W1 on 2021-01-01"), visited("V1: O1 on 2021-01-01, preparing"))

    assert VISITED_BEFORE_SET.matches(refusal(village, visited("V2: O1 on 2020-12-31, preparing")))
    assert VISITED_BEFORE_SET.matches(refusal(village, say.corrected("goal:O1", set_on="2021-01-02")))
    assert "but today is" in str(refusal(village, visited("V2: O1 on 2024-07-01, running")))


def test_a_step_says_a_day_and_was_done_at_most_a_year_before(village: Graph) -> None:
    added(village, aims("O1: W1 on 2021-01-01"), stepped("S1: training of O1", done_on="2020-01-02"))

    assert NEITHER_PLANNED_NOR_DONE.matches(refusal(village, stepped("S2: plan of O1")))
    assert DONE_LONG_BEFORE.matches(refusal(village, stepped("S2: plan of O1", done_on="2020-01-01")))
    assert DONE_LONG_BEFORE.matches(refusal(village, say.corrected("goal:O1", set_on="2021-01-02")))
    added(village, stepped("S2: plan of O1", planned_on="2030-01-01"))


def test_what_stopped_runs_again_only_after_it_was_prepared_anew(village: Graph) -> None:
    added(village, aims("O1: W1 on 2021-01-01"), visited("V1: O1 on 2021-06-01, stopped"))

    assert RUNS_AFTER_IT_STOPPED.matches(refusal(village, visited("V2: O1 on 2021-09-01, running")))
    added(village, visited("V3: O1 on 2021-08-01, preparing"), visited("V2: O1 on 2021-09-01, running"))
    back = refusal(village, say.taken_back("goal_visit:V3"))
    assert isinstance(back, StandingOnIt)
    assert back.others == ["goal_visit:V1", "goal_visit:V2"]
    assert RUNS_AFTER_IT_STOPPED.matches(refusal(village, say.corrected("goal_visit:V3", visited_on="2021-09-02")))
    assert RUNS_AFTER_IT_STOPPED.matches(refusal(village, visited("V4: O1 on 2021-08-15, stopped")))


def test_an_income_is_what_came_in_what_was_spent_and_over_how_many_months(village: Graph) -> None:
    added(village, aims("O1: W1 on 2021-01-01"))

    assert HALF_AN_INCOME.matches(refusal(village, visited("V1: O1 on 2021-06-01, running", income=900)))
    half = visited("V1: O1 on 2021-06-01, running", income=900, expenses=100)
    assert HALF_AN_INCOME.matches(refusal(village, half))
    added(village, visited("V1: O1 on 2021-06-01, running", **earning(900, 100, 6)))


def test_what_may_be_a_slip_is_noted(village: Graph) -> None:
    added(village, aims("O1: W1 on 2020-03-01", placement_id="P1", target_income=2000))

    assert noted(village, visited("V1: O1 on 2020-09-01, running", **earning(600, 0, 6))) == []
    assert noted(village, visited("V2: O1 on 2021-09-01, running", **earning(5900, 0, 6))) == []  # 983 after 100
    assert noted(village, visited("V3: O1 on 2022-09-02, running", **earning(100, 2, 1))) == [
        "income_tenfold",  # 98 after 983
        "long_unvisited",
    ]
    added(village, say.happened("E1: death of P1 on 2022-10-01", animals=2))
    assert noted(village, visited("V4: O1 on 2022-10-01, running")) == ["runs_without_animals"]
    assert noted(village, visited("V5: O1 on 2022-11-01, reached", **earning(900, 0, 1))) == ["reached_below_target"]


def test_an_income_before_that_is_recorded_after_a_visit_is_noted(village: Graph) -> None:
    added(village, aims("O1: W1 on 2021-01-01"))
    assert noted(village, say.corrected("goal:O1", "C1", baseline_income=500)) == []

    added(village, visited("V1: O1 on 2021-06-01, running"))

    assert noted(village, say.corrected("goal:O1", "C2", baseline_income=400)) == ["baseline_after_visit"]
    assert noted(village, say.corrected("goal:O1", "C3", target_income=400)) == []


def test_a_goal_builds_on_a_course_of_her_own_where_courses_are_recorded(connection: Connection) -> None:
    with connect(connection, Catalogue((GROUPS, LEARNING, GOALS))) as graph:
        wiped(graph)
        _, *rest = say.beginnings(2)
        course = {"course_id": "C1", "name": "Goat care", "kind": "training", "from_on": "2021-01-01"}
        enrolment = {
            "enrolment_id": "E1",
            "course_id": "C1",
            "beneficiary_id": "W1",
            "enrolled_on": "2021-01-01",
        }
        added(graph, say.programme(systems="groups;learning;goals"), *rest)
        added(graph, Act(kind="course", id="C1", values=course), Act(kind="enrolment", id="E1", values=enrolment))

        added(graph, aims("O1: W1 on 2021-02-01", course_id="C1"))
        assert BUILDS_ON_ANOTHERS.matches(refusal(graph, aims("O2: W2 on 2021-02-01", course_id="C1")))
        assert isinstance(refusal(graph, say.taken_back("enrolment:E1")), StandingOnIt)
        assert "There is no course C9" in str(refusal(graph, aims("O2: W2 on 2021-02-01", course_id="C9")))
