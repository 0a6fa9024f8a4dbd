"""The pages of managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web import relays
from tests.web.reading import HILLS, text_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def test_the_front_page_lists_the_programmes(client: FlaskClient) -> None:
    text = client.get("/").text

    assert '<a href="/p/demo"><bdi>Passing the Relay</bdi></a>' in text


def test_every_page_has_a_title_of_its_own_in_words(client: FlaskClient) -> None:
    paths = ("/", "/sign-in", "/nothing", "/p/nowhere", "/p/demo", "/p/hills", "/p/hills/chains", "/p/hills/nothing")
    lists = ("/p/large/placements", "/p/large/placements?page=2", "/p/large/placements?page=3")
    titles = {path: client.get(path).text.partition("<title>")[2].partition("</title>")[0] for path in (*paths, *lists)}

    assert titles["/p/large/placements?page=2"] == "Placements · Page 2 · Passing the Relay · Relay"
    assert titles["/p/hills"] == "Overview · Hill villages · Relay"
    assert titles["/nothing"] == "There is no such page. · Relay"
    assert titles["/p/hills/nothing"] == "There is no such page. · Relay"  # no address of a programme
    assert len(set(titles.values())) == len(titles) - 1


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


def test_a_number_and_its_help_stand_together(client: FlaskClient) -> None:
    assert "2 goats" in text_of(client, f"{HILLS}/visits")
    assert "2 goats" in text_of(client, f"{HILLS}/visits/print")
    assert "2 chèvres" in text_of(client, f"{HILLS}?lang=fr")
