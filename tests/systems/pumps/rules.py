"""What is refused of wells where pumps are set up."""

from __future__ import annotations

from typing import Final

from relay.domain.register import Fact, Register
from relay.domain.schema import Rules
from relay.errors import Failure, Refused, refused

PUMPED: Final = 5  # metres


NOTHING_TO_PUMP: Final = Failure(
    Refused,
    "nothing_to_pump",
    "%(act_id)s is too shallow for a pump.",
    advice="Dig deeper.",
    field="depth",
)


def deep_enough(_: Register, fact: Fact) -> None:
    """Refuse a well that no pump reaches into: a rule of who sets up pumps."""
    if fact.values.get("depth", PUMPED) < PUMPED:
        raise refused(NOTHING_TO_PUMP, act_id=fact.act_id)


RULES: Final = Rules(refuse={"well": deep_enough})
