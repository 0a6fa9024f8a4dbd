"""Reading the next part of something long while the previous one is being processed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Step = TypeVar("_Step")
_Answer = TypeVar("_Answer")


def prefetched(ask: Callable[[_Step], _Answer], steps: Iterable[_Step]) -> Iterator[_Answer]:
    """The answers to all steps, in order; each is asked on another thread while the answer before it is used.

    A caller that stops early waits for the one step that was asked ahead.

    Raises:
        Exception: Whatever asking raised, when its answer is due.
    """
    steps = iter(steps)
    with ThreadPoolExecutor(max_workers=1) as asking:
        for first in islice(steps, 1):
            answer = ask(first)  # of one step alone no thread is made
            for step in steps:
                asked = asking.submit(ask, step)
                yield answer
                answer = asked.result()
            yield answer
