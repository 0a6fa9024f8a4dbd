"""Loops over columns, each written once: compiled by numba where it is installed and pays, else plain.

A compiled loop gets arrays; a plain one gets memory views of the same arrays. So a loop only indexes, adds, compares,
and writes its results into columns that it is given.
"""

from __future__ import annotations

import functools
import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from typing import Any, Final, TypeVar

import numpy as np

Column = Any
"""An array for a compiled loop, a memory view of the array for a plain one."""

COMPILE_FROM: Final = 50_000
"""Below this number of placements a loop always runs plain (our choice: it takes less than a tenth of a second)."""
COMPILE_AFTER: Final = 400_000
"""Placements that a loop goes over in one process until loading numba has paid: that takes some 0.6 s, and plain loops
as long for this many. So a command does not wait for a compiler that a server, asked again and again, is glad of."""

_One = TypeVar("_One")
_Other = TypeVar("_Other")
_Loop = Callable[..., Any]
_placements_looped_over: Final[Counter[_Loop]] = Counter()
_CHOOSING: Final = threading.Lock()


@functools.cache
def _compiled(loop: _Loop) -> _Loop | None:
    """The compiled loop; None if numba is not installed."""
    if find_spec("numba") is None:
        return None
    import numba  # noqa: PLC0415 - only where it pays  # pyright: ignore[reportMissingImports]

    compiled: _Loop = numba.njit(cache=True, nogil=True)(loop)
    return compiled


@functools.cache
def _second_thread() -> ThreadPoolExecutor:
    """A pool of threads that is started once, since starting a thread takes a millisecond."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="beside")


os.register_at_fork(after_in_child=_second_thread.cache_clear)  # a worker has none of its parent's threads


def run_both(one: Callable[[], _One], other: Callable[[], _Other], placements: int) -> tuple[_One, _Other]:
    """Run two functions, at the same time on two cores if there are enough placements for that to pay.

    The second function must not call `run_both` itself: it could wait forever for a free thread.

    Returns:
        The results of both.

    Raises:
        Exception: Whatever either raised; if both raised, the exception of the first.
    """
    if placements < COMPILE_FROM:
        return one(), other()
    later = _second_thread().submit(other)
    try:
        return one(), later.result()
    finally:
        later.cancel()


def in_halves(work: Callable[[slice], None], many: int) -> None:
    """Call `work` with the first and the second half of `many` items, as `run_both` does."""
    run_both(partial(work, slice(0, many // 2)), partial(work, slice(many // 2, many)), many)


def compiled_or_plain(loop: _Loop, placements: int) -> _Loop:
    """The loop as it should run for this many placements: compiled if that pays and numba is installed, else plain."""
    with _CHOOSING:
        _placements_looped_over[loop] += placements
        pays = placements >= COMPILE_FROM and _placements_looped_over[loop] >= COMPILE_AFTER
        compiled = _compiled(loop) if pays else None
    return compiled or partial(_plain, loop)


def run(loop: _Loop, placements: int, *columns: Column | int) -> Any:  # noqa: ANN401 - what the loop gives
    """Run a loop for this many placements, compiled or plain, and return its result."""
    return compiled_or_plain(loop, placements)(*columns)


def _plain(loop: _Loop, *columns: Column | int) -> Any:  # noqa: ANN401 - what the loop gives
    return loop(*(column.data if isinstance(column, np.ndarray) else column for column in columns))
