"""Signing in, by password or by the link of the owner, and guessing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from relay.access import accounts
from relay.access.owner_link import OneTimeLink
from relay.settings import Settings
from relay.web import create_app
from relay.web.traffic import shared_state
from relay.web.traffic.limits import SIGN_INS_A_MINUTE
from tests.web import relays
from tests.web.readers import WORDS, sign_in

if TYPE_CHECKING:
    import pytest
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_who_signs_in_goes_on_to_what_she_wanted(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    assert door.get("/p/demo/ledger?before=3").location == "/sign-in"
    assert sign_in(door, "auditor").location == "/p/demo/ledger?before=3"
    assert door.get("/p/demo/ledger").status_code == 200
    for wanted in ("/p/demo/record/a%0D%0Ab", "/p/demo/record/a%3Fb%23c?as_of=2024-01-01"):  # ids hold anything
        stranger = door.application.test_client()
        assert stranger.get(wanted).location == "/sign-in"
        assert sign_in(stranger, "auditor").location == wanted
    assert door.get("/p/large").status_code == 404


def test_after_signing_in_nobody_is_led_to_another_site(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    door.get("//evil.example.org/p/demo")
    assert sign_in(door, "auditor").location in ("/", "/p/demo")


def test_a_login_is_read_alike_by_page_and_token(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    body = {"login": " Auditor ", "password": WORDS}

    assert sign_in(door, " Auditor ").status_code == 303
    assert door.post("/api/v1/tokens", json=body).status_code == 201
    for days in ("1e400", "-1e400", "NaN", "0.5"):
        text = f'{{"login": "auditor", "password": "{WORDS}", "days": {days}}}'
        assert door.post("/api/v1/tokens", data=text, content_type="application/json").status_code == 400, days
    strange = door.post("/api/v1/tokens", json={**body, "until": 3}).get_json()["error"]
    assert "login, password, role, programme_id, days" in strange["suggestion"]


def test_who_guesses_is_made_to_wait_and_she_whose_login_it_is_is_not(
    recorded: Graph, settings: Settings, people: dict[str, str]
) -> None:
    """Six wrong passwords from one address; from another address she signs in at once."""
    assert people
    door = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    here, there = ({"environ_base": {"REMOTE_ADDR": address}} for address in ("10.0.0.1", "10.0.0.2"))
    statuses = [sign_in(door, "staff", "wrong", **here).status_code for _ in range(6)]

    assert statuses == [401] * 5 + [429]
    late = sign_in(door, "staff", WORDS, **here)
    assert (late.status_code, late.headers["Retry-After"].isdigit()) == (429, True)
    assert sign_in(door, "manager", WORDS, **here).status_code == 303
    assert sign_in(door.application.test_client(), "staff", WORDS, **there).status_code == 303


def test_one_address_asks_for_so_many_passwords_a_minute_and_no_more(
    recorded: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_state, "_MINUTE", math.inf)  # however long the machine takes for them
    door = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    statuses = [
        door.post("/api/v1/tokens", json={"login": f"nobody{number}", "password": WORDS}).status_code
        for number in range(SIGN_INS_A_MINUTE + 1)
    ]

    assert statuses == [401] * SIGN_INS_A_MINUTE + [429]


def test_the_owners_link_opens_everything_once(recorded: Graph, settings: Settings) -> None:
    link = OneTimeLink(login="Asha")
    app = create_app(recorded, settings, now=lambda: relays.NOW, once=link)
    owner, thief = app.test_client(), app.test_client()
    assert owner.get("/p/demo/ledger").location == "/sign-in"

    assert thief.get("/sign-in/once/guessed").status_code == 404
    assert thief.head(f"/sign-in/once/{link.secret}").status_code == 404  # as a preview of the link asks for it
    assert owner.get(f"/sign-in/once/{link.secret}").location == "/p/demo/ledger"
    assert owner.get("/p/large").status_code == 200
    late = thief.get(f"/sign-in/once/{link.secret}")
    assert (late.status_code, "This link no longer works" in late.text) == (404, True)
    assert link.secret not in repr(link)
    accounts.remove(recorded, "asha")


def test_the_sign_in_page_says_whose_it_is_and_offers_each_language(recorded: Graph, settings: Settings) -> None:
    named = create_app(recorded, replace(settings, organisation="Hill Goats <b>"), now=lambda: relays.NOW)
    hers = named.test_client().get("/sign-in").text
    nobodys = create_app(recorded, settings, now=lambda: relays.NOW).test_client().get("/sign-in").text

    assert "<h1><bdi>Hill Goats &lt;b&gt;</bdi></h1>" in hers
    assert "<h1><bdi>Relay</bdi></h1>" in nobodys
    assert [hers.partition("<main")[2].count(f"lang={word}") for word in ("en", "fr", "ne")] == [1, 1, 1]
