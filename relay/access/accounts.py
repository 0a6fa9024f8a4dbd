"""People and their roles: accounts and passwords, kept in the same database beside the ledgers.

An account is a login, never a person's name. Accounts are not part of any ledger: their changes are in the `trail`. No
backup or export contains an account, so no file that leaves the office contains a password hash. After a restore the
owner makes them again.

    (:Account {key: 'account/asha'})        login, grants, password (argon2id) or '', generation
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import argon2

from relay.access import token_table, trail
from relay.access.roles import OWNER, Grant
from relay.access.trail import LOCAL, grants_of
from relay.clock import instant
from relay.database import cypher
from relay.errors import Conflict, Failure, Invalid, NotFound, TooOften, Unknown, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from relay.graph import Graph, Transaction

LEAST_PASSWORD: Final = 12  # characters; our choice: length beats odd signs (NIST SP 800-63B asks for 8 at least)
LONGEST_PASSWORD: Final = 1024  # characters; our choice: nobody makes the server hash a book
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")

_hasher: Final = argon2.PasswordHasher()  # argon2id; its defaults are RFC 9106's second choice: 64 MiB, 3 rounds
_hashing: Final = threading.Lock()  # one at a time: each takes 64 MiB, and both of two cores for 0.1 s
_LEAST_PRIORITY: Final = 19

_Found = TypeVar("_Found")


class NoAccount(NotFound):
    """No account has this login."""

    reason = "There is no account %(login)s."
    advice = "See which there are"
    command = "relay account list"
    field = "login"

    login: str


ACCOUNT_THERE: Final = Failure(
    Conflict,
    "account_there",
    "Account %(login)s already exists.",
    advice="Give it a role",
    command="relay account role %(login)s",
    field="login",
)


NOT_A_LOGIN: Final = Failure(
    Invalid,
    "not_a_login",
    "Not a valid login: use a to z, 0 to 9, dot, - and _, at most 32 characters.",
    advice="Write, for example, asha.",
    field="login",
)


NOT_A_PASSWORD: Final = Failure(
    Invalid,
    "not_a_password",
    "A password has %(least)s to %(most)s characters.",
    advice="Use a few words that nobody else would put together.",
    field="password",
    values={"least": LEAST_PASSWORD, "most": LONGEST_PASSWORD},
)


class NotLetIn(Unknown):
    """Login and password do not belong together, never said which; or the token is not, or no longer, valid."""

    reason = "Wrong login or password."
    advice = "Try again, or ask an administrator."


class TooManyTries(TooOften):
    """The same source tried the same login too often."""

    reason = "Too many tries with a wrong password."
    advice = "Wait %(seconds)s s, then try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in.

    Attributes:
        login: The account's id.
        grants: The roles held.
        password: Whether a password opens it; else only a one-time link or a token does.
        generation: Begins anywhere, and goes up when password or roles change and when its owner signs out: it ends
            every session.
        created_at: A UTC instant.
    """

    login: str
    grants: tuple[Grant, ...]
    password: bool
    generation: int
    created_at: str

    @property
    def by(self) -> str:
        """How the ledger names it."""
        return f"account:{self.login}"


# ---------------------------------------------------------------------------------------------------- accounts


def add(
    graph: Graph, login: str, grants: Collection[Grant], password: str | None, now: datetime, *, by: str = LOCAL
) -> Account:
    """Make an account; `by` whom is left in the trail.

    Raises:
        Invalid: That cannot be a login; or it is too short or too long.
        Conflict: There is one.
        Unavailable: The database cannot be reached.
    """
    if not _LOGIN.fullmatch(login):
        raise refused(NOT_A_LOGIN)
    properties: dict[str, Any] = {
        "key": _key(login),
        "login": login,
        "grants": _written(grants),
        "password": "" if password is None else _hashed(password),
        "generation": 1 + secrets.randbits(48),  # no session of an account that once had this login is one of it
        "created_at": instant(now.astimezone(UTC)),
    }

    def work(transaction: Transaction) -> None:
        if transaction.rows(cypher.ACCOUNT, key=_key(login)):
            raise refused(ACCOUNT_THERE, login=login)
        said = {"login": login, "grants": grants_of(properties["grants"])}
        trail.note(
            transaction, "account", {**said, "password": trail.mark_of_password(properties["password"])}, by, now
        )
        transaction.run(cypher.ADD_ACCOUNT, account=properties)

    graph.write(work)
    return account_of(properties)


def find(graph: Graph, login: str) -> Account:
    """The account of that login.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    return account_of(_properties(graph, login))


def every(graph: Graph) -> tuple[Account, ...]:
    """All accounts, by login; empty when nobody may sign in.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(account_of(row["account"]) for row in graph.rows(cypher.ACCOUNTS))


def set_grants(graph: Graph, login: str, grants: Collection[Grant], *, by: str = LOCAL) -> Account:
    """Let an account hold these roles and no others; its sessions end. `by` whom is left in the trail.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    return _change(graph, login, by, grants=_written(grants))


def set_password(graph: Graph, login: str, password: str, *, by: str = LOCAL) -> Account:
    """Give an account a password; its sessions end, and its tokens when somebody may have had another before.

    `by` whom is left in the trail; the password is not.

    Raises:
        Invalid: It is too short or too long.
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    return _change(graph, login, by, password=_hashed(password))


def end_sessions(graph: Graph, login: str) -> Account:
    """Sign an account out wherever it is signed in.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    return _change(graph, login, LOCAL)


def remove(graph: Graph, login: str, *, by: str = LOCAL) -> None:
    """Remove an account with its tokens and sessions. What it recorded stays as it is; `by` whom is left in the trail.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> None:
        locked(transaction, login)
        trail.note(transaction, "removed", {"login": login}, by)
        _end_tokens(transaction, login)
        transaction.run(cypher.REMOVE_ACCOUNT, key=_key(login))

    graph.write(work)


def owner(graph: Graph, login: str, now: datetime) -> Account:
    """The account of the data folder's owner, made when it is not there: without a password, with every role.

    Args:
        graph: Where.
        login: As the operating system knows the owner; what cannot be a login becomes "owner".
        now: The instant.

    Raises:
        Unavailable: The database cannot be reached.
    """
    login = login.casefold()
    login = login if _LOGIN.fullmatch(login) else "owner"
    try:
        return find(graph, login)
    except NoAccount:
        return add(graph, login, OWNER, None, now, by=f"local:{login}")


# ---------------------------------------------------------------------------------------------------- letting in


def let_in(graph: Graph, login: str, password: str) -> Account:
    """The account that login and password open.

    It takes as long whether there is such an account or not; what no account can have is not looked for.

    Raises:
        NotLetIn: They do not belong together.
        Unavailable: The database cannot be reached.
    """
    if not _LOGIN.fullmatch(login) or len(password) > LONGEST_PASSWORD:
        raise NotLetIn
    try:
        properties = _properties(graph, login)
    except NoAccount:
        properties = {}
    kept = properties.get("password") or _nobodys_password()
    if not _matches(kept, password) or not properties:
        raise NotLetIn
    return account_of(properties)


class Tries:
    """How often a source tried a login in vain: kept in memory, per source and login together.

    Somebody who guesses waits longer and longer, from there and for that login only: nobody can lock anybody else
    out, since another source is not made to wait.
    """

    FREE = 5  # our choice: wrong passwords before the first wait
    FIRST_SECONDS = 2.0
    LONGEST_SECONDS = 900.0  # our choice: 100 guesses a day from one source
    FORGOTTEN_SECONDS = 24 * 60 * 60.0
    MOST = 10_000  # pairs kept; our choice: some megabytes; then the oldest are forgotten

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Begin with none; `seconds` is a clock that never goes back."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._tries: dict[tuple[str, str], tuple[int, float]] = {}

    def may(self, source: str, login: str) -> None:
        """Let a try pass.

        Raises:
            TooManyTries: It comes too early.
        """
        with self._lock:
            failed, at = self._tries.get((source, login), (0, 0.0))
        wait = at + self._wait(failed) - self._seconds()
        if wait > 0:
            raise TooManyTries(seconds=int(wait) + 1)

    def failed(self, source: str, login: str) -> None:
        """Count a try in vain."""
        with self._lock:
            now = self._seconds()
            failed, at = self._tries.pop((source, login), (0, now))
            self._tries[source, login] = (1 if now - at > self.FORGOTTEN_SECONDS else failed + 1), now
            while len(self._tries) > self.MOST:
                del self._tries[next(iter(self._tries))]

    def succeeded(self, source: str, login: str) -> None:
        """Forget the tries in vain."""
        with self._lock:
            self._tries.pop((source, login), None)

    def _wait(self, failed: int) -> float:
        if failed < self.FREE:
            return 0.0
        return float(min(self.FIRST_SECONDS * 2.0 ** min(failed - self.FREE, 20), self.LONGEST_SECONDS))


# ---------------------------------------------------------------------------------------------------- as it is kept


def _key(login: str) -> str:
    return f"account/{login}"


def _written(grants: Collection[Grant]) -> str:
    return json.dumps([asdict(grant) for grant in grants])


def account_of(properties: Mapping[str, Any]) -> Account:
    """The account that a node holds."""
    return Account(
        login=properties["login"],
        grants=tuple(Grant(**grant) for grant in json.loads(properties["grants"])),
        password=bool(properties["password"]),
        generation=properties["generation"],
        created_at=properties["created_at"],
    )


def _properties(graph: Graph, login: str) -> Mapping[str, Any]:
    return _the_one(graph.rows(cypher.ACCOUNT, key=_key(login)), login)


def locked(transaction: Transaction, login: str) -> Account:
    """One account, which nobody else changes or removes until the transaction ends.

    Raises:
        NoAccount: There is none.
    """
    return account_of(_locked(transaction, login))


def _locked(transaction: Transaction, login: str) -> Mapping[str, Any]:
    return _the_one(transaction.rows(cypher.LOCK_ACCOUNT, key=_key(login)), login)


def _the_one(rows: Sequence[Mapping[str, Any]], login: str) -> Mapping[str, Any]:
    if not rows:
        raise NoAccount(login=login)
    properties: Mapping[str, Any] = rows[0]["account"]
    return properties


def _change(graph: Graph, login: str, by: str, **changes: str) -> Account:
    def work(transaction: Transaction) -> Mapping[str, Any]:
        before = _locked(transaction, login)
        if "grants" in changes:
            trail.note(transaction, "roles", {"login": login, "grants": grants_of(changes["grants"])}, by)
        elif "password" in changes:
            said = {"login": login, "tokens_end": bool(before["password"])}
            trail.note(transaction, "password", {**said, "password": trail.mark_of_password(changes["password"])}, by)
        changed = {**before, **changes, "generation": before["generation"] + 1}
        transaction.run(cypher.SET_ACCOUNT, key=_key(login), account=changed)
        if "password" in changes and before["password"]:
            _end_tokens(transaction, login)
        return changed

    return account_of(graph.write(work))


def _end_tokens(transaction: Transaction, login: str) -> None:
    """End what programs and telephones of an account sign in with; telephones may still hand in what they kept."""
    token_table.end_those_of(transaction, login, datetime.now(UTC))


def _hashed(password: str) -> str:
    if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise refused(NOT_A_PASSWORD)
    return _behind_others(lambda: _hasher.hash(password))


def _matches(kept: str, password: str) -> bool:
    try:
        return _behind_others(lambda: _hasher.verify(kept, password))
    except argon2.exceptions.VerifyMismatchError:
        return False


def _behind_others(work: Callable[[], _Found]) -> _Found:
    """Hash when its turn comes, in a thread that takes what processor time nobody else wants, on Linux."""
    with _hashing, ThreadPoolExecutor(1, initializer=_give_way) as thread:
        return thread.submit(work).result()


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere it would be told of the whole process, which could not take it back
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_PRIORITY)


def _nobodys_password() -> str:
    """A hash that no password opens, of the same cost: 16 bytes of salt and 32 of hash, all zero."""
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"
