"""What one entry of the ledger changed, and what was said of it since, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.errors import NotFound
from relay.ledger.entry_diff import Changed, about, changed
from relay.ledger.reading import NO_ENTRY
from relay.ledger.recording import record
from tests.scenes.acts import beginnings, clerk, confirmed, corrected, erased, passed, placed, taken_back

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph

# P1 > P2: T1 is entry 12; 13 corrects its number, 14 its day, 15 takes 14 back, 16 confirms T1, 17 takes T1 back
STORY: tuple[Act, ...] = (
    *beginnings(),
    placed("P1 on 2020-03-01"),
    passed("T1: P1 > P2 on 2021-03-01", witness="Maya"),
    corrected("pass:T1", "C1", animals=1),
    corrected("pass:T1", "C2", passed_on="2021-04-01"),
    taken_back("correct:C2", "C3"),
    confirmed("pass:T1"),
    taken_back("pass:T1", "C4"),
    erased("beneficiary:W2"),
)


@pytest.fixture
def told(graph: Graph) -> Graph:
    """Give a graph in which the story is recorded."""
    for number, act in enumerate(STORY):
        (outcome,) = record(
            graph, "demo", [act], clerk("local:asha" if act.kind != "confirm" else "local:maya", seed=number)
        )
        assert outcome.error is None
    return graph


def fields(found: Changed) -> dict[str, tuple[object, object]]:
    return {field.name: (field.before, field.after) for field in found.fields}


def test_each_entry_says_what_stood_before_and_after_it(told: Graph) -> None:
    new, number, day, back, confirmation, away = (changed(told, "demo", sequence) for sequence in range(12, 18))

    assert new.entry.act_id == "pass:T1"
    assert (new.existed, new.exists) == (False, True)
    assert fields(new)["animals"] == (None, 2)
    assert fields(number) == {"animals": (2, 1)}
    assert fields(day) == {"passed_on": ("2021-03-01", "2021-04-01")}
    assert fields(back) == {"passed_on": ("2021-04-01", "2021-03-01")}  # the number stays corrected
    assert fields(confirmation) == {}
    assert (away.existed, away.exists) == (True, False)
    assert fields(away)["animals"] == (1, None)
    assert {found.subject_id for found in (number, day, back, confirmation, away)} == {"pass:T1"}


def test_an_entry_names_all_that_was_said_of_it_since_and_of_that(told: Graph) -> None:
    first, day = changed(told, "demo", 12), changed(told, "demo", 14)

    assert [entry.sequence for entry in first.later] == [13, 14, 15, 16, 17]
    assert first.taken_back_by == "correct:C4"
    assert [entry.sequence for entry in day.later] == [15]
    assert day.taken_back_by == "correct:C3"
    assert changed(told, "demo", 11).taken_back_by is None


def test_what_an_erasure_took_away_is_named_and_shown_nowhere(told: Graph) -> None:
    erasure, woman = changed(told, "demo", 18), changed(told, "demo", 6)

    assert {field.name for field in erasure.fields} == {"name", "household_id"}
    assert all(field.withheld and field.personal and field.after is None for field in erasure.fields)
    assert woman.entry.act_id == "beneficiary:W2"
    assert "Name of W2" not in repr(woman)
    assert fields(woman) == {"beneficiary_id": (None, "W2"), "name": (None, None), "household_id": (None, None)}


def test_an_entry_says_about_which_act_it_speaks(told: Graph) -> None:
    assert about(changed(told, "demo", 15).entry) == "correct:C2"
    assert about(changed(told, "demo", 18).entry) == "beneficiary:W2"
    assert about(changed(told, "demo", 12).entry) is None


@pytest.mark.parametrize("sequence", [0, 19])
def test_an_entry_that_is_not_there_is_not_found(told: Graph, sequence: int) -> None:
    with pytest.raises(NotFound, check=NO_ENTRY.matches, match=f"no entry {sequence} "):
        changed(told, "demo", sequence)
