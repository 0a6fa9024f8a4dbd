"""One branch of a programme: as much of a snapshot as the tree of a gift or placement needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from relay.arrays.columns import NONE, Adjacency, Rows, rows_of
from relay.arrays.lineage import reached
from relay.arrays.tables import Snapshot


def branch(snapshot: Snapshot, id_: str) -> Snapshot:
    """What descends from a gift or placement, with all that decides how that stands and its generations.

    Of placements, pass-ons and events it is what `load_below` reads; the other tables are those of the programme.

    Args:
        snapshot: The programme.
        id_: As `trees.trace` takes it; what nothing is called has no placements.
    """
    placements, passes = snapshot.placements, snapshot.passes
    rows = _inside_and_above(snapshot, _roots(snapshot, id_))
    known = np.full(len(placements), NONE, np.int32)
    known[rows] = np.arange(len(rows))
    some = np.sort(snapshot.received.about(rows))
    passed = replace(
        passes.some(some), giver=known.take(passes.giver.take(some)), receiver=known.take(passes.receiver.take(some))
    )
    some = np.sort(snapshot.happened.about(rows))
    events = replace(snapshot.events.some(some), placement=known.take(snapshot.events.placement.take(some)))
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
    """The placements that are asked for: of a gift those that it filled."""
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
    """What descends from some placements, themselves included, and all from which that descends, by row."""
    passes, many = snapshot.passes, len(snapshot.placements)
    all_ = np.ones(len(passes), np.bool_)
    inside, _ = reached(roots, passes.receiver, all_, snapshot.given, many)
    both, _ = reached(inside, passes.giver, all_, snapshot.received, many)
    return np.sort(both)
