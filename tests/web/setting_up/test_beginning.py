"""The beginning of a programme in the browser: who may, what is recorded, and that it is all of it or nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from relay.access import accounts
from relay.access.owner_link import OneTimeLink
from relay.access.roles import grant_of
from relay.domain.system import Catalogue
from relay.errors import Conflict
from relay.ledger import programme_heads, reading
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.web import relays
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph

GORKHA: dict[str, Any] = {
    "name": "Goats for Gorkha",
    "country": "np",
    "help": "goat",
    "given": "2",
    "owed": "2",
    "months": "24",
    "grace_days": "90",
    "from": "2000-01-01",
    "systems": ["savings"],
    "places": "Gorkha-8, Gorkha, Gorkha",
    "login": ["Asha", "mina", ""],
    "role": ["staff", "manager", "staff"],
    "place": ["Gorkha-8", "", ""],
}
"""What is typed into the form: a savings programme in one ward, with two accounts."""


@pytest.fixture
def empty(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph in which a programme may use every system."""
    return wiped(graphs(Catalogue(SYSTEMS)))


@pytest.fixture
def owner(empty: Graph, tmp_path: Path) -> FlaskClient:
    """Give the browser of who opened the link that `relay serve` printed, in an empty Relay."""
    link = OneTimeLink(login="root")
    settings = Settings.read({"RELAY_DATA": str(tmp_path)})
    client = create_app(empty, settings, now=lambda: relays.NOW, once=link).test_client()
    assert client.get(f"/sign-in/once/{link.secret}").location == "/"
    return client


def send(client: FlaskClient, step: str, typed: dict[str, Any]) -> TestResponse:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)[0]
    return client.post("/begin", data={"csrf_token": token, "form.step": step, **typed})


def carried(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    form = page.partition('action="/begin"')[2].partition("</form>")[0]
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.engine_contract
def test_from_an_empty_relay_to_a_programme_with_its_rule_places_and_accounts(owner: FlaskClient, empty: Graph) -> None:
    assert owner.get("/").location == "/begin"
    assert "Each woman who receives 2 goats passes on 2 within 24 months." in words(owner.get("/begin").text)
    checked = send(owner, "check", GORKHA)
    told = words(checked.text)
    for sentence in (
        "Goats for Gorkha Nepal · goats-for-gorkha",
        "Groups, Savings Groups: needed by another one",
        "Gorkha-8, Gorkha, Gorkha ward",
    ):
        assert sentence in told, sentence
    assert programme_heads.heads(empty) == (), "nothing is recorded before it is read once more"

    begun = send(owner, "record", carried(checked.text))
    assert begun.location == "/p/goats-for-gorkha"
    head = programme_heads.head(empty, "goats-for-gorkha")
    assert (head.name, head.timezone, head.systems) == ("Goats for Gorkha", "Asia/Kathmandu", ("groups", "savings"))
    acts = [f"{each.act_id}" for each in reading.entries(empty, head.programme_id)]
    assert acts == [
        *("programme:goats-for-gorkha", "rule:goat@2000-01-01"),
        *("place:GORKHA", "place:GORKHA-GORKHA", "place:GORKHA-8"),
    ]
    there = {each.login: (list(map(str, each.grants)), each.password) for each in accounts.all_accounts(empty)}
    assert there["asha"] == (["staff@goats-for-gorkha/GORKHA-8"], False)
    assert there["mina"] == (["manager@goats-for-gorkha"], False)
    next_ = words(owner.get(begun.location).text)
    for step in ("Print the links for the others", "asha, mina", "Register the first woman", "Record the first gift"):
        assert step in next_, step
    steps = owner.get(begun.location).text.partition('class="first-steps"')[2].partition("</ol>")[0]
    links = re.findall(r'href="([^"]+)"', steps)
    assert links == [
        *("/p/goats-for-gorkha/new/person", "/p/goats-for-gorkha/new/gift", "/account", "/account/links"),
    ]
    assert {owner.get(link).status_code for link in links} == {200}, "each is done where it leads"

    assert send(owner, "record", carried(checked.text)).location == begun.location, "pressing again is safe"
    assert programme_heads.head(empty, "goats-for-gorkha").entries == 5


@pytest.mark.engine_contract
def test_a_fault_leaves_nothing_of_it(owner: FlaskClient, empty: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last account cannot be made: neither programme, nor place, nor the first account is there."""
    ready = carried(send(owner, "check", GORKHA).text)
    made = accounts.add_without_password

    def broken(transaction: Any, login: str, *args: Any, **how: Any) -> None:  # noqa: ANN401 - as the function
        if login == "mina":
            raise Conflict(reason="The disk is full.", advice="Empty it.")
        made(transaction, login, *args, **how)

    with monkeypatch.context() as patched:
        patched.setattr(accounts, "add_without_password", broken)
        assert send(owner, "record", ready).status_code == 409
    assert programme_heads.heads(empty) == ()
    assert [each.login for each in accounts.all_accounts(empty)] == ["root"]
    assert send(owner, "record", ready).location == "/p/goats-for-gorkha"
    assert programme_heads.head(empty, "goats-for-gorkha").entries == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "This is needed."),
        ({"months": "soon"}, "This is not a number."),
        ({"help": "other", "other_help": ""}, "This is needed."),
        ({"places": "A, B, A"}, "a place cannot lie within itself"),
        ({"place": ["Gorkha-9", "", ""]}, "None of the first places has this name"),
        ({"role": ["manager", "manager", "staff"]}, "Only staff work for one place."),
        ({"login": ["root", "mina", ""]}, "Account root already exists."),
        ({"login": ["mina", "mina", ""]}, "This login stands in two rows."),
        ({"login": ["asha devi", "mina", ""]}, "Not a valid login"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    owner: FlaskClient, wrong: dict[str, Any], said: str
) -> None:
    typed = {**GORKHA, **wrong}
    answer = send(owner, "check", typed)

    assert answer.status_code == 422
    assert said in words(answer.text)
    assert answer.text.count('class="fault" id=') == 1
    assert 'aria-invalid="true"' in answer.text
    for text in (typed["months"], typed["places"]):
        assert text in answer.text
    edited = send(owner, "edit", typed)
    assert (edited.status_code, edited.text.count('class="fault"')) == (200, 0)


def test_a_second_programme_is_begun_by_an_administrator_of_all_and_by_nobody_else(
    owner: FlaskClient, empty: Graph
) -> None:
    send(owner, "record", GORKHA)
    stranger, manager = owner.application.test_client(), owner.application.test_client()
    accounts.add(empty, "bina", (grant_of("manager"), grant_of("administrator@goats-for-gorkha")), WORDS, relays.NOW)
    sign_in(manager, "bina")

    assert stranger.get("/begin").location == "/sign-in"
    assert manager.get("/begin").status_code == 404
    assert 'value="2"' in owner.get("/begin").text
    again = carried(send(owner, "check", {**GORKHA, "login": "", "role": "", "place": ""}).text)
    assert again["id"] == ["goats-for-gorkha-2"]


def test_links_are_printed_and_their_owners_choose_their_passwords(owner: FlaskClient, empty: Graph) -> None:
    send(owner, "record", GORKHA)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', owner.get("/account/links").text)[0]
    printed = owner.post("/account/links", data={"csrf_token": token, "login": ["asha", "mina"]})
    links = dict(zip(("asha", "mina"), re.findall(r"http://localhost(/welcome/[\w-]+)", printed.text), strict=True))
    assert printed.headers["Cache-Control"] == "no-store"
    assert "staff · Goats for Gorkha · Gorkha-8" in words(printed.text)

    mina = owner.application.test_client()
    page = mina.get(links["mina"])
    assert ("Welcome, mina" in page.text, page.headers["Referrer-Policy"]) == (True, "no-referrer")
    chosen = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0], "new": WORDS}
    assert mina.post(links["mina"], data={**chosen, "again": "other"}).status_code == 422
    assert mina.post(links["mina"], data={**chosen, "again": WORDS}).location == "/"
    assert mina.get("/p/goats-for-gorkha").status_code == 200
    assert mina.get(links["mina"]).status_code == 404
    assert accounts.authenticate(empty, "mina", WORDS).login == "mina"
    waiting = owner.get("/account/links").text
    assert ('value="asha"' in waiting, 'value="mina"' in waiting, 'value="root"' in waiting) == (True, False, False)

    token = re.findall(r'name="csrf_token" value="([^"]+)"', owner.get("/account").text)[0]
    first = owner.post("/account/password", data={"csrf_token": token, "new": WORDS, "again": WORDS})
    assert first.location == "/account", "who came by the owner's link needs no earlier password"
    assert accounts.authenticate(empty, "root", WORDS).login == "root"
