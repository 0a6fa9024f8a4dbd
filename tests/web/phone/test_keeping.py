"""What is kept survives what phones go through, and nobody else can read it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from relay.access import devices
from relay.web import responses
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web.phone.conftest import STORE, now, switched_on, visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.web.phone.conftest import Phone

OLDER: Final = """async ([module, version]) => {
    const { Store, STORES, databaseOf, currentDevice } = await import(module);
    const id = currentDevice(), store = new Store(id);
    const values = new Map();
    const open = (name, version, upgrade) => new Promise((resolve, reject) => {
        const request = indexedDB.open(name, version);
        request.onupgradeneeded = () => upgrade?.(request.result);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const read = (database, name) => new Promise((resolve) => {
        const rows = [], request = database.transaction(name).objectStore(name).openCursor();
        request.onsuccess = () => {
            const at = request.result;
            if (!at) return resolve(rows);
            rows.push([at.key, at.value]);
            at.continue();
        };
    });
    const now = await open(databaseOf(id));
    const there = STORES.slice(0, version);
    for (const name of there) values.set(name, await read(now, name));
    now.close();
    await new Promise((resolve) => { indexedDB.deleteDatabase(databaseOf(id)).onsuccess = resolve; });
    const old = await open(databaseOf(id), version, (made) => there.forEach((name) => made.createObjectStore(name)));
    for (const name of there) {
        const writing = old.transaction(name, "readwrite"), store = writing.objectStore(name);
        const written = new Promise((resolve) => { writing.oncomplete = resolve; });
        for (const [key, value] of values.get(name)) store.put(value, key);
        await written; // a page that goes away takes with it what is not written yet
    }
    old.close();
}"""
"""Write the database as an earlier version had it: with its first stores alone, and what lay in them."""


def test_a_killed_page_a_stopped_worker_and_a_restart_without_a_line_keep_everything(
    own_phone: Phone, chromium: Browser, tmp_path: Path
) -> None:
    phone = own_phone
    phone.context.set_offline(True)
    phone.keep([visit("P1", "V1")])
    phone.page.close(run_before_unload=False)
    phone.page = phone.context.new_page()
    browser = phone.context.new_cdp_session(phone.page)
    browser.send("ServiceWorker.enable")
    browser.send("ServiceWorker.stopAllWorkers")
    phone.goto()
    phone.says("1 kept on this phone")
    phone.context.close()

    again = switched_on(chromium, phone.site, phone.graph, tmp_path, phone.programme_id)
    again.context.set_offline(True)
    again.goto("/field/")
    again.says("1 kept on this phone")
    again.at("record/visit/placement/P2")
    again.page.locator("input[value=found]").check()
    again.page.locator("input[value=yesterday]").check()
    again.page.get_by_role("button", name="Keep it").click()
    again.says("2 kept on this phone")
    again.context.set_offline(False)
    again.has_sent()
    assert len(phone.entries()) == 2
    again.context.close()


@pytest.mark.parametrize("version", [3, 4])
def test_three_acts_kept_by_an_earlier_version_are_there_after_it(phone: Phone, version: int) -> None:
    """Versions 1 and 2 had no outbox yet."""
    phone.context.set_offline(True)
    phone.keep([visit("P1", f"V{number}") for number in range(3)])
    phone.page.close()
    phone.context.set_offline(False)
    phone.page = phone.context.new_page()
    phone.page.goto(f"{phone.site}/sign-in")  # no page of the phone is open
    phone.page.evaluate(OLDER, [STORE, version])
    phone.context.set_offline(True)
    phone.goto()
    phone.says("3 kept on this phone")
    phone.context.set_offline(False)
    phone.has_sent()
    assert sorted(phone.entries()) == ["event:V0", "event:V1", "event:V2"]


def test_cleared_storage_is_told_and_what_was_sent_is_not_missed(phone: Phone) -> None:
    phone.keep([visit("P1", "V0")])
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.has_sent()
    phone.context.set_offline(True)
    phone.keep([visit("P1", "V1"), visit("P2", "V2")])
    cdp = phone.context.new_cdp_session(phone.page)
    cdp.send("Storage.clearDataForOrigin", {"origin": phone.site, "storageTypes": "indexeddb"})
    phone.goto()
    expect(phone.page.get_by_text("2 records that were not sent are gone")).to_be_visible()
    assert phone.entries() == ["event:V0"]


def test_a_full_phone_keeps_what_is_typed_and_offers_a_file(phone: Phone) -> None:
    phone.at("record/visit/placement/P1")
    phone.page.locator("input[value=found]").check()
    phone.page.locator("input[value=today]").check()
    phone.page.evaluate("""() => {
        IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
    }""")
    phone.page.get_by_role("button", name="Keep it").click()
    expect(phone.page.get_by_text("This phone is full: nothing was kept.")).to_be_visible()
    with phone.page.expect_download() as saving:
        phone.page.get_by_role("button", name="Save as a file").click()
    head, act = saving.value.path().read_text().splitlines()
    assert '"relay_outbox":1' in head
    line, device_id = json.loads(act), json.loads(head)["device_id"]
    assert '"placement_id":"P1"' in line["sealed"]
    sealer = devices.sealer_of(phone.graph, phone.programme_id, device_id, now())
    assert sealer.sealed(line["sealed"], line["seal"])
    assert not sealer.sealed(line["sealed"].replace("P1", "P2"), line["seal"])
    assert phone.page.locator("input[value=found]").is_checked()


def test_a_draft_is_offered_with_its_ids_and_not_imposed(phone: Phone) -> None:
    phone.at("record/visit/placement/P1")
    phone.page.get_by_role("textbox", name="Note").fill("two kids in the shed")
    phone.keeps_a_draft()
    phone.goto("/field/en/#record/visit/placement/P1")
    phone.page.reload()
    phone.page.get_by_role("button", name="Go on with it").click()
    expect(phone.page.get_by_role("textbox", name="Note")).to_have_value("two kids in the shed")


def test_what_was_kept_or_never_typed_into_is_no_draft(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.at("record/visit/placement/P1")
    phone.page.locator("input[value=found]").check()
    phone.page.locator("input[value=today]").check()
    phone.page.get_by_role("button", name="Keep it").click()
    phone.says("1 kept on this phone")
    phone.at("record/visit/placement/P2")
    expect(phone.page.get_by_text("Maya B")).to_be_visible()
    phone.at("record/visit/placement/P1")
    expect(phone.page.get_by_text("Maya A")).to_be_visible()
    phone.at("record/visit/placement/P2")
    expect(phone.page.get_by_text("Maya B")).to_be_visible()
    assert phone.page.get_by_role("dialog").count() == 0
    drafts = "module => import(module).then(({ Store, currentDevice }) => new Store(currentDevice()).all('drafts'))"
    assert phone.page.evaluate(drafts, STORE) == []


def test_a_clock_that_is_a_year_wrong_is_told_and_today_is_right(phone: Phone) -> None:
    phone.page.clock.set_fixed_time(now() + timedelta(days=365))
    phone.goto()
    expect(phone.page.get_by_text("minutes ahead. Set it right")).to_be_visible()
    phone.at("record/visit/placement/P1")
    phone.page.locator("input[value=found]").check()
    phone.page.locator("input[value=today]").check()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="Keep it").click()
    phone.says("1 kept on this phone")
    phone.context.set_offline(False)
    phone.has_sent()
    assert phone.kept()[-1]["state"] == "recorded"  # a day of next year would have been refused


def test_after_fourteen_days_there_is_no_name(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.page.clock.set_fixed_time(now() + timedelta(days=14, minutes=1))
    phone.goto()
    expect(phone.page.get_by_text("Names are kept on a phone for 14 days.")).to_be_visible()
    script = """async (module) => {
        const { Store, currentDevice } = await import(module);
        const store = new Store(currentDevice());
        return JSON.stringify([await store.all("place"), await store.all("outbox"), await store.all("drafts")]);
    }"""
    held = phone.page.evaluate(script, STORE)
    assert "P1" in held
    assert "Maya" not in held
    assert "Asmita" not in held


def test_the_bytes_of_a_phone_tell_nothing(own_phone: Phone, tmp_path: Path) -> None:
    """Names, ids and the token are sealed; another place and telephone numbers never came here."""
    phone = own_phone
    phone.context.set_offline(True)
    phone.keep([visit("P1", "SEEN1", note="by the well")])
    plain = phone.page.evaluate(
        """async (module) => {
        const { Store, currentDevice } = await import(module);
        const store = new Store(currentDevice()), key = (await new Promise((resolve) => {
            const request = indexedDB.open(`relay-field-${currentDevice()}`);
            request.onsuccess = () => { const got = request.result.transaction("keys").objectStore("keys").get("key"); got.onsuccess = () => resolve(got.result); };
        }));
        const exported = await crypto.subtle.exportKey("raw", key).then(() => "given", () => "refused");
        return [exported, JSON.stringify([await store.all("place"), await store.all("device"), await store.all("outbox")])];
    }""",  # noqa: E501
        STORE,
    )
    phone.context.close()
    assert plain[0] == "refused"
    assert "Maya A" in plain[1]
    assert "SEEN1" in plain[1]
    for never in ("Farawaya", '"F1"', "9851012345"):
        assert never not in plain[1]
    written = b"".join(path.read_bytes() for path in (tmp_path / "profile").rglob("*") if path.is_file())
    assert len(written) > 1000
    for text in ("Maya A", "Asmita", "SEEN1", "by the well", "relaydevice_", "Farawaya", "9851012345"):
        assert text.encode() not in written
        assert text.encode("utf-16-le") not in written


def test_signing_out_is_refused_while_something_is_unsent(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.keep([visit("P1", "V1"), visit("P2", "V2")])
    phone.at("phone")
    expect(phone.page.get_by_text("2 records are not sent.")).to_be_visible()
    phone.page.get_by_label("type the number").fill("3")
    phone.page.get_by_role("button", name="Delete 2 records and sign out").click()
    expect(phone.page.get_by_text("This is not the number.")).to_be_visible()
    phone.page.get_by_label("type the number").fill("2")
    phone.page.get_by_role("button", name="Delete 2 records and sign out").click()
    expect(phone.page.get_by_label("Code")).to_be_visible()
    assert phone.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert phone.page.evaluate("localStorage.length") <= 1


def test_a_kept_act_is_deleted_for_a_reason(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.keep([visit("P1", "V1", note="by the well")])
    phone.at("outbox")
    phone.page.locator(".card.kept a").click()
    phone.page.get_by_role("button", name="Delete").click()
    phone.page.get_by_label("Why?").fill("wrong woman")
    phone.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(phone.page.get_by_text("deleted: wrong woman")).to_be_visible()
    assert "well" not in str(phone.kept())
    assert phone.entries() == []


def test_a_button_is_pressed_though_something_is_recorded_while_her_finger_is_on_it(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.keep([visit("P1", "V1")])
    phone.at("outbox")
    phone.page.locator(".card.kept a").click()
    phone.page.get_by_role("button", name="Delete").hover()
    phone.page.mouse.down()
    phone.keep([visit("P2", "V2")])
    phone.page.wait_for_timeout(300)
    phone.page.mouse.up()
    expect(phone.page.get_by_label("Why?")).to_be_visible()
    phone.says("2 kept on this phone")


def test_a_new_version_waits_until_she_taps_and_what_is_typed_is_there_after_it(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.goto("/field/en/")
    phone.at("record/visit/placement/P1")
    phone.page.get_by_role("textbox", name="Note").fill("two kids in the shed")
    old = responses.build_fingerprint()
    monkeypatch.setattr(responses, "build_fingerprint", lambda: "0123456789ab")
    phone.page.evaluate(
        "navigator.serviceWorker.getRegistration('/field/').then((found) => found.update().then(() => null))"
    )
    expect(phone.page.get_by_text("A new version is here.")).to_be_visible(timeout=20_000)
    assert old in str(phone.page.locator("script[type=module]").get_attribute("src"))
    assert phone.page.get_by_role("textbox", name="Note").input_value() == "two kids in the shed"

    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name="Use the new version").click()
    phone.page.get_by_role("button", name="Go on with it").click()
    expect(phone.page.get_by_role("textbox", name="Note")).to_have_value("two kids in the shed")
    assert "0123456789ab" in str(phone.page.locator("script[type=module]").get_attribute("src"))


def test_who_is_not_on_the_list_of_a_ceremony_is_added_and_stays_in_the_draft(phone: Phone) -> None:
    page = phone.page
    phone.context.set_offline(True)
    phone.at("ceremony")
    page.locator("input[value=today]").check()
    page.get_by_role("button", name="Somebody else hands over").click()
    row = page.locator(".hand-over").last
    row.get_by_role("textbox", name="Who hands over?").fill("OTHER7")
    row.get_by_role("radio", name="OTHER7").check()
    row.get_by_role("textbox", name="To whom?").fill("asm b")
    row.get_by_role("radio", name="Asmita B").check()
    row.get_by_label("How many?").fill("1")
    phone.at("")  # what was typed is kept as she goes
    expect(page.get_by_text("8 hand-overs to come")).to_be_visible()
    phone.at("ceremony")
    expect(page.get_by_text("Givers: 9 · handed over: 1 · animals: 1")).to_be_visible()
    page.get_by_label("Animals counted in the yard").fill("1")
    page.get_by_role("button", name="Keep the day").click()
    phone.says("2 kept on this phone")
    [_, handed_over] = phone.kept()
    content = handed_over["acts"][0]["content"]
    assert (content["giver_placement_id"], content["beneficiary_id"], content["animals"]) == ("OTHER7", "N2", 1)


def test_on_a_ceremony_day_money_is_told_apart_from_animals(phone: Phone) -> None:
    """P9 holds 5,000 rupees: what stands in the yard are the two goats of Maya A."""
    capital = say.rule("seed_capital", unit="rupee", given=5000, owed=5000)
    held = say.placed("P9 on 2024-02-01", gift_id="G2", help="seed_capital", animals=5000)
    laxmi = say.woman("W9", name="Laxmi Rai", place_id="MED")
    record(phone.graph, capital, say.gift("G2", help="seed_capital"), laxmi, held, programme_id=phone.programme_id)
    page = phone.page
    phone.at("outbox")
    page.get_by_role("button", name="Send now").click()
    phone.at("")
    expect(page.get_by_text("9 hand-overs to come")).to_be_visible()
    phone.context.set_offline(True)
    phone.at("ceremony")
    page.locator("input[value=today]").check()
    for giver, receiver in (("Laxmi", "asmita a"), ("Maya A", "asmita b")):
        row = page.locator(".hand-over").filter(has_text=giver)
        row.get_by_role("checkbox").check()
        row.get_by_role("textbox", name="To whom?").fill(receiver)
        row.get_by_role("radio").first.check()
    expect(page.locator(".hand-over").filter(has_text="Laxmi").get_by_label("Amount")).to_have_value("5000")
    page.get_by_label("Animals counted in the yard").fill("2")
    told = "Givers: 9 · handed over: 2 · animals: 2 = 2 in the yard · money, not counted in the yard: 5,000"
    expect(page.get_by_text(told)).to_be_visible()
    page.get_by_role("button", name="Keep the day").click()
    phone.says("3 kept on this phone")


def test_a_placement_is_recorded_from_a_gift_that_the_phone_knows(phone: Phone) -> None:
    page = phone.page
    phone.context.set_offline(True)
    phone.at("record/placement/beneficiary/N7")
    page.get_by_role("radio", name="G1").check()
    page.locator("input[name=help][value=goat]").check()
    page.locator("#f-animals").fill("2")
    page.locator("input[value=yesterday]").check()
    page.get_by_role("button", name="Keep it").click()
    phone.says("1 kept on this phone")
    phone.context.set_offline(False)
    phone.has_sent()
    assert phone.entries()[0].startswith("placement:")
    phone.at("phone")
    expect(page.get_by_text("Meadow", exact=True)).to_be_visible()


def test_a_number_that_no_column_holds_is_told_beside_its_field(phone: Phone) -> None:
    phone.at("record/placement/beneficiary/N7")
    phone.page.get_by_role("radio", name="G1").check()
    for typed, said in (("9999999999999999", "too much"), ("1e400", "too much"), ("NaN", "Write a number")):
        phone.page.locator("#f-animals").fill(typed)
        phone.page.get_by_role("button", name="Keep it").click()
        expect(phone.page.locator(".asked:has(#f-animals) .fault")).to_contain_text(said)
    assert phone.kept() == []


def test_the_last_visit_is_told(phone: Phone) -> None:
    record(phone.graph, say.happened("SEEN: visit of P1 on 2024-05-01"), programme_id=phone.programme_id)
    phone.at("outbox")
    phone.page.get_by_role("button", name="Send now").click()
    phone.at("placement/P1")
    expect(phone.page.get_by_text("1 May 2024")).to_be_visible()
    phone.at("placement/P2")
    expect(phone.page.get_by_text("never")).to_be_visible()
