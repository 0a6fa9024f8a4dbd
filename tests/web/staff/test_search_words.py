"""What is searched for stands in no URL that can be read, and is found again."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from relay.web import create_app
from tests.web import relays
from tests.web.readers import sign_in, with_names
from tests.web.reading import Tags, words

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings


def test_a_name_that_is_looked_for_stands_beside_the_address(client: FlaskClient) -> None:
    with_names(client)
    for path in ("/p/demo", "/p/demo/find", "/p/demo/record/placement:P1?as_of=2024-01-01"):
        seen = Tags()
        seen.feed(client.get(path).text)
        searches = [form for tag, form in seen.seen if tag == "form" and "/find" in (form.get("action") or "")]
        assert {form["method"] for form in searches} == {"post"}
        assert all(("as_of=2024-01-01" in str(form["action"])) == ("as_of" in path) for form in searches)

    sent = client.post("/p/demo/find?as_of=2024-01-01", data={"q": "Name of W1"})
    said = parse_qs(urlsplit(sent.location).query)
    assert (sent.status_code, {*said}, said["as_of"]) == (303, {"as_of", "s"}, ["2024-01-01"])
    assert b"Name of" not in urlsafe_b64decode(said["s"][0] + "==")
    for _ in range(2):  # one can come back to it
        found = client.get(sent.location)
        assert (found.status_code, "Name of W1" in found.text) == (200, True)
        assert found.headers["Cache-Control"] == "no-store"
    for strange in ("another", "a", "", "é", sent.location.rpartition("=")[2][:-2]):
        answer = client.get("/p/demo/find", query_string={"s": strange})
        assert (answer.status_code, "Name of W1" in answer.text) == (200, False)
    typed = client.post("/p/demo/find", data={"q": "Name of W1"}, headers={"HX-Request": "true"})
    assert (typed.status_code, "Name of W1" in typed.text, "HX-Replace-Url" in typed.headers) == (200, True, False)


def test_what_is_typed_on_the_page_of_a_search_takes_the_place_of_its_address(client: FlaskClient) -> None:
    def typed(text: str) -> str:
        headers = {"HX-Request": "true", "HX-Target": "div#hits"}
        found = client.post("/p/demo/find?as_of=2024-01-01", data={"q": text}, headers=headers)
        assert found.status_code == 200
        return found.headers["HX-Replace-Url"]

    assert typed("Name of W1").startswith("/p/demo/find?as_of=2024-01-01&s=")
    assert 'value="Name of W1"' in client.get(typed("Name of W1")).text
    longest = typed("नाम" * 300)  # what a URL cannot take is left out
    assert len(longest) < 2_000
    assert client.get(longest).status_code == 200


def test_words_are_read_by_their_sender_alone_and_by_any_machine_with_the_same_key(
    recorded: Graph, settings: Settings, people: dict[str, str], tmp_path: Path
) -> None:
    """Two machines with data folders of their own and one key; a third has another key."""
    assert people
    one, same, strange = (
        create_app(
            recorded,
            replace(settings, data_folder=tmp_path / name, session_key=key),
            now=lambda: relays.NOW,
        )
        for name, key in (("one", b"k" * 32), ("same", b"k" * 32), ("strange", b"s" * 32))
    )
    clients = [(one, "staff"), (same, "staff"), (same, "manager"), (strange, "staff")]
    hers, *others = (app.test_client() for app, _ in clients)
    for client, (_, role) in zip((hers, *others), clients, strict=True):
        sign_in(client, role)
    found = hers.post("/p/demo/find", data={"q": "Name of"}).location

    read = ['value="Name of"' in client.get(found).text for client in (hers, *others)]
    assert read == [True, True, False, False]


def test_a_single_hit_opens_by_itself_and_of_several_each_reads_like_a_person(client: FlaskClient) -> None:
    opened = client.post("/p/hills/find", data={"q": "Maya G"})
    several = client.post("/p/hills/find", data={"q": "Maya"})
    assert (opened.status_code, several.status_code) == (303, 303)
    found = words(client.get("/p/hills/find?q=9841000077").text)

    assert client.post("/p/hills/find", data={"q": "9841000077"}).location == "/p/hills/record/beneficiary:W7"
    assert several.location.startswith("/p/hills/find?s=")
    assert "Beneficiary W7 , person, Rampur, holds 2 goats" in found
    assert ("Maya" in found.partition("found")[2], "Names are off" in found) == (False, True)
    assert "Maya G , " in words(with_names(client).get("/p/hills/find?q=9841000077").text)


def test_more_than_are_shown_are_counted_and_a_click_away(client: FlaskClient) -> None:
    """Of the women W1 to W1023 in `large`, W10, W100 to W109 and W1000 to W1023 begin alike; others have like names."""
    first = client.get("/p/large/find?q=W10").text
    every = client.get(unescape(re.findall(r'href="([^"]+)">Show all<', first)[0])).text

    (total,) = re.findall(r"20 of (\d+) found, the nearest first", first)
    assert int(total) >= 35
    assert (first.count('class="hit"'), every.count('class="hit"')) == (20, int(total))
