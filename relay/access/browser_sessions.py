"""Sessions: the browsers in which an account is signed in. Each ends by itself, or with all others of its account.

The browser's signed cookie holds a secret, whose row is a kind of token in `token_table`. A generation of the account
that ends takes the rows of its sessions with it (`cypher.SET_ACCOUNT`). A session that began while the database could
not be written to has no secret and no row: the generation alone ends it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from relay.access import accounts, token_table
from relay.access.accounts import NotLetIn
from relay.errors import NotWritable
from relay.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction

_KIND: Final = "session"
LASTS: Final = token_table.KINDS[_KIND].lasts
_ID_CHARACTERS: Final = 16  # of the digest of a secret; our choice: no two of one account share them
_ADDRESS_CHARACTERS: Final = 45  # an IPv6 address at its longest

_BROWSERS: Final[Mapping[str, str]] = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS: Final[Mapping[str, str]] = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}
"""What a User-Agent header contains → what people call it; of several the first, since many name others too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """A browser in which an account is signed in.

    Attributes:
        session_id: The beginning of its secret's digest, which opens nothing.
        browser: As people call it, such as "Firefox"; empty if it is not known.
        system: What it runs on, such as "Android"; empty if it is not known.
        address: The IP address from which the account signed in.
        began_at: A UTC instant.
        ends_at: The UTC instant at which it ends by itself.
        last_used_at: A UTC instant, exact to five minutes.
    """

    session_id: str
    browser: str
    system: str
    address: str
    began_at: str
    ends_at: str
    last_used_at: str


def named(user_agent: str) -> tuple[str, str]:
    """The browser and the system that a User-Agent header tells, each empty if it is not known.

    >>> named("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0")
    ('Firefox', 'Android')
    """
    return _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)


def _first(words: Mapping[str, str], user_agent: str) -> str:
    return next((called for word, called in words.items() if word in user_agent), "")


def begin(
    graph: Graph,
    account: Account,
    *,
    instead_of: str,
    user_agent: str,
    address: str,
    now: datetime,
    random: Callable[[int], bytes],
) -> str:
    """Begin a session of an account.

    Args:
        graph: The database of the accounts.
        account: The account.
        instead_of: The secret of the browser's session until now, which ends; empty for none.
        user_agent: What the browser says it is.
        address: The IP address of the browser.
        now: The current instant.
        random: Returns that many random bytes.

    Returns:
        Its secret; empty where the database cannot be written to.

    Raises:
        Unavailable: The database cannot be reached.
    """
    secret = token_table.new_secret(_KIND, random)
    hash_, (browser, system) = token_table.digest(secret), named(user_agent)
    row = token_table.new_row(
        _KIND,
        hash_,
        token_id=id_of(secret),
        login=account.login,
        scope="",
        now=now,
        last_used_at=instant(now.astimezone(UTC)),
        generation=account.generation,
        browser=browser,
        system=system,
        address=address[:_ADDRESS_CHARACTERS],
    )

    def work(transaction: Transaction) -> str:
        if instead_of:
            _end(transaction, account.login, id_of(instead_of), now)
        token_table.add(transaction, row)
        return secret

    with suppress(NotWritable):  # nobody is kept out by it
        return graph.write(work)
    return ""


def authenticate(graph: Graph, secret: str, now: datetime) -> Account:
    """The account of a session's secret.

    Raises:
        NotLetIn: The session has ended.
        Unavailable: The database cannot be reached.
    """
    valid = token_table.find(graph, _KIND, secret, now)
    if valid is None or valid.account is None:
        raise NotLetIn
    token_table.record_use(graph, valid.row, now)
    return accounts.signing_in(valid.account, valid.required)


def sessions_of(graph: Graph, login: str, now: datetime) -> tuple[BrowserSession, ...]:
    """The sessions of an account, the oldest first.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = token_table.rows_of_kind(graph, _KIND)
    return tuple(_session(row) for row in rows if row["login"] == login and token_table.is_valid(row, now))


def end(graph: Graph, login: str, session_id: str, now: datetime) -> None:
    """End a session of an account; one that has ended already stays so.

    Raises:
        Unavailable: The database cannot be reached.
    """
    graph.write(lambda transaction: _end(transaction, login, session_id, now))


def id_of(secret: str) -> str:
    """The id of the session with a secret."""
    return token_table.digest(secret)[:_ID_CHARACTERS]


def _end(transaction: Transaction, login: str, session_id: str, now: datetime) -> None:
    row = token_table.row_with_id(transaction, _KIND, session_id)
    if row and row["login"] == login:
        token_table.revoke(transaction, row, now)


def _session(properties: Mapping[str, Any]) -> BrowserSession:
    return BrowserSession(
        session_id=properties["token_id"],
        browser=properties["browser"],
        system=properties["system"],
        address=properties["address"],
        began_at=properties["created_at"],
        ends_at=properties["expires_at"],
        last_used_at=properties["last_used_at"],
    )
