"""Places lie in places: a ward in its municipality, that in its district."""

from __future__ import annotations

from typing import Protocol, SupportsInt


class _Parents(Protocol):
    """Of each row the row of the place around it, or -1; a list, or a column of a snapshot."""

    def __getitem__(self, row: int, /) -> SupportsInt: ...


def upwards(parent: _Parents, place: int) -> list[int]:
    """A place and all around it, each once, the smallest first: foreign data may hold places that lie in each other.

    Args:
        parent: Of each place, the row of the one around it, or -1.
        place: The row to begin at.

    >>> upwards([-1, 0, 1], 2)
    [2, 1, 0]
    """
    found = [place]
    while (place := int(parent[place])) not in (-1, *found):
        found.append(place)
    return found
