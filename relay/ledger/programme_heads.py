"""The programmes of a database: with which entry the ledger of each ends, and whether its graph is all there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.domain.acts import systems_of
from relay.domain.own_columns import OwnColumn, columns_of_text
from relay.errors import Failure, Invalid, NotFound, Refused, Unavailable, refused

if TYPE_CHECKING:
    from relay.graph import Graph

PROJECTION: Final = 3
"""Of the graph that this version builds (see `projection`): another number, and it is rebuilt from the ledger."""
RESTORING: Final = -1
"""In place of `PROJECTION` while a ledger is being restored: until then a part of it would pass for the whole."""


class NoProgramme(NotFound):
    """No programme of that id is in the database."""

    reason = "There is no programme %(programme_id)s in this database."
    advice = "Import or add one"
    command = "relay import PATH --apply, or relay programme add"

    programme_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a ledger.

    Attributes:
        sequence: Of the last entry; 0 before the first.
        hash: Of the last entry; `entries.ORIGIN` before the first.
        projection: The number of the projection that the graph was built by.
        copy_of: Of a copy, the URL of the original; else empty.
        in_step_until: Until when its copy is taken to be in step, a UTC instant; empty where none is.
        recorded_at: Of the last entry; empty before the first, and where nobody asks for it.
        anything_held: Whether any act is held in the programme; False where nobody asks for it.
    """

    sequence: int
    hash: str
    projection: int
    copy_of: str = field(default="", compare=False)
    in_step_until: str = field(default="", compare=False)
    recorded_at: str = field(default="", compare=False)
    anything_held: bool = field(default=False, compare=False)


HEAD_ALTERED: Final = Failure(
    Invalid,
    "head_altered",
    "The head of the ledger of %(programme_id)s cannot be read: it was altered.",
    advice="Restore into an empty database (another RELAY_DATA, or another NEO4J_DATABASE).",
)


class NotBuilt(Unavailable):
    """The graph was built by another version of Relay, or is being rebuilt."""

    reason = "Another version of Relay built the graph of programme %(programme_id)s in a different way."
    advice = "Rebuild it from the ledger"
    command = "relay engine rebuild"

    programme_id: str


class NotRestored(NotBuilt):
    """The programme is being restored, or was so in part."""

    reason = "Programme %(programme_id)s is being restored and is not complete yet."
    advice = "If the restore was interrupted, run the same relay restore again: it continues where it stopped."


class IsACopy(Refused):
    """Something is to be recorded into a copy."""

    reason = "This is a copy of programme %(programme_id)s, in which nothing is recorded."
    advice = "Record it at %(copy_of)s."

    programme_id: str
    copy_of: str


def require_original(programme_id: str, copy_of: str | None) -> None:
    """Let only an original be recorded into.

    Raises:
        IsACopy: It is a copy.
    """
    if copy_of:
        raise IsACopy(programme_id=programme_id, copy_of=copy_of)


def require_restored(programme_id: str, projection: int) -> None:
    """Let only a ledger be read that is all there.

    Raises:
        NotRestored: It is being restored, or was so in part.
    """
    if projection == RESTORING:
        raise NotRestored(programme_id=programme_id)


def require_built(programme_id: str, projection: int) -> None:
    """Let only a graph be asked, or recorded into, that is all there.

    Raises:
        NotBuilt: It is being rebuilt or restored, or was built by another version.
    """
    require_restored(programme_id, projection)
    if projection != PROJECTION:
        raise NotBuilt(programme_id=programme_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """How a programme and its copy on another machine stand, as both machines note it.

    Attributes:
        url: Of a copy, where the original answers; empty at the original.
        at: When the two last agreed, a UTC instant; empty if they never did.
        alarm: What the copy refused, in a sentence; empty if nothing.
        has: The last entry that the copy has, as it said when it last was in step; 0 if it never was.
        in_step_until: Until when it is taken to be in step, a UTC instant; empty if it is not.
    """

    url: str
    at: str
    alarm: str
    has: int = 0
    in_step_until: str = ""

    def is_silent(self, since: str) -> bool:
        """Whether the two have not agreed since a UTC instant."""
        return self.at < since

    def has_entry(self, sequence: int, now: str) -> bool | None:
        """Whether a copy in step has an entry; None where none is in step at a UTC instant."""
        return sequence <= self.has if self.in_step_until >= now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """A programme in the database, with the head of its ledger.

    Attributes:
        programme_id: Its id.
        entries: How many entries its ledger has; at least 1, unless it is being restored.
        head_hash: Of the last.
        built: Whether the graph is the one that this version builds.
        restoring: Whether the programme is being restored, or was so in part; then it may have no entry yet.
        name: Of the programme.
        timezone: In which its days begin.
        systems: That it uses.
        country: What it says of its country, as `country_of` reads it; None for the usual one.
        own: The columns of its own.
        copied: How it and its copy stand; None where there is no copy.
    """

    programme_id: str
    entries: int
    head_hash: str
    built: bool
    name: str
    timezone: str
    systems: tuple[str, ...] = ()
    country: str | None = None
    own: tuple[OwnColumn, ...] = ()
    restoring: bool = False
    copied: Copied | None = None


def heads(graph: Graph) -> tuple[LedgerHead, ...]:
    """All programmes of the database, by id; empty in an empty one. Of a head that was altered only the id is told.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_head_of(row) for row in graph.rows(cypher.LEDGERS) if _is_begun(row))


def _is_begun(row: Mapping[str, Any]) -> bool:
    """Whether a ledger has an entry, or is about to get those of a backup."""
    return bool(row["sequence"]) or row["projection"] == RESTORING


def all_heads(graph: Graph) -> tuple[LedgerHead, ...]:
    """The same, where the ledger of each programme is all there.

    Raises:
        NotRestored: That of one is not.
        Invalid: The head of one cannot be read.
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(cypher.LEDGERS)
    for row in rows:  # one of which nothing is there yet too
        require_restored(row["programme_id"], row["projection"])
    return tuple(require_sound(_head_of(row)) for row in rows if row["sequence"])


def require_sound(head: LedgerHead) -> LedgerHead:
    """Accept only a head that can be read.

    Raises:
        Invalid: It cannot.
    """
    if not head.head_hash:
        raise refused(HEAD_ALTERED, programme_id=head.programme_id)
    return head


def _head_of(row: Mapping[str, Any]) -> LedgerHead:
    named = all(isinstance(row[name], str | None) for name in ("name", "timezone", "systems", "country", "own_columns"))
    own = _own_columns(row["own_columns"]) if named else None
    if not (own is not None and type(row["sequence"]) is int and isinstance(row["hash"], str)):
        programme_id = str(row["programme_id"])
        return LedgerHead(
            programme_id=programme_id, entries=0, head_hash="", built=False, name=programme_id, timezone="UTC"
        )
    return LedgerHead(
        programme_id=row["programme_id"],
        entries=row["sequence"],
        head_hash=row["hash"],
        built=row["projection"] == PROJECTION,
        restoring=row["projection"] == RESTORING,
        name=row["name"] or row["programme_id"],
        timezone=row["timezone"] or "UTC",
        systems=systems_of(row),
        country=row["country"],
        own=own,
        copied=_copied(row),
    )


def _copied(row: Mapping[str, Any]) -> Copied | None:
    url, at, alarm = (str(row[name] or "") for name in ("copy_of", "copied_at", "alarm"))
    if not (url or at or alarm):
        return None
    return Copied(url=url, at=at, alarm=alarm, has=row["copy_has"] or 0, in_step_until=row["in_step_until"] or "")


def _own_columns(text: str | None) -> tuple[OwnColumn, ...] | None:
    """The columns of a programme's own; None where the text was altered."""
    try:
        return columns_of_text(text or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def head(graph: Graph, programme_id: str) -> LedgerHead:
    """The head of one programme's ledger.

    Raises:
        NoProgramme: It is not in the database.
        NotRestored: Its ledger is not all there.
        Invalid: Its head cannot be read.
        Unavailable: The database cannot be reached.
    """
    for row in graph.rows(cypher.LEDGERS):
        if row["programme_id"] == programme_id and _is_begun(row):
            require_restored(programme_id, row["projection"])
            return require_sound(_head_of(row))
    raise NoProgramme(programme_id=programme_id)
