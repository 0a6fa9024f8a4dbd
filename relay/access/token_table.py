"""The table of tokens of every kind: secrets that open something without a password, stored as hashes alone.

Tokens are stored like `accounts`: in the database but in no ledger, and in no file that leaves the office. `KINDS` says
how long each kind is valid, and what a revoked one may still do.

    (:Token {key: 'KIND/' + SHA-256 of the secret, of: 'KIND'})
        token_id            its name in lists; it opens nothing
        login               the account for which it is valid, or that made it
        scope               the programme in which it is valid
        created_at, expires_at, last_used_at, revoked_at        UTC instants; '' for never
        and what the kind adds: role, place, name, gift, browser
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.errors import NotWritable
from relay.instants import instant
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from relay.graph import Graph, Transaction

NOT_VALID: Final = Sentence("This token is not valid, or has expired.")

_BYTES: Final = 32
_USED_STEP: Final = timedelta(minutes=5)  # our choice: last use is stored no finer, so that reading rarely writes


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKind:
    """The rules for tokens of one kind.

    Attributes:
        begins: The prefix of its secrets.
        lasts: How long a token is valid, or the most that can be asked for; zero: until it is revoked.
        of_account: Whether it is revoked when its account is removed or gets another password; a session ends with
            its account's generation.
        in_trail: Whether the trail of accounts names it until it is revoked; other tokens are deleted when they end.
        hands_in_for: How long a revoked token may still hand in acts; zero: it is deleted at once.
        hands_in_acts: How many acts a revoked token may hand in altogether.
    """

    begins: str = ""
    lasts: timedelta = timedelta()
    of_account: bool = True
    in_trail: bool = True
    hands_in_for: timedelta = timedelta()
    hands_in_acts: int = 0


KINDS: Final[Mapping[str, TokenKind]] = {
    "token": TokenKind(begins="relay_", lasts=timedelta(days=366)),
    "device": TokenKind(begins="relaydevice_", hands_in_for=timedelta(days=30), hands_in_acts=500),
    "enrolment": TokenKind(lasts=timedelta(minutes=10), in_trail=False),
    "invitation": TokenKind(lasts=timedelta(days=14), in_trail=False),
    "story": TokenKind(lasts=timedelta(days=30), of_account=False, in_trail=False),
    "follower": TokenKind(begins="relayfollower_", of_account=False),
    "session": TokenKind(lasts=timedelta(hours=12), of_account=False, in_trail=False),
}
"""What programs sign in with, telephones, the codes that enrol them, links by which somebody chooses her password,
donors' links to a story, machines that keep a copy, and browsers in which somebody is signed in. All is our choice: a
token that was forgotten ends within a year; a field worker's season is 500 acts; a code is long enough there to be read
out twice; a paper with a link reaches the last office in two weeks; a donor answers a letter within a month; a session
lasts a working day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidToken:
    """A token that is valid, or may still hand in acts.

    Attributes:
        row: Its row in the table.
        account: The properties of its account; None if the account was removed.
        required: The roles that must have a second factor, as they are stored; None if nobody ever said so.
    """

    row: Mapping[str, Any]
    account: Mapping[str, Any] | None
    required: Sequence[str] | None


def new_secret(kind: str, random: Callable[[int], bytes]) -> str:
    """A new random secret for a token of a kind, with the prefix of that kind."""
    return KINDS[kind].begins + urlsafe_b64encode(random(_BYTES)).decode().rstrip("=")


def normalised(code: str) -> str:
    """A code that somebody typed, in capitals without blanks and hyphens, as it was made."""
    return "".join(code.split()).replace("-", "").upper()


def digest(secret: str) -> str:
    """The SHA-256 of a secret in hexadecimal digits, which is all that is stored of it."""
    return sha256(secret.encode()).hexdigest()


def new_row(
    kind: str,
    hash_: str,
    *,
    token_id: str = "",
    login: str,
    scope: str,
    now: datetime,
    lasts: timedelta = timedelta(),
    **more: object,
) -> dict[str, Any]:
    """A new row of the table.

    Args:
        kind: A key of `KINDS`.
        hash_: The digest of its secret.
        token_id: Its name in lists; empty if no list shows it.
        login: Its account.
        scope: The programme in which it is valid, `EVERY` for all.
        now: The instant from which it is valid.
        lasts: How long it is valid; as long as its kind allows when left out.
        **more: The properties that its kind adds.
    """
    at, lasts = now.astimezone(UTC), lasts or KINDS[kind].lasts
    return {
        "key": f"{kind}/{hash_}",
        "of": kind,
        "token_id": token_id,
        "login": login,
        "scope": scope,
        "created_at": instant(at),
        "expires_at": instant(at + lasts) if lasts else "",
        "last_used_at": "",
        "revoked_at": "",
        **more,
    }


def add(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add a token; ended tokens of the same kind are deleted, if the trail does not name them."""
    if not KINDS[row["of"]].in_trail:
        transaction.run(cypher.REMOVE_OLD_TOKENS, of=row["of"], now=row["created_at"])
    transaction.run(cypher.ADD_TOKEN, token=row)


def find(graph: Graph | Transaction, kind: str, secret: str, now: datetime) -> ValidToken | None:
    """The token with a secret; None when there is none, or it is no longer valid.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _valid_token(graph.rows(cypher.TOKEN, key=f"{kind}/{digest(secret)}"), now)


def use_up(transaction: Transaction, kind: str, secret: str, now: datetime) -> ValidToken | None:
    """The token with a secret, which is deleted by this: only one of several at the same time gets it."""
    return _valid_token(transaction.rows(cypher.TAKE_TOKEN, key=f"{kind}/{digest(secret)}"), now)


def _valid_token(rows: Sequence[Mapping[str, Any]], now: datetime) -> ValidToken | None:
    return next(
        (
            ValidToken(row=row["token"], account=row["account"], required=row.get("required"))
            for row in rows
            if is_valid(row["token"], now)
        ),
        None,
    )


def is_valid(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether a token has not ended, and was not revoked longer ago than its kind may still hand in acts."""
    at, hands_in_for = now.astimezone(UTC), KINDS[row["of"]].hands_in_for
    if row["expires_at"] and row["expires_at"] <= instant(at):
        return False
    return not row["revoked_at"] or row["revoked_at"] >= instant(at - hands_in_for)


def record_use(graph: Graph, row: Mapping[str, Any], now: datetime) -> None:
    """Set when a token was last used, exact to five minutes; skipped while the database cannot be written to."""
    at = now.astimezone(UTC)
    if row["last_used_at"] < instant(at - _USED_STEP):
        with suppress(NotWritable):  # a request must not fail because of it
            graph.write(lambda transaction: transaction.run(cypher.TOKEN_USED, key=row["key"], used_at=instant(at)))


def rows_of_kind(graph: Graph | Transaction, kind: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a kind, ordered by login and then by age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return [row["token"] for row in graph.rows(cypher.TOKENS, of=kind)]


def row_with_id(graph: Graph | Transaction, kind: str, token_id: str) -> Mapping[str, Any] | None:
    """The row with a token id; None when there is none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return next((row for row in rows_of_kind(graph, kind) if row["token_id"] == token_id), None)


def revoke(transaction: Transaction, row: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """Revoke a token, and return its row as it is afterwards."""
    if not KINDS[row["of"]].hands_in_for:
        transaction.run(cypher.REMOVE_TOKEN, key=row["key"])
        return row
    at = instant(now.astimezone(UTC))
    transaction.run(cypher.REVOKE_TOKEN, key=row["key"], now=at)
    return {**row, "revoked_at": row["revoked_at"] or at}


def revoke_all_of_account(
    transaction: Transaction, login: str, now: datetime, kinds: Sequence[str] = tuple(KINDS)
) -> None:
    """Revoke all tokens of an account that end with it, or those of some kinds."""
    for name in kinds:
        for row in rows_of_kind(transaction, name) if KINDS[name].of_account else ():
            if row["login"] == login:
                revoke(transaction, row, now)


def secret_hash_of(row: Mapping[str, Any]) -> bytes:
    """The SHA-256 of a token's secret."""
    return bytes.fromhex(row["key"].rpartition("/")[2])
