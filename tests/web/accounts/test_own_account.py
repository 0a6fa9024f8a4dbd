"""One's own account: its password, and all that opens Relay in its owner's name."""

from __future__ import annotations

import re
from secrets import token_bytes
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from playwright.sync_api import expect

from relay.access import account_trail, accounts, api_tokens, browser_sessions, devices
from relay.access.roles import grant_of
from relay.errors import NotWritable
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.web import relays
from tests.web.conftest import Watched
from tests.web.readers import WORDS, bearer, sign_in
from tests.web.reading import words
from tests.web.test_every_page import faults, too_wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from playwright.sync_api import BrowserContext

    from relay.graph import Graph
    from relay.settings import Settings

NEW = "the doe kidded twins in May"


@pytest.fixture
def mina(recorded: Graph) -> Iterator[str]:
    """Give the login of a manager of demo."""
    accounts.add(recorded, "mina", (grant_of("manager@demo"),), WORDS, relays.NOW)
    yield "mina"
    accounts.remove(recorded, "mina")


def enrolled(graph: Graph, login: str) -> devices.Device:
    code = devices.make_code(
        graph, login, programme_id="demo", place_id="D", around=(), now=relays.NOW, random=token_bytes
    ).code
    return devices.enrol(graph, code, "blue phone", now=relays.NOW, random=token_bytes).device


def end(client: FlaskClient, which: str) -> tuple[int, str]:
    return post(client, "/account/signed-in", **{"form.step": which})


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
    assert "The token" in end(door, f"token {token_id}")[1]
    assert [token for token in api_tokens.all_tokens(recorded) if token.login == mina] == []


def test_no_token_goes_beyond_its_account_or_lasts_for_ever(door: FlaskClient, mina: str) -> None:
    sign_in(door, mina)

    for typed in (
        {"role": "auditor", "programme": "demo", "days": "30"},
        {"role": "manager", "programme": "demo", "days": "soon"},
        {"role": "manager", "programme": "demo", "days": "9999"},
    ):
        assert post(door, "/account/tokens", **typed)[0] == 422, typed


def test_nobody_ends_what_is_anothers(recorded: Graph, settings: Settings, door: FlaskClient, mina: str) -> None:
    accounts.add(recorded, "tara", (grant_of("staff@demo"),), WORDS, relays.NOW)
    hers = api_tokens.issue(recorded, "tara", days=1, now=relays.NOW, random=bytes)
    phone = enrolled(recorded, "tara")
    elsewhere = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    sign_in(elsewhere, "tara")
    (session,) = browser_sessions.sessions_of(recorded, "tara", relays.NOW)
    sign_in(door, mina)

    assert end(door, f"token {hers.token.token_id}")[0] == 404
    assert end(door, f"device {phone.device_id}")[0] == 404
    end(door, f"session {session.session_id}")

    assert hers.token in api_tokens.all_tokens(recorded)
    assert devices.all_devices(recorded, "tara") == (phone,)
    assert elsewhere.get("/account").status_code == 200
    devices.revoke(recorded, phone.device_id, relays.NOW)
    accounts.remove(recorded, "tara")


def test_a_browser_that_is_signed_out_from_another_is_out_at_its_next_click_and_a_third_stays(
    recorded: Graph, settings: Settings, mina: str
) -> None:
    app = create_app(recorded, settings, now=lambda: relays.NOW)
    here, lost, third = (app.test_client() for _ in range(3))
    for browser, system in ((here, "X11; Linux x86_64"), (lost, "Android 14; Mobile"), (third, "Windows NT 10.0")):
        browser.environ_base["HTTP_USER_AGENT"] = f"Mozilla/5.0 ({system}; rv:133.0) Gecko Firefox/133.0"
        sign_in(browser, mina)
    listed = here.get("/account").text
    rows = re.findall(r'<bdi>(Firefox on \w+)</bdi>(?: <small[^>]*>([^<]*))?.*?value="(session [0-9a-f]+)"', listed)
    assert sorted(row[:2] for row in rows) == [
        ("Firefox on Android", ""),
        ("Firefox on Linux", "this browser"),
        ("Firefox on Windows", ""),
    ]

    told = end(here, min(rows)[2])

    assert "That browser is signed out." in told[1]
    assert [browser.get("/p/demo").status_code for browser in (here, lost, third)] == [200, 303, 200]
    assert account_trail.verify(recorded).ok


def test_on_a_full_disk_she_signs_in_unlisted_and_this_browser_signs_out(
    recorded: Graph, settings: Settings, mina: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(recorded, settings, now=lambda: relays.NOW)
    listed, unlisted = app.test_client(), app.test_client()
    sign_in(listed, mina)
    form = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', listed.get("/account").text)[0]}
    with monkeypatch.context() as full:
        full.setattr(type(recorded), "write", Mock(side_effect=NotWritable))
        sign_in(unlisted, mina)
        assert "This browser is not in the list." in words(unlisted.get("/account").text)
        assert "This browser is not in the list." not in words(listed.get("/account").text)

        assert listed.post("/sign-out", data=form).location == "/sign-in"

    assert [browser.get("/p/demo").status_code for browser in (listed, unlisted)] == [303, 200]


def test_all_that_opens_relay_in_her_name_stands_on_one_page_on_a_narrow_screen(
    recorded: Graph, settings: Settings, context: BrowserContext, mina: str
) -> None:
    accounts.set_grants(recorded, mina, (grant_of("staff@demo"),))
    api_tokens.issue(recorded, mina, role="staff", programme_id="demo", days=9, now=relays.NOW, random=token_bytes)
    enrolled(recorded, mina)
    with answering(create_app(recorded, settings, now=lambda: relays.NOW)) as site:
        watched = Watched(context, site)
        page = watched.goto("/sign-in")
        page.set_viewport_size({"width": 390, "height": 800})
        page.get_by_label("Login").fill(mina)
        page.get_by_label("Password").fill(WORDS)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/p/demo")
        watched.goto("/account")
        assert page.locator("tr.part").all_inner_texts() == ["Browsers", "Telephones", "Tokens"]
        assert (faults(page), too_wide(page)) == ([], {})

        page.get_by_role("button", name="End blue phone").click()
        expect(page.get_by_text("blue phone opens nothing any more.")).to_be_visible()
        assert page.locator("tr.part").all_inner_texts() == ["Browsers", "Tokens"]
        page.get_by_role("row").filter(has_text="this browser").get_by_role("button").click()
        page.wait_for_url("**/sign-in")
        context.close()
    assert (watched.complaints, watched.strangers) == ([], [])


def test_a_token_changes_no_password_and_makes_no_token(recorded: Graph, door: FlaskClient, mina: str) -> None:
    made = api_tokens.issue(recorded, mina, days=1, now=relays.NOW, random=bytes)

    for path in ("/account/password", "/account/tokens"):
        assert door.post(path, headers=bearer(made.secret)).status_code in (403, 409, 422)
    assert accounts.authenticate(recorded, mina, WORDS).login == mina
    assert len([token for token in api_tokens.all_tokens(recorded) if token.login == mina]) == 1
