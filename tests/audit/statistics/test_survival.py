"""How long fulfilment takes: the textbook's numbers, a village worked by hand, and what cannot be said."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.audit.statistics.survival import Waits, curve, fulfilment, log_rank, waits
from relay.reports.breakdown import NoSuchWord, PartNames
from tests.scenes import acts as say
from tests.scenes.relays import replayed
from tests.scenes.village import VILLAGE, seeded, village


def seen(fulfilled: list[int], cut_short: list[int]) -> Waits:
    """Waits of some days, fulfilled or cut short by the day."""
    days = np.array(fulfilled + cut_short, np.int32)
    done = np.arange(len(days)) < len(fulfilled)
    return Waits(
        row=np.arange(len(days), dtype=np.int32),
        days=days,
        fulfilled=done,
        excused=np.zeros_like(done),
        lost=np.zeros_like(done),
    )


# Remission under 6-mercaptopurine and under placebo, in weeks: Freireich and others, Blood 21, 1963.
MERCAPTOPURINE = ([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
PLACEBO = ([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], list[int]())


def test_the_curve_is_the_textbook_s() -> None:
    found = curve(seen(*MERCAPTOPURINE))

    assert [(step.days, step.at_risk, step.fulfilled) for step in found.steps] == [
        (6, 21, 3),
        (7, 17, 1),
        (10, 15, 1),
        (13, 12, 1),
        (16, 11, 1),
        (22, 7, 1),
        (23, 6, 1),
    ]
    assert [step.waiting_share for step in found.steps] == pytest.approx(
        [18 / 21, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5
    )
    # log-log, by hand for day 6: the variance of ln(S) is 3 / (21·18), S^exp(±1.96·√(3/378) / ln S)
    assert (found.steps[0].low, found.steps[0].high) == pytest.approx((0.6197, 0.9516), abs=5e-5)
    assert (found.median.days, found.median.low, found.median.high) == (23, 13, None)
    assert (found.placements, found.fulfilled, found.waiting) == (21, 9, 12)


def test_the_log_rank_test_is_the_textbook_s() -> None:
    """Chi-squared is 16.79 on one degree of freedom."""
    statistic, p = log_rank(seen(*MERCAPTOPURINE), seen(*PLACEBO)) or (0, 0)

    assert statistic**2 == pytest.approx(16.79, abs=0.005)
    assert statistic < 0  # the first group waits longer
    assert p == pytest.approx(4.17e-5, rel=1e-3)


def test_where_nobody_is_left_waiting_the_interval_is_still_one() -> None:
    last = curve(seen([3, 5], [])).steps[-1]

    assert (last.waiting_share, last.low) == (0, 0)
    assert last.high == pytest.approx(curve(seen([3, 5], [])).steps[0].high)
    assert [(step.low, step.high) for step in curve(seen([3], [])).steps] == [(0, 1)]


def test_nobody_fulfilled_is_no_step_and_no_median() -> None:
    found = curve(seen([], [3, 5]))

    assert (found.steps, found.median.days, found.waiting) == ((), None, 2)


def test_waits_end_by_fulfilment_excuse_loss_or_the_day() -> None:
    survey = village()
    found = waits(survey)
    days = dict(zip(survey.snapshot.placements.ids.some(found.row), found.days.tolist(), strict=True))

    assert days == {
        "P1": 365,  # 2020-03-01 to 2021-03-01
        "P3": 791,  # fulfilled on 2022-05-01
        "P4": 92,  # its goat died on 2021-06-01
        "P6": 153,  # 2020-08-01
        "P7": 153,
        "P8": 1036,  # broken, and still waiting on 2023-01-01
        "P2": 671,
        "P5": 245,
        "P9": 671,
        "P10": 426,
        "P11": 369,  # excused on 2021-03-05
        "P12": 699,
        "P13": 739,  # excused on 2022-03-10
    }
    whole = fulfilment(survey).whole
    assert (whole.fulfilled, whole.waiting, whole.excused, whole.lost) == (2, 6, 2, 3)
    assert [(step.at_risk, step.waiting_share) for step in whole.steps] == [(9, 8 / 9), (2, pytest.approx(8 / 9 / 2))]


def test_what_was_lost_and_excused_later_waited_until_it_was_lost() -> None:
    """P1 was lost 100 days after receipt and excused after 400; P2 was excused after 400; P3 had a replacement."""
    found = waits(
        lineage.survey(
            of_register(
                replayed(
                    [
                        *say.beginnings(women=3),
                        *(say.placed(f"P{number} on 2020-01-01") for number in (1, 2, 3)),
                        *(say.happened(f"D{number}: death of P{number} on 2020-04-10", animals=2) for number in (1, 3)),
                        say.happened("R3: replacement of P3 on 2020-06-01"),
                        *(say.happened(f"E{number}: excused of P{number} on 2021-02-04") for number in (1, 2, 3)),
                    ]
                )
            ),
            date(2022, 1, 1),
        )
    )

    assert found.days.tolist() == [100, 400, 400]
    assert found.excused.all()


def test_a_district_is_not_held_against_its_own_wards() -> None:
    found = fulfilment(village(), "place", PartNames(places={"L2": "Ward 2"}))

    assert [(part.part, part.name) for part in found.parts] == [
        ("L1", None),
        ("L2", "Ward 2"),
        ("L3", None),
        (None, None),
    ]
    assert [(each.one, each.other) for each in found.differences] == [("L2", "L3")]
    assert found.differences[0].corrected_p == found.differences[0].p  # one test needs no correction


def test_of_several_tests_each_is_corrected_for_all() -> None:
    """In 2020, 2021 and 2022 two were placed each; one of each was fulfilled after 300, 400 and 500 days."""
    placed = [
        say.placed(f"P{2 * nth + each} on {2020 + nth}-01-01", gift_id="G1") for nth in range(3) for each in (1, 2)
    ]
    passed = [
        say.passed(f"T{nth}: P{2 * nth + 1} > P{10 + nth} on {date(2020 + nth, 1, 1) + timedelta(300 + 100 * nth)}")
        for nth in range(3)
    ]
    acts = [*say.beginnings(women=20), *placed, *passed]
    found = fulfilment(lineage.survey(of_register(replayed(acts)), date(2023, 12, 31)), "year")

    # of those placed in 2023, by the third pass-on, none was seen for long enough to be held against the others
    assert [(each.one, each.other) for each in found.differences] == [(2020, 2021), (2020, 2022), (2021, 2022)]
    assert [each.corrected_p for each in found.differences] == pytest.approx(
        [min(3 * each.p, 1) for each in found.differences]
    )


def test_of_many_parts_only_the_pairs_with_the_most_placements_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three were placed in 2020, two in 2021, and in 2022 one and the three who received by pass-on."""
    placed = [say.placed(f"P{nth} on {year}-01-01") for nth, year in enumerate((2020, 2020, 2020, 2021, 2021, 2022), 1)]
    passed = [say.passed(f"T{nth}: P{nth} > P{10 + nth} on 2022-0{nth}-01") for nth in (1, 4, 6)]
    survey = lineage.survey(of_register(replayed([*say.beginnings(women=20), *placed, *passed])), date(2023, 12, 31))

    every = fulfilment(survey, "year").differences
    monkeypatch.setattr("relay.audit.statistics.survival.PAIRS", 1)
    alone = fulfilment(survey, "year")

    assert [(each.one, each.other) for each in every] == [(2020, 2021), (2020, 2022), (2021, 2022)]
    assert [(each.one, each.other) for each in alone.differences] == [(2020, 2022)]  # at least three each
    assert alone.untested == 2


def test_two_parts_of_which_nobody_was_fulfilled_are_not_compared() -> None:
    acts = [*VILLAGE[:9], *(act for act in VILLAGE if act.kind == "beneficiary")]
    acts += [say.placed("P1 on 2020-03-01"), say.placed("P7 on 2020-03-01")]

    assert fulfilment(lineage.survey(of_register(replayed(acts)), date(2021, 1, 1)), "place").differences == ()


def test_two_parts_of_which_all_were_fulfilled_on_one_day_are_not_compared() -> None:
    """Then nothing can differ, and the test would divide by nothing."""
    acts = [*VILLAGE[:9], *(act for act in VILLAGE if act.kind == "beneficiary")]
    acts += [say.placed("P1 on 2020-03-01"), say.placed("P7 on 2020-03-01")]
    acts += [say.passed("T1: P1 > P2 on 2021-03-01", females=2), say.passed("T2: P7 > P8 on 2021-03-01", females=2)]
    found = fulfilment(lineage.survey(of_register(replayed(acts)), date(2021, 3, 1)), "year")
    apart = fulfilment(lineage.survey(of_register(replayed(acts)), date(2021, 3, 1)), "place")

    assert [each.curve.fulfilled for each in apart.parts] == [2, 1, 1]
    assert (found.differences, apart.differences) == ((), ())


def test_an_empty_programme_has_an_empty_curve() -> None:
    found = fulfilment(lineage.survey(of_register(replayed(say.beginnings(women=0))), date(2021, 1, 1)), "help")

    assert (found.whole.placements, found.whole.steps, found.parts, found.differences) == (0, (), (), ())


def test_what_owes_nothing_does_not_count() -> None:
    acts = [say.programme(), say.gift(), say.woman("W1"), say.placed("P1 on 2020-03-01")]  # no rule
    found = fulfilment(lineage.survey(of_register(replayed(acts)), date(2021, 1, 1)))

    assert (found.whole.placements, found.left_out) == (0, 1)


def test_a_word_that_parts_nothing_is_told_so() -> None:
    with pytest.raises(NoSuchWord):
        fulfilment(village(), "colour")


def test_mansa_took_a_median_of_434_days() -> None:
    """16 of 26 passed on by the golden day, and 16 more had begun to wait; losses are cut short, and no failures."""
    found = fulfilment(lineage.survey(seeded("mansa"), date(2017, 12, 31))).whole

    assert (found.placements, found.fulfilled, found.lost, found.waiting) == (42, 16, 5, 21)
    assert [(step.at_risk, step.fulfilled) for step in found.steps] == [(21, 7), (14, 7), (7, 2)]
    assert [step.waiting_share for step in found.steps] == pytest.approx([14 / 21, 7 / 21, 5 / 21])
    assert found.median.days == 434
