"""What went wrong, as a page, a sentence or JSON, and where a reader goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.readers import bearer, sign_in
from tests.web.reading import HILLS

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/programmes/nowhere/tree/P1", 404),
        ("/api/v1/programmes/demo/tree/P99", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/programmes/demo/tree/P1?as_of=soon", 400),
    ],
)
def test_failures_of_the_api_have_one_shape(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    error = answer.get_json()["error"]
    assert list(error) == ["status", "reason", "suggestion", "field", "code", "request_id", "beside"]
    assert error["status"] == status
    assert error["request_id"] == answer.headers["X-Request-Id"]


def test_a_failure_is_a_page_for_people_and_json_for_programs(client: FlaskClient) -> None:
    assert client.get("/p/nowhere").mimetype == "text/html"
    assert client.get("/p/nowhere", headers={"Accept": "application/json"}).mimetype == "application/json"


def test_a_wrong_method_keeps_the_header_that_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/p/demo")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_what_fails_as_one_types_is_one_sentence_and_what_fails_otherwise_a_page(client: FlaskClient) -> None:
    typed = client.post("/p/nowhere/find", data={"q": "Maya"}, headers={"HX-Request": "true"})
    sent = client.post("/p/nowhere/find", data={"q": "Maya"})

    assert (typed.status_code, sent.status_code) == (404, 404)
    assert typed.text == "<p>There is no programme nowhere in this database.</p>"
    assert '<h1 class="words">There is no programme nowhere in this database.</h1>' in sent.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("chains?state=happy", 404),
        ("placements?place=nowhere", 404),
        ("placements?group=none", 404),
        ("placements?gift=none", 404),
        ("chains?help=cow", 404),
        ("chains?sort=colour", 400),
        ("chains?page=0", 400),
        ("chains?page=2", 400),
        ("chains?page=two", 400),
        ("chains?names=nick", 400),
        ("chains?as_of=2026-02-30", 400),
        ("gift/none", 404),
        ("place/none", 404),
        ("group/none", 404),
        ("record/placement:none", 404),
        ("tree/gift:none", 404),
        ("cattle", 404),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(f"{HILLS}/{path}")

    assert answer.status_code == status
    assert "Internal" not in answer.text
    assert "<main" in answer.text


def test_who_asks_for_what_is_not_there_or_not_hers_keeps_the_search_and_the_sections(
    door: FlaskClient, people: dict[str, str]
) -> None:
    for path, login, status in (("record/pass:nope", "manager", 404), ("audit", "staff", 403)):
        answer = door.get(f"/p/demo/{path}", headers=bearer(people[login]))
        assert (answer.status_code, 'id="search"' in answer.text, "relay find" in answer.text) == (status, True, False)
    nowhere = door.get("/p/demo/record/pass:nope", headers=bearer(people["manager"]))
    assert "Check the id, or search by name." in nowhere.text
    assert 'id="search"' not in door.get("/p/large", headers=bearer(people["manager"])).text  # where she has no role


def test_who_was_signed_out_meanwhile_is_told_that_nothing_was_recorded_and_led_back(
    door: FlaskClient, people: dict[str, str]
) -> None:
    assert people
    form, referrer = {"pass_id": "T1"}, {"Referer": "http://localhost/p/demo/waiting?as_of=2024-01-01"}
    assert door.post("/p/demo/waiting", data=form, headers=referrer).location == "/sign-in"
    assert "Nothing was recorded, because you were signed out." in door.get("/sign-in").text
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

    assert (answer.status_code, answer.text) == (401, ('<p>Sign in to see this. <a href="/sign-in">Sign in</a></p>'))
    assert "Nothing was recorded" not in door.get("/sign-in").text
    assert sign_in(door, "manager").location == "/p/demo/chains?as_of=2024-01-01"
    allowed = door.post("/p/demo/find", data={"q": "W1"}, headers=typed)
    assert (allowed.status_code, "beneficiary:W1" in allowed.text) == (200, True)


def test_under_a_host_name_that_is_not_its_own_a_program_is_answered_as_json(client: FlaskClient) -> None:
    program, person = (client.get(path, headers={"Host": "l"}) for path in ("/api/v1/programmes", "/p/demo"))

    assert (program.status_code, program.mimetype) == (400, "application/json")
    assert program.get_json()["error"]["reason"] == "Relay does not answer to this host name."
    assert (person.status_code, person.mimetype) == (400, "text/plain")
