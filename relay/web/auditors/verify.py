"""The verify page: the head hash to note down, and whether ledger and graph are intact and agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from relay.ledger.checkpoints import read_hash
from relay.published import verifying
from relay.web.request import current

if TYPE_CHECKING:
    from relay.ledger.verify import Verification

_ENTRIES_A_MINUTE: Final = 150_000  # measured: 3,500 a second on two cores that do other work too


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage:
    """The page as the URL asks for it.

    Attributes:
        noted: A head hash that was noted down earlier, or None.
        verification: The result of verifying; None if it was not asked for.
    """

    noted: str | None
    verification: Verification | None

    @property
    def minutes(self) -> int:
        """About how many minutes it takes to verify the ledger, rounded up."""
        return -(-current.head().entries // _ENTRIES_A_MINUTE)

    @classmethod
    def of_request(cls) -> VerifyPage:
        """Verify the ledger if the URL asks for it.

        Raises:
            NotAHash: The noted text is not a hash.
            Unavailable: The database cannot be reached.
        """
        if "noted" not in request.args:
            return cls(noted=None, verification=None)
        typed = request.args["noted"]
        noted = read_hash(typed) if typed.strip() else None
        graph, programme_id = current.graph(), current.head().programme_id
        return cls(
            noted=noted, verification=verifying.verified(graph, programme_id, current.snapshots_folder(), noted=noted)
        )
