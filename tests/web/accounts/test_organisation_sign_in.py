"""The organisation's own sign-in on the pages: with a provider that tells the truth, that lies, and that is silent.

maya, manager of demo        is 3f2c8a90 at the provider
"""

from __future__ import annotations

import json
import logging
import re
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
import urllib3
from joserfc.jwk import OctKey, RSAKey

from relay.access import account_trail, accounts, factor_requirement, linked_sign_in
from relay.access.roles import grant_of
from relay.domain.entries import Entry
from relay.settings import Settings
from relay.web import create_app
from tests.rigs import oidc_provider
from tests.rigs.oidc_provider import CLIENT, LOGGED_OUT, SECRET, Provider, path_of
from tests.web import relays
from tests.web.accounts.test_second_factor import House, post
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph

NAME: Final = "Hill Goats"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Give a provider that tells the truth."""
    with oidc_provider.running() as started:
        yield started


@pytest.fixture
def house(recorded: Graph, settings: Settings, provider: Provider) -> Iterator[House]:
    """Give the pages with that provider, and Maya."""
    named = {
        "RELAY_OIDC_ISSUER": provider.issuer,
        "RELAY_OIDC_CLIENT_ID": CLIENT,
        "RELAY_OIDC_CLIENT_SECRET": SECRET,
        "RELAY_OIDC_NAME": NAME,
    }
    house = House(recorded, replace(settings, provider=Settings.read(named).provider))
    accounts.add(recorded, "maya", (grant_of("manager@demo"),), WORDS, relays.NOW)
    yield house
    accounts.remove(recorded, "maya")


def link(house: House, provider: Provider) -> None:
    linked_sign_in.link(house.graph, "maya", provider.issuer, provider.subject, relays.NOW)


def leave(browser: FlaskClient) -> str:
    """Go to the provider, and give where it sends the browser back to."""
    left = browser.get("/sign-in/organisation")
    sent = urllib3.request("GET", str(left.location), redirect=False, retries=False)
    return path_of(sent.headers["Location"])


def come(browser: FlaskClient) -> TestResponse:
    return browser.get(leave(browser))


def told(browser: FlaskClient, answer: TestResponse) -> str:
    """What the page says to which a browser is sent."""
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    return words(browser.get("/sign-in").text)


def test_who_is_not_linked_yet_links_it_once_with_her_password_and_needs_none_from_then_on(
    house: House, provider: Provider
) -> None:
    maya = house.browser()
    assert "is linked with no account yet" in told(maya, come(maya))
    assert maya.get("/p/demo").status_code == 303
    sign_in(maya, "maya")

    assert come(maya).location == "/account#organisation"
    assert provider.subject in maya.get("/account").text
    wrong = post(maya, "/account/organisation", form__step="link", password="not this one, surely")
    assert (wrong.status_code, "This is not your password." in wrong.text) == (422, True)
    done = post(maya, "/account/organisation", follow=True, form__step="link", password=WORDS)
    assert "From now on you can sign in there" in words(done.text)

    there = house.browser()
    assert f"Sign in with {NAME}" in words(there.get("/sign-in").text)
    there.get("/p/demo")
    assert come(there).location == "/p/demo"
    assert there.get("/p/demo").status_code == 200

    post(there, "/account/organisation", form__step="unlink", password=WORDS)
    assert maya.get("/p/demo").status_code == 303  # signed out
    assert "is linked with no account yet" in told(maya, come(maya))
    trail = [each for each in account_trail.entries(house.graph) if isinstance(each, Entry)][-2:]
    assert [(each.kind, each.recorded_by) for each in trail] == [
        ("linked", "account:maya"),
        ("unlinked", "account:maya"),
    ]
    assert account_trail.verify(house.graph).ok


def test_the_owner_of_the_machine_may_sign_in_as_whoever_she_is_there(
    house: House, provider: Provider, recorded: Graph
) -> None:
    """Without signing in she is the owner; by the provider she is Maya, with Maya's roles."""
    link(house, provider)
    settings = house.app.extensions["relay"].settings
    browser = create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()

    assert come(browser).location == "/"
    assert "maya" in words(browser.get("/account").text)


def test_the_second_factor_is_asked_unless_the_provider_says_that_she_proved_one(
    house: House, provider: Provider
) -> None:
    maya = house.browser()
    sign_in(maya, "maya")
    house.set_up(maya)
    link(house, provider)

    for said, where in (
        ({}, "/sign-in/code"),
        ({"amr": ["pwd"], "acr": "1"}, "/sign-in/code"),
        ({"amr": ["pwd", "mfa"]}, "/"),
        ({"acr": "mfa"}, "/"),
    ):
        provider.claims = dict(said)
        assert come(house.browser()).location == where


def test_whoever_must_have_a_second_factor_has_one_where_the_provider_says_so(house: House, provider: Provider) -> None:
    link(house, provider)
    maya = house.browser()
    factor_requirement.require(house.graph, [grant_of("manager@demo")], relays.NOW.date(), relays.NOW)
    try:
        assert come(maya).location == "/account/second-factor"
        assert maya.get("/p/demo").status_code != 200
        provider.claims = {"amr": ["mfa"]}
        there = house.browser()
        assert come(there).location == "/"
        assert there.get("/p/demo").status_code == 200
    finally:
        factor_requirement.require(house.graph, [], relays.NOW.date(), relays.NOW)


def test_who_proved_her_second_factor_there_is_asked_again_there(house: House, provider: Provider) -> None:
    """Maya has none here: after ten minutes she proves it at the provider once more before she makes a token."""
    link(house, provider)
    maya = house.browser()
    provider.claims = {"amr": ["mfa"], "auth_time": int(time.time())}
    come(maya)
    assert makes_a_token(maya) == (200, None)

    house.now += timedelta(minutes=11)
    assert makes_a_token(maya) == (303, "/sign-in/organisation/once-more")
    assert come_again(maya).location == "/account"
    assert makes_a_token(maya) == (200, None)


def test_what_she_proved_there_an_hour_ago_counts_as_an_hour_old(house: House, provider: Provider) -> None:
    link(house, provider)
    maya = house.browser()
    provider.claims = {"amr": ["mfa"], "auth_time": int(time.time()) - 3600}

    assert come(maya).location == "/"
    assert makes_a_token(maya) == (303, "/sign-in/organisation/once-more")
    provider.claims = {"auth_time": int(time.time())}
    assert come_again(maya).location == "/account"
    said = words(maya.get("/account").text)
    assert f"{NAME} does not say that you proved a second factor there just now." in said
    provider.claims = {"amr": ["mfa"], "auth_time": int(time.time()), "sub": "another"}
    assert come_again(maya).location == "/account"
    assert makes_a_token(maya)[0] == 303


@pytest.mark.parametrize(
    "said",
    [None, "yesterday", -60 - 181, 3600],
    ids=["not said", "no number", "too long ago", "to come"],
)
def test_a_lie_about_when_she_signed_in_is_refused(house: House, provider: Provider, said: str | int | None) -> None:
    """Numbers are seconds from now."""
    link(house, provider)
    maya = house.browser()
    provider.claims = {"amr": ["mfa"], "auth_time": int(time.time()) - 3600}
    come(maya)
    provider.claims |= {"auth_time": int(time.time()) + said if isinstance(said, int) else said}

    assert come_again(maya).location == "/account"
    assert "is not valid (auth_time)" in words(maya.get("/account").text)
    assert makes_a_token(maya)[0] == 303


def come_again(browser: FlaskClient) -> TestResponse:
    left = str(browser.get("/sign-in/organisation/again").location)
    assert "max_age=60" in left
    return browser.get(path_of(urllib3.request("GET", left, redirect=False, retries=False).headers["Location"]))


def makes_a_token(browser: FlaskClient) -> tuple[int, str | None]:
    sent = {
        "days": "1",
        "csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', browser.get("/account").text)[0],
    }
    there = {"Referer": "http://localhost/account", "Accept": "text/html"}
    answer = browser.post("/account/tokens", data=sent, headers=there)
    return answer.status_code, answer.location


STRANGER: Final = RSAKey.generate_key(2048, {"kid": "one"})


def signs_as(key: Any, algorithm: str = "RS256") -> Callable[[Provider], None]:  # noqa: ANN401 - of any sort
    def lie(provider: Provider) -> None:
        provider.key, provider.algorithm = key, algorithm

    return lie


def says(**claims: object) -> Callable[[Provider], None]:
    return lambda provider: provider.claims.update(claims)


LIES: Final[dict[str, tuple[Callable[[Provider], None], str]]] = {
    "an issuer": (says(iss="https://elsewhere.example.org"), "iss"),
    "an audience": (says(aud="another"), "aud"),
    "several audiences, and none who asked": (says(aud=[CLIENT, "another"], azp=None), "azp"),
    "who asked": (says(azp="another"), "azp"),
    "a nonce": (says(nonce="of an earlier time"), "nonce"),
    "no nonce": (says(nonce=None), "nonce"),
    "a signature": (signs_as(STRANGER), "signature"),
    "a signature with the secret of the client": (
        signs_as(OctKey.import_key(SECRET), "HS256"),
        "unsupported_algorithm",
    ),
    "no signature": (signs_as(OctKey.import_key(SECRET), "none"), "unsupported_algorithm"),
    "an end": (says(exp=int(time.time()) - 3600), "exp"),
    "no end": (says(exp=None), "exp"),
    "a beginning": (says(iat=int(time.time()) + 3600), "iat"),
    "no subject": (says(sub=None), "sub"),
    "a subject that is a number": (says(sub=7), "sub"),
    "a list that is none": (says(amr="mfa"), "amr"),
    "a token that is none": (lambda each: vars(each).update(signed=str), "decode_error"),
}


def test_each_lie_of_the_provider_is_refused_in_a_sentence(house: House, provider: Provider) -> None:
    link(house, provider)
    maya, truth, found = house.browser(), vars(provider).copy(), {}
    for lie, (tell, _) in LIES.items():
        tell(provider)
        found[lie] = what_is_wrong(maya, come(maya))
        assert maya.get("/account").status_code == 303
        vars(provider).pop("signed", None)
        vars(provider).update(truth, claims={})

    assert found == {lie: what for lie, (_, what) in LIES.items()}
    assert come(maya).location == "/account"


def test_a_provider_that_calls_itself_otherwise_is_not_asked(house: House, provider: Provider) -> None:
    maya = house.browser()
    provider.metadata = {"issuer": "https://elsewhere.example.org"}
    assert what_is_wrong(maya, maya.get("/sign-in/organisation")) == "issuer"
    provider.metadata = {}
    assert "is linked with no account yet" in told(maya, come(maya))


def what_is_wrong(browser: FlaskClient, answer: TestResponse) -> str | None:
    """What the page says is not valid of the provider's answer."""
    said = re.search(rf"What {NAME} answered is not valid \((\w+)\), so nobody was signed in.", told(browser, answer))
    return said and said[1]


def test_clocks_may_differ_by_three_minutes(house: House, provider: Provider) -> None:
    link(house, provider)
    now = int(time.time())
    provider.claims = {"iat": now + 150, "exp": now - 150}
    assert come(house.browser()).location == "/"


def test_what_was_begun_in_one_browser_ends_in_no_other_and_only_once(house: House, provider: Provider) -> None:
    link(house, provider)
    maya, other = house.browser(), house.browser()
    back = leave(maya)

    assert f"The sign-in at {NAME} did not come to its end in this browser" in told(other, other.get(back))
    assert maya.get(back).location == "/"
    maya.post("/sign-out")
    leave(other)
    denied = other.get("/sign-in/organisation/back?error=access_denied&error_description=Maya+Tamang&state=x")
    said = told(other, denied)
    assert ("(access_denied)" in said, "Maya" in said) == (True, False)


def test_where_the_provider_is_silent_passwords_remain_and_it_is_asked_once(
    house: House, provider: Provider, settings: Settings, recorded: Graph
) -> None:
    assert house.app.extensions  # the pages are up, and nothing was asked of the provider
    silent = replace(settings, provider=replace(house_provider(house), issuer="http://127.0.0.1:9"))
    app = create_app(recorded, silent, now=lambda: relays.NOW)
    browser = app.test_client()

    for _ in range(2):
        assert f"{NAME} does not answer. Sign in with login and password" in told(
            browser, browser.get("/sign-in/organisation")
        )
    assert sign_in(browser, "maya").status_code == 303
    assert provider.subject  # it would have answered


def house_provider(house: House) -> Any:  # noqa: ANN401 - of the settings
    found = house.app.extensions["relay"].settings.provider
    assert found
    return found


def test_who_signs_out_at_the_provider_is_signed_out_here(house: House, provider: Provider) -> None:
    link(house, provider)
    maya = house.browser()
    come(maya)

    def sent(**claims: object) -> int:
        token = provider.signed({"events": LOGGED_OUT, **claims})
        return house.browser().post("/sign-in/organisation/out", data={"logout_token": token}).status_code

    assert (sent(events=None), sent(nonce="one"), sent(aud="another"), sent(exp=1)) == (400, 400, 400, 400)
    assert maya.get("/p/demo").status_code == 200
    assert sent(sub="another") == 200
    assert maya.get("/p/demo").status_code == 200
    assert sent() == 200
    assert maya.get("/p/demo").status_code == 303


def test_no_log_and_no_page_has_what_was_sent_to_and_fro(
    house: House, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    link(house, provider)
    maya = house.browser()
    provider.claims = {"nonce": "of an earlier time"}
    back = leave(maya)
    page = told(maya, maya.get(back))
    logged = json.dumps([str(each.__dict__) for each in caplog.records if each.name.startswith("relay")])

    for secret in (*re.findall(r"(?:code|state)=([^&]+)", back), provider.subject, SECRET):
        assert secret not in logged
        assert secret not in page
