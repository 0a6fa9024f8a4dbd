"""Tokens: what programs sign in with, each for an account or a part of what it may do; no secret itself is kept.

They are kept like `accounts`, beside the ledgers and in no file that leaves the office.

(:Token {key: 'token/' + SHA-256})      of which account, for which role and programme, until when
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.access import accounts, trail
from relay.access.accounts import NotLetIn
from relay.access.roles import EVERY, role_named
from relay.access.trail import LOCAL
from relay.clock import instant
from relay.database import cypher
from relay.errors import Failure, Invalid, NotFound, NotWritable, Refused, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from relay.access.accounts import Account
    from relay.access.roles import Grant
    from relay.graph import Graph, Transaction

LONGEST_DAYS: Final = 366  # our choice: a forgotten token ends within a year
_BYTES: Final = 32
_MARK: Final = "relay_"
_SHOWN: Final = 6  # characters of a token that lists show
_USED_STEP: Final = timedelta(minutes=5)  # our choice: last use is stored no finer, so that reading rarely writes


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
        Invalid: There is no such role.
        NoAccount: There is none.
        Refused: The account does not hold that role there.
        Invalid: It would be valid for too long.
        Unavailable: The database cannot be reached.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise refused(LASTS_TOO_LONG)
    if role != EVERY:
        role_named(role)
    secret = _MARK + urlsafe_b64encode(random(_BYTES)).decode().rstrip("=")
    token = Token(
        token_id=secret[: len(_MARK) + _SHOWN],
        login=login,
        role=role,
        programme_id=programme_id,
        created_at=instant(now.astimezone(UTC)),
        expires_at=instant(now.astimezone(UTC) + timedelta(days=days)),
        last_used_at=None,
    )
    kept = {**asdict(token), "key": _key(secret), "last_used_at": "", "scope": programme_id}
    del kept["programme_id"]  # what carries it belongs to that programme's graph

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
        said = {name: kept[name] for name in ("login", "role", "scope", "expires_at")}
        trail.note(transaction, "token", {"token": trail.mark_of(kept["key"]), **said}, by, now)
        transaction.run(cypher.ADD_TOKEN, token=kept)

    graph.write(work)
    return NewToken(token=token, secret=secret)


def every(graph: Graph) -> tuple[Token, ...]:
    """All tokens, by login and age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_token(row["token"]) for row in graph.rows(cypher.TOKENS))


def holder(graph: Graph, secret: str, now: datetime) -> tuple[Account, Token]:
    """Whose token this is, with the roles that it allows: those of the account within the token's.

    Raises:
        NotLetIn: It is not, or no longer, valid.
        Unavailable: The database cannot be reached.
    """
    key, at = _key(secret), now.astimezone(UTC)
    rows = graph.rows(cypher.TOKEN, key=key)
    if not rows or rows[0]["token"]["expires_at"] <= instant(at):
        raise NotLetIn(reason=Sentence("This token is not valid, or has expired."))
    token, account = _token(rows[0]["token"]), accounts.account_of(rows[0]["account"])
    if (token.last_used_at or "") < instant(at - _USED_STEP):
        with suppress(NotWritable):  # nobody is kept from reading by it
            graph.write(lambda transaction: transaction.run(cypher.TOKEN_USED, key=key, used_at=instant(at)))
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
    begins = token_id[: len(_MARK) + _SHOWN]

    def work(transaction: Transaction) -> Mapping[str, Any]:
        rows = transaction.rows(cypher.TOKENS)
        found: Mapping[str, Any] | None = next((r["token"] for r in rows if r["token"]["token_id"] == begins), None)
        if found is None:
            raise refused(NO_TOKEN, token_id=begins)
        trail.note(transaction, "revoked", {"token": trail.mark_of(found["key"])}, by)
        transaction.run(cypher.REMOVE_TOKEN, token_id=begins)
        return found

    return _token(graph.write(work))


def _key(secret: str) -> str:
    return f"token/{hashlib.sha256(secret.encode()).hexdigest()}"


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
