"""Loops over columns, written once: compiled by numba where it is installed (`relay[fast]`) and pays, else plain.

A loop gets arrays when it is compiled and memory views of the same arrays when it is plain. So it indexes, adds and
compares, writes its results into columns that are given, and does nothing else.
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
"""An array when compiled, a memory view of it when plain."""

COMPILE_FROM: Final = 50_000
"""Placements below which a loop always runs plain (our choice: it takes less than a tenth of a second)."""
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
    """A loop compiled, or None where numba is not installed."""
    if find_spec("numba") is None:
        return None
    import numba  # noqa: PLC0415 - only where it pays  # pyright: ignore[reportMissingImports]

    compiled: _Loop = numba.njit(cache=True, nogil=True)(loop)
    return compiled


@functools.cache
def _second_thread() -> ThreadPoolExecutor:
    """The threads that work beside others: to start one takes a millisecond."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="beside")


os.register_at_fork(after_in_child=_second_thread.cache_clear)  # a worker has none of its parent's threads


def run_both(one: Callable[[], _One], other: Callable[[], _Other], placements: int) -> tuple[_One, _Other]:
    """What two pieces of work give; on two cores at once where so many placements are worked on that it pays.

    The other one asks for no such help itself: it would wait for those who wait for it.

    Raises:
        Exception: Whatever either raised; of two, what the first did.
    """
    if placements < COMPILE_FROM:
        return one(), other()
    later = _second_thread().submit(other)
    try:
        return one(), later.result()
    finally:
        later.cancel()


def in_halves(work: Callable[[slice], None], many: int) -> None:
    """Work on the first half of so many things and on the second, as `run_both` does."""
    run_both(partial(work, slice(0, many // 2)), partial(work, slice(many // 2, many)), many)


def compiled_or_plain(loop: _Loop, placements: int) -> _Loop:
    """A loop that is to go over so many placements: compiled when that pays and numba is there, else plain."""
    with _CHOOSING:
        _placements_looped_over[loop] += placements
        pays = placements >= COMPILE_FROM and _placements_looped_over[loop] >= COMPILE_AFTER
        compiled = _compiled(loop) if pays else None
    return compiled or partial(_plain, loop)


def run(loop: _Loop, placements: int, *columns: Column | int) -> Any:  # noqa: ANN401 - what the loop gives
    """What a loop gives that goes over so many placements, as it is `compiled_or_plain`."""
    return compiled_or_plain(loop, placements)(*columns)


def _plain(loop: _Loop, *columns: Column | int) -> Any:  # noqa: ANN401 - what the loop gives
    return loop(*(column.data if isinstance(column, np.ndarray) else column for column in columns))
