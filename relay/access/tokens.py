"""Tokens of programs: what they sign in with, each for an account or a part of what it may do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.access import accounts, token_table, trail
from relay.access.accounts import NotLetIn
from relay.access.roles import EVERY, role_named
from relay.access.trail import LOCAL
from relay.errors import Failure, Invalid, NotFound, Refused, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from relay.access.accounts import Account
    from relay.access.roles import Grant
    from relay.graph import Graph, Transaction

_OF: Final = "token"
LONGEST_DAYS: Final = token_table.KINDS[_OF].lasts.days
_SHOWN: Final = 12  # characters of a token that lists show, of which half are alike


NO_TOKEN: Final = Failure(
    NotFound,
    "no_token",
    "There is no token %(token_id)s.",
    advice="See which there are",
    command="relay token list",
    field="token_id",
)


LASTS_TOO_LONG: Final = Failure(
    Invalid,
    "lasts_too_long",
    "A token can be valid for 1 to %(most)s days.",
    advice="Write --days 90.",
    field="days",
    values={"most": LONGEST_DAYS},
)


BEYOND_THE_ACCOUNT: Final = Failure(
    Refused,
    "beyond_the_account",
    "%(login)s does not have that role (%(role)s, in %(programme_id)s).",
    advice="Give the account that role first",
    command="relay account role %(login)s",
    field="role",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a program signs in with.

    Attributes:
        token_id: The beginning of the secret, which tells it apart.
        login: Whose it is.
        role: Of what the account may do it allows what this role does; `EVERY`: all of it.
        programme_id: Where it allows it; `EVERY`: wherever the account may.
        created_at: A UTC instant.
        expires_at: From this UTC instant on it is no longer valid.
        last_used_at: A UTC instant, true to five minutes; None when it was never used.
    """

    token_id: str
    login: str
    role: str
    programme_id: str
    created_at: str
    expires_at: str
    last_used_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token just made, with its secret, which cannot be shown again."""

    token: Token
    secret: str = field(repr=False)


def issue(
    graph: Graph,
    login: str,
    *,
    role: str = EVERY,
    programme_id: str = EVERY,
    days: int,
    now: datetime,
    random: Callable[[int], bytes],
    generation: int | None = None,
    by: str = LOCAL,
) -> NewToken:
    """Make a token for one role of an account, or for all that it holds, in one programme or in all.

    Args:
        graph: Where.
        login: Of the account.
        role: `EVERY` for all that it holds.
        programme_id: `EVERY` for wherever it holds it.
        days: For how long.
        now: From when on.
        random: Gives that many random bytes.
        generation: Of the account when who asks was let in; None when nobody had to be.
        by: Who makes it, for the trail.

    Raises:
        NotLetIn: The account was changed since.
        Invalid: There is no such role; or it would be valid for too long.
        NoAccount: There is none.
        Refused: The account does not hold that role there.
        Unavailable: The database cannot be reached.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise refused(LASTS_TOO_LONG)
    if role != EVERY:
        role_named(role)
    secret = token_table.new_secret(_OF, random)
    row = token_table.new_row(
        _OF,
        token_table.digest(secret),
        token_id=secret[:_SHOWN],
        login=login,
        scope=programme_id,
        now=now,
        lasts=timedelta(days=days),
        role=role,
    )

    def work(transaction: Transaction) -> None:
        account = accounts.locked(transaction, login)
        if generation not in (None, account.generation):
            raise accounts.NotLetIn
        if not _within(account.grants, role, programme_id):
            raise refused(
                BEYOND_THE_ACCOUNT,
                login=login,
                role=Sentence("any role") if role == EVERY else role,
                programme_id=Sentence("any programme") if programme_id == EVERY else programme_id,
            )
        said = {name: row[name] for name in ("login", "role", "scope", "expires_at")}
        trail.note(transaction, "token", {"token": trail.mark_of(row["key"]), **said}, by, now)
        token_table.add(transaction, row)

    graph.write(work)
    return NewToken(token=_token(row), secret=secret)


def every(graph: Graph) -> tuple[Token, ...]:
    """All tokens, by login and age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(map(_token, token_table.every(graph, _OF)))


def holder(graph: Graph, secret: str, now: datetime) -> tuple[Account, Token]:
    """Whose token this is, with the roles that it allows: those of the account within the token's.

    Raises:
        NotLetIn: It is not, or no longer, valid.
        Unavailable: The database cannot be reached.
    """
    found = token_table.find(graph, _OF, secret, now)
    if found is None or found.account is None:
        raise NotLetIn(reason=token_table.NOT_VALID)
    token_table.note_use(graph, found.row, now)
    token, account = _token(found.row), accounts.account_of(found.account)
    return replace(account, grants=_within(account.grants, token.role, token.programme_id)), token


def revoke(graph: Graph, token_id: str, *, by: str = LOCAL) -> Token:
    """End a token.

    Args:
        graph: Where.
        token_id: Its beginning, as lists show it, or all of it.
        by: Who ends it, for the trail.

    Raises:
        NotFound: None begins so.
        Unavailable: The database cannot be reached.
    """
    begins = token_id[:_SHOWN]

    def work(transaction: Transaction) -> Mapping[str, Any]:
        row = token_table.named(transaction, _OF, begins)
        if row is None:
            raise refused(NO_TOKEN, token_id=begins)
        trail.note(transaction, "revoked", {"token": trail.mark_of(row["key"])}, by)
        return token_table.end(transaction, row, datetime.now(UTC))

    return _token(graph.write(work))


def _token(properties: Mapping[str, Any]) -> Token:
    return Token(
        token_id=properties["token_id"],
        login=properties["login"],
        role=properties["role"],
        programme_id=properties["scope"],
        created_at=properties["created_at"],
        expires_at=properties["expires_at"],
        last_used_at=properties["last_used_at"] or None,
    )


def _within(grants: Collection[Grant], role: str, programme_id: str) -> tuple[Grant, ...]:
    """Some grants narrowed to a role and to a programme; `EVERY` narrows nothing."""
    return tuple(
        grant if programme_id == EVERY else replace(grant, programme_id=programme_id)
        for grant in grants
        if role in (EVERY, grant.role) and (programme_id == EVERY or grant.covers(programme_id))
    )
