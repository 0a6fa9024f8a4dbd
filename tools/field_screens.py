"""Take the pictures of the phone that docs/field.md shows, in each language, into docs/screens.

    python -m tools.field_screens

They show a ward of made names: its work, a form, and the outbox with something that needs her. Needs Debian's
chromium-headless-shell.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from playwright.sync_api import sync_playwright

from relay import graph as relay_graph
from relay.database import embedded_server
from relay.settings import Settings
from relay.web import create_app
from relay.web.i18n.language import LANGUAGES
from tests.rigs import chromium as debians
from tests.rigs.in_a_thread import answering
from tests.scenes.core import CORE
from tests.web.phone.conftest import PHONE, Phone, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from relay.graph import Graph

SCREENS: Final = Path(__file__).parent.parent / "docs" / "screens"
WAIT: Final = 700  # milliseconds, until a page has its fonts


def take(browser: Browser, graph: Graph, site: str) -> None:
    """Take the pictures of each language, on one phone."""
    context = browser.new_context(viewport=PHONE, locale="en")  # type: ignore[arg-type]
    phone = Phone(context, context.new_page(), site, graph, "meadow")
    phone.enrol()
    phone.keep([visit("P1", "V1", happened_on="2026-06-01"), visit("P2", "V2", happened_on="2023-01-01")])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("1 needs you")
    context.set_offline(True)
    phone.keep([visit("P3", "V3", happened_on="2026-06-01")])
    for number, word in enumerate(LANGUAGES, 4):
        phone.goto(f"/field/{word}/")
        for name, at in (("work", ""), ("form", f"record/pass-on/placement/P{number}"), ("outbox", "outbox")):
            phone.at(at)
            if name == "form":
                phone.page.locator("input[value=today]").check()
            phone.page.wait_for_timeout(WAIT)
            phone.page.screenshot(path=SCREENS / f"field-{name}-{word}.png")
    context.close()


def main() -> None:
    """Take them."""
    with TemporaryDirectory() as at:
        settings = Settings.read({"RELAY_DATA": at})
        connection = embedded_server.ensure(settings.data_folder, readable=CORE.readable)
        with (
            relay_graph.connect(connection, CORE) as graph,
            answering(create_app(graph, settings)) as site,
            sync_playwright() as playwright,
        ):
            browser = debians.launched(playwright)
            take(browser, graph, site)
            browser.close()
        embedded_server.stop(settings.data_folder)


if __name__ == "__main__":
    main()
