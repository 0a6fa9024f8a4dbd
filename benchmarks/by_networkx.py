"""The same questions as `relay.arrays.lineage`, answered with networkx: one placement and one chain at a time.

Written for the made programmes of `tests.scenes.made`, whose one rule owes two goats within 24 months, with 90 days
of grace; so it knows no conditions, equivalents or sexes, and has less to do than Relay.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from relay.arrays.columns import NO_DAY, day_number, day_of
from relay.domain.model import DUE_SOON_DAYS, add_months, chain_state
from relay.domain.vocabulary import CHAIN_STATES, EVENT_KINDS, STATES
from tests.scenes.made import RULE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.arrays.tables import Snapshot

_LOSSES = ("death", "theft", "sale", "slaughter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: a list with one value a placement, and one value a chain; totals by word."""

    state: list[str]
    generation: list[int]
    reach: list[int]
    obstruction: list[int]
    chain_reach: list[int]
    chain_generations: list[int]
    chain_latest: list[int]
    chains: Mapping[str, int]
    states: Mapping[str, int]
    by_generation: Mapping[int, int]


def graph_of(snapshot: Snapshot) -> nx.DiGraph[int]:
    """A made programme as a graph: placements by row, with what happened to them; pass-ons as (day, units)."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    placements, passes, events = snapshot.placements, snapshot.passes, snapshot.events
    for row, (day, units) in enumerate(
        zip(placements.filled_day.tolist(), placements.filled_units.tolist(), strict=True)
    ):
        graph.add_node(row, filled=[(day, units)] if day != NO_DAY else [], events=[])
    for giver, receiver, day, units in zip(
        *(column.tolist() for column in (passes.giver, passes.receiver, passes.day, passes.units)), strict=True
    ):
        if graph.has_edge(giver, receiver):
            graph.edges[giver, receiver]["made"].append((day, units))
        else:
            graph.add_edge(giver, receiver, made=[(day, units)])
    for placement, kind, day, units, until in zip(
        *(column.tolist() for column in (events.placement, events.kind, events.day, events.units, events.until)),
        strict=True,
    ):
        graph.nodes[placement]["events"].append((day, EVENT_KINDS[kind], units, until))
    return graph


def health(graph: nx.DiGraph[int], today: int) -> Found:
    """Everything, on a day on which all of it had happened."""
    state = [_state(graph, placement, today) for placement in range(len(graph))]
    generation, obstruction = [-1] * len(graph), [-1] * len(graph)
    for placement in nx.topological_sort(graph):
        _descend(graph, placement, state, generation, obstruction)
    reach = [len(nx.descendants(graph, placement)) for placement in range(len(graph))]
    roots = [placement for placement, filled in graph.nodes(data="filled") if filled]
    found = [_chain(graph, root, state) for root in roots]
    counted, chains = Counter(state), Counter(each[3] for each in found)
    return Found(
        state=state,
        generation=generation,
        reach=reach,
        obstruction=obstruction,
        chain_reach=[each[0] for each in found],
        chain_generations=[each[1] for each in found],
        chain_latest=[each[2] for each in found],
        chains={"total": len(roots), **{word: chains[word] for word in CHAIN_STATES}},
        states={word: counted[word] for word in STATES},
        by_generation=Counter(generation),
    )


@cache
def _due(received: int) -> int:
    day = day_of(received)
    assert day  # noqa: S101 - a placement that is there was received
    return day_number(add_months(day, RULE.months))


def _state(graph: nx.DiGraph[int], placement: int, today: int) -> str:
    events = graph.nodes[placement]["events"]
    receipts = [
        *graph.nodes[placement]["filled"],
        *(each for _, _, made in graph.in_edges(placement, "made") for each in made),
    ]
    passed, handed = 0, [each for _, _, made in graph.out_edges(placement, "made") for each in made]
    for _, units in handed:
        passed += units
    if passed >= (RULE.owed or 0):
        return "fulfilled"
    if any(kind == "excused" for _, kind, _, _ in events):
        return "excused"
    due = max([_due(min(receipts)[0]), *(until for _, kind, _, until in events if kind == "extended")])
    lost = _lost_since(receipts, handed, events) if events else None
    if lost is not None and lost <= due + RULE.grace_days:
        return "lost"
    if today > due + RULE.grace_days:
        return "broken"
    if today > due:
        return "late"
    return "due" if due - today <= DUE_SOON_DAYS else "in_time"


def _lost_since(
    receipts: list[tuple[int, int]], handed: list[tuple[int, int]], events: list[tuple[int, str, int, int]]
) -> int | None:
    """`model.lost_since`, in numbers."""
    if not any(kind in _LOSSES or kind == "left" for _, kind, _, _ in events):
        return None
    happened = [(day, "received", units) for day, units in receipts] + [(day, "passed", units) for day, units in handed]
    happened = sorted([*happened, *((day, kind, units) for day, kind, units, _ in events)])
    kept, bred, left, since = 0, 0, False, None
    for nth, (day, kind, units) in enumerate(happened):
        kept += units if kind in ("received", "replacement") else -units if kind in _LOSSES else 0
        bred += units if kind == "birth" else -units if kind == "passed" else 0
        left = left or kind == "left"
        if nth + 1 == len(happened) or happened[nth + 1][0] != day:
            since = (day if since is None else since) if left or kept + max(bred, 0) <= 0 else None
    return since


def _descend(
    graph: nx.DiGraph[int], placement: int, state: list[str], generation: list[int], obstruction: list[int]
) -> None:
    givers = graph.pred[placement]
    firsts = [
        obstruction[giver] if obstruction[giver] >= 0 else giver
        for giver in givers
        if obstruction[giver] >= 0 or state[giver] in ("lost", "broken")
    ]
    obstruction[placement] = min(firsts, default=-1)
    original = bool(graph.nodes[placement]["filled"])
    generation[placement] = 0 if original else min(generation[giver] for giver in givers) + 1


def _chain(graph: nx.DiGraph[int], root: int, state: list[str]) -> tuple[int, int, int, str]:
    """Reach, generations, latest pass-on and state of a chain."""
    distance = nx.single_source_shortest_path_length(graph, root)
    latest = max(
        (day for giver in distance for made in graph.succ[giver].values() for day, _ in made["made"]), default=NO_DAY
    )
    states: Any = (state[placement] for placement in distance)
    return len(distance) - 1, max(distance.values()), latest, chain_state(states)


def same(found: Found, survey: Any, told: Any) -> None:  # noqa: ANN401 - a Survey and its Health
    """Refuse to go on where Relay finds anything else.

    Raises:
        AssertionError: Something differs.
    """
    chains = survey.chains
    pairs = {
        "state": ([STATES.index(word) for word in found.state], survey.standings.state),
        "generation": (found.generation, survey.generation),
        "reach": (found.reach, survey.reach),
        "obstruction": (found.obstruction, survey.obstruction),
        "reach of chains": (found.chain_reach, chains.reach),
        "generations of chains": (found.chain_generations, chains.generations),
        "latest of chains": (found.chain_latest, chains.latest_day),
    }
    for what, (mine, its) in pairs.items():
        if not np.array_equal(mine, its):
            raise AssertionError(what)
    by_generation = {each.generation: each.placements for each in told.by_generation}
    if (found.chains, found.states, dict(found.by_generation)) != (told.chains, told.states, by_generation):
        raise AssertionError
