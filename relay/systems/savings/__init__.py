"""Savings: passbooks, loans and the box of a group, and the shares of a cycle; no accounts and no payments."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.systems.savings.kinds import KINDS
from relay.text import Sentence

SAVINGS: Final = System(
    name="savings",
    title=Sentence("Savings"),
    does=Sentence("Passbooks, loans and the box of a savings group, and the shares of a cycle."),
    needs=("groups",),
    kinds=KINDS,
    roles={
        "savings": frozenset({"staff", "manager", "auditor"}),
        "passbooks": frozenset({"staff", "auditor"}),
    },
    room=__name__,
)
"""Managers see sums of groups; field staff see what one woman saved and owes; auditors see that under her id."""
