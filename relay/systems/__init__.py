"""The systems: what a programme may use besides the relay, each in its own folder; they are listed only here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.systems.goals import GOALS
from relay.systems.groups import GROUPS
from relay.systems.husbandry import HUSBANDRY
from relay.systems.learning import LEARNING
from relay.systems.planning import PLANNING
from relay.systems.protection import PROTECTION
from relay.systems.savings import SAVINGS

if TYPE_CHECKING:
    from relay.domain.system import System

SYSTEMS: Final[tuple[System, ...]] = (PLANNING, GROUPS, SAVINGS, LEARNING, GOALS, PROTECTION, HUSBANDRY)
