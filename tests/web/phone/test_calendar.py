"""Days in Bikram Sambat on a phone in Nepali: as the service counts them, shown, and typed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import nepali_datetime
from playwright.sync_api import expect

from relay.countries import month_table
from relay.domain.bikram_sambat import gregorian
from relay.web import responses
from relay.web.phone.calendar import FIRST_YEAR

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from relay.graph import Graph
    from tests.web.phone.conftest import Phone

WORDS: Final = f"/field/files/{responses.build_fingerprint()}/words.js"

EVERY_DAY: Final = """async ([module, first, last]) => {
    const { sambat } = await import(module);
    const told = [], there = [];
    for (let at = Date.parse(first); at <= Date.parse(last); at += 86400000) {
        const iso = new Date(at).toISOString().slice(0, 10), found = sambat.of(iso);
        told.push([found.year, found.month, found.day].join(" "));
        if (sambat.iso(found) !== iso) there.push(iso);
    }
    const days = [[2083, 8, 31], [2083, 13, 1], [2083, 1, 0], [1999, 12, 1], [2101, 1, 1]];
    const none = [...days.map(([year, month, day]) => sambat.iso({ year, month, day })), sambat.of("1943-04-13") ?? ""];
    return { told, there, none };
}"""


def test_every_day_of_a_hundred_and_one_years_is_that_of_the_service(
    chromium: Browser, land: tuple[Graph, str]
) -> None:
    first, last = gregorian(FIRST_YEAR, 1, 1), date(2044, 4, 13)
    assert first
    page = chromium.new_page()
    page.goto(f"{land[1]}/field/ne/")
    found = page.evaluate(EVERY_DAY, [WORDS, str(first), str(last - timedelta(days=1))])
    page.close()

    at = nepali_datetime.date(FIRST_YEAR, 1, 1)
    expected = [at + timedelta(days=number) for number in range((last - first).days)]
    assert len(expected) == 36_890
    assert found["told"] == [f"{day.year} {day.month} {day.day}" for day in expected]
    assert found["there"] == []
    assert found["none"] == [""] * 6


def test_in_nepali_a_day_is_shown_and_typed_in_bikram_sambat(phone: Phone) -> None:
    phone.goto("/field/ne/")
    phone.context.set_offline(True)
    phone.at("placement/P1")
    expect(phone.page.get_by_text("17 फागुन 2082 (1 मार्च 2026)")).to_be_visible()  # due two years after 2024-03-01

    phone.at("record/visit/placement/P1")
    phone.page.locator("input[value=found]").check()
    phone.page.locator("input[value=sambat]").check()
    typed = phone.page.locator(".by-sambat")
    keep = phone.page.locator("form.asking button[type=submit]")
    typed.get_by_label("वर्ष").fill("२०८१")
    typed.get_by_label("गते").fill("३२")
    keep.click()
    expect(phone.page.get_by_text("यस्तो दिन छैन।")).to_be_visible()  # no month was chosen: it is not Baisakh
    typed.get_by_label("महिना").select_option("असार")
    keep.click()
    expect(phone.page.get_by_text("यस्तो दिन छैन।")).to_be_visible()  # Asar of 2081 had 31 days
    typed.get_by_label("गते").fill("१७")
    expect(typed.get_by_text("1 जुलाई 2024")).to_be_visible()
    keep.click()
    expect(phone.page.get_by_text("17 असार 2081 (1 जुलाई 2024)")).to_be_visible()
    [entry] = phone.kept()
    assert entry["acts"][0]["content"]["happened_on"] == "2024-07-01"


def test_a_day_of_a_year_that_is_not_published_is_a_likely_one_and_is_sent_as_it_was_typed(phone: Phone) -> None:
    phone.goto("/field/ne/")
    phone.at("record/extension/placement/P1")
    until = phone.page.locator("fieldset").filter(has=phone.page.locator(".by-sambat")).first
    until.locator("input[value=sambat]").check()
    until.get_by_label("वर्ष").fill(str(month_table.in_use().published + 1))
    until.get_by_label("महिना").select_option("असार")
    until.get_by_label("गते").fill("1")
    expect(until.get_by_text("≈ 15 जुन 2027")).to_be_visible()
    phone.page.locator("input[name=happened_on][value=today]").check()
    phone.page.locator("form.asking button[type=submit]").click()
    expect(phone.page.get_by_text("≈ 1 असार 2084")).to_be_visible()
    [entry] = phone.kept()
    [act] = entry["acts"]
    assert (act["content"]["until_on"], act["typed"]) == ("2027-06-15", {"until_on": "2084-03-01 BS"})
