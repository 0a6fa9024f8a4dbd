"""Tokens: what a program may do for an account, until when, and that no secret is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, api_tokens
from relay.access.roles import EVERY, Grant
from relay.errors import Invalid, NotFound, Refused
from tests.access.test_accounts import MANAGER, NOW, WORDS, random

if TYPE_CHECKING:
    from relay.graph import Graph


def test_another_password_ends_the_tokens_that_the_old_one_may_have_made(graph: Graph) -> None:
    for login in ("asha", "bina"):
        accounts.add(graph, login, MANAGER, WORDS, NOW)
    hers, anothers = (
        api_tokens.issue(graph, login, days=1, now=NOW, random=random_)
        for login, random_ in (("asha", random), ("bina", bytes))
    )

    accounts.end_sessions(graph, "asha")
    assert api_tokens.authenticate(graph, hers.secret, NOW)[0].login == "asha"
    accounts.set_password(graph, "asha", f"{WORDS} again")
    with pytest.raises(accounts.NotLetIn):
        api_tokens.authenticate(graph, hers.secret, NOW)
    assert api_tokens.authenticate(graph, anothers.secret, NOW)[0].login == "bina"


def test_no_token_is_made_by_a_password_that_was_changed_meanwhile(graph: Graph) -> None:
    accounts.add(graph, "asha", MANAGER, WORDS, NOW)
    let_in = accounts.authenticate(graph, "asha", WORDS)
    accounts.set_password(graph, "asha", f"{WORDS} again")

    with pytest.raises(accounts.NotLetIn):
        api_tokens.issue(graph, "asha", days=1, now=NOW, random=random, generation=let_in.generation)
    assert api_tokens.all_tokens(graph) == ()

    again = accounts.authenticate(graph, "asha", f"{WORDS} again")
    api_tokens.issue(graph, "asha", days=1, now=NOW, random=random, generation=again.generation)
    assert len(api_tokens.all_tokens(graph)) == 1


def test_a_removed_account_leaves_no_token_behind(graph: Graph) -> None:
    accounts.add(graph, "asha", MANAGER, WORDS, NOW)
    accounts.add(graph, "bina", MANAGER, WORDS, NOW)
    secret = api_tokens.issue(graph, "asha", days=1, now=NOW, random=random).secret
    api_tokens.issue(graph, "bina", days=1, now=NOW, random=bytes)

    accounts.remove(graph, "asha")
    assert [account.login for account in accounts.all_accounts(graph)] == ["bina"]
    assert [token.login for token in api_tokens.all_tokens(graph)] == ["bina"]
    with pytest.raises(accounts.NotLetIn):
        api_tokens.authenticate(graph, secret, NOW)
    with pytest.raises(accounts.NoAccount):
        accounts.remove(graph, "asha")


def test_a_token_holds_for_a_role_a_programme_and_a_time(graph: Graph) -> None:
    both = (Grant(role="manager"), Grant(role="staff", programme_id="hills", place_id="W1"))
    accounts.add(graph, "asha", both, None, NOW)

    made = api_tokens.issue(graph, "asha", role="staff", programme_id="hills", days=2, now=NOW, random=random)
    account, token = api_tokens.authenticate(graph, made.secret, NOW)
    assert account.grants == both[1:]
    assert token.token_id == made.secret[:12]
    with pytest.raises(accounts.NotLetIn):
        api_tokens.authenticate(graph, made.secret, NOW + timedelta(days=2))
    with pytest.raises(accounts.NotLetIn):
        api_tokens.authenticate(graph, made.secret[:-1], NOW)
    for role, programme_id in (("auditor", EVERY), ("staff", "plains")):
        with pytest.raises(Refused, check=api_tokens.BEYOND_THE_ACCOUNT.matches):
            api_tokens.issue(graph, "asha", role=role, programme_id=programme_id, days=1, now=NOW, random=random)
    for days in (0, 367):
        with pytest.raises(Invalid, check=api_tokens.LASTS_TOO_LONG.matches):
            api_tokens.issue(graph, "asha", days=days, now=NOW, random=random)


def test_a_token_never_allows_more_than_its_account_holds_now(graph: Graph) -> None:
    accounts.add(graph, "asha", (Grant(role="manager"), Grant(role="staff")), None, NOW)
    secret = api_tokens.issue(graph, "asha", days=2, now=NOW, random=random).secret

    accounts.set_grants(graph, "asha", (Grant(role="staff"),))
    assert api_tokens.authenticate(graph, secret, NOW)[0].grants == (Grant(role="staff"),)


def test_a_tokens_secret_is_told_once_and_its_use_is_shown(graph: Graph) -> None:
    accounts.add(graph, "asha", MANAGER, None, NOW)
    made = api_tokens.issue(graph, "asha", days=2, now=NOW, random=random)

    assert made.secret not in repr(made)
    assert made.secret not in json.dumps(graph.rows("MATCH (n) RETURN properties(n) AS n"))
    assert api_tokens.all_tokens(graph)[0].last_used_at is None
    api_tokens.authenticate(graph, made.secret, NOW + timedelta(hours=1))
    api_tokens.authenticate(graph, made.secret, NOW + timedelta(hours=1, minutes=4))
    assert api_tokens.all_tokens(graph)[0].last_used_at == "2026-11-25T07:00:00Z"
    assert api_tokens.revoke(graph, made.token.token_id).login == "asha"
    with pytest.raises(accounts.NotLetIn):
        api_tokens.authenticate(graph, made.secret, NOW)
    with pytest.raises(NotFound, check=api_tokens.NO_TOKEN.matches):
        api_tokens.revoke(graph, made.token.token_id)
