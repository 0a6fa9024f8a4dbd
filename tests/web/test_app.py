"""The application as a whole: under which names, how much, and along which paths it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.readers import bearer

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_another_host_name_is_turned_away(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "relay.example.org"}).status_code == 400
    assert client.get("/", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_a_body_that_is_too_large_is_refused(door: FlaskClient, people: dict[str, str]) -> None:
    headers = bearer(people["staff"])
    sent = door.post("/api/v1/programmes/demo/acts/gift", json={"note": "x" * 65_536}, headers=headers)

    assert sent.status_code == 413
    assert sent.get_json()["error"]["reason"] == "This request is too large."
    assert door.post("/sign-in", data={"login": "x" * 2**20}).status_code == 413


def test_no_path_leads_out_of_the_pages(door: FlaskClient, people: dict[str, str]) -> None:
    headers = bearer(people["manager"])
    for path in (
        *("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/p/demo/tree/gift:G1/tree.%2e%2e"),
        *("/p/..%2f..%2fetc/ledger", "/p/demo/record/..%2f..%2fsession.key"),
    ):
        assert door.get(path, headers=headers).status_code == 404, path
