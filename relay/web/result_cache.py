"""Results cached in memory, so that the next page of a list is not counted again.

A result is cached under the hash of the ledger's head and the day, so that it is never stale.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import current_app

from relay.countries import month_table
from relay.reports.health import health

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from relay.arrays.lineage import Survey
    from relay.reports.health import PartHealth

MOST: Final = 24
"""Cached results (our choice: some days and filters of two or three readers; one of 100,000 placements is 10 MB)."""

T = TypeVar("T")


@dataclass(slots=True)
class _Result:
    """A cached result, and the mark for which it was made; the lock is held while it is made."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    mark: str | None = None
    value: Any = None


@dataclass(slots=True)
class _Results:
    """Results by name, in the order in which they were last used."""

    by_name: OrderedDict[Hashable, _Result] = field(default_factory=OrderedDict[Any, _Result])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: Hashable) -> _Result:
        """The entry for a result, which is made if there is none; the least recently used are dropped."""
        with self.lock:
            result = self.by_name.setdefault(name, _Result())
            self.by_name.move_to_end(name)
            while len(self.by_name) > MOST:
                self.by_name.popitem(last=False)
            return result


def cached(name: Hashable, mark: str, work: Callable[[], T]) -> T:
    """A cached result; if there is none for this mark, `work` makes it, and it replaces the one of the earlier mark.

    If many threads ask at once, one does the work and the others wait for it; if it fails, the next one tries.

    Args:
        name: All that the result depends on, except the mark.
        mark: The state of what is read, such as the hash of the ledger's head.
        work: Makes the result, without side effects; it may use other cached results, but not this one.
    """
    results: _Results = current_app.extensions.setdefault("relay.kept", _Results())
    result = results.of(name)
    with result.lock:
        state = f"{mark} {month_table.in_use().digest}"
        if result.mark != state:
            result.value, result.mark = work(), state
        value: T = result.value
        return value


def cached_for_survey(survey: Survey, name: tuple[Hashable, ...], work: Callable[[], T]) -> T:
    """A cached result of work on a survey; see `cached`.

    Args:
        survey: The survey: programme, day, and whether only confirmed pass-ons count.
        name: All else that the result depends on.
        work: Makes the result, as for `cached`.
    """
    snapshot = survey.snapshot
    return cached((snapshot.programme_id, survey.as_of, survey.confirmed_only, *name), snapshot.head_hash, work)


def health_by_part(survey: Survey, word: str) -> Mapping[str, PartHealth]:
    """Id → how the placements of a group or a place are doing; those that hold nothing are left out.

    Args:
        survey: The survey of the programme.
        word: "group" or "place".
    """

    def counted() -> Mapping[str, PartHealth]:
        return {str(part.part): part for part in health(survey, by=(word,)).breakdowns[0].parts}

    return cached_for_survey(survey, ("parts", word), counted)
