"""The tree of places: a ward lies in its municipality, which lies in its district."""

from __future__ import annotations

from typing import Protocol, SupportsInt


class _Parents(Protocol):
    """For each row, the row of the place around it, or -1; a list or a column."""

    def __getitem__(self, row: int, /) -> SupportsInt: ...


def upwards(parent: _Parents, place: int) -> list[int]:
    """A place and all places around it, smallest first; each once, even if foreign data has a circle of places.

    Args:
        parent: For each place, the row of the place around it, or -1.
        place: Row of the place to start at.

    >>> upwards([-1, 0, 1], 2)
    [2, 1, 0]
    """
    places = [place]
    while (place := int(parent[place])) not in (-1, *places):
        places.append(place)
    return places
