"""The organisation's own sign-in: which person there is which account here, by a table that people wrote.

A provider says who somebody is by a subject, a text that is hers alone there. It leads to the account that was linked
with it: by its owner, who typed her password, or by the owner of Relay's machine. No account is made by it.

A property of the node of an account that is linked; other accounts do not have it:

    subject         "ISSUER SUBJECT": the address of the provider, and the subject there
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.access import accounts
from relay.access.account_trail import LOCAL
from relay.database import cypher
from relay.errors import Conflict, Failure, Invalid, NotFound, refused

if TYPE_CHECKING:
    from datetime import datetime

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction

LONGEST_SUBJECT: Final = 255  # characters; OpenID Connect Core 1.0, section 2


NOT_A_SUBJECT: Final = Failure(
    Invalid,
    "not_a_subject",
    "A subject has 1 to %(most)s visible characters.",
    advice="Copy it from the provider's list of users: it is what it sends as sub.",
    field="subject",
    values={"most": LONGEST_SUBJECT},
)


LINKED_ELSEWHERE: Final = Failure(
    Conflict,
    "linked_elsewhere",
    "This sign-in of the organisation is linked with another account.",
    advice="Have an administrator end that link first.",
    field="subject",
)


NOT_LINKED: Final = Failure(
    NotFound,
    "not_linked",
    "%(login)s is linked with no sign-in of the organisation.",
    advice="It is linked on the page Your account.",
    field="login",
)


def account_of(graph: Graph, issuer: str, subject: str) -> Account | None:
    """The account that is linked with a subject of a provider; None if none is.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(cypher.LINKED_ACCOUNT, subject=_written(issuer, subject))
    return accounts.find(graph, rows[0]["login"]) if rows else None


def subject_of(graph: Graph, issuer: str, login: str) -> str:
    """The subject of a provider with which an account is linked; empty if it is not.

    Raises:
        NoAccount: There is no such account.
        Unavailable: The database cannot be reached.
    """
    of, _, subject = str(accounts.properties(graph, login).get("subject", "")).partition(" ")
    return subject if of == issuer else ""


def link(graph: Graph, login: str, issuer: str, subject: str, now: datetime, *, by: str = LOCAL) -> Account:
    """Link an account with a subject of a provider, in place of an earlier one. The trail names `by` as who did.

    Raises:
        Invalid: Nothing can be such a subject.
        NoAccount: There is no such account.
        Conflict: Another account is linked with it.
        Unavailable: The database cannot be reached.
    """
    if not subject.isprintable() or not 0 < len(subject.strip()) <= LONGEST_SUBJECT:
        raise refused(NOT_A_SUBJECT)
    written = _written(issuer, subject)

    def work(transaction: Transaction) -> Account:
        before = accounts.lock_properties(transaction, login)
        account = accounts.store_factors(transaction, "linked", {**before, "subject": written}, by, now)
        if len(transaction.rows(cypher.LINKED_ACCOUNT, subject=written)) > 1:  # the trail is locked: nobody links now
            raise refused(LINKED_ELSEWHERE)
        return account

    return graph.write(work)


def unlink(graph: Graph, login: str, now: datetime, *, by: str = LOCAL) -> Account:
    """End the link of an account, and its sessions. The trail names `by` as who did.

    Raises:
        NotFound: There is no such account, or it is not linked.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> Account:
        before = accounts.lock_properties(transaction, login)
        if "subject" not in before:
            raise refused(NOT_LINKED, login=login)
        without = {name: value for name, value in before.items() if name != "subject"}
        changed = {**without, "generation": before["generation"] + 1}
        return accounts.store_factors(transaction, "unlinked", changed, by, now)

    return graph.write(work)


def _written(issuer: str, subject: str) -> str:
    return f"{issuer} {subject}"
