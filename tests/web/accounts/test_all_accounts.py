"""Everybody's accounts: made, changed and removed by who administers every programme, and by nobody else."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from relay.access import account_trail, accounts, factor_requirement
from relay.access.roles import grant_of
from relay.domain.entries import Entry
from tests.web import relays
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from relay.graph import Graph


@pytest.fixture
def boss(recorded: Graph, door: FlaskClient) -> Iterator[FlaskClient]:
    """Give the browser of an administrator of every programme."""
    accounts.add(recorded, "boss", (grant_of("administrator"),), WORDS, relays.NOW)
    sign_in(door, "boss")
    yield door
    for account in accounts.all_accounts(recorded):
        if account.login in ("boss", "bimala", "mina"):
            accounts.remove(recorded, account.login)


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)[0]
    found = client.post(path, data={"csrf_token": token, **typed}, follow_redirects=True)
    return found.status_code, words(found.text)


def roles(graph: Graph, login: str) -> list[str]:
    return sorted(map(str, accounts.find(graph, login).grants))


def test_an_account_is_made_given_other_roles_and_removed(recorded: Graph, boss: FlaskClient) -> None:
    form = {"role": ["manager", "staff", ""], "programme": ["demo", "hills", ""], "place": ["", "palpa", ""]}
    made = post(boss, "/accounts", login="bimala", password="rice and lentils at noon", **form)
    assert made[0] == 200
    assert "bimala can sign in." in made[1]
    assert roles(recorded, "bimala") == ["manager@demo", "staff@hills/PAL"]  # Palpa is its name
    before = accounts.find(recorded, "bimala").generation

    assert (
        post(boss, "/accounts/bimala", **{"form.step": "roles"}, role="auditor", programme="demo", place="")[0] == 200
    )
    assert roles(recorded, "bimala") == ["auditor@demo"]
    assert accounts.find(recorded, "bimala").generation != before, "she is signed out"

    assert post(boss, "/accounts/bimala", **{"form.step": "password"}, password="another one of four words")[0] == 200
    assert accounts.authenticate(recorded, "bimala", "another one of four words").login == "bimala"

    assert "can no longer sign in" in post(boss, "/accounts/bimala", **{"form.step": "remove"})[1]
    assert "bimala" not in {account.login for account in accounts.all_accounts(recorded)}
    assert {entry.recorded_by for entry in account_trail.entries(recorded)[-4:] if isinstance(entry, Entry)} == {
        "account:boss"
    }


def test_the_list_says_who_has_no_second_factor_yet_and_from_when_she_needs_one(
    recorded: Graph, boss: FlaskClient
) -> None:
    accounts.add(recorded, "bimala", (grant_of("manager@demo"),), WORDS, relays.NOW)
    accounts.add(recorded, "mina", (grant_of("staff@demo"),), WORDS, relays.NOW)
    factor_requirement.require(recorded, [grant_of("manager")], date(2026, 12, 17), relays.NOW)
    try:
        page = boss.get("/accounts").text
    finally:
        factor_requirement.require(recorded, [], date(2026, 12, 17), relays.NOW)

    said = {row: re.findall(rf">{row}</a>.*?</tr>", page, re.DOTALL)[0] for row in ("bimala", "mina")}
    assert "none, needed from 17 Dec 2026" in said["bimala"]
    assert "needed" not in said["mina"]


def test_what_cannot_be_is_told_and_what_was_chosen_stays(recorded: Graph, boss: FlaskClient) -> None:
    chosen = {"role": ["staff"], "programme": ["hills"], "place": ["PAL"]}
    for typed in (
        {"login": "Not A Login", "password": "rice and lentils at noon", **chosen},
        {"login": "bimala", "password": "short", **chosen},
        {"login": "bimala", "password": "rice and lentils at noon", "role": "", "programme": "", "place": ""},
        {"login": "boss", "password": "rice and lentils at noon", **chosen},
        {"login": "bimala", "password": "rice and lentils at noon", **chosen, "role": ["manager"]},
        {"login": "bimala", "password": "rice and lentils at noon", **chosen, "place": ["Palpi"]},
    ):
        status, said = post(boss, "/accounts", **typed)
        assert status == 422, (typed, said)
    assert {account.login for account in accounts.all_accounts(recorded)} & {"bimala"} == set()


def test_an_administrator_does_not_lock_herself_out(recorded: Graph, boss: FlaskClient) -> None:
    for step in ("remove", "roles", "password"):
        status, said = post(
            boss, "/accounts/boss", **{"form.step": step}, role="staff", programme="", place="", password=WORDS
        )
        assert status == 422
        assert "your own account" in said
    assert roles(recorded, "boss") == ["administrator"]


def test_who_administers_one_programme_or_none_has_no_such_page(recorded: Graph, door: FlaskClient) -> None:
    for role in ("administrator@demo", "manager"):
        accounts.add(recorded, "mina", (grant_of(role),), WORDS, relays.NOW)
        sign_in(door, "mina")
        assert door.get("/accounts").status_code in (403, 404), role
        assert door.get("/accounts/mina").status_code in (403, 404), role
        assert "Everybody's accounts" not in door.get("/account").text, role
        token = re.findall(r'name="csrf_token" value="([^"]+)"', door.get("/account").text)[0]
        sent = {"csrf_token": token, "login": "bimala", "password": WORDS, "role": "administrator"}
        assert door.post("/accounts", data=sent).status_code in (403, 404), role
        accounts.remove(recorded, "mina")
    assert {account.login for account in accounts.all_accounts(recorded)} & {"bimala"} == set()
