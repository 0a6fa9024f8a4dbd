"""Saved views: kept in the programme, each for whom it is meant, found by name and opened by its link.

list ──save──▶ (:SavedView) ──link──▶ the same list, for whoever may see it
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.access import accounts, saved_views
from relay.access.roles import Grant
from tests.web import relays
from tests.web.readers import WORDS, sign_in
from tests.web.reading import HILLS, form, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph


@pytest.fixture(autouse=True)
def forgotten(recorded: Graph) -> Iterator[None]:
    """Delete the views of all programmes afterwards."""
    yield
    for programme_id in ("hills", "demo", "halves", "large"):
        for view in saved_views.every(recorded, programme_id):
            saved_views.delete(recorded, view)


def save(client: FlaskClient, name: str, **said: str) -> int:
    return client.post(f"{HILLS}/{name}/views", data=said).status_code


def test_a_view_is_kept_under_its_name_and_found_again_in_lists_and_in_the_search(reader: FlaskClient) -> None:
    said = {"title": "Broken in Palpa", "about": "For the Monday meeting", "query": "state=broken&place=PAL"}
    assert save(reader, "chains", **said) == 303

    for path in (f"{HILLS}/chains", HILLS, f"{HILLS}/views"):
        link = re.search(
            r'href="([^"]+)"(?: title="For the Monday meeting")?><bdi>Broken in Palpa</bdi>', reader.get(path).text
        )
        assert link, path
        assert link[1] == "/p/hills/chains?state=broken&amp;place=PAL"
    hits = reader.post(f"{HILLS}/find", data={"q": "palpa broken"}, headers={"HX-Request": "true"}).text
    assert "Broken in Palpa" in hits
    assert "Broken in Palpa" not in reader.get(f"{HILLS}/gifts").text
    assert "Broken in Palpa" not in reader.get("/p/large").text


def test_a_view_opens_by_its_link(reader: FlaskClient) -> None:
    save(reader, "chains", title="Broken", query="state=broken")
    (link,) = re.findall(r'href="(/p/hills/views/\w+)"', reader.get(f"{HILLS}/views").text)

    assert reader.get(link).location == "/p/hills/chains?state=broken"
    assert reader.get("/p/hills/views/0123456789").status_code == 404


def test_another_sites_form_saves_no_view(client: FlaskClient) -> None:
    assert save(client, "chains", title="Theirs", query="") == 400

    assert "<bdi>Theirs</bdi>" not in client.get(f"{HILLS}/chains").text


def test_a_view_of_the_same_name_takes_the_place_of_the_first_and_keeps_its_link(
    reader: FlaskClient, recorded: Graph
) -> None:
    save(reader, "chains", title="Mine", query="state=broken")
    (before,) = saved_views.every(recorded, "hills")
    save(reader, "chains", title="mine", query="state=growing")

    (after,) = saved_views.every(recorded, "hills")

    assert (after.view_id, after.query) == (before.view_id, "state=growing")


def test_a_view_is_deleted(reader: FlaskClient, recorded: Graph) -> None:
    save(reader, "chains", title="Mine", query="state=broken")
    (view,) = saved_views.every(recorded, "hills")

    assert reader.post(f"{HILLS}/views/{view.view_id}").status_code == 303

    assert saved_views.every(recorded, "hills") == ()
    assert "“Mine” is deleted." in reader.get(f"{HILLS}/views").text


@pytest.mark.parametrize(
    "said", [{"title": ""}, {"title": " "}, {"title": "x" * 61}, {"about": "x" * 201}, {"seen_by": "x"}]
)
def test_a_view_without_a_name_or_for_nobody_is_refused(reader: FlaskClient, said: dict[str, str]) -> None:
    assert save(reader, "chains", **{"title": "Mine", "query": ""} | said) == 400


def test_a_saved_view_never_leads_elsewhere_nor_turns_names_on(reader: FlaskClient) -> None:
    query = "programme_id=large&name=gifts&_external=1&endpoint=lists.table&names=full&sort=x&as_of=y&state=broken"
    save(reader, "chains", title="<script>x</script>", query=query)

    text = reader.get(f"{HILLS}/chains").text

    assert "<script>x" not in text
    (link,) = re.findall(r'<li><a href="([^"]+)"><bdi>&lt;script', text)
    assert link == "/p/hills/chains?state=broken"


def test_a_filter_holds_what_was_chosen_or_an_id_and_no_name(reader: FlaskClient) -> None:
    for query, status in (
        ("held_by=W1", 303),
        ("held_by=Sita", 400),
        ("below=placement:P1", 303),
        ("below=Sita", 400),
        ("place=Palpa", 400),
        ("since=2024-01-31", 303),
        ("since=Sita", 400),
        ("generation=2", 303),
        ("generation=Sita", 400),
    ):
        assert save(reader, "placements", title="One", query=query) == status, query


def test_neither_the_name_of_a_view_nor_its_sentence_nor_a_query_names_somebody(
    reader: FlaskClient, recorded: Graph
) -> None:
    """Two women are called so; a word that is a part of a name is none."""
    named = {"name": "Sita Thapa", "key": "hills/beneficiary/NAMED1", "programme_id": "hills"}
    single = {"name": "Maya", "key": "hills/beneficiary/NAMED2", "programme_id": "hills"}
    create = "UNWIND $rows AS row CREATE (o:Personal) SET o = row"
    recorded.write(lambda step: step.run(create, rows=[named, single]))
    try:
        assert save(reader, "chains", title="About sita thapa", query="") == 400
        assert save(reader, "chains", title="Those", about="Ask Sita Thapa.", query="") == 400
        assert save(reader, "chains", title="Mayadevi and Sita", query="") == 303
        for query, status in (("WHERE b.name = 'Maya'", 400), ("WHERE b.place = 'Mayapur'", 303)):
            assert reader.post(f"{HILLS}/query/views", data={"title": "Q", "query": query}).status_code == status
    finally:
        recorded.write(
            lambda step: step.run("MATCH (o:Personal) WHERE o.key STARTS WITH 'hills/beneficiary/NAMED' DELETE o")
        )


def test_a_query_is_kept_and_offered_before_it_is_run(reader: FlaskClient) -> None:
    query = "MATCH (g:Gift)\r\nRETURN count(g) AS gifts"
    answer = reader.post(f"{HILLS}/query/views", data={"title": "How many gifts", "query": query})

    text = reader.get(answer.location).text

    assert "MATCH (g:Gift)\nRETURN count(g) AS gifts</textarea>" in text
    assert "How many gifts" in reader.get(f"{HILLS}/views").text


DEEP: Final = urlsafe_b64encode(b"[" * 2_900).decode()
COOKIE: Final = f"views-{sha256(b'account:asha').hexdigest()[:12]}"


@pytest.mark.parametrize("cookie", ["", "x", "e30=", "W10=", "W3siYSI6MX1d", "bnVsbA==", DEEP])  # {}, [], [{"a":1}]…
def test_a_cookie_that_cannot_be_read_is_no_view(reader: FlaskClient, cookie: str) -> None:
    reader.set_cookie(COOKIE, cookie)

    assert "in this browser alone" not in reader.get(f"{HILLS}/chains").text


def stored(*views: dict[str, Any]) -> str:
    own = {"programme_id": "hills", "name": "chains", "title": "Mine", "query": "state=broken"}
    return urlsafe_b64encode(json.dumps([own, *({**own, **each} for each in views)]).encode()).decode()


def test_what_a_browser_stored_is_offered_once_to_be_kept(reader: FlaskClient, recorded: Graph) -> None:
    """One of hills can be kept, one has a filter that is gone; one is of another programme, and one of no list."""
    gone, other, strange = {"title": "Old", "query": "place=GONE"}, {"programme_id": "large"}, {"name": "herds"}
    reader.set_cookie(COOKIE, stored(gone, other, strange))
    assert "2 views are stored in this browser alone: Mine, Old." in words(reader.get(f"{HILLS}/chains").text)

    reader.post(f"{HILLS}/views", data={"keep": "1"})

    (view,) = saved_views.every(recorded, "hills")
    assert (view.title, view.query, view.seen_by) == ("Mine", "state=broken", saved_views.OWN)
    assert "1 view could not be kept." in words(reader.get(f"{HILLS}/views").text)
    assert "in this browser alone" not in reader.get(HILLS).text
    assert "1 view is stored in this browser alone: Mine." in words(reader.get("/p/large").text)
    reader.post("/p/large/views", data={"drop": "1"})
    assert saved_views.every(recorded, "large") == ()
    assert reader.get_cookie(COOKIE) is None


def test_a_page_is_sent_again_when_a_view_was_saved(reader: FlaskClient) -> None:
    reader.get(f"{HILLS}/chains")
    before = reader.get(f"{HILLS}/chains").headers["ETag"]
    assert reader.get(f"{HILLS}/chains", headers={"If-None-Match": before}).status_code == 304

    answer = save(reader, "chains", title="Mine", query="state=broken")
    reader.get(f"{HILLS}/chains")  # which says so once

    assert answer == 303
    assert reader.get(f"{HILLS}/chains", headers={"If-None-Match": before}).status_code == 200


def signed(door: FlaskClient, login: str) -> str:
    """Sign somebody in, and give the token of her forms."""
    sign_in(door, login)
    token = re.search(r'name="csrf_token" value="([^"]+)"', door.get("/p/demo/chains").text)
    assert token
    return token[1]


def keep(door: FlaskClient, login: str, seen_by: str, title: str = "") -> TestResponse:
    said = {"csrf_token": signed(door, login), "title": title or f"For {seen_by}", "query": "", "seen_by": seen_by}
    return door.post("/p/demo/chains/views", data=said)


def test_a_view_is_seen_by_those_for_whom_it_is_meant(
    door: FlaskClient, people: dict[str, str], recorded: Graph
) -> None:
    assert people
    for seen_by in ("own", "everybody", "auditor"):
        assert keep(door, "manager", seen_by).status_code == 303
    for login, expected in (("manager", 3), ("auditor", 2), ("staff", 1)):
        signed(door, login)
        assert door.get("/p/demo/chains").text.count("<bdi>For ") == expected, login
    links = {view.seen_by: f"/p/demo/views/{view.view_id}" for view in saved_views.every(recorded, "demo")}
    assert [door.get(links[each]).status_code for each in ("everybody", "auditor", "own")] == [303, 404, 404]


def test_who_keeps_a_view_deletes_it_and_so_does_a_manager(
    door: FlaskClient, people: dict[str, str], recorded: Graph
) -> None:
    assert people
    assert keep(door, "auditor", "everybody", "Hers").status_code == 303
    assert keep(door, "staff", "everybody", "Hers").status_code == 409  # somebody else shares one of this name
    (view,) = saved_views.every(recorded, "demo")
    for login, status in (("staff", 403), ("manager", 303)):
        token = signed(door, login)
        assert door.post(f"/p/demo/views/{view.view_id}", data={"csrf_token": token}).status_code == status
    assert saved_views.every(recorded, "demo") == ()


def test_views_that_nobody_else_sees_go_with_their_account(recorded: Graph, door: FlaskClient) -> None:
    accounts.add(recorded, "leaving", (Grant(role="manager", programme_id="demo"),), WORDS, relays.NOW)
    for seen_by in ("own", "everybody"):
        keep(door, "leaving", seen_by)

    accounts.remove(recorded, "leaving")

    assert [view.seen_by for view in saved_views.every(recorded, "demo")] == ["everybody"]


def test_a_saved_view_keeps_its_own_choice_wherever_it_is_opened(halves: FlaskClient) -> None:
    said = {**form(halves, "halves"), "title": "Broken ones"}
    for query, own in (("state=broken", ""), ("state=broken&confirmed_only=true", "&confirmed_only=true")):
        saved = halves.post("/p/halves/chains/views?confirmed_only=true", data={**said, "query": query})
        assert saved.status_code == 303
        assert halves.get(saved.location).status_code == 200
        opened = halves.get("/p/halves/chains?confirmed_only=true").text
        assert f'href="/p/halves/chains?state=broken{own.replace("&", "&amp;")}"' in opened
