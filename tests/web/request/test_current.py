"""The programme and the day that a request is about, and whether all is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_a_day_in_the_past_shows_the_relay_as_it_was(client: FlaskClient) -> None:
    text = client.get("/p/demo/tree/gift:G1?as_of=2021-06-01").text

    assert "2 of 2 placements are shown" in text


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


@pytest.mark.parametrize("alone", [False, True])
def test_pages_and_files_count_as_the_api_does(halves: FlaskClient, alone: bool) -> None:  # noqa: FBT001
    asked = f"confirmed_only={'true' if alone else 'false'}"
    api = halves.get(f"/api/v1/programmes/halves/health?{asked}").get_json()

    placements = halves.get(f"/p/halves/placements.json?{asked}").get_json()
    gifts = halves.get(f"/p/halves/gifts.json?{asked}").get_json()
    trace = halves.get(f"/p/halves/trace/gift:G1.json?{asked}").get_json()

    assert api["placements"]["total"] == len(placements["rows"]) == (2 if alone else 3)
    assert [row["reach"] for row in gifts["rows"]] == [trace["reach"]] == [1 if alone else 2]
    assert halves.get("/p/halves/gifts?confirmed_only=yes").status_code == 400
