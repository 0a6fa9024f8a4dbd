"""A telephone is lost, or a passkey: each way back, walked in Chromium on a screen of 390 pixels, in three languages.

maya     manager of demo; loses what she signs in with
ram      administrator; takes her second factor away when her recovery codes are lost too
Hill Goats, the sign-in of their organisation, calls Maya 3f2c8a90

The clock stands where a test puts it: Maya's telephone, of which only the codes count, is that of `House`.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from pyotp.totp import TOTP

from relay import languages
from relay.access import accounts, factor_requirement
from relay.access.roles import grant_of
from relay.settings import Settings
from tests.rigs import oidc_provider
from tests.rigs.in_a_thread import answering
from tests.rigs.oidc_provider import CLIENT, SECRET, Provider
from tests.web import relays
from tests.web.accounts.test_organisation_sign_in import NAME
from tests.web.accounts.test_passkeys import DEVICE
from tests.web.accounts.test_second_factor import House
from tests.web.conftest import Watched
from tests.web.readers import WORDS, sign_in
from tests.web.test_every_page import NARROW, faults, too_wide

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from playwright.sync_api import Browser

    from relay.graph import Graph

THREE_LATIN_WORDS: Final = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
"""What is English on a Nepali page: names have two words at most."""

SEEN: Final = set[tuple[str, ...]]()
"""The pages in which axe found no fault: their paths, headings, fields and messages."""

ONCE_MORE: Final = (
    "This asks for your second factor once more, and for nothing else in the next ten minutes. Nothing was changed yet."
)


class Walker:
    """Somebody who walks through the pages on a narrow screen, reads each of them, and finds her way by its words."""

    def __init__(self, chromium: Browser, site: str, login: str, language: str, *, axe: bool) -> None:
        """Open her browser, which asks for pages in her language."""
        self.context = chromium.new_context(viewport=NARROW, locale=language)
        self.watched = Watched(self.context, site)
        self.page, self.login, self.language, self.axe = self.watched.page, login, language, axe
        self.texts = languages.texts(language)
        self.device: dict[str, Any] = {}

    def look(self) -> None:
        """Find no fault in the page that is open."""
        assert too_wide(self.page) == {}
        if self.language == "ne":
            assert THREE_LATIN_WORDS.findall(self.page.locator("main").inner_text()) == []
        words = "h1, h2, label, [role=alert]:visible, [role=status]"
        seen = (urlsplit(self.page.url).path, *self.page.locator(words).all_inner_texts())
        if self.axe and seen not in SEEN:
            assert faults(self.page) == []
            SEEN.add(seen)

    def arrives_at(self, path: str) -> None:
        """Be led to this page, and look at it."""
        self.page.wait_for_url(f"**{path}")
        self.look()

    def reads(self, text: str, **values: str) -> None:
        """Be told this, in her language; and look at the page that says so."""
        expect(self.page.get_by_text(self.texts.gettext(text) % values)).to_be_visible()
        self.look()

    def is_told_how_many_are_left(self, codes: int) -> None:
        """Read how many recovery codes she has."""
        left = self.texts.ngettext("%(num)s recovery code is left.", "%(num)s recovery codes are left.", codes)
        expect(self.page.get_by_text(left % {"num": codes})).to_be_visible()
        self.look()

    def press(self, text: str, **values: str) -> None:
        """Press the button of that name, or the link that looks like one."""
        self.page.get_by_role("button", name=self.texts.gettext(text) % values, exact=True).click()

    def follow(self, text: str) -> None:
        """Follow the link of that name on the page, and not that in its foot."""
        self.page.locator("main").get_by_role("link", name=self.texts.gettext(text), exact=True).first.click()

    def type(self, text: str, typed: str) -> None:
        """Fill in the field of that name, the first of them."""
        self.page.get_by_label(self.texts.gettext(text)).first.fill(typed)

    def signs_in_by_password(self, wanted: str = "/p/demo") -> None:
        """Ask for a page, and type login and password."""
        self.watched.goto(wanted)
        self.type("Login", self.login)
        self.type("Password", WORDS)
        self.look()
        self.press("Sign in")

    def is_in(self) -> None:
        """Be on the page that she asked for."""
        self.page.wait_for_url("**/p/demo")

    def goes_to_her_account(self) -> None:
        """Follow the link in the foot of the page."""
        name = self.texts.gettext("Your account")
        self.page.get_by_role("contentinfo").get_by_role("link", name=name, exact=True).click()
        self.arrives_at("/account")

    def signs_out(self) -> None:
        """Leave."""
        self.press("Sign out")
        self.arrives_at("/sign-in")

    def sets_up_a_telephone(self, house: House) -> None:
        """Type the letters of the page into it, and the code that it shows."""
        house.codes = TOTP(self.page.locator(".offered .hash").inner_text().replace(" ", ""))
        self.type("Code", house.code())
        self.press("Set it up")
        self.reads("Your recovery codes")
        assert self.page.locator(".recovery li").count() == 10

    def plugs_in_a_new_device(self) -> None:
        """Have a device that makes passkeys; the one before, with what is in it, is lost."""
        cdp = self.context.new_cdp_session(self.page)
        if self.device:
            cdp.send("WebAuthn.removeVirtualAuthenticator", self.device)
        cdp.send("WebAuthn.enable")
        made: Any = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.device = {"authenticatorId": made["authenticatorId"]}

    def makes_a_passkey(self, name: str) -> None:
        """Make one on her device."""
        self.type("Name", name)
        self.page.get_by_label(self.texts.gettext("Your password")).last.fill(WORDS)
        self.press("Make a passkey")
        self.reads(
            "Your browser asks where to keep the passkey, then for your finger, your face or the PIN of your device."
        )
        self.press("Go on")
        self.reads("The passkey is made. Other browsers are signed out.")

    def makes_her_first_passkey(self) -> None:
        """Sign in by her password, and be led to set a second factor up."""
        self.plugs_in_a_new_device()
        self.signs_in_by_password()
        self.arrives_at("/account/second-factor")
        self.follow("Make a passkey")
        self.arrives_at("/account/passkeys")
        self.makes_a_passkey("office laptop")

    def takes_the_second_factor_away_of(self, login: str) -> None:
        """Do so on the page of her account, as an administrator."""
        self.signs_in_by_password("/accounts")
        self.arrives_at("/accounts")
        self.follow(login)
        self.arrives_at(f"/accounts/{login}")
        self.press("Take the second factor away")
        self.reads("%(login)s signs in with the password alone now, and is signed out everywhere.", login=login)


def has_set_up_a_telephone(house: House) -> None:
    """Let Maya have done so some days ago."""
    browser = house.browser()
    sign_in(browser, "maya")
    house.set_up(browser)


@contextmanager
def walking(chromium: Browser, house: House, language: str) -> Generator[Callable[[str], Walker]]:
    """Serve the pages, and give what opens a browser for somebody; axe looks at its pages in one script."""
    walkers = list[Walker]()
    with answering(house.app) as site:

        def begins(login: str) -> Walker:
            there = site.replace("127.0.0.1", "localhost")  # browsers make no passkeys for a number
            walkers.append(Walker(chromium, there, login, language, axe=language == "ne"))
            return walkers[-1]

        yield begins
        for walker in walkers:
            walker.context.close()  # else its lines stay open, and the server waits for them
    for walker in walkers:
        assert [each for each in walker.watched.complaints if "401" not in each and "422" not in each] == []


@pytest.fixture(params=[pytest.param("en", marks=pytest.mark.soak), pytest.param("fr", marks=pytest.mark.soak), "ne"])
def language(request: pytest.FixtureRequest) -> str:
    """Give each language; every run walks in Nepali, in which axe looks and English would show, `make soak` in all."""
    return str(request.param)


@pytest.fixture
def people(recorded: Graph) -> Iterator[None]:
    """Let Maya and Ram sign in; managers must have a second factor from the ninth of December on."""
    who = {"maya": "manager@demo", "ram": "administrator"}
    for login, role in who.items():
        accounts.add(recorded, login, (grant_of(role),), WORDS, relays.NOW)
    due_on = relays.NOW.date() + timedelta(days=14)
    factor_requirement.require(recorded, [grant_of("manager@demo")], due_on, relays.NOW)
    yield
    factor_requirement.require(recorded, (), due_on, relays.NOW)
    for login in who:
        accounts.remove(recorded, login)
    recorded.write(lambda transaction: transaction.run("MATCH (t:FailedTries) DELETE t"))


@pytest.fixture
def house(recorded: Graph, settings: Settings, people: None) -> House:  # noqa: ARG001
    """Give the pages."""
    return House(recorded, settings)


@pytest.fixture
def begins(chromium: Browser, house: House, language: str) -> Iterator[Callable[[str], Walker]]:
    """Give what opens somebody's browser."""
    with walking(chromium, house, language) as begins:
        yield begins


# -- a telephone is lost -----------------------------------------------------------------------------------------------


def test_who_lost_her_telephone_gets_in_by_a_recovery_code_and_sets_up_the_new_one(
    house: House, begins: Callable[[str], Walker]
) -> None:
    has_set_up_a_telephone(house)
    maya = begins("maya")

    maya.signs_in_by_password()
    maya.reads(
        "Type the six digits that your telephone shows for Relay. If it is lost, type one of your recovery codes."
    )
    maya.type("Code", "000000")
    maya.press("Sign in")
    maya.reads("This code is not right, or was used before.")
    maya.type("Code", house.recovery[0])
    maya.press("Sign in")
    maya.is_in()

    maya.goes_to_her_account()
    maya.follow("New telephone, recovery codes")
    maya.is_told_how_many_are_left(9)
    maya.reads("If the old one is lost, type a recovery code here.")
    maya.type("Code", house.recovery[1])
    maya.press("Take the second factor away")
    maya.reads("Your second factor is taken away: you sign in with the password alone, until you set up another.")
    maya.sets_up_a_telephone(house)

    maya.signs_out()
    maya.signs_in_by_password()
    maya.type("Code", house.code())
    maya.press("Sign in")
    maya.is_in()


def test_who_lost_her_recovery_codes_too_is_let_in_by_another_administrator(
    house: House, begins: Callable[[str], Walker]
) -> None:
    has_set_up_a_telephone(house)
    maya, ram = begins("maya"), begins("ram")

    maya.signs_in_by_password()
    maya.reads(
        "Neither telephone nor recovery codes? An administrator can take the second factor away, or the owner of "
        "Relay's machine."
    )
    ram.takes_the_second_factor_away_of("maya")

    maya.signs_in_by_password()
    maya.arrives_at("/account/second-factor")
    maya.sets_up_a_telephone(house)


# -- a passkey is lost -------------------------------------------------------------------------------------------------


def test_who_lost_her_passkey_gets_in_by_a_recovery_code_and_makes_one_on_her_new_device(
    house: House, begins: Callable[[str], Walker]
) -> None:
    maya = begins("maya")
    maya.makes_her_first_passkey()
    recovery = maya.page.locator(".recovery li").all_inner_texts()
    maya.signs_out()
    maya.plugs_in_a_new_device()

    maya.press("Sign in with a passkey")
    maya.reads("No passkey was given. Press the button to try again.")
    maya.follow("Sign in with your password, and a code or a recovery code")
    maya.signs_in_by_password()
    maya.reads("No passkey was given. Press the button to try again.")
    maya.follow("Type a code or a recovery code")
    maya.reads("Type one of the ten that you got with your passkey and did not use yet.")
    maya.type("Code", recovery[3])
    maya.press("Sign in")
    maya.is_in()

    maya.goes_to_her_account()
    maya.follow("Passkeys")
    maya.is_told_how_many_are_left(9)
    maya.page.get_by_label("office laptop").check()
    maya.type("Your password", WORDS)
    maya.press("End the chosen passkey")
    maya.reads("The passkey has ended. Other browsers are signed out.")
    maya.makes_a_passkey("new telephone")

    maya.signs_out()
    house.now += timedelta(days=1)
    maya.press("Sign in with a passkey")
    maya.goes_to_her_account()


def test_who_lost_passkey_and_recovery_codes_is_let_in_by_another_administrator(
    begins: Callable[[str], Walker],
) -> None:
    maya, ram = begins("maya"), begins("ram")
    maya.makes_her_first_passkey()
    maya.signs_out()
    maya.plugs_in_a_new_device()

    maya.signs_in_by_password()
    maya.reads("No passkey was given. Press the button to try again.")
    maya.follow("Type a code or a recovery code")
    maya.reads(
        "No recovery codes either? An administrator can take the second factor away, or the owner of Relay's machine."
    )
    ram.takes_the_second_factor_away_of("maya")

    maya.signs_in_by_password()
    maya.arrives_at("/account/second-factor")
    maya.follow("Make a passkey")
    maya.makes_a_passkey("new telephone")


# -- the sign-in of their organisation ---------------------------------------------------------------------------------


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Give a provider that says that Maya proved a second factor there just now."""
    with oidc_provider.running() as started:
        started.claims = {"amr": ["mfa"], "auth_time": int(time.time())}
        yield started


def test_she_links_her_account_with_the_sign_in_of_her_organisation_and_is_asked_again_there(
    chromium: Browser, house: House, provider: Provider, language: str
) -> None:
    named = {
        "RELAY_OIDC_ISSUER": provider.issuer,
        "RELAY_OIDC_CLIENT_ID": CLIENT,
        "RELAY_OIDC_CLIENT_SECRET": SECRET,
        "RELAY_OIDC_NAME": NAME,
    }
    settings = house.app.extensions["relay"].settings
    house = House(house.graph, replace(settings, provider=Settings.read(named).provider))
    with walking(chromium, house, language) as begins:
        maya = begins("maya")

        maya.signs_in_by_password()
        maya.arrives_at("/account/second-factor")
        maya.goes_to_her_account()
        maya.press("Sign in with %(name)s", name=NAME)
        maya.reads("You signed in there just now. Link it with this account, and it signs you in from now on.")
        maya.page.locator("#organisation ~ form [name=password]").first.fill(WORDS)
        maya.press("Link it with this account")
        maya.reads("From now on you can sign in there, and need no password here.")

        maya.signs_out()
        maya.press("Sign in with %(name)s", name=NAME)
        maya.goes_to_her_account()
        house.now += timedelta(minutes=11)
        maya.press("Make a token")
        maya.reads(ONCE_MORE)
        maya.press("Sign in with %(name)s", name=NAME)
        maya.press("Make a token")
        maya.reads("This is the token. It is shown this once: copy it now, and keep it like a password.")

        house.now += timedelta(minutes=11)
        provider.claims = {"auth_time": int(time.time())}
        maya.press("Make a token")
        maya.press("Sign in with %(name)s", name=NAME)
        maya.reads("%(name)s does not say that you proved a second factor there just now.", name=NAME)
        assert {each for each in maya.watched.strangers if not each.startswith(provider.issuer)} == set()
