"""Draws a relay tree: as lines for a terminal, or as boxes for a browser.

Each receiver is indented below her giver, a single one too, so that she cannot be taken for a sibling. A placement with
several givers is drawn once, where it is reached first, and only named at the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from relay.reports.tree_layout import BOX_WIDTH, TAB_WIDTH, Picture, PlannedBox, Tab, TreeBox, TreeLink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from relay.reports.trees import Tree, TreeEdge, TreeNode, TreePlan


WIDEST_RAILS: Final = 60
"""Columns, after which a single receiver is drawn straight below her giver (our choice: twenty generations)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLine:
    """One line of a tree drawn for a terminal.

    Attributes:
        rails: Lines that lead to it from the left.
        node: The placement on this line.
        edge: The pass-on by which it is reached here, or None for a root.
        again: Whether the placement was already drawn further up.
        plans: Its planned next receivers, by plan id.
    """

    rails: str
    node: TreeNode
    edge: TreeEdge | None
    again: bool
    plans: tuple[TreePlan, ...] = ()


def draw(tree: Tree) -> Iterator[TreeLine]:
    """The lines of a tree from top to bottom: roots by id, receivers by the day of the pass-on; without recursion."""
    nodes = {node.placement_id: node for node in tree.nodes}
    given: dict[str, list[TreeEdge]] = {}
    for each in sorted(tree.edges, key=lambda edge: (edge.passed_on, edge.pass_id)):
        given.setdefault(each.giver_placement_id, []).append(each)
    planned: dict[str | None, list[TreePlan]] = {}
    for plan in tree.plans:
        planned.setdefault(plan.giver_placement_id, []).append(plan)
    received = {edge.receiver_placement_id for edge in tree.edges}
    roots = [node for node in tree.nodes if node.placement_id not in received]
    drawn: set[str] = set()
    waiting: list[tuple[str, str, TreeNode, TreeEdge | None]] = [("", "", root, None) for root in reversed(roots)]
    while waiting:
        rails, below, node, edge = waiting.pop()
        again = node.placement_id in drawn
        if again:
            yield TreeLine(rails=rails, node=node, edge=edge, again=again)
            continue
        next_ = tuple(planned.get(node.placement_id, ()))
        yield TreeLine(rails=rails, node=node, edge=edge, again=again, plans=next_)
        drawn.add(node.placement_id)
        waiting += reversed(_below(below, given.get(node.placement_id, []), nodes))


def _below(
    rails: str, edges: Sequence[TreeEdge], nodes: Mapping[str, TreeNode]
) -> list[tuple[str, str, TreeNode, TreeEdge | None]]:
    if len(edges) == 1 and len(rails) > WIDEST_RAILS:
        return [(rails, rails, nodes[edges[0].receiver_placement_id], edges[0])]
    return [
        (f"{rails}├─ ", f"{rails}│  ", nodes[edge.receiver_placement_id], edge)
        if edge is not edges[-1]
        else (f"{rails}└─ ", f"{rails}   ", nodes[edge.receiver_placement_id], edge)
        for edge in edges
    ]


# ------------------------------------------------------------------------------------------------ for a browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """The text of a box or tab.

    Attributes:
        label: Lines written on it.
        title: Full text, shown when it is pointed at.
        href: Address that a click opens.
        aside: Text at the right end of its first line; "" for none.
    """

    label: str
    title: str
    href: str
    aside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A picture in the form that vis-network takes."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    options: Mapping[str, Any]


OPTIONS: Final = {
    "layout": {"hierarchical": False, "improvedLayout": False},
    "physics": {"enabled": False},
    "edges": {
        "smooth": {"enabled": True, "type": "cubicBezier", "forceDirection": "horizontal", "roundness": 0.8},
        "arrows": {"to": {"enabled": True, "scaleFactor": 0.5}},
    },
    "nodes": {"margin": {"top": 5, "bottom": 5, "left": 4, "right": 4}},
    "interaction": {
        "hover": True,
        "dragNodes": False,
        "tooltipDelay": 100,
        "keyboard": {"enabled": False},
    },
}
"""Options for vis-network 9.1.2, tested in a browser: with these nothing moves by itself."""


def network(picture: Picture, caption: Callable[[TreeBox | Tab | PlannedBox], Caption]) -> Network:
    """Convert a picture for vis-network, using pyvis.

    Pyvis is used only as a builder: its pages load scripts from other sites, and its network looks through all boxes
    for each link. Boxes name their state as `group`, since colours depend on the page, which may be dark. The page also
    writes the labels, so here only the constraints set the sizes.
    """
    Node, Edge = _of_pyvis("node").Node, _of_pyvis("edge").Edge  # noqa: N806 - classes

    def node(each: TreeBox | Tab | PlannedBox) -> Any:  # noqa: ANN401 - pyvis has no types
        text, (node_id, group, look) = caption(each), _appearance(each)
        place: dict[str, Any] = {"x": round(each.x), "y": round(each.y), "physics": False}
        if text.aside:
            place["aside"] = text.aside
        return Node(node_id, "box", text.label, title=text.title, href=text.href, group=group, **place, **look)

    def edge(link: TreeLink) -> Any:  # noqa: ANN401
        return Edge(
            link.giver,
            link.receiver,
            directed=True,
            dashes=[6, 4] if link.pooled else False,
            width=3 if link.on_path else 1.5 if link.pooled else 1,
            group="path" if link.on_path else "pooled" if link.pooled else "pass",
        )

    def coming(each: PlannedBox) -> Any:  # noqa: ANN401
        return Edge(each.giver, each.key, directed=True, dashes=COMING, width=1.5, group="planned")

    drawn: tuple[TreeBox | Tab | PlannedBox, ...] = (*picture.boxes, *picture.tabs, *picture.planned)
    return Network(
        nodes=[node(each).options for each in drawn],
        edges=[*(edge(link).options for link in picture.links), *(coming(each).options for each in picture.planned)],
        options=OPTIONS,
    )


DASHES: Final = {"late": [8, 3], "lost": [2, 3], "excused": [12, 4]}
COMING: Final = [3, 5]
"""Dashes of planned boxes and of the links to them."""
TAB_HEIGHT: Final = 30
RADIUS: Final = {"fulfilled": 16, "excused": 16, "broken": 0, "lost": 0, "late": 3}


def _appearance(each: TreeBox | Tab | PlannedBox) -> tuple[str, str, dict[str, Any]]:
    """Id, group and border of a box; states are told apart without colours too."""
    if isinstance(each, Tab):
        look = {"borderWidth": 1, "shapeProperties": {"borderRadius": 10, "borderDashes": [2, 2]}}
        return f"tab:{each.key}", "tab", look | {"widthConstraint": TAB_WIDTH - 10, "heightConstraint": TAB_HEIGHT - 10}
    if isinstance(each, PlannedBox):
        look = {"borderWidth": 2, "shapeProperties": {"borderRadius": 6, "borderDashes": COMING}}
        return each.key, "planned", look | {"widthConstraint": BOX_WIDTH - 10, "heightConstraint": each.height - 10}
    state = each.node.state if each.node else "gift"
    width = 3 if each.break_point or each.focused else 2
    shape = {"borderRadius": RADIUS.get(state, 6), "borderDashes": DASHES.get(state, False)}
    size = {"widthConstraint": BOX_WIDTH - 10, "heightConstraint": each.height - 10}
    return each.key, state, {"borderWidth": width, "shapeProperties": shape, **size}


def vis_network() -> Path:
    """Path of the vis-network script, which is part of pyvis's package; found without importing pyvis."""
    return _pyvis() / "templates/lib/vis-9.1.2/vis-network.min.js"


@cache
def _of_pyvis(name: str) -> Any:  # noqa: ANN401 - pyvis has no types
    """A module of pyvis, loaded by itself: `import pyvis` imports all of IPython, which nothing here needs."""
    spec = spec_from_file_location(f"{__name__}.pyvis_{name}", _pyvis() / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _pyvis() -> Path:
    """The folder of pyvis's package.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    package = find_spec("pyvis")
    if package is None or not package.submodule_search_locations:
        message = "pyvis"
        raise ModuleNotFoundError(message)
    return Path(package.submodule_search_locations[0])
