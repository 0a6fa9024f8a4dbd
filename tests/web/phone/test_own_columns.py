"""Columns of a programme's own on a phone: the next time it has a line it asks them, and without one it keeps them."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

from relay.domain.acts import Act
from relay.ledger import reading, verify
from tests.commands.shell import record
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from tests.web.phone.conftest import Phone

ASKED: Final = {
    "tag": ("Colour of the tag?", {"type": "choice", "choices": "red;green"}),
    "weight": ("How heavy is she?", {"type": "number"}),
    "seen": ("When was she seen?", {"type": "day"}),
    "fit": ("Is she fit?", {"type": "yes_or_no"}),
    "vet": ("Who is the vet?", {"type": "text", "personal": "yes"}),
}


def columns() -> list[Act]:
    """What a manager adds: a column of each type, asked of visits."""
    acts = []
    for name, (question, more) in ASKED.items():
        values = {"of": "event", "name": name, "question": question, "personal": "no", **more}
        acts.append(Act(kind="column", id=f"event.{name}", values=values))
    return acts


def test_a_column_of_each_type_is_asked_without_a_line_and_arrives(phone: Phone) -> None:
    page = phone.page
    record(phone.graph, *columns(), programme_id=phone.programme_id)
    phone.goto()
    asked = page.locator("[name='own.tag'][value=green]")
    until = monotonic() + 20
    while not asked.count() and monotonic() < until:  # until its next bundle has come
        phone.at("people")
        page.wait_for_timeout(200)
        phone.at("record/event/placement/P2")
        page.locator("#f-animals").wait_for()
    phone.context.set_offline(True)

    page.reload()
    page.locator("html[data-ready]").wait_for(state="attached")
    page.locator("input[value=birth]").check()
    page.locator("#f-animals").fill("2")
    page.locator("[name=happened_on][value=yesterday]").check()
    asked.check()
    page.get_by_label("How heavy is she?").fill("12.5")
    page.locator("[name='own.seen'][value=yesterday]").check()
    page.locator("[name='own.fit'][value=yes]").check()
    page.get_by_label("Who is the vet?").fill("Gita")
    assert faults(page) == []
    page.get_by_role("button", name="Keep it").click()
    phone.says("1 kept on this phone")
    phone.context.set_offline(False)
    phone.has_sent()

    said = [*reading.entries(phone.graph, phone.programme_id)][-1]
    yesterday = said.payload["happened_on"]
    assert {name.removeprefix("own."): said.payload[name] for name in said.payload if name.startswith("own.")} == {
        "tag": "green", "weight": 12.5, "seen": yesterday, "fit": "yes", "vet": said.payload["own.vet"],
    }  # fmt: skip
    assert said.opened["own.vet"]["value"] == "Gita"  # what is personal is committed to, and opened beside it
    assert verify.verify(phone.graph, phone.programme_id).ok
