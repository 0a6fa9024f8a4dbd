"""Who is registered is compared with those of her ward, under the lock: she may be registered already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.domain.questions import NO_ANSWER, NOTED
from relay.ledger.recording import Rehearsal, record, record_one
from tests.scenes.acts import Said, beginnings, clerk, corrected, erased, group, place, woman

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph

SHE: dict[str, Said] = {"name": "Junkiri Makaibari", "birth_year": 1992, "phone": "9790000001"}


def begun(graph: Graph) -> None:
    """Junkiri is B1, in ward L1; others live there too, and the group V1 is at home there."""
    acts = [*beginnings(0), place("L1", name="Ratnanagar-2"), place("L2"), group("V1", place_id="L1")]
    acts += [woman("B1", place_id="L1", **SHE)]
    names = ("Uma Pipal", "Tara Harro", "Rita Pipal", "Maya Deurali", "Sita Kafal")
    acts += [woman(f"B{number}", name=name, place_id="L1") for number, name in enumerate(names, 2)]
    assert {outcome.action for outcome in record(graph, "demo", acts, clerk(), answers=NO_ANSWER)} == {"added"}


def said(graph: Graph, act: Act) -> str:
    """What is asked about an act; empty when it is recorded without."""
    (outcome,) = record(graph, "demo", [act], clerk(), answers=NO_ANSWER)
    return str(outcome.error or "")


def test_somebody_like_another_of_her_ward_is_asked_about_without_what_is_personal(graph: Graph) -> None:
    begun(graph)
    question = said(graph, woman("B9", place_id="L1", name="जुनकिरी मकैबारी", birth_year=1992))
    assert "beneficiary:B9 is like beneficiary B1 in Ratnanagar-2: similar first name, same surname" in question
    assert "--again" in question
    assert not [word for word in ("Junkiri", "जुनकिरी", "1992", "979") if word in question]
    outcome = record_one(graph, "demo", woman("B9", place_id="L1", **SHE), clerk(), answers=frozenset({"like_another"}))
    assert [note.note for note in outcome.notes] == ["like_another"]


def test_a_ward_is_also_where_her_group_is_at_home(graph: Graph) -> None:
    begun(graph)
    assert "like beneficiary B1" in said(graph, woman("B9", group_id="V1", **SHE))


def test_who_is_unlike_or_lives_elsewhere_or_is_known_nowhere_is_not_asked_about(graph: Graph) -> None:
    begun(graph)
    assert said(graph, woman("B8", place_id="L1", name="Maya Makaibari", phone="9790000001")) == ""
    assert said(graph, woman("B9", place_id="L2", **SHE)) == ""
    assert said(graph, woman("B10", **SHE)) == ""
    assert said(graph, woman("B11", place_id="L1", **SHE | {"birth_year": 1960})) == ""


def test_who_moved_away_or_was_erased_is_nobody_s_like(graph: Graph) -> None:
    begun(graph)
    record(graph, "demo", [corrected("beneficiary:B1", place_id="L2")], clerk())
    assert said(graph, woman("B8", place_id="L1", **SHE)) == ""
    record(graph, "demo", [erased("beneficiary:B8")], clerk())
    assert said(graph, woman("B9", place_id="L1", **SHE)) == ""


def test_an_import_notes_it_also_of_two_that_come_together_in_one_step_or_in_two(graph: Graph) -> None:
    begun(graph)
    rehearsal = Rehearsal(graph, "demo", clerk(), answers=NOTED)
    acts = [woman("B7", name="Sita Pipal", place_id="L2", birth_year=1980)]
    acts += [woman(f"B2{number}", name=name, place_id="L2") for number, name in enumerate(("Uma Rai", "Tara Rai"))]
    first, _ = rehearsal.offer([*acts, woman("B8", name="Sita Pipal", place_id="L2", birth_year=1980)])
    second, _ = rehearsal.offer([woman("B9", place_id="L1", **SHE)])
    noted = [note.note for outcome in (*first, *second) for note in outcome.notes]
    assert [outcome.action for outcome in (*first, *second)] == ["added"] * 5
    assert noted == ["like_another", "like_another"]
