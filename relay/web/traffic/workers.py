"""Workers: several processes that answer at one address, each with its own Python, so that they use several cores.

They are copies of one process that has opened nothing yet, and their parent does nothing but look after them: it starts
another one where one ended, and none outlives it.
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

_PAUSE_SECONDS: Final = 1.0  # our choice: before another takes the place of one that ended
_GRACE_SECONDS: Final = 20.0  # our choice: in which requests that are being answered come to their end
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


def require_possible(workers: int) -> None:
    """Let nobody ask for several workers where there can be one only.

    Raises:
        Refused: There can be one only.
    """
    if workers > 1 and sys.platform != "linux":
        raise refused(ONE_WORKER_HERE)


def one_for_all() -> Any:  # noqa: ANN401 - a lock of either kind
    """A lock that one of all processes takes."""
    return multiprocessing.get_context("fork").Lock() if sys.platform == "linux" else threading.Lock()


def ended_by_signal() -> None:
    """End as Ctrl-C does when the system asks for it."""
    if threading.current_thread() is threading.main_thread():  # of which alone the system asks it
        signal.signal(signal.SIGTERM, _end)


def end_with_parent() -> None:
    """End when the parent is gone, however it went."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def keep_to_a_share(number: int, count: int) -> None:
    """Work on this share of the machine's processors.

    Threads of one process take turns at Python. Where these turns go from one processor to another, what one has at
    hand the other fetches anew: for sixteen readers of two processes a page cost 11.9 ms of processor, so 10.7.
    """
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[number::count] or [processors[number % len(processors)]])


def _end(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def supervise(count: int, work: Callable[[int, Callable[[], object]], None], answering: Callable[[], object]) -> None:
    """Have so many processes work until this one is asked to end.

    Args:
        count: How many.
        work: What each does, by its number from 0 on; it calls what it is given once it answers.
        answering: Called once all of them answer.

    Raises:
        Refused: One ended before it answered.
    """
    copying = multiprocessing.get_context("fork")
    ready = copying.Semaphore(0)

    def run(number: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # from the terminal it reaches all at once; the parent tells them
        ended_by_signal()
        end_with_parent()
        keep_to_a_share(number, count)
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
