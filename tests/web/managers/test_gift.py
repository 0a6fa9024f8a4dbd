"""A gift as its donor is told of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.scenes import acts as say
from tests.web import relays
from tests.web.reading import HILLS, text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_a_gifts_story_counts_what_became_of_it(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}/gift/G1")

    assert "The story of the gift from @Ansgar" in said
    assert "1 first placement from the gift" in said
    assert "4 more, passed on from hand to hand" in said
    assert "5 people and groups in all" in said
    assert "4 of 5 have passed on everything they owed, and 0 may still do so." in said
    assert "8 goats passed on so far, the latest on 20 Aug 2024" in said
    assert "Palpa: 5 placements" in said
    assert re.search(r"2020 1 2021 1 2022 1 2023 1 2024 1 ", said)  # one placed, then one passed on to, each year
    assert ">P5<" in client.get(f"{HILLS}/gift/G1").text  # the tree is drawn whole
    assert "Maya" not in said


@pytest.mark.parametrize(
    ("language", "few", "five_in_palpa"),
    [
        ("en", "in places with fewer than 5 each", "Palpa: 5 placements"),
        ("fr", "dans des lieux qui en ont moins de 5 chacun", "Palpa \u2013 placements : 5"),
        ("ne", "5 भन्दा कम भएका ठाउँहरूमा", "Palpa: 5 प्लेसमेन्ट"),
    ],
)
def test_a_donor_is_told_no_count_that_would_point_at_somebody(
    client: FlaskClient, language: str, few: str, five_in_palpa: str
) -> None:
    """Places with few are not named: were all but one told, the count of the last would follow from the sum."""
    one_each, five = (text_of(client, f"{HILLS}/gift/{id_}?lang={language}") for id_ in ("G2", "G1"))

    assert f"{few} 2" in one_each
    assert f"{few} 5" in five  # P5 in Rampur, and P1 to P4 in Tansen
    assert five_in_palpa in five
    for said in (one_each, five):
        assert not {"Dipayal", "Rampur", "Tansen", "Doti"} & {*said.split()}


def test_a_donor_is_told_a_count_that_is_large_enough(client: FlaskClient) -> None:
    assert "Place not known 1,023" in text_of(client, "/p/large/gift/G1")


@pytest.mark.parametrize("in_rampur", [1, 5])
def test_a_donor_is_told_no_district_whose_places_would_tell_the_few_in_it(
    client: FlaskClient, recorded: Graph, in_rampur: int
) -> None:
    """Eight in Palpa and seven in Tansen, which lies in Palpa, are one elsewhere in Palpa."""
    programme_id, in_tansen = f"seven-and-{in_rampur}", 7
    acts = [say.programme(programme_id), say.rule(), say.gift()]
    for place_id, name, parent_id in (("PAL", "Palpa", None), ("TAN", "Tansen", "PAL"), ("RAM", "Rampur", "PAL")):
        acts.append(say.place(place_id, name=name, kind="ward" if parent_id else "district", parent_id=parent_id))
    for number in range(1, in_tansen + in_rampur + 1):
        acts.append(say.woman(f"W{number}", place_id="TAN" if number <= in_tansen else "RAM"))
        acts.append(say.placed(f"P{number} on 2020-03-01"))
    relays.record(recorded, programme_id, acts)

    told = text_of(client, f"/p/{programme_id}/gift/G1")

    assert "Tansen 7" in told
    assert ("Palpa: " in told) == (in_rampur == 5)
    assert ("Rampur 5" in told) == (in_rampur == 5)


def test_a_gift_of_which_nothing_was_placed_says_what_to_do(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}/gift/G1?as_of=2020-02-01")

    assert "The first placement is recorded from the record of the woman who received." in said
