"""What is refused of wells, and what is noted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relay.domain.notes import Note
from relay.domain.register import Fact, Register
from relay.domain.schema import Rules
from relay.errors import Failure, Refused, refused
from relay.text import Sentence

DEEPEST: Final = 100  # metres


TOO_DEEP: Final = Failure(
    Refused,
    "too_deep",
    "%(act_id)s is deeper than a well dug by hand.",
    advice="Check the depth.",
    field="depth",
)


def not_too_deep(_: Register, fact: Fact) -> None:
    """Refuse what nobody digs by hand."""
    if fact.values.get("depth", 0) > DEEPEST:
        raise refused(TOO_DEEP, act_id=fact.act_id)


def found_dry(_: Register, fact: Fact) -> Iterator[Note]:
    """Note a well that gives no water."""
    if fact.values["works"] == "no":
        yield Note(note="dry", sentence=Sentence("%(act_id)s: the well gives no water.", act_id=fact.act_id))


def few_without_a_place(_: Register, fact: Fact) -> Iterator[Note]:
    """Note a water committee of which nobody knows where it is."""
    values = fact.values
    if values.get("water_committee") == "yes" and not values.get("place_id"):
        yield Note(note="nowhere", sentence=Sentence("%(act_id)s is at home nowhere.", act_id=fact.act_id))


RULES: Final = Rules(refuse={"well": not_too_deep}, note={"well_visit": found_dry, "group": few_without_a_place})
