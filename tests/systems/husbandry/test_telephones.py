"""A telephone tells what is to be expected of her animals, and records what is seen of them offline.

P1 ── W1, in ward MED: goats, received 400 days ago, mated 130 days ago, found pregnant 70 days ago, vaccinated
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from relay.access import accounts
from relay.access.roles import grant_of
from relay.domain.questions import NOTED
from relay.ledger import reading, recording
from relay.settings import Settings
from relay.web import create_app
from relay.web.i18n.language import day
from tests.rigs.in_a_thread import answering
from tests.scenes import acts as say
from tests.systems.husbandry.scene import bred, treated
from tests.web.phone.conftest import PHONE, Phone, code, now
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from relay.graph import Graph


def test_a_telephone_tells_and_records_husbandry(graph: Graph, chromium: Browser, tmp_path: Path) -> None:
    today = now().date()

    def ago(days: int) -> str:
        return (today - timedelta(days=days)).isoformat()

    acts = (
        say.programme(systems="husbandry"),
        say.rule(),
        say.gift(given_on=ago(500)),
        say.place("MED", kind="ward"),
        say.woman("W1", name="Maya", place_id="MED"),
        say.placed(f"P1 on {ago(400)}"),
        bred(f"K1: mated of P1 on {ago(130)}"),
        bred(f"K2: pregnant of P1 on {ago(70)}"),
        treated(f"V1: vaccination of P1 on {ago(360)}", next_on=ago(-5)),
    )
    outcomes = recording.record(graph, "demo", acts, say.clerk(today=today), answers=NOTED)
    assert {outcome.error for outcome in outcomes} == {None}
    accounts.add(graph, "mina", (grant_of("staff@demo/MED"),), None, now())
    app = create_app(graph, Settings.read({"RELAY_DATA": str(tmp_path)}))
    with app.test_request_context("/"):
        ready, birth, treatment = (day(today + timedelta(days=days)) for days in (-130 + 240, -130 + 150, 5))
        mated = day(today - timedelta(days=130))
    context = chromium.new_context(viewport=PHONE, locale="en")  # type: ignore[arg-type]
    with answering(app) as site:
        phone = Phone(context, context.new_page(), site, graph, "demo")
        phone.goto()
        phone.page.get_by_label("Code").fill(code(graph, "demo", "mina"))
        phone.page.get_by_label("What is this phone called?").fill("Mina's phone")
        phone.page.get_by_role("button", name="Use this phone").click()
        expect(phone.page.get_by_text("1 with animals to see to")).to_be_visible(timeout=20_000)
        for hash_ in ("", "placement/P1"):
            phone.at(hash_)
            for said in (
                f"can pass on from about {ready} (pregnant since {mated})",
                f"young are to be expected about {birth}",
                f"to be treated by {treatment}",
            ):
                expect(phone.page.get_by_text(said)).to_be_visible()
        phone.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        context.set_offline(True)
        phone.page.get_by_role("link", name="Record a note on breeding").click()
        expect(phone.page.get_by_text("What was seen?")).to_be_visible()
        assert faults(phone.page) == []
        phone.page.locator("input[value=aborted]").check()
        phone.page.locator("input[value=today]").check()
        phone.page.get_by_role("button", name="Keep it").click()
        phone.says("1 kept on this phone")
        context.set_offline(False)
        phone.has_sent()
    context.close()
    *_, last = reading.entries(graph, "demo")
    told = [last.payload[name] for name in ("placement_id", "what", "happened_on")]
    assert told == ["P1", "aborted", today.isoformat()]
