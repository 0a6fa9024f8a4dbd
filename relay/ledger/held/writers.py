"""What the writer of an act may record now, whoever sends it and whenever it is tried."""

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
    """The roles that a writer holds now, those of her device's place alone where she used one; empty without any.

    Args:
        graph: Where.
        by: Who wrote, as the ledger names who records.
        programme_id: Of the programme.
        place_id: To which the device is bound; empty for none.

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
    """Who records an act of a kind, and why she may not; None where she may.

    Args:
        graph: With its catalogue.
        kind: Of the act.
        grants: That she holds.
        by: How the ledger names her.
        programme_id: Of the programme.
        now: When.
        random: Gives that many random bytes.
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
