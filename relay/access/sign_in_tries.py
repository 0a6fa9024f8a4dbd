"""Failed tries to sign in, counted in the database, so that all processes and machines of it count together.

    (:FailedTries {key, source, failed, failed_at})

`key` is a digest of a source address and a login, `source` one of the address alone: neither stands there in the open.
Each failed try doubles the wait for the same source and login. Another source need not wait, so nobody can lock
somebody else out. A source that fails with `LOGINS` of them is counted as one from then on, whatever it types: it waits
for every login that it had not failed with before, and adds no more nodes.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from relay.access import accounts, second_factor
from relay.database import cypher
from relay.errors import TooOften, Unavailable
from relay.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction

FREE: Final = 5  # our choice: wrong passwords and codes before the first wait
FIRST_SECONDS: Final = 2.0
LONGEST_SECONDS: Final = 900.0  # our choice: 100 guesses a day from one source
FORGOTTEN: Final = timedelta(days=1)
LOGINS: Final = 100  # our choice: more than an office behind one address mistypes in a day
MOST: Final = 10_000  # nodes; our choice: some megabytes; then the oldest are forgotten

_OTHERS: Final = "\n"  # in place of a login: all others of a source


class TooManyTries(TooOften):
    """The same source tried the same login too often, or too many logins."""

    reason = "Too many wrong tries."
    advice = "Wait %(seconds)s s, then try again."


def authenticate(graph: Graph, source: str, login: str, password: str, now: datetime) -> Account:
    """The account of a login, if the password is right and the wait after failed tries is over.

    Where a second factor is asked too, the right password does not end the wait after wrong codes.

    Args:
        graph: The database of the accounts.
        source: The address from which it is tried.
        login: The login as it was typed.
        password: The password as it was typed.
        now: The current instant.

    Raises:
        TooManyTries: It comes too early after failed tries; the password was not looked at.
        NotLetIn: Wrong login or password.
        Unavailable: The database cannot be reached.
    """
    return _limited(graph, source, login, now, lambda: accounts.authenticate(graph, login, password), is_all=False)


def accept_code(graph: Graph, source: str, login: str, typed: str, *, key: bytes, now: datetime) -> Account:
    """The account whose code was typed, as `second_factor.accept`, if the wait after failed tries is over.

    Raises:
        TooManyTries: It comes too early after failed tries; the code was not looked at.
        WrongCode: It is not right, or was used before.
        Refused: The codes were sealed with another key.
        Unavailable: The database cannot be reached.
    """
    return _limited(
        graph, source, login, now, lambda: second_factor.accept(graph, login, typed, key=key, now=now), is_all=True
    )


def _limited(
    graph: Graph, source: str, login: str, now: datetime, prove: Callable[[], Account], *, is_all: bool
) -> Account:
    """What `prove` gives, which raises `NotLetIn` for a failed try; `is_all` says that nothing more is asked."""
    own, others = _digest(source, login), _digest(source, _OTHERS)
    tries = {row["key"]: row for row in graph.rows(cypher.FAILED_TRIES, keys=[own, others])}
    if last := tries.get(own) or tries.get(others):
        wait = _wait(last["failed"])
        left = wait + (datetime.fromisoformat(last["failed_at"]) - now).total_seconds()
        if left > 0:  # no more than the whole wait, where the clock of another machine is ahead
            raise TooManyTries(seconds=int(min(left, wait)) + 1)
    try:
        account = prove()
    except accounts.NotLetIn:
        graph.write(lambda transaction: _count(transaction, own, others, _digest(source), now))
        raise
    if own in tries and (is_all or not account.factors):
        with suppress(Unavailable):  # such as a full disk, which she may have come to see about
            graph.write(lambda transaction: transaction.run(cypher.FORGET_TRIES, key=own))
    return account


def _count(transaction: Transaction, own: str, others: str, source: str, now: datetime) -> None:
    """Count a failed try; where it is the first of its source and login, forget old ones, and those beyond `MOST`."""
    key, forgotten = own, instant(now - FORGOTTEN)
    if not transaction.rows(cypher.FAILED_TRIES, keys=[own]):
        transaction.run(cypher.FORGET_OLD_TRIES, forgotten=forgotten)
        transaction.run(cypher.FORGET_OLDEST_TRIES, most=MOST - 1)
        if transaction.rows(cypher.LOGINS_TRIED, source=source)[0]["many"] >= LOGINS:
            key = others
    transaction.run(cypher.COUNT_FAILED_TRY, key=key, source=source, now=instant(now), forgotten=forgotten)


def _wait(failed: int) -> float:
    if failed < FREE:
        return 0.0
    return float(min(FIRST_SECONDS * 2.0 ** min(failed - FREE, 20), LONGEST_SECONDS))


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()
