"""Stored acts on their way to another machine: in requests that a weak line carries, each of one writer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from relay.service.client import Answered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from relay.ledger.held.receiving import TakenIn
    from relay.outbox.stored_acts import StoredAct
    from relay.service.client import Remote

_AT_ONCE: Final = 50  # acts in one request; our choice: on a weak line an answer comes within some seconds
_BYTES_AT_ONCE: Final = 48 * 1024  # of their content; a service takes 64 kB


def in_requests(kept: Iterable[StoredAct]) -> Iterator[Sequence[StoredAct]]:
    """Acts of one programme and writer, as many as one request takes."""
    batch: list[StoredAct] = []
    size = 0
    for each in kept:
        own = len(json.dumps(each.sent).encode()) + 200
        if batch and (batch[0].whose != each.whose or len(batch) == _AT_ONCE or size + own > _BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += own
    if batch:
        yield batch


def send(remote: Remote, acts: Sequence[StoredAct], way: str) -> tuple[TakenIn, ...]:
    """Hand in some acts of one writer; a row for each, in their order.

    Args:
        remote: Where.
        acts: As `in_requests` gives them.
        way: How they come; see `relay.web.api.acts_from_files`.

    Raises:
        UnknownOutcome: The line was lost after they were sent.
        RelayError: The service said so, or cannot be reached.
    """
    programme_id, device_id, by = acts[0].whose
    body = {"acts": [each.sent for each in acts], "carried": {"way": way, "device_id": device_id, "by": by}}
    answered: Answered = remote.send(Answered, f"/programmes/{quote(programme_id)}/acts", body)
    return answered.acts
