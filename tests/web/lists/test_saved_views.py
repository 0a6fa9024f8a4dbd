"""Saved views."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

import pytest

from tests.web.readers import sign_in
from tests.web.reading import HILLS, form

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def save(client: FlaskClient, name: str, **form: str) -> int:
    return client.post(f"{HILLS}/{name}/views", data=form).status_code


def test_a_view_is_saved_under_its_name_and_found_again(reader: FlaskClient) -> None:
    assert save(reader, "chains", title="Broken in Palpa", query="state=broken&place=PAL") == 303

    for path in (f"{HILLS}/chains", HILLS):
        link = re.search(r'href="([^"]+)"><bdi>Broken in Palpa</bdi>', reader.get(path).text)
        assert link
        assert link[1] == "/p/hills/chains?state=broken&amp;place=PAL"
    assert "Broken in Palpa" not in reader.get(f"{HILLS}/gifts").text
    assert "Broken in Palpa" not in reader.get("/p/large").text


def test_another_sites_form_saves_no_view(client: FlaskClient) -> None:
    assert save(client, "chains", title="Theirs", query="") == 400

    assert "<bdi>Theirs</bdi>" not in client.get(f"{HILLS}/chains").text


def test_a_view_of_the_same_name_takes_the_place_of_the_first(reader: FlaskClient) -> None:
    save(reader, "chains", title="Mine", query="state=broken")
    save(reader, "chains", title="Mine", query="state=growing")

    text = reader.get(f"{HILLS}/chains").text

    assert text.count("<bdi>Mine</bdi>") == 1
    assert "state=growing" in text


def test_a_view_is_forgotten(reader: FlaskClient) -> None:
    save(reader, "chains", title="Mine", query="state=broken")
    save(reader, "chains", title="Mine", forget="1")

    assert "<bdi>Mine</bdi>" not in reader.get(f"{HILLS}/chains").text


@pytest.mark.parametrize("title", ["", " ", "x" * 41])
def test_a_view_without_a_name_is_refused(reader: FlaskClient, title: str) -> None:
    assert save(reader, "chains", title=title, query="") == 400


def test_a_saved_view_never_leads_elsewhere(reader: FlaskClient) -> None:
    query = "programme_id=large&name=gifts&_external=1&_anchor=x&endpoint=lists.table"
    save(reader, "chains", title="<script>x</script>", query=query)

    text = reader.get(f"{HILLS}/chains").text

    assert "<script>x" not in text
    (link,) = re.findall(r'<li><a href="([^"]+)"><bdi>&lt;script', text)
    assert link == "/p/hills/chains?endpoint=lists.table"


DEEP = urlsafe_b64encode(b"[" * 2_900).decode()


@pytest.mark.parametrize("cookie", ["", "x", "e30=", "W10=", "W3siYSI6MX1d", "bnVsbA==", DEEP])  # {}, [], [{"a":1}]…
def test_a_cookie_that_cannot_be_read_is_no_view(reader: FlaskClient, cookie: str) -> None:
    name = cookie_of(reader)
    reader.set_cookie(name, cookie)

    assert reader.get(f"{HILLS}/chains").status_code == 200


def test_a_view_that_this_version_cannot_show_is_left_out_and_the_others_stay(reader: FlaskClient) -> None:
    own = {"programme_id": "hills", "name": "chains", "title": "Mine", "query": "state=broken"}
    strange = ({"name": "herds"}, {"title": "half \ud83d"}, {"query": "state=\ud83d"}, {"programme_id": "\ud83d"})
    kept = json.dumps([own, *({**own, **each} for each in strange)])
    reader.set_cookie(cookie_of(reader), urlsafe_b64encode(kept.encode()).decode())

    answer = reader.get(HILLS)

    assert answer.status_code == 200
    assert re.findall(r'<a href="/p/hills/(\w+)[^"]*"><bdi>(Mine|half[^<]*)', answer.text) == [("chains", "Mine")]
    assert save(reader, "chains", title="Another", query="") == 303


def cookie_of(reader: FlaskClient) -> str:
    answer = reader.post(f"{HILLS}/chains/views", data={"title": "Mine", "query": ""})
    return next(each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie") if each.startswith("views-"))


def test_views_that_no_cookie_can_hold_are_refused_and_the_others_stay(reader: FlaskClient) -> None:
    title, query = "क" * 37, "state=broken&" + "place=PAL&" * 30
    kept = [save(reader, "chains", title=f"{title}{number}", query=query) for number in range(6)]

    assert kept == [303, 303, 303, 303, 303, 400]
    assert reader.get(f"{HILLS}/chains").text.count("<bdi>ककक") == 5


def test_a_page_is_sent_again_when_a_view_was_saved(reader: FlaskClient) -> None:
    reader.get(f"{HILLS}/chains")
    before = reader.get(f"{HILLS}/chains").headers["ETag"]
    assert reader.get(f"{HILLS}/chains", headers={"If-None-Match": before}).status_code == 304

    save(reader, "chains", title="Mine", query="state=broken")

    assert reader.get(f"{HILLS}/chains", headers={"If-None-Match": before}).status_code == 200


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


def test_a_saved_view_keeps_its_own_choice_wherever_it_is_opened(halves: FlaskClient) -> None:
    said = {**form(halves, "halves"), "title": "Broken ones"}
    for query, own in (("state=broken", ""), ("state=broken&confirmed_only=true", "&confirmed_only=true")):
        saved = halves.post("/p/halves/chains/views?confirmed_only=true", data={**said, "query": query})
        assert saved.status_code == 303
        assert halves.get(saved.location).status_code == 200
        opened = halves.get("/p/halves/chains?confirmed_only=true").text
        assert f'href="/p/halves/chains?state=broken{own.replace("&", "&amp;")}"' in opened
