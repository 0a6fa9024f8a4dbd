"""The layer kept up to date while the pages are served: looked at every minute, and written only where it is behind."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from relay.clock import zone
from relay.errors import RelayError
from relay.ledger import programmes
from relay.published.publishing import publish, published

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from relay.graph import Graph
    from relay.published.publishing import PublishingDone

EVERY_SECONDS: Final = 60.0
"""Our choice: who looks at the graph waits no longer, and the database is not kept busy."""


def refresh(
    graph: Graph, folder: Path | None, now: datetime, random: Callable[[int], bytes]
) -> tuple[PublishingDone, ...]:
    """Publish every programme as it stands today, where what is published is behind; gives what was written.

    Args:
        graph: Where.
        folder: Where snapshots are kept from one run to the next; None keeps none.
        now: The instant; each programme has its own day.
        random: Gives that many random bytes.

    Raises:
        Conflict: Somebody else began to publish the same programme.
        Unavailable: The database cannot be reached.
    """
    written: list[PublishingDone] = []
    for head in programmes.heads(graph):
        if not head.built:
            continue
        today, there = now.astimezone(zone(head.timezone)).date(), published(graph, head.programme_id)
        if there is None or (there.as_of, there.hash) != (today, head.head_hash):
            written.append(publish(graph, head.programme_id, today, folder, random))
    return tuple(written)


@contextmanager
def kept_up(
    graph: Graph, folder: Path | None, random: Callable[[int], bytes], say: Callable[[str], object]
) -> Generator[None]:
    """Refresh what is published at once and every minute until the block ends; what fails is said and tried again.

    Args:
        graph: Where; must stay open as long.
        folder: Where snapshots are kept from one run to the next; None keeps none.
        random: Gives that many random bytes.
        say: Is given a sentence for each time that it could not be done.
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
