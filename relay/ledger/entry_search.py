"""Finding entries of the ledger: by kind, by who recorded them and when, and by what they name."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from relay.database import cypher
from relay.domain.entries import Entry, Fault
from relay.errors import Invalid
from relay.graph import Graph
from relay.instants import instant, zone
from relay.ledger.programme_heads import LedgerHead
from relay.ledger.reading import STEP, entry_from

_EVER: Final = ("0000", "9999")  # before and after every instant, as text


def find(
    graph: Graph,
    head: LedgerHead,
    *,
    kind: str = "",
    by: str = "",
    since: date | None = None,
    until: date | None = None,
    naming: str = "",
) -> Sequence[int]:
    """The sequences of the entries that every filter lets through, newest first.

    Args:
        graph: Where.
        head: The ledger and how long it is.
        kind: Of the act; "" for all, as the texts below.
        by: The account, or "local:LOGIN", that recorded it.
        since: From this day on, in the programme's time zone.
        until: To this day, the day included.
        naming: An id, with or without its kind: of the act, or of what it names; or the beginning of a hash, from 8
            digits on.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if not (kind or by or since or until or naming):
        return range(head.entries, 0, -1)
    text = unicodedata.normalize("NFC", naming.strip())
    written = json.dumps(text, ensure_ascii=False)
    rows = graph.rows(
        cypher.ENTRIES_FOUND,
        programme_id=head.programme_id,
        kind=kind,
        by=by,
        first=_midnight(head, since) if since else _EVER[0],
        before=_midnight(head, until + timedelta(days=1)) if until else _EVER[1],
        act_id=text,
        ending=f":{text}",
        texts=[written, f":{written[1:]}"],
        hash=text.lower() if len(text) >= len("01234567") else "none",
    )
    return [row["sequence"] for row in rows]


def recorded_by(graph: Graph, programme_id: str, by: str, *, first: str, last: str | None = None) -> Sequence[int]:
    """The sequences of the entries that somebody recorded from one instant on, to another with it, newest first.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(
        cypher.ENTRIES_FOUND,
        programme_id=programme_id,
        kind="",
        by=by,
        first=first,
        before=f"{last}~" if last else _EVER[1],  # "~" sorts behind whatever an instant ends with
        act_id="",
        ending="",
        texts=[],
        hash="",
    )
    return [row["sequence"] for row in rows]


def _midnight(head: LedgerHead, day: date) -> str:
    return instant(datetime.combine(day, time(), zone(head.timezone)).astimezone(UTC))


def at(graph: Graph, programme_id: str, sequences: Sequence[int]) -> Iterator[Entry | Fault]:
    """Entries by their sequences, in that order, without what opens their personal fields.

    One that cannot be read is a fault, and one that is missing is left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for start in range(0, len(sequences), STEP):
        step = list(sequences[start : start + STEP])
        rows = graph.rows(cypher.ENTRIES_AT, prefix=f"{programme_id}/entry/", sequences=step)
        found = {row["sequence"]: row["entry"] for row in rows}
        for sequence in step:
            if sequence in found:
                try:
                    yield entry_from(graph.catalogue, found[sequence], None)
                except Invalid as error:
                    yield Fault(sequence=sequence, fault=error.reason)
