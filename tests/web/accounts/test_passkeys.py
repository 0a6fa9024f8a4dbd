"""Passkeys in Chromium, with a device that it plays itself (its virtual authenticator).

maya, manager of demo       pages at localhost, since browsers make no passkeys for 127.0.0.1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import Request, expect

from relay.access import accounts
from relay.access.roles import grant_of
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.web import relays
from tests.web.conftest import Watched
from tests.web.readers import WORDS, sign_in
from tests.web.test_every_page import faults, too_wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import BrowserContext, CDPSession, Page

    from relay.graph import Graph
    from relay.settings import Settings

DEVICE: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Maya:
    """Maya at her laptop."""

    def __init__(self, app: Flask, watched: Watched, device: CDPSession) -> None:
        """Plug in a device that knows her finger."""
        self.app, self.watched, self.page, self.cdp = app, watched, watched.page, device
        self.cdp.send("WebAuthn.enable")
        made: Any = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.device: dict[str, Any] = {"authenticatorId": made["authenticatorId"]}

    def verified(self, *, is_verified: bool) -> None:
        """Have the device know the finger that touches it, or not."""
        self.cdp.send("WebAuthn.setUserVerified", {**self.device, "isUserVerified": is_verified})

    def credential(self) -> dict[str, Any]:
        """The passkey in the device."""
        found: Any = self.cdp.send("WebAuthn.getCredentials", self.device)
        return dict(found["credentials"][0])

    def sign_in_with_password(self) -> None:
        """Type login and password."""
        self.watched.goto("/sign-in")
        self.page.get_by_label("Login").fill("maya")
        self.page.get_by_label("Password").fill(WORDS)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def make(self, name: str) -> None:
        """Make a passkey, as far as the browser asks for a finger."""
        self.watched.goto("/account/passkeys")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Your password").last.fill(WORDS)
        self.page.get_by_role("button", name="Make a passkey").click()
        self.page.get_by_role("button", name="Go on").click()

    def forget_session(self) -> Page:
        """Come back another day."""
        self.page.context.clear_cookies()
        return self.watched.goto("/sign-in")


@pytest.fixture
def maya(recorded: Graph, settings: Settings, context: BrowserContext) -> Iterator[Maya]:
    """Give Maya, who has a password."""
    accounts.add(recorded, "maya", (grant_of("manager@demo"),), WORDS, relays.NOW)
    app = create_app(recorded, settings)
    with answering(app) as site:
        watched = Watched(context, site.replace("127.0.0.1", "localhost"))
        yield Maya(app, watched, context.new_cdp_session(watched.page))
        context.close()  # else its lines stay open, and the server waits for them
    assert [each for each in watched.complaints if "401" not in each and "422" not in each] == []
    assert watched.strangers == []
    accounts.remove(recorded, "maya")


def test_she_makes_a_passkey_signs_in_by_her_finger_and_loses_it(maya: Maya, recorded: Graph) -> None:
    page, sent = maya.page, list[Request]()
    page.on("request", lambda request: sent.append(request) if "answer=%7B" in (request.post_data or "") else None)
    maya.sign_in_with_password()
    maya.make("office laptop")
    expect(page.get_by_text("The passkey is made.")).to_be_visible()
    recovery = page.locator(".recovery li").all_inner_texts()
    assert len(recovery) == 10
    for wide in (1280, 390):
        page.set_viewport_size({"width": wide, "height": 800})
        assert faults(page) == []
    assert too_wide(page) == {}

    maya.forget_session().get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/p/demo")
    replayed = sent[-1]
    again = maya.app.test_client(use_cookies=False).post(
        "/sign-in/passkey",
        data=replayed.post_data_buffer,
        headers={"Cookie": replayed.all_headers()["cookie"]},
        base_url=maya.watched.site,
        content_type="application/x-www-form-urlencoded",
    )
    assert (again.status_code, "This passkey was not accepted." in again.text) == (401, True)

    maya.forget_session()
    maya.sign_in_with_password()  # whose password is known is asked for the passkey too
    page.wait_for_url("**/p/demo")
    copied = {**maya.credential(), "signCount": 0}
    maya.cdp.send("WebAuthn.clearCredentials", maya.device)
    maya.cdp.send("WebAuthn.addCredential", {**maya.device, "credential": copied})
    maya.forget_session().get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("somebody else seems to have a copy of it")).to_be_visible()
    assert faults(page) == []
    assert too_wide(page) == {}

    maya.cdp.send("WebAuthn.clearCredentials", maya.device)
    maya.sign_in_with_password()
    expect(page.get_by_text("No passkey was given.")).to_be_visible()
    page.get_by_role("link", name="Type a code or a recovery code").click()
    page.get_by_label("Code").fill(recovery[3])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/p/demo")
    maya.watched.goto("/account/passkeys")
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
    page.get_by_label("office laptop").check()
    page.get_by_label("Your password").first.fill(WORDS)
    page.get_by_role("button", name="End the chosen passkey").click()
    expect(page.get_by_text("The passkey has ended.")).to_be_visible()
    assert accounts.find(recorded, "maya").factors == ()


def test_a_device_that_does_not_know_the_finger_makes_no_passkey_and_does_not_sign(maya: Maya) -> None:
    page = maya.page
    maya.sign_in_with_password()
    maya.verified(is_verified=False)
    maya.make("telephone")
    expect(page.get_by_text("No passkey was given.")).to_be_visible()
    maya.verified(is_verified=True)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The passkey is made.")).to_be_visible()

    maya.verified(is_verified=False)
    maya.forget_session().get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was given.")).to_be_visible()
    maya.verified(is_verified=True)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/p/demo")


def test_whoever_does_not_know_the_password_changes_no_passkey(maya: Maya) -> None:
    page = maya.page
    maya.sign_in_with_password()
    maya.watched.goto("/account/passkeys")
    page.get_by_label("Name").fill("thief")
    page.get_by_label("Your password").fill("goats goats goats")
    page.get_by_role("button", name="Make a passkey").click()

    expect(page.get_by_text("This is not your password.")).to_be_visible()
    by_number: dict[str, Any] = {"base_url": "http://127.0.0.1"}
    client = maya.app.test_client()
    sign_in(client, "maya", **by_number)
    assert "write localhost" in client.get("/account/passkeys", **by_number).text
