"""What the tests of the pages may ask for: the pages as an application, as a server, and in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from relay import graph as relay_graph
from relay.database import engine
from relay.settings import Settings
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.web import relays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext, Page

    from relay.graph import Graph


@pytest.fixture(scope="session")
def recorded(settings: Settings) -> Iterator[Graph]:
    """Give a graph of its own that holds the programmes of `relays`."""
    with relay_graph.connect(engine.ensure(settings.data_folder)) as graph:
        relays.record(graph, "demo", list(relays.small()))
        relays.record(graph, "large", list(relays.large()))
        relays.record(graph, "hostile", list(relays.hostile()), by="local:bina")
        relays.record_for_the_ways(graph)
        yield graph
    engine.stop(settings.data_folder)


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


@pytest.fixture(scope="session")
def site(app: Flask) -> Iterator[str]:
    """Serve the pages to their owner, and say where."""
    with answering(app) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


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
