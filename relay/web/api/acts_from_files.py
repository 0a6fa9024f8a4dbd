"""Acts that somebody carries to the record in files: who wrote them, and which are taken as she carries them.

    from                   seal                who may carry them into the record     of which kinds
    a telephone's file     that telephone's    its own account, as staff of its place those of its forms
    another laptop's file  none                who wrote them                         those of a telephone's forms
    this laptop's outbox   none                who wrote them                         those that staff record

All else waits for a person, under the name of who wrote it; what was changed after it was sealed is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.access import devices, roles
from relay.domain import plain_json
from relay.domain.entries import login_of
from relay.domain.kinds import ON_TELEPHONES
from relay.domain.plain_json import NotPlain
from relay.errors import Failure, Refused, refused
from relay.ledger.held.taking_in import Sender
from relay.web.api.sent_acts import Sent, sent_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from relay.access.devices import Sealer
    from relay.access.roles import Grant
    from relay.graph import Graph

WAYS: Final = ("file", "outbox")


WAS_CHANGED: Final = Failure(
    Refused,
    "was_changed",
    "This was changed after the telephone saved it, or saved by an older version.",
    advice="Save the file on the telephone once more, and send that one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How acts come.

    Attributes:
        way: Of `WAYS`.
        device_id: Of the telephone whose file it is; empty for a laptop's.
        by: Who wrote them on a laptop, as the ledger names who records; empty where the file does not say.
    """

    way: str
    device_id: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Who carries acts.

    Attributes:
        source: Where they come from, who wrote them, and which of them may come.
        grants: The roles by which she records them.
        sealer: The telephone that sealed them; None where none did.
    """

    source: Sender
    grants: Collection[Grant]
    sealer: Sealer | None

    def sent(self, said: object) -> Sent:
        """One act as it is carried; what cannot be read, or was changed, says why."""
        if self.sealer is None:
            return sent_of(said)
        text, seal = (said.get("sealed"), said.get("seal")) if isinstance(said, dict) else (None, None)
        changed = Sent(act="", content={}, refusal=refused(WAS_CHANGED))
        if not isinstance(text, str) or not isinstance(seal, str) or not self.sealer.sealed(text, seal):
            return changed
        try:
            return sent_of(plain_json.parsed(text))
        except (ValueError, NotPlain):
            return changed


def carrier_of(
    graph: Graph,
    carried: Carried,
    *,
    programme_id: str,
    systems: tuple[str, ...],
    by: str,
    grants: Collection[Grant],
    now: datetime,
) -> Carrier:
    """Who carries, and what of it is taken.

    Args:
        graph: Where.
        carried: How acts come.
        programme_id: Of the programme.
        systems: That it uses.
        by: Who carries, as the ledger names who records.
        grants: That she holds.
        now: When.

    Raises:
        NotFound: The programme knows no such telephone.
        Unavailable: The database cannot be reached.
    """
    catalogue = graph.catalogue
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
            takes=frozenset(of_staff if carried.way == "outbox" else ON_TELEPHONES),
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
        takes=ON_TELEPHONES,
        of_another=by != f"account:{device.login}",
    )
    return Carrier(
        source=source,
        grants=devices.grants_at_place(grants, programme_id, device.place_id, sealer.around),
        sealer=sealer,
    )
