"""Likeness: the sum of what speaks for two registrations being one person, and against."""

from __future__ import annotations

from typing import Any

import pytest

from relay.countries.country import country_of
from relay.domain.people.blocking import MOST, alike
from relay.domain.people.likeness import SAID, Commonness, Person, total, weights
from relay.seeds.duplicates import make, measured

TELEPHONE = country_of(None).telephone


def person(id_: str, name: str, **values: Any) -> Person:  # noqa: ANN401 - values of columns
    found = Person.of({"beneficiary_id": id_, "name": name, **values}, TELEPHONE)
    assert found is not None
    return found


NEIGHBOURS = [person(f"N{n}", f"{name} Rai", place_id="L1") for n, name in enumerate(("Uma", "Tara", "Radha", "Mina"))]


def said(one: Person, other: Person) -> dict[str, str]:
    reasons = Commonness([one, other, *NEIGHBOURS]).reasons(one, other)
    return {reason.what: reason.how for reason in reasons}


def test_one_woman_in_two_scripts_and_spellings_is_the_same() -> None:
    one = person("B1", "लक्ष्मी पौडेल", place_id="L1", phone="98-41000226", birth_year=1980, household_id="H-7")
    other = person(
        "B2", "Laxmi Devi Poudyal", place_id="L1", phone="+977 9841000226", birth_year=1981, household_id="h7"
    )
    everything = {"first_name": "same", "surname": "same", "birth_year": "near", "ward": "same"}
    assert said(one, other) == everything | {"phone": "same", "household": "same"}


def test_house_mates_share_all_but_the_first_name_and_are_never_one() -> None:
    shared = {"place_id": "L1", "phone": "9841000226", "household_id": "H7"}
    assert said(person("B1", "Sita Thapa", **shared), person("B2", "Gita Thapa", **shared)) == {}


def test_two_who_were_born_more_than_five_years_apart_are_never_one() -> None:
    assert said(person("B1", "Sita Thapa", birth_year=1980), person("B2", "Sita Thapa", birth_year=1986)) == {}
    assert said(person("B1", "Sita Thapa", birth_year=1980), person("B2", "Sita Thapa", birth_year=1985))


def test_a_woman_is_no_man_and_a_group_and_the_nameless_are_not_compared() -> None:
    assert said(person("B1", "Bishnu Rai", sex="F"), person("B2", "Bishnu Rai", sex="M")) == {}
    assert Person.of({"beneficiary_id": "B3", "name": "Sunrise", "kind": "group"}, TELEPHONE) is None
    assert Person.of({"beneficiary_id": "B3"}, TELEPHONE) is None


def test_what_is_not_known_of_one_says_nothing() -> None:
    assert said(person("B1", "Sita"), person("B2", "Sita Rai", phone="9841000226")) == {"first_name": "same"}


def test_a_rare_name_tells_more_than_a_common_one_and_a_slip_never_more_than_the_name() -> None:
    people = [person(f"B{n}", "Sita Rai") for n in range(60)]
    rare, slip = [person("R1", "Junkiri Rai"), person("R2", "Junkiri Rai")], person("R3", "Junkirri Rai")
    sitta = person("S1", "Sitara Rai")
    common = Commonness([*people, *rare, slip, sitta])

    of_rare, of_common = common.reasons(*rare)[0].bits, common.reasons(people[0], people[1])[0].bits
    assert of_rare > 3 > of_common
    assert common.reasons(rare[0], slip)[0].bits <= of_rare
    assert common.reasons(people[0], sitta) == () or common.reasons(people[0], sitta)[0].bits <= of_common


def test_every_way_to_compare_has_its_weight_and_its_words() -> None:
    counted = {("first_name", "same"), ("surname", "same"), ("ward", "same")}
    assert all(how in weights()[what] or (what, how) in counted for what, how in SAID)


def test_those_who_are_listed_are_in_order_with_their_sum_and_a_block_too_large_is_counted_and_left_out() -> None:
    """201 women of one ward whose first names begin alike are not compared; two of another ward are."""
    many = [person(f"M{n}", "Sita", place_id="L1") for n in range(MOST + 1)]
    two = [person("B2", "Junkiri Harro", place_id="L2"), person("B1", "Junkiri Harro", place_id="L2")]
    found = alike([*many, *two], 0.5)
    assert [(pair.one, pair.other) for pair in found.pairs] == [("B1", "B2")]
    assert found.pairs[0].bits == total(found.pairs[0].reasons) > found.needed
    assert found.left_out == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nine_in_ten_that_are_listed_are_one_woman_and_three_in_four_are_found(seed: int) -> None:
    figures = measured(make(seed, 6000))
    assert figures.precision >= 0.9
    assert figures.recall >= 0.75


def test_the_made_register_has_house_mates_who_share_telephone_ward_and_surname() -> None:
    """Of 6,000 women some 15 in a hundred live with the one before; those who stand twice share a house with nobody."""
    made = make(1, 6000)
    assert len(made.twice) == pytest.approx(0.08 * 6000, rel=0.1)
    phones = [row["phone"] for row in made.rows if row["phone"]]
    shared = len(phones) - len({*phones})
    assert shared - len(made.twice) > 0.08 * 6000
