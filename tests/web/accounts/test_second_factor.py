"""The second factor on the pages: set up, asked at the sign-in, lost and taken away.

maya, manager of demo        her telephone's codes are those of the clock of `Clock`
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pyotp
import pytest
from pyotp.totp import TOTP

from relay.access import accounts, factor_requirement, second_factor
from relay.access.roles import grant_of
from relay.web import create_app
from tests.web import relays
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Settings

STEP: Final = timedelta(seconds=30)


class House:
    """The pages at a time that is set by hand, and Maya's telephone."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        """Nobody has a telephone yet."""
        self.graph, self.now = graph, relays.NOW
        self.app = create_app(graph, settings, now=lambda: self.now)
        self.codes = TOTP(pyotp.random_base32())
        self.recovery: list[str] = []

    def browser(self) -> FlaskClient:
        """A browser in which nobody is signed in."""
        return self.app.test_client()

    def code(self) -> str:
        """The code of the next half minute, which was not used before."""
        self.now += STEP
        return self.codes.at(self.now)

    def set_up(self, browser: FlaskClient) -> None:
        """Have whoever is signed in read the offer with the telephone, and type its code."""
        offered = browser.get("/account/second-factor").text
        found = re.search(r'class="hash">([A-Z2-7 ]{39})<', offered)
        assert found
        self.codes = TOTP(found[1].replace(" ", ""))
        sealed = re.findall(r'name="sealed" value="([^"]+)"', offered)[0]
        page = "/account/second-factor"
        done = post(browser, page, form=page, code=self.code(), sealed=sealed)
        self.recovery = re.findall(r'<li class="hash">([^<]+)<', done.text)
        assert len(self.recovery) == 10


def post(client: FlaskClient, path: str, *, form: str = "/account", follow: bool = False, **typed: Any) -> TestResponse:  # noqa: ANN401
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(form).text)[0]
    named = {name.replace("__", "."): text for name, text in typed.items()}
    return client.post(path, data={"csrf_token": token, **named}, follow_redirects=follow)


def prove(client: FlaskClient, code: str) -> TestResponse:
    return post(client, "/sign-in/code", form="/sign-in/code", code=code)


@pytest.fixture
def house(recorded: Graph, settings: Settings) -> Iterator[House]:
    """Give the pages, with Maya, and Ram and Sita, who are administrators."""
    who = {"maya": "manager@demo", "ram": "administrator", "sita": "administrator"}
    for login, role in who.items():
        accounts.add(recorded, login, (grant_of(role),), WORDS, relays.NOW)
    yield House(recorded, settings)
    for login in who:
        accounts.remove(recorded, login)
    factor_requirement.require(recorded, (), relays.NOW.date(), relays.NOW)
    recorded.write(lambda transaction: transaction.run("MATCH (t:FailedTries) DELETE t"))


def test_who_sets_it_up_is_asked_from_then_on_and_is_signed_out_elsewhere(house: House) -> None:
    here, there = house.browser(), house.browser()
    sign_in(here, "maya")
    sign_in(there, "maya")

    house.set_up(here)

    assert here.get("/p/demo").status_code == 200
    assert there.get("/p/demo").status_code == 303
    asked = sign_in(there, "maya")
    assert asked.location == "/sign-in/code"
    assert there.get("/p/demo").status_code == 303  # the password alone is not enough
    code = house.code()
    assert prove(there, code).location == "/p/demo"
    assert there.get("/p/demo").status_code == 200

    thief = house.browser()
    sign_in(thief, "maya")
    again = prove(thief, code)
    assert (again.status_code, "was used before" in again.text) == (401, True)


def test_wrong_codes_wait_as_wrong_passwords_do_and_the_password_does_not_end_it(house: House) -> None:
    maya, thief = house.browser(), house.browser()
    sign_in(maya, "maya")
    house.set_up(maya)
    wrong = "000000"

    statuses = []
    for number in range(6):
        if number == 3:
            thief = house.browser()  # she knows the password, and begins again with it
        if number in (0, 3):
            sign_in(thief, "maya")
        statuses.append(prove(thief, wrong).status_code)

    assert statuses == [401] * 5 + [429]
    assert prove(thief, house.codes.at(house.now + STEP)).status_code == 429
    assert sign_in(house.browser(), "maya").status_code == 429


def test_whose_password_was_right_has_ten_minutes_for_the_code(house: House) -> None:
    maya = house.browser()
    sign_in(maya, "maya")
    house.set_up(maya)
    late, other = house.browser(), house.browser()
    sign_in(late, "maya")
    sign_in(other, "maya")

    house.now += timedelta(minutes=10, seconds=1)

    assert prove(late, house.code()).location == "/sign-in"
    accounts.set_password(house.graph, "maya", WORDS[::-1])
    assert prove(other, house.code()).location == "/sign-in"


def test_what_was_typed_is_kept_through_both_steps(house: House) -> None:
    maya = house.browser()
    sign_in(maya, "maya")
    house.set_up(maya)
    there = house.browser()
    typed: dict[str, Any] = {"typed.name": "Sita", "wanted": "/p/demo/new/person"}
    first = post(
        there, "/sign-in", form="/sign-in", login="maya", password=WORDS, typed__name="Sita", wanted="/p/demo/x"
    )
    assert 'name="typed.name" value="Sita"' in first.text

    carried: dict[str, Any] = {name.replace(".", "__"): text for name, text in typed.items()}
    gone_on = post(there, "/sign-in/code", form="/sign-in/code", code=house.code(), **carried)

    assert 'action="/p/demo/new/person"' in gone_on.text
    assert 'name="name" value="Sita"' in gone_on.text


def test_a_lost_telephone_is_replaced_by_a_recovery_code(house: House) -> None:
    old = house.browser()
    sign_in(old, "maya")
    house.set_up(old)
    new = house.browser()
    sign_in(new, "maya")

    assert prove(new, house.recovery[0]).status_code == 303
    assert old.get("/p/demo").status_code == 303
    assert "9 recovery codes are left." in words(new.get("/account/second-factor").text)
    refused = post(new, "/account/second-factor", code="000000", form__step="remove")
    assert (refused.status_code, "This code is not right" in refused.text) == (422, True)
    post(new, "/account/second-factor", code=house.recovery[1], form__step="remove")
    assert accounts.find(house.graph, "maya").factors == ()
    house.set_up(new)
    assert accounts.find(house.graph, "maya").factors == ("codes",)


def test_a_second_administrator_takes_it_away_and_nobody_her_own(house: House) -> None:
    ram, sita = house.browser(), house.browser()
    sign_in(ram, "ram")
    sign_in(sita, "sita")
    house.set_up(ram)
    page = ram.get("/accounts/ram").text
    assert "Take the second factor away" not in page

    own = post(ram, "/accounts/ram", form__step="factor")
    assert own.status_code == 422
    assert accounts.find(house.graph, "ram").factors
    assert "Take the second factor away" in sita.get("/accounts/ram").text
    done = post(sita, "/accounts/ram", follow=True, form__step="factor")

    assert "ram signs in with the password alone now" in words(done.text)
    assert not accounts.find(house.graph, "ram").factors


def test_a_token_takes_the_code_once(house: House) -> None:
    maya = house.browser()
    sign_in(maya, "maya")
    house.set_up(maya)
    body = {"login": "maya", "password": WORDS}
    program = house.browser()

    asked = program.post("/api/v1/tokens", json=body)
    assert (asked.status_code, asked.get_json()["error"]["code"]) == (401, "code_needed")
    code = house.code()
    made = program.post("/api/v1/tokens", json={**body, "code": code})
    assert made.status_code == 201
    assert program.post("/api/v1/tokens", json={**body, "code": code}).status_code == 401
    headers = {"Authorization": f"Bearer {made.get_json()['secret']}"}
    assert program.get("/api/v1/programmes", headers=headers).status_code == 200
    page = program.get("/account/second-factor", headers=headers).text
    assert 'name="code"' not in page


def test_who_must_have_one_is_led_to_it_and_after_the_days_of_grace_nothing_else_opens(house: House) -> None:
    due_on = house.now.date() + timedelta(days=14)
    ram, maya, program = house.browser(), house.browser(), house.browser()
    sign_in(maya, "maya")
    roles = [grant_of("administrator"), grant_of("manager@demo")]
    factor_requirement.require(house.graph, roles, due_on, house.now)

    assert sign_in(ram, "ram").location == "/account/second-factor"
    assert "Your role needs a second factor from 9 Dec 2026." in words(ram.get("/account/second-factor").text)
    assert ram.get("/accounts").status_code == 200
    body = {"login": "maya", "password": WORDS}
    secret = program.post("/api/v1/tokens", json=body).get_json()["secret"]

    house.now += timedelta(days=14)
    for browser, login in ((ram, "ram"), (maya, "maya"), (house.browser(), "sita")):  # all administrators, with none
        sign_in(browser, login)
        shut = browser.get("/accounts")
        assert (shut.status_code, shut.location) == (303, "/account/second-factor")
        refused = browser.get("/api/v1/programmes")
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "factor_due")
        house.set_up(browser)
        assert browser.get("/account").status_code == 200
    assert program.get("/api/v1/programmes", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    second_factor.reset(house.graph, "maya", house.now)
    assert program.post("/api/v1/tokens", json=body).get_json()["error"]["code"] == "factor_due"
    factor_requirement.require(house.graph, (), due_on, house.now)
    assert program.post("/api/v1/tokens", json=body).status_code == 201


def test_a_sensitive_act_asks_for_the_code_once_more_after_ten_minutes(house: House) -> None:
    ram, maya, sita = house.browser(), house.browser(), house.browser()
    for browser, login in ((ram, "ram"), (maya, "maya"), (sita, "sita")):
        sign_in(browser, login)
    telephones = {}
    for browser in (ram, maya):
        house.set_up(browser)
        telephones[browser] = house.codes
    html = {"Accept": "text/html,*/*;q=0.8"}
    names = "/api/v1/programmes/demo/registers/export?with_names=true"
    assert ram.get("/accounts", headers=html).status_code == 200

    for browser, path in ((ram, "/accounts/maya"), (maya, names)):
        house.now += timedelta(minutes=11)
        house.codes = telephones[browser]
        asked = browser.get(path, headers=html)
        assert (asked.status_code, asked.location) == (303, "/sign-in/code")
        assert "once more" in words(browser.get("/sign-in/code").text)
        assert prove(browser, house.code()).location == path
        shown = browser.get(path, headers=html)
        shown.close()
        assert shown.status_code == 200
    house.now += timedelta(minutes=11)
    secret = {"X-CSRFToken": re.findall(r'name="csrf_token" value="([^"]+)"', maya.get("/account").text)[0]}
    for program in (maya.get(names), maya.post("/api/v1/programmes/demo/acts/erase", json={}, headers=secret)):
        assert (program.status_code, program.get_json()["error"]["code"]) == (401, "prove_again")
    roles_: dict[str, Any] = {"role": "staff", "programme": "demo", "place": "", "form__step": "roles"}
    token = re.findall(r'name="csrf_token" value="([^"]+)"', ram.get("/account").text)[0]
    sent = {"csrf_token": token, **{name.replace("__", "."): text for name, text in roles_.items()}}
    assert ram.post("/accounts/maya", data=sent, headers=html).location == "/sign-in/code"
    assert [str(each) for each in accounts.find(house.graph, "maya").grants] == ["manager@demo"]
    assert ram.post("/account/tokens", data={"csrf_token": token, "days": "9"}, headers=html).status_code == 303
    assert ram.get("/account").status_code == 200
    assert sita.get("/accounts", headers=html).status_code == 200  # she has none


def test_a_link_is_made_only_for_who_has_no_password(house: House) -> None:
    ram = house.browser()
    sign_in(ram, "ram")

    refused = post(ram, "/account/links", login="maya")

    assert (refused.status_code, "maya has a password already" in words(refused.text)) == (422, True)


def test_who_has_none_is_asked_nothing_and_the_database_no_more_often(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya, asked = house.browser(), [0]
    rows, write = type(house.graph).rows, type(house.graph).write

    def counted_rows(*sent: object, **more: object) -> object:
        asked[0] += 1
        return rows(*sent, **more)  # type: ignore[arg-type]

    def counted_write(*sent: object) -> object:
        asked[0] += 1
        return write(*sent)  # type: ignore[arg-type]

    monkeypatch.setattr(type(house.graph), "rows", counted_rows)
    monkeypatch.setattr(type(house.graph), "write", counted_write)
    sent = sign_in(maya, "maya")

    assert (sent.status_code, sent.location) == (303, "/")
    assert asked == [3]  # failed tries, the account, and the row of the session
