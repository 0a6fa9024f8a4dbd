"""A day of a phone in any order of what phones go through: what was kept is recorded, held or deleted for a reason.

Acts are kept, the line is lost and comes back, answers are lost, pages are killed and workers stopped, and what is held
is deleted by her or settled by the office. Each schedule is drawn; `make soak` draws more. A visit stands in the
record; one of a placement that nobody knows is held, one of a day to come is refused.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect

from relay.ledger import reading
from relay.ledger.held import held_list, settling
from tests.rigs.soak import share
from tests.scenes import acts as say
from tests.web.phone.conftest import now, visit

if TYPE_CHECKING:
    from tests.web.phone.conftest import Phone

SCHEDULES: Final = max(share(20), 1)
DEEDS: Final = 14

SENDS: Final = "dispatchEvent(new Event('online'))"  # as a form does once it has kept something

LOSES: Final = """() => {
    const real = fetch;
    window.fetch = async (...asked) => {
        const answer = await real(...asked);
        if (!String(asked[0]).endsWith("/acts")) return answer;
        window.fetch = real;
        throw new TypeError("the line was cut");
    };
}"""

DEED: Final = ("keep", "keep", "keep", "line lost", "line", "line", "answer lost", "page killed", "worker stopped")
OF_HELD: Final = ("deleted by her", "settled by the office")


def written(number: int, draw: Random) -> dict[str, Any]:
    """A visit that stands, waits for ever, or is refused."""
    of = draw.choice(
        [{"placement_id": "P1"}, {"placement_id": "P2"}, {"placement_id": "P99"}, {"happened_on": "2090-01-01"}]
    )
    return visit(**{"placement_id": "P3", "event_id": f"V{number}", **of})


class Day:
    """What is done on a day, and what was written on it."""

    def __init__(self, phone: Phone, draw: Random) -> None:
        """Begin with a line and nothing written."""
        self.phone, self.draw = phone, draw
        self.written: list[str] = []

    def do(self, deed: str) -> None:
        """Do one thing."""
        phone = self.phone
        if deed == "keep":
            acts = [written(len(self.written) + more, self.draw) for more in range(self.draw.randint(1, 3))]
            self.written += [f"event:{one['content']['event_id']}" for one in acts]
            phone.keep(acts)
            phone.page.evaluate(SENDS)
        elif deed in ("line lost", "line"):
            phone.context.set_offline(deed == "line lost")
        elif deed == "answer lost":
            self._lose_an_answer()
        elif deed == "page killed":
            phone.page.close(run_before_unload=False)
            phone.page = phone.context.new_page()
            phone.goto("/field/en/#outbox")
        elif deed == "worker stopped":
            browser = phone.context.new_cdp_session(phone.page)
            browser.send("ServiceWorker.enable")
            browser.send("ServiceWorker.stopAllWorkers")
            phone.page.reload()  # begins it again: a line cannot be taken from a worker that does not run
        elif deed == "deleted by her":
            self._delete()
        else:
            held = held_list.every(phone.graph, phone.programme_id)
            if held:
                clerk = say.clerk("account:bina", today=now().date())
                settling.discard(phone.graph, self.draw.choice(held), "not of this place", clerk)

    def _lose_an_answer(self) -> None:
        """Send, and cut the line before the answer comes."""
        self.phone.context.set_offline(False)
        self.phone.page.evaluate(LOSES)
        self.phone.page.evaluate(SENDS)

    def _delete(self) -> None:
        """Delete something that needs her, or waits at the office."""
        page = self.phone.page
        self.phone.at("outbox")
        cards = page.locator(".card:is(.refused, .held)")
        expect(page.locator("h1")).to_have_text("Outbox")
        if cards.count():
            cards.first.locator("a").click()
            page.get_by_role("button", name="Delete").click()
            page.get_by_label("Why?").fill("a slip")
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
            expect(page.get_by_role("dialog")).to_have_count(0)
            self.phone.at("outbox")

    def states(self) -> dict[str, str]:
        """What became of each act, as the phone knows it."""
        return {
            entry["acts"][0].get("act_id") or f"event:{entry['acts'][0]['content']['event_id']}": entry["state"]
            for entry in self.phone.kept()
        }


@pytest.mark.soak
@pytest.mark.parametrize("schedule", range(SCHEDULES))
def test_what_was_written_is_recorded_held_or_deleted_and_nothing_twice(phone: Phone, schedule: int) -> None:
    draw = Random(f"day {schedule}")  # noqa: S311 - a schedule
    day = Day(phone, draw)
    phone.at("outbox")
    for number in range(DEEDS):
        deed = draw.choice(DEED + OF_HELD * (number > DEEDS // 2))
        day.do(deed)
        assert [*day.states()] == day.written, deed  # nothing is gone, and nothing there twice

    phone.context.set_offline(False)
    with phone.page.expect_response("**/field-bundle", timeout=30_000):  # with which a sending ends
        phone.page.reload()
    states = day.states()
    held = [row.act_id for row in held_list.every(phone.graph, phone.programme_id)]
    recorded = [entry.act_id for entry in reading.entries(phone.graph, phone.programme_id) if entry.act_id in states]
    assert sorted(recorded) == sorted(act_id for act_id, state in states.items() if state == "recorded")
    assert sorted(held) == sorted(act_id for act_id, state in states.items() if state in ("refused", "held"))
    assert len(recorded) + len(held) + [*states.values()].count("deleted") == len(day.written)
