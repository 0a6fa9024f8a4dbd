"""Measure the phone: how large its bundle is, how soon a page stands without a line, how long 500 kept acts take.

    python -m benchmarks.field

In a real Chromium against the real service, on a ward of 300 women. The first page is told beside the page of a phone
that keeps nothing, in the same run, since a busy machine slows both. The phone-like processor is four times slower, the
line carries 20 kB a second; both are made by the browser. Prints a table.
"""

from __future__ import annotations

import gzip
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import urllib3
from playwright.sync_api import sync_playwright

from relay import graph as relay_graph
from relay.database import embedded_server
from relay.settings import Settings
from relay.web import create_app
from tests.rigs import chromium as debians
from tests.rigs.in_a_thread import answering
from tests.scenes.core import CORE
from tests.web.phone.conftest import PHONE, STORE, Phone, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from relay.graph import Graph

WOMEN: Final = 300
ACTS: Final = 500
LINE: Final = {"offline": False, "latency": 100, "downloadThroughput": 20_000, "uploadThroughput": 20_000}
SLOWER: Final = 4
PATIENCE: Final = 120_000  # milliseconds

DEVICE: Final = """async (module) => {
    const { Store, currentDevice } = await import(module);
    return new Store(currentDevice()).get("device", "device");
}"""


def measure(browser: Browser, graph: Graph, site: str) -> dict[str, str]:
    """Every figure, by what it is."""
    context = browser.new_context(viewport=PHONE, locale="en")  # type: ignore[arg-type]
    phone = Phone(context, context.new_page(), site, graph, "meadow")
    phone.enrol(women=WOMEN)
    found = {f"bundle of {WOMEN} women, compressed": f"{_bundle(phone) / 1000:.1f} kB"}

    browser_line: Any = context.new_cdp_session(phone.page)
    context.set_offline(True)
    browser_line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    bare, whole = _without_the_work(phone), _first_page(phone)
    found["first page without a line, processor 4 times slower"] = (
        f"{whole:.2f} s, {whole / bare:.1f} times the page alone"
    )
    browser_line.send("Emulation.setCPUThrottlingRate", {"rate": 1})

    phone.keep([visit(f"P{1 + number % WOMEN}", f"V{number}") for number in range(ACTS)])
    phone.at("outbox")
    phone.says(f"{ACTS} kept on this phone")
    browser_line.send("Network.enable")
    context.set_offline(False)
    browser_line.send("Network.emulateNetworkConditions", LINE)
    began = time.perf_counter()
    phone.page.get_by_role("button", name="Send now").click()
    phone.page.locator("#head", has_text="All sent").wait_for(timeout=PATIENCE)
    found[f"{ACTS} kept acts on a line of 20 kB a second"] = f"{time.perf_counter() - began:.1f} s"
    context.close()
    return found


def _first_page(phone: Phone) -> float:
    """Seconds until the page stands, the best of three: other work on the machine makes it longer, nothing shorter."""
    found: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        phone.goto("/field/en/")
        found.append(time.perf_counter() - began)
    return min(found)


def _without_the_work(phone: Phone) -> float:
    """The same of a phone that is not enrolled: scripts and styles alone, which a busy machine makes slow too."""
    enrolled = phone.page.evaluate("localStorage.getItem('relay.field')")
    phone.page.evaluate("localStorage.removeItem('relay.field')")
    seconds = _first_page(phone)
    phone.page.evaluate("id => localStorage.setItem('relay.field', id)", enrolled)
    return seconds


def _bundle(phone: Phone) -> int:
    """Bytes of the work of the ward on the line."""
    device = phone.page.evaluate(DEVICE, STORE)
    answer = urllib3.request(
        "GET",
        f"{phone.site}/api/v1/programmes/{device['programme_id']}/field-bundle",
        headers={"Authorization": f"Bearer {device['token']}"},
    )
    return len(gzip.compress(answer.data, 5))


def main() -> None:
    """Measure, and print."""
    with TemporaryDirectory() as at:
        settings = Settings.read({"RELAY_DATA": str(Path(at))})
        connection = embedded_server.ensure(settings.data_folder, readable=CORE.readable)
        with (
            relay_graph.connect(connection, CORE) as graph,
            answering(create_app(graph, settings)) as site,
            sync_playwright() as playwright,
        ):
            browser = debians.launched(playwright)
            for what, figure in measure(browser, graph, site).items():
                sys.stdout.write(f"| {what} | {figure} |\n")
            browser.close()
        embedded_server.stop(settings.data_folder)


if __name__ == "__main__":
    main()
