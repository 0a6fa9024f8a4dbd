"""A public demonstration: whoever comes signs in with an account that it shows, and changes none of them."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.access import accounts
from relay.access.roles import Grant
from relay.service import public_demo
from relay.service.public_demo import LOGINS, PASSWORD, demonstration_of
from relay.web import create_app, public_demonstration
from relay.web.server import deleting_old_uploads, times_of_uploads
from tests.web import relays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Settings

BANNER: Final = "A demonstration: nobody in it lives."
RULE_WORDS: Final = {"login": "staff", "token_id": "x", "device_id": "x", "secret": "x", "programme_id": "demo"}


@pytest.fixture(scope="module")
def shown(recorded: Graph, settings: Settings) -> Iterator[Flask]:
    """Give the pages of a public demonstration of the programme demo; its forms need no token."""
    for role in LOGINS:
        accounts.add(recorded, role, (Grant(role=role, programme_id="demo"),), PASSWORD, relays.NOW)
    app = create_app(recorded, settings, public=demonstration_of(datetime.now(UTC)))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    for role in LOGINS:
        accounts.remove(recorded, role)


def entering(client: FlaskClient, login: str) -> TestResponse:
    """Press the button of an account."""
    return client.post("/sign-in", data={"login": login, "password": PASSWORD})


def test_the_sign_in_page_shows_three_accounts_each_with_a_button_and_each_page_says_what_this_is(shown: Flask) -> None:
    door = shown.test_client().get("/sign-in").text

    for login in LOGINS:
        visitor = shown.test_client()
        assert f'<input type="hidden" name="login" value="{login}">' in door
        assert entering(visitor, login).status_code == 303
        front = visitor.get("/p/demo").text
        assert BANNER in front
        assert "/account" not in front
    assert f"<code>{PASSWORD}</code>" in door
    assert BANNER in door
    assert "relay serve" not in door


def test_a_record_that_is_nobodys_demonstration_shows_no_account(door: FlaskClient) -> None:
    page = door.get("/sign-in").text

    assert BANNER not in page
    assert PASSWORD not in page


def test_no_visitor_changes_a_password_an_account_a_token_or_a_telephone(shown: Flask, door: FlaskClient) -> None:
    """Every route of these rooms that takes a form, and what makes a token for somebody who has the password."""
    routes = [
        (rule.endpoint, rule.build({name: RULE_WORDS[name] for name in rule.arguments})[1])  # type: ignore[index]
        for rule in shown.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in public_demonstration.CLOSED_ROOMS
    ]
    routes += [("api.token", "/api/v1/tokens"), ("field.enrol", "/api/v1/devices"), ("beginning.sent", "/begin")]
    visitor = shown.test_client()
    entering(visitor, "manager")

    answers = {endpoint: visitor.post(path) for endpoint, path in routes}

    assert {"own_account.password", "own_account.make_token", "devices.code", "accounts.add"} < answers.keys()
    assert {endpoint: answer.status_code for endpoint, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert all("everybody uses the same accounts" in answer.text for answer in answers.values())
    assert entering(shown.test_client(), "manager").status_code == 303
    assert door.post("/api/v1/tokens", json={"login": "manager", "password": PASSWORD}).status_code == 201  # elsewhere


def test_who_signs_out_leaves_the_others_signed_in(shown: Flask) -> None:
    one, other = shown.test_client(), shown.test_client()
    entering(one, "auditor")
    entering(other, "auditor")

    one.post("/sign-out")

    assert one.get("/p/demo").status_code != 200
    assert other.get("/p/demo").status_code == 200


def test_a_file_is_looked_at_and_never_recorded(shown: Flask) -> None:
    visitor = shown.test_client()
    entering(visitor, "manager")

    answer = visitor.post("/p/demo/import/any", data={"wanted": "record"})

    assert (answer.status_code, "no file is kept" in answer.text) == (403, True)
    assert visitor.post("/p/demo/import/any", data={"wanted": "preview"}).status_code == 404  # there is none


def test_an_upload_is_gone_within_the_hour(tmp_path: Path) -> None:
    """It is deleted 40 minutes after it was last used, looked for each 10: after 50 at the latest."""
    ages = {"fresh": 39, "old": 41}
    for name, minutes in ages.items():
        folder = tmp_path / "uploads" / name
        folder.mkdir(parents=True)
        then = time.time() - minutes * 60
        os.utime(folder, (then, then))

    after, every = times_of_uploads(demonstration_of(datetime.now(UTC)))
    with deleting_old_uploads(tmp_path, after, every):
        left = [each.name for each in (tmp_path / "uploads").iterdir()]

    assert left == ["fresh"]
    assert after + every <= 50 * 60
    assert times_of_uploads(None)[0] == 24 * 60 * 60


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2027-03-01T21:14:59+00:00", "2027-02-28T21:15:00+00:00"),  # a second before three in Nepal, which is UTC+5:45
        ("2027-03-01T21:15:00+00:00", "2027-03-01T21:15:00+00:00"),
    ],
)
def test_it_begins_anew_at_three_in_nepal_and_its_clock_shows_the_last_day_of_the_seeds(now: str, night: str) -> None:
    at = datetime.fromisoformat(now)

    assert public_demo.last_night(at) == datetime.fromisoformat(night)
    assert (
        public_demo.seconds_until_night(at) == (datetime.fromisoformat(night) + timedelta(days=1) - at).total_seconds()
    )
    assert at + demonstration_of(at).shift - (at - datetime.fromisoformat(night)) == datetime.fromisoformat(
        "2026-11-24T21:15:00+00:00"
    )
