"""What becomes of the relay: branching processes with known answers, the village by hand, and the simulation."""

from __future__ import annotations

from datetime import date

import pytest

from relay import lineage
from relay.future import Ends, Forecast, Habits, ends, extinction, forecast, habits, reproduction
from relay.lineage import Survey
from relay.snapshot import of_register
from tests import acts as say
from tests.relays import grow, replayed
from tests.village import seeded, village


def foretold(survey: Survey, *roots: str) -> Forecast:
    rows = [survey.snapshot.placements.ids.row(each) or 0 for each in roots]
    found = forecast(survey, rows if roots else None, seed=1)
    assert found
    return found


@pytest.mark.parametrize(
    ("shares", "chance"),
    [
        ([1], 1),
        ([0, 1], 0),  # everybody begins one: it never ends
        ([0.1, 0.9], 1),
        ([0.5, 0, 0.5], 1),  # one on average, but by luck: it ends
        ([1 / 3, 1 / 3, 1 / 3], 1),
        ([0.2, 0.3, 0.5], 0.4),  # 5s² - 7s + 2 = (5s - 2)(s - 1)
        ([0.25, 0, 0, 0.75], (-1 + (1 + 4 / 3) ** 0.5) / 2),  # 3s³ - 4s + 1 = (s - 1)(3s² + 3s - 1)
        ([0, 0.5, 0.5], 0),
    ],
)
def test_the_chance_of_an_end_is_the_smallest_root(shares: list[float], chance: float) -> None:
    assert extinction(shares) == pytest.approx(chance)


@pytest.mark.parametrize("parents", [1e-6, 1e-3, 0.49])
def test_just_above_one_the_root_is_found_too(parents: float) -> None:
    """P(0) = a, P(2) = 1 - a: the roots of (1-a)s² - s + a are 1 and a / (1-a)."""
    assert extinction([parents, 0, 1 - parents]) == pytest.approx(parents / (1 - parents))


def test_the_habits_of_the_village_are_worked_by_hand() -> None:
    """Nine are due: P1, P8 and P11 began one, P3 two, the others none; six were late, and P3 alone then began one."""
    survey = village()

    assert habits(survey) == Habits(begun=(5, 3, 1), begun_late=(5, 1))
    assert ends(survey) == Ends(in_time=(3,), late=1)  # P2, P5, P9; and P10


def test_the_village_ends_and_reaches_four_more() -> None:
    """Three ends begin 5/9 each and the late one 1/6; each of these makes 1 / (1 - 5/9) = 9/4: 11/6 · 9/4 = 4.125."""
    found = foretold(village())

    assert found.dies_out.value == 1
    assert found.further_reach.value == pytest.approx(4.125)
    assert (found.further_reach.low or 0) < 4.125
    assert found.further_reach.high is None  # nine placements do not rule out a relay that keeps its size
    assert found.simulated.died_out == found.simulated.runs
    assert found.simulated.mean_reach == pytest.approx(
        4.125, abs=0.6
    )  # 1,000 runs with a standard deviation of about 5


def test_a_chain_without_an_open_end_is_over_already() -> None:
    found = foretold(village(), "P6")

    assert (found.ends.total, found.dies_out.value, found.dies_out.low) == (0, 1, 1)
    assert (found.further_reach.value, found.further_reach.high, found.simulated.mean_reach) == (0, 0, 0)


def test_a_chain_with_one_late_end_goes_by_the_habits_of_late_ones() -> None:
    found = foretold(village(), "P10")

    assert found.ends == Ends(in_time=(), late=1)
    assert found.further_reach.value == pytest.approx(1 / 6 * 9 / 4)


def test_the_open_ends_of_one_chain_are_its_own() -> None:
    survey = village()

    assert ends(survey, [survey.snapshot.placements.ids.row("P3") or 0]).total == 1  # P5


def test_an_end_that_has_begun_one_goes_on_as_those_that_began_at_least_one() -> None:
    """P1 began one, P2 two, P3 none, and are due; P7 began P8 and owes one more: as one of two, she begins another."""
    acts = [*say.beginnings(women=12), *(say.placed(f"P{nth} on 2020-03-01") for nth in (1, 2, 3))]
    acts += [
        say.passed("T1: P1 > P4 on 2021-03-01"),
        say.passed("T2: P2 > P5 on 2021-03-01", animals=1),
        say.passed("T3: P2 > P6 on 2021-03-01", animals=1),
        say.placed("P7 on 2022-01-01"),
        say.passed("T4: P7 > P8 on 2022-12-01", animals=1),
    ]
    survey = lineage.survey(of_register(replayed(acts)), date(2023, 1, 1))
    found = foretold(survey, "P7")

    assert found.habits.begun == (1, 1, 1)
    assert found.ends == Ends(in_time=(1, 1), late=0)  # P8, and P7 herself
    assert found.reproduction.number == 1
    assert (found.dies_out.value, found.further_reach.value) == (
        1,
        None,
    )  # it ends, but nobody can say how far it comes


def test_a_relay_that_grows_may_live_on_and_the_simulation_agrees() -> None:
    """Of ten two begin none, three one and five two, before their time comes on 2022-03-01."""
    acts = [*say.beginnings(women=30), *(say.placed(f"P{nth} on 2020-03-01") for nth in range(1, 11))]
    receiver = iter(range(11, 31))
    for nth, many in enumerate((1, 1, 1, 2, 2, 2, 2, 2), start=1):  # two begin none, three one, five two
        acts += [
            say.passed(f"T{nth}.{part}: P{nth} > P{next(receiver)} on 2022-02-01", animals=2 / many)
            for part in range(many)
        ]
    found = foretold(lineage.survey(of_register(replayed(acts)), date(2022, 4, 1)), "P1")

    assert found.habits.begun == (2, 3, 5)
    assert found.dies_out.value == pytest.approx(0.4)  # 5s² - 7s + 2 = 0, and one open end
    assert found.simulated.low < 0.4 < found.simulated.high
    assert (found.simulated.mean_reach, found.further_reach.value) == (None, None)


def test_the_reproduction_number_of_mansa_has_its_interval() -> None:
    """16 of 26; Garwood's interval for a count of 16 is 9.145 to 25.983."""
    found = reproduction(habits(lineage.survey(seeded("mansa"), date(2017, 12, 31))))

    assert found
    assert (found.placements, found.receivers) == (26, 16)
    assert (found.number, found.low, found.high) == pytest.approx((16 / 26, 9.145 / 26, 25.983 / 26), abs=5e-5)


def test_all_of_selei_passed_on_and_still_nothing_is_certain() -> None:
    found = foretold(lineage.survey(seeded("selei"), date(2012, 12, 31)))

    assert (found.reproduction.number, found.dies_out.value) == (1, 0)
    assert found.dies_out.high == 1
    assert found.further_reach.value is None
    assert found.further_reach.low is not None


def test_who_adds_to_a_placement_that_another_began_begins_none() -> None:
    survey = lineage.survey(of_register(grow("P1 > P3; P2 > P3; P3 > P4")), date(2024, 6, 30))

    assert habits(survey).begun == (2, 2)  # P1 began P3 and P3 began P4; P2 added to P3, and P4 is due and began none


def test_while_nobody_s_time_has_come_nothing_is_foretold() -> None:
    survey = lineage.survey(of_register(grow("P1 > P2")), date(2021, 6, 30))

    assert forecast(survey, seed=1) is None


def test_the_same_seed_foretells_the_same() -> None:
    assert forecast(village(), seed=7) == forecast(village(), seed=7)
