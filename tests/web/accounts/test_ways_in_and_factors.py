"""Who is asked for a second factor, and when: each role, by each way in, with each second factor.

signing in       what whoever typed her password meets
at once, later   what a sensitive act meets, and once more eleven minutes later, if her role may do it

"awaited" and "due" have none: their role must have one from a coming day on, or since today.
"""

from __future__ import annotations

import html
import json
import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import click
import pytest
from pyotp.totp import TOTP

from relay.access import (
    accounts,
    api_tokens,
    devices,
    factor_requirement,
    followers,
    linked_sign_in,
    passkeys,
    second_factor,
)
from relay.access.passkeys import Challenge, PasskeySite
from relay.access.roles import grant_of
from relay.backup.encryption import new_secret_key, public_key_of
from relay.settings import Settings
from relay.web import create_app
from tests.access.test_passkeys import Device
from tests.commands.shell import Shell
from tests.rigs import oidc_provider
from tests.rigs.in_a_thread import answering
from tests.rigs.oidc_provider import CLIENT, SECRET, Provider
from tests.web import relays
from tests.web.accounts.test_organisation_sign_in import come
from tests.web.accounts.test_second_factor import STEP, House, prove
from tests.web.readers import WORDS, bearer, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph

    Ask = Callable[[str, str], TestResponse]
    Way = tuple[str, Ask | None]

TABLE: Final = """
way in                 second factor  signing in      at once         later
page                   none           in              opens           opens
page                   awaited        set it up       opens           opens
page                   due            set it up       set it up       set it up
page                   codes          code            opens           code
page                   passkeys       passkey         opens           passkey
page                   both           code            opens           code
program in a browser   none           in              opens           opens
program in a browser   awaited        set it up       opens           opens
program in a browser   due            set it up       set it up       set it up
program in a browser   codes          code            opens           prove_again
program in a browser   passkeys       passkey         opens           prove_again
program in a browser   both           code            opens           prove_again
provider               none           in              opens           opens
provider               awaited        set it up       opens           opens
provider               due            set it up       set it up       set it up
provider               codes          code            opens           code
provider               passkeys       passkey         opens           passkey
provider, proved       none           in              opens           provider
provider, proved       awaited        in              opens           provider
provider, proved       due            in              opens           provider
provider, proved       codes          in              opens           code
provider, proved       passkeys       in              opens           passkey
token                  none           in              opens           opens
token                  awaited        in              opens           opens
token                  due            set it up       -               -
token                  codes          code_needed     opens           opens
token                  passkeys       code_needed     opens           opens
token, made before     due            in              opens           opens
token, made before     codes          in              opens           opens
command elsewhere      none           in              opens           opens
command elsewhere      awaited        in              opens           opens
command elsewhere      due            set it up       -               -
command elsewhere      codes          code            opens           opens
command elsewhere      passkeys       code            opens           opens
"""
ROLES: Final = {
    "staff@demo": (),
    "manager@demo": ("erase", "export names"),
    "auditor@demo": (),
    "protection@demo": (),
    "administrator": ("accounts", "erase"),
}
"""Role → the sensitive acts that it may do."""

SENSITIVE: Final = {
    "accounts": ("GET", "/accounts"),
    "erase": ("POST", "/api/v1/programmes/demo/acts/erase"),
    "export names": ("GET", "/api/v1/programmes/demo/registers/export?with_names=true"),
}
"""Sensitive act → how it is asked for; one that says nothing is refused for that, once it is let through."""

WHERE: Final = {
    "/": "in",
    "/account/second-factor": "set it up",
    "/sign-in/code": "code",
    "/sign-in/passkey": "passkey",
    "/sign-in/organisation/once-more": "provider",
}
HTML: Final = {"Accept": "text/html,*/*;q=0.8"}
JSON: Final = {"Accept": "application/json"}
SITE: Final = PasskeySite(host="localhost", origin="http://localhost")
DAYS: Final = 14
PASSWORD_FILE: Final = "password.txt"

ROWS: Final = [re.split(r" {2,}", line) for line in TABLE.strip().splitlines()[1:]]


class Asked:
    """Somebody with a second factor, or none."""

    def __init__(self, house: House, factor: str) -> None:
        """Give her a password and her factors; nobody asked her for any yet."""
        self.house, self.login, self.device = house, "asked", Device(site=SITE)
        graph, key, now = house.graph, second_factor.key(house.app.extensions["relay"].settings), house.now
        accounts.add(graph, self.login, (grant_of("manager@demo"),), WORDS, now)
        self.recovery: list[str] = []
        if factor in ("awaited", "due"):
            due_on = now.date() + timedelta(days=DAYS if factor == "awaited" else 0)
            factor_requirement.require(graph, [*map(grant_of, ROLES)], due_on, now)
        if factor in ("codes", "both"):
            offered = second_factor.offer(self.login, "Relay", key)
            house.codes = TOTP(offered.secret)
            _, recovery = second_factor.set_up(
                graph, self.login, offered.sealed, house.code(), key=key, now=house.now, random=token_bytes
            )
            self.recovery.extend(recovery)
        if factor in ("passkeys", "both"):
            asked = Challenge(text="c" * 43, asked_at=house.now.timestamp())
            how: dict[str, Any] = {"site": SITE, "challenge": asked, "now": house.now, "random": token_bytes}
            _, codes = passkeys.add(graph, self.login, "laptop", self.device.made(asked), **how)
            self.recovery.extend(codes)
            house.now += STEP

    def sign(self, browser: FlaskClient) -> TestResponse:
        """Have her device sign what the page asks it to."""
        page = browser.get("/sign-in/passkey").text
        options = json.loads(html.unescape(re.findall(r'data-options="([^"]+)"', page)[0]))
        challenge = Challenge(text=options["challenge"], asked_at=self.house.now.timestamp())
        answer = {"csrf_token": csrf_token(page), "answer": self.device.signed(challenge, self.login)}
        return browser.post("/sign-in/passkey", data=answer)

    def go_through(self, browser: FlaskClient, met: str) -> None:
        """Give the second factor that a page asks for."""
        if met in ("code", "passkey"):
            answer = prove(browser, self.house.code()) if met == "code" else self.sign(browser)
            assert meets(answer) == "in"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Give a provider that says that whoever is signed in there proved nothing."""
    with oidc_provider.running() as started:
        yield started


@pytest.fixture
def house(recorded: Graph, settings: Settings, provider: Provider) -> Iterator[House]:
    """Give the pages with that provider."""
    named = {"ISSUER": provider.issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET, "NAME": "Hill Goats"}
    with_provider = Settings.read({f"RELAY_OIDC_{name}": text for name, text in named.items()}).provider
    yield House(recorded, replace(settings, provider=with_provider))
    factor_requirement.require(recorded, (), relays.NOW.date(), relays.NOW)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    """Give the command line of another machine, and the password in a file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / PASSWORD_FILE).write_text(WORDS, encoding="utf-8")
    return Shell(monkeypatch, capsys)


@pytest.mark.parametrize(("way", "factor", "signing_in", "at_once", "later"), ROWS)
def test_each_role_is_asked_for_her_second_factor_as_the_table_says(
    house: House, provider: Provider, shell: Shell, way: str, factor: str, signing_in: str, at_once: str, later: str
) -> None:
    asked = Asked(house, factor)
    linked_sign_in.link(house.graph, asked.login, provider.issuer, provider.subject, house.now)
    try:
        for role, allowed in ROLES.items():
            accounts.set_grants(house.graph, asked.login, (grant_of(role),))
            met, ask = WAYS[way](asked, provider, shell)
            assert (role, met) == (role, signing_in)
            if ask is None:
                continue
            for expected in (at_once, later):
                found = {act: meets(ask(*how)) for act, how in SENSITIVE.items()}
                shut = expected == "set it up"  # whatever is asked for
                assert (role, found) == (role, {act: expected if shut or act in allowed else "role" for act in found})
                ordinary = meets(ask("GET", "/api/v1/programmes"))
                assert ordinary == (expected if shut else "opens")
                house.now += timedelta(minutes=11)
    finally:
        accounts.remove(house.graph, asked.login)


def meets(answer: TestResponse) -> str:
    """What an answer means, in a word of the table; "role" if the role may not."""
    answer.close()
    if answer.status_code == 303:
        return WHERE[answer.location]
    if answer.status_code in (401, 403):
        code = str(answer.get_json()["error"]["code"]) if answer.is_json else "not_allowed"
        return {"not_allowed": "role", "factor_due": "set it up"}.get(code, code)
    assert answer.status_code in (200, 400, 422), answer.text
    return "opens"


def csrf_token(page: str) -> str:
    return str(re.findall(r'name="csrf_token" value="([^"]+)"', page)[0])


def in_browser(browser: FlaskClient, accept: dict[str, str]) -> Ask:
    headers = accept | {"X-CSRFToken": csrf_token(browser.get("/account/second-factor").text)}
    return lambda method, path: browser.open(path, method=method, headers=headers, json={})


def by_page(asked: Asked, *_: object, accept: dict[str, str] = HTML) -> Way:
    browser = asked.house.browser()
    met = WHERE[sign_in(browser, asked.login).location]
    asked.go_through(browser, met)
    return met, in_browser(browser, accept)


def by_program_in_a_browser(asked: Asked, *_: object) -> Way:
    return by_page(asked, accept=JSON)


def by_provider(asked: Asked, *_: object) -> Way:
    browser = asked.house.browser()
    met = WHERE[come(browser).location]
    asked.go_through(browser, met)
    return met, in_browser(browser, HTML)


def by_provider_that_says_it_was_proved(asked: Asked, provider: Provider, _: Shell) -> Way:
    provider.claims = {"amr": ["mfa"], "auth_time": int(time.time())}
    return by_provider(asked)


def with_token(asked: Asked, secret: str) -> Ask:
    program = asked.house.browser()
    return lambda method, path: program.open(path, method=method, headers=bearer(secret), json={})


def by_token(asked: Asked, *_: object) -> Way:
    program, body = asked.house.browser(), {"login": asked.login, "password": WORDS}
    made = program.post("/api/v1/tokens", json=body)
    met = "in" if made.status_code == 201 else meets(made)
    if met == "code_needed":
        made = program.post("/api/v1/tokens", json=body | {"code": asked.recovery.pop()})
    return met, with_token(asked, made.get_json()["secret"]) if made.status_code == 201 else None


def by_token_made_before(asked: Asked, *_: object) -> Way:
    issued = api_tokens.issue(asked.house.graph, asked.login, days=1, now=asked.house.now, random=token_bytes)
    return "in", with_token(asked, issued.secret)


def by_command_elsewhere(asked: Asked, _: Provider, shell: Shell) -> Way:
    prompted = list[str]()

    def typed(question: str, **_: object) -> str:
        prompted.append(question)
        return asked.recovery.pop()

    shell.monkeypatch.setattr(click, "prompt", typed)
    with answering(asked.house.app) as url:
        answer = shell.run("login", url, "--login", asked.login, "--password-file", PASSWORD_FILE, "--json")
    if answer.code:
        return "set it up" if "needs a second factor" in answer.err else answer.err, None
    kept = json.loads(Path(answer.json["file"]).read_text(encoding="utf-8"))
    return "code" if prompted else "in", with_token(asked, kept[url])


WAYS: Final[dict[str, Callable[[Asked, Provider, Shell], Way]]] = {
    "page": by_page,
    "program in a browser": by_program_in_a_browser,
    "provider": by_provider,
    "provider, proved": by_provider_that_says_it_was_proved,
    "token": by_token,
    "token, made before": by_token_made_before,
    "command elsewhere": by_command_elsewhere,
}


def test_an_erasure_in_a_list_or_among_the_held_acts_asks_too(house: House) -> None:
    asked = Asked(house, "codes")
    browser = house.browser()
    asked.go_through(browser, WHERE[sign_in(browser, asked.login).location])
    token = {"X-CSRFToken": csrf_token(browser.get("/account").text)}

    def send(path: str, body: dict[str, Any]) -> TestResponse:
        return browser.post(f"/api/v1/programmes/demo/{path}", json=body, headers=JSON | token)

    def hand_in(kind: str, *, hold: bool = False) -> TestResponse:
        return send("acts", {"acts": [{"act": kind, "content": {"subject_id": "beneficiary:W77"}}], "hold": hold})

    try:
        (row,) = hand_in("erase", hold=True).get_json()["acts"]
        house.now += timedelta(minutes=11)
        assert meets(hand_in("erase")) == "prove_again"
        assert meets(hand_in("no such kind")) == "opens"
        settled = {"settle": "discard", "reason": "there is no W77"}
        assert meets(send(f"held/{row['held_id']}", settled)) == "prove_again"
        form = {"csrf_token": token["X-CSRFToken"], "held_id": row["held_id"], "settle": "discard", "text": "no W77"}
        assert meets(browser.post("/p/demo/held", data=form, headers=HTML)) == "code"
        asked.go_through(browser, "code")
        token["X-CSRFToken"] = csrf_token(browser.get("/account").text)
        assert meets(send(f"held/{row['held_id']}", settled)) == "opens"
    finally:
        accounts.remove(house.graph, asked.login)


@pytest.mark.parametrize("factor", ["none", "due", "codes", "passkeys"])
def test_a_telephone_a_follower_and_the_owner_of_the_machine_are_asked_nothing(house: House, factor: str) -> None:
    asked, graph = Asked(house, factor), house.graph
    accounts.set_grants(graph, asked.login, (grant_of("staff@demo"),))
    random: dict[str, Any] = {"now": house.now, "random": token_bytes}
    code = devices.make_code(graph, asked.login, programme_id="demo", place_id="D", around=(), **random).code
    telephone = devices.enrol(graph, code, "blue phone", **random).token
    key = public_key_of(new_secret_key())
    follower = followers.add(graph, "head-office", key, programme_id="demo", by="local:asha", **random).secret
    owner = create_app(graph, house.app.extensions["relay"].settings, now=lambda: house.now, owner="asha").test_client()
    try:
        for _ in ("at once", "later"):
            program = house.browser()
            sent = program.post("/api/v1/programmes/demo/acts", json={"acts": []}, headers=bearer(telephone))
            held = program.get("/api/v1/programmes/demo/held", headers=bearer(telephone))
            offer = program.get("/api/v1/following", headers=bearer(follower))
            assert [meets(each) for each in (sent, held, offer, owner.get("/accounts"))] == ["opens"] * 4
            house.now += timedelta(minutes=11)
    finally:
        followers.remove(graph, "head-office", programme_id="demo", by="local:asha")
        accounts.remove(graph, asked.login)
