"""Followers: machines that keep a copy of a programme, each with a token and the key to which all it fetches is sealed.

They are a kind of token in `token_table`; what is noted of each is when it was heard, what it confirmed, and its alarm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from relay.access import account_trail, token_table
from relay.access.accounts import NotLetIn
from relay.database import cypher
from relay.errors import Conflict, Failure, Invalid, NotFound, refused
from relay.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relay.graph import Graph, Transaction

_KIND: Final = "follower"
BY_FOLLOWER: Final = "follower:"
"""How a follower begins where it is named as somebody."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_PUBLIC_KEY: Final = re.compile(r"age1[a-z0-9]{58}")


NOT_A_FOLLOWER_NAME: Final = Failure(
    Invalid,
    "not_a_follower_name",
    "Not a name for a follower: use a to z, 0 to 9, dot, - and _, at most 32 characters.",
    advice="Write, for example, head-office.",
    field="name",
)


NOT_A_FOLLOWER_KEY: Final = Failure(
    Invalid,
    "not_a_follower_key",
    "Not the key of a follower: it begins with age1 and has 62 characters.",
    advice="On the machine of the copy it is shown by",
    command="relay follow --key",
    field="key",
)


FOLLOWS_ALREADY: Final = Failure(
    Conflict,
    "follows_already",
    "%(name)s follows programme %(programme_id)s already.",
    advice="Give another name, or remove it first",
    command="relay follower remove %(name)s",
    field="name",
)


NO_FOLLOWER: Final = Failure(
    NotFound,
    "no_follower",
    "No follower of programme %(programme_id)s is called %(name)s.",
    advice="See which there are",
    command="relay follower list",
    field="name",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A machine that keeps a copy of a programme.

    Attributes:
        name: What this machine calls it.
        programme_id: The programme.
        public_key: The key to which all that it fetches is sealed, "age1…".
        added_at: A UTC instant.
        heard_at: When it last agreed with this machine, a UTC instant; None if it never did.
        confirmed: The checkpoint that it signed then, as text; empty if it never did.
        alarm: What it refused since, in a sentence; empty if nothing.
    """

    name: str
    programme_id: str
    public_key: str
    added_at: str
    heard_at: str | None
    confirmed: str
    alarm: str

    @property
    def by(self) -> str:
        """The follower in the access log: "follower:NAME"."""
        return f"{BY_FOLLOWER}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFollower:
    """A follower just added, with its token, which cannot be shown again."""

    follower: Follower
    secret: str = field(repr=False)


def add(
    graph: Graph,
    name: str,
    public_key: str,
    *,
    programme_id: str,
    now: datetime,
    random: Callable[[int], bytes],
    by: str,
) -> NewFollower:
    """Let a machine follow a programme. The trail names `by` as who did.

    Args:
        graph: The database.
        name: What the machine is called here.
        public_key: Its key.
        programme_id: The programme.
        now: The current instant.
        random: Returns that many random bytes.
        by: Who adds it.

    Raises:
        Invalid: The name or the key is none.
        Conflict: A follower of the programme has this name.
        Unavailable: The database cannot be reached.
    """
    if not _NAME.fullmatch(name):
        raise refused(NOT_A_FOLLOWER_NAME)
    if not _PUBLIC_KEY.fullmatch(public_key):
        raise refused(NOT_A_FOLLOWER_KEY)
    secret = token_table.new_secret(_KIND, random)
    row = token_table.new_row(
        _KIND,
        token_table.digest(secret),
        token_id=name,
        login="",
        scope=programme_id,
        now=now,
        public_key=public_key,
        confirmed="",
        alarm="",
    )

    def work(transaction: Transaction) -> None:
        payload = {"name": name, "scope": programme_id, "key": public_key}
        account_trail.append(transaction, "follower", payload, by, now)
        if _row_of(transaction, programme_id, name):
            raise refused(FOLLOWS_ALREADY, name=name, programme_id=programme_id)
        token_table.add(transaction, row)

    graph.write(work)
    return NewFollower(follower=_follower(row), secret=secret)


def all_of(graph: Graph, programme_id: str) -> tuple[Follower, ...]:
    """The followers of a programme, by age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = token_table.rows_of_kind(graph, _KIND)
    return tuple(_follower(row) for row in rows if row["scope"] == programme_id)


def remove(graph: Graph, name: str, *, programme_id: str, by: str) -> Follower:
    """Let a machine follow no longer; what it has it keeps. The trail names `by` as who did.

    Raises:
        NotFound: No follower of the programme has this name.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> Mapping[str, Any]:
        account_trail.append(transaction, "follower_removed", {"name": name, "scope": programme_id}, by)
        found = _row_of(transaction, programme_id, name)
        if found is None:
            raise refused(NO_FOLLOWER, name=name, programme_id=programme_id)
        transaction.run(cypher.REMOVE_TOKEN, key=found["key"])
        if not any(row["scope"] == programme_id for row in token_table.rows_of_kind(transaction, _KIND)):
            transaction.run(cypher.SET_COPIED, key=programme_id, copy={"copied_at": "", "alarm": ""})
        return found

    return _follower(graph.write(work))


def authenticate(graph: Graph, secret: str, now: datetime) -> Follower:
    """The follower whose token it is.

    Raises:
        NotLetIn: The token is not valid, or no longer.
        Unavailable: The database cannot be reached.
    """
    valid = token_table.find(graph, _KIND, secret, now)
    if valid is None:
        raise NotLetIn(reason=token_table.NOT_VALID)
    return _follower(valid.row)


def confirm(graph: Graph, follower: Follower, checkpoint: str, now: datetime) -> None:
    """Note that a follower agrees, with the checkpoint that it signed; of several the most silent one counts.

    Raises:
        Unavailable: The database cannot be reached.
    """
    at = instant(now.astimezone(UTC))
    others = (each for each in all_of(graph, follower.programme_id) if each.name != follower.name)
    heard = min((at, *(each.heard_at or each.added_at for each in others)))
    _note(graph, follower, {"confirmed": checkpoint, "last_used_at": at}, {"copied_at": heard})


def sound(graph: Graph, follower: Follower, alarm: str) -> None:
    """Note what a follower refused; an empty text ends the alarm.

    Raises:
        Unavailable: The database cannot be reached.
    """
    others = (each.alarm for each in all_of(graph, follower.programme_id) if each.name != follower.name)
    _note(graph, follower, {"alarm": alarm}, {"alarm": " ".join(filter(None, (alarm, *others)))})


def _note(graph: Graph, follower: Follower, values: Mapping[str, str], of_programme: Mapping[str, str]) -> None:
    """Note something of a follower, and of its programme, of which each page knows it."""

    def work(transaction: Transaction) -> None:
        if row := _row_of(transaction, follower.programme_id, follower.name):
            transaction.run(cypher.SET_TOKEN, key=row["key"], values=values)
        transaction.run(cypher.SET_COPIED, key=follower.programme_id, copy=of_programme)

    graph.write(work)


def _row_of(transaction: Transaction, programme_id: str, name: str) -> Mapping[str, Any] | None:
    rows = token_table.rows_of_kind(transaction, _KIND)
    return next((row for row in rows if (row["scope"], row["token_id"]) == (programme_id, name)), None)


def _follower(row: Mapping[str, Any]) -> Follower:
    return Follower(
        name=row["token_id"],
        programme_id=row["scope"],
        public_key=row["public_key"],
        added_at=row["created_at"],
        heard_at=row["last_used_at"] or None,
        confirmed=row["confirmed"],
        alarm=row["alarm"],
    )
