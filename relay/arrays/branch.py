"""The part of a snapshot that the tree of one gift or placement needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from relay.arrays.columns import NONE, Adjacency, Rows, rows_of
from relay.arrays.lineage import reached
from relay.arrays.tables import Snapshot


def branch(snapshot: Snapshot, id_: str) -> Snapshot:
    """The part of a snapshot that descends from a gift or placement, with all that decides its states and generations.

    It has the placements, pass-ons and events that `from_graph.load_below` reads; other tables are complete.

    Args:
        snapshot: The whole programme.
        id_: An id as in `trees.trace`; an unknown id gives a snapshot without placements.
    """
    placements, passes = snapshot.placements, snapshot.passes
    rows = _inside_and_above(snapshot, _roots(snapshot, id_))
    new_row = np.full(len(placements), NONE, np.int32)
    new_row[rows] = np.arange(len(rows))
    some = np.sort(snapshot.received.about(rows))
    passed = replace(
        passes.some(some),
        giver=new_row.take(passes.giver.take(some)),
        receiver=new_row.take(passes.receiver.take(some)),
    )
    some = np.sort(snapshot.happened.about(rows))
    events = replace(snapshot.events.some(some), placement=new_row.take(snapshot.events.placement.take(some)))
    return replace(
        snapshot,
        placements=placements.some(rows),
        passes=passed,
        events=events,
        given=Adjacency.of(passed.giver, passed.day, len(rows)),
        received=Adjacency.of(passed.receiver, passed.day, len(rows)),
        happened=Adjacency.of(events.placement, events.day, len(rows)),
    )


def _roots(snapshot: Snapshot, id_: str) -> Rows:
    """The placement with this id, or the placements that the gift with this id filled."""
    kind, _, bare = id_.rpartition(":")
    gift = snapshot.gifts.ids.row(bare) if kind in ("", "gift") else None
    placement = snapshot.placements.ids.row(bare) if kind in ("", "placement") else None
    roots = np.zeros(len(snapshot.placements), np.bool_)
    if gift is not None:
        roots |= snapshot.placements.gift == gift
    if placement is not None:
        roots[placement] = True
    return rows_of(roots)


def _inside_and_above(snapshot: Snapshot, roots: Rows) -> Rows:
    """Rows of some placements, of all that descend from them, and of all from which any of those descend; in order."""
    passes, many = snapshot.passes, len(snapshot.placements)
    all_ = np.ones(len(passes), np.bool_)
    inside, _ = reached(roots, passes.receiver, all_, snapshot.given, many)
    both, _ = reached(inside, passes.giver, all_, snapshot.received, many)
    return np.sort(both)
