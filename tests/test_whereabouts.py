"""Whose names staff of a place are told: of those who live there, or whose group is at home there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay import whereabouts
from tests import acts as say
from tests.test_ledger import keep

if TYPE_CHECKING:
    from relay.graph import Graph


def test_people_are_in_a_place_who_live_in_it_or_inside_it_or_whose_group_does(graph: Graph) -> None:
    #   D (district)            W1 lives in D1; W2 in D; W3 in E; W4 in a group of D1; W5 nowhere
    #   └─ D1 (ward)      E
    keep(
        graph,
        say.programme(),
        *(say.place("D"), say.place("D1", parent_id="D"), say.place("E")),
        say.group("V1", place_id="D1"),
        *(say.woman("W1", place_id="D1"), say.woman("W2", place_id="D"), say.woman("W3", place_id="E")),
        *(say.woman("W4", group_id="V1"), say.woman("W5")),
    )

    def there(*place_ids: str) -> frozenset[str]:
        asked = ["W1", "W2", "W3", "W4", "W5", "W9"]
        return whereabouts.people_in(graph, "demo", frozenset(place_ids), asked)

    assert there("D") == {"W1", "W2", "W4"}
    assert there("D1") == {"W1", "W4"}
    assert there("D1", "E") == {"W1", "W3", "W4"}
    assert there("nowhere") == frozenset()
