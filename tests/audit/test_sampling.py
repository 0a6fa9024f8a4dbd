"""The sample to verify in the field: anybody draws the same again, and what it says of the rest is honest."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random
from typing import TYPE_CHECKING

import pytest
from scipy.stats import binomtest

from relay.audit import sampling
from relay.audit.acts_in_force import ActsInForce
from relay.audit.error_rate import Seen, error_rate, interval
from relay.audit.sampling import Sample, draw, outcome_of
from tests.scenes import acts as say
from tests.scenes.acts import Book, placed
from tests.scenes.clean import TODAY, grown

if TYPE_CHECKING:
    from relay.domain.acts import Act


def drawn(book: Book, size: int, seed: int = 7, as_of: date = TODAY) -> Sample:
    """A sample of a programme kept in memory, with the outcomes recorded in it."""
    chosen = draw(ActsInForce(book.register, as_of), size=size, seed=seed)
    return outcome_of(chosen, book.register, as_of, seed=seed, as_known=book.head.sequence)


def ids(found: Sample) -> list[str]:
    """The placements of a sample."""
    return [each.placement_id for each in found.placements]


# -- drawing -----------------------------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_and_another_draws_others() -> None:
    book = grown(1).book

    assert ids(drawn(book, 20)) == ids(drawn(book, 20))
    assert ids(drawn(book, 20, seed=8)) != ids(drawn(book, 20))


def test_a_sample_holds_no_placement_twice_and_is_as_large_as_asked() -> None:
    book = grown(1).book
    for size in (1, 2, 5, 12, 20, 40):
        chosen = ids(drawn(book, size))

        assert len(chosen) == len(set(chosen)) == size


def test_a_sample_larger_than_the_programme_is_the_programme() -> None:
    book = grown(1).book

    assert set(ids(drawn(book, 10_000))) == book.register.placements.keys()


def test_every_district_is_visited_and_both_ways_of_receiving_are_tried() -> None:
    found = drawn(grown(1).book, 20)

    assert {(each.came_by, each.place_id) for each in found.strata} == {
        (came_by, district) for came_by in ("gift", "pass_on") for district in ("D1", "D2", "D3")
    }
    assert min(each.sampled for each in found.strata) >= 2
    assert sum(each.sampled for each in found.strata) == 20
    assert sum(each.placements for each in found.strata) == found.population == 55


def test_a_small_sample_does_not_tell_districts_apart() -> None:
    book = grown(1).book

    assert [(each.came_by, each.place_id) for each in drawn(book, 11).strata] == [("gift", None), ("pass_on", None)]
    assert [(each.came_by, each.place_id) for each in drawn(book, 3).strata] == [(None, None)]


def test_larger_strata_have_more_in_the_sample_in_proportion() -> None:
    sizes: dict[sampling.Key, int] = {("gift", None): 20, ("pass_on", "D1"): 60, ("pass_on", "D2"): 120}

    assert sampling.allocate(sizes, 20) == {("gift", None): 2, ("pass_on", "D1"): 6, ("pass_on", "D2"): 12}


def test_a_placement_recorded_later_moves_no_other_out_of_a_stratum() -> None:
    programme = grown(2)
    before = ids(drawn(programme.book, 20))
    programme.book.add(say.gift("late", given_on="2024-01-01", animals=2))
    programme.book.add(placed(f"{programme.woman()} on 2024-01-02", gift_id="late"))

    after = ids(drawn(programme.book, 20))

    assert len(set(after) - set(before)) <= 2, "the newcomer, and one by which her stratum grew"


def test_what_was_received_after_the_day_is_not_in_the_sample() -> None:
    book = Book(*say.beginnings(), placed("P1 on 2020-03-01"), placed("P2 on 2021-03-01"))

    assert ids(drawn(book, 5, as_of=date(2020, 12, 31))) == ["P1"]


def test_the_sheet_says_what_the_record_says_of_a_placement() -> None:
    book = Book(*say.beginnings(), placed("P1 on 2020-03-01"), placed("P2 on 2020-04-01", animals=1))
    book.add(say.passed("T1: P1 > P2 on 2020-10-01", 1), say.passed("T2: P2 > P3 on 2022-04-01"))

    first, second, _ = drawn(book, 9).placements

    assert (first.received, first.received_from, first.passed, first.passed_to) == (2, ("gift:G1",), 1, ("P2",))
    assert (second.received, second.received_on) == (2, date(2020, 4, 1))
    assert second.received_from == ("gift:G1", "placement:P1")


# -- outcomes ----------------------------------------------------------------------------------------------------------


def checked(number: int, placement_id: str, outcome: str, on: str = "2026-06-30") -> Act:
    """A visit of the verifier."""
    return say.happened(f"V{number}: checked of {placement_id} on {on}", outcome=outcome)


def test_outcomes_are_checks_on_or_after_the_day_of_the_sample() -> None:
    book = grown(1).book
    as_of = date(2026, 6, 1)
    one, two, three, *_ = ids(drawn(book, 20, as_of=as_of))
    book.add(
        checked(1, one, "not_found", "2026-05-31"),
        checked(2, two, "found", "2026-06-01"),
        checked(3, three, "partly", "2026-06-02"),
        checked(4, three, "not_found", "2026-06-03"),
    )

    outcomes = {each.placement_id: each.outcome for each in drawn(book, 20, as_of=as_of).placements}

    assert (outcomes[one], outcomes[two], outcomes[three]) == (None, "found", "not_found")


def test_without_outcomes_there_is_no_error_rate() -> None:
    found = drawn(grown(1).book, 20)

    assert (found.error_rate, found.not_found_rate) == (None, None)


def test_what_was_found_partly_is_wrong_but_not_missing() -> None:
    book = grown(1).book
    for number, placement_id in enumerate(ids(drawn(book, 20))):
        book.add(checked(number, placement_id, "partly" if number == 3 else "found"))

    found = drawn(book, 20)

    assert found.error_rate is not None
    assert found.not_found_rate is not None
    assert (found.error_rate.wrong, found.error_rate.checked, found.error_rate.covers) == (1, 20, 1)
    assert (found.not_found_rate.wrong, found.not_found_rate.share, found.not_found_rate.low) == (0, 0, 0)
    assert sum(each.wrong for each in found.strata) == 1


# -- what it says of the rest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wrong", "checks"), [(0, 30), (1, 30), (7, 40), (30, 30), (1, 1)])
def test_one_stratum_has_the_exact_interval_of_clopper_and_pearson(wrong: int, checks: int) -> None:
    exact = binomtest(wrong, checks).proportion_ci(0.95, method="exact")

    assert interval(wrong / checks, checks) == pytest.approx((exact.low, exact.high))


def test_no_error_among_thirty_leaves_up_to_a_ninth_open() -> None:
    rate = error_rate([Seen(placements=500, checked=10, wrong=0), Seen(placements=1000, checked=20, wrong=0)])

    # 1 - 0.025 ** (1 / 30) = 0.1157
    assert rate is not None
    assert (rate.share, rate.low) == (0, 0)
    assert rate.high == pytest.approx(0.1157, abs=1e-4)


def test_strata_weigh_as_many_placements_as_they_have() -> None:
    rate = error_rate([Seen(placements=900, checked=10, wrong=1), Seen(placements=100, checked=10, wrong=5)])

    # 0.9 x 0.1 + 0.1 x 0.5, not 6 of 20
    assert rate is not None
    assert rate.share == pytest.approx(0.14)
    # variance 0.81 x 0.09 / 9 + 0.01 x 0.25 / 9 = 0.0083778; effective size 0.14 x 0.86 / 0.0083778 = 14.37
    # weights 1 / (0.81 / 10 + 0.01 / 10) = 12.195, which is less
    assert (rate.low, rate.high) == pytest.approx(interval(0.14, 12.195122), abs=1e-5)


def test_two_checks_of_a_large_stratum_say_little_however_many_a_small_one_had() -> None:
    rate = error_rate([Seen(placements=900, checked=2, wrong=0), Seen(placements=100, checked=38, wrong=0)])

    # 1 / (0.81 / 2 + 0.01 / 38) = 2.46753 checks' worth; 1 - 0.025 ** (1 / 2.46753) = 0.7757
    assert rate is not None
    assert (rate.share, rate.low) == (0, 0)
    assert rate.high == pytest.approx(0.7757, abs=1e-4)


def test_an_estimate_says_how_much_of_the_programme_it_speaks_of() -> None:
    rate = error_rate([Seen(placements=300, checked=5, wrong=1), Seen(placements=100, checked=0, wrong=0)])

    assert rate is not None
    assert (rate.covers, rate.share) == (0.75, 0.2)


@pytest.mark.parametrize(
    "strata",
    [
        ((600, 0.05, 18), (300, 0.2, 9), (100, 0.5, 3)),
        ((900, 0.3, 2), (100, 0.02, 38)),
        ((900, 0.02, 5), (100, 0.5, 95)),
    ],
    ids=["by size", "few of the most", "many of the worst"],
)
def test_nineteen_of_twenty_intervals_hold_the_truth(strata: tuple[tuple[int, float, int], ...]) -> None:
    random = Random(1)  # noqa: S311 - the tests keep no secrets
    truth = sum(placements * share for placements, share, _ in strata) / 1000
    held = Counter[bool]()

    for _ in range(400):
        rate = error_rate(
            [
                Seen(placements=placements, checked=many, wrong=sum(random.random() < share for _ in range(many)))
                for placements, share, many in strata
            ]
        )
        assert rate is not None
        held[rate.low <= truth <= rate.high] += 1

    assert held[True] / 400 >= 0.95
