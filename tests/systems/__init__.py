"""Systems made for the tests: the core and the rest of Relay know nothing of them."""

from __future__ import annotations

from typing import Final

from relay.domain.system import Catalogue, System
from tests.systems.wells import PUMPS, WELLS

SYSTEMS: Final[tuple[System, ...]] = (WELLS, PUMPS)
CATALOGUE: Final = Catalogue(SYSTEMS)
