"""What is kept is sent once, whatever the line does; and what the record will not take is settled, not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Route, expect

from relay.access import accounts, devices
from relay.access.roles import grant_of
from relay.domain.questions import NO_ANSWER
from relay.ledger.held import held_list, settling
from relay.ledger.held.receiving import SentAct
from tests.scenes import acts as say
from tests.web.phone.conftest import now, visit

if TYPE_CHECKING:
    from tests.web.phone.conftest import Phone


def test_a_form_is_kept_without_a_line_and_sent_when_it_returns(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.at("record/pass-on/placement/P1")
    page = phone.page
    page.get_by_role("textbox", name="To whom?").fill("asm a")
    page.get_by_role("radio", name="Asmita A").check()
    page.locator("input[value=today]").check()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("kept on this phone, not sent yet")).to_be_visible()
    phone.says("1 kept on this phone")
    assert phone.entries() == []

    phone.context.set_offline(False)
    phone.has_sent()
    expect(page.get_by_text("✓ recorded, no. ")).to_be_visible()
    assert len(phone.entries()) == 1
    assert phone.entries()[0].startswith("pass:")


def test_a_pass_on_to_a_new_woman_is_two_acts_of_one_entry(phone: Phone) -> None:
    phone.at("record/pass-on/placement/P1")
    page = phone.page
    page.get_by_role("textbox", name="To whom?").fill("Sunita Magar")
    page.get_by_role("radio", name="a new woman").check()
    page.locator("input[value=yesterday]").check()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("✓ recorded, no. ")).to_be_visible(timeout=15_000)
    assert [act_id.partition(":")[0] for act_id in phone.entries()] == ["beneficiary", "pass"]
    [entry] = phone.kept()
    assert "Sunita" not in str(entry)  # only ids are left here of what is recorded


def test_who_was_registered_without_a_line_receives_before_it_returns(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.at("record/person/place/")
    phone.page.get_by_label("What is her name?").fill("Maiya Tamang")
    phone.page.get_by_role("button", name="Keep it").click()
    phone.says("1 kept on this phone")
    phone.at("women")
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text(
        "17 people"
    )  # eight givers, eight who wait, and her
    phone.page.get_by_role("link", name="Maiya Tamang").click()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("Maiya Tamang")
    phone.at("record/pass-on/placement/P1")
    phone.page.get_by_role("textbox", name="To whom?").fill("maiya")
    phone.page.get_by_role("radio", name="Maiya Tamang").check()
    phone.page.locator("input[value=today]").check()
    phone.page.get_by_role("button", name="Keep it").click()
    phone.says("2 kept on this phone")

    phone.context.set_offline(False)
    phone.has_sent()
    registered, passed = phone.entries()
    assert registered.startswith("beneficiary:")
    assert passed.startswith("pass:")


def test_an_answer_that_is_lost_records_once(phone: Phone) -> None:
    def lost(route: Route) -> None:
        route.fetch()
        route.abort()

    phone.context.route("**/acts", lost)
    phone.keep([visit("P1", "V1")])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("no connection")
    phone.says("1 kept on this phone")
    assert phone.entries() == ["event:V1"]

    phone.context.unroute("**/acts")
    phone.page.get_by_role("button", name="Send now").click()
    phone.has_sent()
    assert phone.entries() == ["event:V1"]
    assert phone.kept()[0]["state"] == "recorded"


def test_a_line_that_comes_back_while_a_try_fails_is_tried_at_once(phone: Phone) -> None:
    """The next try by itself would be five minutes later."""
    under_way = list[Route]()

    def kept_waiting(route: Route) -> None:
        if under_way:
            route.continue_()
        else:
            under_way.append(route)

    phone.context.route("**/acts", kept_waiting)
    phone.keep([visit("P1", "V1")])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("sending")
    while not under_way:
        phone.page.wait_for_timeout(50)
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    phone.page.wait_for_timeout(500)  # until it was heard
    under_way[0].abort()

    phone.has_sent()
    assert phone.entries() == ["event:V1"]


def test_two_pages_with_thirty_acts_each_send_sixty_once(phone: Phone) -> None:
    other = phone.context.new_page()
    other.goto(f"{phone.site}/field/en/#outbox")
    other.locator("html[data-ready]").wait_for(state="attached")
    phone.context.set_offline(True)
    phone.keep([visit("P1", f"A{number}", note=f"a{number}") for number in range(30)])
    here, phone.page = phone.page, other
    phone.keep([visit("P2", f"B{number}", note=f"b{number}") for number in range(30)])
    phone.page = here
    phone.says("60 kept on this phone")
    requests: list[str] = []
    phone.context.on("request", lambda request: requests.append(request.url) if "/acts" in request.url else None)

    phone.context.set_offline(False)
    phone.has_sent()
    assert len(phone.entries()) == len(set(phone.entries())) == 60
    assert len(requests) == 2  # of at most 50 acts each, and one page sent them both


def test_on_a_slow_line_it_is_kept_at_once(phone: Phone) -> None:
    """GPRS: 800 ms there and back, 6 kB a second."""
    line = phone.context.new_cdp_session(phone.page)
    slow = {"offline": False, "latency": 800, "downloadThroughput": 6000, "uploadThroughput": 6000}
    line.send("Network.emulateNetworkConditions", slow)
    phone.at("record/visit/placement/P1")
    phone.page.locator("input[value=found]").check()
    phone.page.locator("input[value=today]").check()
    phone.page.get_by_role("button", name="Keep it").click()
    expect(phone.page.get_by_text("kept on this phone, not sent yet")).to_be_visible(timeout=1000)
    phone.has_sent()
    assert len(phone.entries()) == 1


def test_what_a_rule_refuses_stays_and_is_corrected_in_the_form(phone: Phone) -> None:
    phone.keep([visit("P1", "V1", happened_on="2023-01-01")])  # before she received anything
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("1 needs you")
    phone.page.locator(".card.refused a").click()
    expect(phone.page.get_by_text("It is not lost")).to_be_visible()
    phone.page.get_by_role("button", name="Correct").click()
    phone.page.locator("input[type=date]").fill("2024-07-01")
    phone.page.get_by_role("button", name="Keep the change").click()
    phone.has_sent()
    assert phone.entries() == ["event:V1"]


SLOWLY = """() => {
    const request = navigator.locks.request.bind(navigator.locks);
    window.taken = new Promise((taken) => {
        navigator.locks.request = (name, work) => {
            navigator.locks.request = request;
            return new Promise((go) => { window.go = go; taken(); }).then(() => request(name, work));
        };
    });
}"""
"""The next time that the outbox is changed, it is when `go` is called."""


def test_who_goes_on_while_a_change_is_being_kept_is_not_taken_back_to_it(phone: Phone) -> None:
    phone.keep([visit("P1", "V1", happened_on="2023-01-01")])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("1 needs you")
    phone.page.locator(".card.refused a").click()
    phone.page.get_by_role("button", name="Correct").click()
    phone.page.locator("input[type=date]").fill("2024-07-01")
    phone.page.evaluate(SLOWLY)
    phone.page.get_by_role("button", name="Keep the change").click()
    phone.page.evaluate("() => window.taken")
    phone.at("women")
    phone.page.evaluate("window.go()")

    phone.has_sent()
    assert phone.page.evaluate("location.hash") == "#women"
    assert phone.entries() == ["event:V1"]


def test_what_points_at_something_unknown_waits_at_the_office_and_is_recorded_when_it_comes(phone: Phone) -> None:
    passed = {"pass_id": "T1", "giver_placement_id": "P1", "receiver_placement_id": "R1", "beneficiary_id": "N1"}
    phone.keep([visit("R1", "V1", happened_on="2026-02-01")])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("1 waiting at the office")
    phone.keep([{"act": "pass", "content": {**passed, "passed_on": "2026-01-01", "animals": 1}}])
    phone.page.get_by_role("button", name="Send now").click()
    phone.has_sent()
    assert sorted(phone.entries()) == ["event:V1", "pass:T1"]
    assert {entry["state"] for entry in phone.kept()} == {"recorded"}


def test_the_phone_names_the_receiver_that_the_office_recorded(phone: Phone) -> None:
    """It sends N77, whom nobody knows; the office hands in N2, who is Asmita B."""
    passed = {"pass_id": "T1", "giver_placement_id": "P1", "receiver_placement_id": "R1", "animals": 1}
    said = {**passed, "beneficiary_id": "N77", "passed_on": "2026-01-01"}
    phone.keep([{"act": "pass", "content": said}])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("1 waiting at the office")
    [held] = held_list.every(phone.graph, phone.programme_id)
    as_it_was = say.passed("T1: P1 > R1 on 2026-01-01", animals=1, beneficiary_id="N2")
    clerk = say.clerk("account:clerk2", today=now().date())
    sent = SentAct(
        kind="pass",
        content=said,
        written_at="",
        again=False,
        act=as_it_was,
        clerk=clerk,
        answers=NO_ANSWER,
        refusal=None,
    )
    assert settling.hand_in(phone.graph, held, sent).result == "added"
    phone.page.get_by_role("button", name="Send now").click()
    phone.has_sent()
    expect(phone.page.locator(".card.recorded")).to_contain_text("Maya A → Asmita B")
    assert "N77" not in str(phone.kept())


def test_a_role_that_was_withdrawn_loses_nothing(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.keep([visit("P1", "V1")])
    accounts.set_grants(phone.graph, f"mina-{phone.programme_id}", ())
    phone.context.set_offline(False)
    phone.says("1 waiting at the office")
    [entry] = phone.kept()
    assert entry["acts"][0]["content"]["placement_id"] == "P1"
    assert phone.entries() == []
    phone.at("")
    expect(phone.page.get_by_text("Your role for this place was withdrawn")).to_be_visible()
    expect(phone.page.get_by_text("Maya A")).to_have_count(0)  # what she may not see any more

    accounts.set_grants(phone.graph, f"mina-{phone.programme_id}", (grant_of(f"staff@{phone.programme_id}/MED"),))
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.has_sent()
    assert phone.entries() == ["event:V1"]
    phone.at("")
    expect(phone.page.get_by_text("Maya A")).to_be_visible()
    expect(phone.page.get_by_text("Your role for this place was withdrawn")).to_have_count(0)


def test_a_phone_that_was_signed_out_forgets_names_and_hands_in_what_it_kept(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.keep([visit("P1", "V1")])
    [device] = devices.all_devices(phone.graph, f"mina-{phone.programme_id}")
    devices.revoke(phone.graph, device.device_id, now())
    phone.context.set_offline(False)
    expect(phone.page.get_by_text("The office has signed this phone out.")).to_be_visible(timeout=20_000)
    phone.says("1 waiting at the office")
    phone.at("women")
    expect(phone.page.get_by_text("Maya A")).to_have_count(0)
    assert "note" not in str(phone.kept())
    assert phone.entries() == []


def test_another_act_under_one_id_is_told_and_changes_nothing(phone: Phone) -> None:
    phone.keep([visit("P1", "V1")])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.has_sent()
    phone.keep([visit("P1", "V1", outcome="not_found")])
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("1 needs you")
    phone.page.locator(".card.refused a").click()
    expect(phone.page.get_by_text("Under this number something else is recorded already.")).to_be_visible()
    expect(phone.page.get_by_role("button", name="Delete")).to_be_visible()
    expect(phone.page.get_by_text("Correct", exact=True)).to_have_count(0)  # it would be told the same again
    assert phone.entries() == ["event:V1"]


def test_a_web_session_that_ended_is_nothing_to_the_phone_and_no_answer_is_cached(phone: Phone) -> None:
    """It sends no cookie, whatever there is."""
    phone.context.add_cookies([{"name": "relay", "value": "of the pages", "url": phone.site}])
    with phone.page.expect_request("**/acts") as sending:
        phone.keep([visit("P1", "V1")])
        phone.at("outbox")
        phone.page.get_by_role("button", name="Send now").click()
    assert "cookie" not in sending.value.all_headers()
    assert sending.value.all_headers()["authorization"].startswith("Bearer ")
    phone.has_sent()
    kept = phone.page.evaluate("""async () => {
        const urls = [];
        for (const name of await caches.keys()) {
            for (const request of await (await caches.open(name)).keys()) urls.push(new URL(request.url).pathname);
        }
        return urls;
    }""")
    assert len(kept) > 10
    assert [url for url in kept if not url.startswith(("/field/", "/static/"))] == []
