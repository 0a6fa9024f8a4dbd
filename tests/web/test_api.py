"""The API: every question and every kind of act, by act ids, pages and ETags, and what its document promises.

On a graph of its own, since it is recorded in: G1 ── P1 ─┬─ P2 ── P4
                                                          └─ P3 †
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from relay import graph as relay_graph
from relay.access import accounts, tokens
from relay.access.roles import ROLES, Grant
from relay.arrays import cache, lineage
from relay.domain.acts import KEYS
from relay.ledger import recording
from relay.service.json_codec import json_of, of_json
from relay.service.queries import QUESTIONS, Source
from relay.web import create_app
from relay.web.api import bodies, openapi
from tests.commands.shell import ON, tell_story
from tests.rigs.soak import share
from tests.rigs.wiping import wiped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from schemathesis.checks import CheckFunction
    from schemathesis.schemas import BaseSchema

    from relay.graph import Graph
    from relay.settings import Connection, Settings

HERE: Final = "/api/v1/programmes/demo"
ACTS: Final[dict[str, dict[str, Any]]] = {
    "place": {"place_id": "L1", "name": "Ward 1"},
    "group": {"group_id": "W9", "name": "Sunrise", "kind": "womens_group"},
    "beneficiary": {"beneficiary_id": "B1", "name": "Maya", "sex": "F", "birth_year": 1990, "place_id": "L1"},
    "rule": {"help": "cow", "unit": "animal", "given": 1, "owed": 1, "months": 36, "from": "2026-11-01"},
    "gift": {"gift_id": "G2", "donor": "A friend", "help": "goat", "given_on": "2023-01-01", "animals": 4},
    "placement": {
        "placement_id": "P9",
        "gift_id": "G2",
        "beneficiary_id": "B1",
        "help": "goat",
        "received_on": "2023-02-01",
        "animals": 2,
    },
    "pass": {
        "pass_id": "T9",
        "giver_placement_id": "P9",
        "beneficiary_id": "W5",
        "receiver_placement_id": "P20",
        "passed_on": "2024-01-01",
        "animals": 1.5,
    },
    "event": {"event_id": "E9", "placement_id": "P9", "kind": "visit", "happened_on": "2024-03-01"},
    "claim": {"claim_id": "C9", "gift_id": "G1", "what": "families", "value": 3, "as_of": "2024-01-01"},
    "correct": {
        "correct_id": "K1",
        "act_id": "T3",
        "how": "wrong_data",
        "why": "misread",
        "changes": {"passed_on": "2022-05-01"},
    },
    "confirm": {"confirm_id": "F1", "act_id": "T1"},
    "erase": {"erase_id": "Z1", "subject_id": "W3"},
}
"""An act of each kind but the programme's, in an order in which they stand."""


@pytest.fixture
def api(graph: Graph, settings: Settings) -> FlaskClient:
    """Give somebody who may do everything, on a small programme."""
    tell_story(graph)
    return _client(graph, settings)


def _client(graph: Graph, settings: Settings) -> FlaskClient:
    now = datetime.now(UTC)
    accounts.add(graph, "bina", tuple(Grant(role=role) for role in ROLES), None, now)
    secret = tokens.issue(graph, "bina", days=1, now=now, random=token_bytes).secret
    client = create_app(graph, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


# ---------------------------------------------------------------------------------------------------- reading


WISHES: Final[dict[str, dict[str, Any]]] = {
    "find": {"text": "W2"},
    "resolve": {"kind": ("placement",)},
    "names": {"beneficiary_id": ("W2", "W4", "W99")},
    "sample": {"size": 2, "seed": 7},
    "health": {"by": ("year", "donor"), "compare": date(2022, 1, 1)},
    "gifts": {"sort": "reach", "help": "goat"},
    "chains": {"donor": "donor of g1", "state": "weakened", "confirmed_only": False},
    "todo": {"most": 2},
    "trace": {"as_known": 9},
    "forecast": {"about": "G1", "seed": 2},
}
"""What is asked beside the day, of the questions that need or deserve it."""


def test_every_question_is_answered_as_the_command_line_prints_it(
    api: FlaskClient, graph: Graph, settings: Settings
) -> None:
    source = Source(graph=graph, folder=settings.data_folder)
    for question in QUESTIONS:
        known = {parameter.name for parameter in question.parameters}
        wish = {**({"as_of": date.fromisoformat(ON)} if "as_of" in known else {}), **WISHES.get(question.name, {})}
        path = question.path.replace("<id>", "gift:G1" if question.name in ("trace", "tree") else "P2")

        beside = {each.name for each in question.beside} & wish.keys()
        address = {key: _text(value) for key, value in wish.items() if key not in beside}
        body: dict[str, Any] = {"json": {key: wish[key] for key in beside}} if beside else {}
        answer = api.open(f"{HERE}/{path}", method="POST" if beside else "GET", query_string=address, **body)
        assert answer.status_code == 200, (question.name, answer.text)
        found, expected = answer.get_json(), question.answer(source, "demo", {"id": path.rpartition("/")[2], **wish})
        if question.name == "entries":
            assert found.pop("next_url") is None
        assert found == json_of(expected), question.name
        assert of_json(question.kind, found) == expected, question.name


def _text(value: Any) -> Any:  # noqa: ANN401 - a parameter
    if isinstance(value, tuple):
        return [*value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def test_entries_are_read_page_by_page_to_the_first(api: FlaskClient, graph: Graph) -> None:
    path, sequences = f"{HERE}/ledger?last=4", list[int]()
    while path:
        page = api.get(path).get_json()
        assert len(page["entries"]) <= 4
        sequences += [entry["sequence"] for entry in page["entries"]]
        path = page["next_url"]

    assert sequences == list(range(recording.head(graph, "demo").entries, 0, -1))


def test_what_did_not_change_is_not_sent_again(api: FlaskClient) -> None:
    first = api.get(f"{HERE}/health")
    again = api.get(f"{HERE}/health", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    assert api.post(f"{HERE}/acts/gift", json=ACTS["gift"]).status_code == 201
    later = api.get(f"{HERE}/health", headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert later.headers["ETag"] != first.headers["ETag"]


UNANSWERED: Final = (
    ("health?as_of=soon", 400, None),
    ("health?colour=red", 400, None),
    ("health?by=moon", 400, "by"),
    ("health?as_of=2024-01-01&as_of=2024-01-02", 400, "as_of"),
    ("gifts?confirmed_only=yes", 400, "confirmed_only"),
    ("todo?most=0", 400, "most"),
    ("forecast?seed=-1", 400, "seed"),
    ("todo?most=%E0%A5%A7", 400, "most"),
    ("find", 405, None),  # what is looked for may be a name: it does not go into an address
    ("show/P99", 404, None),
    ("show/gift:P1", 404, None),
    ("show/moon:P1", 400, None),
    ("names?" + "&".join(["beneficiary_id=W1"] * 201), 400, "beneficiary_id"),
    ("nothing", 404, None),
)
"""What is asked, the status, and the parameter at fault."""


def test_what_cannot_be_answered_is_explained(api: FlaskClient) -> None:
    for path, status, field in UNANSWERED:
        answer = api.get(f"{HERE}/{path}")

        error = answer.get_json()["error"]
        assert (answer.status_code, error["status"]) == (status, status), path
        assert list(error) == ["status", "reason", "suggestion", "field", "code", "request_id"]
        assert error["reason"].endswith(".")
        assert error["field"] == field, path


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"text": " "}, 400, "text"),
        ({}, 400, "text"),
        ({"text": 1}, 400, "text"),
        ({"text": "W1", "colour": "red"}, 400, None),
        (["W1"], 400, None),
    ],
)
def test_a_search_that_cannot_be_read_is_explained(
    api: FlaskClient, body: object, status: int, field: str | None
) -> None:
    answer = api.post(f"{HERE}/find", json=body)

    error = answer.get_json()["error"]
    assert (answer.status_code, error["field"]) == (status, field)
    assert api.post(f"{HERE}/find?text=W1", json={"text": "W1"}).status_code == 400
    assert api.post(f"{HERE}/find", data="W1").status_code == 415
    assert api.post(f"{HERE}/find?as_of=2024-01-01", json={"text": "W1"}).status_code == 200


# ---------------------------------------------------------------------------------------------------- recording


def test_every_kind_of_act_is_recorded_once_by_its_id(api: FlaskClient, graph: Graph) -> None:
    assert {*ACTS, "programme"} == set(KEYS)
    for kind, body in ACTS.items():
        first, again = (api.post(f"{HERE}/acts/{kind}", json=body) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200), (kind, first.text, again.text)
        assert (first.get_json()["action"], again.get_json()["action"]) == ("added", "same")
        assert first.get_json()["sequence"] == again.get_json()["sequence"]

    assert {each.recorded_by for each in recording.entries(graph, "demo", first=14)} >= {"account:bina"}
    other = api.post(f"{HERE}/acts/gift", json={**ACTS["gift"], "animals": 5})
    assert other.status_code == 409


def test_what_is_recorded_here_is_neither_read_again_nor_surveyed_anew(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = api.get(f"{HERE}/health").get_json()

    def anew(*_: object, **__: object) -> None:
        raise AssertionError

    for module, name in ((cache, "_up_to_date"), (cache, "load"), (lineage, "survey")):
        monkeypatch.setattr(module, name, anew)
    for kind in ("place", "beneficiary", "gift", "placement", "pass", "event", "confirm"):
        assert api.post(f"{HERE}/acts/{kind}", json=ACTS[kind]).status_code == 201
    after = api.get(f"{HERE}/health").get_json()

    assert [each["placements"]["total"] for each in (before, after)] == [4, 6]
    assert api.get(f"{HERE}/trace/P9").get_json()["reach"] == 1


def test_a_programme_is_begun_under_its_own_address(api: FlaskClient) -> None:
    body = {"id": "hills", "name": "Hills", "timezone": "Asia/Kathmandu"}

    assert api.post("/api/v1/programmes/plains/acts/programme", json=body).status_code == 400
    assert api.post("/api/v1/programmes/hills/acts/programme", json=body).status_code == 201
    assert [each["programme_id"] for each in api.get("/api/v1/programmes").get_json()] == ["demo", "hills"]


def test_who_gave_is_never_said_in_an_address(api: FlaskClient) -> None:
    for path in ("gifts", "chains"):
        refused = api.get(f"{HERE}/{path}?donor=Donor of G1").get_json()["error"]

        assert (refused["status"], refused["field"]) == (400, "donor")
        assert refused["suggestion"] == 'Send it beside the address, by POST: {"donor": "…"}.'
        assert "G1" not in str(refused)
        found = api.post(f"{HERE}/{path}", json={"donor": "Donor of G1"}).get_json()
        assert found == api.get(f"{HERE}/{path}").get_json()
        assert api.post(f"{HERE}/{path}", json={}).get_json() == found
        assert api.post(f"{HERE}/{path}", json={"donor": "Nobody"}).status_code == 404


def test_an_id_that_nobody_gave_is_made_and_told(api: FlaskClient) -> None:
    passed = {**ACTS["pass"], "giver_placement_id": "W4", "receiver_placement_id": None, "pass_id": None}
    recorded = api.post(f"{HERE}/acts/pass", json=passed)

    assert recorded.status_code == 201
    told = recorded.get_json()
    assert told["act_id"].startswith("pass:")
    assert told["placement_id"]
    twin = api.post(f"{HERE}/acts/pass", json={**passed, "receiver_placement_id": told["placement_id"]})
    assert (twin.status_code, "--again" in twin.text) == (409, True)
    assert twin.get_json()["error"]["code"] == "twin"
    same = {**passed, "receiver_placement_id": told["placement_id"]}
    assert api.post(f"{HERE}/acts/pass?again=true", json=same).status_code == 201


def test_a_second_placement_is_asked_about_by_its_code_and_answered(api: FlaskClient) -> None:
    for kind in ("place", "beneficiary", "gift", "placement"):
        assert api.post(f"{HERE}/acts/{kind}", json=ACTS[kind]).status_code == 201
    second = {**ACTS["placement"], "placement_id": "P10"}
    passed = {**ACTS["pass"], "giver_placement_id": "P4", "beneficiary_id": "B1"}

    for kind, body, field in (
        ("placement", second, "placement_id"),
        ("pass", passed, "receiver_placement_id"),
    ):
        asked = api.post(f"{HERE}/acts/{kind}", json=body)
        told = asked.get_json()["error"]
        assert (asked.status_code, told["code"], told["field"]) == (409, "holds_already", field)
        assert api.post(f"{HERE}/acts/{kind}?new=true", json=body).status_code == 201
    third = {**ACTS["placement"], "placement_id": "P11"}
    assert api.post(f"{HERE}/acts/placement?again=true", json=third).status_code == 201
    refused = api.post(f"{HERE}/acts/gift?again=true", json=ACTS["gift"])
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, None)


UNRECORDED: Final[tuple[tuple[str, Any, int, str | None], ...]] = (
    ("gift", [], 400, None),
    ("gift", {}, 400, "donor"),
    ("gift", {**ACTS["gift"], "colour": "red"}, 400, "colour"),
    ("gift", {**ACTS["gift"], "given_on": 20230101}, 400, "given_on"),
    ("gift", {**ACTS["gift"], "animals": "4"}, 400, "animals"),
    ("gift", {**ACTS["gift"], "animals": True}, 400, "animals"),
    ("gift", {**ACTS["gift"], "animals": 10**4000}, 400, "animals"),
    ("gift", {**ACTS["gift"], "given_on": "2099-01-01"}, 422, "given_on"),
    ("gift", {**ACTS["gift"], "recorded_by": "account:other"}, 400, "recorded_by"),
    ("event", {**ACTS["event"], "placement_id": "P99"}, 404, "placement_id"),
    ("correct", {**ACTS["correct"], "changes": {"colour": "red"}}, 400, "colour"),
    ("correct", {**ACTS["correct"], "changes": 7}, 400, "changes"),
    ("confirm", {"act_id": "event:E1"}, 400, None),
    ("rule", {**ACTS["rule"], "equivalents": {"pig": "many"}}, 400, "equivalents"),
)
"""The kind, what is sent, the status, and the column at fault."""


def test_what_cannot_be_recorded_is_explained_and_nothing_is(api: FlaskClient, graph: Graph) -> None:
    before = recording.head(graph, "demo")
    for kind, body, status, field in UNRECORDED:
        answer = api.post(f"{HERE}/acts/{kind}", json=body)

        assert answer.status_code == status, (body, answer.text)
        assert answer.get_json()["error"]["field"] == field, body
    assert recording.head(graph, "demo") == before


def test_a_body_that_is_no_json_is_refused(api: FlaskClient) -> None:
    assert api.post(f"{HERE}/acts/gift", data="gift_id=G2").status_code == 415
    broken = api.post(f"{HERE}/acts/gift", data="{", content_type="application/json")
    assert (broken.status_code, broken.get_json()["error"]["status"]) == (400, 400)
    assert broken.get_json()["error"]["reason"] == "The body is not a JSON object that names each thing once."


@pytest.mark.parametrize("path", [f"{HERE}/acts/gift", "/api/v1/tokens"])
def test_a_body_that_is_nested_without_end_or_names_something_twice_is_refused(api: FlaskClient, path: str) -> None:
    for body in ("[" * 9_000, '{"a":' * 9_000, '{"gift_id":"G8","gift_id":"G9"}', b"\xff"):
        answer = api.post(path, data=body, content_type="application/json")

        assert answer.status_code == 400, body[:9]
        assert answer.get_json()["error"]["reason"] == "The body is not a JSON object that names each thing once."
    wrong = api.put(f"{HERE}/acts/gift", json={})
    assert (wrong.status_code, {*wrong.headers["Allow"].split(", ")}) == (405, {"OPTIONS", "POST"})


# ---------------------------------------------------------------------------------------------------- tokens


def test_a_token_is_given_for_a_password_and_taken_back(api: FlaskClient, graph: Graph) -> None:
    words = "goats pass from hand to hand"
    accounts.set_password(graph, "bina", words)
    stranger = api.application.test_client()
    wish = {"login": "bina", "password": words, "role": "auditor", "programme_id": "demo", "days": 2}

    made = stranger.post("/api/v1/tokens", json=wish)
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.get_json()['secret']}"}
    assert stranger.get(f"{HERE}/audit", headers=headers).status_code == 200
    assert stranger.post(f"{HERE}/acts/gift", json=ACTS["gift"], headers=headers).status_code == 403
    assert stranger.post("/api/v1/sign-out", json={}, headers=headers).get_json() == {"signed_out": True}
    late = stranger.get(f"{HERE}/audit", headers=headers)
    assert late.status_code == 401
    assert late.headers["WWW-Authenticate"] == 'Bearer realm="relay" error="invalid_token"'
    for body in ({}, {**wish, "days": "2"}, {**wish, "days": 0}, {**wish, "colour": "red"}, {**wish, "role": "boss"}):
        assert stranger.post("/api/v1/tokens", json=body).status_code == 400, body
    for name in ("login", "password", "role", "programme_id"):  # half a letter, as only JSON can write it
        half = json.dumps({**wish, name: "\ud800"})
        refused = stranger.post("/api/v1/tokens", data=half, content_type="application/json")
        assert (refused.status_code, refused.get_json()["error"]["field"]) == (400, name)


# ---------------------------------------------------------------------------------------------------- the document


def test_the_document_knows_every_route_and_every_column(api: FlaskClient) -> None:
    document = api.get("/api/v1/openapi.json").get_json()
    routes = {
        rule.rule.replace("<", "{").replace(">", "}").replace("{id_}", "{id}")
        for rule in api.application.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in ("api.docs", "api.spec")
    }

    assert {f"/api/v1{path}" for path in document["paths"]} == routes
    for kind in KEYS:
        operation = document["paths"][f"/programmes/{{programme_id}}/acts/{kind}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        more = {"changes"} if kind == "correct" else set()
        assert set(body["properties"]) == {column.name for column in bodies.COLUMNS[kind]} | more
        assert operation["x-roles"]


def test_the_documentation_page_says_the_same_for_people(api: FlaskClient) -> None:
    page = api.get("/api/v1/docs").text

    for path in openapi.document()["paths"]:
        assert f"<code>GET /api/v1{path}</code>" in page or f"<code>POST /api/v1{path}</code>" in page


EXAMPLES: Final = share(250)  # of each operation, good and bad ones
_SLOW: Final = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
OPERATIONS: Final = [(path, method) for path, methods in openapi.document()["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def promised(embedded_engine: Connection, settings: Settings) -> Iterator[tuple[BaseSchema, dict[str, str]]]:
    """Give what the document promises, on a small programme, to somebody who may record anything."""
    with relay_graph.connect(embedded_engine) as graph:
        tell_story(wiped(graph))
        client = _client(graph, settings)
        headers = {"Authorization": client.environ_base["HTTP_AUTHORIZATION"]}
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", client.application, headers=headers), headers


@pytest.mark.parametrize(("path", "method"), [each for each in OPERATIONS if each[0] != "/sign-out"])
@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_as_the_document_promises(
    promised: tuple[BaseSchema, dict[str, str]], path: str, method: str, mode: GenerationMode
) -> None:
    schema, headers = promised
    cases = schema[path][method].as_strategy(generation_mode=mode)
    unpromised: list[CheckFunction] | None = (
        [positive_data_acceptance] if "/acts/" in path else None
    )  # what a rule refuses, no schema can say

    @given(case=cases)
    @settings_of_hypothesis(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW
    )
    def answered(case: Case[Any]) -> None:
        case.call_and_validate(headers=headers, excluded_checks=unpromised)

    answered()
