"""Accounts: logins, roles and passwords, stored in the same database as the ledgers but not in them.

An account is a login, never a person's name. Accounts are not part of any ledger: their changes are in the `trail`. No
backup or export contains an account, so no file that leaves the office contains a password hash. After a restore the
owner makes them again.

    (:Account {key: 'account/asha'})        login, grants, password (argon2id) or '', generation
                                            and what `second_factor` and `passkeys` add
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import argon2

from relay.access import account_trail, factor_requirement, token_table
from relay.access.account_trail import LOCAL, grants_of
from relay.access.roles import OWNER, Grant
from relay.database import cypher
from relay.errors import Conflict, Failure, Invalid, NotFound, Unknown, refused
from relay.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from relay.graph import Graph, Transaction

LEAST_PASSWORD: Final = 12  # characters; our choice: length beats odd signs (NIST SP 800-63B asks for 8 at least)
LONGEST_PASSWORD: Final = 1024  # characters; our choice: nobody makes the server hash a book
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")

_hasher: Final = argon2.PasswordHasher()  # argon2id; its defaults are RFC 9106's second choice: 64 MiB, 3 rounds
_hash_lock: Final = threading.Lock()  # one at a time: each takes 64 MiB, and both of two cores for 0.1 s
_LEAST_PRIORITY: Final = 19

_Result = TypeVar("_Result")


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
    """Wrong login or password, without saying which; or a token that is not valid, or no longer."""

    reason = "Wrong login or password."
    advice = "Try again, or ask an administrator."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in.

    Attributes:
        login: The account's id.
        grants: The roles that it holds.
        password: Whether it has a password; without one, only a one-time link or a token signs in.
        generation: A number that goes up by one when the password or the roles change and when the owner signs out.
            A session of an earlier generation is over. It begins at a random number.
        created_at: A UTC instant.
        factor_due_on: The first day on which nothing opens until it has a second factor; None if it has one, if none is
            required, or if it was not read by `find` or `authenticate`.
        factors: What is asked beside the password: "codes", "passkeys", both or nothing.
    """

    login: str
    grants: tuple[Grant, ...]
    password: bool
    generation: int
    created_at: str
    factors: tuple[str, ...] = ()
    factor_due_on: date | None = None

    @property
    def by(self) -> str:
        """The account as `recorded_by` of a ledger entry: "account:LOGIN"."""
        return f"account:{self.login}"


# ---------------------------------------------------------------------------------------------------- accounts


def add(
    graph: Graph, login: str, grants: Collection[Grant], password: str | None, now: datetime, *, by: str = LOCAL
) -> Account:
    """Make an account. The trail names `by` as who made it.

    Raises:
        Invalid: The login has other characters than it may; or the password is too short or too long.
        Conflict: An account with this login exists.
        Unavailable: The database cannot be reached.
    """
    properties = _new_properties(login, grants, password, now)
    graph.write(lambda transaction: _add(transaction, properties, by, now))
    return account_of(properties)


def add_without_password(
    transaction: Transaction, login: str, grants: Collection[Grant], now: datetime, *, by: str
) -> None:
    """Make an account without a password, together with what else is written; `add` says what may be wrong."""
    _add(transaction, _new_properties(login, grants, None, now), by, now)


def require_new(graph: Graph, login: str) -> None:
    """Accept only the login of an account that could be made.

    Raises:
        Invalid: It has other characters than it may.
        Conflict: An account with this login exists.
        Unavailable: The database cannot be reached.
    """
    _require_login(login)
    if graph.rows(cypher.ACCOUNT, key=_key(login)):
        raise refused(ACCOUNT_THERE, login=login)


def _require_login(login: str) -> None:
    if not _LOGIN.fullmatch(login):
        raise refused(NOT_A_LOGIN)


def _new_properties(login: str, grants: Collection[Grant], password: str | None, now: datetime) -> dict[str, Any]:
    _require_login(login)
    return {
        "key": _key(login),
        "login": login,
        "grants": grants_to_json(grants),
        "password": "" if password is None else _hash_password(password),
        "generation": 1 + secrets.randbits(48),  # no session of an account that once had this login is one of it
        "created_at": instant(now.astimezone(UTC)),
    }


def _add(transaction: Transaction, properties: Mapping[str, Any], by: str, now: datetime) -> None:
    login = properties["login"]
    if transaction.rows(cypher.ACCOUNT, key=_key(login)):
        raise refused(ACCOUNT_THERE, login=login)
    payload = {
        "login": login,
        "grants": grants_of(properties["grants"]),
        "password": account_trail.mark_of_password(properties["password"]),
    }
    account_trail.append(transaction, "account", payload, by, now)
    transaction.run(cypher.ADD_ACCOUNT, account=properties)


def find(graph: Graph, login: str) -> Account:
    """The account with a login.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    row = _row(graph, login)
    return signing_in(row["account"], row["required"])


def all_accounts(graph: Graph) -> tuple[Account, ...]:
    """All accounts, ordered by login; empty when nobody may sign in.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(account_of(row["account"]) for row in graph.rows(cypher.ACCOUNTS))


def with_password(graph: Graph, programme_id: str) -> int:
    """How many people can sign in to a programme with a password.

    Raises:
        Unavailable: The database cannot be reached.
    """
    covering = (
        any(grant.covers(programme_id) for grant in each.grants) for each in all_accounts(graph) if each.password
    )
    return sum(covering)


def waiting_for_password(graph: Graph, *, besides: str) -> tuple[Account, ...]:
    """The accounts that have no password yet, ordered by login, without one of them.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(each for each in all_accounts(graph) if not each.password and each.login != besides)


def anyone_has_password(graph: Graph) -> bool:
    """Whether any account could sign in with a password.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return any(account.password for account in all_accounts(graph))


def set_grants(graph: Graph, login: str, grants: Collection[Grant], *, by: str = LOCAL) -> Account:
    """Replace the roles of an account, and end its sessions. The trail names `by` as who did.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    return _change(graph, login, by, grants=grants_to_json(grants))


def set_password(graph: Graph, login: str, password: str, *, by: str = LOCAL) -> Account:
    """Set the password of an account, and end its sessions; if it had one before, its tokens end too.

    The trail names `by` as who did; it never has the password.

    Raises:
        Invalid: The password is too short or too long.
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    return _change(graph, login, by, password=_hash_password(password))


def setting_password(login: str, password: str) -> Callable[[Transaction], Account]:
    """What an account does that chooses its own password, in a transaction of the caller's; `set_password` says more.

    Raises:
        Invalid: The password is too short or too long.
    """
    hashed = _hash_password(password)  # before the transaction: it takes a tenth of a second
    return lambda transaction: _changed(transaction, login, f"account:{login}", password=hashed)


def end_sessions(graph: Graph, login: str) -> Account:
    """Sign an account out wherever it is signed in.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    return _change(graph, login, LOCAL)


def remove(graph: Graph, login: str, *, by: str = LOCAL) -> None:
    """Remove an account with its tokens, its sessions and the views that it alone sees.

    What it recorded stays. The trail names `by` as who removed it.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> None:
        lock(transaction, login)
        account_trail.append(transaction, "removed", {"login": login}, by)
        _end_tokens(transaction, login)
        transaction.run(cypher.DELETE_OWN_VIEWS, by=f"account:{login}")
        transaction.run(cypher.REMOVE_ACCOUNT, key=_key(login))

    graph.write(work)


def owner_account(graph: Graph, login: str, now: datetime) -> Account:
    """The account of the data folder's owner; if there is none, it is made without a password and with every role.

    Args:
        graph: The database of the accounts.
        login: The owner's name in the operating system; "owner" is used if it cannot be a login.
        now: The current instant.

    Raises:
        Unavailable: The database cannot be reached.
    """
    login = login.casefold()
    login = login if _LOGIN.fullmatch(login) else "owner"
    try:
        return find(graph, login)
    except NoAccount:
        return add(graph, login, OWNER, None, now, by=f"local:{login}")


# ---------------------------------------------------------------------------------------------------- signing in


def authenticate(graph: Graph, login: str, password: str) -> Account:
    """The account of a login, if the password is right.

    It takes equally long whether the account exists or not, so that nobody learns which logins there are. Text that no
    login or password can be is refused at once.

    Raises:
        NotLetIn: Wrong login or password.
        Unavailable: The database cannot be reached.
    """
    if not _LOGIN.fullmatch(login) or len(password) > LONGEST_PASSWORD:
        raise NotLetIn
    rows = graph.rows(cypher.ACCOUNT, key=_key(login))
    stored_hash = (rows[0]["account"]["password"] if rows else "") or _unmatchable_hash()
    if not hash_matches(stored_hash, password) or not rows:
        raise NotLetIn
    return signing_in(rows[0]["account"], rows[0]["required"])


# ---------------------------------------------------------------------------------------------------- as it is stored


def _key(login: str) -> str:
    return f"account/{login}"


def grants_to_json(grants: Collection[Grant]) -> str:
    """Grants as the node of an account holds them."""
    return json.dumps([asdict(grant) for grant in grants])


def grants_from_json(text: str) -> tuple[Grant, ...]:
    """The grants that `grants_to_json` wrote.

    Raises:
        ValueError, TypeError: The text is something else.
    """
    return tuple(Grant(**grant) for grant in json.loads(text))


def account_of(properties: Mapping[str, Any]) -> Account:
    """The account from the properties of its node."""
    return Account(
        login=properties["login"],
        grants=grants_from_json(properties["grants"]),
        password=bool(properties["password"]),
        generation=properties["generation"],
        created_at=properties["created_at"],
        factors=tuple(each for each in ("codes", "passkeys") if properties.get(each)),
    )


def signing_in(properties: Mapping[str, Any], required: Sequence[str] | None) -> Account:
    """The account from the properties of its node, with the day from which it must have a second factor.

    Args:
        properties: The properties.
        required: The roles that must have one, as they are stored; None if nobody ever said so.
    """
    account = account_of(properties)
    if not required or account.factors:
        return account
    return replace(account, factor_due_on=factor_requirement.due_day(account.grants, required))


def properties(graph: Graph, login: str) -> Mapping[str, Any]:
    """The properties of an account's node.

    Raises:
        NoAccount: There is none.
        Unavailable: The database cannot be reached.
    """
    stored: Mapping[str, Any] = _row(graph, login)["account"]
    return stored


def _row(graph: Graph, login: str) -> Mapping[str, Any]:
    return _only_row(graph.rows(cypher.ACCOUNT, key=_key(login)), login)


def lock(transaction: Transaction, login: str) -> Account:
    """Read an account and lock it: nobody else changes or removes it until the transaction ends.

    Raises:
        NoAccount: There is none.
    """
    return account_of(lock_properties(transaction, login))


def lock_properties(transaction: Transaction, login: str) -> Mapping[str, Any]:
    """The properties of an account's node, locked as `lock` does.

    Raises:
        NoAccount: There is none.
    """
    stored: Mapping[str, Any] = _only_row(transaction.rows(cypher.LOCK_ACCOUNT, key=_key(login)), login)["account"]
    return stored


def store(transaction: Transaction, changed: Mapping[str, Any]) -> Account:
    """Store the properties of an account that was locked; what needs a line of the trail has it already."""
    transaction.run(cypher.SET_ACCOUNT, key=changed["key"], account=changed)
    return account_of(changed)


def store_factors(
    transaction: Transaction,
    kind: str,
    changed: Mapping[str, Any],
    by: str,
    now: datetime,
    about: Mapping[str, str] | None = None,
) -> Account:
    """Store the properties of an account that was locked, once the trail says what lets it in beside its password.

    Args:
        transaction: The transaction of the change.
        kind: What the trail calls the change.
        changed: All properties of the account's node.
        by: Who changes it, as in `recorded_by` of a ledger entry.
        now: The current instant.
        about: What else the trail says of it.
    """
    payload = {"login": changed["login"], "factors": account_trail.mark_of_factors(changed), **(about or {})}
    account_trail.append(transaction, kind, payload, by, now)
    return store(transaction, changed)


def _only_row(rows: Sequence[Mapping[str, Any]], login: str) -> Mapping[str, Any]:
    if not rows:
        raise NoAccount(login=login)
    return rows[0]


def _change(graph: Graph, login: str, by: str, **changes: str) -> Account:
    return graph.write(lambda transaction: _changed(transaction, login, by, **changes))


def _changed(transaction: Transaction, login: str, by: str, **changes: str) -> Account:
    before = lock_properties(transaction, login)
    if "grants" in changes:
        account_trail.append(transaction, "roles", {"login": login, "grants": grants_of(changes["grants"])}, by)
    elif "password" in changes:
        mark = account_trail.mark_of_password(changes["password"])
        payload = {"login": login, "tokens_end": bool(before["password"]), "password": mark}
        account_trail.append(transaction, "password", payload, by)
    account = store(transaction, {**before, **changes, "generation": before["generation"] + 1})
    if "password" in changes:
        token_table.revoke_all_of_account(transaction, login, datetime.now(UTC), kinds=("invitation",))
        if before["password"]:
            _end_tokens(transaction, login)
    return account


def _end_tokens(transaction: Transaction, login: str) -> None:
    """Revoke the tokens of an account's programs and telephones; telephones may still hand in what they stored."""
    token_table.revoke_all_of_account(transaction, login, datetime.now(UTC))


def _hash_password(password: str) -> str:
    if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise refused(NOT_A_PASSWORD)
    return hashed(password)


def hashed(secret: str) -> str:
    """The hash of a password or a recovery code, as it is stored."""
    return _at_low_priority(lambda: _hasher.hash(secret))


def hash_matches(stored_hash: str, secret: str) -> bool:
    """Whether a stored hash is that of a secret."""
    try:
        return _at_low_priority(lambda: _hasher.verify(stored_hash, secret))
    except argon2.exceptions.VerifyMismatchError:
        return False


def _at_low_priority(work: Callable[[], _Result]) -> _Result:
    """Hash one password at a time, in a thread that on Linux uses only processor time that is idle."""
    with _hash_lock, ThreadPoolExecutor(1, initializer=_lower_priority) as thread:
        return thread.submit(work).result()


def _lower_priority() -> None:
    if sys.platform == "linux":  # elsewhere it would apply to the whole process, which could not undo it
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_PRIORITY)


def _unmatchable_hash() -> str:
    """A hash that no password matches, as costly to verify as a real one: 16 zero bytes of salt, 32 of hash."""
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"
