"""Results kept in memory: the next page of a list needs no second count.

What is kept is named by the hash of the ledger's head and by the day, so that nothing kept is ever stale.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from relay.arrays.lineage import Survey

MOST: Final = 24
"""Results kept (our choice: some days and filters of two or three readers; of 100,000 placements one is 10 MB)."""

T = TypeVar("T")


@dataclass(slots=True)
class _Result:
    """The result of some work, and when; the holder of the lock does it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    mark: str | None = None
    value: Any = None


@dataclass(slots=True)
class _Results:
    """Results by name, those that were asked for last at the end."""

    found: OrderedDict[Hashable, _Result] = field(default_factory=OrderedDict[Any, _Result])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: Hashable) -> _Result:
        """The place for a result."""
        with self.lock:
            result = self.found.setdefault(name, _Result())
            self.found.move_to_end(name)
            while len(self.found) > MOST:
                self.found.popitem(last=False)
            return result


def kept(name: Hashable, mark: str, work: Callable[[], T]) -> T:
    """The result of some work as of a mark: the one that is kept, or one made now, of which only the latest is kept.

    Of many who ask at once one does the work and the others wait for it; where it fails, the next one tries.

    Args:
        name: All that the result depends on but the mark.
        mark: What was read, such as the hash of the ledger's head.
        work: Changes nothing; it may ask for other results, but none that asks for this one.
    """
    results: _Results = current_app.extensions.setdefault("relay.kept", _Results())
    result = results.of(name)
    with result.lock:
        if result.mark != mark:
            result.value, result.mark = work(), mark
        found: T = result.value
        return found


def kept_of(survey: Survey, name: tuple[Hashable, ...], work: Callable[[], T]) -> T:
    """The result of some work on the relay as it stood on a day; the rest as in `kept`.

    Args:
        survey: The relay.
        name: All else that the result depends on.
        work: As for `kept`.
    """
    known = survey.snapshot
    return kept((known.programme_id, survey.as_of, survey.confirmed_only, *name), known.head_hash, work)
