"""What is placed from a gift is compared with what was given, under the lock: more is asked about.

G1 of 5 goats ─┬─ P1 2 goats      G2: nobody says of how many
               └─ P2 2 goats
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.domain.questions import NO_ANSWER, NOTED
from relay.ledger.recording import Rehearsal, record
from tests.scenes.acts import beginnings, clerk, corrected, gift, placed, taken_back

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


def begun(graph: Graph, *more: Act) -> None:
    acts = [*beginnings(9), gift("G7", animals=5), gift("G8"), *more]
    acts += [placed(f"P{number} on 2021-01-01", gift_id="G7") for number in (1, 2)]
    assert {outcome.error for outcome in record(graph, "demo", acts, clerk(), answers=NO_ANSWER)} == {None}


def said(graph: Graph, act: Act) -> str:
    """What is asked about an act; empty when it is recorded without."""
    (outcome,) = record(graph, "demo", [act], clerk(), answers=NO_ANSWER)
    return str(outcome.error or "")


def test_more_than_was_given_is_asked_about_and_the_rest_is_not(graph: Graph) -> None:
    begun(graph)

    assert "With placement:P3, 6 goats are placed from gift G7, which was of 5." in said(
        graph, placed("P3 on 2021-01-01", gift_id="G7")
    )
    assert said(graph, placed("P3 on 2021-01-01", gift_id="G7", animals=1)) == ""
    assert "which was of 5" in said(graph, placed("P4 on 2021-01-01", gift_id="G7", animals=1))
    assert said(graph, placed("P5 on 2021-01-01", gift_id="G8", animals=100)) == ""


def test_what_was_taken_back_or_corrected_is_not_counted(graph: Graph) -> None:
    begun(graph)
    record(graph, "demo", [taken_back("placement:P1", "C1"), corrected("placement:P2", "C2", animals=1)], clerk())

    assert said(graph, placed("P3 on 2021-01-01", gift_id="G7", animals=4)) == ""
    assert "6 goats" in said(graph, placed("P4 on 2021-01-01", gift_id="G7", animals=1))


def test_what_a_correction_makes_of_it_is_asked_about_and_what_it_leaves_is_not(graph: Graph) -> None:
    """2 + 2 of 5: 3 for P1 are just enough, 4 are not."""
    begun(graph)

    assert "With placement:P1, 6 goats are placed" in said(graph, corrected("placement:P1", "C1", animals=4))
    assert said(graph, corrected("placement:P1", "C2", animals=3)) == ""
    assert "With gift:G7, 5 goats are placed" in said(graph, corrected("gift:G7", "C3", animals=4))
    assert "placement:P1 is dated 2021-01-01" in said(graph, corrected("gift:G7", "C4", given_on="2021-01-02"))
    assert said(graph, corrected("gift:G8", "C5", given_on="2021-01-02")) == ""


def test_an_import_notes_it_in_one_step_or_in_two(graph: Graph) -> None:
    begun(graph)
    rows = [placed(f"P{number} on 2021-01-01", gift_id="G7", animals=1) for number in (3, 4)]
    rehearsal = Rehearsal(graph, "demo", clerk(), answers=NOTED)

    noted = [note.note for row in rows for outcome in rehearsal.offer([row])[0] for note in outcome.notes]
    together = [note.note for outcome in record(graph, "demo", rows, clerk(), answers=NOTED) for note in outcome.notes]

    assert noted == together == ["beyond_gift"]
