"""Who may sign in to a copy: the accounts of the original, with their passwords and their roles in that programme.

An account of the copy's own machine stays as it is, even if one of the original has the same login. The original's
trail is kept beside the machine's own, whose entry *followed* says what each change of the accounts here was.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from relay.access import account_trail, accounts
from relay.access.accounts import grants_from_json, grants_to_json
from relay.access.roles import Grant
from relay.database import cypher
from relay.domain.entries import Entry, Fault, faults_of
from relay.text import Sentence

if TYPE_CHECKING:
    from datetime import datetime

    from relay.graph import Graph, Transaction

_ACCOUNT: Final = "account"
_KEPT: Final = ("login", "password", "created_at", "codes", "passkeys")
"""Recovery codes stay where they are: one that was used there would count once more here. Passkeys come along, though
they hold at the host name of the original alone: who has one does not get in here by the password alone."""
_FOLLOWED: Final = "followed"
"""The property of an account that came from an original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedAccounts:
    """What a machine says of who may sign in.

    Attributes:
        accounts: Login → its grants in the programme, as JSON, its stored password, the sealed secret of its codes, its
            passkeys, and when it was made.
        trail: The machine's trail of accounts, in order.
    """

    accounts: Mapping[str, Mapping[str, str]]
    trail: tuple[Entry, ...]


def to_lines(graph: Graph, programme_id: str) -> Iterator[str]:
    """The accounts with a role in a programme, and the trail, as lines of JSON without line breaks; secret.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for row in graph.rows(cypher.ACCOUNTS):
        found = row["account"]
        grants = _in_programme(accounts.account_of(found).grants, programme_id)
        if grants:
            kept = {name: found.get(name, "") for name in _KEPT}
            yield json.dumps({_ACCOUNT: {**kept, "grants": grants_to_json(grants)}})
    yield from account_trail.to_lines(graph)


def from_lines(lines: Sequence[str]) -> FollowedAccounts:
    """What those lines say.

    Raises:
        Invalid: A line of the trail is none.
        ValueError, TypeError, KeyError: An account is none.
    """
    begin = f'{{"{_ACCOUNT}":'
    written = [json.loads(line)[_ACCOUNT] for line in lines if line.startswith(begin)]
    found = {
        str(each["login"]): {**{name: str(each.get(name, "")) for name in _KEPT}, "grants": str(each["grants"])}
        for each in written
    }
    for each in found.values():
        grants_from_json(each["grants"])
    return FollowedAccounts(
        accounts=found, trail=account_trail.read_lines(line for line in lines if not line.startswith(begin))
    )


def trail_of(programme_id: str, url: str) -> str:
    """Whose trail it is: that of the machine from which a programme is copied."""
    return f"{programme_id}@{url}"


def faults_against(graph: Graph | Transaction, of: str, trail: Sequence[Entry]) -> Iterator[Fault]:
    """Where a trail is no chain, or does not extend what is kept of it; `of` is "PROGRAMME@URL"."""
    before = None
    for entry in trail:
        yield from faults_of(entry, before)
        before = entry
    kept = [row["entry"]["hash"] for row in graph.rows(cypher.FOLLOWED_TRAIL, of=of)]
    if [each.hash for each in trail][: len(kept)] != kept:
        yield Fault(
            sequence=None,
            fault=Sentence("The original's trail of accounts was altered since it was copied."),
        )


def take_over(
    transaction: Transaction, programme_id: str, url: str, followed: FollowedAccounts, now: datetime
) -> tuple[str, ...]:
    """Make the accounts of a copy those of its original, which answers at `url`.

    Returns:
        The logins that are accounts of this machine's own, and stay as they are; in order.
    """
    there = {row["account"]["login"]: row["account"] for row in transaction.rows(cypher.ACCOUNTS)}
    own = tuple(sorted(login for login in followed.accounts if login in there and not there[login].get(_FOLLOWED)))
    became: dict[str, Mapping[str, Any] | None] = {}
    for login in sorted(followed.accounts.keys() | there.keys()):
        is_, brought = there.get(login), followed.accounts.get(login)
        if login not in own and (is_ is None or is_.get(_FOLLOWED)):
            wanted = _wanted(is_, brought, programme_id)
            if wanted != is_:
                became[login] = wanted
    if became:
        _write(transaction, programme_id, became, there, now)
    rows = [account_trail.followed_properties(entry, trail_of(programme_id, url)) for entry in followed.trail]
    transaction.run(cypher.ADD_FOLLOWED_TRAIL, rows=rows)
    return own


def _write(
    transaction: Transaction,
    programme_id: str,
    became: Mapping[str, Mapping[str, Any] | None],
    there: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> None:
    payload = {
        "scope": programme_id,
        "accounts": {login: each and account_trail.grants_of(each["grants"]) for login, each in became.items()},
        "passwords": {
            login: account_trail.mark_of_password(each["password"]) for login, each in became.items() if each
        },
    }
    factors = {login: mark for login, each in became.items() if each and (mark := account_trail.mark_of_factors(each))}
    payload |= {"factors": factors} if factors else {}
    account_trail.append(transaction, "followed", payload, f"programme:{programme_id}", now)
    for login, each in became.items():
        if each is None:
            transaction.run(cypher.REMOVE_ACCOUNT, key=there[login]["key"])
        elif login in there:
            transaction.run(cypher.SET_ACCOUNT, key=each["key"], account=each)
        else:
            transaction.run(cypher.ADD_ACCOUNT, account=each)


def _wanted(
    there: Mapping[str, Any] | None, brought: Mapping[str, str] | None, programme_id: str
) -> Mapping[str, Any] | None:
    """An account as it should be: its roles in other programmes, and those that its original says of this one."""
    elsewhere = (
        [each for each in grants_from_json(there["grants"]) if each.programme_id != programme_id] if there else []
    )
    if brought is None:
        if there is None or not elsewhere:
            return None
        return {**there, "grants": grants_to_json(elsewhere)}
    grants = grants_to_json([*elsewhere, *grants_from_json(brought["grants"])])
    same = ("password", "codes", "passkeys")
    if there and there["grants"] == grants and all(there.get(name, "") == brought[name] for name in same):
        return there
    codes = {"codes": brought["codes"], "codes_step": there.get("codes_step", 0) if there else 0}
    passkeys = {"passkeys": brought["passkeys"], "passkeys_used": there.get("passkeys_used", "") if there else ""}
    return {
        **(codes if brought["codes"] else {}),
        **(passkeys if brought["passkeys"] else {}),
        "key": f"account/{brought['login']}",
        "login": brought["login"],
        "password": brought["password"],
        "grants": grants,
        "created_at": brought["created_at"],
        "generation": (there["generation"] if there else secrets.randbits(48)) + 1,
        _FOLLOWED: True,
    }


def _in_programme(grants: Sequence[Grant], programme_id: str) -> list[Grant]:
    return [replace(each, programme_id=programme_id) for each in grants if each.covers(programme_id)]
