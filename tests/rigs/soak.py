"""How much of a long test every run does: a fiftieth, the same each time; all of it with RELAY_SOAK=1 (`make soak`)."""

from __future__ import annotations

import os

SOAK = bool(os.environ.get("RELAY_SOAK"))


def share(whole: int) -> int:
    """How many of so many cases this run tries."""
    return whole if SOAK else whole // 50


def drawn(whole: int) -> int:
    """How many of so many examples that hypothesis draws this run tries: each takes long enough to be felt."""
    return whole if SOAK else whole // 3
