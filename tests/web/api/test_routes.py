"""Every question and every kind of act, by act ids, pages and ETags.

On a graph of its own, since it is recorded in: G1 ── P1 ─┬─ P2 ── P4
                                                          └─ P3 †
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.access import accounts
from relay.arrays import from_graph
from relay.ledger import programme_heads, reading
from relay.service.json_codec import json_of, read_json
from relay.service.question import Source, answer_of, parameters
from relay.service.questions.every import QUESTIONS
from tests.commands.shell import ON
from tests.rigs import queries
from tests.scenes.core import CORE
from tests.web.api.programme import ACTS, HERE

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings


WISHES: Final[dict[str, dict[str, Any]]] = {
    "find": {"text": "W2"},
    "resolve": {"kind": ("placement",)},
    "names": {"beneficiary_id": ("W2", "W4", "W99")},
    "sample": {"size": 2, "seed": 7},
    "health": {"by": ("year", "donor"), "compare": date(2022, 1, 1)},
    "gifts": {"sort": "reach", "help": "goat"},
    "chains": {"donor": "donor of g1", "state": "weakened", "confirmed_only": False},
    "todo": {"most": 2},
    "givers": {"held_on": date.fromisoformat(ON)},
    "trace": {"as_known": 9},
    "forecast": {"about": "G1", "seed": 2},
    "undoable": {"since": "2020-01-01T00:00:00Z"},
}
"""What is asked beside the day, of the questions that need or deserve it."""


def test_every_question_is_answered_as_the_command_line_prints_it(
    api: FlaskClient, graph: Graph, settings: Settings
) -> None:
    recorded = api.post(f"{HERE}/acts/event", json={"placement_id": "P2", "kind": "visit", "happened_on": ON})
    assert recorded.status_code == 201, recorded.text
    by = api.get(f"{HERE}/ledger?last=1").get_json()["entries"][0]["recorded_by"]
    source = Source(graph=graph, folder=settings.data_folder, by=by)
    for question in QUESTIONS:
        known = {parameter.name for parameter in parameters(question)}
        wish = {**({"as_of": date.fromisoformat(ON)} if "as_of" in known else {}), **WISHES.get(question.name, {})}
        about = {"trace": "gift:G1", "tree": "gift:G1", "told": "T1"}.get(question.name, "P2")
        asked = question(**wish, **({"id": about} if "<id>" in question.path else {}))

        path, beside = question.path.replace("<id>", about), asked.beside()
        address = {key: _text(value) for key, value in asked.narrowed().items()}
        body: dict[str, Any] = {"json": beside} if beside else {}
        answer = api.open(f"{HERE}/{path}", method="POST" if beside else "GET", query_string=address, **body)
        assert answer.status_code == 200, (question.name, answer.text)
        found, expected = answer.get_json(), asked.answer(source, "demo")
        if question.name == "checkpoint":  # of another instant
            assert found["head_hash"] == json_of(expected)["head_hash"]
            continue
        if question.name == "entries":
            assert found.pop("next_url") is None
        assert found == json_of(expected), question.name
        read = read_json(answer_of(question), answer.data)
        assert json.dumps(json_of(read)) == json.dumps(found), "a whole number stays whole on the way"
        assert read == expected, question.name


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

    assert sequences == list(range(programme_heads.head(graph, "demo").entries, 0, -1))


def test_the_ledger_is_read_page_by_page_newest_first(client: FlaskClient) -> None:
    sequences: list[int] = []
    path, answer = "/api/v1/programmes/large/ledger", None
    while path:
        answer = client.get(path).get_json()
        sequences += [entry["sequence"] for entry in answer["entries"]]
        path = answer["next_url"]

    assert sequences == list(range(sequences[0], 0, -1))
    assert "opened" not in json.dumps(answer)


def test_the_api_gives_what_the_command_line_prints(client: FlaskClient) -> None:
    tree = client.get("/api/v1/programmes/demo/tree/gift:G1").get_json()
    trace = client.get("/api/v1/programmes/demo/trace/gift:G1").get_json()

    assert list(tree) == ["nodes", "edges", "plans"]
    assert [node["placement_id"] for node in tree["nodes"]] == ["P1", "P2", "P3", "P4", "P5"]
    assert trace["by_generation"] == [1, 1, 2, 1]
    assert list(trace["break_points"][0]) == [
        "placement_id",
        "state",
        "since_on",
        "cause",
        "generation",
        "still_owed",
        "reach",
    ]


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
        assert list(error) == ["status", "reason", "suggestion", "field", "code", "request_id", "beside"]
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


def test_every_kind_of_act_is_recorded_once_by_its_id(api: FlaskClient, graph: Graph) -> None:
    assert {*ACTS, "programme"} == set(CORE.kinds)
    for kind, body in ACTS.items():
        first, again = (api.post(f"{HERE}/acts/{kind}", json=body) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200), (kind, first.text, again.text)
        assert (first.get_json()["action"], again.get_json()["action"]) == ("added", "same")
        assert first.get_json()["sequence"] == again.get_json()["sequence"]

    assert {each.recorded_by for each in reading.entries(graph, "demo", first=14)} >= {"account:bina"}
    other = api.post(f"{HERE}/acts/gift", json={**ACTS["gift"], "animals": 5})
    assert other.status_code == 409


def test_of_a_list_of_acts_all_are_recorded_or_none(api: FlaskClient, graph: Graph) -> None:
    def sent(*ids: str, query: str = "") -> tuple[int, list[str]]:
        women = [{"beneficiary_id": each, "name": f"Maya {each}"} for each in ids]
        answer = api.post(f"{HERE}/acts/beneficiary{query}", json=women)
        found = answer.get_json()
        return answer.status_code, [each["action"] for each in found] if isinstance(found, list) else []

    before = programme_heads.head(graph, "demo").entries
    assert sent("NEW1", "NEW2", query="?dry_run=true") == (200, ["added", "added"])
    assert sent("NEW1", "NEW/2") == (400, [])
    assert programme_heads.head(graph, "demo").entries == before
    assert sent("NEW1", "NEW2") == (201, ["added", "added"])
    assert sent("NEW1", "NEW2") == (200, ["same", "same"])
    assert programme_heads.head(graph, "demo").entries == before + 2
    assert api.post(f"{HERE}/acts/confirm", json=[ACTS["confirm"]]).status_code == 400


def test_of_a_list_of_corrections_all_are_recorded_or_none(api: FlaskClient, graph: Graph) -> None:
    """T3 stands on T1, and T1 alone cannot be taken back; E1 was of P3, which T2 began."""

    def sent(*about: str, **more: object) -> tuple[int, str]:
        said = {"how": "did_not_happen", "why": "slip", **more}
        body = [{"correct_id": f"K-{act_id[-2:]}", "act_id": act_id, **said} for act_id in about]
        answer = api.post(f"{HERE}/acts/correct", json=body)
        return answer.status_code, answer.text

    before = programme_heads.head(graph, "demo").entries
    status, text = sent("event:E1", "pass:T1")
    assert (status, "pass:T3" in text) == (422, True), text
    assert programme_heads.head(graph, "demo").entries == before
    assert sent("pass:T3", "pass:T1", "event:E1", "T2")[0] == 201
    assert programme_heads.head(graph, "demo").entries == before + 4
    assert sent("gift:G1", how="wrong_data", changes={"animals": 3})[0] == 201
    assert sent("gift:G1", how="wrong_data", changes={"colour": 3})[0] == 400


def test_a_dry_run_answers_what_would_become_of_an_act_and_records_nothing(api: FlaskClient) -> None:
    body = {"beneficiary_id": "NEW1", "name": "Maya"}

    rehearsed = api.post(f"{HERE}/acts/beneficiary?dry_run=true", json=body)
    recorded = api.post(f"{HERE}/acts/beneficiary", json=body)

    assert (rehearsed.status_code, rehearsed.get_json()["action"], rehearsed.get_json()["sequence"]) == (
        200,
        "added",
        None,
    )
    assert (recorded.status_code, recorded.get_json()["action"]) == (201, "added")


def test_a_pass_on_is_told_where_that_is_asked_and_after_its_commit_only_logs_whose_names_are_told(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"giver_placement_id": "P4", "beneficiary_id": "W5", "passed_on": "2024-06-01", "animals": 1}
    asked = queries.counted(monkeypatch)

    told = api.post(f"{HERE}/acts/pass?told=true", json={**body, "pass_id": "T8"})
    after = asked[asked.index(queries.COMMIT) + 1 :]
    assert after in (["rows"] * 2, ["rows"] * 3), (
        asked
    )  # three where this process had a chain in a database wiped since
    silent = api.post(f"{HERE}/acts/pass?again=true", json={**body, "beneficiary_id": "W6", "pass_id": "T9"})

    assert (told.status_code, silent.status_code) == (201, 201), told.text + silent.text
    assert "Name of W4 (W4) passed on 1 goat to Name of W5 (W5)" in told.get_json()["sentence"]
    assert silent.get_json()["sentence"] is None


def test_of_what_is_recorded_here_only_the_new_entries_are_read(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = api.get(f"{HERE}/health").get_json()

    def anew(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(from_graph, "load", anew)
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
        assert refused["suggestion"] == 'Send it in the body, by POST: {"donor": "…"}.'
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
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "unknown_parameter")


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
