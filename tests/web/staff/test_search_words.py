"""What is searched for stands beside the URL, and is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.web.reading import Tags

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_name_that_is_looked_for_stands_beside_the_address(client: FlaskClient) -> None:
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
