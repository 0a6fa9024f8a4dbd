"""One's own account: its password and its tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, api_tokens
from relay.access.roles import grant_of
from relay.web import create_app
from tests.web import relays
from tests.web.readers import WORDS, bearer, sign_in
from tests.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings

NEW = "the doe kidded twins in May"


@pytest.fixture
def mina(recorded: Graph) -> Iterator[str]:
    """Give the login of a manager of demo."""
    accounts.add(recorded, "mina", (grant_of("manager@demo"),), WORDS, relays.NOW)
    yield "mina"
    accounts.remove(recorded, "mina")


def post(client: FlaskClient, path: str, **typed: str) -> tuple[int, str]:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)[0]
    found = client.post(path, data={"csrf_token": token, **typed}, follow_redirects=True)
    return found.status_code, words(found.text)


def test_a_password_is_changed_by_who_knows_it_and_ends_all_else(
    recorded: Graph, settings: Settings, door: FlaskClient, mina: str
) -> None:
    elsewhere = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    sign_in(door, mina)
    sign_in(elsewhere, mina)
    made = api_tokens.issue(recorded, mina, days=1, now=relays.NOW, random=bytes)

    wrong = post(door, "/account/password", password="guess", new=NEW, again=NEW)
    assert wrong[0] == 422
    assert "This is not your password." in wrong[1]
    twice = post(door, "/account/password", password=WORDS, new=NEW, again="something else altogether")
    assert "typed in two ways" in twice[1]
    short = post(door, "/account/password", password=WORDS, new="goat", again="goat")
    assert short[0] == 422
    assert elsewhere.get("/account").status_code == 200

    done = post(door, "/account/password", password=WORDS, new=NEW, again=NEW)

    assert done[0] == 200
    assert "Your password is changed." in done[1]
    assert door.get("/p/demo").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    with pytest.raises(accounts.NotLetIn):
        api_tokens.authenticate(recorded, made.secret, relays.NOW)
    assert accounts.authenticate(recorded, mina, NEW).login == mina


def test_a_token_is_shown_once_and_ended(recorded: Graph, door: FlaskClient, mina: str) -> None:
    sign_in(door, mina)

    made = post(door, "/account/tokens", role="manager", programme="demo", days="30")
    secret = re.findall(r"relay_[A-Za-z0-9_-]{20,}", made[1])[0]

    assert door.get("/api/v1/programmes", headers=bearer(secret)).status_code == 200
    page = door.get("/account").text
    assert secret not in page
    token_id = next(token.token_id for token in api_tokens.all_tokens(recorded) if token.login == mina)
    assert token_id in page
    assert "The token" in post(door, f"/account/tokens/{token_id}/revoke")[1]
    assert [token for token in api_tokens.all_tokens(recorded) if token.login == mina] == []


def test_no_token_goes_beyond_its_account_or_lasts_for_ever(door: FlaskClient, mina: str) -> None:
    sign_in(door, mina)

    for typed in (
        {"role": "auditor", "programme": "demo", "days": "30"},
        {"role": "manager", "programme": "demo", "days": "soon"},
        {"role": "manager", "programme": "demo", "days": "9999"},
    ):
        assert post(door, "/account/tokens", **typed)[0] == 422, typed


def test_nobody_ends_the_token_of_another(recorded: Graph, door: FlaskClient, mina: str) -> None:
    accounts.add(recorded, "tara", (grant_of("manager@demo"),), WORDS, relays.NOW)
    hers = api_tokens.issue(recorded, "tara", days=1, now=relays.NOW, random=bytes)
    sign_in(door, mina)

    assert post(door, f"/account/tokens/{hers.token.token_id}/revoke")[0] == 404
    assert hers.token in api_tokens.all_tokens(recorded)
    accounts.remove(recorded, "tara")


def test_a_token_changes_no_password_and_makes_no_token(recorded: Graph, door: FlaskClient, mina: str) -> None:
    made = api_tokens.issue(recorded, mina, days=1, now=relays.NOW, random=bytes)

    for path in ("/account/password", "/account/tokens"):
        assert door.post(path, headers=bearer(made.secret)).status_code in (403, 409, 422)
    assert accounts.authenticate(recorded, mina, WORDS).login == mina
    assert len([token for token in api_tokens.all_tokens(recorded) if token.login == mina]) == 1
