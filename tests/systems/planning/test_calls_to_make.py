"""Whom to call.

P1 (W1) is to pass on to W3 on 2024-07-15; V2 asked on 2023-01-01 and nobody asked her again. W3 and V2 share a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.settings import Settings
from relay.web import create_app
from tests.scenes import acts as say
from tests.systems.planning.scene import added, checked, planned
from tests.web.reading import words

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph


@pytest.fixture
def client(meadow: Graph, tmp_path: Path) -> FlaskClient:
    for number, woman in enumerate(("W1", "W3", "V2")):
        added(
            meadow, say.corrected(f"beneficiary:{woman}", f"X{number}", phone="9790000001" if number else "9790000002")
        )
    added(meadow, planned("N1: P1 > W3 on 2024-06-01", expected_on="2024-07-15"))
    return create_app(meadow, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def seen(client: FlaskClient, **query: str) -> str:
    answer = client.get("/p/demo/calls", query_string={"as_of": "2024-06-30", **query})
    assert answer.status_code == 200
    return answer.text


def test_both_sides_of_a_hand_over_are_called_before_it_and_then_who_has_waited_for_long(client: FlaskClient) -> None:
    page = words(seen(client))

    hands_over, receives, waits = (page.index(f"Name of {woman} 979") for woman in ("W1", "W3", "V2"))
    assert hands_over < receives < waits
    assert "She is to hand over on 15 Jul 2024." in page
    assert "She is to receive on 15 Jul 2024." in page
    assert "She asked on 1 Jan 2023. Does she still want it" in page
    assert "placement N" not in page, "a plan is called one"
    assert page.count("shared: ask who is speaking") == 2, "W3 and V2"
    assert 'href="tel:9790000002"' in seen(client)


def test_the_text_to_copy_names_nobody(client: FlaskClient) -> None:
    for language in ("en", "fr", "ne"):
        text = seen(client, lang=language).partition("<textarea")[2].partition("</textarea>")[0].partition(">")[2]
        assert text
        assert len(text) <= 70, "one message in Devanagari"
        assert not any(word in text for word in ("W1", "W3", "Name of", "goat", "chèvre", "P1"))


def test_who_was_asked_and_whose_day_is_far_are_not_called(client: FlaskClient, meadow: Graph) -> None:
    added(meadow, checked("C1: R6 on 2024-06-01"))

    assert "Nobody is to be called now." in seen(client, as_of="2024-06-14")
    assert "Name of V2" not in seen(client)
    assert "Name of W3" in seen(client, as_of="2024-06-15"), "thirty days before"
