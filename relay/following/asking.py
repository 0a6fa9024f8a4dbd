"""The original asks its copy, as its service starts and every minute, whether that became the original meanwhile.

Where it did, this machine's programme becomes a copy, in which nothing is recorded until it follows in turn. What the
copy says is believed only if a follower's own key signed it, and if it is no part of this machine's ledger.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Final
from urllib.parse import quote

from relay.access import followers
from relay.database import cypher
from relay.errors import NotFound, RelayError
from relay.graph import Graph
from relay.ledger import programme_heads, reading
from relay.ledger.checkpoints import Checkpoint, from_text
from relay.service.client import read_openly

SECONDS: Final = 60.0  # our choice: for so long both may record after a copy was made the original


def give_way(graph: Graph, url: str, announce: Callable[[str], object]) -> None:
    """Make copies of the programmes whose copy became the original; where it cannot be reached, nothing changes.

    Args:
        graph: The database.
        url: Where the copy answers.
        announce: Is told what changed.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for head in programme_heads.heads(graph):
        keys = _keys_of_followers(graph, head.programme_id)
        if not keys or (head.copied and head.copied.url):
            continue
        with suppress(RelayError):
            if _was_promoted(graph, head.programme_id, url, keys):
                _become_copy(graph, head.programme_id, url)
                announce(f"{head.programme_id} is recorded at {url} now; here it is a copy.")


def _keys_of_followers(graph: Graph, programme_id: str) -> frozenset[str]:
    """The keys with which the followers of a programme sign."""
    confirmed = (each.confirmed for each in followers.all_of(graph, programme_id))
    return frozenset(from_text(each).public_key for each in confirmed if each)


def _was_promoted(graph: Graph, programme_id: str, url: str, keys: frozenset[str]) -> bool:
    try:
        said: Checkpoint = read_openly(Checkpoint, url, f"/following/promoted/{quote(programme_id)}")
    except NotFound:
        return False
    if said.programme_id != programme_id or said.public_key not in keys or not said.signed:
        return False
    return not reading.has(graph, programme_id, said.sequence, said.head_hash)


def _become_copy(graph: Graph, programme_id: str, url: str) -> None:
    graph.write(lambda transaction: transaction.run(cypher.SET_COPY, key=programme_id, copy={"copy_of": url}))


@contextmanager
def every_minute(graph: Graph, url: str | None, announce: Callable[[str], object]) -> Generator[None]:
    """Ask now, and every minute until the block ends; nothing where no copy is named."""
    if url is None:
        yield
        return
    give_way(graph, url, announce)
    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(SECONDS):
            with suppress(RelayError):
                give_way(graph, url, announce)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
