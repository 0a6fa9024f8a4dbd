"""What else there is to see to at a woman's: what the systems of a programme ask of whoever visits her."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.text import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One thing to see to.

    Attributes:
        reason: Why, one of the words that its system gives.
        beneficiary_id: With whom, by the id under which she is kept.
        placement_id: The placement that it is about; None when it is about herself.
        due_on: By when; None when no day is set.
    """

    reason: str
    beneficiary_id: str
    placement_id: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """What a system asks of whoever visits.

    Attributes:
        reasons: Word → as people read it, in the order of their rank.
        find: All errands of a programme, beside its relay on a day.
    """

    reasons: Mapping[str, Sentence]
    find: Callable[[Graph, str, Survey], Iterable[Errand]]


def of_systems(catalogue: Catalogue, used: Collection[str] | None = None) -> Iterator[Errands]:
    """What the systems ask, those that a programme uses, or all."""
    for system in catalogue.systems.values():
        if used is None or system.name in used:
            found = system.errands()
            if isinstance(found, Errands):
                yield found


def reasons(catalogue: Catalogue, used: Collection[str] | None = None) -> Mapping[str, Sentence]:
    """Word → as people read it, of the systems that a programme uses, or of all."""
    return {word: said for each in of_systems(catalogue, used) for word, said in each.reasons.items()}


def errands(graph: Graph, programme_id: str, survey: Survey, used: Collection[str]) -> tuple[Errand, ...]:
    """All that the systems of a programme ask of whoever visits, system by system; empty where none asks anything.

    Args:
        graph: Where.
        programme_id: Of the programme.
        survey: Its relay on the day.
        used: The systems that it uses.

    Raises:
        Unavailable: The database cannot be reached.
    """
    asking = of_systems(graph.catalogue, used)
    return tuple(errand for each in asking for errand in each.find(graph, programme_id, survey))
