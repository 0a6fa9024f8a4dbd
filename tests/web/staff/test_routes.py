"""One record with its history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.web.reading import HILLS, text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_persons_page_tells_what_happened_with_what_she_holds(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}/record/beneficiary:W7")

    assert "History of P7" in said
    assert "death of 2" in said
    assert "lost: animals died" in said


def test_a_placements_page_tells_its_days_in_order(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/record/placement:P4").text

    acts = re.findall(r'/record/(pass:T\d|placement:P4)"', text[text.index('class="timeline"') :])

    assert list(dict.fromkeys(acts)) == ["pass:T3", "pass:T4"]  # received, then passed on


def test_what_a_record_names_is_a_click_away(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/record/pass:T3").text
    now = text[text.index("<h2>As of now</h2>") :]

    doors = re.findall(r'href="/p/hills/record/([\w:]+)"', now)
    assert doors == ["placement:P3", "placement:P4", "beneficiary:W4"]
    assert "T3" in now  # its own id, which leads nowhere else
