"""Husbandry: how animals breed, are treated and weaned, and from when on young can be passed on."""

from __future__ import annotations

from typing import Final

from relay.domain.system import System
from relay.systems.husbandry.kinds import KINDS
from relay.text import Sentence

HUSBANDRY: Final = System(
    name="husbandry",
    title=Sentence("Husbandry"),
    does=Sentence("Matings, pregnancies, treatments and weaning, and from when on she can pass on."),
    kinds=KINDS,
    roles={"husbandry": frozenset({"staff", "manager", "auditor"})},
    room=__name__,
)
