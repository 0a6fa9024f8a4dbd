"""What is searched for stands beside the URL, and is found again."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.web.readers import with_names
from tests.web.reading import Tags, words

if TYPE_CHECKING:
    from flask.testing import FlaskClient


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
    assert " " not in said["s"][0]  # as the words would have: a key is drawn, and may hold W1
    for _ in range(2):  # one can come back to it
        found = client.get(sent.location)
        assert (found.status_code, "Name of W1" in found.text) == (200, True)
        assert found.headers["Cache-Control"] == "no-store"
    assert "Name of W1" not in client.get("/p/demo/find?s=another").text
    typed = client.post("/p/demo/find", data={"q": "Name of W1"}, headers={"HX-Request": "true"})
    assert (typed.status_code, "Name of W1" in typed.text, "HX-Replace-Url" in typed.headers) == (200, True, False)


def test_what_is_typed_on_the_page_of_a_search_has_one_address_for_all_its_letters(client: FlaskClient) -> None:
    def typed(text: str, address: str) -> str:
        headers = {"HX-Request": "true", "HX-Target": "div#hits", "HX-Current-URL": f"http://localhost{address}"}
        found = client.post("/p/demo/find?as_of=2024-01-01", data={"q": text}, headers=headers)
        assert found.status_code == 200
        return found.headers["HX-Replace-Url"]

    first = typed("Name of", "/p/demo/find")
    again = typed("Name of W1", first)
    other = typed("Name of W2", "/p/demo/find?s=another")

    assert again == first != other
    assert first.startswith("/p/demo/find?as_of=2024-01-01&s=")
    assert 'value="Name of W1"' in client.get(first).text
    assert 'value="Name of W2"' in client.get(other).text


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
