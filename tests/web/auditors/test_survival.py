"""The survival page.

demo      G1 > P1 > P2 > P3 P4; P3 P4 > P5        P1 and P2 fulfilled; P3, P4 and P5 broken
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.web.addresses import DEMO
from tests.web.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_curve_has_its_numbers_in_a_table_under_it(client: FlaskClient) -> None:
    answer = client.get(f"{DEMO}/survival?by=help").text

    # P1 was fulfilled after 365 days, 5 waiting; P2 after 396, 4 waiting; the others wait still
    assert "6 0 100.0% 12 1 80.0% 20.4% to 96.9% 18 2 60.0% 12.6% to 88.2%" in words(answer)
    assert answer.count('<svg class="curve"') == 2  # the programme, and its goats
    assert "all 5 2 3 0 0 less than half so far" in words(answer)


def test_deadlines_and_the_forecast_are_told(client: FlaskClient) -> None:
    text = words(client.get(f"{DEMO}/survival").text)

    assert "no births on record" in text
    assert re.search(r"0\.80 0\.\d\d to 1\.\d\d 4 begun by the 5 placements that are due", text)  # P2, P3, P4 and P5
    assert "0 open ends that can still pass on" in text


def test_the_page_says_what_the_command_says_and_no_interval_that_says_nothing(client: FlaskClient) -> None:
    """Goats and pigs of `demo`: no end is open; on 2022-06-01 P1 alone is due, and the chance lies anywhere."""
    early = client.get(f"{DEMO}/survival?as_of=2022-06-01").text

    assert "No placement can still pass on." in words(client.get(f"{DEMO}/survival").text)
    assert "too little is known to tell whether this relay grows or dies out." in words(early)
    assert "0.0% to 100.0%" not in words(early)


def test_a_programme_without_placements_says_so(client: FlaskClient) -> None:
    for path in ("health", "survival"):
        assert "Choose a later day." in client.get(f"{DEMO}/{path}?as_of=2019-01-01").text
