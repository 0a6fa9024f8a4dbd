"""The pace of a person, who types no two commands within one second, and her patience with what ends in its own time.

What is recorded within one second is undone together.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def next_second() -> None:
    """Wait until another second begins."""
    time.sleep(1 - time.time() % 1)


def wait_until(holds: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait until something holds; it fails the test where that takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
