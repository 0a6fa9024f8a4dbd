"""Work that makes millions of objects, and no rings of them: done without Python searching for rings meanwhile."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def uncollected() -> Generator[None]:
    """Search for no rings until the end: a quarter of an import's or a replay's time went into that, for next to none.

    What nobody uses any more is dropped at once as ever; only objects that use each other in a ring stay meanwhile. It
    holds for the whole process, and within another one it changes nothing. Who searches all the same (`gc.collect`)
    looks only at what was made meanwhile.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()
