"""One woman under several ids: which ids are hers, and under which of them she is kept.

Nothing that was recorded under an id is changed. Each act that says that two ids are one woman is an edge between them;
the ids that such edges join are hers. When one is taken back its edge goes, and what is hers is worked out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SameWoman:
    """What one act says: that two ids are one woman.

    Attributes:
        act_id: Of the act.
        kept_id: The id under which it says that she is kept.
        other_id: Her other id.
        sequence: Of the act's entry.
    """

    act_id: str
    kept_id: str
    other_id: str
    sequence: int


class OneWoman:
    """The edges that stand, and the women whom they make.

    >>> known = OneWoman()
    >>> known.add(SameWoman(act_id="same:1", kept_id="B1", other_id="B2", sequence=1))
    >>> known.add(SameWoman(act_id="same:2", kept_id="B3", other_id="B1", sequence=2))
    >>> known.ids("B2"), known.kept("B2"), known.kept("B4")
    (('B1', 'B2', 'B3'), 'B3', 'B4')
    >>> known.remove("same:2")
    >>> known.ids("B2"), known.ids("B3")
    (('B1', 'B2'), ('B3',))
    """

    def __init__(self) -> None:
        """Begin with every id a woman of her own."""
        self._edges: dict[str, SameWoman] = {}
        self._of: dict[str, dict[str, SameWoman]] = {}

    def __iter__(self) -> Iterator[SameWoman]:
        """The edges that stand, in the order in which they were added."""
        return iter(self._edges.values())

    def add(self, edge: SameWoman) -> None:
        """Let an edge stand; once more changes nothing."""
        self._edges[edge.act_id] = edge
        for id_ in (edge.kept_id, edge.other_id):
            self._of.setdefault(id_, {})[edge.act_id] = edge

    def remove(self, act_id: str) -> None:
        """Let the edge of an act stand no longer, if it did."""
        edge = self._edges.pop(act_id, None)
        for id_ in (edge.kept_id, edge.other_id) if edge else ():
            self._of[id_].pop(act_id, None)

    def ids(self, id_: str, *, without: str = "") -> tuple[str, ...]:
        """All ids of a woman, hers that was asked for included, in their order.

        Args:
            id_: Any of them.
            without: The act whose edge is not counted.
        """
        found = [id_]
        for each in found:
            for edge in self._of.get(each, {}).values():
                other = edge.other_id if each == edge.kept_id else edge.kept_id
                if other not in found and edge.act_id != without:
                    found.append(other)
        return tuple(sorted(found))

    def edges(self, id_: str) -> tuple[SameWoman, ...]:
        """The edges that join the ids of a woman, by sequence."""
        found = {edge.act_id: edge for each in self.ids(id_) for edge in self._of.get(each, {}).values()}
        return tuple(sorted(found.values(), key=lambda edge: edge.sequence))

    def kept(self, id_: str) -> str:
        """The id under which a woman is kept.

        It is other to none of her ids; where several are so, the one that was last said to be kept.
        """
        if not self._of.get(id_):  # of nearly all
            return id_
        edges = self.edges(id_)
        others = {edge.other_id for edge in edges}
        return next((edge.kept_id for edge in reversed(edges) if edge.kept_id not in others), min(self.ids(id_)))
