"""What becomes of the relay: branching processes with known answers, the village by hand, and the simulation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.arrays.lineage import Survey
from relay.audit.statistics import forecast as future
from relay.audit.statistics.forecast import Ends, Forecast, Habits, ends, extinction, forecast, habits, reproduction
from tests.scenes import acts as say
from tests.scenes.relays import grow, replayed
from tests.scenes.village import seeded, village


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


def test_each_help_goes_on_as_its_own_placements_did() -> None:
    """Of six goats' P1 and P8 began one and P3 two; P10's pigs began none; P11 began one, and P12 none."""
    found = foretold(village())

    assert [(each.help, each.habits.begun, each.ends) for each in found.by_help] == [
        ("goat", (3, 2, 1), Ends(in_time=(3,), late=0)),
        ("pig", (1,), Ends(in_time=(), late=1)),
        ("seed_capital", (1, 1), Ends(in_time=(), late=0)),
    ]
    assert [each.habits.begun_late for each in found.by_help] == [(2, 1), (1,), (2,)]
    assert [each.reproduction and each.reproduction.number for each in found.by_help] == [4 / 6, 0, 1 / 2]
    assert (found.reproduction.number, found.ends) == (5 / 9, Ends(in_time=(3,), late=1))


def test_the_village_ends_and_reaches_six_more() -> None:
    """Three goats' ends begin 2/3 each, of which each makes 1 / (1 - 2/3) = 3: 3 · 2/3 · 3 = 6. Pigs begin none."""
    found = foretold(village())

    assert found.dies_out.value == 1
    assert found.further_reach.value == pytest.approx(6)
    assert (found.further_reach.low or 0) < 6
    assert found.further_reach.high is None  # six placements do not rule out a relay that keeps its size
    assert (found.simulated.died_out, found.simulated.undecided) == (found.simulated.runs, 0)
    assert found.simulated.mean_reach == pytest.approx(6, abs=1)  # 1,000 runs with a standard deviation of about 9


def test_a_help_whose_time_has_not_come_goes_on_as_the_programme_does() -> None:
    """P1 began one, P2 none, so that one placement begins 1/2: P3, late, and P9's pigs begin 0 + 1/2, each making 2."""
    acts = [*say.beginnings(women=9), say.rule("pig"), say.gift("G2", "pig"), say.placed("P1 on 2020-03-01")]
    acts += [
        say.placed("P2 on 2020-03-02"),
        say.passed("T1: P1 > P3 on 2021-03-01"),
        say.placed("P9 on 2022-01-01", gift_id="G2", help="pig"),
    ]
    found = foretold(lineage.survey(of_register(replayed(acts)), date(2022, 9, 1)), "P9")

    assert [(each.help, each.habits.begun) for each in found.by_help] == [("goat", (1, 1)), ("pig", ())]
    assert found.by_help[1].reproduction is None
    assert found.further_reach.value == pytest.approx(1 / 2 * 2)


def test_a_future_that_was_given_up_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(future, "GENERATIONS", 0)
    found = foretold(village()).simulated

    # 1/2 · 1/2 · 1/2: three ends of which half of those who are due began none
    assert found.died_out == pytest.approx(future.RUNS / 8, abs=50)
    assert found.undecided == found.runs - found.died_out
    assert (found.low < 1 / 8 < found.high, found.high, found.mean_reach) == (True, 1, None)


def test_a_chain_without_an_open_end_is_over_already() -> None:
    found = foretold(village(), "P6")

    assert (found.ends.total, found.dies_out.value, found.dies_out.low) == (0, 1, 1)
    assert (found.further_reach.value, found.further_reach.high, found.simulated.mean_reach) == (0, 0, 0)


def test_a_late_end_goes_by_the_habits_of_late_ones() -> None:
    """Of P3, P8 and P13, who were late, P3 alone then began one: P8 begins 1/3, and P9 2/3; each of these makes 3."""
    found = foretold(village(as_of=date(2022, 5, 15)), "P8")

    assert found.ends == Ends(in_time=(1,), late=1)
    assert found.further_reach.value == pytest.approx((1 / 3 + 2 / 3) * 3)


def test_who_was_lost_by_her_due_day_and_excused_later_was_never_late() -> None:
    excused = [say.happened(f"E{nth}: excused of P{nth} on 2022-06-01") for nth in (6, 7)]

    assert habits(village(*excused)).begun_late == habits(village()).begun_late


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
    """16 of 26 began one: of that share Jeffreys' interval is 0.423 to 0.783; that some may begin two moves it up."""
    found = reproduction(habits(lineage.survey(seeded("mansa"), date(2017, 12, 31))), np.random.default_rng(1))

    assert found
    assert (found.placements, found.receivers, found.number) == (26, 16, 16 / 26)
    assert (found.low, found.high) == pytest.approx((0.423, 0.783 + 1 / 27.5), abs=0.03)


@pytest.mark.parametrize(
    ("begins", "chance", "placements"), [(1, 0.7, 26), (2, 0.4, 60), (4, 0.2, 300), (10, 0.1, 100)]
)
def test_the_interval_of_the_reproduction_number_holds_the_true_one(
    begins: int, chance: float, placements: int
) -> None:
    """Nineteen times in twenty, whether most begin one or a few begin many: of 200, 190 with a standard error of 3."""
    random, held = np.random.default_rng(1), 0
    for _ in range(200):
        began = np.bincount(begins * random.binomial(1, chance, placements)).tolist()
        found = reproduction(Habits(begun=tuple(began), begun_late=()), random)
        held += bool(found and found.low <= begins * chance <= found.high)

    assert held >= 180


def test_all_of_selei_passed_on_and_still_nothing_is_certain() -> None:
    found = foretold(lineage.survey(seeded("selei"), date(2012, 12, 31)))

    assert (found.reproduction.number, found.dies_out.value) == (1, 0)
    assert found.dies_out.high == 1
    assert found.further_reach.value is None
    assert found.further_reach.low is not None


def test_a_relay_is_said_to_die_out_by_help_and_only_where_the_whole_interval_is_below_one() -> None:
    """On the demonstration goats stand at 0.75 (0.70 to 0.80), pigs at 0.95 (0.88 to 1.02), all together at 0.83."""
    found = foretold(lineage.survey(seeded("relay-demo"), date(2026, 11, 25)))

    assert found.reproduction.high < 1
    assert (
        "goat: each placement begins fewer than one other, so if nothing changes this relay dies out." in found.outlook
    )
    assert "pig: too little is known to tell whether this relay grows or dies out." in found.outlook


@pytest.mark.parametrize(("low", "high", "says"), [(0.5, 0.99, "dies out"), (0.5, 1, "too little"), (1.1, 2, "grows")])
def test_one_sentence_says_whether_a_relay_grows_or_dies_out(low: float, high: float, says: str) -> None:
    found = foretold(village())
    goat = next(each for each in found.by_help if each.help == "goat")
    assert goat.reproduction
    told = replace(found, by_help=(replace(goat, reproduction=replace(goat.reproduction, low=low, high=high)),)).outlook

    assert (len(told), says in told[0]) == (1, True)


def test_of_helps_without_an_open_end_nothing_lies_ahead() -> None:
    """P6's chain has ended: of the village's helps none goes on below it."""
    assert foretold(village(), "P6").outlook == ("No placement can still pass on.",)


def test_who_adds_to_a_placement_that_another_began_begins_none() -> None:
    survey = lineage.survey(of_register(grow("P1 > P3; P2 > P3; P3 > P4")), date(2024, 6, 30))

    assert habits(survey).begun == (2, 2)  # P1 began P3 and P3 began P4; P2 added to P3, and P4 is due and began none


def test_while_nobody_s_time_has_come_nothing_is_foretold() -> None:
    survey = lineage.survey(of_register(grow("P1 > P2")), date(2021, 6, 30))

    assert forecast(survey, seed=1) is None


def test_the_same_seed_foretells_the_same() -> None:
    assert forecast(village(), seed=7) == forecast(village(), seed=7)
