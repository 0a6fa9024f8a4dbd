"""Guessing is slowed down without locking others out, and is counted in the database.

(source, login) ──5 wrong──▶ 2 s ──▶ 4 s ──▶ 8 s … 900 s
 source with 100 logins ────▶ all its other logins wait as one
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, sign_in_tries
from relay.access.roles import OWNER

if TYPE_CHECKING:
    from relay.graph import Graph

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
WORDS = "goats pass from hand to hand"
HERE, THERE = "10.0.0.1", "10.0.0.2"


class Guesser:
    """Somebody who types wrong passwords, by a clock that stands still until it is moved."""

    def __init__(self, graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin at NOW; a wrong password costs nothing here, and WORDS are right for every login."""
        self.graph, self.now = graph, NOW
        account = accounts.add(graph, "asha", OWNER, WORDS, NOW)

        def authenticate(_: Graph, __: str, password: str) -> accounts.Account:
            if password == WORDS:
                return account
            raise accounts.NotLetIn

        monkeypatch.setattr(accounts, "authenticate", authenticate)

    def tries(self, source: str, login: str, password: str = "") -> int:
        """Try it once; the seconds to wait, 0 for a wrong password, -1 where it is right."""
        try:
            sign_in_tries.authenticate(self.graph, source, login, password, self.now)
        except accounts.NotLetIn:
            return 0
        except sign_in_tries.TooManyTries as early:
            return int(str(early.seconds))
        return -1

    def nodes(self) -> int:
        """How many are kept."""
        return int(self.graph.rows("MATCH (t:FailedTries) RETURN count(t) AS many")[0]["many"])


@pytest.fixture
def guesser(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> Guesser:
    return Guesser(graph, monkeypatch)


@pytest.mark.engine_contract
def test_who_guesses_waits_longer_and_longer_and_nobody_else_does(guesser: Guesser) -> None:
    """5 tries are free; then 2, 4, 8 … seconds, 900 at most; the right password has to wait as well."""
    waits = []
    for _ in range(16):
        if seconds := guesser.tries(HERE, "asha"):
            assert guesser.tries(HERE, "asha", WORDS) == seconds
            waits.append(seconds)
            guesser.now += timedelta(seconds=seconds)
            assert guesser.tries(HERE, "asha") == 0

    assert waits == [3, 5, 9, 17, 33, 65, 129, 257, 513, 901, 901]  # a second more than the wait, to be past it
    assert guesser.tries(THERE, "asha", WORDS) == -1  # she herself, from elsewhere
    assert guesser.tries(HERE, "bina", WORDS) == -1  # her neighbour behind the same address
    guesser.now += timedelta(seconds=901)
    assert guesser.tries(HERE, "asha", WORDS) == -1
    assert [guesser.tries(HERE, "asha") for _ in range(6)] == [0] * 5 + [3]  # forgotten as she signed in
    guesser.now -= timedelta(days=1)
    assert guesser.tries(HERE, "asha") == 3  # at a machine whose clock is behind


def test_neither_a_login_nor_an_address_stands_there_in_the_open(guesser: Guesser) -> None:
    guesser.tries(HERE, "asha")
    guesser.tries(HERE, "\ud800")

    told = repr(guesser.graph.rows("MATCH (t:FailedTries) RETURN properties(t) AS told"))
    assert ("asha" in told, HERE in told, guesser.nodes()) == (False, False, 2)


def test_tries_of_yesterday_are_forgotten_and_never_more_kept_than_fit(
    guesser: Guesser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        guesser.tries(HERE, "asha")
    guesser.now += timedelta(hours=25)
    assert [guesser.tries(HERE, "asha") for _ in range(6)] == [0] * 5 + [3]
    guesser.now += timedelta(hours=25)
    guesser.tries(HERE, "bina")
    assert guesser.nodes() == 1

    monkeypatch.setattr(sign_in_tries, "MOST", 3)
    monkeypatch.setattr(sign_in_tries, "FIRST_SECONDS", 100.0)
    for number in range(4):
        guesser.now += timedelta(seconds=1)
        for _ in range(5):
            guesser.tries(f"10.0.1.{number}", "bina")
    assert guesser.nodes() == 3
    assert [guesser.tries(f"10.0.1.{number}", "bina") for number in (3, 2, 1, 0)] == [101, 100, 99, 0]


@pytest.mark.engine_contract
def test_a_source_that_types_login_after_login_waits_for_all_others_and_adds_no_more(
    guesser: Guesser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 3 logins it fails with each apart; from then on all others are one, which has 5 free tries."""
    monkeypatch.setattr(sign_in_tries, "LOGINS", 3)
    told = [guesser.tries(HERE, f"login{number}") for number in range(20)]

    assert told == [0] * (3 + 5) + [3] * 12
    assert guesser.nodes() == 3 + 1
    assert guesser.tries(HERE, "login0") == 0  # which it had failed with before, and once
    assert guesser.tries(HERE, "asha", WORDS) == 3
    assert guesser.tries(THERE, "asha", WORDS) == -1
