"""A day in the field: enrolled, without a line, twenty acts of five kinds, restarted, and back at the office.

Seventeen stand in the ledger. A visit before she had received anything is refused: corrected in its form. A hand-over
that a clerk recorded from paper is asked about: it is the same. An event of a placement that nobody knows waits:
deleted for a reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from relay.backup import ledger_backup
from relay.ledger import recording
from tests.ledger.test_recording import run_the_script
from tests.scenes import acts as say
from tests.web.phone.conftest import now, switched_on, visit
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.web.phone.conftest import Phone


def open_entry(phone: Phone, words: str) -> None:
    """Open the entry of the outbox that says so."""
    phone.at("outbox")
    phone.page.locator(".card").filter(has_text=words).locator("a").click()


def record_four_by_hand(phone: Phone) -> None:
    """Record a pass-on, a birth, a new woman and a placement in their forms."""
    page = phone.page
    phone.at("record/pass-on/placement/P1")
    assert faults(page) == []
    page.get_by_role("textbox", name="To whom?").fill("asm a")
    page.get_by_role("radio", name="Asmita A").check()
    page.locator("input[value=today]").check()
    page.get_by_role("button", name="Keep it").click()
    phone.says("1 kept on this phone")
    phone.at("record/event/placement/P2")
    page.locator("input[value=birth]").check()
    page.locator("#f-animals").fill("२")
    page.locator("input[value=yesterday]").check()
    page.get_by_role("button", name="Keep it").click()
    phone.says("2 kept on this phone")
    phone.at("record/person/place/")
    page.get_by_label("What is her name?").fill("Junkiri Rai")
    page.get_by_role("button", name="Keep it").click()
    phone.says("3 kept on this phone")
    phone.at("record/placement/beneficiary/N7")
    page.get_by_label("From which gift?").fill("G1")
    page.locator("input[name=help][value=goat]").check()
    page.locator("#f-animals").fill("2")
    page.locator("input[value=yesterday]").check()
    page.get_by_role("button", name="Keep it").click()
    phone.says("4 kept on this phone")


def record_a_ceremony(phone: Phone) -> None:
    """Record two hand-overs on one page, whose animals are counted first."""
    page = phone.page
    phone.at("ceremony")
    page.locator("input[value=today]").check()
    for row, receiver in (("Maya C", "asmita c"), ("Maya D", "asmita d")):
        card = page.locator(".hand-over").filter(has_text=row)
        card.get_by_role("checkbox").check()
        card.get_by_role("textbox", name="To whom?").fill(receiver)
        card.get_by_role("radio").first.check()
    assert faults(page) == []
    page.get_by_label("Animals counted in the yard").fill("3")
    page.get_by_role("button", name="Keep the day").click()
    expect(page.get_by_text("Count the animals in the yard: the number")).to_be_visible()
    page.get_by_label("Animals counted in the yard").fill("4")
    page.get_by_role("button", name="Keep the day").click()
    phone.says("7 kept on this phone")


def settle_each_in_another_way(phone: Phone) -> None:
    """Correct what was refused, drop what a clerk recorded, delete what cannot be."""
    open_entry(phone, "needs you: not recorded")
    phone.page.get_by_role("button", name="Correct").click()
    phone.page.locator("input[type=date]").fill("2024-07-01")
    phone.page.get_by_role("button", name="Keep the change").click()
    phone.says("1 needs you · 1 waiting at the office")
    open_entry(phone, "needs you: a question")
    phone.page.get_by_role("button", name="It is the same as pass:T88").click()
    phone.says("1 waiting at the office")
    open_entry(phone, "waiting at the office")
    phone.page.get_by_role("button", name="Delete").click()
    phone.page.get_by_label("Why?").fill("no such placement")
    phone.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    phone.has_sent()


def test_twenty_acts_of_a_day_without_a_line(own_phone: Phone, chromium: Browser, tmp_path: Path) -> None:
    phone, page = own_phone, own_phone.page
    assert faults(page) == []
    phone.context.set_offline(True)

    record_four_by_hand(phone)
    record_a_ceremony(phone)

    # ten visits, and the three that the record will not take
    phone.keep(
        [visit(f"P{1 + number % 8}", f"V{number}", happened_on=f"2025-0{1 + number % 8}-01") for number in range(10)]
    )
    twin = {"pass_id": "TWIN", "giver_placement_id": "P5", "receiver_placement_id": "R5", "beneficiary_id": "N5"}
    phone.keep([visit("P6", "EARLY", happened_on="2023-01-01")])
    phone.keep([{"act": "pass", "content": {**twin, "passed_on": "2026-02-01", "animals": 1}}])
    phone.keep([visit("P99", "NOWHERE", happened_on="2026-02-01")])
    phone.says("20 kept on this phone")
    paper = say.passed("T88: P5 > RP5 on 2026-02-01", animals=1, beneficiary_id="N5")
    clerk = say.clerk("account:clerk2", today=now().date())
    assert recording.record(phone.graph, phone.programme_id, [paper], clerk)[0].action == "added"
    assert phone.entries() == ["pass:T88"]
    phone.context.close()

    phone = switched_on(chromium, phone.site, phone.graph, tmp_path, phone.programme_id)
    phone.context.set_offline(True)
    phone.goto("/field/en/#outbox")
    phone.says("20 kept on this phone")
    phone.context.set_offline(False)
    phone.says("2 need you · 1 waiting at the office")
    assert len(phone.entries()) == 17 + 1
    assert faults(phone.page) == []

    settle_each_in_another_way(phone)
    states = [entry["state"] for entry in phone.kept()]
    assert (states.count("recorded"), states.count("deleted"), len(states)) == (19, 1, 20)
    assert "event:EARLY" in phone.entries()
    assert len(phone.entries()) == 18 + 1
    assert "Junkiri" not in str(phone.kept())

    written = tmp_path / "ledger.jsonl"
    written.write_text(
        "".join(f"{line}\n" for line in ledger_backup.export_lines(phone.graph, phone.programme_id, with_names=True)),
        encoding="utf-8",
    )
    code, said = run_the_script(written)
    assert code == 0, said
    assert len(re.findall(r'"written_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', written.read_text())) == 18
    phone.context.close()
