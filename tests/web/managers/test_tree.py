"""The page of a relay tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.access import access_log
from tests.rigs.wiping import without_accesses
from tests.web.readers import staff_of
from tests.web.reading import Tags

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_a_tree_page_shows_ids_and_no_name_unless_asked(client: FlaskClient) -> None:
    assert "Name of W5" not in client.get("/p/demo/tree/gift:G1").text
    assert "N. o. W." in client.get("/p/demo/tree/gift:G1?names=initials").text
    assert "Name of W5" in client.get("/p/demo/tree/gift:G1?names=full").text


def test_a_tree_of_a_thousand_has_bands_by_generation_of_which_each_column_opens_a_branch(client: FlaskClient) -> None:
    text = client.get("/p/large/tree/gift:G1").text
    bands = text.partition('<table class="bands">')[2].partition("</table>")[0]

    assert "generation 9" in bands
    assert 'data-count="512" href="/p/large/placements?gift=G1&amp;generation=9"' in bands
    assert bands.count('href="/p/large/tree/gift:G1?focus=P8"') == 1 + 7  # its heading, and the generations 3 to 9
    assert 'class="bands"' not in client.get("/p/demo/tree/gift:G1").text


def test_a_name_that_is_looked_for_in_a_tree_stands_beside_the_address_too(client: FlaskClient) -> None:
    tree = "/p/demo/tree/gift:G1?as_of=2024-01-01&axis=date"
    seen = Tags()
    seen.feed(client.get(tree).text)
    (form,) = (form for tag, form in seen.seen if tag == "form" and form.get("id") == "search-tree")
    assert (form["method"], form["action"]) == ("post", tree)

    sent = client.post(tree, data={"q": "Name of W4"})
    assert (sent.status_code, "W4" in sent.location, sent.location.startswith(tree)) == (303, False, True)
    assert "“Name of W4”" in client.get(sent.location).text
    alone = client.get(client.post(tree, data={"q": "P4"}).location)
    assert alone.location == "/p/demo/tree/gift:G1?as_of=2024-01-01&axis=date&focus=P4"


def test_finding_a_woman_in_a_tree_leads_to_her_placement(client: FlaskClient) -> None:
    found = client.get("/p/demo/tree/gift:G1?q=Name of W4").text.partition('<h2 id="found">')[2].partition("focus=")[2]

    assert client.get("/p/demo/tree/gift:G1?q=P4").location == "/p/demo/tree/gift:G1?focus=P4"
    assert found.startswith('P4"')  # the nearest comes first


def test_who_finds_somebody_in_a_tree_is_written_down_and_finds_only_her_own(door: FlaskClient, village: Graph) -> None:
    without_accesses(village, "wards")
    tree = "/p/wards/tree/placement:P1"

    found = door.get(f"{tree}?q=Name of W1", headers=staff_of(village, "W1"))
    hidden = door.get(f"{tree}?q=Name of W2", headers=staff_of(village, "W1"))

    assert found.location == f"{tree}?focus=P1"
    assert hidden.location != f"{tree}?focus=P2"  # but perhaps the nearest of those that she may find
    written = [line for line in access_log.read_newest(village, "wards") if line.what == "find"]
    assert {id_ for line in written for id_ in line.ids} == {"beneficiary:W1"}
