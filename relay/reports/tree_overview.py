"""The overview of a relay tree that is too large for boxes: a band for each generation, across its largest branches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.domain.vocabulary import STATES
from relay.reports.tree_layout import BOXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.reports.tree_layout import Branching

BRANCHES: Final = 8  # our choice: as many columns as a laptop shows
BANDS: Final = 40  # our choice: generations with a band each, as in the list of gifts


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A placement and all that is below it.

    Attributes:
        key: Id of the placement.
        states: State → number of placements of the branch, the placement itself included; without zeros.
    """

    key: str
    states: Mapping[str, int]

    @property
    def size(self) -> int:
        """The number of placements of the branch."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The placements of one generation.

    Attributes:
        generation: Pass-ons from the start; 0 for the start, or for what a gift was placed as.
        states: State → number of placements; without zeros.
        branches: The same for each branch of the overview, in their order.
    """

    generation: int
    states: Mapping[str, int]
    branches: tuple[Mapping[str, int], ...]

    @property
    def size(self) -> int:
        """The number of placements of the generation."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeOverview:
    """A tree by generation and branch.

    Attributes:
        branches: The branches with a column each, the largest first; empty if the tree nowhere branches.
        others: Number of branches beside these that begin in the same generation.
        bands: The generations, the earliest first, at most `BANDS`.
        later: Number of placements in later generations.
    """

    branches: tuple[Branch, ...]
    others: int
    bands: tuple[Band, ...]
    later: int

    @property
    def most(self) -> int:
        """The size of the largest generation."""
        return max(band.size for band in self.bands)

    @property
    def widest(self) -> int:
        """The greatest number of placements of one generation in one branch; 0 without branches."""
        return max((sum(cell.values()) for band in self.bands for cell in band.branches), default=0)


def overview(branching: Branching, focus: str | None = None) -> TreeOverview | None:
    """The overview of a tree, or of what is below a placement; None if it has few enough for boxes, at most `BOXES`.

    Args:
        branching: The whole tree.
        focus: The placement; None, or one that is not in the tree, for the whole tree.
    """
    start = focus if focus and focus in branching.nodes else branching.start
    levels = _levels(branching, start)
    if sum(map(len, levels)) - 1 <= BOXES:
        return None
    beginnings = _beginnings(levels)
    states = _states(branching, levels)
    largest = sorted(beginnings, key=lambda key: (-states[key].total(), key))[:BRANCHES]
    column = _columns(branching, levels, largest)
    gift = branching.start not in branching.nodes
    bands = [
        _band(branching, level, branching.distance[level[0]] - gift, column, len(largest))
        for level in levels
        if level[0] in branching.nodes
    ]
    return TreeOverview(
        branches=tuple(Branch(key=key, states=_in_order(states[key])) for key in largest),
        others=len(beginnings) - len(largest),
        bands=tuple(bands[:BANDS]),
        later=sum(band.size for band in bands[BANDS:]),
    )


def _levels(branching: Branching, start: str) -> list[Sequence[str]]:
    """The boxes from a start, by generation; each level has at least one."""
    levels = list[Sequence[str]]()
    level: Sequence[str] = (start,)
    while level:
        levels.append(level)
        level = [key for giver in level for key in branching.below.get(giver, ())]
    return levels


def _beginnings(levels: Sequence[Sequence[str]]) -> Sequence[str]:
    """The boxes with which the branches begin.

    They are the first generation of more than one, or a later one as long as each has more boxes than the one before,
    and no more than there are columns; empty if no generation has more than one.
    """
    beginnings: Sequence[str] = ()
    for level in levels:
        if beginnings and not len(beginnings) < len(level) <= BRANCHES:
            break
        if len(level) > 1:
            beginnings = level
    return beginnings


def _states(branching: Branching, levels: Sequence[Sequence[str]]) -> Mapping[str, Counter[str]]:
    """Box → state → number of placements in the branch that begins there."""
    counted: dict[str, Counter[str]] = {}
    for level in reversed(levels):
        for key in level:
            counted[key] = Counter[str]()
            if key in branching.nodes:
                counted[key][branching.nodes[key].state] += 1
            for each in branching.below.get(key, ()):
                counted[key].update(counted[each])
    return counted


def _columns(branching: Branching, levels: Sequence[Sequence[str]], largest: Sequence[str]) -> Mapping[str, int]:
    """Placement → the column of its branch; those of other branches, or above them, have none."""
    column = {key: nth for nth, key in enumerate(largest)}
    for level in levels:
        for key in level:
            if key not in column and (giver := branching.above.get(key)) in column:
                column[key] = column[giver]
    return column


def _band(branching: Branching, level: Sequence[str], generation: int, column: Mapping[str, int], columns: int) -> Band:
    whole, branches = Counter[str](), [Counter[str]() for _ in range(columns)]
    for key in level:
        state = branching.nodes[key].state
        whole[state] += 1
        if key in column:
            branches[column[key]][state] += 1
    return Band(generation=generation, states=_in_order(whole), branches=tuple(map(_in_order, branches)))


def _in_order(states: Mapping[str, int]) -> Mapping[str, int]:
    return {state: states[state] for state in STATES if states.get(state)}
