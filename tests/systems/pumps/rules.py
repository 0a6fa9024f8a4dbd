"""What is refused of wells where pumps are set up."""

from __future__ import annotations

from typing import Final

from relay.domain.register import Fact, Register
from relay.domain.schema import Rules
from relay.errors import Refused

PUMPED: Final = 5  # metres


class NothingToPump(Refused):
    """A well is too shallow for a pump."""

    reason = "%(act_id)s is too shallow for a pump."
    suggestion = "Dig deeper."
    field = "depth"

    act_id: str


def deep_enough(_: Register, fact: Fact) -> None:
    """Refuse a well that no pump reaches into: a rule of who sets up pumps."""
    if fact.values.get("depth", PUMPED) < PUMPED:
        raise NothingToPump(act_id=fact.act_id)


RULES: Final = Rules(refuse={"well": deep_enough})
