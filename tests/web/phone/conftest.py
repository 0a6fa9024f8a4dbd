"""A phone in the hand of Mina, who works for one ward: a real browser, the real service, and a code from the office.

G1 ─┬─ P1 ── W1 ┐
    ├─ …        ├ hold two goats each and owe two, in ward MED;  N1 to N8 live there and hold nothing
    └─ P8 ── W8 ┘                                                F1 lives in FAR, which the phone must not know
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from secrets import token_bytes
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect

from relay import graph as relay_graph
from relay.access import accounts, devices
from relay.access.roles import grant_of
from relay.database import embedded_server
from relay.ledger import reading
from relay.ledger.places import places_of
from relay.settings import Settings
from relay.web import create_app, responses, sign_in
from tests.commands.shell import record
from tests.rigs import chromium as debians
from tests.rigs.in_a_thread import answering
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from relay.graph import Graph

PHONE: Final = {"width": 390, "height": 844}
OUTBOX: Final = f"/field/files/{responses.build_fingerprint()}/outbox.js"
STORE: Final = f"/field/files/{responses.build_fingerprint()}/store.js"

_NUMBERS: Final = count(1)

KEEP: Final = """async ([outbox, store, acts]) => {
    const { Outbox } = await import(outbox);
    const { Store, currentDevice } = await import(store);
    const kept = new Outbox(new Store(currentDevice()), currentDevice());
    await kept.keep(acts.map((one) => ({ form: "visit", acts: [one] })));
}"""

KEPT: Final = """async (store) => {
    const { Store, currentDevice } = await import(store);
    return (await new Store(currentDevice()).all("outbox")).map(([, entry]) => entry);
}"""


DRAFTS: Final = """async (store) => {
    const { Store, currentDevice } = await import(store);
    return (await new Store(currentDevice()).all("drafts")).length;
}"""


def now() -> datetime:
    """The time of the test: the service and the phone agree on it."""
    return datetime.now(UTC)


def begun(graph: Graph, programme_id: str, women: int = 8) -> str:
    """Record the programme of the picture, with so many who give, and give Mina's login for it."""
    people = [
        say.woman(f"{letter}{number}", name=f"{name} {chr(65 + (number - 1) % 26)}", place_id="MED", phone="9851012345")
        for number in range(1, women + 1)
        for letter, name in (("W", "Maya"), ("N", "Asmita"))
    ]
    stranger = say.woman("F1", name="Farawaya", place_id="FAR")
    places = (say.place("MED", kind="ward", name="Meadow"), say.place("FAR", kind="ward"))
    placed = [say.placed(f"P{number} on 2024-03-01") for number in range(1, women + 1)]
    acts = (say.programme(programme_id), say.rule(), say.gift(), *places, *people, stranger, *placed)
    record(graph, *acts, programme_id=programme_id)
    login = f"mina-{programme_id}"
    accounts.add(graph, login, (grant_of(f"staff@{programme_id}/MED"),), None, now())
    return login


def code(graph: Graph, programme_id: str, login: str) -> str:
    """A code that the office gives out."""
    around = places_of(graph, programme_id, {"place_id": "MED"})
    made = devices.make_code(
        graph, login, programme_id=programme_id, place_id="MED", around=around, now=now(), random=token_bytes
    )
    return made.code


def visit(placement_id: str, event_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of an event
    """A visit, as the phone keeps it."""
    said = {"event_id": event_id, "placement_id": placement_id, "kind": "visit", "happened_on": "2024-06-01"}
    return {"act": "event", "content": {**said, "outcome": "found", **more}}


@dataclass(slots=True)
class Phone:
    """One phone.

    Attributes:
        context: Its browser.
        page: The page that is open.
        site: Where the service is.
        graph: What the service records into.
        programme_id: Which programme it was enrolled for.
    """

    context: BrowserContext
    page: Page
    site: str
    graph: Graph
    programme_id: str

    def goto(self, path: str = "/field/en/") -> None:
        """Open a page and wait until it stands."""
        self.page.goto(self.site + path)
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def at(self, hash_: str) -> None:
        """Go on within the page."""
        self.page.evaluate("hash => { location.hash = hash }", hash_)

    def enrol(self, women: int = 8) -> None:
        """Type the code that the office gave, and wait until the worker keeps the page."""
        self.goto()
        login = begun(self.graph, self.programme_id, women)
        self.page.get_by_label("Code").fill(code(self.graph, self.programme_id, login))
        self.page.get_by_label("What is this phone called?").fill("Mina's phone")
        self.page.get_by_role("button", name="Use this phone").click()
        expect(self.page.get_by_text(f"{women} hand-overs to come")).to_be_visible(timeout=20_000)
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def keep(self, acts: Sequence[dict[str, Any]]) -> None:
        """Keep acts without typing each of them."""
        self.page.evaluate(KEEP, [OUTBOX, STORE, list(acts)])

    def kept(self) -> list[dict[str, Any]]:
        """What lies in the outbox, opened with the key of this phone."""
        found: list[dict[str, Any]] = self.page.evaluate(KEPT, STORE)
        return found

    def keeps_a_draft(self) -> None:
        """A form is kept as it was typed so far, in the end."""
        until = monotonic() + 20
        while not self.page.evaluate(DRAFTS, STORE) and monotonic() < until:
            self.page.wait_for_timeout(100)
        assert self.page.evaluate(DRAFTS, STORE)

    def says(self, words: str) -> None:
        """The head of the page says so, in the end."""
        expect(self.page.locator("#head")).to_contain_text(words, timeout=20_000)

    def has_sent(self) -> None:
        """Nothing that was kept is unsent, in the end, and the head of the page says so.

        The head alone would not do: it says so too before what was kept just now has come to it.
        """
        until = monotonic() + 20
        while any(entry["state"] == "kept" for entry in self.kept()) and monotonic() < until:
            self.page.wait_for_timeout(100)
        self.says("✓ All sent")

    def entries(self) -> list[str]:
        """The acts of the ledger beyond what it began with."""
        return [entry.act_id for entry in reading.entries(self.graph, self.programme_id)][3 + 2 + 17 + 8 :]


@pytest.fixture(scope="session")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Graph, str]]:
    """Give a graph of its own, and where its pages are served at the time that it is.

    More phones are enrolled here within a minute than a real address may: that limit has a test of its own.
    """
    settings = Settings.read({"RELAY_DATA": str(tmp_path_factory.mktemp("field"))})
    connection = embedded_server.ensure(settings.data_folder, readable=CORE.readable)
    with (
        pytest.MonkeyPatch.context() as patch,
        relay_graph.connect(connection, CORE) as graph,
    ):
        patch.setitem(sign_in.CALLS_A_MINUTE, "field.enrol", 1000)
        with answering(create_app(graph, settings)) as site:
            yield graph, site
    embedded_server.stop(settings.data_folder)


@pytest.fixture
def phone(chromium: Browser, land: tuple[Graph, str]) -> Iterator[Phone]:
    """Give a phone that is enrolled for a programme of its own."""
    context = chromium.new_context(viewport=PHONE, locale="en")  # type: ignore[arg-type]
    graph, site = land
    given = Phone(context, context.new_page(), site, graph, f"meadow-{next(_NUMBERS)}")
    given.enrol()
    yield given
    context.close()


@pytest.fixture
def own_phone(chromium: Browser, land: tuple[Graph, str], tmp_path: Path) -> Iterator[Phone]:
    """Give a phone that can be switched off and on again: its profile lies in `tmp_path`."""
    graph, site = land
    given = switched_on(chromium, site, graph, tmp_path, f"meadow-{next(_NUMBERS)}")
    given.enrol()
    yield given
    given.context.close()


def switched_on(chromium: Browser, site: str, graph: Graph, profile: Path, programme_id: str) -> Phone:
    """Start the browser of a phone on its profile."""
    context = chromium.browser_type.launch_persistent_context(
        profile / "profile",
        executable_path=debians.PATH,
        args=debians.ARGUMENTS,
        viewport=PHONE,  # type: ignore[arg-type]
        locale="en",
        accept_downloads=True,
    )
    return Phone(context, context.pages[0], site, graph, programme_id)
