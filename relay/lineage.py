"""Where every placement stands in the relay on a day: generation, reach, what obstructs it, and how each chain does.

One exact pass over the whole programme. Adding up the reach of the receivers counts a placement twice where two
chains meet, so the relay is cut above every original placement and every placement with two or more givers. What
is left are trees, *pieces*, and a piece can only be entered at its top. The reach of a placement is then the size of
the tree below it inside its piece, and the sizes of all other pieces whose top it reaches; those are found by walking
up from each top. The same holds for states and latest days; the number in each generation shifts by the distance to
the top.

The loops are written once. For large programmes they are compiled by numba where it is installed (`relay[fast]`);
otherwise, and for small ones, Python runs them as they are. Nothing recurses, and no depth is capped.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from relay.model import CHAIN_STATES, STATES
from relay.snapshot import NO_DAY, NONE, Codes, Days, Flags, Rows, Sheaves, Snapshot
from relay.states import BROKEN, EXCUSED, FULFILLED, LOST, Standings, standings

if TYPE_CHECKING:
    import networkx

COMPILE_FROM: Final = 50_000
"""Placements from which compiled loops are worth waiting for (our choice: loading numba takes some 0.5 s, and plain
Python as long for this many)."""

# -- the loops ------------------------------------------------------------------------------------------------------
#
# Each runs on arrays when compiled and on memory views of the same arrays when plain; it indexes, adds and compares,
# nothing else. `start` and `order` are a `Sheaves`: the pass-ons received by, or given by, each placement.


def _sort(  # noqa: PLR0913 - columns
    giver: Any, receiver: Any, live: Any, start: Any, order: Any, waiting: Any, sorted_: Any  # noqa: ANN401
) -> int:
    """Sort placements so that every giver comes before its receivers; cycles and what is below them are left out."""
    for row in range(len(giver)):
        if live[row]:
            waiting[receiver[row]] += 1
    found = 0
    for placement in range(len(waiting)):
        if waiting[placement] == 0:
            sorted_[found] = placement
            found += 1
    done = 0
    while done < found:
        placement = sorted_[done]
        done += 1
        for at in range(start[placement], start[placement + 1]):
            row = order[at]
            if live[row]:
                below = receiver[row]
                waiting[below] -= 1
                if waiting[below] == 0:
                    sorted_[found] = below
                    found += 1
    return found


def _descend(  # noqa: PLR0913, C901 - columns
    sorted_: Any,  # noqa: ANN401
    giver: Any,  # noqa: ANN401
    live: Any,  # noqa: ANN401
    start: Any,  # noqa: ANN401
    order: Any,  # noqa: ANN401
    original: Any,  # noqa: ANN401
    stuck: Any,  # noqa: ANN401
    generation: Any,  # noqa: ANN401
    obstruction: Any,  # noqa: ANN401
    top: Any,  # noqa: ANN401
    depth: Any,  # noqa: ANN401
    above: Any,  # noqa: ANN401
) -> None:
    """From givers to receivers: generation, first obstruction above, and the piece each placement belongs to."""
    for at in range(len(sorted_)):
        placement = sorted_[at]
        least, obstructed, only, givers = -1, -1, -1, 0
        for nth in range(start[placement], start[placement + 1]):
            row = order[nth]
            if not live[row]:
                continue
            who = giver[row]
            if who != only:
                givers += 1
                only = who
            if generation[who] >= 0 and (least < 0 or generation[who] + 1 < least):
                least = generation[who] + 1
            first = obstruction[who]
            if first < 0 and stuck[who]:
                first = who
            if first >= 0 and (obstructed < 0 or first < obstructed):
                obstructed = first
        generation[placement] = 0 if original[placement] else least
        obstruction[placement] = obstructed
        if givers == 1 and not original[placement]:
            top[placement] = top[only]
            depth[placement] = depth[only] + 1
            above[placement] = only
        else:
            top[placement] = placement


def _gather(  # noqa: PLR0913 - columns
    sorted_: Any,  # noqa: ANN401
    top: Any,  # noqa: ANN401
    depth: Any,  # noqa: ANN401
    above: Any,  # noqa: ANN401
    weight: Any,  # noqa: ANN401
    reach: Any,  # noqa: ANN401
    size: Any,  # noqa: ANN401
    height: Any,  # noqa: ANN401
) -> None:
    """From receivers to givers, inside each piece: how many are below, and for the tops size and height."""
    for at in range(len(sorted_) - 1, -1, -1):
        placement = sorted_[at]
        if above[placement] >= 0:
            reach[above[placement]] += reach[placement] + weight[placement]
        else:
            size[placement] = reach[placement] + weight[placement]
        if depth[placement] > height[top[placement]]:
            height[top[placement]] = depth[placement]


def _climb(  # noqa: PLR0913, C901, PLR0912 - columns
    tops: Any,  # noqa: ANN401
    giver: Any,  # noqa: ANN401
    live: Any,  # noqa: ANN401
    start: Any,  # noqa: ANN401
    order: Any,  # noqa: ANN401
    original: Any,  # noqa: ANN401
    gift: Any,  # noqa: ANN401
    size: Any,  # noqa: ANN401
    reach: Any,  # noqa: ANN401
    met: Any,  # noqa: ANN401
    met_gift: Any,  # noqa: ANN401
    queue: Any,  # noqa: ANN401
    far: Any,  # noqa: ANN401
    pairs: Any,  # noqa: ANN401
) -> tuple[int, Any]:
    """From each top upwards: all that reach it reach its piece. Notes which chains and gifts do, and how far it is.

    A pair is (chain's original placement, or -1 − gift; the top; the distance).
    """
    many = 0
    for nth in range(len(tops)):
        top = tops[nth]
        met[top] = top
        if gift[top] >= 0:
            met_gift[gift[top]] = top
        queue[0], far[0] = top, 0
        found, done = 1, 0
        while done < found:
            placement = queue[done]
            distance = far[done] + 1
            done += 1
            for at in range(start[placement], start[placement + 1]):
                row = order[at]
                if not live[row]:
                    continue
                who = giver[row]
                if met[who] == top:
                    continue
                met[who] = top
                queue[found], far[found] = who, distance
                found += 1
                reach[who] += size[top]
                if original[who]:
                    if many + 2 > len(pairs):
                        pairs = _doubled(pairs)
                    pairs[many, 0], pairs[many, 1], pairs[many, 2] = who, top, distance
                    many += 1
                    its = gift[who]
                    if its >= 0 and met_gift[its] != top:
                        met_gift[its] = top
                        pairs[many, 0], pairs[many, 1], pairs[many, 2] = -1 - its, top, distance
                        many += 1
    return many, pairs


def _spread(  # noqa: PLR0913 - columns
    roots: Any,  # noqa: ANN401
    receiver: Any,  # noqa: ANN401
    live: Any,  # noqa: ANN401
    start: Any,  # noqa: ANN401
    order: Any,  # noqa: ANN401
    queue: Any,  # noqa: ANN401
    distance: Any,  # noqa: ANN401
) -> int:
    """From some placements downwards, nearest first: all that descend from them, and the least distance."""
    found = 0
    for at in range(len(roots)):
        if distance[roots[at]] < 0:
            distance[roots[at]] = 0
            queue[found] = roots[at]
            found += 1
    done = 0
    while done < found:
        placement = queue[done]
        done += 1
        for at in range(start[placement], start[placement + 1]):
            row = order[at]
            if live[row] and distance[receiver[row]] < 0:
                distance[receiver[row]] = distance[placement] + 1
                queue[found] = receiver[row]
                found += 1
    return found
