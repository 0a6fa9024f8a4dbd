"""Relay trees: what descends from a gift or a placement, how far it travelled, and where it broke.

The relay is a directed acyclic graph, mostly a branching. Nothing here assumes a tree, and no depth is capped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from relay import ledger
from relay.errors import NotFound
from relay.graph import Graph
from relay.model import STATES, PassOn, Standing, chain_state, shown, standing
from relay.register import Register


class NotInRelay(NotFound):
    """Neither a gift nor a placement has this id on that day."""

    def __init__(self, id_: str, as_of: date) -> None:
        """Name the id and the day."""
        super().__init__(
            f"There is no gift or placement {id_} on {as_of}.", f"Look for it: relay find {id_.rpartition(':')[2]}"
        )


class TwoOfThatId(NotFound):
    """A gift and a placement share the id."""

    def __init__(self, id_: str) -> None:
        """Say how to tell them apart."""
        super().__init__(f"Both a gift and a placement are called {id_}.", f"Write gift:{id_} or placement:{id_}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPassed:
    """Units of one help as handed over, unconverted."""

    help: str
    units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPoint:
    """A lost or broken placement.

    Attributes:
        placement_id: Which.
        state: "lost" or "broken".
        since_on: The first day of it.
        cause: "overdue", or the event that ended it.
        generation: Least number of pass-ons from any original placement.
        still_owed: Units not passed on.
        reach: Placements that descend from it.
    """

    placement_id: str
    state: str
    since_on: date
    cause: str
    generation: int
    still_owed: float
    reach: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How far a gift or placement travelled.

    Attributes:
        id: "gift:ID" or "placement:ID".
        reach: Distinct placements that descend from it; itself never counted.
        generations: The last index of `by_generation`.
        by_generation: Placements by least distance from what was asked for.
        passed: By help, what it and its descendants handed over.
        latest_passed_on: The latest of these pass-ons, or None.
        states: State → placements, those asked for included.
        chain_state: Of all these placements together.
        goal_reached: Whether the programme's goal of generations was reached; None without a goal.
        break_points: By placement id.
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
    """A placement in a relay tree; units are of its own help."""

    placement_id: str
    beneficiary_id: str
    help: str
    generation: int
    state: str
    received_on: date
    due_on: date
    owed: float
    passed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEdge:
    """A pass-on in a relay tree."""

    pass_id: str
    giver_placement_id: str
    receiver_placement_id: str
    passed_on: date
    animals: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What descends from a gift or placement, itself included: nodes by placement id, edges by pass id."""

    nodes: tuple[TreeNode, ...]
    edges: tuple[TreeEdge, ...]


class Relay:
    """A programme's relay as it stood on a day.

    Attributes:
        register: The programme's register.
        as_of: The day.
        standings: placement id → how it stood; only placements that had received by then.
    """

    def __init__(self, register: Register, as_of: date, *, confirmed_only: bool = False) -> None:
        """Judge every placement on the day."""
        self.register = register
        self.as_of = as_of
        self.confirmed_only = confirmed_only
        self.standings: dict[str, Standing] = {
            placement_id: stood
            for placement_id, placement in register.placements.items()
            if (stood := standing(placement, register.rules, as_of, confirmed_only=confirmed_only))
        }
        self.generations = self._distances(
            placement_id for placement_id in self.standings if register.placements[placement_id].gift_id is not None
        )

    def asked(self, id_: str) -> tuple[str, tuple[str, ...]]:
        """What an id asks for: its full id, and its placements by id.

        Raises:
            NotInRelay: There is none on that day.
            TwoOfThatId: The bare id is both a gift's and a placement's.
        """
        kind, _, bare = id_.rpartition(":")
        gift = kind in ("", "gift") and f"gift:{bare}" in self.register.facts
        placement = kind in ("", "placement") and bare in self.standings
        if gift and placement:
            raise TwoOfThatId(bare)
        if gift and self.register.facts[f"gift:{bare}"].values["given_on"] <= self.as_of.isoformat():
            filled = (key for key in self.standings if self.register.placements[key].gift_id == bare)
            return f"gift:{bare}", tuple(sorted(filled))
        if placement:
            return f"placement:{bare}", (bare,)
        raise NotInRelay(id_, self.as_of)

    def passes(self, placement_id: str) -> Iterator[PassOn]:
        """What a placement had passed on by the day."""
        for pass_on in self.register.placements[placement_id].passes:
            if pass_on.passed_on <= self.as_of and (pass_on.confirmed or not self.confirmed_only):
                yield pass_on

    def _distances(self, roots: Iterable[str]) -> dict[str, int]:
        """The least number of pass-ons from any of the roots to each placement below them."""
        distances = dict.fromkeys(roots, 0)
        frontier, distance = list(distances), 0
        while frontier:
            distance += 1
            below = {pass_on.receiver_id for key in frontier for pass_on in self.passes(key)}
            frontier = sorted(below - distances.keys())
            distances.update(dict.fromkeys(frontier, distance))
        return distances

    def trace(self, id_: str) -> Trace:
        """How far a gift or placement had travelled.

        Raises:
            NotInRelay: There is none on that day.
            TwoOfThatId: The bare id is both a gift's and a placement's.
        """
        full_id, roots = self.asked(id_)
        distances = self._distances(roots)
        by_distance = Counter(distances.values())
        generations = max(by_distance, default=0)
        passes = [pass_on for key in distances for pass_on in self.passes(key)]
        handed_over = Counter[str]()
        for pass_on in passes:
            handed_over[pass_on.help] += pass_on.units
        states = Counter(self.standings[key].state for key in distances)
        goal = self.register.facts[f"programme:{self.register.programme_id}"].values.get("goal_generations")
        return Trace(
            id=full_id,
            reach=len(distances) - len(roots),
            generations=generations,
            by_generation=tuple(by_distance[distance] for distance in range(generations + 1)) if distances else (),
            passed=tuple(HelpPassed(help=help_, units=shown(units)) for help_, units in sorted(handed_over.items())),
            latest_passed_on=max((pass_on.passed_on for pass_on in passes), default=None),
            states={state: states[state] for state in STATES},
            chain_state=chain_state(states.elements()),
            goal_reached=None if goal is None else generations >= goal,
            break_points=tuple(self._break_points(sorted(distances))),
        )

    def _break_points(self, placement_ids: Iterable[str]) -> Iterator[BreakPoint]:
        for placement_id in placement_ids:
            stood = self.standings[placement_id]
            if stood.since_on and stood.cause:
                yield BreakPoint(
                    placement_id=placement_id,
                    state=stood.state,
                    since_on=stood.since_on,
                    cause=stood.cause,
                    generation=self.generations.get(placement_id, 0),
                    still_owed=shown(stood.still_owed),
                    reach=len(self._distances([placement_id])) - 1,
                )

    def tree(self, id_: str) -> Tree:
        """The relay tree below a gift or placement.

        Raises:
            NotInRelay: There is none on that day.
            TwoOfThatId: The bare id is both a gift's and a placement's.
        """
        _, roots = self.asked(id_)
        below = sorted(self._distances(roots))
        return Tree(
            nodes=tuple(self._node(placement_id) for placement_id in below),
            edges=tuple(sorted(self._edges(below), key=lambda edge: edge.pass_id)),
        )

    def _node(self, placement_id: str) -> TreeNode:
        placement, stood = self.register.placements[placement_id], self.standings[placement_id]
        return TreeNode(
            placement_id=placement_id,
            beneficiary_id=placement.beneficiary_id,
            help=placement.help,
            generation=self.generations.get(placement_id, 0),
            state=stood.state,
            received_on=stood.received_on,
            due_on=stood.due_on,
            owed=shown(stood.owed),
            passed=shown(stood.passed),
        )

    def _edges(self, placement_ids: Iterable[str]) -> Iterator[TreeEdge]:
        for placement_id in placement_ids:
            for pass_on in self.passes(placement_id):
                yield TreeEdge(
                    pass_id=pass_on.pass_id,
                    giver_placement_id=placement_id,
                    receiver_placement_id=pass_on.receiver_id,
                    passed_on=pass_on.passed_on,
                    animals=shown(pass_on.units),
                )


def relay(graph: Graph, programme_id: str, as_of: date, *, confirmed_only: bool = False, last: int | None = None) -> Relay:
    """A programme's relay as it stood on a day, as known now or when the ledger ended with entry `last`.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    register = ledger.replay(programme_id, ledger.entries(graph, programme_id, last=last))
    return Relay(register, as_of, confirmed_only=confirmed_only)
