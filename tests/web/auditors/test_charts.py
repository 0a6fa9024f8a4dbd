"""Curves as they are drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.web.addresses import DEMO

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_curve_falls_where_placements_were_fulfilled(client: FlaskClient) -> None:
    line = re.findall(r'class="line" d="([^"]*)"', client.get(f"{DEMO}/survival").text)[0]
    corners = [tuple(map(float, corner.split())) for corner in re.findall(r"[\d.]+ [\d.]+", line)]

    assert corners[0] == (54, 10)  # everybody waits
    assert [y for _, y in corners] == [10, 10, 52, 52, 94, 94]  # of 210 a fifth less, then two fifths
    assert corners[1][0] == corners[2][0] < corners[3][0] == corners[4][0] < corners[5][0]
