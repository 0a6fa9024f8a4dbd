"""Chain health: published cases, a village worked by hand, and the plain oracle all say the same."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from relay.arrays import lineage
from relay.arrays.columns import day_of
from relay.arrays.from_register import of_register
from relay.domain.model import Standing, shown
from relay.domain.vocabulary import PARTED_BY, STATES
from relay.reports import breakdown as parts
from relay.reports.breakdown import PartNames
from relay.reports.health import health
from relay.service.json_codec import json_of
from tests.arrays.test_lineage import LATER, days_touched, relays
from tests.scenes import acts as say
from tests.scenes.oracle import Oracle
from tests.scenes.relays import replayed
from tests.scenes.village import DAY, seeded, village

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relay.domain.acts import Act
    from relay.reports.health import Health, HelpHealth, HelpUnits
    from relay.reports.rates import Rates


RATES = (
    "fulfilled_of_due",
    "fulfilled_of_possible",
    "fulfilled_on_time_of_due",
    "passed_of_owed",
    "passed_of_possible",
)


def pairs(rates: Rates) -> list[tuple[float, float]]:
    """Numerator and denominator of each rate."""
    found = [getattr(rates, name) for name in RATES]
    return [(rate.numerator, rate.denominator) for rate in found]


def rates(*found: tuple[float, float]) -> dict[str, dict[str, float]]:
    """The rates as JSON, from numerator and denominator of each."""
    return {
        name: {"numerator": one, "denominator": of, "share": one / of}
        for name, (one, of) in zip(RATES, found, strict=True)
    }


def by_part(found: Health, word: str) -> dict[Any, Any]:
    (breakdown,) = (each for each in found.breakdowns if each.by == word)
    return {part.part: part for part in breakdown.parts}


# -- published cases --------------------------------------------------------------------------------------------------


def test_selei_is_as_published() -> None:
    found = health(lineage.survey(seeded("selei"), date(2012, 12, 31)))

    assert [(each.placements, each.fulfilled, each.passed) for each in found.by_generation] == [
        (21, 21, 126),  # 21 households passed 6 goats each on
        (21, 20, 120),  # 20 of 21 did, 95.2 %
        (20, 0, 0),
    ]
    assert round(found.by_generation[1].fulfilled / found.by_generation[1].placements, 3) == 0.952
    assert (found.placements.original, found.placements.passed_on, found.animals.passed) == (21, 41, 246)
    assert found.additional_per_original == 41 / 21
    assert found.generations == 2
    assert found.rates.fulfilled_of_due.share == 1
    assert not found.found_something


def test_mansa_shows_both_denominators() -> None:
    found = health(lineage.survey(seeded("mansa"), date(2017, 12, 31)))

    assert (found.by_generation[0].fulfilled, found.by_generation[0].placements) == (16, 26)
    assert pairs(found.rates) == [(16, 26), (16, 21), (16, 26), (16, 26), (16, 21)]  # 5 died before anything was due
    assert [
        round(rate.share or 0, 3) for rate in (found.rates.fulfilled_of_due, found.rates.fulfilled_of_possible)
    ] == [
        0.615,
        0.762,
    ]
    assert found.states == dict.fromkeys(STATES, 0) | {"fulfilled": 16, "lost": 5, "broken": 5, "in_time": 16}
    assert found.chains == {"total": 26, "complete": 0, "growing": 16, "weakened": 0, "broken": 10}
    assert {cause: many for cause, many in found.causes.items() if many} == {"overdue": 5, "death": 5}


# -- the village, by hand ---------------------------------------------------------------------------------------------


def test_a_village_worked_by_hand_key_by_key() -> None:
    found = json_of(health(village()))

    assert found == {
        "programme_id": "demo",
        "as_of": "2023-01-01",
        "placements": {"total": 13, "original": 8, "passed_on": 5},
        "states": {"fulfilled": 2, "excused": 2, "lost": 3, "broken": 2, "late": 1, "due": 1, "in_time": 2},
        "chains": {"total": 8, "complete": 1, "growing": 2, "weakened": 2, "broken": 3},
        "animals": {"given": 14, "owed": 22, "passed": 6},  # 12 goats and 2 pigs; 11 placements owe 2; 2 + 3 + 1
        "by_help": [
            {
                "help": "goat",
                "unit": "animal",
                "given": 12,
                "owed": 20,
                "passed": 6,
                # due: P1 P3 P6 P7 P8 P13; P6 died, P13 is excused; P3's third goat covers nobody else's
                "rates": rates((2, 6), (2, 4), (1, 6), (5, 12), (5, 8)),
            },
            {
                "help": "pig",
                "unit": "animal",
                "given": 2,
                "owed": 2,
                "passed": 0,
                "rates": rates((0, 1), (0, 1), (0, 1), (0, 2), (0, 2)),
            },
            {
                "help": "seed_capital",
                "unit": "rupee",
                "given": 100,
                "owed": 140,
                "passed": 40,
                "rates": rates((0, 2), (0, 1), (0, 2), (40, 140), (40, 80)),  # P11 is let off 60
            },
        ],
        "additional_per_original": 0.625,
        "generations": 1,
        "by_generation": [
            {"generation": 0, "placements": 8, "fulfilled": 2, "passed": 6},
            {"generation": 1, "placements": 5, "fulfilled": 0, "passed": 0},
        ],
        "rates": rates((2, 9), (2, 6), (1, 9), (5, 14), (5, 10)),
        "causes": {"overdue": 2, "death": 2, "theft": 0, "sale": 1, "slaughter": 0, "left": 0},
        "breakdowns": [],
        "changes": None,
    }


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("generation", {0: 8, 1: 5}),
        ("help", {"goat": 10, "pig": 1, "seed_capital": 2}),
        ("place", {"L1": 12, "L2": 6, "L3": 6, None: 1}),
        ("donor", {"Donor of G1": 10, "Rotary": 3}),
        ("group", {"V1": 3, None: 10}),
        ("sex", {"F": 12, None: 1}),
        ("year", {2020: 7, 2021: 5, 2022: 1}),
    ],
)
def test_a_programme_is_parted_by_every_word(word: str, expected: dict[Any, int]) -> None:
    names = PartNames(donors={"G1": "Donor of G1", "G2": "Rotary", "G3": "Rotary"})

    found = by_part(health(village(), by=(word,), names=names), word)

    assert {key: part.placements.total for key, part in found.items()} == expected
    assert list(found) == list(expected)


def test_a_part_has_the_rates_of_its_own_placements() -> None:
    found = health(village(), by=("place", "help"), names=PartNames(places={"L2": "Ward 2"}))

    ward, help_ = by_part(found, "place")["L2"], by_part(found, "help")["seed_capital"]
    assert ward.name == "Ward 2"
    assert pairs(ward.rates) == [(2, 3), (2, 2), (1, 3), (4, 6), (4, 4)]  # P1, P3, and P6 who lost both
    assert (ward.units.given, ward.units.owed, ward.units.passed) == (6, 12, 5)
    assert help_.rates == found.by_help[2].rates  # a help is told in its own unit
    assert by_part(found, "place")["L1"].units.owed == 20  # rupees are no animals: 10 placements of 12 owe 2


def test_an_erased_donor_is_not_known() -> None:
    found = by_part(health(village(), by=("donor",), names=PartNames(donors={"G1": "Donor of G1"})), "donor")

    assert {key: part.placements.total for key, part in found.items()} == {"Donor of G1": 10, None: 3}


def test_a_pooled_placement_counts_for_both_donors_and_once_for_the_programme() -> None:
    pooled = (say.placed("P14 on 2020-03-01", gift_id="G4"), say.passed("T6: P14 > P2 on 2021-04-01", animals=1))
    survey = village(say.gift("G4"), say.woman("W14"), *pooled)

    found = health(survey, by=("donor",), names=PartNames(donors={"G1": "One", "G4": "Other"}))

    assert {key: part.placements.total for key, part in by_part(found, "donor").items()} == {
        "One": 10,
        "Other": 2,
        None: 3,
    }
    assert found.placements.total == 14


def test_places_that_lie_in_each_other_are_survived() -> None:
    survey = village(say.place("L4", parent_id="L5"), say.place("L5", parent_id="L4"), say.woman("W13", place_id="L4"))

    found = by_part(health(survey, by=("place",)), "place")

    assert {key: part.placements.total for key, part in found.items()} == {"L1": 12, "L2": 6, "L3": 6, "L4": 1, "L5": 1}


def test_nothing_is_parted_by_a_word_that_is_none() -> None:
    with pytest.raises(parts.NoSuchWord, match=r"by 'caste'.*generation, help"):
        health(village(), by=("caste",))


@pytest.mark.parametrize("survey", [lineage.survey(of_register(replayed([])), DAY), village(as_of=date(2019, 1, 1))])
def test_before_anything_happened_all_is_nothing(survey: lineage.Survey) -> None:
    found = health(survey, by=PARTED_BY, earlier=survey)

    assert (found.generations, found.by_generation, found.by_help, found.additional_per_original) == (0, (), (), None)
    assert set(found.states.values()) | set(found.chains.values()) == {0}
    assert json_of(found.rates.fulfilled_of_due) == {"numerator": 0, "denominator": 0, "share": None}
    assert [each.parts for each in found.breakdowns] == [()] * len(PARTED_BY)
    assert not found.found_something


def test_what_descends_from_no_original_placement_is_in_no_generation() -> None:
    """P1 > P2 is not confirmed and P2 > P3 is: without what is not confirmed, P3 stands alone."""
    book = say.Book(*say.beginnings(women=3), say.placed("P1 on 2020-03-01"))
    book.add(say.passed("T1: P1 > P2 on 2021-03-01"), say.passed("T2: P2 > P3 on 2022-03-01"))
    book.add(say.confirmed("pass:T2"), by="local:bina")

    found = health(lineage.survey(of_register(book.register), LATER, confirmed_only=True), by=("generation",))

    assert (found.placements.total, found.placements.original) == (2, 1)
    assert [each.placements for each in found.by_generation] == [1]
    assert list(by_part(found, "generation")) == [0, None]


def test_where_what_is_not_confirmed_is_left_out_every_lost_placement_has_its_cause() -> None:
    """P2's two goats, which nobody confirmed, were stolen in June; of the one confirmed in October nothing is left."""
    book = say.Book(*say.beginnings(women=3), say.placed("P1 on 2020-03-01"), say.placed("P3 on 2020-03-01"))
    book.add(say.passed("T1: P1 > P2 on 2021-03-01", 2), say.happened("E1: visit of P2 on 2021-05-01"))
    book.add(say.happened("E2: theft of P2 on 2021-06-01", animals=2), say.passed("T2: P3 > P2 on 2021-10-22", 1))
    book.add(say.confirmed("pass:T2"), by="local:bina")
    survey = lineage.survey(of_register(book.register), LATER, confirmed_only=True)

    found = health(survey)

    assert (found.states["lost"], found.causes["theft"], sum(found.causes.values())) == (
        1,
        1,
        found.states["broken"] + 1,
    )
    assert day_of(survey.standings.since_day[survey.snapshot.placements.ids.row("P2")]) == date(2021, 10, 22)


# -- comparing --------------------------------------------------------------------------------------------------------


def test_a_comparison_says_who_moved_where() -> None:
    """On 2022-05-01 P8 was late; since then she broke, P2's and P10's days came near or went by, nobody new came."""
    found = health(village(), earlier=village(as_of=date(2022, 5, 1)))

    assert found.changes
    assert {(each.before, each.now): each.placements for each in found.changes.moved} == {
        ("late", "broken"): 1,
        ("in_time", "late"): 1,
        ("in_time", "due"): 1,
    }
    assert (found.changes.broke, found.changes.mended) == (("P8",), ())
    assert found.changes.earlier.states["broken"] == 1
    assert found.found_something


def test_who_was_not_there_yet_came_from_nowhere() -> None:
    found = health(village(), earlier=village(as_of=date(2022, 4, 30)))

    assert found.changes
    assert {(each.before, each.now): each.placements for each in found.changes.moved if each.before is None} == {
        (None, "in_time"): 1  # P5
    }


def test_a_broken_placement_that_passes_on_is_mended() -> None:
    snapshot = village(say.woman("W15"), say.passed("T7: P8 > P15 on 2022-12-01", animals=1)).snapshot

    found = health(lineage.survey(snapshot, DAY), earlier=lineage.survey(snapshot, date(2022, 11, 30)))

    assert found.changes
    assert (found.changes.broke, found.changes.mended) == ((), ("P8",))
    assert not found.found_something  # nothing is newly broken
    assert health(lineage.survey(snapshot, DAY)).found_something  # though others are broken for long


# -- the oracle -------------------------------------------------------------------------------------------------------


def told(oracle: Oracle, as_of: date) -> dict[str, Any]:
    """What health must say, said slowly."""
    stood, original = oracle.standings, oracle.original
    generations = oracle.generations()
    helps = {name: oracle.register.placements[name].help for name in stood}
    units = {rule.help: rule.unit for rule in oracle.register.rules}
    animal = [name for name in stood if units.get(helps[name]) == "animal"]
    return {
        "placements": [len(stood), len(original), len(stood) - len(original)],
        "states": dict(Counter(each.state for each in stood.values())),
        "chains": dict(Counter(oracle.chain_state([name]) for name in original)),
        "animals": amounts(oracle, animal),
        "by_help": {
            help_: (amounts(oracle, its), told_rates(oracle, its, its, as_of))
            for help_ in set(helps.values())
            for its in [[name for name in stood if helps[name] == help_]]
        },
        "by_generation": [
            [
                len(its),
                sum(stood[name].state == "fulfilled" for name in its),
                shown(sum(stood[name].passed for name in its if name in animal)),
            ]
            for each in range(max(generations.values(), default=-1) + 1)
            for its in [[name for name in generations if generations[name] == each]]
        ],
        "rates": told_rates(oracle, stood, animal, as_of),
        "causes": dict(Counter(each.cause for each in stood.values() if each.cause)),
    }


def amounts(oracle: Oracle, names: Iterable[str]) -> list[float]:
    names = list(names)
    given_ = [
        receipt.units
        for name in names
        if name in oracle.original
        for receipt in oracle.register.placements[name].receipts
        if receipt.act_id == f"placement:{name}"
    ]
    stood = [oracle.standings[name] for name in names]
    return [shown(sum(given_)), shown(sum(each.owed for each in stood)), shown(sum(each.passed for each in stood))]


def told_rates(
    oracle: Oracle, placements: Iterable[str], counted: Iterable[str], as_of: date
) -> list[tuple[float, float]]:
    def due(names: Iterable[str]) -> list[Standing]:
        stood = [oracle.standings[name] for name in names]
        return [each for each in stood if each.due_on < as_of]

    def possible(each: Standing) -> bool:
        return each.state != "excused" and not (each.state == "lost" and each.cause in {"death", "theft", "left"})

    of_due, units = due(placements), due(counted)
    fulfilled = sum(each.state == "fulfilled" for each in of_due)
    on_time = sum(bool(each.fulfilled_on and each.fulfilled_on <= each.due_on) for each in of_due)
    covered, owed = sum(min(each.passed, each.owed) for each in units), sum(each.owed for each in units)
    remitted = sum(max(each.owed - each.passed, 0) for each in units if not possible(each))
    return [
        (fulfilled, len(of_due)),
        (fulfilled, sum(map(possible, of_due))),
        (on_time, len(of_due)),
        (shown(covered), shown(owed)),
        (shown(covered), shown(owed - remitted)),
    ]


def as_told(found: Health) -> dict[str, Any]:
    def amount(each: HelpUnits | HelpHealth) -> list[float]:
        return [each.given, each.owed, each.passed]

    def there(counts: Mapping[str, int]) -> dict[str, int]:
        return {word: many for word, many in counts.items() if many and word != "total"}

    return {
        "placements": [found.placements.total, found.placements.original, found.placements.passed_on],
        "states": there(found.states),
        "chains": there(found.chains),
        "animals": amount(found.animals),
        "by_help": {each.help: (amount(each), pairs(each.rates)) for each in found.by_help},
        "by_generation": [[each.placements, each.fulfilled, each.passed] for each in found.by_generation],
        "rates": pairs(found.rates),
        "causes": there(found.causes),
    }


@settings(max_examples=40)
@given(acts=relays())
def test_a_programmes_health_is_what_each_placement_says_by_itself(acts: list[Act]) -> None:
    register = replayed(acts)
    snapshot = of_register(register)

    for as_of in days_touched(register)[::2]:
        assert as_told(health(lineage.survey(snapshot, as_of))) == told(Oracle(register, as_of), as_of), as_of
