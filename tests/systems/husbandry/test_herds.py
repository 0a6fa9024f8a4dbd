"""From when on she can pass on, worked by hand for goats, pigs and cows.

goat: carries 150 days, weaned at 90, typical 403    pig: 115, 42, 344    cow: 283, 210, no typical time known
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from relay.countries.country import NAMES, country_of
from relay.systems.husbandry.herds import Breeding, Herd, Ready, Treated, Weaned, times

if TYPE_CHECKING:
    from relay.systems.husbandry.kinds import What

START: Final = date(2023, 1, 1)
EVER: Final = date(2030, 1, 1)


def after(days: int) -> date:
    return START + timedelta(days=days)


def seen(what: What, days: int, months: float | None = None) -> Breeding:
    return Breeding(breeding_id="K", placement_id="P", what=what, happened_on=after(days), months_along=months)


def weaning(days: int) -> Weaned:
    return Weaned(weaning_id="W", placement_id="P", happened_on=after(days))


def ready(herd: Herd, day: date = EVER) -> tuple[int, str, int] | None:
    """Days from the receipt to the day, what it rests on, and days from the receipt to that."""
    found: Ready | None = herd.ready(day)
    return ((found.ready_on - START).days, found.rests_on, (found.since_on - START).days) if found else None


@pytest.mark.parametrize(("help_", "days"), [("goat", 403), ("pig", 344), ("cow", None), ("donkey", None)])
def test_of_young_females_it_is_the_usual_time_where_one_is_known(help_: str, days: int | None) -> None:
    assert ready(Herd(help=help_, received_on=START)) == (None if days is None else (days, "typical", 0))


@pytest.mark.parametrize(("help_", "days"), [("goat", 150 + 90), ("pig", 115 + 42), ("cow", 283 + 210)])
def test_what_came_pregnant_is_counted_from_the_receipt(help_: str, days: int) -> None:
    herd = Herd(help=help_, received_on=START, came_pregnant=True)

    assert ready(herd) == (days, "pregnant", 0)
    assert herd.birth_on(EVER) == after(times()[help_].gestation_days or 0)


def test_a_pregnancy_is_dated_by_its_months_else_by_the_mating_else_by_the_day_it_was_found() -> None:
    # two months are 61 days: 300 - 61 = 239, + 150 + 90 = 479
    assert ready(Herd(help="goat", received_on=START, breedings=(seen("pregnant", 300, 2),))) == (479, "pregnant", 239)
    both = (seen("mated", 250), seen("pregnant", 300))
    assert ready(Herd(help="goat", received_on=START, breedings=both)) == (490, "pregnant", 250)
    assert ready(Herd(help="goat", received_on=START, breedings=both[1:])) == (540, "pregnant", 300)
    # a pig is not still pregnant of a mating 116 days before
    late = (seen("mated", 100), seen("pregnant", 216))
    assert ready(Herd(help="pig", received_on=START, breedings=late)) == (216 + 157, "pregnant", 216)


@pytest.mark.parametrize(
    ("help_", "found", "born_on", "weaned_on", "told"),
    [
        # mated at 250, found at 310: 250 + 150 + 90 = 490; born at 401: + 90 = 491; weaned at 485
        ("goat", (seen("mated", 250), seen("pregnant", 310)), 401, 485, (403, 490, 491, 485)),
        # mated at 200, found at 230: 200 + 115 + 42 = 357; born at 314: + 42 = 356; weaned at 358
        ("pig", (seen("mated", 200), seen("pregnant", 230)), 314, 358, (344, 357, 356, 358)),
        # of cows no usual time is known; three months at 190: 190 - 91 + 283 + 210 = 592; born at 380: + 210 = 590
        ("cow", (seen("mated", 95), seen("pregnant", 190, 3)), 380, 600, (None, 592, 590, 600)),
    ],
)
def test_from_receipt_to_weaning_each_is_told_by_what_was_known_then(
    help_: str, found: tuple[Breeding, ...], born_on: int, weaned_on: int, told: tuple[int | None, ...]
) -> None:
    herd = Herd(
        help=help_, received_on=START, breedings=found, births=((after(born_on), 1.0),), weanings=(weaning(weaned_on),)
    )

    days = (0, (found[1].happened_on - START).days, born_on, weaned_on)
    assert [(known := ready(herd, after(day))) and known[0] for day in days] == [*told]


def test_before_it_was_found_nobody_knew_of_it() -> None:
    herd = Herd(help="goat", received_on=START, breedings=(seen("pregnant", 300, 2),))

    assert ready(herd, after(299)) == (403, "typical", 0)
    assert ready(herd, after(300)) == (479, "pregnant", 239)


def test_after_an_abortion_she_is_not_ready_before_she_can_bear_again() -> None:
    lost = (seen("pregnant", 200, 2), seen("aborted", 250))
    assert ready(Herd(help="goat", received_on=START, breedings=lost)) == (250 + 240, "typical", 0)
    empty = (seen("not_pregnant", 20),)
    assert ready(Herd(help="goat", received_on=START, breedings=empty)) == (403, "typical", 0)
    assert ready(Herd(help="cow", received_on=START, breedings=lost)) is None


def test_a_birth_counts_until_all_that_was_born_is_passed_on() -> None:
    born = ((after(310), 2.0), (after(560), 1.0))
    assert ready(Herd(help="goat", received_on=START, births=born)) == (400, "born", 310)
    one = ((after(410), 1.0),)
    assert ready(Herd(help="goat", received_on=START, births=born, passed=one)) == (400, "born", 310)
    both = ((after(410), 2.0),)
    assert ready(Herd(help="goat", received_on=START, births=born, passed=both)) == (650, "born", 560)
    # what was passed on before a birth was not of it; and a pass of three takes two of the first and one of the second
    three = ((after(600), 3.0),)
    assert ready(Herd(help="goat", received_on=START, births=born, passed=three)) is None
    assert ready(Herd(help="goat", received_on=START, passed=both)) is None


def test_what_was_weaned_is_ready_that_day_until_it_is_passed_on() -> None:
    herd = Herd(help="pig", received_on=START, births=((after(300), 8.0),), weanings=(weaning(335),))
    assert ready(herd) == (335, "weaned", 335)
    assert ready(herd, after(334)) == (342, "born", 300)
    gone = Herd(help="pig", received_on=START, weanings=(weaning(335),), passed=((after(340), 2.0),))
    assert ready(gone) is None


def test_a_treatment_is_due_until_it_is_done_again() -> None:
    def given(days: int, next_days: int | None, against: str = "ppr") -> Treated:
        next_on = None if next_days is None else after(next_days)
        return Treated(
            treatment_id="V", placement_id="P", treatment="vaccination", happened_on=after(days), against=against,
            next_on=next_on,
        )  # fmt: skip

    herd = Herd(help="goat", received_on=START, treatments=(given(10, 375), given(20, 385, "fmd"), given(370, None)))

    assert [herd.treatment_on(after(day)) for day in (9, 19, 369, 370)] == [None, *[after(375)] * 2, after(385)]


def test_what_is_usual_is_not_below_what_a_country_asks_about() -> None:
    limits = [(help_, each.gestation_days) for name in NAMES for help_, each in country_of(name).limits.items()]
    known = [(help_, least, times()[help_].gestation_days) for help_, least in limits if least and help_ in times()]

    assert {help_ for help_, _, _ in known} == {"goat", "pig", "sheep", "cow", "buffalo"}
    assert [each for each in known if each[1] > (each[2] or 0)] == []


def test_every_species_of_the_issue_has_what_was_found_of_it_and_no_more() -> None:
    assert {*times()} == {"goat", "pig", "sheep", "cow", "buffalo", "rabbit", "chicken", "bees"}
    assert {help_ for help_, each in times().items() if not each.bears} == {"chicken", "bees"}
    assert {help_ for help_, each in times().items() if each.typical_days} == {"goat", "pig"}
