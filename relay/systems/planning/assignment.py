"""Assigns women to givers: as many as possible are served, and the public order matters more than distance.

Among the women of one municipality who are ready, and the givers who still owe, all for one help:

1. as many women as possible are served; 2. of all sets of that size, the one that comes first by the public order; 3.
of all assignments that serve this set, the one with the least total distance; 4. of these, the first woman receives
from the giver with the lowest id, then the second, and so on.

The sets of women who can be served together are the independent sets of a transversal matroid. So taking one woman
after another in the public order, each if she can still be served together with those before her, gives 1 and 2 at
once. For 3, the Hungarian method assigns them. For 4, only assignments of the same cost are searched: those along edges
without reduced cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

_Flags = npt.NDArray[np.bool_]
_Metres = npt.NDArray[np.int64]
_Slots = npt.NDArray[np.int64]

_NONE: Final = -1


def assign(metres: Sequence[Sequence[int]] | _Metres, allowed: Sequence[Sequence[bool]] | _Flags) -> list[int]:
    """The hand-over by which each woman is served.

    Args:
        metres: Distances in metres; one row for each woman in the public order, one column for each hand-over by
            giver's id.
        allowed: Whether she may receive by it; the same shape.

    Returns:
        For each woman the column, or -1 if she is not served.

    >>> assign([[1000, 4000], [2000, 1000]], [[True, True], [True, True]])
    [0, 1]
    >>> assign([[1000], [1]], [[True], [True]])
    [0, -1]
    """
    may = np.asarray(allowed, np.bool_).reshape(len(metres), -1)
    hand_overs = [_NONE] * len(may)
    served = _women_served(may)
    if served:
        rows = np.array(served)
        columns = _nearest_assignment(np.asarray(metres, np.int64)[rows], may[rows])
        for row, column in zip(served, columns.tolist(), strict=True):
            hand_overs[row] = column
    return hand_overs


def _women_served(may: _Flags) -> list[int]:
    """The women who are served: each who can be served together with those before her, some of whom may move for it."""
    women, slots = may.shape
    holder, closed = np.full(slots, _NONE, np.int64), np.zeros(slots, np.bool_)
    served: list[int] = []
    open_slots = int(may.any(axis=0).sum())
    for woman in range(women):
        if len(served) == open_slots:
            break
        if _make_room(may, holder, closed, woman):
            served.append(woman)
    return served


def _make_room(may: _Flags, holder: _Slots, closed: _Flags, woman: int) -> bool:
    """Find a hand-over for a woman, moving others where they can move.

    If there is none, all hand-overs that were tried are closed, since their holders can only move among these.

    Returns:
        Whether a hand-over was found.
    """
    came_by = np.full(len(holder), _NONE, np.int64)
    seen = closed.copy()
    waiting = [woman]
    for each in waiting:
        new = np.flatnonzero(may[each] & ~seen)
        seen[new] = True
        came_by[new] = each
        free = new[holder[new] == _NONE]
        if free.size:
            slot = int(free[0])
            while True:
                mover = int(came_by[slot])
                left = np.flatnonzero(holder == mover)
                holder[slot] = mover
                if mover == woman:
                    return True
                slot = int(left[0])
        waiting += holder[new].tolist()
    closed |= seen
    return False


def _nearest_assignment(metres: _Metres, may: _Flags) -> _Slots:
    """The assignment that serves all women with the least total distance, and of several, the first by ids."""
    from scipy.optimize import linear_sum_assignment  # loads for a second; only a proposal needs it

    women, slots = may.shape
    idle = slots - women  # hand-overs that nobody receives by stand for women who receive from anybody at no distance
    far = int(metres.max(initial=0)) * (women + 1) + 1  # one forbidden pair costs more than all allowed ones together
    cost = np.vstack([np.where(may, metres, far), np.zeros((idle, slots), np.int64)])
    _, column = linear_sum_assignment(cost)
    chosen = np.asarray(column, np.int64)
    free = _without_reduced_cost(cost, chosen)
    free[:women] &= may
    for woman in range(women):
        _assign_first(free, chosen, woman)
    return chosen[:women]


def _without_reduced_cost(cost: _Metres, chosen: _Slots) -> _Flags:
    """The pairs that are part of any assignment of least cost, by potentials of the hand-overs (shortest paths)."""
    change = cost - cost[np.arange(len(chosen)), chosen][:, None]  # from her hand-over to another
    potential = np.zeros(len(chosen), np.int64)
    while True:
        nearer = np.minimum(potential, (potential[chosen][:, None] + change).min(axis=0))
        if np.array_equal(nearer, potential):
            break
        potential = nearer
    pairs: _Flags = potential[chosen][:, None] + change == potential[None, :]
    return pairs


def _assign_first(free: _Flags, chosen: _Slots, woman: int) -> None:
    """Move a woman to the first hand-over that she can have at the same cost, and reserve it for her."""
    holder = np.empty_like(chosen)
    holder[chosen] = np.arange(len(chosen))
    target = int(chosen[woman])
    # which hand-overs lead on to hers: whoever holds one can move to the next, and so on
    leads_to = np.full(len(chosen), _NONE, np.int64)
    reached = np.zeros(len(chosen), np.bool_)
    reached[target] = True
    waiting = [target]
    for slot in waiting:
        new = np.flatnonzero(free[holder, slot] & ~reached)
        reached[new] = True
        leads_to[new] = slot
        waiting += new.tolist()
    first = int(np.flatnonzero(free[woman] & reached)[0])
    slot, mover = first, woman
    while True:
        displaced = int(holder[slot])
        chosen[mover] = slot
        if slot == target:
            break
        mover, slot = displaced, int(leads_to[slot])
    free[:, first] = False
    free[woman] = False
    free[woman, first] = True
