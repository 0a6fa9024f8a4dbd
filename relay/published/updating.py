"""Keeping the published figures up to date while pages are served: checked every minute, written only if outdated."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from relay.errors import RelayError
from relay.instants import zone
from relay.ledger import programme_heads
from relay.published.publishing import publish, published

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from relay.graph import Graph
    from relay.published.publishing import PublishingDone

EVERY_SECONDS: Final = 60.0
"""Our choice: readers of the graph wait no longer than this, and the database is not kept busy."""


def refresh(
    graph: Graph, folder: Path | None, now: datetime, random: Callable[[int], bytes]
) -> tuple[PublishingDone, ...]:
    """Publish every programme whose published figures are not those of its current day.

    Args:
        graph: The database.
        folder: Cache folder of snapshots; None caches none.
        now: The current instant; each programme's day follows from its time zone.
        random: Gives the number of random bytes asked for.

    Returns:
        What was written, one for each programme that was outdated.

    Raises:
        Conflict: Somebody else began to publish the same programme.
        Unavailable: The database cannot be reached.
    """
    written: list[PublishingDone] = []
    for head in programme_heads.heads(graph):
        if not head.built:
            continue
        today, there = now.astimezone(zone(head.timezone)).date(), published(graph, head.programme_id)
        if there is None or (there.as_of, there.hash) != (today, head.head_hash):
            written.append(publish(graph, head.programme_id, today, folder, random))
    return tuple(written)


@contextmanager
def keep_up_to_date(
    graph: Graph, folder: Path | None, random: Callable[[int], bytes], say: Callable[[str], object]
) -> Generator[None]:
    """Refresh what is published at once and then every minute, until the block ends; failures are reported and retried.

    Args:
        graph: The database; it must stay open until the block ends.
        folder: Cache folder of snapshots; None caches none.
        random: Gives the number of random bytes asked for.
        say: Called with a sentence for each failure.
    """
    ended = threading.Event()

    def keep_up() -> None:
        while not ended.is_set():
            try:
                refresh(graph, folder, datetime.now(UTC), random)
            except RelayError as error:
                say(f"The states in the graph could not be published: {error}")
            ended.wait(EVERY_SECONDS)

    keeper = threading.Thread(target=keep_up, name="published", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
