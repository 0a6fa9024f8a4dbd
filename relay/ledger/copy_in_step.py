"""A copy in step: while it asks for each entry at once, whoever records is told whether the copy has it.

With each request the copy says up to which entry it has everything, and the original keeps the request open until there
is more. Whoever records waits a moment for that; where no copy asks, nobody waits.

    (:Ledger {copy_has, in_step_until})
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Protocol, TypeVar

from relay.database import cypher
from relay.errors import Unavailable
from relay.graph import Graph
from relay.instants import instant

KEPT_OPEN_SECONDS: Final = 20.0  # our choice: proxies close what is silent for a minute
ANSWER_SECONDS: Final = 2.0  # our choice: so long somebody waits for the copy before she is told that it has not got it
_LOOK_SECONDS: Final = 0.05
_GRACE: Final = timedelta(seconds=10)  # our choice: a slow copy has fetched and asks again


def keep_in_step(graph: Graph, programme_id: str, after: int, now: datetime) -> int:
    """Note that a copy has everything up to an entry, and wait until there is more, or for `KEPT_OPEN_SECONDS`.

    Args:
        graph: The database of the original.
        programme_id: The programme.
        after: The last entry that the copy has.
        now: The current instant.

    Returns:
        The last entry.

    Raises:
        Unavailable: The database cannot be reached.
    """
    until = instant((now + timedelta(seconds=KEPT_OPEN_SECONDS) + _GRACE).astimezone(UTC))
    noted = {"copy_has": after, "in_step_until": until}
    graph.write(lambda transaction: transaction.run(cypher.SET_COPIED, key=programme_id, copy=noted))
    ends = time.monotonic() + KEPT_OPEN_SECONDS
    while (last := _noted(graph, programme_id, "sequence")) <= after and time.monotonic() < ends:
        time.sleep(_LOOK_SECONDS)
    return last


class Told(Protocol):
    """What is told of an act that was handed in: a dataclass with its entry, and whether the copy has it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def sequence(self) -> int | None:
        """Of its entry; None when there is none."""


_Told = TypeVar("_Told", bound=Told)


def with_copied(
    graph: Graph, programme_id: str, rows: Sequence[_Told], *, in_step_until: str, now: datetime
) -> tuple[_Told, ...]:
    """What is told of acts, with whether the copy has each; as it was where no copy is in step.

    A copy in step is waited for; where it is too slow, nobody waits again before it has asked again.

    Args:
        graph: The database of the original.
        programme_id: The programme.
        rows: What is told of each act.
        in_step_until: Until when the copy is taken to be in step, a UTC instant, as the ledger's head says.
        now: The current instant.
    """
    last = max((each.sequence or 0 for each in rows), default=0)
    if last and in_step_until >= instant(now.astimezone(UTC)):
        with suppress(Unavailable):  # it is recorded even where that cannot be told
            has = _waited(graph, programme_id, last)
            return tuple(replace(each, copied=each.sequence <= has) if each.sequence else each for each in rows)
    return tuple(rows)


def _waited(graph: Graph, programme_id: str, last: int) -> int:
    """The last entry that the copy has, once it has one, or was waited for in vain."""
    ends = time.monotonic() + ANSWER_SECONDS
    while (has := _noted(graph, programme_id, "copy_has")) < last:
        if time.monotonic() > ends:
            graph.write(
                lambda transaction: transaction.run(cypher.SET_COPIED, key=programme_id, copy={"in_step_until": ""})
            )
            break
        time.sleep(_LOOK_SECONDS)
    return has


def _noted(graph: Graph, programme_id: str, name: str) -> int:
    return int(graph.rows(cypher.COPY, key=programme_id)[0][name] or 0)
