"""Workers: several processes that answer at one address, so that they use several cores.

They are forked from one process that has opened nothing yet. This parent only supervises them: it starts a new one when
one ends, and none outlives it.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, NoReturn

from relay.errors import Failure, Refused, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkProcess

_PAUSE_SECONDS: Final = 1.0  # our choice: before a new worker replaces one that ended
_GRACE_SECONDS: Final = 20.0  # our choice: for requests that are being answered
_LOOK_SECONDS: Final = 0.2
_PARENT_DEATH_SIGNAL: Final = 1  # what Linux's prctl calls it


ONE_WORKER_HERE: Final = Failure(
    Refused,
    "one_worker_here",
    "Several workers are possible on Linux only.",
    advice="Leave --workers out: one worker answers eight requests at a time.",
    field="workers",
)


WORKERS_FAIL: Final = Failure(
    Refused,
    "workers_fail",
    "A worker did not start.",
    advice="See the message above; if it stays so, leave --workers out.",
)


def require_workers_possible(workers: int) -> None:
    """Refuse several workers on systems other than Linux.

    Raises:
        Refused: Only one worker is possible.
    """
    if workers > 1 and sys.platform != "linux":
        raise refused(ONE_WORKER_HERE)


def shared_lock() -> Any:  # noqa: ANN401 - a lock of either kind
    """A lock that all processes share."""
    return multiprocessing.get_context("fork").Lock() if sys.platform == "linux" else threading.Lock()


def end_on_signal() -> None:
    """Handle SIGTERM like Ctrl-C."""
    if threading.current_thread() is threading.main_thread():  # only it gets signals
        signal.signal(signal.SIGTERM, _end)


def end_with_parent() -> None:
    """Have the system end this process when its parent ends, in whatever way."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def pin_to_processors(number: int, count: int) -> None:
    """Run worker `number` of `count` on its share of the machine's processors only.

    Threads of one process take turns at running Python. If the turns move between processors, caches are filled anew:
    for sixteen readers of two processes a page cost 11.9 ms of processor, with this 10.7.
    """
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[number::count] or [processors[number % len(processors)]])


def _end(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def supervise(count: int, work: Callable[[int, Callable[[], object]], None], answering: Callable[[], object]) -> None:
    """Run worker processes until this process is asked to end.

    Args:
        count: How many workers.
        work: What each does; it gets its number, from 0, and a function to call once it answers requests.
        answering: Is called once all of them answer.

    Raises:
        Refused: A worker ended before it answered.
    """
    copying = multiprocessing.get_context("fork")
    ready = copying.Semaphore(0)

    def run(number: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # from the terminal it reaches all at once; the parent tells them
        end_on_signal()
        end_with_parent()
        pin_to_processors(number, count)
        work(number, ready.release)

    def begun(number: int) -> ForkProcess:
        process: Any = copying.Process(target=run, args=(number,))
        process.start()
        return process  # type: ignore[no-any-return]

    workers = [begun(number) for number in range(count)]
    try:
        for _ in workers:
            while not ready.acquire(timeout=_LOOK_SECONDS):
                if not all(each.is_alive() for each in workers):
                    raise refused(WORKERS_FAIL)
        answering()
        while True:
            wait([each.sentinel for each in workers])
            time.sleep(_PAUSE_SECONDS)
            workers = [each if each.is_alive() else begun(number) for number, each in enumerate(workers)]
    finally:
        for each in workers:
            each.terminate()
        for each in workers:
            each.join(_GRACE_SECONDS)
            if each.is_alive():
                each.kill()
