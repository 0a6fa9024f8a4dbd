"""Who asks for pages in the tests: somebody of each role, staff of one place, and how they sign in."""

from __future__ import annotations

import re
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

from relay.access import accounts, api_tokens
from relay.access.roles import grant_of
from relay.web import sessions
from tests.web import relays

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph


WORDS: Final = "goats pass from hand to hand"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def sign_in(client: FlaskClient, login: str, password: str = WORDS, **more: Any) -> TestResponse:  # noqa: ANN401
    form = client.get("/sign-in", **more).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    return client.post("/sign-in", data={"csrf_token": token[1], "login": login, "password": password}, **more)


def staff_of(graph: Graph, place_id: str) -> dict[str, str]:
    """Somebody who works for one place; her headers."""
    login = f"staff-{place_id.lower()}"
    if login not in {account.login for account in accounts.all_accounts(graph)}:
        accounts.add(graph, login, (grant_of(f"staff@wards/{place_id}"),), None, relays.NOW)
    issued = api_tokens.issue(graph, login, days=1, now=relays.NOW, random=token_bytes)
    return bearer(issued.secret)


def with_names(client: FlaskClient) -> FlaskClient:
    """Switch names on for who reads, as the button at the top of each page does."""
    with client.session_transaction() as session:
        session[sessions.NAMES] = True
    return client
