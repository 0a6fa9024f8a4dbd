"""Relay pictures: how a relay tree is laid out, whatever it is drawn with.

A healthy chain is long rather than bushy, so a single receiver stands below her giver without indentation; only
branches step to the right. A placement with several givers is drawn once, where it is first reached, and named again
at the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from relay.trees import Tree, TreeEdge, TreeNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One line of a drawn tree.

    Attributes:
        rails: The lines that lead to it from the left.
        node: The placement that stands on it.
        edge: The pass-on by which it is reached here, or None for a root.
        again: Whether the placement was drawn already, higher up.
    """

    rails: str
    node: TreeNode
    edge: TreeEdge | None
    again: bool


def draw(tree: Tree) -> Iterator[Drawn]:
    """The lines of a tree from top to bottom: roots by id, receivers by day of the pass-on; never recursive."""
    nodes = {node.placement_id: node for node in tree.nodes}
    given: dict[str, list[TreeEdge]] = {}
    for edge in sorted(tree.edges, key=lambda edge: (edge.passed_on, edge.pass_id)):
        given.setdefault(edge.giver_placement_id, []).append(edge)
    received = {edge.receiver_placement_id for edge in tree.edges}
    roots = [node for node in tree.nodes if node.placement_id not in received]
    drawn: set[str] = set()
    waiting: list[tuple[str, str, TreeNode, TreeEdge | None]] = [("", "", root, None) for root in reversed(roots)]
    while waiting:
        rails, below, node, edge = waiting.pop()
        again = node.placement_id in drawn
        yield Drawn(rails=rails, node=node, edge=edge, again=again)
        if again:
            continue
        drawn.add(node.placement_id)
        waiting += reversed(_below(below, given.get(node.placement_id, []), nodes))


def _below(
    rails: str, edges: Sequence[TreeEdge], nodes: Mapping[str, TreeNode]
) -> list[tuple[str, str, TreeNode, TreeEdge | None]]:
    if len(edges) == 1:
        return [(rails, rails, nodes[edges[0].receiver_placement_id], edges[0])]
    return [
        (f"{rails}├─ ", f"{rails}│  ", nodes[edge.receiver_placement_id], edge)
        if edge is not edges[-1]
        else (f"{rails}└─ ", f"{rails}   ", nodes[edge.receiver_placement_id], edge)
        for edge in edges
    ]
