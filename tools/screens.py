"""Take a screenshot of every page on the demonstration programme, for review.

    python -m tools.screens FOLDER      every page in three languages, and in English on a phone and in the dark
    python -m tools.screens --docs      the few that the documents show, into docs/screens

A file is named page-language.png, page-en-phone.png or page-en-dark.png. The pages are found where people find them: in
the sections of a programme, and one of each kind that those lead to. Needs Debian's chromium-headless-shell.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import secrets
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from relay import graph as relay_graph
from relay.database import embedded_server
from relay.ledger.batch import Clerk
from relay.service.demo import DAY, DEMO, GIFT, load_demo
from relay.settings import Settings
from relay.web import create_app, menu
from relay.web.i18n.language import LANGUAGES
from tests.rigs import chromium as debians
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from flask import Flask
    from playwright.sync_api import Browser, Page

LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    **{language: {"viewport": {"width": 1400, "height": 900}, "locale": language} for language in LANGUAGES},
    "en-phone": {"viewport": {"width": 390, "height": 844}, "locale": "en"},
    "en-dark": {"viewport": {"width": 1400, "height": 900}, "locale": "en", "color_scheme": "dark"},
}
"""What a file's name ends with → the window that it shows."""

DETAILS: Final = {
    "programmes": "/",
    "tree": f"/p/{DEMO}/tree/gift:{GIFT}",
    "gift": f"/p/{DEMO}/gift/{GIFT}",
    "visit-list": f"/p/{DEMO}/visits/print?place=PAL",
    "place": f"/p/{DEMO}/place/PAL",
    "group": f"/p/{DEMO}/group/W01",
    "placement": f"/p/{DEMO}/record/placement:P0424",
    "person": f"/p/{DEMO}/record/beneficiary:B0420",
    "find": f"/p/{DEMO}/find?q=durga",
    "no-such-page": f"/p/{DEMO}/record/placement:none",
}
"""One of each kind of page that the sections lead to."""

IN_DOCUMENTS: Final = {
    "front-page": (f"/p/{DEMO}", None),
    "relay-tree": (DETAILS["tree"], "#network"),
    "chain-health": (f"/p/{DEMO}/health?compare=2025-11-25&by=help", None),
    "a-womans-record": (DETAILS["person"], None),
}
"""What the documents show: a page as a window shows it before anybody scrolls, or one part of it. In English
"front-page", in another language "front-page-fr"."""

IN_ENGLISH_ALONE: Final = frozenset({"a-womans-record"})
"""No tour shows it."""

DOCUMENTS: Final = Path(__file__).parent.parent / "docs" / "screens"
WINDOW: Final[Mapping[str, Any]] = {
    "viewport": {"width": 1350, "height": 800},
    "locale": "en",
}  # below 200 kB a picture

NOON: Final = datetime(DAY.year, DAY.month, DAY.day, 6, 15, tzinfo=UTC)  # in Nepal


@contextmanager
def served() -> Generator[tuple[Flask, str]]:
    """The application on a demonstration programme of its own, and where it is served."""
    with TemporaryDirectory() as at:
        settings = Settings.read({"RELAY_DATA": at})
        with relay_graph.connect(embedded_server.ensure(settings.data_folder), CORE) as graph:
            load_demo(graph, Clerk(by="local:screens", now=NOON, random=secrets.token_bytes))
            app = create_app(graph, settings, now=lambda: NOON, owner="screens")
            server: Any = create_server(app, host="127.0.0.1", port=0)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            yield app, f"http://127.0.0.1:{server.effective_port}"
            server.trigger.pull_trigger(server.close)  # in its own thread, which waits for its sockets
            thread.join(timeout=10)
        embedded_server.stop(settings.data_folder)


def photograph(browser: Browser, site: str, found: Mapping[str, str], folder: Path) -> None:
    """Make the pictures, each as long as its page."""
    for ending, window in LOOKS.items():
        context = browser.new_context(**window)
        page = context.new_page()
        for name, path in found.items():
            _opened(page, f"{site}{path}").screenshot(path=folder / f"{name}-{ending}.png", full_page=True)
        context.close()


def photograph_for_documents(browser: Browser, site: str) -> None:
    """Make the pictures that the documents show, in each language."""
    for language in LANGUAGES:
        context = browser.new_context(**{**WINDOW, "locale": language})
        page = context.new_page()
        for name, (path, part) in IN_DOCUMENTS.items():
            if language == "en" or name not in IN_ENGLISH_ALONE:
                opened = _opened(page, f"{site}{path}")
                called = name if language == "en" else f"{name}-{language}"
                (opened.locator(part) if part else opened).screenshot(path=DOCUMENTS / f"{called}.png")
        context.close()


def _opened(page: Page, address: str) -> Page:
    """A page with its picture drawn, if it has one."""
    page.goto(address)
    if page.locator("#network").count():
        page.locator("#network[data-drawn]").wait_for()
    return page


def main(folder: Path | None) -> None:
    """Make all pictures in a folder; without one, those of the documents."""
    with served() as (app, site), sync_playwright() as playwright:
        browser = debians.launched(playwright)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            photograph(browser, site, menu.pages(app, DEMO) | DETAILS, folder)
        else:
            photograph_for_documents(browser, site)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script, and a folder or "--docs"
        sys.exit(__doc__)
    main(None if sys.argv[1] == "--docs" else Path(sys.argv[1]))
