"""A ceremony day on one page: recorded in part, put right, sent twice, and never lost; in a browser too.

G1 ─┬─ P1 ── to N1       W1 to W5 of place RAM hold two goats each and owe two; N1 to N5 hold nothing
    ├─ …                 P5 has more time, until 2030
    └─ P5
"""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any, LiteralString

import pytest
from playwright.sync_api import expect

from relay.access import accounts
from relay.access.roles import grant_of
from relay.database import cypher
from relay.graph import Transaction
from relay.ledger import programme_heads, reading
from relay.web import create_app
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays
from tests.web.conftest import Watched
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words
from tests.web.recording.test_routes import Inputs
from tests.web.test_every_page import faults

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Settings


def begun(graph: Graph, programme_id: str, women: int = 5) -> str:
    """The address of the page of a programme of its own."""
    if programme_id not in {head.programme_id for head in programme_heads.heads(graph)}:
        people = [
            say.woman(f"{letter}{number}", name=f"{name} {chr(64 + number % 26)}", place_id="RAM")
            for number in range(1, women + 1)
            for letter, name in (("W", "Maya"), ("N", "Asmita"))
        ]
        placed = [say.placed(f"P{number} on 2024-03-01") for number in range(1, women + 1)]
        acts = (say.programme(programme_id), say.rule(), say.gift(), say.place("RAM", kind="ward"), *people, *placed)
        more_time = say.happened(f"E1: extended of P{women} on 2024-06-01", until_on="2030-01-01")
        record(graph, *acts, more_time, programme_id=programme_id)
    return f"/p/{programme_id}/ceremony?place=RAM"


def entries(graph: Graph, programme_id: str) -> list[str]:
    return [entry.kind for entry in reading.entries(graph, programme_id)]


def sent(client: FlaskClient, path: str, page: str, **typed: str) -> TestResponse:
    said = {name.replace("_", ".", 1) if name[0] == "r" else name: text for name, text in typed.items()}
    fields = {name.removeprefix("r"): text for name, text in said.items()}
    return client.post(path, data={**Inputs(page).sent, "form.step": "record", "held_on": "today", **fields})


def test_a_day_is_recorded_in_part_put_right_and_sent_twice(asha: FlaskClient, recorded: Graph) -> None:
    path = begun(recorded, "day")
    page = asha.get(path).text
    assert "Maya A" in words(page)
    assert "P5" not in words(page)  # has more time
    assert " checked>" not in page.partition('class="hand-overs"')[2].partition("</form>")[0]

    wrong = sent(asha, path, page, r1_did="1", r1_receiver="N1", counted="3")
    assert wrong.status_code == 422
    assert "hand over 2 animals, but 3 were counted" in words(wrong.text)
    assert "ceremony" not in entries(recorded, "day")

    ticked = {"r1_did": "1", "r1_receiver": "N1", "r2_did": "1", "r2_receiver": "N99", "r3_did": "1"}
    part = sent(
        asha,
        path,
        wrong.text,
        **ticked,
        r3_receiver="Junkiri Rai",
        r5_did="1",
        r5_giver="W5",
        r5_receiver="N5",
        r5_animals="1",
        counted="7",
    )
    assert part.status_code == 422
    assert "3 hand-overs are recorded. One is not: it is open below." in words(part.text)
    assert "There is no beneficiary N99 in the record." in words(part.text)
    assert entries(recorded, "day")[-5:] == ["ceremony", "pass", "beneficiary", "pass", "pass"]
    rows = re.findall('class="hand-over( [^"]*|)"', part.text)
    assert rows[:5] == [" faulty", " done", " done", " done", ""]  # first what is to be put right, then what stands

    miscounted = sent(asha, path, part.text, r2_receiver="N2", counted="8")
    assert "hand over 7 animals, but 8 were counted" in words(miscounted.text)
    assert "Nothing new was recorded. 3 hand-overs are recorded. One is not: it is open below." in words(
        miscounted.text
    )

    done = sent(asha, path, miscounted.text, r2_receiver="N2", counted="7")
    assert done.status_code == 200, words(done.text)
    assert "4 hand-overs are recorded." in words(done.text)
    before = entries(recorded, "day")
    assert sent(asha, path, done.text, counted="7").status_code == 200
    assert entries(recorded, "day") == before


def test_what_is_asked_is_asked_at_its_row_and_a_name_is_chosen_or_new(asha: FlaskClient, recorded: Graph) -> None:
    path = begun(recorded, "asked-day")
    record(recorded, say.placed("PN1 on 2024-03-01", beneficiary_id="N1"), programme_id="asked-day")
    page = asha.get(path).text
    rows = {"r1_did": "1", "r1_receiver": "N1", "r2_did": "1", "r2_receiver": "Asmita B"}
    asked = sent(asha, path, page, **rows, counted="4")
    assert asked.status_code == 422
    assert "already holds goat: placement PN1" in words(asked.text)
    assert "Choose which of these is meant." in words(asked.text)
    answered = sent(asha, path, asked.text, r1_again="holds_already", **{"r2_receiver.chosen": "N2"}, counted="4")
    assert answered.status_code == 200, words(answered.text)
    assert "2 hand-overs are recorded." in words(answered.text)


def four_of_one_name(recorded: Graph, programme_id: str) -> str:
    """The page of a programme where S4 lives in RAM, S3 in its municipality, S2 in its district, S1 in none of them."""
    path = begun(recorded, programme_id)
    parents = {"DIS": None, "MUN": "DIS", "MUS": "DIS", "RAN": "MUN", "SIM": "MUS", "FAR": None}
    homes = {"S1": "FAR", "S2": "SIM", "S3": "RAN", "S4": "RAM"}
    record(
        recorded,
        *(say.place(id_, **({"parent_id": parent} if parent else {})) for id_, parent in parents.items()),
        say.corrected("place:RAM", parent_id="MUN"),
        *(say.woman(id_, name="Sita Rai", place_id=home) for id_, home in homes.items()),
        programme_id=programme_id,
    )
    return path


def test_of_one_name_who_lives_nearest_to_the_giver_is_offered_first(asha: FlaskClient, recorded: Graph) -> None:
    path = four_of_one_name(recorded, "near-form").partition("/ceremony")[0] + "/record/placement:P1/pass-on"
    page = asha.get(path).text
    (ask,) = re.findall(r'name="beneficiary_id"[^>]* hx-post="([^"]*)"', page)
    typed = Inputs(page).sent | {"beneficiary_id": "Sita Rai"}

    for answer in (asha.post(ask.replace("&amp;", "&"), data=typed), asha.post(path, data=typed)):
        assert re.findall(r'value="(S[1-4])"', answer.text) == ["S4", "S3", "S2", "S1"]


def test_on_a_day_who_lives_nearest_is_offered_first_and_all_names_are_read_once(
    asha: FlaskClient, recorded: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = four_of_one_name(recorded, "near-day")
    page, read = asha.get(path).text, list[str]()
    rows = Transaction.rows

    def counted(self: Transaction, query: LiteralString, **values: object) -> list[dict[str, Any]]:
        read.append(query)
        return rows(self, query, **values)

    monkeypatch.setattr(Transaction, "rows", counted)
    both = {f"r{number}_{name}": text for number in (1, 2) for name, text in (("did", "1"), ("receiver", "Sita Rai"))}
    asked = sent(asha, path, page, **both, counted="4")

    for number in (1, 2):
        offered = re.findall(rf'name="{number}\.receiver\.chosen" value="(S[1-4])"', asked.text)
        assert offered == ["S4", "S3", "S2", "S1"]
    assert read.count(cypher.NAMES) == 1


def test_a_group_s_day_is_held_where_the_group_is_at_home(asha: FlaskClient, recorded: Graph) -> None:
    """GRP is at home in RAM, where S4 lives: of one name she is offered first; a day of nobody's is held nowhere."""
    path = four_of_one_name(recorded, "near-group").partition("?")[0]
    record(recorded, say.group("GRP", place_id="RAM"), programme_id="near-group")
    typed = {"r1_did": "1", "r1_giver": "P1", "r1_animals": "2", "r1_receiver": "Sita Rai", "counted": "2"}
    for address, nearest_first in ((f"{path}?group=GRP", "4321"), (path, "1234")):
        asked = sent(asha, address, asha.get(address).text, **typed)
        offered = re.findall(r'name="1\.receiver\.chosen" value="S([1-4])"', asked.text)
        assert "".join(offered) == nearest_first


def with_capital(recorded: Graph, programme_id: str) -> str:
    """The page of a programme in which W6 owes 5,000 rupees of seed capital, beside W1 to W4 with their goats."""
    path = begun(recorded, programme_id)
    if "placement:P6" not in {entry.act_id for entry in reading.entries(recorded, programme_id)}:
        capital = say.rule("seed_capital", unit="rupee", given=5000, owed=5000)
        gift = say.gift("G2", help="seed_capital")
        held = say.placed("P6 on 2024-02-01", gift_id="G2", help="seed_capital", animals=5000)
        woman = say.woman("W6", name="Laxmi Rai", place_id="RAM")
        record(recorded, capital, gift, woman, held, programme_id=programme_id)
    return path


def test_money_is_told_apart_from_the_animals_in_the_yard(asha: FlaskClient, recorded: Graph) -> None:
    """P6 is due first, so it stands in the first row; the second hands over two goats."""
    path = with_capital(recorded, "day-money")
    page = asha.get(path).text
    both = {"r1_did": "1", "r1_receiver": "N1", "r2_did": "1", "r2_receiver": "N2"}
    assert Inputs(page).sent["1.giver"] == "P6"
    assert "1.females" not in Inputs(page).sent
    assert "2.females" in Inputs(page).sent
    wrong = sent(asha, path, page, **both, counted="5002")
    assert "The rows hand over 2 animals, but 5002 were counted in the yard." in words(wrong.text)
    assert "2 animals ≠ 5002 in the yard Money handed over, not counted in the yard: 5,000" in words(wrong.text)
    assert sent(asha, path, page, **both, counted="2").status_code == 200
    sheet = words(asha.get(path.replace("ceremony?", "ceremony/sheet?")).text)
    assert "5,000 seed capital" not in sheet  # she owes nothing more
    assert (
        words(asha.get(with_capital(recorded, "sheet-money").replace("ceremony?", "ceremony/sheet?")).text).count(
            "Amount:"
        )
        == 1
    )


def test_nothing_typed_is_lost_where_the_session_ended(recorded: Graph, settings: Settings) -> None:
    path = begun(recorded, "day-lost")
    accounts.add(recorded, "mina", (grant_of("staff@day-lost"),), WORDS, relays.NOW)
    app = create_app(recorded, settings, now=lambda: relays.NOW)
    client = app.test_client()
    try:
        sign_in(client, "mina")
        page = client.get(path).text
        client = app.test_client()  # of the session nothing is left
        asked = sent(client, path, page, r1_did="1", r1_receiver="N1", counted="2")
        assert asked.status_code == 401
        typed = {**Inputs(asked.text).sent, "login": "mina", "password": WORDS}
        welcome = client.post("/sign-in", data=typed)
        assert "What you typed is kept." in words(welcome.text)
        shown = client.post("/p/day-lost/ceremony", data={**Inputs(welcome.text).sent, "form.step": "check"})
        assert shown.status_code == 200
        assert "ceremony" not in entries(recorded, "day-lost")
        done = client.post("/p/day-lost/ceremony", data={**Inputs(shown.text).sent, "form.step": "record"})
        assert "One hand-over is recorded." in words(done.text)
    finally:
        accounts.remove(recorded, "mina")


def test_three_hundred_rows_are_small_on_the_line_and_recorded_at_once(asha: FlaskClient, recorded: Graph) -> None:
    path = begun(recorded, "day-large", women=301)
    page = asha.get(path).text
    assert len(gzip.compress(page.encode())) < 40_000
    assert "3 more are due" in words(page)
    rows = {f"{number}.did": "1" for number in range(1, 298)}
    to = {f"{number}.receiver": f"N{number}" for number in range(1, 298)}
    done = asha.post(
        path, data={**Inputs(page).sent, **rows, **to, "counted": "594", "held_on": "today", "form.step": "record"}
    )
    assert done.status_code == 200, words(done.text)[:2000]
    assert entries(recorded, "day-large").count("pass") == 297


def test_a_page_that_is_too_large_is_refused_and_other_forms_stay_small(asha: FlaskClient, recorded: Graph) -> None:
    path = begun(recorded, "day")
    page = Inputs(asha.get(path).text).sent
    assert asha.post(path, data={**page, "1.tags": "x" * (512 * 1024)}).status_code == 413
    assert asha.post(path, data={**page, "1.tags": "x" * (400 * 1024)}).status_code == 200
    assert asha.post("/p/day/new/gift", data={"note": "x" * (70 * 1024)}).status_code == 413


@pytest.mark.parametrize("width", [390, 1440])
def test_a_day_in_a_browser(chromium: Browser, site: str, recorded: Graph, width: int) -> None:
    path = begun(recorded, f"day-{width}")
    context = chromium.new_context(viewport={"width": width, "height": 844})
    watched = Watched(context, site)
    page = watched.goto(path)
    assert faults(page) == []
    line = page.locator(".sum")
    expect(line).to_have_text("4 givers · 0 handed over · 0 animals · ? in the yard")
    page.get_by_role("checkbox", name=re.compile("Maya A")).check()
    page.locator('[name="1.receiver"]').fill("N1")
    page.locator('[name="1.animals"]').fill("१")
    page.get_by_label("Animals counted in the yard").fill("1")
    expect(line).to_have_text("4 givers · 1 handed over · 1 animals = 1 in the yard")
    page.get_by_role("radio", name="today", exact=True).check()
    page.get_by_role("button", name="Record the day").click()
    expect(page.get_by_role("status")).to_contain_text("One hand-over is recorded.")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert watched.complaints == []
    context.close()


def test_a_browser_adds_money_up_beside_the_animals(chromium: Browser, site: str, recorded: Graph) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = Watched(context, site).goto(with_capital(recorded, "added-money"))
    for name in ("Laxmi Rai", "Maya A"):
        page.get_by_role("checkbox", name=re.compile(name)).check()
    line = page.locator(".sum")
    expect(line).to_have_text(
        re.compile(r"2 animals · \? in the yard\s+Money handed over, not counted in the yard: 5,000")
    )
    page.get_by_label("Animals counted in the yard").fill("2")
    expect(line).to_have_class("sum agrees")
    assert faults(page) == []
    context.close()


def test_the_hand_over_sheet_has_a_box_for_each_thumb_and_repeats_its_head(
    chromium: Browser, site: str, recorded: Graph
) -> None:
    """Boxes of 30 by 24 mm, at 96 dots an inch; a row is never torn apart."""
    path = begun(recorded, "day-paper").replace("ceremony?", "ceremony/sheet?")
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = Watched(context, site).goto(path)
    page.emulate_media(media="print")
    box = page.locator(".thumb").first.bounding_box()
    assert box is not None
    assert (round(box["width"] / 96 * 25.4), round(box["height"] / 96 * 25.4)) == (30, 24)
    assert page.locator(".thumb").count() == 2 * (4 + 3)
    assert page.evaluate("getComputedStyle(document.querySelector('.paper thead')).display") == "table-header-group"
    context.close()
