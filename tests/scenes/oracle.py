"""What `lineage` must find, found slowly and obviously: one placement at a time, by the definitions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from relay.domain.model import Standing, chain_state, standing
from relay.domain.vocabulary import STATES, ChainState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from relay.domain.register import Register


class Oracle:
    """A programme's relay as it stood on a day."""

    def __init__(self, register: Register, as_of: date, *, confirmed_only: bool = False) -> None:
        """Judge every placement by itself, and list who passed on to whom."""
        self.register = register
        judged = {
            name: standing(placement, register.rules, as_of, confirmed_only=confirmed_only)
            for name, placement in register.placements.items()
        }
        self.standings: dict[str, Standing] = {name: stood for name, stood in judged.items() if stood}
        self.passes = [
            (giver, pass_on)
            for giver in self.standings
            for pass_on in register.placements[giver].passes
            if pass_on.passed_on <= as_of and (pass_on.confirmed or not confirmed_only)
        ]
        self.receivers: dict[str, set[str]] = {name: set() for name in self.standings}
        for giver, pass_on in self.passes:
            self.receivers[giver].add(pass_on.receiver_id)
        self.original = {
            name
            for name in self.standings
            for fact in [register.facts.get(f"placement:{name}")]
            if fact and fact.values["received_on"] <= as_of.isoformat()
        }

    def distances(self, roots: Iterable[str]) -> dict[str, int]:
        """All that descend from some placements, these included, with the least number of pass-ons."""
        found = dict.fromkeys(roots, 0)
        newest = set(found)
        while newest:
            newest = {below for name in newest for below in self.receivers[name]} - found.keys()
            found |= dict.fromkeys(newest, max(found.values()) + 1)
        return found

    def reach(self, name: str) -> int:
        """Distinct placements that descend from one; itself not counted."""
        return len(self.distances([name])) - 1

    def generations(self) -> dict[str, int]:
        """Of all placements that descend from an original one."""
        return self.distances(self.original)

    def obstruction(self, name: str) -> set[str]:
        """The lost or broken placements above one that have none above themselves."""
        return {above for above in self._stuck_above(name) if not self._stuck_above(above)}

    def _stuck_above(self, name: str) -> set[str]:
        stuck = {each for each, stood in self.standings.items() if stood.state in ("lost", "broken")}
        return {each for each in stuck - {name} if name in self.distances([each])}

    def by_generation(self, roots: Iterable[str]) -> tuple[int, ...]:
        """Placements by least distance from some placements."""
        counted = Counter(self.distances(roots).values())
        return tuple(counted[distance] for distance in range(len(counted)))

    def states(self, roots: Iterable[str]) -> tuple[int, ...]:
        """Placements by state: those asked for and all that descend from them."""
        counted = Counter(self.standings[name].state for name in self.distances(roots))
        return tuple(counted[state] for state in STATES)

    def chain_state(self, roots: Iterable[str]) -> ChainState:
        """Of all these together."""
        return chain_state(self.standings[name].state for name in self.distances(roots))

    def latest(self, roots: Iterable[str]) -> date | None:
        """The latest of the pass-ons that these made."""
        below = self.distances(roots)
        return max((pass_on.passed_on for giver, pass_on in self.passes if giver in below), default=None)
