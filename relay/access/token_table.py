"""The table of tokens: what opens something without a password, of every kind in one place, as hashes alone.

Tokens are kept like `accounts`, beside the ledgers and in no file that leaves the office. How long each kind holds, and
what one may still do once it was revoked, is told by `KINDS`.

    (:Token {key: 'KIND/' + SHA-256 of the secret, of: 'KIND'})
        token_id            how lists name it; it opens nothing
        login               of the account that it speaks for, or that made it
        scope               the programme in which it holds
        created_at, expires_at, last_used_at, revoked_at        UTC instants; '' for never
        and what the kind adds: role, place, name, gift
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from relay.clock import instant
from relay.database import cypher
from relay.errors import NotWritable
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
    """What holds for every token of a kind.

    Attributes:
        begins: How its secrets begin.
        lasts: For how long one holds, at the most where days are asked for; zero: until it is revoked.
        of_account: Whether it ends with its account, and when somebody may have known the password of that.
        in_trail: Whether the trail of accounts has it until it is revoked; else it is deleted once it is over.
        hands_in_for: How long a revoked one may still hand in what it had kept; zero: it is deleted at once.
        hands_in_acts: How many acts that may be altogether.
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
    "story": TokenKind(lasts=timedelta(days=30), of_account=False, in_trail=False),
}
"""What programs sign in with, telephones, the codes that enrol them, and donors' links to a story. All is our choice: a
token that was forgotten ends within a year; a field worker's season is 500 acts; a code is long enough there to be read
out twice; a donor answers a letter within a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A token that was shown and holds, or may still hand in.

    Attributes:
        row: Of the table.
        account: The properties of its account; None where there is none.
    """

    row: Mapping[str, Any]
    account: Mapping[str, Any] | None


def new_secret(kind: str, random: Callable[[int], bytes]) -> str:
    """A secret that nobody guesses."""
    return KINDS[kind].begins + urlsafe_b64encode(random(_BYTES)).decode().rstrip("=")


def digest(secret: str) -> str:
    """What is kept of a secret, in hexadecimal digits."""
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
    """A row of the table.

    Args:
        kind: Of `KINDS`.
        hash_: The digest of its secret.
        token_id: How lists name it; empty for one that no list names.
        login: Of its account.
        scope: The programme in which it holds, `EVERY` for all.
        now: From when on.
        lasts: For how long; as long as its kind does when left out.
        **more: What the kind adds.
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
    """Let a token hold from now on; those of its kind that are over and in no trail are deleted."""
    if not KINDS[row["of"]].in_trail:
        transaction.run(cypher.REMOVE_OLD_TOKENS, of=row["of"], now=row["created_at"])
    transaction.run(cypher.ADD_TOKEN, token=row)


def find(graph: Graph | Transaction, kind: str, secret: str, now: datetime) -> Opened | None:
    """The token of a secret; None where there is none, or none any more.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _opened(graph.rows(cypher.TOKEN, key=f"{kind}/{digest(secret)}"), now)


def take(transaction: Transaction, kind: str, secret: str, now: datetime) -> Opened | None:
    """The same, used up: whoever comes with it at the same time finds none."""
    return _opened(transaction.rows(cypher.TAKE_TOKEN, key=f"{kind}/{digest(secret)}"), now)


def _opened(rows: Sequence[Mapping[str, Any]], now: datetime) -> Opened | None:
    return next((Opened(row=row["token"], account=row["account"]) for row in rows if holds(row["token"], now)), None)


def holds(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether a token is neither over, nor revoked longer ago than it may still hand in."""
    at, hands_in_for = now.astimezone(UTC), KINDS[row["of"]].hands_in_for
    if row["expires_at"] and row["expires_at"] <= instant(at):
        return False
    return not row["revoked_at"] or row["revoked_at"] >= instant(at - hands_in_for)


def note_use(graph: Graph, row: Mapping[str, Any], now: datetime) -> None:
    """Write down that a token was used, true to five minutes; where nothing can be written it is left out."""
    at = now.astimezone(UTC)
    if row["last_used_at"] < instant(at - _USED_STEP):
        with suppress(NotWritable):  # nobody is kept from reading or recording by it
            graph.write(lambda transaction: transaction.run(cypher.TOKEN_USED, key=row["key"], used_at=instant(at)))


def every(graph: Graph | Transaction, kind: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a kind, by login and age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return [row["token"] for row in graph.rows(cypher.TOKENS, of=kind)]


def named(graph: Graph | Transaction, kind: str, token_id: str) -> Mapping[str, Any] | None:
    """The row that lists name so; None when there is none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return next((row for row in every(graph, kind) if row["token_id"] == token_id), None)


def end(transaction: Transaction, row: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """Let a token open nothing any more; gives its row as it is then."""
    if not KINDS[row["of"]].hands_in_for:
        transaction.run(cypher.REMOVE_TOKEN, key=row["key"])
        return row
    at = instant(now.astimezone(UTC))
    transaction.run(cypher.REVOKE_TOKEN, key=row["key"], now=at)
    return {**row, "revoked_at": row["revoked_at"] or at}


def end_those_of(transaction: Transaction, login: str, now: datetime) -> None:
    """End what speaks for an account."""
    for name, kind in KINDS.items():
        for row in every(transaction, name) if kind.of_account else ():
            if row["login"] == login:
                end(transaction, row, now)


def hash_of(row: Mapping[str, Any]) -> bytes:
    """The SHA-256 of a token's secret."""
    return bytes.fromhex(row["key"].rpartition("/")[2])
