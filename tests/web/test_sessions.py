"""Sessions: who begins, keeps and ends one, and what opens none."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from itsdangerous import TimestampSigner

from relay.access import accounts, api_tokens, browser_sessions, token_table
from relay.access.owner_link import OneTimeLink
from relay.access.roles import Grant, grant_of
from relay.database import embedded_server
from relay.errors import Unavailable, refused
from relay.settings import Settings
from relay.web import create_app, sessions
from tests.rigs import queries
from tests.web import relays
from tests.web.readers import WORDS, bearer, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_a_session_that_somebody_else_began_is_not_gone_on_with(door: FlaskClient, people: dict[str, str]) -> None:
    """A session fixed before signing in, and one kept after signing out, open nothing."""
    assert people
    door.get("/p/demo/ledger")
    before = door.get_cookie(door.application.config["SESSION_COOKIE_NAME"])
    sign_in(door, "auditor")
    during = door.get_cookie(door.application.config["SESSION_COOKIE_NAME"])
    assert before
    assert during
    assert before.value != during.value
    attacker = door.application.test_client()
    attacker.set_cookie(attacker.application.config["SESSION_COOKIE_NAME"], before.value)
    assert attacker.get("/p/demo").location == "/sign-in"

    form = door.get("/p/demo").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    assert door.post("/sign-out", data={"csrf_token": token[1]}).status_code == 303
    attacker.set_cookie(attacker.application.config["SESSION_COOKIE_NAME"], during.value)
    assert attacker.get("/p/demo").location == "/sign-in"


def test_another_password_ends_the_sessions_and_tokens_that_are_open(door: FlaskClient, recorded: Graph) -> None:
    accounts.add(recorded, "another", (Grant(role="manager"),), WORDS, relays.NOW)
    token = bearer(api_tokens.issue(recorded, "another", days=1, now=relays.NOW, random=token_bytes).secret)
    program = door.application.test_client()
    sign_in(door, "another")
    assert (door.get("/p/demo").status_code, program.get("/p/demo", headers=token).status_code) == (200, 200)

    accounts.set_password(recorded, "another", f"{WORDS} again")
    assert door.get("/p/demo").location == "/sign-in"
    assert program.get("/p/demo", headers=token).status_code == 401
    accounts.remove(recorded, "another")


def test_a_session_does_not_outlive_its_account_when_the_login_is_given_anew(
    door: FlaskClient, recorded: Graph, people: dict[str, str]
) -> None:
    assert people
    grants = (grant_of("auditor@demo"),)
    accounts.add(recorded, "leaves", grants, WORDS, relays.NOW)
    sign_in(door, "leaves")
    assert door.get("/p/demo/ledger").status_code == 200

    accounts.remove(recorded, "leaves")
    accounts.add(recorded, "leaves", grants, f"{WORDS} again", relays.NOW)
    assert door.get("/p/demo/ledger").location == "/sign-in"
    accounts.remove(recorded, "leaves")


def test_a_forged_cookie_opens_nothing(door: FlaskClient) -> None:
    door.set_cookie(door.application.config["SESSION_COOKIE_NAME"], "eyJfdXNlcl9pZCI6IjEgbWFuYWdlciJ9.aSUV3Q.forged")

    assert door.get("/p/demo").location == "/sign-in"


def test_the_session_cookie_is_no_scripts_business(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    cookie = sign_in(door, "auditor").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_two_relays_on_one_machine_do_not_sign_each_others_readers_out(
    app: Flask, recorded: Graph, tmp_path: Path
) -> None:
    """Cookies know the machine, not the port."""
    other = create_app(recorded, Settings.read({"RELAY_DATA": str(tmp_path)}))
    again = create_app(recorded, app.extensions["relay"].settings)

    assert other.config["SESSION_COOKIE_NAME"] != app.config["SESSION_COOKIE_NAME"]
    assert again.config["SESSION_COOKIE_NAME"] == app.config["SESSION_COOKIE_NAME"]  # after a restart too


def test_two_machines_with_one_key_know_each_others_readers(
    recorded: Graph, settings: Settings, people: dict[str, str], tmp_path: Path
) -> None:
    assert people
    one, other = (
        create_app(recorded, replace(settings, data_folder=tmp_path / name, session_key=b"k" * 32)).test_client()
        for name in "ab"
    )
    name, _, value = sign_in(one, "auditor").headers["Set-Cookie"].partition(";")[0].partition("=")
    other.set_cookie(name, value)

    assert other.get("/p/demo").status_code == 200
    assert not (tmp_path / "b" / sessions.KEY_FILE).exists()


@pytest.mark.parametrize("left", [b"", b"short"])
def test_a_key_of_which_a_full_disk_left_a_part_is_made_anew(
    recorded: Graph, settings: Settings, tmp_path: Path, left: bytes
) -> None:
    (tmp_path / sessions.KEY_FILE).write_bytes(left)

    door = create_app(recorded, replace(settings, data_folder=tmp_path)).test_client()

    assert door.get("/sign-in").status_code == 200
    assert len((tmp_path / sessions.KEY_FILE).read_bytes()) == 32


@pytest.mark.parametrize(
    ("behind", "status"), [(0, 200), (10, 200), (23 * 3600, 200), (25 * 3600, 303), (-13 * 3600, 303)]
)
def test_a_clock_that_is_put_right_signs_nobody_out(
    recorded: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch, behind: int, status: int
) -> None:
    link = OneTimeLink(login="Asha")
    owner = create_app(recorded, settings, now=lambda: relays.NOW, once=link).test_client()
    owner.get(f"/sign-in/once/{link.secret}")

    def then(_: TimestampSigner) -> int:
        return int(time.time()) - behind

    monkeypatch.setattr(TimestampSigner, "get_timestamp", then)
    assert owner.get("/p/demo").status_code == status
    accounts.remove(recorded, "asha")


def test_a_reader_waits_once_for_a_database_that_is_gone(
    door: FlaskClient, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people
    sign_in(door, "manager")
    gone = Mock(side_effect=Unavailable(reason="The database cannot be reached.", advice="Try again."))
    monkeypatch.setattr(token_table, "find", gone)

    for page, status in (("/", 503), ("/p/demo/gifts", 503), ("/nowhere", 404)):
        gone.reset_mock()
        answer = door.get(page)

        assert answer.status_code == status, page
        assert ("The database cannot be reached." in answer.text) == (status == 503), page
        assert gone.call_count == 1, page

    monkeypatch.undo()
    assert door.get("/p/demo/gifts").status_code == 200


class Lila:
    """Lila, who signs in in several browsers, at a time that is set by hand."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        """Begin at noon."""
        self.graph, self.now = graph, relays.NOW
        self.app = create_app(graph, settings, now=lambda: self.now)

    def browser(self) -> FlaskClient:
        """A browser in which she is signed in."""
        browser = self.app.test_client()
        sign_in(browser, "lila")
        return browser

    def rows(self) -> tuple[browser_sessions.BrowserSession, ...]:
        """Her sessions that are in the list."""
        return browser_sessions.sessions_of(self.graph, "lila", self.now)


@pytest.fixture
def lila(recorded: Graph, settings: Settings) -> Iterator[Lila]:
    """Give Lila, a manager of demo."""
    accounts.add(recorded, "lila", (grant_of("manager@demo"),), WORDS, relays.NOW)
    lila = Lila(recorded, settings)
    yield lila
    accounts.remove(recorded, "lila")
    assert lila.rows() == ()


def send(browser: FlaskClient, path: str, **typed: str) -> None:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', browser.get("/account").text)[0]
    assert browser.post(path, data={"csrf_token": token, **typed}).status_code == 303


def no_room() -> None:
    raise refused(embedded_server.DISK_FULL, data_folder="here", free_mb=3)


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/p/demo").status_code == 200


def test_who_signs_out_is_out_in_that_browser_alone_and_a_copied_cookie_too(lila: Lila) -> None:
    here, there, thief = lila.browser(), lila.browser(), lila.app.test_client()
    cookie = here.get_cookie(name := lila.app.config["SESSION_COOKIE_NAME"])
    assert cookie
    thief.set_cookie(name, cookie.value)
    assert is_in(thief)

    send(here, "/sign-out")

    assert [is_in(each) for each in (here, thief, there)] == [False, False, True]
    assert len(lila.rows()) == 1


def test_another_password_and_signing_out_everywhere_leave_no_row_of_what_ended(lila: Lila) -> None:
    here, there = lila.browser(), lila.browser()

    send(here, "/account/password", password=WORDS, new=f"{WORDS} again", again=f"{WORDS} again")
    assert (is_in(here), is_in(there), len(lila.rows())) == (True, False, 1)

    send(here, "/account/signed-in", **{"form.step": "sessions"})
    assert (is_in(here), len(lila.rows())) == (False, 0)


def test_who_signs_in_once_more_has_one_session_in_that_browser(lila: Lila) -> None:
    here = lila.browser()

    sign_in(here, "lila")

    assert (is_in(here), len(lila.rows())) == (True, 1)


def test_somebody_signs_in_while_the_disk_is_full(lila: Lila, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a session is in no list; signing out ends it with all others, once there is room again."""
    other = lila.browser()
    with monkeypatch.context() as full:
        full.setattr(lila.graph, "_before_writing", no_room)
        here = lila.browser()
        lila.now += timedelta(minutes=6)
        assert (is_in(here), is_in(other), len(lila.rows())) == (True, True, 1)

    send(here, "/sign-out")
    assert (is_in(here), is_in(other), len(lila.rows())) == (False, False, 0)


def test_a_session_costs_no_more_queries_than_its_cookie_did_and_is_written_every_five_minutes(
    lila: Lila, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(lila.graph, "_before_writing", no_room)
        without_row = lila.browser()
    listed = lila.browser()
    assert is_in(without_row)  # what the first page reads is known from then on
    asked = queries.counted(monkeypatch)

    def cost(browser: FlaskClient) -> list[str]:
        asked.clear()
        assert is_in(browser)
        return list(asked)

    assert cost(listed) == cost(without_row)
    lila.now += timedelta(minutes=6)
    assert sorted(cost(listed)) == sorted([*cost(without_row), "run"])
    assert cost(listed) == cost(without_row)


def test_a_session_ends_after_a_working_day(lila: Lila) -> None:
    here = lila.browser()

    lila.now += browser_sessions.LASTS
    assert not is_in(here)
    lila.browser()
    assert len(lila.rows()) == 1
