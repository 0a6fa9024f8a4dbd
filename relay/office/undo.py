"""Undo: the newest thing that somebody recorded is taken back, by corrections like any other.

What one command, form or request recorded bears one name and one time in the ledger, and so does a whole import: that
time is its id. Commands of one person within one second are taken for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from relay.domain.acts import ID_BYTES, Act, new_id
from relay.domain.entries import Entry
from relay.errors import Failure, NotFound, refused
from relay.instants import instant
from relay.ledger import entry_search
from relay.ledger.partial_register import read
from relay.ledger.recording import record_whole
from relay.office.intake import Recorded, became
from relay.office.wording import what_it_is
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.office.recorded_sentence import Nameable

HOURS: Final = 24  # what was meant is still remembered, and reported figures hardly hang on it (our choice)
_MARK: Final = "undo-"
"""With this the id of a correction begins by which something was undone: undoing again goes on to what was before."""

UNDOING: Final = f"correct:{_MARK}"
"""With this the act id of such a correction begins."""


NOTHING_TO_UNDO: Final = Failure(
    NotFound,
    "nothing_to_undo",
    "You recorded nothing in %(programme_id)s in the last %(hours)s hours that could be undone.",
    advice="What is older is put right by a correction",
    command="relay correct --help",
    values={"hours": HOURS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoableAct:
    """One act that would be taken back.

    Attributes:
        act_id: "kind:id".
        what: What it is, without anyone's name.
    """

    act_id: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """What somebody recorded at one time, as far as it still stands.

    Attributes:
        recorded_at: When, UTC.
        acts: The newest first; never empty.
    """

    recorded_at: str
    acts: tuple[UndoableAct, ...]


def undoable(graph: Graph, programme_id: str, by: str, *, since: str, at: str | None = None) -> Undoable:
    """The newest thing that somebody recorded, or all that she recorded at one time.

    Args:
        graph: Where.
        programme_id: Of the programme.
        by: Who recorded it: an account id, or "local:LOGIN".
        since: From when on it may be, UTC as the ledger writes it.
        at: The time of a whole import, in its place.

    Raises:
        NotFound: There is none.
        Unavailable: The database cannot be reached.
    """
    last = entry_search.recorded_by(graph, programme_id, by, first=at or since, last=at)
    for recorded_at, entries in groupby(_entries(graph, programme_id, last), key=attrgetter("recorded_at")):
        recorded = [each for each in entries if not each.act_id.startswith(UNDOING)]
        found = _standing(graph, programme_id, recorded)
        if found:
            return Undoable(recorded_at=recorded_at, acts=tuple(found))
    unknown = Sentence(
        "Nothing that you recorded in %(programme_id)s at %(at)s stands: it was taken back, or was never there.",
        programme_id=programme_id,
        at=at or "",
    )
    raise refused(NOTHING_TO_UNDO, programme_id=programme_id, reason=unknown if at else "")


def since(now: datetime) -> str:
    """From when on something can be undone."""
    return instant((now - timedelta(hours=HOURS)).astimezone(UTC))


def corrections(acts: Sequence[UndoableAct], why: str, clerk: Clerk) -> tuple[Act, ...]:
    """The corrections that take some acts back, each before what it stands on."""
    return tuple(correction(each.act_id, why, new_id(clerk.random(ID_BYTES))) for each in acts)


def correction(act_id: str, why: str, undo_id: str) -> Act:
    """The correction that takes one act back; it bears an id of its own behind the mark of what was undone."""
    correct_id = f"{_MARK}{undo_id}"
    said = {"correct_id": correct_id, "act_id": act_id, "how": "did_not_happen", "why": why}
    return Act(kind="correct", id=correct_id, values=said)


def take_back(
    graph: Graph,
    programme_id: str,
    corrected: Sequence[Act],
    clerk: Clerk,
    nameable: Nameable,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _of: None,
) -> tuple[Recorded, ...]:
    """Take acts back, all of them or none; a single one is told in a sentence.

    Args:
        graph: Where.
        programme_id: Of the programme.
        corrected: What `corrections` gives.
        clerk: Who takes them back.
        nameable: As of `recorded_sentence.told`.
        progress: As of `record_whole`.

    Raises:
        StandingOnIt: Others depend on them; all are listed.
        RelayError: None of what is left was recorded; the error says why.
    """
    outcomes = record_whole(graph, programme_id, corrected, clerk, progress)
    asked = nameable if len(outcomes) == 1 else None
    return tuple(became(programme_id, each, clerk, asked) for each in outcomes)


def _entries(graph: Graph, programme_id: str, sequences: Sequence[int]) -> Iterator[Entry]:
    return (each for each in entry_search.at(graph, programme_id, sequences) if isinstance(each, Entry))


def _standing(graph: Graph, programme_id: str, entries: Sequence[Entry]) -> list[UndoableAct]:
    """What of some entries was not taken back."""
    act_ids = [each.act_id for each in entries]
    register = graph.read(lambda transaction: read(transaction, programme_id, act_ids)) if act_ids else None
    if register is None:
        return []
    return [
        UndoableAct(act_id=each.act_id, what=what_it_is(graph.catalogue, each.act_id, each.act.values))
        for each in entries
        if register.stands(each.act_id)
    ]
