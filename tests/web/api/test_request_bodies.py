"""What is sent to the API beside the URL, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.ledger import programme_heads
from tests.web.api.programme import ACTS, HERE

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


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
    before = programme_heads.head(graph, "demo")
    for kind, body, status, field in UNRECORDED:
        answer = api.post(f"{HERE}/acts/{kind}", json=body)

        assert answer.status_code == status, (body, answer.text)
        assert answer.get_json()["error"]["field"] == field, body
    assert programme_heads.head(graph, "demo") == before


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
