"""Small counts: what may be published outside the programme, where a small count would identify a person."""

from __future__ import annotations

from typing import Final

SMALL: Final = 5
"""A count below this, and above 0, is not told (domain, §6)."""


def tellable(many: int) -> int | None:
    """A count as it may be told; None when it is too small.

    >>> tellable(5), tellable(4), tellable(0)
    (5, None, 0)
    """
    return many if many == 0 or many >= SMALL else None
