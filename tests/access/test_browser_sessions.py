"""Sessions on both engines: one ends alone, and a new generation of the account takes the rows of all."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

import pytest

from relay.access import account_trail, accounts, browser_sessions
from relay.access.accounts import NotLetIn
from relay.access.roles import Grant
from tests.access.test_accounts import NOW, WORDS

if TYPE_CHECKING:
    from relay.access.accounts import Account
    from relay.graph import Graph

FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


def begun(graph: Graph, account: Account, instead_of: str = "") -> str:
    return browser_sessions.begin(
        graph, account, instead_of=instead_of, user_agent=FIREFOX, address="::1", now=NOW, random=token_bytes
    )


def ids(graph: Graph, login: str) -> list[str]:
    return [each.session_id for each in browser_sessions.sessions_of(graph, login, NOW)]


def test_one_ends_alone_and_a_new_generation_ends_all_of_its_account(graph: Graph) -> None:
    maya, tara = (accounts.add(graph, login, (Grant(role="manager"),), WORDS, NOW) for login in ("maya", "tara"))
    first, second, hers = begun(graph, maya), begun(graph, maya), begun(graph, tara)
    one = browser_sessions.sessions_of(graph, "maya", NOW)[0]
    assert (one.browser, one.system, one.address) == ("Firefox", "Linux", "::1")

    browser_sessions.end(graph, "tara", browser_sessions.id_of(first), NOW)  # it is not Tara's
    assert browser_sessions.authenticate(graph, first, NOW).login == "maya"
    browser_sessions.end(graph, "maya", browser_sessions.id_of(first), NOW)
    with pytest.raises(NotLetIn):
        browser_sessions.authenticate(graph, first, NOW)
    third = begun(graph, maya, instead_of=second)
    assert ids(graph, "maya") == [browser_sessions.id_of(third)]

    accounts.end_sessions(graph, "maya")
    assert ids(graph, "maya") == []
    assert browser_sessions.authenticate(graph, hers, NOW + timedelta(minutes=6)).login == "tara"
    assert browser_sessions.sessions_of(graph, "tara", NOW)[0].last_used_at > one.last_used_at
    assert account_trail.verify(graph).ok
    accounts.remove(graph, "maya")
    accounts.remove(graph, "tara")
    assert ids(graph, "tara") == []


@pytest.mark.parametrize(
    ("user_agent", "named"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1", ("Safari", "iPhone")),
        ("curl/8.5.0", ("", "")),
    ],
)
def test_a_browser_is_called_as_people_call_it(user_agent: str, named: tuple[str, str]) -> None:
    assert browser_sessions.named(user_agent) == named
