"""The page on which a second person confirms what another recorded.

G1 ── P1 ─┬─ T1 ── P2      recorded by Asha herself
          ├─ T2 ── P3      recorded by Bina
          └─ T3 ── P4      recorded by Bina; its day corrected by Asha, or by Chandra
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from relay.ledger import recording
from relay.reports.unconfirmed import waiting
from relay.web import create_app
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings

TWO: Final = "two-persons"


@pytest.fixture
def asha(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give the browser of Asha, who owns the machine."""
    if TWO not in {head.programme_id for head in recording.heads(recorded)}:
        begun = (say.programme(TWO), say.rule(), say.gift(), *(say.woman(f"W{number}") for number in (1, 2, 3)))
        record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=TWO)
        record(recorded, say.passed("T1: P1 > P2 on 2021-03-01", animals=1), programme_id=TWO)
        record(recorded, say.passed("T2: P1 > P3 on 2021-03-02", animals=1), programme_id=TWO, by="account:bina")
    return create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()


def form(client: FlaskClient, programme_id: str = TWO) -> dict[str, str]:
    """What the forms of the page send beside the pass-on."""
    page = client.get(f"/p/{programme_id}/waiting").text
    return dict(re.findall(r'name="(csrf_token|seen)" value="([^"]+)"', page))


def confirm(client: FlaskClient, pass_id: str) -> tuple[int, str]:
    answer = client.post(f"/p/{TWO}/waiting", data={**form(client), "pass_id": pass_id})
    return answer.status_code, answer.text


def test_what_waits_is_confirmed_by_the_one_who_did_not_record_it(asha: FlaskClient, recorded: Graph) -> None:
    before = asha.get(f"/p/{TWO}/waiting")
    rows = dict(re.findall(r'<th scope="row">.*?<bdi>(T\d)</bdi>(.*?)</tr>', before.text, re.DOTALL))
    assert "recorded or corrected by you" in rows["T1"]
    assert 'aria-label="Confirm pass-on T2"' in rows["T2"]

    assert confirm(asha, "T1")[0] == 422
    assert confirm(asha, "T9")[0] == 404
    assert confirm(asha, "T2")[0] == 303
    last = [*recording.entries(recorded, TWO)][-1]
    assert (last.kind, last.payload["act_id"], last.recorded_by) == ("confirm", "pass:T2", "account:asha")
    assert [each.pass_id for each in waiting(recorded, TWO, date.max)] == ["T1"]
    after = asha.get(f"/p/{TWO}/waiting").text
    assert '<p role="status"><strong><bdi>Pass-on T2 is confirmed.</bdi></strong></p>' in after
    assert "is confirmed" not in asha.get(f"/p/{TWO}/waiting").text


def test_what_she_cannot_confirm_comes_last(recorded: Graph) -> None:
    programme_id = "hers-comes-last"
    begun = (say.programme(programme_id), say.rule(), say.gift(), *(say.woman(f"W{number}") for number in (1, 2, 3)))
    record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
    record(recorded, say.passed("T1: P1 > P2 on 2021-03-01", animals=1), programme_id=programme_id)
    record(recorded, say.passed("T2: P1 > P3 on 2021-03-02", animals=1), programme_id=programme_id, by="account:bina")

    def told(most: int | None = None, last_by: str | None = None) -> list[str]:
        return [each.pass_id for each in waiting(recorded, programme_id, date.max, most, last_by=last_by)]

    assert told() == told(last_by="sha") == ["T1", "T2"]
    assert told(last_by="asha") == ["T2", "T1"]
    assert told(1) == told(1, "sha") == ["T1"]
    assert told(1, "asha") == ["T2"]  # hers is the first of all, and she is told of none but the others


def test_who_corrected_a_pass_on_is_not_asked_to_confirm_it(asha: FlaskClient, recorded: Graph) -> None:
    programme_id = "corrected-by-her"
    begun = (say.programme(programme_id), say.rule(), say.gift(), say.woman("W1"), say.woman("W4"))
    record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
    record(recorded, say.passed("T3: P1 > P4 on 2021-03-03", animals=1), programme_id=programme_id, by="account:bina")

    def told() -> tuple[str, ...]:
        (row,) = waiting(recorded, programme_id, date.max)
        assert row.told_by("asha") == ("account:asha" in row.corrected_by)
        assert row.told_by("bina")
        return row.corrected_by

    assert told() == ()
    for by, day in (("account:chandra", 4), ("account:asha", 5)):
        fixed = say.corrected("pass:T3", f"C{day}", passed_on=f"2021-03-0{day}")
        record(recorded, fixed, programme_id=programme_id, by=by)
    assert told() == ("account:asha", "account:chandra")
    page = asha.get(f"/p/{programme_id}/waiting").text
    assert "recorded or corrected by you" in page
    assert "Confirm pass-on T3" not in page
    record(recorded, say.taken_back("correct:C5", "C6"), programme_id=programme_id, by="account:bina")
    assert told() == ("account:chandra",)
    assert "Confirm pass-on T3" in asha.get(f"/p/{programme_id}/waiting").text
    record(recorded, say.taken_back("correct:C6", "C7"), programme_id=programme_id, by="account:bina")
    assert told() == ("account:asha", "account:chandra")


def test_what_was_corrected_after_she_saw_it_is_not_confirmed(asha: FlaskClient, recorded: Graph) -> None:
    programme_id = "seen-before"
    begun = (say.programme(programme_id), say.rule(), say.gift(), *(say.woman(f"W{number}") for number in (1, 4, 5)))
    record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
    record(recorded, say.passed("T4: P1 > P4 on 2021-03-03", animals=1), programme_id=programme_id, by="account:bina")
    record(recorded, say.passed("T5: P1 > P5 on 2021-03-04", animals=1), programme_id=programme_id, by="account:bina")
    before, where = form(asha, programme_id), f"/p/{programme_id}/waiting"
    record(recorded, say.corrected("pass:T4", "C4", animals=2), programme_id=programme_id, by="account:bina")

    stale = asha.post(where, data={**before, "pass_id": "T4"})
    assert stale.status_code == 409
    assert "pass:T4 was corrected after you saw it, by correct:C4." in stale.text
    assert asha.post(where, data={**before, "pass_id": "T5"}).status_code == 303

    assert asha.post(where, data={**form(asha, programme_id), "pass_id": "T4"}).status_code == 303
    record(recorded, say.taken_back("correct:C4", "C5"), programme_id=programme_id, by="account:bina")
    assert asha.post(where, data={**before, "pass_id": "T4", "seen": "x"}).status_code == 409


# ------------------------------------------------------------------------------------------ only what was confirmed


@pytest.fixture
def halves(asha: FlaskClient, recorded: Graph) -> FlaskClient:
    """G1 > P1 > P2, which Asha confirmed, and P1 > P3, which nobody did; W2 and W3 live in Tansen."""
    programme_id = "halves"
    if programme_id not in {head.programme_id for head in recording.heads(recorded)}:
        begun = (say.programme(programme_id), say.rule(), say.gift(), say.place("TAN", name="Tansen"), say.woman("W1"))
        women = (say.woman("W2", place_id="TAN"), say.woman("W3", place_id="TAN"))
        record(recorded, *begun, *women, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
        passed = (say.passed(f"T{number}: P1 > P{number} on 2021-03-01", animals=1) for number in (2, 3))
        record(recorded, *passed, programme_id=programme_id, by="account:bina")
        record(recorded, say.confirmed("pass:T2"), programme_id=programme_id)
    return asha


SAID: Final = "Pass-ons that no second person confirmed are left out here."
COUNTING: Final = ("", "/health", "/gifts", "/chains", "/placements", "/map", "/gift/G1", "/tree/gift:G1", "/survival")
HOLDING: Final = ("/audit", "/findings", "/sample", "/ledger", "/waiting", "/find")


@pytest.mark.parametrize("page", COUNTING)
def test_a_page_counts_only_what_is_confirmed_where_it_is_asked_to_and_says_so(halves: FlaskClient, page: str) -> None:
    where = quote(f"/p/halves{page}")

    confirmed, all_ = halves.get(f"{where}?confirmed_only=true&lang=en").text, halves.get(where).text

    assert SAID in confirmed
    assert SAID not in all_
    assert f'href="{where}?lang=en">Count them too' in confirmed
    ways = re.findall(r'href="(/p/halves[^"]*)"', confirmed.replace("Count them too", "", 1))
    lost = {way for way in ways if "confirmed_only=true" not in way} - {f"{where}?lang=en", f"{where}?"}
    assert lost == set()
    forms = re.findall(r"<form[^>]*method=\"get\".*?</form>", confirmed, re.DOTALL)
    assert all('name="confirmed_only" value="true"' in form for form in forms)
    assert "confirmed_only" not in all_


def test_a_saved_view_keeps_its_own_choice_wherever_it_is_opened(halves: FlaskClient) -> None:
    said = {**form(halves, "halves"), "title": "Broken ones"}
    for query, own in (("state=broken", ""), ("state=broken&confirmed_only=true", "&confirmed_only=true")):
        saved = halves.post("/p/halves/chains/views?confirmed_only=true", data={**said, "query": query})
        assert saved.status_code == 303
        assert halves.get(saved.location).status_code == 200
        opened = halves.get("/p/halves/chains?confirmed_only=true").text
        assert f'href="/p/halves/chains?state=broken{own.replace("&", "&amp;")}"' in opened


@pytest.mark.parametrize("file", ["gifts.csv", "chains.xlsx", "tree/gift:G1/tree.svg", "tree/gift:G1/tree.html"])
def test_a_file_that_leaves_out_what_nobody_confirmed_says_so_in_its_name(halves: FlaskClient, file: str) -> None:
    def name(asked: str) -> str:
        return str(halves.get(f"/p/halves/{file}?{asked}").headers["Content-Disposition"])

    assert "-confirmed." in name("confirmed_only=true")
    assert "-confirmed" not in name("")
    if file.endswith("html"):
        assert SAID in halves.get(f"/p/halves/{file}?confirmed_only=true").text


@pytest.mark.parametrize("page", HOLDING)
def test_a_page_of_the_record_itself_does_not_say_that_it_leaves_something_out(halves: FlaskClient, page: str) -> None:
    answer = halves.get(f"/p/halves{page}?confirmed_only=true")

    assert answer.status_code == 200
    assert SAID not in answer.text


@pytest.mark.parametrize("alone", [False, True])
def test_pages_and_files_count_as_the_api_does(halves: FlaskClient, alone: bool) -> None:  # noqa: FBT001
    asked = f"confirmed_only={'true' if alone else 'false'}"
    api = halves.get(f"/api/v1/programmes/halves/health?{asked}").get_json()

    placements = halves.get(f"/p/halves/placements.json?{asked}").get_json()
    gifts = halves.get(f"/p/halves/gifts.json?{asked}").get_json()
    trace = halves.get(f"/p/halves/trace/gift:G1.json?{asked}").get_json()

    assert api["placements"]["total"] == len(placements["rows"]) == (2 if alone else 3)
    assert [row["reach"] for row in gifts["rows"]] == [trace["reach"]] == [1 if alone else 2]
    assert halves.get("/p/halves/gifts?confirmed_only=yes").status_code == 400


def test_the_page_of_what_waits_leads_to_the_relay_without_it(halves: FlaskClient) -> None:
    text = halves.get("/p/halves/waiting").text

    assert 'href="/p/halves?confirmed_only=true">Leave out what is not confirmed</a>' in text
