"""What a country.toml says.

np       ward    ⊂ municipality ⊂ district ⊂ province              977, 10 digits
rw       village ⊂ cell ⊂ sector ⊂ district ⊂ province             250, 9 digits
generic  village ⊂ subdistrict  ⊂ district ⊂ region
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from relay.countries import outlines
from relay.countries.country import NAMES, country_of, packaged, reading_of
from relay.domain.questions import NO_ANSWER
from relay.errors import Invalid
from tests.scenes import acts as say
from tests.scenes.acts import Book, beginnings, corrected, gift, happened, placed, rule

SQUARE = [[30.0, -2.0], [31.0, -2.0], [31.0, -1.0], [30.0, -1.0], [30.0, -2.0]]
BOW = [[30.0, -2.0], [31.0, -1.0], [31.0, -2.0], [30.0, -1.0], [30.0, -2.0]]


def drawn(name: str, ring: list[list[float]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize("name", NAMES)
def test_every_country_that_comes_with_relay_is_right_and_each_number_has_its_source(name: str) -> None:
    assert reading_of(packaged(name))[1] == ()


def test_a_programme_that_names_no_country_is_nepals_with_the_limits_it_always_had() -> None:
    nepal = country_of(None)

    assert nepal.level_names == ("ward", "municipality", "district", "province")
    assert set(nepal.limits) == {"goat", "pig"}
    goat = nepal.limits["goat"].bearing
    assert goat
    assert (goat.young, goat.apart_days, goat.grown_days) == (3, 180, 300)
    assert len(outlines.of(nepal, Path())) == 77


def test_a_number_without_prefix_or_zero_is_one_number() -> None:
    rwanda = country_of("rw").telephone

    assert rwanda.every("0788 123 456") == rwanda.every("+250 788-123-456") == {"788123456"}


def test_where_the_days_between_births_are_not_known_no_dam_bears_sooner_than_she_carries() -> None:
    cow = country_of("generic").limits["cow"].bearing

    assert cow
    assert cow.most(272) == 2
    assert cow.most(273) == 4


@pytest.mark.parametrize(
    ("was", "now", "line", "what"),
    [
        ('name = "cell"', 'name = "village"', 26, "level village stands twice"),
        ('unit = "franc"', 'unit = "<script>"', 16, "“unit” cannot be this"),
        ("digits = 9", "digits = 90", 12, "whole number from 6 to 15"),
        ('area = "district"', 'area = "county"', 8, "is one of: village, cell"),
        ("[telephone]", "[telephone", 10, "this is not TOML"),
    ],
)
def test_what_is_wrong_is_said_by_line(was: str, now: str, line: int, what: str) -> None:
    _, wrong = reading_of(packaged("rw").replace(was, now, 1))

    assert any(abs(each.line - line) <= 1 and what in str(each.what) for each in wrong), wrong


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b" " * (outlines.MOST_BYTES + 1), "Simplify it"),
        (b"{", "not JSON"),
        (collection(drawn("Gasabo", BOW)), "crosses itself"),
        (collection(drawn("<script>", SQUARE)), "plain “name”"),
        (collection(drawn("Gasabo", SQUARE), drawn("gasabo", SQUARE)), "stands twice"),
        (collection(drawn("Gasabo", SQUARE[:3])), "closed rings"),
    ],
)
def test_outlines_that_cannot_be_drawn_are_refused_in_a_sentence(content: bytes, what: str) -> None:
    with pytest.raises(Invalid) as raised:
        outlines.read(content)

    assert what in str(raised.value)


def test_an_outline_that_closes_is_drawn_with_its_number_in_the_middle() -> None:
    (shape,) = outlines.read(collection(drawn("Gasabo", SQUARE)))

    assert shape.middle == pytest.approx((30.5, -1.5))


def test_a_programme_in_rwanda_has_its_sectors_and_asks_about_nine_calves() -> None:
    """C1 received a cow on 2020-03-01; two calves at a birth are the most."""
    book = Book(
        *beginnings(3),
        corrected("programme:demo", "K1", country="rw"),
        rule("cow"),
        gift("G9", "cow"),
        placed("P1 on 2020-03-01", help="cow", gift_id="G9", animals=1),
    )

    assert book.offer(say.place("S1", kind="sector"), answers=NO_ANSWER).action == "added"
    assert book.refusal(say.place("W1", kind="ward"), answers=NO_ANSWER).code == "no_such_level"
    nine = happened("E1: birth of P1 on 2021-06-01", animals=9)
    assert book.refusal(nine, answers=NO_ANSWER).code == "too_many_young"
    assert book.offer(happened("E2: birth of P1 on 2021-06-01", animals=1), answers=NO_ANSWER).action == "added"
