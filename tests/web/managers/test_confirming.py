"""The page on which a second person confirms what another recorded.

G1 ── P1 ─┬─ T1 ── P2      recorded by Asha herself
          ├─ T2 ── P3      recorded by Bina
          └─ T3 ── P4      recorded by Bina; its day corrected by Asha, or by Chandra
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from relay.ledger import reading
from relay.reports.unconfirmed import waiting
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web.reading import TWO, form

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


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
    last = [*reading.entries(recorded, TWO)][-1]
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


def test_the_page_of_what_waits_leads_to_the_relay_without_it(halves: FlaskClient) -> None:
    text = halves.get("/p/halves/waiting").text

    assert 'href="/p/halves?confirmed_only=true">Leave out unconfirmed pass-ons</a>' in text


def test_every_pass_on_that_waits_is_reached_page_by_page(asha: FlaskClient, recorded: Graph) -> None:
    programme_id, many = "many-wait", 120
    women = (say.woman(f"W{number}") for number in range(1, many + 2))
    record(recorded, say.programme(programme_id), say.rule(), say.gift(), *women, programme_id=programme_id)
    record(recorded, say.placed("P1 on 2020-03-01", animals=2 * many), programme_id=programme_id)
    passed = [say.passed(f"T{number}: P1 > P{number} on 2021-03-01", animals=1) for number in range(2, many + 2)]
    record(recorded, *passed, programme_id=programme_id, by="account:bina")

    seen, path = list[str](), f"/p/{programme_id}/waiting"
    pages = 0
    while path:
        text = asha.get(path).text
        seen += re.findall(r'aria-label="Confirm pass-on (T[0-9]+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path, pages = (following[1] if following else ""), pages + 1

    assert pages == 3
    assert sorted(seen) == sorted(f"T{number}" for number in range(2, many + 2))
    assert len(seen) == many
    sent = asha.post(f"/p/{programme_id}/waiting?page=3", data={**form(asha, programme_id), "pass_id": seen[-1]})
    assert sent.location.endswith("/waiting?page=3")
    assert "To the first page" in asha.get(f"/p/{programme_id}/waiting?page=9").text
