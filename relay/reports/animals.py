"""What is to be expected of the animals of each placement: a system that keeps what is seen of them says it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.domain.system import Catalogue
    from relay.graph import Graph

Basis = Literal["weaned", "born", "pregnant", "typical"]
"""What a ready day rests on: young that were weaned, or born; a pregnancy; or only the usual time since receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is to be expected of the animals of a placement, by what was known on a day.

    Attributes:
        placement_id: Id of the placement.
        beneficiary_id: Main id of its holder.
        help: Help that it received.
        ready_on: The day, about, from which on she can pass on; this and the next two are None where nothing can be
            said, and where nothing is owed any more.
        rests_on: "weaned", "born", "pregnant" or "typical".
        since_on: The day of what it rests on.
        due_on: Day by which all is to be passed on; None where nothing is owed any more.
        birth_on: When a birth is to be expected; None if that cannot be told.
        treatment_on: Day by which the next treatment is to be done; None if nobody said.
    """

    placement_id: str
    beneficiary_id: str
    help: str
    ready_on: date | None
    rests_on: Basis | None
    since_on: date | None
    due_on: date | None
    birth_on: date | None
    treatment_on: date | None


FindExpected = Callable[["Graph", str, "Survey"], Mapping[str, Expected]]
"""Finds what is to be expected in a programme, by placement id, given the database, its id and its survey."""


def finders(catalogue: Catalogue, used: Collection[str]) -> tuple[FindExpected, ...]:
    """The functions that find it: one for each system in use that says it."""
    parts: tuple[Any, ...] = tuple(
        system.part("questions", "EXPECTED") for name, system in catalogue.systems.items() if name in used
    )
    return tuple(cast("FindExpected", find) for find in parts if callable(find))


def expected(graph: Graph, programme_id: str, survey: Survey, used: Collection[str]) -> Mapping[str, Expected]:
    """Placement id → what is to be expected of its animals; empty if the programme uses no system that says it.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        survey: Survey of its whole relay on the day.
        used: Names of the systems that it uses.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return {
        id_: each for find in finders(graph.catalogue, used) for id_, each in find(graph, programme_id, survey).items()
    }
