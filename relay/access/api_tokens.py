"""API tokens: with them programs sign in, each for one account and for all or some of its roles."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.access import account_trail, accounts, token_table
from relay.access.account_trail import LOCAL
from relay.access.accounts import NotLetIn
from relay.access.roles import EVERY, role_named
from relay.errors import Failure, Invalid, NotFound, Refused, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from relay.access.accounts import Account
    from relay.access.roles import Grant
    from relay.graph import Graph, Transaction

_KIND: Final = "token"
LONGEST_DAYS: Final = token_table.KINDS[_KIND].lasts.days
_ID_CHARACTERS: Final = 12  # characters of a token that lists show, of which half are alike


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
    """An API token, without its secret.

    Attributes:
        token_id: The first characters of the secret, which tell it apart.
        login: Its account.
        role: The role of the account to which it is limited; `EVERY` for all of them.
        programme_id: The programme to which it is limited; `EVERY` for all of them.
        created_at: A UTC instant.
        expires_at: The UTC instant at which it ends.
        last_used_at: A UTC instant, exact to five minutes; None when it was never used.
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
    """Make a token for an account: for one of its roles or all of them, in one programme or in all.

    Args:
        graph: The database of the accounts.
        login: The account.
        role: The role to which the token is limited; `EVERY` for all that the account holds.
        programme_id: The programme to which it is limited; `EVERY` for all.
        days: How many days it is valid.
        now: The instant from which it is valid.
        random: Returns that many random bytes.
        generation: The generation of the account when it was authenticated; None on the database's own machine.
        by: Who makes it, for the trail.

    Raises:
        NotLetIn: The account was changed since it was authenticated.
        Invalid: There is no such role; or the token would be valid for too long.
        NoAccount: There is no such account.
        Refused: The account does not hold that role in that programme.
        Unavailable: The database cannot be reached.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise refused(LASTS_TOO_LONG)
    if role != EVERY:
        role_named(role)
    secret = token_table.new_secret(_KIND, random)
    row = token_table.new_row(
        _KIND,
        token_table.digest(secret),
        token_id=secret[:_ID_CHARACTERS],
        login=login,
        scope=programme_id,
        now=now,
        lasts=timedelta(days=days),
        role=role,
    )

    def work(transaction: Transaction) -> None:
        account = accounts.lock(transaction, login)
        if generation not in (None, account.generation):
            raise accounts.NotLetIn
        if not _narrowed_grants(account.grants, role, programme_id):
            raise refused(
                BEYOND_THE_ACCOUNT,
                login=login,
                role=Sentence("any role") if role == EVERY else role,
                programme_id=Sentence("any programme") if programme_id == EVERY else programme_id,
            )
        payload = {name: row[name] for name in ("login", "role", "scope", "expires_at")}
        account_trail.append(transaction, "token", {"token": account_trail.mark_of(row["key"]), **payload}, by, now)
        token_table.add(transaction, row)

    graph.write(work)
    return NewToken(token=_token(row), secret=secret)


def all_tokens(graph: Graph) -> tuple[Token, ...]:
    """All tokens, ordered by login and then by age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(map(_token, token_table.rows_of_kind(graph, _KIND)))


def authenticate(graph: Graph, secret: str, now: datetime) -> tuple[Account, Token]:
    """The account of a token's secret, with only the grants to which the token is limited, and the token.

    Raises:
        NotLetIn: The token is not valid, or no longer.
        Unavailable: The database cannot be reached.
    """
    valid = token_table.find(graph, _KIND, secret, now)
    if valid is None or valid.account is None:
        raise NotLetIn(reason=token_table.NOT_VALID)
    token_table.record_use(graph, valid.row, now)
    token, account = _token(valid.row), accounts.account_of(valid.account)
    return replace(account, grants=_narrowed_grants(account.grants, token.role, token.programme_id)), token


def revoke(graph: Graph, token_id: str, *, by: str = LOCAL) -> Token:
    """Revoke a token.

    Args:
        graph: The database of the accounts.
        token_id: Its first characters, as lists show them, or the whole secret.
        by: Who revokes it, for the trail.

    Raises:
        NotFound: No token begins like this.
        Unavailable: The database cannot be reached.
    """
    begins = token_id[:_ID_CHARACTERS]

    def work(transaction: Transaction) -> Mapping[str, Any]:
        row = token_table.row_with_id(transaction, _KIND, begins)
        if row is None:
            raise refused(NO_TOKEN, token_id=begins)
        account_trail.append(transaction, "revoked", {"token": account_trail.mark_of(row["key"])}, by)
        return token_table.revoke(transaction, row, datetime.now(UTC))

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


def _narrowed_grants(grants: Collection[Grant], role: str, programme_id: str) -> tuple[Grant, ...]:
    """Grants limited to a role and to a programme; `EVERY` limits nothing."""
    return tuple(
        grant if programme_id == EVERY else replace(grant, programme_id=programme_id)
        for grant in grants
        if role in (EVERY, grant.role) and (programme_id == EVERY or grant.covers(programme_id))
    )
