"""The verify page: the head hash to note down, and whether the record holds together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from relay.ledger.checkpoints import read_hash
from relay.published import verifying
from relay.web.request import current

if TYPE_CHECKING:
    from relay.ledger.verify import Verification

_A_MINUTE: Final = 150_000  # entries verified; measured: 3,500 a second on two cores that do other work too


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage:
    """What was asked, and what was found.

    Attributes:
        noted: A head hash noted down earlier, or None.
        found: What is wrong; None if the check has not been run.
    """

    noted: str | None
    found: Verification | None

    @property
    def minutes(self) -> int:
        """How long it takes to verify the ledger, about, in minutes begun."""
        return -(-current.head().entries // _A_MINUTE)

    @classmethod
    def of_request(cls) -> VerifyPage:
        """Verify the ledger if the address asks for it.

        Raises:
            NotAHash: What was noted is none.
            Unavailable: The database cannot be reached.
        """
        if "noted" not in request.args:
            return cls(noted=None, found=None)
        typed = request.args["noted"]
        noted = read_hash(typed) if typed.strip() else None
        graph, programme_id = current.graph(), current.head().programme_id
        return cls(noted=noted, found=verifying.verified(graph, programme_id, current.snapshots(), noted=noted))
