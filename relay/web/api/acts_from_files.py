"""Acts that somebody brings in files: who wrote them, and which are recorded when she sends them.

    from                   seal                who may bring them into the record     of which kinds
    a telephone's file     that telephone's    its own account, as staff of its place those of its forms
    another laptop's file  none                who wrote them                         those of a telephone's forms
    this laptop's outbox   none                who wrote them                         those that staff record
    the former original    none                nobody                                 none

All other acts become pending, under the name of who wrote them. An act that was changed after it was sealed is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.access import devices, roles
from relay.domain import plain_json
from relay.domain.entries import login_of
from relay.domain.plain_json import NotPlain
from relay.errors import Failure, Refused, refused
from relay.ledger.held.receiving import Sender
from relay.web.api.sent_acts import ActAsSent, act_as_sent

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from relay.access.devices import Sealer
    from relay.access.roles import Grant
    from relay.graph import Graph

WAYS: Final = ("file", "outbox", "parted")


WAS_CHANGED: Final = Failure(
    Refused,
    "was_changed",
    "This was changed after the telephone saved it, or saved by an older version.",
    advice="Save the file on the telephone once more, and send that one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsOrigin:
    """Where acts come from.

    Attributes:
        way: One of `WAYS`.
        device_id: The telephone whose file it is, or on which a former original held it; else empty.
        by: Who wrote them on a laptop, as in `recorded_by` of a ledger entry; empty if the file does not say.
    """

    way: str
    device_id: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Who brings acts.

    Attributes:
        source: Where they come from, who wrote them, and which of them may be recorded.
        grants: The roles by which they are recorded.
        sealer: The telephone that sealed them; None if none did.
    """

    source: Sender
    grants: Collection[Grant]
    sealer: Sealer | None

    def sent(self, line: object) -> ActAsSent:
        """One act of the file; one that cannot be read, or was changed, has the reason as its `refusal`."""
        if self.sealer is None:
            return act_as_sent(line)
        text, seal = (line.get("sealed"), line.get("seal")) if isinstance(line, dict) else (None, None)
        changed = ActAsSent(act="", content={}, refusal=refused(WAS_CHANGED))
        if not isinstance(text, str) or not isinstance(seal, str) or not self.sealer.sealed(text, seal):
            return changed
        try:
            return act_as_sent(plain_json.parsed(text))
        except (ValueError, NotPlain):
            return changed


def carrier_of(
    graph: Graph,
    carried: ActsOrigin,
    *,
    programme_id: str,
    systems: tuple[str, ...],
    by: str,
    grants: Collection[Grant],
    now: datetime,
) -> Carrier:
    """Who brings acts, and which of them may be recorded, by the table above.

    Args:
        graph: The database.
        carried: Where the acts come from.
        programme_id: The programme.
        systems: The systems that it uses.
        by: Who brings them, as in `recorded_by` of a ledger entry.
        grants: The grants that she holds.
        now: The current instant.

    Raises:
        NotFound: The programme has no such telephone.
        Unavailable: The database cannot be reached.
    """
    catalogue = graph.catalogue
    if carried.way == "parted":
        source = Sender(
            programme_id=programme_id,
            device_id=carried.device_id or carried.by or by,
            place_id="",
            by=carried.by or by,
            systems=systems,
            holds=True,
            parted=True,
        )
        return Carrier(source=source, grants=grants, sealer=None)
    if not carried.device_id:
        of_staff = {kind for kind in catalogue.kinds if roles.staff_may_record(catalogue, kind)}
        writer = carried.by or by
        source = Sender(
            programme_id=programme_id,
            device_id=writer,
            place_id="",
            by=by if login_of(writer) == login_of(by) else writer,
            systems=systems,
            holds=True,
            takes=frozenset(of_staff) if carried.way == "outbox" else catalogue.on_telephones,
            of_another=login_of(writer) != login_of(by),
        )
        return Carrier(source=source, grants=grants, sealer=None)
    sealer = devices.sealer_of(graph, programme_id, carried.device_id, now)
    device = sealer.device
    source = Sender(
        programme_id=programme_id,
        device_id=device.device_id,
        place_id=device.place_id,
        by=f"account:{device.login}",
        systems=systems,
        holds=True,
        revoked=bool(device.revoked_at),
        takes=catalogue.on_telephones,
        of_another=by != f"account:{device.login}",
    )
    return Carrier(
        source=source,
        grants=devices.grants_at_place(grants, programme_id, device.place_id, sealer.around),
        sealer=sealer,
    )
