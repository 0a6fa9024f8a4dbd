"""Invitations: a link by which somebody chooses the password of her account, once and within two weeks.

Whoever makes an account prints the link and hands it over; so nobody but its owner ever knows the password. A newer
invitation ends an earlier one, and so does any new password.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relay.access import account_trail, accounts, token_table
from relay.errors import Failure, NotFound, Refused, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction

_KIND: Final = "invitation"
DAYS: Final = token_table.KINDS[_KIND].lasts // timedelta(days=1)


INVITATION_USED: Final = Failure(
    NotFound,
    "invitation_used",
    "This link does not work: it was used before, a newer one was made, or it is older than %(days)s days.",
    advice="Ask an administrator for another one.",
    values={"days": DAYS},
)


HAS_PASSWORD: Final = Failure(
    Refused,
    "has_password",
    "%(login)s has a password already, so no link is made.",
    advice="If it is forgotten, give the account a new one",
    command="relay account password %(login)s",
    field="login",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link just made, with its secret, which cannot be shown again."""

    account: Account
    secret: str = field(repr=False)
    expires_at: str


def make(
    graph: Graph, logins: Sequence[str], *, now: datetime, random: Callable[[int], bytes], by: str
) -> tuple[Invitation, ...]:
    """Make an invitation for each of some accounts, in place of earlier ones; all of them or none.

    Args:
        graph: The database of the accounts.
        logins: Of the accounts.
        now: The instant from which they are valid.
        random: Gives that many random bytes.
        by: Who makes them, as in `recorded_by` of a ledger entry.

    Raises:
        NoAccount: There is no account with one of the logins.
        Refused: One of the accounts has a password.
        Unavailable: The database cannot be reached.
    """
    secrets = {login: token_table.new_secret(_KIND, random) for login in logins}

    def work(transaction: Transaction) -> tuple[Invitation, ...]:
        return tuple(_make(transaction, login, secret, now, by) for login, secret in secrets.items())

    return graph.write(work)


def _make(transaction: Transaction, login: str, secret: str, now: datetime, by: str) -> Invitation:
    account = accounts.lock(transaction, login)
    if account.password:
        raise refused(HAS_PASSWORD, login=login)
    row = token_table.new_row(_KIND, token_table.digest(secret), login=login, scope="", now=now)
    account_trail.append(transaction, _KIND, {"login": login, "expires_at": row["expires_at"]}, by, now)
    token_table.revoke_all_of_account(transaction, login, now, kinds=(_KIND,))
    token_table.add(transaction, row)
    return Invitation(account=account, secret=secret, expires_at=row["expires_at"])


def account_of(graph: Graph, secret: str, now: datetime) -> Account:
    """The account for which an invitation is valid.

    Raises:
        NotFound: The invitation is not valid, or no longer.
        Unavailable: The database cannot be reached.
    """
    valid = token_table.find(graph, _KIND, secret, now)
    if valid is None or valid.account is None:
        raise refused(INVITATION_USED)
    return accounts.account_of(valid.account)


def accept(graph: Graph, secret: str, password: str, now: datetime) -> Account:
    """Give the account of an invitation the password that its owner chose, and use the invitation up.

    Raises:
        Invalid: The password is too short or too long; the invitation stays valid.
        NotFound: The invitation is not valid, or no longer.
        Unavailable: The database cannot be reached.
    """
    login = account_of(graph, secret, now).login
    set_password = accounts.setting_password(login, password)

    def work(transaction: Transaction) -> Account:
        if token_table.use_up(transaction, _KIND, secret, now) is None:
            raise refused(INVITATION_USED)
        return set_password(transaction)

    return graph.write(work)
