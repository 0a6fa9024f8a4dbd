"""Make a picture of every page on the demonstration programme, to look at before anybody else does.

    python tools/screens.py FOLDER      every page in three languages, and in English on a phone and in the dark

A file is named page-language.png, page-en-phone.png or page-en-dark.png. The pages are found where people find them: in
the sections of a programme, and one of each kind that those lead to. Needs Debian's chromium.
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

from relay import engine
from relay import graph as relay_graph
from relay.config import Settings
from relay.demo import DAY, DEMO, GIFT, load_demo
from relay.ledger import Clerk
from relay.web import create_app, navigation
from relay.web.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from flask import Flask
    from playwright.sync_api import Browser

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

NOON: Final = datetime(DAY.year, DAY.month, DAY.day, 6, 15, tzinfo=UTC)  # in Nepal


@contextmanager
def served() -> Generator[tuple[Flask, str]]:
    """The application on a demonstration programme of its own, and where it is served."""
    with TemporaryDirectory() as at:
        settings = Settings.read({"RELAY_DATA": at})
        with relay_graph.connect(engine.ensure(settings.data_folder)) as graph:
            load_demo(graph, Clerk(by="local:screens", now=NOON, random=secrets.token_bytes))
            app = create_app(graph, settings, now=lambda: NOON, owner="screens")
            server: Any = create_server(app, host="127.0.0.1", port=0)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            yield app, f"http://127.0.0.1:{server.effective_port}"
            server.close()
            thread.join(timeout=10)
        engine.stop(settings.data_folder)


def photograph(browser: Browser, site: str, found: Mapping[str, str], folder: Path) -> None:
    """Make the pictures, each as long as its page."""
    for ending, window in LOOKS.items():
        context = browser.new_context(**window)
        page = context.new_page()
        for name, path in found.items():
            page.goto(f"{site}{path}")
            if page.locator("#network").count():
                page.locator("#network[data-drawn]").wait_for()
            page.screenshot(path=folder / f"{name}-{ending}.png", full_page=True)
        context.close()


def main(folder: Path) -> None:
    """Make all pictures in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with served() as (app, site), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        photograph(browser, site, navigation.pages(app, DEMO) | DETAILS, folder)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and a folder
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
