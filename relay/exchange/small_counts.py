"""Suppresses small counts, which could identify a person when they are published outside the programme."""

from __future__ import annotations

from typing import Final

SMALL: Final = 5
"""Counts from 1 up to, but not including, this are not published (domain, §6)."""


def publishable(many: int) -> int | None:
    """A count as it may be published; None if it is too small.

    >>> publishable(5), publishable(4), publishable(0)
    (5, None, 0)
    """
    return many if many == 0 or many >= SMALL else None
