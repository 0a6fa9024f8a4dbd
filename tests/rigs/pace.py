"""The pace of a person, who types no two commands within one second; what is recorded within one is undone together."""

from __future__ import annotations

import time


def next_second() -> None:
    """Wait until another second begins."""
    time.sleep(1 - time.time() % 1)
