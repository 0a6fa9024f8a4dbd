"""The health page and the list of rates.

demo      G1 > P1 > P2 > P3 P4; P3 P4 > P5        P1 and P2 fulfilled; P3, P4 and P5 broken
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from relay.domain import bikram_sambat as sambat
from relay.web.i18n import periods
from tests.web.addresses import DEMO
from tests.web.reading import rows, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient


def test_every_rate_is_told_with_what_it_is_made_of_and_its_interval(client: FlaskClient) -> None:
    text = words(client.get(f"{DEMO}/health").text)

    assert "passed on everything they owe 40.0% 2 of 5 3 did not 5.3% to 85.3%" in text  # Clopper and Pearson: 2 of 5
    assert "passed on everything by their due date 40.0% 2 of 5 5.3% to 85.3%" in text
    assert "units passed on, of those owed 60.0% 6 of 10 the same" in text  # 2, 2, 1, 1 and 0 of 2 each; no interval


def test_two_year_ends_are_compared_in_either_calendar(client: FlaskClient) -> None:
    gregorian = words(client.get(f"{DEMO}/health?as_of=2024-12-31&compare=2023-12-31").text)
    bikram_sambat = words(client.get(f"{DEMO}/health?as_of=2081-09-16 BS&compare=2080-09-15 BS").text)

    assert gregorian == bikram_sambat
    # by the end of 2024 P1 to P4 were due, by that of 2023 P1 and P2, which had passed on all
    now, then = "50.0% 2 of 4 2 did not 6.8% to 93.2%", "100.0% 2 of 2 15.8% to 100.0%"
    assert f"passed on everything they owe {now} {then} -50.0" in gregorian
    assert "31 Dec 2024 (2081-09-16 BS)" in gregorian
    assert "Lost or broken since 2 P3 , P4" in gregorian
    assert "in time broken 2" in gregorian


def test_parts_show_their_own_rates_now_and_then(client: FlaskClient) -> None:
    text = words(client.get(f"{DEMO}/health?as_of=2024-12-31&compare=2023-12-31&by=generation").text)

    assert "0 1 100.0% 1 of 1 2.5% to 100.0% was 100.0%, 1 of 1 (+0.0)" in text  # P1
    assert "2 2 0.0% 0 of 2 0.0% to 84.2% nothing to count then" in text  # P3 and P4, due in 2024
    assert "3 1 nothing to count yet nothing to count then" in text  # P5, due in 2025


def test_a_fiscal_year_that_ended_is_one_link_away_from_the_year_before(client: FlaskClient) -> None:
    text = client.get(f"{DEMO}/health?by=help").text

    assert f'href="{DEMO}/health?as_of=2024-07-15&amp;by=help&amp;compare=2023-07-16">fiscal year 2080/81' in text
    assert "fiscal year 2083/84" not in re.findall(r"<details.*?</details>", text, re.DOTALL)[0]  # has not ended


def test_the_health_page_asks_for_each_kind_of_period_a_few_times_only(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    def counted(
        name: str, kind: Callable[[date], Iterator[periods.Period]]
    ) -> Callable[[date], Iterator[periods.Period]]:
        def around(day: date) -> Iterator[periods.Period]:
            asked.append(name)
            return kind(day)

        return around

    for name in ("bs_months", "fiscal_years", "ad_months", "ad_years"):
        monkeypatch.setattr(periods, name, counted(name, getattr(periods, name)))

    assert client.get(f"{DEMO}/health").status_code == 200
    assert set(asked) == {"bs_months", "fiscal_years", "ad_months", "ad_years"}
    assert len(asked) <= 10


def test_a_bikram_sambat_day_that_is_not_published_yet_is_marked(client: FlaskClient) -> None:
    assert sambat.bikram_sambat(date(2028, 1, 1)) == "≈ 2084-09-17 BS"
    assert "(≈ 2084-09-17 BS)" in client.get(f"{DEMO}/health?as_of=2028-01-01").text
    assert "(2083-08-09 BS)" in client.get(f"{DEMO}/health").text


def test_rates_are_taken_away_as_numbers(client: FlaskClient) -> None:
    found = rows(client.get(f"{DEMO}/rates.csv?by=generation&rate=fulfilled_of_due").text)

    assert [(row["part"], row["numerator"], row["denominator"]) for row in found] == [
        ("0", "1", "1"),
        ("1", "1", "1"),
        ("2", "0", "2"),
        ("3", "0", "1"),
    ]
    assert float(found[0]["low"]) == pytest.approx(0.025)  # of 1 of 1: half of 5 %


@pytest.mark.parametrize("path", ["health?by=colour", "health?compare=soon", "rates?by=colour", "survival?by=colour"])
def test_an_address_that_cannot_be_read_is_explained(client: FlaskClient, path: str) -> None:
    assert client.get(f"{DEMO}/{path}").status_code == 400
