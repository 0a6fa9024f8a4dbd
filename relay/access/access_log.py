"""The access log: one line each time somebody opens personal data, written before it is shown; ids, never a name.

It is in the database, in hash chains: whoever alters, removes or reorders lines is found by `verify`. Each process
writes chains of its own, so that no page waits for another's lock; of two pages at the same moment each has its own.

    (:AccessChain {key: 'access/PROGRAMME/CHAIN', of: 'PROGRAMME/MONTH', chain, sequence, hash, at, …})   its last line
    (:Access {key: 'access/PROGRAMME/CHAIN/1', of: 'PROGRAMME/MONTH', chain, sequence, …})                each line

A chain is of one month, with which its name begins. Its first line, and one in each hour after that, names the last
lines of the other chains ("CHAIN/SEQUENCE/HASH"): so a whole chain cannot be left out unnoticed. Lines are deleted by
age, never by size: after two years. Of a chain whose lines were deleted, the number and the hash of the last remain.
An answer "304 Not Modified" writes no line: the page was logged when it was first read.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import chain as one_after_another
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, LiteralString
from weakref import WeakKeyDictionary

from relay.database import cypher
from relay.domain.canonical_json import canonical
from relay.domain.entries import ORIGIN
from relay.domain.model import add_months
from relay.errors import Conflict, Failure, Unavailable, refused
from relay.instants import instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relay.graph import Graph, Transaction

KEPT_MONTHS: Final = 24  # our choice: the year that an audit looks at, whole, until the audit of the next
DEFAULT_LINES: Final = 1000  # lines shown when no number is given; our choice: an answer of a few hundred kilobytes
_STEP: Final = 1000  # lines written or deleted at once
_JOINED_EVERY: Final = timedelta(hours=1)
_WRITTEN_TO: Final = timedelta(hours=2)
"""A chain is named by the next joined line of another. That comes within an hour of the chain's last line, or before
all others: so those matter that were written to within an hour of the newest line; two allow for clocks that differ."""
_MOST_JOINED: Final = 100  # our choice: chains that are written to within two hours
MONTH_LETTERS: Final = len("2026-11")  # of a chain's name
_HASHED: Final = ("scope", "chain", "sequence", "at", "by", "what", "ids", "joined", "previous_hash")
_OF_CHAIN: Final = ("of", "scope", "chain", "sequence", "hash", "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One line of the log: somebody opened personal data.

    Attributes:
        at: A UTC instant.
        by: Who opened it, as the ledger names people: an account, or the owner of a login on this machine.
        what: "show" for a record, "names" for what people are called, else the page whose names were shown, or the
            command that wrote all of them into a file.
        ids: The records: "kind:id"; the programme where all names went out.
    """

    at: str
    by: str
    what: str
    ids: tuple[str, ...]


NOT_WRITTEN_DOWN: Final = Failure(
    Unavailable,
    "not_written_down",
    "The access log cannot be written, so this is not shown. %(why)s",
    advice="If you were recording, send the same again: what is already recorded is not recorded twice. Otherwise ask"
    " your administrator to check the database.",
)


# ---------------------------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMonth:
    """A month of the log in a backup: the properties of the nodes of its chains, and of their lines."""

    chains: tuple[Mapping[str, Any], ...]
    lines: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnChain:
    """A chain that this process goes on with, up to its last line, and when that or an earlier one was joined."""

    name: str
    sequence: int
    hash: str
    joined_at: str


_IDLE: Final[WeakKeyDictionary[Graph, defaultdict[str, list[_OwnChain]]]] = WeakKeyDictionary()
"""Of each open database and programme, the chains of this process that nobody is writing to at the moment."""


def write(graph: Graph, programme_id: str, access: Access) -> None:
    """Append one line to the log of a programme: the whole line, or nothing.

    Args:
        graph: The database.
        programme_id: The programme whose records were opened.
        access: Who opened what, and when.

    Raises:
        Unavailable: It cannot be written; then the data must not be shown.
    """
    idle = _IDLE.setdefault(graph, defaultdict(list))[programme_id]
    try:
        own = idle.pop()
    except IndexError:  # all are written to: nobody waits for them
        own = None
    try:
        idle.append(_append(graph, programme_id, access, own))
    except (Unavailable, Conflict) as error:  # perhaps it was written all the same: its chain is not gone on with
        raise refused(NOT_WRITTEN_DOWN, why=error.reason) from error


def _append(graph: Graph, programme_id: str, access: Access, own: _OwnChain | None) -> _OwnChain:
    """Append a line to a chain; to a new one where there is none of that month, or it no longer ends as it did."""
    if own and own.name[:MONTH_LETTERS] == access.at[:MONTH_LETTERS]:
        joined_before = instant(datetime.fromisoformat(access.at) - _JOINED_EVERY)
        written = graph.write(
            lambda transaction: _write_line(transaction, programme_id, access, own, join=own.joined_at <= joined_before)
        )
        if written:
            return written
    name = f"{access.at[:MONTH_LETTERS]}-{time.time_ns():016x}{secrets.token_hex(4)}"
    new = _OwnChain(name=name, sequence=0, hash=ORIGIN, joined_at="")
    return graph.write(lambda transaction: _write_line(transaction, programme_id, access, new, join=True)) or new


def _write_line(
    transaction: Transaction, programme_id: str, access: Access, own: _OwnChain, *, join: bool
) -> _OwnChain | None:
    """Write the next line of a chain; None where the chain does not end as it did: it was set back, or removed."""
    joined = _ends_of_others(transaction, programme_id, own.name) if join else []
    line = _sealed(programme_id, own.name, own.sequence + 1, own.hash, access, joined)
    text = cypher.ADD_ACCESS if own.sequence else cypher.FIRST_ACCESS
    if not transaction.rows(text, chain=_chain_of(line), line=line, previous_hash=own.hash):
        return None
    joined_at = access.at if join else own.joined_at
    return _OwnChain(name=own.name, sequence=line["sequence"], hash=line["hash"], joined_at=joined_at)


def _ends_of_others(transaction: Transaction, programme_id: str, own: str) -> list[str]:
    """The last lines of the other chains that were written to of late, as a joined line names them."""
    first = date.fromisoformat(f"{own[:MONTH_LETTERS]}-01")
    months = [f"{programme_id}/{each.isoformat()[:MONTH_LETTERS]}" for each in (first, add_months(first, -1))]
    rows = transaction.rows(cypher.LATEST_ACCESS_CHAINS, months=months, most=_MOST_JOINED)
    newest = max((row["chain"]["at"] for row in rows), default="")
    since = instant(datetime.fromisoformat(newest) - _WRITTEN_TO) if newest else ""
    ends = (row["chain"] for row in rows if row["chain"]["at"] >= since and row["chain"]["chain"] != own)
    return sorted(f"{each['chain']}/{each['sequence']}/{each['hash']}" for each in ends)


def _sealed(
    programme_id: str, chain: str, sequence: int, previous_hash: str, access: Access, joined: Sequence[str]
) -> dict[str, Any]:
    """The properties of a line's node."""
    line = {
        "scope": programme_id,
        "chain": chain,
        "sequence": sequence,
        **asdict(access),
        "ids": list(access.ids),
        "joined": list(joined),
        "previous_hash": previous_hash,
    }
    return _with_keys({**line, "hash": _digest(line)})


def _with_keys(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line with the two properties by which it is looked up; they follow from what its hash covers."""
    chain = line["chain"]
    return {
        "key": f"access/{line['scope']}/{chain}/{line['sequence']}",
        "of": f"{line['scope']}/{chain[:MONTH_LETTERS]}",
        **line,
    }


def _chain_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of the node of a chain that ends with a line."""
    return {"key": f"access/{line['scope']}/{line['chain']}", **{name: line[name] for name in _OF_CHAIN}}


def _digest(line: Mapping[str, Any]) -> str:
    """The hash that a line must bear; empty when it holds what no line does."""
    try:
        return sha256(canonical({name: line.get(name) for name in _HASHED})).hexdigest()
    except (TypeError, ValueError):
        return ""


def is_intact(line: Mapping[str, Any]) -> bool:
    """Whether the properties of a line's node are those that it was written with, as far as its own hash tells."""
    try:
        return dict(line) == _with_keys({**{name: line[name] for name in _HASHED}, "hash": _digest(line)})
    except (KeyError, TypeError):
        return False


def delete_old(graph: Graph, programme_id: str, today: date) -> None:
    """Delete the lines of the months that are older than `KEPT_MONTHS`.

    Raises:
        Unavailable: The database cannot be reached.
    """
    first = first_month_kept(today)
    for month in months(graph, programme_id):
        while month < first and _delete_some(graph, f"{programme_id}/{month}"):
            pass


def _delete_some(graph: Graph, of: str) -> int:
    deleted: int = graph.write(lambda transaction: transaction.rows(cypher.DELETE_ACCESSES, of=of, limit=_STEP))[0][
        "deleted"
    ]
    return deleted


def first_month_kept(today: date) -> str:
    """The first month, "2024-11", whose lines are kept."""
    return add_months(today.replace(day=1), -KEPT_MONTHS).isoformat()[:MONTH_LETTERS]


# ---------------------------------------------------------------------------------------------------- reading


def read_newest(graph: Graph, programme_id: str, most: int | None = None) -> tuple[Access, ...]:
    """Read the newest lines about a programme's records.

    Args:
        graph: The database.
        programme_id: The programme.
        most: How many lines at most; `DEFAULT_LINES` when None.

    Returns:
        The lines, newest first; empty when nothing was opened within `KEPT_MONTHS`.

    Raises:
        Unavailable: The database cannot be reached.
    """
    most = most or DEFAULT_LINES
    found = one_after_another.from_iterable(
        graph.rows(cypher.NEWEST_ACCESSES, of=f"{programme_id}/{month}", most=most)
        for month in months(graph, programme_id)
    )
    return tuple(
        Access(at=line.get("at", ""), by=line.get("by", ""), what=line.get("what", ""), ids=tuple(line.get("ids", ())))
        for line in (row["line"] for row in islice(found, most))  # something may have been removed from it
    )


def months(graph: Graph, programme_id: str) -> list[str]:
    """The months of a programme's chains, "2026-11", the last one first."""
    return [row["month"] for row in graph.rows(cypher.ACCESS_MONTHS, scope=programme_id)]


# ---------------------------------------------------------------------------------------------------- in backups


def backup_line(graph: Graph, programme_id: str, month: str) -> str:
    """A month of the log, its chains and their lines, as one line of a backup.

    Raises:
        Unavailable: The database cannot be reached.
    """
    chains = [row["chain"] for row in graph.rows(cypher.ACCESS_CHAINS, scope=programme_id, month=month)]
    lines = [row["line"] for row in graph.rows(cypher.ACCESSES_OF_CHAINS, chains=chains)]  # others may go on meanwhile
    return json.dumps({"accesses": month, "chains": chains, "lines": lines}, ensure_ascii=False)


def from_backup(line: str) -> BackupMonth:
    """A month on one line of a backup.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: It is none.
    """
    written = json.loads(line)
    month = BackupMonth(chains=tuple(map(dict, written["chains"])), lines=tuple(map(dict, written["lines"])))
    if not all(each["key"].startswith("access/") for each in (*month.chains, *month.lines)):
        raise ValueError
    return month


def chained(programme_id: str, chain: str, accesses: Sequence[Access]) -> BackupMonth:
    """Some lines of one month, oldest first, as a chain."""
    lines: list[Mapping[str, Any]] = []
    for access in accesses:
        before = lines[-1]["hash"] if lines else ORIGIN
        lines.append(_sealed(programme_id, chain, len(lines) + 1, before, access, ()))
    return BackupMonth(chains=(_chain_of(lines[-1]),), lines=tuple(lines))


def put(graph: Graph, month: BackupMonth) -> None:
    """Write chains and lines as they are, in place of those with their keys.

    Raises:
        Unavailable: The database cannot be reached.
    """
    _put_rows(graph, cypher.PUT_ACCESSES, month.lines)
    _put_rows(graph, cypher.PUT_ACCESS_CHAINS, month.chains)


def _put_rows(graph: Graph, text: LiteralString, rows: Sequence[Mapping[str, Any]]) -> None:
    for first in range(0, len(rows), _STEP):
        _put_some(graph, text, rows[first : first + _STEP])


def _put_some(graph: Graph, text: LiteralString, rows: Sequence[Mapping[str, Any]]) -> None:
    graph.write(lambda transaction: transaction.run(text, rows=rows))
