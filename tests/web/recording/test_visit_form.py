"""Visits typed in after a walk, ten women a page; in part, put right, sent twice.

G1 ─┬─ P1  (W1)      twelve women of place RAM owe two goats each since 2024, and nobody has heard of them
    ├─ …
    └─ P12 (W12)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relay.ledger import programme_heads, reading
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web.readers import bearer
from tests.web.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph


def begun(graph: Graph, programme_id: str) -> str:
    """The address of the page of a programme of its own."""
    if programme_id not in {head.programme_id for head in programme_heads.heads(graph)}:
        people = [say.woman(f"W{number}", name=f"Maya {chr(64 + number)}", place_id="RAM") for number in range(1, 13)]
        placed = [say.placed(f"P{number} on 2021-01-{number:02}") for number in range(1, 13)]
        acts = (say.programme(programme_id), say.rule(), say.gift(), say.place("RAM", kind="ward"), *people, *placed)
        record(graph, *acts, programme_id=programme_id)
    return f"/p/{programme_id}/visits/made?place=RAM"


def visits(graph: Graph, programme_id: str) -> dict[str, str]:
    return {
        str(entry.payload["placement_id"]): str(entry.payload["outcome"])
        for entry in reading.entries(graph, programme_id)
        if entry.kind == "event"
    }


def rows(page: str) -> list[str]:
    return re.findall(r'name="row" value="([^"]*)"', page)


def sent(client: FlaskClient, path: str, page: str, day: str = "today", **typed: str) -> TestResponse:
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+|(?:outcome|note|again)\.P\d+)" value="([^"]*)"', page))
    said = {name.replace("_", "."): text for name, text in typed.items()}
    fields = {
        **hidden,
        "row": rows(page),
        "form.step": "record",
        "happened_on": "other",
        "happened_on.other": day,
        **said,
    }
    return client.post(path, data=fields)


def test_ten_women_are_typed_in_at_once_and_the_next_follow(asha: FlaskClient, recorded: Graph) -> None:
    path = begun(recorded, "walk")
    page = asha.get(path).text
    assert len(rows(page)) == 10
    assert "The next of the list: 2 more women" in words(page)
    onwards = re.findall(r'href="([^"]*from=[^"]*)"', page)[0].replace("&amp;", "&")
    rest = asha.get(onwards).text
    assert len(rows(rest)) == 2
    assert {*rows(page), *rows(rest)} == {f"P{number}" for number in range(1, 13)}

    one, two = rows(page)[:2]
    done = sent(asha, path, page, **{f"outcome_{one}": "found", f"outcome_{two}": "not_found", f"note_{two}": "sold?"})
    assert done.status_code == 200, words(done.text)
    assert "2 visits are recorded." in words(done.text)
    assert visits(recorded, "walk") == {one: "found", two: "not_found"}

    again = sent(asha, path, done.text)
    assert again.status_code == 200, words(again.text)
    assert visits(recorded, "walk") == {one: "found", two: "not_found"}


def test_what_falls_stops_no_other_and_is_put_right(asha: FlaskClient, recorded: Graph) -> None:
    path = begun(recorded, "walk-wrong")
    page = asha.get(path).text
    one, two = rows(page)[:2]

    nothing = sent(asha, path, page)
    assert nothing.status_code == 422
    assert "No row says what was found." in words(nothing.text)
    early = sent(asha, path, page, day="2001-01-01", **{f"outcome_{one}": "found"})
    assert early.status_code == 422
    assert "received only on" in words(early.text)
    unread = sent(asha, path, page, day="someday", **{f"outcome_{one}": "found"})
    assert unread.status_code == 422
    assert visits(recorded, "walk-wrong") == {}

    part = sent(asha, path, page, **{f"outcome_{one}": "found", f"note_{two}": "not at home"})
    assert part.status_code == 422
    assert "One visit is recorded. One is not: it is open below." in words(part.text)
    assert visits(recorded, "walk-wrong") == {one: "found"}
    assert sent(asha, path, part.text, **{f"outcome_{two}": "partly", f"note_{two}": ""}).status_code == 200
    assert visits(recorded, "walk-wrong") == {one: "found", two: "partly"}


def test_another_answer_to_what_was_recorded_is_told_and_changes_nothing(asha: FlaskClient, recorded: Graph) -> None:
    path = begun(recorded, "walk-twice")
    page = asha.get(path).text
    one = rows(page)[0]
    assert sent(asha, path, page, **{f"outcome_{one}": "found"}).status_code == 200

    other = sent(asha, path, page, **{f"outcome_{one}": "not_found"})

    assert other.status_code == 422
    assert "was recorded before" in words(other.text)
    assert visits(recorded, "walk-twice") == {one: "found"}


def test_what_was_found_of_a_sample_is_typed_in_by_staff_from_its_sheet(asha: FlaskClient, recorded: Graph) -> None:
    begun(recorded, "sampled")
    sheet = "/p/sampled/sample?size=12&seed=7"
    way = re.findall(r'href="(/p/sampled/visits/made[^"]*)"', asha.get(sheet).text)
    assert len(way) == 1  # all twelve live in one place
    path = way[0].replace("&amp;", "&")
    page = asha.get(path).text
    assert len(rows(page)) == 12
    assert "What was found of the sample" in words(page)

    done = sent(
        asha, path.partition("?")[0], page, outcome_P1="found", outcome_P2="not_found", note_P2="Nobody knew her."
    )
    assert done.status_code == 200
    assert "2 visits are recorded." in words(done.text)
    kinds = [entry.payload["kind"] for entry in reading.entries(recorded, "sampled") if entry.kind == "event"]
    assert kinds == ["checked", "checked"]
    assert "2 of 12 placements visited" in words(asha.get(sheet).text)
    assert (
        len(
            rows(
                asha.get(
                    re.findall(r'href="(/p/sampled/visits/made[^"]*)"', asha.get(sheet).text)[0].replace("&amp;", "&")
                ).text
            )
        )
        == 10
    )


def test_auditors_are_offered_no_form_for_a_sample(door: FlaskClient, people: dict[str, str]) -> None:
    auditor = bearer(people["auditor"])

    assert "/visits/made" not in door.get("/p/demo/sample?size=2&seed=7", headers=auditor).text
    assert door.get("/p/demo/visits/made?placement=P1", headers=auditor).status_code == 403
