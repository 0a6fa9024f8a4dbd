"""The guard: every route and every command by every role, and what a stranger may try."""

from __future__ import annotations

import re
import tracemalloc
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import click
import pytest

from relay import cli
from relay.access import accounts, api_tokens
from relay.access.roles import LOCAL_ACTIONS, ROLES, Grant, matrix
from relay.ledger import programme_heads
from relay.web import create_app
from relay.web.permission import permission_of
from relay.web.traffic import limits
from tests.rigs.typed import below
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.readers import WORDS, bearer, sign_in, staff_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from relay.domain.schema import Role
    from relay.graph import Graph
    from relay.settings import Settings

PROGRAM = cli.program(CORE)

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
    "token": "guessed",
}


def action_of(app: Flask, endpoint: str) -> str | None:
    """The action that a route is; None when it is public."""
    with app.app_context():
        return permission_of(endpoint).action


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with each of its methods, but those that ask nobody who they are, and the way out."""
    for rule in app.url_map.iter_rules():
        if action_of(app, rule.endpoint) not in (None, "logout"):
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
        path,
        method=method,
        headers=bearer(secret) if secret else {},
        json={} if method == "POST" else None,
        buffered=True,  # a stream that nobody reads to its end would end in the middle of a later request
    )


def commands(group: click.Group = PROGRAM, before: str = "") -> Iterator[str]:
    for name, command in below(group).items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{before}{getattr(command, 'formerly', '') or name}"  # actions keep the names that they had


_OF_PAGES = frozenset(
    {
        *("accounts", "acts", "export names", "metrics", "names", "own account", "programme settings", "query"),
        *("saved views", "share story"),
    }
)
"""Actions of pages and of the API that no command is named after."""


def test_every_command_has_its_row_and_every_row_that_is_not_a_page_its_command() -> None:
    assert set(commands()) <= set(matrix(CORE)) | LOCAL_ACTIONS
    assert set(commands()) >= (set(matrix(CORE)) | LOCAL_ACTIONS) - _OF_PAGES
    assert not set(matrix(CORE)) & LOCAL_ACTIONS


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
        allowed = role in matrix(CORE)[action_of(app, rule.endpoint) or ""]
        if role == "protection":  # which opens what it records, and in the core records nothing
            allowed = allowed and not {"act_id", "id_"} & rule.arguments
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
        role: bearer(api_tokens.issue(recorded, f"{role}-closed", days=1, now=relays.NOW, random=token_bytes).secret)
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
        return door.post(
            "/api/v1/programmes/closed/acts/correct?again=true", json=said, headers=closed[role]
        ).status_code

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


def test_another_sites_form_changes_nothing(door: FlaskClient, recorded: Graph, people: dict[str, str]) -> None:
    assert people
    sign_in(door, "manager")
    entries = programme_heads.head(recorded, "demo").entries
    for path, body in (
        ("/p/demo/waiting", {"data": {"pass_id": "T1"}}),
        ("/api/v1/programmes/demo/acts/confirm", {"json": {"act_id": "pass:T1"}}),
        ("/sign-out", {"data": {}}),
        ("/sign-in", {"data": {"login": "manager", "password": WORDS}}),
        ("/api/v1/sign-out", {"json": {}}),
    ):
        answer = door.post(path, **body)
        assert answer.status_code == 400, path
    assert programme_heads.head(recorded, "demo").entries == entries
    assert door.get("/p/demo").status_code == 200


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


def test_a_form_of_more_fields_than_any_is_not_read_and_costs_a_stranger_little(
    recorded: Graph, settings: Settings
) -> None:
    """Half a megabyte of a&b&c… is 80 MB once it is read; a form of ours with as many letters is a few."""
    client = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    many = "&".join(f"{number:x}" for number in range(90_000))
    assert len(many) < limits.FORM_BYTES
    few = "&".join(f"{number}.name={'x' * 60}" for number in range(limits.FIELDS - 1))
    parts = b"".join(b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" for _ in range(limits.FIELDS + 1))
    for path in ("/sign-in", "/p/demo/ceremony", "/p/demo/new/gift"):
        tracemalloc.start()
        answer = client.post(path, data=many, content_type="application/x-www-form-urlencoded")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert answer.status_code == 413, path
        assert most < 8 * len(many), path
    answer = client.post("/sign-in", data=parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    answer = client.post("/sign-in", data=few, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400, "it lacks the token that proves where it comes from, and was read"
