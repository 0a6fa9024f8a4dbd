"""Invitations: whoever has the link chooses the password of one account, once; nobody else learns it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay.access import account_trail, accounts, invitations
from relay.access.roles import grant_of
from relay.errors import Invalid, NotFound

if TYPE_CHECKING:
    from relay.graph import Graph

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORDS = "goats pass from hand to hand"
USED = invitations.INVITATION_USED.matches


def invited(graph: Graph) -> str:
    (made,) = invitations.make(graph, ["mina"], now=NOW, random=token_bytes, by="account:asha")
    assert made.secret not in repr(made)
    return made.secret


def test_a_link_sets_a_password_once_within_two_weeks_and_a_newer_one_ends_it(graph: Graph) -> None:
    accounts.add(graph, "mina", (grant_of("staff@hills"),), None, NOW)
    first, second = invited(graph), invited(graph)

    with pytest.raises(NotFound, check=USED):
        invitations.account_of(graph, first, NOW)
    with pytest.raises(NotFound, check=USED):
        invitations.account_of(graph, second, NOW + timedelta(days=15))
    with pytest.raises(Invalid):
        invitations.accept(graph, second, "short", NOW)
    assert invitations.accept(graph, second, WORDS, NOW).login == "mina"
    assert accounts.authenticate(graph, "mina", WORDS).grants == (grant_of("staff@hills"),)
    with pytest.raises(NotFound, check=USED):
        invitations.accept(graph, second, WORDS, NOW)
    assert account_trail.verify(graph).ok


def test_a_password_that_is_set_otherwise_ends_the_link(graph: Graph) -> None:
    accounts.add(graph, "mina", (grant_of("staff@hills"),), None, NOW)
    secret = invited(graph)

    accounts.set_password(graph, "mina", WORDS)
    with pytest.raises(NotFound, check=USED):
        invitations.accept(graph, secret, "somebody found it in a drawer", NOW)
