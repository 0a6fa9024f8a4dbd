"""Whether a deadline fits the births: enough, too few, too late, and none recorded."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.audit.statistics.deadlines_against_births import Deadline, deadlines
from tests.scenes import acts as say
from tests.scenes.relays import replayed

if TYPE_CHECKING:
    from relay.domain.acts import Act


def judged(*more: Act, sex: str | None = None, as_of: date = date(2023, 1, 1), women: int = 4) -> Deadline:
    """What is said of a rule of 24 months for goats, of which 2 are owed, received on 2020-03-01."""
    acts = [say.programme(), say.rule(sex=sex), say.gift()]
    acts += [say.woman(f"W{nth}") for nth in range(1, women + 2)]
    acts += [say.placed(f"P{nth} on 2020-03-01") for nth in range(1, women + 1)]
    (found,) = deadlines(lineage.survey(of_register(replayed([*acts, *more])), as_of))
    return found


BORN = (
    say.happened("E1: birth of P1 on 2021-03-01", animals=2),  # enough, in time
    say.happened("E2: birth of P2 on 2022-02-01", animals=1),  # one in time, and one after 2022-03-01
    say.happened("E3: birth of P2 on 2022-03-02", animals=1),
    say.happened("E4: birth of P3 on 2022-06-01", animals=2),  # all after it; of P4 nothing is recorded
)


def test_births_after_the_deadline_are_no_births_by_it() -> None:
    found = judged(*BORN)

    assert (found.placements, found.recorded, found.enough, found.branded) == (4, 3, 1, 2)
    assert found.share == pytest.approx(1 / 3)
    # exact for 1 of 3: 1 - 0.975^(1/3), and the root of (1-p)³ + 3p(1-p)² = 0.025
    assert (found.low, found.high) == pytest.approx((0.0084, 0.9057), abs=5e-5)
    assert found.too_soon is None  # three are too few to say


def test_where_only_females_count_half_of_those_of_unknown_sex_are_expected_to_be() -> None:
    found = judged(*BORN, sex="F")

    assert (found.enough, found.assumed) == (1 / 4, 1)  # two of two, one half each; of P1 alone
    assert found.branded == 2


def test_young_whose_sex_is_recorded_are_counted_and_half_is_assumed_of_the_others_alone() -> None:
    """Two owed; by the deadline P1 ♀♀, P2 ♀♂, P3 ♀? (one half), P4 ♀???: at least one of three, 7/8; P5 ♂♂?: none."""
    born = [
        say.happened("E1: birth of P1 on 2021-03-01", animals=2, females=2),
        say.happened("E2: birth of P2 on 2021-03-01", animals=2, females=1, males=1),
        say.happened("E3: birth of P3 on 2021-03-01", animals=2, females=1),
        say.happened("E4: birth of P4 on 2021-03-01", females=1),
        say.happened("E5: birth of P4 on 2021-09-01", animals=3),
        say.happened("E6: birth of P5 on 2021-09-01", animals=3, males=2),
    ]
    females, males = judged(*born, sex="F", women=5), judged(*born, sex="M", women=5)

    assert (females.enough, females.assumed, females.branded) == (1 + 1 / 2 + 7 / 8, 2, 2)
    # ♂: P5 has two; P1 and P2 fall short, P3 too (♀?); of P4 two of three at least, 1/2
    assert (males.enough, males.assumed, males.branded) == (1 + 1 / 2, 1, 3)


def test_where_the_sex_of_all_is_recorded_or_none_is_asked_for_nothing_is_assumed() -> None:
    born = say.happened("E1: birth of P1 on 2021-03-01", animals=2, females=2)

    assert (judged(born, sex="F").enough, judged(born, sex="F").assumed) == (1, 0)
    assert (judged(*BORN).enough, judged(*BORN).assumed) == (1, 0)


@pytest.mark.parametrize(("sex", "enough"), [(None, 2), ("F", 1 / 4 + 1)])
def test_who_passed_on_in_time_had_enough_whatever_was_recorded(sex: str | None, enough: float) -> None:
    found = judged(*BORN, say.passed("T1: P2 > P5 on 2022-02-20", females=2), sex=sex)

    assert (found.recorded, found.enough, found.branded) == (3, enough, 1)


def test_a_deadline_that_nearly_everybody_met_can_be_kept() -> None:
    """20 of 20: the exact lower end is 0.025^(1/20) = 0.8316; of 16 it is 0.7941, which is too few to say."""
    born = [say.happened(f"E{nth}: birth of P{nth} on 2021-06-01", animals=2) for nth in range(1, 21)]

    assert judged(*born, women=20).too_soon is False
    assert judged(*born[:16], women=20).too_soon is None


def test_a_deadline_that_hardly_anybody_can_meet_is_too_soon() -> None:
    """0 of 10 had two by then: the exact upper end is 1 - 0.025^(1/10) = 0.3085."""
    late = [say.happened(f"E{nth}: birth of P{nth} on 2022-06-01", animals=2) for nth in range(1, 11)]
    found = judged(*late, women=10)

    assert (found.enough, found.low, found.too_soon, found.branded) == (0, 0, True, 10)
    assert found.high == pytest.approx(0.3085, abs=5e-5)


@pytest.mark.parametrize("as_of", [date(2022, 3, 1), date(2020, 1, 1)])
def test_before_the_deadline_is_past_nobody_is_asked(as_of: date) -> None:
    found = judged(*BORN, as_of=as_of)

    assert (found.placements, found.recorded, found.share, found.low, found.too_soon) == (0, 0, None, None, None)


def test_an_extension_does_not_move_the_rule_s_own_deadline() -> None:
    assert judged(*BORN, say.happened("E9: extended of P3 on 2022-02-01", until_on="2024-01-01")).branded == 2


def test_help_that_is_not_counted_in_animals_bears_no_young() -> None:
    acts = [say.programme(), say.rule("seed_capital", unit="rupee", given=100)]

    assert deadlines(lineage.survey(of_register(replayed(acts)), date(2023, 1, 1))) == ()
