"""One record with its history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.scenes import acts as say
from tests.web import relays
from tests.web.reading import HILLS, text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_a_persons_page_tells_what_happened_with_what_she_holds(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}/record/beneficiary:W7")

    assert "cannot pass on 2 goats (animals died, " in said
    assert "2 goats died" in said[said.index("History") :]


def test_a_placements_page_tells_its_days_in_order(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/record/placement:P4").text

    acts = re.findall(r'/record/(pass:T\d|placement:P4)"', text[text.index('class="timeline"') :])

    assert list(dict.fromkeys(acts)) == ["pass:T3", "pass:T4"]  # received, then passed on


def test_how_a_placement_stands_is_told_on_its_day_not_below_what_came_later(
    client: FlaskClient, recorded: Graph
) -> None:
    """P1 passed nothing on by 2022-03-01 and 90 days more; a visit found that out a year later, and one found P2 due.

    placement    2020-03-01  P1          2026-03-01  P2
    now          2022-05-31  broken      2028-03-01  2 still to be passed on by then
    event        2023-06-01  visit       -
    """
    women = (say.woman("W1"), say.woman("W2"))
    acts = [say.programme("since"), say.rule(), say.gift(), *women, say.placed("P1 on 2020-03-01")]
    relays.record(
        recorded, "since", [*acts, say.placed("P2 on 2026-03-01"), say.happened("E1: visit of P1 on 2023-06-01")]
    )

    def told(placement: str) -> list[tuple[str, str]]:
        text = client.get(f"/p/since/record/placement:{placement}").text
        return re.findall(r'<li class="(\w+)">(?:<a [^>]+>)?<time datetime="([\d-]+)"', text)

    assert told("P1") == [("placement", "2020-03-01"), ("now", "2022-05-31"), ("event", "2023-06-01")]
    assert told("P2") == [("placement", "2026-03-01"), ("now", "2028-03-01")]


def test_what_a_record_names_is_a_click_away(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/record/pass:T3").text
    now = text[text.index("<h2>As of now</h2>") :]

    doors = re.findall(r'href="/p/hills/record/([\w:]+)"', now)
    assert doors == ["placement:P3", "placement:P4", "beneficiary:W4"]
    assert "pass id" not in now
