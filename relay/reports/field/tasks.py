"""What else there is to see to at a woman's: what the systems of a programme ask of whoever visits her."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from relay.arrays.columns import NONE
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.domain.system import Catalogue
    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to see to.

    Attributes:
        reason: Why, one of the words that its system gives.
        beneficiary_id: With whom, by her main id.
        placement_id: The placement that it is about; None when it is about herself.
        due_on: By when; None when no day is set.
    """

    reason: str
    beneficiary_id: str
    placement_id: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """What a system asks of whoever visits.

    Attributes:
        reasons: Word → as people read it, in the order of their rank.
        find: All tasks of a programme, beside its relay on a day.
        action: Who may do this is told of them; empty for all who see the visit list.
    """

    reasons: Mapping[str, Sentence]
    find: Callable[[Graph, str, Survey], Iterable[Task]]
    action: str = ""


def of_systems(catalogue: Catalogue, used: Collection[str] | None = None) -> Iterator[Tasks]:
    """What the systems ask, those that a programme uses, or all."""
    for system in catalogue.systems.values():
        if used is None or system.name in used:
            found = system.part("tasks", "TASKS")
            if isinstance(found, Tasks):
                yield found


HELD_DAYS: Final = 14
"""What is held so long is told to whoever visits (our choice: a fortnight, in which an office meets once)."""

_HELD: Final = {"held": Sentence("something of hers is held: see what is held")}


def reasons(catalogue: Catalogue, used: Collection[str] | None = None) -> Mapping[str, Sentence]:
    """Word → as people read it, of the systems that a programme uses, or of all; and of what is held."""
    return {word: said for each in of_systems(catalogue, used) for word, said in each.reasons.items()} | _HELD


def tasks(graph: Graph, programme_id: str, survey: Survey, used: Collection[str]) -> tuple[Task, ...]:
    """All that the systems of a programme ask of whoever visits, system by system, then what is held for long.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        survey: Survey of its relay on the day.
        used: The systems that it uses.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return (*asked_by_systems(graph, programme_id, survey, used), *held_for_long(graph, programme_id, survey))


def asked_by_systems(graph: Graph, programme_id: str, survey: Survey, used: Collection[str]) -> tuple[Task, ...]:
    """The first part of the same, which depends on nothing but the ledger and the day."""
    asking = of_systems(graph.catalogue, used)
    return tuple(task for each in asking for task in each.find(graph, programme_id, survey))


def hidden(catalogue: Catalogue, used: Collection[str], may: Callable[[str], bool]) -> frozenset[str]:
    """The reasons of which a reader is not told, of the systems that a programme uses, by what the reader may do."""
    asking = (each for each in of_systems(catalogue, used) if each.action and not may(each.action))
    return frozenset(word for each in asking for word in each.reasons)


def seen(asked: Sequence[Task], hidden: Collection[str]) -> tuple[Task, ...]:
    """Those tasks of which a reader is told."""
    return tuple(each for each in asked if each.reason not in hidden)


def held_for_long(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    """An task for each thing held for long that names a woman, by the day by which it was to be settled.

    What is held, and settled, stands in no entry of the ledger: this is to be asked each time.
    """
    from relay.ledger.held import held_list  # noqa: PLC0415 - only visits ask for it, and every question would pay for it

    snapshot = survey.snapshot
    for row in held_list.every(graph, programme_id):
        due_on = date.fromisoformat(row.received_at[:10]) + timedelta(days=HELD_DAYS)
        if due_on >= survey.as_of:
            continue
        for kind, _, id_ in (name.partition(":") for name in row.names):
            placement = snapshot.placements.ids.row(id_) if kind == "placement" else None
            holder = snapshot.beneficiaries.ids.row(id_) if kind == "beneficiary" else None
            if placement is not None:
                holder = int(snapshot.placements.beneficiary[placement])
            if holder is not None and holder != NONE:
                yield Task(reason="held", beneficiary_id=snapshot.beneficiaries.ids[holder], due_on=due_on)
                break
