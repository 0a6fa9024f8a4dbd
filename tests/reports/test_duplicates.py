"""Likely duplicates of a programme on both engines: who is listed, and who is not any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.countries.country import country_of
from relay.domain.questions import NOTED
from relay.ledger.recording import record
from relay.reports.duplicates import duplicates
from tests.scenes.acts import beginnings, clerk, different, group, passed, place, placed, same, taken_back, woman

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


TELEPHONE = country_of(None).telephone


def keep(graph: Graph, *acts: Act) -> None:
    outcomes = record(graph, "demo", acts, clerk(), answers=NOTED)
    assert [outcome.error for outcome in outcomes if outcome.error] == []


def listed(graph: Graph) -> list[tuple[str, str]]:
    return [(each.one_id, each.other_id) for each in duplicates(graph, "demo", TELEPHONE).candidates]


def begun(graph: Graph) -> None:
    """Junkiri is registered as B1 in ward L1, and as B2 by her group, which is at home there; her house-mate is B3."""
    keep(graph, *beginnings(0), place("L1"), place("L2"), group("V1", place_id="L1"))
    keep(
        graph,
        woman("B1", name="Junkiri Makaibari", place_id="L1", phone="9790000001", birth_year=1980),
        woman("B2", name="जुनकिरी मकैबारी", group_id="V1", phone="9790000001", birth_year=1981),
        woman("B3", name="Maya Makaibari", place_id="L1", phone="9790000001", birth_year=1980),
        *(woman(f"B{n}", name=f"{name} Pipal", place_id="L2") for n, name in enumerate(("Uma", "Tara", "Rita"), 4)),
    )


def test_one_woman_is_listed_once_with_the_sum_of_the_reasons_and_not_with_her_house_mate(graph: Graph) -> None:
    begun(graph)

    found = duplicates(graph, "demo", TELEPHONE)

    assert [(each.one_id, each.other_id, each.place_id) for each in found.candidates] == [("B1", "B2", "L1")]
    (pair,) = found.candidates
    assert {reason.what: reason.how for reason in pair.reasons} == {
        "first_name": "slip",  # Junkiri, जुनकिरी
        "surname": "same",
        "birth_year": "near",
        "ward": "same",
        "phone": "same",
    }
    assert abs(pair.bits - sum(reason.bits for reason in pair.reasons)) < 0.5
    assert pair.one_name is None  # names are added where they may be told
    assert (found.people, found.women, found.left_out) == (6, 6, 0)


def test_who_is_said_to_be_one_or_two_is_not_listed_until_that_is_taken_back(graph: Graph) -> None:
    begun(graph)
    keep(graph, same("S1: B1 = B2"))
    assert listed(graph) == []
    assert duplicates(graph, "demo", TELEPHONE).women == 5
    keep(graph, taken_back("same:S1", "C1"))
    assert listed(graph) == [("B1", "B2")]
    keep(graph, different("D1: B2 / B1"))
    assert listed(graph) == []
    keep(graph, taken_back("different:D1", "C2"))
    assert listed(graph) == [("B1", "B2")]


def test_giver_and_receiver_are_two_however_alike_they_are(graph: Graph) -> None:
    begun(graph)
    keep(graph, placed("P1 on 2020-03-01", beneficiary_id="B1"))
    keep(graph, passed("T1: P1 > P2 on 2021-03-01", beneficiary_id="B2"))
    assert listed(graph) == []


def test_at_most_so_many_are_listed_and_none_of_an_empty_programme(graph: Graph) -> None:
    keep(graph, *beginnings(0))
    assert duplicates(graph, "demo", TELEPHONE).candidates == ()
    keep(graph, place("L1"), place("L2"), group("V1", place_id="L1"))
    assert duplicates(graph, "demo", TELEPHONE, most=1).candidates == ()
