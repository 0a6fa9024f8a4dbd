"""Relay trees: what descends from a gift or a placement, how far it travelled, and where it broke.

The relay is a directed acyclic graph in which most placements have one giver. Nothing here assumes a tree, and no depth
is capped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from relay.arrays import lineage
from relay.arrays.columns import NONE, Rows, Units, day_of, days_of
from relay.arrays.placement_states import CAUSES
from relay.domain.model import Quantity, shown
from relay.domain.vocabulary import CHAIN_STATES, STATES
from relay.errors import Failure, NotFound, refused

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.domain.system import Catalogue
    from relay.graph import Graph


class NotInRelay(NotFound):
    """No gift or placement had this id on that day."""

    reason = "There is no gift or placement %(id)s on %(as_of)s."
    advice = "Check the id, or search by name"
    command = "relay find NAME"

    id: str
    as_of: date


TWO_OF_THAT_ID: Final = Failure(
    NotFound,
    "two_of_that_id",
    "Both a gift and a placement have the id %(id)s.",
    advice="Write gift:%(id)s or placement:%(id)s.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPassed:
    """Units of one help as handed over, without conversion."""

    help: str
    units: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPoint:
    """A lost or broken placement.

    Attributes:
        placement_id: Id of the placement.
        state: "lost" or "broken".
        since_on: Day since which it is lost or broken.
        cause: "overdue", or the event that ended it.
        generation: Least number of pass-ons from any original placement; None if it descends from none that counts.
        still_owed: Units owed and not passed on.
        reach: Number of placements that descend from it.
    """

    placement_id: str
    state: str
    since_on: date
    cause: str
    generation: int | None
    still_owed: Quantity
    reach: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How far a gift or placement travelled.

    Attributes:
        id: "gift:ID" or "placement:ID".
        reach: Number of distinct placements that descend from it; itself never counted.
        generations: The greatest generation below it: the last index of `by_generation`.
        by_generation: Number of placements by least distance from it.
        passed: Units by help that it and its descendants handed over.
        latest_passed_on: Day of the latest of these pass-ons, or None.
        states: State → number of placements, the roots included.
        chain_state: State of all these placements together.
        goal_reached: Whether the programme's goal of generations was reached; None without a goal.
        break_points: Lost and broken placements among these, by placement id.
    """

    id: str
    reach: int
    generations: int
    by_generation: tuple[int, ...]
    passed: tuple[HelpPassed, ...]
    latest_passed_on: date | None
    states: Mapping[str, int]
    chain_state: str
    goal_reached: bool | None
    break_points: tuple[BreakPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A placement in a relay tree; units are of its own help.

    The generation is None if it descends from no original placement, for example through unconfirmed pass-ons only.
    """

    placement_id: str
    beneficiary_id: str
    help: str
    generation: int | None
    state: str
    received_on: date
    due_on: date
    owed: Quantity
    passed: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEdge:
    """A pass-on in a relay tree."""

    pass_id: str
    giver_placement_id: str
    receiver_placement_id: str
    passed_on: date
    animals: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePlan:
    """An open plan for a hand-over: who is to receive next.

    Attributes:
        plan_id: Id of the act that planned it.
        giver_placement_id: Placement that is to pass on; None if a gift is to be placed.
        gift_id: Gift that is to be placed; None if a placement is to pass on.
        beneficiary_id: Id of the woman who is to receive.
        help: Help that she is to receive.
        chosen_on: Day on which she was chosen.
        expected_on: Day on which she is to receive; None if none was given.
    """

    plan_id: str
    giver_placement_id: str | None
    gift_id: str | None
    beneficiary_id: str
    help: str
    chosen_on: date
    expected_on: date | None


FindPlans = Callable[["Graph", str, "Survey"], Iterable[TreePlan]]
"""Finds the open plans of a programme, given the database, its id and its survey; a system may add one to trees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedHelp:
    """What a placement received at one time.

    Attributes:
        giver: "gift:ID", or "placement:ID" of the placement that passed it on.
        received_on: Day of the hand-over.
        help: Help as handed over.
        units: Units of that help, without conversion.
    """

    giver: str
    received_on: date
    help: str
    units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenHelp:
    """What a gift is.

    Attributes:
        help: Help that was given.
        units: Units given; where that was not recorded, the units of its first placements; None if there are none.
        given_on: Day on which it was given; None if that is not known.
    """

    help: str
    units: Quantity | None
    given_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What descends from a gift or placement, itself included; nodes, edges and plans are each sorted by id."""

    nodes: tuple[TreeNode, ...]
    edges: tuple[TreeEdge, ...]
    plans: tuple[TreePlan, ...] = ()


def roots_of(survey: Survey, id_: str) -> tuple[str, tuple[int, ...]]:
    """The full id and the rows of the placements that an id stands for.

    Raises:
        NotInRelay: Nothing had this id on that day.
        NotFound: The bare id belongs to both a gift and a placement.
    """
    snapshot = survey.snapshot
    kind, _, bare = id_.rpartition(":")
    gift = snapshot.gifts.ids.row(bare) if kind in ("", "gift") else None
    if gift is not None and not survey.given[gift]:
        gift = None
    placement = snapshot.placements.ids.row(bare) if kind in ("", "placement") else None
    if placement is not None and not survey.standings.there[placement]:
        placement = None
    if gift is not None and placement is not None:
        raise refused(TWO_OF_THAT_ID, id=bare)
    if gift is not None:
        filled = np.flatnonzero(survey.original & (snapshot.placements.gift == gift))
        return f"gift:{bare}", tuple(filled.tolist())
    if placement is not None:
        return f"placement:{bare}", (placement,)
    raise NotInRelay(id=id_, as_of=survey.as_of)


def given(survey: Survey, gift_id: str) -> GivenHelp:
    """What a gift is.

    Raises:
        NotInRelay: There was no such gift on that day.
    """
    _, first = roots_of(survey, f"gift:{gift_id}")
    snapshot, gifts = survey.snapshot, survey.snapshot.gifts
    row = cast("int", gifts.ids.row(gift_id))
    units = max(int(gifts.units[row]), 0) or int(snapshot.placements.filled_units[np.array(first, np.int32)].sum())
    return GivenHelp(
        help=snapshot.helps[gifts.help[row]], units=shown(units) if units else None, given_on=day_of(gifts.day[row])
    )


def trace(survey: Survey, id_: str) -> Trace:
    """How far a gift or placement had travelled.

    Raises:
        NotInRelay: Nothing had this id on that day.
        NotFound: The bare id belongs to both a gift and a placement.
    """
    full_id, roots = roots_of(survey, id_)
    snapshot, below = survey.snapshot, lineage.below(survey, roots)
    states = np.bincount(survey.standings.state[below.row], minlength=len(STATES))
    by_generation = tuple(np.bincount(below.distance).tolist())
    generations = max(len(by_generation) - 1, 0)
    goal = snapshot.goal_generations
    return Trace(
        id=full_id,
        reach=len(below.row) - len(roots),
        generations=generations,
        by_generation=by_generation,
        passed=_handed_over(survey, below.passes),
        latest_passed_on=day_of(snapshot.passes.day[below.passes].max()) if len(below.passes) else None,
        states=dict(zip(STATES, states.tolist(), strict=True)),
        chain_state=CHAIN_STATES[lineage.chain_states(states[np.newaxis])[0]],
        goal_reached=None if goal is None else generations >= goal,
        break_points=_break_points(survey, below.row),
    )


def _handed_over(survey: Survey, passes: Rows) -> tuple[HelpPassed, ...]:
    columns, helps = survey.snapshot.passes, survey.snapshot.helps
    units = np.zeros(len(helps), np.int64)
    np.add.at(units, columns.help[passes], columns.units[passes])
    handed_over = sorted({helps[code] for code in columns.help[passes].tolist()})
    return tuple(HelpPassed(help=help_, units=shown(int(units[helps.index(help_)]))) for help_ in handed_over)


def _break_points(survey: Survey, rows: Rows) -> tuple[BreakPoint, ...]:
    stood = survey.standings
    ids = survey.snapshot.placements.ids
    points = [
        BreakPoint(
            placement_id=ids[row],
            state=STATES[stood.state[row]],
            since_on=since_on,
            cause=CAUSES[stood.cause[row]],
            generation=None if survey.generation[row] == NONE else int(survey.generation[row]),
            still_owed=shown(max(int(stood.owed[row] - stood.passed[row]), 0)),
            reach=int(survey.reach[row]),
        )
        for row in rows[stood.stuck[rows]].tolist()
        if (since_on := day_of(stood.since_day[row]))
    ]
    return tuple(sorted(points, key=lambda point: point.placement_id))


def tree(survey: Survey, id_: str, plans: Iterable[TreePlan] = ()) -> Tree:
    """The relay tree below a gift or placement, with the plans that belong to it.

    Raises:
        NotInRelay: Nothing had this id on that day.
        NotFound: The bare id belongs to both a gift and a placement.
    """
    full_id, roots = roots_of(survey, id_)
    below = lineage.below(survey, roots)
    nodes = tuple(sorted(_nodes(survey, below.row), key=lambda node: node.placement_id))
    givers = {full_id, *(f"placement:{node.placement_id}" for node in nodes)}
    return Tree(
        nodes=nodes,
        edges=tuple(sorted(_edges(survey, below.passes), key=lambda edge: edge.pass_id)),
        plans=tuple(
            plan
            for plan in sorted(plans, key=lambda plan: plan.plan_id)
            if not givers.isdisjoint((f"placement:{plan.giver_placement_id}", f"gift:{plan.gift_id}"))
        ),
    )


def _nodes(survey: Survey, rows: Rows) -> Iterator[TreeNode]:
    snapshot, stood = survey.snapshot, survey.standings
    placements, states, generation = snapshot.placements, stood.state[rows].tolist(), survey.generation[rows]
    columns = zip(
        placements.ids.some(rows),
        snapshot.beneficiaries.ids.some(placements.beneficiary[rows]),
        placements.help[rows].tolist(),
        generation.tolist(),
        states,
        days_of(stood.received_day[rows]),
        days_of(stood.due_day[rows]),
        _as_numbers(stood.owed[rows]),
        _as_numbers(stood.passed[rows]),
        strict=True,
    )
    for placement_id, beneficiary_id, help_, away, state, received_on, due_on, owed, passed in columns:
        yield TreeNode(
            placement_id=placement_id,
            beneficiary_id=beneficiary_id,
            help=snapshot.helps[help_],
            generation=None if away == NONE else away,
            state=STATES[state],
            received_on=received_on,
            due_on=due_on,
            owed=owed,
            passed=passed,
        )


def _edges(survey: Survey, rows: Rows) -> Iterator[TreeEdge]:
    passes, ids = survey.snapshot.passes, survey.snapshot.placements.ids
    columns = zip(
        passes.ids.some(rows),
        ids.some(passes.giver[rows]),
        ids.some(passes.receiver[rows]),
        days_of(passes.day[rows]),
        _as_numbers(passes.units[rows]),
        strict=True,
    )
    for pass_id, giver_placement_id, receiver_placement_id, passed_on, animals in columns:
        yield TreeEdge(
            pass_id=pass_id,
            giver_placement_id=giver_placement_id,
            receiver_placement_id=receiver_placement_id,
            passed_on=passed_on,
            animals=animals,
        )


def receipts(survey: Survey, placement_ids: Iterable[str]) -> Mapping[str, Sequence[ReceivedHelp]]:
    """Placement id → what it had received: from its gift, then from givers by day, even those outside a tree."""
    snapshot = survey.snapshot
    placements, passes, ids = snapshot.placements, snapshot.passes, snapshot.placements.ids
    rows = np.array([row for row in ids.rows(list(placement_ids)) if row is not None], np.int32)
    filled = rows[survey.original[rows] & (placements.gift[rows] != NONE)]
    passed = snapshot.received.about(rows)
    passed = passed[survey.live[passed]]
    gifts = [f"gift:{id_}" for id_ in snapshot.gifts.ids.some(placements.gift[filled])]
    givers = [f"placement:{id_}" for id_ in ids.some(passes.giver[passed])]
    columns = zip(
        ids.some(filled) + ids.some(passes.receiver[passed]),
        gifts + givers,
        days_of(np.concatenate((placements.filled_day[filled], passes.day[passed]))),
        np.concatenate((placements.help[filled], passes.help[passed])).tolist(),
        _as_numbers(np.concatenate((placements.filled_units[filled], passes.units[passed]))),
        strict=True,
    )
    received: dict[str, list[ReceivedHelp]] = {}
    for placement_id, giver, day, help_, units in columns:
        receipt = ReceivedHelp(giver=giver, received_on=day, help=snapshot.helps[help_], units=units)
        received.setdefault(placement_id, []).append(receipt)
    return received


def _as_numbers(units: Units) -> list[float]:
    """Thousandths as numbers for people; each different value is converted once."""
    each = units.tolist()
    words = {number: shown(number) for number in set(each)}
    return [words[number] for number in each]


def finders(catalogue: Catalogue, used: Collection[str]) -> tuple[FindPlans, ...]:
    """The functions that find the plans of a programme: one for each system in use that plans."""
    parts = (system.part("questions", "PLANS") for name, system in catalogue.systems.items() if name in used)
    return tuple(cast("FindPlans", find) for find in parts if callable(find))


def plans(graph: Graph, programme_id: str, survey: Survey, used: Collection[str]) -> tuple[TreePlan, ...]:
    """The open plans of a programme; empty if it uses no system that plans.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        survey: Survey of its whole relay on the day, including unconfirmed pass-ons.
        used: Names of the systems that it uses.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(plan for find in finders(graph.catalogue, used) for plan in find(graph, programme_id, survey))
