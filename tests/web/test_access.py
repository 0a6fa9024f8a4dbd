"""Who may open and do what: every route and every command by every role, and what a stranger may try at the door."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import Mock

import click
import pytest
from itsdangerous import TimestampSigner

import cli
from relay.access import access_log, accounts, tokens
from relay.access.roles import HERE, MATRIX, ROLES, Grant, Role, grant_of
from relay.errors import Unavailable
from relay.ledger import recording
from relay.reports.search import MOST
from relay.settings import Settings
from relay.web import create_app, current, guard
from relay.web.sign_in import TRIES_A_MINUTE, OneTime
from tests.scenes import acts as say
from tests.web import relays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from relay.graph import Graph

WORDS: Final = "goats pass from hand to hand"
SAMPLES: Final = {
    "act_id": "placement:P1",
    "id_": "placement:P1",
    "gift_id": "G1",
    "word": "group",
    "part_id": "X",
    "sequence": 1,
    "form": "svg",
    "filename": "relay.css",
    "secret": "x",
}


@pytest.fixture(scope="module")
def people(recorded: Graph, app: Flask) -> Iterator[dict[str, str]]:
    """Give the token of somebody of each role in the programme demo, who knows nothing of the others."""
    secrets: dict[str, str] = {}
    with app.app_context():
        for role in ROLES:
            accounts.add(recorded, role, (Grant(role=role, programme_id="demo"),), WORDS, relays.NOW)
            issued = tokens.issue(recorded, role, days=30, now=relays.NOW, random=token_bytes)
            secrets[role] = issued.secret
    yield secrets
    for role in ROLES:
        accounts.remove(recorded, role)


@pytest.fixture
def door(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give a reader of pages that ask who is there."""
    return create_app(recorded, settings, now=lambda: relays.NOW).test_client()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with each of its methods, but those that ask nobody who they are, and the way out."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in guard.PUBLIC | {"api.sign_out"}:
            yield from ((rule, method) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def address(app: Flask, rule: Rule, programme_id: str) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        choices = re.search(rf"<any\(([^)]*)\):{name}>", rule.rule)
        values[name] = choices[1].split(", ")[0] if choices else SAMPLES.get(name, programme_id)
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def ask(client: FlaskClient, path: str, method: str, secret: str | None) -> TestResponse:
    return client.open(
        path, method=method, headers=bearer(secret) if secret else {}, json={} if method == "POST" else None
    )


# ---------------------------------------------------------------------------------------------------- one table


def test_every_route_has_its_row_and_every_row_its_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert endpoints - guard.PUBLIC == set(guard.ACTIONS)
    assert set(guard.ACTIONS.values()) <= set(MATRIX)


def commands(group: click.Group = cli.relay, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{before}{name}"


def test_every_command_has_its_row_and_every_row_that_is_not_a_page_its_command() -> None:
    assert set(commands()) <= set(MATRIX) | HERE
    assert set(commands()) >= (set(MATRIX) | HERE) - {"names", "metrics", "query"}
    assert not set(MATRIX) & HERE


def test_a_route_that_nobody_thought_of_is_open_to_the_owner_alone(
    recorded: Graph, settings: Settings, people: dict[str, str]
) -> None:
    app = create_app(recorded, settings, now=lambda: relays.NOW)
    app.add_url_rule("/forgotten", "forgotten", lambda: "here")
    owned = create_app(recorded, settings, now=lambda: relays.NOW, owner="asha")
    owned.add_url_rule("/forgotten", "forgotten", lambda: "here")

    assert {app.test_client().get("/forgotten", headers=bearer(secret)).status_code for secret in people.values()} == {
        403
    }
    assert owned.test_client().get("/forgotten").status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_every_route_is_open_to_the_roles_of_its_row_and_to_no_other(
    door: FlaskClient, people: dict[str, str], role: str
) -> None:
    app = door.application
    for rule, method in routes(app):
        answer = ask(door, address(app, rule, "demo"), method, people[role])
        allowed = role in MATRIX[guard.ACTIONS[rule.endpoint]]
        assert (answer.status_code == 403) != allowed, (rule.rule, method, answer.status_code)
        assert answer.status_code not in (401, 500), (rule.rule, method)


@pytest.mark.parametrize("role", ROLES)
def test_another_programme_is_not_there_whether_it_is_or_not(
    door: FlaskClient, people: dict[str, str], role: str
) -> None:
    app = door.application
    for rule, method in routes(app):
        if "programme_id" in rule.arguments:
            there, nowhere = (
                ask(door, address(app, rule, each), method, people[role]) for each in ("large", "nowhere")
            )
            status = (
                403 if rule.endpoint.startswith("api.record_programme") else 404
            )  # who may not begin one, is told so
            assert there.status_code == nowhere.status_code == status, (rule.rule, method)
            assert "large" not in there.text.replace("/large", "").replace("programme large", "")
    listed = door.get("/api/v1/programmes", headers=bearer(people[role])).get_json()
    assert [each["programme_id"] for each in listed] == ["demo"]


def test_nobody_is_let_in_unknown(door: FlaskClient) -> None:
    app = door.application
    for rule, method in routes(app):
        path = address(app, rule, "demo")
        answer = ask(door, path, method, None)
        if path.startswith("/api/"):
            assert answer.status_code == 401, path
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="relay"'
        else:
            assert (answer.status_code, answer.location) == (303, "/sign-in"), path
        assert ask(door, path, method, "relay_nonsense").status_code == 401, path


# ---------------------------------------------------------------------------------------------------- places


@pytest.fixture(scope="module")
def village(recorded: Graph) -> Iterator[Graph]:
    """Give a programme of two wards. Staff of W1 and of W2, both within D; W3 lies elsewhere.

    D ─┬─ W1   B1 holds P1 ── T1 ── P2, which B2 holds     W3   B3 holds nothing
       └─ W2   B2
    """
    relays.record(
        recorded,
        "wards",
        [
            say.programme("wards"),
            say.rule(),
            say.gift(),
            say.place("D", kind="district"),
            say.place("W1", parent_id="D"),
            say.place("W2", parent_id="D"),
            say.place("W3"),
            say.group("V1", place_id="W1", name="Dawn"),
            say.group("V2", place_id="W2", name="Dusk"),
            say.woman("W1", place_id="W1", group_id="V1"),
            say.woman("W2", place_id="W2", group_id="V2"),
            say.woman("W3", place_id="W3"),
            say.placed("P1 on 2020-03-01"),
            say.passed("T1: P1 > P2 on 2021-03-01", animals=1),
        ],
    )
    yield recorded
    for account in accounts.every(recorded):
        if account.login.startswith("staff-"):
            accounts.remove(recorded, account.login)


def staff_of(graph: Graph, place_id: str) -> dict[str, str]:
    """Somebody who works for one place; her headers."""
    login = f"staff-{place_id.lower()}"
    if login not in {account.login for account in accounts.every(graph)}:
        accounts.add(graph, login, (grant_of(f"staff@wards/{place_id}"),), None, relays.NOW)
    issued = tokens.issue(graph, login, days=1, now=relays.NOW, random=token_bytes)
    return bearer(issued.secret)


def test_staff_of_a_place_open_and_record_what_lies_there(door: FlaskClient, village: Graph) -> None:
    own, whole = staff_of(village, "W2"), staff_of(village, "D")
    statuses = {
        path: [door.get(f"/api/v1/programmes/wards/{path}", headers=who).status_code for who in (own, whole)]
        for path in (
            *("show/beneficiary:W2", "trace/placement:P2", "show/pass:T1", "show/beneficiary:W1"),
            *("tree/placement:P1", "show/beneficiary:W3", "trace/gift:G1", "show/beneficiary:W9"),
        )
    }

    assert statuses == {
        "show/beneficiary:W2": [200, 200],
        "trace/placement:P2": [200, 200],
        "show/pass:T1": [200, 200],  # received there, given in W1
        "show/beneficiary:W1": [403, 200],
        "tree/placement:P1": [403, 200],
        "show/beneficiary:W3": [403, 403],
        "trace/gift:G1": [403, 403],  # a gift lies nowhere
        "show/beneficiary:W9": [404, 404],
    }
    assert door.get("/p/wards/record/beneficiary:W1", headers=own).status_code == 403
    assert door.get("/p/wards/record/beneficiary:W2", headers=own).status_code == 200

    body = {"kind": "visit", "happened_on": "2024-06-01"}
    acts = "/api/v1/programmes/wards/acts"
    for placement_id, status in (("P1", 403), ("P2", 201)):
        event = {**body, "placement_id": placement_id, "event_id": f"V{placement_id}"}
        assert door.post(f"{acts}/event", json=event, headers=own).status_code == status
    register = {"name": "A new woman", "sex": "F"}
    for place_id, status in (("W1", 403), ("W3", 403), ("W2", 201), (None, 403)):
        woman = {**register, "place_id": place_id}
        assert door.post(f"{acts}/beneficiary", json=woman, headers=own).status_code == status, place_id
    correction = {"act_id": "beneficiary:W3", "how": "did_not_happen", "why": "It is not ours."}
    assert door.post(f"{acts}/correct", json=correction, headers=own).status_code == 403


def test_staff_of_a_place_are_told_the_names_of_those_who_live_there(door: FlaskClient, village: Graph) -> None:
    own = staff_of(village, "W2")
    asked = "/api/v1/programmes/wards/names?" + "&".join(f"beneficiary_id=W{number}" for number in (1, 2, 3))

    assert door.get(asked, headers=own).get_json() == {"W2": "Name of W2"}
    found = door.post("/api/v1/programmes/wards/find", json={"text": "Name"}, headers=own).get_json()
    assert {hit["name"] for hit in found} == {"Name of W2"}
    for_w1 = staff_of(village, "W1")
    (handed_over,) = door.post("/api/v1/programmes/wards/find", json={"text": "T1"}, headers=for_w1).get_json()
    assert handed_over["name"] is None  # she who received it lives in W2
    page = door.get("/p/wards/tree/placement:P2?names=full", headers=own).text
    listed = door.get("/p/wards/people?names=full", headers=own).text
    for text in (page, listed):
        assert "Name of W2" in text
        assert "Name of W1" not in text
        assert "Name of W3" not in text


def found_by_id(door: FlaskClient, who: dict[str, str], text: str) -> list[str]:
    return [
        hit["id"] for hit in door.post("/api/v1/programmes/wards/find", json={"text": text}, headers=who).get_json()
    ]


def test_staff_of_a_place_find_those_who_live_there_however_many_elsewhere_bear_the_name(
    door: FlaskClient, village: Graph
) -> None:
    """Somebody who is not found is registered twice. Ids that are shorter come first among those of one name."""
    elsewhere = [say.woman(f"E{number}", name="Maya", place_id="W3") for number in range(2 * MOST)]
    ours = [say.woman(f"here-{number}", name="Maya", place_id="W2") for number in range(3)]
    relays.record(village, "wards", [*elsewhere, *ours])
    own, whole = staff_of(village, "W2"), staff_of(village, "W3")

    def found(who: dict[str, str]) -> list[str]:
        hits = door.post("/api/v1/programmes/wards/find", json={"text": "Maya"}, headers=who).get_json()
        return [hit["id"] for hit in hits]

    assert found(own) == [f"beneficiary:here-{number}" for number in range(3)]
    assert len(found(whole)) == MOST
    relays.record(village, "wards", [say.taken_back("beneficiary:here-0", "TB0")])
    assert "beneficiary:here-0" in found_by_id(door, own, "here-0")  # what was taken back lies where it lay
    assert found_by_id(door, staff_of(village, "W1"), "here-0") == []
    asked_for = door.get("/p/wards/find?q=here", headers=own).text
    assert [f"here-{number}" in asked_for for number in range(3)] == [True] * 3


def test_staff_of_a_place_are_told_nobody_elsewhere_by_a_record_nor_who_gave(door: FlaskClient, village: Graph) -> None:
    """T1 was given in W1 and received in W2: the record of it is theirs, the giver's name is not."""
    own = staff_of(village, "W2")
    api, pages = "/api/v1/programmes/wards", "/p/wards"

    for record_id in ("placement:P2", "pass:T1", "beneficiary:W2"):
        for path in (f"{api}/show/{record_id}", f"{pages}/record/{record_id}"):
            text = door.get(path, headers=own).text
            assert ("Name of W2" in text, "Name of W1" in text, "Donor of" in text) == (True, False, False), path
    for path in ("chains", "gifts", "gifts?names=full", "gifts.csv?names=full"):
        assert "Donor of G1" not in door.get(f"{pages}/{path}", headers=own).text, path


def test_staff_of_a_place_are_told_the_names_of_the_groups_there(door: FlaskClient, village: Graph) -> None:
    own, whole = staff_of(village, "W2"), staff_of(village, "D")

    for path in ("groups", "groups.csv", "groups.json", "placements", "chains", "health?by=group", "gifts"):
        text = door.get(f"/p/wards/{path}", headers=own).text
        assert "Dawn" not in text, path
        assert ("Dusk" in text) == (path != "gifts"), path
        assert ("Dawn" in door.get(f"/p/wards/{path}", headers=whole).text) == (path != "gifts"), path


def test_what_one_reader_was_told_is_not_kept_for_another(door: FlaskClient, village: Graph) -> None:
    """Whoever comes first: staff of a place, who are told no donor, or a manager, who is."""
    accounts.add(village, "staff-everywhere", (grant_of("manager@wards"),), None, relays.NOW)
    issued = tokens.issue(village, "staff-everywhere", days=1, now=relays.NOW, random=token_bytes)
    own, manager = staff_of(village, "W2"), bearer(issued.secret)

    for path in ("health?by=donor", "survival?by=donor"):
        for day, first in (("2024-01-01", own), ("2024-01-02", manager)):
            page = f"/p/wards/{path}&names=full&as_of={day}"
            door.get(page, headers=first)
            assert "Donor of G1" not in door.get(page, headers=own).text, page
            assert "Donor of G1" in door.get(page, headers=manager).text, page


def test_what_is_recorded_elsewhere_is_not_guessed_by_recording_it_again(door: FlaskClient, village: Graph) -> None:
    own = staff_of(village, "W2")
    guess = {"beneficiary_id": "W1", "name": "Name of W1", "place_id": "W2"}

    refused = door.post("/api/v1/programmes/wards/acts/beneficiary", json=guess, headers=own)
    assert (refused.status_code, "place_id" in refused.text, "name" in refused.get_json()["error"]) == (
        403,
        False,
        False,
    )
    hers = {**guess, "beneficiary_id": "W2", "name": "Another name"}
    assert door.post("/api/v1/programmes/wards/acts/beneficiary", json=hers, headers=own).status_code == 409


# ---------------------------------------------------------------------------------------------------- locked periods


@pytest.fixture
def closed(recorded: Graph) -> Iterator[dict[str, dict[str, str]]]:
    """Give the headers of staff and of a manager where all until the end of 2020 is locked.

    E1 in 2020   E2 in 2021   E3 in 2021, which was said to be in 2020 before it was corrected
    T2, which was confirmed, and T3, both in 2021
    """
    relays.record(
        recorded,
        "closed",
        [
            *(say.programme("closed"), say.rule(), say.gift(), say.place("VALE"), say.place("HILL", parent_id="VALE")),
            *(say.woman(f"W{number}") for number in (1, 2, 3)),
            *(say.placed("P1 on 2020-03-01"), say.passed("T2: P1 > P2 on 2021-03-01", 1)),
            say.passed("T3: P1 > P3 on 2021-04-01", 1),
            *(say.happened(f"E{number}: visit of P1 on 202{year}-06-01") for number, year in ((1, 0), (2, 1), (3, 0))),
            say.corrected("event:E3", "C3", happened_on="2021-06-01"),
            say.corrected("programme:closed", "LOCK", locked_until="2020-12-31"),
        ],
    )
    relays.record(recorded, "closed", [say.confirmed("pass:T2", "F2")], by="local:bina")
    roles: tuple[Role, ...] = ("staff", "manager")
    for role in roles:
        accounts.add(recorded, f"{role}-closed", (Grant(role=role, programme_id="closed"),), None, relays.NOW)
    yield {
        role: bearer(tokens.issue(recorded, f"{role}-closed", days=1, now=relays.NOW, random=token_bytes).secret)
        for role in roles
    }
    for role in roles:
        accounts.remove(recorded, f"{role}-closed")


def test_what_happened_in_a_locked_period_is_corrected_by_managers_alone(
    door: FlaskClient, closed: dict[str, dict[str, str]]
) -> None:
    def correcting(role: str, act_id: str, **changes: str | None) -> int:
        how = {"how": "wrong_data", "changes": changes} if changes else {"how": "did_not_happen"}
        said = {"act_id": act_id, "why": "misread", **how}
        return door.post("/api/v1/programmes/closed/acts/correct", json=said, headers=closed[role]).status_code

    assert correcting("staff", "event:E1", happened_on="2020-07-01") == 403
    assert correcting("staff", "event:E1", happened_on="2021-07-01") == 403
    assert correcting("staff", "event:E2", happened_on="2020-07-01") == 403  # moved into it
    assert correcting("staff", "event:E3", happened_on="2021-08-01") == 403  # moved out of it before
    assert correcting("staff", "event:E3") == 403
    assert correcting("staff", "correct:C3") == 403
    assert correcting("staff", "programme:closed", locked_until=None) == 403
    assert correcting("staff", "event:E2", happened_on="2021-07-01") == 201
    assert correcting("manager", "event:E1", happened_on="2020-07-01") == 201
    assert correcting("manager", "programme:closed", locked_until=None) == 201
    assert correcting("staff", "event:E1", happened_on="2020-08-01") == 201  # no longer locked


def test_what_a_manager_decided_is_corrected_by_managers_alone(
    door: FlaskClient, closed: dict[str, dict[str, str]]
) -> None:
    """Rules, and what was confirmed, now or ever; and the confirmation itself."""

    def correcting(role: str, act_id: str, **changes: str | int | None) -> int:
        how = {"how": "wrong_data", "changes": changes} if changes else {"how": "did_not_happen"}
        said = {"act_id": act_id, "why": "misread", **how}
        return door.post("/api/v1/programmes/closed/acts/correct", json=said, headers=closed[role]).status_code

    assert correcting("staff", "rule:goat@2020-01-01", months=60) == 403
    assert correcting("staff", "pass:T2", animals=2) == 403
    assert correcting("staff", "pass:T2") == 403
    assert correcting("staff", "confirm:F2") == 403
    assert correcting("staff", "pass:T3", animals=2) == 201  # which nobody confirmed
    assert correcting("staff", "place:HILL", parent_id=None) == 403  # by which staff are let in
    assert correcting("staff", "place:HILL", name="The hill") == 201
    assert correcting("manager", "place:HILL", parent_id=None) == 201
    assert correcting("staff", "place:HILL", name="Hill") == 201  # a name is theirs whatever else was corrected
    assert correcting("manager", "rule:goat@2020-01-01", months=30) == 201
    assert correcting("manager", "confirm:F2") == 201
    assert correcting("staff", "pass:T2", animals=2) == 403  # it was confirmed once
    assert correcting("manager", "pass:T2", animals=2) == 201


# ---------------------------------------------------------------------------------------------------- accesses


def test_whoever_opens_a_record_or_names_is_written_down_without_a_name(
    door: FlaskClient, people: dict[str, str]
) -> None:
    folder = current.core_of(door.application).settings.data_folder
    (folder / "accesses.jsonl").unlink(missing_ok=True)
    paths = (
        *("/p/demo/record/beneficiary:W1", "/api/v1/programmes/demo/show/P5", "/p/demo/tree/gift:G1"),
        *("/p/demo/tree/gift:G1?names=full", "/api/v1/programmes/demo/names?beneficiary_id=W2", "/p/demo/find?q=W1"),
    )
    for path in paths:
        assert door.get(path, headers=bearer(people["manager"])).status_code == 200
    api = "/api/v1/programmes/demo/find"
    assert door.post(api, json={"text": "W1"}, headers=bearer(people["manager"])).status_code == 200

    lines = access_log.newest(folder, "demo")
    assert [(line.what, line.ids[0]) for line in reversed(lines)] == [
        ("show", "beneficiary:W1"),
        ("show", "placement:P5"),
        ("managers.tree", "beneficiary:W1"),
        ("names", "beneficiary:W2"),
        ("find", "beneficiary:W1"),
        ("find", "beneficiary:W1"),
    ]
    assert {line.by for line in lines} == {"account:manager"}
    assert "Name" not in (folder / "accesses.jsonl").read_text(encoding="utf-8")
    assert (folder / "accesses.jsonl").stat().st_mode & 0o777 == 0o600
    seen = door.get("/api/v1/programmes/demo/accesses?most=1", headers=bearer(people["auditor"]))
    assert [line["ids"][0] for line in seen.get_json()] == ["beneficiary:W1"]
    assert "ETag" not in seen.headers  # it changes while the ledger does not
    for path in paths:  # so that each time it is opened is written down
        assert ("ETag" in door.get(path, headers=bearer(people["manager"])).headers) == (path == "/p/demo/tree/gift:G1")
    for path in ("/p/demo/verify?noted=", "/api/v1/programmes/demo/ledger/verify"):  # the graph may change alone
        assert "ETag" not in door.get(path, headers=bearer(people["auditor"])).headers
    assert "account:manager" in door.get("/p/demo/accesses", headers=bearer(people["auditor"])).text


def test_whoever_is_told_who_gave_is_written_down(door: FlaskClient, people: dict[str, str]) -> None:
    folder = current.core_of(door.application).settings.data_folder
    (folder / "accesses.jsonl").unlink(missing_ok=True)
    api = "/api/v1/programmes/demo"
    for path in (
        *("/p/demo/health?by=donor", "/p/demo/health?by=donor&names=full", "/p/demo/survival?by=donor&names=full"),
        *("/p/demo/gift/G1", f"{api}/health", f"{api}/health?by=help&by=donor", f"{api}/survival?by=donor"),
        f"{api}/chains",
    ):
        answer = door.get(path, headers=bearer(people["manager"]))
        assert answer.status_code == 200
        told = path not in ("/p/demo/health?by=donor", f"{api}/health", f"{api}/chains")
        assert ("ETag" in answer.headers) != told
    for path, donor in ((f"{api}/gifts", "donor of G1"), (f"{api}/chains", "Donor of G1")):
        answer = door.post(path, json={"donor": donor}, headers=bearer(people["manager"]))
        assert (answer.status_code, "ETag" in answer.headers) == (200, False)

    written = [(line.what, line.ids) for line in reversed(access_log.newest(folder, "demo"))]
    assert written == [
        ("auditors.health", ("gift:G1",)),
        ("auditors.survival", ("gift:G1",)),
        ("managers.gift", ("gift:G1",)),
        ("health", ("gift:G1",)),
        ("survival", ("gift:G1",)),
        ("gifts", ("gift:G1",)),
        ("chains", ("gift:G1",)),
    ]


def test_staff_of_a_place_are_not_told_who_gave(door: FlaskClient, village: Graph) -> None:
    own = staff_of(village, "W2")
    api = "/api/v1/programmes/wards"
    for answer in (
        *(door.get(f"{api}/{path}?by=donor", headers=own) for path in ("health", "survival")),
        *(door.post(f"{api}/{path}", json={"donor": "Donor of G1"}, headers=own) for path in ("gifts", "chains")),
    ):
        assert answer.status_code == 403
        assert "Donor of G1" not in answer.text
    assert door.get(f"{api}/health?by=place", headers=own).status_code == 200


def test_the_lists_of_staff_of_a_place_begin_with_what_lies_there(door: FlaskClient, village: Graph) -> None:
    hers = door.get("/p/wards", headers=staff_of(village, "W2")).text
    accounts.add(village, "staff-everywhere-else", (grant_of("staff@wards"),), None, relays.NOW)
    issued = tokens.issue(village, "staff-everywhere-else", days=1, now=relays.NOW, random=token_bytes)
    anyones = door.get("/p/wards", headers=bearer(issued.secret)).text

    for name in ("chains", "visits", "placements", "people"):
        assert f'href="/p/wards/{name}?place=W2" data-key' in hers, name
        assert f'href="/p/wards/{name}" data-key' in anyones, name
    listed = door.get("/p/wards/placements?place=W2", headers=staff_of(village, "W2")).text
    ways = re.findall(r'href="(/p/wards/(?:record|tree)[^"]*)"', listed)
    assert ways
    assert {door.get(way, headers=staff_of(village, "W2")).status_code for way in ways} == {200}


def test_who_finds_somebody_in_a_tree_is_written_down_and_finds_only_her_own(door: FlaskClient, village: Graph) -> None:
    folder = current.core_of(door.application).settings.data_folder
    (folder / "accesses.jsonl").unlink(missing_ok=True)
    tree = "/p/wards/tree/placement:P1"

    found = door.get(f"{tree}?q=Name of W1", headers=staff_of(village, "W1"))
    hidden = door.get(f"{tree}?q=Name of W2", headers=staff_of(village, "W1"))

    assert found.location == f"{tree}?focus=P1"
    assert hidden.location != f"{tree}?focus=P2"  # but perhaps the nearest of those that she may find
    written = [line for line in access_log.newest(folder, "wards") if line.what == "find"]
    assert {id_ for line in written for id_ in line.ids} == {"beneficiary:W1"}


# ---------------------------------------------------------------------------------------------------- sessions


def sign_in(client: FlaskClient, login: str, password: str = WORDS, **more: Any) -> TestResponse:  # noqa: ANN401
    form = client.get("/sign-in", **more).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    return client.post("/sign-in", data={"csrf_token": token[1], "login": login, "password": password}, **more)


def test_who_signs_in_goes_on_to_what_she_wanted(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    assert door.get("/p/demo/ledger?before=3").location == "/sign-in"
    assert sign_in(door, "auditor").location == "/p/demo/ledger?before=3"
    assert door.get("/p/demo/ledger").status_code == 200
    for wanted in ("/p/demo/record/a%0D%0Ab", "/p/demo/record/a%3Fb%23c?as_of=2024-01-01"):  # ids hold anything
        stranger = door.application.test_client()
        assert stranger.get(wanted).location == "/sign-in"
        assert sign_in(stranger, "auditor").location == wanted
    assert door.get("/p/large").status_code == 404


def test_a_session_that_somebody_else_began_is_not_gone_on_with(door: FlaskClient, people: dict[str, str]) -> None:
    """A session fixed before signing in, and one kept after signing out, open nothing."""
    assert people
    door.get("/p/demo/ledger")
    before = door.get_cookie(door.application.config["SESSION_COOKIE_NAME"])
    sign_in(door, "auditor")
    during = door.get_cookie(door.application.config["SESSION_COOKIE_NAME"])
    assert before
    assert during
    assert before.value != during.value
    attacker = door.application.test_client()
    attacker.set_cookie(attacker.application.config["SESSION_COOKIE_NAME"], before.value)
    assert attacker.get("/p/demo").location == "/sign-in"

    form = door.get("/p/demo").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    assert door.post("/sign-out", data={"csrf_token": token[1]}).status_code == 303
    attacker.set_cookie(attacker.application.config["SESSION_COOKIE_NAME"], during.value)
    assert attacker.get("/p/demo").location == "/sign-in"


def test_nothing_personal_is_kept_by_the_browser_and_signing_out_clears_what_is(
    door: FlaskClient, people: dict[str, str]
) -> None:
    assert people
    sign_in(door, "manager")
    kept = {path: door.get(f"/p/demo/{path}").headers["Cache-Control"] for path in ("chains", "find?q=Name")}
    for path in ("record/beneficiary:W1", "people?names=full", "tree/gift:G1?names=full", "people.csv?names=full"):
        assert door.get(f"/p/demo/{path}").headers["Cache-Control"] == "no-store", path
    assert kept == {"chains": "private, no-cache", "find?q=Name": "no-store"}

    token = re.search(r'name="csrf_token" value="([^"]+)"', door.get("/p/demo").text)
    assert token
    assert door.post("/sign-out", data={"csrf_token": token[1]}).headers["Clear-Site-Data"] == '"cache"'


def test_who_asks_for_what_is_not_there_or_not_hers_keeps_the_search_and_the_sections(
    door: FlaskClient, people: dict[str, str]
) -> None:
    for path, login, status in (("record/pass:nope", "manager", 404), ("audit", "staff", 403)):
        answer = door.get(f"/p/demo/{path}", headers=bearer(people[login]))
        assert (answer.status_code, 'id="search"' in answer.text, "relay find" in answer.text) == (status, True, False)
    assert 'id="search"' not in door.get("/p/large", headers=bearer(people["manager"])).text  # where she has no role


def test_a_reader_waits_once_for_a_database_that_is_gone(
    door: FlaskClient, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people
    sign_in(door, "manager")
    gone = Mock(side_effect=Unavailable("The database cannot be reached.", "Try again."))
    monkeypatch.setattr(accounts, "find", gone)

    for page, status in (("/", 503), ("/p/demo/gifts", 503), ("/nowhere", 404)):
        gone.reset_mock()
        answer = door.get(page)

        assert answer.status_code == status, page
        assert ("The database cannot be reached." in answer.text) == (status == 503), page
        assert gone.call_count == 1, page

    monkeypatch.undo()
    assert door.get("/p/demo/gifts").status_code == 200


def test_views_are_her_own_whoever_signs_in_at_this_browser_later(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    for login, others in (("manager", "auditor"), ("auditor", "manager")):
        sign_in(door, login)
        token = re.search(r'name="csrf_token" value="([^"]+)"', door.get("/p/demo/chains").text)
        assert token
        said = {"csrf_token": token[1], "title": f"View of {login}", "query": ""}
        assert door.post("/p/demo/chains/views", data=said).status_code == 303
        shown = door.get("/p/demo/chains").text
        assert (f"View of {login}" in shown, f"View of {others}" in shown) == (True, False)


def test_who_was_signed_out_meanwhile_is_told_that_nothing_was_recorded_and_led_back(
    door: FlaskClient, people: dict[str, str]
) -> None:
    assert people
    form, referrer = {"pass_id": "T1"}, {"Referer": "http://localhost/p/demo/waiting?as_of=2024-01-01"}
    assert door.post("/p/demo/waiting", data=form, headers=referrer).location == "/sign-in"
    assert "Nothing was recorded, since nobody was signed in any more." in door.get("/sign-in").text
    assert sign_in(door, "manager").location == "/p/demo/waiting?as_of=2024-01-01"

    elsewhere = door.application.test_client()
    elsewhere.post("/p/demo/waiting", data=form, headers={"Referer": "https://elsewhere.example/p"})
    assert sign_in(elsewhere, "manager").location == "/"


def test_who_was_signed_out_meanwhile_and_types_a_name_is_told_in_the_box_and_led_back(
    door: FlaskClient, people: dict[str, str]
) -> None:
    assert people
    typed = {"HX-Request": "true", "Referer": "http://localhost/p/demo/chains?as_of=2024-01-01"}
    answer = door.post("/p/demo/find", data={"q": "Maya"}, headers=typed)

    assert (answer.status_code, answer.text) == (401, '<p>This asks who you are. <a href="/sign-in">Sign in</a></p>')
    assert "Nothing was recorded" not in door.get("/sign-in").text
    assert sign_in(door, "manager").location == "/p/demo/chains?as_of=2024-01-01"
    allowed = door.post("/p/demo/find", data={"q": "W1"}, headers=typed)
    assert (allowed.status_code, "beneficiary:W1" in allowed.text) == (200, True)


def test_another_password_ends_the_sessions_and_tokens_that_are_open(door: FlaskClient, recorded: Graph) -> None:
    accounts.add(recorded, "another", (Grant(role="manager"),), WORDS, relays.NOW)
    token = bearer(tokens.issue(recorded, "another", days=1, now=relays.NOW, random=token_bytes).secret)
    program = door.application.test_client()
    sign_in(door, "another")
    assert (door.get("/p/demo").status_code, program.get("/p/demo", headers=token).status_code) == (200, 200)

    accounts.set_password(recorded, "another", f"{WORDS} again")
    assert door.get("/p/demo").location == "/sign-in"
    assert program.get("/p/demo", headers=token).status_code == 401
    accounts.remove(recorded, "another")


def test_a_session_does_not_outlive_its_account_when_the_login_is_given_anew(
    door: FlaskClient, recorded: Graph, people: dict[str, str]
) -> None:
    assert people
    grants = (grant_of("auditor@demo"),)
    accounts.add(recorded, "leaves", grants, WORDS, relays.NOW)
    sign_in(door, "leaves")
    assert door.get("/p/demo/ledger").status_code == 200

    accounts.remove(recorded, "leaves")
    accounts.add(recorded, "leaves", grants, f"{WORDS} again", relays.NOW)
    assert door.get("/p/demo/ledger").location == "/sign-in"
    accounts.remove(recorded, "leaves")


def test_who_looks_after_accounts_alone_begins_where_she_may(door: FlaskClient, recorded: Graph) -> None:
    accounts.add(recorded, "keeper", (grant_of("administrator@demo"),), WORDS, relays.NOW)
    sign_in(door, "keeper")

    assert door.get("/").location == "/p/demo/accesses"
    assert door.get("/p/demo/accesses").status_code == 200
    accounts.remove(recorded, "keeper")


def test_no_link_leads_an_administrator_where_she_may_not(
    door: FlaskClient, recorded: Graph, people: dict[str, str]
) -> None:
    door.get("/p/demo/record/placement:P1", headers=bearer(people["manager"]))  # which is written down
    grants = (grant_of("administrator@demo"), grant_of("administrator@hills"))
    accounts.add(recorded, "keeper", grants, WORDS, relays.NOW)
    sign_in(door, "keeper")
    addresses = ("/", "/p/demo/accesses?as_of=2024-01-01", "/p/demo/accesses", "/p/demo", "/p/demo/nothing")
    told = {path: door.get(path).text for path in addresses}
    links = {html.unescape(link) for text in told.values() for link in re.findall(r'<a href="(/[^"]*)"', text)}

    assert {link for link in links if "lang=" not in link and door.get(link).status_code != 200} == set()
    assert "/p/demo/accesses?as_of=2024-01-01" in links
    assert "<bdi>placement:P1</bdi>" in told["/p/demo/accesses"]
    assert [each for each, text in told.items() if 'action="/p/demo/find' in text or 'id="search"' in text] == []
    theirs = door.application.test_client().get("/p/demo/accesses", headers=bearer(people["auditor"])).text
    assert ('id="search"' in theirs, '<a href="/p/demo/record/placement:P1">' in theirs) == (True, True)
    accounts.remove(recorded, "keeper")


def test_a_login_is_read_alike_by_page_and_token(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    body = {"login": " Auditor ", "password": WORDS}

    assert sign_in(door, " Auditor ").status_code == 303
    assert door.post("/api/v1/tokens", json=body).status_code == 201
    for days in ("1e400", "-1e400", "NaN", "0.5"):
        text = f'{{"login": "auditor", "password": "{WORDS}", "days": {days}}}'
        assert door.post("/api/v1/tokens", data=text, content_type="application/json").status_code == 400, days
    strange = door.post("/api/v1/tokens", json={**body, "until": 3}).get_json()["error"]
    assert "login, password, role, programme_id, days" in strange["suggestion"]


def test_a_forged_cookie_opens_nothing(door: FlaskClient) -> None:
    door.set_cookie(door.application.config["SESSION_COOKIE_NAME"], "eyJfdXNlcl9pZCI6IjEgbWFuYWdlciJ9.aSUV3Q.forged")

    assert door.get("/p/demo").location == "/sign-in"


def test_another_sites_form_changes_nothing(door: FlaskClient, recorded: Graph, people: dict[str, str]) -> None:
    assert people
    sign_in(door, "manager")
    entries = recording.head(recorded, "demo").entries
    for path, body in (
        ("/p/demo/waiting", {"data": {"pass_id": "T1"}}),
        ("/api/v1/programmes/demo/acts/confirm", {"json": {"act_id": "pass:T1"}}),
        ("/sign-out", {"data": {}}),
        ("/sign-in", {"data": {"login": "manager", "password": WORDS}}),
        ("/api/v1/sign-out", {"json": {}}),
    ):
        answer = door.post(path, **body)
        assert answer.status_code == 400, path
    assert recording.head(recorded, "demo").entries == entries
    assert door.get("/p/demo").status_code == 200


def test_the_session_cookie_is_no_scripts_business(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    cookie = sign_in(door, "auditor").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# ---------------------------------------------------------------------------------------------------- guessing


def test_who_guesses_is_made_to_wait_and_she_whose_login_it_is_is_not(
    recorded: Graph, settings: Settings, people: dict[str, str]
) -> None:
    """Six wrong passwords from one address; from another address she signs in at once."""
    assert people
    door = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    here, there = ({"environ_base": {"REMOTE_ADDR": address}} for address in ("10.0.0.1", "10.0.0.2"))
    statuses = [sign_in(door, "staff", "wrong", **here).status_code for _ in range(6)]

    assert statuses == [401] * 5 + [429]
    late = sign_in(door, "staff", WORDS, **here)
    assert (late.status_code, late.headers["Retry-After"].isdigit()) == (429, True)
    assert sign_in(door, "manager", WORDS, **here).status_code == 303
    assert sign_in(door.application.test_client(), "staff", WORDS, **there).status_code == 303


def test_one_address_asks_for_so_many_passwords_a_minute_and_no_more(recorded: Graph, settings: Settings) -> None:
    door = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    statuses = [
        door.post("/api/v1/tokens", json={"login": f"nobody{number}", "password": WORDS}).status_code
        for number in range(TRIES_A_MINUTE + 1)
    ]

    assert statuses == [401] * TRIES_A_MINUTE + [429]


# ---------------------------------------------------------------------------------------------------- the owner


def test_two_relays_on_one_machine_do_not_sign_each_others_readers_out(
    app: Flask, recorded: Graph, tmp_path: Path
) -> None:
    """Cookies know the machine, not the port."""
    other = create_app(recorded, Settings.read({"RELAY_DATA": str(tmp_path)}))
    again = create_app(recorded, app.extensions["relay"].settings)

    assert other.config["SESSION_COOKIE_NAME"] != app.config["SESSION_COOKIE_NAME"]
    assert again.config["SESSION_COOKIE_NAME"] == app.config["SESSION_COOKIE_NAME"]  # after a restart too


@pytest.mark.parametrize("left", [b"", b"short"])
def test_a_key_of_which_a_full_disk_left_a_part_is_made_anew(
    recorded: Graph, settings: Settings, tmp_path: Path, left: bytes
) -> None:
    (tmp_path / guard.KEY_FILE).write_bytes(left)

    door = create_app(recorded, replace(settings, data_folder=tmp_path)).test_client()

    assert door.get("/sign-in").status_code == 200
    assert len((tmp_path / guard.KEY_FILE).read_bytes()) == 32


def test_the_owners_link_opens_everything_once(recorded: Graph, settings: Settings) -> None:
    link = OneTime(login="Asha")
    app = create_app(recorded, settings, now=lambda: relays.NOW, once=link)
    owner, thief = app.test_client(), app.test_client()
    assert owner.get("/p/demo/ledger").location == "/sign-in"

    assert thief.get("/sign-in/once/guessed").status_code == 404
    assert thief.head(f"/sign-in/once/{link.secret}").status_code == 404  # as a preview of the link asks for it
    assert owner.get(f"/sign-in/once/{link.secret}").location == "/p/demo/ledger"
    assert owner.get("/p/large").status_code == 200
    late = thief.get(f"/sign-in/once/{link.secret}")
    assert (late.status_code, "This link signs nobody in" in late.text) == (404, True)
    assert link.secret not in repr(link)
    accounts.remove(recorded, "asha")


@pytest.mark.parametrize(
    ("behind", "status"), [(0, 200), (10, 200), (23 * 3600, 200), (25 * 3600, 303), (-13 * 3600, 303)]
)
def test_a_clock_that_is_put_right_signs_nobody_out(
    recorded: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch, behind: int, status: int
) -> None:
    link = OneTime(login="Asha")
    owner = create_app(recorded, settings, now=lambda: relays.NOW, once=link).test_client()
    owner.get(f"/sign-in/once/{link.secret}")

    def then(_: TimestampSigner) -> int:
        return int(time.time()) - behind

    monkeypatch.setattr(TimestampSigner, "get_timestamp", then)
    assert owner.get("/p/demo").status_code == status
    accounts.remove(recorded, "asha")


def test_a_site_is_reached_by_its_proxy_alone(recorded: Graph, settings: Settings, people: dict[str, str]) -> None:
    assert people
    app = create_app(recorded, settings, now=lambda: relays.NOW, site="relay.example.org")
    by_tls, plain = {"base_url": "https://relay.example.org"}, {"base_url": "http://relay.example.org"}
    door = app.test_client()

    assert door.get("/sign-in", **plain).status_code == 403
    assert door.get("/healthz", base_url="http://localhost").status_code == 200
    assert door.get("/sign-in", base_url="https://other.example.org").status_code == 400
    answer = door.get("/p/demo", **by_tls)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = sign_in(door, "auditor", **by_tls, headers={"Referer": "https://relay.example.org/sign-in"})
    assert cookie.headers["Set-Cookie"].startswith("__Host-relay=")
    assert "Secure" in cookie.headers["Set-Cookie"]


# ---------------------------------------------------------------------------------------------------- what is sent


def test_a_body_that_is_too_large_is_refused(door: FlaskClient, people: dict[str, str]) -> None:
    headers = bearer(people["staff"])
    sent = door.post("/api/v1/programmes/demo/acts/gift", json={"note": "x" * 65_536}, headers=headers)

    assert sent.status_code == 413
    assert sent.get_json()["error"]["reason"] == "This request is too large."
    assert door.post("/sign-in", data={"login": "x" * 65_536}).status_code == 413


@pytest.mark.parametrize("name", ["X-Request-Id", "X-Forwarded-For", "Accept-Language", "Referer", "If-None-Match"])
def test_no_header_is_written_into_an_answer_or_a_log(
    door: FlaskClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level("INFO", logger="relay.web")
    hostile = "a%0d%0aSet-Cookie: evil=1 <script>"
    answer = door.get("/sign-in?next=%0d%0aX-Evil:1", headers={name: hostile})

    assert "evil" not in str(answer.headers).lower()
    assert "evil" not in answer.text
    assert not [record for record in caplog.records if "evil" in str(record.__dict__.get("said", "")).lower()]


def test_no_path_leads_out_of_the_pages(door: FlaskClient, people: dict[str, str]) -> None:
    headers = bearer(people["manager"])
    for path in (
        *("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/p/demo/tree/gift:G1/tree.%2e%2e"),
        *("/p/..%2f..%2fetc/ledger", "/p/demo/record/..%2f..%2fsession.key"),
    ):
        assert door.get(path, headers=headers).status_code == 404, path


def test_after_signing_in_nobody_is_led_to_another_site(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    door.get("//evil.example.org/p/demo")
    assert sign_in(door, "auditor").location in ("/", "/p/demo")
