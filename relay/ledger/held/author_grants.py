"""What the author of a held act may record now, whoever sends it and whenever it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.access import accounts, devices, roles
from relay.access.roles import OWNER, NotAllowed
from relay.domain.entries import login_of
from relay.ledger.batch import Clerk
from relay.ledger.places import places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from relay.access.roles import Grant
    from relay.graph import Graph

_LOCAL = "local:"


def grants_now(graph: Graph, by: str, programme_id: str, place_id: str) -> tuple[Grant, ...]:
    """The roles that an author holds now; of one who wrote on a telephone, those at its place alone.

    Args:
        graph: The graph that has the accounts.
        by: The author, as the ledger names who records.
        programme_id: The programme of the act.
        place_id: The place of her telephone; empty where she used none.

    Returns:
        Empty if she has no account any more, or no role there.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if by.startswith(_LOCAL):
        return OWNER
    try:
        held = accounts.find(graph, login_of(by)).grants
    except accounts.NoAccount:
        return ()
    if not place_id:
        return held
    around = places_of(graph, programme_id, {"place_id": place_id})
    return devices.grants_at_place(held, programme_id, place_id, around)


def clerk_for(
    graph: Graph,
    kind: str,
    grants: Collection[Grant],
    *,
    by: str,
    programme_id: str,
    now: datetime,
    random: Callable[[int], bytes],
) -> tuple[Clerk, NotAllowed | None]:
    """The clerk as whom an author's act of one kind is recorded, and why she may not record it.

    Args:
        graph: The graph, whose catalogue has the kind.
        kind: The kind of the act.
        grants: The roles that she holds, as `grants_now` gives them.
        by: The author, as the ledger names her.
        programme_id: The programme of the act.
        now: The instant of recording.
        random: A function that gives so many random bytes.

    Returns:
        The clerk, who covers the places of her roles; then the refusal, or None if she may record it.
    """
    catalogue = graph.catalogue
    action = catalogue.kind(kind).recording
    granted = roles.granted(catalogue, grants, action, programme_id)
    clerk = Clerk(
        by=by,
        now=now,
        random=random,
        places=roles.bound_places(granted) if granted else None,
        manages=bool(roles.granted(catalogue, grants, "programme lock", programme_id)),
    )
    return clerk, None if granted else NotAllowed.to(action, catalogue)
