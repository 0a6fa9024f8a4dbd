"""The sample to verify in the field.

audited   G1 > P1 > P2 in one household           T1 corrected and confirmed; P2 was not found
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.addresses import AUDITED, DEMO
from tests.web.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_the_sample_is_drawn_from_the_address_and_says_what_was_found(client: FlaskClient) -> None:
    query = "size=2&seed=7&as_of=2026-11-20"
    text, sheet = client.get(f"{AUDITED}/sample?{query}").text, client.get(f"{AUDITED}/sample.json?{query}").get_json()

    assert "2 of 2 placements received by 20 Nov 2026, drawn with seed 7" in words(text)
    assert "100.0% 2.5% to 100.0%, 1 of 1 checked" in words(text)  # one visited, not found: half of 5 %
    assert [(row["placement_id"], row["outcome"]) for row in sheet["rows"]] == [("P1", None), ("P2", "not_found")]
    assert "as_known=10" in text  # the address that draws it again
    assert "Name of W1" not in text
    assert "Name of W1" in client.get(f"{AUDITED}/sample?{query}&names=full").text


def test_a_sample_drawn_earlier_is_not_moved_by_what_was_recorded_since(client: FlaskClient) -> None:
    sheet = client.get(f"{AUDITED}/sample.json?size=2&seed=7&as_of=2026-11-20&as_known=6").get_json()

    assert [row["placement_id"] for row in sheet["rows"]] == ["P1"]  # P2 was recorded with entry 7


def test_before_a_seed_is_chosen_nothing_is_drawn(client: FlaskClient) -> None:
    text = client.get(f"{DEMO}/sample").text

    assert "throw dice for it" in text
    assert "Sheet for the field" not in text
