"""Every page as a reader without a browser gets it."""

from __future__ import annotations

import json
import logging
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from flask import get_template_attribute

from relay.web.responses import HEADERS, JsonLines
from tests.scenes import acts as say
from tests.web import addresses, relays

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from relay.graph import Graph


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one in."""
        self.seen.append((tag, dict(attrs)))

    @staticmethod
    def is_against_the_policy(tag: str, attributes: dict[str, str | None]) -> bool:
        """Whether it holds a style or a script of its own."""
        own = any(name == "style" or name.startswith("on") for name in attributes)
        led = any((value or "").strip().lower().startswith("javascript:") for value in attributes.values())
        return own or led or tag == "style" or (tag == "script" and "src" not in attributes)


@pytest.mark.parametrize("path", addresses.PAGES)
def test_every_page_is_html_under_the_strict_policy(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    tags = Tags()
    tags.feed(answer.text)
    assert len(tags.seen) > 20
    assert [tag for tag in tags.seen if tags.is_against_the_policy(*tag)] == []


def test_a_long_chain_is_drawn_as_wide_as_a_table_and_the_rest_of_it_is_said(app: Flask) -> None:
    with app.test_request_context():
        bars = get_template_attribute("macros.html", "bars")
        short, long = str(bars((3, 2, 1))), str(bars((1,) * 1001))

    assert short.count("<rect") == 3
    assert "more" not in short
    assert long.count("<rect") == 40
    assert 'width="560"' in long
    assert "and 961 more" in long


def test_the_front_page_lists_the_programmes(client: FlaskClient) -> None:
    text = client.get("/").text

    assert '<a href="/p/demo"><bdi>Passing the Relay</bdi></a>' in text


def test_a_programme_page_says_how_far_each_gift_has_travelled(client: FlaskClient) -> None:
    text = client.get("/p/demo").text

    assert 'href="/p/demo/tree/gift:G1"' in text
    assert "placements by generation: 1, 1, 2, 1" in text


def test_a_tree_page_shows_ids_and_no_name_unless_asked(client: FlaskClient) -> None:
    assert "Name of W5" not in client.get("/p/demo/tree/gift:G1").text
    assert "N. o. W." in client.get("/p/demo/tree/gift:G1?names=initials").text
    assert "Name of W5" in client.get("/p/demo/tree/gift:G1?names=full").text


def cells(text: str, key: str) -> list[str]:
    """What the row of a placement in the table of a tree says, cell by cell."""
    row = re.search(rf"<bdi>{key}</bdi></a></th>(.*?)</tr>", text.partition('id="table"')[2], re.DOTALL)
    assert row
    return [re.sub(r"<br>", " and ", each) for each in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]


def test_a_tree_says_in_text_who_gave_to_whom(client: FlaskClient) -> None:
    whole = client.get("/p/demo/tree/gift:G1").text
    below = client.get("/p/demo/tree/placement:P3?as_of=2024-01-01").text
    told = [re.sub("<[^>]+>", "", cells(whole, key)[4]) for key in ("P1", "P2", "P5")]

    assert told == [
        "gift G1, 2 goats, 1 Mar 2020",
        "placement P1, 2 goats, 1 Mar 2021",
        "placement P3, 1 goat, 1 Mar 2023 and placement P4, 1 goat, 1 Mar 2023",
    ]
    assert 'href="/p/demo/record/placement:P4?as_of=2024-01-01"' in cells(below, "P5")[4]  # which is in no such tree
    titles = re.findall("<title>(.*?)</title>", whole, re.DOTALL)
    assert [title for title in titles if "from gift G1: 2 goats, 1 Mar 2020" in title] != []
    drawn = client.get("/p/demo/tree/gift:G1/network.json").get_json()
    (last,) = (node["title"] for node in drawn["nodes"] if node["id"] == "P5")
    assert "from placement P3: 1 goat, 1 Mar 2023\nfrom placement P4: 1 goat, 1 Mar 2023" in last


def test_a_break_point_says_since_when_and_why(client: FlaskClient) -> None:
    text = client.get("/p/demo/tree/gift:G1").text

    assert "since 2025-05-31: overdue" in text  # due 2025-03-01, 90 days of grace
    assert "2082-02-17 BS" in text


def test_a_day_in_the_past_shows_the_relay_as_it_was(client: FlaskClient) -> None:
    text = client.get("/p/demo/tree/gift:G1?as_of=2021-06-01").text

    assert "2 of 2 placements are shown" in text


@pytest.mark.parametrize(
    "path", ["/p/demo/tree/gift:G1?as_of=soon", "/p/demo/tree/gift:G1?axis=x", "/p/demo/ledger?page=x"]
)
def test_an_address_that_cannot_be_read_is_explained(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


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

    assert list(tree) == ["nodes", "edges"]
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
    assert list(error) == ["status", "reason", "suggestion", "field", "code", "request_id"]
    assert error["status"] == status
    assert error["request_id"] == answer.headers["X-Request-Id"]


def test_a_failure_is_a_page_for_people_and_json_for_programs(client: FlaskClient) -> None:
    assert client.get("/p/nowhere").mimetype == "text/html"
    assert client.get("/p/nowhere", headers={"Accept": "application/json"}).mimetype == "application/json"


def test_a_wrong_method_keeps_the_header_that_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/p/demo")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_page_is_not_sent_again_until_something_is_recorded(client: FlaskClient, recorded: Graph) -> None:
    first = client.get("/p/demo/tree/gift:G1")
    tag = {"If-None-Match": first.headers["ETag"]}

    assert client.get("/p/demo/tree/gift:G1", headers=tag).status_code == 304
    assert client.get("/p/demo/tree/gift:G1?names=full", headers=tag).status_code == 200
    relays.record(recorded, "demo", [say.woman("W77")])
    assert client.get("/p/demo/tree/gift:G1", headers=tag).status_code == 200


def test_every_page_has_a_title_of_its_own_in_words(client: FlaskClient) -> None:
    paths = ("/", "/sign-in", "/nothing", "/p/nowhere", "/p/demo", "/p/hills", "/p/hills/chains", "/p/hills/nothing")
    lists = ("/p/large/placements", "/p/large/placements?page=2", "/p/large/placements?page=3")
    titles = {path: client.get(path).text.partition("<title>")[2].partition("</title>")[0] for path in (*paths, *lists)}

    assert titles["/p/large/placements?page=2"] == "Placements · Page 2 · Passing the Relay · Relay"
    assert titles["/p/hills"] == "Overview · Hill villages · Relay"
    assert titles["/nothing"] == "There is no such page. · Relay"
    assert titles["/p/hills/nothing"] == "There is no such page. · Relay"  # no address of a programme
    assert len(set(titles.values())) == len(titles) - 1


def test_what_was_just_done_is_told_once(client: FlaskClient) -> None:
    said = "Pass-on T1 is confirmed."
    for path in ("/p/demo/chains", "/p/demo/waiting"):  # which does not show it, and which does
        with client.session_transaction() as session:
            session["_flashes"] = [("message", said)]
        before = client.get(path)
        assert (before.headers["Cache-Control"], "ETag" in before.headers) == ("no-store", False), path
        assert (said in before.text) == path.endswith("waiting")

    after = client.get("/p/demo/waiting")
    again = client.get("/p/demo/waiting", headers={"If-None-Match": after.headers["ETag"]})
    assert (said in after.text, again.status_code) == (False, 304)


def test_a_file_is_kept_for_good_and_the_page_that_there_is_none_is_not(client: FlaskClient) -> None:
    with client.get("/static/relay.css") as file:
        tag = {"If-None-Match": file.headers["ETag"]}
        assert (file.status_code, "immutable" in file.headers["Cache-Control"]) == (200, True)
    with client.get("/static/relay.css", headers=tag) as same:
        assert (same.status_code, "immutable" in same.headers["Cache-Control"]) == (304, True)

    none = client.get("/static/none.css")

    assert (none.status_code, none.headers["Cache-Control"]) == (404, "private, no-cache")


def test_what_fails_as_one_types_is_one_sentence_and_what_fails_otherwise_a_page(client: FlaskClient) -> None:
    typed = client.post("/p/nowhere/find", data={"q": "Maya"}, headers={"HX-Request": "true"})
    sent = client.post("/p/nowhere/find", data={"q": "Maya"})

    assert (typed.status_code, sent.status_code) == (404, 404)
    assert typed.text == "<p>There is no programme nowhere in this database.</p>"
    assert "<h1>There is no programme nowhere in this database.</h1>" in sent.text


def test_a_name_that_is_looked_for_stands_beside_the_address(client: FlaskClient) -> None:
    for path in ("/p/demo", "/p/demo/find", "/p/demo/record/placement:P1?as_of=2024-01-01"):
        seen = Tags()
        seen.feed(client.get(path).text)
        searches = [form for tag, form in seen.seen if tag == "form" and "/find" in (form.get("action") or "")]
        assert {form["method"] for form in searches} == {"post"}
        assert all(("as_of=2024-01-01" in str(form["action"])) == ("as_of" in path) for form in searches)

    sent = client.post("/p/demo/find?as_of=2024-01-01", data={"q": "Name of W1"})
    assert (sent.status_code, "W1" in sent.location, "as_of=2024-01-01" in sent.location) == (303, False, True)
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


def test_another_host_name_is_turned_away(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "relay.example.org"}).status_code == 400
    assert client.get("/", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_health_and_metrics_say_no_more_than_they_must(client: FlaskClient) -> None:
    client.get("/p/demo/find?q=Name of W1")
    client.open("/p/demo/find", method="INVENTED")

    assert client.get("/healthz").get_json() == {"ok": True}
    assert client.get("/readyz").get_json() == {"ok": True}
    metrics = client.get("/metrics").text
    assert 'relay_requests_total{method="GET",rule="/p/<programme_id>/find",status="200"}' in metrics
    assert "Name of" not in metrics
    assert 'method="other"' in metrics
    assert "INVENTED" not in metrics


def test_logs_have_a_request_id_and_no_name(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "relay.web"):
        app.test_client().get("/p/demo/find?q=Name of W1", headers={"X-Request-Id": "given-by-a-proxy"})

    line = JsonLines().format(caplog.records[-1])
    assert json.loads(line)["request_id"] == "given-by-a-proxy"
    assert json.loads(line)["rule"] == "/p/<programme_id>/find"
    assert "Name" not in line


def test_a_graphml_download_is_read_back_by_networkx(client: FlaskClient) -> None:
    answer = client.get("/p/demo/tree/gift:G1/tree.graphml")

    found = nx.parse_graphml(answer.text)
    assert sorted(found.nodes) == ["P1", "P2", "P3", "P4", "P5"]
    assert sorted((giver, receiver) for giver, receiver, *_ in found.edges) == [
        ("P1", "P2"),
        ("P2", "P3"),
        ("P2", "P4"),
        ("P3", "P5"),
        ("P4", "P5"),
    ]
    assert found.nodes["P5"]["state"] == "broken"


def test_an_svg_download_stands_alone(client: FlaskClient) -> None:
    answer = client.get("/p/demo/tree/gift:G1/tree.svg")

    root = ET.fromstring(answer.text)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "demo-gift-G1-2026-11-25.svg" in answer.headers["Content-Disposition"]
    assert "href" not in answer.text


def test_downloads_have_no_other_form(client: FlaskClient) -> None:
    assert client.get("/p/demo/tree/gift:G1/tree.exe").status_code == 404


@pytest.mark.parametrize("path", ["/p/hostile", "/p/hostile/ledger", "/p/hostile/find?q=W", "/p/hostile/verify"])
def test_hostile_names_are_text_in_every_page(client: FlaskClient, path: str) -> None:
    text = client.get(path).text

    assert "<script>document" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize("id_", relays.IDS)
def test_every_legal_id_has_a_record_and_a_tree(client: FlaskClient, id_: str, app: Flask) -> None:
    with app.test_request_context():
        record = app.url_for("staff.record", programme_id="hostile", act_id=f"placement:{id_}")
        tree = app.url_for("managers.tree", programme_id="hostile", id_=f"placement:{id_}", names="full")
        drawn = app.url_for("managers.network", programme_id="hostile", id_=f"placement:{id_}", names="full")
    for path in (record, tree, drawn):
        answer = client.get(path)
        assert answer.status_code == 200, path
        if answer.mimetype == "text/html":
            assert "<img src=x" not in answer.text
            assert "<script>document" not in answer.text
            assert "\u202e" not in answer.text


def test_a_hostile_tree_is_well_formed_in_every_download(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        where = app.url_for("managers.tree", programme_id="hostile", id_=f"gift:{relays.IDS[0]}")
    svg = client.get(f"{where}/tree.svg?names=full&depth=all").text
    graphml = client.get(f"{where}/tree.graphml").text

    assert "<img" not in svg
    ET.fromstring(svg)  # noqa: S314 - our own
    assert sorted(nx.parse_graphml(graphml).nodes) == sorted(relays.IDS)


def test_a_page_does_not_show_what_another_version_built_but_shows_its_ledger(
    client: FlaskClient, recorded: Graph
) -> None:
    text = "MATCH (l:Ledger {key: 'demo'}) WITH l, l.projection AS was SET l.projection = was + $more"
    recorded.write(lambda transaction: transaction.run(text, more=-1))
    try:
        for page in ("waiting", "find?q=W1", "record/placement:P5"):
            answer = client.get(f"/p/demo/{page}")
            assert answer.status_code == 503, page
            assert "relay engine rebuild" in answer.text, page
        assert client.get("/p/demo/ledger").status_code == 200
    finally:
        recorded.write(lambda transaction: transaction.run(text, more=1))
    assert client.get("/p/demo/waiting").status_code == 200
