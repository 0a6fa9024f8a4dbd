"""Columns of a programme's own in the browser and through the API: asked, recorded, shown, corrected, kept.

event.tag    a choice: red or blue    "Colour of the tag?" / « Couleur ? »
event.vet    a personal text          "Which vet?"
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import pytest
from python_calamine import CalamineWorkbook

from relay.access import accounts, api_tokens
from relay.access.roles import ROLES, Grant
from relay.domain.acts import Act
from relay.ledger import programme_heads, reading
from relay.web import create_app
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import bearer, with_names
from tests.web.reading import words
from tests.web.recording.test_routes import Inputs, filled, step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.domain.acts import Value
    from relay.graph import Graph
    from relay.settings import Settings

PROGRAMME: Final = "own-columns"
AT: Final = f"/p/{PROGRAMME}"
VET: Final = "Hari of the next ward"
TAG: Final = {"of": "event", "name": "tag", "question": "Colour of the tag?", "question_fr": "Couleur ?"}
LISTED: Final = "listed"
WALKED: Final = "walked"
FRENCH: Final = {"Accept-Language": "fr"}


def listed() -> Iterator[Act]:
    """Three women and five columns of theirs."""
    yield from (say.programme(LISTED), say.rule())
    for name, type_, personal in (
        ("school", "number", "no"), ("fit", "yes_or_no", "no"), ("seen", "day", "no"), ("note", "text", "no"),
        ("vet", "text", "yes"),
    ):  # fmt: skip
        asked = {"seen": "Seen on?"}.get(name, f"{name.capitalize()}?")
        french = {"question_fr": "En forme ?"} if name == "fit" else {}
        values = {"of": "beneficiary", "name": name, "question": asked, "type": type_, "personal": personal, **french}
        yield Act(kind="column", id=f"beneficiary.{name}", values=values)
    one: dict[str, Value] = {"own.school": 5.5, "own.fit": "yes", "own.vet": VET}
    other: dict[str, Value] = {"own.school": 12, "own.fit": "no", "own.seen": "2026-01-02", "own.note": "by the road"}
    for id_, said in (("W1", one), ("W2", other), ("W3", {})):
        woman = say.woman(id_, name="Maya")
        yield replace(woman, values={**woman.values, **said})


DEFINED: Final = (
    {**TAG, "type": "choice", "choices": "red;blue", "personal": "no"},
    {"of": "event", "name": "vet", "question": "Which vet?", "type": "text"},
)


@pytest.fixture
def clerk(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give the browser of Asha, in a programme with two columns of its own."""
    if PROGRAMME not in {head.programme_id for head in programme_heads.heads(recorded)}:
        women = (say.woman(f"W{number}", name=f"Maya {chr(64 + number)}") for number in range(1, 3))
        columns = (Act(kind="column", id=f"event.{each['name']}", values=each) for each in DEFINED)
        begun = (say.programme(PROGRAMME), say.rule(), say.gift(), *women, say.place("TAN", name="Tansen"))
        record(recorded, *begun, *columns, say.placed("P1 on 2020-03-01"), programme_id=PROGRAMME)
    return create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()


@pytest.fixture
def send(recorded: Graph, settings: Settings) -> Iterator[Callable[..., TestResponse]]:
    """Give a way to send an event by the API, with a token."""
    now = datetime.now(UTC)
    accounts.add(recorded, "binita", tuple(Grant(role=role) for role in ROLES), None, now)
    secret = api_tokens.issue(recorded, "binita", days=1, now=now, random=token_bytes).secret
    api = create_app(recorded, settings).test_client()

    def sent(event_id: str, path: str = "acts/event", **said: str) -> TestResponse:
        event = {"event_id": event_id, "placement_id": "P1", "kind": "birth", "happened_on": "2026-11-21"}
        body = {**event, **{name.replace("__", "."): value for name, value in said.items()}}
        content = body if path == "acts/event" else {"acts": [{"act": "event", "content": body}]}
        return api.post(f"/api/v1/programmes/{PROGRAMME}/{path}", json=content, headers=bearer(secret))

    yield sent
    accounts.remove(recorded, "binita")


def last(graph: Graph, programme_id: str = PROGRAMME) -> dict[str, Any]:
    """What the newest entry says."""
    return dict([*reading.entries(graph, programme_id)][-1].act.values)


BIRTH: Final = {"kind": "birth", "animals": "1", "happened_on": "2026-11-20"}


def test_a_form_asks_in_the_language_of_the_reader_and_records(clerk: FlaskClient, recorded: Graph) -> None:
    path = f"{AT}/record/placement:P1/event"
    assert "Colour of the tag?" in words(clerk.get(path).text)
    assert "Couleur ?" in words(clerk.get(f"{path}?lang=fr").text)
    clerk.get(f"{path}?lang=en")

    checked = filled(clerk, path, **BIRTH, **{"own.tag": "red", "own.vet": VET})
    assert checked.status_code == 200, words(checked.text)
    assert step(clerk, path, checked, "record").status_code == 303
    assert (last(recorded)["own.tag"], last(recorded)["own.vet"]) == ("red", VET)


def test_a_record_shows_what_was_answered_and_while_names_are_off_nothing_personal(
    clerk: FlaskClient, recorded: Graph, send: Callable[..., TestResponse]
) -> None:
    answer = send("E1", own__tag="blue", own__vet=VET)
    assert answer.status_code == 201, answer.text
    off = words(clerk.get(f"{AT}/record/event:E1").text)
    on = words(with_names(clerk).get(f"{AT}/record/event:E1").text)

    assert f"Colour of the tag? blue Which vet? {VET}" in on
    assert VET not in off
    assert "Colour of the tag? blue" in off
    assert "own.tag" in last(recorded)


def test_the_api_refuses_what_the_column_does_not_take(clerk: FlaskClient, send: Callable[..., TestResponse]) -> None:
    del clerk  # begins the programme
    for wrong in ({"own__tag": "green"}, {"own__none": "x"}, {"tag": "red"}):
        assert send("E3", **wrong).json["error"]["code"] in ("cell_fault", "no_such_column"), wrong  # type: ignore[index]


def test_what_a_telephone_or_an_outbox_sends_is_read_by_the_columns(
    clerk: FlaskClient, recorded: Graph, send: Callable[..., TestResponse]
) -> None:
    del clerk
    answer = send("E5", path="acts", own__tag="red")
    assert answer.status_code == 200, answer.text

    assert last(recorded)["own.tag"] == "red"


def test_a_correction_in_the_browser_changes_it(
    clerk: FlaskClient, recorded: Graph, send: Callable[..., TestResponse]
) -> None:
    assert send("E4", own__tag="red").status_code == 201
    path = f"{AT}/record/event:E4/correct"
    checked = filled(clerk, path, **{"own.tag": "blue", "why": "misread"})
    assert step(clerk, path, checked, "record").status_code == 303, words(checked.text)

    assert last(recorded)["changes"] == {"own.tag": "blue"}


def test_a_manager_adds_changes_and_ends_one_in_the_browser(clerk: FlaskClient, recorded: Graph) -> None:
    path = f"{AT}/settings/columns"
    said = {"of": "placement", "name": "road", "question": "Hours to the road?", "type": "number", "personal": "no"}
    added = step(clerk, path, clerk.get(path), "", **said)
    assert added.status_code == 303, words(added.text)
    assert "Hours to the road?" in words(clerk.get(path).text)
    assert "Hours to the road?" in words(clerk.get(f"{AT}/record/gift:G1/placement").text)

    one = f"{path}/placement.road"
    ended = step(clerk, one, clerk.get(one), "", ended_on="2026-11-20", question="How far?", why="not needed")
    assert ended.status_code == 303, words(ended.text)
    assert last(recorded)["changes"] == {"ended_on": "2026-11-20", "question": "How far?"}
    assert "How far?" not in words(clerk.get(f"{AT}/record/gift:G1/placement").text)


def test_a_column_of_a_person_that_is_not_personal_is_asked_about_in_the_browser(
    clerk: FlaskClient, recorded: Graph
) -> None:
    path = f"{AT}/settings/columns"
    said = {"of": "beneficiary", "name": "caste", "question": "Category?", "type": "text", "personal": "no"}
    before = len([*reading.entries(recorded, PROGRAMME)])
    asked = step(clerk, path, clerk.get(path), "", **said)

    assert asked.status_code == 422
    assert "can never be erased" in words(asked.text)
    assert len([*reading.entries(recorded, PROGRAMME)]) == before
    assert step(clerk, path, asked, "again", **said).status_code == 303
    assert last(recorded)["name"] == "caste"


def test_a_list_is_filtered_by_what_is_not_personal_and_its_files_hold_what_the_reader_may_see(
    recorded: Graph, settings: Settings, tmp_path: Path
) -> None:
    """W1 school=5.5 fit=yes vet=(personal); W2 school=12 fit=no; W3 said nothing."""
    if LISTED not in {head.programme_id for head in programme_heads.heads(recorded)}:
        record(recorded, *listed(), programme_id=LISTED)
    clerk = create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()
    people = f"/p/{LISTED}/people"

    def ids(query: str) -> list[str]:
        text = clerk.get(f"{people}.csv?{query}").data.decode("utf-8-sig")
        return [next(iter(row.values())) for row in csv.DictReader(io.StringIO(text))]

    assert (ids("own.fit=yes"), ids("own.fit=unknown"), ids("own.school=5.5")) == (["W1"], ["W3"], ["W1"])
    assert (ids("own.note=ROAD"), ids("own.seen=2026-01-02")) == (["W2"], ["W2"])
    assert (ids("own.fit=no&own.school=12"), ids("own.fit=yes&own.school=12")) == (["W2"], [])
    assert "1 row" in words(clerk.get(f"{people}?own.fit=yes").text)
    assert clerk.get(f"{people}?own.school=many").status_code == 400
    assert clerk.get(f"{people}?own.vet={VET}").status_code == 400  # what is personal stands in no address
    assert "own.fit" not in clerk.get(f"/p/{LISTED}/visits").text

    def first(query: str) -> dict[str, str]:
        text = clerk.get(f"{people}.csv?{query}").data.decode("utf-8-sig")
        return next(csv.DictReader(io.StringIO(text)))

    assert {name: said for name, said in first("").items() if name.startswith("own.")} == {
        "own.fit": "yes", "own.note": "", "own.school": "5.5", "own.seen": "",
    }  # fmt: skip
    assert (first("names=full")["own.vet"], first("names=initials")["own.vet"]) == (VET, "")

    (tmp_path / "list.xlsx").write_bytes(clerk.get(f"{people}.xlsx?own.school=12", headers=FRENCH).data)
    heading, row = CalamineWorkbook.from_path(tmp_path / "list.xlsx").get_sheet_by_index(0).to_python()
    said = dict(zip(heading, row, strict=True))
    assert (said["En forme ?"], said["School?"], said["Seen on?"]) == ("non", 12, date(2026, 1, 2))


def test_a_walk_and_a_ceremony_day_ask_them_in_each_row(recorded: Graph, settings: Settings) -> None:
    """Of visits tag and vet; of pass-ons seen. P1 to P3 of W1 to W3 of RAM; P1 was visited, P2 hands over to N1."""
    if WALKED not in {head.programme_id for head in programme_heads.heads(recorded)}:
        women = (say.woman(f"{letter}{number}", place_id="RAM") for letter in "WN" for number in (1, 2, 3))
        placed = (say.placed(f"P{number} on 2021-01-01") for number in (1, 2, 3))
        seen = {"of": "pass", "name": "seen", "question": "Seen on?", "type": "day", "personal": "no"}
        columns = (Act(kind="column", id=f"{each['of']}.{each['name']}", values=each) for each in (*DEFINED, seen))
        begun = (say.programme(WALKED), say.rule(), say.gift(), say.place("RAM", kind="ward"), *women)
        record(recorded, *begun, *columns, *placed, programme_id=WALKED)
    clerk = create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()

    def sent(path: str, **typed: str) -> TestResponse:
        return clerk.post(path, data={**Inputs(clerk.get(path).text).sent, "form.step": "record", **typed})

    walk = f"/p/{WALKED}/visits/made?place=RAM"
    assert words(clerk.get(walk).text).count("Colour of the tag?") == 3
    without = sent(walk, **{"happened_on": "today", "row": "P1", "P1.own.tag": "red"})
    assert (without.status_code, "This is needed." in words(without.text)) == (422, True)
    visited = {"happened_on": "today", "row": "P1", "outcome.P1": "found", "P1.own.tag": "red", "P1.own.vet": VET}
    assert sent(walk, **visited).status_code == 200
    assert (last(recorded, WALKED)["own.tag"], last(recorded, WALKED)["own.vet"]) == ("red", VET)

    day = f"/p/{WALKED}/ceremony?place=RAM"
    hands = {"held_on": "today", "2.did": "1", "2.receiver": "N1", "counted": "2"}
    wrong = sent(day, **hands, **{"2.own.seen.other": "2020-02-30"})
    assert (wrong.status_code, words(wrong.text).count("This day does not exist")) == (422, 1)
    assert sent(day, **hands, **{"2.own.seen.other": "2020-02-29"}).status_code == 200
    assert last(recorded, WALKED)["own.seen"] == "2020-02-29"
