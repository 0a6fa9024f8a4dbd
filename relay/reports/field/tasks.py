"""Tasks for visits: what the systems of a programme ask field staff to do when they visit a woman."""

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
    """One thing to do on a visit.

    Attributes:
        reason: Word for the reason, one of those of its system.
        beneficiary_id: Main id of the woman.
        placement_id: Id of the placement that it is about; None if it is about the woman herself.
        due_on: Day by which it is to be done; None if there is none.
    """

    reason: str
    beneficiary_id: str
    placement_id: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The kind of tasks that one system asks for.

    Attributes:
        reasons: Word → its text, in order of importance.
        find: Finds all tasks of a programme, given the database, its id and its survey.
        action: Action that a reader must be allowed to do to see these tasks; "" if all who see the visit list see
            them.
    """

    reasons: Mapping[str, Sentence]
    find: Callable[[Graph, str, Survey], Iterable[Task]]
    action: str = ""


def of_systems(catalogue: Catalogue, used: Collection[str] | None = None) -> Iterator[Tasks]:
    """The kinds of tasks of the systems in `used`, or of all systems."""
    for system in catalogue.systems.values():
        if used is None or system.name in used:
            part = system.part("tasks", "TASKS")
            if isinstance(part, Tasks):
                yield part


HELD_DAYS: Final = 14
"""Days after which a pending act becomes a task (our choice: a fortnight, in which an office meets once)."""

_HELD: Final = {"held": Sentence("something of hers is held: see what is held")}


def reasons(catalogue: Catalogue, used: Collection[str] | None = None) -> Mapping[str, Sentence]:
    """Word → its text, for the systems in `used` or for all, and for pending acts."""
    return {word: text for each in of_systems(catalogue, used) for word, text in each.reasons.items()} | _HELD


def tasks(graph: Graph, programme_id: str, survey: Survey, used: Collection[str]) -> tuple[Task, ...]:
    """All tasks for visits in a programme: those of each system in turn, then those for acts that are pending for long.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        survey: Survey of its relay on the day.
        used: Names of the systems that it uses.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return (*asked_by_systems(graph, programme_id, survey, used), *pending_for_long(graph, programme_id, survey))


def asked_by_systems(graph: Graph, programme_id: str, survey: Survey, used: Collection[str]) -> tuple[Task, ...]:
    """The tasks of the systems only, which depend on nothing but the ledger and the day."""
    asking = of_systems(graph.catalogue, used)
    return tuple(task for each in asking for task in each.find(graph, programme_id, survey))


def hidden(catalogue: Catalogue, used: Collection[str], may: Callable[[str], bool]) -> frozenset[str]:
    """The reasons of tasks that a reader may not see.

    Args:
        catalogue: Catalogue of the kinds of acts.
        used: Names of the systems in use.
        may: Whether the reader may do an action.
    """
    asking = (each for each in of_systems(catalogue, used) if each.action and not may(each.action))
    return frozenset(word for each in asking for word in each.reasons)


def seen(asked: Sequence[Task], hidden: Collection[str]) -> tuple[Task, ...]:
    """The tasks whose reason is not hidden."""
    return tuple(each for each in asked if each.reason not in hidden)


def pending_for_long(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    """A task for each act that has been pending for long and names a woman, with the day by which it was to be settled.

    Pending acts are not in the ledger, so this has to be asked each time.
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
