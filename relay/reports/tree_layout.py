"""The layout of a relay tree: which placements are shown, and where.

A tree of a few hundred placements cannot be read at once. So it opens folded: whole generations up to a total of
`BOXES` boxes, with a tab at every box that has more below. A placement with several givers is placed below the one that
reached it first, so that boxes and the numbers on tabs add up to the whole tree. All positions are calculated here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from relay.domain.vocabulary import STUCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relay.reports.trees import BreakPoint, Tree, TreeEdge, TreeNode, TreePlan

BOXES: Final = 60  # before anything is unfolded; our choice: about as many as can be read on one screen
OPENED: Final = 20  # our choice: boxes that one opened branch adds beyond its own receivers
MOST: Final = 5000  # our choice, measured: what a browser still draws within two seconds

BOX_WIDTH: Final = 206
LINE: Final = 19  # from one line of text to the next
BOX_HEIGHT: Final = 48
BREAK_HEIGHT: Final = BOX_HEIGHT + LINE  # one line more, for since when and why; a gift's, for who gave it
TAB_WIDTH: Final = 206
COLUMN: Final = 238  # from a generation to the next: five fit a laptop
ROW: Final = 74
YEAR: Final = 238  # on an axis of dates
DAYS_OF_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What to show of a tree.

    Attributes:
        focus: Placement to show with the path to it and what is below it; None shows the tree from its start.
        depth: Number of generations below the start; None for as many as fit into `BOXES` boxes.
        opened: Placements, or the gift, whose tab was opened.
        by_date: Whether boxes are placed by the day of receipt, not by generation.
    """

    focus: str | None = None
    depth: int | None = None
    opened: frozenset[str] = frozenset()
    by_date: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeBox:
    """The box of a placement or of the gift; x and y are its centre.

    Attributes:
        key: Id of the placement, or "gift:ID".
        node: The placement, or None for the gift.
        break_point: Cause and day of its break or loss, or None.
        givers: Number of placements of the tree that passed on to it.
        on_path: Whether it lies on the path to the focus.
        focused: Whether it is the focus.
    """

    key: str
    node: TreeNode | None
    break_point: BreakPoint | None
    givers: int
    on_path: bool
    focused: bool
    x: float
    y: float

    @property
    def height(self) -> int:
        """Height of the box."""
        return BREAK_HEIGHT if self.break_point or self.node is None else BOX_HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """The tab for what is folded away below a box; x and y are its centre.

    Attributes:
        key: Key of the box.
        below: Number of placements that are not shown.
        late: Number of these that are late.
        broken: Number of these that are broken or lost.
    """

    key: str
    below: int
    late: int
    broken: int
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBox:
    """The box of a planned next receiver, next to her giver's; x and y are its centre."""

    giver: str
    plan: TreePlan
    x: float
    y: float

    @property
    def key(self) -> str:
        """Id of the act that planned her."""
        return f"plan:{self.plan.plan_id}"

    @property
    def height(self) -> int:
        """Height of the box."""
        return BOX_HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLink:
    """A hand-over between two boxes, or from a gift to a placement.

    Attributes:
        giver: Key of the giving box.
        receiver: Key of the receiving box.
        pass_on: The first pass-on, or None for a gift.
        times: Number of pass-ons from this giver to this receiver.
        pooled: Whether the receiver has other givers too.
        on_path: Whether it lies on the path to the focus.
    """

    giver: str
    receiver: str
    pass_on: TreeEdge | None
    times: int
    pooled: bool
    on_path: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark on the axis: a generation, of which 0 is the start or what a gift was placed as, or a year's first day."""

    x: float
    generation: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The layout of a relay tree; boxes from left to right, then from top to bottom.

    Attributes:
        boxes: Boxes of gift and placements.
        tabs: Tabs for what is folded away.
        planned: Planned next receivers of boxes that are shown; they are not placements, and are never counted.
        links: Links between boxes that are shown.
        marks: Marks of the axis, from left to right.
        placements: Number of placements in the whole tree.
        left: Least x of anything shown.
        top: Least y of anything shown.
        right: Greatest x of anything shown.
        bottom: Greatest y of anything shown.
    """

    boxes: tuple[TreeBox, ...]
    tabs: tuple[Tab, ...]
    planned: tuple[PlannedBox, ...]
    links: tuple[TreeLink, ...]
    marks: tuple[Mark, ...]
    placements: int
    left: float
    top: float
    right: float
    bottom: float


def picture(tree: Tree, view: View, *, start: str, break_points: Iterable[BreakPoint] = ()) -> Picture:
    """Fold a relay tree and calculate the layout of what is shown.

    Args:
        tree: The whole tree.
        view: What to show.
        start: Id that the tree was asked for by, "gift:ID" or "placement:ID".
        break_points: Broken and lost placements of the tree.
    """
    branching = Branching.of(tree, start)
    path = branching.path(view.focus) if view.focus in branching.nodes else ()
    shown = branching.shown(view, path)
    folded = branching.folded(shown)
    plans = [(key, plan) for plan in tree.plans if (key := _giver(plan)) in shown]
    leaves = _tabs_and_plans(folded, plans)
    if view.by_date:
        placed = _by_date(branching, shown, leaves, {f"plan:{plan.plan_id}": plan.expected_on for _, plan in plans})
    else:
        placed = _by_generation(branching, shown, leaves)
    breaks = {each.placement_id: each for each in break_points}
    boxes = tuple(
        TreeBox(
            key=key,
            node=branching.nodes.get(key),
            break_point=breaks.get(key),
            givers=len({edge.giver_placement_id for edge in branching.received.get(key, ())}),
            on_path=key in path,
            focused=key == view.focus,
            x=placed[key][0],
            y=placed[key][1],
        )
        for key in sorted(shown, key=lambda key: placed[key])
    )
    tabs = tuple(
        Tab(key=key, below=below, late=late, broken=broken, x=placed[_tab(key)][0], y=placed[_tab(key)][1])
        for key, (below, late, broken) in folded.items()
    )
    planned = tuple(
        PlannedBox(giver=key, plan=plan, x=placed[f"plan:{plan.plan_id}"][0], y=placed[f"plan:{plan.plan_id}"][1])
        for key, plan in plans
    )
    links = tuple(_links(branching, shown, path))
    marks = _years(branching, shown) if view.by_date else _generations(branching, shown)
    xs = [x for x, _ in placed.values()]
    ys = [y for _, y in placed.values()]
    return Picture(
        boxes=boxes,
        tabs=tabs,
        planned=planned,
        links=links,
        marks=tuple(marks),
        placements=len(branching.nodes),
        left=min(xs) - BOX_WIDTH / 2,
        top=min(ys) - BREAK_HEIGHT / 2,
        right=max(xs) + BOX_WIDTH / 2,
        bottom=max(ys) + BREAK_HEIGHT / 2,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Branching:
    """A tree in which each placement is below exactly one giver: the one that reached it first.

    Attributes:
        start: Key of the box that all others descend from.
        nodes: Placement id → placement; the gift is left out.
        below: Key → keys below it, by the day of the pass-on.
        above: Key → the key above it.
        distance: Key → pass-ons from the start.
        received: Placement id → pass-ons to it, by day.
    """

    start: str
    nodes: Mapping[str, TreeNode]
    below: Mapping[str, Sequence[str]]
    above: Mapping[str, str]
    distance: Mapping[str, int]
    received: Mapping[str, Sequence[TreeEdge]]

    @classmethod
    def of(cls, tree: Tree, start: str) -> Branching:
        """Walk a tree from its start, nearest first."""
        nodes = {node.placement_id: node for node in tree.nodes}
        given: dict[str, list[TreeEdge]] = {}
        received: dict[str, list[TreeEdge]] = {}
        for edge in sorted(tree.edges, key=lambda edge: (edge.passed_on, edge.pass_id)):
            given.setdefault(edge.giver_placement_id, []).append(edge)
            received.setdefault(edge.receiver_placement_id, []).append(edge)
        first = start if start.startswith("gift:") else start.partition(":")[2]
        below: dict[str, list[str]] = {}
        above: dict[str, str] = {}
        distance = {first: 0}
        if first not in nodes:
            below[first] = sorted(nodes.keys() - received.keys(), key=lambda key: (nodes[key].received_on, key))
            above = dict.fromkeys(below[first], first)
            distance |= dict.fromkeys(below[first], 1)
        waiting = list(distance)
        for giver in waiting:
            for edge in given.get(giver, ()):
                receiver = edge.receiver_placement_id
                if receiver not in distance:
                    distance[receiver] = distance[giver] + 1
                    above[receiver] = giver
                    below.setdefault(giver, []).append(receiver)
                    waiting.append(receiver)
        return cls(start=first, nodes=nodes, below=below, above=above, distance=distance, received=received)

    def path(self, key: str | None) -> tuple[str, ...]:
        """Keys from the start to one box, both included; empty for None."""
        keys = []
        while key is not None:
            keys.append(key)
            key = self.above.get(key)
        return tuple(reversed(keys))

    def shown(self, view: View, path: Sequence[str]) -> dict[str, None]:
        """Keys that are shown: the path to the focus, what is below the focus, and more as far as there is room."""
        shown = dict.fromkeys(path or (self.start,))
        if view.depth is None:
            self._grow(shown, path[-1] if path else self.start, BOXES)
            self._grow(shown, self.start, BOXES)
        else:
            self._grow(shown, path[-1] if path else self.start, MOST, view.depth)
        for key in sorted(view.opened & self.distance.keys(), key=lambda key: (self.distance[key], key)):
            if key in shown:
                self._grow(shown, key, len(shown) + max(OPENED, len(self.below.get(key, ()))))
        return shown

    def _grow(self, shown: dict[str, None], start: str, boxes: int, depth: int = MOST) -> None:
        """Show generations below a box as far as there is room: whole ones, but the first one in part if need be."""
        level: Sequence[str] = (start,)
        for generation in range(depth):
            level = [key for giver in level for key in self.below.get(giver, ())]
            new = [key for key in level if key not in shown]
            room = max(boxes - len(shown), 0)
            if not level or (len(new) > room and generation):
                break
            shown |= dict.fromkeys(new[:room])
            if len(new) > room:
                break

    def folded(self, shown: Mapping[str, None]) -> dict[str, tuple[int, int, int]]:
        """Key → number folded away below it, number of these that are late, and number that are broken or lost."""
        counted: dict[str, Counter[str]] = {}
        for key in reversed(list(self.distance)):
            giver = self.above.get(key)
            if giver is None or key in shown:
                continue
            mine = counted.pop(key, Counter())
            mine[self.nodes[key].state] += 1
            counted[giver] = counted[giver] + mine if giver in counted else mine
        return {
            key: (states.total(), states["late"], sum(states[state] for state in STUCK))
            for key, states in sorted(counted.items())
        }


_Places = dict[str, tuple[float, float]]


def _tab(key: str) -> str:
    return f"tab:{key}"


def _giver(plan: TreePlan) -> str:
    """Key of the box that a plan starts from."""
    return f"gift:{plan.gift_id}" if plan.gift_id else str(plan.giver_placement_id)


def _tabs_and_plans(folded: Iterable[str], plans: Iterable[tuple[str, TreePlan]]) -> Mapping[str, Sequence[str]]:
    """Key of a box → what comes after the boxes below it: its tab, then planned receivers."""
    leaves = {key: [_tab(key)] for key in folded}
    for key, plan in plans:
        leaves.setdefault(key, []).append(f"plan:{plan.plan_id}")
    return leaves


def _boxes_below(
    branching: Branching, shown: Mapping[str, None], leaves: Mapping[str, Sequence[str]], key: str
) -> Iterator[str]:
    """The boxes below a box, then its tab, then planned receivers."""
    yield from (each for each in branching.below.get(key, ()) if each in shown)
    yield from leaves.get(key, ())


def _by_generation(branching: Branching, shown: Mapping[str, None], leaves: Mapping[str, Sequence[str]]) -> _Places:
    """Positions with givers to the left of receivers, each giver at the middle of her receivers."""
    rows: dict[str, float] = {}
    columns = {branching.start: 0}
    last = 0
    waiting = [(branching.start, False)]
    while waiting:
        key, done = waiting.pop()
        below = list(_boxes_below(branching, shown, leaves, key)) if key in shown else []
        if done:
            rows[key] = (rows[below[0]] + rows[below[-1]]) / 2
        elif below:
            columns |= dict.fromkeys(below, columns[key] + 1)
            waiting.append((key, True))
            waiting += ((each, False) for each in reversed(below))
        else:
            rows[key] = last
            last += 1
    return {key: (columns[key] * COLUMN, row * ROW) for key, row in rows.items()}


def _by_date(
    branching: Branching,
    shown: Mapping[str, None],
    leaves: Mapping[str, Sequence[str]],
    expected: Mapping[str, date | None],
) -> _Places:
    """Positions by the day of receipt; the first receiver goes into her giver's row if there is room.

    A planned receiver is placed at the expected day, or next to her giver if there is none.
    """
    first = _first_day(branching, shown)
    whose = {leaf: key for key, its in leaves.items() for leaf in its}
    xs: dict[str, float] = {}
    rows: dict[str, int] = {}
    last = -1
    waiting: list[tuple[str, str | None]] = [(branching.start, None)]
    while waiting:
        key, before = waiting.pop()
        node = branching.nodes.get(key)
        day = node.received_on if node else expected.get(key)
        if day:
            xs[key] = (day - first).days / DAYS_OF_YEAR * YEAR + BOX_WIDTH / 2  # its left edge is the day
        else:
            xs[key] = xs[whose[key]] + COLUMN if key in whose else -float(COLUMN)
        if before is not None and xs[key] - xs[before] >= COLUMN - 20:
            rows[key] = rows[before]
        else:
            last += 1
            rows[key] = last
        below = list(_boxes_below(branching, shown, leaves, key)) if key in shown else []
        waiting += reversed([(each, None if nth else key) for nth, each in enumerate(below)])
    return {key: (xs[key], row * ROW) for key, row in rows.items()}


def _first_day(branching: Branching, shown: Mapping[str, None]) -> date:
    return min((branching.nodes[key].received_on for key in shown if key in branching.nodes), default=date.min)


def _links(branching: Branching, shown: Mapping[str, None], path: Sequence[str]) -> Iterator[TreeLink]:
    steps = set(pairwise(path))
    if branching.start not in branching.nodes:
        for key in branching.below[branching.start]:
            if key in shown:
                yield TreeLink(
                    giver=branching.start,
                    receiver=key,
                    pass_on=None,
                    times=1,
                    pooled=False,
                    on_path=(branching.start, key) in steps,
                )
    for receiver in shown:
        by_giver: dict[str, list[TreeEdge]] = {}
        for edge in branching.received.get(receiver, ()):
            by_giver.setdefault(edge.giver_placement_id, []).append(edge)
        for giver, edges in by_giver.items():
            if giver in shown:
                yield TreeLink(
                    giver=giver,
                    receiver=receiver,
                    pass_on=edges[0],
                    times=len(edges),
                    pooled=len(by_giver) > 1,
                    on_path=(giver, receiver) in steps,
                )


def _generations(branching: Branching, shown: Mapping[str, None]) -> Iterator[Mark]:
    gift = branching.start not in branching.nodes
    for distance in sorted({branching.distance[key] for key in shown}):
        if distance or not gift:
            yield Mark(x=distance * COLUMN, generation=distance - gift)


def _years(branching: Branching, shown: Mapping[str, None]) -> Iterator[Mark]:
    days = [branching.nodes[key].received_on for key in shown if key in branching.nodes]
    if days:
        first = min(days)
        for year in range(first.year, max(days).year + 2):
            day = date(year, 1, 1)
            yield Mark(x=(day - first).days / DAYS_OF_YEAR * YEAR, day=day)
