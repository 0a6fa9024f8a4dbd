"""What the tests of the pages may ask for: the pages as an application, as a server, and in a real browser."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay import graph as relay_graph
from relay.access import accounts, api_tokens
from relay.access.roles import ROLES, Grant
from relay.database import embedded_server
from relay.ledger import programme_heads
from relay.settings import Settings
from relay.web import create_app
from tests.commands.shell import record
from tests.rigs.in_a_thread import answering
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.readers import WORDS
from tests.web.reading import TWO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext, Page

    from relay.graph import Graph


@pytest.fixture(scope="session")
def recorded(settings: Settings) -> Iterator[Graph]:
    """Give a graph of its own that holds the programmes of `relays`."""
    with relay_graph.connect(embedded_server.ensure(settings.data_folder, readable=CORE.readable), CORE) as graph:
        relays.record(graph, "demo", list(relays.small()))
        relays.record(graph, "large", list(relays.large()))
        relays.record(graph, "hostile", list(relays.hostile()), by="local:bina")
        relays.record_for_the_ways(graph)
        yield graph
    embedded_server.stop(settings.data_folder)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the settings of a data folder of its own."""
    return Settings.read({"RELAY_DATA": str(tmp_path_factory.mktemp("settings"))})


@pytest.fixture(scope="session")
def app(recorded: Graph, settings: Settings) -> Flask:
    """Give the application, at noon of a day that does not pass."""
    return create_app(recorded, settings, now=lambda: relays.NOW, owner="asha")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a reader without a browser."""
    return app.test_client()


@pytest.fixture(scope="module")
def people(recorded: Graph, app: Flask) -> Iterator[dict[str, str]]:
    """Give the token of somebody of each role in the programme demo, who knows nothing of the others."""
    secrets: dict[str, str] = {}
    with app.app_context():
        for role in ROLES:
            accounts.add(recorded, role, (Grant(role=role, programme_id="demo"),), WORDS, relays.NOW)
            issued = api_tokens.issue(recorded, role, days=30, now=relays.NOW, random=token_bytes)
            secrets[role] = issued.secret
    yield secrets
    for role in ROLES:
        accounts.remove(recorded, role)


@pytest.fixture
def door(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give a reader of pages that ask who is there."""
    return create_app(recorded, settings, now=lambda: relays.NOW).test_client()


@pytest.fixture(scope="module")
def village(recorded: Graph) -> Iterator[Graph]:
    """Give a programme of two wards. Staff of W1 and of W2, both within D; W3 lies elsewhere.

    D ─┬─ W1   B1 holds P1 ── T1 ── P2, which B2 holds     W3   B3 holds nothing
       └─ W2   B2
    """
    relays.record(
        recorded,
        "wards",
        [
            say.programme("wards"),
            say.rule(),
            say.gift(),
            say.place("D", kind="district"),
            say.place("W1", parent_id="D"),
            say.place("W2", parent_id="D"),
            say.place("W3"),
            say.group("V1", place_id="W1", name="Dawn"),
            say.group("V2", place_id="W2", name="Dusk"),
            say.woman("W1", place_id="W1", group_id="V1"),
            say.woman("W2", place_id="W2", group_id="V2"),
            say.woman("W3", place_id="W3"),
            say.placed("P1 on 2020-03-01"),
            say.passed("T1: P1 > P2 on 2021-03-01", animals=1),
        ],
    )
    yield recorded
    for account in accounts.all_accounts(recorded):
        if account.login.startswith("staff-"):
            accounts.remove(recorded, account.login)


@pytest.fixture
def reader(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Give a reader whose forms need no token: what tokens are for is tested with those who sign in."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", value=False)
    return app.test_client()


@pytest.fixture
def asha(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give the browser of Asha, who owns the machine."""
    if TWO not in {head.programme_id for head in programme_heads.heads(recorded)}:
        begun = (say.programme(TWO), say.rule(), say.gift(), *(say.woman(f"W{number}") for number in (1, 2, 3)))
        record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=TWO)
        record(recorded, say.passed("T1: P1 > P2 on 2021-03-01", animals=1), programme_id=TWO)
        record(recorded, say.passed("T2: P1 > P3 on 2021-03-02", animals=1), programme_id=TWO, by="account:bina")
    return create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()


@pytest.fixture
def halves(asha: FlaskClient, recorded: Graph) -> FlaskClient:
    """G1 > P1 > P2, which Asha confirmed, and P1 > P3, which nobody did; W2 and W3 live in Tansen."""
    programme_id = "halves"
    if programme_id not in {head.programme_id for head in programme_heads.heads(recorded)}:
        begun = (say.programme(programme_id), say.rule(), say.gift(), say.place("TAN", name="Tansen"), say.woman("W1"))
        women = (say.woman("W2", place_id="TAN"), say.woman("W3", place_id="TAN"))
        record(recorded, *begun, *women, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
        passed = (say.passed(f"T{number}: P1 > P{number} on 2021-03-01", animals=1) for number in (2, 3))
        record(recorded, *passed, programme_id=programme_id, by="account:bina")
        record(recorded, say.confirmed("pass:T2"), programme_id=programme_id)
    return asha


@pytest.fixture(scope="session")
def site(app: Flask) -> Iterator[str]:
    """Serve the pages to their owner, and say where."""
    with answering(app) as site:
        yield site


class Watched:
    """A page whose complaints and requests are written down."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        """Open a page in a window."""
        self.page: Page = context.new_page()
        self.site = site
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("dialog", lambda dialog: self._heard("error", f"dialog {dialog.message}"))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.site, "data:", "file:", "blob:")):
            self.strangers.append(url)

    def goto(self, path: str) -> Page:
        """Open a page of the site, and wait until a picture is drawn if it has one."""
        self.page.goto(f"{self.site}{path}")
        if self.page.locator("#network").count() and self.page.evaluate("typeof vis !== 'undefined'"):
            self.page.locator("#network[data-drawn]").wait_for()
        return self.page


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a window of 1400 by 900."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    yield context
    context.close()


@pytest.fixture
def watched(context: BrowserContext, site: str) -> Iterator[Watched]:
    """Give a page that must not complain and must not ask anybody else for anything."""
    watched = Watched(context, site)
    yield watched
    assert watched.complaints == []
    assert watched.strangers == []
