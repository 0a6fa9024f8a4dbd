"""Accounts and tokens: who is let in, what they may do, and how guessing is slowed down without locking others out."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, api_tokens
from relay.access.roles import OWNER, Grant
from relay.backup import ledger_backup
from relay.errors import Conflict, Invalid
from relay.ledger import verify
from tests.commands.shell import record
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
WORDS = "goats pass from hand to hand"
MANAGER = (Grant(role="manager", programme_id="demo"),)


def random(size: int) -> bytes:
    return bytes(range(size))


# ---------------------------------------------------------------------------------------------------- letting in


def test_the_right_password_lets_in_and_a_wrong_one_or_a_wrong_login_is_told_alike(graph: Graph) -> None:
    accounts.add(graph, "asha", MANAGER, WORDS, NOW)
    accounts.add(graph, "program", MANAGER, None, NOW)

    assert accounts.authenticate(graph, "asha", WORDS).grants == MANAGER
    said = set()
    for login, password in (("asha", f"{WORDS}!"), ("nobody", WORDS), ("program", ""), ("asha", "x" * 2000)):
        with pytest.raises(accounts.NotLetIn) as refused:
            accounts.authenticate(graph, login, password)
        said.add(str(refused.value))
    assert len(said) == 1


def test_no_password_is_kept_nor_shown(graph: Graph) -> None:
    accounts.add(graph, "asha", MANAGER, WORDS, NOW)

    kept = json.dumps(graph.rows("MATCH (n) RETURN properties(n) AS n"))
    assert WORDS not in kept
    assert "$argon2id$" in kept
    assert "argon2" not in repr(accounts.all_accounts(graph))


@pytest.mark.parametrize("login", ["", "Asha", "asha kumari", "x" * 33, ".asha", "अाशा", "asha\n"])
def test_a_login_that_could_be_mistaken_is_refused(graph: Graph, login: str) -> None:
    with pytest.raises(Invalid, check=accounts.NOT_A_LOGIN.matches):
        accounts.add(graph, login, MANAGER, WORDS, NOW)
    assert accounts.all_accounts(graph) == ()


def test_a_short_or_endless_password_is_refused(graph: Graph) -> None:
    for password in ("short", "x" * 1025):
        with pytest.raises(Invalid, check=accounts.NOT_A_PASSWORD.matches):
            accounts.add(graph, "asha", MANAGER, password, NOW)


def test_nobody_takes_another_ones_login(graph: Graph) -> None:
    accounts.add(graph, "asha", MANAGER, WORDS, NOW)

    with pytest.raises(Conflict, check=accounts.ACCOUNT_THERE.matches):
        accounts.add(graph, "asha", OWNER, WORDS, NOW)
    assert accounts.find(graph, "asha").grants == MANAGER


def test_another_password_or_role_ends_every_session(graph: Graph) -> None:
    begun = accounts.add(graph, "asha", MANAGER, WORDS, NOW).generation

    after = [
        accounts.set_password(graph, "asha", f"{WORDS} again").generation,
        accounts.set_grants(graph, "asha", OWNER).generation,
        accounts.end_sessions(graph, "asha").generation,
    ]
    assert after == [begun + 1, begun + 2, begun + 3]
    with pytest.raises(accounts.NotLetIn):
        accounts.authenticate(graph, "asha", WORDS)


def test_the_owner_has_an_account_from_the_first_day(graph: Graph) -> None:
    made = accounts.owner_account(graph, "Asha", NOW)

    assert (made.login, made.grants, made.password) == ("asha", OWNER, False)
    assert accounts.owner_account(graph, "asha", NOW) == made
    assert accounts.owner_account(graph, "आशा", NOW).login == "owner"


def test_changes_of_one_account_at_the_same_time_are_all_kept(graph: Graph) -> None:
    accounts.add(graph, "asha", MANAGER, WORDS, NOW)
    begun = accounts.find(graph, "asha").generation

    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(accounts.end_sessions, graph, "asha") for _ in range(12)]

    assert all(each.exception() is None for each in done)
    assert accounts.find(graph, "asha").generation == begun + 12


def test_accounts_are_no_part_of_the_ledger_nor_of_a_backup(graph: Graph) -> None:
    record(graph, say.programme())
    accounts.add(graph, "asha", MANAGER, WORDS, NOW)
    made = api_tokens.issue(graph, "asha", days=1, now=NOW, random=random)

    assert verify.verify(graph, "demo").ok
    kept = "".join(ledger_backup.backup_lines(graph))
    assert [word for word in ("argon2", made.token.token_id, "generation") if word in kept] == []


# ---------------------------------------------------------------------------------------------------- tokens


# ---------------------------------------------------------------------------------------------------- guessing


@pytest.mark.parametrize(("login", "password"), [("x" * 60_000, WORDS), ("as ha", WORDS), ("asha", "x" * 1025)])
def test_what_no_account_can_have_is_refused_before_anything_is_hashed(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, login: str, password: str
) -> None:
    monkeypatch.setattr(accounts, "_hasher", None)

    with pytest.raises(accounts.NotLetIn):
        accounts.authenticate(graph, login, password)


# ---------------------------------------------------------------------------------------------------- roles
